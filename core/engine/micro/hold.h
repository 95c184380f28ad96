/* A demand that is to be met even where a design is not made as drawn: `hold under`. Each phase is that much off, up or down, and the interface half
 * of the tolerance, one way or the other, in all combinations; to first order from one coarse trial (sensitivity.h). */
#ifndef CUPEL_ENGINE_MICRO_HOLD_H
#define CUPEL_ENGINE_MICRO_HOLD_H

#include "core/engine/micro/design.h"

/* below and above of all entries, and the sensitivity, of a design whose limit and statistics are known; loads are added to *solves. Nothing where
 * the demand need not hold. NaN where it cannot be told: the recipe has no volume fraction by which its interface is moved, or a trial fails.
 * CUPEL_NO_RESOURCE, CUPEL_INTERRUPTED. */
cupel_status cupel_hold_of(const cupel_micro_demand *d, cupel_design *out, const cupel_job *job, size_t *solves, cupel_err *err);

/* How far inside its window a number is searched for before anything is known: what all phases off alike do to it. 0 of a whole tensor. */
double cupel_hold_margin(const cupel_micro_demand *d, const cupel_ask *a);

/* With all phases off alike every tensor is off as much: CUPEL_INFEASIBLE where a tolerance or a window is narrower than that. */
cupel_status cupel_hold_feasible(const cupel_micro_demand *d, cupel_err *err);

/* "hold under": {"phase properties [%]", "process tolerance", "require": [{"name", "below", "above", "unit", "as drawn": true}, ..]} */
void cupel_hold_put(const cupel_micro_demand *d, const cupel_design *g, cupel_json_out *w);

#endif
