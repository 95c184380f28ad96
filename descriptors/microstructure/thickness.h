/* Local thickness: the largest ball that fits into the phase and covers the voxel. */
#ifndef CUPEL_DESCRIPTORS_MICROSTRUCTURE_THICKNESS_H
#define CUPEL_DESCRIPTORS_MICROSTRUCTURE_THICKNESS_H

#include "core/matter/voxels.h"
#include "core/sys/job.h"

/* In place: square holds the map of cupel_distance_map, and becomes the square of the radius of the largest ball around any centre of a voxel,
 * as large as its distance there, that holds the centre of this voxel (Hildebrand, Rueegsegger 1997, doi:10.1046/j.1365-2818.1997.1340694.x).
 * All phases at once; exact; the same for any number of threads. INFINITY stays. */
cupel_status cupel_thickness_map(const cupel_voxels *v, const cupel_job *job, float *square, cupel_err *err);

#endif
