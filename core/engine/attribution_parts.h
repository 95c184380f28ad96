/* Shared by core/engine/attribution*.c. */
#ifndef CUPEL_ENGINE_ATTRIBUTION_PARTS_H
#define CUPEL_ENGINE_ATTRIBUTION_PARTS_H

#include "core/engine/attribution.h"

#include <math.h>

/* The rows of the table as the surrogate sees them. */
typedef struct cupel_attribution_rows {
    size_t n, d;
    size_t against;    /* rows from here on stand for what is not known; those before are only explained */
    double *x;         /* [n][d] */
    double *truth;     /* [n] NaN where nothing was measured */
    double *value;     /* [n] predicted */
    cupel_composition *composition; /* [n] */
    char **formula;    /* [n] as written */
    char **condition;  /* [n] columns of the table as cupel_features_condition writes them */
    size_t *record;    /* [n] row of the table */
    unsigned char *imputed;
} cupel_attribution_rows;

/* Groups of the columns that are not constant among the rows. */
cupel_status cupel_attribution_group(cupel_attribution *a, const cupel_features *f, const bool *constant, cupel_err *err);
/* The name inside its group of the column that matters most. */
cupel_status cupel_attribution_inside(cupel_group *g, const cupel_features *f, size_t column, cupel_err *err);

/* Predictions of x [n][d], on the job's threads. */
cupel_status cupel_attribution_predict(const cupel_attribution *a, const double *x, size_t n, size_t d, const cupel_job *job, double *value,
                                       cupel_err *err);
/* importance, deviation and most of every group, from rows with a truth. */
cupel_status cupel_attribution_shuffle(cupel_attribution *a, const cupel_attribution_options *o, const cupel_attribution_rows *r,
                                       const cupel_job *job, cupel_err *err);
/* Shapley values of the rows explained. */
cupel_status cupel_attribution_shapley(cupel_attribution *a, const cupel_attribution_options *o, const cupel_attribution_rows *r,
                                       const cupel_job *job, cupel_err *err);
/* Is what the options ask to sweep there? r NULL: of the names alone, before the table is read. */
cupel_status cupel_attribution_sweep_check(const cupel_attribution *a, const cupel_attribution_options *o, const cupel_attribution_rows *r,
                                           cupel_err *err);
/* What the options ask to sweep. */
cupel_status cupel_attribution_sweep(cupel_attribution *a, const cupel_attribution_options *o, const cupel_attribution_rows *r, const cupel_job *job,
                                     cupel_err *err);
/* correlation, with and clusters of the groups in the order in which they stay; importance of a cluster by shuffling. */
cupel_status cupel_attribution_correlate(cupel_attribution *a, const cupel_attribution_rows *r, cupel_err *err);
cupel_status cupel_attribution_shuffle_clusters(cupel_attribution *a, const cupel_attribution_options *o, const cupel_attribution_rows *r,
                                                const cupel_job *job, cupel_err *err);
/* The training rows nearest to each row explained. */
cupel_status cupel_attribution_neighbours(cupel_attribution *a, const cupel_attribution_rows *r, const cupel_job *job, cupel_err *err);

#endif
