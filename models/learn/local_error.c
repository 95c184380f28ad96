#include "models/learn/local_error.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/la.h"
#include "models/learn/gram.h"
#include "models/learn/scale.h"

#include <string.h>

enum { MOST_POINTS = 4096 };
/* Added to the diagonal of the kernel matrix: absolute errors scatter as much as they vary, so neighbours are averaged over. */
static const double PENALTY = 3;

/* Which of the solution's points: all, or as many as allowed at even distances. */
static size_t choose_points(const cupel_fitted *f, size_t *point)
{
    size_t m = f->n < MOST_POINTS ? f->n : MOST_POINTS;
    for (size_t i = 0; i < m; i++) point[i] = i * f->n / m;
    return m;
}

cupel_status cupel_local_error_fit(cupel_kernel kernel, double gamma, const cupel_problem *p, const cupel_fitted *f, const double *error,
                                   double *weight, double *mean, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t point[MOST_POINTS], m = choose_points(f, point);
    double *x = cupel_alloc_aligned(cupel_mul(m, p->d), sizeof *x), *u = cupel_alloc(m, sizeof *u), *k = NULL, sum = 0;
    cupel_job alone = {.threads = 1, .isa = p->job->isa};
    cupel_problem points = {.n = m, .d = p->d, .x = x, .job = &alone};
    if (!x || !u) CUPEL_TRY(cupel_no_memory(err, "the local scale of errors", cupel_mul(m * sizeof *x, p->d)));
    for (size_t i = 0; i < m; i++) {
        memcpy(x + i * p->d, p->x + f->row[point[i]] * p->d, p->d * sizeof *x);
        sum += error[f->row[point[i]]];
    }
    *mean = sum / (double)m;
    if (p->uncut) cupel_scale_cut(x, p->d, m, p->d, x);
    for (size_t i = 0; i < m; i++) u[i] = error[f->row[point[i]]] - *mean;
    CUPEL_TRY(cupel_gram_matrix(&points, kernel, gamma, &k, err));
    for (size_t i = 0; i < m; i++) k[i * m + i] += PENALTY;
    CUPEL_TRY(cupel_la_cholesky((cupel_matrix){k, m, m, m}, err));
    CUPEL_TRY(cupel_la_cholesky_solve((cupel_matrix_in){k, m, m, m}, (cupel_matrix){u, m, 1, 1}, err));
    memset(weight, 0, f->n * sizeof *weight);
    for (size_t i = 0; i < m; i++) weight[point[i]] = u[i];
done:
    cupel_free(x);
    cupel_free(u);
    cupel_free(k);
    return st;
}
