/* What the files of core/io/h5*.c share: the handle, quiet, errors. No other file includes it. */
#ifndef CUPEL_IO_H5_PARTS_H
#define CUPEL_IO_H5_PARTS_H

#include "core/io/h5.h"

#include <stdint.h>

#include <hdf5.h>

struct cupel_h5 {
    char *name;
    int fd;
    bool writing;
    bool foreign;    /* the file of another program, in memory: what is wrong with it is CUPEL_BAD_INPUT */
    int number;      /* errno of the first transfer that failed */
    uint64_t bytes;  /* size of the file on the descriptor */
    const unsigned char *memory; /* [bytes] foreign: the file itself, instead of a descriptor; the caller's */
    cupel_digest *digest; /* the caller's */
    hid_t driver, file;
};

/* HDF5 prints its errors unless told not to; that is a setting of the thread, put back when we leave. */
typedef struct cupel_h5_quiet {
    H5E_auto2_t fn;
    void *data;
    bool kept;
} cupel_h5_quiet;
cupel_h5_quiet cupel_h5_quiet_begin(void);
void cupel_h5_quiet_end(const cupel_h5_quiet *q);

typedef struct cupel_h5_span {
    hid_t type;
    int rank;
    const size_t *shape; /* [rank] of the data set */
    size_t first, n;
} cupel_h5_span;

/* What failed, and as which status: a full disk, memory, or (reading) a file that is not what it should be. */
cupel_status cupel_h5_fail(const cupel_h5 *h, cupel_err *err, const char *fmt, ...) CUPEL_PRINTF(3, 4);

/* For calls that return a handle or a status: negative is failure, and so is a transfer that failed on the way. */
#define H5_TRY(result, ...)                                   \
    do {                                                      \
        if ((result) < 0 || h->number) {                      \
            st = cupel_h5_fail(h, err, __VA_ARGS__);          \
            goto done;                                        \
        }                                                     \
    } while (0)

/* Rows first .. first + n - 1 of an open data set of that rank and shape, of values as `type` has them: into memory, or out of it where `in` is
 * NULL. */
cupel_status cupel_h5_move_rows(const cupel_h5 *h, hid_t dataset, const char *name, const cupel_h5_span *rows, void *in, const void *out,
                                cupel_err *err);

void cupel_h5_drop(hid_t id); /* gives a handle back; 0 and less are none */
/* No times, and attributes listed in the order they were made. */
cupel_status cupel_h5_object_properties(cupel_h5 *h, hid_t class, hid_t *list, cupel_err *err);
bool cupel_h5_link_exists(const cupel_h5 *h, const char *name);
cupel_status cupel_h5_make_groups_above(cupel_h5 *h, const char *name, cupel_err *err);

#endif
