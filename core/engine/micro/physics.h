/* What simple models say of a structure before any is solved: the columns that the trend of a surrogate knows besides the parameters.
 *
 * Of two isotropic phases whose fractions the parameters set: the logarithm of the ratio of the fractions, and where the isotropic self-consistent
 * estimate stands between the bounds, log x - log(1 - x): Bruggeman's conductivity (1935, doi:10.1002/andp.19354160705), the bulk and shear moduli of
 * Hill and Budiansky (1965, doi:10.1016/0022-5096(65)90010-4, doi:10.1016/0022-5096(65)90011-6). */
#ifndef CUPEL_ENGINE_MICRO_PHYSICS_H
#define CUPEL_ENGINE_MICRO_PHYSICS_H

#include "core/engine/micro/space.h"

enum { CUPEL_PHYSICS_MAX = 16 };

typedef struct cupel_micro_physics {
    bool fraction, conduction, elasticity;
    double k[2], bulk[2], shear[2]; /* of the phases */
    size_t n;                       /* columns */
} cupel_micro_physics;

/* `fraction`: whether the parameters set the fractions exactly; without that nothing is known. */
void cupel_micro_physics_of(const cupel_micro_demand *d, bool fraction, cupel_micro_physics *p);

/* h [n] at the fraction of phase 1. */
void cupel_micro_physics_columns(const cupel_micro_physics *p, double fraction, double *h);

#endif
