/* Features: the columns a model sees. Descriptors of the formula, joined with columns of the table as numbers or categories. */
#ifndef CUPEL_ENGINE_FEATURES_H
#define CUPEL_ENGINE_FEATURES_H

#include "core/io/artifact.h"
#include "core/matter/composition.h"
#include "core/matter/reason.h"
#include "core/engine/transfer.h"
#include "core/matter/records.h"
#include "core/sys/cpu.h"
#include "core/sys/job.h"

typedef struct cupel_features cupel_features;

/* sets: "magpie" or several, "magpie,element_fraction" ('+' and ',' join); "none" takes table columns alone. columns: "spg_num,crys_sys" or
 * NULL. "cross" among the sets adds the products of the table columns with numbers of the composition (cross.h), behind all others. CUPEL_USAGE names
 * the sets there are. */
cupel_status cupel_features_new(const char *sets, const char *columns, cupel_features **f, cupel_err *err);
void cupel_features_free(cupel_features *f);
/* From now on a value that an element lacks is the mean over the elements, an empty number the mean of the training rows, an empty category
 * none of them; such a row has CUPEL_REASON_IMPUTED. Before cupel_features_learn. */
cupel_status cupel_features_impute(cupel_features *f, cupel_err *err);
/* From now on the columns of a transfer stand behind all others. It is borrowed and must outlive f. Before cupel_features_count is asked. */
void cupel_features_transfer(cupel_features *f, const cupel_transfer *t);
bool cupel_features_imputes(const cupel_features *f);

/* Must be called once with all training rows when there are table columns: a column of numbers (infinite ones are bad ones) is a number, else a
 * category (one column per value, in order of first appearance; a new value at prediction is all zeros). Without table columns it does nothing.
 * subset [n_subset] of the rows, NULL = all. */
cupel_status cupel_features_learn(cupel_features *f, const cupel_header *header, const cupel_records *all, const char *file, cupel_err *err);
cupel_status cupel_features_learn_subset(cupel_features *f, const cupel_header *header, const cupel_records *all, const size_t *subset,
                                         size_t n_subset, const char *file, cupel_err *err);
/* After that: a warning for each table column in which some cells are numbers and some are not, which makes all of it categories. */
void cupel_features_say_mixed(const cupel_features *f, const char *file, const cupel_job *job);
/* Before cupel_features_compute on records of another file: finds the table columns in its header. Numbers in another unit than that of the table
 * that was learned from are converted; CUPEL_BAD_INPUT for another kind of quantity. */
cupel_status cupel_features_bind(cupel_features *f, const cupel_header *header, const char *file, cupel_err *err);
/* Whether any feature is made of the formula. */
bool cupel_features_need_formulas(const cupel_features *f);
/* After it: a note for what is converted, a warning where only one of the two has a unit. */
void cupel_features_unit_doubts(const cupel_features *f, const cupel_header *header, const char *file, const cupel_job *job);

size_t cupel_features_count(const cupel_features *f);
cupel_status cupel_features_name(const cupel_features *f, size_t j, cupel_str *name, const char **unit, cupel_err *err);
/* The columns that are atomic fractions of elements, first .. first + n - 1; n 0 without the set element_fraction. */
void cupel_features_fractions(const cupel_features *f, size_t *first, size_t *n);
/* The columns that are not of a second or further set: 0 .. first - 1 of the first set, behind .. count - 1 of the table, crosses and a transfer. */
void cupel_features_plain(const cupel_features *f, size_t *first, size_t *behind);
/* The columns that a kernel names (models/learn/kernel_tree.h): "composition" (all descriptors of the formula), "table" (all columns of the
 * table), a set ("magpie"), a column of the table (all its categories), or one column. in [count] is set for them. CUPEL_USAGE with what there
 * is. */
cupel_status cupel_features_group(const cupel_features *f, const char *name, bool *in, cupel_err *err);
/* Names of groups that a search for a kernel tries: the sets together, and each column of the table; category [most]: it is a text. How many. */
size_t cupel_features_groups(const cupel_features *f, size_t most, const char **name, bool *category);
const char *cupel_features_sets(const cupel_features *f);    /* canonical: "magpie,element_fraction" */
const char *cupel_features_columns(const cupel_features *f); /* "" when there are none */

/* Rows from .. from + n - 1 of a batch, and what the features take of a table: row i of it belongs to row i of the batch. */
typedef struct cupel_feature_rows {
    const cupel_batch *batch;
    const cupel_records *records; /* NULL when there are no table columns */
    size_t from, n;
    const double *given;          /* [rows of the batch][the table's features] (cupel_features_table) in place of records; NULL without any */
} cupel_feature_rows;

/* Rows into x [n][ld]. reason [n]: why a value of the row is NaN, or that one was imputed. Thread-safe. */
void cupel_features_compute(const cupel_features *f, const cupel_feature_rows *rows, cupel_isa isa, double *x, size_t ld, unsigned char *reason);
/* How far the table columns of a row x, as computed, lie beyond the range of the training rows: 0 within all, 0.5 half a range beyond; 1 for a
 * category that no training row has, unless the row has imputed values; at least 1 for a temperature below absolute zero. */
double cupel_features_beyond(const cupel_features *f, const double *x, bool imputed);
/* The same in words from the cells of row `row`, joined by "; ": numbers further than `limit` ranges beyond, with the range, and categories that no
 * training row has, with those there are. Appends nothing where there are none. */
void cupel_features_outside(const cupel_features *f, const cupel_records *records, size_t row, double limit, cupel_str *out);
/* The table columns of a row in one text, "; temperature=300; route=cast", equal for equal numbers however they are written; nothing without
 * columns. */
void cupel_features_condition(const cupel_features *f, const cupel_records *records, size_t row, cupel_str *out);
/* Where the i-th of the table columns stands in the header that is bound; SIZE_MAX behind the last, and before one is bound. */
size_t cupel_features_place(const cupel_features *f, size_t i);
/* The same and the columns of the transfer, which the former leaves as they are: for models. */
cupel_status cupel_features_compute_all(const cupel_features *f, const cupel_feature_rows *rows, cupel_isa isa, double *x, size_t ld,
                                        unsigned char *reason, cupel_err *err);
/* The features that come from columns of the table: first .. first + n - 1, and behind them those that depend on them (cross). */
void cupel_features_table(const cupel_features *f, size_t *first, size_t *n);
bool cupel_features_is_category(const cupel_features *f, size_t j); /* feature j is the 0 or 1 of a category of the table */
const char *cupel_features_table_unit(const cupel_features *f, size_t j); /* of the j-th of the table's features, as learned; "" without one */
/* In words the first column, of a set or of the table, that a row has no value of its own for, be it filled in or not: "no value of 'T'"; "" when
 * it has all. For messages. Row `at` of the batch, row `row` of the records. */
cupel_status cupel_features_lacks(const cupel_features *f, const cupel_batch *batch, size_t at, const cupel_records *records, size_t row,
                                  cupel_str *words, cupel_err *err);

cupel_status cupel_features_save(const cupel_features *f, cupel_writer *w, cupel_err *err); /* under "features/" */
cupel_status cupel_features_load(const cupel_reader *r, cupel_features **f, cupel_err *err);

#endif
