/* What simple models say of a structure before any is solved: the columns that the trend of a surrogate knows besides the parameters.
 *
 * Of two isotropic phases whose fractions the parameters set: the logarithm of the ratio of the fractions, and where the isotropic self-consistent
 * estimate stands between the bounds, log x - log(1 - x): Bruggeman's conductivity (1935, doi:10.1002/andp.19354160705), the bulk and shear moduli of
 * Hill and Budiansky (1965, doi:10.1016/0022-5096(65)90010-4, doi:10.1016/0022-5096(65)90011-6). Of cuts of a random field: how the power of the
 * field of this seed is spread over directions (datasets/spaces/micro/spectrum_moments.h). */
#ifndef CUPEL_ENGINE_MICRO_PHYSICS_H
#define CUPEL_ENGINE_MICRO_PHYSICS_H

#include "core/engine/micro/space.h"
#include "datasets/spaces/micro/spectrum_moments.h"

enum { CUPEL_PHYSICS_MAX = 20 };

typedef struct cupel_micro_physics {
    const cupel_micro_space *space;
    bool fraction, conduction, elasticity;
    double k[2], bulk[2], shear[2]; /* of the phases */
    cupel_moments *moments;         /* NULL: not of a random field */
    size_t n_moments, n;            /* columns of them, and of all */
} cupel_micro_physics;

/* `fraction`: whether the parameters set the fractions exactly; without that nothing is known that depends on them. The space must outlive p.
 * CUPEL_NO_RESOURCE. */
cupel_status cupel_micro_physics_init(const cupel_micro_demand *d, const cupel_micro_space *space, bool fraction, cupel_micro_physics *p,
                                      cupel_err *err);
void cupel_micro_physics_release(cupel_micro_physics *p);

/* h [n] at these values [space.n] and this fraction of phase 1. */
void cupel_micro_physics_columns(const cupel_micro_physics *p, const double *value, double fraction, double *h);

#endif
