#include "models/homogenize/bounds.h"

#include "core/base/err.h"
#include "core/math/small.h"

#include <math.h>
#include <string.h>

size_t cupel_kind_order(cupel_kind kind)
{
    if (kind.physics == CUPEL_CONDUCTION) return (size_t)kind.dim;
    return kind.dim == 3 ? 6 : 3;
}

/* ---- phases ---- */

static void add_to_diagonal(double *a, size_t n, double x)
{
    for (size_t i = 0; i < n; i++) a[i * (n + 1)] += x;
}

/* The inverse of a positive semidefinite tensor; what is zero counts as this share of `scale`, so that a void has a finite compliance. */
static void invert_semidefinite(const double *a, size_t n, double scale, double *inverse)
{
    static const double ZERO = 1e-14;
    double x[36];
    memcpy(x, a, n * n * sizeof *a);
    if (!(scale > 0)) scale = 1;
    if (cupel_small_invert(x, n, inverse)) return;
    add_to_diagonal(x, n, ZERO * scale);
    if (!cupel_small_invert(x, n, inverse)) memset(inverse, 0, n * n * sizeof *inverse);
}

static const size_t in_plane[3] = {0, 1, 5};

static void plane_of(const double *c, double *t)
{
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) t[3 * i + j] = c[6 * in_plane[i] + in_plane[j]];
}

void cupel_phase_tensor(cupel_kind kind, const cupel_material *m, double *t)
{
    if (kind.physics == CUPEL_CONDUCTION) {
        for (int i = 0; i < kind.dim; i++)
            for (int j = 0; j < kind.dim; j++) t[i * kind.dim + j] = m->k[i][j];
        return;
    }
    const double *c = &m->c[0][0], norm = cupel_small_norm(c, 36);
    if (kind.dim == 3) {
        memcpy(t, c, sizeof m->c);
    } else if (!kind.plane_stress || !(norm > 0)) {
        plane_of(c, t);
    } else {
        double s[36], block[9];
        invert_semidefinite(c, 6, norm, s);
        plane_of(s, block);
        invert_semidefinite(block, 3, 1 / norm, t);
    }
}

/* ---- means ---- */

static void symmetrise(double *a, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) a[i * n + j] = a[j * n + i] = (a[i * n + j] + a[j * n + i]) / 2;
}

static void means(cupel_kind kind, size_t n_phases, const double *fraction, const cupel_material *materials, cupel_bounds *b)
{
    const size_t n = b->order;
    double t[36], inverse[36], sum[36] = {0}, scale = 0;
    memset(b->voigt, 0, sizeof b->voigt);
    for (size_t p = 0; p < n_phases; p++) {
        cupel_phase_tensor(kind, &materials[p], t);
        for (size_t i = 0; i < n * n; i++) b->voigt[i] += fraction[p] * t[i];
        scale = fmax(scale, cupel_small_norm(t, n * n));
    }
    for (size_t p = 0; p < n_phases; p++) {
        if (!(fraction[p] > 0)) continue;
        cupel_phase_tensor(kind, &materials[p], t);
        invert_semidefinite(t, n, scale, inverse);
        for (size_t i = 0; i < n * n; i++) sum[i] += fraction[p] * inverse[i];
    }
    if (!cupel_small_invert(sum, n, b->reuss)) memset(b->reuss, 0, sizeof b->reuss);
    symmetrise(b->reuss, n);
}

/* ---- Hashin and Shtrikman ---- */

typedef struct range {
    double low, high;
} range;

typedef double (*property_fn)(cupel_kind kind, const cupel_material *m);

static double conductivity(cupel_kind kind, const cupel_material *m)
{
    (void)kind;
    return m->k[0][0];
}

static double shear(cupel_kind kind, const cupel_material *m)
{
    (void)kind;
    return m->mu;
}

static double bulk(cupel_kind kind, const cupel_material *m)
{
    if (kind.dim == 3) return m->lambda + 2 * m->mu / 3;
    if (!kind.plane_stress) return m->lambda + m->mu;
    const double c11 = m->lambda + 2 * m->mu;
    return c11 > 0 ? m->mu * (3 * m->lambda + 2 * m->mu) / c11 : 0;
}

static range range_of(cupel_kind kind, size_t n, const double *fraction, const cupel_material *m, property_fn f)
{
    range r = {INFINITY, -INFINITY};
    for (size_t p = 0; p < n; p++) {
        if (!(fraction[p] > 0)) continue;
        r.low = fmin(r.low, f(kind, &m[p]));
        r.high = fmax(r.high, f(kind, &m[p]));
    }
    return r;
}

/* [sum f / (x + z)]^-1 - z: the common form of all of them. */
static double bound(cupel_kind kind, size_t n, const double *fraction, const cupel_material *m, property_fn f, double z)
{
    double sum = 0;
    for (size_t p = 0; p < n; p++) {
        if (!(fraction[p] > 0)) continue;
        const double x = f(kind, &m[p]);
        if (!(x + z > 0)) return 0;
        sum += fraction[p] / (x + z);
    }
    return 1 / sum - z;
}

/* The shear modulus of the comparison material as Hashin and Shtrikman's bounds of the shear modulus see it. */
static double shear_of_comparison(int dim, double k, double g)
{
    if (!(g > 0)) return 0;
    return dim == 3 ? g * (9 * k + 8 * g) / (6 * (k + 2 * g)) : k * g / (k + 2 * g);
}

static void hashin_shtrikman(cupel_kind kind, size_t n, const double *fraction, const cupel_material *m, cupel_bounds *b)
{
    for (size_t p = 0; p < n; p++)
        if (!(kind.physics == CUPEL_CONDUCTION ? m[p].k_isotropic : m[p].c_isotropic)) return;
    if (kind.physics == CUPEL_CONDUCTION) {
        const range k = range_of(kind, n, fraction, m, conductivity);
        b->n_hs = 1;
        b->hs_lower[0] = bound(kind, n, fraction, m, conductivity, (kind.dim - 1) * k.low);
        b->hs_upper[0] = bound(kind, n, fraction, m, conductivity, (kind.dim - 1) * k.high);
        return;
    }
    const range k = range_of(kind, n, fraction, m, bulk), g = range_of(kind, n, fraction, m, shear);
    const double of_shear = kind.dim == 3 ? 4.0 / 3 : 1;
    b->n_hs = 2;
    b->hs_lower[0] = bound(kind, n, fraction, m, bulk, of_shear * g.low);
    b->hs_upper[0] = bound(kind, n, fraction, m, bulk, of_shear * g.high);
    b->hs_lower[1] = bound(kind, n, fraction, m, shear, shear_of_comparison(kind.dim, k.low, g.low));
    b->hs_upper[1] = bound(kind, n, fraction, m, shear, shear_of_comparison(kind.dim, k.high, g.high));
}

/* ---- two-phase conduction ---- */

static void two_phases(cupel_kind kind, size_t n, const double *fraction, const cupel_material *m, cupel_bounds *b)
{
    size_t there = 0;
    for (size_t p = 0; p < n; p++) there += fraction[p] > 0;
    if (kind.physics != CUPEL_CONDUCTION || there != 2 || b->n_hs != 1) return;
    const range k = range_of(kind, n, fraction, m, conductivity);
    b->two_phases = k.low < k.high;
    b->k1 = k.low;
    b->k2 = k.high;
    b->ka = b->voigt[0];
    b->kh = b->reuss[0];
}

void cupel_bounds_of(cupel_kind kind, size_t n_phases, const double *fraction, const cupel_material *materials, cupel_bounds *b)
{
    *b = (cupel_bounds){.order = cupel_kind_order(kind), .dim = kind.dim};
    means(kind, n_phases, fraction, materials, b);
    hashin_shtrikman(kind, n_phases, fraction, materials, b);
    two_phases(kind, n_phases, fraction, materials, b);
}

/* ---- checks ---- */

static double least_eigenvalue(const double *a, const double *b, size_t n)
{
    double d[36], value[6];
    for (size_t i = 0; i < n * n; i++) d[i] = a[i] - b[i];
    symmetrise(d, n);
    cupel_small_eigen(d, n, value, NULL);
    return value[0];
}

cupel_status cupel_bounds_check(const cupel_bounds *b, const double *tensor, double tolerance, cupel_err *err)
{
    const size_t n = b->order;
    const double allowed = tolerance * cupel_small_norm(b->voigt, n * n);
    const double below = least_eigenvalue(tensor, b->reuss, n), above = least_eigenvalue(b->voigt, tensor, n);
    if (below >= -allowed && above >= -allowed) return CUPEL_OK;
    return cupel_fail(err, CUPEL_FAILED, "the computed tensor lies %g %s the %s mean of the phases, more than rounding allows (%g); please "
                             "report this",
                      -fmin(below, above), above < below ? "above" : "below", above < below ? "arithmetic" : "harmonic", allowed);
}

/* t becomes base + sign * P, P the positive part of sign * (t - base), unless it is that already. */
static void keep_side(double *t, const double *base, double sign, size_t n)
{
    double d[36], value[6], vector[36];
    for (size_t i = 0; i < n * n; i++) d[i] = sign * (t[i] - base[i]);
    symmetrise(d, n);
    cupel_small_eigen(d, n, value, vector);
    if (value[0] >= 0) return;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++) {
            double positive = 0;
            for (size_t e = 0; e < n; e++) positive += fmax(value[e], 0) * vector[e * n + i] * vector[e * n + j];
            t[i * n + j] = t[j * n + i] = base[i * n + j] + sign * positive;
        }
}

void cupel_bounds_keep(const cupel_bounds *b, double *tensor)
{
    keep_side(tensor, b->reuss, 1, b->order);
    keep_side(tensor, b->voigt, -1, b->order);
}

/* Both sums with the eigenvalues moved by x in the favour of each; a pole passed counts as kept. */
static bool traces_hold(const cupel_bounds *b, const double *value, double x)
{
    const double d = b->dim;
    double low = 0, high = 0;
    for (int i = 0; i < b->dim; i++) {
        const double l = value[i] + x - b->k1, h = b->k2 - value[i] + x;
        if (!(l > 0) || !(h > 0)) return false;
        low += 1 / l;
        high += 1 / h;
    }
    return low <= 1 / (b->kh - b->k1) + (d - 1) / (b->ka - b->k1) && high <= 1 / (b->k2 - b->kh) + (d - 1) / (b->k2 - b->ka);
}

double cupel_bounds_trace_excess(const cupel_bounds *b, const double *tensor)
{
    double value[6], low = 0, high = b->k2 - b->k1;
    if (!b->two_phases) return 0;
    cupel_small_eigen(tensor, b->order, value, NULL);
    if (traces_hold(b, value, 0)) return 0;
    while (high - low > 1e-12 * b->k2 && high > 0) {
        const double middle = (low + high) / 2;
        if (traces_hold(b, value, middle))
            high = middle;
        else
            low = middle;
    }
    return high / b->ka;
}
