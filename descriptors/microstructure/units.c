#include "descriptors/microstructure/units.h"

const char *cupel_length_unit(const cupel_voxels *v, int power)
{
    static const char *const metre[] = {"1/m^3", "1/m^2", "1/m", "", "m", "m^2", "m^3"};
    static const char *const voxel[] = {"1/voxel^3", "1/voxel^2", "1/voxel", "", "voxel", "voxel^2", "voxel^3"};
    return (v->has_size ? metre : voxel)[power + 3];
}

double cupel_voxel_volume(const cupel_voxels *v) { return v->size[0] * v->size[1] * (v->dim == 3 ? v->size[2] : 1); }

double cupel_box_volume(const cupel_voxels *v) { return cupel_voxel_volume(v) * (double)cupel_voxels_count(v); }
