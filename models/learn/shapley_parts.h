/* Shared by models/learn/shapley*.c. */
#ifndef CUPEL_MODELS_LEARN_SHAPLEY_PARTS_H
#define CUPEL_MODELS_LEARN_SHAPLEY_PARTS_H

#include "models/learn/kernels/shapley.h"
#include "models/learn/shapley.h"
#include "models/learn/trees_parts.h"

struct cupel_shapley {
    const cupel_trees *trees;
    cupel_shapley_kind kind;
    size_t n_players, depth, most; /* splits above a leaf, and players among them, at most */
    uint32_t *player;  /* [columns] */
    uint32_t known;    /* the player that is no question; UINT32_MAX: all are */
    double base;
    /* PATH */
    double *cover;     /* [nodes] rows of the background that come there */
    uint16_t *lanes;   /* [trees] points of a tree over CUPEL_SHAPLEY_LANES */
    size_t points;     /* of the tree with most */
    double *at, *weight, *rest; /* the points for 1, 2, ... times CUPEL_SHAPLEY_LANES, one set behind another */
    /* PAIRS */
    size_t n_back;
    uint64_t *back;    /* [n_back][columns] keys << 32 */
    double *share;     /* [most + 1][most + 1] (p - 1)! q! / (p + q)! */
};

/* Scratch of one thread. */
typedef struct cupel_shapley_work {
    uint64_t *x;       /* [columns] */
    cupel_shapley_step *step;
    double *product, *sum, *edge;
    double *zero, *one;
    struct cupel_shapley_fork *fork;   /* [most + 1] */
    unsigned char *side;               /* [players] 0, or 1 and 2: a split on it was passed with the row or with the background */
} cupel_shapley_work;

/* A split at which row and background part. */
typedef struct cupel_shapley_fork {
    uint32_t player, other;            /* other: node to which the background goes */
    bool second;
    double plus, minus;
} cupel_shapley_fork;

/* Where the set of points for so many lanes begins. */
static inline size_t cupel_shapley_set(size_t lanes) { return CUPEL_SHAPLEY_LANES * lanes * (lanes - 1) / 2; }

/* Points t and weights w [n] of Gauss and Legendre on (0, 1). */
void cupel_shapley_points(size_t n, double *t, double *w);
/* phi [players] += the values of the row w->x in trees from .. end - 1, without the trees' factor; PAIRS: summed over the background. */
void cupel_shapley_paths(const cupel_shapley *s, cupel_isa isa, cupel_shapley_work *w, size_t from, size_t end, double *phi);
void cupel_shapley_pairs(const cupel_shapley *s, cupel_shapley_work *w, size_t from, size_t end, double *phi);

#endif
