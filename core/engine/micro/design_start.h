/* Where a design begins, from a surrogate instead of a scan. */
#ifndef CUPEL_ENGINE_MICRO_DESIGN_START_H
#define CUPEL_ENGINE_MICRO_DESIGN_START_H

#include "core/engine/micro/search.h"
#include "core/engine/micro/reused.h"
#include "core/io/json.h"

/* x [family.n]: the best of d->candidates Sobol points of the surrogate's space within the ranges of the family (fewer where more gain little), by
 * the residuals of the search, a goal held against the best of the sample; of equals the one nearest to the middle. A trial there on `grid` checks
 * it, and its loads are counted. The same for any number of threads. Errors of cupel_reused_open; CUPEL_INTERRUPTED. */
cupel_status cupel_design_start(cupel_search *s, const cupel_family *family, const char *surrogate, size_t grid, double *x,
                                cupel_design_started *told, cupel_err *err);

/* What the start cost and what the scan that it replaces would have, in one line for people, and as the members of an object. */
void cupel_design_start_words(const cupel_design_started *told, cupel_str *out);
void cupel_design_start_put(const cupel_design_started *told, cupel_json_out *w);

#endif
