/* What every mixture of the phases keeps at given volume fractions: outer bounds, so that leaving them proves that something cannot be.
 *
 * Voigt and Reuss as quadratic forms; the trace bounds of two-phase conduction; Hashin and Shtrikman's for isotropic mixtures of isotropic phases.
 * The last hold for any mixture X in this form: a polycrystal of X is isotropic, is a mixture of the same phases, and has moduli between the Reuss
 * and Voigt means of X (Hill 1952, doi:10.1088/0370-1298/65/5/307), so that bulk_reuss(X) <= HS+, bulk_voigt(X) >= HS-, and the same of shear and
 * conductivity. For an isotropic X these are Hashin and Shtrikman's bounds themselves. Expansion of two isotropic phases: Levin's relation with S
 * between its means. */
#ifndef CUPEL_ENGINE_MICRO_OUTER_H
#define CUPEL_ENGINE_MICRO_OUTER_H

#include "core/engine/micro/demand.h"
#include "models/homogenize/bounds.h"

typedef enum cupel_outer_bound {
    CUPEL_OUTER_NONE,
    CUPEL_OUTER_VOIGT,
    CUPEL_OUTER_REUSS,
    CUPEL_OUTER_TRACE_LOW,
    CUPEL_OUTER_TRACE_HIGH,
    CUPEL_OUTER_HS_LOW,
    CUPEL_OUTER_HS_HIGH,
    CUPEL_OUTER_HILL, /* of a modulus that is Hill's mean of an anisotropic mixture */
    CUPEL_OUTER_LEVIN,
    CUPEL_OUTER_PHASES, /* a number of the phases alone, or one that is bounded by what it is */
} cupel_outer_bound;

/* Volume fractions low .. high [n_phases] of the phases of d, and the bounds over all of them. */
typedef struct cupel_outer {
    const cupel_micro_demand *d;
    cupel_material material[CUPEL_MICRO_PHASES_MAX];
    double low[CUPEL_MICRO_PHASES_MAX], high[CUPEL_MICRO_PHASES_MAX];
    cupel_bounds k, c; /* of what the demand needs */
    double isotropy;   /* the largest universal anisotropy index that the demand allows; infinite without one */
} cupel_outer;

void cupel_outer_init(cupel_outer *o, const cupel_micro_demand *d);
/* For all fractions between low and high, [n_phases]; the bounds are sharpest where they are the same. */
void cupel_outer_set(cupel_outer *o, const double *low, const double *high);

/* By how much a target must move, and the inequality that it breaks most: found > allowed (or < for lower bounds). */
typedef struct cupel_outer_gap {
    double room; /* lower estimate of the Frobenius distance from the target to what is not ruled out; 0: not ruled out */
    cupel_outer_bound bound;
    const char *what;      /* "bulk", "shear" or "" */
    double found, allowed; /* of the quadratic form along `along`, of the sum, or of the modulus */
    size_t order;
    double along[6]; /* unit vector; Mandel strain for stiffness */
} cupel_outer_gap;

/* A target [order][order] in place of the entry's own (which may have NaN where it is open). */
void cupel_outer_tensor(const cupel_outer *o, const cupel_ask *a, const double *target, cupel_outer_gap *gap);

/* What a number lies between; false where nothing is known. */
typedef struct cupel_outer_range {
    double low, high;
    cupel_outer_bound low_by, high_by;
} cupel_outer_range;
bool cupel_outer_number(const cupel_outer *o, const cupel_ask *a, cupel_outer_range *r);

/* Components of the expansion of two isotropic phases are at most reach [6] away from middle [6] (Mandel); false where that does not apply. */
bool cupel_outer_expansion(const cupel_outer *o, double middle[6], double reach[6]);

/* A third of the trace of the expansion of two isotropic phases: Levin's relation makes it linear in 1/K with K = 1 / (d:S:d), d the unit tensor,
 * which is between the harmonic mean of the bulk moduli and the upper bound of Hashin and Shtrikman. It never leaves what the phases have. */
bool cupel_outer_mean_expansion(const cupel_outer *o, double *low, double *high);

/* By how much an entry is out of reach: shares of the target's norm beyond `within`, or of the number asked; 0 when it is not ruled out. gap may be
 * NULL. */
double cupel_outer_beyond(const cupel_outer *o, const cupel_ask *a, cupel_outer_gap *gap);

/* The number is bounded below, or above, by more than what is asked: fills *bound with the end of the range that is missed. */
double cupel_outer_number_beyond(const cupel_ask *a, const cupel_outer_range *r, bool *too_high);

/* A tensor near the target that breaks none of the bounds, by projections on what they allow; false when none was found. out [order][order]. */
bool cupel_outer_nearest(const cupel_outer *o, const cupel_ask *a, double *out);

double cupel_outer_norm(const cupel_ask *a); /* Frobenius, over the components asked */

#endif
