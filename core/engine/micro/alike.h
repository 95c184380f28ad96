/* Where a search begins when a two-point function is asked for, which no derivative follows: by looking, on the grid that was measured, at how like
 * each of many starts is. Nothing is solved. Without such an entry all of this does nothing. */
#ifndef CUPEL_ENGINE_MICRO_ALIKE_H
#define CUPEL_ENGINE_MICRO_ALIKE_H

#include "core/engine/micro/search.h"

/* Fields of no space of the demand's get the wavelength whose structures are nearest. */
cupel_status cupel_alike_families(cupel_search *s, cupel_err *err);

/* Other seeds, and other places in the ranges of a space, beside the starts that were scanned; the nearest of all are kept, nearest first. As many
 * are looked at whatever the time takes, unless a third of a budget in seconds is over. */
cupel_status cupel_alike_starts(cupel_search *s, cupel_starts *starts, cupel_err *err);

#endif
