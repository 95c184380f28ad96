#include "datasets/spaces/micro/list.h"

const cupel_generator *const cupel_generators[] = {&cupel_generator_gyroid, &cupel_generator_diamond, &cupel_generator_primitive, &cupel_generator_gaussian,
                                                  &cupel_generator_gaussian_shell, &cupel_generator_spinodoid, NULL};
