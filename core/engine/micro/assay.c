#include "core/engine/micro/assay.h"

#include "core/base/err.h"
#include "core/engine/volume_sets.h"
#include "models/homogenize/estimate.h"

#include <math.h>
#include <string.h>



const char *const cupel_stat_name[CUPEL_STATS] = {"surface", "Euler number", "largest cluster", "percolating axes"};
const char *const cupel_stat_unit[CUPEL_STATS] = {"1/edge", "", "", ""};

/* ---- layout ---- */

static size_t take(size_t *width, bool there, size_t n)
{
    const size_t at = there ? *width : SIZE_MAX;
    if (there) *width += n;
    return at;
}

void cupel_layout_of(const cupel_micro_demand *d, cupel_layout *l)
{
    size_t w = 0;
    *l = (cupel_layout){.n_phases = d->n_phases};
    l->fraction = take(&w, true, d->n_phases);
    l->k = take(&w, d->needs_conduction, 9);
    l->k_error = take(&w, d->needs_conduction, 9);
    l->c = take(&w, d->needs_elasticity, 36);
    l->c_error = take(&w, d->needs_elasticity, 36);
    l->alpha = take(&w, d->needs_expansion, 6);
    l->alpha_error = take(&w, d->needs_expansion, 6);
    l->stat = take(&w, true, d->n_phases * CUPEL_STATS);
    l->iterations = take(&w, true, 1);
    l->width = w;
}

static const double *part(const double *row, size_t at) { return at == SIZE_MAX ? NULL : row + at; }

cupel_micro_state cupel_layout_state(const cupel_layout *l, const double *row)
{
    return (cupel_micro_state){.k = part(row, l->k), .c = part(row, l->c), .alpha = part(row, l->alpha), .fraction = row + l->fraction};
}

/* ---- bars of what is asked ---- */

typedef struct moved {
    size_t n;                /* components */
    const double *value, *error;
    double at[36];
} moved;

static double moved_value(const cupel_micro_demand *d, const cupel_ask *a, cupel_micro_state s, const double *t)
{
    if (a->kind == CUPEL_ASK_CONDUCTIVITY)
        s.k = t;
    else if (a->kind == CUPEL_ASK_EXPANSION)
        s.alpha = t;
    else
        s.c = t;
    return cupel_ask_value(d, a, &s);
}

static double together(const cupel_micro_demand *d, const cupel_ask *a, cupel_micro_state s, moved *m, double sign, double from)
{
    for (size_t i = 0; i < m->n; i++) m->at[i] = m->value[i] + sign * copysign(m->error[i], m->value[i]);
    const double x = moved_value(d, a, s, m->at);
    return isnan(x) ? 0 : fabs(x - from);
}

static double one_by_one(const cupel_micro_demand *d, const cupel_ask *a, cupel_micro_state s, moved *m, size_t order, double from)
{
    double sum = 0;
    for (size_t i = 0; i < m->n; i++) {
        const size_t mirror = m->n == 6 ? i : i % order * order + i / order;
        if (mirror < i) continue;
        memcpy(m->at, m->value, m->n * sizeof *m->at);
        m->at[i] += m->error[i];
        m->at[mirror] = m->at[i];
        const double x = moved_value(d, a, s, m->at);
        if (!isnan(x)) sum += (x - from) * (x - from);
    }
    return sqrt(sum);
}

double cupel_ask_error(const cupel_micro_demand *d, const cupel_ask *a, const cupel_layout *l, const double *row)
{
    const cupel_micro_state s = cupel_layout_state(l, row);
    const double from = cupel_ask_value(d, a, &s);
    moved m = {0};
    size_t order = 6;
    if (a->kind == CUPEL_ASK_FRACTION || a->kind == CUPEL_ASK_DENSITY || a->kind == CUPEL_ASK_PRICE) return 0;
    if (a->kind == CUPEL_ASK_CONDUCTIVITY)
        m.n = 9, order = 3, m.value = s.k, m.error = part(row, l->k_error);
    else if (a->kind == CUPEL_ASK_EXPANSION)
        m.n = 6, m.value = s.alpha, m.error = part(row, l->alpha_error);
    else
        m.n = 36, m.value = s.c, m.error = part(row, l->c_error);
    if (!m.value || !m.error) return 0;
    const double up = together(d, a, s, &m, 1, from), down = together(d, a, s, &m, -1, from);
    return fmax(fmax(up, down), one_by_one(d, a, s, &m, order, from));
}

/* ---- building ---- */

/* Voxels of grid i, whose edges are counted in edges of those of the first. */
static cupel_status build_grid(const cupel_recipe *r, cupel_grids *g, size_t i, const size_t n[3], double first, const cupel_job *job, cupel_err *err)
{
    double box[3];
    cupel_recipe_box(r, box);
    for (int a = 0; a < 3; a++) g->edge[i][a] = box[a] / (double)n[a] / first;
    return cupel_recipe_mixture(r, n, &g->grid[i], job, err);
}

static cupel_status build(const cupel_recipe *r, size_t voxels, const cupel_job *job, cupel_grids *g, cupel_err *err)
{
    size_t n[3], middle[3], coarse[3];
    double box[3];
    cupel_recipe_grid(r, voxels, n);
    cupel_recipe_box(r, box);
    cupel_grids_of(n, middle, coarse);
    const double first = box[0] / (double)n[0];
    cupel_status st = build_grid(r, g, 0, n, first, job, err);
    if (st == CUPEL_OK) st = build_grid(r, g, 1, middle, first, job, err);
    if (st == CUPEL_OK) st = build_grid(r, g, 2, coarse, first, job, err);
    return st;
}

/* ---- statistics ---- */

static double said(const cupel_quantities *q, const char *name, int phase, int axis)
{
    const cupel_quantity *x = cupel_quantities_find(q, name, (cupel_of){phase, -1, axis});
    return x ? x->value : (double)NAN;
}

static void put_stats(const cupel_quantities *q, int phase, double edge, double *stat)
{
    double axes = 0;
    for (int a = 0; a < 3; a++) axes += said(q, "percolates", phase, a);
    stat[0] = said(q, "surface density", phase, -1) / edge;
    stat[1] = said(q, "euler", phase, -1);
    stat[2] = said(q, "largest cluster", phase, -1);
    stat[3] = axes;
}

/* A phase that no voxel centre lies in has no surface, no clusters and no number. */
static cupel_status describe(const cupel_recipe *r, const size_t n[3], size_t n_phases, const cupel_job *job, double *stat, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_voxels v = {0};
    cupel_volume_sets sets = {0};
    cupel_quantities q = {0};
    const size_t shortest = n[0] < n[1] ? (n[0] < n[2] ? n[0] : n[2]) : n[1] < n[2] ? n[1] : n[2];
    const double edge = 1 / (double)shortest; /* voxels are cubes, or nearly */
    CUPEL_TRY(cupel_volume_sets_parse("minkowski,percolation", &sets, err));
    CUPEL_TRY(cupel_recipe_voxels(r, n, &v, job, err));
    for (size_t i = 0; i < sets.n; i++) CUPEL_TRY(sets.set[i]->compute(&v, sets.value[i], job, &q, err));
    CUPEL_TRY(cupel_quantities_check(&q, err));
    for (size_t p = 0; p < n_phases; p++) {
        const int id = cupel_voxels_id_of(&v, (int64_t)p);
        if (id >= 0)
            put_stats(&q, id, edge, stat + p * CUPEL_STATS);
        else
            memset(stat + p * CUPEL_STATS, 0, CUPEL_STATS * sizeof *stat);
    }
done:
    cupel_quantities_release(&q);
    cupel_volume_sets_release(&sets);
    cupel_voxels_release(&v);
    return st;
}

/* ---- solving ---- */

static cupel_status solve(const cupel_micro_demand *d, const cupel_grids *g, cupel_physics physics, double accuracy, const cupel_job *job,
                          cupel_estimate *e, cupel_err *err)
{
    cupel_material m[CUPEL_MICRO_PHASES_MAX];
    for (size_t p = 0; p < d->n_phases; p++) m[p] = d->phase[p].material;
    cupel_estimate_options o = {
        .solve = {.physics = physics, .accuracy = accuracy}, .error = true, .alpha = physics == CUPEL_ELASTICITY && d->needs_expansion};
    return cupel_estimate_cuts(g, m, &o, job, e, err);
}

static cupel_status solve_all(const cupel_micro_demand *d, const cupel_grids *g, const cupel_layout *l, double accuracy, const cupel_job *job,
                              double *row, cupel_err *err)
{
    cupel_estimate e;
    if (d->needs_conduction) {
        cupel_status st = solve(d, g, CUPEL_CONDUCTION, accuracy, job, &e, err);
        if (st != CUPEL_OK) return st;
        memcpy(row + l->k, e.tensor, 9 * sizeof *row);
        memcpy(row + l->k_error, e.error, 9 * sizeof *row);
        row[l->iterations] += (double)e.all_iterations;
    }
    if (d->needs_elasticity) {
        cupel_status st = solve(d, g, CUPEL_ELASTICITY, accuracy, job, &e, err);
        if (st != CUPEL_OK) return st;
        memcpy(row + l->c, e.tensor, 36 * sizeof *row);
        memcpy(row + l->c_error, e.error, 36 * sizeof *row);
        row[l->iterations] += (double)e.all_iterations;
        if (!d->needs_expansion) return CUPEL_OK;
        if (!e.has_alpha) return cupel_fail(err, CUPEL_FAILED, "the solver gave no thermal expansion");
        memcpy(row + l->alpha, e.alpha, 6 * sizeof *row);
        memcpy(row + l->alpha_error, e.alpha_error, 6 * sizeof *row);
    }
    return CUPEL_OK;
}

cupel_status cupel_assay(const cupel_micro_demand *d, cupel_recipe *r, size_t voxels, double accuracy, const cupel_job *job, double *row,
                         cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_layout l;
    cupel_grids g = {0};
    cupel_layout_of(d, &l);
    memset(row, 0, l.width * sizeof *row);
    CUPEL_TRY(cupel_recipe_settle(r, job, err));
    CUPEL_TRY(build(r, voxels, job, &g, err));
    if (g.grid[0].n_phases != d->n_phases)
        CUPEL_TRY(cupel_fail(err, CUPEL_FAILED, "the structure has %zu phases, the demand %zu", g.grid[0].n_phases, d->n_phases));
    cupel_mixture_fractions(&g.grid[0], row + l.fraction);
    CUPEL_TRY(describe(r, g.grid[0].n, d->n_phases, job, row + l.stat, err));
    st = solve_all(d, &g, &l, accuracy, job, row, err);
done:
    cupel_grids_release(&g);
    return st;
}
