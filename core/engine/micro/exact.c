/* Demands that one phase, or layers of one direction, meet by themselves: the proof that they can be met is built and verified like any design. */
#include "core/base/err.h"
#include "core/engine/micro/screen_spaces.h"

#include <math.h>

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
    if (cupel_search_no_time(s, st)) {
        o->out_of_budget = true; /* the search may still find what takes less */
        return CUPEL_OK;
    }
    if (d->n_phases > 1 && cupel_search_leave(s, "what is known to have it is left for a search", &st, err)) return CUPEL_OK;
    CUPEL_TRY(st);
    *enough = d->n_phases == 1 || (o->one[o->n].meets && !has_goal(d));
    o->n++;
done:
    return st;
}

/* Relative miss that is none. */
static const double MET = 1e-9;

/* How far layers of this fraction are from the demand, relative to what they have or, where that is more, to what their phases have: 0 is missed by
 * what arithmetic leaves of it. Infinite where that is not known in closed form; statistics of shapes are judged at the verification. */
static double apart(const cupel_search *s, const cupel_family *f, cupel_recipe *r, double fraction)
{
    const cupel_micro_demand *d = s->d;
    cupel_tensors t;
    double most = 0;
    r->value[f->place[f->fraction]] = fraction;
    if (!cupel_attainable_layers(d, r, &t)) return HUGE_VAL;
    const cupel_micro_state state = cupel_tensors_state(d, &t);
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        const double v = cupel_ask_value(d, a, &state), low = a->whole ? -HUGE_VAL : a->min, high = a->whole ? a->within : a->max;
        if (cupel_ask_is_statistic(a)) continue;
        if (isnan(v) || a->on_grid) return HUGE_VAL;
        most = fmax(most, fmax(low - v, v - high) / (a->whole ? 1 : fmax(fabs(v), cupel_ask_slack(d, a, 0) / MET)));
    }
    return most;
}

/* Golden section between two fractions: what is asked without a tolerance lies in a kink, where that loses no digits. */
static double nearest(const cupel_search *s, const cupel_family *f, cupel_recipe *r, double low, double high)
{
    const double golden = (sqrt(5.0) - 1) / 2;
    double a = high - golden * (high - low), b = low + golden * (high - low), at_a = apart(s, f, r, a), at_b = apart(s, f, r, b);
    for (int i = 0; i < 90; i++)
        if (at_a <= at_b)
            high = b, b = a, at_b = at_a, a = high - golden * (high - low), at_a = apart(s, f, r, a);
        else
            low = a, a = b, at_a = at_b, b = low + golden * (high - low), at_b = apart(s, f, r, b);
    return at_a <= at_b ? a : b;
}

static cupel_status layers_of(cupel_search *s, const cupel_family *f, bool *enough, cupel_err *err)
{
    enum { STEPS = 64 };
    cupel_designs *o = s->out;
    cupel_recipe r = f->start;
    size_t best = 0;
    double least = HUGE_VAL, at[STEPS + 1];
    for (size_t i = 0; i <= STEPS; i++) {
        at[i] = f->low[f->fraction] + (f->high[f->fraction] - f->low[f->fraction]) * (double)i / STEPS;
        const double here = apart(s, f, &r, at[i]);
        if (here < least) least = here, best = i;
    }
    if (least == HUGE_VAL) return CUPEL_OK;
    const double inside = nearest(s, f, &r, at[best ? best - 1 : 0], at[best < STEPS ? best + 1 : (size_t)STEPS]);
    if (apart(s, f, &r, apart(s, f, &r, inside) < least ? inside : at[best]) > MET) return CUPEL_OK;
    cupel_status st = cupel_design_verify(s, &r, NULL, &o->one[o->n], err);
    if (cupel_search_no_time(s, st)) {
        o->out_of_budget = true;
        return CUPEL_OK;
    }
    if (cupel_search_leave(s, "layers that have it are left for a search", &st, err) || st != CUPEL_OK) return st;
    *enough = o->one[o->n].meets;
    o->n++;
    return CUPEL_OK;
}

cupel_status cupel_design_layers(cupel_search *s, bool *enough, cupel_err *err)
{
    const cupel_micro_demand *d = s->d;
    cupel_status st = CUPEL_OK;
    bool exact = false;
    for (size_t i = 0; i < d->n_asks; i++) exact = exact || (cupel_ask_is_exact(&d->ask[i]) && !cupel_ask_is_statistic(&d->ask[i]));
    if (!exact || !d->space || has_goal(d)) return CUPEL_OK;
    for (size_t i = 0; i < s->families.n && st == CUPEL_OK && !*enough; i++)
        if (s->families.one[i].fraction < s->families.one[i].n) {
            st = layers_of(s, &s->families.one[i], enough, err);
            if (*enough) cupel_spaces_only(s, &s->families.one[i], "plane layers have what is asked, in closed form");
        }
    return st;
}
