/* How large errors are hereabouts: kernel ridge regression of the absolute out-of-fold errors, with the kernel and on the points of the
 * solution that it belongs to, so that prediction gets it from the same products as the value. */
#ifndef CUPEL_MODELS_LEARN_LOCAL_ERROR_H
#define CUPEL_MODELS_LEARN_LOCAL_ERROR_H

#include "models/learn/learner.h"

/* mean + sum_i weight[i] k(x, x[f->row[i]]) is the error to expect at x; weight [f->n]. error [problem->n]. At most 4,096 points, evenly
 * chosen, get a weight that is not 0. On one thread. */
cupel_status cupel_local_error_fit(cupel_kernel kernel, double gamma, const cupel_problem *p, const cupel_fitted *f, const double *error,
                                   double *weight, double *mean, cupel_err *err);

#endif
