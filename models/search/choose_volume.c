/* Several goals: how much a candidate is expected to add to the volume that the best known values dominate. */
#include "models/search/choose_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/sobol.h"
#include "core/math/stats.h"
#include "core/sys/par.h"
#include "models/search/hypervolume.h"

#include <math.h>

enum { POINTS = 64, BLOCK = 64 };
/* The corner that volumes are measured from lies so many spreads below the worst measured value of each goal. */
static const double BELOW = 0.1;

typedef struct growth {
    const cupel_chooser *c;
    size_t n_front;
    double *front;                          /* [n_front][goals] in spreads, from the corner */
    double corner[CUPEL_GOALS_MAX];
    double z[POINTS][CUPEL_GOALS_MAX];      /* normal numbers */
    double *gain;
    const double *least;                    /* [goals] deviations are taken to be no smaller, as processes see them */
} growth;

/* All rows in spreads, and of them those that nothing dominates; how many. */
static size_t front_of(const growth *w)
{
    const cupel_chooser *c = w->c;
    const size_t g = c->t->n_goals;
    for (size_t i = 0; i < c->n_rows; i++)
        for (size_t k = 0; k < g; k++) w->front[i * g + k] = c->value[k][i] / c->scale[k].spread;
    return cupel_front(w->front, c->n_rows, g);
}

/* The corner is that of everything measured; what is believed joins the front. A corner at the ends of the front of a few rows would make whatever
 * is better than them in one goal and worse in another worth nothing, so that the ends of the true front were never looked for. */
static cupel_status make_front(growth *w, cupel_err *err)
{
    const cupel_chooser *c = w->c;
    const size_t g = c->t->n_goals;
    w->front = cupel_alloc(cupel_mul(c->n_rows, g), sizeof *w->front);
    if (!w->front) return cupel_no_memory(err, "a front", 0);
    for (size_t k = 0; k < g; k++) {
        double lowest = INFINITY;
        for (size_t i = 0; i < c->n_good; i++) lowest = fmin(lowest, c->value[k][i] / c->scale[k].spread);
        w->corner[k] = lowest - BELOW;
    }
    w->n_front = front_of(w);
    for (size_t i = 0; i < w->n_front; i++)
        for (size_t k = 0; k < g; k++) w->front[i * g + k] -= w->corner[k];
    return CUPEL_OK;
}

static cupel_status grow_by(const growth *w, size_t i, double *gain, cupel_err *err)
{
    const cupel_chooser *c = w->c;
    const size_t g = c->t->n_goals;
    double p[CUPEL_GOALS_MAX], sum = 0;
    for (size_t s = 0; s < POINTS; s++) {
        double add;
        for (size_t k = 0; k < g; k++) {
            const double deviation = fmax(c->deviation[k][i], w->least[k]);
            p[k] = (c->t->stated[k] ? (c->t->maximize[k] ? 1 : -1) * c->t->stated[k][i]
                                    : cupel_choose_back(&c->scale[k], c->mean[k][i] + deviation * w->z[s][k])) / c->scale[k].spread -
                   w->corner[k];
        }
        cupel_status st = cupel_hypervolume_added(w->front, w->n_front, g, p, &add, err);
        if (st != CUPEL_OK) return st;
        sum += add;
    }
    *gain = sum / POINTS;
    return CUPEL_OK;
}

static cupel_status grow_block(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)worker;
    const growth *w = user;
    const size_t m = w->c->t->m, from = item * BLOCK, end = from + BLOCK < m ? from + BLOCK : m;
    cupel_status st = CUPEL_OK;
    for (size_t i = from; i < end && st == CUPEL_OK; i++) st = grow_by(w, i, &w->gain[i], err);
    return st;
}

static cupel_status growth_init(growth *w, cupel_err *err)
{
    const cupel_chooser *c = w->c;
    cupel_sobol s;
    double u[CUPEL_GOALS_MAX];
    cupel_sobol_init(&s, c->t->n_goals);
    cupel_sobol_shift(&s, c->o->seed);
    for (size_t i = 0; i < POINTS; i++) {
        cupel_sobol_point(&s, i, u);
        for (size_t k = 0; k < c->t->n_goals; k++) w->z[i][k] = cupel_normal_quantile(fmin(fmax(u[k], 1e-6), 1 - 1e-6));
    }
    return make_front(w, err);
}

cupel_status cupel_choose_hypervolume(const cupel_chooser *c, double *gain, cupel_err *err)
{
    static const double none[CUPEL_GOALS_MAX] = {0};
    growth w = {.c = c, .gain = gain, .least = none};
    cupel_status st = growth_init(&w, err);
    if (st == CUPEL_OK) st = cupel_par_for(c->job->threads, (c->t->m + BLOCK - 1) / BLOCK, grow_block, &w, err);
    cupel_free(w.front);
    return st;
}

cupel_status cupel_choose_growth(const cupel_chooser *c, size_t i, const double *least, double *gain, cupel_err *err)
{
    growth w = {.c = c, .least = least};
    cupel_status st = growth_init(&w, err);
    if (st == CUPEL_OK) st = grow_by(&w, i, gain, err);
    cupel_free(w.front);
    return st;
}

cupel_status cupel_choose_volume(const cupel_chooser *c, double *volume, cupel_err *err)
{
    growth w = {.c = c};
    cupel_status st = make_front(&w, err);
    if (st == CUPEL_OK) st = cupel_hypervolume(w.front, w.n_front, c->t->n_goals, volume, err);
    cupel_free(w.front);
    return st;
}
