/* The automatic model as a sum over trees. */
#ifndef CUPEL_MODELS_LEARN_AUTO_TERMS_H
#define CUPEL_MODELS_LEARN_AUTO_TERMS_H

#include "models/learn/auto/auto.h"
#include "models/learn/learner.h"

/* Trees in a blend of numbers that say the target itself, with their weight, and those of medians and logarithms with weight 0: kernel machines,
 * medians, the second level and what learns the logarithm are no sums over trees. Without any, for a hurdle and for a class, the trees of the first
 * level with share 0; of a hurdle the heaviest of each kind is a step (learner.h). */
void cupel_auto_terms(const cupel_auto *a, cupel_terms *t);

#endif
