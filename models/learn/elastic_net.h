/* The elastic net by coordinate descent, on sums over the rows. */
#ifndef CUPEL_MODELS_LEARN_ELASTIC_NET_H
#define CUPEL_MODELS_LEARN_ELASTIC_NET_H

#include "models/learn/learner.h"

/* Of centred columns and a centred target over n rows. */
typedef struct cupel_net {
    size_t d;
    const double *gram;   /* [d][d] X'X / n */
    const double *with_y; /* [d] X'y / n */
} cupel_net;

/* w [d] minimises 1/2 w'Gw - w'c + lambda (share |w|_1 + (1 - share)/2 |w|_2^2), by way of a path of larger penalties. Costs d^2 a round. */
cupel_status cupel_net_solve(const cupel_net *net, double lambda, double share, double *w, cupel_err *err);

/* From where w stands, until no slope changes by more than `exact` times 1 / the size of its column; left [d] is scratch. How many
 * rounds it took. */
size_t cupel_net_descend(const cupel_net *net, double lambda, double share, double exact, double *w, double *left);

/* Sums over the rows of the task, into gram [d][d], with_y [d] and mean [d] of the columns, and y_mean of the target; *net points to them. */
cupel_status cupel_net_gather(const cupel_fit_task *t, cupel_net *net, double *gram, double *with_y, double *mean, double *y_mean, cupel_err *err);

/* Largest violation of the optimality conditions by w [d]: the slope of the loss is lambda share times the sign of w_j, or within it where w_j
 * = 0. */
double cupel_net_violation(const cupel_net *net, double lambda, double share, const double *w);

#endif
