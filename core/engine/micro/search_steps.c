/* Steps of Levenberg and Marquardt on one grid, each a trial with fields. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/alike.h"
#include "core/engine/micro/feature_steer.h"
#include "core/engine/micro/replay.h"

#include <math.h>
#include <string.h>

/* Steps one after the other that help little, after which a stage ends. */
enum { PATIENCE = 2 };

/* Between which the damping of a stage begins, in its cost. */
static const double SOFT = 5e-3, FIRM = 1;
/* Up to how many times the cost a step may have led to that is learned from: beyond, residuals are no parabola. */
static const double BENT = 10;

/* A goal pulls a fifth further than where the search stands; false when there is none. */
static bool set_goals(cupel_search *s, const cupel_tensors *t)
{
    bool any = false;
    const cupel_micro_state state = cupel_feature_state(s->d, t);
    for (size_t i = 0; i < s->d->n_asks; i++) {
        const cupel_ask *a = &s->d->ask[i];
        const double v = a->goal ? cupel_ask_value(s->d, a, &state) - s->thin[i] : 0;
        s->goal[i] = v + 0.2 * a->goal * fabs(v);
        any = any || a->goal;
    }
    return any;
}

/* Strengths of thin struts are small: steps go with the share of the skeleton. */
static double scale_of(const cupel_search *s, const cupel_tensors *t)
{
    return s->family->kind == CUPEL_FAMILY_SKELETON ? t->fraction[s->falls ? 0 : 1] / 0.3 : 1;
}

static double step_of(const cupel_search *s, const cupel_trial *t, size_t k)
{
    const double size = s->family->step[k] * scale_of(s, &t->t);
    return s->x[k] + size <= s->family->high[k] ? size : -size;
}

/* From how the interface moves; the residuals by differences along the derivatives of the tensor. */
static cupel_status derivatives_of_moves(cupel_search *s, const cupel_trial *t, const cupel_recipe *r, size_t m, double *j, cupel_err *err)
{
    const size_t n = s->family->n;
    cupel_status st = CUPEL_OK;
    double base[CUPEL_RESIDUALS_MAX], here[CUPEL_RESIDUALS_MAX];
    cupel_slope *slope = cupel_alloc(n, sizeof *slope);
    bool one_sided[CUPEL_RESIDUALS_MAX];
    if (!slope) CUPEL_TRY(cupel_no_memory(err, "derivatives", n * sizeof *slope));
    CUPEL_TRY(cupel_trial_moves(t, r, s->family->place, n, s->job, slope, err));
    (void)cupel_search_residuals(s, &t->t, base, one_sided);
    for (size_t k = 0; k < n; k++) {
        const double step = step_of(s, t, k);
        cupel_tensors moved = t->t;
        for (size_t i = 0; i < 9; i++) moved.k[i] += step * slope[k].k[i];
        for (size_t i = 0; i < 36; i++) moved.c[i] += step * slope[k].c[i];
        moved.fraction[0] -= step * slope[k].share;
        moved.fraction[1] += step * slope[k].share;
        CUPEL_TRY(cupel_tensors_expansion(s->d, &moved, err));
        (void)cupel_search_residuals(s, &moved, here, one_sided);
        for (size_t i = 0; i < m; i++) j[i * n + k] = (here[i] - base[i]) / step;
    }
done:
    cupel_free(slope);
    return st;
}

/* By differences of the kept fields' tensors; the base comes from the same sums. */
static cupel_status derivatives_of_differences(const cupel_search *s, const cupel_trial *t, size_t m, double *j, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double base[CUPEL_RESIDUALS_MAX], r[CUPEL_RESIDUALS_MAX], x[CUPEL_TRIAL_PARAMS];
    bool one_sided[CUPEL_RESIDUALS_MAX];
    cupel_tensors under = {.fraction = {0}};
    CUPEL_TRY(cupel_trial_under(s->d, t, &t->recipe, s->job, &under, err));
    (void)cupel_search_residuals(s, &under, base, one_sided);
    for (size_t k = 0; k < s->family->n; k++) {
        cupel_recipe moved;
        const double step = step_of(s, t, k);
        if (cupel_stopped(s->job)) CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "stopped while designing"));
        memcpy(x, s->x, sizeof x);
        x[k] += step;
        CUPEL_TRY(cupel_search_recipe(s, x, &moved, err));
        CUPEL_TRY(cupel_trial_under(s->d, t, &moved, s->job, &under, err));
        (void)cupel_search_residuals(s, &under, r, one_sided);
        for (size_t i = 0; i < m; i++) j[i * s->family->n + k] = (r[i] - base[i]) / step;
    }
done:
    return st;
}

/* A feature size moves by fits and starts as balls take each other's place: over longer steps. */
static void longer_steps(const cupel_search *s, const cupel_trial *t, double *step)
{
    static const double REACH = 0.15;
    for (size_t k = 0; k < s->family->n; k++) {
        const double size = fmax(s->family->step[k], REACH * s->family->reach[k]) * scale_of(s, &t->t);
        step[k] = s->x[k] + size <= s->family->high[k] ? size : -size;
    }
}

/* j [m][n] at s->x, of which t is the trial. */
static cupel_status derivatives(cupel_search *s, cupel_trial *t, size_t m, double *j, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double seconds, step[CUPEL_TRIAL_PARAMS];
    if (!cupel_replay_derivatives(s, t, m, j, &seconds)) {
        const cupel_recipe r = cupel_search_recipe_free(s, s->x);
        st = cupel_walk_fields(s, &s->walk, t, err);
        const double begin = cupel_now();
        if (st == CUPEL_OK)
            st = cupel_trial_can_move(s->d, t, &r) ? derivatives_of_moves(s, t, &r, m, j, err) : derivatives_of_differences(s, t, m, j, err);
        longer_steps(s, t, step);
        if (st == CUPEL_OK) st = cupel_feature_slopes(s, &t->t, step, m, j, err);
        seconds = cupel_now() - begin;
        if (st == CUPEL_OK) st = cupel_replay_keep_derivatives(s, t, m, j, seconds, err);
    }
    s->slope_seconds = fmax(0.7 * s->slope_seconds, seconds / cupel_search_seconds(1, t->made.grid));
    return st;
}

/* Where measured two-point functions are asked the residual after the first `own` of r is theirs: it becomes a vector, with derivatives, of which j
 * has room for family.n + 1. Returns in *m how many residuals there are then. */
static cupel_status expand(cupel_search *s, const cupel_trial *t, size_t own, double *r, bool *one_sided, double *j, size_t *m, cupel_err *err)
{
    double step[CUPEL_TRIAL_PARAMS];
    size_t rows = 0;
    *m = own;
    if (!s->alike) return CUPEL_OK;
    const double begin = cupel_now();
    for (size_t k = 0; k < s->family->n; k++) step[k] = step_of(s, t, k);
    const double there = r[own];
    cupel_status st = CUPEL_OK;
    if (there > 0 && isfinite(t->t.alike)) st = cupel_alike_lines(s, &t->recipe, step, r + own, j + own * s->family->n, &rows, err);
    if (!rows) r[own] = there, rows = 1; /* met, or out of reach: j is 0 */
    for (size_t i = 0; i < rows; i++) one_sided[own + i] = false;
    *m = own + rows;
    s->alike_seconds = cupel_now() - begin;
    return st;
}

/* A step that did not help has told how the residuals bend along it: j knows half of what it missed them by, which is all of it half-way. Not towards
 * a goal, which is never reached: panel-core.yaml then ended at 0.37 MPa/(kg/m^3), without at 0.51. */
static void learn(const cupel_ls_problem *p, size_t own, const double *dx, const double *found, double *j)
{
    double length = 0;
    for (size_t k = 0; k < p->n; k++) length += pow(dx[k] / p->reach[k], 2);
    for (size_t i = 0; i < own && length > 0; i++) {
        double missed = found[i] - p->r[i];
        for (size_t k = 0; k < p->n; k++) missed -= j[i * p->n + k] * dx[k];
        for (size_t k = 0; k < p->n; k++) j[i * p->n + k] += 0.5 * missed * dx[k] / (p->reach[k] * p->reach[k]) / length;
    }
}

/* One accepted step, or none: *moved says. The damping grows until a step helps. */
static cupel_status descend(cupel_search *s, size_t grid, double accuracy, double *damping, cupel_trial *t, bool *moved, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n = s->family->n;
    double r[CUPEL_RESIDUALS_MAX], found[CUPEL_RESIDUALS_MAX], dx[CUPEL_LS_PARAMS], x[CUPEL_TRIAL_PARAMS], reach[CUPEL_TRIAL_PARAMS], predicted;
    bool one_sided[CUPEL_RESIDUALS_MAX], sided[CUPEL_RESIDUALS_MAX];
    size_t m = cupel_search_residuals(s, &t->t, r, one_sided);
    const size_t own = s->alike ? m - 1 : m;
    const double cost = cupel_ls_cost(r, one_sided, m);
    cupel_trial next = {.solves = 0};
    double *j = cupel_alloc((m + n) * n, sizeof *j);
    *moved = false;
    for (size_t k = 0; k < n; k++) reach[k] = s->family->reach[k] * scale_of(s, &t->t);
    if (!j) CUPEL_TRY(cupel_no_memory(err, "derivatives", (m + n) * n * sizeof *j));
    if (own) CUPEL_TRY(derivatives(s, t, own, j, err));
    CUPEL_TRY(expand(s, t, own, r, one_sided, j, &m, err));
    for (int attempt = 0; attempt < 8 && !*moved && !cupel_search_spent(s, grid); attempt++) {
        const cupel_ls_problem p = {.m = m, .n = n, .r = r, .j = j, .one_sided = one_sided, .x = s->x,
                                    .lower = s->family->low, .upper = s->family->high,
                                    .reach = reach};
        CUPEL_TRY(cupel_ls_step(&p, *damping, dx, &predicted, err));
        if (cost - predicted < 1e-3 * cost && attempt) break;
        memcpy(x, s->x, sizeof x);
        for (size_t k = 0; k < n; k++) x[k] += dx[k];
        CUPEL_TRY(cupel_search_try_on(s, x, grid, accuracy, &s->walk, t, &next, err));
        size_t n_found = cupel_search_residuals(s, &next.t, found, sided);
        double now = cupel_ls_cost(found, sided, n_found);
        if (now < cost && s->alike) { /* is it with its own threshold? */
            CUPEL_TRY(cupel_alike_settle(s->alike, &next.recipe, s->job, &next.t.alike, err));
            n_found = cupel_search_residuals(s, &next.t, found, sided);
            now = cupel_ls_cost(found, sided, n_found);
        }
        if (now < cost) {
            *damping *= now < 0.25 * cost ? 0.1 : 0.3;
            *moved = true;
        } else {
            *damping = fmax(*damping * 6, 1e-3 * cost);
            if (!s->goals && now < BENT * cost) learn(&p, own, dx, found, j);
            cupel_trial_release(&next);
        }
    }
    if (*moved) {
        memcpy(s->x, x, sizeof x);
        cupel_walk_add(&s->walk, &next);
        cupel_trial_release(t);
        *t = next;
        next = (cupel_trial){.solves = 0};
    }
done:
    cupel_trial_release(&next);
    cupel_free(j);
    return st;
}

cupel_status cupel_search_stage(cupel_search *s, size_t grid, size_t steps, double enough, double accuracy, cupel_trial *last, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double damping;
    size_t slow = 0;
    bool moved = true;
    s->share_grid = grid;
    if (!last->n[0]) {
        s->blend_k = s->blend_c = NAN;
        cupel_trial none = {.solves = 0};
        CUPEL_TRY(cupel_search_try_on(s, s->x, grid, accuracy, &s->walk, &none, last, err));
        cupel_walk_add(&s->walk, last);
    }
    if (steps && s->alike) CUPEL_TRY(cupel_alike_settle(s->alike, &last->recipe, s->job, &last->t.alike, err));
    s->goals = set_goals(s, &last->t);
    if (s->goals && steps) enough = 0, steps += 6; /* it never arrives: it moves on until a step no longer helps */
    CUPEL_TRY(cupel_search_note(s, grid, &last->t, err));
    damping = s->firmness * s->cost;
    for (size_t i = 0; i < steps && moved && s->cost > enough * enough; i++) {
        const double before = s->cost;
        if (cupel_search_spent_step(s, grid)) break;
        CUPEL_TRY(descend(s, grid, accuracy, &damping, last, &moved, err));
        if (moved) CUPEL_TRY(cupel_search_note(s, grid, &last->t, err));
        slow = s->cost > 0.97 * before ? slow + 1 : 0;
        if (slow == PATIENCE && i > 1) break;
        if (s->goals && moved) (void)set_goals(s, &last->t), s->cost = cupel_search_cost(s, &last->t);
    }
    s->firmness = fmin(fmax(damping / fmax(s->cost, 1e-300), SOFT), FIRM);
done:
    return st;
}
