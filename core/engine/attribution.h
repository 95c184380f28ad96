/* Why a model says what it says: how much each group of columns matters on rows with measured values (permutation), what each adds to a prediction
 * (Shapley values, exact for trees and sums of columns, else sampled), and the training materials nearest to a row.
 *
 * Columns are taken in groups that a person can name: all statistics of one property of the elements ("Electronegativity (MagpieData)"), the
 * fraction of one element, one column of the table. Inside a group the column that matters most is named too ("range"). */
#ifndef CUPEL_ENGINE_ATTRIBUTION_H
#define CUPEL_ENGINE_ATTRIBUTION_H

#include "core/engine/model.h"
#include "core/engine/partial.h"
#include "models/learn/exact.h"
#include "models/learn/nearness.h"

/* How predictions are shared out. AUTO: exactly what is a sum over trees or columns, against rows of the table (interventional), the rest by samples.
 * PATH: along the trees' own branches (path-dependent). */
typedef enum cupel_sharing { CUPEL_SHARING_AUTO, CUPEL_SHARING_PATH, CUPEL_SHARING_SAMPLED } cupel_sharing;

typedef struct cupel_attribution_options {
    const char *model, *table, *format; /* format of the table, NULL: by name */
    const char *formula, *target;       /* columns; target NULL or not there: no permutation importance */
    size_t rows;                        /* rows that are explained one by one, the first of the table */
    size_t orders;                      /* orders of the groups per row; each is used forwards and backwards */
    size_t repeats;                     /* shuffles per group */
    cupel_sharing sharing;
    size_t background;                  /* rows of the table that exact values are taken against, at most */
    const char *partial;                /* "Fe,Ni,temperature [K]": what to sweep (partial.h); NULL: nothing */
    size_t points;                      /* of each sweep */
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
    double shapley;             /* mean |value| over the rows explained, unit of the target (class: probability); NaN where none is */
    double shapley_error;       /* one standard error of the mean value, of what is sampled; NaN where nothing is */
    double correlation;         /* largest |correlation| of one of its columns with one of another group among the rows */
    size_t with;                /* that group; SIZE_MAX: none */
} cupel_group;

/* Groups of which each two hold columns with |correlation| >= 0.9: what is said of one may be due to another. */
typedef struct cupel_cluster {
    size_t n, *group;             /* [n] >= 2, by importance */
    double least;                 /* smallest of their correlations, each two groups by their most similar columns */
    double importance, deviation; /* when all their columns are shuffled together; NaN without measured values */
    double shapley;               /* mean |sum of their values| over the rows explained; NaN where none is */
} cupel_cluster;

/* A training row that decided a prediction. */
typedef struct cupel_near_row {
    cupel_known known;            /* distance: of the compositions; text of formulas lives in the model */
    double near;                  /* by cupel_attribution.nearness */
} cupel_near_row;

typedef struct cupel_explained {
    char *formula;
    double value, lower, upper, distance;
    bool in_domain, imputed;
    double base;                /* mean of the rows of the table that it is compared with, on the scale that is shared out */
    double *shapley;            /* [n_groups], sum = value - base on that scale */
    double *shapley_error;      /* [n_groups] one standard error of what is sampled in them; NaN where nothing is, or by one order alone */
    size_t n_near;
    cupel_near_row near[CUPEL_ATTRIBUTION_NEAR]; /* nearest first */
    char *condition;            /* columns of the table, as cupel_features_condition writes them */
} cupel_explained;

/* What a hurdle decides on its way, of all rows explained: exact values on a scale of its own (models/learn/exact.h). */
typedef struct cupel_explained_step {
    cupel_exact_scale scale;
    double shared, base;
    double *value;              /* [n_explained] */
    double *shapley;            /* [n_explained][n_groups], sum of a row = value - base */
} cupel_explained_step;

typedef struct cupel_attribution {
    cupel_model *model;
    char *property, *unit;
    bool is_class;
    size_t n_rows, n_measured, n_in_training; /* rows of the table with features; with a measured value too; of those in the training table */
    double exact;               /* weight in the prediction of what is shared out exactly: 1 all, 0 nothing */
    cupel_exact_scale scale;    /* of the Shapley values where exact is not 0; else the target, of a class its probability */
    double follows;             /* where the prediction is no sum: share of its variance that a sum has which is shared out exactly; 0: none */
    bool path;                  /* the path-dependent game */
    size_t n_background;        /* rows that all values are taken against */
    size_t n_orders;            /* of the sampled values; 0: nothing is sampled */
    size_t n_steps;
    cupel_explained_step step[CUPEL_EXACT_STEPS];
    double error, mean;         /* mean absolute error (class: log loss) on the measured rows, NaN without; mean prediction */
    size_t n_groups;
    cupel_group *group;         /* by importance, else by Shapley value, largest first */
    size_t n_clusters;
    cupel_cluster *cluster;
    cupel_nearness nearness;    /* how training rows were found */
    size_t n_explained;
    cupel_explained *row;
    size_t n_partial;
    cupel_partial *partial;
} cupel_attribution;

/* CUPEL_BAD_INPUT: fewer than two rows with features. Same seed, same numbers for any threads. */
cupel_status cupel_attribution_make(const cupel_attribution_options *o, const cupel_job *job, cupel_attribution *a, cupel_err *err);
/* The same of n formulas against a sample of the model's own training rows, without shuffling; o->rows formulas at most. n_explained is 0 for a model
 * that takes columns of a table, or when no formula has all its features. a->model is the caller's: set it to NULL before the release. Training
 * materials are looked for while they are no more than CUPEL_ATTRIBUTION_LOOKED. */
enum { CUPEL_ATTRIBUTION_LOOKED = 50000 };
cupel_status cupel_attribution_candidates(cupel_model *m, const cupel_text *formula, size_t n, const cupel_attribution_options *o,
                                          const cupel_job *job, cupel_attribution *a, cupel_err *err);
void cupel_attribution_release(cupel_attribution *a);

cupel_status cupel_attribution_json(const cupel_attribution *a, cupel_str *out, cupel_err *err);
void cupel_attribution_table(const cupel_attribution *a, cupel_str *out);

/* "exact", "exact and sampled", "sampled". */
const char *cupel_attribution_kind(const cupel_attribution *a);
/* What the Shapley values are parts of: "band gap [eV]", "log odds of band gap". */
void cupel_attribution_of(const cupel_attribution *a, cupel_str *out);
/* The same of a step: "share of votes that band gap is not 0". */
void cupel_attribution_step_of(const cupel_attribution *a, const cupel_explained_step *s, cupel_str *out);

#endif
