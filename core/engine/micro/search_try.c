/* Trials of a search: from the journal or solved, each counted, and compared with measured two-point functions; and walks of them, each begun at the
 * fields of the one before. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/alike.h"
#include "core/engine/micro/feature_steer.h"
#include "core/engine/micro/replay.h"

#include <math.h>

static cupel_status note_point(cupel_search *s, const cupel_trial *t, size_t grid, cupel_err *err)
{
    cupel_designs *o = s->out;
    if (!cupel_grow(&o->point, &o->cap_points, o->n_points + 1, sizeof *o->point)) return cupel_no_memory(err, "the trials of a design", 0);
    cupel_design_point *p = &o->point[o->n_points++];
    *p = (cupel_design_point){t->t, grid, s->seed, s->family->number, {0}};
    for (size_t k = 0; k < s->family->n; k++) p->x[k] = t->recipe.value[s->family->place[k]];
    return CUPEL_OK;
}

/* Fields for the last trial of a walk that has none: the walk is gone from its beginning. What that solves was counted when it was solved first. */
static cupel_status walk_again(const cupel_search *s, const cupel_walk *w, cupel_trial *t, cupel_err *err)
{
    cupel_trial last = {.solves = 0};
    for (size_t i = 0; i < w->n; i++) {
        cupel_trial next;
        cupel_trial_options o = w->one[i].made;
        o.blend_k = w->one[i].blend_k;
        o.blend_c = w->one[i].blend_c;
        o.guess = i ? &last : NULL;
        cupel_status st = cupel_trial_solve(s->d, &w->one[i].recipe, &o, s->job, &next, err);
        cupel_trial_release(&last);
        if (st != CUPEL_OK) return st;
        last = next;
    }
    last.made = t->made;
    last.solves = t->solves;
    last.guessed = t->guessed;
    *t = last;
    return CUPEL_OK;
}

cupel_status cupel_walk_fields(const cupel_search *s, const cupel_walk *w, cupel_trial *t, cupel_err *err)
{
    return t->mixture ? CUPEL_OK : walk_again(s, w, t, err);
}

void cupel_walk_add(cupel_walk *w, const cupel_trial *t)
{
    if (!t->guessed) w->n = 0;
    w->one[w->n++] = (struct cupel_walked){t->recipe, t->made, t->blend_k, t->blend_c};
}

static cupel_status solve_trial(cupel_search *s, const cupel_recipe *r, cupel_trial_options *o, const cupel_walk *walk, cupel_trial *from,
                                cupel_trial *t, cupel_err *err)
{
    double seconds;
    if (!cupel_replay_trial(s, r, o, t, &seconds)) {
        const double begin = cupel_now();
        cupel_status st = o->guess ? cupel_walk_fields(s, walk, from, err) : CUPEL_OK;
        if (st == CUPEL_OK) st = cupel_trial_solve(s->d, r, o, s->job, t, err);
        seconds = cupel_now() - begin;
        if (st == CUPEL_OK) st = cupel_replay_keep_trial(s, r, o, t, seconds, err);
        if (st != CUPEL_OK) return st;
    }
    cupel_status st = cupel_alike_beyond(s->alike, r, s->job, &t->t.alike, err);
    if (st == CUPEL_OK) st = cupel_feature_measure(s, r, &t->t, err);
    if (st != CUPEL_OK) {
        cupel_trial_release(t);
        return st;
    }
    s->blend_k = t->blend_k;
    s->blend_c = t->blend_c;
    s->out->solves += t->solves;
    if (!o->guess) s->trial_seconds = fmax(0.7 * s->trial_seconds, seconds / cupel_search_seconds(1, o->grid));
    return note_point(s, t, o->grid, err);
}

bool cupel_search_leave(cupel_search *s, const char *what, cupel_status *st, cupel_err *err)
{
    if (*st != CUPEL_FAILED) return false;
    if (what) cupel_say(s->job, CUPEL_WARNING, "%s: %s", what, err ? err->message : "it cannot be solved");
    s->out->solves += s->d->needs_elasticity ? 6 : 3; /* what it has cost, so that a budget ends */
    if (err) *err = (cupel_err){.status = CUPEL_OK};
    *st = CUPEL_OK;
    return true;
}

void cupel_search_drop(cupel_search *s, cupel_status *st, cupel_err *err)
{
    if (cupel_search_leave(s, s->out->dropped ? NULL : "a start is left for the next", st, err)) s->out->dropped++;
}

cupel_status cupel_search_try(cupel_search *s, const double *x, size_t grid, double accuracy, cupel_trial *t, cupel_err *err)
{
    cupel_recipe r;
    cupel_trial_options o = {.grid = grid, .accuracy = accuracy, .blend_k = s->blend_k, .blend_c = s->blend_c};
    cupel_status st = cupel_search_recipe(s, x, &r, err);
    return st == CUPEL_OK ? solve_trial(s, &r, &o, NULL, NULL, t, err) : st;
}

/* On coarser grids a trial costs less than its derivatives do, and those from fields that began at nothing lead further. */
enum { WORTH = 40 };

cupel_status cupel_search_try_on(cupel_search *s, const double *x, size_t grid, double accuracy, const cupel_walk *walk, cupel_trial *from,
                                 cupel_trial *t, cupel_err *err)
{
    cupel_recipe r;
    const bool from_it = grid >= WORTH && from->made.grid == grid && walk->n < CUPEL_WALK_MAX;
    cupel_trial_options o = {.grid = grid, .accuracy = accuracy, .blend_k = s->blend_k, .blend_c = s->blend_c, .fields = true,
                             .rough = s->rough, .guess = from_it ? from : NULL};
    cupel_status st = cupel_search_recipe(s, x, &r, err);
    if (st == CUPEL_OK) st = solve_trial(s, &r, &o, walk, from, t, err);
    if (st == CUPEL_OK) t->guessed = from_it;
    return st;
}
