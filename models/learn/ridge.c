/* Ridge regression: a line through the scaled columns, with a penalty on its slopes. */
#include "models/learn/linear.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/la.h"
#include "core/sys/file.h"

#include <math.h>

enum { LAMBDA };

static void start(const cupel_problem *p, double *setting)
{
    (void)p;
    if (isnan(setting[LAMBDA])) setting[LAMBDA] = 1e-2;
}

static cupel_status prepare(const cupel_problem *p, const double *setting, void **prepared, cupel_err *err)
{
    (void)setting;
    *prepared = NULL;
    size_t one = cupel_mul(cupel_mul(p->d, p->d) + cupel_mul(p->n, p->d + 1), sizeof(double));
    return cupel_memory_check(cupel_mul(p->job->threads, one), "ridge regression", err);
}

/* w = (Z'Z + n lambda I)^-1 Z'u by Cholesky's factor L, whose inverse W gives the leverage |W x|^2 (Hoerl, Kennard 1970). */
static cupel_status fit(const cupel_fit_task *t, cupel_fitted *out, cupel_err *err)
{
    size_t d = t->problem->d;
    cupel_status st = CUPEL_OK;
    double *z = cupel_alloc_aligned(cupel_mul(t->n, d), sizeof *z), *u = cupel_alloc(t->n, sizeof *u), *mean = cupel_alloc(d, sizeof *mean),
           u_mean;
    cupel_fitted f = {.n = d, .coef = cupel_alloc(d, sizeof *f.coef), .triangle = cupel_alloc_aligned(cupel_mul(d, d), sizeof *f.triangle)};
    if (!z || !u || !mean || !f.coef || !f.triangle)
        CUPEL_TRY(cupel_no_memory(err, "ridge regression", cupel_mul(cupel_mul(t->n, d), sizeof *z)));
    cupel_linear_centre(t, z, mean, u, &u_mean);
    cupel_matrix a = {f.triangle, d, d, d}, w = {f.coef, d, 1, 1};
    CUPEL_TRY(cupel_la_gram((cupel_matrix_in){z, t->n, d, d}, a, err));
    for (size_t j = 0; j < d; j++) f.triangle[j * d + j] += t->setting[LAMBDA] * (double)t->n;
    CUPEL_TRY(cupel_la_multiply(CUPEL_ATB, (cupel_matrix_in){z, t->n, d, d}, (cupel_matrix_in){u, t->n, 1, 1}, w, err));
    CUPEL_TRY(cupel_la_cholesky(a, err));
    CUPEL_TRY(cupel_la_cholesky_solve(cupel_read(a), w, err));
    CUPEL_TRY(cupel_la_triangle_invert(a, err));
    f.bias = cupel_linear_bias(f.coef, mean, d, u_mean);
done:
    if (st == CUPEL_OK)
        *out = f;
    else
        cupel_fitted_release(&f);
    cupel_free(z);
    cupel_free(u);
    cupel_free(mean);
    return st;
}

static const cupel_reference references[] = {
    {"10.1080/00401706.1970.10488634",
     "Hoerl, Kennard: Ridge regression: biased estimation for nonorthogonal problems. Technometrics 12, 55 (1970)"},
    {NULL, NULL},
};

static const cupel_param params[] = {
    {"lambda", "", NAN, 1e-12, 1e6,
     "penalty per row on the squared slopes, columns and target scaled to variance 1; chosen by inner cross-validation"},
    {0},
};

static const cupel_axis axes[] = {
    {.param = LAMBDA, .stage = 0, .n = 8, .value = {1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10}},
    {.param = LAMBDA, .stage = 1, .relative = true, .n = 4, .value = {0.3, 0.55, 1.8, 3}},
    {0},
};

extern const cupel_learner cupel_learner_ridge;
const cupel_learner cupel_learner_ridge = {
    .method = {CUPEL_LEARNER_SAYS,
               .name = "ridge",
               .help = "ridge regression, linear in the columns",
               .maturity = "stable",
               .output = CUPEL_NUMBER_OR_CHANCE,
               .references = references,
               .params = params},
    .regression = true,
    .classes = true,
    .axes = axes,
    .start = start,
    .prepare = prepare,
    .fit = fit,
};
