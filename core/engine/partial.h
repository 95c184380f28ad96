/* Partial dependence (Friedman 2001, doi:10.1214/aos/1013203451): the prediction as the share of one element goes up while the others keep their
 * ratios, or as one number of the table changes, averaged over rows and for single ones. What is swept is left where it was in no row: points that
 * leave the domain are said to. */
#ifndef CUPEL_ENGINE_PARTIAL_H
#define CUPEL_ENGINE_PARTIAL_H

#include "core/engine/model.h"
#include "core/io/json.h"

/* Rows to sweep, with all their features. */
typedef struct cupel_partial_rows {
    size_t n;
    const cupel_composition *composition; /* [n] */
    const double *column;                 /* [n][features of the table]; NULL without any */
    char *const *formula;                 /* [n] */
} cupel_partial_rows;

typedef struct cupel_partial_options {
    const char *name;    /* as cupel_partial_name_read takes it; not ended: n_name */
    size_t n_name;
    size_t points;       /* >= 2 */
    size_t rows;         /* most rows to average over, drawn by seed */
    size_t single;       /* the first rows, each by itself */
    uint64_t seed;
} cupel_partial_options;

/* One line: predictions and 90 % intervals at each point; inside: 1 within the domain, of a mean the share of its rows. */
typedef struct cupel_partial_line {
    char *formula;       /* "" of the mean */
    double own;          /* where the row itself is; NaN of the mean */
    double *value, *lower, *upper, *inside; /* [points]; one block */
} cupel_partial_line;

typedef struct cupel_partial {
    char *name;
    bool element;        /* at: atomic fractions; else in the unit of the column */
    size_t n, rows;      /* points; rows averaged */
    double *at;          /* [n] increasing */
    size_t n_lines;      /* 1 + single rows that can be swept */
    cupel_partial_line *line; /* the mean first */
} cupel_partial;

/* What can be said before anything is predicted. rows NULL: of the name and the range alone. Errors as of cupel_partial_make. */
cupel_status cupel_partial_check(const cupel_model *m, const cupel_partial_options *o, const cupel_partial_rows *rows, cupel_err *err);
/* CUPEL_USAGE: a name that cannot be swept or a bad range (partial_name.h); CUPEL_BAD_INPUT: no row can be swept, a column without a range. */
cupel_status cupel_partial_make(const cupel_model *m, const cupel_partial_options *o, const cupel_partial_rows *rows, const cupel_job *job,
                                cupel_partial *p, cupel_err *err);
void cupel_partial_release(cupel_partial *p);

void cupel_partial_json(const cupel_partial *p, cupel_json_out *w);
/* Lines for people with a plot in characters. */
void cupel_partial_text(const cupel_partial *p, const char *property, const char *unit, cupel_str *out);

#endif
