/* What of a surrogate's prediction is a sum over trees or over columns, and the exact Shapley values of that part. */
#ifndef CUPEL_MODELS_LEARN_EXACT_H
#define CUPEL_MODELS_LEARN_EXACT_H

#include "models/learn/learner.h"
#include "models/learn/shapley.h"
#include "models/learn/surrogate.h"

/* Of what the part is a part: sums are shared out before a transform or a calibration bends them. */
typedef enum cupel_exact_scale {
    CUPEL_EXACT_TARGET,       /* the target in its unit */
    CUPEL_EXACT_TRANSFORMED,  /* its logarithm or power (cupel_surrogate_transform) */
    CUPEL_EXACT_LOG_ODDS,     /* of the second class, calibrated */
    CUPEL_EXACT_VOTES         /* share of a forest's votes for the second class, before calibration */
} cupel_exact_scale;

typedef struct cupel_exact {
    const cupel_surrogate *surrogate;
    double share;             /* weight of the part in the prediction: 0 nothing, 1 all of it. Between the two only on the scale of the target */
    cupel_exact_scale scale;
    double constant, factor;  /* the part is constant + factor times the sum */
    cupel_terms terms;
    const double *coef;       /* [scaled columns] of a sum over columns; NULL: terms */
} cupel_exact;

void cupel_exact_of(const cupel_surrogate *s, cupel_exact *e);

/* The part itself for rows x [n][ld], value [n]. CUPEL_NO_RESOURCE. */
cupel_status cupel_exact_predict(const cupel_exact *e, const double *x, size_t ld, size_t n, cupel_isa isa, double *value, cupel_err *err);

/* As cupel_shapley_new and _run, of the part: o->player over the surrogate's columns. value [n][o->n_players], *base: mean of the part over the
 * background. Of a sum over columns both games have the same values. */
cupel_status cupel_exact_shapley(const cupel_exact *e, const cupel_shapley_options *o, const double *x, size_t ld, size_t n, const cupel_job *job,
                                 double *value, double *base, cupel_err *err);

#endif
