/* The marginal likelihood of a Gaussian process whose covariance is a kernel tree, its gradient, and the parameters that make it largest. */
#ifndef CUPEL_MODELS_LEARN_KERNEL_EVIDENCE_H
#define CUPEL_MODELS_LEARN_KERNEL_EVIDENCE_H

#include "core/sys/job.h"
#include "models/learn/kernel_points.h"

/* Added to the diagonal of every covariance, in units of the target's variance: rounding never takes its factor away. */
#define CUPEL_KERNEL_JITTER 1e-8

typedef struct cupel_evidence cupel_evidence;

/* Of a tree whose columns are bound, rows and their targets u [n] less the mean; all of it is kept as it is and must stay. CUPEL_NO_RESOURCE. */
cupel_status cupel_evidence_new(const cupel_ktree *tree, const cupel_kernel_rows *rows, const double *u, cupel_evidence **e, cupel_err *err);
void cupel_evidence_free(cupel_evidence *e);
size_t cupel_evidence_bytes(const cupel_ktree *tree, size_t n); /* SIZE_MAX when that overflows */

/* -2 log marginal likelihood less n log 2 pi, u' A^-1 u + log det A, and its gradient [n_theta] (Rasmussen, Williams 2006, eq. 5.9); gradient may be
 * NULL. CUPEL_FAILED where A has no factor. Costs 4 n^3 / 3 operations, n^2 for every node, 2 n^2 for every length of a kernel with many. One
 * thread. */
cupel_status cupel_evidence_at(cupel_evidence *e, const double *theta, double *loss, double *gradient, cupel_err *err);

typedef struct cupel_learning {
    size_t rows, starts;  /* at most so many rows; starts of the search, 1 at least */
    uint64_t seed;
} cupel_learning;

/* theta [n_theta], allocated here: the likeliest with a wide normal prior about common lengths and equal shares. The starts run side by side on fewer
 * rows, the best goes on with all that are looked at. u [n], any mean. loss: at the end, over *used of the rows. Same bits for any threads. */
cupel_status cupel_kernel_learn(const cupel_ktree *tree, const cupel_kernel_rows *rows, const double *u, const cupel_learning *how,
                                const cupel_job *job, double **theta, double *loss, size_t *used, cupel_err *err);

/* How good a kernel is: the loss over up to 200 of the rows plus log(rows) for each parameter (Schwarz 1978, doi:10.1214/aos/1176344136);
 * infinity where it has none. On one thread. */
cupel_status cupel_kernel_score(const cupel_ktree *tree, const cupel_kernel_rows *rows, const double *u, const cupel_learning *how, double *score,
                                cupel_err *err);

#endif
