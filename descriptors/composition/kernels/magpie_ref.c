#include "descriptors/composition/kernels/magpie.h"

static void statistics(const unsigned char *z, const cupel_magpie_weights *w, size_t n, size_t p, double s[CUPEL_MAGPIE_STATS])
{
    double low = INFINITY, high = -INFINITY, mean = 0.0, deviation = 0.0, mode = INFINITY;
    for (size_t i = 0; i < n; i++) {
        double v = cupel_magpie_value[z[i]][p], m = v + w->handicap[i];
        low = v < low ? v : low;
        high = v > high ? v : high;
        mean += w->fraction[i] * v;
        mode = m < mode ? m : mode;
    }
    for (size_t i = 0; i < n; i++) deviation += w->fraction[i] * fabs(cupel_magpie_value[z[i]][p] - mean);
    s[0] = low;
    s[1] = high;
    s[2] = high - low;
    s[3] = mean;
    s[4] = deviation;
    s[5] = mode;
}

static void row(const unsigned char *z, const double *amount, size_t n, double *x)
{
    cupel_magpie_weights w;
    cupel_magpie_weigh(amount, n, &w);
    for (size_t p = 0; p < CUPEL_MAGPIE_PROPERTIES; p++) statistics(z, &w, n, p, x + p * CUPEL_MAGPIE_STATS);
}

static void row_f32(const unsigned char *z, const double *amount, size_t n, float *x)
{
    double wide[CUPEL_MAGPIE_COLUMNS];
    row(z, amount, n, wide);
    for (size_t j = 0; j < CUPEL_MAGPIE_COLUMNS; j++) x[j] = (float)wide[j];
}

const cupel_magpie_kernel cupel_magpie_ref = {row, row_f32};
