/* Would the loop have helped? A table of past measurements is asked as if nothing were known, again and again from other beginnings, against
 * choice by chance. */
#ifndef CUPEL_ENGINE_CAMPAIGNS_H
#define CUPEL_ENGINE_CAMPAIGNS_H

#include "core/engine/suggest.h"

typedef struct cupel_campaigns_options {
    const char *table, *table_format;
    cupel_goal_word goal;
    const char *const *input; /* [n_inputs] columns; NULL: all but the goal, "id" and "failed" */
    size_t n_inputs;
    const char *formula;
    cupel_dot dot;
    size_t seeds, start, most; /* campaigns; rows by chance at first; experiments at most, 0: all */
    cupel_choose_options choose;
} cupel_campaigns_options;

/* Quartiles of the best value so far after each experiment. */
typedef struct cupel_course {
    double *low, *middle, *high; /* [most] */
} cupel_course;

typedef struct cupel_campaigns {
    char *goal;                  /* its column */
    bool maximize;
    size_t n_rows, n, n_inputs, n_seeds, most; /* rows with a value, different experiments, inputs, campaigns, experiments drawn */
    double best;
    double count[3], chance[3];  /* experiments until the best: quartiles of the campaigns, and by chance; more than `most`: not found within it */
    size_t n_found;              /* campaigns that found the best within `most` experiments */
    cupel_course loop, random;
} cupel_campaigns; /* {0} is empty */

/* Rows with equal inputs are one experiment, their mean its value; rows without a value are left out, with a word. The same for any number of
 * threads. */
cupel_status cupel_campaigns_run(const cupel_campaigns_options *o, const cupel_job *job, cupel_campaigns *r, cupel_err *err);
void cupel_campaigns_release(cupel_campaigns *r);

void cupel_campaigns_table(const cupel_campaigns *r, cupel_str *out);
void cupel_campaigns_json(const cupel_campaigns *r, cupel_str *out);
/* The course as a picture: medians and quartiles, a file of its own. */
void cupel_campaigns_svg(const cupel_campaigns *r, cupel_str *out);

#endif
