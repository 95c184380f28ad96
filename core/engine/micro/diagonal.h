/* Components 11, 22 and 33 of a conductivity that different entries of a demand ask for: each can be had, but not all at once.
 *
 * Two isotropic phases k1 < k2: with the trace bound sum 1 / (k2 - l_i) <= C (bounds.h), and because the diagonal of an inverse is at least the
 * inverse of the diagonal, sum 1 / (k2 - K_ii) <= C; the same with K_ii - k1. Fewer than three components are bounded by the means of the phases
 * alone. */
#ifndef CUPEL_ENGINE_MICRO_DIAGONAL_H
#define CUPEL_ENGINE_MICRO_DIAGONAL_H

#include "core/engine/micro/outer.h"

typedef struct cupel_diagonal {
    bool high;             /* too much is asked; else too little */
    size_t ask[3];         /* which entries, in the order of the demand */
    double found, allowed; /* sum and C */
} cupel_diagonal;

/* By how much the sum exceeds what is allowed, relative; 0: not ruled out. found may be NULL. */
double cupel_diagonal_beyond(const cupel_outer *o, cupel_diagonal *found);

/* "'conductivity 11', ... at least ... at once, but the trace bounds ... allow ...", without the fractions. */
void cupel_diagonal_say(const cupel_outer *o, const cupel_diagonal *g, cupel_str *out);

#endif
