/* The next experiments: what was measured, what may be tried, and what is wanted, to a short list with the figures it rests on. Reads tables (csv,
 * tsv, jsonl, json), so that any instrument, notebook or robot can drive it. */
#ifndef CUPEL_ENGINE_SUGGEST_H
#define CUPEL_ENGINE_SUGGEST_H

#include "core/base/str.h"
#include "core/engine/inputs.h"
#include "core/engine/trial_reason.h"
#include "models/search/choose.h"

typedef enum cupel_suggest_format { CUPEL_SUGGEST_CSV, CUPEL_SUGGEST_JSON, CUPEL_SUGGEST_JSONL } cupel_suggest_format;

typedef struct cupel_goal_word {
    const char *column; /* of the table of results */
    bool maximize;
} cupel_goal_word;

typedef struct cupel_suggest_options {
    const char *pool;      /* candidates: one row each */
    const char *space;     /* or a demand, whose space they are drawn from; goal and results are the demand's where they are not given */
    uint64_t sample;       /* how many candidates of the space */
    const char *tell;      /* results: the same columns and the goals; NULL: nothing is known yet */
    const char *loop;      /* or a loop (core/engine/loop.h), which knows results, goals, inputs and what is under way; NULL */
    bool take;             /* with a loop: the picks are written into it as under way, so that who asks next gets others */
    const char *pending;   /* experiments under way: the same columns; NULL: none */
    const char *table_format; /* of all tables; NULL: by name */
    size_t n_goals;
    cupel_goal_word goal[CUPEL_GOALS_MAX];
    bool directed;         /* a direction was given besides: a loop, which knows its own, refuses it */
    bool windowed;         /* the one goal is to lie within low .. high */
    double low, high;
    bool has_enough;       /* of one goal with a direction: a result of `enough` or better is all that is wanted */
    double enough;
    const char *id;        /* the column of the pool that names a candidate; NULL: "id" where there is one, else the one that the results lack */
    const char *cost;      /* a column of the pool, > 0; NULL: all cost the same */
    const char *failed;    /* a column of the results: 1, true or yes where the experiment failed; NULL: "failed" where there is one */
    const char *const *input; /* [n_inputs] columns; NULL: those that both tables have */
    size_t n_inputs;
    const char *formula;
    cupel_dot dot;
    bool again;            /* candidates that were measured may be chosen again */
    cupel_choose_options choose;
} cupel_suggest_options;

/* What came of it. */
typedef struct cupel_suggestion {
    cupel_trial_table pool, tell, pending;
    size_t n_goals;
    char *goal[CUPEL_GOALS_MAX]; /* columns */
    size_t id;               /* column of the pool; SIZE_MAX: the number of the row, from 1 */
    size_t *row;             /* [candidates left] of the pool */
    size_t n_left, n_known, n_failed, n_pending, n_repeated; /* candidates; results with values; failed; under way; measured or under way already */
    uint64_t reasons[CUPEL_TRIAL_REASONS]; /* candidates left out, and those that are likely to fail; rows of results with some of the goals */
    cupel_inputs inputs;
    cupel_choice choice;
    bool *in_domain;         /* [choice.n] inputs are not far from those of the results; NULL before there is a model */
    bool stop;               /* a result is `enough`; else no pick is expected to gain `stop_below`; never before there is a model, while chance
        picks, or before what is under way is in; of several goals, and without repeats, which tell the noise, not before the error of results
        left out says so as well */
    char stop_reason[160];   /* why it is time to stop, or is not yet */
    double stop_below;       /* one goal: a tenth of the noise of a measurement where repeats tell it, at least a thousandth of the range of
        the results, unit of the goal;
        several: 0.002 of the volume that the results dominate; a window: a chance of 0.01; NaN before there is a model */
} cupel_suggestion;

/* CUPEL_BAD_INPUT with file:line for what cannot be read, CUPEL_INFEASIBLE when no candidate is left. A row of results whose goals are empty has
 * failed, or, where there is a column of failures that says no, is under way; so is one with some of its goals. Notes go through job. */
cupel_status cupel_suggest(const cupel_suggest_options *o, const cupel_job *job, cupel_suggestion *s, cupel_err *err);
void cupel_suggestion_release(cupel_suggestion *s);

/* The picks: id, the columns of the pool, and for each goal `NAME expected`, `NAME deviation`; then expected_gain, success, score, stop,
 * stop_below, in_domain, stop_reason; in JSON also candidates_left, candidates_measured, candidates_failed, candidates_under_way and
 * candidates_likely_to_fail, the same for each pick. One of these names that the pool or a goal has is written after "cupel ": "cupel score". */
bool cupel_suggestion_table(const cupel_header *h); /* a table of picks, perhaps with what was measured of them */
bool cupel_suggestion_column(const cupel_header *h, size_t column); /* one that cupel_suggestion_text wrote beside those of the pool */
cupel_status cupel_suggestion_text(const cupel_suggestion *s, cupel_suggest_format format, cupel_str *out, cupel_err *err);

#endif
