/* CSV and TSV (RFC 4180: quotes, "" inside quotes, line ends \n or \r\n, line breaks inside quotes, a byte order mark is skipped). */
#ifndef CUPEL_IO_CSV_H
#define CUPEL_IO_CSV_H

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/cupel.h"
#include "core/io/input.h"

/* Reading: rows as slices. The slices of one call live until cupel_csv_next_block or the end. */
typedef struct cupel_csv cupel_csv;
cupel_status cupel_csv_open(cupel_input *in, char separator, cupel_csv **csv, cupel_err *err);
/* One row: *field [*n] and its line (from 1). *n = 0 at the end; an empty line is skipped. Refuses NUL bytes, an unterminated quote, text
 * behind a closing quote, fields over 1 MB and rows over 65,536 fields, each with name:line. Slices stay valid until cupel_csv_recycle. */
cupel_status cupel_csv_row(cupel_csv *csv, const cupel_text **field, size_t *n, uint64_t *line, cupel_err *err);
/* Gives back the memory of all rows so far: at the start of a block. */
void cupel_csv_recycle(cupel_csv *csv);
void cupel_csv_free(cupel_csv *csv);

/* Writing: appends a field, quoted when it must be; `first` says no separator before it. */
void cupel_csv_put(cupel_str *s, cupel_text field, char separator, bool first);

#endif
