/* The table that `describe` writes: formula first, then the other columns of the input as they were, then the descriptors, then the reason why a
 * value is missing. As text (csv, tsv, jsonl) or as an artifact of kind "descriptors". */
#ifndef CUPEL_ENGINE_SHEET_H
#define CUPEL_ENGINE_SHEET_H

#include "core/cupel.h"
#include "core/engine/model.h"
#include "core/io/artifact.h"
#include "core/matter/records.h"

#include <stdbool.h>

typedef struct cupel_sheet cupel_sheet;

typedef struct cupel_sheet_options {
    const char *kind;              /* of the artifact; NULL: "descriptors" */
    const char *path;
    const char *format;            /* "csv", "tsv", "jsonl", "h5"; NULL: by the end of path; "-" is csv */
    const cupel_header *header;    /* of the input; kept by the caller while the sheet is open */
    size_t formula;                /* its formula column, or the column of what the rows are of */
    const char *subject;           /* what they are of: "volume"; NULL: formulas */
    const bool *kept;              /* [header->n] columns that are written as they were; NULL: all but the formula */
    size_t n_columns;              /* descriptors: names and units */
    const char *const *column, *const *unit;
    bool float32;                  /* values are floats */
    bool reasons;                  /* a column that says why a value is missing */
    const char *note;              /* name of a column of text behind all others; NULL: none */
    const char *sets, *table_columns, *missing; /* for the artifact's attributes; table_columns may be NULL */
    const char *model, *model_digest; /* an input of the artifact beside the table; NULL: none */
    uint64_t seed;
} cupel_sheet_options;

/* CUPEL_USAGE for a format that is not known; CUPEL_BAD_INPUT when a column of the input has the name of one to be written. */
cupel_status cupel_sheet_open(const cupel_sheet_options *o, cupel_sheet **s, cupel_err *err);

bool cupel_sheet_is_text(const cupel_sheet *s);
/* For more data sets of an artifact; NULL for text. */
cupel_writer *cupel_sheet_writer(cupel_sheet *s);

/* What is written of n rows. */
typedef struct cupel_sheet_values {
    const void *x;               /* float or double [n][n_columns] */
    const unsigned char *reason; /* [n] */
    const cupel_text *note;      /* [n] of a sheet that has such a column; else NULL */
} cupel_sheet_values;

/* Appends one row as text. Safe from many threads. */
void cupel_sheet_format(const cupel_sheet *s, const cupel_records *r, size_t row, const cupel_sheet_values *v, cupel_str *out);

/* Rows in order: for text, what cupel_sheet_format made; else rows from .. from + n - 1 of r. */
cupel_status cupel_sheet_text(cupel_sheet *s, const cupel_str *text, cupel_err *err);
cupel_status cupel_sheet_rows(cupel_sheet *s, const cupel_records *r, size_t from, size_t n, const cupel_sheet_values *v, cupel_err *err);

/* Rows from .. from + n - 1 of records, n values, on their way to a sheet. */
typedef struct cupel_sheet_piece {
    const cupel_records *records;
    size_t from, n;
    cupel_sheet_values values;
    cupel_missing missing; /* rows that it drops are left out */
} cupel_sheet_piece;

/* Is a row with this reason (core/matter/reason.h) left out? One without a reason, or that is imputed, never is. */
bool cupel_sheet_leaves_out(cupel_missing m, unsigned char reason);
/* Of a sheet of text, into text; nothing of an artifact. Safe from many threads. */
void cupel_sheet_format_piece(const cupel_sheet *s, const cupel_sheet_piece *p, cupel_str *text);
/* Pieces in order: the text that was made of one, or its rows. Adds to *written those that are not left out. */
cupel_status cupel_sheet_write_piece(cupel_sheet *s, const cupel_sheet_piece *p, const cupel_str *text, uint64_t *written, cupel_err *err);

/* The name of a table without its folders: a result does not depend on where the table lay. "stdin" for "-". */
const char *cupel_sheet_input(const char *table);
/* input and digest ("sha256:..."): recorded in an artifact unless input is NULL. Frees *s, whatever it returns. */
cupel_status cupel_sheet_commit(cupel_sheet **s, const char *input, const char *digest, cupel_err *err);
void cupel_sheet_abandon(cupel_sheet **s); /* NULL-safe; leaves nothing behind */

#endif
