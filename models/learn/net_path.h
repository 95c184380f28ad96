/* The path of an elastic net: which columns it takes as the penalty falls, and how well rows out of fold are predicted on the way. */
#ifndef CUPEL_MODELS_LEARN_NET_PATH_H
#define CUPEL_MODELS_LEARN_NET_PATH_H

#include "core/io/artifact.h"
#include "models/learn/elastic_net.h"
#include "models/learn/learner.h"

/* Penalties and slopes are those of columns and a target of variance 1. */
typedef struct cupel_net_path {
    size_t steps, d;  /* 0: no path, as of ridge regression, whose slopes are never 0 */
    size_t chosen;    /* the step whose penalty the model has */
    double *lambda;   /* [steps] falling, from the one above which all slopes are 0 */
    double *error;    /* [steps] root mean square of rows out of fold, in standard deviations of the target (1: the mean does as well) */
    double *used;     /* [steps] how many slopes are not 0 */
    double *enters;   /* [d] penalty below which the column's slope is not 0 for the first time; 0: on no step */
    double *slope;    /* [d] of the model */
} cupel_net_path; /* {0} is empty */

/* On all rows of the problem, and without each fold (fold [n], 0 .. n_folds - 1) for the errors; on the job's threads, the same for any number of
 * them. The first columns to enter are told to about 1e-6 of their penalty, later ones, where there are many, to the step before theirs. */
cupel_status cupel_net_path_make(const cupel_problem *p, const size_t *fold, size_t n_folds, double lambda, double share, cupel_net_path *path,
                                 cupel_err *err);
/* The same on sums, without errors (they are NaN). */
cupel_status cupel_net_path_walk(const cupel_net *net, double lambda, double share, cupel_net_path *path, cupel_err *err);
void cupel_net_path_release(cupel_net_path *path);

/* Under "surrogate/path/"; load leaves an artifact without one empty. CUPEL_BAD_ARTIFACT for what is no path of d columns. */
cupel_status cupel_net_path_save(const cupel_net_path *path, cupel_writer *w, cupel_err *err);
cupel_status cupel_net_path_load(const cupel_reader *r, size_t d, cupel_net_path *path, cupel_err *err);

#endif
