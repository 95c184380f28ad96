#include "models/learn/kernels/smo.h"

#if defined(__x86_64__)
#include "core/math/exp2.h"

#include <immintrin.h>
#include <math.h>
#include <stdint.h>

#define VL 8

typedef __m256 vec;
static inline vec load(const float *p) { return _mm256_loadu_ps(p); }
static inline void store(float *p, vec a) { _mm256_storeu_ps(p, a); }
static inline vec all(float a) { return _mm256_set1_ps(a); }
static inline vec add_(vec a, vec b) { return _mm256_add_ps(a, b); }
static inline vec sub(vec a, vec b) { return _mm256_sub_ps(a, b); }
static inline vec mul(vec a, vec b) { return _mm256_mul_ps(a, b); }
static inline vec ratio(vec a, vec b) { return _mm256_div_ps(a, b); }
static inline vec min(vec a, vec b) { return _mm256_min_ps(a, b); }
static inline vec max(vec a, vec b) { return _mm256_max_ps(a, b); }
static inline vec root(vec a) { return _mm256_sqrt_ps(a); }
static inline vec times_two_to(vec p, vec u)
{
    return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(p), _mm256_slli_epi32(_mm256_castps_si256(u), 23)));
}
static inline vec zero_below(vec z, vec low, vec p) { return _mm256_and_ps(_mm256_cmp_ps(z, low, _CMP_GE_OQ), p); }
static inline void keep_larger(vec *best, vec *at, vec v, vec block)
{
    const vec larger = _mm256_cmp_ps(v, *best, _CMP_GT_OQ);
    *best = _mm256_blendv_ps(*best, v, larger);
    *at = _mm256_blendv_ps(*at, block, larger);
}
static inline void add_half(double *sum, __m256d b, __m128 k)
{
    _mm256_storeu_pd(sum, _mm256_add_pd(_mm256_loadu_pd(sum), _mm256_mul_pd(b, _mm256_cvtps_pd(k))));
}
static inline void add_wide(double *sum, double b, vec k)
{
    add_half(sum, _mm256_set1_pd(b), _mm256_castps256_ps128(k));
    add_half(sum + 4, _mm256_set1_pd(b), _mm256_extractf128_ps(k, 1));
}

#include "models/learn/kernels/smo_loop.h"

const cupel_smo_kernels cupel_smo_avx2 = {move, partner, add, values};
#endif
