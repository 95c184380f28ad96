/* What the files of models/search/choose*.c share. */
#ifndef CUPEL_MODELS_SEARCH_CHOOSE_PARTS_H
#define CUPEL_MODELS_SEARCH_CHOOSE_PARTS_H

#include "models/learn/transform.h"
#include "models/search/choose.h"

/* What processes see of the values of a goal (models/search/choose_value.c). */
typedef struct cupel_choose_scale {
    double mean, spread, low, high; /* of what was measured; ends in spreads that predictions are cut at */
    cupel_transform bend;           /* of the standardised values */
} cupel_choose_scale;

/* A choice on its way. Values are turned so that larger is better. */
typedef struct cupel_chooser {
    const cupel_choose_task *t;
    const cupel_choose_options *o;
    const cupel_job *job;
    size_t n_good, n_failed, n_rows;       /* measured; failed; measured and believed */
    double *x;                             /* [n_rows][d]: measured rows first, then those that are believed; room for all */
    double *value[CUPEL_GOALS_MAX], *y[CUPEL_GOALS_MAX]; /* [n_rows] in the unit of the goal, and as processes see them */
    cupel_choose_scale scale[CUPEL_GOALS_MAX];
    double *all, *label;                   /* [n][d], [n] every row and whether it succeeded; NULL without failures */
    size_t n_members;
    unsigned char *one;                    /* [d] the block of all columns: 0 */
    double *theta[CUPEL_GOALS_MAX][CUPEL_MEMBERS];
    cupel_gauss *process[CUPEL_GOALS_MAX][CUPEL_MEMBERS]; /* of the rows so far */
    cupel_gauss_view *view[CUPEL_GOALS_MAX][CUPEL_MEMBERS]; /* the pool as they see it, where a batch is chosen and the memory is there */
    double best[CUPEL_GOALS_MAX];
    double expected;                       /* one goal: the highest expected value of a row, as processes see it */
    double *mean[CUPEL_GOALS_MAX], *deviation[CUPEL_GOALS_MAX]; /* [m] as processes see them */
    double *success, *score, *gain;        /* [m] */
    double *fresh;                         /* [m] 1, and less near what is under way or was picked: a belief there is no news (windows) */
    bool *taken;                           /* [m] */
    bool modelled, skilled;
    double error[CUPEL_GOALS_MAX];         /* several goals: of rows left out, root of the mean square, as processes see them */
    double volume;                         /* several goals: what the measured rows dominate, in spreads of the goals */
    double deviations;                     /* above the mean that `auto` looks */
} cupel_chooser;

/* y [n_good] from value [n_good], and the scale. */
cupel_status cupel_choose_bend(cupel_chooser *c, size_t goal, cupel_err *err);
/* To what processes see, and back; infinite numbers stay. */
double cupel_choose_to(const cupel_choose_scale *s, double value);
double cupel_choose_back(const cupel_choose_scale *s, double v);
/* A small deviation at v in the unit of the goal. */
double cupel_choose_noise(const cupel_choose_scale *s, double noise, double v);
/* Mean and deviation in the unit of the goal of a normal number there. */
void cupel_choose_moments(const cupel_choose_scale *s, double v, double deviation, double *mean, double *spread);
/* Its expected part above `best` (as processes see it), in the unit of the goal. */
double cupel_choose_gain(const cupel_choose_scale *s, double v, double deviation, double best);
/* Whether the processes of the one goal say more of measured rows than their mean does, each row left out in turn. */
cupel_status cupel_choose_skill(const cupel_chooser *c, bool *skilled, cupel_err *err);
/* What the better and the worse process of a goal miss rows left out by, root of the mean square, as processes see them. */
cupel_status cupel_choose_left_out(const cupel_chooser *c, size_t goal, double *better, double *worse, cupel_err *err);

/* The candidate farthest from all that was tried, is under way or was taken; the first of all by chance. */
size_t cupel_choose_far(const cupel_chooser *c, size_t n_taken, const size_t *taken);

/* gain [m]: expected growth of the dominated hypervolume, in spreads of the goals, when a candidate is measured. */
cupel_status cupel_choose_hypervolume(const cupel_chooser *c, double *gain, cupel_err *err);
/* The same for candidate i with deviations of at least `least` [n_goals], as processes see them. */
cupel_status cupel_choose_growth(const cupel_chooser *c, size_t i, const double *least, double *gain, cupel_err *err);
/* What the rows so far dominate, in spreads of the goals. */
cupel_status cupel_choose_volume(const cupel_chooser *c, double *volume, cupel_err *err);

#endif
