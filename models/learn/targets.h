/* Rows of several targets: which values of other targets go with a fit, and all of them row by row. */
#ifndef CUPEL_MODELS_LEARN_TARGETS_H
#define CUPEL_MODELS_LEARN_TARGETS_H

#include "models/learn/learner.h"

/* Groups of the problem's rows that a task (rows row [n], increasing) does not have in full: held [*groups]. A value beside of such a group is not
 * to be used; groups from *groups on have no row of the problem. To be freed by the caller. */
cupel_status cupel_groups_held(const cupel_problem *p, const size_t *row, size_t n, bool **held, size_t *groups, cupel_err *err);

/* The rows of the problem, then rows that only other targets know. Values beside of one group and the same columns stand in one row. */
typedef struct cupel_targets {
    size_t n, n_beside, d;
    double *x;      /* [n][d] */
    double *y;      /* [n] NaN behind the rows of the problem */
    double *beside; /* [n][n_beside] NaN: not known */
    size_t *group;  /* [n] */
} cupel_targets;

cupel_status cupel_targets_new(const cupel_problem *p, cupel_targets **t, cupel_err *err);
void cupel_targets_free(cupel_targets *t); /* NULL-safe */

/* The rows of a task, then those that it may use beside: row [targets n], *n of them; beside [targets n][n_beside] as in the targets, NaN where it is
 * held out. */
cupel_status cupel_targets_of(const cupel_targets *t, const cupel_fit_task *task, size_t *row, size_t *n, double *beside, cupel_err *err);

#endif
