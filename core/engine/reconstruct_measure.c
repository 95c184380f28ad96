/* Statistics of volumes, by the descriptors of `cupel describe`. */
#include "core/engine/reconstruct_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/segment.h"
#include "descriptors/microstructure/descriptor.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

void cupel_measured_release(cupel_measured *m)
{
    cupel_free(m->s2);
    cupel_free(m->radius);
    cupel_free(m->radial);
    for (int p = 0; p < 2; p++)
        for (int a = 0; a < 3; a++) cupel_free(m->path[p][a]);
    *m = (cupel_measured){0};
}

/* `name` with these settings, of v. */
static cupel_status describe(const char *name, const char *settings, const cupel_voxels *v, const cupel_job *job, cupel_quantities *q, cupel_err *err)
{
    double value[8];
    const cupel_volume_descriptor *d = cupel_volume_descriptor_find(cupel_text_of(name));
    cupel_status st = cupel_method_settings(&d->method, settings, value, err);
    if (st == CUPEL_OK) st = d->compute(v, value, job, q, err);
    return st == CUPEL_OK ? cupel_quantities_check(q, err) : st;
}

static cupel_status take_map(const cupel_quantities *q, cupel_measured *m, cupel_err *err)
{
    for (size_t i = 0; i < q->n_maps; i++) {
        const cupel_quantity_map *map = &q->map[i];
        if (map->of.phase != 1 || map->of.other >= 0) continue;
        size_t count = 1;
        for (int a = 0; a < map->rank; a++) {
            m->lag[a] = map->n[a] / 2;
            count *= map->n[a];
        }
        m->s2 = cupel_alloc(count, sizeof *m->s2);
        if (!m->s2) return cupel_no_memory(err, "a two-point function", count * sizeof *m->s2);
        memcpy(m->s2, map->v, count * sizeof *m->s2);
        return CUPEL_OK;
    }
    return cupel_fail(err, CUPEL_FAILED, "no two-point function of the phase was computed");
}

static cupel_status take_paths(const cupel_quantities *q, cupel_measured *m, cupel_err *err)
{
    for (size_t i = 0; i < q->n_curves; i++) {
        const cupel_curve *c = &q->curve[i];
        if (c->of.axis < 0 || c->of.phase < 0) continue;
        double **to = &m->path[c->of.phase == 1 ? 0 : 1][c->of.axis];
        *to = cupel_alloc(c->n, sizeof **to);
        if (!*to) return cupel_no_memory(err, "a lineal path", 0);
        memcpy(*to, c->y, c->n * sizeof **to);
        m->n_path[c->of.axis] = c->n;
    }
    return CUPEL_OK;
}

cupel_status cupel_measure_two_point(const cupel_voxels *v, const cupel_job *job, cupel_measured *m, cupel_err *err)
{
    cupel_quantities q = {0};
    double fraction[2] = {0};
    *m = (cupel_measured){.dim = v->dim, .has_size = v->has_size, .label = {v->label[0], v->label[1]}};
    cupel_voxels_fractions(v, fraction);
    m->phi = fraction[1];
    for (int a = 0; a < 3; a++) {
        m->n[a] = v->n[a];
        m->size[a] = v->size[a];
    }
    cupel_status st = describe("two_point", "map=1,cross=0", v, job, &q, err);
    if (st == CUPEL_OK) st = take_map(&q, m, err);
    cupel_quantities_release(&q);
    if (st != CUPEL_OK) cupel_measured_release(m);
    return st;
}

cupel_status cupel_measure(const cupel_voxels *v, const cupel_job *job, cupel_measured *m, cupel_err *err)
{
    cupel_quantities q = {0};
    cupel_status st = cupel_measure_two_point(v, job, m, err);
    if (st != CUPEL_OK) return st;
    CUPEL_TRY(describe("lineal_path", NULL, v, job, &q, err));
    CUPEL_TRY(take_paths(&q, m, err));
done:
    cupel_quantities_release(&q);
    if (st != CUPEL_OK) cupel_measured_release(m);
    return st;
}

/* Bins of half a voxel, so that the first neighbours stand apart from those over an edge. */
cupel_status cupel_measure_radial(cupel_measured *m, cupel_err *err)
{
    const double width = 0.5;
    size_t reach = SIZE_MAX, at = 0, kept = 0;
    if (m->radial) return CUPEL_OK;
    for (int a = 0; a < m->dim; a++)
        if (m->lag[a] < reach) reach = m->lag[a];
    const size_t bins = (size_t)((double)reach / width) + 1;
    double *count = cupel_alloc(bins, sizeof *count);
    m->radius = cupel_alloc(bins, sizeof *m->radius);
    m->radial = cupel_alloc(bins, sizeof *m->radial);
    if (!count || !m->radius || !m->radial) {
        cupel_free(count);
        return cupel_no_memory(err, "a two-point function", 0);
    }
    const long lag[3] = {(long)m->lag[0], (long)m->lag[1], m->dim == 3 ? (long)m->lag[2] : 0};
    for (long i = -lag[0]; i <= lag[0]; i++)
        for (long j = -lag[1]; j <= lag[1]; j++)
            for (long k = -lag[2]; k <= lag[2]; k++, at++) {
                const double r = sqrt((double)(i * i + j * j + k * k));
                const size_t b = (size_t)(r / width + 0.5);
                if (b >= bins || isnan(m->s2[at])) continue;
                count[b]++;
                m->radius[b] += r;
                m->radial[b] += (double)m->s2[at];
            }
    for (size_t b = 0; b < bins; b++) {
        if (count[b] == 0) continue;
        m->radius[kept] = m->radius[b] / count[b];
        m->radial[kept++] = m->radial[b] / count[b];
    }
    m->n_radii = kept;
    cupel_free(count);
    return CUPEL_OK;
}

/* ---- on another grid ---- */

/* The map between its lags, linearly; x [3] in its voxels, kept within it. NaN where a lag beside it is not known. */
static double between(const cupel_measured *m, const double x[3])
{
    long low[3];
    double share[3], sum = 0;
    for (int a = 0; a < 3; a++) {
        const double most = (double)m->lag[a], at = fmin(fmax(x[a], -most), most);
        low[a] = (long)floor(fmin(at, most - 1));
        share[a] = at - (double)low[a];
    }
    for (int corner = 0; corner < 8; corner++) {
        size_t at = 0;
        double w = 1;
        for (int a = 0; a < 3; a++) {
            const int up = corner >> a & 1;
            w *= up ? share[a] : 1 - share[a];
            at = at * (2 * m->lag[a] + 1) + (size_t)(low[a] + up + (long)m->lag[a]);
        }
        if (w > 0) sum += w * (double)m->s2[at];
    }
    return sum;
}

static cupel_status resample_map(cupel_measured *m, const size_t n[3], cupel_err *err)
{
    size_t lag[3], count = 1;
    for (int a = 0; a < 3; a++) {
        lag[a] = m->lag[a] * n[a] / m->n[a];
        count *= 2 * lag[a] + 1;
    }
    float *s2 = cupel_alloc(count, sizeof *s2), *to = s2;
    if (!s2) return cupel_no_memory(err, "a two-point function", count * sizeof *s2);
    for (long i = -(long)lag[0]; i <= (long)lag[0]; i++)
        for (long j = -(long)lag[1]; j <= (long)lag[1]; j++)
            for (long k = -(long)lag[2]; k <= (long)lag[2]; k++) {
                const long at[3] = {i, j, k};
                double x[3];
                for (int a = 0; a < 3; a++) x[a] = (double)at[a] * (double)m->n[a] / (double)n[a];
                *to++ = (float)between(m, x);
            }
    cupel_free(m->s2);
    m->s2 = s2;
    memcpy(m->lag, lag, sizeof lag);
    return CUPEL_OK;
}

cupel_status cupel_measure_coarser(cupel_measured *m, size_t most, cupel_err *err)
{
    size_t n[3], least = SIZE_MAX;
    for (int a = 0; a < m->dim; a++) least = m->n[a] < least ? m->n[a] : least;
    bool flat = m->dim != 3;
    for (int a = 0; a < 3; a++) flat = flat || (m->s2 && m->lag[a] < 1);
    if (least <= most || flat) return CUPEL_OK;
    for (int a = 0; a < 3; a++) n[a] = (m->n[a] * most + least / 2) / least;
    for (size_t i = 0; i < m->n_radii; i++) m->radius[i] *= (double)most / (double)least;
    const cupel_status st = m->s2 ? resample_map(m, n, err) : CUPEL_OK;
    if (st != CUPEL_OK) return st;
    for (int a = 0; a < 3; a++) m->n_path[a] = 0; /* in its own steps */
    memcpy(m->n, n, sizeof n);
    return CUPEL_OK;
}

/* ---- files ---- */

/* More labels than a segmentation has. */
enum { GREY = 32 };

static cupel_status choose_phase(const cupel_reconstruct_request *q, const char *path, const cupel_voxels *v, int *id, cupel_err *err)
{
    int64_t label;
    if (v->n_phases < 2)
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%s' holds one phase only, label %" PRId64 "; expected two: there is nothing to arrange", path,
                          v->label[0]);
    if (!q->phase) {
        *id = 1;
        if (v->n_phases == 2) return CUPEL_OK;
        if (v->n_phases > GREY)
            return cupel_fail(err, CUPEL_USAGE, "'%s' holds %zu different numbers, expected two phases: it looks like a grey-scale image; "
                                                "--threshold VALUE makes two phases of it, --threshold otsu chooses it", path, v->n_phases);
        return cupel_fail(err, CUPEL_USAGE, "'%s' holds %zu phases, expected two; --phase %" PRId64 " matches that label against all others", path,
                          v->n_phases, v->label[v->n_phases - 1]);
    }
    if (!cupel_parse_i64(cupel_text_of(q->phase), &label))
        return cupel_fail(err, CUPEL_USAGE, "option --phase: found '%.60s', expected a label, a whole number", q->phase);
    *id = cupel_voxels_id_of(v, label);
    if (*id >= 0) return CUPEL_OK;
    return cupel_fail(err, CUPEL_USAGE, "option --phase: '%s' has no label %" PRId64 "; it has %" PRId64 " to %" PRId64, path, label, v->label[0],
                      v->label[v->n_phases - 1]);
}

/* All but that phase becomes 0. Of two phases the labels stay, of more the others get the least label but that one. */
static void make_two(cupel_voxels *v, int id)
{
    const int64_t label[2] = {v->label[id == 0 ? 1 : 0], v->label[id]};
    for (size_t i = 0; i < cupel_voxels_count(v); i++) v->id[i] = v->id[i] == id;
    v->n_phases = 2;
    v->label[0] = label[0];
    v->label[1] = label[1];
}

cupel_status cupel_measure_file(const cupel_reconstruct_request *q, const char *path, const cupel_job *job, cupel_measured *m, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_voxels v = {0};
    bool saved = false;
    int id = 1;
    CUPEL_TRY(cupel_measure_saved(path, q->phase, &saved, m, err));
    if (saved) goto done;
    CUPEL_TRY(cupel_volume_read(path, &q->volume, &v, err));
    CUPEL_TRY(cupel_volume_threshold(path, q->volume.threshold, job, &v, err));
    CUPEL_TRY(choose_phase(q, path, &v, &id, err));
    make_two(&v, id);
    CUPEL_TRY(cupel_measure(&v, job, m, err));
done:
    cupel_voxels_release(&v);
    return st;
}
