/* A two-phase structure with given statistics: a Gaussian field whose cut has them nearly, moved by descent on a softened cut, cut at the exact
 * volume fraction, and mended by swaps of voxels at the interface.
 *
 * Start: Cahn 1965 (doi:10.1063/1.1695581), Quiblier 1984 (doi:10.1016/0021-9797(84)90481-8): the correlation of the field from that of its cut.
 * Swaps: Yeong, Torquato 1998 (doi:10.1103/PhysRevE.57.495), here many at a time and along the gradient. */
#ifndef CUPEL_MODELS_RECONSTRUCT_H
#define CUPEL_MODELS_RECONSTRUCT_H

#include "models/reconstruct/misfit.h"

typedef struct cupel_reconstruct_options {
    uint64_t seed, stream;   /* stream: the number of the realisation */
    double effort;           /* times the usual iterations; > 0 */
    double seconds;          /* end after so many; 0: no limit. What is made then depends on the clock */
} cupel_reconstruct_options;

typedef struct cupel_reconstructed {
    double misfit;                  /* E of the voxels */
    size_t iterations, swaps;       /* of the descent; steps of swaps that were kept */
    bool stopped;                   /* by the job or the clock, before the usual end */
} cupel_reconstructed;

/* one [n0][n1][n2] of 0 and 1, of which exactly t->ones are 1. A job that is stopped ends with the best so far. The same bytes for any number of
 * threads. 0 < t->ones < voxels. CUPEL_NO_RESOURCE. */
cupel_status cupel_reconstruct_voxels(const cupel_reconstruct_target *t, const cupel_reconstruct_options *o, const cupel_job *job, unsigned char *one,
                                      cupel_reconstructed *out, cupel_err *err);

#endif
