/* Element properties of the Magpie descriptor (magpie.tsv), laid out for kernels. The values are made by the build. */
#ifndef CUPEL_DESCRIPTORS_COMPOSITION_MAGPIE_TABLE_H
#define CUPEL_DESCRIPTORS_COMPOSITION_MAGPIE_TABLE_H

#include "core/matter/elements.h"
#include "core/matter/reason.h"

#include <math.h>
#include <stddef.h>
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

/* Bits of the properties that any of the n elements lacks. */
static inline uint32_t cupel_magpie_lacks(const unsigned char *z, size_t n)
{
    uint32_t missing = 0;
    for (size_t i = 0; i < n; i++) missing |= cupel_magpie_missing[z[i]];
    return missing;
}

/* NaN into the columns of x, n_each of every property, whose property an element lacks; the reason, of what is none too. */
static inline cupel_reason cupel_magpie_blank(const unsigned char *z, size_t n, size_t n_each, double *x)
{
    const uint32_t missing = cupel_magpie_lacks(z, n);
    for (size_t j = 0; j < CUPEL_MAGPIE_PROPERTIES * n_each; j++)
        if (missing >> (j / n_each) & 1) x[j] = (double)NAN;
    return missing ? CUPEL_REASON_NO_ELEMENT_DATA : CUPEL_REASON_NONE;
}

#endif
