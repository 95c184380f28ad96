#include "models/learn/kernels/smo.h"

#if defined(__x86_64__)
#include "core/math/exp2.h"

#include <immintrin.h>
#include <math.h>
#include <stdint.h>

#define VL 16

typedef __m512 vec;
static inline vec load(const float *p) { return _mm512_loadu_ps(p); }
static inline void store(float *p, vec a) { _mm512_storeu_ps(p, a); }
static inline vec all(float a) { return _mm512_set1_ps(a); }
static inline vec add_(vec a, vec b) { return _mm512_add_ps(a, b); }
static inline vec sub(vec a, vec b) { return _mm512_sub_ps(a, b); }
static inline vec mul(vec a, vec b) { return _mm512_mul_ps(a, b); }
static inline vec ratio(vec a, vec b) { return _mm512_div_ps(a, b); }
static inline vec min(vec a, vec b) { return _mm512_min_ps(a, b); }
static inline vec max(vec a, vec b) { return _mm512_max_ps(a, b); }
static inline vec root(vec a) { return _mm512_sqrt_ps(a); }
static inline vec times_two_to(vec p, vec u)
{
    return _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(p), _mm512_slli_epi32(_mm512_castps_si512(u), 23)));
}
static inline vec zero_below(vec z, vec low, vec p) { return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(z, low, _CMP_GE_OQ), p); }
static inline void keep_larger(vec *best, vec *at, vec v, vec block)
{
    const __mmask16 larger = _mm512_cmp_ps_mask(v, *best, _CMP_GT_OQ);
    *best = _mm512_mask_mov_ps(*best, larger, v);
    *at = _mm512_mask_mov_ps(*at, larger, block);
}
static inline void add_half(double *sum, __m512d b, __m256 k)
{
    _mm512_storeu_pd(sum, _mm512_add_pd(_mm512_loadu_pd(sum), _mm512_mul_pd(b, _mm512_cvtps_pd(k))));
}
static inline void add_wide(double *sum, double b, vec k)
{
    add_half(sum, _mm512_set1_pd(b), _mm512_castps512_ps256(k));
    add_half(sum + 8, _mm512_set1_pd(b), _mm512_extractf32x8_ps(k, 1));
}

#include "models/learn/kernels/smo_loop.h"

const cupel_smo_kernels cupel_smo_avx512 = {move, partner, add, values};
#endif
