/* A table of predictions, of `cupel predict` or of anybody, into a ranking. */
#ifndef CUPEL_ENGINE_RANK_H
#define CUPEL_ENGINE_RANK_H

#include "core/engine/demand.h"
#include "core/engine/result.h"

typedef struct cupel_rank_options {
    const char *table, *format; /* format NULL: by name */
    const char *formula;        /* its column; NULL: "formula", else "composition" */
    const char *columns;        /* names of columns that are conditions, beside those that the demand's models take; NULL: none */
    cupel_dot dot;
} cupel_rank_options;

/* For each property the table needs `<property> [unit]`, `<property> lower [unit]` and `<property> upper [unit]`, in any unit of that
 * dimension; for a class `<property> probability` (of its larger value). Where there are `<property> quantile 0.1 [unit]` and more of
 * them, the probability of a window comes from these (share_of_quantiles.h); else the interval is taken as central at the demand's level, and
 * it comes from cupel_interval_probability (score.h). `distance` (or `domain distance`) and `in_domain` are used when they are there. Nothing
 * is trained: the demand's table is read only for known materials and measured ranges, and its `space` is not opened. Rows without a formula or
 * a value are rejected, counted and the first of them named through job; a value outside its interval is CUPEL_BAD_INPUT with file:line. Columns
 * of the table that the model takes, or `columns` of the data names, are conditions: rows of one composition under others are other candidates, and
 * a measured value counts under its own only; a table that lacks them is said. So are those of o->columns, which must be there.
 * A property of a demand that has neither data nor model for it, and of which the table has a probability alone, is a class of 0 and 1. */
cupel_status cupel_rank_table(const cupel_rank_options *o, cupel_demand *d, const cupel_job *job, cupel_result *result, cupel_err *err);

#endif
