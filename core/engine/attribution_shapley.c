/* What groups of columns add to single predictions. */
#include "core/engine/attribution_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/order.h"

#include <string.h>

enum { STREAM_ORDER = 0x6f726465, STREAM_BACK = 0x6261636b, STREAM_AGAINST = 0x61676e73, FOLLOWED = 2000 };

/* ---- what is not known ---- */

/* Rows of the table that stand for what is not known: for the path-dependent game all of them. x [n_background][d]. */
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

/* ---- sampled ---- */

/* Sampled over orders of the groups (Castro, Gomez, Tejada 2009, doi:10.1016/j.cor.2008.04.004), each forwards and backwards against one row of the
 * background: along an order the groups turn from that row's values into the explained one's, and each gets the step that it makes. The rows of the
 * background are taken evenly from the smallest to the largest prediction. The steps of an order add up to what lies between its row and the
 * explained one, of which the mean over the whole background is known: so each group's steps are drawn as a straight line over that sum, and read
 * where the known mean is. The values then add up to it, and how the steps scatter about the line gives their standard error. */
typedef struct walk {
    const cupel_attribution *a;
    const cupel_attribution_rows *r;
    const cupel_job *job;
    const cupel_exact *exact; /* its part is left out; NULL: there is none */
    const double *back;  /* [n_background][d] */
    double *rest, mean;  /* [n_background] of the background's predictions what is left, and the mean of it */
    size_t *evenly;      /* [n_background] from the smallest rest on */
    size_t *order;       /* [n_groups] */
    double *x;           /* [n_groups + 1][d] */
    double *value, *part; /* [n_groups + 1] */
    double *step, *sum;  /* [orders][n_groups]; [orders] */
} walk;

/* What is left of the predictions of rows x [n][d]; part [n] scratch. */
static cupel_status ask(walk *w, const double *x, size_t n, double *value, double *part, cupel_err *err)
{
    cupel_status st = cupel_attribution_predict(w->a, x, n, w->r->d, w->job, value, err);
    if (st != CUPEL_OK || !w->exact) return st;
    st = cupel_exact_predict(w->exact, &(cupel_query){.x = x, .ld = w->r->d, .n = n, .isa = w->job->isa}, part, err);
    for (size_t k = 0; k < n && st == CUPEL_OK; k++) value[k] -= part[k];
    return st;
}

static cupel_status look_at_background(walk *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n = w->a->n_background;
    double *part = cupel_alloc(n, sizeof *part);
    w->rest = cupel_alloc(n, sizeof *w->rest);
    w->evenly = cupel_alloc(n, sizeof *w->evenly);
    if (!part || !w->rest || !w->evenly) CUPEL_TRY(cupel_no_memory(err, "the background of Shapley values", 3 * n * sizeof *part));
    CUPEL_TRY(ask(w, w->back, n, w->rest, part, err));
    for (size_t i = 0; i < n; i++) w->mean += w->rest[i] / (double)n;
    st = cupel_order(w->rest, n, w->evenly, err);
done:
    cupel_free(part);
    return st;
}

/* Adds half of each group's step to step [n_groups]. */
static cupel_status walk_once(walk *w, const double *row, const double *back, bool backwards, double *step, cupel_err *err)
{
    const size_t d = w->r->d, n = w->a->n_groups;
    memcpy(w->x, back, d * sizeof *w->x);
    for (size_t k = 0; k < n; k++) {
        const cupel_group *g = &w->a->group[w->order[backwards ? n - 1 - k : k]];
        memcpy(w->x + (k + 1) * d, w->x + k * d, d * sizeof *w->x);
        for (size_t c = 0; c < g->n; c++) w->x[(k + 1) * d + g->column[c]] = row[g->column[c]];
    }
    const cupel_status st = ask(w, w->x, n + 1, w->value, w->part, err);
    for (size_t k = 0; k < n && st == CUPEL_OK; k++) step[w->order[backwards ? n - 1 - k : k]] += 0.5 * (w->value[k + 1] - w->value[k]);
    return st;
}

/* A group's steps over the sums of their orders: the line, read at `at`. *line false: fewer than three orders, or sums that
 * are equal, and the value is the plain mean. */
static void read_line(const walk *w, size_t g, size_t n, double at, double *value, double *error, bool *line)
{
    const size_t groups = w->a->n_groups;
    double s = 0, t = 0, tt = 0, st = 0, left = 0;
    for (size_t k = 0; k < n; k++) s += w->step[k * groups + g] / (double)n, t += w->sum[k] / (double)n;
    for (size_t k = 0; k < n; k++) {
        tt += (w->sum[k] - t) * (w->sum[k] - t);
        st += (w->sum[k] - t) * (w->step[k * groups + g] - s);
    }
    *line = n > 2 && tt > 1e-24 * t * t && tt > 0;
    const double slope = *line ? st / tt : 0;
    for (size_t k = 0; k < n; k++) {
        const double off = w->step[k * groups + g] - s - slope * (w->sum[k] - t);
        left += off * off;
    }
    *value = s + slope * (at - t);
    if (*line) *error = sqrt(left / (double)(n - 2) * (1 / (double)n + (at - t) * (at - t) / tt));
    else if (n > 1) *error = sqrt(left / (double)(n - 1) / (double)n);
}

/* Values that do not come from lines are made to add up to `all`. */
static void make_whole(double *value, size_t n, double all)
{
    double sum = 0, size = 0;
    for (size_t g = 0; g < n; g++) sum += value[g], size += fabs(value[g]);
    for (size_t g = 0; g < n; g++) value[g] += (all - sum) * (size > 0 ? fabs(value[g]) / size : 1 / (double)n);
}

static cupel_status explain_row(walk *w, const cupel_attribution_options *o, size_t i, double *value, cupel_explained *e, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n = w->a->n_groups, all = w->a->n_background;
    const double *row = w->r->x + i * w->r->d, u = cupel_rng_uniform(o->seed, STREAM_BACK, i);
    double rest = 0, part;
    bool line = false;
    memset(w->step, 0, o->orders * n * sizeof *w->step);
    CUPEL_TRY(ask(w, row, 1, &rest, &part, err));
    for (size_t k = 0; k < o->orders; k++) {
        const size_t at = (size_t)(((double)k + u) * (double)all / (double)o->orders), back = w->evenly[at < all ? at : all - 1];
        cupel_rng_permutation(o->seed, STREAM_ORDER + i * o->orders + k, w->order, n);
        for (int backwards = 0; backwards < 2; backwards++) CUPEL_TRY(walk_once(w, row, w->back + back * w->r->d, backwards, w->step + k * n, err));
        w->sum[k] = rest - w->rest[back];
    }
    for (size_t g = 0; g < n; g++) read_line(w, g, o->orders, rest - w->mean, &value[g], &e->shapley_error[g], &line);
    if (!line) make_whole(value, n, rest - w->mean);
    for (size_t g = 0; g < n; g++) e->shapley[g] += value[g];
    e->base += w->mean;
done:
    return st;
}

static cupel_status sample(cupel_attribution *a, const cupel_attribution_options *o, const cupel_attribution_rows *r, const cupel_exact *exact,
                           const double *back, const cupel_job *job, double *value, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n = a->n_groups + 1;
    walk w = {.a = a, .r = r, .job = job, .exact = exact, .back = back};
    a->n_orders = o->orders;
    w.order = cupel_alloc(n, sizeof *w.order);
    w.x = cupel_alloc(cupel_mul(n, r->d), sizeof *w.x);
    w.value = cupel_alloc(2 * n, sizeof *w.value);
    w.step = cupel_alloc(cupel_mul(o->orders, n), sizeof *w.step);
    w.sum = cupel_alloc(o->orders, sizeof *w.sum);
    if (!w.order || !w.x || !w.value || !w.step || !w.sum) CUPEL_TRY(cupel_no_memory(err, "Shapley values", cupel_mul(n, r->d * sizeof *w.x)));
    w.part = w.value + n;
    CUPEL_TRY(look_at_background(&w, err));
    for (size_t i = 0; i < a->n_explained; i++) {
        cupel_progress(job, "explaining rows", i, a->n_explained);
        if (cupel_stopped(job)) CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "stopped while explaining"));
        CUPEL_TRY(explain_row(&w, o, i, value, &a->row[i], err));
    }
done:
    cupel_free(w.order);
    cupel_free(w.x);
    cupel_free(w.value);
    cupel_free(w.step);
    cupel_free(w.sum);
    cupel_free(w.rest);
    cupel_free(w.evenly);
    return st;
}

/* ---- exact ---- */

/* Of all rows explained: value [n_explained][n_groups + 1], the last player holds the columns that are the same in all rows. */
static cupel_status share_out(const cupel_attribution *a, const cupel_attribution_rows *r, const cupel_exact *exact, const double *back,
                              const cupel_job *job, double *value, double *base, cupel_err *err)
{
    const size_t players = a->n_groups + 1;
    size_t *player = cupel_alloc(r->d, sizeof *player);
    if (!player) return cupel_no_memory(err, "Shapley values", r->d * sizeof *player);
    for (size_t j = 0; j < r->d; j++) player[j] = a->n_groups;
    for (size_t g = 0; g < a->n_groups; g++)
        for (size_t c = 0; c < a->group[g].n; c++) player[a->group[g].column[c]] = g;
    const cupel_shapley_options s = {.kind = a->path ? CUPEL_SHAPLEY_PATH : CUPEL_SHAPLEY_PAIRS, .player = player, .n_players = players,
                                     .last_known = true, .x = back, .ld = r->d, .n = a->n_background};
    const cupel_query rows = {.x = r->x, .ld = r->d, .n = a->n_explained, .isa = job->isa};
    const cupel_status st = cupel_exact_shapley(exact, &s, &rows, job, value, base, err);
    cupel_free(player);
    return st;
}

static cupel_status share_part(cupel_attribution *a, const cupel_attribution_rows *r, const cupel_exact *exact, const double *back,
                               const cupel_job *job, double *value, cupel_err *err)
{
    double base = 0;
    const cupel_status st = share_out(a, r, exact, back, job, value, &base, err);
    for (size_t i = 0; st == CUPEL_OK && i < a->n_explained; i++) {
        a->row[i].base += base;
        for (size_t g = 0; g < a->n_groups; g++) a->row[i].shapley[g] += value[i * (a->n_groups + 1) + g];
    }
    return st;
}

static cupel_status share_step(cupel_attribution *a, const cupel_attribution_rows *r, const cupel_exact *step, const double *back,
                               const cupel_job *job, double *value, cupel_err *err)
{
    cupel_explained_step *to = &a->step[a->n_steps++];
    const size_t n = a->n_explained, groups = a->n_groups;
    *to = (cupel_explained_step){.scale = step->scale, .shared = step->shared, .value = cupel_alloc(n, sizeof *to->value),
                                 .shapley = cupel_alloc(cupel_mul(n, groups), sizeof *to->shapley)};
    if (!to->value || !to->shapley) return cupel_no_memory(err, "Shapley values", cupel_mul(n, groups * sizeof *value));
    cupel_status st = share_out(a, r, step, back, job, value, &to->base, err);
    if (st == CUPEL_OK) st = cupel_exact_predict(step, &(cupel_query){.x = r->x, .ld = r->d, .n = n, .isa = job->isa}, to->value, err);
    for (size_t i = 0; st == CUPEL_OK && i < n; i++) memcpy(to->shapley + i * groups, value + i * (groups + 1), groups * sizeof *value);
    return st;
}

/* What the model decides on the way to its value. */
static cupel_status share_steps(cupel_attribution *a, const cupel_attribution_rows *r, const cupel_exact *exact, const double *back,
                                const cupel_job *job, double *value, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_exact *step = cupel_alloc(CUPEL_EXACT_STEPS, sizeof *step);
    if (!step) return cupel_no_memory(err, "Shapley values", CUPEL_EXACT_STEPS * sizeof *step);
    const size_t n = cupel_exact_steps(exact, step);
    for (size_t k = 0; k < n && st == CUPEL_OK; k++) st = share_step(a, r, &step[k], back, job, value, err);
    cupel_free(step);
    return st;
}

/* ---- all together ---- */

static void average(cupel_attribution *a)
{
    const double n = (double)a->n_explained;
    for (size_t g = 0; g < a->n_groups; g++) {
        double square = 0;
        for (size_t i = 0; i < a->n_explained; i++) {
            a->group[g].shapley += fabs(a->row[i].shapley[g]) / n;
            square += a->row[i].shapley_error[g] * a->row[i].shapley_error[g];
        }
        a->group[g].shapley_error = a->n_orders ? sqrt(square) / n : (double)NAN;
    }
}

static cupel_status follow(cupel_attribution *a, const cupel_attribution_rows *r, const cupel_job *job, cupel_exact *exact, cupel_err *err)
{
    const size_t all = r->n - r->against, n = all < FOLLOWED ? all : FOLLOWED;
    const cupel_status st = cupel_exact_follow(exact, r->x + r->against * r->d, r->d, n, r->value + r->against, job->isa, err);
    a->follows = exact->follows;
    return st;
}

cupel_status cupel_attribution_shapley(cupel_attribution *a, const cupel_attribution_options *o, const cupel_attribution_rows *r,
                                       const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const cupel_surrogate *s = cupel_model_surrogate(a->model);
    const bool whole = o->sharing != CUPEL_SHARING_SAMPLED;
    double *back = NULL, *value = NULL;
    cupel_exact *exact = cupel_alloc(1, sizeof *exact);
    if (!exact) return cupel_no_memory(err, "Shapley values", sizeof *exact);
    cupel_exact_of(s, exact);
    a->path = o->sharing == CUPEL_SHARING_PATH;
    if (a->path && exact->share < 1)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "the path-dependent game is for models that are sums over trees, and model '%s' as it was trained is "
                                               "none; use --shapley auto", cupel_surrogate_learner(s)));
    a->exact = whole ? exact->share : 0;
    a->scale = exact->scale;
    for (size_t g = 0; g < a->n_groups && !a->n_explained; g++) a->group[g].shapley = (double)NAN;
    if (!a->n_explained) goto done;
    value = cupel_alloc(cupel_mul(a->n_explained, a->n_groups + 1) + 1, sizeof *value);
    if (!value) CUPEL_TRY(cupel_no_memory(err, "Shapley values", cupel_mul(a->n_explained, a->n_groups * sizeof *value)));
    CUPEL_TRY(background(a, o, r, &back, err));
    if (whole) CUPEL_TRY(share_steps(a, r, exact, back, job, value, err));
    if (whole && a->exact < 1) CUPEL_TRY(follow(a, r, job, exact, err));
    if (a->follows > 0) a->exact = 0; /* what is shared out exactly is that sum */
    const bool part = a->exact > 0 || a->follows > 0;
    if (part) CUPEL_TRY(share_part(a, r, exact, back, job, value, err));
    if (a->exact < 1) CUPEL_TRY(sample(a, o, r, part ? exact : NULL, back, job, value, err));
    average(a);
done:
    cupel_free(exact);
    cupel_free(back);
    cupel_free(value);
    return st;
}
