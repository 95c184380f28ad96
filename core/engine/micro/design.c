#include "core/engine/micro/design.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/alike.h"
#include "core/engine/micro/connected.h"
#include "core/engine/micro/design_start.h"
#include "core/engine/micro/feature_steer.h"
#include "core/engine/micro/hold.h"
#include "core/engine/micro/order.h"
#include "core/engine/micro/twins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TRIED = 4, STEPS = 24, ROUNDS = 3 };

void cupel_designs_release(cupel_designs *designs)
{
    cupel_free(designs->step);
    cupel_free(designs->point);
    *designs = (cupel_designs){0};
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* The grid on which starts compete, and the one on which they are finished: no finer than three quarters of the one that corrects it. */
static size_t coarse_of(const cupel_search *s) { return least(s->family->coarse, s->d->grid); }
static size_t middle_of(const cupel_search *s)
{
    const size_t fine = least(s->family->fine, s->d->grid), below = 3 * fine / 4 + 3 * fine / 4 % 2, coarse = coarse_of(s);
    return least(s->family->middle, below > coarse ? below : coarse);
}

/* Damping of the first step of a start, in its cost. */
static const double FIRMNESS = 5e-2;

static void begin_at(cupel_search *s, const cupel_start *start)
{
    s->family = &s->families.one[start->family];
    s->seed = start->seed;
    s->start = start->order;
    s->share_grid = 0;
    s->shift = s->own_shift = (cupel_tensors){.fraction = {0}};
    s->aimed = false;
    s->firmness = FIRMNESS;
    s->again = s->goals;
    for (size_t i = 0; i < s->d->n_asks; i++) s->margin[i] = cupel_hold_margin(s->d, &s->d->ask[i]);
    cupel_feature_begin(s);
    memcpy(s->x, start->x, sizeof s->x);
}

/* Residuals as far as a design should be from its tolerances: bars add to it. In a map of skeletons, whose two grids tell the limit to about half a
 * tolerance, further off: the verification, on finer ones, corrects that. */
static const double ENOUGH = 0.12, ENOUGH_THIN = 0.3;

/* The residual that a start has to reach on the coarse grid to be finished before the others are tried: what that grid is off, or a tolerance; well
 * below it for stiffness, where fields stall there. */
static double near_of(const cupel_search *s)
{
    double near = s->d->needs_elasticity ? 0.4 : 1;
    for (size_t i = 0; i < s->d->n_asks; i++)
        if (s->d->ask[i].whole && s->d->ask[i].within > 0) near = fmax(near, s->family->off / s->d->ask[i].within);
    return near;
}

/* On a grid that is not the last one no nearer than it can tell. */
static double enough_before(const cupel_search *s) { return s->family->off > 0 ? near_of(s) / 2 : 2 * ENOUGH; }

/* Steps of a skeleton on the coarse grid, after which one that is not near leaves the others a try: of five bones
 * the three whose first start was good were near by then (4, 5 and 6 steps). */
enum { FIRST_STEPS = 6 };

/* The coarse grid alone. */
static cupel_status descend_coarse(cupel_search *s, cupel_start *start, cupel_err *err)
{
    cupel_trial t = {.solves = 0};
    if (cupel_loads_lack(s, (double)cupel_loads_start(s))) return CUPEL_OK; /* it is verified where it was found */
    begin_at(s, start);
    s->ahead = cupel_loads_first(s->d) + 2;
    const size_t first = s->family->kind == CUPEL_FAMILY_SKELETON && !s->goals ? FIRST_STEPS : STEPS;
    cupel_status st = cupel_search_stage(s, coarse_of(s), first, enough_before(s), 1e-3, &t, err);
    if (st == CUPEL_OK && first < STEPS && s->cost < pow(near_of(s), 2))
        st = cupel_search_stage(s, coarse_of(s), STEPS - first, enough_before(s), 1e-3, &t, err);
    if (st == CUPEL_OK) start->cost = cupel_search_merit(s, &t.t);
    if (st == CUPEL_FAILED) start->cost = HUGE_VAL;
    cupel_search_drop(s, &st, err);
    cupel_trial_release(&t);
    memcpy(start->x, s->x, sizeof start->x);
    return st;
}

/* Would another round bring it nearer? Not where the bar alone is what is wrong. */
static bool can_gain(const cupel_search *s, const cupel_design *one)
{
    for (size_t i = 0; i < s->d->n_asks; i++) {
        const cupel_ask *a = &s->d->ask[i];
        if (one->ask[i].met) continue;
        if (!a->whole || one->ask[i].value > 0.25 * a->within) return true;
    }
    return false;
}

static bool can_be_finer(const cupel_search *s, const cupel_design *one)
{
    const size_t most = s->d->needs_elasticity ? CUPEL_FINER_ELASTIC : CUPEL_FINER_MOST;
    return !one->meets && s->d->grid <= most && !cupel_search_spent_finer(s);
}

/* Only the bar is in the way, and a narrower one may let it pass. */
static bool asks_for_finer(const cupel_search *s, const cupel_design *one)
{
    static const double NARROWER = 0.6; /* of the bar on the finer grid */
    for (size_t i = 0; i < s->d->n_asks; i++) {
        const cupel_ask *a = &s->d->ask[i];
        const cupel_design_ask *v = &one->ask[i];
        if (!v->met && (!a->whole || v->value + v->above + NARROWER * v->error > a->within)) return false;
    }
    return can_be_finer(s, one);
}

/* The whole tensor that is furthest off, in its tolerances; 0 where numbers are asked for too and missed. */
static double furthest(const cupel_micro_demand *d, const cupel_design *one)
{
    double most = 0;
    for (size_t i = 0; i < d->n_asks; i++) {
        if (!d->ask[i].whole && !one->ask[i].met) return 0;
        if (d->ask[i].whole) most = fmax(most, one->ask[i].value / d->ask[i].within);
    }
    return most;
}

/* finer: two designs are compared on the same grid, so that once one was verified on the finer the next ones are too. *done: there was time. */
static cupel_status verify(cupel_search *s, const cupel_recipe *recipe, cupel_trial *of, bool *finer, cupel_design *one, bool *done, cupel_err *err)
{
    cupel_design more;
    cupel_status st = cupel_design_verify(s, recipe, of, one, err);
    *done = st == CUPEL_OK;
    if (*done && (*finer ? can_be_finer(s, one) : asks_for_finer(s, one))) {
        st = cupel_design_verify_finer(s, one, &more, err);
        if (st == CUPEL_OK) *one = more, *finer = true;
        (void)cupel_search_leave(s, "a finer verification is left out", &st, err); /* the coarser one stands */
    }
    if (!cupel_search_no_time(s, st)) return st;
    s->no_time = true;
    return CUPEL_OK;
}

/* The nearest of what is so far from the demand that other starts are tried before it is verified. */
typedef struct put_off {
    bool any;
    double cost;
    cupel_recipe recipe;
} put_off;

/* Residual, in tolerances, beyond which rounds of verifications have not led to the demand. */
static const double FAR = 2;

static cupel_status put_it_off(const cupel_search *s, put_off *later, cupel_err *err)
{
    if (later->any && !(s->cost < later->cost)) return CUPEL_OK;
    *later = (put_off){.any = true, .cost = s->cost};
    return cupel_search_recipe(s, s->x, &later->recipe, err);
}

/* How far inside its window a number has to be: its bar, and what it is to hold under. */
static double margin_of(const cupel_ask *a, const cupel_design_ask *v)
{
    const double hold = fmax(v->above, v->below);
    return a->whole ? 0 : v->error + (isnan(hold) ? 0 : hold);
}

/* The search draws what is mended only when it is verified: its volume fractions are off by what that removes and fills. */
static void aim_at_fractions(cupel_search *s, const cupel_design *one, const cupel_tensors *here)
{
    for (size_t i = 0; i < s->d->n_phases; i++)
        s->shift.fraction[i] = cupel_design_is_mended(one) ? one->limit.fraction[i] - here->fraction[i] : 0;
}

/* Is this the trial of x? Derivatives are differences from it. */
static bool is_at(const cupel_search *s, const cupel_trial *t)
{
    cupel_recipe r;
    return cupel_search_recipe(s, s->x, &r, NULL) == CUPEL_OK && cupel_recipe_same(&r, &t->recipe);
}

/* A measured two-point function alone: it is the same from every grid of the search, and a verification costs no solve and corrects nothing. */
static bool alike_alone(const cupel_search *s)
{
    bool alone = s->alike && !cupel_demand_is_physical(s->d) && !s->d->needs_surface;
    for (size_t i = 0; i < s->d->n_asks; i++) alone = alone && s->d->ask[i].kind != CUPEL_ASK_FEATURE;
    return alone;
}

/* On the grid between, and by the map. */
static cupel_status approach(cupel_search *s, cupel_trial *t, cupel_err *err)
{
    if (alike_alone(s)) return cupel_search_stage(s, coarse_of(s), 0, 0, 1e-3, t, err);
    const size_t coarse = coarse_of(s), middle = middle_of(s), between = middle > coarse && cupel_search_beyond(s, middle) ? coarse : middle;
    s->ahead = 2; /* of the map */
    const cupel_status st = cupel_search_stage(s, between, between > coarse ? STEPS : 0, enough_before(s), 1e-3, t, err);
    return st == CUPEL_OK ? cupel_search_map(s, s->family->off > 0 ? ENOUGH_THIN : ENOUGH, t, err) : st;
}

/* One start to the end: corrected by finer grids, verified, and once or twice more with what the verification has found taken from the targets. */
static cupel_status finish(cupel_search *s, const cupel_start *start, put_off *later, cupel_design *best, bool *found, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_trial t = {.solves = 0};
    cupel_design one;
    *found = false;
    if (cupel_search_late(s, CUPEL_CUT_STARTS)) return CUPEL_OK;
    begin_at(s, start);
    if (!cupel_loads_lack(s, (double)cupel_loads_finish(s))) CUPEL_TRY(approach(s, &t, err));
    if (!alike_alone(s) && !s->goals && s->cost > FAR * FAR && !cupel_search_spent_verifying(s, 1.5, CUPEL_CUT_STARTS)) {
        st = put_it_off(s, later, err);
        goto done;
    }
    const size_t grid = t.made.grid; /* the map may have gone to a finer one */
    double before = HUGE_VAL;
    bool finer = false, done;
    for (int round = 0; round < ROUNDS; round++) {
        cupel_recipe recipe;
        if (!*found && cupel_search_late(s, CUPEL_CUT_VERIFYING)) break;
        CUPEL_TRY(cupel_search_recipe(s, s->x, &recipe, err));
        CUPEL_TRY(verify(s, &recipe, &t, &finer, &one, &done, err));
        if (!done) break;
        s->again = false;
        if (!*found || cupel_design_compare(s->d, &one, best) < 0) *best = one;
        *found = true;
        const double off = furthest(s->d, &one);
        const bool stalls = off > 1 && off > 0.5 * before;
        if (one.meets || stalls || !grid || alike_alone(s) || !can_gain(s, &one) || cupel_search_spent_verifying(s, 0.2, CUPEL_CUT_VERIFYING)) break;
        before = off;
        if (!is_at(s, &t)) cupel_trial_release(&t); /* x has gone back to an earlier one */
        CUPEL_TRY(cupel_search_stage(s, grid, 0, ENOUGH, 5e-4, &t, err));
        cupel_search_aim(s, &one.limit, &one.on_grid, &t.t);
        aim_at_fractions(s, &one, &t.t);
        CUPEL_TRY(cupel_feature_aim(s, &t.t, err));
        for (size_t i = 0; i < s->d->n_asks; i++) s->margin[i] = margin_of(&s->d->ask[i], &one.ask[i]);
        CUPEL_TRY(cupel_search_stage(s, grid, STEPS / 2, 0.5 * ENOUGH, 5e-4, &t, err));
    }
done:
    cupel_trial_release(&t);
    cupel_trial_release(&s->fine.last);
    return st;
}

static int by_cost(const void *a, const void *b)
{
    const cupel_start *x = a, *y = b;
    return x->cost != y->cost ? (x->cost > y->cost) - (x->cost < y->cost) : x->order > y->order ? 1 : -1;
}

/* Of two starts that have run into the same place the better is kept. */
static cupel_status keep(cupel_search *s, const cupel_design *one, cupel_err *err)
{
    cupel_designs *o = s->out;
    for (size_t i = 0; i < o->n; i++) {
        bool twins;
        cupel_status st = cupel_twins(s->d, &o->one[i], one, s->job, &twins, err);
        if (st != CUPEL_OK) return st;
        if (!twins) continue;
        o->merged++;
        if (cupel_design_compare(s->d, one, &o->one[i]) < 0) o->one[i] = *one;
        return CUPEL_OK;
    }
    if (o->n < CUPEL_DESIGNS_MAX) o->one[o->n++] = *one;
    return CUPEL_OK;
}

static size_t met(const cupel_designs *o)
{
    size_t n = 0;
    for (size_t i = 0; i < o->n; i++) n += o->one[i].meets;
    return n;
}

/* Starts that did not converge have been paid for: of a budget in solves that no longer holds a verification no other start is tried. */
static bool paid_for_nothing(const cupel_search *s, size_t dropped)
{
    return s->out->dropped > dropped && cupel_loads_lack(s, (double)cupel_loads_verification(s));
}

/* Starts compete on the coarse grid, a few at a time; the best are finished, one after the other, until enough meet the demand. */
static cupel_status compete(cupel_search *s, cupel_starts *starts, cupel_designs *o, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    put_off later = {.any = false};
    const size_t dropped = s->out->dropped;
    for (size_t i = 0, k; i < starts->n; i = k) { /* where one is near the rest of its group waits for the next */
        const size_t end = i + TRIED < starts->n ? i + TRIED : starts->n;
        k = i;
        for (; k < end; k++) {
            if (((k > i || o->n || later.any) && cupel_search_spent_start(s, cupel_loads_start(s))) || cupel_search_late(s, CUPEL_CUT_STARTS)) break;
            if (paid_for_nothing(s, dropped)) break;
            CUPEL_TRY(descend_coarse(s, &starts->one[k], err));
            if (!s->goals && starts->one[k].cost < pow(near_of(s), 2)) {
                k++;
                break;
            }
        }
        if (k == i) break; /* no time for one more */
        qsort(starts->one + i, k - i, sizeof *starts->one, by_cost);
        for (size_t j = i; j < k; j++) {
            cupel_design one;
            bool found = false;
            if (starts->one[j].cost == HUGE_VAL) continue; /* dropped */
            if (cupel_search_late(s, CUPEL_CUT_STARTS) || ((o->n || later.any) && cupel_search_spent_start(s, cupel_loads_finish(s)))) goto done;
            if (paid_for_nothing(s, dropped)) goto done;
            st = finish(s, &starts->one[j], &later, &one, &found, err);
            cupel_search_drop(s, &st, err);
            if (found) {
                const cupel_status kept = keep(s, &one, err);
                if (st == CUPEL_OK) st = kept;
            }
            if (st != CUPEL_OK || s->no_time || met(o) >= s->d->designs) goto done;
        }
    }
done:
    if (st == CUPEL_OK && !o->n && later.any && !s->no_time) {
        st = cupel_design_verify(s, &later.recipe, NULL, &o->one[0], err);
        o->n = st == CUPEL_OK;
        if (cupel_search_no_time(s, st)) st = CUPEL_OK, s->no_time = true;
        (void)cupel_search_leave(s, "the nearest cannot be verified", &st, err);
    }
    return st;
}

/* The start that a surrogate knows, and what that was worth. */
static cupel_status start_known(cupel_search *s, cupel_starts *starts, cupel_err *err)
{
    cupel_start *one = &starts->one[0];
    *one = (cupel_start){.seed = s->d->space && cupel_yaml_get(s->d->space, "seed") ? s->families.one[0].start.seed : s->d->seed};
    begin_at(s, one);
    starts->n = 1;
    return cupel_design_start(s, s->family, s->d->surrogate, s->family->scan_grid, one->x, &s->out->begun, err);
}

static void sort_designs(const cupel_micro_demand *d, cupel_designs *o)
{
    for (size_t i = 1; i < o->n; i++)
        for (size_t k = i; k && cupel_design_compare(d, &o->one[k], &o->one[k - 1]) < 0; k--) {
            const cupel_design swap = o->one[k];
            o->one[k] = o->one[k - 1];
            o->one[k - 1] = swap;
        }
}

/* Recipes that go out say that they are meant in one body. */
static void name_body(const cupel_micro_demand *d, cupel_designs *o)
{
    for (size_t i = 0; i < o->n && d->connected < d->n_phases; i++) o->one[i].recipe.one_body = d->connected + 1;
}

static cupel_status none_converges(const cupel_search *s, cupel_err *err)
{
    if (!s->out->dropped) return CUPEL_OK;
    return cupel_fail(err, CUPEL_FAILED, "%s:%zu: the solver converged for none of the %zu starts that were tried; phases that differ less, or "
                                         "another 'grid' or 'space', may help", s->d->file, s->d->phase[0].line, s->out->dropped);
}

cupel_status cupel_design_search(const cupel_micro_demand *d, double begin, struct cupel_journal *journal, const cupel_job *job,
                                 cupel_designs *designs, cupel_err *err)
{
    *designs = (cupel_designs){0};
    for (size_t i = 0; i < CUPEL_SPACES_MAX; i++) designs->space[i].misfit = NAN; /* none was looked at */
    cupel_status st = CUPEL_OK;
    cupel_search *s = cupel_alloc(1, sizeof *s);
    bool enough = false;
    cupel_starts *starts = cupel_alloc(1, sizeof *starts);
    if (!s || !starts) CUPEL_TRY(cupel_no_memory(err, "a design", sizeof *starts));
    *s = (cupel_search){.d = d, .job = job, .out = designs, .journal = journal, .clock = {begin, d->budget_seconds, &designs->cut}, .seed = d->seed,
                        .blend_k = NAN, .blend_c = NAN, .falls = cupel_design_falls(d)};
    CUPEL_TRY(cupel_alike_new(d, job, &s->alike, err));
    CUPEL_TRY(cupel_design_exact(s, &enough, err));
    if (!enough) CUPEL_TRY(cupel_families_of(d, &s->families, err));
    if (!enough) CUPEL_TRY(cupel_design_layers(s, &enough, err));
    if (!enough) CUPEL_TRY(cupel_alike_families(s, err));
    if (!enough) CUPEL_TRY(d->surrogate ? start_known(s, starts, err) : cupel_starts_scan(s, starts, err));
    if (!enough && !d->surrogate) CUPEL_TRY(cupel_alike_starts(s, starts, err));
    if (!enough) st = compete(s, starts, designs, err);
    if (st == CUPEL_OK && !enough && !designs->n && !s->best.grid) st = none_converges(s, err);
done:
    if (s && (st == CUPEL_OK || st == CUPEL_INTERRUPTED)) {
        designs->out_of_budget = designs->out_of_budget || cupel_search_out_of_budget(s);
        const cupel_status left = cupel_design_unverified(s, st == CUPEL_OK ? err : NULL);
        if (st == CUPEL_OK) st = left;
        sort_designs(d, designs);
        name_body(d, designs);
    }
    if (s) designs->seconds = cupel_clock_worked(&s->clock), designs->trial_seconds = s->trial_seconds;
    if (s) cupel_alike_free(s->alike);
    cupel_free(s);
    cupel_free(starts);
    if (st != CUPEL_OK && st != CUPEL_INTERRUPTED) cupel_designs_release(designs);
    return st;
}
