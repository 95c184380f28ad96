/* Volumes into descriptors: as JSON with phases and curves, or as a table with one row per volume. */
#ifndef CUPEL_ENGINE_DESCRIBE_VOLUME_H
#define CUPEL_ENGINE_DESCRIBE_VOLUME_H

#include "core/engine/model.h"
#include "core/sys/job.h"
#include "datasets/formats/volume.h"

typedef struct cupel_describe_volume_options {
    const char *const *path;             /* [n] volumes; with `column` one table */
    size_t n;
    const char *column, *table_format;   /* the column of the table that names volumes, from the folder of the table; NULL: there is no table */
    const char *sets;                    /* cupel_volume_sets_parse */
    cupel_volume_options volume;         /* how to read each of them */
    const char *output;                  /* "-": stdout */
    const char *format;                  /* "json" or as cupel_sheet_options; NULL: by name, on stdout json for one volume and else csv */
    size_t components;                   /* principal components of the maps over all volumes, as columns; 0: none */
    cupel_missing missing;               /* a volume that cannot be read, or a number that is not defined */
} cupel_describe_volume_options;

/* The bytes of the output depend on the volumes and the options only. Columns are named by the label of the phase, "minkowski euler phase 1"; a
 * volume without that phase has an empty field. CUPEL_USAGE: sets, formats, columns; CUPEL_BAD_INPUT: a volume that cannot be read, under
 * CUPEL_MISSING_FAIL or when there is no other. */
cupel_status cupel_describe_volume(const cupel_describe_volume_options *o, const cupel_job *job, cupel_err *err);

#endif
