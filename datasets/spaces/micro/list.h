/* The generators there are; each is defined in a file of its own beside this. */
#ifndef CUPEL_DATASETS_SPACES_MICRO_LIST_H
#define CUPEL_DATASETS_SPACES_MICRO_LIST_H

#include "datasets/spaces/micro/recipe.h"

extern const cupel_generator cupel_generator_gyroid, cupel_generator_diamond, cupel_generator_primitive;
extern const cupel_generator cupel_generator_gaussian, cupel_generator_gaussian_shell, cupel_generator_spinodoid;

#endif
