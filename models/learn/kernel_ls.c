#include "models/learn/kernel_ls.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/la.h"
#include "core/sys/file.h"
#include "models/learn/gram.h"

#include <math.h>
#include <string.h>

void cupel_kernel_ls_start(const cupel_problem *p, double *setting)
{
    if (isnan(setting[CUPEL_LS_DIAGONAL])) setting[CUPEL_LS_DIAGONAL] = 0.05;
    if (isnan(setting[CUPEL_LS_GAMMA])) setting[CUPEL_LS_GAMMA] = 2 / p->typical;
}

void cupel_kernel_ls_kernel(const double *setting, cupel_kernel *kernel, double *gamma)
{
    *kernel = setting[CUPEL_LS_MATERN] != 0 ? CUPEL_KERNEL_MATERN52 : CUPEL_KERNEL_RBF;
    *gamma = setting[CUPEL_LS_GAMMA];
}

/* Matrices of n x n beside the shared one and one per thread: inverse, packed and in panels. */
enum { FINAL_COPIES = 3 };

cupel_status cupel_kernel_ls_prepare(const cupel_problem *p, const double *setting, const char *what, void **prepared, cupel_err *err)
{
    size_t one = cupel_mul(cupel_mul(p->n, p->n), sizeof(double)), copies = 1 + p->job->threads;
    cupel_status st = cupel_memory_check(cupel_mul(one, copies > 1 + FINAL_COPIES ? copies : 1 + FINAL_COPIES), what, err);
    double *matrix = NULL, gamma;
    cupel_kernel kernel;
    cupel_kernel_ls_kernel(setting, &kernel, &gamma);
    if (st == CUPEL_OK) st = cupel_gram_matrix(p, kernel, gamma, &matrix, err);
    if (st == CUPEL_OK) *prepared = matrix;
    return st;
}

void cupel_kernel_ls_release(void *prepared) { cupel_free(prepared); }

/* The rows and columns of the task, lower triangle, with s added to the diagonal. */
static void cut(const cupel_fit_task *t, double s, double *a)
{
    const double *all = t->prepared;
    for (size_t i = 0; i < t->n; i++) {
        const double *row = all + t->row[i] * t->problem->n;
        for (size_t j = 0; j <= i; j++) a[i * t->n + j] = row[t->row[j]];
        a[i * t->n + i] += s;
    }
}

cupel_status cupel_kernel_ls_solve(const cupel_fit_task *t, double s, cupel_fitted *out, double **factor, cupel_err *err)
{
    size_t n = t->n;
    cupel_status st = CUPEL_OK;
    cupel_fitted f = {.n = n, .row = cupel_alloc(n, sizeof *f.row), .coef = cupel_alloc(n, sizeof *f.coef)};
    double *a = cupel_alloc_aligned(cupel_mul(n, n), sizeof *a);
    if (!f.row || !f.coef || !a) CUPEL_TRY(cupel_no_memory(err, "the factor of a kernel matrix", cupel_mul(cupel_mul(n, n), sizeof *a)));
    memcpy(f.row, t->row, n * sizeof *f.row);
    for (size_t i = 0; i < n; i++) f.bias += t->problem->y[t->row[i]] / (double)n;
    for (size_t i = 0; i < n; i++) f.coef[i] = t->problem->y[t->row[i]] - f.bias;
    cut(t, s, a);
    CUPEL_TRY(cupel_la_cholesky((cupel_matrix){a, n, n, n}, err));
    CUPEL_TRY(cupel_la_cholesky_solve((cupel_matrix_in){a, n, n, n}, (cupel_matrix){f.coef, n, 1, 1}, err));
done:
    if (st == CUPEL_OK) {
        *out = f;
        if (factor) {
            *factor = a;
            a = NULL;
        }
    } else {
        cupel_fitted_release(&f);
    }
    cupel_free(a);
    return st;
}
