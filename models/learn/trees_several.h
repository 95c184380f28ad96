/* Forests of several targets: what a split gains for all of them together. A target beside the first may be unknown in some rows; the first itself in
 * the last rows, which are learned from for the others alone. A leaf always holds rows of the first.
 *
 * The gain is the sum over the targets of what a split takes off their sums of squares, each as a share of the target's whole sum of squares: every
 * target has the same say, however many rows know it (Segal, Xiao: Multivariate random forests. WIREs Data Mining and Knowledge Discovery 1, 80
 * (2011), doi:10.1002/widm.12). Whole numbers as for one target (trees_grow.c), so the same for any instruction set. */
#ifndef CUPEL_MODELS_LEARN_TREES_SEVERAL_H
#define CUPEL_MODELS_LEARN_TREES_SEVERAL_H

#include "models/learn/trees_parts.h"

typedef struct cupel_several cupel_several;

/* NULL-safe; new costs room for two whole numbers a row and target. */
cupel_status cupel_several_new(const cupel_trees_matrix *m, cupel_several **s, cupel_err *err);
void cupel_several_free(cupel_several *s);

/* A tree begins: rows order [n], their weights share [m->n]. first: whole numbers for a unit of the first target; largest: a whole target, and most:
 * a sum of whole targets times weights, at most. */
void cupel_several_begin(cupel_several *s, const uint32_t *order, size_t n, const int32_t *share, double first, double largest, double most);

/* Means of the targets beside in the rows of node i; where it has none they stay as they are: those of the node above. */
void cupel_several_means(const cupel_several *s, const int32_t *share, cupel_tree *t, size_t i);

/* The node of t (with the sums of the first target), which is about to be split. */
void cupel_several_gather(cupel_several *s, const int32_t *share, const cupel_split_task *t);

/* gain [n_columns] of random cuts for the first target becomes that for all; the cuts are those of the rows and the key, whatever the target. */
void cupel_several_random(cupel_several *s, const cupel_split_task *t, const cupel_tree_kernels *kernels, float *gain);

/* The best cut of `need` columns that vary, drawn from pick [d] (which is shuffled on) with the key, between low and high: among bins or, exact,
 * among all values (of at most CUPEL_FOREST_BINS rows). False when none leaves the least weight of the first target on both sides. */
bool cupel_several_split(cupel_several *s, const cupel_split_task *t, uint32_t *pick, size_t need, uint64_t key, bool exact, size_t *column,
                         float *low, float *high);

#endif
