#if defined(__x86_64__)
#include "descriptors/composition/kernels/magpie.h"
#include "descriptors/composition/kernels/magpie_store.h"

/* All 22 properties at once in three registers per statistic: s[group of eight][statistic]. */
static inline void statistics(const unsigned char *z, const double *amount, size_t n, __m512d s[3][6])
{
    cupel_magpie_weights w;
    cupel_magpie_weigh(amount, n, &w);
    __m512d low[3], high[3], mean[3], deviation[3], mode[3];
    for (int g = 0; g < 3; g++) {
        low[g] = mode[g] = _mm512_set1_pd(INFINITY);
        high[g] = _mm512_set1_pd(-INFINITY);
        mean[g] = deviation[g] = _mm512_setzero_pd();
    }
    for (size_t i = 0; i < n; i++) {
        const double *value = cupel_magpie_value[z[i]];
        __m512d f = _mm512_set1_pd(w.fraction[i]), handicap = _mm512_set1_pd(w.handicap[i]);
        for (int g = 0; g < 3; g++) {
            __m512d v = _mm512_load_pd(value + 8 * g);
            low[g] = _mm512_min_pd(v, low[g]);
            high[g] = _mm512_max_pd(v, high[g]);
            mean[g] = _mm512_add_pd(mean[g], _mm512_mul_pd(f, v));
            mode[g] = _mm512_min_pd(_mm512_add_pd(v, handicap), mode[g]);
        }
    }
    for (size_t i = 0; i < n; i++) {
        const double *value = cupel_magpie_value[z[i]];
        __m512d f = _mm512_set1_pd(w.fraction[i]);
        for (int g = 0; g < 3; g++) {
            __m512d d = _mm512_abs_pd(_mm512_sub_pd(_mm512_load_pd(value + 8 * g), mean[g]));
            deviation[g] = _mm512_add_pd(deviation[g], _mm512_mul_pd(f, d));
        }
    }
    for (int g = 0; g < 3; g++) {
        s[g][0] = low[g];
        s[g][1] = high[g];
        s[g][2] = _mm512_sub_pd(high[g], low[g]);
        s[g][3] = mean[g];
        s[g][4] = deviation[g];
        s[g][5] = mode[g];
    }
}

static void row(const unsigned char *z, const double *amount, size_t n, double *x)
{
    __m512d s[3][6];
    statistics(z, amount, n, s);
    for (int g = 0; g < 3; g++) {
        __m256d near[6], far[6];
        for (int k = 0; k < 6; k++) {
            near[k] = _mm512_castpd512_pd256(s[g][k]);
            far[k] = _mm512_extractf64x4_pd(s[g][k], 1);
        }
        cupel_magpie_store4(near, 0, x + 48 * g);
        cupel_magpie_store4(far, g == 2, x + 48 * g + 24);
    }
}

static void row_f32(const unsigned char *z, const double *amount, size_t n, float *x)
{
    __m512d s[3][6];
    statistics(z, amount, n, s);
    for (int g = 0; g < 3; g++) {
        __m256 t[6];
        for (int k = 0; k < 6; k++) t[k] = _mm512_cvtpd_ps(s[g][k]);
        cupel_magpie_store8(t, g == 2, x + 48 * g);
    }
}

const cupel_magpie_kernel cupel_magpie_avx512 = {row, row_f32};
#else
typedef int cupel_magpie_avx512_is_empty; /* ISO C forbids an empty file */
#endif
