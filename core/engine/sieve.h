/* What one candidate goes through in a screen and in a ranking of given predictions, with the counts that the funnel is made of. */
#ifndef CUPEL_ENGINE_SIEVE_H
#define CUPEL_ENGINE_SIEVE_H

#include "core/engine/counts.h"
#include "core/engine/score.h"

void cupel_count_elements(const cupel_composition *c, int64_t by_z[CUPEL_N_Z]);

/* Asks every constraint, so that each count stands for itself; figure [c]. False when one fails: counted under the first. */
bool cupel_sieve_constraints(const cupel_demand *d, const cupel_composition *c, cupel_counts *k, double *figure);

/* A candidate with predictions: outside a required domain, without a chance, or staying. Scores it unless it is outside. */
typedef enum cupel_fate { CUPEL_LEAVES, CUPEL_HOPELESS, CUPEL_STAYS } cupel_fate;
cupel_fate cupel_sieve_score(const cupel_demand *d, const cupel_scorer *s, const cupel_score_row *row, const unsigned char *in_domain,
                             cupel_counts *k, cupel_score *score);

#endif
