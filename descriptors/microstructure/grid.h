/* A volume as loops see it: three axes with the longest loop innermost. An image has one plane, with its axes 0 and 1 in the places of 1 and 2. */
#ifndef CUPEL_DESCRIPTORS_MICROSTRUCTURE_GRID_H
#define CUPEL_DESCRIPTORS_MICROSTRUCTURE_GRID_H

#include "core/matter/voxels.h"

typedef struct cupel_grid {
    size_t n[3];
    double size[3];
    size_t first;  /* the first axis that is one: 1 for an image, else 0. Axis a here is axis a - first of the volume */
    bool wraps[3]; /* periodic along it */
} cupel_grid;

static inline cupel_grid cupel_grid_of(const cupel_voxels *v)
{
    if (v->dim == 2)
        return (cupel_grid){{1, v->n[0], v->n[1]}, {1, v->size[0], v->size[1]}, 1, {false, v->periodic, v->periodic}};
    return (cupel_grid){{v->n[0], v->n[1], v->n[2]}, {v->size[0], v->size[1], v->size[2]}, 0, {v->periodic, v->periodic, v->periodic}};
}

#endif
