/* One screen by many ranks: rank r of n does shard r + 1 of n, the first one trains for all and joins the parts. The same bytes as one rank. */
#ifndef CUPEL_ENGINE_SCREEN_RANKS_H
#define CUPEL_ENGINE_SCREEN_RANKS_H

#include "core/engine/screen.h"
#include "core/sys/comm.h"

/* As cupel_screen without shards; called by every rank. *result is filled on rank 0 and empty elsewhere. o->checkpoint names that of one rank:
 * here each has its own, "<checkpoint>.<rank>-of-<size>", which cupel_screen_ranks_done removes. A failure ends all ranks with its exit code;
 * CUPEL_INTERRUPTED when any rank was, with a checkpoint of each. */
cupel_status cupel_screen_ranks(cupel_comm *c, cupel_demand *d, const cupel_screen_options *o, const cupel_job *job, cupel_result *result,
                                cupel_err *err);
void cupel_screen_ranks_done(const cupel_comm *c, const cupel_screen_options *o);

#endif
