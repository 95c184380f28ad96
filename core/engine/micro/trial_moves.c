/* Derivatives of a trial where its generator says how the interface moves with the parameters: one look at each cut voxel for all of them. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/trial.h"
#include "datasets/spaces/micro/interface.h"

#include <math.h>
#include <stddef.h>
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
    const bool k = t->conduction && cupel_solution_can_move(t->conduction), c = t->elasticity && cupel_solution_can_move(t->elasticity);
    return r->generator->moves && !d->needs_surface && (k || !d->needs_conduction) && (c || !d->needs_elasticity) && (k || c);
}

/* Where a fraction is given the threshold follows the other parameters so that it stays, and the fraction moves it alone: slope [n + 1]. */
static void hold_fraction(const size_t *place, size_t n, size_t fraction, cupel_slope *slope)
{
    const cupel_slope *level = &slope[n];
    for (size_t s = 0; s < n; s++) {
        const bool own = place[s] == fraction;
        const double by = own ? 1 / level->share : -slope[s].share / level->share;
        for (size_t i = 0; i < 9; i++) slope[s].k[i] = (own ? 0 : slope[s].k[i]) + by * level->k[i];
        for (size_t i = 0; i < 36; i++) slope[s].c[i] = (own ? 0 : slope[s].c[i]) + by * level->c[i];
        slope[s].share = own;
    }
}

/* Derivatives of the tensor of s (NULL: none), by each of the from->n parameters: into slope [n], .c if elastic, else .k. room [n][37]. */
static cupel_status slopes_of(const cupel_solution *s, bool elastic, const cupel_moves *from, const cupel_job *job, double *room, cupel_slope *slope,
                              cupel_err *err)
{
    double *share = room + from->n * 36;
    if (!s) return CUPEL_OK;
    const size_t size = cupel_solution_order(s) * cupel_solution_order(s);
    cupel_status st = cupel_solution_moved(s, from, job, room, share, err);
    for (size_t i = 0; st == CUPEL_OK && i < from->n; i++) {
        memcpy(elastic ? slope[i].c : slope[i].k, room + i * size, size * sizeof *room);
        slope[i].share = share[i];
    }
    return st;
}

cupel_status cupel_trial_moves(const cupel_trial *t, const cupel_recipe *r, const size_t *place, size_t n, const cupel_job *job, cupel_slope *slope,
                               cupel_err *err)
{
    cupel_shape *shape = NULL;
    const size_t fraction = cupel_recipe_place(r, "fraction");
    const bool given = !isnan(r->value[fraction]);
    cupel_slope *all = cupel_alloc(n + 1, sizeof *all);
    double *room = cupel_alloc(n + 1, 37 * sizeof *room);
    cupel_status st = CUPEL_OK;
    if (!all || !room) CUPEL_TRY(cupel_no_memory(err, "derivatives", (n + 1) * sizeof *all));
    CUPEL_TRY(r->generator->open(r, job, &shape, err));
    if (given) CUPEL_TRY(cupel_interface_match(r->generator, shape, t->n, NULL, job, err));
    moves w = {r->generator, shape, t->n, place, n, given};
    const cupel_moves from = {n + given, plane_at, &w};
    CUPEL_TRY(slopes_of(t->conduction, false, &from, job, room, all, err));
    CUPEL_TRY(slopes_of(t->elasticity, true, &from, job, room, all, err));
    if (given) hold_fraction(place, n, fraction, all);
    memcpy(slope, all, n * sizeof *slope);
done:
    if (shape) r->generator->close(shape);
    cupel_free(all);
    cupel_free(room);
    return st;
}
