/* Bounds over a range of volume fractions, for any number of phases: every mean is the inverse of a sum that is linear in the fractions, so that its
 * extremes are those of a linear programme over a simplex with bounds, which is solved by filling the heaviest phase first. */
#include "core/math/small.h"
#include "models/homogenize/bounds.h"

#include <math.h>
#include <string.h>

enum { PHASES_MAX = 64 };

double cupel_fractions_most(size_t n, const double *low, const double *high, const double *weight, double *fraction)
{
    double left = 1, sum = 0, filled[PHASES_MAX];
    bool taken[PHASES_MAX] = {false};
    for (size_t p = 0; p < n; p++) filled[p] = low[p], left -= low[p];
    for (size_t round = 0; round < n; round++) {
        size_t best = n;
        for (size_t p = 0; p < n; p++)
            if (!taken[p] && (best == n || weight[p] > weight[best])) best = p;
        const double more = fmax(0, fmin(left, high[best] - low[best]));
        taken[best] = true;
        filled[best] += more;
        left -= more;
    }
    for (size_t p = 0; p < n; p++) sum += filled[p] > 0 ? weight[p] * filled[p] : 0; /* an infinite weight of an absent phase counts nothing */
    if (fraction) memcpy(fraction, filled, n * sizeof *fraction);
    return sum;
}

typedef struct range {
    size_t n;
    const double *low, *high;
} range;

/* [sum f / (x + z)]^-1 - z, the largest (side 1) or the least (side -1) there is. */
static double mean(const range *r, const double *x, double z, int side)
{
    double weight[PHASES_MAX];
    for (size_t p = 0; p < r->n; p++) {
        const double sum = x[p] + z;
        weight[p] = -side / fmax(sum, 1e-300);
    }
    const double most = cupel_fractions_most(r->n, r->low, r->high, weight, NULL);
    return fmax(0, 1 / fabs(most) - z);
}

static double arithmetic(const range *r, const double *x) { return cupel_fractions_most(r->n, r->low, r->high, x, NULL); }

static void extremes(const range *r, const double *x, double *least, double *most)
{
    *least = HUGE_VAL, *most = 0;
    for (size_t p = 0; p < r->n; p++)
        if (r->high[p] > 0) *least = fmin(*least, x[p]), *most = fmax(*most, x[p]);
}

static void set_isotropic(double *t, size_t n, double bulk3, double shear2)
{
    memset(t, 0, n * n * sizeof *t);
    for (size_t i = 0; i < n; i++) t[i * (n + 1)] = shear2;
    for (size_t i = 0; n == 6 && i < 3; i++)
        for (size_t j = 0; j < 3; j++) t[6 * i + j] += (bulk3 - shear2) / 3;
}

static double shear_of_comparison(double k, double g) { return g > 0 ? g * (9 * k + 8 * g) / (6 * (k + 2 * g)) : 0; }

static void isotropic_stiffness(const range *r, const cupel_material *m, cupel_bounds *b)
{
    double k[PHASES_MAX], g[PHASES_MAX], k_low, k_high, g_low, g_high;
    for (size_t p = 0; p < r->n; p++) k[p] = m[p].lambda + 2 * m[p].mu / 3, g[p] = m[p].mu;
    extremes(r, k, &k_low, &k_high);
    extremes(r, g, &g_low, &g_high);
    set_isotropic(b->voigt, 6, 3 * arithmetic(r, k), 2 * arithmetic(r, g));
    set_isotropic(b->reuss, 6, 3 * mean(r, k, 0, -1), 2 * mean(r, g, 0, -1));
    b->n_hs = 2;
    b->hs_lower[0] = mean(r, k, 4 * g_low / 3, -1);
    b->hs_upper[0] = mean(r, k, 4 * g_high / 3, 1);
    b->hs_lower[1] = mean(r, g, shear_of_comparison(k_low, g_low), -1);
    b->hs_upper[1] = mean(r, g, shear_of_comparison(k_high, g_high), 1);
}

static void isotropic_conductivity(const range *r, const cupel_material *m, cupel_bounds *b)
{
    double k[PHASES_MAX], k_low, k_high;
    for (size_t p = 0; p < r->n; p++) k[p] = m[p].k[0][0];
    extremes(r, k, &k_low, &k_high);
    set_isotropic(b->voigt, 3, 0, arithmetic(r, k));
    set_isotropic(b->reuss, 3, 0, mean(r, k, 0, -1));
    b->n_hs = 1;
    b->hs_lower[0] = mean(r, k, 2 * k_low, -1);
    b->hs_upper[0] = mean(r, k, 2 * k_high, 1);
}

void cupel_bounds_over(cupel_physics physics, size_t n, const double *low, const double *high, const cupel_material *materials, cupel_bounds *b)
{
    const cupel_kind kind = {.physics = physics, .dim = 3};
    const range r = {n, low, high};
    double t[36], value[CUPEL_SMALL], least[PHASES_MAX], most[PHASES_MAX];
    bool isotropic = true;
    *b = (cupel_bounds){.order = cupel_kind_order(kind), .dim = 3};
    for (size_t p = 0; p < n; p++) isotropic = isotropic && (physics == CUPEL_CONDUCTION ? materials[p].k_isotropic : materials[p].c_isotropic);
    if (isotropic && physics == CUPEL_CONDUCTION) {
        isotropic_conductivity(&r, materials, b);
        return;
    }
    if (isotropic) {
        isotropic_stiffness(&r, materials, b);
        return;
    }
    for (size_t p = 0; p < n; p++) {
        cupel_phase_tensor(kind, &materials[p], t);
        cupel_small_eigen(t, b->order, value, NULL);
        least[p] = fmax(0, value[0]), most[p] = value[b->order - 1];
    }
    const double up = arithmetic(&r, most), down = mean(&r, least, 0, -1);
    set_isotropic(b->voigt, b->order, up, up);
    set_isotropic(b->reuss, b->order, down, down);
}
