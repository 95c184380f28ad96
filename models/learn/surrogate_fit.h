/* What a fit holds while it runs, and its second half: calibration on what every row was told from the others (surrogate_calibrate.c). */
#ifndef CUPEL_MODELS_LEARN_SURROGATE_FIT_H
#define CUPEL_MODELS_LEARN_SURROGATE_FIT_H

#include "models/learn/metrics.h"
#include "models/learn/nested.h"
#include "models/learn/shift.h"
#include "models/learn/surrogate_parts.h"
#include "models/learn/tune.h"

enum { CUPEL_FIT_MANY_ROWS = 3000 };

/* Everything a fit holds while it runs. */
typedef struct cupel_fit {
    cupel_surrogate *s;
    cupel_problem problem;
    const cupel_fit_options *options;
    double *z, *y;
    size_t *fraction;     /* columns of z that are atomic fractions */
    size_t *plain;        /* columns of z of the first kind of descriptor and of none */
    size_t *table;        /* columns of z of the table itself */
    signed char *monotone; /* [columns of z] */
    cupel_beside beside;
    double *beside_z, *beside_y;
    double *setting;
    double *asked;        /* [n_params] settings as they were given, NaN what is tuned */
    void *prepared;
    cupel_folds folds;
    cupel_nested nested;  /* settings of these folds, of few rows */
    cupel_fitted *fitted; /* [n_folds] */
    cupel_own *own;       /* of a learner that fits as a whole */
    cupel_raw *raw;       /* [n] out of fold */
    double *error;        /* [n] absolute, scaled target */
    cupel_spiked *mixture; /* [n] out of fold, of a learner whose models may be mixed */
    cupel_far far;        /* held-out clusters */
    cupel_nested far_nested; /* settings of these, of few rows */
} cupel_fit;

/* Does the learner need errors of rows out of fold to know its own? */
bool cupel_fit_local_error(const cupel_fit *f);

/* Of a learner that gave its own values: what else is to be found of rows from those of other folds, into raw [rows]. CUPEL_NO_RESOURCE. */
cupel_status cupel_fit_surroundings(cupel_fit *f, const cupel_folds *folds, size_t threads, cupel_raw *raw, cupel_err *err);

/* Clusters left out, told by solutions without them: f->far. CUPEL_INTERRUPTED, CUPEL_NO_RESOURCE. */
cupel_status cupel_fit_clusters(cupel_fit *f, cupel_err *err);
/* Spread and scores of f->s from f->raw, f->mixture and f->far. */
cupel_status cupel_fit_calibrate(cupel_fit *f, cupel_err *err);
/* How far float32 moves values of training rows, in half widths of their intervals: f->s. */
cupel_status cupel_fit_float32(cupel_fit *f, cupel_err *err);
/* The out-of-fold values and intervals that are kept: f->s. */
cupel_status cupel_fit_keep(cupel_fit *f, cupel_err *err);

#endif
