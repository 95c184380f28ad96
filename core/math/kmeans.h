/* k-means: rows to clusters, by Lloyd's rounds from k-means++ seeds (Arthur, Vassilvitskii 2007), the best of eight starts. */
#ifndef CUPEL_MATH_KMEANS_H
#define CUPEL_MATH_KMEANS_H

#include "core/cupel.h"

#include <stdbool.h>

/* x [n][d] finite, columns of like scale -> of [n], 0 .. k - 1. *found false, and of untouched, when no start fills all k clusters (too many rows are
 * alike). Depends on x, k, seed and stream only. CUPEL_NO_RESOURCE. Costs n d k a round. */
cupel_status cupel_kmeans(const double *x, size_t n, size_t d, size_t k, uint64_t seed, uint64_t stream, size_t *of, bool *found, cupel_err *err);

#endif
