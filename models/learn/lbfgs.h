/* The minimum of a smooth function of many variables near a point, by L-BFGS (Nocedal, Wright 2006, algorithm 7.4,
 * doi:10.1007/978-0-387-40065-5); models/search/descend.h is for few variables, and knows the second derivatives. */
#ifndef CUPEL_MODELS_LEARN_LBFGS_H
#define CUPEL_MODELS_LEARN_LBFGS_H

#include "core/cupel.h"

typedef struct cupel_lbfgs {
    /* Loss and gradient [n] at theta [n]. CUPEL_FAILED: it has none there, go less far. */
    cupel_status (*loss)(void *user, const double *theta, double *loss, double *gradient, cupel_err *err);
    void *user;
    size_t n;
    const double *centre; /* [n]; NULL: where theta stands at first */
    double wide;          /* sum (theta - centre)^2 / (2 wide^2) is added to the loss */
    size_t steps;         /* at most */
} cupel_lbfgs;

/* theta [n] from where it stands; loss: what it is at the end, with what was added. */
cupel_status cupel_lbfgs_run(const cupel_lbfgs *way, double *theta, double *loss, cupel_err *err);

#endif
