/* Element data of the descriptors of alloys (alloy.tsv, mixing_enthalpy.tsv). The values are made by the build (alloy.awk). */
#ifndef CUPEL_DESCRIPTORS_COMPOSITION_ALLOY_TABLE_H
#define CUPEL_DESCRIPTORS_COMPOSITION_ALLOY_TABLE_H

#include "core/matter/elements.h"

#include <stdbool.h>
#include <stdint.h>

/* The columns of alloy.tsv, in its order; MIEDEMA_... are the parameters of Miedema's model. */
typedef enum cupel_alloy_property {
    CUPEL_MIRACLE_RADIUS,             /* pm */
    CUPEL_MIEDEMA_VOLUME,             /* cm^3/mol */
    CUPEL_MIEDEMA_DENSITY,            /* electron density at the boundary of the Wigner-Seitz cell, density units (6e22 electrons/cm^3) */
    CUPEL_MIEDEMA_ELECTRONEGATIVITY,  /* V */
    CUPEL_MIEDEMA_VALENCE,            /* electrons */
    CUPEL_MIEDEMA_A,                  /* change of the volume with the transfer of charge, 1/V */
    CUPEL_MIEDEMA_R,                  /* of the hybridisation of d and p electrons */
    CUPEL_MIEDEMA_TRANSFORMATION,     /* kJ/mol, into a metal */
    CUPEL_MIEDEMA_BULK_MODULUS,       /* GPa */
    CUPEL_MIEDEMA_SHEAR_MODULUS,      /* GPa */
    CUPEL_MIEDEMA_MELTING_POINT,      /* K */
    CUPEL_MIEDEMA_STABILITY,          /* kJ/mol, of the lattice of the element */
    CUPEL_ALLOY_PROPERTIES
} cupel_alloy_property;

/* Where nothing is tabulated: the mean over the elements that have a value. */
extern const double cupel_alloy_value[CUPEL_Z_MAX + 1][CUPEL_ALLOY_PROPERTIES];
/* Bit j: property j is not tabulated for this element. */
extern const uint32_t cupel_alloy_missing[CUPEL_Z_MAX + 1];

/* Enthalpy of mixing of the equimolar liquid, kJ/mol, [slot of a][slot of b], symmetric; elements that have none are in slot 0. Where a pair is not
 * tabulated the mean over all pairs stands in, which is no tabulated value. */
enum { CUPEL_MIXING_SLOTS = 76 };
extern const unsigned char cupel_mixing_slot[CUPEL_Z_MAX + 1];
extern const double cupel_mixing_enthalpy[CUPEL_MIXING_SLOTS][CUPEL_MIXING_SLOTS];

static inline double cupel_mixing_of(unsigned a, unsigned b) { return cupel_mixing_enthalpy[cupel_mixing_slot[a]][cupel_mixing_slot[b]]; }
static inline bool cupel_mixing_lacks(unsigned a, unsigned b) { return cupel_mixing_of(a, b) == cupel_mixing_enthalpy[0][0]; }

#endif
