/* The inner loop of models/learn/shapley.c (PATH): one row through one tree, in forms that give the same bits. */
#ifndef CUPEL_MODELS_LEARN_KERNELS_SHAPLEY_H
#define CUPEL_MODELS_LEARN_KERNELS_SHAPLEY_H

#include "models/learn/kernels/trees.h"

enum { CUPEL_SHAPLEY_LANES = 8 }; /* points come in so many */

/* A node on the way down and the edge that leads to it. */
typedef struct cupel_shapley_step {
    uint32_t node, tried;  /* children that were visited */
    uint32_t player;       /* that the edge asks about */
    double zero, one;      /* of that player above the edge */
} cupel_shapley_step;

typedef struct cupel_shapley_walk {
    const cupel_tree_node *node;
    const double *cover;     /* [nodes] of the background */
    const uint64_t *x;       /* [columns] keys << 32 of the row */
    const uint32_t *player;  /* [columns] */
    uint32_t known;          /* the player whose columns are the same in all rows; UINT32_MAX: none */
    size_t points;           /* a multiple of CUPEL_SHAPLEY_LANES */
    const double *at, *weight, *rest; /* [points] t in (0, 1), weight, 1 / (1 - t) */
    cupel_shapley_step *step; /* [depth + 1] */
    double *product, *sum, *edge; /* [depth + 1][points] */
    double *zero, *one;      /* [players] all 1, before and after */
    double *phi;             /* [players] is added to */
} cupel_shapley_walk;

typedef void cupel_shapley_walk_fn(const cupel_shapley_walk *w);

extern cupel_shapley_walk_fn cupel_shapley_walk_plain;
#if defined(__x86_64__)
extern cupel_shapley_walk_fn cupel_shapley_walk_avx2, cupel_shapley_walk_avx512;
#endif

#endif
