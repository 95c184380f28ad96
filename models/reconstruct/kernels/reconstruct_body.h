/* Not a header of its own: the loops of reconstruct.h, compiled once per instruction set. VECTOR is the width of its registers in bytes; sums run in
 * LANES partial sums whatever the width. */
#include "core/math/exp2.h"

#include <stdint.h>
#include <string.h>

enum { LANES = CUPEL_PATH_LANES, WIDTH = VECTOR / sizeof(float), VECTORS = LANES / WIDTH };

typedef float vec __attribute__((vector_size(VECTOR)));
typedef int32_t ivec __attribute__((vector_size(VECTOR)));

static inline vec load(const float *p)
{
    vec v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void store(float *p, vec v) { memcpy(p, &v, sizeof v); }

static inline double fold(const vec acc[VECTORS])
{
    float lane[LANES];
    double sum = 0;
    memcpy(lane, acc, sizeof lane);
    for (int l = 0; l < LANES; l++) sum += (double)lane[l];
    return sum;
}

/* 1 / (1 + 2^-y), y held to where that is neither 0 nor 1 in float. */
static inline vec logistic(vec y)
{
    static const float q[CUPEL_EXP2F_TERMS] = CUPEL_EXP2F_Q;
    const vec most = {0}, limit = most + 60.0f;
    ivec high = y > limit, low = y < -limit, bits;
    vec z = (vec)(((ivec)(-limit) & high) | ((ivec)limit & low) | ((ivec)(-y) & ~(high | low)));
    const vec shifted = z + CUPEL_EXP2F_ROUND, r = z - (shifted - CUPEL_EXP2F_ROUND);
    vec p = most + q[CUPEL_EXP2F_TERMS - 1];
    for (int i = CUPEL_EXP2F_TERMS - 2; i >= 0; i--) p = p * r + q[i];
    p = 1 + r * p;
    memcpy(&bits, &shifted, sizeof bits);
    p = (vec)((ivec)p + (ivec)((__typeof__(bits))(bits << 23)));
    return 1 / (1 + p);
}

static void sigmoid(size_t n, float a, const float *z, float *x)
{
    size_t k = 0;
    for (; k + WIDTH <= n; k += WIDTH) store(x + k, logistic(a * load(z + k)));
    if (k < n) {
        float last[WIDTH] = {0};
        memcpy(last, z + k, (n - k) * sizeof *z);
        store(last, logistic(a * load(last)));
        memcpy(x + k, last, (n - k) * sizeof *x);
    }
}

static void chain(size_t n, float a, float add, const float *restrict x, float *restrict g)
{
    for (size_t k = 0; k < n; k++) g[k] = (g[k] + add) * (a * x[k] * (1 - x[k]));
}

static void power(size_t n, float scale, float *restrict s, float *restrict keep)
{
    for (size_t k = 0; k < n; k += 2) {
        const float re = s[k], im = s[k + 1];
        keep[k] = re;
        keep[k + 1] = im;
        s[k] = (re * re + im * im) * scale;
        s[k + 1] = 0;
    }
}

static void convolve(size_t n, float scale, const float *restrict keep, float *restrict s)
{
    for (size_t k = 0; k < n; k += 2) {
        const float f = s[k] * scale;
        s[k] = f * keep[k];
        s[k + 1] = f * keep[k + 1];
    }
}

static void filter(size_t n, float f, const float *restrict table, float *restrict s)
{
    for (size_t k = 0; k < n; k++) s[k] *= f * table[k];
}

static double residual(size_t n, float f, const float *t, const float *w, float *c)
{
    vec acc[VECTORS] = {0};
    double rest = 0;
    size_t k = 0;
    while (k + LANES <= n)
        for (size_t v = 0; v < VECTORS; v++, k += WIDTH) {
            const vec d = load(c + k) - load(t + k), wd = load(w + k) * d;
            acc[v] += wd * d;
            store(c + k, f * wd);
        }
    for (; k < n; k++) {
        const float d = c[k] - t[k], wd = w[k] * d;
        rest += (double)(wd * d);
        c[k] = f * wd;
    }
    return fold(acc) + rest;
}

static double dot(size_t n, const float *a, const float *b)
{
    vec acc[VECTORS] = {0};
    double rest = 0;
    size_t k = 0;
    while (k + LANES <= n)
        for (size_t v = 0; v < VECTORS; v++, k += WIDTH) acc[v] += load(a + k) * load(b + k);
    for (; k < n; k++) rest += (double)(a[k] * b[k]);
    return fold(acc) + rest;
}

/* A stretch of the sum stays in registers while the vectors pass. */
static void combine(size_t n, size_t m, const float *c, const float *const *b, size_t at, float *out)
{
    enum { HELD = 64 / WIDTH };
    size_t k = 0;
    for (; k + 64 <= n; k += 64) {
        vec acc[HELD] = {0};
        for (size_t j = 0; j < m; j++)
            for (size_t v = 0; v < HELD; v++) acc[v] += c[j] * load(b[j] + at + k + v * WIDTH);
        for (size_t v = 0; v < HELD; v++) store(out + k + v * WIDTH, acc[v]);
    }
    for (; k < n; k++) {
        float sum = 0;
        for (size_t j = 0; j < m; j++) sum += c[j] * b[j][at + k];
        out[k] = sum;
    }
}

static const double NOTHING = 1e-6; /* voxels: paths that add up to less do not count */
static const float FAINT = 1e-25f;  /* products that are less are 0: subnormal numbers are slow */

static inline vec without_faint(vec p)
{
    const ivec kept = (p > FAINT) | (p < -FAINT);
    return (vec)((ivec)p & kept);
}

static size_t path(size_t n, size_t last, const float *x, float *history, double *sum)
{
    const size_t row = LANES, step = n * row;
    size_t k = 0;
    for (size_t i = 0; i <= last; i++) sum[i] = 0;
    for (; k <= last; k++) {
        const float *before = history + (k - 1) * step, *with = x + k * row;
        float *now = history + k * step;
        vec acc[VECTORS] = {0};
        for (size_t i = 0; i < n; i++)
            for (size_t v = 0; v < VECTORS; v++) {
                const size_t at = i * row + v * WIDTH;
                const vec p = k ? without_faint(load(before + at) * load(with + at)) : load(with + at);
                store(now + at, p);
                acc[v] += p;
            }
        sum[k] = fold(acc);
        if (sum[k] < NOTHING) {
            sum[k] = 0;
            break;
        }
    }
    return k;
}

static void path_back(size_t n, size_t steps, const float *x, const float *history, const float *slope, float *work, float *g)
{
    const size_t row = LANES, step = n * row;
    for (size_t i = 0; i < step; i++) work[i] = 0;
    for (size_t i = 0; i < (n + (steps ? steps - 1 : 0)) * row; i++) g[i] = 0;
    for (size_t k = steps; k-- > 0;) {
        const float *before = history + (k - 1) * step, *with = x + k * row;
        float *to = g + k * row;
        for (size_t at = 0; at < step; at += WIDTH) {
            const vec q = load(work + at) + slope[k];
            store(to + at, load(to + at) + (k ? q * load(before + at) : q));
            store(work + at, without_faint(q * load(with + at)));
        }
    }
}

#define CUPEL_RECONSTRUCT_TABLE                                                                                                                     \
    {                                                                                                                                               \
        .sigmoid = sigmoid, .chain = chain, .power = power, .convolve = convolve, .filter = filter, .residual = residual, .dot = dot,               \
        .combine = combine, .path = path, .path_back = path_back                                                                                    \
    }
