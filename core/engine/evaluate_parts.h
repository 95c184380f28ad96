/* Shared by core/engine/evaluate*.c: which rows a fold holds out (evaluate_folds.c), the figures of one fold (evaluate_figures.c). */
#ifndef CUPEL_ENGINE_EVALUATE_PARTS_H
#define CUPEL_ENGINE_EVALUATE_PARTS_H

#include "core/engine/evaluate.h"

#include "core/sys/file.h"
#include "datasets/splits.h"

/* The held-out rows of one fold. */
typedef struct cupel_held {
    size_t n;          /* rows with a prediction */
    size_t *row;       /* [n] of the table */
    double *memory;    /* of all the numbers */
    double *truth, *lower, *upper, *is; /* is: the second class; for numbers the error */
    cupel_prediction p;
    cupel_spiked *mixture;             /* [n] of a mixed model; else NULL */
    unsigned char *in_domain, *reason;
} cupel_held;

typedef struct cupel_evaluator {
    const cupel_evaluate_options *o;
    const cupel_job *job;
    cupel_training t;
    cupel_splits splits;
    cupel_evaluation *e;
    cupel_model_options model;
    double class_value[2]; /* smaller first */
    cupel_out *out;    /* the predictions */
    size_t id;         /* its id column, SIZE_MAX: lines of the file, as messages name rows */
} cupel_evaluator;

/* The folds that v->o asks for into v->splits. */
cupel_status cupel_evaluate_folds(cupel_evaluator *v, cupel_err *err);

/* The metrics of a fold whose h->n >= 1 held-out rows were predicted by s: v->e->metric [n_metrics], without the means;
 * h->lower, h->upper and h->is are scratch. */
cupel_status cupel_evaluate_figures(cupel_evaluator *v, size_t fold, const cupel_surrogate *s, cupel_held *h, cupel_err *err);

#endif
