/* The text of the kernels of element_table.h; KERNEL is the one to define. Loops over CUPEL_TABLE_LANES become one or a few vector operations. */
#include "descriptors/composition/kernels/element_table.h"

enum { LANES = CUPEL_TABLE_LANES };

/* The statistics of properties p .. p + LANES - 1. A property that an element lacks is NaN in all of them. */
static inline void statistics(const cupel_table_work *w, size_t p, double s[CUPEL_STATISTICS][LANES])
{
    double low[LANES], high[LANES], mean[LANES], mode[LANES], deviation[LANES], square[LANES];
    for (int k = 0; k < LANES; k++) {
        low[k] = mode[k] = (double)INFINITY;
        high[k] = -(double)INFINITY;
        mean[k] = deviation[k] = square[k] = 0.0;
    }
    for (size_t i = 0; i < w->n; i++) {
        const double *v = w->value[i] + p, f = w->fraction[i], handicap = w->handicap[i];
        for (int k = 0; k < LANES; k++) {
            double m = v[k] + handicap;
            low[k] = v[k] < low[k] ? v[k] : low[k];
            high[k] = v[k] > high[k] ? v[k] : high[k];
            mean[k] += f * v[k];
            mode[k] = m < mode[k] ? m : mode[k];
        }
    }
    for (size_t i = 0; i < w->n; i++) {
        const double *v = w->value[i] + p, f = w->fraction[i];
        for (int k = 0; k < LANES; k++) {
            double d = v[k] - mean[k];
            deviation[k] += f * fabs(d);
            square[k] += f * (d * d);
        }
    }
    for (int k = 0; k < LANES; k++) {
        double none = mean[k] - mean[k]; /* 0, or NaN */
        s[CUPEL_MINIMUM][k] = low[k] + none;
        s[CUPEL_MAXIMUM][k] = high[k] + none;
        s[CUPEL_RANGE][k] = high[k] - low[k] + none;
        s[CUPEL_MEAN][k] = mean[k];
        s[CUPEL_AVG_DEV][k] = deviation[k];
        s[CUPEL_STD_DEV][k] = sqrt(square[k] * w->unbias);
        s[CUPEL_SPREAD][k] = sqrt(square[k]);
        s[CUPEL_MODE][k] = mode[k] + none;
    }
}

static void row(const cupel_table_work *w, const cupel_table_set *set, double *x)
{
    const size_t n = set->table->n_properties, step = set->by_statistic ? 1 : set->n_statistics, leap = set->by_statistic ? n : 1;
    for (size_t p = 0; p < n; p += LANES) {
        double s[CUPEL_STATISTICS][LANES];
        size_t lanes = n - p < LANES ? n - p : LANES;
        statistics(w, p, s);
        for (size_t t = 0; t < set->n_statistics; t++) {
            const double *from = s[set->statistic[t]];
            double *to = x + p * step + t * leap;
            for (size_t k = 0; k < lanes; k++) to[k * step] = from[k];
        }
    }
}

static void row_f32(const cupel_table_work *w, const cupel_table_set *set, float *x)
{
    const size_t n = set->table->n_properties, step = set->by_statistic ? 1 : set->n_statistics, leap = set->by_statistic ? n : 1;
    for (size_t p = 0; p < n; p += LANES) {
        double s[CUPEL_STATISTICS][LANES];
        size_t lanes = n - p < LANES ? n - p : LANES;
        statistics(w, p, s);
        for (size_t t = 0; t < set->n_statistics; t++) {
            const double *from = s[set->statistic[t]];
            float *to = x + p * step + t * leap;
            for (size_t k = 0; k < lanes; k++) to[k * step] = (float)from[k];
        }
    }
}

const cupel_table_kernel KERNEL = {row, row_f32};
