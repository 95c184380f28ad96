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

/* What to cut at: the label, and x, the value in the file. */
static cupel_status choose(const char *threshold, const cupel_voxels *v, double *label, double *x, cupel_err *err)
{
    const double step = v->grey.step;
    int64_t found = 0;
    if (cupel_parse_double(cupel_text_of(threshold), x)) {
        *label = step > 0 ? 0 : *x; /* a level ends there */
        return CUPEL_OK;
    }
    const cupel_status st = cupel_voxels_otsu(v, &found, err);
    *label = (double)found;
    *x = step > 0 ? v->grey.base + step * (double)found : (double)found;
    return st;
}

static cupel_status one_side(const char *path, const cupel_voxels *v, double x, cupel_err *err)
{
    const cupel_grey_scale *g = &v->grey;
    if (!(g->step > 0) || (g->low <= x && x < g->high)) return CUPEL_OK;
    return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': its values, %.6g to %.6g, are all %s the threshold %.10g", path, g->low, g->high,
                      x < g->low ? "above" : "at or below", x);
}

static void say_cut(const char *path, const cupel_voxels *before, const double share[2], double x, bool otsu, const cupel_job *job)
{
    cupel_str from = {0};
    const cupel_grey_scale *g = &before->grey;
    if (g->step > 0) cupel_str_addf(&from, "values from %.6g to %.6g", g->low, g->high);
    else cupel_str_addf(&from, "%zu values from %" PRId64 " to %" PRId64, before->n_phases, before->label[0], before->label[1]);
    cupel_say(job, CUPEL_NOTE, "'%s': %s cut at %.10g%s: phase 0 up to there (%.4g %%), phase 1 above (%.4g %%)", path, cupel_str_text(&from), x,
              otsu ? " (Otsu)" : "", 100 * share[0], 100 * share[1]);
    cupel_str_free(&from);
}

cupel_status cupel_volume_threshold(const char *path, const char *threshold, const cupel_job *job, cupel_voxels *v, cupel_err *err)
{
    double x = 0, label = 0, share[2];
    const bool otsu = is(threshold, "otsu");
    int64_t ends[2] = {v->label[0], v->label[v->n_phases - 1]};
    const cupel_voxels before = {.n_phases = v->n_phases, .label = ends, .grey = v->grey};
    cupel_status st = cupel_threshold_check(threshold, err);
    if (st != CUPEL_OK || !threshold || is(threshold, "none")) return st;
    if (otsu && v->n_phases < 2)
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': one value only, %.10g: --threshold otsu has nothing to tell apart", path,
                          v->grey.step > 0 ? v->grey.low : (double)ends[0]);
    st = choose(threshold, v, &label, &x, err);
    if (st == CUPEL_OK) st = one_side(path, v, x, err);
    if (st == CUPEL_OK) st = cupel_voxels_cut(v, label, path, err);
    if (st != CUPEL_OK) return st;
    cupel_voxels_fractions(v, share);
    say_cut(path, &before, share, x, otsu, job);
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
