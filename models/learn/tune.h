/* Inner cross-validation and the search for settings. */
#ifndef CUPEL_MODELS_LEARN_TUNE_H
#define CUPEL_MODELS_LEARN_TUNE_H

#include "models/learn/expand.h"
#include "models/learn/learner.h"

/* Up to so many rows are few: what is chosen by them fits them by chance by more than a hundredth of an error. */
enum { CUPEL_FEW_ROWS = 100 };

typedef struct cupel_folds {
    size_t n_folds;
    size_t *fold; /* [n] 0 .. n_folds - 1 */
} cupel_folds;

/* Groups are kept whole and classes in their shares; n_folds is cut to what the rows allow (at least 2, else CUPEL_BAD_INPUT). */
cupel_status cupel_folds_make(const cupel_problem *p, const size_t *group, size_t n_folds, uint64_t seed, uint64_t stream, cupel_folds *f,
                              cupel_err *err);
void cupel_folds_release(cupel_folds *f);

/* The solution on all rows outside fold k; k = SIZE_MAX: on all rows. */
cupel_status cupel_fit_without(const cupel_learner *l, const cupel_problem *p, const void *prepared, const double *setting,
                               const cupel_folds *f, size_t k, cupel_fitted *out, cupel_err *err);
/* The rows of fold k as an expansion sees them, into raw [problem->n] at their places, and into mixture [problem->n] (may be NULL) where its model
 * gives them. */
cupel_status cupel_predict_fold(const cupel_expand *e, const cupel_problem *p, const cupel_folds *f, size_t k, cupel_raw *raw, cupel_spiked *mixture,
                                cupel_err *err);

/* setting [n_params]: what is NaN is chosen by the error of out-of-fold predictions (mean absolute error; for classes the log loss behind
 * Platt's sigmoid), over at most 4,096 of the rows. Deterministic: ties go to the first candidate. */
cupel_status cupel_tune(const cupel_learner *l, const cupel_problem *p, const size_t *group, uint64_t seed, double *setting, cupel_err *err);

/* The same by the rows outside fold k alone, which are few. CUPEL_BAD_INPUT: they are of one group. */
cupel_status cupel_tune_without(const cupel_learner *l, const cupel_problem *p, uint64_t seed, const cupel_folds *f, size_t k, double *setting,
                                cupel_err *err);

#endif
