/* Whole numbers of a space where a feature size is asked for: they stay in the middle of their ranges, unless features are too thin or too thick
 * there. Said by structures alone, nothing is solved. */
#include "core/base/err.h"
#include "core/engine/micro/design.h"
#include "core/engine/micro/feature_size.h"

#include <math.h>

enum { VALUES = 12 };

/* Enough: what a search moves besides changes features by as much. */
static const double ENOUGH = 1.1;

/* How the features of a recipe are beside those asked for, a voxel taken off for their bar: 1 and more has them all. */
static cupel_status share_of(const cupel_micro_demand *d, const cupel_recipe *r, double *share, cupel_err *err)
{
    const cupel_job job = {.threads = 1};
    const double voxel = d->size / (double)d->grid;
    double feature[CUPEL_MICRO_PHASES_MAX];
    *share = 0;
    if (r->generator->check && r->generator->check(r, NULL) != CUPEL_OK) return CUPEL_OK;
    const cupel_status st = cupel_feature_sizes(d, r, &job, feature, err);
    double least = HUGE_VAL;
    for (size_t i = 0; i < d->n_asks && st == CUPEL_OK; i++) {
        const cupel_ask *a = &d->ask[i];
        const double has = a->kind == CUPEL_ASK_FEATURE ? feature[a->phase] * d->size : 0;
        if (a->kind != CUPEL_ASK_FEATURE) continue;
        if (a->min > 0) least = fmin(least, (has - voxel) / a->min);
        if (a->max < HUGE_VAL) least = fmin(least, a->max / (has + voxel));
    }
    *share = st == CUPEL_OK ? fmax(0, least) : 0;
    return st;
}

/* In the middle of the volume fractions. */
static cupel_status share_in_middle(const cupel_micro_demand *d, const cupel_family *f, const cupel_recipe *from, double *share, cupel_err *err)
{
    cupel_recipe r = *from;
    const size_t k = f->fraction;
    if (k < f->n) r.value[f->place[k]] = (f->low[k] + f->high[k]) / 2;
    return share_of(d, &r, share, err);
}

/* Value i of a range; of a wide one a few, as far apart in ratio as can be. */
static double value_at(double low, double high, int i)
{
    const double span = high - low, share = i / (VALUES - 1.0);
    if (span < VALUES) return fmin(low + i, high);
    return round(low > 0 ? low * pow(high / low, share) : low + span * share);
}

/* Of one range (first = last), or of all together, which keeps what is alike along the axes so: the value nearest to the middle that has enough, or
 * the one that has most. *share: what is had so. */
static cupel_status choose(const cupel_micro_demand *d, const cupel_micro_space *s, cupel_family *f, size_t first, size_t last, double *share,
                           cupel_err *err)
{
    const cupel_recipe middle = f->start;
    double nearest = HUGE_VAL, widest = 0;
    for (size_t k = first; k <= last; k++)
        if (s->whole[k]) widest = fmax(widest, s->high[k] - s->low[k]);
    for (int i = 0; i < VALUES && i <= widest; i++) {
        cupel_recipe r = middle;
        double here, off = 0;
        for (size_t k = first; k <= last; k++) {
            if (!s->whole[k]) continue;
            r.value[s->place[k]] = value_at(s->low[k], s->high[k], i);
            off += fabs(r.value[s->place[k]] - middle.value[s->place[k]]) / (s->high[k] - s->low[k]);
        }
        const cupel_status st = share_in_middle(d, f, &r, &here, err);
        if (st != CUPEL_OK) return st;
        if (*share < ENOUGH ? here <= *share : here < ENOUGH || off >= nearest) continue;
        *share = here;
        nearest = off;
        f->start = r;
    }
    return CUPEL_OK;
}

cupel_status cupel_family_counts(const cupel_micro_demand *d, const cupel_micro_space *s, cupel_family *f, cupel_err *err)
{
    double share = HUGE_VAL;
    bool any = false;
    for (size_t i = 0; i < s->n; i++) any = any || s->whole[i];
    if (!any || !cupel_feature_asked(d)) return CUPEL_OK;
    cupel_status st = share_in_middle(d, f, &f->start, &share, err);
    if (st == CUPEL_OK && share < ENOUGH) st = choose(d, s, f, 0, s->n - 1, &share, err);
    for (size_t i = 0; i < s->n && st == CUPEL_OK && share < ENOUGH; i++)
        if (s->whole[i]) st = choose(d, s, f, i, i, &share, err);
    return st;
}
