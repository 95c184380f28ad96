/* Space mapping (Bandler et al., IEEE Trans. Microwave Theory Tech. 42, 2536 (1994), doi:10.1109/22.339794): the search moves on a coarse grid with
 * its derivatives, and what that grid is off from the limit, known from two finer ones without derivatives, is taken from the targets. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/feature_steer.h"
#include "models/homogenize/estimate.h"

#include <math.h>
#include <string.h>

enum { CYCLES = 4, STEPS = 4 }; /* corrections of the targets at most, and steps of the search after each */

/* A cycle that leaves more than this share of the cost: the coarse grid is too coarse to lead to the limit. */
static const double SLOW = 0.1;
/* And where no finer one is left, more than this: another start is worth more. */
static const double STUCK = 0.5;

/* A cycle ends at this share of the misfit it begins with: what is left is less than what the shift does not know. */
static const double ENDS = 0.25;
/* Costs this many times the least seen: the steps lead away, and the best place is taken back. */
static const double DIVERGED = 4;

static size_t even(size_t n) { return n + n % 2; }

/* What iterating leaves is multiplied by extrapolating: conduction has the iterations to spare. */
static double accuracy_of(const cupel_search *s) { return s->d->needs_elasticity ? 3e-4 : 1e-4; }
/* Of the trials of a stage, from which nothing is extrapolated. */
static double stage_accuracy(const cupel_search *s) { return s->d->needs_elasticity ? 5e-4 : 1e-4; }

/* Each time from the fields of the last. */
static cupel_status solve_on(cupel_search *s, cupel_grid_level *l, size_t grid, cupel_err *err)
{
    cupel_trial next;
    const cupel_status st = cupel_search_try_on(s, s->x, grid, accuracy_of(s), &l->walk, &l->last, &next, err);
    if (st != CUPEL_OK) return st;
    cupel_walk_add(&l->walk, &next);
    cupel_trial_release(&l->last);
    l->last = next;
    return CUPEL_OK;
}

/* The two grids from which the limit is extrapolated, and the factors to do it with; the error of a grid falls with a power of its voxel's edge that
 * is not the same for conduction and expansion (LAW_K) and for stiffness (LAW_C). */
enum { LAW_K, LAW_C, LAWS };
typedef struct law {
    size_t middle, fine;            /* voxels an edge */
    bool here;                      /* the middle one is that of the search */
    double ahead[LAWS], own[LAWS];  /* limit = fine + ahead (fine - middle); on the grid of the design limit + own (fine - limit) */
} law;

static law law_of(const cupel_search *s, size_t fine, size_t grid)
{
    const bool here = grid >= fine / 2 + fine / 8 && grid < fine;
    const size_t middle = here ? grid : even(3 * fine / 4);
    const double ratio = (double)fine / (double)middle, own = (double)fine / (double)s->d->grid;
    const double power[LAWS] = {2, cupel_grid_power(CUPEL_ELASTICITY, cupel_design_contrast(s->d))};
    law w = {.middle = middle, .fine = fine, .here = here};
    for (size_t i = 0; i < LAWS; i++) {
        w.ahead[i] = 1 / (pow(ratio, power[i]) - 1);
        w.own[i] = pow(own, power[i]);
    }
    return w;
}

/* What the grids on [2], middle and fine, tell: n values of limit and of the design's own grid. */
static void tell(size_t n, double ahead, double own, const double *middle, const double *fine, double *limit, double *on_grid)
{
    for (size_t i = 0; i < n; i++) {
        limit[i] = fine[i] + ahead * (fine[i] - middle[i]);
        on_grid[i] = limit[i] + own * (fine[i] - limit[i]);
    }
}

/* What two grids tell of the recipe at s->x. */
typedef struct told {
    cupel_tensors limit;        /* of ever finer grids, extrapolated as a verification does */
    cupel_tensors own;          /* on the grid of the design */
    double bar[CUPEL_ASKS_MAX]; /* of a number that is asked for, in its unit: |limit - fine grid|; 0 of a whole tensor */
} told;

/* Solves s->x on the fine grid and, unless the trial `here` on the grid of the search can serve as the second one (w->here), on `middle`. */
static cupel_status limit_of_two(cupel_search *s, const law *w, const cupel_trial *here, cupel_grid_level *middle, told *out, cupel_err *err)
{
    cupel_status st = w->here ? CUPEL_OK : solve_on(s, middle, w->middle, err);
    if (st == CUPEL_OK) st = solve_on(s, &s->fine, w->fine, err);
    if (st != CUPEL_OK) return st;
    const cupel_tensors *m = w->here ? &here->t : &middle->last.t, *f = &s->fine.last.t;
    cupel_tensors *limit = &out->limit, *own = &out->own;
    const double *ahead = w->ahead, *left = w->own;
    *limit = *own = *f;
    tell(9, ahead[LAW_K], left[LAW_K], m->k, f->k, limit->k, own->k);
    tell(36, ahead[LAW_C], left[LAW_C], m->c, f->c, limit->c, own->c);
    tell(6, ahead[LAW_K], left[LAW_K], m->alpha, f->alpha, limit->alpha, own->alpha);
    const cupel_micro_state far = cupel_tensors_state(s->d, limit), near = cupel_tensors_state(s->d, f);
    for (size_t i = 0; i < s->d->n_asks; i++)
        out->bar[i] = s->d->ask[i].whole ? 0 : fabs(cupel_ask_value(s->d, &s->d->ask[i], &far) - cupel_ask_value(s->d, &s->d->ask[i], &near));
    return CUPEL_OK;
}

/* The search goes on on the grid between, where x has been solved too: its derivatives know more of the limit. False where there is none. */
static bool go_finer(cupel_search *s, cupel_grid_level *between, cupel_trial *t)
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

/* Two targets of one tensor keep each other from being met to the last: what is left of them does not go. */
static bool holds(const cupel_search *s)
{
    for (size_t i = 0; i < s->d->n_asks; i++)
        if (cupel_search_asks_both(s->d, &s->d->ask[i])) return true;
    return false;
}

/* Where the search is, to come back to. */
typedef struct place {
    double cost, x[CUPEL_TRIAL_PARAMS];
    cupel_tensors shift, own_shift;
} place;

static void keep(const cupel_search *s, place *p)
{
    p->cost = s->cost;
    p->shift = s->shift, p->own_shift = s->own_shift;
    memcpy(p->x, s->x, sizeof p->x);
}

static void go_back(cupel_search *s, const place *p)
{
    s->cost = p->cost;
    s->shift = p->shift, s->own_shift = p->own_shift;
    memcpy(s->x, p->x, sizeof p->x);
}

cupel_status cupel_search_map(cupel_search *s, double enough, cupel_trial *t, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t fine = s->family->fine < s->d->grid ? s->family->fine : s->d->grid;
    double before = HUGE_VAL;
    place best;
    told now = {.bar = {0}};
    cupel_grid_level *middle = cupel_alloc(1, sizeof *middle);
    if (!middle) return cupel_no_memory(err, "a map of grids", sizeof *middle);
    cupel_trial_release(&s->fine.last);
    s->fine.walk.n = 0;
    keep(s, &best);
    best.cost = HUGE_VAL;
    s->ahead = 0;
    for (size_t cycle = 0; cycle < CYCLES; cycle++) {
        const bool lacks = cupel_loads_lack(s, 2 + (double)cupel_loads_verification(s)); /* a step back leaves nothing known to that */
        if (lacks || (cycle && cupel_search_spent(s, fine)) || cupel_search_beyond(s, fine)) { /* as far as the search knows it is nearer */
            keep(s, &best);
            break;
        }
        const law w = law_of(s, fine, t->made.grid);
        CUPEL_TRY(limit_of_two(s, &w, t, middle, &now, err));
        cupel_search_aim(s, &now.limit, &now.own, &t->t);
        memcpy(s->margin, now.bar, sizeof s->margin);
        CUPEL_TRY(cupel_feature_aim(s, &t->t, err));
        CUPEL_TRY(cupel_search_note(s, fine, &t->t, err));
        const bool slow = !s->goals && s->cost > SLOW * before, finer = slow && go_finer(s, middle, t); /* a goal is never there */
        if (finer) cupel_search_aim(s, &now.limit, &now.own, &t->t);
        if (s->cost < best.cost) keep(s, &best);
        if (s->cost <= enough * enough || s->cost > DIVERGED * best.cost || cycle + 1 == CYCLES ||
            cupel_search_spent_verifying(s, 0, CUPEL_CUT_STEPS))
            break;
        if (slow && !finer && s->cost > fmax(holds(s) ? 0 : 1, STUCK * before)) break;
        before = s->cost;
        CUPEL_TRY(cupel_search_stage(s, t->made.grid, STEPS, fmax(0.5 * enough, ENDS * sqrt(s->cost)), stage_accuracy(s), t, err));
    }
    go_back(s, &best);
done:
    cupel_trial_release(&middle->last);
    cupel_free(middle);
    return st;
}
