/* What the descriptors of ions and atoms know of elements: datasets/elements/atoms/ *.tsv, compiled in. Index = Z; a number that is not known is
 * NaN, a list that is not known is empty. Units and sources stand in the tables. */
#ifndef CUPEL_MATTER_ATOMS_H
#define CUPEL_MATTER_ATOMS_H

#include "core/matter/elements.h"

typedef struct cupel_atom_list {
    const short *key;      /* [n] oxidation state, or angular momentum of an orbital (s 0, p 1, d 2, f 3) */
    const double *value;   /* [n] NaN: not known */
    unsigned n;
} cupel_atom_list;

extern const double cupel_atom_cohesive_energy[CUPEL_Z_MAX + 1];          /* eV/atom */
extern const double cupel_atom_electron_affinity[CUPEL_Z_MAX + 1];        /* J/mol, of the Deml set */
extern const double cupel_atom_electron_affinity_magpie[CUPEL_Z_MAX + 1]; /* kJ/mol */

extern const cupel_atom_list cupel_atom_states_common[CUPEL_Z_MAX + 1];    /* keys only */
extern const cupel_atom_list cupel_atom_states_common_2026[CUPEL_Z_MAX + 1];
extern const cupel_atom_list cupel_atom_states_icsd[CUPEL_Z_MAX + 1];      /* with the number of reports */
extern const cupel_atom_list cupel_atom_orbitals[CUPEL_Z_MAX + 1];         /* hartree, the highest first */
extern const cupel_atom_list cupel_atom_ionization[CUPEL_Z_MAX + 1];       /* J/mol; value[0] is the second energy, value[1] the third, ... */
extern const cupel_atom_list cupel_atom_xtal_field_split[CUPEL_Z_MAX + 1]; /* of ions: 10^3 cm^-1 */
extern const cupel_atom_list cupel_atom_magn_moment[CUPEL_Z_MAX + 1];      /* bohr magneton */
extern const cupel_atom_list cupel_atom_so_coupling[CUPEL_Z_MAX + 1];      /* cm^-1 */
extern const cupel_atom_list cupel_atom_sat_magn[CUPEL_Z_MAX + 1];         /* unpaired electrons */

/* Common states as pymatgen has had them, or of the elements that it knew none of. */
static inline const cupel_atom_list *cupel_atom_common(unsigned z)
{
    return cupel_atom_states_common[z].n ? &cupel_atom_states_common[z] : &cupel_atom_states_common_2026[z];
}

/* As pymatgen has them in 2026: carbon from -4 to 4. */
static inline const cupel_atom_list *cupel_atom_common_2026(unsigned z)
{
    return cupel_atom_states_common_2026[z].n ? &cupel_atom_states_common_2026[z] : &cupel_atom_states_common[z];
}

/* The states that pymatgen guesses from: those of the ICSD, the common ones where it has none; an empty list where nothing is known. */
static inline const cupel_atom_list *cupel_atom_states(unsigned z)
{
    return cupel_atom_states_icsd[z].n ? &cupel_atom_states_icsd[z] : cupel_atom_common(z);
}

#endif
