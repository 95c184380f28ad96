#include "core/engine/micro/physics.h"

#include "core/math/stats.h"

#include <math.h>

enum { ITERATIONS = 40 };

static const double EDGE = 1e-3; /* a model is not believed nearer to a bound, of the distance of the bounds */

void cupel_micro_physics_of(const cupel_micro_demand *d, bool fraction, cupel_micro_physics *p)
{
    *p = (cupel_micro_physics){.fraction = fraction && d->n_phases == 2, .conduction = d->needs_conduction, .elasticity = d->needs_elasticity};
    for (size_t i = 0; i < 2 && i < d->n_phases; i++) {
        const cupel_material *m = &d->phase[i].material;
        p->conduction = p->conduction && m->k_isotropic;
        p->elasticity = p->elasticity && m->c_isotropic;
        p->k[i] = m->k[0][0];
        p->bulk[i] = m->lambda + 2 * m->mu / 3;
        p->shear[i] = m->mu;
    }
    p->conduction = p->fraction && p->conduction;
    p->elasticity = p->fraction && p->elasticity;
    p->n = (p->fraction ? 1u : 0u) + (p->conduction ? 1u : 0u) + (p->elasticity ? 2u : 0u);
}

static double log_ratio(double x) { return cupel_log(x) - cupel_log(1 - x); }

/* Where x stands between the harmonic and the arithmetic mean of a [2], f of the second. */
static double place(double x, const double a[2], double f)
{
    const double voigt = (1 - f) * a[0] + f * a[1], reuss = a[0] > 0 && a[1] > 0 ? 1 / ((1 - f) / a[0] + f / a[1]) : 0;
    const double share = voigt - reuss > 1e-12 * voigt ? (x - reuss) / (voigt - reuss) : 0.5;
    return log_ratio(fmin(fmax(share, EDGE), 1 - EDGE));
}

/* 2 k^2 - b k - k0 k1 = 0 */
static double bruggeman(const double k[2], double f)
{
    const double b = (3 * f - 1) * k[1] + (2 - 3 * f) * k[0];
    return (b + sqrt(b * b + 8 * k[0] * k[1])) / 4;
}

/* sum f_i / (a_i + y) = 1 / (a + y) */
static double inside(const double a[2], double f, double y)
{
    return y > 0 ? 1 / ((1 - f) / (a[0] + y) + f / (a[1] + y)) - y : 0;
}

/* Steps of the fixed point from the arithmetic means: near enough where the phases are not voids, smooth everywhere. */
static void hill_budiansky(const cupel_micro_physics *p, double f, double *bulk, double *shear)
{
    double k = (1 - f) * p->bulk[0] + f * p->bulk[1], g = (1 - f) * p->shear[0] + f * p->shear[1];
    for (int i = 0; i < ITERATIONS; i++) {
        const double around = g * (9 * k + 8 * g) / (6 * (k + 2 * g)), below = 4 * g / 3;
        k = inside(p->bulk, f, below);
        g = inside(p->shear, f, around > 0 ? around : 0);
    }
    *bulk = k;
    *shear = g;
}

void cupel_micro_physics_columns(const cupel_micro_physics *p, double fraction, double *h)
{
    const double f = fmin(fmax(fraction, 1e-6), 1 - 1e-6);
    double bulk, shear;
    if (p->fraction) *h++ = log_ratio(f);
    if (p->conduction) *h++ = place(bruggeman(p->k, f), p->k, f);
    if (!p->elasticity) return;
    hill_budiansky(p, f, &bulk, &shear);
    *h++ = place(bulk, p->bulk, f);
    *h++ = place(shear, p->shear, f);
}
