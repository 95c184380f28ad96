/* Descent on a smooth function of few variables: BFGS with a line search that halves (Nocedal, Wright, Numerical Optimization, 2006, 6.1;
 * doi:10.1007/978-0-387-40065-5). For likelihoods with priors, which have no bounds and grow far out. */
#ifndef CUPEL_MODELS_SEARCH_DESCEND_H
#define CUPEL_MODELS_SEARCH_DESCEND_H

#include "core/cupel.h"

enum { CUPEL_DESCEND_MAX = 96 }; /* variables */

/* value and gradient [n] at x [n]. CUPEL_FAILED: the function has no value there, and the step is made shorter. */
typedef cupel_status (*cupel_slope_fn)(void *user, const double *x, double *value, double *gradient, cupel_err *err);

typedef struct cupel_downhill {
    size_t n, max_values; /* variables; evaluations at most */
    double longest;       /* of a step, largest component */
    double tolerance;     /* ends when no component of the gradient is larger */
    cupel_slope_fn fn;
    void *user;
} cupel_downhill;

/* x [n] comes with the start and goes with the best found; *value is the function there; inverse [n][n] (may be NULL) the estimate of the inverse of
 * the second derivatives. CUPEL_FAILED when there is no value at the start; other failures of fn are passed on. */
cupel_status cupel_descend(const cupel_downhill *d, double *x, double *value, double *inverse, cupel_err *err);

#endif
