#include "descriptors/microstructure/descriptor.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"
#include "descriptors/microstructure/distance.h"
#include "descriptors/microstructure/thickness.h"

static const cupel_size_names names = {"mean thickness", "thickness deviation", "maximum thickness", "share thicker than", "thickness"};

static cupel_status compute(const cupel_voxels *v, const double *value, const cupel_job *job, cupel_quantities *q, cupel_err *err)
{
    (void)value;
    cupel_status st = CUPEL_OK;
    const size_t count = cupel_voxels_count(v), bytes = cupel_mul(count, sizeof(float));
    float *square = NULL;
    CUPEL_TRY(cupel_memory_check(bytes, "the local thickness", err));
    square = cupel_alloc_aligned(count, sizeof *square);
    if (!square) CUPEL_TRY(cupel_no_memory(err, "the local thickness", bytes));
    CUPEL_TRY(cupel_distance_map(v, job, square, err));
    CUPEL_TRY(cupel_thickness_map(v, job, square, err));
    CUPEL_TRY(cupel_sizes_add(v, square, 2, &names, q, err)); /* radii */
done:
    cupel_free(square);
    return st;
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
