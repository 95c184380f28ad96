/* What no arrangement of the phases can have: outer bounds only, so that a refusal is a proof. Every volume fraction that the demand allows is looked
 * at; tolerances are counted in the asker's favour.
 *
 * Two phases: how far an entry is out of reach is quasi-convex in the fraction, because every bound is a mean that is linear in it or the inverse of
 * one. The least is therefore between the neighbours of the best of a few fractions, where golden sections find it to 1e-12. More phases: bounds over
 * the whole box. */
#include "core/base/err.h"
#include "core/engine/micro/feature_bounds.h"
#include "core/engine/micro/design.h"
#include "core/engine/micro/diagonal.h"
#include "core/engine/micro/fractions.h"
#include "core/engine/micro/hold.h"
#include "core/engine/micro/outer_words.h"
#include "core/math/small.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FRACTIONS = 101 };

/* Beside the entries 0 .. n_asks - 1: the diagonal of a conductivity that several of them ask for, and the worst of all. */
static size_t diagonal_of(const cupel_micro_demand *d) { return d->n_asks; }
static size_t all_of(const cupel_micro_demand *d) { return d->n_asks + 1; }

typedef struct scan {
    const cupel_micro_demand *d;
    cupel_outer outer;
    double low[CUPEL_MICRO_PHASES_MAX], high[CUPEL_MICRO_PHASES_MAX]; /* allowed */
    double f_low, f_high;                                             /* of phase 1, when there are two */
    double min[CUPEL_ASKS_MAX], max[CUPEL_ASKS_MAX];                  /* of the numbers asked for, drawn near to their bounds */
    double beyond[CUPEL_ASKS_MAX + 1][FRACTIONS];                     /* of each entry, and of the diagonal (diagonal.h) */
} scan;

static double fraction_of(const scan *s, size_t k) { return s->f_low + (s->f_high - s->f_low) * (double)k / (FRACTIONS - 1); }

static void go_to(scan *s, double f)
{
    const double at[2] = {1 - f, f};
    if (s->d->n_phases == 2)
        cupel_outer_set(&s->outer, at, at);
    else
        cupel_outer_set(&s->outer, s->low, s->high);
}

/* Bounds of a number come in the same order whatever number beyond them is asked for, but their distances from a far one round to the same. They are
 * compared by their distances from one within twice the best bound of those looked at. */
static void draw_near(scan *s)
{
    for (size_t i = 0; i < s->d->n_asks; i++) s->min[i] = -HUGE_VAL, s->max[i] = HUGE_VAL;
    for (size_t k = 0; k < (s->d->n_phases == 2 ? FRACTIONS : 1); k++) {
        go_to(s, fraction_of(s, k));
        for (size_t i = 0; i < s->d->n_asks; i++) {
            cupel_outer_range r;
            if (s->d->ask[i].whole || !cupel_outer_number(&s->outer, &s->d->ask[i], &r)) continue;
            s->min[i] = fmax(s->min[i], r.high + fabs(r.high));
            s->max[i] = fmin(s->max[i], r.low - fabs(r.low));
        }
    }
    for (size_t i = 0; i < s->d->n_asks; i++) s->min[i] = fmin(s->min[i], s->d->ask[i].min), s->max[i] = fmax(s->max[i], s->d->ask[i].max);
}

/* 0: not ruled out. */
static double beyond_of(const scan *s, size_t ask)
{
    if (ask == diagonal_of(s->d)) return cupel_diagonal_beyond(&s->outer, NULL);
    const cupel_ask *a = &s->d->ask[ask];
    cupel_outer_range r;
    bool too_high;
    const double beyond = cupel_outer_beyond(&s->outer, a, NULL);
    if (a->whole || beyond <= 0 || !cupel_outer_number(&s->outer, a, &r)) return beyond;
    cupel_outer_number_beyond(a, &r, &too_high);
    const double asked = too_high ? s->min[ask] : s->max[ask], over = too_high ? asked - r.high : r.low - asked;
    return fmax(DBL_MIN, over / fmax(fabs(asked), 1e-100));
}

/* Entry `ask`, the diagonal, or the worst of all. */
static double beyond_at(scan *s, size_t ask, double f)
{
    double worst = 0;
    go_to(s, f);
    for (size_t i = 0; i < all_of(s->d); i++)
        if (ask == all_of(s->d) || ask == i) worst = fmax(worst, beyond_of(s, i));
    return worst;
}

static double scanned(const scan *s, size_t ask, size_t k)
{
    double worst = 0;
    if (ask < all_of(s->d)) return s->beyond[ask][k];
    for (size_t i = 0; i < all_of(s->d); i++) worst = fmax(worst, s->beyond[i][k]);
    return worst;
}

/* The least over all allowed fractions, and where. */
static double least_beyond(scan *s, size_t ask, double *at)
{
    static const double GOLD = 0.6180339887498949;
    size_t best = 0;
    for (size_t k = 1; k < FRACTIONS; k++)
        if (scanned(s, ask, k) < scanned(s, ask, best)) best = k;
    *at = fraction_of(s, best);
    double least = scanned(s, ask, best);
    if (s->d->n_phases != 2 || least <= 0) return least;
    double a = fraction_of(s, best ? best - 1 : 0), b = fraction_of(s, best + 1 < FRACTIONS ? best + 1 : best);
    double x = b - GOLD * (b - a), y = a + GOLD * (b - a), fx = beyond_at(s, ask, x), fy = beyond_at(s, ask, y);
    for (int i = 0; i < 60; i++) {
        if (fx < least) least = fx, *at = x;
        if (fy < least) least = fy, *at = y;
        if (least <= 0) return 0;
        if (fx <= fy) {
            b = y, y = x, fy = fx;
            x = b - GOLD * (b - a), fx = beyond_at(s, ask, x);
        } else {
            a = x, x = y, fx = fy;
            y = a + GOLD * (b - a), fy = beyond_at(s, ask, y);
        }
    }
    return least;
}

static void look(scan *s)
{
    const size_t n = s->d->n_phases == 2 ? FRACTIONS : 1;
    for (size_t k = 0; k < FRACTIONS; k++) {
        if (k < n) go_to(s, fraction_of(s, k));
        for (size_t i = 0; i < all_of(s->d); i++) s->beyond[i][k] = k < n ? beyond_of(s, i) : s->beyond[i][0];
    }
}

/* ---- refusals ---- */

/* Where the windows of the fraction are what stands in the way: the nearest fraction that is not ruled out. */
static void say_other_fraction(scan *s, size_t ask, cupel_str *text)
{
    double nearest = HUGE_VAL;
    if (s->d->n_phases != 2) return;
    for (size_t k = 0; k < FRACTIONS; k++) {
        const double f = (double)k / (FRACTIONS - 1), away = f < s->f_low ? s->f_low - f : f - s->f_high,
                     best = nearest < s->f_low ? s->f_low - nearest : nearest - s->f_high;
        if (away <= 0 || (isfinite(nearest) && away >= best) || beyond_at(s, ask, f) > 0) continue;
        nearest = f;
    }
    if (isfinite(nearest)) cupel_str_addf(text, ", or this with %.2g of %s", nearest, s->d->phase[1].name);
}

static void say_number(const scan *s, const cupel_ask *a, cupel_str *text)
{
    cupel_outer_range r;
    bool too_high;
    if (!cupel_outer_number(&s->outer, a, &r)) return;
    cupel_outer_number_beyond(a, &r, &too_high);
    const char *gap = *a->unit ? " " : "";
    cupel_str_addf(text, "'%s' %s %.5g%s%s is asked, but %s let it be %s %.5g%s%s", a->name, too_high ? "at least" : "at most",
                   a->in_unit * (too_high ? a->min : a->max), gap, a->unit, cupel_outer_name(too_high ? r.high_by : r.low_by),
                   too_high ? "at most" : "at least", a->in_unit * (too_high ? r.high : r.low), gap, a->unit);
    cupel_outer_say_fractions(&s->outer, s->low, s->high, text);
    cupel_str_addf(text, "; nearest, not ruled out: %.5g%s%s", a->in_unit * (too_high ? r.high : r.low), gap, a->unit);
}

static cupel_status refuse_one(scan *s, size_t ask, double beyond, double at, cupel_err *err)
{
    const cupel_ask *a = &s->d->ask[ask];
    cupel_outer_gap gap;
    cupel_str text = {0};
    go_to(s, at);
    if (a->whole) {
        cupel_outer_beyond(&s->outer, a, &gap);
        cupel_str_addf(&text, "the %s asked for lies outside %s", a->name, cupel_outer_name(gap.bound));
        cupel_outer_say_fractions(&s->outer, s->low, s->high, &text);
        cupel_str_puts(&text, ": ");
        cupel_outer_say_tensor(&s->outer, &gap, &text);
        if (s->d->n_phases == 2) cupel_str_addf(&text, " (at %.4g)", at);
        cupel_str_addf(&text, "; nearest, not ruled out: within %.3g %% (asked: %.3g %%)", 100.5 * (beyond + a->within), 100 * a->within);
        cupel_outer_say_nearest(&s->outer, a, &text);
        if (a->in_unit != 1) cupel_str_addf(&text, "; in %s", a->own_unit);
    } else {
        say_number(s, a, &text);
    }
    say_other_fraction(s, ask, &text);
    cupel_status st = text.failed ? cupel_no_memory(err, "a refusal", 0)
                                  : cupel_fail(err, CUPEL_INFEASIBLE, "%s:%zu: cannot be met: %s", s->d->file, a->line, cupel_str_text(&text));
    cupel_str_free(&text);
    return st;
}

static cupel_status refuse_diagonal(scan *s, double at, cupel_err *err)
{
    cupel_diagonal g;
    cupel_str text = {0};
    go_to(s, at);
    cupel_diagonal_beyond(&s->outer, &g);
    cupel_diagonal_say(&s->outer, &g, &text);
    cupel_outer_say_fractions(&s->outer, s->low, s->high, &text);
    cupel_status st = text.failed ? cupel_no_memory(err, "a refusal", 0)
                                  : cupel_fail(err, CUPEL_INFEASIBLE, "%s:%zu: cannot be met: %s", s->d->file, s->d->ask[g.ask[2]].line,
                                               cupel_str_text(&text));
    cupel_str_free(&text);
    return st;
}

/* The fractions at which an entry is not ruled out. */
static void span_of(const scan *s, size_t ask, double *low, double *high)
{
    *low = HUGE_VAL, *high = -HUGE_VAL;
    for (size_t k = 0; k < FRACTIONS; k++)
        if (s->beyond[ask][k] <= 0) *low = fmin(*low, fraction_of(s, k)), *high = fmax(*high, fraction_of(s, k));
}

static cupel_status refuse_together(scan *s, double at, cupel_err *err)
{
    const cupel_micro_demand *d = s->d;
    double low[2] = {0}, high[2] = {0}, l, h;
    size_t who[2] = {0}, n = 0;
    go_to(s, at);
    for (size_t i = 0; i < d->n_asks && n < 2; i++) { /* the first two whose spans exclude each other */
        span_of(s, i, &l, &h);
        for (size_t j = 0; j < i && n < 2; j++) {
            span_of(s, j, &low[0], &high[0]);
            if (l <= high[0] && h >= low[0]) continue;
            who[0] = j, who[1] = i, low[1] = l, high[1] = h, n = 2;
        }
    }
    if (n < 2)
        return cupel_fail(err, CUPEL_INFEASIBLE,
                          "'%s': cannot be met: each entry can be met at some volume fraction, but no fraction allows them together; they come "
                          "nearest at %.4g of %s",
                          d->file, at, d->phase[1].name);
    char span[2][64];
    for (int i = 0; i < 2; i++) {
        if (low[i] > high[i])
            snprintf(span[i], sizeof span[i], "less than a hundredth about %.3g", at);
        else
            snprintf(span[i], sizeof span[i], "%.3g to %.3g", low[i], high[i]);
    }
    const char *name = d->phase[1].name;
    return cupel_fail(err, CUPEL_INFEASIBLE,
                      "%s:%zu: cannot be met: each entry can be met at some volume fraction, but no fraction allows them together: outer bounds "
                      "leave '%s' (line %zu) %s of %s and '%s' %s; nearest, not ruled out: either of them alone, or wider tolerances at %.4g of %s",
                      d->file, d->ask[who[1]].line, d->ask[who[0]].name, d->ask[who[0]].line, span[0], name, d->ask[who[1]].name, span[1], at, name);
}

/* A mixture of phases that all carry something carries something in every direction. */
static cupel_status refuse_zero(const cupel_micro_demand *d, cupel_err *err)
{
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        double value[CUPEL_SMALL], least = HUGE_VAL;
        bool open = false;
        if (!a->whole || a->kind == CUPEL_ASK_EXPANSION) continue;
        for (size_t k = 0; k < a->order * a->order; k++) open = open || isnan(a->target[k]);
        if (open) continue;
        for (size_t p = 0; p < d->n_phases; p++) {
            const cupel_material *m = &d->phase[p].given;
            cupel_small_eigen(a->kind == CUPEL_ASK_CONDUCTIVITY ? &m->k[0][0] : &m->c[0][0], a->order, value, NULL);
            least = fmin(least, value[0]);
        }
        cupel_small_eigen(a->target, a->order, value, NULL);
        if (value[0] > 1e-9 * fabs(value[a->order - 1]) || !(least > 0)) continue;
        return cupel_fail(err, CUPEL_INFEASIBLE,
                          "%s:%zu: cannot be met: the target has a zero eigenvalue, but every mixture of these phases has eigenvalues of at least "
                          "%.4g, that of the weakest phase; nearest, not ruled out by this: a least eigenvalue of %.4g",
                          d->file, a->line, least, least);
    }
    return CUPEL_OK;
}

cupel_status cupel_design_feasible(const cupel_micro_demand *d, cupel_err *err)
{
    scan s = {.d = d};
    double at;
    cupel_status st = refuse_zero(d, err);
    if (st == CUPEL_OK) st = cupel_hold_feasible(d, err);
    if (st == CUPEL_OK) st = cupel_fractions_allowed(d, s.low, s.high, NULL, err);
    if (st == CUPEL_OK) st = cupel_feature_feasible(d, err);
    if (st != CUPEL_OK) return st;
    cupel_outer_init(&s.outer, d);
    s.f_low = d->n_phases == 2 ? s.low[1] : 0;
    s.f_high = d->n_phases == 2 ? s.high[1] : 0;
    draw_near(&s);
    look(&s);
    for (size_t i = 0; i < d->n_asks; i++) {
        const double beyond = least_beyond(&s, i, &at);
        if (beyond > 0) return refuse_one(&s, i, beyond, at, err);
    }
    if (least_beyond(&s, diagonal_of(d), &at) > 0) return refuse_diagonal(&s, at, err);
    const double together = least_beyond(&s, all_of(d), &at);
    return together > 0 ? refuse_together(&s, at, err) : CUPEL_OK;
}
