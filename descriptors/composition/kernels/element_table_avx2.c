#if defined(__x86_64__)
#include "descriptors/composition/kernels/element_table.h"

#include <immintrin.h>

enum { LANES = 4 };
typedef __m256d vector;

static inline vector v_load(const double *p) { return _mm256_load_pd(p); }
static inline vector v_set(double x) { return _mm256_set1_pd(x); }
static inline vector v_add(vector a, vector b) { return _mm256_add_pd(a, b); }
static inline vector v_sub(vector a, vector b) { return _mm256_sub_pd(a, b); }
static inline vector v_mul(vector a, vector b) { return _mm256_mul_pd(a, b); }
static inline vector v_min(vector a, vector b) { return _mm256_min_pd(a, b); }
static inline vector v_max(vector a, vector b) { return _mm256_max_pd(a, b); }
static inline vector v_abs(vector a) { return _mm256_and_pd(a, _mm256_castsi256_pd(_mm256_set1_epi64x(INT64_MAX))); }
static inline vector v_sqrt(vector a) { return _mm256_sqrt_pd(a); }
static inline void v_store(double *p, vector a) { _mm256_storeu_pd(p, a); }
static inline void v_store_f32(float *p, vector a) { _mm_storeu_ps(p, _mm256_cvtpd_ps(a)); }

#include "descriptors/composition/kernels/element_table_row.h"

const cupel_table_kernel cupel_table_avx2 = {row, row_f32};
#else
typedef int cupel_table_avx2_is_empty; /* ISO C forbids an empty file */
#endif
