/* Kernel ridge regression. */
#include "models/learn/kernel_ls.h"

#include <math.h>

static cupel_status prepare(const cupel_problem *p, const double *setting, void **prepared, cupel_err *err)
{
    return cupel_kernel_ls_prepare(p, setting, "the kernel matrix of kernel ridge regression (svr with matern=0,matrix=0 trains in less)", prepared,
                                   err);
}

static cupel_status fit(const cupel_fit_task *t, cupel_fitted *out, cupel_err *err)
{
    return cupel_kernel_ls_solve(t, t->setting[CUPEL_LS_DIAGONAL], out, NULL, err);
}

static const cupel_reference references[] = {
    {"10.1017/CBO9780511809682", "Shawe-Taylor, Cristianini: Kernel methods for pattern analysis. Cambridge University Press (2004)"},
    {NULL, NULL},
};

static const cupel_param params[] = {
    {"lambda", "", NAN, 1e-10, 1e6, "added to the diagonal of the kernel matrix; chosen by inner cross-validation"},
    CUPEL_GAMMA_PARAM("inner cross-validation"),
    CUPEL_MATERN_PARAM,
    {0},
};

static const cupel_axis axes[] = {
    {.param = CUPEL_LS_GAMMA, .stage = 0, .relative = true, .n = 4, .value = {0.1, 0.3, 1, 3}},
    {.param = CUPEL_LS_DIAGONAL, .stage = 0, .n = 5, .value = {1e-3, 1e-2, 0.1, 0.3, 1}},
    {.param = CUPEL_LS_GAMMA, .stage = 1, .relative = true, .n = 3, .value = {0.58, 1, 1.7}},
    {.param = CUPEL_LS_DIAGONAL, .stage = 1, .relative = true, .n = 3, .value = {0.5, 1, 2}},
    {0},
};

extern const cupel_learner cupel_learner_krr;
const cupel_learner cupel_learner_krr = {
    .method = {CUPEL_LEARNER_SAYS,
               .name = "krr",
               .help = "kernel ridge regression",
               .maturity = "stable",
               .output = CUPEL_NUMBER_OR_CHANCE,
               .references = references,
               .params = params},
    .regression = true,
    .classes = true,
    .kernel = true,
    .axes = axes,
    .start = cupel_kernel_ls_start,
    .kernel_of = cupel_kernel_ls_kernel,
    .prepare = prepare,
    .release = cupel_kernel_ls_release,
    .fit = fit,
};
