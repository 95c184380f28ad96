/* Phases and cut voxels as the passes need them: axes of the grid instead of directions of the sample, float tables instead of tensors. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "models/homogenize/solver_parts.h"

#include <math.h>
#include <string.h>

const cupel_solve_kernels *cupel_solve_kernels_of(cupel_isa isa)
{
#if defined(__x86_64__)
    if (isa == CUPEL_ISA_AVX512) return &cupel_solve_avx512;
    if (isa == CUPEL_ISA_AVX2) return &cupel_solve_avx2;
#endif
    (void)isa;
    return &cupel_solve_plain;
}

/* An image is {n0, 1, n1}, and so is a volume of a single plane: the transforms want it so. */
static void choose_grid(const cupel_mixture *m, cupel_cell *c)
{
    const size_t *n = m->n;
    int order[3] = {0, 1, 2};
    if (n[2] == 1)
        order[1] = 2, order[2] = 1;
    else if (n[0] == 1)
        order[0] = 1, order[1] = 0;
    for (size_t a = 0; a < 3; a++) {
        c->n[a] = n[order[a]];
        c->direction[a] = order[a];
    }
    c->voxels = n[0] * n[1] * n[2];
}

static int axis_of(const cupel_cell *c, int direction)
{
    for (int a = 0; a < 3; a++)
        if (c->direction[a] == direction) return a;
    return 0;
}

/* Voigt or Mandel place of the pair of axes. */
static int place(int a, int b)
{
    static const int of[3][3] = {{0, 5, 4}, {5, 1, 3}, {4, 3, 2}};
    return of[a][b];
}

static void choose_loads(cupel_cell *c)
{
    static const int pair[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};
    static const int in_plane[3] = {0, 1, 5};
    const bool plane = c->m->dim == 2, scalar = c->physics == CUPEL_CONDUCTION;
    c->order = scalar ? (plane ? 2 : 3) : plane ? 3 : 6;
    for (size_t l = 0; l < c->order; l++) {
        const int of = scalar ? (int)l : plane ? in_plane[l] : (int)l;
        c->component[l] = scalar ? axis_of(c, of) : place(axis_of(c, pair[of][0]), axis_of(c, pair[of][1]));
        c->factor[l] = !scalar && of > 2 ? sqrt(2) : 1;
    }
}

static cupel_status check_materials(const cupel_cell *c, const cupel_material *materials, cupel_err *err)
{
    const bool scalar = c->physics == CUPEL_CONDUCTION;
    for (size_t p = 0; p < c->m->n_phases; p++) {
        if (!(scalar ? materials[p].has_k : materials[p].has_c))
            return cupel_fail(err, CUPEL_USAGE, "phase %zu has no %s", p, scalar ? "conductivity (k=...)" : "stiffness (E=...,nu=...)");
    }
    return CUPEL_OK;
}

/* The tensor of a phase in the axes of the grid: 11 22 33 23 13 12. */
static void conductivity(const cupel_cell *c, const cupel_material *m, double k[6])
{
    static const int pair[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};
    for (size_t q = 0; q < 6; q++) k[q] = m->k[c->direction[pair[q][0]]][c->direction[pair[q][1]]];
}

static cupel_status fill_conduction(cupel_cell *c, const cupel_material *materials, cupel_err *err)
{
    const size_t phases = c->m->n_phases;
    c->isotropic = true;
    for (size_t p = 0; p < phases; p++) c->isotropic = c->isotropic && materials[p].k_isotropic;
    c->first = cupel_alloc_aligned(phases, sizeof *c->first);
    c->any = c->isotropic ? NULL : cupel_alloc_aligned(cupel_mul(phases, 6), sizeof *c->any);
    double *fraction = cupel_alloc(phases, sizeof *fraction);
    if (!c->first || !fraction || (!c->isotropic && !c->any)) {
        cupel_free(fraction);
        return cupel_no_memory(err, "properties of phases", phases * sizeof *c->any);
    }
    cupel_mixture_fractions(c->m, fraction);
    for (size_t p = 0; p < phases; p++) {
        double k[6];
        conductivity(c, &materials[p], k);
        c->first[p] = (float)k[0];
        for (size_t q = 0; q < 6; q++) c->reference[q] += fraction[p] * k[q];
        for (size_t q = 0; c->any && q < 6; q++) c->any[6 * p + q] = (float)k[q];
    }
    cupel_free(fraction);
    return CUPEL_OK;
}

cupel_status cupel_cell_init(const cupel_mixture *m, const cupel_material *materials, const cupel_solve_options *o, cupel_cell *out, cupel_err *err)
{
    cupel_cell c = {.physics = o->physics, .m = m};
    cupel_status st = CUPEL_OK;
    if (o->physics != CUPEL_CONDUCTION) return cupel_fail(err, CUPEL_USAGE, "the solver knows conduction only");
    choose_grid(m, &c);
    choose_loads(&c);
    c.fields = c.physics == CUPEL_CONDUCTION ? 1 : 3;
    c.fluxes = c.physics == CUPEL_CONDUCTION ? 3 : 6;
    for (size_t a = 0; a < 3; a++) c.scale[a] = 0.25;
    CUPEL_TRY(check_materials(&c, materials, err));
    CUPEL_TRY(fill_conduction(&c, materials, err));
    *out = c;
    out->rule = (cupel_cut_rule){.k = c.first, .blend = (float)o->blend, .axis = out->direction};
    return CUPEL_OK;
done:
    cupel_cell_release(&c);
    return st;
}

void cupel_cell_release(cupel_cell *c)
{
    cupel_free(c->first);
    cupel_free(c->second);
    cupel_free(c->any);
    cupel_free(c->any_cut);
    *c = (cupel_cell){0};
}

size_t cupel_cell_row(const cupel_cell *c) { return (c->n[2] + 15) / 16 * 16 + 16; }

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

/* Rows of grains: runs of one phase. */
static void fluxes_of_runs(const cupel_cell *c, const cupel_solve_kernels *k, const cupel_voxel_row *row, size_t base)
{
    const uint8_t *id8 = c->m->id8;
    const uint16_t *id16 = c->m->id16;
    for (size_t from = 0, to; from < row->n; from = to) {
        const size_t id = id8 ? id8[base + from] : id16[base + from];
        for (to = from + 1; to < row->n && (id8 ? id8[base + to] : id16[base + to]) == id; to++) continue;
        k->flux_run(row, from, to, c->any + 6 * id);
    }
}

void cupel_cell_fluxes(const cupel_cell *c, const cupel_solve_kernels *k, const cupel_voxel_row *row, size_t i, size_t j, float *coefficients, uint32_t *at)
{
    const cupel_mixture *m = c->m;
    const size_t base = (i * c->n[1] + j) * c->n[2];
    if (!c->isotropic)
        fluxes_of_runs(c, k, row, base);
    else {
        if (m->id8)
            k->select8(row->n, m->id8 + base, m->n_phases, c->first, coefficients);
        else
            k->select16(row->n, m->id16 + base, c->first, coefficients);
        k->flux(row, coefficients);
    }
    if (m->row) {
        const cupel_cut *cut;
        const size_t n = cuts_of_row(c, i, j, &cut, at);
        if (n) k->flux_cuts(row, n, cut, at, &c->rule);
    }
    for (size_t d = 0; d < c->fluxes; d++) row->out[(ptrdiff_t)(d * row->len) - 1] = row->out[d * row->len + row->n - 1];
}
