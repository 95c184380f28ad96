#include "core/engine/micro/design_start.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/account.h"
#include "core/io/input.h"
#include "core/sys/par.h"
#include "models/homogenize/expansion.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BLOCK = 256, ROUND = 64 };

static const double ENOUGH = 0.1; /* residual, in tolerances: no candidate needs be better */
static const double GAIN = 0.2;   /* of the residual, that makes another round of candidates worth its time */

/* What one thread has found, and its room. */
typedef struct hand {
    cupel_micro_scratch *scratch;
    double *value, *figure;   /* [BLOCK][space.n], [BLOCK][layout.width] */
    double cost, off, *best;  /* off: mean square of the distance from the middle of the ranges; [space.n] */
    uint64_t index;
} hand;

typedef struct hunt {
    const cupel_search *search;   /* with goals of its own */
    const cupel_family *family;
    const cupel_reused *from;
    uint64_t first;
    hand *hand;
    size_t n_hands;
} hunt;

static cupel_status hands_of(hunt *h, cupel_err *err)
{
    const size_t n = h->from->space.n;
    h->n_hands = h->search->job->threads ? h->search->job->threads : 1;
    h->hand = cupel_alloc(h->n_hands, sizeof *h->hand);
    if (!h->hand) return cupel_no_memory(err, "room to predict", 0);
    for (size_t i = 0; i < h->n_hands; i++) {
        hand *one = &h->hand[i];
        cupel_status st = cupel_micro_scratch_new(h->from->model, BLOCK, &one->scratch, err);
        if (st != CUPEL_OK) return st;
        one->cost = HUGE_VAL;
        one->value = cupel_alloc(BLOCK, n * sizeof *one->value), one->best = cupel_alloc(n, sizeof *one->best);
        one->figure = cupel_alloc(BLOCK, h->from->rows.layout.width * sizeof *one->figure);
        if (!one->value || !one->best || !one->figure) return cupel_no_memory(err, "room to predict", 0);
    }
    return CUPEL_OK;
}

static void hands_release(hunt *h)
{
    for (size_t i = 0; h->hand && i < h->n_hands; i++) {
        cupel_micro_scratch_free(h->hand[i].scratch);
        cupel_free(h->hand[i].value);
        cupel_free(h->hand[i].best);
        cupel_free(h->hand[i].figure);
    }
    cupel_free(h->hand);
}

/* Which range of the space is parameter i of the family; space.n: none. */
static size_t range_of(const hunt *h, size_t i)
{
    size_t k = 0;
    while (k < h->from->space.n && h->from->space.place[k] != h->family->place[i]) k++;
    return k;
}

/* A point of the space within what the family allows; whole numbers stay where the family has them. */
static void place(const hunt *h, uint64_t index, double *value)
{
    const cupel_micro_space *s = &h->from->space;
    cupel_micro_space_point(s, index, value);
    for (size_t k = 0; k < s->n; k++)
        if (s->whole[k]) value[k] = h->family->start.value[s->place[k]];
    for (size_t i = 0; i < h->family->n; i++) {
        const size_t k = range_of(h, i);
        if (k == s->n) continue;
        const double share = (value[k] - s->low[k]) / (s->high[k] - s->low[k]);
        value[k] = h->family->low[i] + share * (h->family->high[i] - h->family->low[i]);
    }
}

static double cost_of(const hunt *h, const double *figure)
{
    const cupel_micro_demand *d = h->search->d;
    const cupel_layout *l = &h->from->rows.layout;
    double r[CUPEL_RESIDUALS_MAX];
    bool one_sided[CUPEL_RESIDUALS_MAX];
    cupel_tensors t = {.fraction = {0}};
    if (d->needs_conduction) memcpy(t.k, figure + l->k, sizeof t.k);
    if (d->needs_elasticity) memcpy(t.c, figure + l->c, sizeof t.c);
    memcpy(t.fraction, figure + l->fraction, l->n_phases * sizeof *t.fraction);
    if (d->needs_expansion && (d->n_phases != 2 || !cupel_expansion_levin((cupel_kind){.physics = CUPEL_ELASTICITY, .dim = 3}, &d->phase[0].material,
                                                                          &d->phase[1].material, t.c, t.alpha)))
        return HUGE_VAL;
    const size_t m = cupel_search_residuals(h->search, &t, r, one_sided);
    return cupel_ls_cost(r, one_sided, m);
}

/* Many may meet the demand alike: then the one nearest to the middle of the ranges, where less is extreme. */
static bool is_better(double cost, double off, uint64_t index, const hand *than)
{
    if (cost != than->cost) return cost < than->cost;
    if (cost == HUGE_VAL) return false;
    return off != than->off ? off < than->off : index < than->index;
}

static double off_middle(const cupel_micro_space *s, const double *value)
{
    double z[CUPEL_SOBOL_DIMENSIONS], sum = 0;
    cupel_micro_space_scaled(s, value, z);
    for (size_t k = 0; k < s->n; k++) sum += z[k] * z[k];
    return sum / (double)s->n;
}

static bool can_be_made(const hunt *h, const double *value)
{
    cupel_recipe r;
    return cupel_micro_space_recipe(&h->from->space, value, &r, NULL) == CUPEL_OK;
}

static cupel_status look(void *user, size_t item, size_t worker, cupel_err *err)
{
    hunt *h = user;
    hand *one = &h->hand[worker];
    const size_t n = h->from->space.n;
    const uint64_t from = h->first + (uint64_t)item * BLOCK, left = h->search->d->candidates - from;
    const size_t count = left < BLOCK ? (size_t)left : (size_t)BLOCK;
    (void)err;
    for (size_t i = 0; i < count; i++) place(h, from + i, one->value + i * n);
    cupel_micro_model_figures(h->from->model, one->value, count, h->search->job->isa, one->scratch, one->figure);
    for (size_t i = 0; i < count; i++) {
        const double cost = cost_of(h, one->figure + i * h->from->rows.layout.width);
        const double off = cost <= one->cost ? off_middle(&h->from->space, one->value + i * n) : 0;
        if (!is_better(cost, off, from + i, one) || !can_be_made(h, one->value + i * n)) continue;
        one->cost = cost, one->off = off, one->index = from + i;
        memcpy(one->best, one->value + i * n, n * sizeof *one->best);
    }
    return CUPEL_OK;
}

/* The best of what the threads have; NULL: no candidate can be made. */
static const hand *best_of(const hunt *h)
{
    const hand *best = NULL;
    for (size_t i = 0; i < h->n_hands; i++) {
        const hand *one = &h->hand[i];
        if (one->cost < HUGE_VAL && (!best || is_better(one->cost, one->off, one->index, best))) best = one;
    }
    return best;
}

/* Rounds of candidates, h->first of them in the end: all, or until one meets the demand by far or a round brings the residual no more than GAIN of
 * the way to nothing. */
static const hand *hunt_all(hunt *h, cupel_status *st, cupel_err *err)
{
    const uint64_t all = h->search->d->candidates, round = (uint64_t)BLOCK * ROUND;
    double before = HUGE_VAL;
    for (h->first = 0; h->first < all && *st == CUPEL_OK;) {
        const uint64_t n = all - h->first < round ? all - h->first : round;
        if (cupel_stopped(h->search->job)) *st = cupel_fail(err, CUPEL_INTERRUPTED, "stopped while looking for a start");
        if (*st == CUPEL_OK) *st = cupel_par_for(h->n_hands, (size_t)((n + BLOCK - 1) / BLOCK), look, h, err);
        h->first += n;
        const hand *best = best_of(h);
        if (best && (sqrt(best->cost) <= ENOUGH || sqrt(best->cost) > (1 - GAIN) * before)) break;
        before = best ? sqrt(best->cost) : HUGE_VAL;
    }
    return best_of(h);
}

/* A goal is the best of the sample: a direction among those that meet the rest. */
static void set_goals(const cupel_reused *from, cupel_search *s)
{
    const cupel_layout *l = &from->rows.layout;
    for (size_t a = 0; a < s->d->n_asks; a++) {
        const cupel_ask *ask = &s->d->ask[a];
        double best = NAN;
        for (size_t i = 0; ask->goal && i < from->rows.n; i++) {
            if (from->rows.reason[i]) continue;
            const cupel_micro_state state = cupel_layout_state(l, from->rows.figure + i * l->width);
            const double v = cupel_ask_value(s->d, ask, &state);
            if (isnan(best) || ask->goal * (v - best) > 0) best = v;
        }
        s->goal[a] = isnan(best) ? 0 : best;
    }
}

/* One trial at the start: is it as near as predicted, and what does a trial cost? */
static cupel_status check_start(cupel_search *s, const cupel_search *with_goals, const cupel_family *family, size_t grid, const double *x,
                                cupel_design_started *told, cupel_err *err)
{
    cupel_trial t = {.solves = 0};
    cupel_recipe r = family->start;
    const double begin = cupel_now();
    const cupel_trial_options o = {.grid = grid, .accuracy = 5e-3, .blend_k = NAN, .blend_c = NAN};
    double residual[CUPEL_RESIDUALS_MAX];
    bool one_sided[CUPEL_RESIDUALS_MAX];
    r.seed = s->seed, r.n_thresholds = 0;
    for (size_t i = 0; i < family->n; i++) r.value[family->place[i]] = x[i];
    cupel_status st = cupel_trial_solve(s->d, &r, &o, s->job, &t, err);
    if (st != CUPEL_OK) return st;
    told->load_seconds = cupel_now() - begin;
    told->loads = t.solves;
    s->out->solves += t.solves;
    told->solved = sqrt(cupel_ls_cost(residual, one_sided, cupel_search_residuals(with_goals, &t.t, residual, one_sided)));
    cupel_trial_release(&t);
    return CUPEL_OK;
}

cupel_status cupel_design_start(cupel_search *s, const cupel_family *family, const char *surrogate, size_t grid, double *x,
                                cupel_design_started *told, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_reused *from = NULL;
    cupel_search *aim = cupel_alloc(1, sizeof *aim); /* with goals for the hunt */
    hunt h = {.search = aim, .family = family};
    char hex[65] = "";
    const double begin = cupel_now();
    if (!aim) return cupel_no_memory(err, "a start", sizeof *aim);
    *told = (cupel_design_started){.candidates = s->d->candidates};
    CUPEL_TRY(cupel_reused_open(surrogate, s->d, s->job, &from, err));
    CUPEL_TRY(cupel_digest_file(surrogate, hex, err));
    snprintf(told->digest, sizeof told->digest, "sha256:%s", hex);
    h.from = from;
    *aim = *s;
    set_goals(from, aim);
    CUPEL_TRY(hands_of(&h, err));
    const hand *best = hunt_all(&h, &st, err);
    if (st != CUPEL_OK) goto done;
    if (!best)
        CUPEL_TRY(cupel_fail(err, CUPEL_INFEASIBLE, "'%s': none of %llu candidates of the space can be made", s->d->file,
                             (unsigned long long)told->candidates));
    for (size_t i = 0; i < family->n; i++) {
        const size_t k = range_of(&h, i);
        x[i] = k < from->space.n ? best->best[k] : family->start.value[family->place[i]];
    }
    told->candidates = h.first;
    told->predicted = sqrt(best->cost);
    told->seconds = cupel_now() - begin;
    st = check_start(s, aim, family, grid, x, told, err);
done:
    hands_release(&h);
    cupel_reused_free(from);
    cupel_free(aim);
    return st;
}

/* The scan of the space that a start of a surrogate replaces, at the cost of the trial that checked the start. */
static size_t scan_loads(const cupel_design_started *t) { return CUPEL_STARTS_OF_SPACE * t->loads; }
static double scan_seconds(const cupel_design_started *t) { return CUPEL_STARTS_OF_SPACE * t->load_seconds; }
static double saved_seconds(const cupel_design_started *t) { return scan_seconds(t) - t->load_seconds - t->seconds; }

void cupel_design_start_words(const cupel_design_started *t, cupel_str *out)
{
    cupel_str_addf(out,
                   "start: the best of %llu candidates in %.2g s, residual %.3g predicted and %.3g solved (1: at a tolerance); the scan that it "
                   "replaces would have solved %zu loads in %.2g s: %zu loads saved, %.2g s %s",
                   (unsigned long long)t->candidates, t->seconds, t->predicted, t->solved, scan_loads(t), scan_seconds(t), scan_loads(t) - t->loads,
                   fabs(saved_seconds(t)), saved_seconds(t) >= 0 ? "saved" : "lost");
}

void cupel_design_start_put(const cupel_design_started *t, cupel_json_out *w)
{
    cupel_account_count(w, "candidates", t->candidates);
    cupel_account_number(w, "misfit_predicted", t->predicted);
    cupel_account_number(w, "misfit_solved", t->solved);
    cupel_account_number(w, "seconds", t->seconds + t->load_seconds);
    cupel_account_count(w, "solves", t->loads);
    cupel_account_count(w, "solves_saved", scan_loads(t) - t->loads);
    cupel_account_number(w, "seconds_saved", saved_seconds(t));
}
