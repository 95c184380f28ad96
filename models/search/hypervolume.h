/* The volume that a set of points dominates: how good a front is in one number (Zitzler, Thiele 1999, doi:10.1109/4235.797969). Larger is better
 * in every objective; volumes are measured from the origin, and a coordinate that is not positive dominates nothing. */
#ifndef CUPEL_MODELS_SEARCH_HYPERVOLUME_H
#define CUPEL_MODELS_SEARCH_HYPERVOLUME_H

#include "core/cupel.h"

enum { CUPEL_VOLUME_GOALS = 6 };

/* Moves the points of p [n][m] that nothing dominates to the front, equal ones once, in their order; how many. O(m n^2). */
size_t cupel_front(double *p, size_t n, size_t m);

/* *volume of p [n][m], m <= CUPEL_VOLUME_GOALS; *added is what the point x [m] adds to it. By exclusive volumes (While, Bradstreet, Barone 2012,
 * doi:10.1109/TEVC.2010.2077298). CUPEL_NO_RESOURCE. */
cupel_status cupel_hypervolume(const double *p, size_t n, size_t m, double *volume, cupel_err *err);
cupel_status cupel_hypervolume_added(const double *p, size_t n, size_t m, const double *x, double *added, cupel_err *err);

#endif
