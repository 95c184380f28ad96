/* Elastic net: a line through the scaled columns whose slopes pay for their size, some of them so dearly that they are 0.
 *
 *   minimise 1/(2n) sum (y - b - x'w)^2 + lambda (l1 |w|_1 + (1 - l1)/2 |w|_2^2)
 *
 * by coordinate descent on the Gram matrix (covariance updates), down a path of penalties from the one at which all slopes are 0, each solution the
 * start of the next (Friedman, Hastie, Tibshirani 2010, doi:10.18637/jss.v033.i01). */
#include "models/learn/elastic_net.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/la.h"
#include "core/sys/file.h"
#include "models/learn/linear.h"
#include "models/learn/net_path.h"

#include <math.h>
#include <string.h>

enum { LAMBDA, L1 };
enum { STEPS_A_DECADE = 6, ROUNDS = 10000 };
static const double EXACT = 1e-8;    /* of the optimality conditions, columns and target of variance 1 */
static const double LEAST_RIDGE = 1e-6; /* under which the leverage of a row is not told apart */

static double soft(double z, double by) { return z > by ? z - by : z < -by ? z + by : 0; }

/* One round over all columns (or those that are not 0); the largest change of a slope times its column's size. left [d]: X'(y - Xw)/n. */
static double one_round(const cupel_net *net, double l1, double l2, bool active_only, double *w, double *left)
{
    double most = 0;
    for (size_t j = 0; j < net->d; j++) {
        const double *row = net->gram + j * net->d;
        double old = w[j], size = row[j];
        if (!(size > 0) || (active_only && !(fabs(old) > 0))) continue;
        double now = soft(left[j] + size * old, l1) / (size + l2), by = now - old;
        if (!(fabs(by) > 0)) continue;
        w[j] = now;
        for (size_t k = 0; k < net->d; k++) left[k] -= by * row[k];
        if (fabs(by) * sqrt(size) > most) most = fabs(by) * sqrt(size);
    }
    return most;
}

double cupel_net_violation(const cupel_net *net, double lambda, double share, const double *w)
{
    double most = 0, l1 = lambda * share, l2 = lambda * (1 - share);
    for (size_t j = 0; j < net->d; j++) {
        double slope = net->with_y[j];
        for (size_t k = 0; k < net->d; k++) slope -= net->gram[j * net->d + k] * w[k];
        slope -= l2 * w[j];
        double off = fabs(w[j]) > 0 ? fabs(slope - (w[j] > 0 ? l1 : -l1)) : fabs(slope) - l1;
        if (off > most) most = off;
    }
    return most;
}

/* From where w stands; left is made anew so that roundings of earlier penalties do not add up. */
size_t cupel_net_descend(const cupel_net *net, double lambda, double share, double exact, double *w, double *left)
{
    double l1 = lambda * share, l2 = lambda * (1 - share);
    for (size_t j = 0; j < net->d; j++) {
        left[j] = net->with_y[j];
        for (size_t k = 0; k < net->d; k++) left[j] -= net->gram[j * net->d + k] * w[k];
    }
    size_t round = 0;
    for (; round < ROUNDS; round++) {
        if (one_round(net, l1, l2, false, w, left) <= exact) break;
        while (round < ROUNDS && one_round(net, l1, l2, true, w, left) > exact) round++;
    }
    return round + 1;
}

cupel_status cupel_net_solve(const cupel_net *net, double lambda, double share, double *w, cupel_err *err)
{
    double *left = cupel_alloc(net->d, sizeof *left), top = 0;
    if (!left) return cupel_no_memory(err, "an elastic net", net->d * sizeof *left);
    memset(w, 0, net->d * sizeof *w);
    for (size_t j = 0; j < net->d; j++)
        if (fabs(net->with_y[j]) > top) top = fabs(net->with_y[j]);
    if (share > 0) top /= share;
    for (double at = top; at > lambda; at *= pow(10, -1.0 / STEPS_A_DECADE)) cupel_net_descend(net, at, share, 1e-4, w, left);
    cupel_net_descend(net, lambda, share, EXACT, w, left);
    cupel_free(left);
    return CUPEL_OK;
}

static void start(const cupel_problem *p, double *setting)
{
    (void)p;
    if (isnan(setting[LAMBDA])) setting[LAMBDA] = 1e-2;
    if (isnan(setting[L1])) setting[L1] = 0.5;
}

static cupel_status prepare(const cupel_problem *p, const double *setting, void **prepared, cupel_err *err)
{
    (void)setting;
    *prepared = NULL;
    size_t one = cupel_mul(cupel_mul(p->d, 2 * p->d) + cupel_mul(p->n, p->d + 1), sizeof(double));
    return cupel_memory_check(cupel_mul(p->job->threads, one), "an elastic net", err);
}

/* Sums over the rows of the task: columns less their mean, products over n. */
cupel_status cupel_net_gather(const cupel_fit_task *t, cupel_net *net, double *gram, double *with_y, double *mean, double *y_mean, cupel_err *err)
{
    const size_t d = t->problem->d;
    cupel_status st = CUPEL_OK;
    double *z = cupel_alloc_aligned(cupel_mul(t->n, d), sizeof *z), *u = cupel_alloc(t->n, sizeof *u), share = 1 / (double)t->n;
    if (!z || !u) CUPEL_TRY(cupel_no_memory(err, "an elastic net", cupel_mul(cupel_mul(t->n, d), sizeof *z)));
    cupel_linear_centre(t, z, mean, u, y_mean);
    CUPEL_TRY(cupel_la_gram((cupel_matrix_in){z, t->n, d, d}, (cupel_matrix){gram, d, d, d}, err));
    CUPEL_TRY(cupel_la_multiply(CUPEL_ATB, (cupel_matrix_in){z, t->n, d, d}, (cupel_matrix_in){u, t->n, 1, 1}, (cupel_matrix){with_y, d, 1, 1}, err));
    for (size_t j = 0; j < d * d; j++) gram[j] *= share;
    for (size_t j = 0; j < d; j++) with_y[j] *= share;
    *net = (cupel_net){d, gram, with_y};
done:
    cupel_free(z);
    cupel_free(u);
    return st;
}

/* The triangle is that of ridge regression with the same weight on squares (at least LEAST_RIDGE): what the training rows know of a direction. */
static cupel_status fit(const cupel_fit_task *t, cupel_fitted *out, cupel_err *err)
{
    size_t d = t->problem->d;
    cupel_status st = CUPEL_OK;
    cupel_net net;
    double lambda = t->setting[LAMBDA], share = t->setting[L1], ridge = lambda > LEAST_RIDGE ? lambda : LEAST_RIDGE, y_mean = 0;
    double *with_y = cupel_alloc(d, sizeof *with_y), *mean = cupel_alloc(d, sizeof *mean);
    cupel_fitted f = {.n = d, .coef = cupel_alloc(d, sizeof *f.coef), .triangle = cupel_alloc_aligned(cupel_mul(d, d), sizeof *f.triangle)};
    if (!with_y || !mean || !f.coef || !f.triangle) CUPEL_TRY(cupel_no_memory(err, "an elastic net", cupel_mul(cupel_mul(d, d), sizeof(double))));
    CUPEL_TRY(cupel_net_gather(t, &net, f.triangle, with_y, mean, &y_mean, err));
    CUPEL_TRY(cupel_net_solve(&net, lambda, share, f.coef, err));
    f.bias = cupel_linear_bias(f.coef, mean, d, y_mean);
    for (size_t j = 0; j < d * d; j++) f.triangle[j] *= (double)t->n;
    for (size_t j = 0; j < d; j++) f.triangle[j * d + j] += ridge * (double)t->n;
    CUPEL_TRY(cupel_la_cholesky((cupel_matrix){f.triangle, d, d, d}, err));
    CUPEL_TRY(cupel_la_triangle_invert((cupel_matrix){f.triangle, d, d, d}, err));
done:
    if (st == CUPEL_OK)
        *out = f;
    else
        cupel_fitted_release(&f);
    cupel_free(with_y);
    cupel_free(mean);
    return st;
}

static cupel_status path(const cupel_problem *p, const size_t *fold, size_t n_folds, const double *setting, cupel_net_path *out, cupel_err *err)
{
    return cupel_net_path_make(p, fold, n_folds, setting[LAMBDA], setting[L1], out, err);
}

static const cupel_reference references[] = {
    {"10.1111/j.1467-9868.2005.00503.x", "Zou, Hastie: Regularization and variable selection via the elastic net. J. R. Stat. Soc. B 67, 301 (2005)"},
    {"10.18637/jss.v033.i01",
     "Friedman, Hastie, Tibshirani: Regularization paths for generalized linear models via coordinate descent. J. Stat. Softw. 33, 1 (2010)"},
    {NULL, NULL},
};

static const cupel_param params[] = {
    {"lambda", "", NAN, 1e-12, 1e6, "penalty on the slopes, columns and target scaled to variance 1; chosen by inner cross-validation"},
    {"l1", "", NAN, 0, 1, "share of the penalty that is on absolute slopes: 1 is the lasso, 0 ridge regression; chosen by inner cross-validation"},
    {0},
};

static const cupel_axis axes[] = {
    {.param = L1, .stage = 0, .n = 3, .value = {0.1, 0.5, 1}},
    {.param = LAMBDA, .stage = 0, .n = 7, .value = {1e-5, 1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1}},
    {.param = LAMBDA, .stage = 1, .relative = true, .n = 4, .value = {0.3, 0.55, 1.8, 3}},
    {0},
};

extern const cupel_learner cupel_learner_elastic_net;
const cupel_learner cupel_learner_elastic_net = {
    .method = {CUPEL_LEARNER_SAYS,
               .name = "elastic_net",
               .help = "elastic net and lasso, linear in the columns, some slopes 0",
               .maturity = "stable",
               .output = CUPEL_NUMBER_OR_CHANCE,
               .references = references,
               .params = params},
    .regression = true,
    .classes = true,
    .slow = true,
    .axes = axes,
    .start = start,
    .prepare = prepare,
    .fit = fit,
    .path = path,
};
