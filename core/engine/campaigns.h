/* Would the loop have helped? A table of past measurements is asked as if nothing were known, again and again from other beginnings, against
 * choice by chance. */
#ifndef CUPEL_ENGINE_CAMPAIGNS_H
#define CUPEL_ENGINE_CAMPAIGNS_H

#include "core/engine/suggest.h"

typedef struct cupel_campaigns_options {
    const char *table, *table_format;
    cupel_goal_word goal[CUPEL_GOALS_MAX];
    size_t n_goals;
    const char *const *input; /* [n_inputs] columns; NULL: all but the goals, "id" and "failed" */
    size_t n_inputs;
    const char *formula;
    cupel_dot dot;
    size_t seeds, start, most; /* campaigns; rows by chance at first; experiments at most, 0: all, of several goals CUPEL_CAMPAIGN_SEVERAL */
    cupel_choose_options choose;
} cupel_campaigns_options;

/* Of several goals a campaign is judged by the volume that what it measured dominates, as a share of what all rows dominate: each goal scaled
 * by its range, volumes from the worst value of each (models/search/hypervolume.h). It has found the front when it has CUPEL_CAMPAIGN_FOUND of
 * it. */
enum { CUPEL_CAMPAIGN_SEVERAL = 60 };
#define CUPEL_CAMPAIGN_FOUND 0.95

/* After each experiment the best value so far, or that share: quartiles, mean and standard deviation over the campaigns. */
typedef struct cupel_course {
    double *low, *middle, *high, *mean, *deviation; /* [most]; one block */
} cupel_course;

typedef struct cupel_campaigns {
    size_t n_goals;
    char *goal[CUPEL_GOALS_MAX]; /* their columns */
    bool maximize[CUPEL_GOALS_MAX];
    double best[CUPEL_GOALS_MAX]; /* of each by itself */
    size_t n_rows, n, n_inputs, n_seeds, most; /* rows with a value, different experiments, inputs, campaigns, experiments drawn */
    size_t n_front;              /* different values that none dominates; 1 of one goal */
    double count[3], chance[3];  /* experiments until it is found: quartiles of the campaigns, and by chance; more than `most`: not within it */
    size_t n_found;              /* campaigns that found it within `most` experiments */
    cupel_course loop, random;
} cupel_campaigns; /* {0} is empty */

/* Rows with equal inputs are one experiment, their mean its value; rows without a value of each goal are left out, with a word. The same for
 * any number of threads. CUPEL_BAD_INPUT also where one of several goals is the same in all rows. */
cupel_status cupel_campaigns_run(const cupel_campaigns_options *o, const cupel_job *job, cupel_campaigns *r, cupel_err *err);
void cupel_campaigns_release(cupel_campaigns *r);

void cupel_campaigns_table(const cupel_campaigns *r, cupel_str *out);
void cupel_campaigns_json(const cupel_campaigns *r, cupel_str *out);
/* The course as a picture: medians and quartiles, a file of its own. */
void cupel_campaigns_svg(const cupel_campaigns *r, cupel_str *out);

#endif
