/* A killed design goes on. The search is deterministic given what its solves return, so these are kept in a journal (core/io/journal.h),
 * DIR/progress.cupel, and a resumed search runs again from its beginning and is handed them in place of solving, as long as it asks for the same
 * in the same order. A time budget goes on from the seconds of the record. Everything here does nothing without a journal. */
#ifndef CUPEL_ENGINE_MICRO_REPLAY_H
#define CUPEL_ENGINE_MICRO_REPLAY_H

#include "core/engine/micro/search.h"
#include "core/io/journal.h"

/* The journal of the folder; says where it goes on from. CUPEL_BAD_ARTIFACT with what differs where it is of another demand, grid, seed, surrogate,
 * program or instruction set, or damaged. */
cupel_status cupel_replay_open(const char *folder, const cupel_micro_demand *d, bool resume, const cupel_job *job, cupel_journal **journal,
                               cupel_err *err);

/* A trial as it was, without its fields. */
bool cupel_replay_trial(cupel_search *s, const cupel_recipe *r, const cupel_trial_options *o, cupel_trial *t, double *seconds);
cupel_status cupel_replay_keep_trial(const cupel_search *s, const cupel_recipe *r, const cupel_trial_options *o, const cupel_trial *t, double seconds,
                                     cupel_err *err);

/* j [m][family.n] of the residuals of now at s->x from the fields of t; seconds: that they took. */
bool cupel_replay_derivatives(cupel_search *s, const cupel_trial *t, size_t m, double *j, double *seconds);
cupel_status cupel_replay_keep_derivatives(const cupel_search *s, const cupel_trial *t, size_t m, const double *j, double seconds, cupel_err *err);

/* A verified design; s->out->solves goes on from its own. solved: loads before it; seconds: that its verification took. */
bool cupel_replay_design(cupel_search *s, const cupel_recipe *recipe, cupel_design *out, double *seconds);
cupel_status cupel_replay_keep_design(const cupel_search *s, const cupel_recipe *recipe, size_t solved, const cupel_design *one, double seconds,
                                      cupel_err *err);

/* What is computed of a design once its search has ended (after.h): plain data of `bytes`, `what` tells apart. *at: seconds that had been worked. */
bool cupel_replay_after(cupel_journal *journal, uint32_t what, const cupel_recipe *recipe, void *data, size_t bytes, double *at);
cupel_status cupel_replay_keep_after(cupel_journal *journal, uint32_t what, const cupel_recipe *recipe, const void *data, size_t bytes, double worked,
                                     cupel_err *err);

#endif
