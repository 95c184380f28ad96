/* The memory of a loop: every experiment that was told, failed or is under way, in one artifact that suggest reads and tell writes.
 *
 * Artifact of kind "loop": `columns` [columns], `cells` [rows * columns] as text, `state`, `told` and `id` [rows], `id_column` [0 or 1] (neither `id`
 * nor `id_column` in older files), `goals` and `maximize` [goals], `history/file`, `history/digest`, `history/time` and `history/rows` [tells].
 *
 * It is written whole under another name and renamed, by one writer at a time: a kill leaves the old one. */
#ifndef CUPEL_ENGINE_LOOP_H
#define CUPEL_ENGINE_LOOP_H

#include "core/engine/suggest.h"
#include "core/engine/trial_doubts.h"
#include "core/engine/trial_reason.h"

/* Seconds to wait for another writer. */
#define CUPEL_LOOP_PATIENCE 60.0

/* A withdrawn row stays in the file, and is no result and not under way. */
typedef enum cupel_trial_state { CUPEL_TRIAL_MEASURED, CUPEL_TRIAL_FAILED, CUPEL_TRIAL_PENDING, CUPEL_TRIAL_WITHDRAWN } cupel_trial_state;

typedef struct cupel_loop {
    cupel_header header;          /* inputs first, then goals */
    size_t n_inputs, n_goals, n, n_history;
    bool maximize[CUPEL_GOALS_MAX];
    char **cell;                  /* [n][header.n] */
    char **id;                    /* [n] the name by which it was taken or told, "" for others */
    char *id_column;              /* where tables have it; NULL: not known, "id" */
    unsigned char *state;         /* [n] a cupel_trial_state */
    int64_t *told;                /* [n] which tell it came with, from 0 */
    char **file, **digest, **time; /* [n_history] */
    int64_t *rows;                /* [n_history] added by each */
    uint64_t seed;                /* of the last learning */
    size_t cap, cap_history;
} cupel_loop; /* {0} is empty */

cupel_status cupel_loop_open(const char *path, cupel_loop *l, cupel_err *err);
cupel_status cupel_loop_save(const cupel_loop *l, const char *path, cupel_err *err);
void cupel_loop_release(cupel_loop *l);
/* One more row; cell [header.n] is copied. */
cupel_status cupel_loop_add(cupel_loop *l, const cupel_text *cell, cupel_trial_state state, cupel_err *err);
/* The id of a row. */
cupel_status cupel_loop_name(cupel_loop *l, size_t row, cupel_text id, cupel_err *err);
/* The column that holds ids. */
cupel_status cupel_loop_name_column(cupel_loop *l, const char *name, cupel_err *err);
/* The row that was taken or told under this id and is not withdrawn, one under way before others; SIZE_MAX. *several: there is another experiment. */
size_t cupel_loop_find_id(const cupel_loop *l, cupel_text id, bool *several);
/* One more tell; later rows belong to it. */
cupel_status cupel_loop_note(cupel_loop *l, const char *file, const char *digest, cupel_err *err);
/* The first row from `from` on that is not withdrawn, with the inputs of cell [n_inputs], numbers compared as numbers; SIZE_MAX. */
size_t cupel_loop_find(const cupel_loop *l, const cupel_text *cell, size_t from);
/* Rows that were measured or failed (with a column "failed" behind the goals), or those under way, as a table. */
cupel_status cupel_loop_table(const cupel_loop *l, const char *path, bool pending, cupel_trial_table *t, cupel_err *err);

/* What tell does when an experiment that was measured comes with another value. */
typedef enum cupel_conflict { CUPEL_CONFLICT_KEEP, CUPEL_CONFLICT_FAIL, CUPEL_CONFLICT_REPLACE } cupel_conflict;

typedef struct cupel_tell_options {
    const char *loop, *results, *table_format;
    size_t n_goals;                          /* for a new loop; 0 for one that is there */
    bool directed;                           /* a direction was given besides: likewise */
    cupel_goal_word goal[CUPEL_GOALS_MAX];
    const char *id;                          /* column that names experiments; NULL: the loop's, or one called so (core/engine/trial_id.h) */
    const char *const *input;                /* for a new loop: its inputs; NULL: all columns but the goals, names and "failed" */
    size_t n_inputs;
    const char *failed;                      /* column; NULL: "failed" where there is one */
    const char *formula;
    cupel_dot dot;
    cupel_conflict conflict;
    bool skip_bad;                           /* rows that cannot be read or understood are left out and said, where otherwise nothing is told */
    bool withdraw;                           /* the rows of the table are taken back; a goal that is given says which of several results */
    uint64_t seed;
} cupel_tell_options;

/* A value that was told and is far from all others (core/engine/trial_doubts.h); it is kept. */
typedef struct cupel_tell_doubt {
    uint64_t line; /* of the table */
    size_t goal;
    double value;  /* unit of the loop */
    char reason[CUPEL_DOUBT_REASON];
} cupel_tell_doubt;

enum { CUPEL_TELL_DOUBTS = 16, CUPEL_TELL_BAD = 16, CUPEL_TELL_BAD_TEXT = 240 };

typedef struct cupel_tell_result {
    size_t added, failed, resolved, repeated, conflicts, replaced, withdrawn; /* rows */
    size_t n_measured, n_failed, n_pending;                         /* in the loop now */
    size_t n_front;                                                 /* measured rows that no other beats in every goal */
    size_t n_goals;
    /* of the retrained process; noise: NaN without repeats, which tell it; error: leave-one-out, root of the mean square */
    double best[CUPEL_GOALS_MAX], noise[CUPEL_GOALS_MAX], error[CUPEL_GOALS_MAX];
    char goal[CUPEL_GOALS_MAX][96];
    size_t n_bad;                              /* rows that were left out */
    char bad[CUPEL_TELL_BAD][CUPEL_TELL_BAD_TEXT]; /* the first of them, each with file:line and what is wrong */
    cupel_trial_reason bad_reason[CUPEL_TELL_BAD];
    uint64_t reasons[CUPEL_TRIAL_REASONS];     /* rows that were left out, repeated, in conflict or partly measured */
    size_t n_doubts;
    cupel_tell_doubt doubt[CUPEL_TELL_DOUBTS]; /* the first of them */
} cupel_tell_result;

/* Adds the rows of a table of results. Columns are found by label; another unit of the same kind is converted. A row whose inputs are under way
 * resolves it, one that is there with the same values is skipped (telling twice does no harm), one with other values is a conflict. Then the
 * process is learned again. With `withdraw` each row takes back what the loop holds of its inputs instead (measured, failed or under way), of results
 * those with its values where it gives any; a row that takes nothing back is an error. CUPEL_BAD_INPUT with file:line: nothing is written. The job is
 * told the reasons, of a row that ends it too. */
cupel_status cupel_tell(const cupel_tell_options *o, const cupel_job *job, cupel_tell_result *r, cupel_err *err);
void cupel_tell_json(const cupel_tell_result *r, cupel_str *out);

#endif
