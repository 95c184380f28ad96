#include "core/engine/micro/connected.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/likeness.h"
#include "core/engine/micro/page.h"
#include "core/engine/micro/search.h"
#include "core/engine/micro/statistics.h"
#include "core/math/small.h"

#include <math.h>
#include <string.h>

bool cupel_design_is_mended(const cupel_design *g) { return g->connected.islands + g->connected.trapped > 0; }

cupel_status cupel_design_body(const cupel_micro_demand *d, const cupel_design *g, const cupel_job *job, cupel_one_body *b, cupel_err *err)
{
    size_t n[3];
    cupel_recipe_grid(&g->recipe, g->grid, n);
    return cupel_one_body_of(&g->recipe, n, d->n_phases, d->connected, job, b, err);
}

cupel_status cupel_design_mended(const cupel_micro_demand *d, const cupel_design *g, const cupel_job *job, cupel_voxels *v, cupel_err *err)
{
    cupel_one_body b = {.phase = 0};
    cupel_status st = cupel_design_body(d, g, job, &b, err);
    if (st == CUPEL_OK) st = cupel_voxels_number(&b.mended, "a mended design", err);
    if (st == CUPEL_OK) {
        *v = b.mended;
        b.mended = (cupel_voxels){0};
    }
    cupel_one_body_release(&b);
    return st;
}

/* ---- a verification ---- */

/* The distance from a measured two-point function is known on the grid of its file, where the recipe is made and mended again. */
static cupel_status two_point_moves(const cupel_micro_demand *d, const cupel_ask *a, const cupel_design *g, const cupel_job *job, double *by,
                                    cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_likeness *l = NULL;
    cupel_one_body b = {.phase = 0};
    size_t n[3];
    double error = NAN, mended = NAN;
    CUPEL_TRY(cupel_likeness_open(a->like, a->phase, job, &l, err));
    cupel_likeness_grid(l, n);
    CUPEL_TRY(cupel_one_body_of(&g->recipe, n, d->n_phases, d->connected, job, &b, err));
    CUPEL_TRY(cupel_likeness_error(l, &b.drawn, a->phase, job, &error, err));
    CUPEL_TRY(cupel_likeness_error(l, &b.mended, a->phase, job, &mended, err));
    *by = mended - error;
done:
    cupel_likeness_free(l);
    cupel_one_body_release(&b);
    return st;
}

static bool asks_for_statistics(const cupel_micro_demand *d)
{
    for (size_t i = 0; i < d->n_asks; i++)
        if (cupel_ask_is_statistic(&d->ask[i])) return true;
    return false;
}

/* By how much statistics move. Both sides of *b are numbered: their descriptors know no phase that is not there. */
static cupel_status statistics_move(const cupel_micro_demand *d, cupel_design *g, cupel_one_body *b, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_micro_statistics drawn, body;
    const cupel_tensors none = {.fraction = {0}};
    if (!asks_for_statistics(d)) return CUPEL_OK;
    CUPEL_TRY(cupel_voxels_number(&b->drawn, "a design", err));
    CUPEL_TRY(cupel_voxels_number(&b->mended, "a mended design", err));
    CUPEL_TRY(cupel_statistics_of_labels(d, &g->recipe, &b->drawn, job, &drawn, err));
    CUPEL_TRY(cupel_statistics_of_labels(d, &g->recipe, &b->mended, job, &body, err));
    cupel_micro_state x = cupel_tensors_state(d, &none), y = x;
    x.statistics = &drawn, y.statistics = &body;
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        if (cupel_ask_is_statistic(a)) g->connected.by[i] = cupel_ask_value(d, a, &y) - cupel_ask_value(d, a, &x);
        if (a->kind == CUPEL_ASK_TWO_POINT) CUPEL_TRY(two_point_moves(d, a, g, job, &g->connected.by[i], err));
    }
done:
    return st;
}

cupel_status cupel_connected_grids(const cupel_micro_demand *d, cupel_design *g, cupel_grids *grids, const cupel_job *job, cupel_err *err)
{
    cupel_one_body b = {.phase = 0};
    cupel_connected *c = &g->connected;
    if (d->connected >= d->n_phases) return CUPEL_OK;
    cupel_status st = cupel_design_body(d, g, job, &b, err);
    if (st != CUPEL_OK) return st;
    *c = (cupel_connected){.voxels = cupel_voxels_count(&b.drawn), .islands = b.islands, .trapped = b.trapped};
    cupel_mixture_fractions(&grids->grid[0], c->drawn);
    for (int i = 0; i < 3; i++) cupel_one_body_mixture(&b, &grids->grid[i]);
    if (cupel_one_body_is_mended(&b)) st = statistics_move(d, g, &b, job, err);
    cupel_one_body_release(&b);
    return st;
}

static bool is_of_fractions(const cupel_ask *a)
{
    return a->kind == CUPEL_ASK_FRACTION || a->kind == CUPEL_ASK_DENSITY || a->kind == CUPEL_ASK_PRICE;
}

void cupel_connected_value(const cupel_micro_demand *d, cupel_design *g, size_t ask)
{
    const cupel_ask *a = &d->ask[ask];
    cupel_design_ask *v = &g->ask[ask];
    if (!cupel_design_is_mended(g)) return;
    if (is_of_fractions(a)) {
        const cupel_micro_state drawn = {.fraction = g->connected.drawn};
        const double body = v->value;
        v->error = fabs(v->on_grid - body); /* not all grids lose the same */
        v->value = cupel_ask_value(d, a, &drawn);
        g->connected.by[ask] = body - v->value;
    }
    if (is_of_fractions(a) || cupel_ask_is_statistic(a)) v->mended = g->connected.by[ask];
}

void cupel_connected_spoils(const cupel_micro_demand *d, cupel_design *g, size_t ask, double drawn)
{
    cupel_design_ask as_drawn = g->ask[ask];
    as_drawn.value = drawn, as_drawn.mended = 0;
    cupel_design_judge(d, &d->ask[ask], &as_drawn);
    g->connected.spoils = g->connected.spoils || (as_drawn.met && !g->ask[ask].met);
}

/* ---- what it costs ---- */

/* The tensors of labels: what both sides of the comparison have in common. */
static cupel_status solve_labels(const cupel_micro_demand *d, const cupel_design *g, const cupel_voxels *v, const cupel_job *job, cupel_tensors *t,
                                 size_t *solves, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_mixture m = {0};
    cupel_material material[CUPEL_MICRO_PHASES_MAX];
    for (size_t p = 0; p < d->n_phases; p++) material[p] = d->phase[p].material;
    CUPEL_TRY(cupel_mixture_of_voxels(v, &m, err));
    cupel_mixture_fractions(&m, t->fraction);
    for (int elastic = 0; elastic < 2; elastic++) {
        cupel_solution *s = NULL;
        cupel_solve_options o = {.physics = elastic ? CUPEL_ELASTICITY : CUPEL_CONDUCTION, .accuracy = 3e-4};
        if (!(elastic ? d->needs_elasticity : d->needs_conduction)) continue;
        cupel_trial_edges(&g->recipe, v->n, o.edge);
        CUPEL_TRY(cupel_solve(&m, material, &o, job, &s, err));
        const size_t n = cupel_solution_order(s);
        memcpy(elastic ? t->c : t->k, cupel_solution_tensor(s), n * n * sizeof(double));
        *solves += n;
        cupel_solution_free(s);
    }
    st = cupel_tensors_expansion(d, t, err);
done:
    cupel_mixture_release(&m);
    return st;
}

static double change(const double *before, const double *after, size_t n)
{
    double apart[36];
    for (size_t i = 0; i < n; i++) apart[i] = after[i] - before[i];
    const double size = cupel_small_norm(before, n);
    return size > 0 ? cupel_small_norm(apart, n) / size : 0;
}

/* The tensors as drawn: those of the body less what labels gain by mending. */
static cupel_status drawn_of(const cupel_micro_demand *d, const cupel_design *g, const cupel_tensors *body, const cupel_tensors *before,
                             const cupel_tensors *after, cupel_tensors *drawn, cupel_err *err)
{
    *drawn = *body;
    for (size_t i = 0; i < 9; i++) drawn->k[i] -= after->k[i] - before->k[i];
    for (size_t i = 0; i < 36; i++) drawn->c[i] -= after->c[i] - before->c[i];
    memcpy(drawn->fraction, g->connected.drawn, sizeof drawn->fraction);
    return cupel_tensors_expansion(d, drawn, err);
}

/* By how much the numbers of tensors move, an estimate; which verdicts that has cost. */
static cupel_status tensors_move(const cupel_micro_demand *d, cupel_design *g, const cupel_tensors *before, const cupel_tensors *after,
                                 cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_tensors limit, grid;
    cupel_connected *c = &g->connected;
    c->change_k = change(before->k, after->k, 9);
    c->change_c = change(before->c, after->c, 36);
    c->change_alpha = change(before->alpha, after->alpha, 6);
    CUPEL_TRY(drawn_of(d, g, &g->limit, before, after, &limit, err));
    CUPEL_TRY(drawn_of(d, g, &g->on_grid, before, after, &grid, err));
    const cupel_micro_state far = cupel_tensors_state(d, &limit), near = cupel_tensors_state(d, &grid);
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        if (is_of_fractions(a) || cupel_ask_is_statistic(a)) continue;
        const double drawn = cupel_ask_value(d, a, a->on_grid ? &near : &far);
        c->by[i] = g->ask[i].value - drawn;
        cupel_connected_spoils(d, g, i, drawn);
    }
done:
    return st;
}

cupel_status cupel_design_connect(const cupel_micro_demand *d, cupel_design *g, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_one_body b = {.phase = 0};
    cupel_tensors before = {.fraction = {0}}, after = before;
    if (!cupel_design_is_mended(g)) return CUPEL_OK;
    CUPEL_TRY(cupel_design_body(d, g, job, &b, err));
    CUPEL_TRY(solve_labels(d, g, &b.drawn, job, &before, &g->connected.solves, err));
    CUPEL_TRY(solve_labels(d, g, &b.mended, job, &after, &g->connected.solves, err));
    st = tensors_move(d, g, &before, &after, err);
done:
    cupel_one_body_release(&b);
    return st;
}

void cupel_connected_words(const cupel_micro_demand *d, const cupel_design *g, cupel_str *s)
{
    const cupel_connected *c = &g->connected;
    if (d->connected >= d->n_phases) return;
    cupel_str_addf(s, "  %s in one body: ", d->phase[d->connected].name);
    if (c->islands + c->trapped == 0) {
        cupel_str_puts(s, "it is, nothing is cut off or enclosed\n");
        return;
    }
    cupel_str_addf(s, "%llu voxels of islands removed, %llu of trapped void filled (%.2g %% of all)", (unsigned long long)c->islands,
                   (unsigned long long)c->trapped, 100 * (double)(c->islands + c->trapped) / (double)c->voxels);
    if (d->needs_conduction) cupel_str_addf(s, "; %s changes by %.2g %%", d->conduction->name, 100 * c->change_k);
    if (d->needs_elasticity) cupel_str_addf(s, "; stiffness changes by %.2g %%", 100 * c->change_c);
    if (d->needs_expansion) cupel_str_addf(s, "; expansion changes by %.2g %%", 100 * c->change_alpha);
    cupel_str_puts(s, c->spoils ? ", with which it no longer meets the demand\n" : "\n");
}

void cupel_connected_files(const cupel_micro_demand *d, const cupel_designs *found, cupel_str *s)
{
    if (d->connected >= d->n_phases) return;
    const bool printed = d->n_phases == 2 && d->connected != cupel_micro_page_hidden(d);
    cupel_str_addf(s, "all files%s and pictures have %s in one body, design-1.json by its 'connected'%s\n", found->n > 1 ? " of all designs" : "",
                   d->phase[d->connected].name,
                   printed ? "; where the faces of the box cut it, design-1-alone.stl is its largest piece" : "");
}
