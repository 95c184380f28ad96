/* Why a model says what it says: how much each group of columns matters on rows with measured values (permutation), what each adds to a prediction
 * (Shapley values, sampled), and the training materials nearest to a row.
 *
 * Columns are taken in groups that a person can name: all statistics of one property of the elements ("Electronegativity (MagpieData)"), the
 * fraction of one element, one column of the table. Inside a group the column that matters most is named too ("range"). */
#ifndef CUPEL_ENGINE_ATTRIBUTION_H
#define CUPEL_ENGINE_ATTRIBUTION_H

#include "core/engine/model.h"

typedef struct cupel_attribution_options {
    const char *model, *table, *format; /* format of the table, NULL: by name */
    const char *formula, *target;       /* columns; target NULL or not there: no permutation importance */
    size_t rows;                        /* rows that are explained one by one, the first of the table */
    size_t orders;                      /* orders of the groups per row; each is used forwards and backwards */
    size_t repeats;                     /* shuffles per group */
    uint64_t seed;
    cupel_dot dot;
} cupel_attribution_options;

enum { CUPEL_ATTRIBUTION_NEAR = 3 };

/* A group of columns. */
typedef struct cupel_group {
    char *name;                 /* "Electronegativity (MagpieData)", "fraction of Fe", "temperature [K]" */
    char *most;                 /* the statistic or column inside it that matters most; "" for a single one */
    size_t n, *column;          /* [n] of the features */
    double importance, deviation; /* rise of the error when its values are shuffled among rows, unit of the target; NaN without measured values */
    double shapley;             /* mean |value| over the rows explained, unit of the target (class: probability) */
    double correlation;         /* largest |correlation| of one of its columns with one of another group among the rows */
    size_t with;                /* that group; SIZE_MAX: none */
} cupel_group;

typedef struct cupel_explained {
    char *formula;
    double value, lower, upper, distance;
    bool in_domain, imputed;
    double base;                /* mean prediction of the rows of the table that it is compared with */
    double *shapley;            /* [n_groups], sum = value - base (of a class in probability) */
    size_t n_near;
    cupel_known near[CUPEL_ATTRIBUTION_NEAR]; /* text of formulas lives in the model */
} cupel_explained;

typedef struct cupel_attribution {
    cupel_model *model;
    char *property, *unit;
    bool is_class;
    size_t n_rows, n_measured, n_in_training; /* rows of the table with features; with a measured value too; of those in the training table */
    double error, mean;         /* mean absolute error (class: log loss) on the measured rows, NaN without; mean prediction */
    size_t n_groups;
    cupel_group *group;         /* by importance, else by Shapley value, largest first */
    size_t n_explained;
    cupel_explained *row;
} cupel_attribution;

/* CUPEL_BAD_INPUT: fewer than two rows with features. Same seed, same numbers for any threads. */
cupel_status cupel_attribution_make(const cupel_attribution_options *o, const cupel_job *job, cupel_attribution *a, cupel_err *err);
void cupel_attribution_release(cupel_attribution *a);

void cupel_attribution_json(const cupel_attribution *a, cupel_str *out);
void cupel_attribution_table(const cupel_attribution *a, cupel_str *out);

#endif
