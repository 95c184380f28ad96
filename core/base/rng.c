#include "core/base/rng.h"

#include <math.h>

static void mul64(uint64_t a, uint64_t b, uint64_t *hi, uint64_t *lo)
{
    uint64_t al = (uint32_t)a, ah = a >> 32, bl = (uint32_t)b, bh = b >> 32;
    uint64_t ll = al * bl, lh = al * bh, hl = ah * bl, hh = ah * bh;
    uint64_t mid = (ll >> 32) + (uint32_t)lh + (uint32_t)hl;
    *lo = (mid << 32) | (uint32_t)ll;
    *hi = hh + (lh >> 32) + (hl >> 32) + (mid >> 32);
}

uint64_t cupel_rng_bits(uint64_t seed, uint64_t stream, uint64_t index)
{
    uint64_t x = index, y = stream, key = seed;
    for (int round = 0; round < 10; round++) {
        uint64_t hi, lo;
        mul64(0xD2B74407B1CE6E93u, x, &hi, &lo);
        x = hi ^ key ^ y;
        y = lo;
        key += 0x9E3779B97F4A7C15u;
    }
    return x;
}

double cupel_rng_uniform(uint64_t seed, uint64_t stream, uint64_t index)
{
    return (double)(cupel_rng_bits(seed, stream, index) >> 11) * 0x1p-53;
}

uint64_t cupel_rng_below(uint64_t seed, uint64_t stream, uint64_t index, uint64_t n)
{
    uint64_t hi, lo;
    mul64(cupel_rng_bits(seed, stream, index), n, &hi, &lo);
    return hi;
}

double cupel_rng_normal(uint64_t seed, uint64_t stream, uint64_t index)
{
    double u = 1 - cupel_rng_uniform(seed, stream, 2 * index), v = cupel_rng_uniform(seed, stream, 2 * index + 1);
    return sqrt(-2 * log(u)) * cos(6.28318530717958647692 * v);
}

void cupel_rng_permutation(uint64_t seed, uint64_t stream, size_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) p[i] = i;
    for (size_t i = n; i > 1; i--) {
        size_t j = (size_t)cupel_rng_below(seed, stream, i, i), t = p[i - 1];
        p[i - 1] = p[j];
        p[j] = t;
    }
}

enum { FEISTEL_ROUNDS = 8 };

/* The two halves of `bits` bits change each other in turn. */
static uint64_t feistel(uint64_t seed, uint64_t stream, uint64_t x, unsigned bits)
{
    unsigned low = (bits + 1) / 2;
    const uint64_t low_mask = (UINT64_C(1) << low) - 1, high_mask = (UINT64_C(1) << (bits - low)) - 1;
    uint64_t a = x & low_mask, b = x >> low;
    for (uint64_t round = 0; round < FEISTEL_ROUNDS; round += 2) {
        a ^= cupel_rng_bits(seed, stream, b << 8 | round) & low_mask;
        b ^= cupel_rng_bits(seed, stream, a << 8 | (round + 1)) & high_mask;
    }
    return b << low | a;
}

uint64_t cupel_rng_permuted(uint64_t seed, uint64_t stream, uint64_t i, uint64_t n)
{
    unsigned bits = 1;
    while ((n - 1) >> bits) bits++;
    do i = feistel(seed, stream, i, bits);
    while (i >= n);
    return i;
}
