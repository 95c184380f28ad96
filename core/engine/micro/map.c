/* Space mapping (Bandler et al., IEEE Trans. Microwave Theory Tech. 42, 2536 (1994), doi:10.1109/22.339794): the search moves on a coarse grid with its
 * derivatives, and what that grid is off from the limit, known from two finer ones without derivatives, is taken from the targets. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/search.h"
#include "models/homogenize/estimate.h"

#include <math.h>
#include <string.h>

enum { CYCLES = 4, STEPS = 4 };

/* A cycle that leaves more than this share of the cost: the coarse grid is too coarse to lead to the limit. */
static const double SLOW = 0.1;
/* And where no finer one is left, more than this: another start is worth more. */
static const double STUCK = 0.5;

static size_t even(size_t n) { return n + n % 2; }

/* A grid that is only solved on, each time from the fields of the last. */
typedef struct level {
    cupel_walk walk;
    cupel_trial last;
} level;

/* What iterating leaves is multiplied by extrapolating: conduction has the iterations to spare. */
static double accuracy_of(const cupel_search *s) { return s->d->needs_elasticity ? 3e-4 : 1e-4; }

static cupel_status solve_on(cupel_search *s, level *l, size_t grid, cupel_err *err)
{
    cupel_trial next;
    const cupel_status st = cupel_search_try_on(s, s->x, grid, accuracy_of(s), &l->walk, &l->last, &next, err);
    if (st != CUPEL_OK) return st;
    cupel_walk_add(&l->walk, &next);
    cupel_trial_release(&l->last);
    l->last = next;
    return CUPEL_OK;
}

/* The limit at s->x from two grids, as a verification extrapolates. `here` is a trial on the grid
 * of the search, which is one of them where it is fine enough. on [2]: middle and fine. */
static cupel_status limit_of_two(cupel_search *s, size_t fine, const cupel_trial *here, level *on, cupel_tensors *limit, double *bar, cupel_err *err)
{
    const bool enough = here->made.grid >= fine / 2 + fine / 8 && here->made.grid < fine;
    const size_t middle = enough ? here->made.grid : even(3 * fine / 4);
    const double ratio = (double)fine / (double)middle, ahead = 1 / (ratio * ratio - 1);
    const double stiff = 1 / (pow(ratio, cupel_grid_power(CUPEL_ELASTICITY, cupel_design_contrast(s->d))) - 1);
    cupel_status st = enough ? CUPEL_OK : solve_on(s, &on[0], middle, err);
    if (st == CUPEL_OK) st = solve_on(s, &on[1], fine, err);
    if (st != CUPEL_OK) return st;
    const cupel_tensors *m = enough ? &here->t : &on[0].last.t, *f = &on[1].last.t;
    *limit = *f;
    for (size_t i = 0; i < 9; i++) limit->k[i] += ahead * (f->k[i] - m->k[i]);
    for (size_t i = 0; i < 36; i++) limit->c[i] += stiff * (f->c[i] - m->c[i]);
    for (size_t i = 0; i < 6; i++) limit->alpha[i] += ahead * (f->alpha[i] - m->alpha[i]);
    const cupel_micro_state far = cupel_tensors_state(s->d, limit), near = cupel_tensors_state(s->d, f);
    for (size_t i = 0; i < s->d->n_asks; i++)
        bar[i] = s->d->ask[i].whole ? 0 : fabs(cupel_ask_value(s->d, &s->d->ask[i], &far) - cupel_ask_value(s->d, &s->d->ask[i], &near));
    return CUPEL_OK;
}

/* The search goes on on the grid between, where x has been solved too: its derivatives know more of the limit. False where there is none. */
static bool go_finer(cupel_search *s, level *between, cupel_trial *t)
{
    if (between->last.made.grid <= t->made.grid) return false;
    cupel_trial_release(t);
    *t = between->last;
    s->walk = between->walk;
    between->last = (cupel_trial){.solves = 0};
    between->walk.n = 0;
    return true;
}

static void difference(const cupel_tensors *a, const cupel_tensors *b, cupel_tensors *out)
{
    for (size_t i = 0; i < 9; i++) out->k[i] = a->k[i] - b->k[i];
    for (size_t i = 0; i < 36; i++) out->c[i] = a->c[i] - b->c[i];
    for (size_t i = 0; i < 6; i++) out->alpha[i] = a->alpha[i] - b->alpha[i];
}

void cupel_search_aim(cupel_search *s, const cupel_tensors *limit, const cupel_tensors *on_grid, const cupel_tensors *here)
{
    difference(limit, here, &s->shift);
    difference(on_grid, here, &s->own_shift);
    s->aimed = true;
}

/* What the grid of the design gives where `f` is on one that may be coarser. */
static void own_grid(const cupel_search *s, size_t fine, const cupel_tensors *limit, const cupel_tensors *f, cupel_tensors *own)
{
    const double ratio = (double)fine / (double)s->d->grid, left = ratio * ratio;
    const double stiff = pow(ratio, cupel_grid_power(CUPEL_ELASTICITY, cupel_design_contrast(s->d)));
    *own = *f;
    for (size_t i = 0; i < 9; i++) own->k[i] = limit->k[i] + left * (f->k[i] - limit->k[i]);
    for (size_t i = 0; i < 36; i++) own->c[i] = limit->c[i] + stiff * (f->c[i] - limit->c[i]);
    for (size_t i = 0; i < 6; i++) own->alpha[i] = limit->alpha[i] + left * (f->alpha[i] - limit->alpha[i]);
}

/* Two targets of one tensor keep each other from being met to the last: what is left of them does not go. */
static bool holds(const cupel_search *s)
{
    for (size_t i = 0; i < s->d->n_asks; i++)
        if (cupel_search_asks_both(s->d, &s->d->ask[i])) return true;
    return false;
}

cupel_status cupel_search_map(cupel_search *s, double enough, cupel_trial *t, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t fine = s->family->fine < s->d->grid ? s->family->fine : s->d->grid;
    double best = HUGE_VAL, before = HUGE_VAL, x[CUPEL_TRIAL_PARAMS], bar[CUPEL_ASKS_MAX] = {0};
    cupel_tensors shift = s->shift, own_shift = s->own_shift, limit, own;
    level *on = cupel_alloc(2, sizeof *on);
    if (!on) return cupel_no_memory(err, "a map of grids", 2 * sizeof *on);
    memcpy(x, s->x, sizeof x);
    for (size_t cycle = 0; cycle < CYCLES; cycle++) {
        if ((cycle && cupel_search_spent(s, fine, 1)) || cupel_search_beyond(s, fine)) { /* as far as the search knows it is nearer */
            best = s->cost;
            shift = s->shift, own_shift = s->own_shift;
            memcpy(x, s->x, sizeof x);
            break;
        }
        CUPEL_TRY(limit_of_two(s, fine, t, on, &limit, bar, err));
        own_grid(s, fine, &limit, &on[1].last.t, &own);
        cupel_search_aim(s, &limit, &own, &t->t);
        memcpy(s->margin, bar, sizeof s->margin);
        CUPEL_TRY(cupel_search_note(s, fine, &t->t, err));
        const bool slow = !s->goals && s->cost > SLOW * before, finer = slow && go_finer(s, &on[0], t); /* a goal is never there */
        if (finer) cupel_search_aim(s, &limit, &own, &t->t);
        if (s->cost < best) {
            best = s->cost;
            shift = s->shift, own_shift = s->own_shift;
            memcpy(x, s->x, sizeof x);
        }
        if (s->cost <= enough * enough || s->cost > 4 * best || cycle + 1 == CYCLES || cupel_search_spent_verifying(s, 0)) break;
        if (slow && !finer && s->cost > fmax(holds(s) ? 0 : 1, STUCK * before)) break;
        before = s->cost;
        CUPEL_TRY(cupel_search_stage(s, t->made.grid, STEPS, 0.5 * enough, s->d->needs_elasticity ? 5e-4 : 1e-4, t, err));
    }
    s->shift = shift, s->own_shift = own_shift;
    s->cost = best;
    memcpy(s->x, x, sizeof x);
done:
    for (int i = 0; i < 2; i++) cupel_trial_release(&on[i].last);
    cupel_free(on);
    return st;
}
