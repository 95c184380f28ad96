/* A campaign replayed: a set that was measured whole, asked as if it were not. */
#ifndef CUPEL_MODELS_SEARCH_CAMPAIGN_H
#define CUPEL_MODELS_SEARCH_CAMPAIGN_H

#include "models/search/choose.h"

typedef struct cupel_campaign {
    size_t n, d, n_blocks, n_goals;
    const double *x, *y;        /* [n][d] about 0..1, [n][n_goals] */
    const unsigned char *block; /* [d] */
    const bool *maximize;       /* [n_goals] */
    size_t start, most;         /* rows that are measured first, by chance of the seed; experiments at most */
} cupel_campaign;

/* order [min(n, most)]: the rows in the order they are measured; *tried: how many, until a best one was measured (of several goals, every point
 * of the front: that nothing dominates) or `most` were. The first `start` rows depend on the seed alone. */
cupel_status cupel_campaign_run(const cupel_campaign *c, const cupel_choose_options *o, uint64_t seed, size_t *order, size_t *tried, cupel_err *err);

#endif
