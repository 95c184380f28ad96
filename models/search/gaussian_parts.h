/* What the files of models/search/gaussian*.c share. */
#ifndef CUPEL_MODELS_SEARCH_GAUSSIAN_PARTS_H
#define CUPEL_MODELS_SEARCH_GAUSSIAN_PARTS_H

#include "core/math/stats.h"
#include "models/search/gaussian.h"

#include <math.h>

/* Variance of the constant, in units of that of the process: the mean is not known. JITTER keeps the factor apart from 0. */
#define CUPEL_GAUSS_CONSTANT 1.0
#define CUPEL_GAUSS_JITTER 1e-8
/* Inverse gamma prior of the variance of standardised values: mean B / (A - 1) = 1. */
#define CUPEL_GAUSS_A 2.0
#define CUPEL_GAUSS_B 1.0

/* Matern 5/2 at s = sqrt(5) r: (1 + s + s^2 / 3) exp(-s). */
static inline double cupel_matern52(double s) { return (1 + s + s * s * (1.0 / 3)) * cupel_exp(-s); }

/* Mean and spread of y [n]; spread 1 where all are equal. */
void cupel_gauss_standard(const double *y, size_t n, double *mean, double *spread);

#endif
