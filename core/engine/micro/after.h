/* What is solved of designs once the search has ended: one body, sensitivities, what voids are worth, and other seeds; within what is left of the
 * budget. */
#ifndef CUPEL_ENGINE_MICRO_AFTER_H
#define CUPEL_ENGINE_MICRO_AFTER_H

#include "core/engine/micro/design.h"

/* One body first, which may change verdicts and the order, and is made whatever the budget. The rest says what the designs are worth and changes
 * neither: it is left out, and design.after.skipped says so, where it would go over the budget. Voids and seeds of the first three designs. All loads
 * are in found->solves and in the counts. stopped: the search was; no more than bodies. CUPEL_INTERRUPTED while bodies are mended; later a stop
 * leaves out what is still to come. */
struct cupel_journal; /* what is solved is kept there and taken from there (replay.h); NULL: not */
cupel_status cupel_designs_after(const cupel_micro_demand *d, cupel_designs *found, struct cupel_journal *journal, const cupel_job *job,
                                 bool stopped, cupel_err *err);

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
/* What the budget left out, as a line for people; nothing where nothing was. */
void cupel_design_skipped_say(const cupel_design *g, cupel_str *out);
/* "solves by": {"search": 204, ..} */
void cupel_design_loads_put(const cupel_designs *found, cupel_json_out *w);

#endif
