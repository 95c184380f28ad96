#include "core/engine/micro/connected.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/likeness.h"
#include "core/engine/micro/page.h"
#include "core/engine/micro/search.h"
#include "core/engine/micro/statistics.h"
#include "core/math/small.h"
#include "descriptors/microstructure/components.h"

#include <math.h>
#include <string.h>

enum { ROUNDS = 8 };

/* ---- voxels ---- */

/* Calls each voxel of a volume with its cluster. */
static void cluster_of_voxels(const cupel_components *c, uint32_t *cluster)
{
    const size_t rows = c->grid.n[0] * c->grid.n[1], n = c->grid.n[2];
    for (size_t row = 0; row < rows; row++)
        for (size_t r = c->row[row]; r < c->row[row + 1]; r++)
            for (size_t k = c->start[r]; k < cupel_run_end(c, row, r); k++) cluster[row * n + k] = c->cluster[c->piece[r]];
}

/* Clusters of all phases but one, joined: a copy of the volume with two ids. */
static cupel_status clusters(const cupel_voxels *v, uint16_t phase, const cupel_job *job, cupel_components *c, uint32_t *cluster, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_voxels two = {0};
    const size_t count = cupel_voxels_count(v);
    CUPEL_TRY(cupel_voxels_init(&two, v->dim, v->n, "a body", err));
    for (size_t i = 0; i < count; i++) two.id[i] = v->id[i] == phase;
    two.n_phases = 2;
    CUPEL_TRY(cupel_components_find(&two, 6, true, job, c, err));
    cluster_of_voxels(c, cluster);
done:
    cupel_voxels_release(&two);
    return st;
}

static uint64_t fill(cupel_voxels *v, uint16_t phase, const cupel_components *c, const uint32_t *cluster)
{
    uint64_t changed = 0;
    const size_t count = cupel_voxels_count(v);
    for (size_t i = 0; i < count; i++) {
        if (c->phase[cluster[i]] || c->winds[cluster[i]]) continue;
        v->id[i] = phase;
        changed++;
    }
    return changed;
}

/* The other phase that a cluster of the phase touches most; counts [clusters][phases]. */
static void count_neighbours(const cupel_voxels *v, const uint32_t *cluster, uint64_t *counts)
{
    const size_t *n = v->n;
    for (size_t i = 0; i < n[0]; i++)
        for (size_t j = 0; j < n[1]; j++)
            for (size_t k = 0; k < n[2]; k++) {
                const size_t a = (i * n[1] + j) * n[2] + k;
                const size_t next[3] = {((i + 1) % n[0] * n[1] + j) * n[2] + k, (i * n[1] + (j + 1) % n[1]) * n[2] + k,
                                        (i * n[1] + j) * n[2] + (k + 1) % n[2]};
                for (int x = 0; x < 3; x++) {
                    if (v->id[a] == v->id[next[x]]) continue;
                    counts[cluster[a] * v->n_phases + v->id[next[x]]]++;
                    counts[cluster[next[x]] * v->n_phases + v->id[a]]++;
                }
            }
}

static cupel_status remove_islands(cupel_voxels *v, uint16_t phase, const cupel_components *c, const uint32_t *cluster, uint64_t *changed,
                                   cupel_err *err)
{
    size_t largest = c->n;
    const size_t count = cupel_voxels_count(v);
    uint64_t *counts = cupel_alloc(cupel_mul(c->n, v->n_phases), sizeof *counts);
    *changed = 0;
    if (!counts) return cupel_no_memory(err, "neighbours of islands", c->n * v->n_phases * sizeof *counts);
    for (size_t k = 0; k < c->n; k++)
        if (c->phase[k] && (largest == c->n || c->size[k] > c->size[largest])) largest = k;
    count_neighbours(v, cluster, counts);
    for (size_t i = 0; i < count; i++) {
        const uint64_t *mine = counts + cluster[i] * v->n_phases;
        size_t best = phase ? 0 : v->n_phases > 1;
        if (!c->phase[cluster[i]] || cluster[i] == largest) continue;
        for (size_t p = 0; p < v->n_phases; p++)
            if (p != phase && mine[p] > mine[best]) best = p;
        v->id[i] = (uint16_t)best;
        (*changed)++;
    }
    cupel_free(counts);
    return CUPEL_OK;
}

cupel_status cupel_connected_mend(cupel_voxels *v, uint16_t phase, const cupel_job *job, uint64_t *islands, uint64_t *trapped, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    uint32_t *cluster = cupel_alloc(cupel_voxels_count(v), sizeof *cluster);
    cupel_components c = {0};
    uint64_t changed = 1;
    *islands = *trapped = 0;
    if (!cluster) CUPEL_TRY(cupel_no_memory(err, "clusters of voxels", cupel_voxels_count(v) * sizeof *cluster));
    for (int round = 0; round < ROUNDS && changed; round++) {
        CUPEL_TRY(clusters(v, phase, job, &c, cluster, err));
        const uint64_t filled = fill(v, phase, &c, cluster);
        *trapped += filled;
        if (filled) {
            cupel_components_release(&c);
            CUPEL_TRY(clusters(v, phase, job, &c, cluster, err));
        }
        CUPEL_TRY(remove_islands(v, phase, &c, cluster, &changed, err));
        *islands += changed;
        changed += filled;
        cupel_components_release(&c);
    }
done:
    cupel_components_release(&c);
    cupel_free(cluster);
    return st;
}

/* ---- designs ---- */

/* On grid n. The phases of the demand are the ids, those too that no voxel has. */
static cupel_status voxels_on(const cupel_micro_demand *d, const cupel_design *g, const size_t n[3], const cupel_job *job, cupel_voxels *v,
                              cupel_err *err)
{
    cupel_status st = cupel_recipe_voxels(&g->recipe, n, v, job, err);
    if (st != CUPEL_OK) return st;
    const size_t count = cupel_voxels_count(v);
    int64_t *label = cupel_alloc(d->n_phases, sizeof *label);
    if (!label) {
        cupel_voxels_release(v);
        return cupel_no_memory(err, "labels", 0);
    }
    for (size_t i = 0; i < count; i++) v->id[i] = (uint16_t)v->label[v->id[i]];
    for (size_t p = 0; p < d->n_phases; p++) label[p] = (int64_t)p;
    cupel_free(v->label);
    v->label = label;
    v->n_phases = d->n_phases;
    return CUPEL_OK;
}

static cupel_status voxels_of(const cupel_micro_demand *d, const cupel_design *g, const cupel_job *job, cupel_voxels *v, cupel_err *err)
{
    size_t n[3];
    cupel_recipe_grid(&g->recipe, g->grid, n);
    return voxels_on(d, g, n, job, v, err);
}

cupel_status cupel_design_mended(const cupel_micro_demand *d, const cupel_design *g, const cupel_job *job, cupel_voxels *v, cupel_err *err)
{
    uint64_t islands, trapped;
    cupel_status st = voxels_of(d, g, job, v, err);
    if (st == CUPEL_OK) st = cupel_connected_mend(v, (uint16_t)d->connected, job, &islands, &trapped, err);
    if (st == CUPEL_OK) st = cupel_voxels_number(v, "a mended design", err);
    if (st != CUPEL_OK) cupel_voxels_release(v);
    return st;
}

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

/* By how much an entry's number moves; of a whole tensor at most by what the tensor moves, relative to the target. */
static double moves(const cupel_micro_demand *d, const cupel_ask *a, const cupel_micro_state *before, const cupel_micro_state *after)
{
    if (!a->whole) return cupel_ask_value(d, a, after) - cupel_ask_value(d, a, before);
    cupel_ask from = *a;
    const double *t = a->kind == CUPEL_ASK_CONDUCTIVITY ? before->k : a->kind == CUPEL_ASK_STIFFNESS ? before->c : before->alpha;
    double asked = 0, here = 0;
    for (size_t i = 0; i < (a->kind == CUPEL_ASK_EXPANSION ? 6 : a->order * a->order); i++) {
        if (isnan(a->target[i])) continue;
        asked += a->target[i] * a->target[i], here += t[i] * t[i];
        from.target[i] = t[i];
    }
    from.free = false;
    return asked > 0 ? cupel_ask_value(d, &from, after) * sqrt(here / asked) : 0;
}

/* The distance from a measured two-point function is known on the grid of its file, where the recipe is made and mended again. */
static cupel_status two_point_moves(const cupel_micro_demand *d, const cupel_ask *a, const cupel_design *g, const cupel_job *job, double *by,
                                    cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_likeness *l = NULL;
    cupel_voxels v = {0};
    uint64_t islands, trapped;
    size_t n[3];
    double error = NAN, mended = NAN;
    CUPEL_TRY(cupel_likeness_open(a->like, a->phase, job, &l, err));
    cupel_likeness_grid(l, n);
    CUPEL_TRY(voxels_on(d, g, n, job, &v, err));
    CUPEL_TRY(cupel_likeness_error(l, &v, a->phase, job, &error, err));
    CUPEL_TRY(cupel_connected_mend(&v, (uint16_t)d->connected, job, &islands, &trapped, err));
    CUPEL_TRY(cupel_likeness_error(l, &v, a->phase, job, &mended, err));
    *by = mended - error;
done:
    cupel_likeness_free(l);
    cupel_voxels_release(&v);
    return st;
}

/* What the mended voxels have more than those of the recipe. Both are numbered here: their descriptors know no phase that is not there. */
static cupel_status compare(const cupel_micro_demand *d, const cupel_design *g, cupel_voxels *v, cupel_voxels *mended, const cupel_job *job,
                            cupel_connected *c, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_tensors before = {.fraction = {0}}, after = before;
    cupel_micro_statistics drawn, body;
    CUPEL_TRY(solve_labels(d, g, v, job, &before, &c->solves, err));
    CUPEL_TRY(solve_labels(d, g, mended, job, &after, &c->solves, err));
    CUPEL_TRY(cupel_voxels_number(v, "a design", err));
    CUPEL_TRY(cupel_voxels_number(mended, "a mended design", err));
    CUPEL_TRY(cupel_statistics_of_labels(d, &g->recipe, v, job, &drawn, err));
    CUPEL_TRY(cupel_statistics_of_labels(d, &g->recipe, mended, job, &body, err));
    cupel_micro_state x = cupel_tensors_state(d, &before), y = cupel_tensors_state(d, &after);
    x.statistics = &drawn, y.statistics = &body;
    for (size_t i = 0; i < d->n_asks; i++) {
        c->by[i] = moves(d, &d->ask[i], &x, &y);
        if (d->ask[i].kind == CUPEL_ASK_TWO_POINT) CUPEL_TRY(two_point_moves(d, &d->ask[i], g, job, &c->by[i], err));
    }
    c->change_k = change(before.k, after.k, 9);
    c->change_c = change(before.c, after.c, 36);
    c->change_alpha = change(before.alpha, after.alpha, 6);
done:
    return st;
}

/* What tensors say is an estimate, from labels, which may take a verdict of the limit back, not give one; what voxels say is so. */
static bool is_of_voxels(const cupel_ask *a) { return a->kind >= CUPEL_ASK_FRACTION; }

void cupel_connected_judge(const cupel_micro_demand *d, cupel_design *g)
{
    if (g->connected.islands + g->connected.trapped == 0) return;
    g->meets = true;
    g->probability = 1;
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        cupel_design_ask *v = &g->ask[i];
        const cupel_design_ask drawn = *v;
        v->mended = g->connected.by[i];
        cupel_design_judge(d, a, v);
        if (!is_of_voxels(a)) {
            v->met = v->met && drawn.met;
            v->met_as_drawn = v->met_as_drawn && drawn.met_as_drawn;
            v->probability = fmin(v->probability, drawn.probability);
        }
        g->connected.spoils = g->connected.spoils || (drawn.met && !v->met);
        g->meets = g->meets && v->met;
        g->probability *= v->probability;
    }
}

cupel_status cupel_design_connect(const cupel_micro_demand *d, cupel_design *g, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_voxels v = {0}, mended = {0};
    cupel_connected *c = &g->connected;
    CUPEL_TRY(voxels_of(d, g, job, &v, err));
    CUPEL_TRY(voxels_of(d, g, job, &mended, err));
    *c = (cupel_connected){.voxels = cupel_voxels_count(&v)};
    CUPEL_TRY(cupel_connected_mend(&mended, (uint16_t)d->connected, job, &c->islands, &c->trapped, err));
    if (c->islands + c->trapped == 0) goto done;
    CUPEL_TRY(compare(d, g, &v, &mended, job, c, err));
    cupel_connected_judge(d, g);
done:
    cupel_voxels_release(&v);
    cupel_voxels_release(&mended);
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
    cupel_str_addf(s, "design-1-connected.npy, .stl (a printer), .h5 (FANS) and .vti (DAMASK)%s have %s in one body; design-1.npy and .json are as "
                      "it was drawn, and so are pictures%s\n", found->n > 1 ? ", and those of the others," : "", d->phase[d->connected].name,
                   printed ? "; where the faces of the box cut it, design-1-connected-alone.stl is its largest piece" : "");
}
