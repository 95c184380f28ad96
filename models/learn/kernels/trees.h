/* The inner loops of models/learn/trees*.c: one table per instruction set, all with the same bits. Sums are of whole numbers; gains are single
 * float32 operations without fused multiply-adds. */
#ifndef CUPEL_MODELS_LEARN_KERNELS_TREES_H
#define CUPEL_MODELS_LEARN_KERNELS_TREES_H

#include "core/sys/cpu.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CUPEL_TREE_COLUMN_BITS 12
#define CUPEL_TREE_FARTHEST 1e30f /* differences of two values stay finite */

/* A split sends a row with x[column] > at to the node behind `left`, others to `left`. One word: the key of `at` above, left << 12 | column below.
 * A leaf leads to itself: left = its own number, and of a column that is 0 in every row nothing is above any key. So the upper half of a leaf is
 * free for what it adds, a float. */
typedef uint64_t cupel_tree_node;

/* A whole number in the order of the floats; -0 and 0 have one. */
static inline uint32_t cupel_tree_key(float x)
{
    uint32_t u;
    x += 0.0f;
    memcpy(&u, &x, sizeof u);
    return u >> 31 ? ~u : u | 0x80000000u;
}

static inline float cupel_tree_unkey(uint32_t key)
{
    float x;
    key = key >> 31 ? key & 0x7FFFFFFFu : ~key;
    memcpy(&x, &key, sizeof x);
    return x;
}

static inline cupel_tree_node cupel_tree_node_of(float at, size_t left, size_t column)
{
    return (uint64_t)cupel_tree_key(at) << 32 | (uint32_t)left << CUPEL_TREE_COLUMN_BITS | (uint32_t)column;
}

/* zeros: the column that is 0 in every row. */
static inline cupel_tree_node cupel_tree_leaf_of(float value, size_t own, size_t zeros)
{
    uint32_t u;
    memcpy(&u, &value, sizeof u);
    return (uint64_t)u << 32 | (uint32_t)own << CUPEL_TREE_COLUMN_BITS | (uint32_t)zeros;
}

static inline float cupel_tree_leaf_value(cupel_tree_node n)
{
    float value;
    uint32_t u = (uint32_t)(n >> 32);
    memcpy(&value, &u, sizeof value);
    return value;
}

static inline float cupel_tree_at(cupel_tree_node n) { return cupel_tree_unkey((uint32_t)(n >> 32)); }

static inline uint32_t cupel_tree_left(cupel_tree_node n) { return (uint32_t)n >> CUPEL_TREE_COLUMN_BITS; }

static inline uint32_t cupel_tree_column(cupel_tree_node n) { return (uint32_t)n & ((1u << CUPEL_TREE_COLUMN_BITS) - 1); }

/* Rows of one node: for row i x[row[i] * ld + column], gradient g and weight h. Sums of |g| and of h stay below 2^31. */
typedef struct cupel_split_task {
    const float *x;
    size_t ld, n_columns;     /* multiples of 16; x may be read that far */
    const uint32_t *row;      /* [m] */
    const int32_t *g, *h;     /* [m] */
    size_t m;                 /* >= 2 */
    int32_t g_sum, h_sum, least; /* sums over the rows; least h on each side */
    uint32_t key;             /* of the random numbers */
} cupel_split_task;

/* Gain of a column whose values are all alike, and of a split that leaves too little on one side. */
#define CUPEL_GAIN_CONSTANT (-2.0f)
#define CUPEL_GAIN_NONE (-1.0f)

/* Sums on the left of the possible cuts of one column, in order. */
typedef struct cupel_cut_task {
    const int32_t *g, *h;     /* [n], padded to 16 with anything */
    size_t n;
    int32_t g_sum, h_sum;
    float lambda, least;      /* in units of h */
} cupel_cut_task;

#define CUPEL_TREE_BLOCK 1024 /* rows: the more, the less often trees come from beyond the cache; keys of 132 columns take half a megabyte */
#define CUPEL_TREE_ACROSS (CUPEL_TREE_BLOCK + 16) /* from column to column: not a power of 2, so that they do not share lines of the cache */

/* Rows that go down trees together. */
typedef struct cupel_walk_rows {
    const uint32_t *x;        /* [n][ld] keys; the last column is 0 */
    const int32_t *across;    /* [ld][CUPEL_TREE_ACROSS] the same with the upper bit changed, column by column */
    size_t ld, n;             /* n: a multiple of 16, at most CUPEL_TREE_BLOCK */
} cupel_walk_rows;

typedef struct cupel_tree_kernels {
    /* Each column cut once, between its smallest and largest value at random: at, gain [n_columns]. */
    void (*random_cuts)(const cupel_split_task *t, float *at, float *gain);
    /* The best cut of each column by trying all: at = the largest value on the left. For few rows: costs m^2. */
    void (*best_cuts)(const cupel_split_task *t, float *at, float *gain);
    /* The cut with the largest gl^2 / (hl + lambda) + gr^2 / (hr + lambda), the first of equals; that gain or CUPEL_GAIN_NONE. */
    float (*best_cut)(const cupel_cut_task *t, size_t *cut);
    /* n rows x [n][ld] of d columns, clipped to +-CUPEL_TREE_FARTHEST, as a walk wants them: key [whole][d + 1], across [d + 1][CUPEL_TREE_ACROSS],
     * where whole is the next multiple of 16, filled with the last row. */
    void (*load)(const double *x, size_t ld, size_t n, size_t d, uint32_t *key, int32_t *across);
    /* Leaves that rows end in, at [n]. */
    void (*walk)(const cupel_tree_node *node, size_t nodes, const cupel_walk_rows *r, uint32_t *at);
} cupel_tree_kernels;

extern const cupel_tree_kernels cupel_trees_plain, cupel_trees_avx2, cupel_trees_avx512;
const cupel_tree_kernels *cupel_tree_kernels_of(cupel_isa isa);

#endif
