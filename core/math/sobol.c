#include "core/math/sobol.h"

#include "core/base/rng.h"

#include <string.h>

enum { DEGREE_MAX = 7 };

/* Degree and inner coefficients of the primitive polynomial, and the first direction numbers m: rows 2 to 32 of new-joe-kuo-6.21201. The first
 * dimension is van der Corput's sequence and needs none. */
static const struct {
    unsigned degree, coefficients;
    uint32_t m[DEGREE_MAX];
} table[CUPEL_SOBOL_DIMENSIONS - 1] = {
    {1, 0, {1}},
    {2, 1, {1, 3}},
    {3, 1, {1, 3, 1}},
    {3, 2, {1, 1, 1}},
    {4, 1, {1, 1, 3, 3}},
    {4, 4, {1, 3, 5, 13}},
    {5, 2, {1, 1, 5, 5, 17}},
    {5, 4, {1, 1, 5, 5, 5}},
    {5, 7, {1, 1, 7, 11, 19}},
    {5, 11, {1, 1, 5, 1, 1}},
    {5, 13, {1, 1, 1, 3, 11}},
    {5, 14, {1, 3, 5, 5, 31}},
    {6, 1, {1, 3, 3, 9, 7, 49}},
    {6, 13, {1, 1, 1, 15, 21, 21}},
    {6, 16, {1, 3, 1, 13, 27, 49}},
    {6, 19, {1, 1, 1, 15, 7, 5}},
    {6, 22, {1, 3, 1, 15, 13, 25}},
    {6, 25, {1, 1, 5, 5, 19, 61}},
    {7, 1, {1, 3, 7, 11, 23, 15, 103}},
    {7, 4, {1, 3, 7, 13, 13, 15, 69}},
    {7, 7, {1, 1, 3, 13, 7, 35, 63}},
    {7, 8, {1, 3, 5, 9, 1, 25, 53}},
    {7, 14, {1, 3, 1, 13, 9, 35, 107}},
    {7, 19, {1, 3, 1, 5, 27, 61, 31}},
    {7, 21, {1, 1, 5, 11, 19, 41, 61}},
    {7, 28, {1, 3, 5, 3, 3, 13, 69}},
    {7, 31, {1, 1, 7, 13, 1, 19, 1}},
    {7, 32, {1, 3, 7, 5, 13, 19, 59}},
    {7, 37, {1, 1, 3, 9, 25, 29, 41}},
    {7, 41, {1, 3, 5, 13, 23, 1, 55}},
    {7, 42, {1, 3, 7, 3, 13, 59, 17}},
};

/* v_i = m_i / 2^i as a fraction of 32 bits; beyond the degree s of the polynomial (Joe and Kuo, eq. 2)
 *   v_i = a_1 v_{i-1} ^ .. ^ a_{s-1} v_{i-s+1} ^ v_{i-s} ^ (v_{i-s} >> s). */
static void directions(size_t dimension, uint32_t v[CUPEL_SOBOL_BITS])
{
    const unsigned s = dimension ? table[dimension - 1].degree : 0, a = dimension ? table[dimension - 1].coefficients : 0;
    for (unsigned i = 0; i < CUPEL_SOBOL_BITS; i++) {
        if (!dimension || i < s) {
            v[i] = (dimension ? table[dimension - 1].m[i] : 1u) << (CUPEL_SOBOL_BITS - 1 - i);
            continue;
        }
        v[i] = v[i - s] ^ (v[i - s] >> s);
        for (unsigned k = 1; k < s; k++)
            if (a >> (s - 1 - k) & 1u) v[i] ^= v[i - k];
    }
}

void cupel_sobol_init(cupel_sobol *s, size_t d)
{
    memset(s, 0, sizeof *s);
    s->d = d < CUPEL_SOBOL_DIMENSIONS ? d : (size_t)CUPEL_SOBOL_DIMENSIONS;
    for (size_t j = 0; j < s->d; j++) directions(j, s->direction[j]);
}

void cupel_sobol_shift(cupel_sobol *s, uint64_t seed)
{
    static const uint64_t STREAM = 0x536f626f6c; /* "Sobol" */
    for (size_t j = 0; j < s->d; j++) s->shift[j] = (uint32_t)(cupel_rng_bits(seed, STREAM, j) >> 32);
    s->middle = 0.5;
}

void cupel_sobol_point(const cupel_sobol *s, uint64_t index, double *u)
{
    const uint32_t gray = (uint32_t)(index ^ (index >> 1));
    for (size_t j = 0; j < s->d; j++) {
        uint32_t x = s->shift[j];
        for (uint32_t g = gray, bit = 0; g; g >>= 1, bit++)
            if (g & 1u) x ^= s->direction[j][bit];
        u[j] = ((double)x + s->middle) * 0x1p-32;
    }
}
