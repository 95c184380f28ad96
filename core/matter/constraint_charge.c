/* Charge neutrality with electronegativity order, the rule of SMACT (Davies et al. 2019, doi:10.21105/joss.01361): some choice of one
 * tabulated oxidation state per element sums to zero with every cation less electronegative than every anion.
 *
 * Sorted by electronegativity the cations therefore come first and the anions last, with a step between them. So for each place of the step
 * the question is whether sum(amount state) over positive states of the first and negative states of the last can be zero: a search by
 * depth, cut where the states still open cannot bring the sum back to zero. */
#include "core/matter/constraint_parts.h"

#include <math.h>

enum { MAX_STEPS = 100000 };     /* of the search, over all places of the step; beyond it the answer is UNKNOWN */
static const double MISS = 1e-3; /* e per atom, where amounts are not whole numbers */

typedef struct ion {
    double amount;
    unsigned states;  /* bit s + CUPEL_STATE_SHIFT, all of one sign */
    double low, high; /* least and greatest charge it can bring: amount * state */
} ion;

typedef struct search {
    ion ion[CUPEL_Z_MAX];
    double low[CUPEL_Z_MAX + 1], high[CUPEL_Z_MAX + 1]; /* sums over ions i .. n-1 */
    unsigned n;
    bool last_is_mean; /* the last ion may take any mean of its states */
    double miss;
    unsigned steps;
} search;

static bool reaches_zero(search *s, unsigned i, double sum)
{
    if (++s->steps > MAX_STEPS) return false;
    if (sum + s->low[i] > s->miss || sum + s->high[i] < -s->miss) return false;
    if (i == s->n || (s->last_is_mean && i + 1 == s->n)) return true;
    for (unsigned open = s->ion[i].states; open; open &= open - 1) {
        int state = __builtin_ctz(open) - CUPEL_STATE_SHIFT;
        if (reaches_zero(s, i + 1, sum + s->ion[i].amount * state)) return true;
    }
    return false;
}

/* Sums from the back, and the search. */
static bool search_from(search *s)
{
    s->low[s->n] = s->high[s->n] = 0;
    for (unsigned i = s->n; i-- > 0;) {
        s->low[i] = s->low[i + 1] + s->ion[i].low;
        s->high[i] = s->high[i + 1] + s->ion[i].high;
    }
    return reaches_zero(s, 0, 0);
}

static const unsigned POSITIVE = ((1u << CUPEL_STATE_BITS) - 1) & ~((1u << (CUPEL_STATE_SHIFT + 1)) - 1);
static const unsigned NEGATIVE = (1u << CUPEL_STATE_SHIFT) - 1;

/* The first `cations` of the sorted elements are positive, the rest negative. */
static bool neutral_with(const cupel_constraint *c, const cupel_composition *comp, const unsigned char *order, unsigned cations, search *s)
{
    for (unsigned i = 0; i < comp->n; i++) {
        ion *x = &s->ion[i];
        x->amount = comp->amount[order[i]];
        x->states = c->state[comp->z[order[i]]] & (i < cations ? POSITIVE : NEGATIVE);
        if (!x->states) return false;
        x->low = x->amount * (__builtin_ctz(x->states) - CUPEL_STATE_SHIFT);
        x->high = x->amount * (31 - __builtin_clz(x->states) - CUPEL_STATE_SHIFT);
    }
    s->n = comp->n;
    s->last_is_mean = false;
    if (search_from(s)) return true;
    s->last_is_mean = true;
    for (unsigned e = 0; e < s->n && c->mixed_valence; e++) {
        ion mean = s->ion[s->n - 1 - e]; /* each becomes the last once */
        s->ion[s->n - 1 - e] = s->ion[s->n - 1];
        s->ion[s->n - 1] = mean;
        if (search_from(s)) return true;
    }
    return false;
}

/* By increasing electronegativity; false with *z when one is unknown. */
static bool sorted(const cupel_constraint *c, const cupel_composition *comp, unsigned char *order, unsigned char *z)
{
    for (unsigned i = 0; i < comp->n; i++) {
        unsigned e = comp->z[i], j = i;
        if (isnan(c->electronegativity[e]) || !c->state[e]) {
            *z = comp->z[i];
            return false;
        }
        for (; j > 0 && c->electronegativity[comp->z[order[j - 1]]] > c->electronegativity[e]; j--) order[j] = order[j - 1];
        order[j] = (unsigned char)i;
    }
    return true;
}

cupel_verdict cupel_charge_neutral(const cupel_constraint *c, const cupel_composition *comp, unsigned char *z)
{
    unsigned char order[CUPEL_Z_MAX];
    search s;
    bool metals = true, whole = true;
    for (unsigned i = 0; i < comp->n; i++) {
        metals = metals && c->metal[comp->z[i]];
        whole = whole && comp->amount[i] >= floor(comp->amount[i]) && comp->amount[i] <= floor(comp->amount[i]);
    }
    if (c->alloys_pass && (metals || comp->n == 1)) return CUPEL_PASS;
    if (!sorted(c, comp, order, z)) return CUPEL_UNKNOWN;
    s.steps = 0;
    s.miss = whole ? 1e-6 : MISS * cupel_composition_total(comp);
    for (unsigned cations = 1; cations < comp->n; cations++) {
        double below = c->electronegativity[comp->z[order[cations - 1]]], above = c->electronegativity[comp->z[order[cations]]];
        if (below < above && neutral_with(c, comp, order, cations, &s)) return CUPEL_PASS;
    }
    return s.steps > MAX_STEPS ? CUPEL_UNKNOWN : CUPEL_FAIL;
}
