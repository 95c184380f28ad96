#include "core/engine/micro/fractions.h"

#include "core/base/err.h"
#include "core/engine/micro/space.h"
#include "models/homogenize/bounds.h"

#include <math.h>

/* Windows that touch, up to rounding, do not exclude each other. */
static const double TOUCH = 1e-9;

static bool of_phases(const cupel_ask *a) { return a->kind == CUPEL_ASK_FRACTION || a->kind == CUPEL_ASK_DENSITY || a->kind == CUPEL_ASK_PRICE; }

static void add(const cupel_micro_demand *d, size_t ask, bool at_least, cupel_fraction_limit *l)
{
    const cupel_ask *a = &d->ask[ask];
    const double sign = at_least ? -1 : 1, bound = at_least ? a->min : a->max;
    *l = (cupel_fraction_limit){.ask = ask, .at_least = at_least};
    for (size_t p = 0; p < d->n_phases; p++) {
        const cupel_micro_phase *m = &d->phase[p];
        const double x = a->kind == CUPEL_ASK_FRACTION  ? (p == a->phase) - bound
                         : a->kind == CUPEL_ASK_DENSITY ? m->density - bound
                                                        : cupel_phase_cost(m) - (a->per_volume ? 1 : m->density) * bound;
        l->weight[p] = sign * x;
    }
}

size_t cupel_fraction_limits(const cupel_micro_demand *d, cupel_fraction_limit *limit)
{
    size_t n = 0;
    for (size_t i = 0; i < d->n_asks; i++) {
        if (!of_phases(&d->ask[i])) continue;
        if (d->ask[i].min > -HUGE_VAL) add(d, i, true, &limit[n++]);
        if (d->ask[i].max < HUGE_VAL) add(d, i, false, &limit[n++]);
    }
    return n;
}

static double value_at(const cupel_micro_demand *d, const cupel_ask *a, const double *fraction)
{
    const cupel_micro_state s = {.fraction = fraction};
    return cupel_ask_value(d, a, &s);
}

/* The entry cannot be met at any of these fractions; by which others they were left is said by `with` (n_asks: none). */
static cupel_status exclude(const cupel_micro_demand *d, const cupel_fraction_limit *l, size_t with, const double *nearest, cupel_err *err)
{
    const cupel_ask *a = &d->ask[l->ask];
    const double u = a->in_unit, bound = u * (l->at_least ? a->min : a->max);
    const char *word = l->at_least ? "at least" : "at most", *gap = *a->unit ? " " : "";
    if (with < d->n_asks && with != l->ask)
        return cupel_fail(err, CUPEL_INFEASIBLE,
                          "%s:%zu: cannot be met: the windows of '%s' (line %zu) and '%s' exclude each other: no mixture has both; nearest: "
                          "'%s' %s %.5g%s%s is not ruled out with '%s' as asked (asked: %s %.5g)",
                          d->file, a->line, d->ask[with].name, d->ask[with].line, a->name, a->name, word, u * value_at(d, a, nearest), gap, a->unit,
                          d->ask[with].name, word, bound);
    return cupel_fail(err, CUPEL_INFEASIBLE,
                      "%s:%zu: cannot be met: no mixture of the phases has a '%s' of %s %.5g%s%s; volume fractions lie between 0 and 1, and "
                      "nearest, not ruled out, is %.5g",
                      d->file, a->line, a->name, word, bound, gap, a->unit, u * value_at(d, a, nearest));
}

/* Two phases: each limit is a bound on the fraction f of phase 1, w0 + f (w1 - w0) <= 0. */
static cupel_status of_two(const cupel_micro_demand *d, const cupel_fraction_limit *limit, size_t n, double *low, double *high, cupel_err *err)
{
    double f_low = 0, f_high = 1;
    size_t by_low = d->n_asks, by_high = d->n_asks;
    for (size_t i = 0; i < n; i++) {
        const double w0 = limit[i].weight[0], w1 = limit[i].weight[1], at = w0 != w1 ? w0 / (w0 - w1) : w0 <= TOUCH * fabs(w1) ? -1 : 2;
        const bool from_below = w0 >= w1; /* the fraction must be at least `at` */
        double f[2];
        if (from_below && at > f_low) f_low = at, by_low = limit[i].ask;
        if (!from_below && at < f_high) f_high = at, by_high = limit[i].ask;
        if (f_low <= f_high + TOUCH) continue;
        const size_t with = from_below ? by_high : by_low;
        f[1] = fmin(fmax(from_below ? f_high : f_low, 0), 1);
        f[0] = 1 - f[1];
        return exclude(d, &limit[i], with, f, err);
    }
    f_high = fmax(f_low, f_high);
    low[1] = fmin(f_low, 1), high[1] = fmin(f_high, 1);
    low[0] = 1 - high[1], high[0] = 1 - low[1];
    return CUPEL_OK;
}

/* More phases: windows of one fraction are the box; the others are tried over it, one by one. */
static cupel_status of_many(const cupel_micro_demand *d, const cupel_fraction_limit *limit, size_t n, double *low, double *high, cupel_err *err)
{
    size_t last = d->n_asks;
    double f[CUPEL_MICRO_PHASES_MAX], least = 0, most = (double)d->n_phases, weight[CUPEL_MICRO_PHASES_MAX];
    for (size_t p = 0; p < d->n_phases; p++) low[p] = 0, high[p] = 1;
    for (size_t i = 0; i < n; i++) {
        const cupel_ask *a = &d->ask[limit[i].ask];
        if (a->kind != CUPEL_ASK_FRACTION) continue;
        if (limit[i].at_least)
            low[a->phase] = fmax(low[a->phase], a->min);
        else
            high[a->phase] = fmin(high[a->phase], a->max);
        least = most = 0;
        for (size_t p = 0; p < d->n_phases; p++) least += low[p], most += high[p], f[p] = low[p];
        f[a->phase] = limit[i].at_least ? fmax(0, 1 - (least - low[a->phase])) : 1 - (most - high[a->phase]);
        if (low[a->phase] > high[a->phase] + TOUCH || least > 1 + TOUCH || most < 1 - TOUCH) return exclude(d, &limit[i], last, f, err);
        last = limit[i].ask;
    }
    for (size_t p = 0; p < d->n_phases; p++) { /* what the others leave */
        const double l = low[p], h = high[p];
        high[p] = fmax(l, fmin(h, 1 - (least - l)));
        low[p] = fmin(high[p], fmax(l, 1 - (most - h)));
    }
    for (size_t i = 0; i < n; i++) {
        if (d->ask[limit[i].ask].kind == CUPEL_ASK_FRACTION) continue;
        double size = 0;
        for (size_t p = 0; p < d->n_phases; p++) weight[p] = -limit[i].weight[p], size = fmax(size, fabs(weight[p]));
        if (cupel_fractions_most(d->n_phases, low, high, weight, f) < -TOUCH * size) return exclude(d, &limit[i], last, f, err);
    }
    return CUPEL_OK;
}

cupel_status cupel_fractions_of_windows(const cupel_micro_demand *d, double *low, double *high, cupel_err *err)
{
    cupel_fraction_limit limit[2 * CUPEL_ASKS_MAX];
    const size_t n = cupel_fraction_limits(d, limit);
    if (d->n_phases == 2) return of_two(d, limit, n, low, high, err);
    return of_many(d, limit, n, low, high, err);
}

cupel_status cupel_fractions_allowed(const cupel_micro_demand *d, double *low, double *high, bool *space, cupel_err *err)
{
    double from[CUPEL_MICRO_PHASES_MAX], to[CUPEL_MICRO_PHASES_MAX];
    bool narrower = false;
    cupel_status st = cupel_fractions_of_windows(d, low, high, err);
    if (st == CUPEL_OK && cupel_micro_space_fractions(d, from, to))
        for (size_t p = 0; p < d->n_phases; p++) {
            narrower = narrower || from[p] > low[p] + TOUCH || to[p] < high[p] - TOUCH;
            low[p] = fmin(fmax(low[p], from[p]), to[p]); /* where they are apart the space is refused, but for what a packing misses its own by */
            high[p] = fmax(low[p], fmin(high[p], to[p]));
        }
    if (space) *space = narrower;
    return st;
}
