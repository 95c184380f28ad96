#include "models/learn/auto/parts.h"

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
