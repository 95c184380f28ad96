#include "core/engine/segment.h"

#include "core/base/err.h"
#include "core/matter/grey.h"

#include <inttypes.h>
#include <string.h>

static bool is(const char *threshold, const char *word) { return threshold && strcmp(threshold, word) == 0; }

cupel_status cupel_threshold_check(const char *threshold, cupel_err *err)
{
    double x;
    if (!threshold || is(threshold, "otsu") || is(threshold, "none") || cupel_parse_double(cupel_text_of(threshold), &x)) return CUPEL_OK;
    return cupel_fail(err, CUPEL_USAGE, "option --threshold: found '%.60s', expected a grey value, 'otsu', or 'none' for numbers that are labels",
                      threshold);
}

static cupel_status refuse_grey(const char *path, const cupel_voxels *v, cupel_err *err)
{
    int64_t cut = 0;
    const cupel_status st = cupel_voxels_otsu(v, &cut, err);
    if (st != CUPEL_OK) return st;
    return cupel_fail(err, CUPEL_BAD_INPUT, "'%s' looks like a grey-scale image: %zu different values from %" PRId64 " to %" PRId64 ", which change "
                      "from voxel to voxel; --threshold VALUE makes two phases of them, --threshold otsu chooses it (%" PRId64 "), --threshold none "
                      "takes every value as a phase", path, v->n_phases, v->label[0], v->label[v->n_phases - 1], cut);
}

cupel_status cupel_volume_threshold(const char *path, const char *threshold, const cupel_job *job, cupel_voxels *v, cupel_err *err)
{
    double x = 0, share[2];
    int64_t label = 0;
    const size_t values = v->n_phases;
    const int64_t low = v->label[0], high = v->label[values - 1];
    cupel_status st = cupel_threshold_check(threshold, err);
    if (st != CUPEL_OK || !threshold || is(threshold, "none")) return st;
    if (is(threshold, "otsu") && values < 2)
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': one value only, %" PRId64 ": --threshold otsu has nothing to tell apart", path, low);
    if (is(threshold, "otsu")) {
        st = cupel_voxels_otsu(v, &label, err);
        x = (double)label;
    } else {
        cupel_parse_double(cupel_text_of(threshold), &x);
    }
    if (st == CUPEL_OK) st = cupel_voxels_cut(v, x, path, err);
    if (st != CUPEL_OK) return st;
    cupel_voxels_fractions(v, share);
    cupel_say(job, CUPEL_NOTE, "'%s': %zu values from %" PRId64 " to %" PRId64 " cut at %.10g%s: phase 0 up to there (%.4g %%), phase 1 above "
              "(%.4g %%)", path, values, low, high, x, is(threshold, "otsu") ? " (Otsu)" : "", 100 * share[0], 100 * share[1]);
    return CUPEL_OK;
}

cupel_status cupel_volume_segment(const char *path, const cupel_volume_options *o, const cupel_job *job, cupel_voxels *v, cupel_err *err)
{
    cupel_status st = cupel_volume_read(path, o, v, err);
    if (st != CUPEL_OK) return st;
    st = !o->threshold && cupel_voxels_grey(v) ? refuse_grey(path, v, err) : cupel_volume_threshold(path, o->threshold, job, v, err);
    if (st != CUPEL_OK) cupel_voxels_release(v);
    return st;
}
