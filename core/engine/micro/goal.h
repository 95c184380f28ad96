/* How far a goal is from what no mixture of the phases can pass: a number that is as large as could be found says little without it. */
#ifndef CUPEL_ENGINE_MICRO_GOAL_H
#define CUPEL_ENGINE_MICRO_GOAL_H

#include "core/engine/micro/design.h"
#include "core/engine/micro/outer.h"

typedef struct cupel_goal_bound {
    double here;              /* at the volume fractions of the design; NaN: none is known, or it is a number of the phases alone */
    cupel_outer_bound here_by;
    double all;               /* over all volume fractions at which no other entry is ruled out; NaN: not known (more than two phases) */
    cupel_outer_bound all_by;
} cupel_goal_bound;

/* Of an entry with a goal. Bounds are outer ones (outer.h): they hold, and need not be reached. False where nothing is known. */
bool cupel_goal_bound_of(const cupel_micro_demand *d, const cupel_design *g, size_t ask, cupel_goal_bound *b);

/* "62.1 % of the bound at its volume fraction, 512 MPa (Voigt and Reuss, ..); 40 % of .."; nothing where there is no goal or no bound. */
void cupel_goal_words(const cupel_micro_demand *d, const cupel_design *g, size_t ask, cupel_str *s);
/* "goals": [{"name", "bound at its fraction", "bound of the demand"}]; nothing without a goal. */
void cupel_goal_put(const cupel_micro_demand *d, const cupel_design *g, cupel_json_out *w);

#endif
