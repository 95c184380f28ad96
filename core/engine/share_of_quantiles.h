/* What a few quantiles say of a number: the distribution is straight between them, and beyond the outermost falls exponentially as it does towards
 * them. Quantiles that are equal are a value that many share: its probability is the share between the first and the last of them (the outermost
 * take what lies beyond them too). */
#ifndef CUPEL_ENGINE_SHARE_OF_QUANTILES_H
#define CUPEL_ENGINE_SHARE_OF_QUANTILES_H

#include <stddef.h>

/* Probability of [lo, hi], infinities allowed. tau [n] increasing in 0 .. 1, q [n] not decreasing, n >= 2. */
double cupel_quantiles_probability(const double *tau, const double *q, size_t n, double lo, double hi);

#endif
