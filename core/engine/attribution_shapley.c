/* What groups of columns add to single predictions. */
#include "core/engine/attribution_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"

#include <string.h>

enum { STREAM_ORDER = 0x6f726465, STREAM_BACK = 0x6261636b, STREAM_AGAINST = 0x61676e73 };

/* ---- sampled ---- */

/* Sampled over orders of the groups (Castro, Gomez, Tejada 2009, doi:10.1016/j.cor.2008.04.004), each forwards and backwards against one row of the
 * table as background: along an order the groups turn from the background's values into the row's, and each gets the step that it makes. */
typedef struct walk {
    const cupel_attribution *a;
    const cupel_attribution_rows *r;
    const cupel_job *job;
    const cupel_exact *exact; /* its part is left out; NULL: there is none */
    size_t *order;       /* [n_groups] */
    double *x;           /* [n_groups + 1][d] */
    double *value, *part; /* [n_groups + 1] */
} walk;

/* What is left of the predictions of the walk's rows. */
static cupel_status ask(walk *w, cupel_err *err)
{
    const size_t n = w->a->n_groups + 1;
    cupel_status st = cupel_attribution_predict(w->a, w->x, n, w->r->d, w->job, w->value, err);
    if (st != CUPEL_OK || !w->exact) return st;
    st = cupel_exact_predict(w->exact, w->x, w->r->d, n, w->job->isa, w->part, err);
    for (size_t k = 0; k < n && st == CUPEL_OK; k++) w->value[k] -= w->part[k];
    return st;
}

static cupel_status walk_once(walk *w, const double *row, const double *back, bool backwards, double share, cupel_explained *e, cupel_err *err)
{
    const size_t d = w->r->d, n = w->a->n_groups;
    memcpy(w->x, back, d * sizeof *w->x);
    for (size_t k = 0; k < n; k++) {
        const cupel_group *g = &w->a->group[w->order[backwards ? n - 1 - k : k]];
        memcpy(w->x + (k + 1) * d, w->x + k * d, d * sizeof *w->x);
        for (size_t c = 0; c < g->n; c++) w->x[(k + 1) * d + g->column[c]] = row[g->column[c]];
    }
    const cupel_status st = ask(w, err);
    if (st == CUPEL_OK) e->base += share * w->value[0];
    for (size_t k = 0; k < n && st == CUPEL_OK; k++) e->shapley[w->order[backwards ? n - 1 - k : k]] += share * (w->value[k + 1] - w->value[k]);
    return st;
}

static cupel_status explain_row(walk *w, const cupel_attribution_options *o, size_t i, cupel_explained *e, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const double share = 0.5 / (double)o->orders;
    for (size_t k = 0; k < o->orders; k++) {
        const size_t back = w->r->against + (size_t)cupel_rng_below(o->seed, STREAM_BACK, i * o->orders + k, w->r->n - w->r->against);
        cupel_rng_permutation(o->seed, STREAM_ORDER + i * o->orders + k, w->order, w->a->n_groups);
        for (int backwards = 0; backwards < 2; backwards++)
            CUPEL_TRY(walk_once(w, w->r->x + i * w->r->d, w->r->x + back * w->r->d, backwards, share, e, err));
    }
done:
    return st;
}

static cupel_status sample(cupel_attribution *a, const cupel_attribution_options *o, const cupel_attribution_rows *r, const cupel_exact *exact,
                           const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n = a->n_groups + 1;
    walk w = {.a = a, .r = r, .job = job, .exact = exact};
    w.order = cupel_alloc(n, sizeof *w.order);
    w.x = cupel_alloc(cupel_mul(n, r->d), sizeof *w.x);
    w.value = cupel_alloc(2 * n, sizeof *w.value);
    if (!w.order || !w.x || !w.value) CUPEL_TRY(cupel_no_memory(err, "Shapley values", cupel_mul(n, r->d * sizeof *w.x)));
    w.part = w.value + n;
    for (size_t i = 0; i < a->n_explained; i++) {
        cupel_progress(job, "explaining rows", i, a->n_explained);
        if (cupel_stopped(job)) CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "stopped while explaining"));
        CUPEL_TRY(explain_row(&w, o, i, &a->row[i], err));
    }
done:
    cupel_free(w.order);
    cupel_free(w.x);
    cupel_free(w.value);
    return st;
}

/* ---- exact ---- */

/* Rows of the table that stand for what is not known: for the path-dependent game all of them. */
static cupel_status background(cupel_attribution *a, const cupel_attribution_options *o, const cupel_attribution_rows *r, double **x, cupel_err *err)
{
    const size_t all = r->n - r->against, n = a->path || o->background > all ? all : o->background;
    const double *rows = r->x + r->against * r->d;
    size_t *order = cupel_alloc(all, sizeof *order);
    *x = cupel_alloc(cupel_mul(n, r->d), sizeof **x);
    const bool there = order && *x;
    if (there) cupel_rng_permutation(o->seed, STREAM_AGAINST, order, all);
    for (size_t i = 0; there && i < n; i++) memcpy(*x + i * r->d, rows + (n < all ? order[i] : i) * r->d, r->d * sizeof **x);
    a->n_background = n;
    cupel_free(order);
    return there ? CUPEL_OK : cupel_no_memory(err, "the background of Shapley values", cupel_mul(n, r->d * sizeof **x));
}

static cupel_status share_out(cupel_attribution *a, const cupel_attribution_options *o, const cupel_attribution_rows *r, const cupel_exact *exact,
                              const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t players = a->n_groups + 1; /* the last one holds the columns that are the same in all rows */
    double *x = NULL, base = 0, *value = cupel_alloc(cupel_mul(a->n_explained, players) + 1, sizeof *value);
    size_t *player = cupel_alloc(r->d, sizeof *player);
    if (!value || !player) CUPEL_TRY(cupel_no_memory(err, "Shapley values", cupel_mul(a->n_explained, players * sizeof *value)));
    for (size_t j = 0; j < r->d; j++) player[j] = a->n_groups;
    for (size_t g = 0; g < a->n_groups; g++)
        for (size_t c = 0; c < a->group[g].n; c++) player[a->group[g].column[c]] = g;
    CUPEL_TRY(background(a, o, r, &x, err));
    const cupel_shapley_options s = {.kind = a->path ? CUPEL_SHAPLEY_PATH : CUPEL_SHAPLEY_PAIRS, .player = player, .n_players = players, .x = x,
                                     .ld = r->d, .n = a->n_background};
    CUPEL_TRY(cupel_exact_shapley(exact, &s, r->x, r->d, a->n_explained, job, value, &base, err));
    for (size_t i = 0; i < a->n_explained; i++) {
        a->row[i].base += base;
        for (size_t g = 0; g < a->n_groups; g++) a->row[i].shapley[g] += value[i * players + g];
    }
done:
    cupel_free(x);
    cupel_free(value);
    cupel_free(player);
    return st;
}

cupel_status cupel_attribution_shapley(cupel_attribution *a, const cupel_attribution_options *o, const cupel_attribution_rows *r,
                                       const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_exact exact;
    const cupel_surrogate *s = cupel_model_surrogate(a->model);
    cupel_exact_of(s, &exact);
    a->path = o->sharing == CUPEL_SHARING_PATH;
    if (a->path && exact.share < 1)
        return cupel_fail(err, CUPEL_USAGE, "the path-dependent game is for models that are sums over trees, and model '%s' as it was trained is "
                          "none; use --shapley auto", cupel_surrogate_learner(s));
    a->exact = o->sharing == CUPEL_SHARING_SAMPLED ? 0 : exact.share;
    a->scale = exact.scale;
    if (a->exact > 0 && a->n_explained) CUPEL_TRY(share_out(a, o, r, &exact, job, err));
    if (a->exact < 1) CUPEL_TRY(sample(a, o, r, a->exact > 0 ? &exact : NULL, job, err));
    for (size_t i = 0; i < a->n_explained; i++)
        for (size_t g = 0; g < a->n_groups; g++) a->group[g].shapley += fabs(a->row[i].shapley[g]) / (double)a->n_explained;
done:
    return st;
}
