#include "core/engine/micro/order.h"

#include "core/math/stats.h"

#include <math.h>

/* Half width of a 95 % bar in standard deviations. */
static const double BAR = 1.959964;

double cupel_design_chance(double value, double error, double low, double high, double slack)
{
    const double sigma = error / BAR;
    if (!(sigma > 0)) return value >= low - slack && value <= high + slack;
    return fmax(0, cupel_normal_cdf((high - value) / sigma) - cupel_normal_cdf((low - value) / sigma));
}

/* Numbers that differ by less are the same: fractions are met to 1e-7. */
static const double SAME = 1e-6;
/* Of a probability, what bars tell: of designs that meet the demand and of others, where it is small. */
static const double STEP = 1e-3, STEP_UNMET = 1e-6;

/* By what power of e a is larger than b: the same, with the other sign, from b to a. */
static double larger(double a, double b)
{
    if (a * b > 0) return a > 0 ? log(a / b) : log(b / a);
    return a != b ? (a - b) / fmax(fabs(a), fabs(b)) : 0;
}

/* As it is judged: of the one body that is asked for. */
static double value_of(const cupel_design *g, size_t ask) { return g->ask[ask].value + g->ask[ask].mended; }

static double gain_of(const cupel_micro_demand *d, const cupel_design *a, const cupel_design *b)
{
    double gain = 0;
    for (size_t i = 0; i < d->n_asks; i++)
        if (d->ask[i].goal) gain += d->ask[i].goal * d->ask[i].weight * larger(value_of(a, i), value_of(b, i));
    return gain;
}

static int by_probability(const cupel_design *a, const cupel_design *b)
{
    const double step = a->meets ? STEP : STEP_UNMET, x = round(a->probability / step), y = round(b->probability / step);
    return (x < y) - (x > y);
}

/* Price of a volume, then density: the less the better. 0 where a phase does not say it. */
static int by_cost(const cupel_micro_demand *d, const cupel_design *a, const cupel_design *b)
{
    const cupel_ask ask[] = {{.kind = CUPEL_ASK_PRICE, .per_volume = true}, {.kind = CUPEL_ASK_DENSITY}};
    for (size_t i = 0; i < sizeof ask / sizeof *ask; i++) {
        const cupel_micro_state s = {.fraction = a->limit.fraction}, t = {.fraction = b->limit.fraction};
        const double more = larger(cupel_ask_value(d, &ask[i], &s), cupel_ask_value(d, &ask[i], &t));
        if (fabs(more) > SAME) return more > 0 ? 1 : -1;
    }
    return 0;
}

/* In tolerances, bars included. */
static double distance_of(const cupel_micro_demand *d, const cupel_design *g)
{
    double sum = 0;
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_design_ask *v = &g->ask[i];
        if (d->ask[i].kind == CUPEL_ASK_TWO_POINT) sum += value_of(g, i) / fmax(d->ask[i].max, 1e-9);
        if (d->ask[i].whole) sum += (value_of(g, i) + v->error + v->above) / d->ask[i].within;
    }
    return sum;
}

int cupel_design_compare(const cupel_micro_demand *d, const cupel_design *a, const cupel_design *b)
{
    if (a->meets != b->meets) return a->meets ? -1 : 1;
    const double gain = a->meets ? gain_of(d, a, b) : 0;
    if (fabs(gain) > SAME) return gain > 0 ? -1 : 1;
    int order = by_probability(a, b);
    if (!order && a->meets) order = by_cost(d, a, b);
    const double x = distance_of(d, a), y = distance_of(d, b);
    return order ? order : (x > y) - (x < y);
}
