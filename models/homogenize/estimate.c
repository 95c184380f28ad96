/* What all estimates have in common: single solves with what they leave, the expansion that belongs to them, bars off the diagonal, and the blend. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/small.h"
#include "models/homogenize/estimate_parts.h"
#include "models/homogenize/expansion.h"

#include <math.h>
#include <string.h>

static const double WIDE = 0.10; /* a bar of this share of the value says that the grid is too coarse */

/* The stress of free strains is of first order in the error of the field, the stiffness of second: iterating goes on further for it. */
static const double FREE_STRAIN = 0.01;

/* Expansion that belongs to this solution: from the stiffness where that knows it, else from the stress that free strains leave. */
static cupel_status add_expansion(const cupel_estimate_work *w, const cupel_mixture *m, const double *stress, cupel_estimate_value *t, cupel_err *err)
{
    const size_t n = w->order;
    double inverse[36];
    if (m->n_phases == 1) {
        cupel_phase_alpha(w->kind, &w->materials[0], t->value + CUPEL_ESTIMATE_ALPHA);
        return CUPEL_OK;
    }
    if (!stress && cupel_expansion_levin(w->kind, &w->materials[0], &w->materials[1], t->value, t->value + CUPEL_ESTIMATE_ALPHA)) return CUPEL_OK;
    if (!stress || !cupel_small_invert(t->value, n, inverse))
        return cupel_fail(err, CUPEL_FAILED, "the whole has no stiffness in some direction, so that its expansion is not defined");
    cupel_small_multiply(inverse, stress, n, n, 1, t->value + CUPEL_ESTIMATE_ALPHA);
    for (size_t i = 0; i < n; i++) t->value[CUPEL_ESTIMATE_ALPHA + i] = -t->value[CUPEL_ESTIMATE_ALPHA + i];
    return CUPEL_OK;
}

/* The largest eigenvalue of any phase. */
static double stiffest(const cupel_estimate_work *w, size_t n_phases)
{
    double most = 0, t[36], value[6];
    for (size_t p = 0; p < n_phases; p++) {
        cupel_phase_tensor(w->kind, &w->materials[p], t);
        cupel_small_eigen(t, w->order, value, NULL);
        most = fmax(most, value[w->order - 1]);
    }
    return most;
}

/* What single precision leaves in a component that is small beside the stiffest phase; measured on rigid spheres from
 * contrast 1e3 (below 0.03 %) to 5e4. */
static void add_rounding(const cupel_estimate_work *w, size_t n_phases, cupel_estimate_value *t)
{
    static const double SQUARE = 6e-10;
    const double most = stiffest(w, n_phases);
    double left[6];
    for (size_t i = 0; i < w->order; i++) {
        const double x = t->value[i * (w->order + 1)];
        left[i] = x > 0 ? SQUARE * most * fmin(most / x, 1e6) : 0;
        t->error[i * (w->order + 1)] += left[i];
    }
    for (size_t i = 0; i < w->order; i++)
        for (size_t j = 0; j < w->order; j++)
            if (i != j) t->error[i * w->order + j] += sqrt(left[i] * left[j]);
}

double cupel_estimate_voxels(const cupel_mixture *m) { return (double)m->n[0] * (double)m->n[1] * (double)m->n[2]; }

/* Up to so many voxels the fields of all loads are held while a grid is solved (300 MB for stiffness): a component off the diagonal that is computed
 * from the fields of two loads has an error of second order in what iterating leaves, one from mean fluxes of first order, which would take twice the
 * iterations. */
static const double PAIRED_MOST = 4194304;

double cupel_estimate_bytes(cupel_physics physics, const size_t n[3])
{
    return cupel_solve_bytes(physics, n, (double)n[0] * (double)n[1] * (double)n[2] <= PAIRED_MOST);
}

cupel_status cupel_estimate_solve(cupel_estimate_work *w, const cupel_mixture *m, double blend, const double edge[3], bool keep,
                                  cupel_estimate_value *t, cupel_err *err)
{
    cupel_solution *s = NULL;
    cupel_solve_options o = w->o->solve;
    o.blend = blend;
    o.keep_fields = keep || cupel_estimate_voxels(m) <= PAIRED_MOST;
    o.eigenstrain = (const double (*)[6])w->eigenstrain;
    if (w->probing) o.accuracy = w->o->probe;
    if (o.eigenstrain) o.accuracy *= FREE_STRAIN;
    if (edge) memcpy(o.edge, edge, sizeof o.edge);
    cupel_status st = cupel_solve(m, w->materials, &o, w->job, &s, err);
    if (st != CUPEL_OK) return st;
    const size_t bytes = w->order * w->order * sizeof(double);
    *t = (cupel_estimate_value){.iterations = cupel_solution_iterations(s)};
    memcpy(t->value, cupel_solution_tensor(s), bytes);
    memcpy(t->error, cupel_solution_error(s), bytes);
    add_rounding(w, m->n_phases, t);
    w->e->all_iterations += t->iterations;
    w->e->seconds += cupel_solution_seconds(s);
    if (w->o->alpha) st = add_expansion(w, m, cupel_solution_eigenstress(s), t, err);
    for (size_t i = 0; i < w->order; i++) t->error[CUPEL_ESTIMATE_ALPHA + i] = w->alpha_range * (o.eigenstrain ? sqrt(o.accuracy) : 5 * o.accuracy);
    if (keep)
        w->e->solution = s;
    else
        cupel_solution_free(s);
    return st;
}

/* Blends further apart than this are solved for. */
static const double NEAR_BLEND = 0.1;

cupel_status cupel_estimate_known(cupel_estimate_work *w, const cupel_mixture *m, double blend, const cupel_solution *known, cupel_estimate_value *t,
                                  bool *taken, cupel_err *err)
{
    const size_t n = w->order * w->order;
    double from[36], to[36];
    *taken = known && !w->o->alpha && cupel_solution_order(known) == w->order && fabs(cupel_solution_blend(known) - blend) <= NEAR_BLEND;
    if (!*taken) return CUPEL_OK;
    const cupel_under own = {.blend = cupel_solution_blend(known)}, other = {.blend = blend};
    cupel_status st = cupel_solution_tensor_under(known, m, w->materials, &own, w->job, from, err);
    if (st == CUPEL_OK) st = cupel_solution_tensor_under(known, m, w->materials, &other, w->job, to, err);
    if (st != CUPEL_OK) return st;
    *t = (cupel_estimate_value){.iterations = 0};
    for (size_t i = 0; i < n; i++) t->value[i] = cupel_solution_tensor(known)[i] + to[i] - from[i];
    memcpy(t->error, cupel_solution_error(known), n * sizeof *t->error);
    add_rounding(w, m->n_phases, t);
    w->e->taken++;
    return CUPEL_OK;
}

/* A bar off the diagonal is at least this multiple of the geometric mean of those of its row and column: an uncertain tensor that stays symmetric and
 * positive cannot move by more than the whole of it there, and where symmetry makes a component vanish its own differences say nothing. */
static const double OFF_DIAGONAL = 1;

void cupel_bar_spread(double *h, size_t n)
{
    double d[CUPEL_SMALL];
    for (size_t i = 0; i < n; i++) d[i] = h[i * (n + 1)];
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (i != j) h[i * n + j] = fmax(h[i * n + j], OFF_DIAGONAL * sqrt(d[i] * d[j]));
}

double cupel_norm_error(const double *error, size_t order)
{
    double square = 0;
    for (size_t i = 0; i < order; i++) square += error[i * (order + 1)] * error[i * (order + 1)];
    return 1.25 * sqrt(square);
}

/* The same for expansion: shear against the mean of the normal components. */
void cupel_bar_spread_alpha(double *h, size_t n)
{
    const size_t normal = n == 6 ? 3 : 2;
    double mean = 0;
    for (size_t i = 0; i < normal; i++) mean += h[i] / (double)normal;
    for (size_t i = normal; i < n; i++) h[i] = fmax(h[i], OFF_DIAGONAL * mean);
}

/* The largest difference in expansion among the phases. */
static double alpha_range(const cupel_estimate_work *w, size_t n_phases)
{
    double range = 0;
    for (size_t p = 1; p < n_phases; p++)
        for (size_t i = 0; i < 6; i++) range = fmax(range, fabs(w->materials[p].alpha[i] - w->materials[0].alpha[i]));
    return range;
}

/* Two phases whose stiffness knows their expansion need no free strains. */
static cupel_status free_strains(cupel_estimate_work *w, size_t n_phases, cupel_err *err)
{
    double middle[36], t[36], alpha[6];
    if (!w->o->alpha || n_phases < 2) return CUPEL_OK;
    w->alpha_range = alpha_range(w, n_phases);
    if (n_phases == 2) {
        cupel_phase_tensor(w->kind, &w->materials[0], middle);
        cupel_phase_tensor(w->kind, &w->materials[1], t);
        for (size_t i = 0; i < w->order * w->order; i++) middle[i] = (middle[i] + t[i]) / 2;
        if (cupel_expansion_levin(w->kind, &w->materials[0], &w->materials[1], middle, alpha)) return CUPEL_OK;
    }
    w->eigenstrain = cupel_alloc(n_phases, sizeof *w->eigenstrain);
    if (!w->eigenstrain) return cupel_no_memory(err, "free strains", n_phases * sizeof *w->eigenstrain);
    for (size_t p = 0; p < n_phases; p++) memcpy(w->eigenstrain[p], w->materials[p].alpha, sizeof w->eigenstrain[p]);
    return CUPEL_OK;
}

cupel_status cupel_estimate_begin(cupel_estimate_work *w, const cupel_mixture *m, const cupel_material *materials, const cupel_estimate_options *o,
                                  const cupel_job *job,
                          cupel_estimate *e, cupel_err *err)
{
    *e = (cupel_estimate){.resolved = true, .has_alpha = o->alpha};
    *w = (cupel_estimate_work){materials, o, job, {o->solve.physics, m->dim, o->solve.plane_stress}, 0, NULL, 0, e, false, 1};
    w->order = e->order = cupel_kind_order(w->kind);
    memcpy(e->n, m->n, sizeof e->n);
    return free_strains(w, m->n_phases, err);
}

void cupel_estimate_take(cupel_estimate *e, const cupel_estimate_value *t)
{
    const size_t n = e->order * e->order;
    memcpy(e->tensor, t->value, sizeof e->tensor);
    memcpy(e->on_grid, t->value, sizeof e->on_grid);
    memcpy(e->shape, t->value, sizeof e->shape);
    memcpy(e->error, t->error, sizeof e->error);
    for (size_t i = 0; i < n; i++) e->iteration_error = fmax(e->iteration_error, fabs(t->error[i]));
    e->iterations = t->iterations;
    memcpy(e->alpha, t->value + CUPEL_ESTIMATE_ALPHA, sizeof e->alpha);
    memcpy(e->alpha_error, t->error + CUPEL_ESTIMATE_ALPHA, sizeof e->alpha_error);
}

const char cupel_bar_is_wide[] = "the bar is wider than a tenth of the value";

void cupel_estimate_unresolved(cupel_estimate *e, const char *why)
{
    if (e->resolved) e->why_not = why;
    e->resolved = false;
}

void cupel_estimate_judge(cupel_estimate *e)
{
    for (size_t i = 0; i < e->order; i++)
        if (e->error[i * (e->order + 1)] > WIDE * e->tensor[i * (e->order + 1)]) cupel_estimate_unresolved(e, cupel_bar_is_wide);
}

/* The blend for a mixture whose laminate has this tensor. Fibres in a solid are judged in their plane; the harmonic side would soften them along
 * themselves too. Layers are exact as laminates. */
cupel_status cupel_estimate_blend(cupel_estimate_work *w, const cupel_mixture *m, const double *fraction, const double *tensor, cupel_err *err)
{
    const int axis = cupel_mixture_along(m), a = axis == 0 ? 1 : 0, b = axis == 2 ? 1 : 2;
    cupel_kind kind = w->kind;
    double across[9] = {0}, contrast;
    if (axis >= 0 && kind.physics == CUPEL_ELASTICITY) {
        kind.dim = 2;
        across[0] = tensor[7 * a];
        across[4] = tensor[7 * b];
        tensor = across;
    }
    w->e->xi = cupel_blend_place(kind, m->n_phases, fraction, w->materials, tensor, &contrast);
    if (isnan(w->e->xi)) return cupel_no_memory(err, "properties of phases", 0);
    w->contrast = contrast;
    w->e->blend = cupel_blend_of(kind.physics, contrast, w->e->xi);
    if (axis >= 0 && kind.physics == CUPEL_ELASTICITY) w->e->blend = fmax(0, w->e->blend);
    if (cupel_mixture_layered(m)) w->e->blend = 0;
    return CUPEL_OK;
}
