/* Element properties of the Magpie descriptor (magpie.tsv), laid out for kernels. The values are made by the build. */
#ifndef CUPEL_DESCRIPTORS_COMPOSITION_MAGPIE_TABLE_H
#define CUPEL_DESCRIPTORS_COMPOSITION_MAGPIE_TABLE_H

#include "core/matter/elements.h"

#include <stdint.h>

enum { CUPEL_MAGPIE_PROPERTIES = 22, CUPEL_MAGPIE_LANES = 24 };

/* Places among the properties. */
enum {
    CUPEL_MAGPIE_NUMBER = 0, CUPEL_MAGPIE_WEIGHT = 2, CUPEL_MAGPIE_MELTING, CUPEL_MAGPIE_COLUMN, CUPEL_MAGPIE_ROW, CUPEL_MAGPIE_ELECTRONEGATIVITY = 7,
    CUPEL_MAGPIE_NS_VALENCE = 8, CUPEL_MAGPIE_NP_VALENCE, CUPEL_MAGPIE_ND_VALENCE, CUPEL_MAGPIE_NF_VALENCE, CUPEL_MAGPIE_N_VALENCE,
    CUPEL_MAGPIE_NS_UNFILLED
};

extern const char *const cupel_magpie_property[CUPEL_MAGPIE_PROPERTIES];
extern const char *const cupel_magpie_unit[CUPEL_MAGPIE_PROPERTIES];
/* Aligned to 64 bytes. Where nothing is tabulated: the mean over the elements that have a value. Lanes past the properties are 0. */
extern const double cupel_magpie_value[CUPEL_Z_MAX + 1][CUPEL_MAGPIE_LANES];
/* Bit j: property j is not tabulated for this element. */
extern const uint32_t cupel_magpie_missing[CUPEL_Z_MAX + 1];

#endif
