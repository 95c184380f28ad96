/* A table of formulas into a table of predictions with a model file: read a block, parse, describe, predict, write. Memory does not grow
 * with the rows, and the output is the same for any number of threads. */
#ifndef CUPEL_ENGINE_PREDICT_H
#define CUPEL_ENGINE_PREDICT_H

#include "core/engine/model.h"

enum { CUPEL_QUANTILES = 32 }; /* at most as many are asked for */

/* Shares 0 < tau < 1, increasing, of which the numbers are asked below which a truth lies so often. */
typedef struct cupel_quantiles {
    size_t n;
    double tau[CUPEL_QUANTILES];
} cupel_quantiles;

/* "0.1,0.5,0.9"; NULL: none. CUPEL_USAGE. */
cupel_status cupel_quantiles_parse(const char *text, cupel_quantiles *q, cupel_err *err);
/* "band gap quantile 0.1 [eV]"; CUPEL_USAGE for a model of classes. name [q->n]. */
cupel_status cupel_quantile_columns(const cupel_model *m, const cupel_quantiles *q, cupel_str *name, cupel_err *err);

typedef struct cupel_predict_table_options {
    const char *model;                  /* path of the model file */
    const char *table, *format;         /* format of the table; NULL: by name */
    const char *formula;                /* its formula column; NULL: "formula", else "composition", else the only column */
    const char *output, *output_format; /* as cupel_sheet_options */
    cupel_missing missing;
    cupel_dot dot;
    cupel_predict_options predict;
    cupel_quantiles quantiles;          /* columns beside */
    const char *dropped;                /* csv of the rows that `missing` DROP leaves out (left_out.h); NULL: none */
    bool validate;                      /* predict by the plain kernels and in the other precision too; fail where they differ too much */
} cupel_predict_table_options;

typedef struct cupel_predict_table_result {
    uint64_t rows, written, in_domain;
    uint64_t repeated;                  /* rows of which several different values were measured */
    double precision_difference;        /* validate: largest |float32 - float64| in half widths of the interval */
    double kernel_difference;           /* validate: largest |isa - plain| in half widths */
} cupel_predict_table_result;

/* Columns: formula, the other columns of the table (one with the name of a prediction gets " (table)" behind it), value, lower, upper,
 * distance, in_domain, in_training, measured <property> (the median of
 * several), of a class <property> class, quantiles, targets beside, reason,
 * domain_reason (of a row with a value that is outside the domain: the column, its value and the range or the words known, elements never seen, else
 * the distance); with predict.value_only not lower and upper. Numbers as text have ten significant
 * digits. CUPEL_FAILED when validate finds
 * more than a thousandth of the half width between the precisions or 1e-6 between the kernels. */
cupel_status cupel_predict_table(const cupel_predict_table_options *o, const cupel_job *job, cupel_predict_table_result *result,
                                 cupel_err *err);

/* Names of the value, lower and upper columns of a model: "band gap [eV]", "band gap lower [eV]", "band gap upper [eV]"; for a class "metal
 * probability", "metal lower", "metal upper". */
cupel_status cupel_prediction_columns(const cupel_model *m, cupel_str name[3], cupel_err *err);
/* Those of other targets that the model predicts, "bulk modulus [GPa]". name [cupel_surrogate_beside]. */
cupel_status cupel_beside_columns(const cupel_model *m, cupel_str *name, cupel_err *err);

#endif
