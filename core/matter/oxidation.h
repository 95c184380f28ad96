/* Which oxidation states make a formula neutral. */
#ifndef CUPEL_MATTER_OXIDATION_H
#define CUPEL_MATTER_OXIDATION_H

#include "core/base/str.h"
#include "core/matter/composition.h"
#include "core/matter/facts.h"

/* One state per element of a composition, in order of electronegativity: cations first. */
typedef struct cupel_oxidation {
    cupel_states set; /* where they were found: among the common ones, else among all */
    unsigned n;
    unsigned char z[CUPEL_Z_MAX];
    signed char state[CUPEL_Z_MAX];
} cupel_oxidation;

/* One state per element, adding up to `charge`, every cation less electronegative than every anion and at least one of each: the rule of the
 * constraint and the space charge_neutral. Of several choices the likeliest: the greatest product of the shares that the states have in the
 * reports of their elements. Amounts that are not whole may miss the charge by 0.001 e per atom. False when there is none, or none within
 * 100,000 steps. */
bool cupel_oxidation_find(const cupel_composition *c, double charge, cupel_oxidation *o);

/* "K+1 Bi+3 S-2"; nothing when there is no such choice. Where only a rare state will do, " (rare)" follows. */
void cupel_oxidation_text(const cupel_composition *c, double charge, cupel_str *out);

#endif
