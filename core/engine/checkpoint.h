/* Where a screen is: a small finished artifact beside its output, so that a kill at any moment costs at most the time since the last one. */
#ifndef CUPEL_ENGINE_CHECKPOINT_H
#define CUPEL_ENGINE_CHECKPOINT_H

#include "core/engine/board.h"

typedef struct cupel_checkpoint {
    cupel_arena arena;      /* text and columns; the counts are their own */
    cupel_identity identity;
    int64_t candidates, first, end, shard, shards;
    int64_t next;           /* the first candidate still to be screened */
    uint64_t seed;
    cupel_counts counts;
    cupel_shortlist best, sample;
} cupel_checkpoint;

void cupel_checkpoint_release(cupel_checkpoint *c);
cupel_status cupel_checkpoint_save(const cupel_checkpoint *c, cupel_board_shape shape, const char *path, cupel_err *err);

/* Reads the checkpoint at `path`, which must be of the same screen as `mine` (identity, candidates, range, shard): else CUPEL_BAD_ARTIFACT
 * that says what differs. *c is to be released. */
cupel_status cupel_checkpoint_open(const char *path, const cupel_checkpoint *mine, cupel_board_shape shape, cupel_checkpoint *c, cupel_err *err);

/* "ranking.csv" -> "ranking.csv.checkpoint"; NULL when memory is out. Caller frees. */
char *cupel_checkpoint_name(const char *output);

/* After the output stands under its final name. Nothing happens when there is none, or path is NULL. */
void cupel_checkpoint_remove(const char *path);

#endif
