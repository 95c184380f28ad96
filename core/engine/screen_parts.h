/* Inside the screen: one state, three files. screen.c runs it, screen_block.c does a block, screen_result.c makes the result. */
#ifndef CUPEL_ENGINE_SCREEN_PARTS_H
#define CUPEL_ENGINE_SCREEN_PARTS_H

#include "core/engine/board.h"
#include "core/engine/checkpoint.h"
#include "core/engine/explain.h"
#include "core/engine/known.h"
#include "core/engine/score.h"
#include "core/engine/screen.h"

enum {
    CUPEL_SUB_BLOCK = 1024,    /* candidates of one piece of work; pieces begin at multiples of it */
    CUPEL_SLOTS_MAX = 64,      /* pieces of a block */
    CUPEL_SAMPLE_ROWS = 2000
};

typedef enum cupel_stage { CUPEL_STAGE_READ, CUPEL_STAGE_CONSTRAIN, CUPEL_STAGE_PREDICT, CUPEL_STAGE_RANK, CUPEL_STAGE_COUNT } cupel_stage;

typedef struct cupel_slot cupel_slot;     /* the outcome of one piece */
typedef struct cupel_hand cupel_hand;     /* what one worker needs */

/* The line between two stages, and what it costs (screen_first.c). */
typedef struct cupel_first {
    cupel_scorer *scorer;          /* NULL: one stage only */
    double score, merit;           /* the least that goes on */
    size_t sampled, n_best, n_lost; /* of the best of the sample, how many it would throw away */
} cupel_first;

typedef struct cupel_screening {
    cupel_demand *d;
    const cupel_screen_options *o;
    const cupel_job *job;
    cupel_space *space;
    cupel_scorer *scorer;
    cupel_board_shape shape;
    cupel_board *best, *sample;
    cupel_checkpoint at;       /* identity, range, next, counts; its lists are filled when it is written */
    cupel_screen_times *times;
    bool parallel_space;
    cupel_candidates block;    /* of a space that one thread fills */
    size_t n_slots, n_hands;
    cupel_slot *slot;
    cupel_hand *hand;
    cupel_known_set *known;    /* compositions to leave out; NULL: none */
    size_t *column;            /* [n_columns] of the space: those that a model takes, and its axes */
    size_t n_columns;
    size_t *carried;           /* [n_carried] of the space: the others */
    size_t n_carried;
    cupel_first first;
    bool resumed;
    cupel_tally unread;        /* rows of a list whose formula cannot be read */
} cupel_screening;

/* With d (trained), o, job and times set: opens the space, counts it, takes the shard, resumes. Close releases all but what was set. */
cupel_status cupel_screening_open(cupel_screening *s, cupel_err *err);
void cupel_screening_close(cupel_screening *s);

/* Binds the models to the columns of the space, and chooses those that are shown: what a model takes, and the axes. */
cupel_status cupel_screening_columns(cupel_screening *s, cupel_err *err);

/* How many candidates each constraint keeps out of the enumeration, into at.counts.cut; said where it cannot be counted. */
cupel_status cupel_screening_cut(cupel_screening *s, cupel_err *err);

/* Draws the line on a sample of the space and says what it costs; nothing for a demand of one stage. */
cupel_status cupel_first_open(cupel_screening *s, cupel_err *err);
bool cupel_first_passes(const cupel_first *f, const cupel_score *x);
const cupel_model *cupel_first_model(const cupel_demand *d, bool first, size_t p); /* of property p: of the first stage, or the full one */
bool cupel_first_mixed(const cupel_demand *d); /* any of the models, of either stage, is mixed (cupel_surrogate_mixed) */
/* One line, ended. */
void cupel_first_words(const cupel_first *f, cupel_str *out);

/* Room for `threads` workers; and the end of it. */
cupel_status cupel_block_init(cupel_screening *s, cupel_err *err);
void cupel_block_release(cupel_screening *s);

/* Candidates at.next .. end - 1 (at most n_slots pieces) into counts and boards; at.next = end. */
cupel_status cupel_block_do(cupel_screening *s, int64_t end, cupel_err *err);

/* The demand in words and numbers; arrays for what is known of r->rows; one known material into them. */
cupel_status cupel_result_of_demand(const cupel_demand *d, const cupel_space *space, const cupel_first *first, cupel_result *r,
                                    cupel_err *err);
cupel_status cupel_result_take_known(cupel_result *r, cupel_err *err);
/* m: what was measured of it; same: under the candidate's own condition. Names and conditions must outlive r or be copied. */
void cupel_result_put_known(cupel_result *r, size_t at, const cupel_known *k, const cupel_known_value *m, bool same);

/* Fills *r from the finished state. */
cupel_status cupel_screen_result(cupel_screening *s, cupel_result *r, cupel_err *err);

#endif
