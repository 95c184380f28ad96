/* Demands that one phase, or layers of one direction, meet by themselves: the proof that they can be met is built and verified like any design. */
#include "core/base/err.h"
#include "core/engine/micro/search.h"

static bool has_goal(const cupel_micro_demand *d)
{
    for (size_t i = 0; i < d->n_asks; i++)
        if (d->ask[i].goal) return true;
    return false;
}

cupel_status cupel_design_exact(cupel_search *s, bool *enough, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_designs *o = s->out;
    const cupel_micro_demand *d = s->d;
    cupel_recipe r;
    *enough = false;
    cupel_attainable_find(d, &o->attainable);
    if (d->n_phases == 1) CUPEL_TRY(cupel_recipe_of_text("uniform:phases=1", &r, err));
    if (d->n_phases > 1 && (d->space || !cupel_attainable_recipe(d, &o->attainable, &r))) return CUPEL_OK;
    st = cupel_design_verify(s, &r, NULL, &o->one[o->n], err);
    if (cupel_search_no_time(s, st)) return CUPEL_OK;
    CUPEL_TRY(st);
    *enough = d->n_phases == 1 || (o->one[o->n].meets && !has_goal(d));
    o->n++;
done:
    return st;
}
