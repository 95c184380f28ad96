#include "descriptors/composition/descriptor.h"

extern const cupel_descriptor cupel_descriptor_magpie, cupel_descriptor_stoichiometry, cupel_descriptor_valence_orbital,
    cupel_descriptor_element_fraction, cupel_descriptor_tmetal_fraction;

const cupel_descriptor *const cupel_descriptors[] = {
    &cupel_descriptor_magpie,           &cupel_descriptor_stoichiometry,  &cupel_descriptor_valence_orbital,
    &cupel_descriptor_element_fraction, &cupel_descriptor_tmetal_fraction, NULL};

const cupel_descriptor *cupel_descriptor_find(cupel_text name)
{
    for (size_t i = 0; cupel_descriptors[i]; i++)
        if (cupel_text_is(name, cupel_descriptors[i]->method.name)) return cupel_descriptors[i];
    return NULL;
}
