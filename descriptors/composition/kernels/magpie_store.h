/* From statistic-major registers to property-major memory; for the AVX2 and AVX-512 forms of the Magpie kernel. */
#ifndef CUPEL_DESCRIPTORS_COMPOSITION_KERNELS_MAGPIE_STORE_H
#define CUPEL_DESCRIPTORS_COMPOSITION_KERNELS_MAGPIE_STORE_H

#include <immintrin.h>

/* s: six statistics of four properties -> x [24]; `last` writes the first two properties only, x [12]. */
static inline void cupel_magpie_store4(const __m256d s[6], int last, double *x)
{
    /* pairs (s0 s1), (s2 s3), (s4 s5) of one property are halves: e of properties 0 and 2, o of 1 and 3 */
    __m256d e0 = _mm256_unpacklo_pd(s[0], s[1]), e1 = _mm256_unpacklo_pd(s[2], s[3]), e2 = _mm256_unpacklo_pd(s[4], s[5]);
    __m256d o0 = _mm256_unpackhi_pd(s[0], s[1]), o1 = _mm256_unpackhi_pd(s[2], s[3]), o2 = _mm256_unpackhi_pd(s[4], s[5]);
    _mm256_storeu_pd(x, _mm256_permute2f128_pd(e0, e1, 0x20));
    _mm256_storeu_pd(x + 4, _mm256_permute2f128_pd(e2, o0, 0x20));
    _mm256_storeu_pd(x + 8, _mm256_permute2f128_pd(o1, o2, 0x20));
    if (last) return;
    _mm256_storeu_pd(x + 12, _mm256_permute2f128_pd(e0, e1, 0x31));
    _mm256_storeu_pd(x + 16, _mm256_permute2f128_pd(e2, o0, 0x31));
    _mm256_storeu_pd(x + 20, _mm256_permute2f128_pd(o1, o2, 0x31));
}

/* s: six statistics of eight properties -> x [48]; `last` writes the first six properties only, x [36]. */
static inline void cupel_magpie_store8(const __m256 s[6], int last, float *x)
{
    /* pairs (s0 s1), ... of one property are 64-bit pieces: a of properties 0 1 | 4 5, b of 2 3 | 6 7 */
    __m256d a0 = _mm256_castps_pd(_mm256_unpacklo_ps(s[0], s[1])), b0 = _mm256_castps_pd(_mm256_unpackhi_ps(s[0], s[1]));
    __m256d a1 = _mm256_castps_pd(_mm256_unpacklo_ps(s[2], s[3])), b1 = _mm256_castps_pd(_mm256_unpackhi_ps(s[2], s[3]));
    __m256d a2 = _mm256_castps_pd(_mm256_unpacklo_ps(s[4], s[5])), b2 = _mm256_castps_pd(_mm256_unpackhi_ps(s[4], s[5]));
    __m256 u0 = _mm256_castpd_ps(_mm256_unpacklo_pd(a0, a1)), u1 = _mm256_castpd_ps(_mm256_shuffle_pd(a2, a0, 0xA));
    __m256 u2 = _mm256_castpd_ps(_mm256_unpackhi_pd(a1, a2)), u3 = _mm256_castpd_ps(_mm256_unpacklo_pd(b0, b1));
    __m256 u4 = _mm256_castpd_ps(_mm256_shuffle_pd(b2, b0, 0xA)), u5 = _mm256_castpd_ps(_mm256_unpackhi_pd(b1, b2));
    _mm256_storeu_ps(x, _mm256_permute2f128_ps(u0, u1, 0x20));
    _mm256_storeu_ps(x + 8, _mm256_permute2f128_ps(u2, u3, 0x20));
    _mm256_storeu_ps(x + 16, _mm256_permute2f128_ps(u4, u5, 0x20));
    _mm256_storeu_ps(x + 24, _mm256_permute2f128_ps(u0, u1, 0x31));
    if (last) {
        _mm_storeu_ps(x + 32, _mm256_extractf128_ps(u2, 1));
        return;
    }
    _mm256_storeu_ps(x + 32, _mm256_permute2f128_ps(u2, u3, 0x31));
    _mm256_storeu_ps(x + 40, _mm256_permute2f128_ps(u4, u5, 0x31));
}

#endif
