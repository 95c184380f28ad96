/* The blend of cut voxels: which side of the laminate the response of a voxel takes, by contrast and by which phase is connected. Measured on
 * spheres and level cuts at 64^3: with it the error at contrast 100 stays below 0.5 % where the plain laminate leaves up to 3 %. */
#include "core/base/mem.h"
#include "core/math/small.h"
#include "models/homogenize/estimate.h"

#include <math.h>

/* xi < 0.2: only the soft phase is continuous; xi > 0.95: only the stiff one. */
static double conduction(double xi)
{
    if (xi < 0.2) return -fmax(fmin(1, 0.004 / fmax(xi, 1e-9)), 0.2 - xi);
    if (xi < 0.955) return 0.33 * (xi - 0.2);
    return fmin(1, 0.25 + 25 * (xi - 0.955));
}

/* xi from C11 = K + 4 G / 3. */
static double elasticity(double xi)
{
    static const double x[8] = {0.004, 0.02, 0.1, 0.2, 0.58, 0.85, 0.95, 0.98}, h[8] = {-1, -0.2, 0, 0.02, 0.19, 0.30, 0.50, 1};
    if (xi <= x[0]) return h[0];
    for (int i = 1; i < 8; i++)
        if (xi < x[i]) return h[i - 1] + (h[i] - h[i - 1]) * (xi - x[i - 1]) / (x[i] - x[i - 1]);
    return h[7];
}

double cupel_blend_of(cupel_physics physics, double contrast, double xi)
{
    const double c = contrast > 0 ? fmax(contrast, 1 / contrast) : INFINITY, weight = fmax(0, 0.73 * log10(fmin(c, 1e8)) - 0.51);
    const double w = weight * (physics == CUPEL_CONDUCTION ? conduction(xi) : elasticity(xi));
    return fmin(1, fmax(-1, w));
}

/* The isotropic tensor nearest to that of a phase. */
static cupel_material isotropic_part(cupel_physics physics, const cupel_material *m)
{
    cupel_material x = *m;
    if (physics == CUPEL_CONDUCTION) {
        const double k = (m->k[0][0] + m->k[1][1] + m->k[2][2]) / 3;
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++) x.k[i][j] = i == j ? k : 0;
        x.k_isotropic = true;
    } else if (!m->c_isotropic) {
        double sum = 0, trace = 0;
        for (int i = 0; i < 6; i++) trace += m->c[i][i];
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++) sum += m->c[i][j];
        const double g = (trace - sum / 3) / 10;
        cupel_material_set_lame(&x, sum / 9 - 2 * g / 3, g);
    }
    return x;
}

static double stiffness_of(cupel_physics physics, const cupel_material *m)
{
    return physics == CUPEL_CONDUCTION ? m->k[0][0] : m->lambda + 2 * m->mu;
}

/* Directions along which a conductor reaches the arithmetic mean have no interface in their way: fibres are judged in their plane, where they are what
 * discs are, and laminates are exact as they are. True when there are such, with xi then. */
static bool place_across(cupel_kind kind, size_t n_phases, const double *fraction, const cupel_material *iso, const double *tensor, double *xi)
{
    static const double PARALLEL = 1e-3, LAMINATE = 0.2; /* where `conduction` above is 0 */
    double value[3];
    cupel_bounds b;
    if (kind.physics != CUPEL_CONDUCTION || kind.dim != 3) return false;
    cupel_bounds_of(kind, n_phases, fraction, iso, &b);
    cupel_small_eigen(tensor, 3, value, NULL);
    const double top = b.voigt[0] - PARALLEL * (b.voigt[0] - b.reuss[0]);
    if (value[2] < top) return false;
    *xi = LAMINATE;
    if (value[1] >= top) return true;
    kind.dim = 2;
    cupel_bounds_of(kind, n_phases, fraction, iso, &b);
    if (b.hs_upper[0] - b.hs_lower[0] > 1e-9 * b.hs_upper[0])
        *xi = fmin(1, fmax(0, (0.5 * (value[0] + value[1]) - b.hs_lower[0]) / (b.hs_upper[0] - b.hs_lower[0])));
    return true;
}

double cupel_blend_place(cupel_kind kind, size_t n_phases, const double *fraction, const cupel_material *materials, const double *tensor,
                         double *contrast)
{
    cupel_material *iso = cupel_alloc(n_phases, sizeof *iso);
    cupel_bounds b;
    double low = INFINITY, high = 0, mean = 0;
    const size_t n = cupel_kind_order(kind), d = (size_t)kind.dim;
    *contrast = 1;
    if (!iso) return NAN;
    for (size_t p = 0; p < n_phases; p++) {
        iso[p] = isotropic_part(kind.physics, &materials[p]);
        if (!(fraction[p] > 0)) continue;
        low = fmin(low, stiffness_of(kind.physics, &iso[p]));
        high = fmax(high, stiffness_of(kind.physics, &iso[p]));
    }
    *contrast = low > 0 ? high / low : INFINITY;
    double xi;
    const bool across = place_across(kind, n_phases, fraction, iso, tensor, &xi);
    cupel_bounds_of(kind, n_phases, fraction, iso, &b);
    cupel_free(iso);
    if (across) return xi;
    for (size_t i = 0; i < d; i++) mean += tensor[i * (n + 1)] / (double)d;
    const double shear = kind.physics == CUPEL_CONDUCTION ? 0 : kind.dim == 3 ? 4.0 / 3 : 1;
    const double lower = b.hs_lower[0] + shear * b.hs_lower[1], upper = b.hs_upper[0] + shear * b.hs_upper[1];
    if (!(upper - lower > 1e-9 * upper)) return 0.5;
    return fmin(1, fmax(0, (mean - lower) / (upper - lower)));
}

double cupel_contrast_of(cupel_kind kind, size_t n_phases, const double *fraction, const cupel_material *materials)
{
    const size_t n = cupel_kind_order(kind);
    double low = INFINITY, high = 0, t[36], value[6];
    for (size_t p = 0; p < n_phases; p++) {
        if (!(fraction[p] > 0)) continue;
        cupel_phase_tensor(kind, &materials[p], t);
        cupel_small_eigen(t, n, value, NULL);
        low = fmin(low, value[0]);
        high = fmax(high, value[n - 1]);
    }
    return low > 0 ? high / low : INFINITY;
}
