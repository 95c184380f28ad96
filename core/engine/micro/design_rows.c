#include "core/engine/micro/design_rows.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/connected.h"
#include "core/engine/micro/store.h"
#include "core/math/small.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LEAST = 8, MOST = 128 };

static const double NEAR = 0.002;      /* root mean square of the differences, -1 .. 1 being a whole range */
static const double ITERATING = 1e-3; /* what is left of a trial's tensors at most, relative */

/* ---- may it be done ---- */

static bool is_of_one_noise(const cupel_micro_demand *d, const cupel_micro_space *s, const cupel_job *job)
{
    bool random = true;
    if (cupel_yaml_get(d->space, "seed")) return true;
    return cupel_seeds_matter(&s->middle, job, &random, NULL) == CUPEL_OK && !random;
}

/* NULL: it may. */
static const char *why_not(const cupel_micro_demand *d, const cupel_designs *found, const cupel_micro_space *s, const cupel_job *job)
{
    if (!found->n || found->one[0].unverified) return "no design was verified";
    if (!d->needs_conduction && !d->needs_elasticity) return "the demand asks for no tensor";
    if (d->needs_expansion && d->n_phases != 2) return "the stiffness does not tell the expansion of more than two phases";
    for (size_t k = 0; k < s->n; k++)
        if (s->whole[k]) return "the search leaves whole numbers of a space as they are";
    if (found->one[0].recipe.generator != s->middle.generator) return "the first design is no structure of the space";
    if (!is_of_one_noise(d, s, job)) return "the space names no seed, so that each start had a noise of its own; with 'seed: 1' in it there is one";
    return NULL;
}

/* One number that is always there stands for what is asked, which a surrogate does not depend on; no grid: there were several. */
static cupel_micro_demand *plain(const cupel_micro_demand *d)
{
    cupel_micro_demand *p = cupel_alloc(1, sizeof *p);
    if (!p) return NULL;
    *p = *d;
    p->needs_surface = false;
    p->grid = 0;
    p->n_asks = 1;
    p->ask[0] = (cupel_ask){.kind = CUPEL_ASK_FRACTION, .name = "volume fraction", .within = NAN, .min = 0, .max = 1, .weight = 1, .unit = "",
                            .in_unit = 1, .own_unit = ""};
    return p;
}

/* ---- rows ---- */

typedef struct table {
    const cupel_micro_demand *d;
    const cupel_micro_space *space;
    const cupel_designs *found;
    cupel_samples rows;
} table;

static cupel_status room(table *t, cupel_err *err)
{
    cupel_samples *s = &t->rows;
    cupel_layout_of(t->d, &s->layout);
    s->n_params = t->space->n;
    s->param = cupel_alloc(MOST, s->n_params * sizeof *s->param), s->figure = cupel_alloc(MOST, s->layout.width * sizeof *s->figure);
    s->reason = cupel_alloc(MOST, sizeof *s->reason), s->recipe = cupel_alloc(MOST, sizeof *s->recipe);
    return s->param && s->figure && s->reason && s->recipe ? CUPEL_OK : cupel_no_memory(err, "trials", 0);
}

/* Inside the ranges, and not beside a row that is there. */
static bool is_new(const table *t, const double *x)
{
    double a[CUPEL_SOBOL_DIMENSIONS], b[CUPEL_SOBOL_DIMENSIONS];
    const size_t n = t->space->n;
    if (t->rows.n == MOST) return false;
    for (size_t k = 0; k < n; k++)
        if (!(x[k] >= t->space->low[k] && x[k] <= t->space->high[k])) return false;
    cupel_micro_space_scaled(t->space, x, a);
    for (size_t i = 0; i < t->rows.n; i++) {
        double sum = 0;
        cupel_micro_space_scaled(t->space, t->rows.param + i * n, b);
        for (size_t k = 0; k < n; k++) sum += (a[k] - b[k]) * (a[k] - b[k]);
        if (sum < NEAR * NEAR * (double)n) return false;
    }
    return true;
}

/* figure [layout.width] becomes a row at x. */
static cupel_status add(table *t, const double *x, const double *figure, cupel_err *err)
{
    cupel_samples *s = &t->rows;
    cupel_recipe r = t->space->middle;
    cupel_str text = {0};
    for (size_t k = 0; k < s->n_params; k++) r.value[t->space->place[k]] = x[k];
    cupel_recipe_text(&r, &text);
    s->recipe[s->n] = text.failed ? NULL : cupel_strndup(text.p, text.n);
    cupel_str_free(&text);
    if (!s->recipe[s->n]) return cupel_no_memory(err, "recipes", 0);
    memcpy(s->param + s->n * s->n_params, x, s->n_params * sizeof *x);
    memcpy(s->figure + s->n++ * s->layout.width, figure, s->layout.width * sizeof *figure);
    return CUPEL_OK;
}

/* One tensor [n] with its bars: `bar`, or a share of its norm in every component. */
static bool put_tensor(double *figure, size_t at, size_t at_error, const double *t, const double *bar, double share, size_t n)
{
    if (at == SIZE_MAX) return true;
    const double size = cupel_small_norm(t, n);
    for (size_t i = 0; i < n; i++) {
        figure[at + i] = t[i];
        figure[at_error + i] = bar ? bar[i] : share * size / sqrt((double)n);
    }
    return isfinite(size);
}

/* How far a grid is off, from the first design's own grid: with the square of the voxel towards coarser ones, with the voxel towards finer ones. */
static double share_of(const cupel_micro_demand *d, const cupel_designs *found, bool elastic, size_t grid)
{
    const cupel_design *g = &found->one[0];
    const double *limit = elastic ? g->limit.c : g->limit.k, *own = elastic ? g->on_grid.c : g->on_grid.k, ratio = (double)d->grid / (double)grid;
    const size_t n = elastic ? 36 : 9;
    double apart[36];
    for (size_t i = 0; i < n; i++) apart[i] = limit[i] - own[i];
    return ITERATING + cupel_small_norm(apart, n) / fmax(cupel_small_norm(limit, n), 1e-300) * (ratio > 1 ? ratio * ratio : ratio);
}

/* bar NULL: of a trial on `grid`. False where a number is missing. */
static bool figures_of(const table *t, const cupel_tensors *x, const cupel_tensors *bar, size_t grid, double *figure)
{
    const cupel_layout *l = &t->rows.layout;
    const double share_k = t->d->needs_conduction && !bar ? share_of(t->d, t->found, false, grid) : 0;
    const double share_c = t->d->needs_elasticity && !bar ? share_of(t->d, t->found, true, grid) : 0;
    for (size_t i = 0; i < l->width; i++) figure[i] = NAN; /* statistics of a trial are not known */
    memcpy(figure + l->fraction, x->fraction, l->n_phases * sizeof *figure);
    return put_tensor(figure, l->k, l->k_error, x->k, bar ? bar->k : NULL, share_k, 9) &&
           put_tensor(figure, l->c, l->c_error, x->c, bar ? bar->c : NULL, share_c, 36) &&
           put_tensor(figure, l->alpha, l->alpha_error, x->alpha, bar ? bar->alpha : NULL, share_c, 6);
}

static cupel_status add_designs(table *t, double *figure, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double x[CUPEL_SOBOL_DIMENSIONS];
    for (size_t i = 0; i < t->found->n && st == CUPEL_OK; i++) {
        const cupel_design *g = &t->found->one[i];
        if (cupel_design_is_mended(g)) continue; /* rows are of what a recipe draws */
        for (size_t k = 0; k < t->space->n; k++) x[k] = g->recipe.value[t->space->place[k]];
        if (is_new(t, x) && figures_of(t, &g->limit, &g->bar, g->grid, figure)) st = add(t, x, figure, err);
    }
    return st;
}

/* The last first: they are on finer grids. */
static cupel_status add_trials(table *t, const cupel_family *f, double *figure, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double x[CUPEL_SOBOL_DIMENSIONS];
    for (size_t i = t->found->n_points; i-- && st == CUPEL_OK;) {
        const cupel_design_point *p = &t->found->point[i];
        for (size_t k = 0; k < t->space->n; k++) {
            x[k] = NAN; /* in no range: a parameter that is not searched makes no row */
            for (size_t j = 0; j < f->n; j++)
                if (f->place[j] == t->space->place[k]) x[k] = p->x[j];
        }
        if (is_new(t, x) && figures_of(t, &p->t, NULL, p->grid, figure)) st = add(t, x, figure, err);
    }
    return st;
}

static cupel_status add_earlier(table *t, cupel_err *err)
{
    cupel_samples s = {.n = 0};
    uint64_t grid;
    if (!t->d->surrogate) return CUPEL_OK;
    cupel_status st = cupel_micro_load_rows(t->d->surrogate, t->d, t->space, &s, &grid, err);
    for (size_t i = 0; i < s.n && st == CUPEL_OK; i++)
        if (!s.reason[i] && is_new(t, s.param + i * s.n_params)) st = add(t, s.param + i * s.n_params, s.figure + i * s.layout.width, err);
    cupel_samples_release(&s);
    return st;
}

/* ---- the file ---- */

static cupel_status save(const table *t, const cupel_micro_demand *p, const char *path, const cupel_job *job, cupel_design_sample *made,
                         cupel_err *err)
{
    cupel_micro_model *m = NULL;
    cupel_micro_facts f = {0};
    cupel_err why = {0};
    cupel_status st = cupel_micro_model_fit(p, t->space, &t->rows, job, &m, &why);
    if (st == CUPEL_FAILED) { /* rows that teach nothing are no surrogate */
        snprintf(made->why, sizeof made->why, "nothing can be learned from its structures: %.200s", why.message);
        return CUPEL_OK;
    }
    if (st != CUPEL_OK) return cupel_fail(err, st, "%s", why.message);
    CUPEL_TRY(cupel_micro_facts_of(m, p->n_asks, &f, err));
    CUPEL_TRY(cupel_micro_save_samples(&t->rows, &f, p, t->space, path, err));
    made->rows = t->rows.n;
done:
    cupel_micro_facts_release(&f);
    cupel_micro_model_free(m);
    return st;
}

static cupel_status rows_of(table *t, const cupel_family *f, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double *figure = NULL;
    CUPEL_TRY(room(t, err));
    figure = cupel_alloc(t->rows.layout.width, sizeof *figure);
    if (!figure) CUPEL_TRY(cupel_no_memory(err, "trials", 0));
    CUPEL_TRY(add_designs(t, figure, err));
    CUPEL_TRY(add_trials(t, f, figure, err));
    st = add_earlier(t, err);
done:
    cupel_free(figure);
    return st;
}

/* The table, or why there is none. */
static cupel_status make(table *t, const cupel_family *f, const cupel_job *job, cupel_design_sample *made, cupel_err *err)
{
    const char *why = why_not(t->d, t->found, t->space, job);
    cupel_status st = why ? CUPEL_OK : rows_of(t, f, err);
    if (why) snprintf(made->why, sizeof made->why, "%s", why);
    if (!why && st == CUPEL_OK && t->rows.n < LEAST)
        snprintf(made->why, sizeof made->why, "of the structures that were tried %zu differ, and it takes %d", t->rows.n, (int)LEAST);
    return st;
}

cupel_status cupel_design_rows_write(const cupel_micro_demand *d, const cupel_designs *found, cupel_account *a, cupel_design_sample *made,
                                     cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_job job = *a->job;
    char *path = NULL;
    *made = (cupel_design_sample){.rows = 0};
    if (!d->space) return CUPEL_OK;
    if (d->n_listed) {
        snprintf(made->why, sizeof made->why, "the demand names a list of spaces");
        return CUPEL_OK;
    }
    cupel_micro_space *s = cupel_alloc(1, sizeof *s);
    cupel_families *f = cupel_alloc(1, sizeof *f);
    cupel_micro_demand *p = plain(d);
    table t = {.d = d, .space = s, .found = found};
    job.stop = NULL; /* a moment: what was found is written whole */
    if (!s || !f || !p) CUPEL_TRY(cupel_no_memory(err, "a sample", 0));
    CUPEL_TRY(cupel_micro_space_read(d, s, err));
    CUPEL_TRY(cupel_families_of(d, f, err));
    CUPEL_TRY(make(&t, &f->one[0], &job, made, err));
    if (*made->why) goto done;
    CUPEL_TRY(cupel_account_path(a, "samples.h5", &path, err));
    CUPEL_TRY(save(&t, p, path, &job, made, err));
    if (!made->rows) goto done;
    st = cupel_account_note(a, "samples.h5", "what the search has solved: with 'surrogate: samples.h5' the next design of this space begins with it",
                            err);
done:
    cupel_samples_release(&t.rows);
    cupel_free(path);
    cupel_free(s);
    cupel_free(f);
    cupel_free(p);
    return st;
}
