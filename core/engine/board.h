/* The best of a stream in bounded memory. What is kept is a function of the set of candidates offered, not of their order, so boards of parts
 * merge to the board of the whole.
 *
 *   best    the `keep` best compositions: score falling, merit falling, then canonical composition in alphabetical order. A composition that
 *           comes again is counted, and stands under its best writing, of equal ones the first.
 *   pareto  one candidate per cell of objective space in the first layers of cells (models/search/pareto.h); within a cell the order of `best`
 *   sample  `keep` candidates with the smallest hash of (seed, index) */
#ifndef CUPEL_ENGINE_BOARD_H
#define CUPEL_ENGINE_BOARD_H

#include "core/engine/result.h"

typedef enum cupel_board_kind { CUPEL_BOARD_BEST, CUPEL_BOARD_PARETO, CUPEL_BOARD_SAMPLE } cupel_board_kind;

/* How many properties, requirements, constraints and objectives a candidate carries. */
typedef struct cupel_board_shape {
    size_t p, r, c, m;
} cupel_board_shape;

/* One candidate, pointing into somebody else's memory. */
typedef struct cupel_pick {
    int64_t index, copies;
    double score, merit, probability;
    const double *value, *spread, *lower, *upper, *distance; /* [p] */
    const unsigned char *in_domain;                          /* [p] */
    const double *chance, *figure, *objective;               /* [r] [c] [m] */
    cupel_text formula, key, carried;                        /* key may be empty for a sample; carried (result.h) in any board */
} cupel_pick;

typedef struct cupel_board cupel_board;

cupel_status cupel_board_new(cupel_board_kind kind, cupel_board_shape shape, size_t keep, cupel_board **b, cupel_err *err);
/* For a board of the best: at most `most` of one chemical system. Boards of parts still merge to that of the whole: what stands ahead of a candidate
 * in a part, counted up to `most` of each system, is no more than in the whole. Before the first offer. */
cupel_status cupel_board_per_system(cupel_board *b, size_t most, cupel_err *err);
void cupel_board_free(cupel_board *b);

/* False when a candidate of this score, merit and objectives cannot enter: a cheap test before its key is made. Safe from many threads. */
bool cupel_board_wants(const cupel_board *b, int64_t index, double score, double merit, const double *objective);
cupel_status cupel_board_offer(cupel_board *b, const cupel_pick *pick, cupel_err *err);

/* What is kept, best first, into *list (arrays from the arena). `all` keeps what a Pareto board needs for a merge; else at most `keep` rows. */
cupel_status cupel_board_list(cupel_board *b, bool all, cupel_arena *arena, cupel_shortlist *list, cupel_err *err);
/* Row i of a list as a pick. */
cupel_pick cupel_shortlist_pick(const cupel_shortlist *list, cupel_board_shape shape, size_t i);
/* Arrays for n rows; CUPEL_NO_RESOURCE. */
cupel_status cupel_shortlist_take(cupel_shortlist *list, cupel_board_shape shape, size_t n, cupel_arena *arena, cupel_err *err);

#endif
