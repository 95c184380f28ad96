#include "models/homogenize/engineering.h"

#include "core/math/small.h"

#include <math.h>
#include <string.h>

static const double PI = 3.14159265358979323846;

double cupel_young_along(const double *s, int dim, const double *n)
{
    const double r = sqrt(2), e3[6] = {n[0] * n[0], n[1] * n[1], dim == 3 ? n[2] * n[2] : r * n[0] * n[1], dim == 3 ? r * n[1] * n[2] : 0,
                                       dim == 3 ? r * n[0] * n[2] : 0, r * n[0] * n[1]};
    const size_t order = dim == 3 ? 6 : 3;
    double sum = 0;
    for (size_t i = 0; i < order; i++)
        for (size_t j = 0; j < order; j++) sum += e3[i] * s[i * order + j] * e3[j];
    return 1 / sum;
}

static void direction(int dim, double polar, double azimuth, double n[3])
{
    n[0] = cos(azimuth) * (dim == 3 ? sin(polar) : 1);
    n[1] = sin(azimuth) * (dim == 3 ? sin(polar) : 1);
    n[2] = dim == 3 ? cos(polar) : 0;
}

void cupel_young_surface(const double *s, int dim, size_t n_polar, size_t n_azimuth, double *e)
{
    for (size_t i = 0; i < n_polar; i++)
        for (size_t j = 0; j < n_azimuth; j++) {
            double n[3];
            direction(dim, ((double)i + 0.5) * PI / (double)n_polar, 2 * PI * (double)j / (double)n_azimuth, n);
            e[i * n_azimuth + j] = cupel_young_along(s, dim, n);
        }
}

/* ---- extremes over directions ---- */

/* Goes downhill of sign * E from (polar, azimuth) with steps that halve: the function is smooth and the start is the best of a grid. */
static void refine(const double *s, int dim, double sign, double step, double at[2])
{
    double n[3];
    direction(dim, at[0], at[1], n);
    double best = sign * cupel_young_along(s, dim, n);
    while (step > 1e-9) {
        static const double moves[8][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 1}, {1, -1}, {-1, 1}, {-1, -1}};
        bool moved = false;
        for (size_t m = 0; m < 8; m++) {
            const double polar = at[0] + step * moves[m][0], azimuth = at[1] + step * moves[m][1];
            direction(dim, polar, azimuth, n);
            const double here = sign * cupel_young_along(s, dim, n);
            if (!(here < best)) continue;
            best = here;
            at[0] = polar;
            at[1] = azimuth;
            moved = true;
        }
        if (!moved) step /= 2;
    }
}

/* Of a volume; bounds of isotropic phases are so, and are asked for many times. */
static bool is_isotropic(const double *s, int dim)
{
    const double a = s[0], b = s[1], same = 1e-9 * a;
    for (int i = 0; dim == 3 && i < 6; i++)
        for (int j = 0; j < 6; j++) {
            const double want = i != j ? (i < 3 && j < 3 ? b : 0) : i < 3 ? a : a - b;
            if (!(fabs(s[6 * i + j] - want) <= same)) return false;
        }
    return dim == 3;
}

double cupel_young_extreme(const double *s, int dim, double sign, double where[3])
{
    enum { POLAR = 31, AZIMUTH = 60 };
    const int rows = dim == 3 ? POLAR : 1;
    double best = INFINITY, at[2] = {0, 0}, n[3];
    if (is_isotropic(s, dim)) {
        where[0] = where[1] = 0, where[2] = 1; /* any */
        return 1 / s[0];
    }
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < AZIMUTH; j++) {
            const double polar = dim == 3 ? i * PI / (POLAR - 1) : PI / 2, azimuth = j * PI / AZIMUTH * 2;
            direction(dim, polar, azimuth, n);
            const double here = sign * cupel_young_along(s, dim, n);
            if (!(here < best)) continue;
            best = here;
            at[0] = polar;
            at[1] = azimuth;
        }
    refine(s, dim, sign, PI / POLAR, at);
    direction(dim, at[0], at[1], where);
    for (int i = 0; i < 3; i++)
        if (fabs(where[i]) < 1e-7) where[i] = 0; /* the refinement ends there: E is flat at its extreme */
    return cupel_young_along(s, dim, where);
}

/* ---- isotropic and cubic parts ---- */

static void isotropic(double *c, int dim, double k, double g)
{
    const int order = dim == 3 ? 6 : 3;
    memset(c, 0, (size_t)(order * order) * sizeof *c);
    for (int i = 0; i < dim; i++)
        for (int j = 0; j < dim; j++) c[i * order + j] = k - 2 * g / dim;
    for (int i = 0; i < order; i++) c[i * (order + 1)] += 2 * g;
}

static double distance(const double *a, const double *b, size_t n)
{
    double d[36];
    for (size_t i = 0; i < n * n; i++) d[i] = a[i] - b[i];
    return cupel_small_norm(d, n * n) / cupel_small_norm(a, n * n);
}

/* The projection on cubic tensors with these axes takes the means of C11, C12 and C44. */
static void cubic(const double *c, cupel_engineering *e)
{
    const double c11 = (c[0] + c[7] + c[14]) / 3, c12 = (c[1] + c[2] + c[8]) / 3, c44 = (c[21] + c[28] + c[35]) / 6;
    double near[36] = {0};
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) near[6 * i + j] = i == j ? c11 : c12;
    for (int i = 3; i < 6; i++) near[7 * i] = 2 * c44;
    e->zener = 2 * c44 / (c11 - c12);
    e->from_cubic = distance(c, near, 6);
}

/* Bulk and shear modulus of the mean over all orientations: K = C_iijj / d^2; the rest of the trace belongs to the deviatoric part. */
static void averages(const double *c, int dim, double *k, double *g)
{
    const int order = dim == 3 ? 6 : 3, deviatoric = dim == 3 ? 5 : 2;
    double sum = 0, trace = 0;
    for (int i = 0; i < dim; i++)
        for (int j = 0; j < dim; j++) sum += c[i * order + j];
    for (int i = 0; i < order; i++) trace += c[i * (order + 1)];
    *k = sum / (dim * dim);
    *g = (trace - sum / dim) / (2 * deviatoric);
}

static void moduli(const double *c, const double *s, cupel_engineering *e)
{
    const int d = e->dim;
    double k, g;
    averages(c, d, &e->bulk_voigt, &e->shear_voigt);
    averages(s, d, &k, &g);
    e->bulk_reuss = 1 / (d * d * k);
    e->shear_reuss = 1 / (4 * g);
    e->bulk = (e->bulk_voigt + e->bulk_reuss) / 2;
    e->shear = (e->shear_voigt + e->shear_reuss) / 2;
    const double kk = e->bulk, gg = e->shear;
    e->young = d == 3 ? 9 * kk * gg / (3 * kk + gg) : 4 * kk * gg / (kk + gg);
    e->poisson = d == 3 ? (3 * kk - 2 * gg) / (2 * (3 * kk + gg)) : (kk - gg) / (kk + gg);
    const double rk = e->bulk_voigt / e->bulk_reuss, rg = e->shear_voigt / e->shear_reuss;
    e->anisotropy = d == 3 ? 5 * rg + rk - 6 : 2 * rg + rk - 3;
    if (fabs(e->anisotropy) < 1e-12) e->anisotropy = 0; /* rounding; it is never negative */
}

bool cupel_engineering_of(const double *c, int dim, cupel_engineering *e)
{
    const size_t n = dim == 3 ? 6 : 3, d = (size_t)dim;
    double s[36], near[36], value[6];
    cupel_small_eigen(c, n, value, NULL);
    if (!(value[0] > 1e-13 * value[n - 1]) || !cupel_small_invert(c, n, s)) return false;
    *e = (cupel_engineering){.dim = dim, .zener = NAN, .from_cubic = NAN};
    for (size_t i = 0; i < d; i++) {
        e->E[i] = 1 / s[i * (n + 1)];
        for (size_t j = 0; j < d; j++) e->nu[i][j] = i == j ? 0 : -s[i * n + j] / s[i * (n + 1)];
    }
    for (size_t i = dim == 3 ? 3 : 2; i < n; i++) e->G[i - (dim == 3 ? 3 : 0)] = 1 / (2 * s[i * (n + 1)]);
    moduli(c, s, e);
    if (dim == 3) cubic(c, e);
    isotropic(near, dim, e->bulk_voigt, e->shear_voigt);
    e->from_isotropic = distance(c, near, n);
    e->E_min = cupel_young_extreme(s, dim, 1, e->at_min);
    e->E_max = cupel_young_extreme(s, dim, -1, e->at_max);
    return true;
}

/* ---- bars ---- */

enum { NUMBERS = 29 };

/* All numbers but the directions. */
static void numbers_of(cupel_engineering *e, double *x[NUMBERS])
{
    size_t n = 0;
    for (size_t i = 0; i < 3; i++) {
        x[n++] = &e->E[i];
        x[n++] = &e->G[i];
        for (size_t j = 0; j < 3; j++) x[n++] = &e->nu[i][j];
    }
    double *const more[NUMBERS - 15] = {&e->bulk_voigt, &e->bulk_reuss, &e->shear_voigt, &e->shear_reuss, &e->bulk, &e->shear, &e->young,
                                        &e->poisson, &e->anisotropy, &e->zener, &e->from_cubic, &e->from_isotropic, &e->E_min,
                                        &e->E_max};
    memcpy(x + n, more, sizeof more);
}

bool cupel_engineering_bars(const double *c, const double *bar, int dim, cupel_engineering *half)
{
    const size_t n = dim == 3 ? 6 : 3;
    double moved[36];
    cupel_engineering base, way[2], sum = {.dim = dim};
    double *x[NUMBERS], *y[2][NUMBERS], *total[NUMBERS];
    if (!cupel_engineering_of(c, dim, &base)) return false;
    numbers_of(&base, x);
    numbers_of(&sum, total);
    for (size_t k = 0; k < 2; k++) numbers_of(&way[k], y[k]);
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++) {
            if (!(bar[i * n + j] > 0)) continue;
            for (size_t k = 0; k < 2; k++) {
                memcpy(moved, c, n * n * sizeof *c);
                moved[i * n + j] += k ? bar[i * n + j] : -bar[i * n + j];
                moved[j * n + i] = moved[i * n + j];
                if (!cupel_engineering_of(moved, dim, &way[k])) return false;
            }
            for (size_t q = 0; q < NUMBERS; q++) *total[q] += fmax(fabs(*y[0][q] - *x[q]), fabs(*y[1][q] - *x[q]));
        }
    if (dim == 2) sum.zener = sum.from_cubic = NAN;
    *half = sum;
    return true;
}
