/* The reference, in plain C: runs anywhere, and gives the same bits anywhere. */
#include "models/learn/kernels/smo.h"

#include "core/math/exp2.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static void move(size_t n, const float *ki, const float *kj, float by, float *f, const float *up, const float *down, cupel_smo_pick *pick)
{
    float high = -INFINITY, low = INFINITY;
    size_t at = 0;
    for (size_t t = 0; t < n; t++) {
        const float g = f[t] + by * (ki[t] - kj[t]), u = up[t] - g, d = down[t] - g;
        f[t] = g;
        if (u > high) high = u, at = t;
        if (d < low) low = d;
    }
    *pick = (cupel_smo_pick){high, at, low};
}

static size_t partner(size_t n, const float *ki, float high, const float *f, const float *down, float least)
{
    float best = 0;
    size_t at = SIZE_MAX;
    for (size_t t = 0; t < n; t++) {
        const float gap = high - (down[t] - f[t]), curve = 2 - 2 * ki[t];
        if (!(gap > 0)) continue;
        const float gain = gap * gap / (curve > least ? curve : least);
        if (gain > best) best = gain, at = t;
    }
    return at;
}

static void add(size_t n, double b, const float *k, double *sum)
{
    for (size_t t = 0; t < n; t++) sum[t] += b * (double)k[t];
}

/* 2^z, z <= 0 (core/math/exp2.h). */
static inline float power_of_2(float z)
{
    static const float q[CUPEL_EXP2F_TERMS] = CUPEL_EXP2F_Q;
    const float u = z + CUPEL_EXP2F_ROUND, r = z - (u - CUPEL_EXP2F_ROUND);
    float p = q[CUPEL_EXP2F_TERMS - 1];
    for (int i = CUPEL_EXP2F_TERMS - 2; i >= 0; i--) p = p * r + q[i];
    p = p * r + 1;
    uint32_t a, b;
    memcpy(&a, &p, sizeof a);
    memcpy(&b, &u, sizeof b);
    a += b << 23;
    memcpy(&p, &a, sizeof p);
    return z < CUPEL_EXP2F_LOWEST ? 0 : p;
}

static void values(cupel_kernel kernel, size_t n, float hi, const float *hj, float *k)
{
    for (size_t t = 0; t < n; t++) {
        const float z = k[t] - (hi + hj[t]), e = z < 0 ? z : 0;
        if (kernel == CUPEL_KERNEL_RBF) {
            k[t] = power_of_2(e);
            continue;
        }
        const float s = sqrtf(e * -2);
        k[t] = (s * (s * (float)(1.0 / 3) + 1) + 1) * power_of_2(s * (float)-CUPEL_LOG2_E);
    }
}

const cupel_smo_kernels cupel_smo_plain = {move, partner, add, values};
