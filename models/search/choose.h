/* Which candidates to try next, given what was measured: the loop as numbers, without tables or files.
 *
 * A Gaussian process for each goal (models/search/gaussian.h), on values that are transformed to look normal, and an acquisition on top
 * (models/search/acquisition.h). Each member of a batch, and each experiment that is under way, is taken as measured at its expected value before the
 * next is chosen, so that a batch spreads (the kriging believer of Ginsbourger, Le Riche, Carraro 2010, doi:10.1007/978-3-642-10701-6_6). Rows that
 * failed teach where not to go: the acquisition of a candidate is multiplied by its chance of success and divided by its cost. Several goals: the
 * expected growth of the hypervolume that they dominate (Emmerich, Giannakoglou, Naujoks 2006, doi:10.1109/TEVC.2005.859463), by quasi-random
 * numbers. */
#ifndef CUPEL_MODELS_SEARCH_CHOOSE_H
#define CUPEL_MODELS_SEARCH_CHOOSE_H

#include "core/sys/job.h"
#include "models/search/acquisition.h"
#include "models/search/gaussian.h"

enum { CUPEL_GOALS_MAX = 4 };

typedef struct cupel_choose_task {
    size_t n, n_pending, m, d, n_blocks, n_goals;
    const double *known;         /* [n][d] what was tried; columns of about 0..1, finite */
    const double *y;             /* [n][n_goals]; a row of NaN is one that failed */
    const double *pending;       /* [n_pending][d] under way */
    const double *pool;          /* [m][d] candidates; a word is a block of columns of which one is sqrt(1/2), the others 0 */
    const double *cost;          /* [m] > 0; NULL: all the same */
    const double *stated[CUPEL_GOALS_MAX]; /* [m] a goal that candidates state, a price: taken as it is, without a deviation; NULL: expected */
    const unsigned char *block;  /* [d] */
    const bool *maximize;        /* [n_goals] */
    bool windowed;               /* one goal: any value within low .. high is as good as another; maximize does not matter */
    double low, high;            /* may be infinite */
} cupel_choose_task;

/* Two processes for each goal, whose means and deviations are averaged: a length for each block, which finds the inputs that matter, and one
 * length for all, which cannot be misled by few rows. */
enum { CUPEL_MEMBERS = 2 };

/* What earlier choices of one campaign learned: the next begins there, and searches from all its starts again once the rows have grown by a tenth. */
typedef struct cupel_choose_memory {
    size_t n; /* rows at the last search from all starts; 0: none */
    double theta[CUPEL_GOALS_MAX][CUPEL_MEMBERS][CUPEL_GAUSS_BLOCKS + 1];
} cupel_choose_memory; /* {0} is empty */

typedef struct cupel_choose_options {
    cupel_acquisition acquisition;
    size_t batch;
    uint64_t seed;
    bool unbent;                 /* processes see the values as they are, standardised only */
    cupel_gauss_options process; /* seed, threads and direction are set from the others */
    cupel_choose_memory *memory; /* read and written; NULL: everything is learned from the beginning */
} cupel_choose_options;
cupel_choose_options cupel_choose_defaults(void);

/* One candidate of the batch: scores and gains as they were seen when it was chosen, with those before it taken as measured; mean and deviation by
 * what was measured alone, the deviation that of a measurement, wider where rows are few or were missed when left out. */
typedef struct cupel_chosen {
    size_t row;
    double mean[CUPEL_GOALS_MAX], deviation[CUPEL_GOALS_MAX]; /* unit of the goal; NaN before there is a model */
    double score;   /* what the acquisition says; larger is better */
    double gain;    /* expected improvement of the goal in its unit (one goal), or of the hypervolume as a share of what the measured rows
                       dominate, or the chance to lie in the window */
    double at_most; /* several goals: the gain if deviations were as large as the errors of rows left out; else NaN */
    double success; /* chance that the experiment does not fail; 1 without failures */
} cupel_chosen;

typedef struct cupel_choice {
    size_t n;              /* batch, or fewer where there are not so many different candidates */
    cupel_chosen *pick;      /* [n] */
    size_t n_unlikely;       /* candidates that fail more likely than not; 0 without failures */
    bool modelled;         /* false: too little was known, the picks fill the space */
    bool by_chance;        /* `auto`: the model says no more of rows left out than their mean does, and chance picks better */
    double best[CUPEL_GOALS_MAX], noise[CUPEL_GOALS_MAX]; /* best known value, one deviation of the noise there */
    double *relevance;     /* [n_blocks] 1 / length of the first goal's process; NULL before there is a model */
} cupel_choice; /* {0} is empty */

/* Equal inputs and seed give equal picks, for any number of threads. CUPEL_BAD_INPUT: no candidates. */
cupel_status cupel_choose(const cupel_choose_task *t, const cupel_choose_options *o, const cupel_job *job, cupel_choice *c, cupel_err *err);
void cupel_choice_release(cupel_choice *c);

#endif
