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
    CUPEL_EXACT_VOTES,        /* share of a forest's votes for the second class, before calibration */
    CUPEL_EXACT_GATE_ODDS,    /* steps of a hurdle: log odds that a row is not at the shared value */
    CUPEL_EXACT_GATE_VOTES,   /* the same as the share of a forest's votes, 0 .. 1 */
    CUPEL_EXACT_OTHERS,       /* the target where it is not at the shared value */
    CUPEL_EXACT_OTHERS_LOG    /* log(1 + its distance from the shared value, over their typical distance) */
} cupel_exact_scale;

typedef struct cupel_exact {
    const cupel_surrogate *surrogate;
    double share;             /* weight of the part in the prediction: 0 nothing, 1 all of it. Between the two only on the scale of the target */
    cupel_exact_scale scale;
    double shared;            /* of a step: the shared value, unit of the target */
    double constant, factor;  /* the part is constant + factor times the sum */
    cupel_terms terms;
    const double *coef;       /* [scaled columns] of a sum over columns; NULL: terms */
    double follows;           /* cupel_exact_follow: share of the predictions' variance that the sum has; 0: there is none */
} cupel_exact;

void cupel_exact_of(const cupel_surrogate *s, cupel_exact *e);

/* A prediction that is no sum, or one in part (share below 1), but of a model that asks trees (a forest's median, a hurdle, a blend), is followed by
 * one: of what they say, by least squares with a small ridge on value [n], the predictions of rows x [n][ld]. What the sum says can be shared out
 * exactly, and only the difference has to be sampled (a control variate; Glasserman 2003, section 4.1): the sampled values then scatter less,
 * whatever the weights. Nothing happens where share is 1, or the sum has less than four fifths of the variance. CUPEL_NO_RESOURCE. */
cupel_status cupel_exact_follow(cupel_exact *e, const double *x, size_t ld, size_t n, const double *value, cupel_isa isa, cupel_err *err);

/* What each term says of rows, before its weight. said [terms][n]. These functions take scratch for themselves: that of the rows may be NULL. */
cupel_status cupel_exact_say(const cupel_exact *e, const cupel_query *rows, double *said, cupel_err *err);

/* What a hurdle decides on the way to its median, each a sum over trees by itself and of exact values therefore: whether a row is at the value that
 * many share, and how large it is where it is not. The median of their mixture is no sum of them. */
enum { CUPEL_EXACT_STEPS = 4 };
/* step [CUPEL_EXACT_STEPS]; how many: 0 of other models. */
size_t cupel_exact_steps(const cupel_exact *e, cupel_exact *step);

/* The part itself for rows, value [n]. CUPEL_NO_RESOURCE. */
cupel_status cupel_exact_predict(const cupel_exact *e, const cupel_query *rows, double *value, cupel_err *err);

/* As cupel_shapley_new and _run, of the part: o->player over the surrogate's columns. value [n][o->n_players], *base: mean of the part over the
 * background. Of a sum over columns both games have the same values. */
cupel_status cupel_exact_shapley(const cupel_exact *e, const cupel_shapley_options *o, const cupel_query *rows, const cupel_job *job, double *value,
                                 double *base, cupel_err *err);

#endif
