/* Derivatives of a trial where its generator says how the interface moves with the parameters: one look at each cut voxel for all of them. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/trial.h"
#include "datasets/spaces/micro/interface.h"

#include <math.h>
#include <string.h>

typedef struct moves {
    const cupel_generator *g;
    const cupel_shape *shape;
    const size_t *n, *place;
    size_t n_params;
    bool threshold; /* it is one more, after them */
} moves;

/* In voxels: d = (f - t) / |grad f|, n = grad f / |grad f|. */
static void plane_at(void *user, const size_t voxel[3], double *d, double normal[3], double *dd, double (*dn)[3])
{
    const moves *w = user;
    double u[3], g[3], df[CUPEL_RECIPE_VALUES_MAX] = {0}, dg[CUPEL_RECIPE_VALUES_MAX][3] = {{0}}, square = 0;
    for (size_t a = 0; a < 3; a++) u[a] = ((double)voxel[a] + 0.5) / (double)w->n[a];
    const double apart = w->g->moves(w->shape, u, g, df, dg) - w->shape->t;
    for (size_t a = 0; a < 3; a++) {
        g[a] /= (double)w->n[a];
        square += g[a] * g[a];
    }
    const double length = fmax(sqrt(square), 1e-12);
    for (size_t a = 0; a < 3; a++) normal[a] = g[a] / length;
    *d = apart / length;
    for (size_t k = 0; k < w->n_params; k++) {
        const size_t p = w->place[k];
        double turned[3], along = 0;
        for (size_t a = 0; a < 3; a++) {
            turned[a] = dg[p][a] / (double)w->n[a] / length;
            along += turned[a] * normal[a];
        }
        dd[k] = df[p] / length - *d * along;
        for (size_t a = 0; a < 3; a++) dn[k][a] = turned[a] - along * normal[a];
    }
    if (!w->threshold) return;
    dd[w->n_params] = -1 / length;
    for (size_t a = 0; a < 3; a++) dn[w->n_params][a] = 0;
}

bool cupel_trial_can_move(const cupel_micro_demand *d, const cupel_trial *t, const cupel_recipe *r)
{
    return r->generator->moves && t->elasticity && !t->conduction && !d->needs_surface && cupel_solution_can_move(t->elasticity);
}

/* Where a fraction is given the threshold follows the other parameters so that it stays, and the fraction moves it alone: c, share [n + 1]. */
static void hold_fraction(const size_t *place, size_t n, size_t fraction, double (*c)[36], double *share)
{
    for (size_t k = 0; k < n; k++) {
        const bool own = place[k] == fraction;
        const double by = own ? 1 / share[n] : -share[k] / share[n];
        for (size_t i = 0; i < 36; i++) c[k][i] = (own ? 0 : c[k][i]) + by * c[n][i];
        share[k] = own;
    }
}

cupel_status cupel_trial_moves(const cupel_trial *t, const cupel_recipe *r, const size_t *place, size_t n, const cupel_job *job, double (*c)[36],
                               double *share, cupel_err *err)
{
    cupel_shape *shape = NULL;
    const size_t fraction = cupel_recipe_place(r, "fraction");
    const bool given = !isnan(r->value[fraction]);
    double (*moved)[36] = cupel_alloc(n + 1, sizeof *moved), *shares = cupel_alloc(n + 1, sizeof *shares);
    cupel_status st = CUPEL_OK;
    if (!moved || !shares) CUPEL_TRY(cupel_no_memory(err, "derivatives", (n + 1) * sizeof *moved));
    CUPEL_TRY(r->generator->open(r, job, &shape, err));
    if (given) CUPEL_TRY(cupel_interface_match(r->generator, shape, t->n, NULL, job, err));
    moves w = {r->generator, shape, t->n, place, n, given};
    const cupel_moves from = {n + given, plane_at, &w};
    CUPEL_TRY(cupel_solution_moved(t->elasticity, &from, job, moved[0], shares, err));
    if (given) hold_fraction(place, n, fraction, moved, shares);
    memcpy(c, moved, n * sizeof *c);
    memcpy(share, shares, n * sizeof *share);
done:
    if (shape) r->generator->close(shape);
    cupel_free(moved);
    cupel_free(shares);
    return st;
}
