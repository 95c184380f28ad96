/* What is left of a search that ended before its first verification: its best trial, said to be no more than that. */
#include "core/base/err.h"
#include "core/engine/micro/search.h"
#include "core/engine/micro/statistics.h"

#include <math.h>

void cupel_search_remember(cupel_search *s, size_t grid, const cupel_tensors *t)
{
    cupel_recipe r;
    const double merit = cupel_search_merit(s, t);
    if (s->best.grid && !(merit < s->best.merit)) return;
    if (cupel_search_recipe(s, s->x, &r, NULL) != CUPEL_OK) return;
    s->best = (cupel_search_best){.recipe = r, .t = *t, .grid = grid, .merit = merit};
}

static void nothing(double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) x[i] = NAN;
}

static void no_tensors(cupel_tensors *t)
{
    nothing(t->k, 9), nothing(t->c, 36), nothing(t->alpha, 6);
}

cupel_status cupel_design_unverified(cupel_search *s, cupel_err *err)
{
    cupel_designs *o = s->out;
    const cupel_micro_demand *d = s->d;
    cupel_job job = *s->job;
    if (o->n || !s->best.grid) return CUPEL_OK;
    cupel_design *g = &o->one[0];
    *g = (cupel_design){.recipe = s->best.recipe, .limit = s->best.t, .on_grid = s->best.t, .grid = d->grid, .fine = s->best.grid,
                         .unverified = true};
    job.stop = NULL; /* it has been asked already */
    cupel_status st = cupel_recipe_settle(&g->recipe, &job, err);
    if (st != CUPEL_OK) return st;
    no_tensors(&g->on_grid), no_tensors(&g->bar), no_tensors(&g->grid_bar);
    st = cupel_statistics_of_voxels(d, &g->recipe, g->fine, &job, &g->statistics, &g->statistics_bar, err);
    if (st != CUPEL_OK) return st;
    cupel_micro_state state = cupel_tensors_state(d, &g->limit);
    state.statistics = &g->statistics;
    for (size_t i = 0; i < d->n_asks; i++)
        g->ask[i] = (cupel_design_ask){.value = cupel_ask_value(d, &d->ask[i], &state), .error = NAN, .on_grid = NAN, .probability = NAN};
    g->probability = NAN;
    g->solves = g->search_solves = o->solves;
    g->seconds = cupel_clock_worked(&s->clock);
    o->n = 1;
    return CUPEL_OK;
}
