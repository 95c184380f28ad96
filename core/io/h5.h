/* HDF5, and nothing else of it leaves this file's source: files on a descriptor, data sets, attributes.
 *
 * HDF5 as Debian builds it is not safe for threads: one thread at a time in the whole process. Its own messages are switched off
 * while it works here and put back after. Bytes written depend on the calls only: no times, a fixed format (that of HDF5 1.8). */
#ifndef CUPEL_IO_H5_H
#define CUPEL_IO_H5_H

#include "core/cupel.h"
#include "core/io/artifact.h"
#include "core/io/digest.h"

enum { CUPEL_H5_RANK = 8 };

typedef struct cupel_h5 cupel_h5;

/* What a data set holds. */
typedef struct cupel_h5_info {
    cupel_type type;
    size_t text; /* CUPEL_TEXT: bytes per string, padded with 0; 0: strings of varying length */
    int rank;
    size_t shape[CUPEL_H5_RANK];
} cupel_h5_info;

/* An empty file on fd (open for reading and writing, kept by the caller), HDF5 beginning behind `user_block` bytes that are left alone.
 * `name` is for messages; digest is told of every write. A transfer that fails is remembered: the call says so, and so do all that follow. */
cupel_status cupel_h5_create(int fd, const char *name, size_t user_block, cupel_digest *digest, cupel_h5 **h, cupel_err *err);
cupel_status cupel_h5_open(int fd, const char *name, cupel_h5 **h, cupel_err *err);
/* Frees *h, whatever it returns. */
cupel_status cupel_h5_close(cupel_h5 **h, cupel_err *err);

/* For a program, before anything else here: HDF5 does not tidy up when the process ends. Every file is closed by then, and behind a damaged one
 * HDF5 1.10 would print that it cannot. */
void cupel_h5_leave_at_exit(void);

/* Attributes of the object at `path` ("/" is the root). value: a string, or one number of that type. */
cupel_status cupel_h5_set(cupel_h5 *h, const char *path, const char *name, cupel_type type, const void *value, cupel_err *err);
/* *value: a string or one number, freed by the caller. */
cupel_status cupel_h5_get(const cupel_h5 *h, const char *path, const char *name, cupel_type type, void **value, cupel_err *err);
/* Calls fn for each attribute in the order they were made. */
cupel_status cupel_h5_attributes(const cupel_h5 *h, const char *path, cupel_attribute_fn fn, void *user, cupel_err *err);

/* Makes the groups that a data set name such as "a/b/c" needs, or a group. */
cupel_status cupel_h5_group(cupel_h5 *h, const char *name, cupel_err *err);

/* A data set at once, contiguous. Fixed text: packed; varying text (rank 1): const char *const *. */
cupel_status cupel_h5_put(cupel_h5 *h, const char *name, const cupel_h5_info *info, const void *data, cupel_err *err);
/* Rows first .. first + n - 1 of a data set made by cupel_h5_put with data NULL. */
cupel_status cupel_h5_put_rows(cupel_h5 *h, const char *name, size_t first, size_t n, const void *data, cupel_err *err);

/* A data set that grows along its first axis, in chunks of chunk_rows. */
typedef struct cupel_h5_grow cupel_h5_grow;
cupel_status cupel_h5_grow_open(cupel_h5 *h, const char *name, const cupel_h5_info *info, size_t chunk_rows, cupel_h5_grow **g, cupel_err *err);
/* The chunk that begins at row `first` (a multiple of chunk_rows): `chunk` is whole, its first n rows count. */
cupel_status cupel_h5_grow_write(cupel_h5_grow *g, size_t first, size_t n, const void *chunk, cupel_err *err);
void cupel_h5_grow_close(cupel_h5_grow *g); /* NULL-safe */

bool cupel_h5_has(const cupel_h5 *h, const char *name);
/* CUPEL_BAD_ARTIFACT for a type that we do not write, and for a shape that cannot fit in the file. */
cupel_status cupel_h5_info_of(const cupel_h5 *h, const char *name, cupel_h5_info *info, cupel_err *err);
/* Rows first .. first + n - 1 of numbers or fixed text, packed. info: from cupel_h5_info_of. */
cupel_status cupel_h5_rows(const cupel_h5 *h, const char *name, const cupel_h5_info *info, size_t first, size_t n, void *data, cupel_err *err);
/* All strings of a data set of rank 1, pointers and bytes in one block for cupel_free. */
cupel_status cupel_h5_strings(const cupel_h5 *h, const char *name, const cupel_h5_info *info, char ***strings, cupel_err *err);
/* Calls fn with the name of each data set, sorted. */
typedef cupel_status (*cupel_h5_name_fn)(void *user, const char *name, cupel_err *err);
cupel_status cupel_h5_datasets(const cupel_h5 *h, cupel_h5_name_fn fn, void *user, cupel_err *err);

size_t cupel_h5_type_size(cupel_type type); /* bytes of a number; 0 for text */

#endif
