/* Words for outer bounds: appended to a message. */
#ifndef CUPEL_ENGINE_MICRO_OUTER_WORDS_H
#define CUPEL_ENGINE_MICRO_OUTER_WORDS_H

#include "core/base/str.h"
#include "core/engine/micro/outer.h"

const char *cupel_outer_name(cupel_outer_bound b);
/* The inequality that a target breaks, with both sides. */
void cupel_outer_say_tensor(const cupel_outer *o, const cupel_outer_gap *g, cupel_str *s);
/* ", or the tensor [...]": near the target, and not ruled out at the fractions of o; nothing where none was found. */
void cupel_outer_say_nearest(const cupel_outer *o, const cupel_ask *a, cupel_str *s);
/* " at every volume fraction that is allowed, 0 to 0.45 of filler" */
void cupel_outer_say_fractions(const cupel_outer *o, const double *low, const double *high, cupel_str *s);

#endif
