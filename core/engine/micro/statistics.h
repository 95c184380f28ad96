/* Statistics of a design that a demand can ask for. On the voxels of its own grid they are those of the descriptors, as `cupel describe` gives them;
 * area and chords are those of the cut voxels, smooth in the recipe, so that the search can follow them without a solve, with a bar that reaches to
 * what the descriptors say of the voxels. */
#ifndef CUPEL_ENGINE_MICRO_STATISTICS_H
#define CUPEL_ENGINE_MICRO_STATISTICS_H

#include "core/engine/micro/trial.h"

/* surface, projected [m->n_phases], in 1 / edge of the box: area per volume of each phase's interface, and of its projections along the three axes,
 * summed. A line along an axis crosses the interface twice per chord, so that the mean chord over the axes is 6 fraction / projected. In a cut voxel
 * the interface is its plane, between uncut ones their face. edge [3] of a voxel, in edges of the box. */
void cupel_statistics_of_cuts(const cupel_mixture *m, const double edge[3], double *surface, double *projected);
/* The same of a recipe on a grid, with the fractions of its phases and the edge h of a voxel, in edges of the box. Errors: those of the generator. */
typedef struct cupel_cuts {
    double h, surface[CUPEL_MICRO_PHASES_MAX], projected[CUPEL_MICRO_PHASES_MAX], fraction[CUPEL_MICRO_PHASES_MAX];
} cupel_cuts;
cupel_status cupel_statistics_cuts_on(const cupel_recipe *r, size_t grid, const cupel_job *job, cupel_cuts *c, cupel_err *err);

/* The statistics that the demand asks for, of the recipe's voxels on this grid, and how far off each may be: *bar. NaN where the demand does not ask
 * for one or there is none. */
cupel_status cupel_statistics_of_voxels(const cupel_micro_demand *d, const cupel_recipe *r, size_t grid, const cupel_job *job,
                                        cupel_micro_statistics *s, cupel_micro_statistics *bar, cupel_err *err);

/* The same of voxels that are there, of the recipe's box, as the descriptors alone have them, areas and chords too; two_point: NaN. */
cupel_status cupel_statistics_of_labels(const cupel_micro_demand *d, const cupel_recipe *r, const cupel_voxels *v, const cupel_job *job,
                                        cupel_micro_statistics *s, cupel_err *err);

/* The same, but area and chords in the limit, extrapolated from two finer grids with an error that falls with the square of the voxel. Their bar is
 * the step from the finer grid to the limit, or to what the descriptors say of its voxels, if that is more. */
cupel_status cupel_statistics_of_limit(const cupel_micro_demand *d, const cupel_recipe *r, size_t grid, const cupel_job *job,
                                       cupel_micro_statistics *s, cupel_micro_statistics *bar, cupel_err *err);

/* surface, projected [CUPEL_MICRO_PHASES_MAX]: factors from the areas on this grid to those of the limit, extrapolated from it and twice the grid; 1
 * beyond 128 voxels an edge. Trials use them: what their own grid misses of an area hardly changes with the recipe. */
cupel_status cupel_statistics_scale(const cupel_recipe *r, size_t grid, const cupel_job *job, double *surface, double *projected, cupel_err *err);

#endif
