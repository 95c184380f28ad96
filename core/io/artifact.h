/* Artifacts: the only files between stages. HDF5 behind a checked user block.
 *
 * User block, 512 bytes, little endian: "CUPELART" | u32 format version | u32 length of the block (512) | u64 bytes that follow | their digest
 * (16 bytes, XXH3-128 over pieces: core/io/digest.h) | kind (32 bytes, 0-padded) | zeros. It is checked before HDF5 parses a byte: damage, not
 * malice.
 * Root attributes: kind, schema_version, cupel_version, seed; group "inputs" with one attribute per input (name = digest);
 * every data set has attributes units and description. */
#ifndef CUPEL_IO_ARTIFACT_H
#define CUPEL_IO_ARTIFACT_H

#include "core/base/str.h"
#include "core/cupel.h"

#include <stdbool.h>

typedef enum cupel_type { CUPEL_F64, CUPEL_F32, CUPEL_I64, CUPEL_U8, CUPEL_TEXT } cupel_type;

/* Writer, rows and reader are used by one thread at a time in the whole process: HDF5 is not safe for threads. */

/* Writing: under a temporary name until commit, which fsyncs, closes, digests and renames. */
typedef struct cupel_writer cupel_writer;
cupel_status cupel_writer_open(const char *path, const char *kind, unsigned schema_version, uint64_t seed, cupel_writer **w, cupel_err *err);
cupel_status cupel_writer_input(cupel_writer *w, const char *name, const char *digest, cupel_err *err); /* "sha256:..." or "xxh3:..." */
cupel_status cupel_writer_attr_text(cupel_writer *w, const char *name, const char *value, cupel_err *err);
cupel_status cupel_writer_attr_number(cupel_writer *w, const char *name, double value, cupel_err *err);
cupel_status cupel_writer_attr_int(cupel_writer *w, const char *name, int64_t value, cupel_err *err);
/* A data set at once. `name` may hold one or more '/' (groups are made). data of CUPEL_TEXT is const char *const *, rank 1. */
cupel_status cupel_writer_put(cupel_writer *w, const char *name, const char *units, const char *description, cupel_type type,
                              int rank, const size_t *shape, const void *data, cupel_err *err);
/* Rows first .. first + n - 1 (along the first axis) of a data set that was put with data NULL; all of them have to come before commit. */
cupel_status cupel_writer_put_rows(cupel_writer *w, const char *name, size_t first, size_t n, const void *data, cupel_err *err);
/* A data set that grows by rows [n][width]; width 1 gives rank 1, which CUPEL_TEXT must have. Several may be open at once; they belong to
 * the writer. After a call that failed only abandon is left. */
typedef struct cupel_rows cupel_rows;
cupel_status cupel_writer_rows(cupel_writer *w, const char *name, const char *units, const char *description, cupel_type type,
                               size_t width, cupel_rows **rows, cupel_err *err);
cupel_status cupel_rows_append(cupel_rows *rows, size_t n, const void *data, cupel_err *err);
/* For CUPEL_TEXT: row i is cell[i * stride]. A byte 0 inside a slice is refused, by commit at the latest. */
cupel_status cupel_rows_append_cells(cupel_rows *rows, size_t n, const cupel_text *cell, size_t stride, cupel_err *err);
cupel_status cupel_writer_commit(cupel_writer **w, cupel_err *err);  /* frees, whatever it returns */
void cupel_writer_abandon(cupel_writer **w);                         /* NULL-safe; removes the temporary file */

/* Reading. Open checks the user block, the kind (unless NULL; "a|b" takes either) and the schema version (<= max_schema): CUPEL_BAD_ARTIFACT
 * with the reason (truncated, damaged, not a cupel artifact, made by a newer cupel, a <kind> where a <kind> is needed). */
typedef struct cupel_reader cupel_reader;
cupel_status cupel_reader_open(const char *path, const char *kind, unsigned max_schema, cupel_reader **r, cupel_err *err);
void cupel_reader_free(cupel_reader *r);
const char *cupel_reader_kind(const cupel_reader *r);
const char *cupel_reader_digest(const cupel_reader *r);              /* "xxh3:<32 hex digits>" of what follows the user block */
cupel_status cupel_reader_seed(const cupel_reader *r, uint64_t *seed, cupel_err *err);
/* The digest that an input was recorded with; CUPEL_BAD_ARTIFACT if it was not. Caller frees. */
cupel_status cupel_reader_input(const cupel_reader *r, const char *name, char **digest, cupel_err *err);
cupel_status cupel_reader_attr_text(const cupel_reader *r, const char *name, char **value, cupel_err *err); /* caller frees */
cupel_status cupel_reader_attr_number(const cupel_reader *r, const char *name, double *value, cupel_err *err);
cupel_status cupel_reader_attr_int(const cupel_reader *r, const char *name, int64_t *value, cupel_err *err);
bool cupel_reader_has(const cupel_reader *r, const char *name);
cupel_status cupel_reader_shape(const cupel_reader *r, const char *name, int max_rank, int *rank, size_t *shape, cupel_err *err);
cupel_status cupel_reader_units(const cupel_reader *r, const char *name, char **units, cupel_err *err); /* caller frees */
/* A whole data set, which must be of that type, rank and shape; shape[i] = SIZE_MAX takes what is there and is filled in. Numeric types: one
 * block aligned to 64, freed with cupel_free. CUPEL_TEXT: char ** with all strings in the same block (one free). Elements > max_elements
 * (from the file) are refused before memory is taken when they do not fit in the file. */
cupel_status cupel_reader_get(const cupel_reader *r, const char *name, cupel_type type, int rank, size_t *shape, void **data, cupel_err *err);
/* Rows first .. first + n - 1 of a data set of rank 1 or 2 into data (not for CUPEL_TEXT). */
cupel_status cupel_reader_rows(const cupel_reader *r, const char *name, cupel_type type, size_t first, size_t n, void *data, cupel_err *err);
/* Calls fn for each data set: name, type, rank, shape, units, description. For `cupel inspect`. */
typedef cupel_status (*cupel_dataset_fn)(void *user, const char *name, cupel_type type, int rank, const size_t *shape, const char *units,
                                         const char *description, cupel_err *err);
cupel_status cupel_reader_each(const cupel_reader *r, cupel_dataset_fn fn, void *user, cupel_err *err);
/* Calls fn for each attribute of a group ("" is the root, "inputs" the digests of the inputs) in the order they were written. */
typedef struct cupel_attribute {
    const char *name;
    cupel_type type;  /* CUPEL_TEXT, CUPEL_F64 or CUPEL_I64 */
    const char *text;
    double number;
    int64_t integer;
} cupel_attribute;
typedef cupel_status (*cupel_attribute_fn)(void *user, const cupel_attribute *a, cupel_err *err);
cupel_status cupel_reader_attributes(const cupel_reader *r, const char *group, cupel_attribute_fn fn, void *user, cupel_err *err);

#endif
