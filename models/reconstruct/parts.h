/* What the parts of a reconstruction share. */
#ifndef CUPEL_MODELS_RECONSTRUCT_PARTS_H
#define CUPEL_MODELS_RECONSTRUCT_PARTS_H

#include "models/reconstruct/reconstruct.h"

/* q [size] becomes the spectrum of a Gaussian field of unit variance whose cut at 0 has about the two-point function of the target. z [n0][n1][pitch]
 * is room. */
cupel_status cupel_reconstruct_start(const cupel_reconstruct_target *t, cupel_misfit *m, const cupel_reconstruct_options *o, float *q, float *z,
                                     cupel_err *err);

/* one [voxels]: the t->ones largest of z [n0][n1][pitch], of equal ones the first. *level: the smallest of them. */
cupel_status cupel_reconstruct_cut(const cupel_reconstruct_target *t, const float *z, size_t pitch, unsigned char *one, float *level, cupel_err *err);

/* Asked before each step, with what E is by then; false ends the work. */
typedef struct cupel_reconstruct_guard {
    bool (*go_on)(void *user, double e);
    void *user;
} cupel_reconstruct_guard;

/* Swaps of voxels at the interface, each step kept only if E falls. *e is that of one; *kept counts. */
cupel_status cupel_reconstruct_swap(const cupel_reconstruct_target *t, cupel_misfit *m, const cupel_reconstruct_options *o, const cupel_job *job,
                                    const cupel_reconstruct_guard *guard, unsigned char *one, double *e, size_t *kept, cupel_err *err);

#endif
