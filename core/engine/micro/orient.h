/* Tensors up to a rotation: the orientation of a target that is nearest to what a structure has. */
#ifndef CUPEL_ENGINE_MICRO_ORIENT_H
#define CUPEL_ENGINE_MICRO_ORIENT_H

#include "core/engine/micro/demand.h"

/* The target of a whole tensor as it is compared with t (its own kind, Mandel): a->target itself, or where the orientation is free turned [36] by the
 * rotation q [9] (may be NULL; components in the target's axes to components in those of t) that brings it nearest. Second order: the axes of equal
 * rank coincide (Hoffman, Wielandt, Duke Math. J. 20, 37 (1953), doi:10.1215/S0012-7094-53-02004-3). Stiffness: Gauss-Newton steps from the 24 ways
 * to lay the axes of C_ijkk on each other, and from where it is. */
const double *cupel_ask_target(const cupel_ask *a, const double *t, double *turned, double *q);

/* " turned by 34 degrees about (0 0.6 0.8)" for people. */
void cupel_orient_words(const double q[9], cupel_str *s);

#endif
