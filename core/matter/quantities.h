/* What a descriptor of a microstructure says: named numbers with units, of the whole, of a phase, of a pair of phases, along an axis; and curves. */
#ifndef CUPEL_MATTER_QUANTITIES_H
#define CUPEL_MATTER_QUANTITIES_H

#include "core/base/arena.h"
#include "core/cupel.h"

#include <stdbool.h>

/* Whose number it is: -1 where that does not apply. */
typedef struct cupel_of {
    int phase, other; /* ids */
    int axis;
} cupel_of;

#define CUPEL_OF_WHOLE ((cupel_of){-1, -1, -1})

typedef struct cupel_quantity {
    const char *name, *unit; /* as the field says it: "euler", "surface"; "1/m", "" */
    cupel_of of;
    double value;            /* NaN: there is none, `reason` says why */
    const char *reason;      /* NULL, or static text */
} cupel_quantity;

typedef struct cupel_curve {
    const char *name, *unit, *x_name, *x_unit;
    cupel_of of;
    size_t n;
    const double *x, *y;     /* [n] */
} cupel_curve;

/* Numbers on a grid of their own, such as a correlation over all lags. */
typedef struct cupel_quantity_map {
    const char *name, *unit, *about; /* about: what the axes are */
    cupel_of of;
    int rank;                        /* 2 or 3 */
    size_t n[3];
    const float *v;                  /* [n[0]][n[1]] or [n[0]][n[1]][n[2]] */
} cupel_quantity_map;

typedef struct cupel_quantities {
    cupel_arena arena;       /* texts, curves and maps */
    size_t n, cap, n_curves, cap_curves, n_maps, cap_maps;
    cupel_quantity *one;
    cupel_curve *curve;
    cupel_quantity_map *map;
    bool failed;             /* out of memory while adding: look once, at the end */
} cupel_quantities;          /* {0} is empty */

/* Texts are copied. */
void cupel_quantities_add(cupel_quantities *q, const char *name, const char *unit, cupel_of of, double value);
void cupel_quantities_add_none(cupel_quantities *q, const char *name, const char *unit, cupel_of of, const char *reason);
/* x and y [n] are copied. */
void cupel_quantities_add_curve(cupel_quantities *q, const char *name, const char *unit, const char *x_name, const char *x_unit, cupel_of of,
                                size_t n, const double *x, const double *y);
/* The numbers of a map, to be filled by the caller; NULL when memory is out. */
float *cupel_quantities_add_map(cupel_quantities *q, const char *name, const char *unit, const char *about, cupel_of of, int rank, const size_t *n);
/* CUPEL_NO_RESOURCE when an addition failed. */
cupel_status cupel_quantities_check(const cupel_quantities *q, cupel_err *err);
void cupel_quantities_release(cupel_quantities *q);
/* The first of that name and owner; NULL. */
const cupel_quantity *cupel_quantities_find(const cupel_quantities *q, const char *name, cupel_of of);

#endif
