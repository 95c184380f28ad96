/* Space mapping (Bandler et al., IEEE Trans. Microwave Theory Tech. 42, 2536 (1994), doi:10.1109/22.339794): the search moves on a coarse grid with its
 * derivatives, and what that grid is off from the limit, known from two finer ones without derivatives, is taken from the targets. */
#include "core/base/err.h"
#include "core/engine/micro/search.h"

#include <math.h>
#include <string.h>

enum { CYCLES = 4, STEPS = 4 };

static size_t even(size_t n) { return n + n % 2; }

/* The limit at s->x from two grids: where cut voxels respond as they should the error goes with the square of the voxel. `here` is a trial on the grid
 * of the search, which is one of them where it is fine enough. */
static cupel_status limit_of_two(cupel_search *s, size_t fine, const cupel_trial *here, cupel_tensors *limit, double *bar, cupel_err *err)
{
    const bool enough = here->made.grid >= fine / 2 + fine / 8 && here->made.grid < fine;
    const size_t middle = enough ? here->made.grid : even(3 * fine / 4);
    const double ratio = (double)fine / (double)middle, ahead = 1 / (ratio * ratio - 1);
    cupel_trial m = {.solves = 0}, f = {.solves = 0};
    cupel_status st = enough ? CUPEL_OK : cupel_search_try(s, s->x, middle, 3e-4, false, &m, err);
    const cupel_tensors *coarser = enough ? &here->t : &m.t;
    if (st == CUPEL_OK) st = cupel_search_try(s, s->x, fine, 3e-4, false, &f, err);
    if (st == CUPEL_OK) {
        *limit = f.t;
        for (size_t i = 0; i < 9; i++) limit->k[i] += ahead * (f.t.k[i] - coarser->k[i]);
        for (size_t i = 0; i < 36; i++) limit->c[i] += ahead * (f.t.c[i] - coarser->c[i]);
        for (size_t i = 0; i < 6; i++) limit->alpha[i] += ahead * (f.t.alpha[i] - coarser->alpha[i]);
        const cupel_micro_state far = cupel_tensors_state(s->d, limit), near = cupel_tensors_state(s->d, &f.t);
        for (size_t i = 0; i < s->d->n_asks; i++)
            bar[i] = s->d->ask[i].whole ? 0 : fabs(cupel_ask_value(s->d, &s->d->ask[i], &far) - cupel_ask_value(s->d, &s->d->ask[i], &near));
    }
    cupel_trial_release(&m);
    cupel_trial_release(&f);
    return st;
}

void cupel_search_aim(cupel_search *s, const cupel_tensors *limit, const cupel_tensors *here)
{
    for (size_t i = 0; i < 9; i++) s->shift.k[i] = limit->k[i] - here->k[i];
    for (size_t i = 0; i < 36; i++) s->shift.c[i] = limit->c[i] - here->c[i];
    for (size_t i = 0; i < 6; i++) s->shift.alpha[i] = limit->alpha[i] - here->alpha[i];
}

cupel_status cupel_search_map(cupel_search *s, double enough, cupel_trial *t, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t fine = s->family->fine < s->d->grid ? s->family->fine : s->d->grid, grid = t->made.grid;
    double best = HUGE_VAL, x[CUPEL_TRIAL_PARAMS], bar[CUPEL_ASKS_MAX] = {0};
    cupel_tensors shift = s->shift, limit;
    memcpy(x, s->x, sizeof x);
    for (size_t cycle = 0; cycle < CYCLES; cycle++) {
        CUPEL_TRY(limit_of_two(s, fine, t, &limit, bar, err));
        cupel_search_aim(s, &limit, &t->t);
        memcpy(s->margin, bar, sizeof s->margin);
        CUPEL_TRY(cupel_search_note(s, fine, &t->t, err));
        if (s->cost < best) {
            best = s->cost;
            shift = s->shift;
            memcpy(x, s->x, sizeof x);
        }
        if (s->cost <= enough * enough || s->cost > 4 * best || cycle + 1 == CYCLES || cupel_search_spent_verifying(s, 0)) break;
        CUPEL_TRY(cupel_search_stage(s, grid, STEPS, 0.5 * enough, 5e-4, t, err));
    }
    s->shift = shift;
    s->cost = best;
    memcpy(s->x, x, sizeof x);
done:
    return st;
}
