/* Gaussian process regression with a length for every column: the lengths are learned once, from all training rows (or so many of them, by chance) by
 * the gradient of the marginal likelihood; columns divided by them are what the process gp then sees, for noise, variance, intervals and domain. */
#include "models/learn/ard.h"
#include "models/learn/kernel_ls.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/sys/file.h"

#include <math.h>
#include <string.h>

extern const cupel_learner cupel_learner_gp;

enum { ROWS = 600, STEPS = 60, MOST_ROWS = 16384, STREAM = 0x617264 };
static const double WIDE = 1.5; /* deviation of a log length from where it starts: with more columns than rows can tell apart lengths stay common */

static cupel_status take_rows(const cupel_problem *p, uint64_t seed, size_t n, double *x, double *u, cupel_err *err)
{
    size_t *order = cupel_alloc(p->n, sizeof *order);
    double mean = 0;
    if (!order) return cupel_no_memory(err, "rows", p->n * sizeof *order);
    cupel_rng_permutation(seed, STREAM, order, p->n);
    for (size_t i = 0; i < n; i++) {
        memcpy(x + i * p->d, p->x + order[i] * p->d, p->d * sizeof *x);
        u[i] = p->y[order[i]];
        mean += u[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) u[i] -= mean;
    cupel_free(order);
    return CUPEL_OK;
}

static cupel_status relevance(const cupel_problem *p, uint64_t seed, double *factor, cupel_err *err)
{
    size_t n = p->n < ROWS ? p->n : ROWS, d = p->d;
    cupel_status st = CUPEL_OK;
    if (p->n > MOST_ROWS)
        return cupel_fail(err, CUPEL_USAGE, "model 'gp_ard': %zu training rows, at most %d; use svr, or fewer rows", p->n, (int)MOST_ROWS);
    double *x = cupel_alloc_aligned(cupel_mul(n, d), sizeof *x), *u = cupel_alloc(n, sizeof *u), *theta = cupel_alloc(d + 1, sizeof *theta);
    cupel_ard a = {n, d, x, u, cupel_alloc_aligned(cupel_ard_bytes(n, d), 1)};
    if (!x || !u || !theta || !a.memory) CUPEL_TRY(cupel_no_memory(err, "lengths of a Gaussian process", cupel_ard_bytes(n, d)));
    CUPEL_TRY(take_rows(p, seed, n, x, u, err));
    for (size_t k = 0; k < d; k++) theta[k] = 0.5 * log(p->typical);
    theta[d] = log(0.05);
    CUPEL_TRY(cupel_ard_learn(&a, WIDE, STEPS, theta, err));
    for (size_t k = 0; k < d; k++) factor[k] = exp(-theta[k]);
done:
    cupel_free(a.memory);
    cupel_free(x);
    cupel_free(u);
    cupel_free(theta);
    return st;
}

static void start(const cupel_problem *p, double *setting)
{
    (void)p;
    if (isnan(setting[CUPEL_LS_DIAGONAL])) setting[CUPEL_LS_DIAGONAL] = 0.05;
    if (isnan(setting[CUPEL_LS_GAMMA])) setting[CUPEL_LS_GAMMA] = 0.5;
}

static cupel_status prepare(const cupel_problem *p, const double *setting, void **prepared, cupel_err *err)
{
    return cupel_learner_gp.prepare(p, setting, prepared, err);
}

static cupel_status fit(const cupel_fit_task *t, cupel_fitted *out, cupel_err *err) { return cupel_learner_gp.fit(t, out, err); }

static cupel_status evidence(const cupel_fit_task *t, double *loss, cupel_err *err) { return cupel_learner_gp.evidence(t, loss, err); }

static const cupel_reference references[] = {
    {"10.7551/mitpress/3206.001.0001", "Rasmussen, Williams: Gaussian processes for machine learning. MIT Press (2006), section 5.4"},
    {NULL, NULL},
};

static const cupel_param params[] = {
    {"noise", "", NAN, 1e-10, 1e6, "variance of the noise over that of the process; chosen by the marginal likelihood"},
    {"gamma", "", NAN, 1e-12, 1e6, "1 / (2 length^2) of the kernel, columns divided by their learned lengths; chosen by the marginal likelihood"},
    CUPEL_MATERN_PARAM,
    {0},
};

static const cupel_axis axes[] = {
    {.param = CUPEL_LS_GAMMA, .stage = 0, .relative = true, .n = 3, .value = {0.5, 1, 2}},
    {.param = CUPEL_LS_DIAGONAL, .stage = 0, .n = 5, .value = {1e-4, 1e-3, 1e-2, 0.1, 0.5}},
    {.param = CUPEL_LS_DIAGONAL, .stage = 1, .relative = true, .n = 4, .value = {0.4, 0.65, 1.5, 2.5}},
    {0},
};

extern const cupel_learner cupel_learner_gp_ard;
const cupel_learner cupel_learner_gp_ard = {
    .method = {CUPEL_LEARNER_SAYS,
               .name = "gp_ard",
               .help = "exact Gaussian process regression, a learned length for every column",
               .maturity = "stable",
               .output = CUPEL_NUMBER_OR_CHANCE,
               .references = references,
               .params = params},
    .regression = true,
    .classes = true,
    .kernel = true,
    .variance = true,
    .axes = axes,
    .relevance = relevance,
    .start = start,
    .kernel_of = cupel_kernel_ls_kernel,
    .prepare = prepare,
    .release = cupel_kernel_ls_release,
    .fit = fit,
    .evidence = evidence,
};
