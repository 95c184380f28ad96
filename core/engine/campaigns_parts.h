/* Shared by core/engine/campaigns*.c: what a campaign is judged by. */
#ifndef CUPEL_ENGINE_CAMPAIGNS_PARTS_H
#define CUPEL_ENGINE_CAMPAIGNS_PARTS_H

#include "core/engine/campaigns.h"

typedef struct cupel_judge {
    size_t n, n_goals;
    const double *y;       /* [n][n_goals] */
    const bool *maximize;  /* [n_goals] */
    double best[CUPEL_GOALS_MAX], worst[CUPEL_GOALS_MAX];
    double *height;        /* [n][n_goals] 0 worst .. 1 best of each; NULL with one goal */
    double all;            /* volume that all rows dominate */
    size_t n_front;
} cupel_judge; /* {0} is empty */

/* n >= 1, y and maximize stay the caller's; goal [n_goals] names for messages. */
cupel_status cupel_judge_init(cupel_judge *j, const char *file, char *const *goal, cupel_err *err);
void cupel_judge_release(cupel_judge *j);

/* trace [most]: how good the first rows of order [tried] are after each experiment; behind `tried` as after the last. *count: experiments until it is
 * found, most + 1 where it is not. */
cupel_status cupel_judge_follow(const cupel_judge *j, const size_t *order, size_t tried, size_t most, double *trace, double *count, cupel_err *err);

#endif
