/* Rows of text as a file gives them: what every reader makes and every stage passes on. */
#ifndef CUPEL_MATTER_RECORDS_H
#define CUPEL_MATTER_RECORDS_H

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/cupel.h"

/* The columns of a table. `yield strength [MPa]` has label "yield strength" and unit "MPa"; without brackets the unit is "". */
typedef struct cupel_header {
    size_t n;
    char **name; /* as in the file */
    char **label;
    char **unit;
    uint64_t *hash; /* of the names, so that adding n columns does not compare n^2 texts */
    size_t cap;
} cupel_header;

/* The column called `name` (as in the file, else by label), or SIZE_MAX; a label that several columns share finds none of them. */
size_t cupel_header_find(const cupel_header *h, const char *name);
/* without blanks at the ends; splits off the unit; refuses a second column of that name */
cupel_status cupel_header_add(cupel_header *h, cupel_text name, cupel_err *err);
void cupel_header_release(cupel_header *h);

/* A block of rows. It owns the text of its cells: they live until the next block is read into the same struct, also without their source. */
typedef struct cupel_records {
    size_t n_rows, n_cols;
    uint64_t first_row;  /* index of row 0 in the whole file, header not counted */
    cupel_text *cell;    /* [n_rows][n_cols] */
    uint64_t *line;      /* [n_rows], line of the file (from 1), for messages; of a JSON document the number of the row */
    cupel_arena arena;   /* text of the cells */
    size_t cap_cells, cap_rows;
} cupel_records;

static inline cupel_text cupel_cell(const cupel_records *r, size_t row, size_t col) { return r->cell[row * r->n_cols + col]; }
void cupel_records_clear(cupel_records *r); /* no rows, keeps the room */
/* Copies a row of r->n_cols cells. They must lie in order in one stretch of memory, as the fields of a CSV row do. */
cupel_status cupel_records_add(cupel_records *r, const cupel_text *cell, uint64_t line, cupel_err *err);
void cupel_records_release(cupel_records *r);

/* True for the words tables use for nothing: "", NaN, nan, NA, N/A, None, null. */
bool cupel_text_missing(cupel_text t);

#endif
