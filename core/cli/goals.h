/* Options that suggest and tell share: what is wanted, and which columns are inputs. */
#ifndef CUPEL_CLI_GOALS_H
#define CUPEL_CLI_GOALS_H

#include "core/cli/opt.h"
#include "core/engine/suggest.h"

typedef struct cupel_goal_args {
    char *name[CUPEL_GOALS_MAX], **input, *inputs; /* owned */
    cupel_goal_word goal[CUPEL_GOALS_MAX];
    size_t n_goals, n_inputs;
    bool directed; /* --minimize or --maximize was given */
} cupel_goal_args; /* {0} is empty */

/* --target NAME, NAME:min, NAME:max (a list), --minimize, --maximize, --columns A,B. */
/* undirected: a goal needs no direction (a window has none). */
cupel_status cupel_goal_args_read(const cupel_args *args, bool undirected, cupel_goal_args *g, cupel_err *err);
void cupel_goal_args_release(cupel_goal_args *g);

#endif
