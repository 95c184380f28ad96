/* How what a grid is off goes with the parameters. A search on a grid whose tensors are only shifted stops where that grid's derivatives vanish, or
 * goes past the limit; with the shift's derivatives its model has value and slope of the limit where it was aimed (first-order model management:
 * Alexandrov, Lewis, Optimization and Engineering 2, 413 (2001)). All grids have their fields, so that nothing is solved for it. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/replay.h"

#include <string.h>

/* Derivatives, slope [family->n], of the tensors of the trial t at s->x, the last of the walk; zeros where its generator does not say how it
 * moves. */
static cupel_status slopes_at(cupel_search *s, const cupel_walk *walk, cupel_trial *t, cupel_slope *slope, cupel_err *err)
{
    const cupel_recipe r = cupel_search_recipe_free(s, s->x);
    const size_t n = s->family->n;
    if (cupel_replay_slopes(s, t, n, slope)) return CUPEL_OK;
    cupel_status st = cupel_walk_fields(s, walk, t, err);
    if (st == CUPEL_OK && cupel_trial_can_move(s->d, t, &r))
        st = cupel_trial_moves(t, &r, s->family->place, n, s->job, slope, err);
    else
        memset(slope, 0, n * sizeof *slope);
    return st == CUPEL_OK ? cupel_replay_keep_slopes(s, t, n, slope, err) : st;
}

/* Skeletons have on all grids the volume fraction that their radii give on that of the search: the level of another grid follows. */
static void follow_share(const cupel_search *s, const cupel_slope *here, cupel_slope *other)
{
    const cupel_slope level = other[s->family->fraction];
    if (s->family->kind != CUPEL_FAMILY_SKELETON || level.share == 0) return;
    for (size_t p = 0; p < s->family->n; p++) {
        const double by = (here[p].share - other[p].share) / level.share;
        for (size_t i = 0; i < 9; i++) other[p].k[i] += by * level.k[i];
        for (size_t i = 0; i < 36; i++) other[p].c[i] += by * level.c[i];
    }
}

/* n derivatives of what limit and own grid are off from here. */
static void drift_of(size_t n, double ahead, double own, const double *here, const double *middle, const double *fine, double *drift,
                     double *own_drift)
{
    for (size_t i = 0; i < n; i++) {
        const double limit = fine[i] + ahead * (fine[i] - middle[i]);
        drift[i] = limit - here[i];
        own_drift[i] = limit + own * (fine[i] - limit) - here[i];
    }
}

cupel_status cupel_search_drift(cupel_search *s, const cupel_walk *const walk[3], cupel_trial *const t[3], const cupel_told *told, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n = s->family->n;
    cupel_slope *here = cupel_alloc(3 * n, sizeof *here), *middle = here + n, *fine = here + 2 * n;
    if (!here) CUPEL_TRY(cupel_no_memory(err, "derivatives", 3 * n * sizeof *here));
    memset(s->drift, 0, sizeof s->drift);
    memset(s->own_drift, 0, sizeof s->own_drift);
    if (!t[0]->recipe.generator->moves || s->d->needs_surface) goto done;
    CUPEL_TRY(slopes_at(s, walk[0], t[0], here, err));
    if (t[1] != t[0]) CUPEL_TRY(slopes_at(s, walk[1], t[1], middle, err));
    if (t[1] == t[0]) memcpy(middle, here, n * sizeof *middle);
    CUPEL_TRY(slopes_at(s, walk[2], t[2], fine, err));
    follow_share(s, here, middle);
    follow_share(s, here, fine);
    for (size_t p = 0; p < n; p++) {
        drift_of(9, told->ahead[CUPEL_TOLD_K], told->own[CUPEL_TOLD_K], here[p].k, middle[p].k, fine[p].k, s->drift[p].k, s->own_drift[p].k);
        drift_of(36, told->ahead[CUPEL_TOLD_C], told->own[CUPEL_TOLD_C], here[p].c, middle[p].c, fine[p].c, s->drift[p].c, s->own_drift[p].c);
    }
done:
    cupel_free(here);
    return st;
}

static void add(cupel_tensors *shift, const cupel_slope *drift, double dx)
{
    for (size_t i = 0; i < 9; i++) shift->k[i] += dx * drift->k[i];
    for (size_t i = 0; i < 36; i++) shift->c[i] += dx * drift->c[i];
}

void cupel_search_drift_along(cupel_search *s, size_t k, double dx)
{
    add(&s->shift, &s->drift[k], dx);
    add(&s->own_shift, &s->own_drift[k], dx);
}
