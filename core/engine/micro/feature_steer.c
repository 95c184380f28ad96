#include "core/engine/micro/feature_steer.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/feature_size.h"
#include "core/engine/micro/statistics.h"
#include "core/sys/par.h"

#include <math.h>
#include <string.h>

cupel_micro_state cupel_feature_state(const cupel_micro_demand *d, const cupel_tensors *t)
{
    cupel_micro_state s = cupel_tensors_state(d, t);
    if (cupel_feature_asked(d)) s.feature = t->feature;
    return s;
}

cupel_status cupel_feature_measure(const cupel_search *s, const cupel_recipe *r, cupel_tensors *t, cupel_err *err)
{
    return cupel_feature_asked(s->d) ? cupel_feature_sizes(s->d, r, s->job, t->feature, err) : CUPEL_OK;
}

/* ---- derivatives ---- */

typedef struct differences {
    const cupel_search *s;
    const double *step;
    cupel_tensors *moved; /* [family.n + 1]: the last at s->x */
    bool *made;           /* [family.n + 1] */
} differences;

static cupel_status one_of(void *user, size_t k, size_t worker, cupel_err *err)
{
    differences *w = user;
    const cupel_search *s = w->s;
    double x[CUPEL_TRIAL_PARAMS];
    const cupel_job alone = {.threads = 1, .isa = s->job->isa};
    (void)worker;
    if (cupel_stopped(s->job)) return cupel_fail(err, CUPEL_INTERRUPTED, "stopped while designing");
    memcpy(x, s->x, sizeof x);
    if (k < s->family->n) x[k] += w->step[k];
    const cupel_recipe r = cupel_search_recipe_free(s, x);
    const cupel_status st = r.generator->check ? r.generator->check(&r, NULL) : CUPEL_OK;
    w->made[k] = st == CUPEL_OK; /* beyond what can be made there is no difference */
    return w->made[k] ? cupel_feature_sizes(s->d, &r, &alone, w->moved[k].feature, err) : CUPEL_OK;
}

/* Of all tensors but the feature sizes those of t, to which those are added that differ from the base's. */
static void add_slope(const cupel_search *s, const cupel_tensors *t, const cupel_tensors *moved, const cupel_tensors *base, double step, size_t k,
                      size_t m, double *j)
{
    double here[CUPEL_RESIDUALS_MAX], there[CUPEL_RESIDUALS_MAX];
    bool one_sided[CUPEL_RESIDUALS_MAX];
    cupel_tensors x = *t;
    for (size_t p = 0; p < s->d->n_phases; p++) x.feature[p] = fmax(1e-9, x.feature[p] + moved->feature[p] - base->feature[p]);
    (void)cupel_search_residuals(s, t, here, one_sided);
    (void)cupel_search_residuals(s, &x, there, one_sided);
    for (size_t i = 0; i < m; i++) j[i * s->family->n + k] += (there[i] - here[i]) / step;
}

static cupel_status slopes_of_differences(const cupel_search *s, const cupel_tensors *t, const double *step, size_t m, double *j, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n = s->family->n, threads = s->job->threads ? s->job->threads : 1;
    differences w = {s, step, cupel_alloc(n + 1, sizeof *w.moved), cupel_alloc(n + 1, sizeof *w.made)};
    if (!w.moved || !w.made) CUPEL_TRY(cupel_no_memory(err, "derivatives", n * sizeof *w.moved));
    CUPEL_TRY(cupel_par_for(threads, n + 1, one_of, &w, err));
    for (size_t k = 0; k < n; k++)
        if (w.made[k] && w.made[n]) add_slope(s, t, &w.moved[k], &w.moved[n], step[k], k, m, j);
done:
    cupel_free(w.moved);
    cupel_free(w.made);
    return st;
}

static cupel_status slopes_of_moves(const cupel_search *s, const cupel_recipe *r, const cupel_tensors *t, const double *step, size_t m, double *j,
                                    cupel_err *err)
{
    const cupel_tensors none = {.fraction = {0}};
    double (*slope)[CUPEL_MICRO_PHASES_MAX] = cupel_alloc(s->family->n, sizeof *slope);
    if (!slope) return cupel_no_memory(err, "derivatives", s->family->n * sizeof *slope);
    const cupel_status st = cupel_feature_moves(s->d, r, s->family->place, s->family->n, s->job, slope, err);
    for (size_t k = 0; k < s->family->n && st == CUPEL_OK; k++) {
        cupel_tensors moved = {.fraction = {0}};
        for (size_t p = 0; p < s->d->n_phases; p++) moved.feature[p] = step[k] * slope[k][p];
        add_slope(s, t, &moved, &none, step[k], k, m, j);
    }
    cupel_free(slope);
    return st;
}

cupel_status cupel_feature_slopes(const cupel_search *s, const cupel_tensors *t, const double *step, size_t m, double *j, cupel_err *err)
{
    if (!cupel_feature_asked(s->d)) return CUPEL_OK;
    const cupel_recipe r = cupel_search_recipe_free(s, s->x);
    return cupel_feature_can_move(&r) ? slopes_of_moves(s, &r, t, step, m, j, err) : slopes_of_differences(s, t, step, m, j, err);
}

/* ---- what the voxels say ---- */

/* Edge of a voxel of the design, in the unit of lengths. */
static double voxel(const cupel_search *s) { return s->d->size / (double)s->d->grid; }

void cupel_feature_begin(cupel_search *s)
{
    for (size_t i = 0; i < s->d->n_asks; i++) s->thin[i] = s->d->ask[i].kind == CUPEL_ASK_FEATURE ? voxel(s) : 0;
}

/* Of an upper limit the bar reaches the other way. */
static double judged(const cupel_micro_demand *d, const cupel_ask *a, const cupel_micro_statistics *x, const cupel_micro_statistics *bar)
{
    const double error = bar->feature[a->phase] * d->size;
    return x->feature[a->phase] * d->size - (a->min > -HUGE_VAL ? error : a->max < HUGE_VAL ? -error : 0);
}

cupel_status cupel_feature_aim(cupel_search *s, const cupel_tensors *t, cupel_err *err)
{
    cupel_micro_statistics x, bar;
    cupel_recipe r;
    cupel_micro_demand *one = NULL;
    cupel_status st = CUPEL_OK;
    if (!cupel_feature_asked(s->d)) return CUPEL_OK;
    one = cupel_alloc(1, sizeof *one);
    if (!one) CUPEL_TRY(cupel_no_memory(err, "feature sizes", sizeof *one));
    *one = *s->d;
    one->n_asks = 0;
    one->needs_surface = false;
    for (size_t i = 0; i < s->d->n_asks; i++)
        if (s->d->ask[i].kind == CUPEL_ASK_FEATURE) one->ask[one->n_asks++] = s->d->ask[i];
    CUPEL_TRY(cupel_search_recipe(s, s->x, &r, err));
    CUPEL_TRY(cupel_recipe_settle(&r, s->job, err));
    CUPEL_TRY(cupel_statistics_of_voxels(one, &r, (size_t)s->d->grid, s->job, &x, &bar, err));
    for (size_t i = 0; i < s->d->n_asks; i++) {
        const cupel_ask *a = &s->d->ask[i];
        if (a->kind != CUPEL_ASK_FEATURE || !(t->feature[a->phase] > 0)) continue;
        const double off = t->feature[a->phase] * s->d->size - judged(s->d, a, &x, &bar);
        if (isfinite(off)) s->thin[i] = off;
    }
done:
    cupel_free(one);
    return st;
}
