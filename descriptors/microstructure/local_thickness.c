#include "descriptors/microstructure/descriptor.h"

#include "descriptors/microstructure/distance.h"
#include "descriptors/microstructure/thickness.h"

static const cupel_sizes sizes = {.what = "the local thickness",
                                  .mean = "mean thickness",
                                  .deviation = "thickness deviation",
                                  .maximum = "maximum thickness",
                                  .share = "share thicker than",
                                  .size = "thickness",
                                  .scale = 2, /* radii */
                                  .map = cupel_thickness_map};

static cupel_status compute(const cupel_voxels *v, const double *value, const cupel_job *job, cupel_quantities *q, cupel_err *err)
{
    (void)value;
    return cupel_sizes_compute(&sizes, v, job, q, err);
}

static const cupel_reference references[] = {
    {"10.1046/j.1365-2818.1997.1340694.x", "Hildebrand, Rueegsegger: A new method for the model-independent assessment of thickness in "
                                           "three-dimensional images. Journal of Microscopy 185, 67 (1997)"},
    {"10.1017/S1431927607074430", "Dougherty, Kunzelmann: Computing local thickness of 3D structures with ImageJ. Microscopy and Microanalysis 13 "
                                  "(S02), 1678 (2007)"},
    {NULL, NULL}};

const cupel_volume_descriptor cupel_volume_descriptor_local_thickness = {
    .method = {.name = "local_thickness", .kind = "descriptor", .scale = "microstructure", .maturity = "stable", .input = "volume of labels",
               .help = "local thickness of each phase: the diameter of the largest ball in the phase that covers the place",
               .output = "per phase: mean thickness, thickness deviation (standard), maximum thickness [m, or voxels where the file does not say]: "
                         "twice the radius, which is the distance from the centre of a voxel to the nearest centre of a voxel of another phase: "
                         "right within about a voxel. Curve share thicker than: the share of the phase that is thicker (continuous pore-size "
                         "distribution). Outside a volume that is no period there is nothing",
               .references = references},
    .compute = compute};
