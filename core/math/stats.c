#include "core/math/stats.h"

#include "core/math/exp2.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* ln 2 in two parts, the first with 21 zero bits at its end: an exponent times it is exact (as in Cody and Waite 1980). */
static const double ln2_high = 0x1.62e42fee00000p-1, ln2_low = 0x1.a39ef35793c76p-33;

double cupel_exp(double x)
{
    static const double q[CUPEL_EXP2_TERMS] = CUPEL_EXP2_Q;
    if (x != x) return x;
    if (x > 710) return INFINITY;
    if (x < -746) return 0;
    const double n = (x * CUPEL_LOG2_E + CUPEL_EXP2_ROUND) - CUPEL_EXP2_ROUND;
    const double r = ((x - n * ln2_high) - n * ln2_low) * CUPEL_LOG2_E;
    double p = q[CUPEL_EXP2_TERMS - 1];
    for (int i = CUPEL_EXP2_TERMS - 2; i >= 0; i--) p = p * r + q[i];
    if (n > -1022 && n < 1023) { /* a normal number: the same product, without a call */
        const uint64_t bits = (uint64_t)((int64_t)n + 1023) << 52;
        double power;
        memcpy(&power, &bits, sizeof power);
        return (p * r + 1) * power;
    }
    return ldexp(p * r + 1, (int)n);
}

/* x = m 2^k with m = 1 + g in [sqrt(1/2), sqrt(2)), s = g / (2 + g): ln m = 2 (s + s^3/3 + s^5/5 + ...) = g - (h - s (h + r)), h = g^2/2 and
 * r = 2 (s^2/3 + s^4/5 + ...), the form of FreeBSD's e_log.c, in which only the small r is rounded twice. s^2 < 0.0295: ten terms. */
double cupel_log(double x)
{
    if (x != x || x < 0) return NAN;
    if (x == 0) return -INFINITY;
    if (x > 1.7976931348623157e308) return x;
    int k;
    double m = frexp(x, &k), r = 0;
    if (m < 0.70710678118654752440) {
        m *= 2;
        k--;
    }
    const double g = m - 1, s = g / (2 + g), h = 0.5 * g * g;
    for (int i = 10; i >= 1; i--) r = (r + 2.0 / (2 * i + 1)) * (s * s);
    return k * ln2_high - ((h - (s * (h + r) + k * ln2_low)) - g);
}

/* p(x) / q(x), highest power first. */
static double ratio(const double *p, const double *q, int n, double x)
{
    double a = p[0], b = q[0];
    for (int i = 1; i < n; i++) {
        a = a * x + p[i];
        b = b * x + q[i];
    }
    return a / b;
}

/* erf(x), |x| <= 0.46875. */
static double erf_small(double x)
{
    static const double p[] = {1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3};
    static const double q[] = {1, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3};
    return x * ratio(p, q, 5, x * x);
}

/* e^(-z^2/2) with the square taken in two parts: rounding z^2 would cost z^2 units in the last place. */
static double exp_minus_half_square(double z)
{
    const double near = floor(z * 16) / 16, rest = (z - near) * (z + near);
    return cupel_exp(-near * near / 2) * cupel_exp(-rest / 2);
}

/* erfc(x) e^(x^2), x > 0.46875. */
static double erfc_scaled(double x)
{
    static const double p[] = {2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1, 2.98635138197400131e2,
                               8.81952221241769090e2,  1.71204761263407058e3,  2.05107837782607147e3, 1.23033935479799725e3};
    static const double q[] = {1, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
                               3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3};
    static const double p4[] = {1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1,
                                1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4};
    static const double q4[] =
        {1, 2.56852019228982242e0, 1.87295284992346725e0, 5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3};
    static const double one_by_root_pi = 5.6418958354775628695e-1;
    if (x <= 4) return ratio(p, q, 9, x);
    const double y = 1 / (x * x);
    return (one_by_root_pi - y * ratio(p4, q4, 6, y)) / x;
}

double cupel_normal_cdf(double z)
{
    const double x = z * 0.70710678118654752440;
    if (fabs(x) <= 0.46875) return 0.5 + 0.5 * erf_small(x);
    if (z != z) return z;
    const double tail = fabs(z) < 39 ? 0.5 * exp_minus_half_square(fabs(z)) * erfc_scaled(fabs(x)) : 0;
    return z < 0 ? tail : 1 - tail;
}

/* Relative error below 1.15e-9. */
static double quantile_start(double p)
{
    static const double a[] = {-3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.383577518672690e2, -3.066479806614716e1,
                               2.506628277459239e0};
    static const double b[] = {-5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1};
    static const double c[] = {-7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838e0, -2.549732539343734e0, 4.374664141464968e0,
                               2.938163982698783e0};
    static const double d[] = {0, 7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996e0, 3.754408661907416e0, 1};
    const double tail = 0.02425;
    if (p < tail) return ratio(c, d, 6, sqrt(-2 * cupel_log(p)));
    if (p > 1 - tail) return -ratio(c, d, 6, sqrt(-2 * cupel_log(1 - p)));
    return (p - 0.5) * ratio(a, b, 6, (p - 0.5) * (p - 0.5));
}

double cupel_normal_quantile(double p)
{
    const double z = quantile_start(p), root_two_pi = 2.5066282746310005024;
    const double step = (p < 0.5 ? cupel_normal_cdf(z) - p : (1 - p) - cupel_normal_cdf(-z)) * root_two_pi / exp_minus_half_square(z);
    return z - step / (1 + z * step / 2);
}
