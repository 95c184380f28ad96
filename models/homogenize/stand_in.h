/* What stands for a perfect void while it is solved for. */
#ifndef CUPEL_MODELS_HOMOGENIZE_STAND_IN_H
#define CUPEL_MODELS_HOMOGENIZE_STAND_IN_H

#include "models/homogenize/solver.h"

/* Single precision does not bear a phase without any stiffness where cut voxels need its inverse, or where it is connected: its zero eigenvalues
 * become CUPEL_STAND_IN of the stiffest phase's, or 100 times that share of the softest's that is not 0 where that is less, so that a void is soft
 * beside the softest of many phases too. */
#define CUPEL_STAND_IN 1e-5

/* m [n_phases]; filled [n_phases] says which were, and may be NULL. Returns by what, or 0 when there was nothing to fill. */
double cupel_stand_in(cupel_physics physics, size_t n_phases, cupel_material *m, bool *filled);

/* The tensor of a phase for that physics, [*n][*n]. */
double *cupel_material_tensor(cupel_physics physics, cupel_material *m, size_t *n);

#endif
