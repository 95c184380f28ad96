/* The training rows that decided a prediction: by the leaves, the kernel or the columns of the model, not by formulas alone. */
#include "core/engine/attribution_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <string.h>

/* L1 distance of atomic fractions; 0 without formulas. */
static double composition_distance(const cupel_composition *c, const cupel_composition *t)
{
    const double a = cupel_composition_total(c), b = cupel_composition_total(t);
    double distance = 2;
    if (!c->n || !t->n) return 0;
    for (unsigned j = 0; j < c->n; j++) distance -= 2 * fmin(c->amount[j] / a, cupel_composition_amount(t, c->z[j]) / b);
    return distance < 1e-12 ? 0 : distance;
}

/* Of equally near rows the one with the nearer composition, then the earlier one. */
static bool nearer(cupel_nearness how, const cupel_near_row *a, const cupel_near_row *b)
{
    if (a->near < b->near || a->near > b->near) return how == CUPEL_NEAR_DISTANCE ? a->near < b->near : a->near > b->near;
    return a->known.distance < b->known.distance;
}

/* near [training rows] of one row. */
static void choose(const cupel_attribution *a, const cupel_composition *c, const double *near, cupel_explained *e)
{
    for (size_t i = 0; i < cupel_model_n_training(a->model); i++) {
        cupel_near_row k = {.known = {.row = i}, .near = near[i]};
        cupel_composition t;
        if (a->nearness == CUPEL_NEAR_LEAVES && !(near[i] > 0)) continue;
        cupel_model_training_row(a->model, i, &t, &k.known.formula, &k.known.value);
        k.known.distance = composition_distance(c, &t);
        size_t at = e->n_near < CUPEL_ATTRIBUTION_NEAR ? e->n_near++ : CUPEL_ATTRIBUTION_NEAR;
        for (; at && nearer(a->nearness, &k, &e->near[at - 1]); at--)
            if (at < CUPEL_ATTRIBUTION_NEAR) e->near[at] = e->near[at - 1];
        if (at < CUPEL_ATTRIBUTION_NEAR) e->near[at] = k;
    }
}

cupel_status cupel_attribution_neighbours(cupel_attribution *a, const cupel_attribution_rows *r, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n = cupel_model_n_training(a->model), m = a->n_explained;
    const cupel_surrogate *s = cupel_model_surrogate(a->model);
    double *x = cupel_alloc(cupel_mul(n, r->d), sizeof *x), *near = cupel_alloc(cupel_mul(m, n) + 1, sizeof *near);
    unsigned char *reason = cupel_alloc(n + 1, 1);
    if (!x || !near || !reason) CUPEL_TRY(cupel_no_memory(err, "the training rows", cupel_mul(n, r->d * sizeof *x)));
    const cupel_feature_rows rows = {.batch = cupel_model_training_batch(a->model), .n = n, .given = cupel_model_training_columns(a->model)};
    CUPEL_TRY(cupel_features_compute_all(cupel_model_features(a->model), &rows, job->isa, x, r->d, reason, err));
    a->nearness = cupel_surrogate_nearness(s);
    CUPEL_TRY(cupel_surrogate_near(s, &(cupel_compared){r->x, m, x, n, r->d}, job, near, err));
    for (size_t i = 0; i < m; i++) choose(a, &r->composition[i], near + i * n, &a->row[i]);
done:
    cupel_free(x);
    cupel_free(near);
    cupel_free(reason);
    return st;
}
