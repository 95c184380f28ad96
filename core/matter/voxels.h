/* A microstructure on a regular grid of voxels: what readers give, generators make and statistics look at.
 *
 * Axes 0, 1, 2 are directions 1, 2, 3 (x, y, z) and the order of a .npy array; the last axis runs fastest. Samples sit at voxel centres,
 * origin + (i + 1/2) * size. A 2-D image has dim 2 and n[2] = 1. */
#ifndef CUPEL_MATTER_VOXELS_H
#define CUPEL_MATTER_VOXELS_H

#include "core/cupel.h"

#include <stdbool.h>

enum { CUPEL_PHASES_MAX = 65535 };

/* Grey values that were no whole numbers, or too many different ones: the label of x is the least whole number that is at least (x - base) / step.
 * step 0: labels are what stood in the file. */
typedef struct cupel_grey_scale {
    double base, step;
    double low, high; /* of the values */
} cupel_grey_scale;

typedef struct cupel_voxels {
    int dim;           /* 2 or 3 */
    size_t n[3];       /* voxels along each axis */
    double size[3];    /* edges of a voxel, metres; 1 where the file does not say (has_size false) */
    double origin[3];  /* corner of the first voxel, metres */
    bool has_size;
    bool periodic;
    size_t n_phases;   /* ids 0 .. n_phases - 1, in ascending order of their labels */
    int64_t *label;    /* [n_phases] the number that stood for the phase in the file */
    uint16_t *id;      /* [n[0]][n[1]][n[2]] */
    cupel_grey_scale grey;
} cupel_voxels;        /* {0} is empty */

/* n[0] * n[1] * n[2]; the product of a checked volume does not overflow. */
size_t cupel_voxels_count(const cupel_voxels *v);

/* An empty volume of that shape: size 1, origin 0, periodic, no phases, ids 0. `what` names it in messages. CUPEL_BAD_INPUT for an axis of 0;
 * CUPEL_NO_RESOURCE, with the bytes that would be needed, when it does not fit in memory. */
cupel_status cupel_voxels_init(cupel_voxels *v, int dim, const size_t *n, const char *what, cupel_err *err);
void cupel_voxels_release(cupel_voxels *v);

/* Labels become ids: label_of [count] in file order. CUPEL_BAD_INPUT when there are more than CUPEL_PHASES_MAX different ones. Fills id, n_phases
 * and label of an initialised volume. */
cupel_status cupel_voxels_set_labels(cupel_voxels *v, const int64_t *label_of, const char *what, cupel_err *err);
/* Ids are there already: counts them, drops those that do not occur, and takes the number itself as label. */
cupel_status cupel_voxels_number(cupel_voxels *v, const char *what, cupel_err *err);

/* The id of a label; -1 when it does not occur. */
int cupel_voxels_id_of(const cupel_voxels *v, int64_t label);

/* fraction [n_phases], each the share of voxels. */
void cupel_voxels_fractions(const cupel_voxels *v, double *fraction);

#endif
