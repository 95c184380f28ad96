/* One iteration is three passes over memory: flux of the direction and its divergence, plane by plane, and at once the transform of the plane;
 * columns across the planes, with the residual, the preconditioner and <r, z>; back in planes to the next direction. The residual lives in Fourier
 * space, where it is needed. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"
#include "core/sys/par.h"
#include "models/homogenize/solver_parts.h"

#include <math.h>
#include <string.h>

enum {
    SLAB = 16,                        /* planes of an item of the flux pass: the one before them is computed twice */
    SUMS = 8,                         /* per item: work and mean fluxes, or <r, z> */
    SMALL = 1 << 14                   /* voxels per thread below which a thread costs more than it gives */
};

static size_t round_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

/* Rows of the flux pass: two lines, fluxes now and before, coefficients; and what the plane below leaves for the nodes of the next. */
static size_t flux_scratch(const cupel_cell *c)
{
    const size_t row = cupel_cell_row(c);
    return (6 * c->fields + 2 * c->fluxes + 4 + c->fields * c->n[1]) * row + round_up(c->n[2], 16) + 16;
}

/* The flux pass and the transforms of planes take turns within an item; so do transforms and the plane they make. */
static size_t transform_scratch(const cupel_cell *c, const cupel_fft *f) { return round_up(cupel_fft_scratch(f, c->fields), 16); }

static size_t worker_scratch(const cupel_cell *c, const cupel_fft *f)
{
    const size_t flux = flux_scratch(c), plane = c->n[1] * cupel_fft_pitch(f);
    return transform_scratch(c, f) + round_up(flux > plane ? flux : plane, 16);
}

static size_t threads_for(const cupel_cell *c, size_t threads)
{
    const size_t useful = c->voxels / SMALL + 1;
    return threads < useful ? threads : useful;
}

static bool make_fields(cupel_iteration *it)
{
    for (size_t c = 0; c < it->cell->fields; c++) {
        it->p[c] = cupel_alloc_aligned(it->size, sizeof **it->p);
        it->z[c] = cupel_alloc_aligned(it->size, sizeof **it->z);
        if (!it->p[c] || !it->z[c]) return false;
    }
    it->r = cupel_alloc_aligned(it->cell->fields * it->cell->n[0] * it->cell->n[1] * (it->cell->n[2] / 2 + 1) * 2, sizeof *it->r);
    return it->r != NULL;
}

/* 2 sin(a / 2) and cos(a / 2), a = 2 pi i / n; exact zeros, which is how the modes without energy are known. */
static void half_angle(size_t i, size_t n, double *sine, double *cosine)
{
    const double half = 3.14159265358979323846 * (double)i / (double)n;
    *sine = i == 0 ? 0 : 2 * sin(half);
    *cosine = 2 * i == n ? 0 : cos(half);
}

static bool make_tables(cupel_iteration *it)
{
    const cupel_cell *c = it->cell;
    const size_t half = c->n[2] / 2 + 1;
    it->cosine = cupel_alloc_aligned(2 * half, sizeof *it->cosine);
    it->sine = cupel_alloc_aligned(2 * half, sizeof *it->sine);
    it->weight = cupel_alloc_aligned(2 * half, sizeof *it->weight);
    for (int a = 0; a < 2; a++) {
        it->half_sin[a] = cupel_alloc(c->n[a], sizeof **it->half_sin);
        it->half_cos[a] = cupel_alloc(c->n[a], sizeof **it->half_cos);
        if (!it->half_sin[a] || !it->half_cos[a]) return false;
        for (size_t i = 0; i < c->n[a]; i++) half_angle(i, c->n[a], &it->half_sin[a][i], &it->half_cos[a][i]);
    }
    if (!it->cosine || !it->sine || !it->weight) return false;
    for (size_t k = 0; k < half; k++) {
        double s, co;
        half_angle(k, c->n[2], &s, &co);
        it->sine[2 * k] = it->sine[2 * k + 1] = (float)(s * 4 * c->scale[2]);
        it->cosine[2 * k] = it->cosine[2 * k + 1] = (float)co;
        it->weight[2 * k] = it->weight[2 * k + 1] = k == 0 || 2 * k == c->n[2] ? 1 : 2;
    }
    return true;
}

cupel_status cupel_iteration_init(const cupel_cell *c, const cupel_job *job, cupel_iteration *it, cupel_err *err)
{
    *it = (cupel_iteration){.cell = c, .k = cupel_solve_kernels_of(job->isa), .job = job, .threads = threads_for(c, job->threads)};
    cupel_status st = cupel_fft_new(c->n, &it->fft, err);
    if (st != CUPEL_OK) return st;
    it->pitch = cupel_fft_pitch(it->fft);
    it->plane = c->n[1] * it->pitch;
    it->size = cupel_fft_size(it->fft);
    it->each = worker_scratch(c, it->fft);
    const size_t items = c->n[0] > cupel_fft_blocks(it->fft) ? c->n[0] : cupel_fft_blocks(it->fft);
    const uint64_t bytes = cupel_mul(cupel_mul(it->size, 3 * c->fields) + it->threads * it->each, sizeof(float));
    CUPEL_TRY(cupel_memory_check(bytes, "the fields of the solver", err));
    it->sums = cupel_alloc_aligned(cupel_mul(items, SUMS), sizeof *it->sums);
    it->scratch = cupel_alloc_aligned(cupel_mul(it->threads, it->each), sizeof *it->scratch);
    if (it->sums && it->scratch && make_fields(it) && make_tables(it)) return CUPEL_OK;
    st = cupel_no_memory(err, "the fields of the solver", bytes);
done:
    cupel_iteration_release(it);
    return st;
}

void cupel_iteration_release(cupel_iteration *it)
{
    for (size_t c = 0; c < 3; c++) {
        cupel_free(it->p[c]);
        cupel_free(it->z[c]);
    }
    for (int a = 0; a < 2; a++) {
        cupel_free(it->half_sin[a]);
        cupel_free(it->half_cos[a]);
    }
    cupel_free(it->r);
    cupel_free(it->cosine);
    cupel_free(it->sine);
    cupel_free(it->weight);
    cupel_free(it->sums);
    cupel_free(it->scratch);
    cupel_fft_free(it->fft);
    *it = (cupel_iteration){0};
}

/* ---- Fluxes and their divergence ---- */

typedef struct flux_pass {
    cupel_iteration *it;
    float mean[6], scale[3];
    cupel_pass_source source;
} flux_pass;

/* What a worker has at hand; see flux_scratch. */
typedef struct bench {
    size_t row;
    float *transform, *lo, *hi, *now, *before, *coefficients, *unused, *upper;
    uint32_t *at;
} bench;

static bench bench_of(const cupel_iteration *it, size_t worker)
{
    const cupel_cell *c = it->cell;
    bench b = {.row = cupel_cell_row(c)};
    b.transform = it->scratch + worker * it->each;
    b.lo = b.transform + transform_scratch(c, it->fft);
    b.hi = b.lo + 3 * c->fields * b.row;
    b.now = b.hi + (3 * c->fields + 1) * b.row; /* a row's first has one before it */
    b.before = b.now + c->fluxes * b.row;
    b.coefficients = b.before + c->fluxes * b.row;
    b.unused = b.coefficients + 2 * b.row;
    b.upper = b.unused + b.row;
    b.at = (uint32_t *)(void *)(b.upper + c->fields * c->n[1] * b.row);
    return b;
}

static void make_line(const flux_pass *s, size_t i, size_t j, size_t row, float *line)
{
    const cupel_iteration *it = s->it;
    const cupel_cell *c = it->cell;
    const size_t next = i + 1 < c->n[0] ? i + 1 : 0;
    for (size_t f = 0; f < c->fields; f++)
        if (s->source == CUPEL_OF_FIELD)
            it->k->line(c->n[2], row, it->p[f] + i * it->plane + j * it->pitch, it->p[f] + next * it->plane + j * it->pitch, line + 3 * f * row);
        else
            memset(line + 3 * f * row, 0, 3 * row * sizeof *line);
}

/* Which fluxes a field's force is the divergence of: itself; the rows of the stress tensor. */
static const int of_field[2][3][3] = {{{0, 1, 2}}, {{0, 5, 4}, {5, 1, 3}, {4, 3, 2}}};

static void spread_row(const flux_pass *s, const bench *b, size_t i, size_t j, bool own, double (*sums)[CUPEL_LANES])
{
    const cupel_iteration *it = s->it;
    const cupel_cell *c = it->cell;
    const float *before = c->n[1] > 1 ? b->before : b->now;
    for (size_t f = 0; f < c->fields; f++) {
        const int *of = of_field[c->fields == 3][f];
        const size_t at = i * it->plane + j * it->pitch;
        float *q = own ? it->z[f] + at : b->unused;
        const float *const now[3] = {b->now + (size_t)of[0] * b->row, b->now + (size_t)of[1] * b->row, b->now + (size_t)of[2] * b->row};
        const float *const last[3] = {before + (size_t)of[0] * b->row, before + (size_t)of[1] * b->row, before + (size_t)of[2] * b->row};
        it->k->spread(c->n[2], now, last, s->scale, it->p[f] + at, b->upper + (f * c->n[1] + j) * b->row, q, sums[own ? 0 : SUMS]);
    }
    if (own)
        for (size_t d = 0; d < c->fluxes; d++) it->k->sum(c->n[2], b->now + d * b->row, sums[1 + d]);
}

/* Rows of voxels of plane i; `own`: their nodes' forces are written, else only what they leave for the next plane matters. */
static void flux_plane(const flux_pass *s, bench *b, size_t i, bool own, double (*sums)[CUPEL_LANES])
{
    const cupel_cell *c = s->it->cell;
    const size_t n1 = c->n[1];
    make_line(s, i, n1 - 1, b->row, b->lo);
    for (size_t step = n1 > 1 ? 0 : 1; step <= n1; step++) { /* rows n1 - 1, 0, 1, ... n1 - 1 */
        const size_t j = step ? step - 1 : n1 - 1, next = j + 1 < n1 ? j + 1 : 0;
        make_line(s, i, next, b->row, b->hi);
        cupel_voxel_row row = {.n = c->n[2], .len = b->row, .lo = b->lo, .hi = b->hi, .out = b->now};
        memcpy(row.scale, s->scale, sizeof row.scale);
        memcpy(row.mean, s->mean, sizeof row.mean);
        if (s->source == CUPEL_OF_PRESTRESS)
            cupel_cell_prestress(c, &row, i, j, b->at);
        else
            cupel_cell_fluxes(c, s->it->k, &row, i, j, b->coefficients, b->at);
        if (step) spread_row(s, b, i, j, own, sums);
        float *const now = b->now, *const lo = b->lo;
        b->now = b->before, b->before = now;
        b->lo = b->hi, b->hi = lo;
    }
    for (size_t f = 0; own && f < c->fields; f++) {
        float *plane = s->it->z[f] + i * s->it->plane;
        cupel_fft_plane_forward(s->it->fft, plane, plane, b->transform);
    }
}

static cupel_status flux_slab(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)err;
    const flux_pass *s = user;
    const cupel_cell *c = s->it->cell;
    const size_t from = item * SLAB, to = from + SLAB < c->n[0] ? from + SLAB : c->n[0];
    bench b = bench_of(s->it, worker);
    double sums[SUMS + 1][CUPEL_LANES] = {{0}}; /* the last for what is not own */
    memset(b.upper, 0, c->fields * c->n[1] * b.row * sizeof *b.upper);
    flux_plane(s, &b, from ? from - 1 : c->n[0] - 1, false, sums);
    for (size_t i = from; i < to; i++) flux_plane(s, &b, i, true, sums);
    for (size_t d = 0; d < SUMS; d++) s->it->sums[item * SUMS + d] = cupel_lanes_fold(sums[d]);
    return CUPEL_OK;
}

cupel_status cupel_pass_flux(cupel_iteration *it, cupel_pass_source source, const double *mean, double *work, double *flux, cupel_err *err)
{
    const cupel_cell *c = it->cell;
    const size_t slabs = (c->n[0] + SLAB - 1) / SLAB;
    flux_pass s = {.it = it, .source = source};
    for (size_t d = 0; d < c->fluxes; d++) s.mean[d] = (float)mean[d];
    for (size_t d = 0; d < 3; d++) s.scale[d] = (float)c->scale[d];
    const cupel_status st = cupel_par_for(it->threads, slabs, flux_slab, &s, err);
    double total[SUMS] = {0};
    for (size_t b = 0; b < slabs; b++)
        for (size_t d = 0; d < SUMS; d++) total[d] += it->sums[b * SUMS + d];
    *work = total[0] / (double)c->voxels;
    for (size_t d = 0; d < c->fluxes; d++) flux[d] = total[1 + d] / (double)c->voxels;
    return st;
}

/* ---- Residual and preconditioner ---- */

typedef struct green_pass {
    cupel_iteration *it;
    cupel_green_line line; /* what all lines share */
} green_pass;

typedef struct green_block {
    const green_pass *pass;
    double lanes[CUPEL_LANES];
} green_block;

/* The wave vector of the scheme, its common phase dropped: (2 sin(a/2) cos(b/2) cos(c/2), ...), angles a, b, c along the axes. */
static void green_columns(void *user, const cupel_fft_columns_view *v)
{
    green_block *g = user;
    const cupel_iteration *it = g->pass->it;
    const cupel_cell *c = it->cell;
    cupel_green_line line = g->pass->line;
    line.n = 2 * v->n;
    line.cosine = it->cosine + 2 * v->k0;
    line.sine = it->sine + 2 * v->k0;
    line.weight = it->weight + 2 * v->k0;
    float *r = it->r + 2 * c->fields * c->n[0] * (v->j * (c->n[2] / 2 + 1) + v->k0);
    for (size_t i = 0; i < c->n[0]; i++) {
        float *residual[3] = {NULL}, *spectrum[3] = {NULL};
        for (size_t f = 0; f < c->fields; f++) {
            residual[f] = r + 2 * v->n * (f * c->n[0] + i);
            spectrum[f] = v->s[f] + 2 * i * v->stride;
        }
        line.x = (float)(it->half_sin[0][i] * it->half_cos[1][v->j] * 4 * c->scale[0]);
        line.y = (float)(it->half_cos[0][i] * it->half_sin[1][v->j] * 4 * c->scale[1]);
        line.z = (float)(it->half_cos[0][i] * it->half_cos[1][v->j]);
        (c->fields == 1 ? it->k->green_conduction : it->k->green_elasticity)(&line, residual, spectrum, g->lanes);
    }
}

static cupel_status green_item(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)err;
    const green_pass *s = user;
    cupel_iteration *it = s->it;
    green_block g = {s, {0}};
    cupel_fft_columns(it->fft, item, it->z, it->cell->fields, green_columns, &g, it->scratch + worker * it->each);
    it->sums[item * SUMS] = cupel_lanes_fold(g.lanes);
    return CUPEL_OK;
}

cupel_status cupel_pass_green(cupel_iteration *it, double alpha, bool start, double *rz, cupel_err *err)
{
    const cupel_cell *c = it->cell;
    const size_t blocks = cupel_fft_blocks(it->fft);
    const double voxels = (double)c->voxels, *r = c->reference;
    green_pass s = {it, {.keep = start ? 0 : 1, .alpha = (float)(start ? 1 : alpha)}};
    for (size_t d = 0; d < 6; d++) s.line.reference[d] = (float)(r[d] * voxels);
    if (c->fields == 3) {
        s.line.reference[0] = (float)(1 / (r[1] * voxels));
        s.line.reference[1] = (float)((r[0] + r[1]) / (r[0] + 2 * r[1]));
    }
    const cupel_status st = cupel_par_for(it->threads, blocks, green_item, &s, err);
    double total = 0;
    for (size_t b = 0; b < blocks; b++) total += it->sums[b * SUMS];
    *rz = total / voxels;
    return st;
}

/* ---- Direction ---- */

typedef struct direction_pass {
    cupel_iteration *it;
    float alpha, beta;
} direction_pass;

static void keep_row(const cupel_iteration *it, size_t f, size_t at, float alpha)
{
    if (it->u[f]) it->k->add(it->cell->n[2], alpha, it->p[f] + at, it->u[f] + at);
}

static cupel_status direction_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)err;
    const direction_pass *s = user;
    const cupel_iteration *it = s->it;
    const cupel_cell *c = it->cell;
    float *scratch = it->scratch + worker * it->each, *plane = scratch + transform_scratch(c, it->fft);
    for (size_t f = 0; f < c->fields; f++) {
        cupel_fft_plane_backward(it->fft, it->z[f] + i * it->plane, plane, scratch);
        for (size_t j = 0; j < c->n[1]; j++) {
            const size_t at = i * it->plane + j * it->pitch;
            float *p = it->p[f] + at;
            keep_row(it, f, at, s->alpha);
            it->k->direct(c->n[2], s->beta, plane + j * it->pitch, p);
            p[c->n[2]] = p[0]; /* the box is periodic */
        }
    }
    return CUPEL_OK;
}

cupel_status cupel_pass_direction(cupel_iteration *it, double alpha, double beta, cupel_err *err)
{
    direction_pass s = {it, (float)alpha, (float)beta};
    return cupel_par_for(it->threads, it->cell->n[0], direction_plane, &s, err);
}

static cupel_status keep_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)worker;
    (void)err;
    const direction_pass *s = user;
    for (size_t f = 0; f < s->it->cell->fields; f++)
        for (size_t j = 0; j < s->it->cell->n[1]; j++) keep_row(s->it, f, i * s->it->plane + j * s->it->pitch, s->alpha);
    return CUPEL_OK;
}

cupel_status cupel_pass_keep(cupel_iteration *it, double alpha, cupel_err *err)
{
    direction_pass s = {it, (float)alpha, 0};
    return it->u[0] ? cupel_par_for(it->threads, it->cell->n[0], keep_plane, &s, err) : CUPEL_OK;
}
