/* A kernel machine: weighted sums of k(x, s_j) over stored points s_j, for blocks of rows x. One pass over the products gives every sum that
 * support vectors, a Gaussian process mean or kernel ridge need, further sums for a local error scale, and the distance to the nearest point.
 *
 * The products, the exponential and the order of every sum are our own: the result of a row depends on the machine, the row, the precision and the
 * instruction set only; not on the number of rows, the row's neighbours, the block or the thread. AVX2 and AVX-512 give the same bits. */
#ifndef CUPEL_MODELS_LEARN_MACHINE_H
#define CUPEL_MODELS_LEARN_MACHINE_H

#include "core/cupel.h"
#include "core/sys/cpu.h"
#include "models/learn/precision.h"

/* With r the Euclidean distance between a row and a point:
 *   RBF       exp(-gamma r^2)
 *   MATERN52  (1 + s + s^2/3) exp(-s), s = sqrt(10 gamma) r: gamma = 1 / (2 l^2) for the length scale l, as for RBF
 *             (Rasmussen and Williams 2006, eq. 4.17, doi:10.7551/mitpress/3206.001.0001) */
typedef enum cupel_kernel { CUPEL_KERNEL_RBF = 0, CUPEL_KERNEL_MATERN52 = 1 } cupel_kernel;

#define CUPEL_MACHINE_MAX_SUMS 64

typedef struct cupel_machine_spec {
    cupel_kernel kernel;
    double gamma;          /* > 0, 1 / (unit of x)^2 */
    size_t m, d, n_sums;   /* points, columns, weighted sums; n_sums 0 when only kernel values and distances are wanted */
    const double *points;  /* [m][d] row-major, scaled as the rows will be; copied */
    const double *weights; /* [m][n_sums]: sum c of a row is bias[c] + sum_j weights[j][c] k(x, points[j]); copied */
    const double *bias;    /* [n_sums]; NULL: all 0 */
} cupel_machine_spec;

typedef struct cupel_machine cupel_machine;

/* CUPEL_BAD_INPUT: a size of 0, a value that is not finite, gamma outside (1e-30, 1e30). CUPEL_NO_RESOURCE. Costs O(m d). */
cupel_status cupel_machine_new(const cupel_machine_spec *spec, cupel_machine **machine, cupel_err *err);
void cupel_machine_free(cupel_machine *machine);

/* Bytes that a machine of this size will hold (both precisions), and those of the scratch that a thread needs; SIZE_MAX when that overflows. */
size_t cupel_machine_bytes(size_t m, size_t d, size_t n_sums);
size_t cupel_machine_scratch_bytes(const cupel_machine *machine);

/* How a call is to be computed. isa must be one that this processor runs. scratch: cupel_machine_scratch_bytes, aligned to 64, one per thread. */
typedef struct cupel_machine_way {
    cupel_precision precision;
    cupel_isa isa;
    void *scratch;
} cupel_machine_way;

/* Rows x [n][ld], ld >= d, finite. sums [n][n_sums]; nearest [n]: the squared distance to the nearest point, (unit of x)^2, exactly 0 for a row
 * that equals a point; either may be NULL. Sums are accumulated in float64 in both precisions. Results are finite. */
void cupel_machine_run(const cupel_machine *machine, const double *x, size_t ld, size_t n, const cupel_machine_way *way, double *sums,
                       double *nearest);

/* values [n][ldk], ldk >= m: the kernel values themselves, in float64 (way->precision is not looked at). */
void cupel_machine_values(const cupel_machine *machine, const double *x, size_t ld, size_t n, const cupel_machine_way *way, double *values,
                          size_t ldk);

/* A lower triangular matrix W [m][m], packed, for the variance of a Gaussian process: with K + s^2 I = L L^T and W = L^-1 the variance at a row
 * with kernel values k is k(x,x) - |W k|^2 (Rasmussen and Williams 2006, algorithm 2.1). */
typedef struct cupel_triangle cupel_triangle;

/* w [m][ldw] row-major; what stands above the diagonal is not read. Errors as cupel_machine_new. */
cupel_status cupel_triangle_new(const double *w, size_t ldw, size_t m, cupel_triangle **triangle, cupel_err *err);
void cupel_triangle_free(cupel_triangle *triangle);
size_t cupel_triangle_bytes(size_t m);
size_t cupel_triangle_scratch_bytes(const cupel_triangle *triangle);

/* Rows k [n][ldk], finite -> squares [n]: |W k_i|^2. Costs m^2 / 2 multiplications a row. float64 whatever way->precision is; the same guarantees
 * as cupel_machine_run. */
void cupel_triangle_squares(const cupel_triangle *triangle, const double *k, size_t ldk, size_t n, const cupel_machine_way *way, double *squares);

#endif
