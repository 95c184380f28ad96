/* Least squares in kernel space, (K + s I) a = u: what kernel ridge regression and the mean of a Gaussian process share. */
#ifndef CUPEL_MODELS_LEARN_KERNEL_LS_H
#define CUPEL_MODELS_LEARN_KERNEL_LS_H

#include "models/learn/learner.h"

/* Places of the parameters that both have: what is added to the diagonal, 1 / (2 length^2), 1 for Matern 5/2. */
enum { CUPEL_LS_DIAGONAL, CUPEL_LS_GAMMA, CUPEL_LS_MATERN };
void cupel_kernel_ls_start(const cupel_problem *p, double *setting);
void cupel_kernel_ls_kernel(const double *setting, cupel_kernel *kernel, double *gamma);

/* The kernel matrix of all rows [n][n], after a check that it and the factors of the job's threads fit into memory: CUPEL_NO_RESOURCE else, which
 * says `what`. */
cupel_status cupel_kernel_ls_prepare(const cupel_problem *p, const double *setting, const char *what, void **prepared, cupel_err *err);
void cupel_kernel_ls_release(void *prepared);

/* A solution for the rows of the task with s on the diagonal. factor (may be NULL): [n][n], the lower triangle is L of K + s I = L L^T; the
 * caller frees it. */
cupel_status cupel_kernel_ls_solve(const cupel_fit_task *t, double s, cupel_fitted *out, double **factor, cupel_err *err);

/* The kernel is 1 on its diagonal. */
#define CUPEL_GAMMA_PARAM(chosen)                                                                                                          \
    {                                                                                                                                      \
        "gamma", "", NAN, 1e-12, 1e6, "1 / (2 length^2) of the kernel, columns scaled to variance 1; chosen by " chosen                    \
    }
#define CUPEL_MATERN_PARAM {"matern", "", 1, 0, 1, "1: Matern 5/2 kernel, 0: Gaussian (RBF)"}

#endif
