/* How feature sizes change with the parameters of a generator that knows how its interface moves. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/feature_size.h"
#include "datasets/spaces/micro/interface.h"

#include <math.h>

bool cupel_feature_can_move(const cupel_recipe *r) { return r->generator->moves != NULL; }

typedef struct mover {
    const cupel_generator *g;
    const cupel_shape *shape;
    const size_t *place;
    size_t n;
} mover;

/* By how much the interface at u goes outward from phase 1 with each parameter, v [n], and where the threshold falls: v[n]. In edges of the box. */
static void moves_at(const mover *w, const double u[3], double *v)
{
    double g[3], df[CUPEL_RECIPE_VALUES_MAX] = {0}, dg[CUPEL_RECIPE_VALUES_MAX][3] = {{0}};
    (void)w->g->moves(w->shape, u, g, df, dg);
    const double length = fmax(sqrt(g[0] * g[0] + g[1] * g[1] + g[2] * g[2]), 1e-12);
    for (size_t k = 0; k < w->n; k++) v[k] = df[w->place[k]] / length;
    v[w->n] = 1 / length;
}

/* Slopes where the threshold stays, slope [n + 1], the last by its fall; and those of the share of phase 1, share [n + 1]. */
static void of_contacts(const mover *w, const cupel_feature_contacts *c, double (*slope)[CUPEL_MICRO_PHASES_MAX], double *share)
{
    double v[CUPEL_RECIPE_VALUES_MAX + 1];
    for (size_t i = 0; i < c->n; i++) {
        moves_at(w, c->one[i].u, v);
        const double sign = c->one[i].phase == 1 ? 1 : -1;
        for (size_t k = 0; k <= w->n; k++) slope[k][c->one[i].phase] += sign * c->one[i].weight * v[k];
    }
    for (size_t i = 0; i < c->n_faces && share; i++) {
        moves_at(w, c->face[i].u, v);
        for (size_t k = 0; k <= w->n; k++) share[k] += c->face[i].weight * v[k];
    }
}

/* The threshold follows the other parameters so that the fraction stays, and the fraction moves it alone. */
static void hold_fraction(const mover *w, size_t fraction, const double *share, double (*slope)[CUPEL_MICRO_PHASES_MAX])
{
    for (size_t k = 0; k < w->n; k++) {
        const bool own = w->place[k] == fraction;
        for (size_t p = 0; p < 2; p++) slope[k][p] = own ? slope[w->n][p] / share[w->n] : slope[k][p] - share[k] / share[w->n] * slope[w->n][p];
    }
}

cupel_status cupel_feature_moves(const cupel_micro_demand *d, const cupel_recipe *r, const size_t *place, size_t n, const cupel_job *job,
                                 double (*slope)[CUPEL_MICRO_PHASES_MAX], cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_shape *shape = NULL;
    cupel_feature_contacts c = {.n = 0};
    size_t grid[3];
    const size_t fraction = cupel_recipe_place(r, "fraction");
    const bool given = !isnan(r->value[fraction]);
    double share[CUPEL_RECIPE_VALUES_MAX + 1] = {0}, (*all)[CUPEL_MICRO_PHASES_MAX] = cupel_alloc(n + 1, sizeof *all);
    if (!all) CUPEL_TRY(cupel_no_memory(err, "derivatives", (n + 1) * sizeof *all));
    CUPEL_TRY(cupel_feature_contacts_of(d, r, job, &c, err));
    CUPEL_TRY(r->generator->open(r, job, &shape, err));
    cupel_recipe_grid(r, cupel_feature_grid(d), grid);
    if (given) CUPEL_TRY(cupel_interface_match(r->generator, shape, grid, NULL, job, err));
    const mover w = {r->generator, shape, place, n};
    of_contacts(&w, &c, all, given ? share : NULL);
    if (given && share[n] > 0) hold_fraction(&w, fraction, share, all);
    for (size_t k = 0; k < n; k++)
        for (size_t p = 0; p < CUPEL_MICRO_PHASES_MAX; p++) slope[k][p] = all[k][p];
done:
    if (shape) r->generator->close(shape);
    cupel_feature_contacts_release(&c);
    cupel_free(all);
    return st;
}
