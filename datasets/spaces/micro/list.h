/* The generators there are; each is defined in a file of its own beside this. */
#ifndef CUPEL_DATASETS_SPACES_MICRO_LIST_H
#define CUPEL_DATASETS_SPACES_MICRO_LIST_H

#include "datasets/spaces/micro/recipe.h"

#define CUPEL_GENERATORS(ONE) \
    ONE(gyroid) \
    ONE(diamond) \
    ONE(primitive) \
    ONE(gaussian) \
    ONE(gaussian_shell) \
    ONE(spinodoid) \
    ONE(nodal_surface) \
    ONE(skeleton) \
    ONE(sc_spheres) \
    ONE(bcc_spheres) \
    ONE(fcc_spheres) \
    ONE(overlapping_spheres) \
    ONE(hard_spheres) \
    ONE(plurigaussian) \
    ONE(square_fibres) \
    ONE(hexagonal_fibres) \
    ONE(random_fibres) \
    ONE(laminate) \
    ONE(ranked_laminate) \
    ONE(uniform) \
    ONE(octet) \
    ONE(kelvin) \
    ONE(diamond_lattice) \
    ONE(reentrant) \
    ONE(octet_plates) \
    ONE(kelvin_foam) \
    ONE(voronoi) \
    ONE(laguerre)

#define CUPEL_DECLARE_GENERATOR(name) extern const cupel_generator cupel_generator_##name;
CUPEL_GENERATORS(CUPEL_DECLARE_GENERATOR)
#undef CUPEL_DECLARE_GENERATOR

#endif
