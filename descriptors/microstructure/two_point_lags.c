/* Lags of a volume, and autocorrelations over them by Fourier transforms (two_point.c). */
#include "descriptors/microstructure/two_point_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"
#include "core/sys/par.h"

#include <math.h>
#include <string.h>

enum { ROW = 16 }; /* loops of ROW steps become vector instructions at -O2 too */

static void lay_out(cupel_lags *g, const cupel_voxels *v)
{
    int order[3] = {0, 1, 2};
    if (v->dim == 2) order[1] = -1, order[2] = 1;                     /* rows are planes of one row */
    else if (v->n[0] == 1) order[0] = 1, order[1] = 0;
    g->v = v;
    g->width = g->reach = INFINITY;
    for (int a = 0; a < 3; a++) {
        g->axis[a] = order[a];
        g->m[a] = order[a] < 0 ? 1 : v->n[order[a]];
        g->h[a] = order[a] < 0 ? 1 : v->size[order[a]];
        g->lag[a] = g->m[a] / 2;
        g->n[a] = v->periodic || g->m[a] == 1 ? g->m[a] : cupel_fft_length(g->m[a] + g->lag[a], 2);
        if (g->m[a] == 1) continue;
        g->width = fmin(g->width, g->h[a]);
        g->reach = fmin(g->reach, (double)g->lag[a] * g->h[a]);
    }
    if (isinf(g->width)) g->width = 1, g->reach = 0; /* one voxel */
    g->n_bins = (size_t)(g->reach / g->width + 0.5) + 1;
    if (g->n_bins > UINT16_MAX) g->n_bins = UINT16_MAX;
    g->line[0] = g->n_bins;
    g->line[1] = g->line[0] + g->lag[0] + 1;
    g->line[2] = g->line[1] + g->lag[1] + 1;
    g->n_sums = g->line[2] + g->lag[2] + 1;
}

/* How many lags of the whole have these absolute values. */
static double copies(const cupel_lags *g, const size_t r[3])
{
    double n = 1;
    for (int a = 0; a < 3; a++) n *= r[a] == 0 || 2 * r[a] == g->n[a] ? 1 : 2;
    return n;
}

/* Pairs of voxels at that lag in a box without mask. */
double cupel_lags_pairs(const cupel_lags *g, const size_t r[3])
{
    double n = 1;
    for (int a = 0; a < 3; a++) n *= (double)(g->v->periodic ? g->m[a] : g->m[a] - r[a]);
    return n;
}

static void bin_lags(cupel_lags *g)
{
    size_t r[3], at = 0;
    double *count = g->partial; /* free until the first transform */
    for (size_t b = 0; b < g->n_bins; b++) count[b] = 0;
    for (r[0] = 0; r[0] <= g->lag[0]; r[0]++)
        for (r[1] = 0; r[1] <= g->lag[1]; r[1]++) {
            const double x = (double)r[0] * g->h[0], y = (double)r[1] * g->h[1], xy = x * x + y * y;
            for (r[2] = 0; r[2] <= g->lag[2]; r[2]++, at++) {
                const double z = (double)r[2] * g->h[2], d = sqrt(xy + z * z);
                const size_t b = d > g->reach * (1 + 1e-9) ? g->n_bins : (size_t)(d / g->width + 0.5);
                g->bin[at] = (uint16_t)(b < g->n_bins ? b : g->n_bins);
                if (b >= g->n_bins) continue;
                const double n = copies(g, r);
                count[b] += n;
                g->radius[b] += n * d;
                g->pairs[b] += n * cupel_lags_pairs(g, r);
            }
        }
    for (size_t b = 0; b < g->n_bins; b++) g->radius[b] /= count[b];
    for (int a = 0; a < 3; a++)
        for (size_t k = 0; k <= g->lag[a]; k++) {
            const size_t along[3] = {a == 0 ? k : 0, a == 1 ? k : 0, a == 2 ? k : 0};
            g->pairs[g->line[a] + k] = cupel_lags_pairs(g, along);
        }
}

void cupel_lags_release(cupel_lags *g)
{
    cupel_fft_free(g->fft);
    cupel_free(g->bin);
    cupel_free(g->radius);
    cupel_free(g->pairs);
    cupel_free(g->x);
    cupel_free(g->scratch);
    cupel_free(g->partial);
}

cupel_status cupel_lags_init(cupel_lags *g, const cupel_voxels *v, const cupel_job *job, size_t fields, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    g->job = job;
    lay_out(g, v);
    CUPEL_TRY(cupel_fft_new(g->n, &g->fft, err));
    g->pitch = cupel_fft_pitch(g->fft);
    g->plane = g->n[1] * g->pitch;
    g->workers = job->threads < g->n[0] ? job->threads : g->n[0];
    g->scratch_each = (cupel_fft_scratch(g->fft, fields) + g->plane + g->pitch + 15) / 16 * 16;
    const size_t lags = (g->lag[0] + 1) * (g->lag[1] + 1) * (g->lag[2] + 1);
    const size_t bytes = cupel_mul(cupel_mul(fields, cupel_fft_size(g->fft)), sizeof *g->x);
    CUPEL_TRY(cupel_memory_check(bytes + lags * sizeof *g->bin, "two-point correlations", err));
    g->x = cupel_alloc_aligned(bytes, 1);
    g->scratch = cupel_alloc_aligned(cupel_mul(g->workers, g->scratch_each), sizeof *g->scratch);
    g->bin = cupel_alloc(lags, sizeof *g->bin);
    g->radius = cupel_alloc(g->n_bins, sizeof *g->radius);
    g->pairs = cupel_alloc(g->n_sums, sizeof *g->pairs);
    g->partial = cupel_alloc(cupel_mul(g->lag[0] + 1, g->n_bins + 1), sizeof *g->partial);
    if (!g->x || !g->scratch || !g->bin || !g->radius || !g->pairs || !g->partial) CUPEL_TRY(cupel_no_memory(err, "two-point correlations", bytes));
    bin_lags(g);
done:
    return st;
}

static void mark_row(const uint16_t *restrict id, size_t n, const cupel_indicator *f, float *restrict out)
{
    const uint16_t a = f->a, b = f->b;
    const int others = f->others;
    size_t k = 0;
    for (; k + ROW <= n; k += ROW)
        for (size_t t = 0; t < ROW; t++) out[k + t] = (float)(((id[k + t] == a) | (id[k + t] == b)) ^ others);
    for (; k < n; k++) out[k] = (float)(((id[k] == a) | (id[k] == b)) ^ others);
}

cupel_status cupel_lags_forward(void *user, size_t i, size_t worker, cupel_err *err)
{
    const cupel_indicator *f = user;
    const cupel_lags *g = f->g;
    float *plane = f->x + i * g->plane;
    if (cupel_stopped(g->job)) return cupel_fail(err, CUPEL_INTERRUPTED, "stopped in a two-point correlation");
    if (i >= g->m[0]) {
        memset(plane, 0, g->plane * sizeof *plane);
        return CUPEL_OK;
    }
    for (size_t j = 0; j < g->m[1]; j++) {
        float *row = plane + j * g->pitch;
        mark_row(g->v->id + (i * g->m[1] + j) * g->m[2], g->m[2], f, row);
        memset(row + g->m[2], 0, (g->pitch - g->m[2]) * sizeof *row);
    }
    memset(plane + g->m[1] * g->pitch, 0, (g->n[1] - g->m[1]) * g->pitch * sizeof *plane);
    cupel_fft_plane_forward(g->fft, plane, plane, g->scratch + worker * g->scratch_each);
    return CUPEL_OK;
}

/* |F|^2, with the scale of both transforms. */
static void power(void *user, const cupel_fft_columns_view *c)
{
    const cupel_lags *g = ((const cupel_indicator *)user)->g;
    const float scale = (float)(1 / ((double)g->n[0] * (double)g->n[1] * (double)g->n[2]));
    for (size_t i = 0; i < g->n[0]; i++) {
        float *s = c->s[0] + 2 * i * c->stride;
        for (size_t k = 0; k < c->n; k++) {
            s[2 * k] = (s[2 * k] * s[2 * k] + s[2 * k + 1] * s[2 * k + 1]) * scale;
            s[2 * k + 1] = 0;
        }
    }
}

static cupel_status power_columns(void *user, size_t block, size_t worker, cupel_err *err)
{
    (void)err;
    const cupel_indicator *f = user;
    float *const field[1] = {f->x};
    cupel_fft_columns(f->g->fft, block, field, 1, power, user, f->g->scratch + worker * f->g->scratch_each);
    return CUPEL_OK;
}

static void add_rows(const float *a, const float *b, size_t n, float *out)
{
    size_t k = 0;
    for (; k + ROW <= n; k += ROW)
        for (size_t t = 0; t < ROW; t++) out[k + t] = a[k + t] + b[k + t];
    for (; k < n; k++) out[k] = a[k] + b[k];
}

/* The lags of one plane, those of opposite sign together, into the radial sums. */
static void add_plane(const cupel_lags *g, size_t i, const float *plane, float *both, double *radial)
{
    const double weight = i == 0 || 2 * i == g->n[0] ? 1 : 2;
    const uint16_t *bin = g->bin + i * (g->lag[1] + 1) * (g->lag[2] + 1);
    for (size_t j = 0; j <= g->lag[1]; j++, bin += g->lag[2] + 1) {
        const size_t opposite = (g->n[1] - j) % g->n[1];
        const float *row = plane + j * g->pitch;
        if (opposite != j) {
            add_rows(row, plane + opposite * g->pitch, g->n[2], both);
            row = both;
        }
        for (size_t k = 0; k <= g->lag[2]; k++) {
            const size_t back = k ? g->n[2] - k : 0;
            radial[bin[k]] += weight * (double)(back == k ? row[k] : row[k] + row[back]);
        }
    }
}

static cupel_status backward_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)err;
    const cupel_indicator *f = user;
    const cupel_lags *g = f->g;
    float *scratch = g->scratch + worker * g->scratch_each, *plane = scratch, *both = plane + g->plane;
    double *radial = g->partial + i * (g->n_bins + 1);
    cupel_fft_plane_backward(g->fft, f->x + i * g->plane, plane, both + g->pitch);
    for (size_t b = 0; b <= g->n_bins; b++) radial[b] = 0;
    add_plane(g, i, plane, both, radial);
    f->sum[g->line[0] + i] = (double)plane[0];
    for (size_t j = 0; i == 0 && j <= g->lag[1]; j++) f->sum[g->line[1] + j] = (double)plane[j * g->pitch];
    for (size_t k = 0; i == 0 && k <= g->lag[2]; k++) f->sum[g->line[2] + k] = (double)plane[k];
    return CUPEL_OK;
}

/* sum [n_sums]: pairs of marked voxels, by distance and along the axes. */
cupel_status cupel_lags_autocorrelate(const cupel_lags *g, uint16_t a, uint16_t b, bool others, double *sum, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_indicator f = {.g = g, .a = a, .b = b, .others = others, .x = g->x, .sum = sum};
    CUPEL_TRY(cupel_par_for(g->workers, g->n[0], cupel_lags_forward, &f, err));
    CUPEL_TRY(cupel_par_for(g->workers, cupel_fft_blocks(g->fft), power_columns, &f, err));
    CUPEL_TRY(cupel_par_for(g->workers, g->lag[0] + 1, backward_plane, &f, err));
    for (size_t k = 0; k < g->n_bins; k++) sum[k] = 0;
    for (size_t i = 0; i <= g->lag[0]; i++)
        for (size_t k = 0; k < g->n_bins; k++) sum[k] += g->partial[i * (g->n_bins + 1) + k];
done:
    return st;
}
