/* Units of lengths: metres where the volume says how large a voxel is, else voxels. */
#ifndef CUPEL_DESCRIPTORS_MICROSTRUCTURE_UNITS_H
#define CUPEL_DESCRIPTORS_MICROSTRUCTURE_UNITS_H

#include "core/matter/quantities.h"
#include "core/matter/voxels.h"

/* "m^2" or "voxel^2", "1/m^3" or "1/voxel^3"; power -3 .. 3, "" for 0. */
const char *cupel_length_unit(const cupel_voxels *v, int power);

/* The volume of one voxel (dim 2: its area) and of the whole, in those units. */
double cupel_voxel_volume(const cupel_voxels *v);
double cupel_box_volume(const cupel_voxels *v);

static inline cupel_of cupel_of_phase(size_t phase) { return (cupel_of){(int)phase, -1, -1}; }

#endif
