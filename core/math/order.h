/* Order: sorting with a fixed rule for ties, ranks, quantiles, and balanced partitions into folds. */
#ifndef CUPEL_MATH_ORDER_H
#define CUPEL_MATH_ORDER_H

#include "core/cupel.h"

/* Increasing, in place. No NaN. */
void cupel_sort(double *x, size_t n);

/* index [n] = the order that sorts x increasingly; equals stay in the order of their index. */
cupel_status cupel_order(const double *x, size_t n, size_t *index, cupel_err *err);

/* rank [n] from 0; equals share the mean of their ranks. */
cupel_status cupel_ranks(const double *x, size_t n, double *rank, cupel_err *err);

/* The value at plotting position k/(n+1) = p of sorted [n], straight between its neighbours and held at the ends. */
double cupel_quantile(const double *sorted, size_t n, double p);

typedef struct cupel_partition {
    size_t n;
    const size_t *group;   /* [n] rows with equal numbers stay together; NULL: each row for itself */
    const size_t *stratum; /* [n] small numbers whose shares are kept equal over the folds; NULL: one */
    size_t n_folds;        /* >= 2 */
    uint64_t seed, stream;
} cupel_partition;

/* fold [n] in 0 .. n_folds - 1, sizes as equal as the groups allow, by chance of the seed. */
cupel_status cupel_partition_rows(const cupel_partition *p, size_t *fold, cupel_err *err);

/* For folds that were not made by groups (clusters of columns, which may differ within a group): all rows of a group [n] go to the fold of its first
 * row, and the numbers of folds that lose their rows are closed up. fold [n] 0 .. *n_folds - 1. group NULL: nothing changes. */
cupel_status cupel_partition_whole(const size_t *group, size_t n, size_t *fold, size_t *n_folds, cupel_err *err);

#endif
