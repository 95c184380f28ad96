/* A descriptor of microstructures is one const struct in a file of its own here, and one line in list.c. */
#ifndef CUPEL_DESCRIPTORS_MICROSTRUCTURE_DESCRIPTOR_H
#define CUPEL_DESCRIPTORS_MICROSTRUCTURE_DESCRIPTOR_H

#include "core/base/str.h"
#include "core/matter/method.h"
#include "core/matter/quantities.h"
#include "core/matter/voxels.h"
#include "core/sys/job.h"

typedef struct cupel_volume_descriptor {
    cupel_method method; /* kind "descriptor", scale "microstructure"; params are read by cupel_method_settings */
    /* value [n_params]. Adds to *q; v->periodic is honoured; lengths are in metres when v->has_size, else in voxels (unit says which). The same
     * numbers for any number of threads. */
    cupel_status (*compute)(const cupel_voxels *v, const double *value, const cupel_job *job, cupel_quantities *q, cupel_err *err);
} cupel_volume_descriptor;

extern const cupel_volume_descriptor *const cupel_volume_descriptors[]; /* NULL-ended */
const cupel_volume_descriptor *cupel_volume_descriptor_find(cupel_text name);

#endif
