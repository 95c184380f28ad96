/* The clock of a design whose budget is of time. Every decision of a search, and after it, that reads the time is made here, and notes what it has
 * cut short: where it has cut nothing, what comes of the search is to the byte what comes of it without a budget. */
#ifndef CUPEL_ENGINE_MICRO_CLOCK_H
#define CUPEL_ENGINE_MICRO_CLOCK_H

#include "core/engine/micro/design.h"

typedef struct cupel_clock {
    double begin;   /* cupel_now() from which on the budget counts; earlier by what was worked before a kill */
    double budget;  /* seconds; infinite without one */
    unsigned *cut;  /* bits of cupel_cut_short, of the designs (design.h) */
} cupel_clock;

double cupel_clock_worked(const cupel_clock *c); /* seconds */
/* At least so many seconds were worked until now: a record of them was taken from a journal. */
void cupel_clock_set_back(cupel_clock *c, double worked);
/* cupel_now() at which so many seconds of the budget will have been worked; 0, for never, where they are infinite. */
double cupel_clock_until(const cupel_clock *c, double seconds);

/* True when `more` seconds from now on end after the first `room` seconds of the budget; never where these are infinite. */
bool cupel_clock_is_over(const cupel_clock *c, double more, double room);
/* The same, for a decision: where it is true, `what` is noted as cut short. */
bool cupel_clock_cuts(const cupel_clock *c, double more, double room, cupel_cut_short what);
/* Notes what was cut short, where the work itself has found that its time is over. */
void cupel_clock_note(const cupel_clock *c, cupel_cut_short what);

/* "looking for starts, the steps of a start"; nothing where nothing was cut. */
void cupel_cut_words(unsigned cut, cupel_str *out);
/* What time has decided, as a sentence without an end; nothing of a budget that is not of time, and of what the user stopped before its time. */
void cupel_cut_say(const cupel_micro_demand *d, const cupel_designs *found, cupel_str *out);
/* "time_decided": false, "time_cut": []; the user, who has stopped it, counts as one who has decided by the time. */
void cupel_cut_put(const cupel_designs *found, cupel_json_out *w);

#endif
