#include "models/learn/spiked.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/order.h"
#include "core/math/stats.h"

#include <math.h>

enum { LAST = CUPEL_SPIKED_QUANTILES - 1, STARTS = 40, TAIL = 2 };
static const double STEP = 1.0 / (CUPEL_SPIKED_QUANTILES + 1); /* 5 % */
static const double LEAST_SHARE = 1e-9;

/* 2.5 %, 5 %, ... 95 %, then half of what is left at a time: a model that claims too narrow a distribution needs all of it. */
static double mass_of(size_t k)
{
    const size_t even = 38;
    return k < even ? 0.025 * (double)(k + 1) : 1 - ldexp(0.05, -(int)(k - even + 1));
}

cupel_spiked *cupel_spiked_none(size_t n)
{
    cupel_spiked *m = cupel_alloc(n, sizeof *m);
    for (size_t i = 0; m && i < n; i++) m[i].above = NAN;
    return m;
}

/* ---- the others ---- */

/* Length over which a tail falls by e: it goes on as from 15 to 5 %. */
static double tail(const cupel_spiked *m, bool upper)
{
    const double fall = 1.0986122886681098; /* log(15 / 5) */
    return (upper ? m->other[LAST] - m->other[LAST - TAIL] : m->other[TAIL] - m->other[0]) / fall;
}

/* A tail ends at the shared value when the quantiles lie on one side of it. */
static double kept(const cupel_spiked *m, double x)
{
    if (m->other[0] >= m->at && x < m->at) return m->at;
    return m->other[LAST] <= m->at && x > m->at ? m->at : x;
}

static double quantile(const cupel_spiked *m, double u)
{
    u = u < LEAST_SHARE ? LEAST_SHARE : u > 1 - LEAST_SHARE ? 1 - LEAST_SHARE : u;
    if (u < STEP) return kept(m, m->other[0] + tail(m, false) * cupel_log(u / STEP));
    if (1 - u < STEP) return kept(m, m->other[LAST] - tail(m, true) * cupel_log((1 - u) / STEP));
    const double at = u / STEP - 1;
    size_t i = (size_t)at;
    if (i >= LAST) i = LAST - 1;
    return m->other[i] + (at - (double)i) * (m->other[i + 1] - m->other[i]);
}

/* Share of the others below x, or at or below it. */
static double share(const cupel_spiked *m, double x, bool at_most)
{
    if (m->other[0] >= m->at && (x < m->at || (!at_most && !(x > m->at)))) return 0;
    if (m->other[LAST] <= m->at && (x > m->at || (at_most && !(x < m->at)))) return 1;
    if (x < m->other[0]) return tail(m, false) > 0 ? STEP * cupel_exp(-(m->other[0] - x) / tail(m, false)) : 0;
    if (x > m->other[LAST]) return 1 - (tail(m, true) > 0 ? STEP * cupel_exp(-(x - m->other[LAST]) / tail(m, true)) : 0);
    size_t i = 0;
    while (i < LAST && (at_most ? m->other[i + 1] <= x : m->other[i + 1] < x)) i++;
    if (i == LAST) return 1 - STEP;
    const double wide = m->other[i + 1] - m->other[i];
    return STEP * ((double)(i + 1) + (wide > 0 ? (x - m->other[i]) / wide : 0));
}

/* ---- all together ---- */

void cupel_spiked_share(const cupel_spiked *m, double x, double slack, double *below, double *at_most)
{
    const bool shared = fabs(x - m->at) <= slack;
    if (shared) x = m->at;
    *below = m->above * share(m, x, false) + (x > m->at ? 1 - m->above : 0);
    *at_most = m->above * share(m, x, true) + (x >= m->at ? 1 - m->above : 0);
}

/* Quantile u of the whole; left: mass below the shared value. */
static double whole(const cupel_spiked *m, double left, double u)
{
    if (u < left) return fmin(quantile(m, u / m->above), m->at);
    return u <= left + (1 - m->above) || !(m->above > 0) ? m->at : fmax(quantile(m, (u - (1 - m->above)) / m->above), m->at);
}

static double left_of(const cupel_spiked *m) { return m->above * share(m, m->at, false); }

double cupel_spiked_quantile(const cupel_spiked *m, double u) { return whole(m, left_of(m), u); }

typedef struct search {
    const cupel_spiked *m;
    double left, mass, lower, upper;
} search;

/* The interval from quantile `from` of the whole on, moved to where it holds the median, if it is shorter than what was found. */
static void consider(search *s, double from)
{
    const double least = s->mass < 0.5 ? 0.5 - s->mass : 0, most = 1 - s->mass < 0.5 ? 1 - s->mass : 0.5;
    from = from < least ? least : from > most ? most : from;
    const double lower = whole(s->m, s->left, from), upper = whole(s->m, s->left, from + s->mass);
    if (!(upper - lower < s->upper - s->lower)) return;
    s->lower = lower;
    s->upper = upper;
}

void cupel_spiked_shortest(const cupel_spiked *m, double mass, double *lower, double *upper)
{
    search s = {.m = m, .left = left_of(m), .mass = mass, .lower = -INFINITY, .upper = INFINITY};
    consider(&s, s.left);
    consider(&s, s.left + (1 - m->above) - mass);
    for (int k = 0; k <= STARTS; k++) consider(&s, (1 - mass) * k / STARTS);
    *lower = s.lower;
    *upper = s.upper;
}

/* ---- residuals of the others ---- */

enum { MIDDLE = CUPEL_SPIKED_QUANTILES / 2, LEAST_RESIDUALS = 20 };

cupel_status cupel_spiked_residuals_of(const cupel_spiked *mixture, const double *y, const double *spread, size_t n, double slack,
                                       cupel_spiked_residuals *r, cupel_err *err)
{
    size_t m = 0;
    double *residual = cupel_alloc(n, sizeof *residual);
    if (!residual) return cupel_no_memory(err, "residuals of mixtures", n * sizeof *residual);
    for (size_t i = 0; i < n; i++)
        if (!isnan(mixture[i].above) && fabs(y[i] - mixture[i].at) > slack) residual[m++] = (y[i] - mixture[i].other[MIDDLE]) / spread[i];
    *r = (cupel_spiked_residuals){{0}};
    cupel_sort(residual, m);
    for (size_t k = 0; m >= LEAST_RESIDUALS && k < CUPEL_SPIKED_QUANTILES; k++) r->at[k] = cupel_quantile(residual, m, (double)(k + 1) * STEP);
    cupel_free(residual);
    return CUPEL_OK;
}

void cupel_spiked_smear(const cupel_spiked_residuals *r, double spread, cupel_spiked *m)
{
    const bool above = m->other[0] >= m->at, below = m->other[LAST] <= m->at;
    const double middle = m->other[MIDDLE];
    if (!(r->at[LAST] > r->at[0])) return;
    for (size_t k = 0; k < CUPEL_SPIKED_QUANTILES; k++) {
        const double x = 0.5 * (m->other[k] + middle + spread * r->at[k]);
        m->other[k] = (above && x < m->at) || (below && x > m->at) ? m->at : x;
    }
}

/* ---- calibration ---- */

static bool counts(const cupel_spiked *m, const unsigned char *use, size_t i) { return (!use || use[i]) && !isnan(m[i].above); }

bool cupel_spiked_calibrate(const cupel_spiked *mixture, const double *y, const unsigned char *use, size_t n, size_t least, double slack,
                             cupel_spiked_levels *l)
{
    size_t rows = 0, step, held[CUPEL_SPIKED_MASSES] = {0}, taken = 0, seen = 0;
    for (size_t i = 0; i < n; i++) rows += counts(mixture, use, i);
    if (rows < least) return false;
    step = rows / CUPEL_SPIKED_MOST_ROWS + 1;
    for (size_t i = 0; i < n; i++) {
        if (!counts(mixture, use, i) || seen++ % step) continue;
        taken++;
        for (size_t k = 0; k < CUPEL_SPIKED_MASSES; k++) {
            double lower, upper;
            cupel_spiked_shortest(&mixture[i], mass_of(k), &lower, &upper);
            held[k] += lower - slack <= y[i] && y[i] <= upper + slack;
        }
    }
    for (size_t k = 0; k < CUPEL_SPIKED_MASSES; k++) {
        l->held[k] = (double)held[k] / (double)(taken + 1);
        if (k && l->held[k] < l->held[k - 1]) l->held[k] = l->held[k - 1];
    }
    return true;
}

double cupel_spiked_mass(const cupel_spiked_levels *l, double level)
{
    size_t k = 0;
    while (k < CUPEL_SPIKED_MASSES && l->held[k] < level) k++;
    if (k == 0) return mass_of(0);
    if (k == CUPEL_SPIKED_MASSES) {
        const double rest = (1 - level) / (1 - l->held[k - 1]) * (1 - mass_of(k - 1));
        return 1 - (rest > LEAST_SHARE ? rest : LEAST_SHARE);
    }
    const double part = (level - l->held[k - 1]) / (l->held[k] - l->held[k - 1]);
    return mass_of(k - 1) + part * (mass_of(k) - mass_of(k - 1));
}
