/* Where there is no model: candidates that fill the space. */
#include "models/search/choose_parts.h"

#include "core/base/rng.h"

#include <math.h>

enum { STREAM_FIRST = 1003 };

static double nearest(const double *rows, size_t n, size_t d, const double *x, double least)
{
    for (size_t i = 0; i < n; i++) {
        double r2 = 0;
        for (size_t k = 0; k < d && r2 < least; k++) r2 += (rows[i * d + k] - x[k]) * (rows[i * d + k] - x[k]);
        least = fmin(least, r2);
    }
    return least;
}

size_t cupel_choose_far(const cupel_chooser *c, size_t n_taken, const size_t *taken)
{
    const cupel_choose_task *t = c->t;
    size_t best = SIZE_MAX;
    double most = -1;
    if (t->n + t->n_pending + n_taken == 0) return cupel_rng_below(c->o->seed, STREAM_FIRST, 0, t->m);
    for (size_t i = 0; i < t->m; i++) {
        const double *x = t->pool + i * t->d;
        if (c->taken[i]) continue;
        double r2 = nearest(t->known, t->n, t->d, x, INFINITY);
        r2 = nearest(t->pending, t->n_pending, t->d, x, r2);
        for (size_t k = 0; k < n_taken; k++) r2 = nearest(t->pool + taken[k] * t->d, 1, t->d, x, r2);
        r2 *= c->success[i] * c->success[i];
        if (r2 > most) most = r2, best = i;
    }
    return best;
}
