/* Which spaces of a list are searched. Each is looked at where it begins and moved a few steps, on smaller grids than the scan's and so outside of a
 * budget in solves (sketch.h); a budget of time gives it up to a quarter. Those that are far from the demand beside the nearest are left, each with a
 * reason that is said and written. Nothing is solved for a space that bounds rule out. */
#ifndef CUPEL_ENGINE_MICRO_SCREEN_SPACES_H
#define CUPEL_ENGINE_MICRO_SCREEN_SPACES_H

#include "core/engine/micro/search.h"

/* Sets s->out->space and s->left. starts, empty before: the first start of every space that is searched, nearest first. For a demand without a list
 * it does nothing. */
cupel_status cupel_spaces_screen(cupel_search *s, cupel_starts *starts, cupel_err *err);

/* One of the list has what is asked without a search: the others are left for this reason. */
void cupel_spaces_only(cupel_search *s, const cupel_family *f, const char *why);

/* "spaces": [{"generator": "gyroid", "line": 9, "searched": true, "misfit": 1.2, "reason": null}, ...], "look": {"solves": 330, "seconds": 1.5},
 * where there was a list. */
void cupel_spaces_put(const cupel_micro_demand *d, const cupel_designs *found, cupel_json_out *w);
/* "2 of 3 spaces searched: ..." */
void cupel_spaces_say(const cupel_micro_demand *d, const cupel_designs *found, cupel_str *out);
/* The same as a section of a page, with reasons. */
void cupel_spaces_page(const cupel_micro_demand *d, const cupel_designs *found, cupel_str *out);

#endif
