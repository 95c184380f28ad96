/* A model file: features, surrogate, what is predicted in which unit, and the known materials it was trained on. */
#ifndef CUPEL_ENGINE_MODEL_H
#define CUPEL_ENGINE_MODEL_H

#include "core/engine/features.h"
#include "core/engine/selection.h"
#include "core/matter/formula.h"
#include "core/sys/job.h"
#include "models/learn/surrogate.h"

typedef enum cupel_missing { CUPEL_MISSING_FAIL, CUPEL_MISSING_DROP, CUPEL_MISSING_IMPUTE, CUPEL_MISSING_KEEP } cupel_missing;
cupel_status cupel_missing_parse(const char *word, cupel_missing *m, cupel_err *err); /* core/engine/missing.c */
/* A warning when `left` rows of `all` went for lack of a value and more than a tenth did: "14 of 39 rows of 'x.csv' (36 %) are left out ...". */
void cupel_missing_share(const char *file, size_t left, size_t all, const cupel_job *job);
const char *cupel_missing_name(cupel_missing m);
cupel_dot cupel_dot_parse(const char *word); /* "hydrate", "decimal"; any other word refuses */

/* Training rows in memory: every cell of the file as text, formulas parsed, target as number. */
typedef struct cupel_training {
    cupel_header header;
    cupel_records records;
    cupel_batch batch;
    double *target;           /* [records.n_rows], in `unit` */
    uint64_t *row;            /* [records.n_rows] number of the row in the file, from 1 */
    char *file, *digest;      /* "sha256:..." */
    char *property, *unit;    /* "band gap", "eV" */
    size_t formula_column;    /* in the header; SIZE_MAX: there is none, and every composition of the batch is empty */
    size_t target_column;     /* in the header */
    bool grouped;             /* rows with one text in group_column stay in one fold (row_groups.h) */
    size_t group_column;      /* in the header */
    char *numeric;            /* with formula_optional: the other columns whose cells are numbers, joined by commas; what `columns` NULL stands for */
    cupel_missing missing;    /* what a row without a usable formula, target or feature leads to */
    bool in_demand;           /* as in cupel_training_options */
    cupel_dot dot;
    size_t n_dropped;         /* rows without a usable formula or target that were left out */
    struct cupel_training *beside; /* [n_beside] the same table for each of the other targets: target, row, batch and records of rows that have it */
    size_t n_beside;
    size_t n_elsewhere, n_held_back; /* rows that `where` and `without` of the selection left out; not in n_dropped */
} cupel_training;

typedef struct cupel_training_options {
    const char *file, *format;         /* format NULL: by name */
    const char *formula, *target;      /* column names; formula NULL: the usual ones (core/matter/columns.h) */
    const char *property, *unit;       /* NULL: from the column's header (`yield strength [MPa]`), which another unit contradicts */
    cupel_missing missing;
    bool drop_target;                  /* under `impute` too a row without a usable target is left out, not an error */
    bool in_demand;                    /* remedies are keys of a demand, not options */
    bool is_source;                    /* of a transfer: remedies name its own options and keys */
    bool formula_optional;             /* no descriptors of formulas are asked for: the table may do without a formula column */
    const cupel_selection *selection;  /* which rows, which version of the file; NULL: all, any */
    const char *const *beside;         /* [n_beside] columns of other targets, learned beside; a row may lack its target then */
    size_t n_beside;
    const char *groups;                /* a column whose equal texts stay in one fold; never a feature by itself; NULL: none */
    const char *apart;                 /* a column that is never a feature by itself (of folds); NULL */
    cupel_dot dot;
} cupel_training_options;

/* A cell that names row i: its formula as written, or "" where the table has none. */
cupel_text cupel_training_formula(const cupel_training *t, size_t i);
/* A cell of a target: a number; true and yes are 1, false and no 0. CUPEL_REASON_MISSING_NUMBER, CUPEL_REASON_BAD_NUMBER. */
cupel_reason cupel_training_target(cupel_text cell, double *y);

/* Reads and checks all rows. CUPEL_BAD_INPUT with file:line for the first bad row under `fail`, and for the first without a usable target under
 * `impute`, which makes up no target, unless drop_target; otherwise rows without a usable formula or target are left out, counted and named through
 * job, with a warning when more than a tenth goes. `keep` is CUPEL_USAGE. A target may be True or False.
 */
cupel_status cupel_training_read(const cupel_training_options *o, const cupel_job *job, cupel_training *t, cupel_err *err);
void cupel_training_release(cupel_training *t);

/* group [n]: equal numbers for rows row[0 .. n-1] (NULL: 0 .. n-1) of the batch with the same reduced composition, or with the same
 * elements. A row without a composition is a group of its own. */
cupel_status cupel_composition_groups(const cupel_batch *batch, const size_t *row, size_t n, bool by_system, size_t *group, cupel_err *err);

typedef struct cupel_model cupel_model;

enum { CUPEL_BESIDE = 32 }; /* other targets beside, at most */

typedef struct cupel_model_options {
    const char *features, *columns;    /* as cupel_features_new */
    const char *with_hurdle;           /* features where many rows share the lowest target (cupel_model_features_for); NULL: the same */
    const char *learner, *settings;
    const char *kernel;                /* a tree of kernels for model gp_tree; NULL: its own */
    const char *monotone;              /* columns with which the target may only rise or fall (models/learn/monotone.h); NULL: none */
    bool beside;                       /* other targets are learned beside (gp_tree, forests) */
    double seconds;                    /* budget of the automatic model; 0: none */
    bool *cut;                         /* as in cupel_fit_options; NULL */
    cupel_task task;
    cupel_transform_kind transform;       /* of a number, before it is learned */
    bool transform_named;                 /* the user chose it, be it none */
    bool told;                            /* rows of the table that lack a value and columns of mixed cells were said: do not say them again */
    const cupel_transfer *transfer;       /* a model of another table as columns; must outlive the model. NULL: none */
    uint64_t seed;
} cupel_model_options;

/* What is taken where nothing is said: sets of descriptors for a learner, and what becomes of rows that lack a value. */
const char *cupel_default_features(const char *learner);
const char *cupel_default_with_hurdle(const char *learner); /* cupel_model_options.with_hurdle; NULL: none */
cupel_missing cupel_default_missing(const char *learner);
/* o->features, or o->with_hurdle where the table makes a hurdle of a number: at most 20,000 rows, of which at least a twentieth and 150 share the
 * lowest target, and as many do not. row [n] of t. */
const char *cupel_model_features_for(const cupel_model_options *o, const cupel_training *t, const size_t *row, size_t n);
/* "4min", "90s", "1h" into o->seconds, "effort=12" into o->settings (text must outlive o). CUPEL_USAGE also for a learner that has no budget.
 * NULL: none. */
cupel_status cupel_model_budget(const char *text, cupel_model_options *o, cupel_err *err);

/* --kernel of the command line (NULL: none) and whether there are targets beside into o, and o->learner: both are for gp_tree where the model named
 * is gp, or none is. */
void cupel_model_kernel(const char *text, bool beside, bool named, cupel_model_options *o);

/* What can be said before any row is read: CUPEL_USAGE for features, learners and settings that are not there. */
cupel_status cupel_model_options_check(const cupel_model_options *o, cupel_err *err);

/* How many rows a model would learn from, without learning: those whose features have values, or are imputed. As cupel_model_fit says and fails. */
cupel_status cupel_model_usable(const cupel_training *t, const cupel_model_options *o, const cupel_job *job, size_t *n, cupel_err *err);

/* subset [n_subset] of the training rows, increasing, NULL = all. Rows whose features lack a value are treated as t->missing says:
 * CUPEL_BAD_INPUT with file:line, left out, or imputed, and said through job. */
cupel_status cupel_model_fit(const cupel_training *t, const size_t *subset, size_t n_subset, const cupel_model_options *o,
                             const cupel_job *job, cupel_model **m, cupel_err *err);
void cupel_model_free(cupel_model *m);
cupel_status cupel_model_save(cupel_model *m, const char *path, cupel_err *err);   /* artifact of kind "model" */
cupel_status cupel_model_open(const char *path, cupel_model **m, cupel_err *err);
const char *cupel_model_digest(const cupel_model *m);      /* of the file it was opened from or saved to; "" before */

const cupel_features *cupel_model_features(const cupel_model *m);
cupel_features *cupel_model_features_bind(cupel_model *m); /* for cupel_features_bind */
const cupel_surrogate *cupel_model_surrogate(const cupel_model *m);
const char *cupel_model_property(const cupel_model *m);
const char *cupel_model_unit(const cupel_model *m);
/* Other targets that were learned beside and are predicted too (cupel_predict_options.beside), k < cupel_surrogate_beside: "bulk modulus", "GPa". */
const char *cupel_model_beside(const cupel_model *m, size_t k, const char **unit);
/* How good the model is on its own training rows, each predicted by a fit that has not seen it: mean absolute error and r2, or for a class
 * area under the curve and balanced accuracy. Not tuning-free as `evaluate` is, which holds rows back from tuning too. */
enum { CUPEL_N_FIGURES = 2 };
typedef struct cupel_figure {
    const char *name, *unit;
    double value;
} cupel_figure;
cupel_status cupel_model_figures(const cupel_model *m, cupel_figure figure[CUPEL_N_FIGURES], cupel_err *err);
double cupel_model_target_min(const cupel_model *m);
double cupel_model_target_max(const cupel_model *m);
const char *cupel_model_training_digest(const cupel_model *m); /* "sha256:..." of the table it was trained on */

/* Scratch of predictions, one per thread. */
typedef struct cupel_model_work cupel_model_work;
cupel_status cupel_model_work_new(const cupel_model *m, cupel_model_work **w, cupel_err *err);
void cupel_model_work_free(cupel_model_work *w);
void cupel_model_work_seconds(const cupel_model_work *w, double *describing, double *predicting); /* of all its predictions so far */
/* Describes and predicts rows. reason [rows->n] != 0: that row has NaN everywhere and in_domain 0; only CUPEL_REASON_IMPUTED, which occurs where the
 * model was trained with `impute`, goes with a prediction. */
cupel_status cupel_model_predict(const cupel_model *m, const cupel_feature_rows *rows, const cupel_predict_options *o, cupel_model_work *w,
                                 cupel_prediction *out, unsigned char *reason, cupel_err *err);
/* Of one row whose features x the caller predicted: elements and table columns that put it outside the domain, as the function above does. */
void cupel_model_mark_row(const cupel_model *m, const cupel_composition *c, const double *x, bool imputed, double *distance,
                          unsigned char *in_domain);
/* Why row `row` of the records, row `at` of the batch, is outside the domain, in words: columns beyond their training range and unknown categories,
 * elements that no training row holds; else its distance, of which 1 is the threshold. For rows whose in_domain is 0 and that have a value. */
void cupel_model_outside(const cupel_model *m, const cupel_batch *batch, size_t at, const cupel_records *records, size_t row, double distance,
                         cupel_str *out);

/* The known material nearest to a composition: smallest L1 distance of atomic fractions (0 = the same composition, 2 = no common element),
 * the first of equals. `formula` as written in the training table. */
typedef struct cupel_known {
    size_t row;
    const char *formula;
    double value, distance;
} cupel_known;
/* The row of `known` (rows with a reason left out), or SIZE_MAX. */
size_t cupel_nearest_row(const cupel_batch *known, const cupel_composition *c, double *distance);
void cupel_model_nearest(const cupel_model *m, const cupel_composition *c, cupel_known *known);
/* False: its training table had no formulas, and a table to predict needs none. */
bool cupel_model_has_formulas(const cupel_model *m);
const char *cupel_model_formula_column(const cupel_model *m); /* as the training table calls it; "": it has none */
/* Which column of a table holds formulas: `named`, else the one called like that of the training table, else the usual ones (core/matter/columns.h).
 * *bare: the table needs none, as no feature looks at them, and has none; *at is then the first column, which names a row. */
cupel_status cupel_model_find_formula(const cupel_model *m, const cupel_header *h, const char *file, const char *named, size_t *at, bool *bare,
                                      cupel_err *err);
size_t cupel_model_n_training(const cupel_model *m);
/* Row i of the training table that was given to fit, for i in the model's own training rows: the order of cupel_surrogate_oof. */
size_t cupel_model_training_index(const cupel_model *m, size_t i);
/* The table columns of training row i, as cupel_features_condition writes them. */
const char *cupel_model_condition(const cupel_model *m, size_t i);
/* What the model learned from: compositions, and the features that came from columns of the table, [training rows][those] by cupel_features_table;
 * NULL without any. */
const cupel_batch *cupel_model_training_batch(const cupel_model *m);
const double *cupel_model_training_columns(const cupel_model *m);
void cupel_model_training_row(const cupel_model *m, size_t i, cupel_composition *c, const char **formula, double *target);

#endif
