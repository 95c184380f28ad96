/* Dense linear algebra in float64: the only user of BLAS and LAPACK. For training; prediction has products of its own, whose bits do not depend on
 * the machine (models/learn/machine.h).
 *
 * Matrices are row-major views. CUPEL_BAD_INPUT when a size is larger than the library counts (2^31 - 1) or shapes do not fit. Safe from
 * many threads once cupel_la_single_thread has been called. */
#ifndef CUPEL_MATH_LA_H
#define CUPEL_MATH_LA_H

#include "core/cupel.h"

typedef struct cupel_matrix {
    double *v;
    size_t rows, cols, ld; /* element (i, j) is v[i * ld + j], ld >= cols */
} cupel_matrix;

typedef struct cupel_matrix_in { /* one that is only read */
    const double *v;
    size_t rows, cols, ld;
} cupel_matrix_in;

static inline cupel_matrix_in cupel_read(cupel_matrix m) { return (cupel_matrix_in){m.v, m.rows, m.cols, m.ld}; }

/* c = A B, or with a flag the transpose of A or of B in its place. 2 m n k operations. */
typedef enum cupel_product { CUPEL_AB = 0, CUPEL_ATB = 1, CUPEL_ABT = 2 } cupel_product;
cupel_status cupel_la_multiply(cupel_product form, cupel_matrix_in a, cupel_matrix_in b, cupel_matrix c, cupel_err *err);

/* The same in float32, for kernel matrices: c [m][n] = A B^T of a [m][k] and b [n][k]. */
typedef struct cupel_matrix_f32 {
    float *v;
    size_t rows, cols, ld;
} cupel_matrix_f32;

typedef struct cupel_matrix_f32_in {
    const float *v;
    size_t rows, cols, ld;
} cupel_matrix_f32_in;
cupel_status cupel_la_products_f32(cupel_matrix_f32_in a, cupel_matrix_f32_in b, cupel_matrix_f32 c, cupel_err *err);

/* c [d][d] = A^T A of a [n][d], both triangles written. n d^2 operations. */
cupel_status cupel_la_gram(cupel_matrix_in a, cupel_matrix c, cupel_err *err);

/* The lower triangle of symmetric positive definite a becomes L with A = L L^T; only that triangle is read and written. n^3 / 3 operations.
 * CUPEL_FAILED when the matrix is not positive definite, with the row at which that shows. */
cupel_status cupel_la_cholesky(cupel_matrix a, cupel_err *err);

/* b [n][k] becomes the solution of L L^T X = B; l from cupel_la_cholesky. 2 n^2 k operations. */
cupel_status cupel_la_cholesky_solve(cupel_matrix_in l, cupel_matrix b, cupel_err *err);

/* The lower triangle of l becomes that of L^-1. CUPEL_FAILED when a diagonal element is 0. n^3 / 3 operations. */
cupel_status cupel_la_triangle_invert(cupel_matrix l, cupel_err *err);

/* ln det(L L^T). */
double cupel_la_cholesky_log_det(cupel_matrix_in l);

/* BLAS calls run on the thread that makes them: our own threads divide the work, in an order that does not depend on how many they are. */
void cupel_la_single_thread(void);

/* OpenBLAS takes 128 MB of address space for every thread that calls it, and tries for ever when it cannot have them. Here they are looked for
 * first, then taken and kept by OpenBLAS for later calls. CUPEL_NO_RESOURCE when they are not there (ulimit -v). */
cupel_status cupel_la_reserve(size_t threads, cupel_err *err);

/* The processor family whose loops OpenBLAS runs, "Haswell", "SkylakeX", ... */
const char *cupel_la_core(void);

/* The value of OPENBLAS_CORETYPE with which a new process would run twice as fast, or NULL when OpenBLAS chose well: "SkylakeX" on a processor with
 * AVX-512 that this OpenBLAS does not know and took for an older one. The name is read when the library loads, so it must be in the environment
 * before the program starts. Never names loops that this processor does not run. */
const char *cupel_la_wanted_core(void);

#endif
