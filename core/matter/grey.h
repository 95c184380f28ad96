/* Volumes whose numbers are grey values, not labels of phases: how they are told apart, and cut in two. */
#ifndef CUPEL_MATTER_GREY_H
#define CUPEL_MATTER_GREY_H

#include "core/base/str.h"
#include "core/matter/voxels.h"

/* Do the labels look like grey values: more than 16 of them, at least half of all whole numbers between the least and the largest, and voxels that
 * are neighbours along the last axis mostly different, or often so and then by little. Grains are larger than two voxels. */
bool cupel_voxels_grey(const cupel_voxels *v);

/* The label up to which Otsu's method takes the values as one class: where the variance between both classes is largest. n_phases >= 2.
 * N. Otsu: IEEE Transactions on Systems, Man, and Cybernetics 9, 62 (1979), doi:10.1109/TSMC.1979.4310076 */
cupel_status cupel_voxels_otsu(const cupel_voxels *v, int64_t *label, cupel_err *err);

/* Labels up to the threshold become 0, those above 1. CUPEL_BAD_INPUT when that leaves nothing of either. `what` names the volume in messages. */
cupel_status cupel_voxels_cut(cupel_voxels *v, double threshold, const char *what, cupel_err *err);

#endif
