/* What no arrangement of the phases can have: outer bounds only, so that a refusal is a proof. Every volume fraction that the demand allows is looked at;
 * tolerances are counted in the asker's favour. */
#include "core/base/err.h"
#include "core/engine/micro/design.h"
#include "core/math/small.h"
#include "models/homogenize/bounds.h"
#include "models/homogenize/engineering.h"

#include <math.h>
#include <string.h>

enum { FRACTIONS = 501 };

/* Bounds between two fractions that were looked at are as good as there: rounding and the step of the fraction. */
static const double SLACK = 1e-6;

typedef struct scan {
    const cupel_micro_demand *d;
    cupel_material material[CUPEL_MICRO_PHASES_MAX];
    double fraction[2];
    cupel_bounds k, c;
} scan;

static cupel_status open_windows(const cupel_micro_demand *d, double *low, double *high, cupel_err *err)
{
    *low = 0, *high = 1;
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        if (a->kind != CUPEL_ASK_FRACTION) continue;
        *low = fmax(*low, a->phase == 1 ? a->min : 1 - a->max);
        *high = fmin(*high, a->phase == 1 ? a->max : 1 - a->min);
        if (*low <= *high && *low <= 1 && *high >= 0) continue;
        return cupel_fail(err, CUPEL_INFEASIBLE, "%s:%zu: cannot be met: no mixture has a '%s' of this window together with the others; volume fractions lie "
                          "between 0 and 1", d->file, a->line, a->name);
    }
    return CUPEL_OK;
}

static double norm_of(const cupel_ask *a)
{
    double size = 0;
    for (size_t i = 0; i < a->order * a->order; i++) size += a->target[i] * a->target[i];
    return sqrt(size);
}

/* How far the target would have to move, as a norm, to lie between the bounds as a quadratic form: the larger of the two sides; a lower estimate, because
 * an eigenvalue moves by at most the norm. */
static double leaves_loewner(const cupel_ask *a, const cupel_bounds *b)
{
    double above[36], below[36], value[CUPEL_SMALL];
    const size_t n = a->order;
    for (size_t i = 0; i < n * n; i++) {
        above[i] = b->voigt[i] - a->target[i];
        below[i] = a->target[i] - b->reuss[i];
    }
    cupel_small_eigen(above, n, value, NULL);
    const double over = -value[0];
    cupel_small_eigen(below, n, value, NULL);
    return fmax(0, fmax(over, -value[0]));
}

/* The trace bounds with every eigenvalue moved by `room` towards them: true when they are kept. */
static bool keeps_trace(const cupel_ask *a, const cupel_bounds *b, double room)
{
    double value[3], low = 0, high = 0;
    if (!b->two_phases || b->k1 >= b->k2 || b->kh <= b->k1 || b->ka >= b->k2) return true;
    cupel_small_eigen(a->target, 3, value, NULL);
    for (int i = 0; i < 3; i++) {
        const double x = value[i] + room - b->k1, y = b->k2 - (value[i] - room);
        if (x <= 0 || y <= 0) return false;
        low += 1 / x;
        high += 1 / y;
    }
    const double slack = 1 + SLACK;
    return low <= slack * (1 / (b->kh - b->k1) + 2 / (b->ka - b->k1)) && high <= slack * (1 / (b->k2 - b->kh) + 2 / (b->k2 - b->ka));
}

/* The least distance (a norm) at which the target would be allowed at this fraction, to one part in a thousand. */
static double room_needed(const cupel_ask *a, const cupel_bounds *b, const char **why)
{
    double room = leaves_loewner(a, b), high = norm_of(a) + room;
    *why = "the bounds of Voigt and Reuss (arithmetic and harmonic mean)";
    if (a->kind != CUPEL_ASK_CONDUCTIVITY || keeps_trace(a, b, room)) return room;
    *why = "the trace bounds of two-phase conductors (Murat, Tartar; Lurie, Cherkaev)";
    for (int i = 0; i < 20; i++) {
        const double middle = 0.5 * (room + high);
        if (keeps_trace(a, b, middle))
            high = middle;
        else
            room = middle;
    }
    return high;
}

/* The range of a number at this fraction; false where no bound is known. */
static bool range_of(const scan *s, const cupel_ask *a, double *low, double *high)
{
    const cupel_micro_demand *d = s->d;
    const cupel_bounds *b = a->kind == CUPEL_ASK_CONDUCTIVITY ? &s->k : &s->c;
    cupel_engineering e;
    if (a->kind == CUPEL_ASK_DENSITY || a->kind == CUPEL_ASK_PRICE) {
        const cupel_micro_state state = {.fraction = s->fraction};
        *low = *high = cupel_ask_value(d, a, &state);
        return !isnan(*low);
    }
    if (a->order && a->kind != CUPEL_ASK_EXPANSION && a->i == a->j) {
        *low = a->component_scale * b->reuss[a->i * a->order + a->i];
        *high = a->component_scale * b->voigt[a->i * a->order + a->i];
        return true;
    }
    if (a->kind != CUPEL_ASK_YOUNG && a->kind != CUPEL_ASK_BULK && a->kind != CUPEL_ASK_SHEAR) return false;
    const bool along = a->direction[0] != 0 || a->direction[1] != 0 || a->direction[2] != 0;
    if (a->kind == CUPEL_ASK_YOUNG && !along) return false;
    const cupel_micro_state soft = {.c = s->c.reuss, .fraction = s->fraction}, stiff = {.c = s->c.voigt, .fraction = s->fraction};
    *high = cupel_ask_value(d, a, &stiff);
    *low = cupel_engineering_of(s->c.reuss, 3, &e) ? cupel_ask_value(d, a, &soft) : 0;
    return !isnan(*high);
}

static void set_fraction(scan *s, double f)
{
    s->fraction[0] = 1 - f;
    s->fraction[1] = f;
    if (s->d->needs_conduction) cupel_bounds_of((cupel_kind){.physics = CUPEL_CONDUCTION, .dim = 3}, 2, s->fraction, s->material, &s->k);
    if (s->d->needs_elasticity) cupel_bounds_of((cupel_kind){.physics = CUPEL_ELASTICITY, .dim = 3}, 2, s->fraction, s->material, &s->c);
}

/* By how much an entry is out of reach at a fraction, in shares of what is asked; 0 when it may be met. */
static double out_of_reach(const scan *s, const cupel_ask *a, const char **why)
{
    double low, high;
    if (a->whole) {
        for (size_t i = 0; i < a->order * a->order; i++)
            if (a->kind == CUPEL_ASK_EXPANSION || isnan(a->target[i])) return 0;
        const double size = norm_of(a), room = room_needed(a, a->kind == CUPEL_ASK_CONDUCTIVITY ? &s->k : &s->c, why);
        return size > 0 ? fmax(0, room / size - a->within - SLACK) : room > 0;
    }
    if (a->kind == CUPEL_ASK_FRACTION || !range_of(s, a, &low, &high)) return 0;
    *why = "the bounds of Voigt and Reuss (arithmetic and harmonic mean)";
    const double scale = fmax(fabs(isfinite(a->min) ? a->min : a->max), 1e-300);
    return fmax(0, fmax(a->min - high, low - a->max) / scale - SLACK);
}

static cupel_status refuse_one(const cupel_micro_demand *d, const cupel_ask *a, double beyond, double at, const char *why, cupel_err *err)
{
    if (a->whole)
        return cupel_fail(err, CUPEL_INFEASIBLE, "%s:%zu: cannot be met: the %s asked for lies outside %s at every volume fraction that is allowed; nearest, at a "
                          "fraction of %.3g of %s, a tensor %.3g %% away from it is not ruled out (asked: within %.3g %%)", d->file, a->line, a->name, why, at,
                          d->phase[1].name, 100 * (beyond + a->within), 100 * a->within);
    const bool high = a->min > -HUGE_VAL && (a->max == HUGE_VAL || a->min > 0);
    const double bound = high ? a->min : a->max;
    return cupel_fail(err, CUPEL_INFEASIBLE, "%s:%zu: cannot be met: '%s' %s %g %s lies outside %s at every volume fraction that is allowed; nearest, at a fraction "
                      "of %.3g of %s, %g is not ruled out", d->file, a->line, a->name, high ? "at least" : "at most", bound, a->unit, why, at, d->phase[1].name,
                      high ? bound - beyond * fabs(bound) : bound + beyond * fabs(bound));
}

cupel_status cupel_design_feasible(const cupel_micro_demand *d, cupel_err *err)
{
    double low, high, least[CUPEL_ASKS_MAX], at[CUPEL_ASKS_MAX], together = HUGE_VAL, place = 0;
    const char *why[CUPEL_ASKS_MAX] = {NULL}, *reason = "";
    scan s = {.d = d};
    if (d->n_phases != 2) return CUPEL_OK;
    cupel_status st = open_windows(d, &low, &high, err);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; i < 2; i++) s.material[i] = d->phase[i].material;
    for (size_t i = 0; i < d->n_asks; i++) least[i] = HUGE_VAL;
    low = fmax(low, 0), high = fmin(high, 1);
    for (size_t k = 0; k < FRACTIONS; k++) {
        double sum = 0;
        const double f = low + (high - low) * (double)k / (FRACTIONS - 1);
        set_fraction(&s, f);
        for (size_t i = 0; i < d->n_asks; i++) {
            const double beyond = out_of_reach(&s, &d->ask[i], &reason);
            sum += beyond;
            if (beyond < least[i]) least[i] = beyond, at[i] = f, why[i] = reason;
        }
        if (sum < together) together = sum, place = f;
    }
    for (size_t i = 0; i < d->n_asks; i++)
        if (least[i] > 0) return refuse_one(d, &d->ask[i], least[i], at[i], why[i], err);
    if (together <= 2e-3) return CUPEL_OK; /* between two fractions that were looked at it may be met */
    return cupel_fail(err, CUPEL_INFEASIBLE, "'%s': cannot be met: each entry can be met at some volume fraction, but no fraction allows them together; they come "
                      "nearest at %.3g of %s", d->file, place, d->phase[1].name);
}
