/* A Gaussian process with a tree of kernels: what gp_tree.c fits and gp_tree_file.c stores. */
#ifndef CUPEL_MODELS_LEARN_GP_TREE_H
#define CUPEL_MODELS_LEARN_GP_TREE_H

#include "core/io/artifact.h"
#include "models/learn/kernel_points.h"
#include "models/learn/machine.h"

/* Where none is asked for. */
#define CUPEL_GP_TREE_KERNEL "matern52 + linear"

typedef struct cupel_gp_tree {
    cupel_ktree tree;
    double *theta;          /* [tree.n_theta] */
    size_t m, d;
    double *x;              /* [m][d] */
    size_t *target;         /* [m] 0: the one that is predicted */
    double *coef;           /* [m] A^-1 (y - bias) */
    double bias;
    double *packed;         /* [m (m + 1) / 2] L^-1, lower triangle by rows */
    cupel_kernel_points *points;
    cupel_triangle *triangle;
} cupel_gp_tree;

void cupel_gp_tree_free(cupel_gp_tree *g);
/* Room for m rows; tree and theta are copied. */
cupel_status cupel_gp_tree_make(const cupel_ktree *tree, const double *theta, size_t m, size_t d, cupel_gp_tree **g, cupel_err *err);
/* Points and triangle from the rest. */
cupel_status cupel_gp_tree_build(cupel_gp_tree *g, cupel_err *err);

cupel_status cupel_gp_tree_save(const void *model, const char *group, cupel_writer *w, cupel_err *err);
cupel_status cupel_gp_tree_load(const cupel_reader *r, const char *group, size_t d, void **model, cupel_err *err);

#endif
