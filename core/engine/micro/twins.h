/* Are two designs one? */
#ifndef CUPEL_ENGINE_MICRO_TWINS_H
#define CUPEL_ENGINE_MICRO_TWINS_H

#include "core/engine/micro/design.h"

/* True in *twins where the tensors that the demand needs agree, and the structures too: by their parameters (one generator, one seed, values apart by
 * 3 % in the root mean square), or by their voxels, moved against each other (cupel_twins_overlap of 0.9). Tensors agree within both bars together,
 * or within 1 % where bars are narrower (Frobenius norms). A design that was not verified is no twin. Errors of the generators. */
cupel_status cupel_twins(const cupel_micro_demand *d, const cupel_design *a, const cupel_design *b, const cupel_job *job, bool *twins,
                         cupel_err *err);

/* How much of two structures is the same under the best translation of the periodic box: max over t of sum_p cov(a_p(x), b_p(x + t)) over the root of
 * the product of both sum_p var, where a_p is the share of phase p in a voxel. 1: the same; about 0: by chance alone; 0 for boxes of other shapes.
 * On a grid with `voxels` along the shortest edge, by Fourier transforms. */
cupel_status cupel_twins_overlap(const cupel_recipe *a, const cupel_recipe *b, size_t voxels, const cupel_job *job, double *overlap, cupel_err *err);

#endif
