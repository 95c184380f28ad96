#include "models/learn/auto/parts.h"

#include <math.h>

_Static_assert((int)CUPEL_AUTO_QUANTILES == (int)CUPEL_SPIKED_QUANTILES, "both at 5 %, 10 %, ... 95 %");

/* Quantile at tau of values at 5 %, 10 %, ... 95 %, between them on straight lines. */
static double quantile_at(const double *q, double tau)
{
    const double at = tau * (CUPEL_AUTO_QUANTILES + 1) - 1;
    if (at <= 0) return q[0];
    if (at >= CUPEL_AUTO_QUANTILES - 1) return q[CUPEL_AUTO_QUANTILES - 1];
    const size_t i = (size_t)at;
    return q[i] + (at - (double)i) * (q[i + 1] - q[i]);
}

/* With probability 1 - P the target is at its lowest; else it is distributed as the quantiles say, moved so that its median is the amount. Half of
 * the whole lies below u = 1 - 1 / (2 P) of the second part. A mean absolute error wants this median, not the mean. */
double cupel_auto_median(double above, double amount, const double *quantile)
{
    if (!(above > 0.5)) return 0;
    double u = 1 - 0.5 / above;
    u = u < 0.05 ? 0.05 : u > 0.95 ? 0.95 : u;
    const double half = quantile_at(quantile, 0.5);
    const double factor = half > 0 ? quantile_at(quantile, u) / half : 1;
    return amount > 0 ? amount * factor : 0;
}

void cupel_auto_mixture(const cupel_auto *a, const double *value, const double *quantile, cupel_spiked *m)
{
    const double above = cupel_auto_blend_of(a, CUPEL_AUTO_ABOVE, value), amount = fmax(cupel_auto_blend_of(a, CUPEL_AUTO_AMOUNT, value), 0);
    const double half = quantile_at(quantile, 0.5);
    *m = (cupel_spiked){.at = a->lowest, .above = above < 0 ? 0 : above > 1 ? 1 : above};
    for (size_t k = 0; k < CUPEL_AUTO_QUANTILES; k++) m->other[k] = a->lowest + (half > 0 ? amount * fmax(quantile[k], 0) / half : amount);
}
