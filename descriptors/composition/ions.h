/* The likeliest oxidation states of a composition, as pymatgen's Composition.add_charges_from_oxi_state_guesses finds them. */
#ifndef CUPEL_DESCRIPTORS_COMPOSITION_IONS_H
#define CUPEL_DESCRIPTORS_COMPOSITION_IONS_H

#include "descriptors/composition/element_table.h"

#include "core/matter/reason.h"

enum { CUPEL_IONS_ATOMS = 100, CUPEL_IONS_ATOMS_MATMINER = 50, CUPEL_IONS_ELEMENTS = 24 };

/* Ions of one kind stand together: count of element z in this state. States of one element are neighbours. */
typedef struct cupel_ions {
    unsigned n;
    unsigned char z[CUPEL_IONS_ATOMS];
    short state[CUPEL_IONS_ATOMS];
    double count[CUPEL_IONS_ATOMS];
} cupel_ions;

/* PLAIN: amounts are scaled to the smallest whole numbers (LiO, NaO, KO, RbO, CsO and HO: twice these), at most CUPEL_IONS_ATOMS; an element alone
 * has state 0; among equally likely answers the order of electronegativity decides, so that the way a formula is written does not matter.
 * MATMINER: amounts as in its CompositionToOxidComposition: whole ones only, at most 50 atoms, elements in the order of the formula, an element alone
 * like a compound (N2 is N+3 N-3); where no choice is neutral all states are 0 and the answer is CUPEL_REASON_IMPUTED. */
typedef enum cupel_ions_form { CUPEL_IONS_PLAIN, CUPEL_IONS_MATMINER } cupel_ions_form;

/* The choice of a state for every atom (of cupel_atom_states) whose sum is 0 and for which the sum of the states' numbers of reports is largest.
 * Why there is none: NO_ELEMENT_DATA (an element without states), NOT_WHOLE (no whole numbers), TOO_COMPLEX (more than CUPEL_IONS_ELEMENTS), or
 * NOT_NEUTRAL. Time: atoms x charges that the atoms of an element can have, summed over elements: 0.2 us for Fe2O3, never more than a
 * millisecond; no memory but the stack. */
cupel_reason cupel_ions_guess(const unsigned char *z, const double *amount, size_t n, cupel_ions_form form, cupel_ions *ions);

/* Numbers that other sets tabulate too; NaN where not known in the plain form, the mean over the elements in the imputed one. */
enum { CUPEL_PYMATGEN_X = 0, CUPEL_DEML_FIRST_IONIZ = 10 };
static inline double cupel_pauling(cupel_table_form form, unsigned z) { return cupel_table_row(&cupel_table_pymatgen, form, z)[CUPEL_PYMATGEN_X]; }
static inline double cupel_first_ionization(cupel_table_form form, unsigned z) /* J/mol */
{
    return cupel_table_row(&cupel_table_deml, form, z)[CUPEL_DEML_FIRST_IONIZ];
}

/* Statistics of matminer's PropertyStats: value [n] with weights w [n], n >= 1. */
typedef struct cupel_statistics {
    double minimum, maximum, mean, std_dev; /* sqrt(sum w (v - mean)^2 W / (W^2 - sum w^2)), 0 for one value */
} cupel_statistics;
cupel_statistics cupel_statistics_of(const double *value, const double *w, size_t n);

#endif
