/* A volume from one format into another. */
#ifndef CUPEL_ENGINE_CONVERT_H
#define CUPEL_ENGINE_CONVERT_H

#include "core/sys/job.h"
#include "datasets/formats/volume.h"

typedef struct cupel_convert_options {
    const char *input, *output;
    cupel_volume_options read; /* how to read the input */
    const char *to;            /* format of the output; NULL: by its name */
    bool ids;                  /* phases are written as 0, 1, 2, ..., not as the labels that stood for them */
} cupel_convert_options;

/* Reads, says what it found (a warning where it looks like an image that is not segmented), writes. */
cupel_status cupel_convert(const cupel_convert_options *o, const cupel_job *job, cupel_err *err);

#endif
