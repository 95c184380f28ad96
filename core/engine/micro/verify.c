/* Verification of a design: on a finer grid, extrapolated, and every entry of the demand judged with its bar. */
#include "core/base/err.h"
#include "core/engine/micro/connected.h"
#include "core/engine/micro/hold.h"
#include "core/engine/micro/order.h"
#include "core/engine/micro/replay.h"
#include "core/engine/micro/statistics.h"
#include "core/math/small.h"
#include "models/homogenize/estimate.h"

#include <math.h>
#include <string.h>

/* Of a relative distance, what arithmetic leaves of 0. */
static const double ROUNDING = 1e-9;

/* One phase alone has its own tensors, without an error: nothing is solved. False when there are more. */
static bool limit_of_one(const cupel_micro_demand *d, const cupel_mixture *m, cupel_design *out)
{
    double fraction[CUPEL_MICRO_PHASES_MAX];
    cupel_mixture_fractions(m, fraction);
    for (size_t p = 0; p < d->n_phases; p++) {
        const cupel_material *one = &d->phase[p].given;
        if (fraction[p] != 1) continue;
        memcpy(out->limit.k, one->k, sizeof out->limit.k);
        memcpy(out->limit.c, one->c, sizeof out->limit.c);
        memcpy(out->limit.alpha, one->alpha, sizeof out->limit.alpha);
        out->on_grid = out->limit;
        memcpy(out->on_grid.fraction, fraction, d->n_phases * sizeof *fraction);
        return true;
    }
    return false;
}

static double apart_of(const double *a, const double *b, size_t n)
{
    double square = 0;
    for (size_t i = 0; i < n; i++) square += (a[i] - b[i]) * (a[i] - b[i]);
    return sqrt(square);
}

/* Solved well enough to say that the closed form is of this structure: within twice the bar, and a thousandth. */
static bool agrees(const double *exact, const double *solved, const double *bar, size_t n)
{
    static const double none[36] = {0};
    return apart_of(exact, solved, n) <= 2 * apart_of(bar, none, n) + 1e-3 * apart_of(exact, none, n);
}

/* Plane layers have their tensors in closed form, without an error; they were solved all the same. */
static void limit_of_layers(const cupel_micro_demand *d, cupel_design *out)
{
    cupel_tensors t;
    if (cupel_design_is_mended(out) || !cupel_attainable_layers(d, &out->recipe, &t)) return;
    if (d->needs_conduction && !agrees(t.k, out->limit.k, out->bar.k, 9)) return;
    if (d->needs_elasticity && !agrees(t.c, out->limit.c, out->bar.c, 36)) return;
    out->exact = true;
    memcpy(out->limit.k, t.k, sizeof t.k);
    memcpy(out->limit.c, t.c, sizeof t.c);
    memcpy(out->limit.alpha, t.alpha, sizeof t.alpha);
    memcpy(out->limit.fraction, t.fraction, sizeof t.fraction);
    out->bar = (cupel_tensors){.fraction = {0}};
}

/* What was solved of a verification that had no time for its finest grid. */
static void count_coarser(cupel_search *s, cupel_status st, size_t order)
{
    if (!cupel_search_no_time(s, st)) return;
    cupel_clock_note(&s->clock, CUPEL_CUT_VERIFYING);
    s->out->solves += 2 * order;
}

/* What is extrapolated may leave the arithmetic and harmonic means of the phases, which no mixture does. */
static void keep_bounds(cupel_physics physics, const cupel_micro_demand *d, const cupel_mixture *m, cupel_estimate *e)
{
    cupel_material material[CUPEL_MICRO_PHASES_MAX];
    double fraction[CUPEL_MICRO_PHASES_MAX];
    cupel_bounds b;
    cupel_mixture_fractions(m, fraction);
    for (size_t i = 0; i < d->n_phases; i++) material[i] = d->phase[i].material;
    cupel_bounds_of((cupel_kind){.physics = physics, .dim = 3}, d->n_phases, fraction, material, &b);
    cupel_bounds_keep(&b, e->tensor);
}

/* What the search has solved of this recipe on the grids of its verification. `of`: the trial of the last stage, NULL without one. */
static cupel_status known_of(cupel_search *s, const cupel_recipe *r, cupel_physics physics, const cupel_grids *grids, cupel_trial *of,
                             const cupel_solution *known[3], cupel_err *err)
{
    cupel_trial *const have[] = {of, &s->fine.last};
    const cupel_walk *const walk[] = {&s->walk, &s->fine.walk};
    for (size_t i = 0; i < 2; i++) {
        if (!have[i] || !have[i]->n[0] || !cupel_recipe_same(&have[i]->recipe, r)) continue;
        for (size_t g = 0; g < 3; g++) {
            if (memcmp(have[i]->n, grids->grid[g].n, sizeof have[i]->n) != 0) continue;
            cupel_status st = cupel_walk_fields(s, walk[i], have[i], err);
            if (st != CUPEL_OK) return st;
            known[g] = physics == CUPEL_CONDUCTION ? have[i]->conduction : have[i]->elasticity;
        }
    }
    return CUPEL_OK;
}

static cupel_status limit_of(cupel_search *s, cupel_physics physics, const cupel_grids *grids, cupel_trial *of, cupel_design *out, cupel_err *err)
{
    cupel_material material[CUPEL_MICRO_PHASES_MAX];
    cupel_estimate e;
    const double *edge = grids->edge[0];
    static const double PROBE = 1e-2; /* of four skeletons beside a void it moved bars by 0.1 % of themselves, against 1e-4 */
    cupel_estimate_options o = {
        .solve = {.physics = physics, .accuracy = physics == CUPEL_CONDUCTION ? 1e-4 : 5e-4, .edge = {edge[0], edge[1], edge[2]}},
        .error = true,
        .until = cupel_search_until(s),
        .probe = PROBE,
        .alpha = physics == CUPEL_ELASTICITY && s->d->needs_expansion};
    for (size_t i = 0; i < s->d->n_phases; i++) material[i] = s->d->phase[i].material;
    cupel_status st = cupel_design_is_mended(out) ? CUPEL_OK : known_of(s, &out->recipe, physics, grids, of, o.known, err);
    if (st == CUPEL_OK) st = cupel_estimate_cuts(grids, material, &o, s->job, &e, err);
    count_coarser(s, st, physics == CUPEL_CONDUCTION ? 3 : 6);
    if (st != CUPEL_OK) return st;
    keep_bounds(physics, s->d, &grids->grid[0], &e);
    const size_t bytes = e.order * e.order * sizeof *e.tensor;
    memcpy(physics == CUPEL_CONDUCTION ? out->limit.k : out->limit.c, e.tensor, bytes);
    memcpy(physics == CUPEL_CONDUCTION ? out->on_grid.k : out->on_grid.c, e.second_tensor, bytes);
    memcpy(physics == CUPEL_CONDUCTION ? out->bar.k : out->bar.c, e.error, bytes);
    memcpy(physics == CUPEL_CONDUCTION ? out->grid_bar.k : out->grid_bar.c, e.second_error, bytes);
    if (o.alpha) {
        memcpy(out->limit.alpha, e.alpha, sizeof out->limit.alpha);
        memcpy(out->on_grid.alpha, e.second_alpha, sizeof out->on_grid.alpha);
        memcpy(out->bar.alpha, e.alpha_error, sizeof out->bar.alpha);
        memcpy(out->grid_bar.alpha, e.second_alpha_error, sizeof out->grid_bar.alpha);
    }
    if (!e.resolved) {
        out->resolved = false;
        out->why_not = e.why_not;
    }
    s->out->solves += (3 - e.taken) * e.order;
    return CUPEL_OK;
}

/* ---- judging ---- */

static double bar_of_tensor(const cupel_ask *a, const cupel_tensors *bar)
{
    const bool vector = a->kind == CUPEL_ASK_EXPANSION;
    const double *b = a->kind == CUPEL_ASK_CONDUCTIVITY ? bar->k : vector ? bar->alpha : bar->c;
    const size_t n = vector ? 6 : a->order * a->order;
    double apart = 0, size = 0;
    bool open = vector;
    for (size_t i = 0; i < n; i++) {
        open = open || isnan(a->target[i]);
        if (isnan(a->target[i])) continue;
        apart += b[i] * b[i];
        size += a->target[i] * a->target[i];
    }
    apart = open ? sqrt(apart) : cupel_norm_error(b, a->order);
    return size > 0 ? apart / sqrt(size) : apart;
}

/* How far a number moves when every component moves by its bar, one after the other and all together: the larger. */
static double bar_of_number(const cupel_search *s, const cupel_ask *a, const cupel_tensors *t, const cupel_tensors *bar)
{
    const cupel_micro_state here = cupel_tensors_state(s->d, t);
    const double v = cupel_ask_value(s->d, a, &here);
    const bool conduction = a->kind == CUPEL_ASK_CONDUCTIVITY, expansion = a->kind == CUPEL_ASK_EXPANSION;
    const size_t n = conduction ? 3 : expansion ? 1 : 6, rows = conduction ? 3 : 6;
    double squares = 0, together = 0;
    if (a->kind == CUPEL_ASK_FRACTION || a->kind == CUPEL_ASK_DENSITY || a->kind == CUPEL_ASK_PRICE || cupel_ask_is_statistic(a)) return 0;
    for (int sign = -1; sign <= 1; sign += 2) {
        cupel_tensors all = *t;
        double one_by_one = 0;
        for (size_t i = 0; i < rows; i++)
            for (size_t j = expansion ? 0 : i; j < n; j++) {
                cupel_tensors one = *t;
                double *x = conduction ? one.k : expansion ? one.alpha : one.c, *y = conduction ? all.k : expansion ? all.alpha : all.c;
                const double b = conduction ? bar->k[i * n + j] : expansion ? bar->alpha[i] : bar->c[i * n + j];
                const size_t at = i * n + j, mirror = expansion ? at : j * n + i;
                x[at] += sign * b;
                y[at] += sign * b;
                if (mirror != at) x[mirror] += sign * b, y[mirror] += sign * b;
                const cupel_micro_state moved = cupel_tensors_state(s->d, &one);
                one_by_one += pow(cupel_ask_value(s->d, a, &moved) - v, 2);
            }
        const cupel_micro_state moved = cupel_tensors_state(s->d, &all);
        together = fmax(together, fabs(cupel_ask_value(s->d, a, &moved) - v));
        squares = fmax(squares, one_by_one);
    }
    return fmax(sqrt(squares), together);
}

/* An area or chord that its grid has a tenth off is barely resolved there, though the limit is known. */
static void say_coarse(const cupel_ask *a, const cupel_design_ask *v, cupel_design *out)
{
    const double value = v->value + v->mended;
    if ((a->kind != CUPEL_ASK_SURFACE && a->kind != CUPEL_ASK_CHORD) || !(fabs(v->on_grid - value) > 0.1 * fabs(value))) return;
    out->resolved = false;
    if (!out->why_not) out->why_not = "its grid, and so its files of voxels, has areas and chords more than a tenth off the limit: take a finer one";
}

void cupel_design_judge(const cupel_micro_demand *d, const cupel_ask *a, cupel_design_ask *v)
{
    const double low = a->whole ? -HUGE_VAL : a->min, high = a->whole ? a->within : a->max, value = v->value + v->mended;
    /* A fraction is met to 1e-7 only, and a target has as many digits as were written. NaN meets nothing. */
    const double slack = a->whole ? ROUNDING : cupel_ask_slack(d, a, value);
    v->met_as_drawn = value + v->error <= high + slack && value - v->error >= low - slack;
    v->met = value + v->error + v->above <= high + slack && value - v->error - v->below >= low - slack;
    const bool unknown = isnan(value) || isnan(v->above + v->below);
    v->probability = unknown ? 0 : cupel_design_chance(value, v->error, low + v->below, high - v->above, slack);
}

static void judge(const cupel_search *s, cupel_design *out)
{
    const cupel_micro_demand *d = s->d;
    cupel_micro_state limit = cupel_tensors_state(d, &out->limit), grid = cupel_tensors_state(d, &out->on_grid);
    const cupel_micro_state bar = {.fraction = out->limit.fraction, .statistics = &out->statistics_bar};
    limit.statistics = &out->statistics;
    out->meets = true;
    out->probability = 1;
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        cupel_design_ask *v = &out->ask[i];
        /* What a grid misses of an area is in what stands beside the limit, not in the limit. */
        grid.statistics = a->kind == CUPEL_ASK_SURFACE || a->kind == CUPEL_ASK_CHORD ? NULL : &out->statistics;
        v->on_grid = cupel_ask_value(d, a, &grid);
        v->value = a->on_grid ? v->on_grid : cupel_ask_value(d, a, &limit);
        v->error = a->whole ? bar_of_tensor(a, a->on_grid ? &out->grid_bar : &out->bar) : bar_of_number(s, a, &out->limit, &out->bar);
        if (cupel_ask_is_statistic(a)) v->error = cupel_ask_value(d, a, &bar);
        cupel_connected_value(d, out, i);
        say_coarse(a, v, out);
        cupel_design_judge(d, a, v);
        if (v->mended != 0) cupel_connected_spoils(d, out, i, v->value);
        out->meets = out->meets && v->met;
        out->probability *= v->probability;
    }
}

/* The recipe on the grid of the verification, the grid of the design or, where that is told already, three quarters of the first, and half of it. */
static cupel_status build(const cupel_search *s, const cupel_design *out, bool on_grid, cupel_grids *g, cupel_err *err)
{
    size_t n[3][3];
    cupel_recipe_grid(&out->recipe, out->fine, n[0]);
    cupel_grids_of(n[0], n[1], n[2]);
    if (on_grid) cupel_recipe_grid(&out->recipe, out->grid, n[1]);
    for (int i = 0; i < 3; i++) {
        cupel_trial_edges(&out->recipe, n[i], g->edge[i]);
        cupel_status st = cupel_recipe_mixture(&out->recipe, n[i], &g->grid[i], s->job, err);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

/* All of *out that follows from its recipe on the grids of a verification. */
static cupel_status compute(cupel_search *s, bool on_grid, cupel_trial *of, cupel_design *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_grids g = {.edge = {{0}}};
    CUPEL_TRY(build(s, out, on_grid, &g, err));
    CUPEL_TRY(cupel_connected_grids(s->d, out, &g, s->job, err));
    const bool one = limit_of_one(s->d, &g.grid[0], out);
    if (s->d->needs_conduction && !one) CUPEL_TRY(limit_of(s, CUPEL_CONDUCTION, &g, of, out, err));
    if (s->d->needs_elasticity && !one) CUPEL_TRY(limit_of(s, CUPEL_ELASTICITY, &g, of, out, err));
    cupel_mixture_fractions(&g.grid[0], out->limit.fraction);
    if (!one) limit_of_layers(s->d, out);
    CUPEL_TRY(cupel_statistics_of_limit(s->d, &out->recipe, out->grid, s->job, &out->statistics, &out->statistics_bar, err));
    cupel_mixture_fractions(&g.grid[1], out->on_grid.fraction);
    if (s->d->needs_surface) cupel_statistics_of_cuts(&g.grid[1], g.edge[1], out->on_grid.surface, out->on_grid.projected);
done:
    cupel_grids_release(&g);
    return st;
}

/* From *out with recipe and grids. before: what has been told on a coarser grid, with the tensors of the design's own; NULL: nothing. */
static cupel_status verify(cupel_search *s, const cupel_recipe *recipe, cupel_trial *of, const cupel_design *before, cupel_design *out,
                           cupel_err *err)
{
    const size_t solved = s->out->solves;
    const double begin = cupel_now();
    double seconds;
    cupel_status st = CUPEL_OK;
    if (!cupel_replay_design(s, recipe, out, &seconds)) {
        out->search_solves = before ? before->search_solves : solved;
        CUPEL_TRY(cupel_recipe_settle(&out->recipe, s->job, err));
        CUPEL_TRY(compute(s, !before, of, out, err));
        if (before) out->on_grid = before->on_grid, out->grid_bar = before->grid_bar;
        CUPEL_TRY(cupel_hold_of(s->d, out, s->job, &s->out->solves, err));
        judge(s, out);
        out->solves = s->out->solves;
        out->seconds = cupel_clock_worked(&s->clock);
        seconds = cupel_now() - begin;
        CUPEL_TRY(cupel_replay_keep_design(s, recipe, solved, out, seconds, err));
    }
    if (!before) s->verify_seconds = seconds;
done:
    s->out->verify_solves += s->out->solves - solved;
    return st;
}

static size_t largest_prime(size_t n)
{
    size_t p = 2;
    while (n > 1)
        if (n % p)
            p++;
        else
            n /= p;
    return p;
}

size_t cupel_design_fine(size_t grid)
{
    size_t n = (4 * grid + 2) / 3;
    n += n % 2;
    while (largest_prime(n) > 13) n += 2;
    return n;
}

cupel_status cupel_design_verify(cupel_search *s, const cupel_recipe *recipe, cupel_trial *of, cupel_design *out, cupel_err *err)
{
    *out = (cupel_design){.recipe = *recipe, .grid = s->d->grid, .resolved = true};
    out->fine = cupel_design_fine(out->grid);
    return verify(s, recipe, of, NULL, out, err);
}

cupel_status cupel_design_verify_finer(cupel_search *s, const cupel_design *before, cupel_design *out, cupel_err *err)
{
    *out = (cupel_design){.recipe = before->recipe, .grid = before->grid, .fine = CUPEL_FINER * before->grid, .resolved = true};
    return verify(s, &before->recipe, NULL, before, out, err);
}
