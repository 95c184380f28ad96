#include "models/learn/kernels/machine.h"

#if defined(__x86_64__)
#include "core/math/exp2.h"

#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#define TILE_R 8
#define TILE_V 3
#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

typedef __m512d vec_f64;
static inline vec_f64 load_f64(const double *p) { return _mm512_loadu_pd(p); }
static inline void store_f64(double *p, vec_f64 a) { _mm512_storeu_pd(p, a); }
static inline vec_f64 all_f64(double a) { return _mm512_set1_pd(a); }
static inline vec_f64 add_f64(vec_f64 a, vec_f64 b) { return _mm512_add_pd(a, b); }
static inline vec_f64 sub_f64(vec_f64 a, vec_f64 b) { return _mm512_sub_pd(a, b); }
static inline vec_f64 mul_f64(vec_f64 a, vec_f64 b) { return _mm512_mul_pd(a, b); }
static inline vec_f64 fma_f64(vec_f64 a, vec_f64 b, vec_f64 c) { return _mm512_fmadd_pd(a, b, c); }
static inline vec_f64 min_f64(vec_f64 a, vec_f64 b) { return _mm512_min_pd(a, b); }
static inline vec_f64 max_f64(vec_f64 a, vec_f64 b) { return _mm512_max_pd(a, b); }
static inline vec_f64 sqrt_f64(vec_f64 a) { return _mm512_sqrt_pd(a); }
static inline vec_f64 times_two_to_f64(vec_f64 p, vec_f64 u)
{
    return _mm512_castsi512_pd(_mm512_add_epi64(_mm512_castpd_si512(p), _mm512_slli_epi64(_mm512_castpd_si512(u), 52)));
}
static inline vec_f64 zero_below_f64(vec_f64 z, vec_f64 low, vec_f64 p) { return _mm512_maskz_mov_pd(_mm512_cmp_pd_mask(z, low, _CMP_GE_OQ), p); }
static inline void weigh_f64(double *sums, const double *w, vec_f64 k) { store_f64(sums, fma_f64(k, load_f64(w), load_f64(sums))); }
static inline double fused_f64(double a, double b, double c) { return __builtin_fma(a, b, c); }

typedef __m512 vec_f32;
static inline vec_f32 load_f32(const float *p) { return _mm512_loadu_ps(p); }
static inline void store_f32(float *p, vec_f32 a) { _mm512_storeu_ps(p, a); }
static inline vec_f32 all_f32(float a) { return _mm512_set1_ps(a); }
static inline vec_f32 add_f32(vec_f32 a, vec_f32 b) { return _mm512_add_ps(a, b); }
static inline vec_f32 sub_f32(vec_f32 a, vec_f32 b) { return _mm512_sub_ps(a, b); }
static inline vec_f32 mul_f32(vec_f32 a, vec_f32 b) { return _mm512_mul_ps(a, b); }
static inline vec_f32 fma_f32(vec_f32 a, vec_f32 b, vec_f32 c) { return _mm512_fmadd_ps(a, b, c); }
static inline vec_f32 min_f32(vec_f32 a, vec_f32 b) { return _mm512_min_ps(a, b); }
static inline vec_f32 max_f32(vec_f32 a, vec_f32 b) { return _mm512_max_ps(a, b); }
static inline vec_f32 sqrt_f32(vec_f32 a) { return _mm512_sqrt_ps(a); }
static inline vec_f32 times_two_to_f32(vec_f32 p, vec_f32 u)
{
    return _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(p), _mm512_slli_epi32(_mm512_castps_si512(u), 23)));
}
static inline vec_f32 zero_below_f32(vec_f32 z, vec_f32 low, vec_f32 p) { return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(z, low, _CMP_GE_OQ), p); }
static inline void weigh_f32(double *sums, const double *w, vec_f32 k)
{
    weigh_f64(sums, w, _mm512_cvtps_pd(_mm512_castps512_ps256(k)));
    weigh_f64(sums + 8, w + 8, _mm512_cvtps_pd(_mm512_extractf32x8_ps(k, 1)));
}
static inline float fused_f32(float a, float b, float c) { return __builtin_fmaf(a, b, c); }

#include "models/learn/kernels/machine_real32.h"
#include "models/learn/kernels/machine_tile.h"

#include "models/learn/kernels/machine_block.h"

#include "models/learn/kernels/machine_real64.h"
#include "models/learn/kernels/machine_tile.h"

#include "models/learn/kernels/machine_block.h"
#include "models/learn/kernels/machine_values.h"

#include "models/learn/kernels/machine_dense.h"

const cupel_machine_kernels cupel_machine_avx512 = {run_f64, run_f32, values, triangle, half_norms_f64, half_norms_f32};
#endif
