/* What a minimum feature asks of volume fractions and of the box: what it rules out, and what would do where a design misses it. */
#ifndef CUPEL_ENGINE_MICRO_FEATURE_BOUNDS_H
#define CUPEL_ENGINE_MICRO_FEATURE_BOUNDS_H

#include "core/engine/micro/design.h"

/* CUPEL_INFEASIBLE with file:line where one ball of the feature fills more of the box than its phase may have, or where plane layers of the space
 * are thinner at every volume fraction that is allowed; a voxel of the design is left to both, which is what its grid may say otherwise. */
cupel_status cupel_feature_feasible(const cupel_micro_demand *d, cupel_err *err);

/* The least radius that a part of the phase may have, in edges of the box, half a voxel of the design for the bar; 0: nothing is asked. */
double cupel_feature_least_radius(const cupel_micro_demand *d, size_t phase);

/* "held by 'volume fraction solid' (line 9), of which it has the most; structures scale with the box: size: 6.2 mm would do"; nothing where the entry
 * is no minimum feature, is met or cannot be told of the design. */
void cupel_feature_remedy(const cupel_micro_demand *d, const cupel_design *g, size_t ask, cupel_str *s);

#endif
