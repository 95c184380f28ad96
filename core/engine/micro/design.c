#include "core/engine/micro/design.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/design_start.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 3, SCAN = 7, SCAN_GRID = 16 };

void cupel_designs_release(cupel_designs *designs)
{
    cupel_free(designs->step);
    cupel_free(designs->start);
    cupel_free(designs->point);
    *designs = (cupel_designs){0};
}

static size_t coarse_grid(const cupel_micro_demand *d) { return d->grid < 32 ? d->grid : d->grid < 64 ? 24 : 32; }

/* The volume fraction to begin with: the best of a few, nothing else changed. */
static cupel_status scan_fraction(cupel_search *s, cupel_err *err)
{
    const cupel_family *f = &s->family;
    cupel_status st = CUPEL_OK;
    double best = HUGE_VAL, at = 0;
    for (size_t i = 0; i < f->n; i++) {
        s->x[i] = s->family.start.value[f->place[i]];
        s->x[i] = fmin(fmax(s->x[i], f->low[i]), f->high[i]);
    }
    if (f->fraction >= f->n) return CUPEL_OK;
    for (size_t i = 0; i < SCAN && st == CUPEL_OK; i++) {
        cupel_trial t = {.solves = 0};
        const double low = f->low[f->fraction], high = f->high[f->fraction];
        s->x[f->fraction] = low + (high - low) * ((double)i + 0.5) / SCAN;
        st = cupel_search_stage(s, SCAN_GRID, 0, 0, 5e-3, &t, err);
        if (st == CUPEL_OK && s->cost < best) best = s->cost, at = s->x[f->fraction];
        cupel_trial_release(&t);
    }
    s->x[f->fraction] = at;
    return st;
}

/* The start of a surrogate, and what that was worth. */
static cupel_status start_known(cupel_search *s, cupel_err *err)
{
    cupel_design_started told;
    cupel_str words = {0};
    cupel_status st = cupel_design_start(s, &s->family, s->d->surrogate, SCAN_GRID, s->x, &told, err);
    if (st != CUPEL_OK) return st;
    cupel_design_start_words(&told, SCAN, &words);
    s->out->start = words.failed ? NULL : cupel_strdup(cupel_str_text(&words));
    cupel_str_free(&words);
    return s->out->start ? CUPEL_OK : cupel_no_memory(err, "words", 0);
}

/* The same start on the coarse grid under several seeds: the one that comes nearest goes on. */
static cupel_status choose_seed(cupel_search *s, cupel_err *err)
{
    double start[CUPEL_TRIAL_PARAMS], x[CUPEL_TRIAL_PARAMS], best = HUGE_VAL;
    uint64_t seed = s->d->seed;
    cupel_status st = CUPEL_OK;
    memcpy(start, s->x, sizeof start);
    memcpy(x, s->x, sizeof x);
    for (uint64_t i = 0; i < SEEDS && st == CUPEL_OK; i++) {
        cupel_trial t = {.solves = 0};
        if (i && cupel_search_spent(s, s->d->grid, 6)) break;
        memcpy(s->x, start, sizeof start);
        s->seed = s->d->seed + i;
        st = cupel_search_stage(s, coarse_grid(s->d), 12, 0.3, 1e-3, &t, err);
        cupel_trial_release(&t);
        if (st != CUPEL_OK || s->cost >= best) continue;
        best = s->cost;
        seed = s->seed;
        memcpy(x, s->x, sizeof x);
        if (best < 1) break; /* meets the demand on its grid */
    }
    s->seed = seed;
    memcpy(s->x, x, sizeof x);
    return st;
}

static void take_shift(cupel_search *s, const cupel_design *v)
{
    for (size_t i = 0; i < 9; i++) s->shift.k[i] = v->limit.k[i] - v->on_grid.k[i];
    for (size_t i = 0; i < 36; i++) s->shift.c[i] = v->limit.c[i] - v->on_grid.c[i];
    for (size_t i = 0; i < 6; i++) s->shift.alpha[i] = v->limit.alpha[i] - v->on_grid.alpha[i];
    for (size_t i = 0; i < s->d->n_asks; i++) s->margin[i] = s->d->ask[i].whole ? 0 : v->ask[i].error;
}

/* Is the first better? Meeting the demand, then the probability, then the distance over the tolerance. */
static bool better(const cupel_micro_demand *d, const cupel_design *a, const cupel_design *b)
{
    double x = 0, y = 0;
    if (a->meets != b->meets) return a->meets;
    for (size_t i = 0; i < d->n_asks; i++) {
        if (!d->ask[i].whole) continue;
        x += a->ask[i].value + a->ask[i].error;
        y += b->ask[i].value + b->ask[i].error;
    }
    if (fabs(a->probability - b->probability) > 1e-6) return a->probability > b->probability;
    return x < y;
}

/* The finest grid: steps, verification, and once or twice more with the targets moved by what the grid is off. */
static cupel_status finish(cupel_search *s, cupel_design *best, bool *found, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_trial t = {.solves = 0};
    cupel_design one;
    *found = false;
    for (int round = 0; round < 3; round++) {
        if (*found && cupel_search_spent(s, s->d->grid, 7)) break;
        cupel_trial_release(&t);
        CUPEL_TRY(cupel_search_stage(s, s->d->grid, round ? 2 : 4, 0.15, 3e-4, &t, err));
        CUPEL_TRY(cupel_design_verify(s, &t, &one, err));
        if (!*found || better(s->d, &one, best)) *best = one;
        *found = true;
        take_shift(s, &one);
        double r[CUPEL_RESIDUALS_MAX];
        bool one_sided[CUPEL_RESIDUALS_MAX];
        const size_t m = cupel_search_residuals(s, &t.t, r, one_sided);
        if (one.meets && cupel_ls_cost(r, one_sided, m) < 0.1) break;
    }
done:
    cupel_trial_release(&t);
    return st;
}

static cupel_status one_design(cupel_search *s, cupel_designs *o, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_trial t = {.solves = 0};
    bool found = false;
    const size_t middle = s->d->grid >= 64 ? 2 * ((s->d->grid + 3) / 4) : 0;
    CUPEL_TRY(s->d->surrogate ? start_known(s, err) : scan_fraction(s, err));
    CUPEL_TRY(choose_seed(s, err));
    if (middle > coarse_grid(s->d) && !cupel_search_spent(s, middle, 4)) CUPEL_TRY(cupel_search_stage(s, middle, 3, 0.3, 5e-4, &t, err));
    st = finish(s, &o->one[o->n], &found, err);
done:
    cupel_trial_release(&t);
    if (found) o->n++;
    return st;
}

static int by_quality(const void *a, const void *b)
{
    const cupel_design *x = a, *y = b;
    if (x->meets != y->meets) return x->meets ? -1 : 1;
    if (x->probability != y->probability) return x->probability > y->probability ? -1 : 1;
    return (x->recipe.seed > y->recipe.seed) - (x->recipe.seed < y->recipe.seed);
}

cupel_status cupel_design_search(const cupel_micro_demand *d, const cupel_job *job, cupel_designs *designs, cupel_err *err)
{
    *designs = (cupel_designs){0};
    cupel_search *s = cupel_alloc(1, sizeof *s);
    if (!s) return cupel_no_memory(err, "a design", sizeof *s);
    *s = (cupel_search){.d = d, .job = job, .out = designs, .begin = cupel_now(), .seed = d->seed, .blend_k = NAN, .blend_c = NAN};
    cupel_status st = CUPEL_OK;
    bool enough = false;
    CUPEL_TRY(cupel_design_exact(s, &enough, err));
    if (!enough) CUPEL_TRY(cupel_family_of(d, &s->family, err));
    if (!enough) st = one_design(s, designs, err);
    if (st == CUPEL_INTERRUPTED && designs->n) st = CUPEL_OK;
    if (st != CUPEL_OK) goto done;
    designs->out_of_budget = cupel_search_spent(s, d->grid, 1);
    qsort(designs->one, designs->n, sizeof *designs->one, by_quality);
done:
    designs->solves = s->out->solves;
    designs->seconds = cupel_now() - s->begin;
    cupel_free(s);
    if (st != CUPEL_OK && st != CUPEL_INTERRUPTED) cupel_designs_release(designs);
    return st;
}
