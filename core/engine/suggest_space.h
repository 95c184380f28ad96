/* Candidates from the space of a demand, and what its own table says is known. */
#ifndef CUPEL_ENGINE_SUGGEST_SPACE_H
#define CUPEL_ENGINE_SUGGEST_SPACE_H

#include "core/engine/demand.h"
#include "core/engine/inputs.h"

/* `sample` candidates of the space, or all where it has no more, drawn by chance of the seed without repeats: those that meet every constraint, as
 * a table with id (the index in the space), formula, and the columns of the space. CUPEL_INFEASIBLE when none does. */
cupel_status cupel_space_pool(const cupel_demand *d, uint64_t sample, uint64_t seed, const cupel_job *job, cupel_trial_table *t, cupel_err *err);

/* What the first property of the demand is asked for: a goal, or a window. */
typedef struct cupel_space_goal {
    char *column;        /* "band gap [eV]"; owned */
    bool maximize, windowed;
    double low, high;    /* of the window */
} cupel_space_goal;
cupel_status cupel_space_goal_of(const cupel_demand *d, cupel_space_goal *g, cupel_err *err);

/* The table of the first property as results: formula, the columns that it shares with the pool, and the goal. CUPEL_USAGE for a demand without
 * data. */
cupel_status cupel_space_known(const cupel_demand *d, const cupel_space_goal *g, const cupel_header *pool, const cupel_job *job,
                               cupel_trial_table *t, cupel_err *err);

#endif
