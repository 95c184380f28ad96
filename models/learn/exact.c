#include "models/learn/exact.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "models/learn/surrogate_parts.h"

#include <math.h>
#include <string.h>

void cupel_exact_of(const cupel_surrogate *s, cupel_exact *e)
{
    *e = (cupel_exact){.surrogate = s, .constant = s->y_mean, .factor = s->y_sd, .scale = CUPEL_EXACT_TARGET};
    if (s->expand.own && s->learner->terms) s->learner->terms(s->expand.own->model, &e->terms);
    e->share = e->terms.n ? e->terms.share : 0;
    if (!s->expand.own && !s->expand.kernel) {
        e->coef = s->expand.weights;
        e->share = 1;
    }
    if (s->is_class) {
        e->scale = e->terms.votes ? CUPEL_EXACT_VOTES : CUPEL_EXACT_LOG_ODDS;
        e->constant = e->terms.votes ? 0.5 : -s->sigmoid.b;
        e->factor = e->terms.votes ? 0.5 : -s->sigmoid.a;
    } else if (s->target.kind != CUPEL_TRANSFORM_PLAIN) {
        e->scale = CUPEL_EXACT_TRANSFORMED;
    }
    if (e->coef) e->constant += e->factor * s->expand.bias[0];
    if (e->scale != CUPEL_EXACT_TARGET && e->share < 1) e->share = 0;
}

size_t cupel_exact_steps(const cupel_exact *e, cupel_exact *step)
{
    static const cupel_exact_scale scale[] = {[CUPEL_STEP_ODDS] = CUPEL_EXACT_GATE_ODDS, [CUPEL_STEP_VOTES] = CUPEL_EXACT_GATE_VOTES,
                                              [CUPEL_STEP_OTHERS] = CUPEL_EXACT_OTHERS, [CUPEL_STEP_LOGARITHM] = CUPEL_EXACT_OTHERS_LOG};
    const cupel_surrogate *s = e->surrogate;
    size_t n = 0;
    if (s->is_class || s->target.kind != CUPEL_TRANSFORM_PLAIN) return 0;
    for (size_t m = 0; m < e->terms.n && n < CUPEL_EXACT_STEPS; m++) {
        const cupel_term *t = &e->terms.term[m];
        if (t->step == CUPEL_STEP_NONE) continue;
        const bool own = t->step == CUPEL_STEP_OTHERS;
        step[n] = (cupel_exact){.surrogate = s, .share = 1, .scale = scale[t->step], .constant = own ? s->y_mean + s->y_sd * t->offset : 0,
                                .factor = own ? s->y_sd : 1,
                                .shared = s->y_mean + s->y_sd * e->terms.shared, .terms = {.n = 1, .share = 1}};
        if (fabs(step[n].shared) < cupel_surrogate_slack(s)) step[n].shared = 0;
        step[n].terms.term[0] = (cupel_term){.trees = t->trees, .weight = 1, .column = t->column};
        n++;
    }
    return n;
}

cupel_status cupel_surrogate_scaled(const cupel_surrogate *s, const cupel_query *rows, double **z, cupel_err *err)
{
    const size_t n = rows->n;
    *z = cupel_alloc_aligned(cupel_mul(n, s->scale.k), sizeof **z);
    if (!*z) return cupel_no_memory(err, "scaled rows", cupel_mul(n, s->scale.k * sizeof **z));
    cupel_scale_apply(&s->scale, rows->isa, rows->x, rows->ld, n, *z, s->scale.k);
    return CUPEL_OK;
}

cupel_status cupel_term_rows(const cupel_term *t, const double *z, size_t k, size_t n, double **x, cupel_err *err)
{
    const size_t d = cupel_trees_columns(t->trees);
    *x = cupel_alloc_aligned(cupel_mul(n, d), sizeof **x);
    if (!*x) return cupel_no_memory(err, "rows of trees", cupel_mul(n, d * sizeof **x));
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++) (*x)[i * d + j] = z[i * k + (t->column ? t->column[j] : j)];
    return CUPEL_OK;
}

/* What a term's trees say of scaled rows, said [n]. */
static cupel_status say_term(const cupel_term *t, const cupel_query *z, double *said, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double *x = NULL;
    void *scratch = cupel_alloc_aligned(cupel_trees_scratch_bytes(t->trees), 1);
    if (!scratch) CUPEL_TRY(cupel_no_memory(err, "scratch of a prediction", 0));
    CUPEL_TRY(cupel_term_rows(t, z->x, z->ld, z->n, &x, err));
    cupel_trees_predict(t->trees, &(cupel_query){x, cupel_trees_columns(t->trees), z->n, z->isa, scratch}, said, NULL);
done:
    cupel_free(x);
    cupel_free(scratch);
    return st;
}

cupel_status cupel_exact_say(const cupel_exact *e, const cupel_query *rows, double *said, cupel_err *err)
{
    double *z = NULL;
    cupel_status st = cupel_surrogate_scaled(e->surrogate, rows, &z, err);
    const cupel_query scaled = {.x = z, .ld = e->surrogate->scale.k, .n = rows->n, .isa = rows->isa};
    for (size_t m = 0; m < e->terms.n && st == CUPEL_OK; m++) st = say_term(&e->terms.term[m], &scaled, said + m * rows->n, err);
    cupel_free(z);
    return st;
}

cupel_status cupel_exact_predict(const cupel_exact *e, const cupel_query *rows, double *value, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n = rows->n, k = e->surrogate->scale.k;
    double *z = NULL, *said = cupel_alloc(n, sizeof *said);
    if (!said) return cupel_no_memory(err, "what trees say", n * sizeof *said);
    CUPEL_TRY(cupel_surrogate_scaled(e->surrogate, rows, &z, err));
    const cupel_query scaled = {.x = z, .ld = k, .n = n, .isa = rows->isa};
    memset(value, 0, n * sizeof *value);
    for (size_t i = 0; e->coef && i < n; i++)
        for (size_t j = 0; j < k; j++) value[i] += e->coef[j] * z[i * k + j];
    for (size_t m = 0; !e->coef && m < e->terms.n; m++) {
        if (!(fabs(e->terms.term[m].weight) > 0)) continue;
        CUPEL_TRY(say_term(&e->terms.term[m], &scaled, said, err));
        for (size_t i = 0; i < n; i++) value[i] += e->terms.term[m].weight * said[i];
    }
    for (size_t i = 0; i < n; i++) value[i] = e->constant + e->factor * value[i];
done:
    cupel_free(z);
    cupel_free(said);
    return st;
}

/* Scaled background and rows, and the player of each scaled column. */
typedef struct table {
    double *back, *z;
    size_t *player, k;
    const cupel_shapley_options *o;
    size_t n;
} table;

static void share_columns(const cupel_exact *e, const table *t, double *value, double *base)
{
    memset(value, 0, t->n * t->o->n_players * sizeof *value);
    for (size_t j = 0; j < t->k; j++) {
        double mean = 0;
        for (size_t i = 0; i < t->o->n; i++) mean += t->back[i * t->k + j] / (double)t->o->n;
        *base += e->coef[j] * mean;
        for (size_t i = 0; i < t->n; i++) value[i * t->o->n_players + t->player[j]] += e->coef[j] * (t->z[i * t->k + j] - mean);
    }
}

static cupel_status share_term(const cupel_term *m, const table *t, const cupel_job *job, double *value, double *base, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t d = cupel_trees_columns(m->trees), all = t->n * t->o->n_players;
    double *back = NULL, *x = NULL, *one = cupel_alloc(all, sizeof *one);
    size_t *player = cupel_alloc(d, sizeof *player);
    cupel_shapley *s = NULL;
    if (!one || !player) CUPEL_TRY(cupel_no_memory(err, "Shapley values", all * sizeof *one));
    for (size_t j = 0; j < d; j++) player[j] = t->player[m->column ? m->column[j] : j];
    CUPEL_TRY(cupel_term_rows(m, t->back, t->k, t->o->n, &back, err));
    CUPEL_TRY(cupel_term_rows(m, t->z, t->k, t->n, &x, err));
    const cupel_shapley_options o = {.kind = t->o->kind, .player = player, .n_players = t->o->n_players,
                                     .last_known = t->o->last_known, .x = back, .ld = d, .n = t->o->n};
    CUPEL_TRY(cupel_shapley_new(m->trees, &o, job, &s, err));
    CUPEL_TRY(cupel_shapley_run(s, x, d, t->n, job, one, err));
    for (size_t i = 0; i < all; i++) value[i] += m->weight * one[i];
    *base += m->weight * cupel_shapley_base(s);
done:
    cupel_shapley_free(s);
    cupel_free(back);
    cupel_free(x);
    cupel_free(one);
    cupel_free(player);
    return st;
}

cupel_status cupel_exact_shapley(const cupel_exact *e, const cupel_shapley_options *o, const cupel_query *rows, const cupel_job *job, double *value,
                                 double *base, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n = rows->n;
    const cupel_query back = {.x = o->x, .ld = o->ld, .n = o->n, .isa = rows->isa};
    const cupel_scale *s = &e->surrogate->scale;
    table t = {.k = s->k, .o = o, .n = n, .player = cupel_alloc(s->k, sizeof *t.player)};
    if (!t.player) CUPEL_TRY(cupel_no_memory(err, "Shapley values", s->k * sizeof *t.player));
    for (size_t c = 0; c < s->k; c++) t.player[c] = o->player[s->column[c]];
    CUPEL_TRY(cupel_surrogate_scaled(e->surrogate, &back, &t.back, err));
    CUPEL_TRY(cupel_surrogate_scaled(e->surrogate, rows, &t.z, err));
    *base = 0;
    memset(value, 0, n * o->n_players * sizeof *value);
    if (e->coef) share_columns(e, &t, value, base);
    for (size_t m = 0; !e->coef && m < e->terms.n; m++)
        if (fabs(e->terms.term[m].weight) > 0) CUPEL_TRY(share_term(&e->terms.term[m], &t, job, value, base, err));
    for (size_t i = 0; i < n * o->n_players; i++) value[i] *= e->factor;
    *base = e->constant + e->factor * *base;
done:
    cupel_free(t.player);
    cupel_free(t.back);
    cupel_free(t.z);
    return st;
}
