#include "datasets/spaces/kind.h"

extern const cupel_space_kind cupel_space_table, cupel_space_ranges, cupel_space_substitute, cupel_space_neutral, cupel_space_mix, cupel_space_dope,
    cupel_space_near;

const cupel_space_kind *const cupel_space_kinds[] = {&cupel_space_table, &cupel_space_ranges, &cupel_space_substitute, &cupel_space_neutral,
                                                     &cupel_space_mix,   &cupel_space_dope,   &cupel_space_near,       NULL};
