/* The dual of support vector machines by sequential minimal optimisation, on a kernel matrix in float32 whose rows come from BLAS blocks.
 *
 *   minimise 1/2 b'K b - target'b + tube |b|_1   over b with low <= b <= high and sum b = 0
 *
 * is epsilon-SVR with target = y, low = -C, high = C (b = alpha - alpha*; Smola, Schoelkopf 2004, doi:10.1023/B:STCO.0000035301.49549.88), and
 * C-SVC with target = y of -1 and +1, tube = 0 and [low, high] = [0, C] or [-C, 0] (b = y alpha). One variable stands for alpha and alpha*, so that
 * vectors are half as long as libsvm's. The pair is chosen as libsvm does (Fan, Chen, Lin 2005, second order). Shrinking: variables that cannot
 * move as things stand are left out by copying the kernel of the others into a smaller matrix, and looked at again when that is solved. */
#ifndef CUPEL_MODELS_LEARN_SMO_H
#define CUPEL_MODELS_LEARN_SMO_H

#include "core/sys/cpu.h"
#include "models/learn/learner.h"

/* Kernel values of all pairs of rows, 1 on the diagonal. */
typedef struct cupel_smo_matrix {
    size_t n, ld; /* ld: n up to a multiple of 16, zeros behind n */
    float *value; /* [n][ld] symmetric */
} cupel_smo_matrix;   /* {0} is empty */

/* From the rows of p, on the job's threads: 2 n^2 d / 2 operations and as many kernel values. The same bits for any number of threads. Absolute
 * errors are below about 2e-6 (products of standardised columns in float32). CUPEL_NO_RESOURCE. */
cupel_status cupel_smo_matrix_make(const cupel_problem *p, cupel_kernel kernel, double gamma, cupel_smo_matrix *m, cupel_err *err);
void cupel_smo_matrix_release(cupel_smo_matrix *m);

/* Bytes of a matrix of n rows, and what a solve on it may take beside it; SIZE_MAX when that overflows. */
size_t cupel_smo_matrix_bytes(size_t n);
size_t cupel_smo_solve_bytes(size_t n);

typedef struct cupel_smo_task {
    const cupel_smo_matrix *matrix;
    const double *target, *low, *high; /* [n]; low <= 0 <= high; low = high = 0 leaves a row out */
    double tube;                       /* >= 0 */
    double tolerance;                  /* largest violation of the optimality conditions, unit of the target */
    cupel_isa isa;
} cupel_smo_task;

typedef struct cupel_smo_result {
    double bias;      /* value(x) = bias + sum b k(x, x_i) */
    double violation; /* largest, with sums in float64 over the matrix as it is */
    double objective; /* of the minimum above */
    size_t steps;
} cupel_smo_result;

/* beta [n] caller-owned. CUPEL_FAILED when the tolerance is not met in 10^7 steps (or 100 n, the larger), or is below what float32 can tell. */
cupel_status cupel_smo_solve(const cupel_smo_task *task, double *beta, cupel_smo_result *result, cupel_err *err);

#endif
