/* Two-point probabilities over all lags. */
#include "descriptors/microstructure/two_point_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"
#include "core/sys/par.h"

#include <math.h>
#include <stdlib.h>

typedef struct map_work {
    const cupel_lags *g;
    float *x[2];
    size_t fields;
    const float *mask; /* M, of the shape of the map; NULL: that of the box */
    bool divides;      /* S = C / M, else C */
    float *out;        /* [2 lag0 + 1][2 lag1 + 1][2 lag2 + 1] */
} map_work;

/* conj(F_a) F_b, or |F_a|^2. */
static void cross_power(void *user, const cupel_fft_columns_view *c)
{
    const map_work *w = user;
    const cupel_lags *g = w->g;
    const float scale = (float)(1 / ((double)g->n[0] * (double)g->n[1] * (double)g->n[2]));
    for (size_t i = 0; i < g->n[0]; i++) {
        float *a = c->s[0] + 2 * i * c->stride;
        const float *b = c->s[w->fields - 1] + 2 * i * c->stride;
        for (size_t k = 0; k < 2 * c->n; k += 2) {
            const float re = a[k] * b[k] + a[k + 1] * b[k + 1], im = a[k] * b[k + 1] - a[k + 1] * b[k];
            a[k] = re * scale;
            a[k + 1] = im * scale;
        }
    }
}

static cupel_status cross_columns(void *user, size_t block, size_t worker, cupel_err *err)
{
    (void)err;
    map_work *w = user;
    cupel_fft_columns(w->g->fft, block, w->x, w->fields, cross_power, w, w->g->scratch + worker * w->g->scratch_each);
    return CUPEL_OK;
}

static size_t wrapped(long lag, size_t n) { return (size_t)(lag < 0 ? lag + (long)n : lag) % n; }

static cupel_status map_plane(void *user, size_t at, size_t worker, cupel_err *err)
{
    (void)err;
    const map_work *w = user;
    const cupel_lags *g = w->g;
    const long lag[3] = {(long)g->lag[0], (long)g->lag[1], (long)g->lag[2]}, i = (long)at - lag[0];
    float *plane = g->scratch + worker * g->scratch_each, *out = w->out + at * (2 * g->lag[1] + 1) * (2 * g->lag[2] + 1);
    cupel_fft_plane_backward(g->fft, w->x[0] + wrapped(i, g->n[0]) * g->plane, plane, plane + g->plane);
    for (long j = -lag[1]; j <= lag[1]; j++)
        for (long k = -lag[2]; k <= lag[2]; k++, out++) {
            const float c = plane[wrapped(j, g->n[1]) * g->pitch + wrapped(k, g->n[2])];
            const size_t r[3] = {(size_t)labs(i), (size_t)labs(j), (size_t)labs(k)};
            const double m = w->mask ? (double)w->mask[out - w->out] : cupel_lags_pairs(g, r);
            *out = !w->divides ? c : m > 0.5 ? (float)((double)c / m) : NAN; /* M is a whole number */
        }
    return CUPEL_OK;
}

/* The voxels of phase a against those of b, or all but those of a against themselves. */
static cupel_status correlate_map(const cupel_lags *g, uint16_t a, uint16_t b, bool others, const float *mask, bool divides, float *out,
                                  cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    map_work w = {.g = g, .x = {g->x, g->x + cupel_fft_size(g->fft)}, .fields = a == b ? 1 : 2, .mask = mask, .divides = divides, .out = out};
    for (size_t i = 0; i < w.fields; i++) {
        const uint16_t id = i ? b : a;
        cupel_indicator f = {.g = g, .a = id, .b = id, .others = others, .x = w.x[i]};
        CUPEL_TRY(cupel_par_for(g->workers, g->n[0], cupel_lags_forward, &f, err));
    }
    CUPEL_TRY(cupel_par_for(g->workers, cupel_fft_blocks(g->fft), cross_columns, &w, err));
    CUPEL_TRY(cupel_par_for(g->workers, 2 * g->lag[0] + 1, map_plane, &w, err));
done:
    return st;
}

/* hidden: id of the mask; -1: none. */
cupel_status cupel_two_point_maps(cupel_quantities *q, const cupel_lags *g, const cupel_phase_pairs *f, int hidden, cupel_err *err)
{
    static const char *const about = "S2 over all lags, lag 0 in the middle: (i, j, k) less half the shape, voxels";
    cupel_status st = CUPEL_OK;
    size_t shape[3] = {1, 1, 1}, count = 1;
    float *mask = NULL;
    for (int a = 0; a < 3; a++) {
        count *= 2 * g->lag[a] + 1;
        if (g->axis[a] >= 0) shape[g->axis[a]] = 2 * g->lag[a] + 1;
    }
    if (hidden >= 0) {
        mask = cupel_alloc(count, sizeof *mask);
        if (!mask) CUPEL_TRY(cupel_no_memory(err, "a map of correlations", count * sizeof *mask));
        CUPEL_TRY(correlate_map(g, (uint16_t)hidden, (uint16_t)hidden, true, NULL, false, mask, err));
    }
    for (size_t p = 0; p < f->n; p++)
        for (size_t o = p; o < (f->cross ? f->n : p + 1); o++) {
            const cupel_of of = {f->id[p], o == p ? -1 : f->id[o], -1};
            CUPEL_TRY(cupel_memory_check(count * sizeof(float), "a map of correlations", err));
            float *out = cupel_quantities_add_map(q, "S2", "", about, of, g->v->dim, shape);
            if (!out) CUPEL_TRY(cupel_no_memory(err, "a map of correlations", count * sizeof *out));
            CUPEL_TRY(correlate_map(g, f->id[p], f->id[o], false, mask, true, out, err));
        }
done:
    cupel_free(mask);
    return st;
}
