/* Standardisation: columns that say nothing are dropped, the others get mean 0 and variance 1 over the rows given. */
#ifndef CUPEL_MODELS_LEARN_SCALE_H
#define CUPEL_MODELS_LEARN_SCALE_H

#include "core/cupel.h"
#include "core/sys/cpu.h"

#include <stdbool.h>

/* No number that a surrogate is made from or holds is larger than this, so that sums and products of a few of them are finite. */
#define CUPEL_LARGEST 1e100
/* No number of x [n] is NaN or farther from 0 than `most`: what a model file may hold. */
bool cupel_all_within(const double *x, size_t n, double most);

/* A column that hardly varies over the training rows would alone decide the distance of a row that differs in it: so many standard deviations
 * from the mean is as far as a column counts. */
#define CUPEL_FARTHEST 6.0

typedef struct cupel_scale {
    size_t d;        /* columns that come in */
    size_t k;        /* columns that go out */
    int64_t *column; /* [k] which of the d */
    double *mean;    /* [k] */
    double *factor;  /* [k], 1 / standard deviation */
    double *relevance; /* [k] > 0, times the column once it is cut; NULL: 1 */
    double farthest; /* where z is cut: CUPEL_FARTHEST, or infinity for trees, which have no distances */
} cupel_scale;       /* {0} is empty */

/* From x [n][d], no number beyond CUPEL_LARGEST, n >= 2. Drops constant columns and exact repeats of an earlier one. CUPEL_BAD_INPUT when
 * nothing is left. */
cupel_status cupel_scale_learn(const double *x, size_t n, size_t d, cupel_scale *s, cupel_err *err);
void cupel_scale_release(cupel_scale *s);

/* Rows of x [n][ld] into z [n][ldz], cut at `farthest` standard deviations; the columns of z behind k are untouched. The same bits whatever isa. */
void cupel_scale_apply(const cupel_scale *s, cupel_isa isa, const double *x, size_t ld, size_t n, double *z, size_t ldz);

/* Rows x [n][ld] into z [n][d], cut at CUPEL_FARTHEST. */
void cupel_scale_cut(const double *x, size_t ld, size_t n, size_t d, double *z);

#endif
