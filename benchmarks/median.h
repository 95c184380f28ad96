/* The median of what was measured several times. */
#ifndef CUPEL_BENCHMARKS_MEDIAN_H
#define CUPEL_BENCHMARKS_MEDIAN_H

#include "core/math/order.h"

static inline double median(double *x, size_t n)
{
    cupel_sort(x, n);
    return x[n / 2];
}

#endif
