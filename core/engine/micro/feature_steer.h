/* Feature sizes in a search: residuals, their derivatives, and what the voxels of the design make of them. All of it without a solve, and nothing
 * where no feature size is asked for. */
#ifndef CUPEL_ENGINE_MICRO_FEATURE_STEER_H
#define CUPEL_ENGINE_MICRO_FEATURE_STEER_H

#include "core/engine/micro/search.h"

/* The state of a trial with its feature sizes. */
cupel_micro_state cupel_feature_state(const cupel_micro_demand *d, const cupel_tensors *t);

/* Measures t->feature of the recipe. Errors of cupel_feature_sizes. */
cupel_status cupel_feature_measure(const cupel_search *s, const cupel_recipe *r, cupel_tensors *t, cupel_err *err);

/* Adds to j [m][family.n] how the residuals of t, the tensors at s->x, change with each parameter through feature sizes alone: by differences over
 * `step` [family.n], each a structure built anew. The same for any number of threads. */
cupel_status cupel_feature_slopes(const cupel_search *s, const cupel_tensors *t, const double *step, size_t m, double *j, cupel_err *err);

/* Sets s->thin from the voxels of the design at s->x: by how much what is judged of them, bar and all, is less than what the search has in t. */
cupel_status cupel_feature_aim(cupel_search *s, const cupel_tensors *t, cupel_err *err);
/* Before anything is known of a start: the bar. */
void cupel_feature_begin(cupel_search *s);

#endif
