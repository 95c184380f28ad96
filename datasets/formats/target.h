/* An output file that is written in any order (HDF5, TIFF): beside its place under a temporary name, renamed by commit. */
#ifndef CUPEL_DATASETS_FORMATS_TARGET_H
#define CUPEL_DATASETS_FORMATS_TARGET_H

#include "core/cupel.h"

typedef struct cupel_target {
    const char *path; /* the caller's */
    char *temp;
    int fd;           /* for reading and writing */
} cupel_target;       /* {.fd = -1} is none */

/* CUPEL_USAGE for stdout and for what is no regular file: neither can be jumped about in. */
cupel_status cupel_target_open(const char *path, cupel_target *t, cupel_err *err);
cupel_status cupel_target_commit(cupel_target *t, cupel_err *err);
void cupel_target_abandon(cupel_target *t); /* also after commit */

#endif
