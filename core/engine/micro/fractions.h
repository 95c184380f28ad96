/* Volume fractions that a demand allows: what its windows of fractions, density and price leave, and its space. */
#ifndef CUPEL_ENGINE_MICRO_FRACTIONS_H
#define CUPEL_ENGINE_MICRO_FRACTIONS_H

#include "core/engine/micro/demand.h"

/* A window of a number of the phases as w . fraction <= 0; where it has two sides there are two. */
typedef struct cupel_fraction_limit {
    size_t ask;
    bool at_least; /* it is the min of the entry */
    double weight[CUPEL_MICRO_PHASES_MAX];
} cupel_fraction_limit;

/* limit [2 * CUPEL_ASKS_MAX]; returns how many. */
size_t cupel_fraction_limits(const cupel_micro_demand *d, cupel_fraction_limit *limit);

/* low, high [n_phases]: no allowed fraction lies outside. With two phases these are the fractions themselves; with more, a box around them.
 * CUPEL_INFEASIBLE with file:line where windows exclude each other, and the nearest that do not. */
cupel_status cupel_fractions_of_windows(const cupel_micro_demand *d, double *low, double *high, cupel_err *err);
/* The same, and of them only those that the demand's space can have. *space: it leaves out some that the windows allow; may be NULL. */
cupel_status cupel_fractions_allowed(const cupel_micro_demand *d, double *low, double *high, bool *space, cupel_err *err);

#endif
