/* Phases and cut voxels as the passes need them: axes of the grid instead of directions of the sample, float tables instead of tensors. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"
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

static const int pair_of[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};

/* The tensor of a phase in the axes of the grid: conduction a[3][3]; elasticity a[6][6] in Voigt form (stress = a strain, shear strains doubled). */
static void tensor_of(const cupel_cell *c, const cupel_material *m, double *a)
{
    if (c->physics == CUPEL_CONDUCTION) {
        for (size_t i = 0; i < 9; i++) a[i] = m->k[c->direction[i / 3]][c->direction[i % 3]];
        return;
    }
    int from[6];
    for (size_t q = 0; q < 6; q++) from[q] = place(c->direction[pair_of[q][0]], c->direction[pair_of[q][1]]);
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < 6; j++) a[6 * i + j] = m->c[from[i]][from[j]] / ((i > 2 ? sqrt(2) : 1) * (j > 2 ? sqrt(2) : 1));
}

/* Solves a x = b in place for m right-hand sides b [n][m]; a [n][n] symmetric positive semidefinite: rows without a pivot give 0. */
static void solve_semidefinite(size_t n, double *a, size_t m, double *b)
{
    double largest = 0;
    for (size_t i = 0; i < n; i++) largest = fmax(largest, a[i * n + i]);
    for (size_t i = 0; i < n; i++) {
        const double pivot = a[i * n + i];
        const bool there = pivot > 1e-12 * largest;
        for (size_t j = 0; j < n; j++) a[i * n + j] = there ? a[i * n + j] / pivot : 0;
        for (size_t j = 0; j < m; j++) b[i * m + j] = there ? b[i * m + j] / pivot : 0;
        for (size_t k = 0; k < n; k++) {
            const double f = a[k * n + i];
            if (k == i || f == 0) continue;
            for (size_t j = 0; j < n; j++) a[k * n + j] -= f * a[i * n + j];
            for (size_t j = 0; j < m; j++) b[k * m + j] -= f * b[i * m + j];
        }
    }
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
    solve_semidefinite(3, zz, 4, zi);
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

static size_t side(const cupel_cell *c) { return c->fluxes; }

/* The upper triangle as the kernels read it: conduction 11 22 33 23 13 12, elasticity by rows. */
static void pack(const cupel_cell *c, const double *a, float *out)
{
    if (c->fluxes == 3)
        for (size_t q = 0; q < 6; q++) out[q] = (float)a[3 * pair_of[q][0] + pair_of[q][1]];
    else
        for (size_t i = 0; i < 6; i++)
            for (size_t j = i; j < 6; j++) *out++ = (float)a[6 * i + j];
}

static size_t coefficients_of(const cupel_cell *c) { return c->fluxes == 3 ? 6 : CUPEL_VOIGT_COEFFICIENTS; }

/* [a] n as a matrix of fluxes x fields. */
static void times_normal(const cupel_cell *c, const double *a, const double normal[3], double *t)
{
    const size_t n = side(c);
    for (size_t i = 0; i < n; i++)
        for (size_t f = 0; f < c->fields; f++) {
            t[i * c->fields + f] = 0;
            for (size_t d = 0; d < 3; d++) t[i * c->fields + f] += a[i * n + (c->fields == 1 ? d : (size_t)place((int)f, (int)d))] * normal[d];
        }
}

/* What the laminate of two phases loses against their mean: p (1 - p) [K]n (n K~ n)^-1 n[K], K~ = (1 - p) K_b + p K_a (Milton, The Theory of
 * Composites, 2002, section 9.3); and of the fluxes they have of their own, [K]n (n K~ n)^-1 n[t]. jump [n][m]: the columns of [K], or [t]. */
static void laminate_loss(const cupel_cell *c, double p, const double *a, const double *b, const double normal[3], const double *jump, size_t m,
                          double *loss)
{
    const size_t n = side(c), f = c->fields;
    double difference[36], mixed[36], t[18], tn[18], acoustic[9], solved[18] = {0};
    for (size_t i = 0; i < n * n; i++) {
        difference[i] = b[i] - a[i];
        mixed[i] = (1 - p) * b[i] + p * a[i];
    }
    times_normal(c, difference, normal, t);
    times_normal(c, mixed, normal, tn);
    for (size_t i = 0; i < f; i++)
        for (size_t d = 0; d < 3; d++) {
            const size_t row = f == 1 ? d : (size_t)place((int)i, (int)d);
            for (size_t j = 0; j < f; j++) acoustic[i * f + j] = (d ? acoustic[i * f + j] : 0) + normal[d] * tn[row * f + j];
            for (size_t j = 0; j < m; j++) solved[i * m + j] += normal[d] * jump[row * m + j];
        }
    solve_semidefinite(f, acoustic, m, solved);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++) {
            loss[i * m + j] = 0;
            for (size_t k = 0; k < f; k++) loss[i * m + j] += p * (1 - p) * t[i * f + k] * solved[k * m + j];
        }
}

/* ((1 - p) a^-1 + p b^-1)^-1 = a (p a + (1 - p) b)^-1 b, also where one of the two is 0. */
static void harmonic_mean(size_t n, double p, const double *a, const double *b, double *out)
{
    double below[36], right[36];
    for (size_t i = 0; i < n * n; i++) below[i] = p * a[i] + (1 - p) * b[i];
    memcpy(right, b, n * n * sizeof *right);
    solve_semidefinite(n, below, n, right);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            out[i * n + j] = 0;
            for (size_t k = 0; k < n; k++) out[i * n + j] += a[i * n + k] * right[k * n + j];
        }
}

static void unit_normal(const cupel_cell *c, const cupel_cut *cut, double normal[3])
{
    double square = 0;
    for (size_t d = 0; d < 3; d++) {
        normal[d] = cut->normal[c->direction[d]];
        square += normal[d] * normal[d];
    }
    for (size_t d = 0; d < 3; d++) normal[d] /= sqrt(square);
}

static void cut_tensor(const cupel_cell *c, const cupel_cut *cut, double *out)
{
    const size_t n = side(c), nn = n * n;
    const double *a = c->tensors + cut->a * nn, *b = c->tensors + cut->b * nn, p = (double)cut->p, blend = (double)c->rule.blend;
    double normal[3], jump[36], loss[36], reuss[36];
    for (size_t i = 0; i < nn; i++) jump[i] = b[i] - a[i];
    unit_normal(c, cut, normal);
    laminate_loss(c, p, a, b, normal, jump, n, loss);
    if (blend < 0) harmonic_mean(n, p, a, b, reuss);
    for (size_t i = 0; i < nn; i++) {
        const double voigt = (1 - p) * a[i] + p * b[i];
        if (n == 3 && !(c->rule.across[i / 3] > 0 && c->rule.across[i % 3] > 0)) reuss[i] = voigt;
        out[i] = (blend < 0 ? (1 + blend) * voigt - blend * reuss[i] : voigt) - (1 - fabs(blend)) * loss[i];
    }
}

/* Stress of a cut voxel at no strain. Under uniform stress (Reuss) it is what undoes the mean of the free strains, S t of each phase. */
static void cut_prestress(const cupel_cell *c, const cupel_cut *cut, double out[6])
{
    const double *a = c->tensors + cut->a * 36, *b = c->tensors + cut->b * 36, p = (double)cut->p, blend = (double)c->rule.blend;
    const double *ta = c->prestress + cut->a * 6, *tb = c->prestress + cut->b * 6;
    double normal[3], jump[6], loss[6], mean[36], difference[36], right[6], reuss[6] = {0};
    for (size_t i = 0; i < 6; i++) jump[i] = tb[i] - ta[i];
    unit_normal(c, cut, normal);
    laminate_loss(c, p, a, b, normal, jump, 1, loss);
    /* t_R = <t> - p (1 - p) [C] (p a + (1 - p) b)^-1 [t], the laminate's formula with every direction free */
    for (size_t i = 0; i < 36; i++) {
        mean[i] = p * a[i] + (1 - p) * b[i];
        difference[i] = b[i] - a[i];
    }
    memcpy(right, jump, sizeof right);
    solve_semidefinite(6, mean, 1, right);
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < 6; j++) reuss[i] += p * (1 - p) * difference[6 * i + j] * right[j];
    for (size_t i = 0; i < 6; i++)
        out[i] = (1 - p) * ta[i] + p * tb[i] - (1 - fabs(blend)) * loss[i] - (blend < 0 ? -blend * reuss[i] : 0);
}

static cupel_status fill_any(cupel_cell *c, cupel_err *err)
{
    const size_t each = coefficients_of(c), nn = side(c) * side(c), cuts = c->m->row ? c->m->n_cuts : 0;
    c->any = cupel_alloc_aligned(cupel_mul(c->m->n_phases, each), sizeof *c->any);
    cupel_status st = cupel_memory_check(cupel_mul(cuts, each * sizeof *c->any_cut), "tensors of cut voxels", err);
    if (st != CUPEL_OK) return st;
    c->any_cut = cuts ? cupel_alloc_aligned(cupel_mul(cuts, each), sizeof *c->any_cut) : NULL;
    if (!c->any || (cuts && !c->any_cut)) return cupel_no_memory(err, "properties of phases", (c->m->n_phases + cuts) * each * sizeof *c->any);
    for (size_t p = 0; p < c->m->n_phases; p++) pack(c, c->tensors + p * nn, c->any + p * each);
    for (size_t q = 0; q < cuts; q++) {
        double a[36];
        cut_tensor(c, &c->m->cut[q], a);
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
    const size_t n = side(c);
    for (size_t p = 0; p < c->m->n_phases; p++) {
        double lambda, mu;
        if (n == 3)
            for (size_t q = 0; q < 6; q++) c->reference[q] += fraction[p] * c->tensors[9 * p + (size_t)(3 * pair_of[q][0] + pair_of[q][1])];
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
            const int of = place(c->direction[pair_of[q][0]], c->direction[pair_of[q][1]]);
            strain[q] = eigenstrain[p][of] * (of > 2 ? sqrt(2) : 1); /* Mandel to doubled */
        }
        for (size_t i = 0; i < 6; i++)
            for (size_t j = 0; j < 6; j++) c->prestress[6 * p + i] -= c->tensors[36 * p + 6 * i + j] * strain[j];
    }
}

static cupel_status fill_tables(cupel_cell *c, const cupel_material *materials, const double (*eigenstrain)[6], cupel_err *err)
{
    const size_t phases = c->m->n_phases, nn = side(c) * side(c);
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
        run(row, from, to, c->any + coefficients_of(c) * id);
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
        for (size_t q = 0; q < n; q++) run(row, at[q], at[q] + 1, c->any_cut + coefficients_of(c) * ((size_t)(cut - c->m->cut) + q));
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
        cut_prestress(c, &cut[q], t);
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
