/* What can be had from kept fields. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/par.h"
#include "models/homogenize/solver_parts.h"

#include <math.h>
#include <string.h>

/* What one worker computes of a voxel row: its fields and those of the rows beside it, then flux and gradient, [fluxes][row] of each load. Either may
 * be NULL; coefficients and their places are the flux's. */
typedef struct voxel_rows {
    float *lines, *flux, *gradient, *coefficients;
    uint32_t *at;
} voxel_rows;

/* In rows: two lines, the flux (an element before its first), the gradient and the coefficients; behind them are as many places as a row has
 * voxels. */
static size_t rows_of(const cupel_cell *c, size_t loads) { return 6 * c->fields + 1 + 2 * loads * c->fluxes + 2; }

static voxel_rows lay_out(const cupel_cell *c, size_t loads, float *memory)
{
    const size_t row = cupel_cell_row(c), rows = loads * c->fluxes * row;
    float *flux = memory + (6 * c->fields + 1) * row, *coefficients = flux + 2 * rows;
    return (voxel_rows){memory, flux, flux + rows, coefficients, (uint32_t *)(void *)(coefficients + 2 * row)};
}

/* Of voxel row (i, j) of the grid for one load. */
static void rows_of_load(const cupel_solution *s, const cupel_cell *c, size_t load, size_t i, size_t j, const voxel_rows *to)
{
    const size_t row = cupel_cell_row(c), next[2] = {i + 1 < c->n[0] ? i + 1 : 0, j + 1 < c->n[1] ? j + 1 : 0};
    cupel_voxel_row w = {.n = c->n[2], .len = row, .lo = to->lines, .hi = to->lines + 3 * c->fields * row, .out = to->flux};
    for (size_t d = 0; d < 3; d++) w.scale[d] = (float)c->scale[d];
    w.mean[c->component[load]] = (float)c->factor[load];
    for (size_t f = 0; f < c->fields; f++)
        for (size_t side = 0; side < 2; side++) {
            const size_t at_j = side ? next[1] : j;
            const float *a = s->u[load][f] + (i * c->n[1] + at_j) * s->pitch, *b = s->u[load][f] + (next[0] * c->n[1] + at_j) * s->pitch;
            s->k->line(c->n[2], row, a, b, to->lines + (3 * (side * c->fields + f)) * row);
        }
    if (to->flux) cupel_cell_fluxes(c, s->k, &w, i, j, to->coefficients, to->at);
    w.out = to->gradient;
    if (to->gradient) cupel_cell_gradients(c, s->k, &w);
}

void cupel_gradient_row(const cupel_solution *s, size_t load, size_t i, size_t j, float *lines, float *gradient)
{
    rows_of_load(s, &s->cell, load, i, j, &(voxel_rows){.lines = lines, .gradient = gradient});
}

typedef struct pairing {
    const cupel_solution *s;
    const cupel_cell *cell;
    float *scratch;
    size_t each;
    double *sums; /* [planes][order][order] */
} pairing;

static cupel_status pair_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)err;
    const pairing *w = user;
    const cupel_cell *c = w->cell;
    const size_t row = cupel_cell_row(c), n = c->order, rows = c->fluxes * row;
    const voxel_rows all = lay_out(c, n, w->scratch + worker * w->each);
    double *sums = w->sums + i * n * n;
    for (size_t j = 0; j < c->n[1]; j++) {
        for (size_t l = 0; l < n; l++) {
            voxel_rows one = all;
            one.flux += l * rows, one.gradient += l * rows;
            rows_of_load(w->s, c, l, i, j, &one);
        }
        for (size_t a = 0; a < n; a++)
            for (size_t b = a; b < n; b++) {
                double lanes[CUPEL_LANES] = {0};
                for (size_t d = 0; d < c->fluxes; d++) w->s->k->dot(c->n[2], all.flux + a * rows + d * row, all.gradient + b * rows + d * row, lanes);
                sums[a * n + b] += cupel_lanes_fold(lanes);
            }
    }
    return CUPEL_OK;
}

static bool has_fields(const cupel_solution *s) { return s->u[0][0] != NULL; }

cupel_status cupel_pair_fields(const cupel_solution *s, const cupel_cell *c, const cupel_job *job, double *tensor, cupel_err *err)
{
    const size_t n = c->order, row = cupel_cell_row(c);
    pairing w = {.s = s, .cell = c, .each = (rows_of(c, n) + 1) * row + (c->n[2] + 15) / 16 * 16};
    cupel_status st = CUPEL_OK;
    w.scratch = cupel_alloc_aligned(cupel_mul(job->threads, w.each), sizeof *w.scratch);
    w.sums = cupel_alloc(cupel_mul(c->n[0], n * n), sizeof *w.sums);
    if (!w.scratch || !w.sums) {
        st = cupel_no_memory(err, "rows of fields", job->threads * w.each * sizeof *w.scratch);
        goto done;
    }
    CUPEL_TRY(cupel_par_for(job->threads, c->n[0], pair_plane, &w, err));
    for (size_t a = 0; a < n; a++)
        for (size_t b = a; b < n; b++) {
            double sum = 0;
            for (size_t i = 0; i < c->n[0]; i++) sum += w.sums[i * n * n + a * n + b];
            tensor[a * n + b] = tensor[b * n + a] = sum / (double)c->voxels;
        }
done:
    cupel_free(w.scratch);
    cupel_free(w.sums);
    return st;
}

cupel_status cupel_solution_tensor_under(const cupel_solution *s, const cupel_mixture *m, const cupel_material *materials, const cupel_under *as,
                                         const cupel_job *job, double *tensor, cupel_err *err)
{
    const cupel_cell *c = &s->cell;
    if (!has_fields(s)) return cupel_fail(err, CUPEL_USAGE, "the fields of the solution were not kept");
    if (m->dim != c->m->dim || memcmp(m->n, c->m->n, sizeof m->n) != 0)
        return cupel_fail(err, CUPEL_USAGE, "a mixture of %zu x %zu x %zu voxels for fields on %zu x %zu x %zu", m->n[0], m->n[1], m->n[2],
                          c->m->n[0], c->m->n[1], c->m->n[2]);
    cupel_solve_options o = {.physics = c->physics, .blend = as->blend, .plane_stress = c->plane_stress};
    for (size_t a = 0; a < 3; a++) {
        const int direction = c->direction[a];
        o.edge[direction] = as->edge[direction] > 0 ? as->edge[direction] : 0.25 / c->scale[a];
    }
    cupel_cell other;
    cupel_status st = cupel_cell_init(m, materials, &o, &other, err);
    if (st != CUPEL_OK) return st;
    st = cupel_pair_fields(s, &other, job, tensor, err);
    cupel_cell_release(&other);
    return st;
}

/* Component q of the sample among those of the grid. */
static size_t grid_component(const cupel_cell *c, size_t q)
{
    static const int pair[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}}, place[3][3] = {{0, 5, 4}, {5, 1, 3}, {4, 3, 2}};
    int axis[3];
    for (int a = 0; a < 3; a++) axis[c->direction[a]] = a;
    return c->fluxes == 3 ? (size_t)axis[q] : (size_t)place[axis[pair[q][0]]][axis[pair[q][1]]];
}

static void copy_row(const cupel_cell *c, const float *rows, size_t each, float shear, bool in_plane_only, float *out, size_t voxels)
{
    for (size_t q = 0; q < c->fluxes; q++) {
        const float f = c->fluxes == 6 && q > 2 ? shear : 1;
        const bool drop = in_plane_only && q > 1 && q < 5; /* 33, 23, 13 */
        for (size_t v = 0; v < c->n[2]; v++) out[q * voxels + v] = drop ? 0 : f * rows[grid_component(c, q) * each + v];
    }
}

cupel_status cupel_solution_plane(const cupel_solution *s, size_t load, size_t i0, float *strain, float *stress, cupel_err *err)
{
    const cupel_cell *c = &s->cell;
    if (!has_fields(s)) return cupel_fail(err, CUPEL_USAGE, "the fields of the solution were not kept");
    if (load >= c->order || i0 >= c->m->n[0])
        return cupel_fail(err, CUPEL_USAGE, "plane %zu of load %zu: there are %zu and %zu", i0, load, c->m->n[0], c->order);
    const size_t row = cupel_cell_row(c), voxels = c->m->n[1] * c->m->n[2], first = i0 * voxels / c->n[2], rows = voxels / c->n[2];
    float *lines = cupel_alloc_aligned((rows_of(c, 1) + 1) * row + c->n[2] + 16, sizeof *lines);
    if (!lines) return cupel_no_memory(err, "rows of fields", 0);
    const voxel_rows of = lay_out(c, 1, lines);
    for (size_t r = 0; r < rows; r++) {
        const size_t at = first + r;
        rows_of_load(s, c, load, at / c->n[1], at % c->n[1], &of);
        if (strain) copy_row(c, of.gradient, row, (float)sqrt(0.5), c->plane_stress, strain + r * c->n[2], voxels); /* doubled to Mandel */
        if (stress) copy_row(c, of.flux, row, (float)sqrt(2), c->plane_stress, stress + r * c->n[2], voxels);
    }
    cupel_free(lines);
    return CUPEL_OK;
}
