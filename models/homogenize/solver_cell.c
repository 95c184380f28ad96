/* A cell: phases as the passes need them, axes of the grid instead of directions of the sample, float tables instead of tensors. */
#include "models/homogenize/solver_cell.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"

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

static void choose_loads(cupel_cell *c)
{
    static const int in_plane[3] = {0, 1, 5};
    const bool plane = c->m->dim == 2, scalar = c->physics == CUPEL_CONDUCTION;
    c->order = scalar ? (plane ? 2 : 3) : plane ? 3 : 6;
    for (size_t l = 0; l < c->order; l++) {
        const int of = scalar ? (int)l : plane ? in_plane[l] : (int)l;
        c->component[l] = scalar ? axis_of(c, of) : cupel_voigt_place(axis_of(c, cupel_voigt_pair[of][0]), axis_of(c, cupel_voigt_pair[of][1]));
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

/* The tensor of a phase in the axes of the grid: conduction a[3][3]; elasticity a[6][6] in Voigt form (stress = a strain, shear strains doubled). */
static void tensor_of(const cupel_cell *c, const cupel_material *m, double *a)
{
    if (c->physics == CUPEL_CONDUCTION) {
        for (size_t i = 0; i < 9; i++) a[i] = m->k[c->direction[i / 3]][c->direction[i % 3]];
        return;
    }
    int from[6];
    for (size_t q = 0; q < 6; q++) from[q] = cupel_voigt_place(c->direction[cupel_voigt_pair[q][0]], c->direction[cupel_voigt_pair[q][1]]);
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < 6; j++) a[6 * i + j] = m->c[from[i]][from[j]] / ((i > 2 ? sqrt(2) : 1) * (j > 2 ? sqrt(2) : 1));
}

/* Plane stress: the stresses out of the plane (axis 1 of the grid: 22, 23, 12) are zero, their strains whatever that needs. */
static void condense(double *a, double *prestress)
{
    static const size_t out[3] = {1, 3, 5}, in[3] = {0, 2, 4};
    double zz[9], zi[12]; /* zi: three strains and the prestress of each stress out of the plane */
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 4; j++) {
            if (j < 3) zz[3 * i + j] = a[6 * out[i] + out[j]];
            zi[4 * i + j] = j < 3 ? a[6 * out[i] + in[j]] : prestress ? prestress[out[i]] : 0;
        }
    cupel_solve_semidefinite(3, zz, 4, zi);
    double reduced[9];
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) {
            reduced[3 * i + j] = a[6 * in[i] + in[j]];
            for (size_t z = 0; z < 3; z++) reduced[3 * i + j] -= a[6 * in[i] + out[z]] * zi[4 * z + j];
        }
    for (size_t i = 0; prestress && i < 3; i++) {
        for (size_t z = 0; z < 3; z++) prestress[in[i]] -= a[6 * in[i] + out[z]] * zi[4 * z + 3];
        prestress[out[i]] = 0;
    }
    memset(a, 0, 36 * sizeof *a);
    for (size_t i = 0; i < 9; i++) a[6 * in[i / 3] + in[i % 3]] = reduced[i];
}

/* The upper triangle as the kernels read it: conduction 11 22 33 23 13 12, elasticity by rows. */
static void pack(const cupel_cell *c, const double *a, float *out)
{
    if (c->fluxes == 3)
        for (size_t q = 0; q < 6; q++) out[q] = (float)a[3 * cupel_voigt_pair[q][0] + cupel_voigt_pair[q][1]];
    else
        for (size_t i = 0; i < 6; i++)
            for (size_t j = i; j < 6; j++) *out++ = (float)a[6 * i + j];
}

static cupel_status fill_any(cupel_cell *c, cupel_err *err)
{
    const size_t each = cupel_cell_coefficients(c), nn = c->fluxes * c->fluxes, cuts = c->m->row ? c->m->n_cuts : 0;
    c->any = cupel_alloc_aligned(cupel_mul(c->m->n_phases, each), sizeof *c->any);
    cupel_status st = cupel_memory_check(cupel_mul(cuts, each * sizeof *c->any_cut), "tensors of cut voxels", err);
    if (st != CUPEL_OK) return st;
    c->any_cut = cuts ? cupel_alloc_aligned(cupel_mul(cuts, each), sizeof *c->any_cut) : NULL;
    if (!c->any || (cuts && !c->any_cut)) return cupel_no_memory(err, "properties of phases", (c->m->n_phases + cuts) * each * sizeof *c->any);
    for (size_t p = 0; p < c->m->n_phases; p++) pack(c, c->tensors + p * nn, c->any + p * each);
    for (size_t q = 0; q < cuts; q++) {
        double a[36];
        cupel_cut_tensor(c, &c->m->cut[q], a);
        pack(c, a, c->any_cut + q * each);
    }
    return CUPEL_OK;
}

/* Isotropic part of a stiffness (Voigt form): projections on the two isotropic tensors. */
static void isotropic_part(const double *a, double *lambda, double *mu)
{
    const double normal = a[0] + a[7] + a[14], coupling = a[1] + a[2] + a[8], shear = a[21] + a[28] + a[35];
    *mu = (normal - coupling) / 15 + shear / 5;
    *lambda = (normal + 2 * coupling) / 9 - 2 * *mu / 3;
}

static bool all_isotropic(const cupel_cell *c, const cupel_material *materials)
{
    bool all = true;
    for (size_t p = 0; p < c->m->n_phases; p++) all = all && (c->fluxes == 3 ? materials[p].k_isotropic : materials[p].c_isotropic);
    return all;
}

/* The preconditioner's medium: the mean of the phases, and of their isotropic parts. */
static cupel_status choose_reference(cupel_cell *c, const double *fraction, cupel_err *err)
{
    const size_t n = c->fluxes;
    for (size_t p = 0; p < c->m->n_phases; p++) {
        double lambda, mu;
        if (n == 3)
            for (size_t q = 0; q < 6; q++)
                c->reference[q] += fraction[p] * c->tensors[9 * p + (size_t)(3 * cupel_voigt_pair[q][0] + cupel_voigt_pair[q][1])];
        else {
            isotropic_part(c->tensors + 36 * p, &lambda, &mu);
            c->reference[0] += fraction[p] * lambda;
            c->reference[1] += fraction[p] * mu;
        }
    }
    const double size = n == 3 ? c->reference[0] + c->reference[1] + c->reference[2] : c->reference[1];
    if (size > 0) return CUPEL_OK;
    return cupel_fail(err, CUPEL_BAD_INPUT, "every phase is a void: there is nothing that %s", n == 3 ? "conducts" : "bears a load");
}

/* -C : eigenstrain of each phase in the axes of the grid. */
static void fill_prestress(cupel_cell *c, const double (*eigenstrain)[6])
{
    for (size_t p = 0; p < c->m->n_phases; p++) {
        double strain[6];
        for (size_t q = 0; q < 6; q++) {
            const int of = cupel_voigt_place(c->direction[cupel_voigt_pair[q][0]], c->direction[cupel_voigt_pair[q][1]]);
            strain[q] = eigenstrain[p][of] * (of > 2 ? sqrt(2) : 1); /* Mandel to doubled */
        }
        for (size_t i = 0; i < 6; i++)
            for (size_t j = 0; j < 6; j++) c->prestress[6 * p + i] -= c->tensors[36 * p + 6 * i + j] * strain[j];
    }
}

static cupel_status fill_tables(cupel_cell *c, const cupel_material *materials, const double (*eigenstrain)[6], cupel_err *err)
{
    const size_t phases = c->m->n_phases, nn = c->fluxes * c->fluxes;
    cupel_status st = CUPEL_OK;
    double *fraction = cupel_alloc(phases, sizeof *fraction);
    c->tensors = cupel_alloc(cupel_mul(phases, nn), sizeof *c->tensors);
    c->first = cupel_alloc_aligned(phases, sizeof *c->first);
    c->second = cupel_alloc_aligned(phases, sizeof *c->second);
    c->prestress = eigenstrain ? cupel_alloc(cupel_mul(phases, 6), sizeof *c->prestress) : NULL;
    if (!c->tensors || !fraction || !c->first || !c->second || (eigenstrain && !c->prestress)) {
        st = cupel_no_memory(err, "properties of phases", phases * nn * sizeof *c->tensors);
        goto done;
    }
    cupel_mixture_fractions(c->m, fraction);
    for (size_t p = 0; p < phases; p++) tensor_of(c, &materials[p], c->tensors + p * nn);
    CUPEL_TRY(choose_reference(c, fraction, err));
    c->isotropic = all_isotropic(c, materials);
    if (eigenstrain) fill_prestress(c, eigenstrain);
    for (size_t p = 0; p < phases; p++) {
        const double lambda = materials[p].lambda, mu = materials[p].mu;
        c->first[p] = (float)(c->fluxes == 3 ? c->tensors[p * nn] : c->plane_stress ? (mu > 0 ? 2 * lambda * mu / (lambda + 2 * mu) : 0) : lambda);
        c->second[p] = (float)mu;
        if (c->plane_stress) condense(c->tensors + p * nn, eigenstrain ? c->prestress + 6 * p : NULL);
    }
    if (!c->isotropic) CUPEL_TRY(fill_any(c, err));
done:
    cupel_free(fraction);
    return st;
}

/* Only the ratios of edges matter. */
static cupel_status choose_scale(cupel_cell *c, const double edge[3], cupel_err *err)
{
    double h[3] = {edge[0], edge[1], c->m->dim == 3 ? edge[2] : edge[0]};
    const bool cube = h[0] == 0 && h[1] == 0 && h[2] == 0;
    for (size_t a = 0; a < 3; a++) {
        if (cube) h[a] = 1;
        if (!(h[a] > 0 && isfinite(h[a]))) return cupel_fail(err, CUPEL_USAGE, "a voxel with an edge of %g", h[a]);
    }
    for (size_t a = 0; a < 3; a++) c->scale[a] = 0.25 * cbrt(h[0] * h[1] * h[2]) / h[c->direction[a]];
    return CUPEL_OK;
}

cupel_status cupel_cell_init(const cupel_mixture *m, const cupel_material *materials, const cupel_solve_options *o, cupel_cell *out, cupel_err *err)
{
    cupel_cell *c = out;
    *c = (cupel_cell){.physics = o->physics, .m = m};
    cupel_status st = CUPEL_OK;
    const bool scalar = o->physics == CUPEL_CONDUCTION;
    c->plane_stress = !scalar && o->plane_stress && m->dim == 2;
    choose_grid(m, c);
    choose_loads(c);
    c->fields = scalar ? 1 : 3;
    c->fluxes = scalar ? 3 : 6;
    c->rule = (cupel_cut_rule){.blend = (float)o->blend, .bulk = c->plane_stress ? 1 : 2.0f / 3, .axis = c->direction};
    const int along = cupel_mixture_along(m);
    for (int a = 0; a < 3; a++) c->rule.across[a] = c->direction[a] == along ? 0 : 1;
    CUPEL_TRY(choose_scale(c, o->edge, err));
    CUPEL_TRY(check_materials(c, materials, err));
    CUPEL_TRY(fill_tables(c, materials, scalar ? NULL : o->eigenstrain, err));
    c->rule.k = c->rule.lambda = c->first;
    c->rule.mu = c->second;
    return CUPEL_OK;
done:
    cupel_cell_release(c);
    return st;
}

void cupel_cell_release(cupel_cell *c)
{
    cupel_free(c->first);
    cupel_free(c->second);
    cupel_free(c->any);
    cupel_free(c->any_cut);
    cupel_free(c->tensors);
    cupel_free(c->prestress);
    *c = (cupel_cell){0};
}

size_t cupel_cell_row(const cupel_cell *c) { return (c->n[2] + 15) / 16 * 16 + 16; }
