/* A composition as ions: its elements by electronegativity, and the charges that each may have. */
#ifndef CUPEL_DESCRIPTORS_COMPOSITION_CHARGES_H
#define CUPEL_DESCRIPTORS_COMPOSITION_CHARGES_H

#include "core/matter/atoms.h"

extern const double cupel_balanced; /* e/atom: a smaller charge is none */

/* Elements by increasing electronegativity, then Z; fractions x add up to 1. en: Magpie's, 1.3 where it has none. */
typedef struct cupel_sorted {
    size_t n;
    unsigned char z[CUPEL_Z_MAX];
    double x[CUPEL_Z_MAX], en[CUPEL_Z_MAX];
    bool lacks_en, lacks_electrons; /* of an element, Magpie's table */
} cupel_sorted;

/* z, amount [n], n >= 1. */
void cupel_sort_ions(const unsigned char *z, const double *amount, size_t n, cupel_sorted *s);

/* The charges that element i of a cupel_sorted may have: state [i][n[i]]. */
typedef struct cupel_charges {
    const short *state[CUPEL_Z_MAX];
    unsigned n[CUPEL_Z_MAX];
} cupel_charges;

/* The first 6 states of each element, of which there are at most 3,000 choices; else the first 2 of each; false: 65,536 choices are not enough. An
 * element alone, or one without states in the table and among the common ones, has charge 0; *lacks becomes true of the latter. */
bool cupel_charges_of(const cupel_sorted *s, const cupel_atom_list *table, cupel_charges *c, bool *lacks);

#endif
