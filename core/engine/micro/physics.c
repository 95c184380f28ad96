#include "core/engine/micro/physics.h"

#include "core/math/stats.h"

#include <math.h>

enum { ITERATIONS = 40 };

static const double SETTLED = 1e-7; /* change of a step, of the modulus, that is no longer followed */

static const double EDGE = 1e-3; /* a model is not believed nearer to a bound, of the distance of the bounds */

/* ---- random fields ---- */

static void spectrum_of(const cupel_micro_space *s, const double *value, cupel_spectrum *spectrum)
{
    cupel_recipe r = s->middle;
    for (size_t i = 0; i < s->n; i++) r.value[s->place[i]] = value[i];
    r.generator->spectrum(&r, spectrum);
}

/* The largest eigenvalue that the logarithm of the metric can have, by its rows (Gershgorin). */
static double stretch(const double h[6])
{
    const double a[6] = {fabs(h[0]), fabs(h[1]), fabs(h[2]), fabs(h[3]), fabs(h[4]), fabs(h[5])};
    return fmax(a[0] + a[4] + a[5], fmax(a[1] + a[3] + a[5], a[2] + a[3] + a[4]));
}

static double larger(double a, double b) { return fabs(a) > fabs(b) ? a : b; }

/* What the lengths of waves may be over the whole space. */
static cupel_status init_moments(const cupel_micro_space *s, cupel_micro_physics *p, cupel_err *err)
{
    cupel_spectrum low, high, middle;
    double h[6], value[CUPEL_SOBOL_DIMENSIONS];
    if (!s->middle.generator->spectrum) return CUPEL_OK;
    for (size_t i = 0; i < s->n; i++) value[i] = 0.5 * (s->low[i] + s->high[i]);
    spectrum_of(s, s->low, &low), spectrum_of(s, s->high, &high), spectrum_of(s, value, &middle);
    for (size_t i = 0; i < 6; i++) h[i] = larger(low.metric[i], high.metric[i]);
    const double most = exp(0.5 * stretch(h));
    p->n_moments = p->elasticity ? CUPEL_MOMENTS_4 : CUPEL_MOMENTS_2;
    const cupel_moments_spec spec = {
        .seed = s->middle.seed, .bandwidth = middle.bandwidth, .low = low.wavelength / most, .high = high.wavelength * most, .n = p->n_moments};
    return cupel_moments_new(&spec, &p->moments, err);
}

/* ---- all ---- */

cupel_status cupel_micro_physics_init(const cupel_micro_demand *d, const cupel_micro_space *space, bool fraction, cupel_micro_physics *p,
                                      cupel_err *err)
{
    *p = (cupel_micro_physics){
        .space = space, .fraction = fraction && d->n_phases == 2, .conduction = d->needs_conduction, .elasticity = d->needs_elasticity};
    for (size_t i = 0; i < 2 && i < d->n_phases; i++) {
        const cupel_material *m = &d->phase[i].material;
        p->conduction = p->conduction && m->k_isotropic;
        p->elasticity = p->elasticity && m->c_isotropic;
        p->k[i] = m->k[0][0];
        p->bulk[i] = m->lambda + 2 * m->mu / 3;
        p->shear[i] = m->mu;
    }
    const cupel_status st = init_moments(space, p, err);
    p->conduction = p->fraction && p->conduction;
    p->elasticity = p->fraction && p->elasticity;
    p->n = (p->fraction ? 1u : 0u) + (p->conduction ? 1u : 0u) + (p->elasticity ? 2u : 0u) + p->n_moments;
    return st;
}

void cupel_micro_physics_release(cupel_micro_physics *p)
{
    cupel_moments_free(p->moments);
    *p = (cupel_micro_physics){.n = 0};
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

/* Steps of the fixed point from the arithmetic means: near enough where the phases are not voids, smooth to SETTLED. */
static void hill_budiansky(const cupel_micro_physics *p, double f, double *bulk, double *shear)
{
    double k = (1 - f) * p->bulk[0] + f * p->bulk[1], g = (1 - f) * p->shear[0] + f * p->shear[1];
    for (int i = 0; i < ITERATIONS; i++) {
        const double around = g * (9 * k + 8 * g) / (6 * (k + 2 * g)), below = 4 * g / 3, k_old = k, g_old = g;
        k = inside(p->bulk, f, below);
        g = inside(p->shear, f, around > 0 ? around : 0);
        if (fabs(k - k_old) <= SETTLED * k && fabs(g - g_old) <= SETTLED * g) break;
    }
    *bulk = k;
    *shear = g;
}

void cupel_micro_physics_columns(const cupel_micro_physics *p, const double *value, double fraction, double *h)
{
    if (p->moments) {
        cupel_spectrum s;
        spectrum_of(p->space, value, &s);
        cupel_moments_of(p->moments, &s, h);
        h += p->n_moments;
    }
    const double f = fmin(fmax(fraction, 1e-6), 1 - 1e-6);
    double bulk, shear;
    if (p->fraction) *h++ = log_ratio(f);
    if (p->conduction) *h++ = place(bruggeman(p->k, f), p->k, f);
    if (!p->elasticity) return;
    hill_budiansky(p, f, &bulk, &shear);
    *h++ = place(bulk, p->bulk, f);
    *h++ = place(shear, p->shear, f);
}
