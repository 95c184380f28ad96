/* Where a search begins: families of recipes and, of each, a few that differ in their topology or their noise, brought to the right size by the
 * volume fraction and put in order by how near they come on a small grid. */
#include "core/base/err.h"
#include "core/base/rng.h"
#include "core/engine/micro/screen_spaces.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 6, SCAN = 5, SECANT = 3 };

/* Weights of the waves of length 1, sqrt 2, sqrt 3, 2, sqrt 5 and sqrt 6 of cosine series whose high side is a connected skeleton: Schwarz' P,
 * Schoen's I-WP, and what lies between and beyond them. After them come the diamond net, the series of Schwarz' D seen from the middle of a bond, and
 * draws. */
enum { SHELLS = 6, DRAWN = 4 };
static const double skeleton[][SHELLS] = {{1, 0, 0, 0, 0, 0}, {0, -1, 0, 0, 0, 0}, {0.7, -0.7, 0, 0, 0, 0}, {0.8, 0, 0.5, 0, 0, 0},
                                           {0, -0.7, -0.7, 0, 0, 0}};
enum { SKELETONS = sizeof skeleton / sizeof *skeleton, DIAMOND = SKELETONS, ALL = SKELETONS + 1 + DRAWN };

static size_t shell_of(const char *name)
{
    const char *s = name + 1; /* c1_0_-1 */
    long square = 0;
    for (int i = 0; i < 3; i++) {
        char *end;
        const long k = strtol(s, &end, 10);
        square += k * k;
        s = end + (*end == '_');
    }
    return (size_t)square - 1;
}

/* The high side is the better phase: the sign of the series where that is phase 0. */
static void series_start(const cupel_search *s, const cupel_family *f, size_t i, double *x)
{
    for (size_t k = 0; k < f->n; k++) {
        const char *name = f->start.generator->method.params[f->place[k]].name;
        if (name[0] != 'c') continue;
        const size_t shell = shell_of(name);
        const double diamond = shell != 2 ? 0 : strcmp(name, "c1_1_1") == 0 ? -1 : 1;
        const double drawn = cupel_rng_normal(s->d->seed, 0x6e6f6461 + i, k) / (1 + (double)shell / 2);
        x[k] = (s->falls ? -1 : 1) * (i < SKELETONS ? skeleton[i][shell] : i == DIAMOND ? diamond : drawn);
    }
}

static double log_size(const cupel_search *s, const cupel_tensors *t, double *target)
{
    for (size_t i = 0; i < s->d->n_asks; i++) {
        const cupel_ask *a = &s->d->ask[i];
        const double *value = a->kind == CUPEL_ASK_CONDUCTIVITY ? t->k : t->c;
        double size = 0, want = 0;
        if (!a->whole || a->kind == CUPEL_ASK_EXPANSION) continue;
        for (size_t k = 0; k < a->order * a->order; k++) {
            if (isnan(a->target[k])) continue;
            size += value[k] * a->target[k];
            want += a->target[k] * a->target[k];
        }
        *target = log(want);
        return log(fmax(size, 1e-300));
    }
    return NAN;
}

static cupel_status cost_at(cupel_search *s, size_t grid, double *size, double *target, cupel_err *err)
{
    cupel_trial t = {.solves = 0};
    cupel_status st = cupel_search_stage(s, grid, 0, 0, 5e-3, &t, err);
    if (st == CUPEL_OK) {
        s->out->step[s->out->n_steps - 1].look = true;
        *size = log_size(s, &t.t, target);
        s->cost = cupel_search_merit(s, &t.t);
    }
    cupel_trial_release(&t);
    return st;
}

/* So many trials more would leave too little for a verification. */
static bool leaves_none(const cupel_search *s, size_t trials) { return cupel_loads_lack(s, (double)(trials + cupel_loads_verification(s))); }

/* A quarter of a budget, so that most of it is left for what is found; little where a list of spaces has a start that is within its tolerances. */
static const double TO_LOOK = 0.25, TO_LOOK_NEAR = 0.05;

static bool looked_enough(const cupel_search *s)
{
    const cupel_micro_demand *d = s->d;
    const double share = s->near ? TO_LOOK_NEAR : TO_LOOK;
    return (d->budget_solves && (double)s->out->solves > floor(share * (double)d->budget_solves)) || leaves_none(s, cupel_loads_first(d)) ||
           cupel_clock_cuts(&s->clock, 0, share * d->budget_seconds, CUPEL_CUT_LOOKING) || cupel_search_spent_verifying(s, 0, CUPEL_CUT_LOOKING);
}

/* How many fractions are looked at where no target says which: as many as that quarter pays for. A trial chooses how its cut voxels respond on half
 * its grid first. */
static size_t fractions_to_scan(const cupel_micro_demand *d)
{
    const uint64_t trial = 2 * ((d->needs_conduction ? 3u : 0u) + (d->needs_elasticity ? 6u : 0u));
    const uint64_t most = trial ? d->budget_solves / 4 / trial : SCAN;
    return !d->budget_solves || most >= SCAN ? (size_t)SCAN : most > 2 ? (size_t)most : 2;
}

/* The volume fraction at which a whole tensor has the size of its target: regula falsi on the logarithm. */
static cupel_status fit_size(cupel_search *s, size_t grid, double *best, double *at, cupel_err *err)
{
    const size_t k = s->family->fraction;
    const double per_e = s->family->per_e;
    double low = s->family->low[k], high = s->family->high[k], f_low = NAN, f_high = NAN, x = s->x[k], size, target;
    for (size_t i = 0; i < SECANT && !(i && leaves_none(s, cupel_loads_first(s->d))); i++) {
        s->x[k] = x;
        cupel_status st = cost_at(s, grid, &size, &target, err);
        if (st != CUPEL_OK) return st;
        if (s->cost < *best) *best = s->cost, *at = x;
        if (isnan(size)) return CUPEL_OK; /* no whole tensor */
        if (fabs(size - target) < 0.1) break;
        if ((size > target) == (per_e < 0))
            low = x, f_low = size - target;
        else
            high = x, f_high = size - target;
        const double guess = x - per_e * (size - target); /* until both sides are known */
        x = isnan(f_low) || isnan(f_high) ? guess : low - f_low * (high - low) / (f_high - f_low);
        x = fmin(fmax(x, low + 0.05 * (high - low)), high - 0.05 * (high - low));
    }
    return CUPEL_OK;
}

static bool has_whole(const cupel_micro_demand *d)
{
    for (size_t i = 0; i < d->n_asks; i++)
        if (d->ask[i].whole && d->ask[i].kind != CUPEL_ASK_EXPANSION) return true;
    return false;
}

/* Brings one start to the volume fraction that suits it; s->x and s->cost are those. Without a whole tensor it is that of the family's first start,
 * for which several are looked at unless one is known from another space. */
static cupel_status fit_fraction(cupel_search *s, size_t grid, bool first, bool known, cupel_err *err)
{
    const cupel_family *f = s->family;
    const size_t k = f->fraction;
    double best = HUGE_VAL, at = 0;
    cupel_status st = CUPEL_OK;
    if (k < f->n && has_whole(s->d)) {
        st = fit_size(s, grid, &best, &at, err);
    } else {
        double size, target;
        const bool look = first && !known && k < f->n;
        const size_t n = look ? fractions_to_scan(s->d) : 1;
        for (size_t i = 0; i < n && st == CUPEL_OK && !(i > 1 && looked_enough(s)) && !(i && leaves_none(s, cupel_loads_first(s->d))); i++) {
            if (look) s->x[k] = f->low[k] + (f->high[k] - f->low[k]) * ((double)i + 0.5) / (double)n;
            st = cost_at(s, grid, &size, &target, err);
            if (st == CUPEL_OK && s->cost < best) best = s->cost, at = k < f->n ? s->x[k] : 0;
        }
    }
    if (k < f->n) s->x[k] = at;
    s->cost = best;
    return st;
}

static void first_values(cupel_search *s)
{
    for (size_t i = 0; i < s->family->n; i++)
        s->x[i] = fmin(fmax(s->family->start.value[s->family->place[i]], s->family->low[i]), s->family->high[i]);
}

static int by_cost(const void *a, const void *b)
{
    const cupel_start *x = a, *y = b;
    return x->cost != y->cost ? (x->cost > y->cost) - (x->cost < y->cost) : x->order > y->order ? 1 : -1;
}

/* By a space that names its seed; the demand's seed is the first of several. */
static bool seed_is_fixed(const cupel_family *f) { return f->space && cupel_yaml_get(f->space, "seed"); }

/* Of every space, on a small grid without a solve, whether its seed changes nothing: its starts then lie elsewhere in its ranges instead. */
static cupel_status find_still(cupel_search *s, cupel_err *err)
{
    for (size_t k = 0; k < s->families.n; k++) {
        cupel_family *f = &s->families.one[k];
        bool random = true;
        if (!f->space || f->start.generator->spectrum) continue;
        s->family = f;
        first_values(s);
        const cupel_recipe r = cupel_search_recipe_free(s, s->x);
        const cupel_status st = cupel_seeds_matter(&r, s->job, &random, err);
        if (st == CUPEL_NO_RESOURCE || st == CUPEL_INTERRUPTED) return st;
        if (st != CUPEL_OK && err) *err = (cupel_err){.status = CUPEL_OK}; /* what cannot be built there is told of where it is tried */
        f->still = !random;
    }
    return CUPEL_OK;
}

static void another_place(cupel_search *s, size_t which)
{
    const cupel_family *f = s->family;
    for (size_t k = 0; k < f->n; k++)
        if (k != f->fraction) s->x[k] = f->low[k] + (f->high[k] - f->low[k]) * cupel_rng_uniform(s->d->seed, 0x706c616365 + which, k);
}

/* Where the first look at a space of a list begins: at the volume fraction of the nearest so far. NaN: there is none. */
static double fraction_known(const cupel_search *s, const cupel_starts *out)
{
    const cupel_start *best = NULL;
    for (size_t i = 0; i < out->n && s->d->n_listed; i++) {
        const cupel_family *f = &s->families.one[out->one[i].family];
        if (f->kind != CUPEL_FAMILY_SKELETON && f->fraction < f->n && (!best || out->one[i].cost < best->cost)) best = &out->one[i];
    }
    return best ? best->x[s->families.one[best->family].fraction] : (double)NAN;
}

static cupel_status add_start(cupel_search *s, size_t family, size_t which, double *fraction, cupel_starts *out, cupel_err *err)
{
    cupel_start *one = &out->one[out->n];
    const double known = fraction_known(s, out);
    s->tried[family] = true;
    s->family = &s->families.one[family];
    s->start = out->n;
    const bool by_seed = s->family->kind == CUPEL_FAMILY_NOISE && !s->family->still;
    s->seed = seed_is_fixed(s->family) ? s->family->start.seed : s->d->seed + (by_seed ? which : 0);
    first_values(s);
    if (which && s->family->still) another_place(s, which);
    if (s->family->kind == CUPEL_FAMILY_SERIES) series_start(s, s->family, which, s->x);
    if (s->family->kind == CUPEL_FAMILY_SKELETON) {
        cupel_skeleton_start(s, s->family, which, s->x);
        *fraction = 0;
    }
    const size_t k = s->family->fraction;
    if (k < s->family->n) {
        const double at = !isnan(*fraction) ? *fraction : !isnan(known) ? known : s->falls ? 0.7 : 0.3;
        s->x[k] = fmin(fmax(at, s->family->low[k] + 0.01), s->family->high[k] - 0.01);
    }
    const size_t dropped = s->out->dropped;
    cupel_status st = fit_fraction(s, s->family->scan_grid, isnan(*fraction), !isnan(known), err);
    cupel_search_drop(s, &st, err);
    if (st != CUPEL_OK || s->out->dropped > dropped) return st;
    if (k < s->family->n) *fraction = s->x[k];
    *one = (cupel_start){.family = family, .seed = s->seed, .cost = s->cost, .order = out->n};
    memcpy(one->x, s->x, sizeof one->x);
    out->n++;
    return CUPEL_OK;
}

enum { PLACES = 4 };

static size_t starts_of(const cupel_search *s, const cupel_family *f)
{
    if (f->kind == CUPEL_FAMILY_SERIES) return ALL;
    if (f->kind == CUPEL_FAMILY_SKELETON) return cupel_skeleton_starts(s->d);
    if (f->still) return f->n > (f->fraction < f->n) ? PLACES : 1; /* there is no other place */
    return seed_is_fixed(f) ? 1 : SEEDS;
}

cupel_status cupel_starts_first(cupel_search *s, size_t family, cupel_starts *out, cupel_err *err)
{
    double fraction = NAN;
    return add_start(s, family, 0, &fraction, out, err);
}

/* The volume fraction at which the first start of a space lies, for its others. */
static void fractions_of(const cupel_search *s, const cupel_starts *out, double *fraction)
{
    for (size_t i = 0; i < out->n; i++) {
        const cupel_family *f = &s->families.one[out->one[i].family];
        if (f->fraction < f->n) fraction[f->number] = f->kind == CUPEL_FAMILY_SKELETON ? 0 : out->one[i].x[f->fraction];
    }
}

cupel_status cupel_starts_scan(cupel_search *s, cupel_starts *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double fraction[CUPEL_FAMILIES_MAX];
    out->n = 0;
    CUPEL_TRY(find_still(s, err));
    for (size_t k = 0; k < CUPEL_FAMILIES_MAX; k++) fraction[k] = NAN;
    CUPEL_TRY(cupel_spaces_screen(s, out, err));
    fractions_of(s, out, fraction);
    const size_t screened = out->n;
    for (size_t i = s->d->n_listed ? 1 : 0; i < ALL || i < cupel_skeleton_starts(s->d); i++) { /* of each family in turn */
        for (size_t k = 0; k < s->families.n; k++) {
            if (s->left[k] || i >= starts_of(s, &s->families.one[k]) || out->n == CUPEL_STARTS_MAX ||
                ((out->n || s->out->dropped) && looked_enough(s)))
                continue;
            CUPEL_TRY(add_start(s, k, i, &fraction[k], out, err));
        }
    }
    qsort(out->one + screened, out->n - screened, sizeof *out->one, by_cost);
done:
    return st;
}
