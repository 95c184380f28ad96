/* Where a phase goes through the box by necks of few voxels.
 *
 * What flows along an axis in a phase that spans the box passes every plane normal to it. Where all of that is a neck of two or three voxels, grids
 * agree with one another and are wrong together: that of a filler 100 times as conducting as its polymer, neck of 0.05 % of the box, had 0.551,
 * 0.547 and 0.551 W/(m K) on 48, 64 and 72 voxels, and 0.594 in the limit. Steps between grids know nothing of it; the section of the neck does.
 * In stiffness a network a hundred times as stiff as what is around it, necks of 10 faces of voxels, was 17 % too soft on 32, bar 1 %. */
#ifndef CUPEL_MODELS_HOMOGENIZE_NECKS_H
#define CUPEL_MODELS_HOMOGENIZE_NECKS_H

#include "core/matter/mixture.h"

/* Of a mixture in space, section [3]: along each axis that `phase` spans (faces of voxels in which it has a part), the least over planes of the mean
 * area of its patches there, in voxel faces, a patch counted by its area. HUGE_VAL along an axis that it does not span, and where it is not below
 * `most`. 9 bytes per voxel; 128^3 take 0.1 s. */
cupel_status cupel_neck_sections(const cupel_mixture *m, size_t phase, double most, double section[3], cupel_err *err);

#endif
