/* What trees are made of; shared by models/learn/trees*.c. */
#ifndef CUPEL_MODELS_LEARN_TREES_PARTS_H
#define CUPEL_MODELS_LEARN_TREES_PARTS_H

#include "models/learn/kernels/trees.h"
#include "models/learn/trees.h"

enum { CUPEL_TREES_COLUMNS = (1 << CUPEL_TREE_COLUMN_BITS) - 1, CUPEL_TREES_ROWS = 500000, CUPEL_TREES_PAD = 16, CUPEL_FOREST_BINS = 64 };

/* Trees lie one behind another, each level by level: node i of a tree is a leaf, or the k-th split of its tree, and then its children are nodes
 * 2k + 1 and 2k + 2 (k from 0). */
struct cupel_trees {
    size_t n_trees, d;
    size_t *first;          /* [n_trees + 1] node with which a tree begins */
    cupel_tree_node *node;  /* [first[n_trees]] leaves as cupel_tree_leaf_of, with zeros = d */
    float *inner;           /* variance of the targets in a leaf; NULL: 0 everywhere */
    size_t n_beside;        /* targets beside the first */
    float *beside;          /* [nodes][n_beside] their means; NULL without any */
    double base, factor;    /* prediction = base + factor * sum of leaf values */
    bool forest;
    /* with keep_rows: training rows by the rank of their target */
    size_t n_rows;          /* training rows with the (first) target; 0: not kept */
    double *target;         /* [n_rows] increasing */
    uint32_t *row;          /* [n_rows] the training row of a rank */
    size_t *list;           /* [n_trees + 1] where the rows of a tree begin in member */
    uint32_t *member;       /* ranks, leaf by leaf in the order of the nodes */
    float *share;           /* weight of a member within its leaf, sum 1; NULL: all alike */
    uint32_t *leaf_first;   /* [nodes] where the members of a leaf begin in its tree, and of the next; only leaves count */
    uint32_t *leaf_count;   /* [nodes] */
};

/* One tree while it is made; nodes level by level. */
typedef struct cupel_tree {
    size_t n, cap;
    cupel_tree_node *node;
    float *value, *inner;
    size_t n_beside;
    float *beside;          /* [cap][n_beside] means of the targets beside; NULL without any */
    uint32_t *begin, *end;  /* rows of a node in `order` */
    uint32_t *depth;
    uint32_t *order;        /* [m] rows, those of a node together */
    size_t m;
} cupel_tree;

cupel_status cupel_tree_reserve(cupel_tree *t, size_t leaves, size_t rows, size_t n_beside, cupel_err *err);
void cupel_tree_release(cupel_tree *t);
void cupel_tree_leaf(cupel_tree *t, size_t i);                               /* node i ends here */
size_t cupel_tree_split(cupel_tree *t, size_t i, size_t column, float at);   /* two new nodes; returns the left one */

/* All rows of a fit, as the growers see them. */
typedef struct cupel_trees_matrix {
    size_t n, d, ld;        /* ld: d padded to CUPEL_TREES_PAD */
    float *x;               /* [n][ld]; NULL for boosting */
    double *y, *weight;     /* [n]; mean weight 1 over rows with weight */
    size_t n_known;         /* the first rows, which have the target; all, unless there are others beside */
    size_t n_beside;
    double *beside;         /* [n_beside][n] NaN: not known */
    size_t n_bins;          /* 0: no bins */
    uint8_t *code;          /* [d][n] bin of each row */
    float *low, *high;      /* [d][256] smallest and largest value in a bin */
    uint16_t *bins;         /* [d] bins in use */
} cupel_trees_matrix;

/* with_x: the values themselves; bins: up to 256, 0 for none. */
cupel_status cupel_trees_matrix_make(const cupel_trees_data *data, bool with_x, size_t bins, const cupel_job *job, cupel_trees_matrix *m,
                                     cupel_err *err);
void cupel_trees_matrix_release(cupel_trees_matrix *m);

/* Random numbers within one tree: a function of (key, index), the key of (seed, stream, index) by core/base/rng.h. splitmix64's mixing
 * (Steele et al. 2014, doi:10.1145/2660193.2660195). */
static inline uint64_t cupel_tree_random(uint64_t key, uint64_t index)
{
    uint64_t z = key + (index + 1) * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* 0 .. n - 1, n < 2^32. */
static inline uint32_t cupel_tree_below(uint64_t bits, size_t n) { return (uint32_t)((bits >> 32) * n >> 32); }

/* Scratch of one worker that grows forests. */
typedef struct cupel_forest_worker cupel_forest_worker;
cupel_status cupel_forest_worker_new(const cupel_trees_matrix *m, const cupel_trees_options *o, cupel_isa isa, cupel_forest_worker **w,
                                     cupel_err *err);
void cupel_forest_worker_free(cupel_forest_worker *w);
/* Tree number k into t, which is reserved for as many leaves as there are rows. */
void cupel_forest_grow(cupel_forest_worker *w, size_t k, cupel_tree *t);
int32_t cupel_forest_share(const cupel_forest_worker *w, size_t row); /* weight of a row in the tree just grown, in its own units */

/* The trees of one seed: trees [o->trees], not reserved; base: where boosting begins. On one thread. */
cupel_status cupel_boost_grow(const cupel_trees_matrix *m, const cupel_trees_options *o, size_t seed, const cupel_job *job, cupel_tree *trees,
                              double *base, cupel_err *err);

#endif
