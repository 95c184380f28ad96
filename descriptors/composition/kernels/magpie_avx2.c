#if defined(__x86_64__)
#include "descriptors/composition/kernels/magpie.h"
#include "descriptors/composition/kernels/magpie_store.h"

/* Statistics of properties 8g .. 8g + 7 in two registers each: s[0..1][statistic]. Sixteen registers hold no more at a time. */
static inline void group(const unsigned char *z, const cupel_magpie_weights *w, size_t n, size_t g, __m256d s[2][6])
{
    const __m256d magnitude = _mm256_castsi256_pd(_mm256_set1_epi64x(INT64_MAX));
    __m256d low[2], high[2], mean[2], deviation[2], mode[2];
    for (int h = 0; h < 2; h++) {
        low[h] = mode[h] = _mm256_set1_pd(INFINITY);
        high[h] = _mm256_set1_pd(-INFINITY);
        mean[h] = deviation[h] = _mm256_setzero_pd();
    }
    for (size_t i = 0; i < n; i++) {
        const double *value = cupel_magpie_value[z[i]] + 8 * g;
        __m256d f = _mm256_broadcast_sd(&w->fraction[i]), handicap = _mm256_broadcast_sd(&w->handicap[i]);
        for (int h = 0; h < 2; h++) {
            __m256d v = _mm256_load_pd(value + 4 * h);
            low[h] = _mm256_min_pd(v, low[h]);
            high[h] = _mm256_max_pd(v, high[h]);
            mean[h] = _mm256_add_pd(mean[h], _mm256_mul_pd(f, v));
            mode[h] = _mm256_min_pd(_mm256_add_pd(v, handicap), mode[h]);
        }
    }
    for (size_t i = 0; i < n; i++) {
        const double *value = cupel_magpie_value[z[i]] + 8 * g;
        __m256d f = _mm256_broadcast_sd(&w->fraction[i]);
        for (int h = 0; h < 2; h++) {
            __m256d d = _mm256_and_pd(_mm256_sub_pd(_mm256_load_pd(value + 4 * h), mean[h]), magnitude);
            deviation[h] = _mm256_add_pd(deviation[h], _mm256_mul_pd(f, d));
        }
    }
    for (int h = 0; h < 2; h++) {
        s[h][0] = low[h];
        s[h][1] = high[h];
        s[h][2] = _mm256_sub_pd(high[h], low[h]);
        s[h][3] = mean[h];
        s[h][4] = deviation[h];
        s[h][5] = mode[h];
    }
}

static void row(const unsigned char *z, const double *amount, size_t n, double *x)
{
    cupel_magpie_weights w;
    cupel_magpie_weigh(amount, n, &w);
    for (size_t g = 0; g < 3; g++) {
        __m256d s[2][6];
        group(z, &w, n, g, s);
        cupel_magpie_store4(s[0], 0, x + 48 * g);
        cupel_magpie_store4(s[1], g == 2, x + 48 * g + 24);
    }
}

static void row_f32(const unsigned char *z, const double *amount, size_t n, float *x)
{
    cupel_magpie_weights w;
    cupel_magpie_weigh(amount, n, &w);
    for (size_t g = 0; g < 3; g++) {
        __m256d s[2][6];
        __m256 t[6];
        group(z, &w, n, g, s);
        for (int k = 0; k < 6; k++) t[k] = _mm256_set_m128(_mm256_cvtpd_ps(s[1][k]), _mm256_cvtpd_ps(s[0][k]));
        cupel_magpie_store8(t, g == 2, x + 48 * g);
    }
}

const cupel_magpie_kernel cupel_magpie_avx2 = {row, row_f32};
#else
typedef int cupel_magpie_avx2_is_empty; /* ISO C forbids an empty file */
#endif
