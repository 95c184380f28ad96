/* Which rows to hold out: folds given by a column, or made. A row may be held out in several folds (leave one element out). */
#ifndef CUPEL_DATASETS_SPLITS_H
#define CUPEL_DATASETS_SPLITS_H

#include "core/matter/composition.h"
#include "core/matter/records.h"

typedef struct cupel_splits {
    size_t n_folds;
    char **name;    /* [n_folds] "0", "Fe" */
    size_t *first;  /* [n_folds + 1] */
    size_t *row;    /* held out in fold k: row[first[k]] .. row[first[k + 1] - 1], increasing */
} cupel_splits;     /* {0} is empty */

void cupel_splits_release(cupel_splits *s);

/* One fold per value of a column: in the order of their numbers when all are numbers, else of their text. CUPEL_BAD_INPUT with file:line
 * for an empty cell, for one value only, and for more than 1,000. */
cupel_status cupel_splits_given(const cupel_records *r, size_t column, const char *file, cupel_splits *s, cupel_err *err);

/* n_folds of about equal size, by chance of the seed; rows with equal numbers in group [n] (NULL: none) stay together. CUPEL_BAD_INPUT when
 * there are fewer groups than folds. */
cupel_status cupel_splits_random(size_t n, const size_t *group, size_t n_folds, uint64_t seed, cupel_splits *s, cupel_err *err);

/* One fold per cluster of x [n][d] (columns scaled to variance 1 here; NaN counts as the mean), rows with equal numbers in group [n] (NULL: none) in
 * that of the first: k-means from k-means++ seeds (Arthur,
 * Vassilvitskii 2007), the best of eight starts. A fold is a region of chemistry that the training rows do not reach (Meredig et al. 2018,
 * doi:10.1039/C8ME00012C). */
cupel_status cupel_splits_clusters(const double *x, size_t n, size_t d, const size_t *group, size_t n_folds, uint64_t seed, cupel_splits *s,
                                   cupel_err *err);

/* One fold per element: all rows that contain it. The n_folds elements with the most rows (ties by atomic number) among those in at least 5
 * rows and at most four fifths of all; fewer when there are not as many, at least 2. */
cupel_status cupel_splits_elements(const cupel_batch *batch, size_t n_folds, cupel_splits *s, cupel_err *err);

#endif
