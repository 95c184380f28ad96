#include "core/engine/micro/goal.h"

#include "core/engine/micro/fractions.h"
#include "core/engine/micro/outer_words.h"

#include <math.h>

static bool of_phases_alone(const cupel_ask *a)
{
    return a->kind == CUPEL_ASK_FRACTION || a->kind == CUPEL_ASK_DENSITY || a->kind == CUPEL_ASK_PRICE;
}

/* The end of the range towards which the goal goes. */
static bool end_of(const cupel_outer *o, const cupel_ask *a, double *bound, cupel_outer_bound *by)
{
    cupel_outer_range r;
    if (!cupel_outer_number(o, a, &r)) return false;
    *bound = a->goal > 0 ? r.high : r.low;
    *by = a->goal > 0 ? r.high_by : r.low_by;
    return isfinite(*bound);
}

static bool allowed(const cupel_outer *o, size_t goal)
{
    const cupel_micro_demand *d = o->d;
    for (size_t i = 0; i < d->n_asks; i++)
        if (i != goal && cupel_outer_beyond(o, &d->ask[i], NULL) > 0) return false;
    return cupel_outer_beyond(o, &d->ask[goal], NULL) <= 0;
}

/* Volume fractions piece by piece, each bounded as a whole, so that nothing between two points is left out. */
static void bound_of_demand(const cupel_micro_demand *d, size_t ask, cupel_goal_bound *b)
{
    enum { PIECES = 100 };
    const cupel_ask *a = &d->ask[ask];
    double low[CUPEL_MICRO_PHASES_MAX], high[CUPEL_MICRO_PHASES_MAX];
    cupel_outer o;
    if (d->n_phases != 2 || cupel_fractions_allowed(d, low, high, NULL, NULL) != CUPEL_OK) return;
    const double from = low[1], step = (high[1] - low[1]) / PIECES;
    cupel_outer_init(&o, d);
    for (size_t k = 0; k < PIECES; k++) {
        double bound;
        cupel_outer_bound by;
        low[1] = from + (double)k * step, high[1] = low[1] + step;
        low[0] = 1 - high[1], high[0] = 1 - low[1];
        cupel_outer_set(&o, low, high);
        if (!allowed(&o, ask)) continue;
        if (!end_of(&o, a, &bound, &by)) {
            b->all = NAN;
            return;
        }
        if (isnan(b->all) || a->goal * (bound - b->all) > 0) b->all = bound, b->all_by = by;
    }
}

bool cupel_goal_bound_of(const cupel_micro_demand *d, const cupel_design *g, size_t ask, cupel_goal_bound *b)
{
    const cupel_ask *a = &d->ask[ask];
    cupel_outer o;
    *b = (cupel_goal_bound){.here = NAN, .all = NAN};
    if (!a->goal) return false;
    cupel_outer_init(&o, d);
    cupel_outer_set(&o, g->limit.fraction, g->limit.fraction);
    if (of_phases_alone(a) || !end_of(&o, a, &b->here, &b->here_by)) b->here = NAN;
    bound_of_demand(d, ask, b);
    return !isnan(b->here) || !isnan(b->all);
}

/* "62.1 % of the bound, 512 MPa,": above 100 % where the goal is to be small. No share where signs or a zero make none. */
static void put_share(const cupel_ask *a, double value, double bound, cupel_str *s)
{
    const char *gap = *a->unit ? " " : "";
    if (value > 0 && bound > 0)
        cupel_str_addf(s, "%.3g %% of the bound, %.5g%s%s,", 100 * value / bound, a->in_unit * bound, gap, a->unit);
    else
        cupel_str_addf(s, "the bound is %.5g%s%s", a->in_unit * bound, gap, a->unit);
}

void cupel_goal_words(const cupel_micro_demand *d, const cupel_design *g, size_t ask, cupel_str *s)
{
    const cupel_ask *a = &d->ask[ask];
    cupel_goal_bound b;
    if (isnan(g->ask[ask].value) || !cupel_goal_bound_of(d, g, ask, &b)) return;
    if (!isnan(b.here)) {
        put_share(a, g->ask[ask].value, b.here, s);
        cupel_str_addf(s, " at its volume fraction (%s)", cupel_outer_name(b.here_by));
    }
    if (isnan(b.all)) return;
    cupel_str_puts(s, isnan(b.here) ? "" : "; ");
    put_share(a, g->ask[ask].value, b.all, s);
    cupel_str_puts(s, " at any that the demand allows");
}

void cupel_goal_put(const cupel_micro_demand *d, const cupel_design *g, cupel_json_out *w)
{
    bool any = false;
    cupel_goal_bound b;
    for (size_t i = 0; i < d->n_asks; i++) any = any || d->ask[i].goal;
    if (!any) return;
    cupel_json_name(w, "goals");
    cupel_json_open(w, '[');
    for (size_t i = 0; i < d->n_asks; i++) {
        if (!d->ask[i].goal) continue;
        cupel_goal_bound_of(d, g, i, &b);
        cupel_json_open(w, '{');
        cupel_json_name(w, "name");
        cupel_json_put_string(w, d->ask[i].name);
        cupel_json_name(w, "unit");
        cupel_json_put_string(w, d->ask[i].unit);
        cupel_json_name(w, "bound at its fraction");
        cupel_json_put_number(w, d->ask[i].in_unit * b.here);
        cupel_json_name(w, "bound of the demand");
        cupel_json_put_number(w, d->ask[i].in_unit * b.all);
        cupel_json_close(w, '}');
    }
    cupel_json_close(w, ']');
}
