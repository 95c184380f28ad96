/* Where a design begins, from a surrogate instead of a scan. */
#ifndef CUPEL_ENGINE_MICRO_DESIGN_START_H
#define CUPEL_ENGINE_MICRO_DESIGN_START_H

#include "core/engine/micro/search.h"
#include "core/engine/micro/reused.h"

/* What it has found and what that cost. */
typedef struct cupel_design_started {
    uint64_t candidates;
    double predicted, solved;       /* root of the sum of squared residuals of the start, 1 = at a tolerance: by the surrogate, on the scan's grid */
    double seconds;                 /* opening, learning, predicting */
    size_t loads;                   /* solved to check it */
    double load_seconds;            /* that took */
} cupel_design_started;

/* x [family.n] of the best of the demand's number of candidates, Sobol points of its space within the ranges of the family, by the residuals of the
 * search (a goal counts as the best of the sample), and one trial there on `grid` to check it; its loads are counted. The same for any number of
 * threads. Errors of cupel_reused_open; CUPEL_INTERRUPTED. */
cupel_status cupel_design_start(cupel_search *s, const cupel_family *family, const char *surrogate, size_t grid, double *x,
                                cupel_design_started *told, cupel_err *err);

/* What the start cost and what the scan of `trials` trials that it replaces would have, in one line for people. */
void cupel_design_start_words(const cupel_design_started *told, size_t trials, cupel_str *out);

#endif
