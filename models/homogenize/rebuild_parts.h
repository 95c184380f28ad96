/* An interface rebuilt from labels; shared by its making (rebuild.c) and its use (rebuild_mixture.c). */
#ifndef CUPEL_MODELS_HOMOGENIZE_REBUILD_PARTS_H
#define CUPEL_MODELS_HOMOGENIZE_REBUILD_PARTS_H

#include "models/homogenize/rebuild.h"

/* A voxel near the interface: normal into phase 1 (of unit length in voxel coordinates) and distance in voxels, positive in phase 1. */
typedef struct cupel_near_voxel {
    uint32_t k;
    float n[3], d;
} cupel_near_voxel;

typedef struct cupel_near_voxels {
    size_t n[3];
    double edge[3];
    uint8_t *side;         /* [n0][n1][n2] phase of a voxel that is not near */
    size_t *row;           /* [n0 * n1 + 1] */
    cupel_near_voxel *one; /* by rows */
    double level;          /* at which the volume is that of the labels */
} cupel_near_voxels;

struct cupel_rebuilt {
    int dim;
    cupel_near_voxels fine, coarse; /* coarse: only where an axis is odd; else eight voxels are averaged */
    bool averages;
    double share;                   /* of phase 1 */
};

static inline size_t cupel_rebuilt_count(const size_t n[3]) { return n[0] * n[1] * n[2]; }

/* The share of phase 1 in a voxel whose interface is moved by `shift` voxels into phase 1. */
double cupel_near_voxel_share(const cupel_near_voxel *c, double shift);

#endif
