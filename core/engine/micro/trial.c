#include "core/engine/micro/trial.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/statistics.h"
#include "core/math/small.h"
#include "models/homogenize/bounds.h"
#include "models/homogenize/estimate.h"

#include <math.h>
#include <string.h>

cupel_micro_state cupel_tensors_state(const cupel_micro_demand *d, const cupel_tensors *t)
{
    return (cupel_micro_state){.k = d->needs_conduction ? t->k : NULL,
                               .c = d->needs_elasticity ? t->c : NULL,
                               .alpha = d->needs_expansion ? t->alpha : NULL,
                               .fraction = t->fraction,
                               .surface = d->needs_surface ? t->surface : NULL,
                               .projected = d->needs_surface ? t->projected : NULL};
}

static void materials_of(const cupel_micro_demand *d, cupel_material *m)
{
    for (size_t i = 0; i < d->n_phases; i++) m[i] = d->phase[i].material;
}

/* Two isotropic phases: the expansion follows from the stiffness, whatever the geometry (Levin, Mechanics of Solids 2, 58 (1967)):
 * alpha = <alpha> + (S - <S>) : (S1 - S0)^-1 : (alpha1 - alpha0). False where the phases have the same compliance or one has none. */
static bool levin(const cupel_micro_demand *d, const double *c, const double *fraction, double *alpha)
{
    const cupel_material *m0 = &d->phase[0].material, *m1 = &d->phase[1].material;
    double s0[36], s1[36], s[36], apart[36], inverse[36], jump[6], left[6];
    if (d->n_phases != 2 || !cupel_small_invert(&m0->c[0][0], 6, s0) || !cupel_small_invert(&m1->c[0][0], 6, s1) || !cupel_small_invert(c, 6, s))
        return false;
    for (size_t i = 0; i < 36; i++) apart[i] = s1[i] - s0[i];
    if (!cupel_small_invert(apart, 6, inverse)) return false;
    for (size_t i = 0; i < 6; i++) jump[i] = m1->alpha[i] - m0->alpha[i];
    cupel_small_multiply(inverse, jump, 6, 6, 1, left);
    for (size_t i = 0; i < 36; i++) apart[i] = s[i] - fraction[0] * s0[i] - fraction[1] * s1[i];
    cupel_small_multiply(apart, left, 6, 6, 1, alpha);
    for (size_t i = 0; i < 6; i++) alpha[i] += fraction[0] * m0->alpha[i] + fraction[1] * m1->alpha[i];
    return true;
}

cupel_status cupel_tensors_expansion(const cupel_micro_demand *d, cupel_tensors *t, cupel_err *err)
{
    if (!d->needs_expansion || levin(d, t->c, t->fraction, t->alpha)) return CUPEL_OK;
    return cupel_fail(err, CUPEL_USAGE, "'%s': expansion is designed with two phases of different compliance, neither of them a perfect void; found "
                      "%zu phases", d->file, d->n_phases);
}

void cupel_trial_edges(const cupel_recipe *r, const size_t n[3], double edge[3])
{
    cupel_recipe_box(r, edge);
    for (int a = 0; a < 3; a++) edge[a] /= (double)n[a];
}

/* A tensor that is asked for whole says itself where it lies between the Hashin-Shtrikman bounds, and so how its cut voxels respond; false
 * without one. */
static bool blend_of_target(const cupel_micro_demand *d, const cupel_trial *t, cupel_physics physics, double *blend)
{
    cupel_material material[CUPEL_MICRO_PHASES_MAX];
    const cupel_kind kind = {.physics = physics, .dim = 3};
    materials_of(d, material);
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        double contrast = 1;
        bool open = false;
        if (!a->whole || a->kind != (physics == CUPEL_CONDUCTION ? CUPEL_ASK_CONDUCTIVITY : CUPEL_ASK_STIFFNESS)) continue;
        for (size_t k = 0; k < a->order * a->order; k++) open = open || isnan(a->target[k]);
        if (open) continue;
        const double xi = cupel_blend_place(kind, d->n_phases, t->t.fraction, material, a->target, &contrast);
        *blend = cupel_blend_of(physics, contrast, xi);
        return true;
    }
    return false;
}

/* Else by the place of a laminate on half the grid; roughly on the grid itself. */
static cupel_status choose_blend(const cupel_micro_demand *d, cupel_trial *t, const cupel_trial_options *by, cupel_physics physics,
                                 const cupel_job *job, double *blend, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_mixture half = {0};
    const cupel_mixture *m = by->rough ? t->mixture : &half;
    cupel_solution *s = NULL;
    cupel_material material[CUPEL_MICRO_PHASES_MAX];
    double fraction[CUPEL_MICRO_PHASES_MAX], contrast = 1;
    size_t n[3];
    const cupel_kind kind = {.physics = physics, .dim = 3};
    cupel_solve_options o = {.physics = physics, .accuracy = by->rough ? 2e-2 : 2e-3};
    *blend = 0;
    if (d->n_phases != 2 || blend_of_target(d, t, physics, blend)) return CUPEL_OK;
    materials_of(d, material);
    cupel_recipe_grid(&t->recipe, by->rough ? by->grid : by->grid / 2 < 16 ? 16 : by->grid / 2, n);
    cupel_trial_edges(&t->recipe, n, o.edge);
    if (!by->rough) CUPEL_TRY(cupel_recipe_mixture(&t->recipe, n, &half, job, err));
    CUPEL_TRY(cupel_solve(m, material, &o, job, &s, err));
    t->solves += cupel_solution_order(s);
    cupel_mixture_fractions(m, fraction);
    const double xi = cupel_blend_place(kind, m->n_phases, fraction, material, cupel_solution_tensor(s), &contrast);
    *blend = cupel_blend_of(physics, contrast, xi);
done:
    cupel_solution_free(s);
    cupel_mixture_release(&half);
    return st;
}

/* As they would be in the limit: its grid and twice that, once a trial, say by how much its own misses them. */
static void measure_cuts(const cupel_micro_demand *d, const cupel_trial *of, const cupel_recipe *r, const cupel_mixture *m, cupel_tensors *t)
{
    double edge[3];
    if (!d->needs_surface) return;
    cupel_trial_edges(r, m->n, edge);
    cupel_statistics_of_cuts(m, edge, t->surface, t->projected);
    for (size_t p = 0; p < d->n_phases; p++) t->surface[p] *= of->surface_scale[p], t->projected[p] *= of->projected_scale[p];
}

static cupel_status solve_one(const cupel_micro_demand *d, cupel_trial *t, cupel_physics physics, const cupel_trial_options *o, const cupel_job *job,
                              cupel_solution **s, double *tensor, cupel_err *err)
{
    double *blend = physics == CUPEL_CONDUCTION ? &t->blend_k : &t->blend_c;
    cupel_material material[CUPEL_MICRO_PHASES_MAX];
    materials_of(d, material);
    if (isnan(*blend)) {
        cupel_status st = choose_blend(d, t, o, physics, job, blend, err);
        if (st != CUPEL_OK) return st;
    }
    const cupel_solution *guess = !o->guess ? NULL : physics == CUPEL_CONDUCTION ? o->guess->conduction : o->guess->elasticity;
    cupel_solve_options so = {.physics = physics, .blend = *blend, .accuracy = o->accuracy, .keep_fields = o->fields, .guess = guess};
    cupel_trial_edges(&t->recipe, t->n, so.edge);
    cupel_status st = cupel_solve(t->mixture, material, &so, job, s, err);
    if (st != CUPEL_OK) return st;
    const size_t order = cupel_solution_order(*s);
    memcpy(tensor, cupel_solution_tensor(*s), order * order * sizeof *tensor);
    t->solves += order;
    return CUPEL_OK;
}

cupel_status cupel_trial_solve(const cupel_micro_demand *d, const cupel_recipe *r, const cupel_trial_options *o, const cupel_job *job, cupel_trial *t,
                               cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    *t = (cupel_trial){.recipe = *r, .made = *o, .blend_k = o->blend_k, .blend_c = o->blend_c};
    t->made.guess = NULL;
    cupel_recipe_grid(r, o->grid, t->n);
    t->mixture = cupel_alloc(1, sizeof *t->mixture);
    if (!t->mixture) CUPEL_TRY(cupel_no_memory(err, "a trial", sizeof *t->mixture));
    CUPEL_TRY(cupel_recipe_mixture(r, t->n, t->mixture, job, err));
    if (t->mixture->n_phases != d->n_phases)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "generator '%s' makes %zu phases, the demand has %zu", r->generator->method.name, t->mixture->n_phases,
                             d->n_phases));
    cupel_mixture_fractions(t->mixture, t->t.fraction);
    if (d->needs_surface) CUPEL_TRY(cupel_statistics_scale(r, o->grid, job, t->surface_scale, t->projected_scale, err));
    measure_cuts(d, t, r, t->mixture, &t->t);
    if (d->needs_conduction) CUPEL_TRY(solve_one(d, t, CUPEL_CONDUCTION, o, job, &t->conduction, t->t.k, err));
    if (d->needs_elasticity) CUPEL_TRY(solve_one(d, t, CUPEL_ELASTICITY, o, job, &t->elasticity, t->t.c, err));
    st = cupel_tensors_expansion(d, &t->t, err);
done:
    if (st != CUPEL_OK) cupel_trial_release(t);
    return st;
}

void cupel_trial_release(cupel_trial *t)
{
    cupel_solution_free(t->conduction);
    cupel_solution_free(t->elasticity);
    if (t->mixture) cupel_mixture_release(t->mixture);
    cupel_free(t->mixture);
    *t = (cupel_trial){0};
}

cupel_status cupel_trial_under(const cupel_micro_demand *d, const cupel_trial *t, const cupel_recipe *r, const cupel_job *job, cupel_tensors *out,
                               cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_mixture m = {0};
    cupel_under k = {.blend = t->blend_k}, c = {.blend = t->blend_c};
    cupel_material material[CUPEL_MICRO_PHASES_MAX];
    materials_of(d, material);
    CUPEL_TRY(cupel_recipe_mixture(r, t->n, &m, job, err));
    cupel_mixture_fractions(&m, out->fraction);
    measure_cuts(d, t, r, &m, out);
    cupel_trial_edges(r, t->n, k.edge);
    memcpy(c.edge, k.edge, sizeof c.edge);
    if (t->conduction) CUPEL_TRY(cupel_solution_tensor_under(t->conduction, &m, material, &k, job, out->k, err));
    if (t->elasticity) CUPEL_TRY(cupel_solution_tensor_under(t->elasticity, &m, material, &c, job, out->c, err));
    st = cupel_tensors_expansion(d, out, err);
done:
    cupel_mixture_release(&m);
    return st;
}
