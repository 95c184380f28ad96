/* Lengths of a design where the wavelength of a field is the only one there is: chosen so that the thinnest places are as thick as a process wants
 * them, and searched where area or chords are asked for. Structures scale with their wavelength, so that one measure at the start says which it must
 * be. */
#include "core/base/err.h"
#include "core/engine/micro/statistics.h"
#include "core/engine/micro/design.h"

#include <math.h>
#include <string.h>

enum { FINE = 48, COARSE = 32 };

/* Waves longer than this leave too little of them in the box, shorter ones cannot be resolved. */
static const double LONGEST = 0.6, SHORTEST = 0.06;
/* Above what is asked: metrics and harmonics thin some places out. */
static const double RESERVE = 1.1;

/* By how much the start's features are too thin, with half a voxel of the design for the bar, at a fraction; 1 where they are not, or nothing is
 * asked. */
static cupel_status too_thin(const cupel_micro_demand *d, const cupel_recipe *start, const cupel_job *job, double *factor, cupel_err *err)
{
    cupel_micro_statistics s, bar;
    bool any = false;
    for (size_t i = 0; i < d->n_asks; i++) any = any || (d->ask[i].kind == CUPEL_ASK_FEATURE && d->ask[i].min > 0);
    if (!any) return CUPEL_OK;
    cupel_status st = cupel_statistics_of_voxels(d, start, FINE, job, &s, &bar, err);
    for (size_t i = 0; st == CUPEL_OK && i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        const double has = s.feature[a->phase];
        if (a->kind == CUPEL_ASK_FEATURE && a->min > 0 && has > 0)
            *factor = fmax(*factor, (RESERVE * a->min / d->size + 0.5 / (double)d->grid) / has);
    }
    return st;
}

/* The wavelength at which area and chords are in the middle of their windows, as far as one of them says so. */
static cupel_status by_area(const cupel_micro_demand *d, const cupel_recipe *start, const cupel_job *job, double *factor, cupel_err *err)
{
    cupel_cuts c;
    cupel_tensors t = {.fraction = {0}};
    cupel_status st = cupel_statistics_cuts_on(start, COARSE, job, &c, err);
    if (st != CUPEL_OK) return st;
    memcpy(t.surface, c.surface, sizeof t.surface);
    memcpy(t.projected, c.projected, sizeof t.projected);
    memcpy(t.fraction, c.fraction, sizeof t.fraction);
    const cupel_micro_state s = cupel_tensors_state(d, &t);
    *factor = 1;
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        const double v = a->kind == CUPEL_ASK_SURFACE || a->kind == CUPEL_ASK_CHORD ? cupel_ask_value(d, a, &s) : (double)NAN;
        if (!(v > 0) || (v >= a->min && v <= a->max)) continue;
        const double low = a->min > 0 ? a->min : a->max, high = isfinite(a->max) ? a->max : a->min, wanted = (low + high) / 2;
        *factor = a->kind == CUPEL_ASK_SURFACE ? v / wanted : wanted / v;
    }
    return CUPEL_OK;
}

cupel_status cupel_family_lengths(const cupel_micro_demand *d, cupel_family *f, cupel_err *err)
{
    const cupel_job job = {.threads = 1};
    const cupel_param *p = f->start.generator->method.params;
    double area = 1, thin = 1;
    size_t place = 0;
    cupel_status st = CUPEL_OK;
    while (p[place].name && strcmp(p[place].name, "wavelength") != 0) place++;
    if (!p[place].name || d->space) return CUPEL_OK;
    cupel_recipe start = f->start;
    if (f->fraction < f->n) start.value[f->place[f->fraction]] = (f->low[f->fraction] + f->high[f->fraction]) / 2;
    if (d->needs_surface) CUPEL_TRY(by_area(d, &start, &job, &area, err));
    for (int end = 0; end < 2; end++) { /* a phase is thin where there is little of it */
        if (f->fraction < f->n)
            start.value[f->place[f->fraction]] =
                (f->low[f->fraction] + f->high[f->fraction]) / 2 + (end ? 0.2 : -0.2) * (f->high[f->fraction] - f->low[f->fraction]);
        CUPEL_TRY(too_thin(d, &start, &job, &thin, err));
    }
    double *wavelength = &f->start.value[place];
    const double least = thin > 1 ? fmin(LONGEST, *wavelength * thin) : SHORTEST;
    *wavelength = fmin(LONGEST, fmax(least, *wavelength * area));
    for (size_t k = 0; k < f->n; k++) {
        if (f->place[k] != place) continue;
        f->low[k] = fmin(d->needs_surface ? least : fmax(f->low[k], least), *wavelength);
        f->high[k] = fmax(f->high[k], *wavelength);
        return CUPEL_OK;
    }
    if (!d->needs_surface || f->n == CUPEL_TRIAL_PARAMS) return CUPEL_OK;
    f->place[f->n] = place;
    f->low[f->n] = least;
    f->high[f->n] = LONGEST;
    f->reach[f->n] = 0.08;
    f->step[f->n++] = 1e-3;
    if (f->fraction == f->n - 1) f->fraction = f->n; /* the fraction is fixed: n says so */
done:
    return st;
}
