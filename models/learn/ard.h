/* The marginal likelihood of a Gaussian process with a length for every column (automatic relevance determination), and its gradient. */
#ifndef CUPEL_MODELS_LEARN_ARD_H
#define CUPEL_MODELS_LEARN_ARD_H

#include "core/cupel.h"

/* Rows x [n][d] and targets u [n] less their mean. */
typedef struct cupel_ard {
    size_t n, d;
    const double *x, *u;
    double *memory; /* cupel_ard_bytes(n, d) */
} cupel_ard;

size_t cupel_ard_bytes(size_t n, size_t d); /* SIZE_MAX when that overflows */

/* -2 log marginal likelihood less constants at the best amplitude, with K the Matern 5/2 kernel of rows divided by lengths exp(theta[0 .. d-1]) and
 * A = K + exp(theta[d]) I: n log(u'A^-1 u / n) + log det A. gradient [d + 1] over theta, or NULL. (Rasmussen, Williams 2006, section 5.4.1.)
 * CUPEL_FAILED when A is not positive definite. Costs 4 n^3 / 3 and 4 n^2 d operations. */
cupel_status cupel_ard_evidence(const cupel_ard *a, const double *theta, double *loss, double *gradient, cupel_err *err);

/* theta [d + 1] from where it stands to a minimum of the evidence plus sum (theta - start)^2 / (2 wide^2) by L-BFGS, at most `steps` steps. */
cupel_status cupel_ard_learn(const cupel_ard *a, double wide, size_t steps, double *theta, cupel_err *err);

#endif
