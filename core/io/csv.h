/* CSV and TSV (RFC 4180: quotes, "" inside quotes, line ends \n or \r\n, line breaks inside quotes, a byte order mark is skipped). */
#ifndef CUPEL_IO_CSV_H
#define CUPEL_IO_CSV_H

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/cupel.h"
#include "core/io/input.h"

/* Reading: rows as slices of the bytes read. `in` stays the caller's. Separator 0: what the first line shows, ';' where it stands there outside
 * quotes and no comma does, or what a line "sep=;" before it says, else ','. */
typedef struct cupel_csv cupel_csv;
cupel_status cupel_csv_open(cupel_input *in, char separator, cupel_csv **csv, cupel_err *err);
/* One row: *field [*n] and its line (from 1). *n = 0 at the end; an empty line is skipped. Refuses NUL bytes, an unterminated quote, text
 * behind a closing quote, a carriage return without line feed, fields over 1 MB and rows over 65,536 fields or 16 MB, each with name:line.
 * The array *field stays valid until the next row, the text of the fields until cupel_csv_recycle; the fields lie in order in one stretch of
 * memory. */
cupel_status cupel_csv_row(cupel_csv *csv, const cupel_text **field, size_t *n, uint64_t *line, cupel_err *err);
/* The separator that a line without its end says, "sep=;" as Excel reads it: one of , ; and tab. 0 for any other line. */
char cupel_csv_said(cupel_text line);
char cupel_csv_separator(const cupel_csv *csv); /* after the first row */
/* Gives back the memory of all rows so far. */
void cupel_csv_recycle(cupel_csv *csv);
void cupel_csv_free(cupel_csv *csv);

/* Writing: appends a field, quoted when it must be; `first` says no separator before it. An empty first field is written as "", so that a row
 * of one empty field is not an empty line. */
void cupel_csv_put(cupel_str *s, cupel_text field, char separator, bool first);
/* A comma and x; nothing behind it where x is not finite. */
void cupel_csv_put_number(cupel_str *s, double x);
/* A comma and the head of a column, "name [unit]", or "name" for unit "". The name is made from fmt. */
void cupel_csv_put_column(cupel_str *s, const char *unit, const char *fmt, ...) CUPEL_PRINTF(3, 4);

#endif
