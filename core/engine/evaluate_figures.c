#include "core/engine/evaluate_parts.h"
#include "models/learn/metrics.h"

#include <math.h>

enum { N_LEVELS = 19 }; /* 5 %, 10 %, ... 95 % */

static void put(cupel_evaluator *v, size_t fold, size_t *at, const char *name, bool has_unit, double x)
{
    cupel_metric *m = &v->e->metric[(*at)++];
    m->name = name;
    m->unit = has_unit ? v->e->unit : "";
    m->folds[fold] = x;
}

/* Intervals, or sets of classes, at a level into lower and upper. */
static void intervals_at(const cupel_surrogate *s, cupel_held *h, double level)
{
    for (size_t i = 0; i < h->n; i++) {
        if (h->mixture) cupel_surrogate_spiked_interval(s, &h->mixture[i], h->p.value[i], h->p.distance[i], level, &h->lower[i], &h->upper[i]);
        else cupel_surrogate_interval(s, h->p.value[i], h->p.spread[i], level, &h->lower[i], &h->upper[i]);
    }
}

static double coverage_at(const cupel_surrogate *s, cupel_held *h, double level)
{
    intervals_at(s, h, level);
    return cupel_metric_coverage(h->truth, h->lower, h->upper, h->n);
}

/* Coverage by the central part of the predicted distributions. A truth that many rows share has no one place in its distribution but a stretch, from
 * the share below it to that up to it: it counts with the part of the stretch that lies in the centre, as if its place were drawn by lot. */
static double central_coverage(const cupel_surrogate *s, const cupel_held *h, double level)
{
    const double from = 0.5 * (1 - level), to = 0.5 * (1 + level);
    double sum = 0;
    for (size_t i = 0; i < h->n; i++) {
        double below, at_most;
        cupel_surrogate_spiked_share(s, &h->mixture[i], h->truth[i], &below, &at_most);
        if (at_most > below) sum += fmax(0, fmin(at_most, to) - fmax(below, from)) / (at_most - below);
        else sum += from <= below && below <= to;
    }
    return sum / (double)h->n;
}

static double miscalibration(const cupel_surrogate *s, cupel_held *h)
{
    double level[N_LEVELS], coverage[N_LEVELS];
    for (int i = 0; i < N_LEVELS; i++) {
        level[i] = 0.05 * (i + 1);
        coverage[i] = h->mixture ? central_coverage(s, h, level[i]) : coverage_at(s, h, level[i]);
    }
    return cupel_metric_miscalibration(level, coverage, N_LEVELS);
}

/* Mean squared residual in units of the predicted standard deviation: 1 when that is right. */
static double squared_z(const cupel_surrogate *s, const cupel_held *h)
{
    double sum = 0, unit = cupel_surrogate_unit_deviation(s);
    for (size_t i = 0; i < h->n; i++) {
        double z = (h->truth[i] - h->p.value[i]) / (h->p.spread[i] * unit);
        sum += z * z;
    }
    return sum / (double)h->n;
}

static double mae_where(const cupel_held *h, unsigned char in_domain)
{
    double sum = 0, n = 0;
    for (size_t i = 0; i < h->n; i++) {
        if (h->p.in_domain[i] != in_domain) continue;
        sum += fabs(h->p.value[i] - h->truth[i]);
        n += 1;
    }
    return n > 0 ? sum / n : NAN;
}

static double share_in_domain(const cupel_held *h)
{
    size_t in = 0;
    for (size_t i = 0; i < h->n; i++) in += h->p.in_domain[i];
    return (double)in / (double)h->n;
}

/* Shares of rows whose set holds no class, and two. */
static void set_sizes(const cupel_held *h, double *empty, double *both)
{
    *empty = *both = 0;
    for (size_t i = 0; i < h->n; i++) {
        *empty += isnan(h->lower[i]) / (double)h->n;
        *both += (h->lower[i] < h->upper[i]) / (double)h->n;
    }
}

/* At each of the levels that are always given: coverage, then the width of the intervals or the mean number of classes in a set. */
static void put_levels(cupel_evaluator *v, size_t fold, size_t *at, const cupel_surrogate *s, cupel_held *h)
{
    static const struct {
        double level;
        const char *coverage, *width, *size;
    } given[] = {{0.5, "coverage50", "width50", "set_size50"}, {0.8, "coverage80", "width80", "set_size80"},
                 {0.9, "coverage90", "width90", "set_size90"}, {0.95, "coverage95", "width95", "set_size95"}};
    enum { LEVELS = sizeof given / sizeof *given };
    double size[LEVELS], empty = NAN, both;
    for (size_t k = 0; k < LEVELS; k++) {
        put(v, fold, at, given[k].coverage, false, coverage_at(s, h, given[k].level));
        if (v->e->is_class)
            set_sizes(h, &empty, &both), size[k] = 1 - empty + both;
        else
            size[k] = cupel_metric_width(h->lower, h->upper, h->n);
    }
    for (size_t k = 0; k < LEVELS; k++) put(v, fold, at, v->e->is_class ? given[k].size : given[k].width, !v->e->is_class, size[k]);
    put(v, fold, at, "miscalibration", false, miscalibration(s, h));
}

/* Of models that have any, last. */
static void put_vectors(cupel_evaluator *v, size_t fold, size_t *at, const cupel_surrogate *s)
{
    if (cupel_surrogate_has_support_vectors(s)) put(v, fold, at, "support_vectors", false, (double)cupel_surrogate_support_vectors(s));
}

static cupel_status put_regression(cupel_evaluator *v, size_t fold, const cupel_surrogate *s, cupel_held *h, cupel_err *err)
{
    size_t at = 0;
    double rho = NAN, by_spread = NAN;
    for (size_t i = 0; i < h->n; i++) h->is[i] = fabs(h->truth[i] - h->p.value[i]);
    cupel_status st = cupel_metric_spearman(h->truth, h->p.value, h->n, &rho, err);
    if (st == CUPEL_OK) st = cupel_metric_spearman(h->is, h->p.spread, h->n, &by_spread, err);
    if (st != CUPEL_OK) return st;
    put(v, fold, &at, "mae", true, cupel_metric_mae(h->truth, h->p.value, h->n));
    put(v, fold, &at, "rmse", true, cupel_metric_rmse(h->truth, h->p.value, h->n));
    put(v, fold, &at, "r2", false, cupel_metric_r2(h->truth, h->p.value, h->n));
    put(v, fold, &at, "spearman", false, rho);
    put_levels(v, fold, &at, s, h);
    put(v, fold, &at, "z2", false, squared_z(s, h));
    put(v, fold, &at, "interval_score90", true, cupel_metric_interval_score(h->truth, h->p.lower, h->p.upper, h->n, 0.9));
    put(v, fold, &at, "error_by_spread", false, by_spread);
    put(v, fold, &at, "in_domain", false, share_in_domain(h));
    put(v, fold, &at, "mae_in_domain", true, mae_where(h, 1));
    put(v, fold, &at, "mae_out_of_domain", true, mae_where(h, 0));
    put_vectors(v, fold, &at, s);
    v->e->n_metrics = at;
    return CUPEL_OK;
}

/* The same for classes: the variance of a truth of 0 or 1 is p (1 - p). */
static double squared_z_of_classes(const cupel_held *h)
{
    const double least = 1e-6; /* a claim beyond one in a million counts as that */
    double sum = 0;
    for (size_t i = 0; i < h->n; i++) {
        double p = h->p.value[i], off = h->is[i] - p, variance = p * (1 - p);
        sum += off * off / (variance > least ? variance : least);
    }
    return sum / (double)h->n;
}

static cupel_status put_classes(cupel_evaluator *v, size_t fold, const cupel_surrogate *s, cupel_held *h, cupel_err *err)
{
    size_t at = 0;
    double auc = NAN, off = NAN, empty, both, *is = h->is;
    for (size_t i = 0; i < h->n; i++) is[i] = h->truth[i] == v->class_value[1];
    cupel_status st = cupel_metric_auc(is, h->p.value, h->n, &auc, err);
    if (st == CUPEL_OK) st = cupel_metric_calibration_error(is, h->p.value, h->n, &off, err);
    if (st != CUPEL_OK) return st;
    cupel_confusion c = cupel_metric_confusion(is, h->p.value, h->n, cupel_surrogate_class_threshold(s));
    put(v, fold, &at, "auc", false, auc);
    put(v, fold, &at, "balanced_accuracy", false, cupel_metric_balanced_accuracy(&c));
    put(v, fold, &at, "accuracy", false, cupel_metric_accuracy(&c));
    put(v, fold, &at, "f1", false, cupel_metric_f1(&c));
    put(v, fold, &at, "mcc", false, cupel_metric_mcc(&c));
    put(v, fold, &at, "log_loss", false, cupel_metric_log_loss(is, h->p.value, h->n));
    put(v, fold, &at, "brier", false, cupel_metric_brier(is, h->p.value, h->n));
    put(v, fold, &at, "calibration_error", false, off);
    put_levels(v, fold, &at, s, h);
    put(v, fold, &at, "z2", false, squared_z_of_classes(h));
    intervals_at(s, h, 0.9);
    set_sizes(h, &empty, &both);
    put(v, fold, &at, "empty90", false, empty);
    put(v, fold, &at, "class_threshold", false, cupel_surrogate_class_threshold(s));
    put(v, fold, &at, "in_domain", false, share_in_domain(h));
    put_vectors(v, fold, &at, s);
    v->e->n_metrics = at;
    return CUPEL_OK;
}

cupel_status cupel_evaluate_figures(cupel_evaluator *v, size_t fold, const cupel_surrogate *s, cupel_held *h, cupel_err *err)
{
    return v->e->is_class ? put_classes(v, fold, s, h, err) : put_regression(v, fold, s, h, err);
}
