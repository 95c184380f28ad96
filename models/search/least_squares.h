/* One step of Levenberg and Marquardt within bounds, with one-sided residuals: for few parameters and costly functions. Marquardt, J. SIAM 11, 431
 * (1963), doi:10.1137/0111030; the bounds by an active set. */
#ifndef CUPEL_MODELS_SEARCH_LEAST_SQUARES_H
#define CUPEL_MODELS_SEARCH_LEAST_SQUARES_H

#include "core/cupel.h"

#include <stdbool.h>

enum { CUPEL_LS_PARAMS = 64 };

/* m residuals r [m] and their derivatives j [m][n] at x [n]. A one-sided residual counts only where it is positive. Steps are at most `reach`
 * [n] long and end in lower .. upper. */
typedef struct cupel_ls_problem {
    size_t m, n;
    const double *r, *j;
    const bool *one_sided; /* [m]; NULL: none */
    const double *x, *lower, *upper, *reach;
} cupel_ls_problem;

/* Minimises |r + J dx|^2 + damping |dx / reach|^2 over the box. dx [n]; *predicted is the sum of squares after it (one-sided residuals that
 * stay below 0 count as 0). CUPEL_NO_RESOURCE. O(n^2 (m + n)) per change of the active set, of which there are at most 4 n. */
cupel_status cupel_ls_step(const cupel_ls_problem *p, double damping, double *dx, double *predicted, cupel_err *err);

/* Sum of squares of r, one-sided ones where positive. */
double cupel_ls_cost(const double *r, const bool *one_sided, size_t m);

#endif
