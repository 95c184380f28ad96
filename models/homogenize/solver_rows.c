/* Rows of voxels: their fluxes, those of the phases' own strains, and gradients. */
#include "models/homogenize/solver_cell.h"

/* Cuts of the voxel row (i, j) of the grid; an image has one row of the mixture per voxel. */
static size_t cuts_of_row(const cupel_cell *c, size_t i, size_t j, const cupel_cut **cut, uint32_t *at)
{
    const cupel_mixture *m = c->m;
    const size_t rows = c->n[2] == m->n[2] ? 1 : c->n[2], first = (i * c->n[1] + j) * rows, from = m->row[first], n = m->row[first + rows] - from;
    *cut = m->cut + from;
    if (rows == 1)
        for (size_t q = 0; q < n; q++) at[q] = m->cut[from + q].k;
    else
        for (size_t r = 0; r < rows; r++)
            for (size_t q = m->row[first + r]; q < m->row[first + r + 1]; q++) at[q - from] = (uint32_t)r;
    return n;
}

static size_t phase_of(const cupel_cell *c, size_t voxel) { return c->m->id8 ? c->m->id8[voxel] : c->m->id16[voxel]; }

/* Rows of grains: runs of one phase; a cut voxel is a run of its own. */
static void fluxes_of_runs(const cupel_cell *c, const cupel_solve_kernels *k, const cupel_voxel_row *row, size_t base)
{
    void (*const run)(const cupel_voxel_row *, size_t, size_t, const float *) = c->fluxes == 3 ? k->flux_run : k->stress_run;
    for (size_t from = 0, to; from < row->n; from = to) {
        const size_t id = phase_of(c, base + from);
        for (to = from + 1; to < row->n && phase_of(c, base + to) == id; to++) continue;
        run(row, from, to, c->any + cupel_cell_coefficients(c) * id);
    }
}

static void fluxes_of_cuts(const cupel_cell *c, const cupel_solve_kernels *k, const cupel_voxel_row *row, size_t i, size_t j, uint32_t *at)
{
    void (*const run)(const cupel_voxel_row *, size_t, size_t, const float *) = c->fluxes == 3 ? k->flux_run : k->stress_run;
    const cupel_cut *cut;
    const size_t n = cuts_of_row(c, i, j, &cut, at);
    if (!n) return;
    if (c->isotropic)
        (c->fluxes == 3 ? k->flux_cuts : k->stress_cuts)(row, n, cut, at, &c->rule);
    else
        for (size_t q = 0; q < n; q++) run(row, at[q], at[q] + 1, c->any_cut + cupel_cell_coefficients(c) * ((size_t)(cut - c->m->cut) + q));
}

static void select_row(const cupel_cell *c, const cupel_solve_kernels *k, size_t n, size_t base, const float *table, float *out)
{
    if (c->m->id8)
        k->select8(n, c->m->id8 + base, c->m->n_phases, table, out);
    else
        k->select16(n, c->m->id16 + base, table, out);
}

/* The box is periodic: before the first voxel stands the last. */
static void close_row(const cupel_cell *c, const cupel_voxel_row *row)
{
    for (size_t d = 0; d < c->fluxes; d++) row->out[(ptrdiff_t)(d * row->len) - 1] = row->out[d * row->len + row->n - 1];
}

void cupel_cell_fluxes(const cupel_cell *c, const cupel_solve_kernels *k, const cupel_voxel_row *row, size_t i, size_t j, float *coefficients,
                       uint32_t *at)
{
    const size_t base = (i * c->n[1] + j) * c->n[2];
    if (!c->isotropic)
        fluxes_of_runs(c, k, row, base);
    else {
        select_row(c, k, row->n, base, c->first, coefficients);
        if (c->fluxes == 3)
            k->flux(row, coefficients);
        else {
            select_row(c, k, row->n, base, c->second, coefficients + row->len);
            k->stress(row, coefficients, coefficients + row->len);
        }
    }
    if (c->m->row) fluxes_of_cuts(c, k, row, i, j, at);
    close_row(c, row);
}

void cupel_cell_prestress(const cupel_cell *c, const cupel_voxel_row *row, size_t i, size_t j, uint32_t *at)
{
    const size_t base = (i * c->n[1] + j) * c->n[2];
    for (size_t v = 0; v < row->n; v++)
        for (size_t d = 0; d < 6; d++) row->out[d * row->len + v] = (float)c->prestress[6 * phase_of(c, base + v) + d];
    const cupel_cut *cut;
    const size_t n = c->m->row ? cuts_of_row(c, i, j, &cut, at) : 0;
    for (size_t q = 0; q < n; q++) {
        double t[6];
        cupel_cut_prestress(c, &cut[q], t);
        for (size_t d = 0; d < 6; d++) row->out[d * row->len + at[q]] = (float)t[d];
    }
    close_row(c, row);
}

void cupel_cell_gradients(const cupel_cell *c, const cupel_solve_kernels *k, const cupel_voxel_row *row)
{
    static const float one[CUPEL_VOIGT_COEFFICIENTS] = {1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 1};
    static const float unit[6] = {1, 1, 1, 0, 0, 0};
    if (c->fluxes == 3)
        k->flux_run(row, 0, row->n, unit);
    else
        k->stress_run(row, 0, row->n, one);
}
