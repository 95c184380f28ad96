/* The materials that were measured already, those of the training rows of every property: compositions, and the columns of the table that a
 * model takes (temperature, route), under which the same composition is another material. */
#ifndef CUPEL_ENGINE_KNOWN_H
#define CUPEL_ENGINE_KNOWN_H

#include "core/engine/model.h"

typedef struct cupel_known_set cupel_known_set;

cupel_status cupel_known_set_new(cupel_known_set **s, cupel_err *err);
void cupel_known_set_free(cupel_known_set *s);
/* What was measured of one composition, under one condition. */
typedef struct cupel_known_value {
    double value, low, high; /* the median of n values, and their ends */
    size_t n;
    const char *condition;   /* as cupel_features_condition writes it, "" for none; lives in the set */
} cupel_known_value;

/* Rows of a batch (those with a reason left out) with target [n], or the training rows of a model. */
cupel_status cupel_known_set_add(cupel_known_set *s, const cupel_batch *batch, const double *target, cupel_err *err);
/* The same under the columns of the table that f is bound to, of row i of records for row i of the batch. */
cupel_status cupel_known_set_add_rows(cupel_known_set *s, const cupel_batch *batch, const cupel_features *f, const cupel_records *records,
                                      const double *target, cupel_err *err);
/* columns: rows of m count by their table columns too, and are found only by those. */
cupel_status cupel_known_set_add_model(cupel_known_set *s, const cupel_model *m, bool columns, cupel_err *err);
/* After the last was added. */
void cupel_known_set_close(cupel_known_set *s);
/* What is looked for: composition c alone, or with the columns that `model`, whose features are bound to them, takes of row `row` of records. */
typedef struct cupel_known_row {
    const cupel_composition *c;
    const cupel_model *model; /* NULL: the composition alone */
    const cupel_records *records;
    size_t row;
} cupel_known_row;

/* Equal reduced compositions, to the digits of the canonical text; *text is scratch of the caller. *m (may be NULL) is unchanged when unknown.
 * Thread-safe. */
cupel_status cupel_known_set_has(const cupel_known_set *s, const cupel_known_row *q, cupel_str *text, bool *known, cupel_known_value *m,
                                 cupel_err *err);
/* Of composition c, under the condition that is least apart from `condition`: words that differ, and relative differences of numbers. */
cupel_status cupel_known_set_near(const cupel_known_set *s, const cupel_composition *c, const char *condition, cupel_str *text, bool *known,
                                  cupel_known_value *m, cupel_err *err);

/* How unlike two conditions of one model are: 0 for equal ones, for each column 1 for words that differ, |x - y| / (|x| + |y|) for numbers. */
double cupel_condition_apart(const char *a, const char *b);

#endif
