/* What suggest*.c share: a suggestion while it is made. Inside the engine only. */
#ifndef CUPEL_ENGINE_SUGGEST_PARTS_H
#define CUPEL_ENGINE_SUGGEST_PARTS_H

#include "core/engine/loop.h"
#include "core/engine/suggest.h"
#include "core/engine/suggest_space.h"
#include "core/engine/trial_space.h"
#include "core/matter/column_match.h"

typedef struct cupel_suggesting {
    const cupel_suggest_options *o;
    const cupel_job *job;
    cupel_suggestion *s;
    cupel_loop loop;
    cupel_demand *demand;            /* of the space, where it is one of formulas */
    cupel_trial_space *trials;       /* the space, where it is one of settings */
    cupel_space_goal asked;          /* by the demand, where the caller names no goal */
    const char *const *given;        /* [n_given] inputs as said by the caller or the loop; NULL: to be found */
    size_t n_given, n_goals;
    bool maximize[CUPEL_GOALS_MAX], windowed;
    double low, high;                /* of the window */
    bool told, waits;                /* there are results; there is a table of experiments under way */
    size_t goal[CUPEL_GOALS_MAX], failed, cost; /* columns of the results, of the pool; SIZE_MAX: none */
    const char **input;              /* [n_inputs] names */
    size_t n_inputs;
    double *known, *y, *pending, *pool, *price; /* as cupel_choose_task */
    cupel_column_match stated[CUPEL_GOALS_MAX]; /* the column of the pool that says a goal of every candidate; .at SIZE_MAX: it is expected */
    double *value[CUPEL_GOALS_MAX];             /* [candidates left] of the stated goals, in the unit of the results */
    size_t n_known;                  /* rows of known: measured and failed */
    size_t *row;                     /* [n_known] of the table of results */
    bool *doubted;                   /* [n_known][n_goals] the value is far from all others, and no repeat confirms it */
    double range[CUPEL_GOALS_MAX];   /* largest less smallest of the results that are not doubted, unit of the goal */
    size_t n_pending;
} cupel_suggesting;

/* Finds the columns of goals, failures, cost, identifiers and inputs, and the goals whose values the pool states; warns of columns that are left out.
 * CUPEL_USAGE where a column that was named is not there or is named twice, CUPEL_BAD_INPUT where pool and results share no input. */
cupel_status cupel_suggest_columns(cupel_suggesting *g, cupel_err *err);

/* What a space of settings asks for itself. CUPEL_USAGE where it does not. */
cupel_status cupel_suggest_trials_goal(const cupel_trial_space *s, cupel_space_goal *goal, cupel_err *err);
/* The candidates of g->trials, half of them near to the best of g->s->tell. */
cupel_status cupel_suggest_trials(cupel_suggesting *g, cupel_err *err);

/* Says what is strange about the results and sets g->doubted and g->range: values far from all others, repeats and copies (those of a loop were
 * told), experiments that failed and succeeded, results of no candidate. CUPEL_NO_RESOURCE. */
cupel_status cupel_suggest_known(cupel_suggesting *g, cupel_err *err);

/* Equal inputs a and b [d]; those converted from another unit differ in the last digits. */
bool cupel_suggest_same(const double *a, const double *b, size_t d);

/* Sets s->stop and s->stop_below from what the picks are expected to gain, and says both to people. CUPEL_NO_RESOURCE, CUPEL_FAILED. */
cupel_status cupel_suggest_judge(cupel_suggesting *g, cupel_err *err);

#endif
