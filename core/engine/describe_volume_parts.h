/* What the parts of describe_volume share: one volume and all that was said of it. */
#ifndef CUPEL_ENGINE_DESCRIBE_VOLUME_PARTS_H
#define CUPEL_ENGINE_DESCRIBE_VOLUME_PARTS_H

#include "core/engine/volume_sets.h"
#include "core/io/json.h"
#include "core/matter/reason.h"

typedef struct cupel_volume_row {
    const char *name;              /* as given */
    cupel_reason reason;
    char *message;                 /* why it could not be read; NULL */
    cupel_voxels head;             /* shape, size and labels; without the voxels */
    double *fraction;              /* [head.n_phases] */
    cupel_quantities said[CUPEL_VOLUME_SETS_MAX];
} cupel_volume_row;

/* The object of one volume. A quantity of a phase stands in that phase's object under its name, of a pair in "pairs", along axes as an array
 * "<name>_per_axis"; a name that several sets give stands once. Out of memory: w->s->failed. */
void cupel_volume_row_json(const cupel_volume_row *r, const cupel_volume_sets *s, cupel_json_out *w);

/* Adds "component 1", ... and the share of the variance of each to the first set that gave maps: principal components of those maps over the
 * volumes that could be read. CUPEL_USAGE when no set gives maps or there are too few volumes; CUPEL_BAD_INPUT when volumes differ in shape or
 * phases. */
cupel_status cupel_volume_components(cupel_volume_row *row, size_t n_rows, const cupel_volume_sets *s, size_t n_components, const cupel_job *job,
                                     cupel_err *err);

/* "minkowski mean curvature phase 1 axis 0 [1/m]". */
void cupel_volume_column(const cupel_volume_row *r, const char *set, const char *name, const char *unit, cupel_of of, cupel_str *out);

#endif
