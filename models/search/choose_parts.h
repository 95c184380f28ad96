/* What the files of models/search/choose*.c share. */
#ifndef CUPEL_MODELS_SEARCH_CHOOSE_PARTS_H
#define CUPEL_MODELS_SEARCH_CHOOSE_PARTS_H

#include "models/search/choose.h"

/* Two processes for each goal, whose means and deviations are averaged: a length for each block, which finds the inputs that matter, and one
 * length for all, which cannot be misled by few rows. */
enum { CUPEL_MEMBERS = 2 };

/* A choice on its way. Values are turned so that larger is better. */
typedef struct cupel_chooser {
    const cupel_choose_task *t;
    const cupel_choose_options *o;
    const cupel_job *job;
    size_t n_good, n_failed, n_rows;       /* measured; failed; measured and believed */
    double *x, *y[CUPEL_GOALS_MAX];        /* [n_rows][d], [n_rows]: measured rows first, then those that are believed; room for all */
    double *all, *label;                   /* [n][d], [n] every row and whether it succeeded; NULL without failures */
    size_t n_members;
    unsigned char *one;                    /* [d] the block of all columns: 0 */
    double *theta[CUPEL_GOALS_MAX][CUPEL_MEMBERS];
    cupel_gauss *process[CUPEL_GOALS_MAX][CUPEL_MEMBERS]; /* of the rows so far */
    double best[CUPEL_GOALS_MAX], spread[CUPEL_GOALS_MAX];
    double *mean[CUPEL_GOALS_MAX], *deviation[CUPEL_GOALS_MAX]; /* [m] */
    double *success, *score, *gain;        /* [m] */
    double *fresh;                         /* [m] 1, and less near what is under way or was picked: a belief there is no news (windows) */
    bool *taken;                           /* [m] */
    bool modelled;
} cupel_chooser;

/* The candidate farthest from all that was tried, is under way or was taken; the first of all by chance. */
size_t cupel_choose_far(const cupel_chooser *c, size_t n_taken, const size_t *taken);

/* gain [m]: expected growth of the dominated hypervolume, in spreads of the goals, when a candidate is measured. */
cupel_status cupel_choose_hypervolume(const cupel_chooser *c, double *gain, cupel_err *err);

#endif
