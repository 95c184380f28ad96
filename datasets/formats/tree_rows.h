/* What jsonl.c and json.c share: rows made of JSON values. */
#ifndef CUPEL_DATASETS_FORMATS_TREE_ROWS_H
#define CUPEL_DATASETS_FORMATS_TREE_ROWS_H

#include "core/io/json.h"
#include "datasets/source.h"

/* The columns and a row in the making. {.name = file} is empty. */
typedef struct cupel_tree_rows {
    const char *name;
    size_t n;
    char **key;        /* [n] as in the file (a header trims its names) */
    cupel_text *cell;  /* [n] */
    size_t *begin;     /* [n] of each cell in text */
    cupel_str text;
} cupel_tree_rows;

/* Columns from the keys of an object, or from an array of names. CUPEL_BAD_INPUT with file:line. */
cupel_status cupel_tree_rows_columns(cupel_tree_rows *t, const cupel_json *from, uint64_t line, cupel_header *header, cupel_err *err);
/* Adds an object (a missing key is an empty cell, an unknown one an error) or an array of n values as a row. `first`, if not NULL, is the cell
 * of the first column, and the array has one value less. */
cupel_status cupel_tree_rows_add(cupel_tree_rows *t, const cupel_json *first, const cupel_json *values, uint64_t line, cupel_records *r,
                                 cupel_err *err);
void cupel_tree_rows_release(cupel_tree_rows *t);

#endif
