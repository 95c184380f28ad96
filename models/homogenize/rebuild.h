/* The interface that the labels of two phases stand for: smoothed labels give each voxel near it a distance and a normal, and the volume of the
 * labels is kept. From it come mixtures with cut voxels, on the grid of the labels and on half of it, at the interface or shifted by a part of a
 * voxel.
 *
 * s = labels after three passes of [1 2 1]/4 along each axis; psi = sigma * quantile(s) is the distance to a plane, whatever its direction, when
 * sigma is the width of that filter; one step of correction against the labels takes out most of what curvature does. */
#ifndef CUPEL_MODELS_HOMOGENIZE_REBUILD_H
#define CUPEL_MODELS_HOMOGENIZE_REBUILD_H

#include "core/matter/mixture.h"
#include "core/sys/job.h"

#include <stdbool.h>

typedef struct cupel_rebuilt cupel_rebuilt;

/* m: two phases, no cuts. edge [3]: of a voxel, only ratios count. About 12 bytes per voxel while it works; then 1 byte per voxel and 24 per voxel
 * near the interface (4 per voxel more where an axis is odd). */
cupel_status cupel_rebuilt_of(const cupel_mixture *m, const double edge[3], const cupel_job *job, cupel_rebuilt **f, cupel_err *err);
void cupel_rebuilt_free(cupel_rebuilt *f);

/* The mixture whose interface lies `shift` voxels of the labels' grid towards phase 1 (which loses volume), on that grid or on half of it (an axis
 * of n becomes round(n / 2), 1 stays 1). edge (may be NULL): of its voxels, in those of `edge` above. */
cupel_status cupel_rebuilt_mixture(const cupel_rebuilt *f, double shift, bool half, cupel_mixture *m, double edge[3], cupel_err *err);

/* Voxels of uncertainty of the place of the whole interface, which labels leave: each voxel's label says no more than which side its centre is on, an
 * error of 1/sqrt(12) per voxel; voxels at the same distance err together. NaN: out of memory. */
double cupel_rebuilt_noise(const cupel_rebuilt *f);

/* Area of the interface per volume, 1/voxel. 4 times a phase's share over it is the phase's mean chord. */
double cupel_rebuilt_area(const cupel_rebuilt *f);

#endif
