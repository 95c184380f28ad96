/* What held-out clusters of rows teach: where the training domain ends, and how much wider intervals must be beyond what chance holds out. */
#ifndef CUPEL_MODELS_LEARN_SHIFT_H
#define CUPEL_MODELS_LEARN_SHIFT_H

#include "models/learn/surrogate_parts.h"
#include "models/learn/tune.h"

/* Every row predicted by a solution that has seen no row of its cluster. */
typedef struct cupel_far {
    cupel_folds folds;     /* n_folds 0: the rows do not fall into clusters, or are too few or too many */
    cupel_raw *raw;        /* [n] */
    cupel_spiked *mixture; /* [n] of a learner whose models may be mixed, `above` NaN where a solution was not; else NULL */
} cupel_far;

/* The same rows held out by chance, and the level at which intervals are judged. */
typedef struct cupel_near {
    size_t n;
    const double *y;      /* [n] */
    const cupel_raw *raw; /* [n] */
    double level;
} cupel_near;

/* The clusters, k-means of the scaled columns, groups of rows whole (in that of their first row): at most 5, between CUPEL_FAR_LEAST and
 * CUPEL_FAR_MOST rows; of fewer than 25 rows one for every five. */
enum { CUPEL_FAR_LEAST = 8, CUPEL_FAR_MOST = 20000, CUPEL_FAR_CLUSTERS = 5, CUPEL_FAR_ROWS = 5 };
cupel_status cupel_far_clusters(const cupel_problem *p, uint64_t seed, cupel_far *far, cupel_err *err);
void cupel_far_release(cupel_far *far);

/* Distance that tells rows of held-out clusters from rows held out by chance best (largest difference of the shares within it), between the 90 %
 * and the 98 % quantile of the latter; without clusters their 95 % quantile. near [n], far as above. */
cupel_status cupel_far_threshold(const cupel_raw *near, size_t n, const cupel_far *far, double typical, double *threshold, cupel_err *err);

/* Sets s->spread.knee and .steep, the others of the spread stand: those with the smallest sum of mean interval scores at `level` of rows held out
 * by chance and in clusters, each relative to that without; score quantiles are always those of the rows held out by chance, so coverage there
 * holds. Of at most CUPEL_FAR_WORST rows only those count that come nearest to holding the level in every cluster: a new cluster needs a wider
 * interval than the worst of five in one case of six, as conformal ranks have it (Dunn, Wasserman, Ramdas 2023, doi:10.1080/01621459.2022.2060112),
 * and a few clusters of few rows say less on the mean. score [n] scratch. */
enum { CUPEL_FAR_WORST = 200 };
cupel_status cupel_far_widen(cupel_surrogate *s, const cupel_near *near, const cupel_far *far, double *score, cupel_err *err);

/* Mean interval scores at near->level with s->spread as it stands: figure[0] of near rows, figure[1] of far rows; it is left where far is NULL.
 * score [n] scratch: near scores. */
cupel_status cupel_spread_scores(const cupel_surrogate *s, const cupel_near *near, const cupel_raw *far, double *score, double figure[2],
                                 cupel_err *err);

#endif
