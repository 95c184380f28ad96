/* Labels of any number of phases on half their grid. A coarse voxel holds the two phases that fill most of it, divided by a plane across the line
 * between their centres; with more phases than a cut can name (256) the one that fills most. */
#ifndef CUPEL_MODELS_HOMOGENIZE_COARSEN_H
#define CUPEL_MODELS_HOMOGENIZE_COARSEN_H

#include "core/matter/mixture.h"

/* m has no cuts; an axis of n becomes round(n / 2), 1 stays 1. edge [3] of its voxels, half_edge [3] of the coarse ones in the same unit. */
cupel_status cupel_coarsen(const cupel_mixture *m, const double edge[3], cupel_mixture *half, double half_edge[3], cupel_err *err);

#endif
