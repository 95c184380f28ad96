/* What a design tells while it is under way: one line for the whole of it, in place of one for each load that is solved. */
#ifndef CUPEL_ENGINE_MICRO_DESIGN_WATCH_H
#define CUPEL_ENGINE_MICRO_DESIGN_WATCH_H

#include "core/engine/micro/design.h"

typedef struct cupel_design_watch {
    const cupel_job *outer;
    const cupel_micro_demand *d;
    const cupel_designs *found; /* as it grows */
    double begin;               /* cupel_now() */
    double until;               /* cupel_now() from which on the work is stopped; 0: never */
} cupel_design_watch;

/* The job to work under: it hands everything on to `outer`, progress as "design: ..., best so far ..." with the loads or seconds of the budget. Both
 * must outlive it. */
cupel_job cupel_design_watched(cupel_design_watch *w);

#endif
