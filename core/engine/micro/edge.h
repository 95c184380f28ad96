/* Of a verdict that hangs on the bar and not on the number. */
#ifndef CUPEL_ENGINE_MICRO_EDGE_H
#define CUPEL_ENGINE_MICRO_EDGE_H

#include "core/engine/micro/design.h"

/* "on its limit itself, with nothing to spare", "on its limit itself, over which its bar reaches by 0.12 MPa; a finer grid narrows it". Nothing where
 * the number is outside, or its whole bar is inside with room. */
void cupel_edge_words(const cupel_micro_demand *d, const cupel_ask *a, const cupel_design_ask *v, cupel_str *s);

#endif
