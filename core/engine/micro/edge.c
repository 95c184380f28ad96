#include "core/engine/micro/edge.h"

#include <math.h>

void cupel_edge_words(const cupel_micro_demand *d, const cupel_ask *a, const cupel_design_ask *v, cupel_str *s)
{
    const double low = a->whole ? -HUGE_VAL : a->min, high = a->whole ? a->within : a->max, f = cupel_ask_factor(a);
    const double slack = cupel_ask_slack(d, a, v->value), up = high - v->value, down = v->value - low, room = fmin(up, down);
    if (isnan(v->value) || isnan(v->error) || isnan(v->above) || room < -slack || !isfinite(room)) return;
    const bool on = !a->whole && room <= slack;
    if (v->met) {
        if (on) cupel_str_puts(s, "on its limit itself, with nothing to spare");
        return;
    }
    const double over = fmax(v->error + v->above - up, v->error + v->below - down);
    const char *unit = cupel_ask_unit(a);
    if (!(over > slack)) return;
    cupel_str_addf(s, "%s its bar%s reaches by %.2g%s%s", on ? "on its limit itself, over which" : "inside, but over the limit",
                   d->hold_line ? " with the tolerances" : "", f * over, *unit ? " " : "", unit);
    if (v->error > 0) cupel_str_puts(s, "; a finer grid narrows it");
}
