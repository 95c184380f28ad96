/* The automatic model as a sum over trees. */
#ifndef CUPEL_MODELS_LEARN_AUTO_TERMS_H
#define CUPEL_MODELS_LEARN_AUTO_TERMS_H

#include "models/learn/auto/auto.h"
#include "models/learn/learner.h"

/* The members of a blend of numbers that say the target itself: those that learn its logarithm, medians, kernel machines, the second level and hurdles are no
 * sums, and n is 0 for a class. */
void cupel_auto_terms(const cupel_auto *a, cupel_terms *t);

#endif
