/* The inner loop of cupel_table_set (element_table.h), written once (element_table_row.h) over the vectors of each instruction set: the same
 * operations in the same order, none of them fused, so that the forms give the same bits. */
#ifndef CUPEL_DESCRIPTORS_COMPOSITION_KERNELS_ELEMENT_TABLE_H
#define CUPEL_DESCRIPTORS_COMPOSITION_KERNELS_ELEMENT_TABLE_H

#include "descriptors/composition/element_table.h"

#include <math.h>

/* One composition of n >= 1 elements. */
typedef struct cupel_table_work {
    size_t n;
    const double *value[CUPEL_Z_MAX];  /* the row of each element */
    double fraction[CUPEL_Z_MAX];
    double handicap[CUPEL_Z_MAX];      /* 0 when the element counts for the mode, infinity when it does not */
    double unbias;                     /* 1 / (1 - sum f^2); 0 for one element, or one beside immeasurable traces */
} cupel_table_work;

typedef struct cupel_table_kernel {
    void (*row)(const cupel_table_work *w, const cupel_table_set *s, double *x);
    void (*row_f32)(const cupel_table_work *w, const cupel_table_set *s, float *x); /* the same, rounded once */
} cupel_table_kernel;

extern const cupel_table_kernel cupel_table_ref;
#if defined(__x86_64__)
extern const cupel_table_kernel cupel_table_avx2, cupel_table_avx512;
#endif

#endif
