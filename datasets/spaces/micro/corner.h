/* Voxels that more than one face of a shape passes through: where bodies meet, and where they nearly touch. */
#ifndef CUPEL_DATASETS_SPACES_MICRO_CORNER_H
#define CUPEL_DATASETS_SPACES_MICRO_CORNER_H

#include <stddef.h>

enum { CUPEL_FACES_MAX = 4 };

/* A body fills normal . x + d > 0 as far as a voxel can tell: x from its centre in edges, normal a unit vector. */
typedef struct cupel_face {
    double normal[3], d;
} cupel_face;

/* The share of the voxel that no body fills: the volume of the convex rest of the unit cube, exact to rounding. */
double cupel_corner_rest(size_t n, const cupel_face *face);

/* The axis of the laminate that stands for such a voxel, a unit vector: the normals of the faces by their area within the voxel, each turned to the
 * side of the largest. Of two bodies that nearly touch it is the line between them. */
void cupel_corner_axis(size_t n, const cupel_face *face, double axis[3]);

#endif
