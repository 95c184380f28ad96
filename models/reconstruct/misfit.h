/* How far a field of numbers from 0 to 1 is from its target, and the derivative of that by every voxel, by Fourier transforms.
 *
 *   E = sum_r w(r) (C(r) - S2(r))^2 + wL (lineal paths: lineal.h) + 50 ((mean x - phi) / min(phi, 1 - phi))^2
 *
 * with C(r) the autocorrelation of x. x is given by its voxels, or as x = 1 / (1 + exp(-z / delta)), z a Gaussian of one voxel over a noise u: u is
 * given by its spectrum, without the short waves that the Gaussian leaves nothing of, and scaled such that its squares add up to those of u. */
#ifndef CUPEL_MODELS_RECONSTRUCT_MISFIT_H
#define CUPEL_MODELS_RECONSTRUCT_MISFIT_H

#include "core/sys/job.h"
#include "models/reconstruct/target.h"

typedef struct cupel_misfit cupel_misfit;

/* Target and job are kept by the caller. CUPEL_NO_RESOURCE. */
cupel_status cupel_misfit_new(const cupel_reconstruct_target *t, const cupel_job *job, cupel_misfit **m, cupel_err *err);
void cupel_misfit_free(cupel_misfit *m);

size_t cupel_misfit_pitch(const cupel_misfit *m); /* floats per row of voxels */
size_t cupel_misfit_size(const cupel_misfit *m);  /* floats of a spectrum: re, im, re, ...; the first is that of the mean */
/* How often a wave with this last index stands in the whole spectrum: 1 or 2. */
double cupel_misfit_copies(const cupel_misfit *m, size_t k);
/* Calls fn for each row of a spectrum: where it begins, and how many waves it has, with last indices from 0 on. */
typedef void cupel_misfit_row(void *user, size_t at, size_t waves);
void cupel_misfit_rows(const cupel_misfit *m, cupel_misfit_row *fn, void *user);

/* The spectrum q [size] of u [n0][n1][pitch], which is lost; z [n0][n1][pitch] of a spectrum. */
cupel_status cupel_misfit_spectrum(cupel_misfit *m, float *u, float *q, cupel_err *err);
cupel_status cupel_misfit_field(cupel_misfit *m, const float *q, float *z, cupel_err *err);

/* E and its derivative g [size] by q. O(n log n): two and a half pairs of transforms. The same bytes for any number of threads. */
cupel_status cupel_misfit_soft(cupel_misfit *m, const float *q, double delta, double *e, float *g, cupel_err *err);

/* E of voxels, one [n0][n1][n2] of 0 and 1; then, if asked for, the derivatives by those voxels, g [n0][n1][pitch]. */
cupel_status cupel_misfit_hard(cupel_misfit *m, const unsigned char *one, double *e, cupel_err *err);
cupel_status cupel_misfit_hard_slope(cupel_misfit *m, float *g, cupel_err *err);

#endif
