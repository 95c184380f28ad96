/* What is solved after a search, within what is left of its budget: what mending into one body has cost (connected.h), sensitivities (sensitivity.h),
 * what stand-ins for voids change (voids.h), and how properties spread over seeds (seeds.h). */
#ifndef CUPEL_ENGINE_MICRO_AFTER_H
#define CUPEL_ENGINE_MICRO_AFTER_H

#include "core/engine/micro/design.h"

/* First, whatever the budget, what it has cost every design to be mended into one body, where the demand asks for that. Then, as far as the budget
 * goes, the sensitivity of each design, and voids and seeds of the first three. No verdict and no order changes; what was left out is in
 * design.after.skipped. All loads are added to found->solves. stopped: the search was interrupted, so that only bodies are told of.
 * *until: set, where the budget is one of time, to the cupel_now() at which it ends, from which on the job has to be stopped; not before bodies are
 * told of. CUPEL_INTERRUPTED while they are; a stop after that leaves out what is still to come, which is noted in found->cut where it is for want of
 * time. */
struct cupel_journal; /* what is solved is kept there and taken from there (replay.h); NULL: not */
cupel_status cupel_designs_after(const cupel_micro_demand *d, cupel_designs *found, struct cupel_journal *journal, const cupel_job *job,
                                 bool stopped, double *until, cupel_err *err);

/* All loads of a search and after it, by what they were for. They add up to found->solves. */
typedef struct cupel_load_count {
    const char *what; /* "search", "verification", "one body", "sensitivity", "voids", "other seeds" */
    size_t loads;
} cupel_load_count;
enum { CUPEL_LOAD_COUNTS = 6 };
void cupel_design_loads(const cupel_designs *found, cupel_load_count count[CUPEL_LOAD_COUNTS]);

/* Loads of one design after its verification. */
size_t cupel_design_loads_after(const cupel_design *g);

/* "253 loads solved in all: search 204, verification 27, sensitivity 22\n" */
void cupel_design_loads_say(const cupel_designs *found, cupel_str *out);
/* Why there are fewer than `designs` that meet the demand, as a line for people; nothing where there are as many, or only one was asked for. */
void cupel_design_fewer_say(const cupel_micro_demand *d, const cupel_designs *found, cupel_str *out);
/* What the budget left out, as a line for people; nothing where nothing was. */
void cupel_design_skipped_say(const cupel_design *g, cupel_str *out);
/* "solves by": {"search": 204, ..} */
void cupel_design_loads_put(const cupel_designs *found, cupel_json_out *w);

#endif
