#include "core/engine/micro/diagonal.h"

#include "core/engine/micro/outer_words.h"

#include <math.h>

static const double SLACK = 1e-6; /* rounding, and what printing a number rounds off */

/* The entries that bound the components most tightly from below (high) or above; false where one is open. */
static bool entries_of(const cupel_micro_demand *d, bool high, size_t ask[3])
{
    bool any[3] = {false};
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        if (a->kind != CUPEL_ASK_CONDUCTIVITY || a->whole || a->invariant || a->per_density || a->i != a->j) continue;
        if (!isfinite(high ? a->min : a->max)) continue;
        const cupel_ask *than = &d->ask[ask[a->i]];
        if (any[a->i] && (high ? than->min >= a->min : than->max <= a->max)) continue;
        any[a->i] = true;
        ask[a->i] = i;
    }
    return any[0] && any[1] && any[2];
}

/* Where only one phase is there, or both are alike: no measure, for there is no bound to compare with. */
static double alone(const cupel_outer *o, bool high, const size_t ask[3])
{
    for (int i = 0; i < 3; i++) {
        const cupel_ask *a = &o->d->ask[ask[i]];
        const double least = o->k.reuss[4 * a->i], most = o->k.voigt[4 * a->i];
        if (high ? a->min > most * (1 + SLACK) : a->max < least * (1 - SLACK)) return HUGE_VAL;
    }
    return 0;
}

/* One side of the bound; C is infinite where both phases conduct alike. */
static double side(const cupel_outer *o, bool high, cupel_diagonal *g)
{
    const cupel_bounds *b = &o->k;
    *g = (cupel_diagonal){.high = high};
    if (!entries_of(o->d, high, g->ask)) return 0;
    if (!b->two_phases) return alone(o, high, g->ask);
    g->allowed = high ? 1 / (b->k2 - b->kh) + 2 / (b->k2 - b->ka) : 1 / (b->kh - b->k1) + 2 / (b->ka - b->k1);
    for (int i = 0; i < 3; i++) {
        const cupel_ask *a = &o->d->ask[g->ask[i]];
        const double room = high ? b->k2 - a->min : a->max - b->k1;
        g->found += room > 0 ? 1 / room : HUGE_VAL;
    }
    return isfinite(g->allowed) ? fmax(0, g->found / g->allowed - 1 - SLACK) : 0;
}

static void sort(size_t ask[3])
{
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2 - i; j++)
            if (ask[j] > ask[j + 1]) {
                const size_t swap = ask[j];
                ask[j] = ask[j + 1], ask[j + 1] = swap;
            }
}

double cupel_diagonal_beyond(const cupel_outer *o, cupel_diagonal *found)
{
    cupel_diagonal low, high;
    if (!o->d->needs_conduction || o->d->n_phases != 2) return 0;
    const double over = side(o, true, &high), under = side(o, false, &low);
    if (found) *found = over >= under ? high : low;
    if (found) sort(found->ask);
    return fmax(over, under);
}

void cupel_diagonal_say(const cupel_outer *o, const cupel_diagonal *g, cupel_str *out)
{
    const char *word = g->high ? "at least" : "at most";
    for (int i = 0; i < 3; i++) {
        const cupel_ask *a = &o->d->ask[g->ask[i]];
        cupel_str_addf(out, "%s'%s' (line %zu) %s %.5g", i ? i == 2 ? " and " : ", " : "", a->name, a->line, word,
                       a->in_unit * (g->high ? a->min : a->max));
    }
    const cupel_ask *a = &o->d->ask[g->ask[0]];
    cupel_str_addf(out, "%s%s cannot be had at once: %s let the three have a mean of %s %.5g%s%s", *a->unit ? " " : "", a->unit,
                   cupel_outer_name(g->high ? CUPEL_OUTER_TRACE_HIGH : CUPEL_OUTER_TRACE_LOW), g->high ? "at most" : "at least",
                   a->in_unit * (g->high ? o->k.hs_upper[0] : o->k.hs_lower[0]), *a->unit ? " " : "", a->unit);
}
