/* Numbers of a mixture between outer bounds: each follows from R <= X <= V, and from the means of X that Hashin and Shtrikman bound. */
#include "core/engine/micro/outer.h"
#include "core/math/small.h"
#include "models/homogenize/engineering.h"

#include <math.h>

static bool bounded(cupel_outer_range *r, double low, cupel_outer_bound low_by, double high, cupel_outer_bound high_by)
{
    *r = (cupel_outer_range){low, high, low_by, high_by};
    return !isnan(low) && !isnan(high);
}

/* v . t . w of two unit vectors of the basis. */
static double pair(const double *t, size_t n, size_t i, size_t j, int sign) { return t[i * (n + 1)] + t[j * (n + 1)] + 2 * sign * t[i * n + j]; }

/* A component: the form itself on the diagonal, else by polarisation, 4 X_ij = (e_i + e_j) X (e_i + e_j) - (e_i - e_j) X (e_i - e_j). */
static bool component(const cupel_bounds *b, const cupel_ask *a, cupel_outer_range *r)
{
    const size_t n = b->order, i = a->i, j = a->j;
    double low = b->reuss[i * n + j], high = b->voigt[i * n + j];
    if (i != j) {
        low = (pair(b->reuss, n, i, j, 1) - pair(b->voigt, n, i, j, -1)) / 4;
        high = (pair(b->voigt, n, i, j, 1) - pair(b->reuss, n, i, j, -1)) / 4;
    }
    return bounded(r, a->component_scale * low, CUPEL_OUTER_REUSS, a->component_scale * high, CUPEL_OUTER_VOIGT);
}

/* Bulk and shear modulus are means of the Voigt and Reuss means of X (Hill). Of those the first is at most the arithmetic mean of the phases, the
 * second at most HS+; and where the universal index is at most A, voigt <= (1 + A) reuss of the bulk modulus and (1 + A / 5) of the shear modulus. */
typedef struct moduli {
    double low[2], high[2];
    double reuss[2], voigt[2]; /* of the phases: bulk, shear */
    cupel_outer_bound low_by, high_by;
} moduli;

static double trace_of(const double *t)
{
    double sum = 0;
    for (size_t i = 0; i < 6; i++) sum += t[7 * i];
    return sum;
}

static double bulk_of(const double *t)
{
    double sum = 0;
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) sum += t[6 * i + j];
    return sum;
}

static void moduli_of(const cupel_outer *o, moduli *m)
{
    const cupel_bounds *b = &o->c;
    double s[36];
    *m = (moduli){.low_by = CUPEL_OUTER_REUSS, .high_by = CUPEL_OUTER_VOIGT};
    m->voigt[0] = bulk_of(b->voigt) / 9;
    m->voigt[1] = (trace_of(b->voigt) - bulk_of(b->voigt) / 3) / 10;
    if (cupel_small_invert(b->reuss, 6, s)) {
        m->reuss[0] = 1 / bulk_of(s);
        m->reuss[1] = 2.5 / (trace_of(s) - bulk_of(s) / 3);
    }
    for (int i = 0; i < 2; i++) {
        const double factor = 1 + o->isotropy / (i ? 5 : 1);
        m->low[i] = m->reuss[i], m->high[i] = m->voigt[i];
        if (!b->n_hs) continue;
        const double low = fmax(m->reuss[i], b->hs_lower[i]), high = fmin(m->voigt[i], b->hs_upper[i]);
        m->low[i] = (low + fmax(m->reuss[i], low / factor)) / 2;
        m->high[i] = (high + fmin(m->voigt[i], high * factor)) / 2;
        m->low_by = o->isotropy > 0 ? CUPEL_OUTER_HILL : CUPEL_OUTER_HS_LOW, m->high_by = o->isotropy > 0 ? CUPEL_OUTER_HILL : CUPEL_OUTER_HS_HIGH;
    }
}

static double young(double k, double g) { return 3 * k + g > 0 ? 9 * k * g / (3 * k + g) : 0; }
static double poisson(double k, double g) { return 3 * k + g > 0 ? (3 * k - 2 * g) / (2 * (3 * k + g)) : 0; }

static double young_of(const cupel_ask *a, const double *s)
{
    double where[3];
    return a->extreme ? cupel_young_extreme(s, 3, a->extreme, where) : cupel_young_along(s, 3, a->direction);
}

/* S lies between V^-1 and R^-1, and so does E in each direction; of E over all directions the least and the greatest then do, too. Where V has no
 * inverse (all of it a void without stiffness), E and G are at most the largest eigenvalue of V, which is at most its trace. */
static bool young_along(const cupel_outer *o, const cupel_ask *a, cupel_outer_range *r)
{
    double s[36];
    const double low = cupel_small_invert(o->c.reuss, 6, s) ? young_of(a, s) : 0;
    const double high = cupel_small_invert(o->c.voigt, 6, s) ? young_of(a, s) : trace_of(o->c.voigt);
    return bounded(r, low, CUPEL_OUTER_REUSS, high, CUPEL_OUTER_VOIGT);
}

/* 1 / (2 S_kk) of the plane of two axes, S between V^-1 and R^-1. */
static bool shear_of_plane(const cupel_outer *o, const cupel_ask *a, cupel_outer_range *r)
{
    static const size_t plane[3][3] = {{0, 5, 4}, {5, 1, 3}, {4, 3, 2}};
    double s[36];
    const size_t k = plane[a->i][a->j];
    const double low = cupel_small_invert(o->c.reuss, 6, s) ? 1 / (2 * s[7 * k]) : 0,
                 high = cupel_small_invert(o->c.voigt, 6, s) ? 1 / (2 * s[7 * k]) : trace_of(o->c.voigt);
    return bounded(r, low, CUPEL_OUTER_REUSS, high, CUPEL_OUTER_VOIGT);
}

static bool of_stiffness(const cupel_outer *o, const cupel_ask *a, cupel_outer_range *r)
{
    moduli m;
    if (a->component_scale > 0 && a->kind == CUPEL_ASK_POISSON) return false; /* of anisotropic mixtures it has no bounds */
    if (a->component_scale > 0 && a->kind == CUPEL_ASK_SHEAR) return shear_of_plane(o, a, r);
    if (a->kind == CUPEL_ASK_YOUNG && (a->extreme || a->direction[0] != 0 || a->direction[1] != 0 || a->direction[2] != 0))
        return young_along(o, a, r);
    moduli_of(o, &m);
    switch (a->kind) {
    case CUPEL_ASK_BULK: return bounded(r, m.low[0], m.low_by, m.high[0], m.high_by);
    case CUPEL_ASK_SHEAR: return bounded(r, m.low[1], m.low_by, m.high[1], m.high_by);
    case CUPEL_ASK_YOUNG: return bounded(r, young(m.low[0], m.low[1]), m.low_by, young(m.high[0], m.high[1]), m.high_by);
    case CUPEL_ASK_POISSON: return bounded(r, poisson(m.low[0], m.high[1]), m.low_by, poisson(m.high[0], m.low[1]), m.high_by);
    case CUPEL_ASK_ANISOTROPY:
        return bounded(r, 0, CUPEL_OUTER_PHASES,
                       m.reuss[0] > 0 && m.reuss[1] > 0 ? 5 * m.voigt[1] / m.reuss[1] + m.voigt[0] / m.reuss[0] - 6 : HUGE_VAL, CUPEL_OUTER_VOIGT);
    default: return false;
    }
}

/* A weight of phase p of which the number grows. */
static double of_phase(const cupel_micro_demand *d, const cupel_ask *a, size_t p)
{
    const cupel_micro_phase *m = &d->phase[p];
    if (a->kind == CUPEL_ASK_FRACTION) return p == a->phase;
    if (a->kind == CUPEL_ASK_DENSITY) return m->density;
    return a->per_volume ? cupel_phase_cost(m) : m->density > 0 ? m->price : 0;
}

/* Numbers of the phases: money over mass has its extremes at corners of the fractions too, so that mass, and money at each price, are linear
 * programmes. */
static bool of_phases(const cupel_outer *o, const cupel_ask *a, cupel_outer_range *r)
{
    const cupel_micro_demand *d = o->d;
    double up[CUPEL_MICRO_PHASES_MAX], down[CUPEL_MICRO_PHASES_MAX], fraction[CUPEL_MICRO_PHASES_MAX], end[2] = {HUGE_VAL, -HUGE_VAL};
    for (size_t p = 0; p < d->n_phases; p++) {
        const double x = of_phase(d, a, p);
        up[p] = x, down[p] = -x;
    }
    for (int side = 0; side < 2; side++) {
        const double *weight = side ? up : down;
        cupel_fractions_most(d->n_phases, o->low, o->high, weight, fraction);
        const cupel_micro_state s = {.fraction = fraction};
        end[side] = cupel_ask_value(d, a, &s);
        if (a->kind != CUPEL_ASK_PRICE || a->per_volume || o->low[0] == o->high[0]) continue;
        end[side] = side ? -HUGE_VAL : HUGE_VAL; /* the price of any phase that may be there */
        for (size_t p = 0; p < d->n_phases; p++)
            if (o->high[p] > 0 && d->phase[p].density > 0) end[side] = side ? fmax(end[side], up[p]) : fmin(end[side], up[p]);
    }
    return bounded(r, end[0], CUPEL_OUTER_PHASES, end[1], CUPEL_OUTER_PHASES);
}

/* By the trace bound, sum 1 / (k2 - l_i) <= 3 / (k2 - HS+), the mean of two-phase conductors is at most HS+ too: of positive numbers the sum of the
 * inverses is least where they are equal. Eigenvalues lie between those of R and V, their mean between the means; of an isotropic mixture, and so of
 * what a polycrystal of X has, the mean is at least HS- and the smallest at most HS+. */
static bool invariant(const cupel_bounds *b, const cupel_ask *a, cupel_outer_range *r)
{
    const size_t n = b->order;
    const double low_mean = cupel_invariant_of(CUPEL_INVARIANT_MEAN, b->reuss, n), high_mean = cupel_invariant_of(CUPEL_INVARIANT_MEAN, b->voigt, n);
    const double least = cupel_invariant_of(CUPEL_INVARIANT_SMALLEST, b->reuss, n), most = cupel_invariant_of(CUPEL_INVARIANT_LARGEST, b->voigt, n);
    const bool hs = n == 3 && b->n_hs;
    const double low = hs ? fmax(low_mean, b->hs_lower[0]) : low_mean, high = hs ? fmin(high_mean, b->hs_upper[0]) : high_mean;
    const bool trace = hs && b->two_phases;
    const double most_mean = trace ? fmin(high_mean, b->hs_upper[0]) : high_mean;
    const cupel_outer_bound mean_by = trace ? CUPEL_OUTER_TRACE_HIGH : CUPEL_OUTER_VOIGT;
    const cupel_outer_bound low_by = hs ? CUPEL_OUTER_HS_LOW : CUPEL_OUTER_REUSS, high_by = hs ? CUPEL_OUTER_HS_HIGH : CUPEL_OUTER_VOIGT;
    switch (a->invariant) {
    case CUPEL_INVARIANT_MEAN: return bounded(r, low, low_by, most_mean, mean_by);
    case CUPEL_INVARIANT_TRACE: return bounded(r, (double)n * low, low_by, (double)n * most_mean, mean_by);
    case CUPEL_INVARIANT_SMALLEST: return bounded(r, least, CUPEL_OUTER_REUSS, high, high_by);
    case CUPEL_INVARIANT_LARGEST: return bounded(r, low, low_by, most, CUPEL_OUTER_VOIGT);
    default: return bounded(r, 1, CUPEL_OUTER_PHASES, least > 0 ? most / least : HUGE_VAL, CUPEL_OUTER_VOIGT);
    }
}

/* The smallest eigenvalue is at most the mean, the largest at least; none is further from the middle than component 11, as all axes are alike. */
static bool invariant_of_expansion(const cupel_outer *o, const cupel_ask *a, cupel_outer_range *r)
{
    double low, high, middle[6], reach[6];
    if (!cupel_outer_mean_expansion(o, &low, &high) || !cupel_outer_expansion(o, middle, reach)) return false;
    switch (a->invariant) {
    case CUPEL_INVARIANT_MEAN: return bounded(r, low, CUPEL_OUTER_LEVIN, high, CUPEL_OUTER_LEVIN);
    case CUPEL_INVARIANT_TRACE: return bounded(r, 3 * low, CUPEL_OUTER_LEVIN, 3 * high, CUPEL_OUTER_LEVIN);
    case CUPEL_INVARIANT_SMALLEST: return bounded(r, middle[0] - reach[0], CUPEL_OUTER_LEVIN, high, CUPEL_OUTER_LEVIN);
    case CUPEL_INVARIANT_LARGEST: return bounded(r, low, CUPEL_OUTER_LEVIN, middle[0] + reach[0], CUPEL_OUTER_LEVIN);
    default: return false;
    }
}

static bool of_tensor(const cupel_outer *o, const cupel_ask *a, cupel_outer_range *r)
{
    double middle[6], reach[6];
    const double s = a->component_scale;
    if (a->kind != CUPEL_ASK_EXPANSION) {
        const cupel_bounds *b = a->kind == CUPEL_ASK_CONDUCTIVITY ? &o->k : &o->c;
        return a->invariant ? invariant(b, a, r) : component(b, a, r);
    }
    if (a->invariant) return invariant_of_expansion(o, a, r);
    if (!cupel_outer_expansion(o, middle, reach)) return false;
    return bounded(r, s * (middle[a->i] - reach[a->i]), CUPEL_OUTER_LEVIN, s * (middle[a->i] + reach[a->i]), CUPEL_OUTER_LEVIN);
}

/* Over a density between its own bounds. */
static bool per_density(const cupel_outer *o, cupel_outer_range *r)
{
    const cupel_ask density = {.kind = CUPEL_ASK_DENSITY};
    cupel_outer_range d;
    if (!of_phases(o, &density, &d) || !(d.low >= 0)) return false;
    r->low = r->low >= 0 ? r->low / d.high : d.low > 0 ? r->low / d.low : -HUGE_VAL;
    r->high = r->high < 0 ? r->high / d.high : d.low > 0 ? r->high / d.low : HUGE_VAL;
    return !isnan(r->low) && !isnan(r->high);
}

bool cupel_outer_number(const cupel_outer *o, const cupel_ask *a, cupel_outer_range *r)
{
    switch (a->kind) {
    case CUPEL_ASK_CONDUCTIVITY:
    case CUPEL_ASK_STIFFNESS:
    case CUPEL_ASK_EXPANSION: return of_tensor(o, a, r) && (!a->per_density || per_density(o, r));
    case CUPEL_ASK_FRACTION:
    case CUPEL_ASK_DENSITY:
    case CUPEL_ASK_PRICE: return of_phases(o, a, r);
    case CUPEL_ASK_CONNECTED:
    case CUPEL_ASK_PERCOLATING: return bounded(r, 0, CUPEL_OUTER_PHASES, 1, CUPEL_OUTER_PHASES);
    case CUPEL_ASK_SURFACE:
    case CUPEL_ASK_CHORD: return bounded(r, 0, CUPEL_OUTER_PHASES, HUGE_VAL, CUPEL_OUTER_PHASES);
    case CUPEL_ASK_EULER:
    case CUPEL_ASK_FEATURE:
    case CUPEL_ASK_TWO_POINT: return false;
    default: return of_stiffness(o, a, r) && (!a->per_density || per_density(o, r));
    }
}
