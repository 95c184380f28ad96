#include "core/cli/volume_options.h"

cupel_status cupel_volume_options_of(const cupel_args *args, cupel_volume_options *o, cupel_err *err)
{
    const char *voxel = cupel_opt_text(args, "voxel");
    *o = (cupel_volume_options){.format = cupel_opt_text(args, "volume-format"),
                                .dataset = cupel_opt_text(args, "dataset"),
                                .raw = cupel_opt_text(args, "raw"),
                                .nonperiodic = cupel_flag(args, "nonperiodic")};
    return voxel ? cupel_volume_voxel(voxel, o->voxel, err) : CUPEL_OK;
}
