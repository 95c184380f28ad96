#include "descriptors/composition/descriptor.h"

extern const cupel_descriptor cupel_descriptor_magpie, cupel_descriptor_stoichiometry, cupel_descriptor_valence_orbital,
    cupel_descriptor_element_fraction, cupel_descriptor_tmetal_fraction;
extern const cupel_descriptor cupel_descriptor_deml, cupel_descriptor_matminer, cupel_descriptor_matscholar_el, cupel_descriptor_megnet_el,
    cupel_descriptor_meredig, cupel_descriptor_oliynyk, cupel_descriptor_oli, cupel_descriptor_jarvis, cupel_descriptor_mat2vec,
    cupel_descriptor_onehot;
extern const cupel_descriptor cupel_descriptor_miedema, cupel_descriptor_wen_alloys, cupel_descriptor_yang_solid_solution, cupel_descriptor_alloy,
    cupel_descriptor_quantiles, cupel_descriptor_pairs;
extern const cupel_descriptor cupel_descriptor_ion_property, cupel_descriptor_oxidation_states, cupel_descriptor_cation_property,
    cupel_descriptor_electronegativity_diff, cupel_descriptor_electron_affinity, cupel_descriptor_cohesive_energy, cupel_descriptor_atomic_orbitals,
    cupel_descriptor_band_center, cupel_descriptor_charge_balance, cupel_descriptor_stoichiometry_wide, cupel_descriptor_formula_format,
    cupel_descriptor_ion_roles;

const cupel_descriptor *const cupel_descriptors[] = {
    &cupel_descriptor_magpie,           &cupel_descriptor_stoichiometry,  &cupel_descriptor_valence_orbital,
    &cupel_descriptor_element_fraction, &cupel_descriptor_tmetal_fraction,
    /* tables of element properties */
    &cupel_descriptor_deml,             &cupel_descriptor_matminer,       &cupel_descriptor_matscholar_el,
    &cupel_descriptor_megnet_el,        &cupel_descriptor_meredig,        &cupel_descriptor_oliynyk,
    &cupel_descriptor_oli,              &cupel_descriptor_jarvis,         &cupel_descriptor_mat2vec,
    &cupel_descriptor_onehot,
    /* alloys */
    &cupel_descriptor_miedema,          &cupel_descriptor_wen_alloys,     &cupel_descriptor_yang_solid_solution,
    &cupel_descriptor_alloy,
    /* ions and atoms */
    &cupel_descriptor_ion_property,     &cupel_descriptor_oxidation_states, &cupel_descriptor_cation_property,
    &cupel_descriptor_electronegativity_diff, &cupel_descriptor_electron_affinity, &cupel_descriptor_cohesive_energy,
    &cupel_descriptor_atomic_orbitals,  &cupel_descriptor_band_center,    &cupel_descriptor_charge_balance,
    &cupel_descriptor_stoichiometry_wide, &cupel_descriptor_formula_format, &cupel_descriptor_ion_roles,
    /* further ones */
    &cupel_descriptor_quantiles,        &cupel_descriptor_pairs,
    NULL};

const cupel_descriptor *cupel_descriptor_find(cupel_text name)
{
    for (size_t i = 0; cupel_descriptors[i]; i++)
        if (cupel_text_is(name, cupel_descriptors[i]->method.name)) return cupel_descriptors[i];
    return NULL;
}
