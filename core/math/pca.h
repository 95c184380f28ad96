/* Principal components of n observations from their inner products: of few observations of many numbers each. */
#ifndef CUPEL_MATH_PCA_H
#define CUPEL_MATH_PCA_H

#include "core/cupel.h"

/* gram [n][n]: x_i . x_j of observations that need not be centred; overwritten. score [n][k], k <= n: coordinates of the observations, less
 * their mean, along the k directions of greatest variance (zero mean, orthogonal); share [k] of the whole variance, 0 where there is none. Each
 * direction is turned so that its score of largest magnitude, the first of several, is positive. Jacobi's rotations: O(n^3), and the same bytes
 * on every machine. Jolliffe, Principal Component Analysis (2002), doi:10.1007/b98835, 3.5. CUPEL_NO_RESOURCE when memory is out. */
cupel_status cupel_pca_of_products(size_t n, double *gram, size_t k, double *score, double *share, cupel_err *err);

#endif
