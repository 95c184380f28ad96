/* Axes of a space: `columns`, values that every candidate is crossed with. */
#ifndef CUPEL_DATASETS_SPACES_AXES_H
#define CUPEL_DATASETS_SPACES_AXES_H

#include "datasets/spaces/kind.h"

enum { CUPEL_AXES_MAX = 16 };

typedef struct cupel_axes {
    size_t n;
    cupel_values axis[CUPEL_AXES_MAX];
    uint64_t points; /* product of the numbers of values; 1 without axes */
} cupel_axes;

/* Reads `columns` of the space, if it is there; adds the names to the header and the axes to the words. */
cupel_status cupel_axes_read(const cupel_space_spec *spec, cupel_axes *a, cupel_header *header, cupel_str *words, cupel_err *err);
void cupel_axes_release(cupel_axes *a);
void cupel_axes_identity(const cupel_axes *a, const cupel_header *header, cupel_str *text);

/* Candidates c->first .. of the product, n of them at most, from c->base, whose first is the base candidate of c->first. */
cupel_status cupel_axes_cross(const cupel_axes *a, size_t n, cupel_candidates *c, cupel_err *err);

#endif
