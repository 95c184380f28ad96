#include "models/reconstruct/lineal.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/par.h"
#include "models/reconstruct/kernels/reconstruct.h"

#include <string.h>

/* An item of work is all the lines along one axis that share the first index (along axis 0 the second): 16 lines at a time, side by side. */

enum { LANES = CUPEL_PATH_LANES };

struct cupel_lineal {
    const cupel_reconstruct_target *t;
    const cupel_job *job;
    const cupel_reconstruct_kernels *kernel;
    size_t pitch, most;        /* most: the longest path in steps, of any axis */
    double below[2];           /* sum of squares of the target of a phase */
    size_t workers, each;      /* floats of scratch */
    float *scratch;
    double *sum;               /* [items][2][most + 1], then [3][2][most + 1] totals */
    size_t items;              /* of the axis that has most */
    float *slope;              /* [2][most + 1] */
};

typedef struct sweep {
    const cupel_lineal *l;
    int axis;
    const float *x;
    float *g;                  /* NULL: sums only */
    bool first;                /* g is written, not added to */
} sweep;

static size_t items_of(const cupel_lineal *l, int axis) { return axis == 0 ? l->t->n[1] : l->t->n[0]; }

void cupel_lineal_free(cupel_lineal *l)
{
    if (!l) return;
    cupel_free(l->scratch);
    cupel_free(l->sum);
    cupel_free(l->slope);
    cupel_free(l);
}

cupel_status cupel_lineal_new(const cupel_reconstruct_target *t, size_t pitch, const cupel_job *job, cupel_lineal **out, cupel_err *err)
{
    *out = NULL;
    cupel_lineal *l = cupel_alloc(1, sizeof *l);
    if (!l) return cupel_no_memory(err, "lineal paths", 0);
    *l = (cupel_lineal){.t = t, .job = job, .kernel = cupel_reconstruct_kernels_of(job->isa), .pitch = pitch, .workers = job->threads};
    for (int a = 0; a < 3; a++) {
        const size_t last = t->path_last[a], rows = t->n[a] + last;
        if (last > l->most) l->most = last;
        if (items_of(l, a) > l->items) l->items = items_of(l, a);
        if (last && (last + 1) * t->n[a] + 3 * rows > l->each) l->each = (last + 1) * t->n[a] + 3 * rows;
        for (int p = 0; p < 2 && last; p++)
            for (size_t k = 0; k <= last; k++) l->below[p] += t->path[p][a][k] * t->path[p][a][k];
    }
    l->each *= LANES;
    if (l->workers > l->items) l->workers = l->items;
    l->scratch = cupel_alloc_aligned(cupel_mul(l->workers, l->each), sizeof *l->scratch);
    l->sum = cupel_alloc(cupel_mul(l->items + 3, 2 * (l->most + 1)), sizeof *l->sum);
    l->slope = cupel_alloc(2 * (l->most + 1), sizeof *l->slope);
    if (!l->scratch || !l->sum || !l->slope) {
        cupel_lineal_free(l);
        return cupel_no_memory(err, "lineal paths", 0);
    }
    *out = l;
    return CUPEL_OK;
}

/* Where lane 0 of a bundle begins, how far its lanes and its voxels are apart, and how many lanes there are. */
typedef struct bundle {
    size_t from, lane, voxel, lanes;
} bundle;

static size_t bundles_of(const cupel_lineal *l, int axis)
{
    const size_t across = axis == 2 ? l->t->n[1] : l->t->n[2];
    return (across + LANES - 1) / LANES;
}

static bundle bundle_of(const cupel_lineal *l, int axis, size_t item, size_t b)
{
    const size_t plane = l->t->n[1] * l->pitch, across = axis == 2 ? l->t->n[1] : l->t->n[2], left = across - b * LANES;
    const size_t lanes = left < LANES ? left : LANES;
    if (axis == 2) return (bundle){item * plane + b * LANES * l->pitch, l->pitch, 1, lanes};
    if (axis == 1) return (bundle){item * plane + b * LANES, 1, l->pitch, lanes};
    return (bundle){item * l->pitch + b * LANES, 1, plane, lanes};
}

/* rows [n + last][16] of x, or of 1 - x. Lanes that are not there hold 0. */
static void gather(const bundle *b, const float *x, size_t n, size_t last, bool other, float *rows)
{
    if (b->lane == 1 && b->lanes == LANES) {
        for (size_t i = 0; i < n; i++) memcpy(rows + i * LANES, x + b->from + i * b->voxel, LANES * sizeof *rows);
    } else {
        memset(rows, 0, n * LANES * sizeof *rows);
        for (size_t v = 0; v < b->lanes; v++)
            for (size_t i = 0; i < n; i++) rows[i * LANES + v] = x[b->from + i * b->voxel + v * b->lane];
    }
    for (size_t i = 0; i < n * LANES && other; i++) rows[i] = 1 - rows[i];
    for (size_t v = b->lanes; v < LANES && other; v++)
        for (size_t i = 0; i < n; i++) rows[i * LANES + v] = 0;
    for (size_t i = n; i < n + last; i++) memcpy(rows + i * LANES, rows + (i - n) * LANES, LANES * sizeof *rows);
}

/* The rows past the end belong to the first ones. */
static void scatter(const bundle *b, float *rows, size_t n, size_t last, bool other, bool first, float *g)
{
    for (size_t i = n; i < n + last; i++)
        for (size_t v = 0; v < LANES; v++) rows[(i - n) * LANES + v] += rows[i * LANES + v];
    for (size_t i = 0; i < n; i++)
        for (size_t v = 0; v < b->lanes; v++) {
            float *to = g + b->from + i * b->voxel + v * b->lane;
            const float one = other ? -rows[i * LANES + v] : rows[i * LANES + v];
            *to = first ? one : *to + one;
        }
}

static cupel_status do_item(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)err;
    const sweep *s = user;
    const cupel_lineal *l = s->l;
    const size_t n = l->t->n[s->axis], last = l->t->path_last[s->axis], wide = l->most + 1;
    float *rows = l->scratch + worker * l->each, *slopes = rows + (n + last) * LANES, *work = slopes + (n + last) * LANES;
    float *history = work + n * LANES;
    double *sum = l->sum + item * 2 * wide, one[2048];
    if (!s->g) memset(sum, 0, 2 * wide * sizeof *sum);
    for (size_t b = 0; b < bundles_of(l, s->axis); b++) {
        const bundle at = bundle_of(l, s->axis, item, b);
        for (int p = 0; p < 2; p++) {
            gather(&at, s->x, n, last, p == 1, rows);
            const size_t steps = l->kernel->path(n, last, rows, history, one);
            for (size_t k = 0; k <= last && !s->g; k++) sum[(size_t)p * wide + k] += one[k];
            if (!s->g) continue;
            l->kernel->path_back(n, steps, rows, history, l->slope + (size_t)p * wide, work, slopes);
            scatter(&at, slopes, n, steps ? steps - 1 : 0, p == 1, s->first && p == 0, s->g);
        }
    }
    return CUPEL_OK;
}

static double *totals_of(const cupel_lineal *l, int axis) { return l->sum + (l->items + (size_t)axis) * 2 * (l->most + 1); }

/* L of both phases along one axis into its totals. */
static cupel_status measure(cupel_lineal *l, int axis, const float *x, cupel_err *err)
{
    const size_t wide = 2 * (l->most + 1), items = items_of(l, axis);
    const double voxels = (double)(l->t->n[0] * l->t->n[1] * l->t->n[2]);
    double *total = totals_of(l, axis);
    sweep s = {.l = l, .axis = axis, .x = x};
    const cupel_status st = cupel_par_for(l->workers, items, do_item, &s, err);
    memset(total, 0, wide * sizeof *total);
    for (size_t i = 0; i < items; i++)
        for (size_t k = 0; k < wide; k++) total[k] += l->sum[i * wide + k];
    for (size_t k = 0; k < wide; k++) total[k] /= voxels;
    return st;
}

cupel_status cupel_lineal_misfit(cupel_lineal *l, const float *x, double f, double *misfit, float *g, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t wide = l->most + 1;
    const double voxels = (double)(l->t->n[0] * l->t->n[1] * l->t->n[2]);
    double sum = 0;
    bool first = true;
    for (int a = 0; a < 3; a++) {
        if (!l->t->path_last[a]) continue;
        CUPEL_TRY(measure(l, a, x, err));
        const double *total = totals_of(l, a);
        for (size_t p = 0; p < 2; p++)
            for (size_t k = 0; k <= l->t->path_last[a]; k++) {
                const double d = total[p * wide + k] - l->t->path[p][a][k], share = l->below[p] > 0 ? 0.5 / l->below[p] : 0;
                sum += share * d * d;
                l->slope[p * wide + k] = (float)(f * 2 * share * d / voxels);
            }
        if (!g) continue;
        sweep s = {.l = l, .axis = a, .x = x, .g = g, .first = first};
        CUPEL_TRY(cupel_par_for(l->workers, items_of(l, a), do_item, &s, err));
        first = false;
    }
    *misfit = sum;
done:
    return st;
}
