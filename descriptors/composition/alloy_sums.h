/* What the descriptors of alloys share: atomic fractions, means, mismatches, the enthalpy and entropy of mixing, and which data are not there. */
#ifndef CUPEL_DESCRIPTORS_COMPOSITION_ALLOY_SUMS_H
#define CUPEL_DESCRIPTORS_COMPOSITION_ALLOY_SUMS_H

#include "core/base/str.h"
#include "core/matter/reason.h"
#include "descriptors/composition/alloy_table.h"

#include <stdbool.h>

/* Bits of cupel_alloy.lacks beside those of cupel_alloy_property. */
enum {
    CUPEL_LACKS_MIXING = CUPEL_ALLOY_PROPERTIES, CUPEL_LACKS_MELTING, CUPEL_LACKS_ELECTRONEGATIVITY, CUPEL_LACKS_VALENCE, CUPEL_LACKS_ATOMIC_RADIUS,
    CUPEL_LACKS_COHESION
};
/* Columns of tables/pymatgen.tsv. */
enum { CUPEL_PYMATGEN_MASS = 4, CUPEL_PYMATGEN_RADIUS = 5 };
#define CUPEL_NEEDS(what) (UINT32_C(1) << (what))

/* One composition of n elements. */
typedef struct cupel_alloy {
    size_t n;
    const unsigned char *z;
    double fraction[CUPEL_Z_MAX], total; /* total: atoms per formula as written */
    uint32_t lacks;                      /* bit what: an element has no such value (or, CUPEL_LACKS_MIXING, a pair has none) and the mean stands in */
} cupel_alloy;

/* z [n], amount [n] atoms per formula, n >= 1. */
void cupel_alloy_of(const unsigned char *z, const double *amount, size_t n, cupel_alloy *a);

static inline double cupel_alloy_at(const cupel_alloy *a, size_t i, cupel_alloy_property p) { return cupel_alloy_value[a->z[i]][p]; }
static inline double cupel_alloy_pair(const cupel_alloy *a, size_t i, size_t j)
{
    return cupel_mixing_of(a->z[i], a->z[j]);
}

double cupel_alloy_mean(const cupel_alloy *a, cupel_alloy_property p);      /* sum x v */
double cupel_alloy_delta(const cupel_alloy *a, cupel_alloy_property p);     /* sqrt(sum x (1 - v/mean)^2), 0 for one element */
double cupel_alloy_mismatch(const cupel_alloy *a, cupel_alloy_property p);  /* sum over pairs x_i x_j |v_i - v_j| */
double cupel_alloy_melting(const cupel_alloy *a);                           /* sum x T, melting points of the Magpie table, K */
double cupel_alloy_entropy(const cupel_alloy *a);                           /* -sum x ln x */
double cupel_alloy_mixing(const cupel_alloy *a);                            /* 4 sum over pairs x_i x_j H_ij, kJ/mol */
/* Yang's omega without its poles: T_m S / sqrt(H^2 + (0.1 kJ/mol)^2). */
double cupel_alloy_omega_smooth(const cupel_alloy *a);

/* One column of a set: its name, its unit, the data without which it is not known, and whether it makes jumps in the amounts (smooth.h). */
typedef struct cupel_alloy_column {
    const char *name, *unit;
    uint32_t needs;
    bool jumps;
} cupel_alloy_column;

/* NaN into those of the n columns of x that need what is lacking. */
void cupel_alloy_blank(const cupel_alloy_column *column, size_t n, uint32_t lacks, double *x);
/* What any of the n columns needs. */
uint32_t cupel_alloy_needs(const cupel_alloy_column *column, size_t n);

/* kJ/(mol K), as matminer has it: values are compared with it to 1e-12. */
static const double CUPEL_ALLOY_GAS_CONSTANT = 8.314 / 1000;

#endif
