#include "datasets/spaces/micro/list.h"

#define ADDRESS(name) &cupel_generator_##name,
const cupel_generator *const cupel_generators[] = {CUPEL_GENERATORS(ADDRESS) NULL};
