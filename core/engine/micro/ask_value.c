/* What a microstructure has of a number that is asked for. */
#include "core/engine/micro/demand.h"
#include "core/engine/micro/orient.h"
#include "core/math/small.h"
#include "models/homogenize/engineering.h"

#include <math.h>

/* Relative, in the norm of the components that the target has; of a free orientation where it is least. */
static double distance(const cupel_ask *a, const double *t)
{
    double turned[36];
    const double *target = cupel_ask_target(a, t, turned, NULL);
    const size_t n = a->kind == CUPEL_ASK_EXPANSION ? 6 : a->order * a->order;
    double apart = 0, size = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(target[i])) continue;
        apart += (t[i] - target[i]) * (t[i] - target[i]);
        size += target[i] * target[i];
    }
    return size > 0 ? sqrt(apart / size) : apart > 0 ? HUGE_VAL : 0;
}

/* Voigt, Reuss and Hill means, as models/homogenize/engineering.h has them; alone they cost a hundredth of all that is there, and a million
 * candidates are asked for them. */
typedef struct means {
    double bulk_voigt, bulk_reuss, shear_voigt, shear_reuss;
} means;

static means means_of(const double *c, const double *s)
{
    double c_sum = 0, s_sum = 0, c_trace = 0, s_trace = 0;
    for (size_t i = 0; i < 6; i++) c_trace += c[7 * i], s_trace += s[7 * i];
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) c_sum += c[6 * i + j], s_sum += s[6 * i + j];
    return (means){c_sum / 9, 1 / s_sum, (c_trace - c_sum / 3) / 10, 2.5 / (s_trace - s_sum / 3)};
}

static double of_stiffness(const cupel_ask *a, const double *c)
{
    double s[36];
    if (!c || !cupel_small_invert(c, 6, s)) return NAN;
    static const size_t plane[3][3] = {{0, 5, 4}, {5, 1, 3}, {4, 3, 2}};
    if (a->component_scale > 0 && a->kind == CUPEL_ASK_SHEAR) return 1 / (2 * s[7 * plane[a->i][a->j]]);
    if (a->component_scale > 0 && a->kind == CUPEL_ASK_POISSON) return -s[6 * a->i + a->j] / s[7 * a->i];
    if (a->kind == CUPEL_ASK_YOUNG && (a->direction[0] != 0 || a->direction[1] != 0 || a->direction[2] != 0))
        return cupel_young_along(s, 3, a->direction);
    if (a->kind == CUPEL_ASK_YOUNG && a->extreme) return cupel_young_extreme(s, 3, a->extreme, (double[3]){0});
    const means m = means_of(c, s);
    const double bulk = (m.bulk_voigt + m.bulk_reuss) / 2, shear = (m.shear_voigt + m.shear_reuss) / 2;
    switch (a->kind) {
    case CUPEL_ASK_YOUNG: return 9 * bulk * shear / (3 * bulk + shear);
    case CUPEL_ASK_BULK: return bulk;
    case CUPEL_ASK_SHEAR: return shear;
    case CUPEL_ASK_POISSON: return (3 * bulk - 2 * shear) / (2 * (3 * bulk + shear));
    default: return 5 * m.shear_voigt / m.shear_reuss + m.bulk_voigt / m.bulk_reuss - 6;
    }
}

static double of_phases(const cupel_micro_demand *d, const cupel_ask *a, const double *fraction)
{
    double mass = 0, money = 0;
    if (a->kind == CUPEL_ASK_FRACTION) return fraction[a->phase];
    for (size_t p = 0; p < d->n_phases; p++) {
        mass += fraction[p] * d->phase[p].density;
        money += fraction[p] * cupel_phase_cost(&d->phase[p]);
    }
    return a->kind == CUPEL_ASK_DENSITY ? mass : a->per_volume ? money : mass > 0 ? money / mass : (double)NAN;
}

static double of_statistics(const cupel_micro_demand *d, const cupel_ask *a, const cupel_micro_state *s)
{
    const cupel_micro_statistics *x = s->statistics;
    const size_t p = a->phase;
    switch (a->kind) {
    case CUPEL_ASK_SURFACE: return x ? x->surface[p] / d->size : s->surface ? s->surface[p] / d->size : (double)NAN;
    case CUPEL_ASK_CHORD: return x ? x->chord[p] * d->size : s->projected ? 6 * s->fraction[p] / s->projected[p] * d->size : (double)NAN;
    case CUPEL_ASK_CONNECTED: return x ? x->connected[p] : (double)NAN;
    case CUPEL_ASK_PERCOLATING:
        return !x ? (double)NAN : a->axis >= 0 ? x->percolating[p][a->axis]
               : fmin(x->percolating[p][0], fmin(x->percolating[p][1], x->percolating[p][2]));
    case CUPEL_ASK_EULER: return x ? x->euler[p] : (double)NAN;
    case CUPEL_ASK_TWO_POINT: return x ? x->two_point[p] : (double)NAN;
    default: return x ? x->feature[p] * d->size : s->feature ? s->feature[p] * d->size : (double)NAN;
    }
}

static double of_tensor(const cupel_ask *a, const double *t)
{
    double square[9];
    if (!t) return NAN;
    if (a->whole) return distance(a, t);
    if (!a->invariant) return a->component_scale * t[a->kind == CUPEL_ASK_EXPANSION ? a->i : a->i * a->order + a->j];
    if (a->kind != CUPEL_ASK_EXPANSION) return cupel_invariant_of(a->invariant, t, a->order);
    cupel_invariant_square(t, square);
    return cupel_invariant_of(a->invariant, square, 3);
}

double cupel_ask_value(const cupel_micro_demand *d, const cupel_ask *a, const cupel_micro_state *s)
{
    const double *t = a->kind == CUPEL_ASK_CONDUCTIVITY ? s->k : a->kind == CUPEL_ASK_STIFFNESS ? s->c : s->alpha;
    const cupel_ask density = {.kind = CUPEL_ASK_DENSITY};
    const double per = a->per_density ? of_phases(d, &density, s->fraction) : 1;
    switch (a->kind) {
    case CUPEL_ASK_CONDUCTIVITY:
    case CUPEL_ASK_STIFFNESS:
    case CUPEL_ASK_EXPANSION: return of_tensor(a, t) / per;
    case CUPEL_ASK_FRACTION:
    case CUPEL_ASK_DENSITY:
    case CUPEL_ASK_PRICE: return of_phases(d, a, s->fraction);
    default: return cupel_ask_is_statistic(a) ? of_statistics(d, a, s) : of_stiffness(a, s->c) / per;
    }
}

/* The largest that a number of this kind can be about, or 1 where that is less. */
static double scale_of(const cupel_micro_demand *d, const cupel_ask *a)
{
    const bool conducts = a->kind == CUPEL_ASK_CONDUCTIVITY, expands = a->kind == CUPEL_ASK_EXPANSION;
    const bool bears = a->kind >= CUPEL_ASK_STIFFNESS && a->kind <= CUPEL_ASK_SHEAR && !expands;
    double most = 0, density = 0;
    if (a->kind == CUPEL_ASK_CHORD || a->kind == CUPEL_ASK_FEATURE) return fmin(1, d->size);
    if (a->invariant == CUPEL_INVARIANT_RATIO || !(conducts || expands || bears)) return 1;
    for (size_t p = 0; p < d->n_phases; p++) {
        const cupel_material *m = &d->phase[p].material;
        for (size_t i = 0; i < 3; i++) most = fmax(most, fabs(conducts ? m->k[i][i] : expands ? m->alpha[i] : m->c[i][i]));
        density = fmax(density, d->phase[p].density);
    }
    if (a->per_density && density > 0) most /= density;
    return most > 0 ? fmin(1, most) : 1;
}

double cupel_ask_slack(const cupel_micro_demand *d, const cupel_ask *a, double value) { return 1e-6 * fmax(1e-3 * scale_of(d, a), fabs(value)); }
