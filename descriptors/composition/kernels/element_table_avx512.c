#if defined(__x86_64__)
#include "descriptors/composition/kernels/element_table.h"

#include <immintrin.h>

enum { LANES = 8 };
typedef __m512d vector;

static inline vector v_load(const double *p) { return _mm512_load_pd(p); }
static inline vector v_set(double x) { return _mm512_set1_pd(x); }
static inline vector v_add(vector a, vector b) { return _mm512_add_pd(a, b); }
static inline vector v_sub(vector a, vector b) { return _mm512_sub_pd(a, b); }
static inline vector v_mul(vector a, vector b) { return _mm512_mul_pd(a, b); }
static inline vector v_min(vector a, vector b) { return _mm512_min_pd(a, b); }
static inline vector v_max(vector a, vector b) { return _mm512_max_pd(a, b); }
static inline vector v_abs(vector a) { return _mm512_abs_pd(a); }
static inline vector v_sqrt(vector a) { return _mm512_sqrt_pd(a); }
static inline void v_store(double *p, vector a) { _mm512_storeu_pd(p, a); }
static inline void v_store_f32(float *p, vector a) { _mm256_storeu_ps(p, _mm512_cvtpd_ps(a)); }

#include "descriptors/composition/kernels/element_table_row.h"

const cupel_table_kernel cupel_table_avx512 = {row, row_f32};
#else
typedef int cupel_table_avx512_is_empty; /* ISO C forbids an empty file */
#endif
