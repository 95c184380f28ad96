/* Which training rows decided a prediction, as the model itself sees them. */
#ifndef CUPEL_MODELS_LEARN_NEARNESS_H
#define CUPEL_MODELS_LEARN_NEARNESS_H

#include "models/learn/surrogate.h"
#include "models/learn/trees.h"

typedef enum cupel_nearness {
    CUPEL_NEAR_LEAVES,   /* weights of the rows that share leaves with this one, a tree sharing its weight among the rows of a leaf; sum 1
                            (Meinshausen 2006, JMLR 7,
                             983). Of a forest that sees every row in every tree the prediction is the mean with these weights */
    CUPEL_NEAR_KERNEL,   /* value of the kernel, 1 for an equal row */
    CUPEL_NEAR_DISTANCE  /* root of the mean squared difference of the columns, in their standard deviations over the training rows */
} cupel_nearness;

cupel_nearness cupel_surrogate_nearness(const cupel_surrogate *s);

/* near [m][n] of rows to the training rows known, both unscaled. CUPEL_NO_RESOURCE. Leaves cost trees times (n + m) walks. */
cupel_status cupel_surrogate_near(const cupel_surrogate *s, const cupel_compared *rows, const cupel_job *job, double *near, cupel_err *err);

#endif
