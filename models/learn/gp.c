/* Gaussian process regression, exact: the mean is an expansion over all training rows, the variance comes through the inverse of Cholesky's
 * factor (Rasmussen, Williams 2006, algorithm 2.1). Length and noise maximise the marginal likelihood, the amplitude is profiled out. */
#include "models/learn/kernel_ls.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/la.h"

#include <math.h>

static cupel_status prepare(const cupel_problem *p, const double *setting, void **prepared, cupel_err *err)
{
    return cupel_kernel_ls_prepare(p, setting, "the kernel matrix of a Gaussian process (svr with matern=0,matrix=0 trains in less)", prepared, err);
}

static cupel_status fit(const cupel_fit_task *t, cupel_fitted *out, cupel_err *err)
{
    cupel_status st = cupel_kernel_ls_solve(t, t->setting[CUPEL_LS_DIAGONAL], out, &out->triangle, err);
    if (st != CUPEL_OK) return st;
    st = cupel_la_triangle_invert((cupel_matrix){out->triangle, t->n, t->n, t->n}, err);
    if (st != CUPEL_OK) cupel_fitted_release(out);
    return st;
}

/* -2 log marginal likelihood less constants, at the best amplitude u'a / n: n log(u'a / n) + log det(K + s I). */
static cupel_status evidence(const cupel_fit_task *t, double *loss, cupel_err *err)
{
    cupel_fitted f = {0};
    double *factor = NULL, sum = 0, n = (double)t->n;
    cupel_status st = cupel_kernel_ls_solve(t, t->setting[CUPEL_LS_DIAGONAL], &f, &factor, err);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; i < t->n; i++) sum += f.coef[i] * (t->problem->y[t->row[i]] - f.bias);
    *loss = n * log(sum / n) + cupel_la_cholesky_log_det((cupel_matrix_in){factor, t->n, t->n, t->n});
    cupel_free(factor);
    cupel_fitted_release(&f);
    return CUPEL_OK;
}

static const cupel_reference references[] = {
    {"10.7551/mitpress/3206.001.0001", "Rasmussen, Williams: Gaussian processes for machine learning. MIT Press (2006)"},
    {NULL, NULL},
};

static const cupel_param params[] = {
    {"noise", "", NAN, 1e-10, 1e6, "variance of the noise over that of the process; chosen by the marginal likelihood"},
    CUPEL_GAMMA_PARAM("the marginal likelihood"),
    CUPEL_MATERN_PARAM,
    {0},
};

static const cupel_axis axes[] = {
    {.param = CUPEL_LS_GAMMA, .stage = 0, .relative = true, .n = 4, .value = {0.05, 0.2, 0.8, 3}},
    {.param = CUPEL_LS_DIAGONAL, .stage = 0, .n = 4, .value = {1e-3, 1e-2, 0.1, 0.5}},
    {.param = CUPEL_LS_GAMMA, .stage = 1, .relative = true, .n = 3, .value = {0.5, 1, 2}},
    {.param = CUPEL_LS_DIAGONAL, .stage = 1, .relative = true, .n = 3, .value = {0.4, 1, 2.5}},
    {.param = CUPEL_LS_GAMMA, .stage = 2, .relative = true, .n = 3, .value = {0.75, 1, 1.35}},
    {.param = CUPEL_LS_DIAGONAL, .stage = 2, .relative = true, .n = 3, .value = {0.7, 1, 1.4}},
    {0},
};

extern const cupel_learner cupel_learner_gp;
const cupel_learner cupel_learner_gp = {
    .method = {CUPEL_LEARNER_SAYS,
               .name = "gp",
               .help = "exact Gaussian process regression",
               .maturity = "stable",
               .output = CUPEL_NUMBER_OR_CHANCE,
               .references = references,
               .params = params},
    .regression = true,
    .classes = true,
    .kernel = true,
    .variance = true,
    .axes = axes,
    .start = cupel_kernel_ls_start,
    .kernel_of = cupel_kernel_ls_kernel,
    .prepare = prepare,
    .release = cupel_kernel_ls_release,
    .fit = fit,
    .evidence = evidence,
};
