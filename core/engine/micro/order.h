/* How likely a design meets an entry of its demand, and which of two designs is the better. */
#ifndef CUPEL_ENGINE_MICRO_ORDER_H
#define CUPEL_ENGINE_MICRO_ORDER_H

#include "core/engine/micro/design.h"

/* That a normal number about `value`, whose 95 % bar has the half width `error`, lies in low .. high, which may be infinite. Without a bar 1 or 0,
 * with `slack` beyond either end for rounding. */
double cupel_design_chance(double value, double error, double low, double high, double slack);

/* Below 0 where the first is better, above where the second is. What meets the demand comes first; among that what the goals want more of (a sum of
 * relative changes with their weights), then the probability to a thousandth, then the price of a volume, then the density, each where the phases
 * have it; then the distance from the targets. What does not meet it: probability, then distance. */
int cupel_design_compare(const cupel_micro_demand *d, const cupel_design *a, const cupel_design *b);

#endif
