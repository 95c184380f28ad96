#include "core/engine/micro/normal.h"

#include "core/math/small.h"
#include "core/math/stats.h"
#include "models/homogenize/bounds.h"

#include <math.h>
#include <string.h>

static const double EDGE = 1e-9;  /* nearest to a bound that a tensor is taken to be, of their distance */
static const double EQUAL = 1e-12; /* V and R agree within this share of V */

/* ---- isotropic phases: V, R and the roots have one or two eigenvalues ---- */

/* a on the diagonal for vectors; for Mandel tensors a on the trace and b on the deviator. */
static void isotropic(size_t n, double a, double b, double *m)
{
    memset(m, 0, n * n * sizeof *m);
    for (size_t i = 0; i < n; i++) m[i * (n + 1)] = n == 3 ? a : b;
    for (size_t i = 0; n == 6 && i < 3; i++)
        for (size_t j = 0; j < 3; j++) m[i * n + j] += (a - b) / 3;
}

typedef struct range {
    double reuss, root, unroot;
} range;

static range range_of(size_t n_phases, const double *fraction, const double *value)
{
    double voigt = 0, inverse = 0;
    bool none = false;
    for (size_t p = 0; p < n_phases; p++) {
        voigt += fraction[p] * value[p];
        if (!(fraction[p] > 0)) continue;
        none |= !(value[p] > 0);
        if (value[p] > 0) inverse += fraction[p] / value[p];
    }
    range r = {.reuss = none || !(inverse > 0) ? 0 : 1 / inverse};
    const double apart = voigt - r.reuss;
    r.root = apart > EQUAL * voigt ? sqrt(apart) : 0;
    r.unroot = r.root > 0 ? 1 / r.root : 0;
    return r;
}

static bool all_isotropic(cupel_physics physics, size_t n_phases, const cupel_material *m)
{
    for (size_t p = 0; p < n_phases; p++)
        if (!(physics == CUPEL_CONDUCTION ? m[p].k_isotropic : m[p].c_isotropic)) return false;
    return n_phases <= 16;
}

static void short_way(cupel_physics physics, size_t n_phases, const double *fraction, const cupel_material *m, cupel_frame *f)
{
    double a[16], b[16];
    for (size_t p = 0; p < n_phases; p++) {
        a[p] = physics == CUPEL_CONDUCTION ? m[p].k[0][0] : 3 * m[p].lambda + 2 * m[p].mu;
        b[p] = physics == CUPEL_CONDUCTION ? 0 : 2 * m[p].mu;
    }
    const range x = range_of(n_phases, fraction, a), y = range_of(n_phases, fraction, b);
    isotropic(f->n, x.reuss, y.reuss, f->reuss);
    isotropic(f->n, x.root, y.root, f->root);
    isotropic(f->n, x.unroot, y.unroot, f->unroot);
}

/* ---- any phases ---- */

/* m = sum g(value) v v^T */
static void assemble(size_t n, const double *value, const double *vector, double *m)
{
    memset(m, 0, n * n * sizeof *m);
    for (size_t e = 0; e < n; e++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = i; j < n; j++) m[i * n + j] += value[e] * vector[e * n + i] * vector[e * n + j];
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) m[i * n + j] = m[j * n + i];
}

static void long_way(cupel_physics physics, size_t n_phases, const double *fraction, const cupel_material *materials, cupel_frame *f)
{
    cupel_bounds b;
    double apart[36], value[CUPEL_SMALL], vector[36], root[CUPEL_SMALL], unroot[CUPEL_SMALL];
    cupel_bounds_of((cupel_kind){.physics = physics, .dim = 3}, n_phases, fraction, materials, &b);
    memcpy(f->reuss, b.reuss, sizeof f->reuss);
    for (size_t i = 0; i < f->n * f->n; i++) apart[i] = b.voigt[i] - b.reuss[i];
    const double scale = cupel_small_norm(b.voigt, f->n * f->n);
    cupel_small_eigen(apart, f->n, value, vector);
    for (size_t i = 0; i < f->n; i++) {
        root[i] = value[i] > EQUAL * scale ? sqrt(value[i]) : 0;
        unroot[i] = root[i] > 0 ? 1 / root[i] : 0;
    }
    assemble(f->n, root, vector, f->root);
    assemble(f->n, unroot, vector, f->unroot);
}

void cupel_frame_of(cupel_physics physics, size_t n_phases, const double *fraction, const cupel_material *materials, cupel_frame *f)
{
    f->n = physics == CUPEL_CONDUCTION ? 3 : 6;
    if (all_isotropic(physics, n_phases, materials))
        short_way(physics, n_phases, fraction, materials, f);
    else
        long_way(physics, n_phases, fraction, materials, f);
}

/* ---- there and back ---- */

size_t cupel_frame_count(const cupel_frame *f) { return f->n * (f->n + 1) / 2; }

/* out = s a s, symmetric s and a. */
static void sandwich(const double *s, const double *a, size_t n, double *out)
{
    double left[36];
    cupel_small_multiply(s, a, n, n, n, left);
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++) {
            double sum = 0;
            for (size_t k = 0; k < n; k++) sum += left[i * n + k] * s[k * n + j];
            out[i * n + j] = out[j * n + i] = sum;
        }
}

void cupel_frame_logit(const cupel_frame *f, const double *t, double *y)
{
    const size_t n = f->n;
    double above[36] = {0}, x[36] = {0}, known[36], value[CUPEL_SMALL], vector[36];
    for (size_t i = 0; i < n * n; i++) above[i] = t[i] - f->reuss[i];
    sandwich(f->unroot, above, n, x);
    cupel_small_multiply(f->root, f->unroot, n, n, n, known); /* 1 less the projection on where V and R agree: there X is taken as 1/2 */
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) x[i * n + j] += 0.5 * ((i == j ? 1 : 0) - known[i * n + j]);
    cupel_small_eigen(x, n, value, vector);
    for (size_t i = 0; i < n; i++) {
        const double v = fmin(fmax(value[i], EDGE), 1 - EDGE);
        value[i] = cupel_log(v) - cupel_log(1 - v);
    }
    assemble(n, value, vector, x);
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++) *y++ = x[i * n + j];
}

void cupel_frame_tensor(const cupel_frame *f, const double *y, double *t)
{
    const size_t n = f->n;
    double m[36] = {0}, value[CUPEL_SMALL], vector[36];
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++) m[i * n + j] = m[j * n + i] = *y++;
    cupel_small_eigen(m, n, value, vector);
    for (size_t i = 0; i < n; i++) value[i] = 1 / (1 + cupel_exp(-value[i]));
    assemble(n, value, vector, m);
    sandwich(f->root, m, n, t);
    for (size_t i = 0; i < n * n; i++) t[i] += f->reuss[i];
}
