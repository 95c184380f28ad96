/* Lineal paths of a field between 0 and 1: the mean product of the voxels along a segment, which for voxels of 0 and 1 is the share of segments that
 * lie wholly in the phase, and their derivatives. The product is linear in each voxel: the derivative is what a change of that voxel alone does. */
#ifndef CUPEL_MODELS_RECONSTRUCT_LINEAL_H
#define CUPEL_MODELS_RECONSTRUCT_LINEAL_H

#include "core/sys/job.h"
#include "models/reconstruct/target.h"

typedef struct cupel_lineal cupel_lineal;

/* The target is kept by the caller. CUPEL_NO_RESOURCE. */
cupel_status cupel_lineal_new(const cupel_reconstruct_target *t, size_t pitch, const cupel_job *job, cupel_lineal **l, cupel_err *err);
void cupel_lineal_free(cupel_lineal *l);

/* Half the sum over both phases of sum (L - L target)^2 / sum (L target)^2. x [n0][n1][pitch]. g of the same shape, NULL: not wanted; becomes f times
 * the derivative. O(voxels steps). The same bytes for any number of threads. */
cupel_status cupel_lineal_misfit(cupel_lineal *l, const float *x, double f, double *misfit, float *g, cupel_err *err);

#endif
