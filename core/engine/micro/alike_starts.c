/* Where a search for a measured two-point function begins. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/engine/micro/alike.h"

#include <math.h>
#include <stdlib.h>

/* Looked at beside the scanned ones; and kept. */
enum { MORE = 40, KEPT = 8, KEPT_OF_FAMILY = 3 };
static const double SHARE = 1.0 / 3; /* of a budget in seconds */

/* ---- wavelengths ---- */

static cupel_status apart_at(const cupel_search *s, const cupel_family *f, size_t place, double wavelength, double *apart, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double sum = 0;
    for (uint64_t seed = 0; seed < 2 && st == CUPEL_OK; seed++) {
        cupel_recipe r = f->start;
        const double fraction = cupel_alike_fraction(s->alike, s->d);
        double one;
        r.seed = s->d->seed + seed;
        r.value[place] = wavelength;
        if (f->fraction < f->n && !isnan(fraction)) r.value[f->place[f->fraction]] = fmin(fmax(fraction, f->low[f->fraction]), f->high[f->fraction]);
        st = cupel_alike_apart(s->alike, &r, s->job, &one, err);
        sum += one;
    }
    *apart = sum;
    return st;
}

/* Of the wavelength that is nearest, between which it is searched. */
static const double NARROW = 0.6, WIDE = 1.7;

static cupel_status fit_wavelength(const cupel_search *s, cupel_family *f, size_t place, cupel_err *err)
{
    static const double coarse[] = {0.1, 0.14, 0.2, 0.28, 0.4, 0.56}, fine[] = {0.84, 1.19};
    double best = f->start.value[place], least = HUGE_VAL, apart;
    for (size_t i = 0; i < sizeof coarse / sizeof *coarse; i++) {
        cupel_status st = apart_at(s, f, place, coarse[i], &apart, err);
        if (st != CUPEL_OK) return st;
        if (apart < least) least = apart, best = coarse[i];
    }
    const double about = best;
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        cupel_status st = apart_at(s, f, place, about * fine[i], &apart, err);
        if (st != CUPEL_OK) return st;
        if (apart < least) least = apart, best = about * fine[i];
    }
    f->start.value[place] = best;
    for (size_t k = 0; k < f->n; k++)
        if (f->place[k] == place) f->low[k] = NARROW * best, f->high[k] = fmin(WIDE * best, 1), f->reach[k] = best / 4, f->step[k] = best / 200;
    return CUPEL_OK;
}

cupel_status cupel_alike_families(cupel_search *s, cupel_err *err)
{
    for (size_t i = 0; i < s->families.n && s->alike; i++) {
        cupel_family *f = &s->families.one[i];
        const size_t place = cupel_recipe_place(&f->start, "wavelength");
        if (f->space || place >= cupel_method_n_params(&f->start.generator->method)) continue;
        cupel_status st = fit_wavelength(s, f, place, err);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

/* ---- starts ---- */

typedef struct candidate {
    cupel_start start;
    double apart;
    size_t order;
} candidate;

static int by_apart(const void *a, const void *b)
{
    const candidate *x = a, *y = b;
    return x->apart != y->apart ? (x->apart > y->apart) - (x->apart < y->apart) : x->order > y->order ? 1 : -1;
}

/* Another seed of a family of noise, at another place of the ranges that a space gives. */
static cupel_start another(const cupel_search *s, const cupel_start *pattern, size_t i)
{
    const cupel_family *f = &s->families.one[pattern->family];
    const bool fixed = f->space && cupel_yaml_get(f->space, "seed");
    const double fraction = cupel_alike_fraction(s->alike, s->d);
    cupel_start x = *pattern;
    if (!fixed) x.seed = s->d->seed + CUPEL_STARTS_MAX + i;
    for (size_t k = 0; k < f->n; k++) {
        if (k == f->fraction && !isnan(fraction))
            x.x[k] = fmin(fmax(fraction, f->low[k]), f->high[k]);
        else if (f->space)
            x.x[k] = f->low[k] + (f->high[k] - f->low[k]) * cupel_rng_uniform(s->d->seed, 0x616c696b + i, k);
    }
    return x;
}

/* Of the starts that were scanned the best of a family of noise; NULL: there is none. */
static const cupel_start *pattern_of(const cupel_search *s, const cupel_starts *starts)
{
    for (size_t i = 0; i < starts->n; i++)
        if (s->families.one[starts->one[i].family].kind == CUPEL_FAMILY_NOISE) return &starts->one[i];
    return NULL;
}

static cupel_status look(cupel_search *s, candidate *c, size_t n, cupel_err *err)
{
    for (size_t i = 0; i < n; i++) {
        cupel_recipe r;
        c[i].order = i;
        c[i].apart = HUGE_VAL;
        if (cupel_clock_cuts(&s->clock, 0, SHARE * s->d->budget_seconds, CUPEL_CUT_LOOKING)) continue;
        if (cupel_stopped(s->job)) return cupel_fail(err, CUPEL_INTERRUPTED, "stopped while designing");
        s->family = &s->families.one[c[i].start.family];
        s->seed = c[i].start.seed;
        cupel_status st = cupel_search_recipe(s, c[i].start.x, &r, NULL);
        if (st == CUPEL_USAGE) continue; /* a combination that the generator refuses */
        if (st == CUPEL_OK) st = cupel_alike_apart(s->alike, &r, s->job, &c[i].apart, err);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

/* Of each family some: those that have more numbers to move start further away. */
static void keep_nearest(const cupel_search *s, candidate *c, size_t n, cupel_starts *starts)
{
    size_t of_family[CUPEL_FAMILIES_MAX] = {0};
    const size_t most = s->families.n > 1 ? CUPEL_STARTS_MAX : KEPT;
    qsort(c, n, sizeof *c, by_apart);
    starts->n = 0;
    for (size_t i = 0; i < n && starts->n < most; i++) {
        size_t *of = &of_family[c[i].start.family];
        if (starts->n >= KEPT && *of >= KEPT_OF_FAMILY) continue;
        (*of)++;
        starts->one[starts->n] = c[i].start;
        starts->one[starts->n].order = starts->n;
        starts->n++;
    }
}

cupel_status cupel_alike_starts(cupel_search *s, cupel_starts *starts, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    if (!s->alike || !starts->n) return CUPEL_OK;
    size_t n = starts->n;
    const cupel_start *pattern = pattern_of(s, starts);
    candidate *c = cupel_alloc(starts->n + MORE, sizeof *c);
    if (!c) return cupel_no_memory(err, "starts", 0);
    for (size_t i = 0; i < starts->n; i++) c[i].start = starts->one[i];
    for (size_t i = 0; pattern && i < MORE; i++) c[n++].start = another(s, pattern, i);
    CUPEL_TRY(look(s, c, n, err));
    keep_nearest(s, c, n, starts);
done:
    cupel_free(c);
    return st;
}
