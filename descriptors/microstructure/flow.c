#include "descriptors/microstructure/flow.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"
#include "core/sys/par.h"
#include "descriptors/microstructure/kernels/flow.h"

#include <math.h>

enum { LEVELS = 32, FEW_CELLS = 512, SWEEPS = 16, SMALL = 32768, WINDOW = 4 };

static const float OMEGA = 0.85F; /* of Jacobi's smoothing */
static const double ROUNDING = 1e-6;
static const double CAUTION = 3; /* the slowest ratio seen is not the slowest to come: of the electrode of TauFactor up to 2 times as much was left */

/* Rows and planes have one closed cell behind them, which is also the one before the next: neighbours need no test. */
typedef struct level {
    size_t n[3], pairs[3];    /* pairs[a]: 2 where the next level halves axis a, else 1 */
    size_t base, size;        /* where the first cell is; floats of an array */
    cupel_flow_links links;
    float *own[3];            /* links of coarse levels */
    float *end;               /* conductance to the ends of the box; NULL on the finest level */
    float *inverse, *r, *z, *y;
} level;

typedef struct flow {
    const cupel_job *job;
    size_t axis, n_levels;
    level level[LEVELS];
    float *p;
    float *row;      /* [threads][2 row] scratch */
    double *sum;     /* [planes] */
    const uint8_t *open;
    size_t at;       /* the level that the passes work on */
    float alpha, beta;
} flow;

static size_t cell(const level *l, size_t i, size_t j, size_t k) { return l->base + i * l->links.step[0] + j * l->links.step[1] + k; }

static float *scratch(const flow *f, size_t worker) { return f->row + worker * 2 * (f->level[0].n[2] + 1); }

/* ---- levels ---- */

static cupel_status level_new(level *l, bool finest, cupel_err *err)
{
    const size_t pitch = l->n[2] + 1, plane = (l->n[1] + 1) * pitch;
    l->links.step[0] = plane, l->links.step[1] = pitch, l->links.step[2] = 1;
    l->base = plane + pitch + 1;
    l->size = (l->n[0] + 2) * plane + pitch + 1;
    l->inverse = cupel_alloc_aligned(l->size, sizeof(float));
    l->r = cupel_alloc_aligned(l->size, sizeof(float));
    l->z = cupel_alloc_aligned(l->size, sizeof(float));
    l->y = cupel_alloc_aligned(l->size, sizeof(float));
    bool there = l->inverse && l->r && l->z && l->y;
    if (!finest) {
        l->end = cupel_alloc_aligned(l->size, sizeof(float));
        there &= l->end != NULL;
        for (int a = 0; a < 3; a++) {
            l->own[a] = cupel_alloc_aligned(l->size, sizeof(float));
            l->links.link[a] = l->own[a];
            there &= l->own[a] != NULL;
        }
    }
    return there ? CUPEL_OK : cupel_no_memory(err, "a tortuosity", l->size * sizeof(float) * (finest ? 4 : 8));
}

static void level_release(level *l)
{
    for (int a = 0; a < 3; a++) cupel_free(l->own[a]);
    cupel_free(l->end);
    cupel_free(l->inverse);
    cupel_free(l->r);
    cupel_free(l->z);
    cupel_free(l->y);
}

static double link_of(const level *l, size_t a, size_t at)
{
    if (l->links.link[a]) return (double)l->links.link[a][at];
    return l->inverse[at] > 0 && l->inverse[at + l->links.step[a]] > 0 ? (double)l->links.weight[a] : 0;
}

static double end_of(const flow *f, const level *l, size_t at, size_t along)
{
    if (l->end) return (double)l->end[at];
    return l->inverse[at] > 0 ? 2 * (double)l->links.weight[f->axis] * ((along == 0) + (along + 1 == l->n[f->axis])) : 0;
}

/* The finest level: first where it is open, then 1 / (sum of links). */
static cupel_status open_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    flow *f = user;
    const level *l = &f->level[0];
    (void)worker, (void)err;
    for (size_t j = 0; j < l->n[1]; j++)
        for (size_t k = 0; k < l->n[2]; k++) l->inverse[cell(l, i, j, k)] = f->open[(i * l->n[1] + j) * l->n[2] + k] ? 1 : 0;
    return CUPEL_OK;
}

/* Twice the energy of the linear profile, and where it does not balance: into r. inverse is only looked at for being open. */
static cupel_status start_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    flow *f = user;
    const level *l = &f->level[0];
    const size_t step = l->links.step[f->axis], n = l->n[f->axis];
    const double w = (double)l->links.weight[f->axis] / (double)n;
    double energy = 0;
    (void)worker, (void)err;
    for (size_t j = 0; j < l->n[1]; j++)
        for (size_t k = 0; k < l->n[2]; k++) {
            const size_t at = cell(l, i, j, k), along = (const size_t[3]){i, j, k}[f->axis];
            if (!(l->inverse[at] > 0)) continue;
            const bool before = along == 0 || l->inverse[at - step] > 0, after = along + 1 == n || l->inverse[at + step] > 0;
            l->r[at] = (float)(w * ((double)after - (double)before));
            energy += w / (double)n * (0.5 * before + 0.5 * after); /* half a link each; an end is a link of half the length with half the drop */
        }
    f->sum[i] = energy;
    return CUPEL_OK;
}

static cupel_status diagonal_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    flow *f = user;
    const level *l = &f->level[f->at];
    (void)worker, (void)err;
    for (size_t j = 0; j < l->n[1]; j++)
        for (size_t k = 0; k < l->n[2]; k++) {
            const size_t at = cell(l, i, j, k);
            double sum = end_of(f, l, at, (const size_t[3]){i, j, k}[f->axis]);
            for (size_t a = 0; a < 3; a++) sum += link_of(l, a, at) + link_of(l, a, at - l->links.step[a]);
            l->y[at] = (float)sum; /* inverse is still read around */
        }
    return CUPEL_OK;
}

static cupel_status invert_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    flow *f = user;
    const level *l = &f->level[f->at];
    (void)worker, (void)err;
    for (size_t j = 0; j < l->n[1]; j++)
        for (size_t k = 0; k < l->n[2]; k++) {
            const size_t at = cell(l, i, j, k);
            l->inverse[at] = l->y[at] > 0 ? 1 / l->y[at] : 0;
            l->y[at] = 0;
        }
    return CUPEL_OK;
}

/* Plane i of level at + 1 from the planes of level at. */
static cupel_status coarsen_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    flow *f = user;
    const level *l = &f->level[f->at], *c = &f->level[f->at + 1];
    (void)worker, (void)err;
    for (size_t x = i * l->pairs[0]; x < (i + 1) * l->pairs[0] && x < l->n[0]; x++)
        for (size_t y = 0; y < l->n[1]; y++)
            for (size_t z = 0; z < l->n[2]; z++) {
                const size_t here[3] = {x, y, z}, at = cell(l, x, y, z), to = cell(c, i, y / l->pairs[1], z / l->pairs[2]);
                c->end[to] += (float)(end_of(f, l, at, here[f->axis]) / (double)l->pairs[f->axis]);
                for (size_t a = 0; a < 3; a++)
                    if (here[a] % l->pairs[a] + 1 == l->pairs[a]) c->own[a][to] += (float)(link_of(l, a, at) / (double)l->pairs[a]);
            }
    return CUPEL_OK;
}

static size_t threads_for(const flow *f, const level *l) { return l->n[0] * l->n[1] * l->n[2] < SMALL ? 1 : f->job->threads; }

/* Which axes to halve: not those whose links are much weaker than others (voxels that are flat, or axes that are used up). */
static bool choose_pairs(level *l)
{
    double strongest = 0;
    for (int a = 0; a < 3; a++)
        if (l->n[a] > 1) strongest = fmax(strongest, (double)l->links.weight[a]);
    for (int a = 0; a < 3; a++) l->pairs[a] = l->n[a] > 1 && 3 * (double)l->links.weight[a] >= strongest ? 2 : 1;
    return l->n[0] * l->n[1] * l->n[2] > FEW_CELLS;
}

/* The nominal weights are carried along: area over length. */
static void shape_next(const level *l, level *c)
{
    for (int a = 0; a < 3; a++) {
        float weight = l->links.weight[a];
        for (int b = 0; b < 3; b++) weight *= l->pairs[b] == 1 ? 1.0F : a == b ? 0.5F : 2.0F;
        c->links.weight[a] = weight;
        c->n[a] = (l->n[a] + l->pairs[a] - 1) / l->pairs[a];
    }
}

static cupel_status finish_level(flow *f, cupel_err *err)
{
    const level *l = &f->level[f->at];
    cupel_status st = cupel_par_for(threads_for(f, l), l->n[0], diagonal_plane, f, err);
    return st == CUPEL_OK ? cupel_par_for(threads_for(f, l), l->n[0], invert_plane, f, err) : st;
}

static cupel_status build(flow *f, const cupel_grid *g, double *energy, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    level *l = &f->level[0];
    const double volume = g->size[0] * g->size[1] * g->size[2], along = g->size[f->axis];
    for (size_t a = 0; a < 3; a++) {
        l->n[a] = g->n[a];
        /* area / length, that along the axis being 1 */
        l->links.weight[a] = (float)(volume / (g->size[a] * g->size[a]) / (volume / (along * along)));
    }
    CUPEL_TRY(level_new(l, true, err));
    CUPEL_TRY(cupel_par_for(f->job->threads, l->n[0], open_plane, f, err));
    CUPEL_TRY(cupel_par_for(f->job->threads, l->n[0], start_plane, f, err));
    *energy = 0;
    for (size_t i = 0; i < l->n[0]; i++) *energy += f->sum[i];
    for (f->n_levels = 1; f->n_levels < LEVELS && choose_pairs(&f->level[f->n_levels - 1]); f->n_levels++) {
        const size_t at = f->n_levels - 1;
        shape_next(&f->level[at], &f->level[at + 1]);
        CUPEL_TRY(level_new(&f->level[at + 1], false, err));
        f->at = at;
        CUPEL_TRY(cupel_par_for(threads_for(f, &f->level[at]), f->level[at + 1].n[0], coarsen_plane, f, err));
        CUPEL_TRY(finish_level(f, err)); /* after coarsening, which asks what is open */
    }
    f->at = f->n_levels - 1;
    CUPEL_TRY(finish_level(f, err));
done:
    return st;
}

/* ---- passes over the planes of a level ---- */

static cupel_status begin_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    const flow *f = user;
    const level *l = &f->level[f->at];
    (void)worker, (void)err;
    for (size_t j = 0; j < l->n[1]; j++) {
        const size_t at = cell(l, i, j, 0);
        if (f->at == 0)
            cupel_flow_descend(f->alpha, OMEGA, l->y + at, l->inverse + at, l->n[2], l->r + at, l->z + at);
        else
            cupel_flow_begin(OMEGA, l->r + at, l->inverse + at, l->n[2], l->z + at);
    }
    return CUPEL_OK;
}

static cupel_status gather_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    const flow *f = user;
    const level *l = &f->level[f->at], *c = &f->level[f->at + 1];
    float *sum = scratch(f, worker), *left = sum + l->n[2];
    (void)err;
    for (size_t j = 0; j < c->n[1]; j++) {
        float *to = c->r + cell(c, i, j, 0);
        for (size_t k = 0; k < c->n[2]; k++) to[k] = 0;
        for (size_t x = i * l->pairs[0]; x < (i + 1) * l->pairs[0] && x < l->n[0]; x++)
            for (size_t y = j * l->pairs[1]; y < (j + 1) * l->pairs[1] && y < l->n[1]; y++) {
                const size_t at = cell(l, x, y, 0);
                cupel_flow_neighbours(&l->links, l->z, at, l->n[2], sum);
                cupel_flow_left(OMEGA, l->r + at, l->inverse + at, sum, l->n[2], left);
                cupel_flow_gather(left, l->n[2], l->pairs[2] == 2, to);
            }
    }
    return CUPEL_OK;
}

static cupel_status correct_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    const flow *f = user;
    const level *l = &f->level[f->at], *c = &f->level[f->at + 1];
    (void)worker, (void)err;
    for (size_t j = 0; j < l->n[1]; j++) {
        const size_t at = cell(l, i, j, 0);
        cupel_flow_correct(c->y + cell(c, i / l->pairs[0], j / l->pairs[1], 0), l->inverse + at, l->n[2], l->pairs[2] == 2, l->z + at);
    }
    return CUPEL_OK;
}

static cupel_status smooth_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    flow *f = user;
    const level *l = &f->level[f->at];
    float *sum = scratch(f, worker);
    double dot = 0;
    (void)err;
    for (size_t j = 0; j < l->n[1]; j++) {
        const size_t at = cell(l, i, j, 0);
        cupel_flow_neighbours(&l->links, l->z, at, l->n[2], sum);
        dot += cupel_flow_smooth(OMEGA, l->r + at, l->z + at, l->inverse + at, sum, l->n[2], l->y + at);
    }
    f->sum[i] = dot;
    return CUPEL_OK;
}

static cupel_status turn_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    const flow *f = user;
    const level *l = &f->level[0];
    (void)worker, (void)err;
    for (size_t j = 0; j < l->n[1]; j++) cupel_flow_turn(f->beta, l->y + cell(l, i, j, 0), l->n[2], f->p + cell(l, i, j, 0));
    return CUPEL_OK;
}

/* q takes the place of y. */
static cupel_status apply_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    flow *f = user;
    const level *l = &f->level[0];
    float *sum = scratch(f, worker);
    double dot = 0;
    (void)err;
    for (size_t j = 0; j < l->n[1]; j++) {
        const size_t at = cell(l, i, j, 0);
        cupel_flow_neighbours(&l->links, f->p, at, l->n[2], sum);
        dot += cupel_flow_apply(f->p + at, l->inverse + at, sum, l->n[2], l->y + at);
    }
    f->sum[i] = dot;
    return CUPEL_OK;
}

static cupel_status pass(flow *f, size_t at, size_t planes, cupel_par_fn fn, cupel_err *err)
{
    f->at = at;
    return cupel_par_for(threads_for(f, &f->level[at]), planes, fn, f, err);
}

static double total(const flow *f)
{
    double s = 0;
    for (size_t i = 0; i < f->level[0].n[0]; i++) s += f->sum[i];
    return s;
}

/* ---- the preconditioner ---- */

/* y = A^-1 r, nearly: sweeps of Gauss and Seidel, there and back, so that it is symmetric. */
static void coarsest(flow *f)
{
    const level *l = &f->level[f->n_levels - 1];
    const size_t cells = l->n[0] * l->n[1] * l->n[2], *s = l->links.step;
    for (size_t c = 0; c < cells; c++) l->y[cell(l, c / (l->n[1] * l->n[2]), c / l->n[2] % l->n[1], c % l->n[2])] = 0;
    for (size_t sweep = 0; sweep < SWEEPS; sweep++)
        for (size_t t = 0; t < 2 * cells; t++) {
            const size_t c = t < cells ? t : 2 * cells - 1 - t, at = cell(l, c / (l->n[1] * l->n[2]), c / l->n[2] % l->n[1], c % l->n[2]);
            double sum = (double)l->r[at];
            for (size_t a = 0; a < 3; a++)
                sum += link_of(l, a, at) * (double)l->y[at + s[a]] + link_of(l, a, at - s[a]) * (double)l->y[at - s[a]];
            l->y[at] = (float)(sum * (double)l->inverse[at]);
        }
}

/* One V-cycle on r of the finest level, which takes alpha q off it first; y is the answer. */
static cupel_status cycle(flow *f, double *r_dot_y, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t last = f->n_levels - 1;
    if (last == 0) CUPEL_TRY(pass(f, 0, f->level[0].n[0], begin_plane, err));
    for (size_t l = 0; l < last; l++) {
        CUPEL_TRY(pass(f, l, f->level[l].n[0], begin_plane, err));
        CUPEL_TRY(pass(f, l, f->level[l + 1].n[0], gather_plane, err));
    }
    coarsest(f);
    for (size_t l = last; l-- > 0;) {
        CUPEL_TRY(pass(f, l, f->level[l].n[0], correct_plane, err));
        CUPEL_TRY(pass(f, l, f->level[l].n[0], smooth_plane, err));
    }
    *r_dot_y = 0;
    if (last) {
        *r_dot_y = total(f);
    } else {
        const level *l = &f->level[0];
        for (size_t i = 0; i < l->size; i++) *r_dot_y += (double)l->r[i] * (double)l->y[i];
    }
done:
    return st;
}

/* ---- conjugate gradients ---- */

/* What the energy has still to lose, from what it lost in the last steps: a geometric series with the slowest ratio seen. */
static double still(const double *lost, size_t n)
{
    double ratio = 0;
    if (n < WINDOW) return INFINITY;
    for (size_t i = n - WINDOW + 1; i < n; i++) ratio = fmax(ratio, lost[i] / lost[i - 1]);
    ratio = fmax(ratio, pow(lost[n - 1] / lost[n - WINDOW], 1.0 / (WINDOW - 1)));
    return ratio < 0.98 ? CAUTION * lost[n - 1] * ratio / (1 - ratio) : INFINITY;
}

static cupel_status iterate(flow *f, double energy, double accuracy, size_t max_iterations, cupel_flow *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t planes = f->level[0].n[0];
    double before = 0, now = 0;
    double *lost = cupel_alloc(max_iterations, sizeof *lost);
    if (!lost) CUPEL_TRY(cupel_no_memory(err, "a tortuosity", 0));
    f->alpha = 0;
    CUPEL_TRY(cycle(f, &now, err));
    for (size_t n = 0;; n++) {
        const double tail = now > 0 ? still(lost, n) : 0;
        out->error = tail / energy + ROUNDING;
        out->iterations = n;
        out->conductivity = energy;
        if (tail <= accuracy * energy) break;
        if (n == max_iterations)
            CUPEL_TRY(cupel_fail(err, CUPEL_FAILED, "the flow through a phase is not known to %g after %zu iterations", accuracy, n));
        if (cupel_stopped(f->job)) CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "stopped while solving for the tortuosity"));
        f->beta = before > 0 ? (float)(now / before) : 0;
        CUPEL_TRY(pass(f, 0, planes, turn_plane, err));
        CUPEL_TRY(pass(f, 0, planes, apply_plane, err));
        const double curvature = total(f);
        f->alpha = (float)(now / curvature);
        lost[n] = (double)f->alpha * now;
        energy -= lost[n];
        before = now;
        CUPEL_TRY(cycle(f, &now, err));
    }
done:
    cupel_free(lost);
    return st;
}

cupel_status cupel_flow_solve(const cupel_grid *g, size_t axis, const uint8_t *open, double accuracy, size_t max_iterations, const cupel_job *job,
                              cupel_flow *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double energy = 0;
    const size_t count = g->n[0] * g->n[1] * g->n[2];
    flow *f = cupel_alloc(1, sizeof *f);
    if (!f) CUPEL_TRY(cupel_no_memory(err, "a tortuosity", 0));
    CUPEL_TRY(cupel_memory_check(cupel_mul(count, 26), "a tortuosity", err));
    f->job = job, f->axis = axis, f->open = open;
    f->sum = cupel_alloc(g->n[0], sizeof *f->sum);
    f->row = cupel_alloc_aligned(cupel_mul(job->threads, 2 * (g->n[2] + 1)), sizeof *f->row);
    if (!f->sum || !f->row) CUPEL_TRY(cupel_no_memory(err, "a tortuosity", 0));
    CUPEL_TRY(build(f, g, &energy, err));
    f->p = cupel_alloc_aligned(f->level[0].size, sizeof *f->p);
    if (!f->p) CUPEL_TRY(cupel_no_memory(err, "a tortuosity", f->level[0].size * sizeof *f->p));
    CUPEL_TRY(iterate(f, energy, accuracy, max_iterations, out, err));
    /* all cross-sections alike have the conductance area / length */
    out->conductivity *= (double)g->n[axis] / ((double)count / (double)g->n[axis]);
done:
    for (size_t l = 0; f && l < LEVELS; l++) level_release(&f->level[l]);
    if (f) {
        cupel_free(f->sum);
        cupel_free(f->row);
        cupel_free(f->p);
    }
    cupel_free(f);
    return st;
}
