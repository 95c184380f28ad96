/* Where rows come from: one interface over every table format. */
#ifndef CUPEL_DATASETS_SOURCE_H
#define CUPEL_DATASETS_SOURCE_H

#include "core/matter/method.h"
#include "core/matter/records.h"
#include "core/sys/job.h"

typedef struct cupel_source cupel_source;

/* Opens "-" (stdin) or a file. The format is taken from the name's end (.csv .tsv .jsonl .json .json.gz, each also .gz), or from
 * `format` ("csv", "tsv", "jsonl", "json") when not NULL; stdin is csv unless said. Errors: CUPEL_BAD_INPUT with file and line. */
cupel_status cupel_source_open(const char *path, const char *format, cupel_source **s, cupel_err *err);
const cupel_header *cupel_source_header(const cupel_source *s);
const char *cupel_source_path(const cupel_source *s);
/* Up to max_rows rows into *r, without those that have nothing in any of their two or more columns, as spreadsheets leave them: they are no rows,
 * and counted. *r is cleared first; r->n_rows = 0 at the end. A row with another number of fields than the header is an error. */
cupel_status cupel_source_read(cupel_source *s, size_t max_rows, cupel_records *r, cupel_err *err);
/* SHA-256 of the bytes of the file as stored; only after the last row was read. */
cupel_status cupel_source_digest(cupel_source *s, char hex[65], cupel_err *err);
/* Notes of what is not seen in the rows: how many had nothing in them, a separator and decimal commas that were found out. Once, when the last row
 * was read. */
void cupel_source_say(const cupel_source *s, const cupel_job *job);
void cupel_source_notes(const cupel_source *s, cupel_str *lines); /* the same as text, each note with a line end */
void cupel_source_free(cupel_source *s);

/* A table format is a const struct in datasets/formats/<name>.c and one line in datasets/formats/list.c. */
typedef struct cupel_input cupel_input; /* core/io/input.h: bytes, unzipped, counted and digested */
typedef struct cupel_format {
    cupel_method method;
    const char *const *suffixes; /* NULL-ended: ".csv" */
    cupel_status (*open)(cupel_input *in, cupel_header *header, void **state, cupel_err *err);
    cupel_status (*read)(void *state, size_t max_rows, cupel_records *r, cupel_err *err);
    void (*close)(void *state);
    void (*say)(const void *state, cupel_str *words); /* how the table is read where that had to be found out; NULL: nothing to say */
} cupel_format;
extern const cupel_format *const cupel_formats[]; /* NULL-ended */

#endif
