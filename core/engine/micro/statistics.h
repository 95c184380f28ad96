/* Statistics of a design that a demand can ask for. On the voxels of its own grid they are those of the descriptors, as `cupel describe` gives them;
 * area and chords are those of the cut voxels, smooth in the recipe, so that the search can follow them without a solve, with a bar that reaches to
 * what the descriptors say of the voxels. */
#ifndef CUPEL_ENGINE_MICRO_STATISTICS_H
#define CUPEL_ENGINE_MICRO_STATISTICS_H

#include "core/engine/micro/trial.h"

/* surface, projected [m->n_phases], per edge of the box: area of each phase's interface per volume, and the sum of its projections on the three axes,
 * which is (4 faces, ...) 2 per chord along a line: mean chord = 6 fraction / projected over the axes. A plane in each cut voxel; faces between
 * voxels that no cut divides. edge [3] of a voxel, in edges of the box. */
void cupel_statistics_of_cuts(const cupel_mixture *m, const double edge[3], double *surface, double *projected);
/* The same of a recipe on a grid, with the fractions of its phases and the edge h of a voxel, in edges of the box. Errors: those of the generator. */
typedef struct cupel_cuts {
    double h, surface[CUPEL_MICRO_PHASES_MAX], projected[CUPEL_MICRO_PHASES_MAX], fraction[CUPEL_MICRO_PHASES_MAX];
} cupel_cuts;
cupel_status cupel_statistics_cuts_on(const cupel_recipe *r, size_t grid, const cupel_job *job, cupel_cuts *c, cupel_err *err);

/* What the demand asks of the statistics of this recipe on its grid, and how far off each may be: *bar. NaN where nothing asks, or where there is
 * none. */
cupel_status cupel_statistics_of_voxels(const cupel_micro_demand *d, const cupel_recipe *r, size_t grid, const cupel_job *job,
                                        cupel_micro_statistics *s, cupel_micro_statistics *bar, cupel_err *err);

/* The same, and area and chords as they are in the limit: from two finer grids, of an error that falls with the square of the voxel. Their bar is the
 * step from the finer to the limit, or what the descriptors say otherwise of its voxels, if that is more. */
cupel_status cupel_statistics_of_limit(const cupel_micro_demand *d, const cupel_recipe *r, size_t grid, const cupel_job *job,
                                       cupel_micro_statistics *s, cupel_micro_statistics *bar, cupel_err *err);

/* surface, projected [CUPEL_MICRO_PHASES_MAX]: limit / on this grid, by twice the grid; 1 beyond 128 voxels an edge. For trials: what their own grid
 * misses of an area hardly changes with the recipe. */
cupel_status cupel_statistics_scale(const cupel_recipe *r, size_t grid, const cupel_job *job, double *surface, double *projected, cupel_err *err);

#endif
