/* Settings that a fold had no part in. Settings chosen by the errors of all rows fit those rows by chance too, the more the fewer they are: with
 * settings of its own choice SVR had 90 % intervals that held 82 % of new steels from 8 rows and 89 % from 60, with given ones 87 and 92 %. So of few
 * rows (CUPEL_FEW_ROWS) each fold is told by settings that are tuned without it (nested cross-validation: Varma, Simon 2006,
 * doi:10.1186/1471-2105-7-91). */
#ifndef CUPEL_MODELS_LEARN_NESTED_H
#define CUPEL_MODELS_LEARN_NESTED_H

#include "models/learn/tune.h"

/* {0}: every fold has the settings of all. */
typedef struct cupel_nested {
    const cupel_learner *learner;
    size_t n_folds, n_params;
    double *setting;  /* [n_folds][n_params] */
    void **prepared;  /* [n_folds] */
} cupel_nested;

/* asked [n_params]: NaN what is to be tuned; all [n_params]: what all rows chose, kept by folds whose others are of one group. {0} of classes, of
 * many rows, of a learner that is slow, beside other targets, and where nothing is to be tuned. CUPEL_INTERRUPTED, CUPEL_NO_RESOURCE. */
cupel_status cupel_nested_make(const cupel_learner *l, const cupel_problem *p, uint64_t seed, const cupel_folds *f, const double *asked,
                               const double *all, cupel_nested *nested, cupel_err *err);
void cupel_nested_release(cupel_nested *nested);

/* Those of fold k, and what its fits share; given: of all rows. */
const double *cupel_nested_setting(const cupel_nested *nested, size_t k, const double *given);
const void *cupel_nested_prepared(const cupel_nested *nested, size_t k, const void *given);

#endif
