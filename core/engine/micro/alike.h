/* Starts for a demand that asks for a measured two-point function. The distance from it has no derivatives here, so many starts are built on the grid
 * of the measurement and the nearest are kept. Nothing is solved. For demands without such an entry these functions do nothing. */
#ifndef CUPEL_ENGINE_MICRO_ALIKE_H
#define CUPEL_ENGINE_MICRO_ALIKE_H

#include "core/engine/micro/search.h"

/* Random fields that are searched without a `space`: sets their wavelength to the one whose structures are nearest to the measurement. */
cupel_status cupel_alike_families(cupel_search *s, cupel_err *err);

/* Adds other seeds, and other points of the ranges of a space, to the starts that were scanned, and keeps the nearest of all, nearest first. How many
 * are built does not depend on the speed of the machine, but it ends, which is noted (clock.h), when a third of a budget of time is spent. */
cupel_status cupel_alike_starts(cupel_search *s, cupel_starts *starts, cupel_err *err);

#endif
