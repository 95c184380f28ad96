#include "descriptors/microstructure/descriptor.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/fft.h"
#include "core/sys/file.h"
#include "core/sys/par.h"
#include "descriptors/microstructure/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Two-point probabilities S_pq(r): that x lies in phase p and x + r in phase q, for all lags r at once by Fourier transforms.
 *
 * Every one of them follows from autocorrelations of an indicator, of a phase or of two together:
 *   C_pq = (C_(p or q) - C_pp - C_qq) / 2        the mean of r and -r, which is what radial means and lines along both senses see
 * so that one array is enough. In a period sum_q C_pq = the voxels of p, so that the last phase needs no transform: two phases take one pair of
 * transforms. An autocorrelation is even in r: only half of its planes are transformed back, each straight into the radial sums, so that the array
 * passes through memory three times.
 *
 * Without periodicity the array is padded with zeros up to the largest lag and C is divided by the number of pairs of voxels that lie in the box,
 * or in the part of it that is no mask: S = C / M (Cecen, Fast, Kalidindi 2016, doi:10.1186/s40192-015-0044-x). */

enum { ROW = 16, PHASES_MAX = 64 }; /* loops of ROW steps become vector instructions at -O2 too */

static const double PI = 3.14159265358979323846;

typedef struct grid {
    const cupel_voxels *v;
    const cupel_job *job;
    size_t m[3], n[3];     /* voxels; samples of the transform. An image has m[1] = 1; where n[0] = 1, axes 0 and 1 change places */
    size_t lag[3];         /* the largest one */
    double h[3];           /* edges of a voxel */
    int axis[3];           /* which axis of the volume this is; -1: none */
    size_t n_bins, line[3], n_sums; /* places in an array of sums: radial bins, then lags along the axes */
    double width, reach;
    uint16_t *bin;         /* [lag0 + 1][lag1 + 1][lag2 + 1]; n_bins where the lag is out of reach */
    double *radius;        /* [n_bins] mean of the lags in a bin */
    double *pairs;         /* [n_sums] M */
    cupel_fft *fft;
    float *x;              /* one array, of correlations with sign two */
    size_t pitch, plane, scratch_each;
    float *scratch;        /* [workers] */
    size_t workers;
    double *partial;       /* [lag0 + 1][n_bins + 1] radial sums of each plane */
} grid;

/* The voxels whose autocorrelation is wanted: those of phase a or b, or all others. */
typedef struct indicator {
    const grid *g;
    uint16_t a, b;
    bool others;
    float *x;
    double *sum; /* [n_sums] */
} indicator;

/* ---- the grid ---- */

static size_t smooth_size(size_t n)
{
    for (;; n++) {
        size_t rest = n;
        while (rest % 2 == 0) rest /= 2;
        while (rest % 3 == 0) rest /= 3;
        while (rest % 5 == 0) rest /= 5;
        if (rest == 1 && n % 2 == 0) return n;
    }
}

static void lay_out(grid *g, const cupel_voxels *v)
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
        g->n[a] = v->periodic || g->m[a] == 1 ? g->m[a] : smooth_size(g->m[a] + g->lag[a]);
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
static double copies(const grid *g, const size_t r[3])
{
    double n = 1;
    for (int a = 0; a < 3; a++) n *= r[a] == 0 || 2 * r[a] == g->n[a] ? 1 : 2;
    return n;
}

/* Pairs of voxels at that lag in a box without mask. */
static double pairs_at(const grid *g, const size_t r[3])
{
    double n = 1;
    for (int a = 0; a < 3; a++) n *= (double)(g->v->periodic ? g->m[a] : g->m[a] - r[a]);
    return n;
}

static void bin_lags(grid *g)
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
                g->pairs[b] += n * pairs_at(g, r);
            }
        }
    for (size_t b = 0; b < g->n_bins; b++) g->radius[b] /= count[b];
    for (int a = 0; a < 3; a++)
        for (size_t k = 0; k <= g->lag[a]; k++) {
            const size_t along[3] = {a == 0 ? k : 0, a == 1 ? k : 0, a == 2 ? k : 0};
            g->pairs[g->line[a] + k] = pairs_at(g, along);
        }
}

static void grid_release(grid *g)
{
    cupel_fft_free(g->fft);
    cupel_free(g->bin);
    cupel_free(g->radius);
    cupel_free(g->pairs);
    cupel_free(g->x);
    cupel_free(g->scratch);
    cupel_free(g->partial);
}

static cupel_status grid_init(grid *g, const cupel_voxels *v, const cupel_job *job, size_t fields, cupel_err *err)
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

/* ---- an autocorrelation ---- */

static void mark_row(const uint16_t *restrict id, size_t n, const indicator *f, float *restrict out)
{
    const uint16_t a = f->a, b = f->b;
    const int others = f->others;
    size_t k = 0;
    for (; k + ROW <= n; k += ROW)
        for (size_t t = 0; t < ROW; t++) out[k + t] = (float)(((id[k + t] == a) | (id[k + t] == b)) ^ others);
    for (; k < n; k++) out[k] = (float)(((id[k] == a) | (id[k] == b)) ^ others);
}

static cupel_status forward_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    const indicator *f = user;
    const grid *g = f->g;
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
    const grid *g = ((const indicator *)user)->g;
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
    const indicator *f = user;
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
static void add_plane(const grid *g, size_t i, const float *plane, float *both, double *radial)
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
    const indicator *f = user;
    const grid *g = f->g;
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
static cupel_status autocorrelate(const grid *g, uint16_t a, uint16_t b, bool others, double *sum, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    indicator f = {.g = g, .a = a, .b = b, .others = others, .x = g->x, .sum = sum};
    CUPEL_TRY(cupel_par_for(g->workers, g->n[0], forward_plane, &f, err));
    CUPEL_TRY(cupel_par_for(g->workers, cupel_fft_blocks(g->fft), power_columns, &f, err));
    CUPEL_TRY(cupel_par_for(g->workers, g->lag[0] + 1, backward_plane, &f, err));
    for (size_t k = 0; k < g->n_bins; k++) sum[k] = 0;
    for (size_t i = 0; i <= g->lag[0]; i++)
        for (size_t k = 0; k < g->n_bins; k++) sum[k] += g->partial[i * (g->n_bins + 1) + k];
done:
    return st;
}

/* ---- all pairs of phases ---- */

typedef struct phases {
    size_t n;
    uint16_t *id;      /* [n] those that are looked at: all but the mask */
    double *fraction;  /* [n] of what is no mask */
    bool cross;
    double *c;         /* [n (n + 1) / 2][n_sums]: C_pq, p <= q; without cross [n] */
} phases;

static double *pair(const grid *g, const phases *f, size_t p, size_t q)
{
    size_t at = !f->cross ? p : p <= q ? q * (q + 1) / 2 + p : p * (p + 1) / 2 + q;
    return f->c + at * g->n_sums;
}

/* Rows of C sum to the voxels of the phase at every lag of a period: the last phase follows from the others. */
static void last_by_sum(const grid *g, phases *f)
{
    const size_t last = f->n - 1;
    for (size_t p = 0; p <= last; p++) {
        double *to = pair(g, f, p, last);
        for (size_t k = 0; k < g->n_sums; k++) {
            double rest = f->fraction[p] * g->pairs[k];
            for (size_t q = 0; q < last; q++) rest -= pair(g, f, p, q)[k];
            to[k] = rest;
        }
    }
}

/* All C sum to M: the pair of the last two phases follows from the others. */
static void last_by_total(const grid *g, phases *f)
{
    double *to = pair(g, f, f->n - 2, f->n - 1);
    for (size_t k = 0; k < g->n_sums; k++) {
        double rest = g->pairs[k];
        for (size_t p = 0; p < f->n; p++)
            for (size_t q = p; q < f->n; q++)
                if (!(p + 2 == f->n && q + 1 == f->n)) rest -= (p == q ? 1 : 2) * pair(g, f, p, q)[k];
        to[k] = rest / 2;
    }
}

static cupel_status correlate_all(const grid *g, phases *f, bool closed, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const bool by_sum = closed && (f->cross || f->n == 1);
    const size_t n = by_sum ? f->n - 1 : f->n;
    for (size_t p = 0; p < n; p++) CUPEL_TRY(autocorrelate(g, f->id[p], f->id[p], false, pair(g, f, p, p), err));
    for (size_t q = 1; f->cross && q < n; q++)
        for (size_t p = 0; p < q; p++) {
            double *u = pair(g, f, p, q);
            if (!by_sum && p + 2 == n && q + 1 == n) continue;
            CUPEL_TRY(autocorrelate(g, f->id[p], f->id[q], false, u, err));
            for (size_t k = 0; k < g->n_sums; k++) u[k] = (u[k] - pair(g, f, p, p)[k] - pair(g, f, q, q)[k]) / 2;
        }
    if (by_sum)
        last_by_sum(g, f);
    else if (f->cross)
        last_by_total(g, f);
done:
    return st;
}

/* ---- what is said ---- */

/* S on the bins or along a line, exact at r = 0; y [n]. */
static void divide(const grid *g, const double *c, size_t from, size_t n, double zero, double *y)
{
    y[0] = zero;
    for (size_t k = 1; k < n; k++) y[k] = g->pairs[from + k] > 0 ? c[from + k] / g->pairs[from + k] : NAN;
}

/* The integral of (S - f^2) / (f - f^2) to its first zero. */
static double correlation_length(size_t n, const double *x, const double *y, double fraction)
{
    double sum = 0, before = 1;
    for (size_t k = 1; k < n && !isnan(y[k]); k++) {
        const double now = (y[k] - fraction * fraction) / (fraction - fraction * fraction), step = x[k] - x[k - 1];
        if (now <= 0) return sum + step * before * before / (before - now) / 2;
        sum += step * (before + now) / 2;
        before = now;
    }
    return sum;
}

static void add_length(cupel_quantities *q, const grid *g, cupel_of of, size_t n, const double *x, const double *y, double fraction)
{
    const char *const name = "correlation length", *const unit = cupel_length_unit(g->v, 1);
    if (fraction > 0 && fraction < 1 && n > 1)
        cupel_quantities_add(q, name, unit, of, correlation_length(n, x, y, fraction));
    else
        cupel_quantities_add_none(q, name, unit, of, n > 1 ? "the phase fills all" : "one voxel along this axis");
}

/* Curves of one C, and for a phase its correlation lengths. x, y: room for the longest curve. */
static void add_curves(cupel_quantities *q, const grid *g, const double *c, cupel_of of, double fraction, double *x, double *y)
{
    const double zero = of.other < 0 ? fraction : 0;
    divide(g, c, 0, g->n_bins, zero, y);
    cupel_quantities_add_curve(q, "S2", "", "r", cupel_length_unit(g->v, 1), of, g->n_bins, g->radius, y);
    if (of.other < 0) add_length(q, g, of, g->n_bins, g->radius, y, fraction);
    for (int a = 0; a < 3; a++) {
        if (g->axis[a] < 0) continue;
        const size_t n = g->lag[a] + 1;
        of.axis = g->axis[a];
        for (size_t k = 0; k < n; k++) x[k] = (double)k * g->h[a];
        divide(g, c, g->line[a], n, zero, y);
        cupel_quantities_add_curve(q, "S2", "", "r", cupel_length_unit(g->v, 1), of, n, x, y);
        if (of.other < 0) add_length(q, g, of, n, x, y, fraction);
    }
}

/* Debye: S'(0) = - s/4 (an image: - perimeter / pi), by the first step along each axis. */
static void add_surface(cupel_quantities *q, const grid *g, const double *c, cupel_of of, double fraction)
{
    double sum = 0;
    int axes = 0;
    for (int a = 0; a < 3; a++) {
        const size_t k = g->line[a] + 1;
        if (g->lag[a] == 0 || g->pairs[k] <= 0) continue;
        sum += (fraction - c[k] / g->pairs[k]) / g->h[a];
        axes++;
    }
    const char *name = g->v->dim == 2 ? "perimeter from slope" : "surface from slope";
    if (axes)
        cupel_quantities_add(q, name, cupel_length_unit(g->v, -1), of, (g->v->dim == 2 ? PI : 4) * sum / axes);
    else
        cupel_quantities_add_none(q, name, cupel_length_unit(g->v, -1), of, "a single voxel");
}

static cupel_status say_all(cupel_quantities *q, const grid *g, const phases *f, cupel_err *err)
{
    const size_t most = g->n_sums;
    double *x = cupel_alloc(most, sizeof *x), *y = cupel_alloc(most, sizeof *y);
    if (x && y)
        for (size_t p = 0; p < f->n; p++) {
            cupel_of of = cupel_of_phase(f->id[p]);
            add_surface(q, g, pair(g, f, p, p), of, f->fraction[p]);
            add_curves(q, g, pair(g, f, p, p), of, f->fraction[p], x, y);
            for (size_t o = p + 1; f->cross && o < f->n; o++) {
                of.other = f->id[o];
                add_curves(q, g, pair(g, f, p, o), of, 0, x, y);
            }
        }
    cupel_status st = x && y ? CUPEL_OK : cupel_no_memory(err, "two-point correlations", 0);
    cupel_free(x);
    cupel_free(y);
    return st;
}

/* ---- maps over all lags ---- */

typedef struct map_work {
    const grid *g;
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
    const grid *g = w->g;
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
    const grid *g = w->g;
    const long lag[3] = {(long)g->lag[0], (long)g->lag[1], (long)g->lag[2]}, i = (long)at - lag[0];
    float *plane = g->scratch + worker * g->scratch_each, *out = w->out + at * (2 * g->lag[1] + 1) * (2 * g->lag[2] + 1);
    cupel_fft_plane_backward(g->fft, w->x[0] + wrapped(i, g->n[0]) * g->plane, plane, plane + g->plane);
    for (long j = -lag[1]; j <= lag[1]; j++)
        for (long k = -lag[2]; k <= lag[2]; k++, out++) {
            const float c = plane[wrapped(j, g->n[1]) * g->pitch + wrapped(k, g->n[2])];
            const size_t r[3] = {(size_t)labs(i), (size_t)labs(j), (size_t)labs(k)};
            const double m = w->mask ? (double)w->mask[out - w->out] : pairs_at(g, r);
            *out = !w->divides ? c : m > 0.5 ? (float)((double)c / m) : NAN; /* M is a whole number */
        }
    return CUPEL_OK;
}

/* The voxels of phase a against those of b, or all but those of a against themselves. */
static cupel_status correlate_map(const grid *g, uint16_t a, uint16_t b, bool others, const float *mask, bool divides, float *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    map_work w = {.g = g, .x = {g->x, g->x + cupel_fft_size(g->fft)}, .fields = a == b ? 1 : 2, .mask = mask, .divides = divides, .out = out};
    for (size_t i = 0; i < w.fields; i++) {
        const uint16_t id = i ? b : a;
        indicator f = {.g = g, .a = id, .b = id, .others = others, .x = w.x[i]};
        CUPEL_TRY(cupel_par_for(g->workers, g->n[0], forward_plane, &f, err));
    }
    CUPEL_TRY(cupel_par_for(g->workers, cupel_fft_blocks(g->fft), cross_columns, &w, err));
    CUPEL_TRY(cupel_par_for(g->workers, 2 * g->lag[0] + 1, map_plane, &w, err));
done:
    return st;
}

/* hidden: id of the mask; -1: none. */
static cupel_status add_maps(cupel_quantities *q, const grid *g, const phases *f, int hidden, cupel_err *err)
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

/* ---- the descriptor ---- */

typedef enum parameter { CROSS, MAP, MASK } parameter;

/* The phases that are looked at and their fractions of what is no mask. hidden: -1 for none. */
static cupel_status choose_phases(const cupel_voxels *v, int hidden, double most_cross, phases *f, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double *all = cupel_alloc(v->n_phases, sizeof *all);
    f->id = cupel_alloc(v->n_phases, sizeof *f->id);
    f->fraction = cupel_alloc(v->n_phases, sizeof *f->fraction);
    if (!all || !f->id || !f->fraction) CUPEL_TRY(cupel_no_memory(err, "phase fractions", 0));
    cupel_voxels_fractions(v, all);
    for (size_t p = 0; p < v->n_phases; p++) {
        if ((int)p == hidden) continue;
        f->fraction[f->n] = hidden < 0 ? all[p] : all[p] / (1 - all[hidden]);
        f->id[f->n++] = (uint16_t)p;
    }
    f->cross = f->n > 1 && (double)f->n <= most_cross;
done:
    cupel_free(all);
    return st;
}

static cupel_status describe(const cupel_voxels *v, const double *value, int hidden, phases *f, const cupel_job *job, cupel_quantities *q,
                             cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    grid g = {0};
    const size_t pairs = f->cross ? f->n * (f->n + 1) / 2 : f->n;
    CUPEL_TRY(grid_init(&g, v, job, value[MAP] != 0 ? 2 : 1, err));
    f->c = cupel_alloc(cupel_mul(pairs, g.n_sums), sizeof *f->c);
    if (!f->c) CUPEL_TRY(cupel_no_memory(err, "two-point correlations", 0));
    if (hidden >= 0) CUPEL_TRY(autocorrelate(&g, (uint16_t)hidden, (uint16_t)hidden, true, g.pairs, err));
    CUPEL_TRY(correlate_all(&g, f, v->periodic && hidden < 0, err));
    CUPEL_TRY(say_all(q, &g, f, err));
    if (value[MAP] != 0) CUPEL_TRY(add_maps(q, &g, f, hidden, err));
done:
    grid_release(&g);
    return st;
}

static cupel_status compute(const cupel_voxels *v, const double *value, const cupel_job *job, cupel_quantities *q, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    phases f = {0};
    const int hidden = isnan(value[MASK]) ? -1 : cupel_voxels_id_of(v, (int64_t)value[MASK]);
    const char *slope = v->dim == 2 ? "perimeter from slope" : "surface from slope";
    if (!isnan(value[MASK]) && value[MASK] != floor(value[MASK]))
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "parameter mask of descriptor 'two_point' is '%g', expected a label, a whole number", value[MASK]));
    CUPEL_TRY(choose_phases(v, hidden, value[CROSS], &f, err));
    if (f.n > 0 && f.n <= PHASES_MAX)
        CUPEL_TRY(describe(v, value, hidden, &f, job, q, err));
    else
        cupel_quantities_add_none(q, slope, cupel_length_unit(v, -1), CUPEL_OF_WHOLE,
                                  f.n ? "more than 64 phases: these are grains" : "the mask is all there is");
done:
    cupel_free(f.id);
    cupel_free(f.fraction);
    cupel_free(f.c);
    return st;
}

static const cupel_reference references[] = {
    {"10.1007/978-1-4757-6355-3", "Torquato: Random Heterogeneous Materials. Springer (2002)"},
    {"10.1186/s40192-015-0044-x", "Cecen, Fast, Kalidindi: Versatile algorithms for the computation of 2-point spatial correlations in quantifying "
                                  "material structure. Integrating Materials and Manufacturing Innovation 5, 1 (2016)"},
    {"10.1063/1.1722830", "Debye, Anderson, Brumberger: Scattering by an inhomogeneous solid. II. The correlation function and its application. "
                          "Journal of Applied Physics 28, 679 (1957)"},
    {NULL, NULL}};

static const cupel_param params[] = {
    {"cross", "", 8, 0, PHASES_MAX, "correlations between phases too, in volumes of up to so many phases; 0: none"},
    {"map", "", 0, 0, 1, "1: the correlations over all lags too, into an artifact"},
    {"mask", "", NAN, -1e15, 1e15, "the label of voxels that are not looked at, such as those around a sample"},
    {0}};

const cupel_volume_descriptor cupel_volume_descriptor_two_point = {
    .method = {.name = "two_point", .kind = "descriptor", .scale = "microstructure", .maturity = "stable",
               .input = "volume of labels of up to 64 phases",
               .help = "two-point probabilities S2 of each phase and between phases, with the surface from their slope and correlation lengths",
               .output = "curves S2(r) of each phase and pair: mean over all directions in shells one voxel wide (r is the mean of their lags), and "
                         "along each axis, up to half the shortest edge or axis; of a pair the mean of both senses. Per phase: surface per volume "
                         "from the slope at 0 by Debye [1/m] (of an image the perimeter), correlation length (integral of the normalised covariance to "
                         "its first zero) [m]. "
                         "Without periodicity every lag is divided by the pairs of voxels that lie in the volume",
               .references = references, .params = params},
    .compute = compute};
