#include "core/engine/trial_doubts.h"

#include "core/math/order.h"

#include <math.h>
#include <stdio.h>

/* A slip of the decimal point is a factor of 10; 0.999 of its logarithm, so that a factor of exactly 10 counts whatever is rounded. */
static const double FACTOR = 10, NEARLY = 0.999, WIDE = 8, FAR = 30, RANGES = 10;
enum { DOUBTS_FROM = 5 };

/* Median, and deviation as the median of distances from it says it (Rousseeuw, Croux 1993, doi:10.1080/01621459.1993.10476408), of x [n], which is
 * overwritten. */
static void middle_of(double *x, size_t n, double *median, double *deviation)
{
    *median = cupel_quantile(x, n, 0.5);
    for (size_t i = 0; i < n; i++) x[i] = fabs(x[i] - *median);
    cupel_sort(x, n);
    *deviation = 1.4826 * cupel_quantile(x, n, 0.5); /* 1 / 0.6745, the upper quartile of a standard normal number */
}

cupel_doubt_scale cupel_doubt_scale_of(double *x, size_t n)
{
    cupel_doubt_scale s = {.n = n};
    if (n < DOUBTS_FROM) return s;
    cupel_sort(x, n);
    s.low[0] = x[0], s.low[1] = x[1], s.high[0] = x[n - 1], s.high[1] = x[n - 2];
    s.positive = x[0] > 0;
    for (size_t i = 0; i < n && s.positive; i++) x[i] = log(x[i]);
    middle_of(x, n, &s.median, &s.deviation);
    return s;
}

/* How many ranges of the other results y lies beyond them; 0 within. */
static double ranges_beyond(const cupel_doubt_scale *s, double y, double *low, double *high)
{
    *low = s->low[y == s->low[0]], *high = s->high[y == s->high[0]];
    const double beyond = fmax(y - *high, *low - y);
    return beyond > 0 && *high > *low ? beyond / (*high - *low) : 0;
}

bool cupel_doubt_value(const cupel_doubt_scale *s, double y, char reason[CUPEL_DOUBT_REASON])
{
    double low, high;
    if (s->n < DOUBTS_FROM) return false;
    const double far = fabs((s->positive ? log(y) : y) - s->median), middle = s->positive ? exp(s->median) : s->median;
    const double limit = s->positive ? fmax(NEARLY * log(FACTOR), WIDE * s->deviation) : fmax(FACTOR * fabs(s->median), FAR * s->deviation);
    if (limit > 0 && far >= limit) {
        if (s->positive) snprintf(reason, CUPEL_DOUBT_REASON, "%.3g times the median of the results, %.6g", y / middle, middle);
        else snprintf(reason, CUPEL_DOUBT_REASON, "the median of the results is %.6g", middle);
        return true;
    }
    const double ranges = ranges_beyond(s, y, &low, &high);
    if (!(ranges > RANGES) || (s->positive && !(far >= WIDE * s->deviation))) return false;
    snprintf(reason, CUPEL_DOUBT_REASON, "beyond the other results, %.6g to %.6g, by %.3g times their range", low, high, ranges);
    return true;
}
