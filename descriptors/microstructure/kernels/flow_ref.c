#include "descriptors/microstructure/kernels/flow.h"

enum { LANES = 8 }; /* of a sum: a fixed order for any vectors */

void cupel_flow_neighbours(const cupel_flow_links *l, const float *restrict z, size_t at, size_t n, float *restrict sum)
{
    const size_t s0 = l->step[0], s1 = l->step[1], s2 = l->step[2];
    const float *c = z + at;
    if (!l->link[0]) {
        const float w0 = l->weight[0], w1 = l->weight[1], w2 = l->weight[2];
        for (size_t k = 0; k < n; k++) sum[k] = w0 * (c[k - s0] + c[k + s0]) + w1 * (c[k - s1] + c[k + s1]) + w2 * (c[k - s2] + c[k + s2]);
        return;
    }
    const float *l0 = l->link[0] + at, *l1 = l->link[1] + at, *l2 = l->link[2] + at;
    for (size_t k = 0; k < n; k++)
        sum[k] = (l0[k - s0] * c[k - s0] + l0[k] * c[k + s0]) + (l1[k - s1] * c[k - s1] + l1[k] * c[k + s1]) +
                 (l2[k - s2] * c[k - s2] + l2[k] * c[k + s2]);
}

void cupel_flow_descend(float alpha, float omega, const float *restrict q, const float *restrict inverse, size_t n, float *restrict r,
                        float *restrict z)
{
    for (size_t k = 0; k < n; k++) {
        r[k] -= alpha * q[k];
        z[k] = omega * r[k] * inverse[k];
    }
}

void cupel_flow_begin(float omega, const float *restrict r, const float *restrict inverse, size_t n, float *restrict z)
{
    for (size_t k = 0; k < n; k++) z[k] = omega * r[k] * inverse[k];
}

void cupel_flow_left(float omega, const float *restrict r, const float *restrict inverse, const float *restrict sum, size_t n, float *restrict t)
{
    for (size_t k = 0; k < n; k++) t[k] = inverse[k] > 0 ? (1 - omega) * r[k] + sum[k] : 0;
}

void cupel_flow_gather(const float *restrict t, size_t n, int pairs, float *restrict coarse)
{
    if (!pairs) {
        for (size_t k = 0; k < n; k++) coarse[k] += t[k];
        return;
    }
    for (size_t k = 0; k < n / 2; k++) coarse[k] += t[2 * k] + t[2 * k + 1];
    if (n % 2) coarse[n / 2] += t[n - 1];
}

void cupel_flow_correct(const float *restrict coarse, const float *restrict inverse, size_t n, int pairs, float *restrict z)
{
    if (!pairs) {
        for (size_t k = 0; k < n; k++) z[k] += inverse[k] > 0 ? coarse[k] : 0;
        return;
    }
    for (size_t k = 0; k < n / 2; k++) {
        z[2 * k] += inverse[2 * k] > 0 ? coarse[k] : 0;
        z[2 * k + 1] += inverse[2 * k + 1] > 0 ? coarse[k] : 0;
    }
    if (n % 2) z[n - 1] += inverse[n - 1] > 0 ? coarse[n / 2] : 0;
}

static double lanes_sum(const double s[LANES]) { return ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7])); }

static double dot(const float *restrict a, const float *restrict b, size_t n)
{
    double s[LANES] = {0};
    size_t k = 0;
    for (; k + LANES <= n; k += LANES)
        for (size_t l = 0; l < LANES; l++) s[l] += (double)a[k + l] * (double)b[k + l];
    for (size_t l = 0; k + l < n; l++) s[l] += (double)a[k + l] * (double)b[k + l];
    return lanes_sum(s);
}

double cupel_flow_smooth(float omega, const float *restrict r, const float *restrict z, const float *restrict inverse, const float *restrict sum,
                         size_t n, float *restrict y)
{
    for (size_t k = 0; k < n; k++) y[k] = z[k] + omega * ((r[k] + sum[k]) * inverse[k] - z[k]);
    return dot(r, y, n);
}

void cupel_flow_turn(float beta, const float *restrict y, size_t n, float *restrict p)
{
    for (size_t k = 0; k < n; k++) p[k] = y[k] + beta * p[k];
}

double cupel_flow_apply(const float *restrict p, const float *restrict inverse, const float *restrict sum, size_t n, float *restrict q)
{
    for (size_t k = 0; k < n; k++) q[k] = inverse[k] > 0 ? p[k] / inverse[k] - sum[k] : 0;
    return dot(p, q, n);
}
