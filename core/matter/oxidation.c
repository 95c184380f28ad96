#include "core/matter/oxidation.h"

#include "core/matter/elements.h"

#include <math.h>

enum { MAX_STEPS = 100000 };
static const double MISS = 1e-3; /* e per atom, where amounts are not whole numbers */

typedef struct search {
    unsigned n;
    unsigned char z[CUPEL_Z_MAX];
    double amount[CUPEL_Z_MAX], electronegativity[CUPEL_Z_MAX];
    unsigned states[CUPEL_Z_MAX];                       /* bit s + CUPEL_STATE_SHIFT */
    double low[CUPEL_Z_MAX + 1], high[CUPEL_Z_MAX + 1]; /* least and greatest charge of elements i .. n-1 */
    signed char now[CUPEL_Z_MAX], best[CUPEL_Z_MAX];
    unsigned steps;
    double likeliest; /* product of the shares of the best choice, 0 before there is one */
    double miss;
} search;

/* By increasing electronegativity, equal ones in the order of the composition; false when one is unknown. */
static bool sort_elements(const cupel_composition *c, search *s)
{
    s->n = c->n;
    for (unsigned i = 0; i < c->n; i++) {
        double x = cupel_element_electronegativity(c->z[i]);
        unsigned j = i;
        if (isnan(x)) return false;
        for (; j > 0 && s->electronegativity[j - 1] > x; j--) {
            s->z[j] = s->z[j - 1];
            s->amount[j] = s->amount[j - 1];
            s->electronegativity[j] = s->electronegativity[j - 1];
        }
        s->z[j] = c->z[i];
        s->amount[j] = c->amount[i];
        s->electronegativity[j] = x;
    }
    return true;
}

/* Cations come first: behind an anion only anions, and the first of them above the last cation. */
static bool may_follow(const search *s, unsigned i, int state)
{
    if (i == 0) return state > 0;
    if (state > 0) return s->now[i - 1] > 0;
    return s->now[i - 1] < 0 || s->electronegativity[i - 1] < s->electronegativity[i];
}

static void choose(search *s, unsigned i, double sum, double likely)
{
    if (++s->steps > MAX_STEPS || likely <= s->likeliest) return;
    if (sum + s->low[i] > s->miss || sum + s->high[i] < -s->miss) return;
    if (i == s->n) {
        if (s->now[s->n - 1] > 0) return;
        s->likeliest = likely;
        for (unsigned k = 0; k < s->n; k++) s->best[k] = s->now[k];
        return;
    }
    for (unsigned open = s->states[i]; open; open &= open - 1) {
        int state = __builtin_ctz(open) - CUPEL_STATE_SHIFT;
        if (!may_follow(s, i, state)) continue;
        s->now[i] = (signed char)state;
        choose(s, i + 1, sum + s->amount[i] * state, likely * cupel_oxidation_share(s->z[i], state));
    }
}

static bool find_among(search *s, cupel_states set, double charge)
{
    s->low[s->n] = s->high[s->n] = 0;
    for (unsigned i = s->n; i-- > 0;) {
        s->states[i] = cupel_oxidation_states(set)[s->z[i]];
        if (!s->states[i]) return false;
        s->low[i] = s->low[i + 1] + s->amount[i] * (__builtin_ctz(s->states[i]) - CUPEL_STATE_SHIFT);
        s->high[i] = s->high[i + 1] + s->amount[i] * (31 - __builtin_clz(s->states[i]) - CUPEL_STATE_SHIFT);
    }
    s->likeliest = 0;
    s->steps = 0;
    choose(s, 0, -charge, 1);
    return s->likeliest > 0;
}

bool cupel_oxidation_find(const cupel_composition *c, double charge, cupel_oxidation *o)
{
    search s;
    bool whole = true;
    if (c->n < 2 || !sort_elements(c, &s)) return false;
    for (unsigned i = 0; i < c->n; i++) whole = whole && c->amount[i] >= floor(c->amount[i]) && c->amount[i] <= floor(c->amount[i]);
    s.miss = whole ? 1e-6 : MISS * cupel_composition_total(c);
    o->set = CUPEL_STATES_COMMON;
    if (!find_among(&s, o->set, charge) && !find_among(&s, o->set = CUPEL_STATES_ICSD24, charge)) return false;
    o->n = s.n;
    for (unsigned i = 0; i < s.n; i++) {
        o->z[i] = s.z[i];
        o->state[i] = s.best[i];
    }
    return true;
}

void cupel_oxidation_text(const cupel_composition *c, double charge, cupel_str *out)
{
    cupel_oxidation o;
    if (!cupel_oxidation_find(c, charge, &o)) return;
    for (unsigned i = 0; i < o.n; i++) cupel_str_addf(out, "%s%s%+d", i ? " " : "", cupel_element_symbol(o.z[i]), o.state[i]);
    if (o.set != CUPEL_STATES_COMMON) cupel_str_puts(out, " (rare)");
}
