#include "core/engine/sieve.h"

void cupel_count_elements(const cupel_composition *c, int64_t by_z[CUPEL_N_Z])
{
    for (unsigned i = 0; i < c->n; i++) by_z[c->z[i]]++;
}

bool cupel_sieve_constraints(const cupel_demand *d, const cupel_composition *c, cupel_counts *k, double *figure)
{
    size_t first = SIZE_MAX;
    for (size_t i = 0; i < d->n_constraints; i++) {
        cupel_constraint_result r;
        cupel_constraint_check(d->constraint[i].c, c, &r);
        figure[i] = r.figure;
        if (r.verdict == CUPEL_PASS) continue;
        k->fails[i]++;
        k->unknown[i] += r.verdict == CUPEL_UNKNOWN;
        if (first == SIZE_MAX) first = i;
    }
    if (first == SIZE_MAX) return true;
    k->first[first]++;
    cupel_count_elements(c, k->rejected + first * CUPEL_N_Z);
    return false;
}

cupel_fate cupel_sieve_score(const cupel_demand *d, const cupel_scorer *s, const cupel_score_row *row, const unsigned char *in_domain,
                             cupel_counts *k, cupel_score *score)
{
    for (size_t p = 0; d->domain_required && p < d->n_properties; p++)
        if (in_domain[p] != 1) { /* unknown is not inside */
            k->total[CUPEL_OUTSIDE_DOMAIN]++;
            return CUPEL_LEAVES;
        }
    cupel_scorer_row(s, row, score);
    bool all = true;
    for (size_t r = 0; r < d->n_requirements; r++) {
        bool in = cupel_scorer_inside(s, r, row->value[d->requirement[r].property]);
        k->inside[r] += in;
        all = all && in;
    }
    k->total[CUPEL_PREDICTED]++;
    k->total[CUPEL_INSIDE] += all;
    if (score->probability > 0) return CUPEL_STAYS;
    k->total[CUPEL_NO_CHANCE]++;
    return CUPEL_HOPELESS;
}
