/* The voxels that the interface of a shape cuts, found once for a grid; then the threshold is moved until their shares add up to the fraction. */
#ifndef CUPEL_DATASETS_SPACES_MICRO_INTERFACE_H
#define CUPEL_DATASETS_SPACES_MICRO_INTERFACE_H

#include "datasets/spaces/micro/recipe.h"

/* Floats of the buffer that `field` fills: rows as long as a transform in place wants them. SIZE_MAX when that overflows. */
size_t cupel_field_room(const size_t n[3]);

/* g = differences per voxel of a periodic field f [n0][n1][n2] at voxel (i, j, k), sixth order. */
void cupel_field_gradient(const float *f, const size_t n[3], size_t i, size_t j, size_t k, double g[3]);

/* f along a row of voxels, for the `row` of a generator that has no quicker way than `at`. */
void cupel_shape_row(double (*at)(const cupel_shape *shape, const double u[3], double g[3]), const cupel_shape *shape, const size_t n[3], size_t i,
                     size_t j, float *f);

/* The threshold at which the shares on grid n add up to shape->fraction; from shape->t, or from samples where that is NaN. `id` [n0][n1][n2] (may be
 * NULL) and m (may be NULL: m->id8 is `id`) receive the phases and cuts at that threshold. Without a fraction the threshold stays. 4 bytes per voxel
 * besides for a `field`, and 20 per voxel near the interface. */
cupel_status cupel_interface_match(const cupel_generator *g, cupel_shape *shape, const size_t n[3], cupel_mixture *m, const cupel_job *job,
                                   cupel_err *err);

/* The share of phase 1 on grid n by plane cuts at shape->t; shape->fraction is NaN. */
cupel_status cupel_interface_volume(const cupel_generator *g, cupel_shape *shape, const size_t n[3], double *share, const cupel_job *job,
                                    cupel_err *err);

/* Ids at the centres, and distances, at shape->t. */
cupel_status cupel_interface_voxels(const cupel_generator *g, const cupel_shape *shape, const size_t n[3], uint16_t *id, const cupel_job *job,
                                    cupel_err *err);
cupel_status cupel_interface_level(const cupel_generator *g, const cupel_shape *shape, const size_t n[3], float *level, const cupel_job *job,
                                   cupel_err *err);

#endif
