#include "core/engine/micro/alike.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/engine/likeness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Looked at beside the scanned ones, fewer where the measured grid is large; and kept. */
enum { MORE = 40, MORE_OF_LARGE = 12, KEPT = 8, LARGE = 80 * 80 * 80 };
static const double SHARE = 1.0 / 3; /* of a budget in seconds */

typedef struct measured {
    size_t n;
    const cupel_ask *ask[CUPEL_ASKS_MAX];
    cupel_likeness *like[CUPEL_ASKS_MAX];
} measured;

static void measured_release(measured *m)
{
    for (size_t i = 0; i < m->n; i++) cupel_likeness_free(m->like[i]);
}

/* m->n is 0 where nothing of the kind is asked. */
static cupel_status measure(const cupel_search *s, measured *m, cupel_err *err)
{
    *m = (measured){.n = 0};
    for (size_t i = 0; i < s->d->n_asks; i++) {
        const cupel_ask *a = &s->d->ask[i];
        if (a->kind != CUPEL_ASK_TWO_POINT) continue;
        cupel_status st = cupel_likeness_open(a->like, a->phase, s->job, &m->like[m->n], err);
        if (st != CUPEL_OK) return st;
        m->ask[m->n++] = a;
    }
    return CUPEL_OK;
}

static cupel_status voxels_of(const cupel_recipe *r, const size_t n[3], const cupel_job *job, cupel_voxels *v, cupel_err *err)
{
    cupel_mixture m = {0};
    cupel_status st = cupel_recipe_mixture(r, n, &m, job, err);
    if (st == CUPEL_OK) st = cupel_voxels_init(v, 3, n, "a structure that may be alike", err);
    for (size_t i = 0; st == CUPEL_OK && i < n[0] * n[1] * n[2]; i++) v->id[i] = m.id8 ? m.id8[i] : m.id16[i];
    if (st == CUPEL_OK) st = cupel_voxels_number(v, "a structure that may be alike", err);
    cupel_mixture_release(&m);
    return st;
}

/* Distances in their tolerances, summed over all entries; infinite where the box is another one, or nothing of a phase is there. */
static cupel_status apart_of(const cupel_search *s, const measured *m, const cupel_recipe *r, double *apart, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    *apart = 0;
    for (size_t i = 0; i < m->n && st == CUPEL_OK; i++) {
        cupel_voxels v = {0};
        size_t n[3], own[3], least = SIZE_MAX;
        double error = NAN;
        cupel_likeness_grid(m->like[i], n);
        for (int a = 0; a < 3; a++) least = n[a] < least ? n[a] : least;
        cupel_recipe_grid(r, least, own);
        if (memcmp(n, own, sizeof n) == 0) {
            st = voxels_of(r, n, s->job, &v, err);
            if (st == CUPEL_OK) st = cupel_likeness_error(m->like[i], &v, m->ask[i]->phase, s->job, &error, err);
        }
        cupel_voxels_release(&v);
        *apart += isnan(error) ? HUGE_VAL : error / fmax(m->ask[i]->max, 1e-3);
    }
    return st;
}

/* The measured volume fraction of phase 1, in two phases; NaN in more. */
static double fraction_of(const cupel_micro_demand *d, const measured *m)
{
    const cupel_ask *a = m->ask[0];
    return d->n_phases != 2 ? (double)NAN : a->phase == 1 ? a->like_fraction : 1 - a->like_fraction;
}

/* ---- wavelengths ---- */

static cupel_status apart_at(const cupel_search *s, const measured *m, const cupel_family *f, size_t place, double wavelength, double *apart,
                             cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double sum = 0;
    for (uint64_t seed = 0; seed < 2 && st == CUPEL_OK; seed++) {
        cupel_recipe r = f->start;
        const double fraction = fraction_of(s->d, m);
        double one;
        r.seed = s->d->seed + seed;
        r.value[place] = wavelength;
        if (f->fraction < f->n && !isnan(fraction)) r.value[f->place[f->fraction]] = fmin(fmax(fraction, f->low[f->fraction]), f->high[f->fraction]);
        st = apart_of(s, m, &r, &one, err);
        sum += one;
    }
    *apart = sum;
    return st;
}

static cupel_status fit_wavelength(const cupel_search *s, const measured *m, cupel_family *f, size_t place, cupel_err *err)
{
    static const double coarse[] = {0.1, 0.14, 0.2, 0.28, 0.4, 0.56}, fine[] = {0.84, 1.19};
    double best = f->start.value[place], least = HUGE_VAL, apart;
    for (size_t i = 0; i < sizeof coarse / sizeof *coarse; i++) {
        cupel_status st = apart_at(s, m, f, place, coarse[i], &apart, err);
        if (st != CUPEL_OK) return st;
        if (apart < least) least = apart, best = coarse[i];
    }
    const double about = best;
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        cupel_status st = apart_at(s, m, f, place, about * fine[i], &apart, err);
        if (st != CUPEL_OK) return st;
        if (apart < least) least = apart, best = about * fine[i];
    }
    f->start.value[place] = best;
    for (size_t k = 0; k < f->n; k++)
        if (f->place[k] == place) f->low[k] = fmin(f->low[k], best), f->high[k] = fmax(f->high[k], best);
    return CUPEL_OK;
}

cupel_status cupel_alike_families(cupel_search *s, cupel_err *err)
{
    measured m;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(measure(s, &m, err));
    for (size_t i = 0; i < s->families.n && m.n; i++) {
        cupel_family *f = &s->families.one[i];
        if (f->space) continue;
        const size_t place = cupel_recipe_place(&f->start, "wavelength");
        if (place < cupel_method_n_params(&f->start.generator->method)) CUPEL_TRY(fit_wavelength(s, &m, f, place, err));
    }
done:
    measured_release(&m);
    return st;
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
static cupel_start another(const cupel_search *s, const measured *m, const cupel_start *pattern, size_t i)
{
    const cupel_family *f = &s->families.one[pattern->family];
    const bool fixed = f->space && cupel_yaml_get(f->space, "seed");
    const double fraction = fraction_of(s->d, m);
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

static cupel_status look(cupel_search *s, const measured *m, candidate *c, size_t n, cupel_err *err)
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
        if (st == CUPEL_OK) st = apart_of(s, m, &r, &c[i].apart, err);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

cupel_status cupel_alike_starts(cupel_search *s, cupel_starts *starts, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    measured m;
    candidate *c = NULL;
    CUPEL_TRY(measure(s, &m, err));
    if (!m.n || !starts->n) goto done;
    size_t grid[3], n = starts->n;
    cupel_likeness_grid(m.like[0], grid);
    const size_t more = grid[0] * grid[1] * grid[2] > LARGE ? MORE_OF_LARGE : MORE;
    const cupel_start *pattern = pattern_of(s, starts);
    c = cupel_alloc(starts->n + more, sizeof *c);
    if (!c) CUPEL_TRY(cupel_no_memory(err, "starts", 0));
    for (size_t i = 0; i < starts->n; i++) c[i].start = starts->one[i];
    for (size_t i = 0; pattern && i < more; i++) c[n++].start = another(s, &m, pattern, i);
    CUPEL_TRY(look(s, &m, c, n, err));
    qsort(c, n, sizeof *c, by_apart);
    starts->n = n < KEPT ? n : KEPT;
    for (size_t i = 0; i < starts->n; i++) starts->one[i] = c[i].start, starts->one[i].order = i;
done:
    cupel_free(c);
    measured_release(&m);
    return st;
}
