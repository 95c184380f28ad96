/* What ridge regression and the elastic net share: a line through the scaled columns, found on rows less their mean. */
#ifndef CUPEL_MODELS_LEARN_LINEAR_H
#define CUPEL_MODELS_LEARN_LINEAR_H

#include "models/learn/learner.h"

/* The rows of the task less their mean: z [n][d] and mean [d] of the columns, u [n] and u_mean of the target. */
void cupel_linear_centre(const cupel_fit_task *t, double *z, double *mean, double *u, double *u_mean);

/* Where the line with the slopes coef [d] crosses 0 of every column. */
double cupel_linear_bias(const double *coef, const double *mean, size_t d, double u_mean);

#endif
