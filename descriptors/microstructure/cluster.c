#include "descriptors/microstructure/components.h"
#include "descriptors/microstructure/descriptor.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/fft.h"
#include "core/sys/file.h"
#include "core/sys/par.h"
#include "descriptors/microstructure/units.h"

#include <math.h>
#include <stdlib.h>

/* C2(r): that x and x + r lie in the same cluster of a phase (Torquato, Beasley, Chiew 1988, doi:10.1063/1.454440). Pairs are counted cluster
 * by cluster: those of a few voxels one by one, those of others as the autocorrelation of their indicator in the box they fill, with room for
 * the largest lag or with the period. Counts are whole numbers and transforms are rounded to them, so that sums are exact in any order. Lags,
 * bins and lines are those of the set two_point: C2 = S2 where a phase is one cluster. */

enum { FEW = 100, PHASES_MAX = 64 };

typedef struct counter {
    const cupel_job *job;
    cupel_components c;
    size_t n_phases, lag[3], n_bins, line[3], n_sums; /* a row of sums: radial bins, then lags along the axes */
    double width, reach;
    double *radius, *pairs; /* [n_sums] */
    size_t *first;          /* [clusters + 1] runs of a cluster in `run` */
    uint32_t *run;          /* [n_runs] by cluster */
    size_t *row;            /* [n_runs] of run[i] */
    uint32_t *part;         /* [n_parts] the clusters of more than one voxel */
    size_t n_parts;
    double **sum;           /* [threads][n_phases][n_sums] */
} counter;

/* ---- lags ---- */

static void lay_out(counter *t)
{
    const cupel_grid *g = &t->c.grid;
    t->width = t->reach = INFINITY;
    for (size_t a = 0; a < 3; a++) {
        t->lag[a] = g->n[a] / 2;
        if (g->n[a] == 1) continue;
        t->width = fmin(t->width, g->size[a]);
        t->reach = fmin(t->reach, (double)t->lag[a] * g->size[a]);
    }
    if (isinf(t->width)) t->width = 1, t->reach = 0;
    t->n_bins = (size_t)(t->reach / t->width + 0.5) + 1;
    t->line[0] = t->n_bins;
    t->line[1] = t->line[0] + t->lag[0] + 1;
    t->line[2] = t->line[1] + t->lag[1] + 1;
    t->n_sums = t->line[2] + t->lag[2] + 1;
}

/* Adds `count` at the lag of these absolute values to a row of sums. */
static void add_lag(const counter *t, const size_t r[3], double count, double *sum)
{
    double square = 0;
    for (size_t a = 0; a < 3; a++) square += (double)r[a] * t->c.grid.size[a] * ((double)r[a] * t->c.grid.size[a]);
    const double d = sqrt(square);
    const size_t b = (size_t)(d / t->width + 0.5);
    if (d <= t->reach * (1 + 1e-9) && b < t->n_bins) sum[b] += count;
    for (size_t a = 0; a < 3; a++)
        if (r[(a + 1) % 3] == 0 && r[(a + 2) % 3] == 0) sum[t->line[a] + r[a]] += count;
}

/* The lag of a difference of places; false when it is beyond those that are looked at. */
static bool lag_of(const counter *t, size_t a, int64_t d, size_t *r)
{
    const int64_t n = (int64_t)t->c.grid.n[a];
    if (t->c.grid.wraps[a]) {
        d = ((d % n) + n) % n;
        if (2 * d > n) d = n - d;
    }
    *r = (size_t)(d < 0 ? -d : d);
    return *r <= t->lag[a];
}

/* How many pairs of voxels there are at each lag, and how long the lags of a bin are in the mean. */
static void count_all(counter *t)
{
    const cupel_grid *g = &t->c.grid;
    double copies_of[3], pairs_of[3];
    size_t r[3];
    double *lags = t->sum[0]; /* free until clusters are counted */
    for (r[0] = 0; r[0] <= t->lag[0]; r[0]++)
        for (r[1] = 0; r[1] <= t->lag[1]; r[1]++)
            for (r[2] = 0; r[2] <= t->lag[2]; r[2]++) {
                double square = 0, copies = 1, pairs = 1;
                for (size_t a = 0; a < 3; a++) {
                    copies_of[a] = r[a] == 0 || (g->wraps[a] && 2 * r[a] == g->n[a]) ? 1 : 2;
                    pairs_of[a] = (double)(g->wraps[a] ? g->n[a] : g->n[a] - r[a]);
                    copies *= copies_of[a];
                    pairs *= pairs_of[a];
                    square += (double)r[a] * g->size[a] * ((double)r[a] * g->size[a]);
                }
                add_lag(t, r, copies * pairs, t->pairs);
                add_lag(t, r, copies, lags);
                add_lag(t, r, copies * sqrt(square), t->radius);
            }
    for (size_t i = 0; i < t->n_sums; i++) {
        if (lags[i] > 0) t->radius[i] /= lags[i];
        lags[i] = 0;
    }
}

/* ---- one cluster ---- */

/* Where run i of the list lies, its cluster in one body. */
static void place_of(const counter *t, size_t i, int64_t at[3], size_t *length)
{
    const cupel_components *c = &t->c;
    const size_t r = t->run[i], row = t->row[i];
    const int32_t *shift = c->shift[c->piece[r]];
    const size_t x[3] = {row / c->grid.n[1], row % c->grid.n[1], c->start[r]};
    for (size_t a = 0; a < 3; a++) at[a] = (int64_t)x[a] + (int64_t)shift[a] * (int64_t)c->grid.n[a];
    *length = cupel_run_end(c, row, r) - c->start[r];
}

static void one_by_one(const counter *t, size_t cluster, double *sum)
{
    int64_t x[FEW][3];
    size_t n = 0, r[3];
    for (size_t i = t->first[cluster]; i < t->first[cluster + 1]; i++) {
        size_t length;
        int64_t at[3];
        place_of(t, i, at, &length);
        for (size_t k = 0; k < length; k++, n++) x[n][0] = at[0], x[n][1] = at[1], x[n][2] = at[2] + (int64_t)k;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (lag_of(t, 0, x[i][0] - x[j][0], &r[0]) && lag_of(t, 1, x[i][1] - x[j][1], &r[1]) && lag_of(t, 2, x[i][2] - x[j][2], &r[2]))
                add_lag(t, r, 1, sum);
}

typedef struct frame {
    size_t n[3];    /* samples of the transform */
    bool period[3]; /* that of the volume */
    int64_t low[3]; /* the place of its first sample where it is no period */
} frame;

static frame frame_of(const counter *t, size_t cluster)
{
    frame f;
    const cupel_grid *g = &t->c.grid;
    int64_t high[3];
    for (size_t i = t->first[cluster]; i < t->first[cluster + 1]; i++) {
        size_t length;
        int64_t at[3];
        place_of(t, i, at, &length);
        for (size_t a = 0; a < 3; a++) {
            const int64_t to = at[a] + (a == 2 ? (int64_t)length : 1);
            if (i == t->first[cluster] || at[a] < f.low[a]) f.low[a] = at[a];
            if (i == t->first[cluster] || to > high[a]) high[a] = to;
        }
    }
    for (size_t a = 0; a < 3; a++) {
        const size_t extent = (size_t)(high[a] - f.low[a]), far = extent - 1 < t->lag[a] ? extent - 1 : t->lag[a];
        f.n[a] = cupel_fft_length(extent + far, 1);
        f.period[a] = g->wraps[a] && (t->c.winds[cluster] || f.n[a] >= g->n[a]);
        if (f.period[a]) f.n[a] = g->n[a];
    }
    return f;
}

static void fill(const counter *t, size_t cluster, const frame *f, size_t pitch, double *x)
{
    for (size_t i = t->first[cluster]; i < t->first[cluster + 1]; i++) {
        size_t length, to[3];
        int64_t at[3];
        place_of(t, i, at, &length);
        for (size_t a = 0; a < 3; a++) {
            const int64_t n = (int64_t)f->n[a];
            to[a] = (size_t)(f->period[a] ? (at[a] % n + n) % n : at[a] - f->low[a]);
        }
        double *row = x + (to[0] * f->n[1] + to[1]) * pitch;
        for (size_t k = 0; k < length; k++) row[(to[2] + k) % f->n[2]] = 1;
    }
}

/* The autocorrelation in x, each lag to its bin. */
static void add_lags(const counter *t, const frame *f, size_t pitch, const double *x, double *sum)
{
    const double scale = 1 / (double)(f->n[0] * f->n[1] * f->n[2]);
    size_t r[3];
    for (size_t i = 0; i < f->n[0]; i++) {
        if (!lag_of(t, 0, 2 * i > f->n[0] ? (int64_t)i - (int64_t)f->n[0] : (int64_t)i, &r[0])) continue;
        for (size_t j = 0; j < f->n[1]; j++) {
            if (!lag_of(t, 1, 2 * j > f->n[1] ? (int64_t)j - (int64_t)f->n[1] : (int64_t)j, &r[1])) continue;
            const double *row = x + (i * f->n[1] + j) * pitch;
            for (size_t k = 0; k < f->n[2]; k++) {
                if (!lag_of(t, 2, 2 * k > f->n[2] ? (int64_t)k - (int64_t)f->n[2] : (int64_t)k, &r[2])) continue;
                const double count = rint(row[k] * scale);
                if (count > 0) add_lag(t, r, count, sum);
            }
        }
    }
}

static cupel_status by_transform(const counter *t, size_t cluster, const frame *f, size_t threads, double *sum, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_fftd *fft = NULL;
    double *x = NULL;
    CUPEL_TRY(cupel_fftd_new(f->n, &fft, err));
    const size_t size = cupel_fftd_size(fft), pitch = cupel_fftd_pitch(fft);
    CUPEL_TRY(cupel_memory_check(cupel_mul(size, sizeof *x), "a cluster function", err));
    x = cupel_alloc_aligned(size, sizeof *x);
    if (!x) CUPEL_TRY(cupel_no_memory(err, "a cluster function", size * sizeof *x));
    fill(t, cluster, f, pitch, x);
    CUPEL_TRY(cupel_fftd_forward(fft, x, threads, err));
    for (size_t row = 0; row < f->n[0] * f->n[1]; row++)
        for (size_t k = 0; k <= f->n[2] / 2; k++) {
            double *z = x + row * pitch + 2 * k;
            z[0] = z[0] * z[0] + z[1] * z[1];
            z[1] = 0;
        }
    CUPEL_TRY(cupel_fftd_backward(fft, x, threads, err));
    add_lags(t, f, pitch, x, sum);
done:
    cupel_fftd_free(fft);
    cupel_free(x);
    return st;
}

/* Small ones side by side; a large one alone, with all threads on its transform. */
static bool is_large(const counter *t, const frame *f)
{
    const size_t *n = t->c.grid.n;
    return 8 * f->n[0] * f->n[1] * f->n[2] > n[0] * n[1] * n[2];
}

static cupel_status count_part(void *user, size_t item, size_t worker, cupel_err *err)
{
    counter *t = user;
    const size_t cluster = t->part[item];
    double *sum = t->sum[worker] + t->c.phase[cluster] * t->n_sums;
    if (cupel_stopped(t->job)) return cupel_fail(err, CUPEL_INTERRUPTED, "stopped while counting pairs in clusters");
    if (t->c.size[cluster] <= FEW) {
        one_by_one(t, cluster, sum);
        return CUPEL_OK;
    }
    const frame f = frame_of(t, cluster);
    return is_large(t, &f) ? CUPEL_OK : by_transform(t, cluster, &f, 1, sum, err);
}

/* ---- all ---- */

static cupel_status list_runs(counter *t, cupel_err *err)
{
    const cupel_components *c = &t->c;
    t->first = cupel_alloc(c->n + 2, sizeof *t->first);
    t->run = cupel_alloc(c->n_runs, sizeof *t->run);
    t->row = cupel_alloc(c->n_runs, sizeof *t->row);
    t->part = cupel_alloc(c->n, sizeof *t->part);
    if (!t->first || !t->run || !t->row || !t->part) return cupel_no_memory(err, "a cluster function", c->n_runs * 12);
    for (size_t r = 0; r < c->n_runs; r++) t->first[c->cluster[c->piece[r]] + 2]++;
    for (size_t k = 0; k < c->n; k++) t->first[k + 2] += t->first[k + 1];
    for (size_t row = 0; row < c->grid.n[0] * c->grid.n[1]; row++)
        for (size_t r = c->row[row]; r < c->row[row + 1]; r++) {
            const size_t at = t->first[c->cluster[c->piece[r]] + 1]++;
            t->run[at] = (uint32_t)r;
            t->row[at] = row;
        }
    for (size_t k = 0; k < c->n; k++)
        if (c->size[k] > 1) t->part[t->n_parts++] = (uint32_t)k;
    return CUPEL_OK;
}

static cupel_status count_clusters(counter *t, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t none[3] = {0, 0, 0};
    CUPEL_TRY(cupel_par_for(t->job->threads, t->n_parts, count_part, t, err));
    for (size_t p = 0; p < t->n_parts; p++) {
        const size_t cluster = t->part[p];
        if (t->c.size[cluster] <= FEW) continue;
        const frame f = frame_of(t, cluster);
        cupel_progress(t->job, "cluster functions", p, t->n_parts);
        if (cupel_stopped(t->job)) CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "stopped while counting pairs in clusters"));
        if (is_large(t, &f)) CUPEL_TRY(by_transform(t, cluster, &f, t->job->threads, t->sum[0] + t->c.phase[cluster] * t->n_sums, err));
    }
    for (size_t k = 0; k < t->c.n; k++)
        if (t->c.size[k] == 1) add_lag(t, none, 1, t->sum[0] + t->c.phase[k] * t->n_sums);
    for (size_t w = 1; w < t->job->threads; w++)
        for (size_t i = 0; i < t->n_phases * t->n_sums; i++) t->sum[0][i] += t->sum[w][i];
done:
    return st;
}

static cupel_status add(const counter *t, const cupel_voxels *v, cupel_quantities *q, cupel_err *err)
{
    const char *unit = cupel_length_unit(v, 1);
    double *x = cupel_alloc(t->n_sums, sizeof *x), *y = cupel_alloc(t->n_sums, sizeof *y);
    if (!x || !y) {
        cupel_free(x);
        cupel_free(y);
        return cupel_no_memory(err, "a cluster function", 0);
    }
    for (size_t p = 0; p < t->n_phases; p++) {
        const double *sum = t->sum[0] + p * t->n_sums;
        for (size_t i = 0; i < t->n_sums; i++) y[i] = sum[i] / t->pairs[i];
        cupel_quantities_add_curve(q, "C2", "", "r", unit, cupel_of_phase(p), t->n_bins, t->radius, y);
        for (size_t a = t->c.grid.first; a < 3; a++) {
            for (size_t k = 0; k <= t->lag[a]; k++) x[k] = (double)k * t->c.grid.size[a];
            cupel_quantities_add_curve(q, "C2", "", "r", unit, (cupel_of){(int)p, -1, (int)(a - t->c.grid.first)}, t->lag[a] + 1, x, y + t->line[a]);
        }
    }
    cupel_free(x);
    cupel_free(y);
    return CUPEL_OK;
}

/* S = sum over clusters of size^2 / voxels of the phase, the mean size of the cluster of a voxel (Stauffer, Aharony). */
static cupel_status add_mean_size(const counter *t, const cupel_voxels *v, cupel_quantities *q, cupel_err *err)
{
    double *sums = cupel_alloc(v->n_phases, 2 * sizeof *sums);
    if (!sums) return cupel_no_memory(err, "a cluster function", 0);
    for (size_t k = 0; k < t->c.n; k++) {
        sums[2 * t->c.phase[k]] += (double)t->c.size[k] * (double)t->c.size[k];
        sums[2 * t->c.phase[k] + 1] += (double)t->c.size[k];
    }
    for (size_t p = 0; p < v->n_phases; p++)
        cupel_quantities_add(q, "mean cluster size", cupel_length_unit(v, v->dim), cupel_of_phase(p),
                             sums[2 * p] / sums[2 * p + 1] * cupel_voxel_volume(v));
    cupel_free(sums);
    return CUPEL_OK;
}

static void release(counter *t)
{
    for (size_t w = 0; t->sum && w < t->job->threads; w++) cupel_free(t->sum[w]);
    cupel_free(t->sum);
    cupel_free(t->radius);
    cupel_free(t->pairs);
    cupel_free(t->first);
    cupel_free(t->run);
    cupel_free(t->row);
    cupel_free(t->part);
    cupel_components_release(&t->c);
}

static cupel_status compute(const cupel_voxels *v, const double *value, const cupel_job *job, cupel_quantities *q, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    int connectivity = 0;
    counter t = {.job = job, .n_phases = v->n_phases};
    CUPEL_TRY(cupel_connectivity_read(value[0], v->dim, "cluster", &connectivity, err));
    CUPEL_TRY(cupel_components_find(v, connectivity, v->periodic, job, &t.c, err));
    CUPEL_TRY(add_mean_size(&t, v, q, err));
    if (v->n_phases > PHASES_MAX) {
        cupel_quantities_add_none(q, "C2", "", CUPEL_OF_WHOLE, "more than 64 phases: these are grains");
        goto done;
    }
    lay_out(&t);
    t.radius = cupel_alloc(t.n_sums, sizeof *t.radius);
    t.pairs = cupel_alloc(t.n_sums, sizeof *t.pairs);
    t.sum = cupel_alloc(job->threads, sizeof *t.sum);
    if (!t.radius || !t.pairs || !t.sum) CUPEL_TRY(cupel_no_memory(err, "a cluster function", 0));
    for (size_t w = 0; w < job->threads; w++) {
        t.sum[w] = cupel_alloc(cupel_mul(v->n_phases, t.n_sums), sizeof **t.sum);
        if (!t.sum[w]) CUPEL_TRY(cupel_no_memory(err, "a cluster function", 0));
    }
    count_all(&t);
    CUPEL_TRY(list_runs(&t, err));
    CUPEL_TRY(count_clusters(&t, err));
    CUPEL_TRY(add(&t, v, q, err));
done:
    release(&t);
    return st;
}

static const cupel_reference references[] = {
    {"10.1063/1.454440",
     "Torquato, Beasley, Chiew: Two-point cluster function for continuum percolation. Journal of Chemical Physics 88, 6540 (1988)"},
    {"10.1073/pnas.0905919106", "Jiao, Stillinger, Torquato: A superior descriptor of random textures and its predictive capacity. Proceedings of "
                                "the National Academy of Sciences 106, 17634 (2009)"},
    {NULL, NULL}};

static const cupel_param params[] = {
    {"connectivity", "", 6, 4, 26, "voxels are joined through faces (6; an image: 4), also edges (18), also corners (26; an image: 8)"}, {0}};

const cupel_volume_descriptor cupel_volume_descriptor_cluster = {
    .method = {.name = "cluster", .kind = "descriptor", .scale = "microstructure", .maturity = "stable", .input = "volume of labels",
               .help = "two-point cluster functions: how likely two points at a distance are in the same cluster of a phase",
               .output = "per phase: mean cluster size (of the cluster that a voxel of the phase is in) [m^3, or voxels]; curves C2 of the phase, "
                         "the radial mean and along each axis, at the lags of two_point; C2 = S2 where the phase is one cluster. Exact counts of all "
                         "pairs",
               .references = references, .params = params},
    .compute = compute};
