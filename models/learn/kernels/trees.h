/* The inner loops of models/learn/trees*.c: one table per instruction set, all with the same bits. Sums are of whole numbers; gains are single
 * float32 operations without fused multiply-adds. */
#ifndef CUPEL_MODELS_LEARN_KERNELS_TREES_H
#define CUPEL_MODELS_LEARN_KERNELS_TREES_H

#include "core/sys/cpu.h"

#include <stddef.h>
#include <stdint.h>

#define CUPEL_TREE_COLUMN_BITS 12

/* A split sends a row with x[column] > at to the node behind `left`, others to `left`. A leaf leads to itself: at = infinity, left = its own
 * number. link = left << 12 | column. */
typedef struct cupel_tree_node {
    float at;
    uint32_t link;
} cupel_tree_node;

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

typedef struct cupel_tree_kernels {
    /* Each column cut once, between its smallest and largest value at random: at, gain [n_columns]. */
    void (*random_cuts)(const cupel_split_task *t, float *at, float *gain);
    /* The best cut of each column by trying all: at = the largest value on the left. For few rows: costs m^2. */
    void (*best_cuts)(const cupel_split_task *t, float *at, float *gain);
    /* The cut with the largest gl^2 / (hl + lambda) + gr^2 / (hr + lambda), the first of equals; that gain or CUPEL_GAIN_NONE. */
    float (*best_cut)(const cupel_cut_task *t, size_t *cut);
    /* Leaves that rows x [n][ld] end in; x and at have room for a multiple of 16 rows. */
    void (*walk)(const cupel_tree_node *node, const float *x, size_t ld, size_t n, uint32_t *at);
} cupel_tree_kernels;

#define CUPEL_TREE_BLOCK 256

extern const cupel_tree_kernels cupel_trees_plain, cupel_trees_avx2, cupel_trees_avx512;
const cupel_tree_kernels *cupel_tree_kernels_of(cupel_isa isa);

#endif
