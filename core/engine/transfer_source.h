/* The table that a transferred model learns from: one row per composition. */
#ifndef CUPEL_ENGINE_TRANSFER_SOURCE_H
#define CUPEL_ENGINE_TRANSFER_SOURCE_H

#include "core/engine/model.h"
#include "core/engine/transfer.h"

typedef struct cupel_transfer_source {
    char *digest, *property, *unit; /* "sha256:..." of the file */
    size_t rows, left_out;          /* usable rows; those of compositions that are left out */
    size_t n;                       /* compositions to learn from */
    cupel_batch batch;              /* [n] in the order of their first rows */
    double *y;                      /* [n] median of their rows */
} cupel_transfer_source;            /* {0} is empty */

cupel_status cupel_transfer_source_read(const cupel_transfer_options *o, const cupel_batch *own, const cupel_job *job, cupel_transfer_source *s,
                                        cupel_err *err);
void cupel_transfer_source_release(cupel_transfer_source *s);

#endif
