/* HDF5 files of other programs: arrays of whatever number type, chunked and compressed, with their attributes; read from memory, where a damaged
 * file is CUPEL_BAD_INPUT, and written so that other programs find what they expect.
 *
 * What can be checked beforehand is, yet HDF5 1.10 still crashes on some damage: files are read in a process of their own (core/sys/child.h,
 * datasets/formats/h5_volume.c), never in the caller's. */
#ifndef CUPEL_IO_H5_FOREIGN_H
#define CUPEL_IO_H5_FOREIGN_H

#include "core/io/h5.h"

/* bytes [n] is the file; they stay the caller's until cupel_h5_close. */
cupel_status cupel_h5_open_foreign(const void *bytes, size_t n, const char *name, cupel_h5 **h, cupel_err *err);

/* An array of numbers: 'u', 'i' or 'f' of so many bytes, in the byte order of this machine when it is read. */
typedef struct cupel_h5_array {
    char kind;          /* 0: no numbers that we read */
    unsigned size;
    int rank;           /* 0 to CUPEL_H5_RANK */
    size_t shape[CUPEL_H5_RANK];
    size_t count;       /* of all values */
    size_t step;        /* rows (along the first axis) that are best read at once: whole chunks */
} cupel_h5_array;

/* kind 0 when it holds no numbers. CUPEL_BAD_INPUT for a shape that the bytes stored for it cannot make, for values kept in other files, and for
 * chunks that are larger than the array needs. */
cupel_status cupel_h5_array_of(const cupel_h5 *h, const char *path, cupel_h5_array *a, cupel_err *err);
/* The same without a look at what is stored for it: nothing is unpacked, and `step` is 0. The shape may be a lie. */
cupel_status cupel_h5_shape_of(const cupel_h5 *h, const char *path, cupel_h5_array *a, cupel_err *err);
/* Rows first .. first + n - 1, packed; a.rank >= 1. */
cupel_status cupel_h5_array_rows(const cupel_h5 *h, const char *path, const cupel_h5_array *a, size_t first, size_t n, void *data, cupel_err *err);

/* A text attribute of the object at path, of fixed or varying length, cut to room - 1 bytes; text stays as it is when there is none. */
cupel_status cupel_h5_text_of(const cupel_h5 *h, const char *path, const char *name, char *text, size_t room, cupel_err *err);
/* Numbers of an attribute, or of a whole small data set, as doubles: how many there are; 0 for none and for more than room. */
size_t cupel_h5_numbers_of(const cupel_h5 *h, const char *path, const char *name, double *x, size_t room);
size_t cupel_h5_small_array(const cupel_h5 *h, const char *path, double *x, size_t room);

/* Makes an array in chunks of a->step rows, deflated; its rows follow in order. */
cupel_status cupel_h5_array_make(cupel_h5 *h, const char *path, const cupel_h5_array *a, cupel_err *err);
cupel_status cupel_h5_array_put(cupel_h5 *h, const char *path, const cupel_h5_array *a, size_t first, size_t n, const void *data, cupel_err *err);
/* Attributes as h5py makes them: text of varying length, an array of doubles. */
cupel_status cupel_h5_set_varying(cupel_h5 *h, const char *path, const char *name, const char *text, cupel_err *err);
cupel_status cupel_h5_set_numbers(cupel_h5 *h, const char *path, const char *name, const double *x, size_t n, cupel_err *err);

#endif
