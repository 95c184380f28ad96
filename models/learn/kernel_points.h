/* Values of a kernel tree between rows and points: what prediction and the covariance of all training rows are made of. The result of a pair depends
 * on the pair only, and its bits not on the machine. */
#ifndef CUPEL_MODELS_LEARN_KERNEL_POINTS_H
#define CUPEL_MODELS_LEARN_KERNEL_POINTS_H

#include "models/learn/kernel_tree.h"

/* Rows of columns, and the target that each is of; NULL: all of target 0. */
typedef struct cupel_kernel_rows {
    const double *x; /* [n][d] */
    const size_t *target; /* [n] */
    size_t n, d;
} cupel_kernel_rows;

typedef struct cupel_kernel_points cupel_kernel_points;

/* The tree is kept as it is, and must stay; points and theta are copied. Costs n times the columns of all nodes. */
cupel_status cupel_kernel_points_new(const cupel_ktree *tree, const double *theta, const cupel_kernel_rows *points, cupel_kernel_points **p,
                                     cupel_err *err);
void cupel_kernel_points_free(cupel_kernel_points *p);

/* Row z [d] of a target: value [n] with every point (noise apart: a point is another row); scratch: so many numbers, one lot for each thread. */
size_t cupel_kernel_points_scratch(const cupel_kernel_points *p);
void cupel_kernel_points_row(const cupel_kernel_points *p, const double *z, size_t target, double *scratch, double *value);
/* Row z with itself, noise included. */
double cupel_kernel_points_self(const cupel_kernel_points *p, const double *z, size_t target);

/* Of squared distances over squared lengths: the kernel, and -2 dk / d(r^2). */
double cupel_kernel_stationary(cupel_node_kind kind, double r2, double *slope);
/* sin^2(pi u) and sin(2 pi u). */
double cupel_kernel_wave(double u, double *twice);

#endif
