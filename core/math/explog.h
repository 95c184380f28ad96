/* exp and ln of doubles from basic operations only, so that their bits are the same on every processor (those of libm are not). Relative error
 * below 1e-15 (ln: of the result, or of 1 where x is near 1 within rounding); tests/test_stats.c compares them with libm. */
#ifndef CUPEL_MATH_EXPLOG_H
#define CUPEL_MATH_EXPLOG_H

#include "core/math/exp2.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* e^x, 0 below -708, infinite above 709. x log2(e) is taken in two parts (the second holds what the first, rounded, leaves out), so that the error
 * does not grow with x. */
static inline double cupel_exp(double x)
{
    static const double q[CUPEL_EXP2_TERMS] = CUPEL_EXP2_Q;
    static const double LN2_HIGH = 0x1.62e42feep-1, LN2_LOW = 0x1.a39ef35793c76p-33; /* fdlibm's: n LN2_HIGH is exact */
    if (!(x > -708.0)) return isnan(x) ? x : 0.0;
    if (x > 709.0) return (double)INFINITY;
    double n = x * CUPEL_LOG2_E + CUPEL_EXP2_ROUND - CUPEL_EXP2_ROUND;
    double r = ((x - n * LN2_HIGH) - n * LN2_LOW) * CUPEL_LOG2_E, sum = q[CUPEL_EXP2_TERMS - 1];
    for (int i = CUPEL_EXP2_TERMS - 2; i >= 0; i--) sum = sum * r + q[i];
    uint64_t bits = (uint64_t)((int64_t)n + 1023) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return power + power * (sum * r);
}

/* ln x of a normal x > 0: x = 2^n m with m in [sqrt 1/2, sqrt 2), and ln m = 2 (s + s^3/3 + s^5/5 + ...), s = (m - 1) / (m + 1), |s| < 0.172. */
static inline double cupel_ln(double x)
{
    static const double LN2_HIGH = 0x1.62e42feep-1, LN2_LOW = 0x1.a39ef35793c76p-33;
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int64_t n = (int64_t)((bits + (UINT64_C(0x3ff0000000000000) - UINT64_C(0x3fe6a09e667f3bcd))) >> 52) - 1023;
    bits -= (uint64_t)n << 52;
    double m;
    memcpy(&m, &bits, sizeof m);
    double s = (m - 1.0) / (m + 1.0), s2 = s * s, sum = 1.0 / 23.0;
    for (int k = 21; k >= 3; k -= 2) sum = sum * s2 + 1.0 / k;
    return (double)n * LN2_HIGH + ((double)n * LN2_LOW + (2.0 * s + 2.0 * s * (s2 * sum)));
}

#endif
