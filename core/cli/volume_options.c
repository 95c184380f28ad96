#include "core/cli/volume_options.h"

#include "core/base/err.h"
#include "core/math/units.h"

#include <string.h>

static cupel_status length_of(cupel_text t, double *metres, cupel_err *err)
{
    cupel_status st = cupel_quantity_in(cupel_text_trim(t), "m", metres, err);
    if (st == CUPEL_OK && *metres > 0) return CUPEL_OK;
    return cupel_fail(err, CUPEL_USAGE, "--voxel: '%.*s' is not a length such as '0.39 um'", (int)(t.n < 64 ? t.n : 64), t.p);
}

static cupel_status sizes_of(const char *text, double size[3], cupel_err *err)
{
    size_t n = 0;
    for (const char *p = text;; p++) {
        size_t k = strcspn(p, ",");
        if (n == 3) return cupel_fail(err, CUPEL_USAGE, "--voxel: more than three sizes in '%.64s'", text);
        cupel_status st = length_of((cupel_text){p, k}, &size[n++], err);
        if (st != CUPEL_OK) return st;
        p += k;
        if (!*p) break;
    }
    if (n == 1) size[1] = size[0];
    if (n < 3) size[2] = n == 1 ? size[0] : size[1]; /* two are the edges of a pixel */
    return CUPEL_OK;
}

cupel_status cupel_volume_options_of(const cupel_args *args, cupel_volume_options *o, cupel_err *err)
{
    const char *voxel = cupel_opt_text(args, "voxel");
    *o = (cupel_volume_options){.format = cupel_opt_text(args, "volume-format"),
                                .dataset = cupel_opt_text(args, "dataset"),
                                .raw = cupel_opt_text(args, "raw"),
                                .nonperiodic = cupel_flag(args, "nonperiodic")};
    return voxel ? sizes_of(voxel, o->voxel, err) : CUPEL_OK;
}
