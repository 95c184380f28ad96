/* What the files of models/search/gaussian*.c share. */
#ifndef CUPEL_MODELS_SEARCH_GAUSSIAN_PARTS_H
#define CUPEL_MODELS_SEARCH_GAUSSIAN_PARTS_H

#include "core/math/stats.h"
#include "models/search/gaussian.h"

#include <math.h>

enum { CUPEL_GAUSS_BLOCK = 64 }; /* rows predicted at once */

/* Variance of the constant, in units of that of the process: the mean is not known. JITTER keeps the factor apart from 0. */
#define CUPEL_GAUSS_CONSTANT 1.0
#define CUPEL_GAUSS_JITTER 1e-8
/* Inverse gamma prior of the variance of standardised values: mean B / (A - 1) = 1. */
#define CUPEL_GAUSS_A 2.0
#define CUPEL_GAUSS_B 1.0

/* Matern 5/2 at s = sqrt(5) r: (1 + s + s^2 / 3) exp(-s). */
static inline double cupel_matern52(double s) { return (1 + s + s * s * (1.0 / 3)) * cupel_exp(-s); }

struct cupel_gauss {
    size_t n, d, n_blocks;
    double *x;        /* [n][d] over the lengths */
    double *inverse;  /* [n][n] of the factor of C, 0 above the diagonal */
    double *alpha;    /* [n] C^-1 of the standardised values */
    double *weight;   /* [d] 1 / length of the column's block */
    double *length;   /* [n_blocks] */
    double mean, spread;    /* of the values */
    double variance, noise; /* of the process, standardised; nu */
};

/* Of two rows over the lengths. */
static inline double cupel_gauss_kernel(const double *a, const double *b, size_t d)
{
    double r2 = 0;
    for (size_t k = 0; k < d; k++) r2 += (a[k] - b[k]) * (a[k] - b[k]);
    return cupel_matern52(sqrt(5 * r2));
}

static inline double cupel_gauss_dot(const double *a, const double *b, size_t n)
{
    double s = 0;
    for (size_t i = 0; i < n; i++) s += a[i] * b[i];
    return s;
}

/* k [m][ld] between x [m][d] (not yet over the lengths) and the n <= ld rows; scaled [m][d] gets x over the lengths. */
void cupel_gauss_cross(const cupel_gauss *g, const double *x, size_t m, double *scaled, double *k, size_t ld);

/* Mean and spread of y [n]; spread 1 where all are equal. */
void cupel_gauss_standard(const double *y, size_t n, double *mean, double *spread);

#endif
