#include "descriptors/microstructure/descriptor.h"

#include "descriptors/microstructure/distance.h"

static const cupel_sizes sizes = {.what = "a distance map",
                                  .mean = "mean distance",
                                  .deviation = "distance deviation",
                                  .maximum = "maximum distance",
                                  .share = "share farther than",
                                  .size = "distance",
                                  .scale = 1};

static cupel_status compute(const cupel_voxels *v, const double *value, const cupel_job *job, cupel_quantities *q, cupel_err *err)
{
    (void)value;
    return cupel_sizes_compute(&sizes, v, job, q, err);
}

static const cupel_reference references[] = {
    {"10.4086/toc.2012.v008a019", "Felzenszwalb, Huttenlocher: Distance transforms of sampled functions. Theory of Computing 8, 415 (2012)"},
    {"10.1109/TPAMI.2003.1177156", "Maurer, Qi, Raghavan: A linear time algorithm for computing exact Euclidean distance transforms of binary images "
                                   "in arbitrary dimensions. IEEE Transactions on Pattern Analysis and Machine Intelligence 25, 265 (2003)"},
    {"10.1007/978-1-4757-6355-3", "Torquato: Random Heterogeneous Materials. Springer (2002)"},
    {NULL, NULL}};

const cupel_volume_descriptor cupel_volume_descriptor_distance_transform = {
    .method = {.name = "distance_transform", .kind = "descriptor", .scale = "microstructure", .maturity = "stable", .input = "volume of labels",
               .help = "how far the voxels of each phase are from the next other phase: exact Euclidean distances",
               .output = "per phase: mean distance, distance deviation (standard), maximum distance [m, or voxels where the file does not say], from "
                         "the centre of a voxel to the nearest centre of a voxel of another phase (the interface is about half a voxel nearer); "
                         "curve share farther than: the share of the phase that is farther away, which is Torquato's cumulative pore-size function. "
                         "Outside a volume that is no period there is nothing",
               .references = references},
    .compute = compute};
