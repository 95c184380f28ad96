/* What a two-phase structure shall have: its fraction to the voxel, its two-point function and its lineal paths, each over the lags that count. */
#ifndef CUPEL_MODELS_RECONSTRUCT_TARGET_H
#define CUPEL_MODELS_RECONSTRUCT_TARGET_H

#include <stddef.h>

typedef struct cupel_reconstruct_target {
    size_t n[3];             /* voxels of a period; an image of a rows and b columns is {a, 1, b} */
    size_t ones;             /* voxels of the phase that is looked at */
    const float *s2;         /* [n0 / 2 + 1][n1][n2] two-point function of that phase, lag (i, j, k) of which j and k go around the period */
    const float *weight;     /* of the same shape, >= 0, of the squared difference; 0 for lags that are not matched. Opposite lags have the same */
    double lineal_path;      /* weight of the squared relative error; 0: not matched */
    /* Lineal paths of the phase (0) and of all else (1) along each axis, over 0 .. path_last steps; where path_last is 0 none is matched. */
    size_t path_last[3];
    const double *path[2][3];
} cupel_reconstruct_target;

#endif
