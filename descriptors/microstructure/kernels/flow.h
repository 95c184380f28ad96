/* Loops over rows of cells for flow.c. Compiled with -O3 alone: memory is their limit, and the bits must not depend on the processor. */
#ifndef CUPEL_DESCRIPTORS_MICROSTRUCTURE_KERNELS_FLOW_H
#define CUPEL_DESCRIPTORS_MICROSTRUCTURE_KERNELS_FLOW_H

#include <stddef.h>

/* Where the neighbours of a cell are and how well it is linked to them. */
typedef struct cupel_flow_links {
    size_t step[3];
    float weight[3];      /* of every link between open cells */
    const float *link[3]; /* of the link to the next cell along each axis; link[0] NULL: `weight` */
} cupel_flow_links;

/* sum [n] = sum over the six neighbours of weight times z, for the cells at .. at + n - 1. */
void cupel_flow_neighbours(const cupel_flow_links *l, const float *z, size_t at, size_t n, float *sum);

/* inverse: 1 / the diagonal of the operator, 0 in a closed cell. */
/* r -= alpha q; z = omega r / diagonal */
void cupel_flow_descend(float alpha, float omega, const float *q, const float *inverse, size_t n, float *r, float *z);
/* z = omega r / diagonal */
void cupel_flow_begin(float omega, const float *r, const float *inverse, size_t n, float *z);
/* What is left after that: t = r - A z. sum: of the neighbours of z. */
void cupel_flow_left(float omega, const float *r, const float *inverse, const float *sum, size_t n, float *t);
/* coarse [(n + 1) / 2] += pairs of t; or [n] += t */
void cupel_flow_gather(const float *t, size_t n, int pairs, float *coarse);
/* z += what the coarse cell says, in open cells */
void cupel_flow_correct(const float *coarse, const float *inverse, size_t n, int pairs, float *z);
/* y = z + omega (r - A z) / diagonal; gives sum of r y */
double cupel_flow_smooth(float omega, const float *r, const float *z, const float *inverse, const float *sum, size_t n, float *y);
/* p = y + beta p */
void cupel_flow_turn(float beta, const float *y, size_t n, float *p);
/* q = A p; gives sum of p q */
double cupel_flow_apply(const float *p, const float *inverse, const float *sum, size_t n, float *q);

#endif
