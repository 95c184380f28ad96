#include "core/cli/volume_options.h"

#include "core/engine/segment.h"

cupel_status cupel_volume_options_of(const cupel_args *args, cupel_volume_options *o, cupel_err *err)
{
    const char *voxel = cupel_opt_text(args, "voxel");
    *o = (cupel_volume_options){.format = cupel_opt_text(args, "volume-format"),
                                .dataset = cupel_opt_text(args, "dataset"),
                                .raw = cupel_opt_text(args, "raw"),
                                .threshold = cupel_opt_text(args, "threshold"),
                                .nonperiodic = cupel_flag(args, "nonperiodic")};
    const cupel_status st = cupel_threshold_check(o->threshold, err);
    return st == CUPEL_OK && voxel ? cupel_volume_voxel(voxel, o->voxel, err) : st;
}
