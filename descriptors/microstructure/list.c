#include "descriptors/microstructure/descriptor.h"

/* One line per set, in the order of `cupel methods`. */
#define SETS(SET)            \
    SET(phase_fraction)      \
    SET(minkowski)           \
    SET(surface)             \
    SET(two_point)           \
    SET(lineal_path)         \
    SET(chord_length)        \
    SET(percolation)         \
    SET(distance_transform)  \
    SET(local_thickness)     \
    SET(tortuosity_factor)  \
    SET(three_point)        \
    SET(grains)             \
    SET(cluster)

#define DECLARE(name) extern const cupel_volume_descriptor cupel_volume_descriptor_##name;
#define ENTRY(name) &cupel_volume_descriptor_##name,

SETS(DECLARE)

const cupel_volume_descriptor *const cupel_volume_descriptors[] = {SETS(ENTRY) NULL};

const cupel_volume_descriptor *cupel_volume_descriptor_find(cupel_text name)
{
    for (size_t i = 0; cupel_volume_descriptors[i]; i++)
        if (cupel_text_is(name, cupel_volume_descriptors[i]->method.name)) return cupel_volume_descriptors[i];
    return NULL;
}
