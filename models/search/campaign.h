/* A campaign replayed: a set that was measured whole, asked as if it were not. */
#ifndef CUPEL_MODELS_SEARCH_CAMPAIGN_H
#define CUPEL_MODELS_SEARCH_CAMPAIGN_H

#include "models/search/choose.h"

typedef struct cupel_campaign {
    size_t n, d, n_blocks;
    const double *x, *y;        /* [n][d] about 0..1, [n] */
    const unsigned char *block; /* [d] */
    bool maximize;
    size_t start, most;         /* rows that are measured first, by chance of the seed; experiments at most */
} cupel_campaign;

/* The row of the best value, the first of equals. */
size_t cupel_campaign_best(const cupel_campaign *c);

/* order [min(n, most)]: the rows in the order they are measured; *tried: how many, until a best one was measured or `most` were. The first `start`
 * rows depend on the seed alone. */
cupel_status cupel_campaign_run(const cupel_campaign *c, const cupel_choose_options *o, uint64_t seed, size_t *order, size_t *tried, cupel_err *err);

#endif
