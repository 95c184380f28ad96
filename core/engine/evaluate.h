/* How good is a model on rows that it has not seen: fit on each fold's training rows, predict those held out, figures per fold. */
#ifndef CUPEL_ENGINE_EVALUATE_H
#define CUPEL_ENGINE_EVALUATE_H

#include "core/engine/model.h"

typedef enum cupel_split_kind {
    CUPEL_SPLIT_GIVEN,
    CUPEL_SPLIT_RANDOM,
    CUPEL_SPLIT_SYSTEM,
    CUPEL_SPLIT_CLUSTER,
    CUPEL_SPLIT_ELEMENT
} cupel_split_kind;

typedef struct cupel_evaluate_options {
    cupel_training_options data;
    cupel_model_options model;
    cupel_split_kind split;
    bool unasked;             /* nobody chose the split: it is said that it is by chance */
    const char *fold_column;  /* GIVEN */
    size_t n_folds;           /* the others; 0: 5, for ELEMENT 10 */
    const char *only_folds;   /* names of folds, joined by commas: only these are fitted, with the figures that they have among all; NULL: all */
    cupel_precision precision;
    const char *predictions;  /* a csv of the held-out predictions; NULL: none */
} cupel_evaluate_options;

enum { CUPEL_MAX_METRICS = 32 };

/* A figure per fold and its mean over the folds where it is defined. */
typedef struct cupel_metric {
    const char *name, *unit;  /* unit "" or the target's */
    double mean, *folds;      /* [n_folds], NaN where it is not defined */
} cupel_metric;

typedef struct cupel_evaluation {
    size_t n_rows, n_folds, n_metrics;
    size_t n_there;           /* folds of the split */
    size_t n_asked;           /* folds that were asked for: more than n_folds when the job was stopped, and the figures are of the first n_folds */
    bool is_class;
    char **fold;              /* [n_folds] names */
    size_t *n_train, *n_test; /* [n_folds] */
    char **settings;          /* [n_folds] as tuned */
    const char *features;     /* of the last fold, as the options have them */
    cupel_metric metric[CUPEL_MAX_METRICS];
    char *property, *unit;
    double *memory;           /* of all folds[] */
} cupel_evaluation;

/* Regression: mae rmse r2 spearman, coverage50 80 90 95, width50 80 90 95, miscalibration, z2, interval_score90, error_by_spread (rank
 * correlation of the absolute error with the claimed spread), in_domain, mae_in_domain, mae_out_of_domain, support_vectors (of svr, svc).
 * Classes: auc
 * balanced_accuracy accuracy f1 mcc log_loss brier calibration_error, coverage50 80 90 95, set_size50 80 90 95, miscalibration, z2,
 * empty90 (share of empty sets), class_threshold (of the class that balanced_accuracy, accuracy, f1 and mcc judge), in_domain, support_vectors.
 * A job that is stopped after the first fold ends with the folds done and writes no predictions;
 * before that it is CUPEL_INTERRUPTED. */
cupel_status cupel_evaluate(const cupel_evaluate_options *o, const cupel_job *job, cupel_evaluation *e, cupel_err *err);
void cupel_evaluation_release(cupel_evaluation *e);

const char *cupel_split_name(cupel_split_kind kind); /* "given", "random", "system", "cluster", "element" */

/* {"mae": {"mean": ..., "folds": [...]}, ...} with what was evaluated beside it; or a table for people. */
void cupel_evaluation_json(const cupel_evaluation *e, const cupel_evaluate_options *o, cupel_str *out);
void cupel_evaluation_table(const cupel_evaluation *e, cupel_str *out);

#endif
