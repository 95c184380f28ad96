#include "core/engine/micro/ranking.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/par.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 256, ROUND = 64, POOL = 448 };

static const double ACCURACY = 2e-4; /* of iterating, when verifying */
static const double NEAR = 0.2; /* of a range that is 2 wide: a tenth of it */

const char *const cupel_verdict_word[] = {"yes", "within the error", "no"};

cupel_ask_verdict cupel_ask_judge(const cupel_ask *a, double value, double error)
{
    const double low = a->whole ? -HUGE_VAL : a->min, high = a->whole ? a->within : a->max;
    if (isnan(value)) return CUPEL_MISSES;
    if (value - error >= low && value + error <= high) return CUPEL_MEETS;
    return value + error < low || value - error > high ? CUPEL_MISSES : CUPEL_OPEN;
}

/* ---- the quick pass ---- */

typedef struct scored {
    double score;
    uint64_t index;
} scored;

/* Better first; equal scores by index, so that the order is one for any division of the work. */
static bool better(scored a, scored b) { return a.score > b.score || (a.score == b.score && a.index < b.index); }

static int by_score(const void *a, const void *b)
{
    const scored x = *(const scored *)a, y = *(const scored *)b;
    return better(x, y) ? -1 : better(y, x) ? 1 : 0;
}

/* The best `cap`, the worst of them at the root of a heap. */
typedef struct heap {
    scored *at;
    size_t n, cap;
} heap;

static void heap_down(heap *h, size_t i)
{
    for (size_t child; (child = 2 * i + 1) < h->n; i = child) {
        if (child + 1 < h->n && better(h->at[child], h->at[child + 1])) child++;
        if (better(h->at[child], h->at[i])) return;
        const scored t = h->at[i];
        h->at[i] = h->at[child];
        h->at[child] = t;
    }
}

static void heap_offer(heap *h, scored x)
{
    if (h->n < h->cap) {
        size_t i = h->n++;
        for (; i && better(h->at[(i - 1) / 2], x); i = (i - 1) / 2) h->at[i] = h->at[(i - 1) / 2];
        h->at[i] = x;
    } else if (better(x, h->at[0])) {
        h->at[0] = x;
        heap_down(h, 0);
    }
}

typedef struct hand {
    cupel_micro_scratch *scratch;
    double *value;
    double score[BLOCK];
    heap best;
} hand;

typedef struct stream {
    const cupel_micro_model *m;
    const cupel_micro_demand *d;
    const cupel_micro_space *s;
    const cupel_job *job;
    size_t n_hands;
    hand *hand;
    uint64_t first;   /* candidate that this round begins with */
    scored *pool;
    size_t n_pool;
    cupel_ranked *row;
} stream;

static cupel_status score_block(void *user, size_t item, size_t worker, cupel_err *err)
{
    stream *t = user;
    hand *h = &t->hand[worker];
    const uint64_t from = t->first + (uint64_t)item * BLOCK, left = t->d->candidates - from;
    const size_t n = left < BLOCK ? (size_t)left : (size_t)BLOCK;
    (void)err;
    for (size_t i = 0; i < n; i++) cupel_micro_space_point(t->s, t->d->sample + from + i, h->value + i * t->s->n);
    cupel_micro_model_score(t->m, h->value, n, t->job->isa, h->scratch, h->score);
    for (size_t i = 0; i < n; i++)
        if (h->score[i] > -HUGE_VAL) heap_offer(&h->best, (scored){h->score[i], t->d->sample + from + i});
    return CUPEL_OK;
}

static cupel_status hands_of(stream *t, cupel_err *err)
{
    const size_t pool = t->d->keep + POOL;
    t->n_hands = t->job->threads;
    t->hand = cupel_alloc(t->n_hands, sizeof *t->hand);
    if (!t->hand) return cupel_no_memory(err, "room to predict", 0);
    for (size_t i = 0; i < t->n_hands; i++) {
        hand *h = &t->hand[i];
        cupel_status st = cupel_micro_scratch_new(t->m, BLOCK, &h->scratch, err);
        if (st != CUPEL_OK) return st;
        h->value = cupel_alloc(BLOCK, t->s->n * sizeof *h->value);
        h->best = (heap){.at = cupel_alloc(pool, sizeof *h->best.at), .cap = pool};
        if (!h->value || !h->best.at) return cupel_no_memory(err, "room to predict", pool * sizeof *h->best.at);
    }
    return CUPEL_OK;
}

static void hands_release(stream *t)
{
    for (size_t i = 0; t->hand && i < t->n_hands; i++) {
        cupel_micro_scratch_free(t->hand[i].scratch);
        cupel_free(t->hand[i].value);
        cupel_free(t->hand[i].best.at);
    }
    cupel_free(t->hand);
    cupel_free(t->pool);
}

static cupel_status quick_pass(stream *t, cupel_err *err)
{
    const uint64_t round = (uint64_t)BLOCK * ROUND;
    for (t->first = 0; t->first < t->d->candidates; t->first += round) {
        const uint64_t left = t->d->candidates - t->first, n = left < round ? left : round;
        if (cupel_stopped(t->job)) return cupel_fail(err, CUPEL_INTERRUPTED, "interrupted; go on with --resume");
        cupel_progress(t->job, "predicting", t->first, t->d->candidates);
        cupel_status st = cupel_par_for(t->n_hands, (size_t)((n + BLOCK - 1) / BLOCK), score_block, t, err);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

/* All hands' best into one list; each holds every candidate of its own that belongs to it. */
static cupel_status gather(stream *t, cupel_err *err)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n_hands; i++) n += t->hand[i].best.n;
    t->pool = cupel_alloc(n, sizeof *t->pool);
    if (!t->pool) return cupel_no_memory(err, "candidates", n * sizeof *t->pool);
    for (size_t i = 0, k = 0; i < t->n_hands; k += t->hand[i++].best.n)
        if (t->hand[i].best.n) memcpy(t->pool + k, t->hand[i].best.at, t->hand[i].best.n * sizeof *t->pool);
    qsort(t->pool, n, sizeof *t->pool, by_score);
    t->n_pool = n < t->d->keep + POOL ? n : (size_t)t->d->keep + POOL;
    return CUPEL_OK;
}

/* ---- the thorough pass ---- */

static cupel_status forecast_row(void *user, size_t item, size_t worker, cupel_err *err)
{
    stream *t = user;
    cupel_ranked *r = &t->row[item];
    (void)err;
    r->index = t->pool[item].index;
    cupel_micro_space_point(t->s, r->index, r->param);
    cupel_micro_model_forecast(t->m, r->param, t->job->isa, t->hand[worker].scratch, &r->forecast);
    return CUPEL_OK;
}

static int by_forecast(const void *a, const void *b)
{
    const cupel_ranked *x = a, *y = b;
    if (x->forecast.score != y->forecast.score) return x->forecast.score > y->forecast.score ? -1 : 1;
    if (x->forecast.margin != y->forecast.margin) return x->forecast.margin > y->forecast.margin ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static bool near(const cupel_micro_space *s, const double *a, const double *b)
{
    double x[CUPEL_SOBOL_DIMENSIONS], y[CUPEL_SOBOL_DIMENSIONS];
    cupel_micro_space_scaled(s, a, x);
    cupel_micro_space_scaled(s, b, y);
    for (size_t i = 0; i < s->n; i++)
        if (fabs(x[i] - y[i]) > NEAR) return false;
    return true;
}

static void ranked_release(cupel_ranked *r)
{
    cupel_free(r->param);
    cupel_free(r->recipe);
    cupel_free(r->reason);
    cupel_free(r->figure);
}

/* Keeps the first `keep` that a generator can make and that are no near-duplicates of a better one. */
static cupel_status settle_rows(stream *t, cupel_micro_ranking *r, cupel_err *err)
{
    size_t kept = 0;
    cupel_status st = CUPEL_OK;
    for (size_t i = 0; i < r->n; i++) {
        cupel_ranked *x = &t->row[i];
        cupel_recipe recipe;
        bool drop = kept == t->d->keep || cupel_micro_space_recipe(t->s, x->param, &recipe, NULL) != CUPEL_OK;
        for (size_t k = 0; k < kept && !drop; k++)
            if (near(t->s, x->param, t->row[k].param)) drop = true, r->merged++;
        if (!drop && st == CUPEL_OK) {
            cupel_str text = {0};
            cupel_recipe_text(&recipe, &text);
            x->recipe = text.failed ? NULL : cupel_strndup(text.p, text.n);
            cupel_str_free(&text);
            if (!x->recipe) st = cupel_no_memory(err, "recipes", 0);
        }
        const cupel_ranked row = *x;
        *x = (cupel_ranked){0};
        if (drop || st != CUPEL_OK) {
            cupel_ranked gone = row;
            ranked_release(&gone);
        } else {
            t->row[kept++] = row;
        }
    }
    r->n = kept;
    return st;
}

static cupel_status thorough_pass(stream *t, cupel_micro_ranking *r, cupel_err *err)
{
    r->row = t->row = cupel_alloc(t->n_pool, sizeof *t->row);
    if (!t->row) return cupel_no_memory(err, "a ranking", t->n_pool * sizeof *t->row);
    r->n = t->n_pool;
    for (size_t i = 0; i < r->n; i++)
        if (!(t->row[i].param = cupel_alloc(t->s->n, sizeof(double)))) return cupel_no_memory(err, "a ranking", 0);
    cupel_status st = cupel_par_for(t->n_hands, t->n_pool, forecast_row, t, err);
    if (st != CUPEL_OK) return st;
    qsort(t->row, r->n, sizeof *t->row, by_forecast);
    return settle_rows(t, r, err);
}

cupel_status cupel_micro_rank(const cupel_micro_model *m, const cupel_micro_demand *d, const cupel_micro_space *s, const cupel_job *job,
                              cupel_micro_ranking *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_micro_ranking r = {.n_params = s->n, .n_asks = d->n_asks, .candidates = d->candidates};
    stream t = {.m = m, .d = d, .s = s, .job = job};
    cupel_layout l;
    cupel_layout_of(d, &l);
    r.width = l.width;
    const double begin = cupel_now();
    CUPEL_TRY(hands_of(&t, err));
    CUPEL_TRY(quick_pass(&t, err));
    r.seconds = cupel_now() - begin;
    CUPEL_TRY(gather(&t, err));
    st = thorough_pass(&t, &r, err);
done:
    hands_release(&t);
    if (st == CUPEL_OK)
        *out = r;
    else
        cupel_micro_ranking_release(&r);
    return st;
}

void cupel_micro_ranking_release(cupel_micro_ranking *r)
{
    for (size_t i = 0; r->row && i < r->n; i++) ranked_release(&r->row[i]);
    cupel_free(r->row);
    *r = (cupel_micro_ranking){0};
}

/* ---- verifying ---- */

void cupel_micro_ranked_judge(const cupel_micro_demand *d, const cupel_layout *l, cupel_ranked *x)
{
    const cupel_micro_state s = cupel_layout_state(l, x->figure);
    x->all = CUPEL_MEETS;
    for (size_t a = 0; a < d->n_asks; a++) {
        x->value[a] = cupel_ask_value(d, &d->ask[a], &s);
        x->error[a] = cupel_ask_error(d, &d->ask[a], l, x->figure);
        x->verdict[a] = cupel_ask_judge(&d->ask[a], x->value[a], x->error[a]);
        if (x->verdict[a] > x->all) x->all = x->verdict[a];
    }
}

static cupel_status verify_row(const cupel_micro_demand *d, const cupel_micro_space *s, const cupel_layout *l, const cupel_job *job, cupel_ranked *x,
                               cupel_err *err)
{
    cupel_recipe r;
    cupel_err why = {0};
    const size_t finer = (4 * (size_t)d->grid + 2) / 3;
    x->figure = cupel_alloc(l->width, sizeof *x->figure);
    if (!x->figure) return cupel_no_memory(err, "a structure", 0);
    cupel_status st = cupel_micro_space_recipe(s, x->param, &r, &why);
    if (st == CUPEL_OK) st = cupel_assay(d, &r, finer, ACCURACY, job, x->figure, &why);
    if (st == CUPEL_OK) {
        x->verified = true;
        cupel_micro_ranked_judge(d, l, x);
        return st;
    }
    cupel_free(x->figure);
    x->figure = NULL;
    x->all = CUPEL_MISSES;
    if (st == CUPEL_INTERRUPTED || st == CUPEL_NO_RESOURCE) {
        if (err) *err = why;
        return st;
    }
    x->reason = cupel_strdup(why.message);
    return x->reason ? CUPEL_OK : cupel_no_memory(err, "a reason", 0);
}

static int place_of(const cupel_ranked *x) { return x->verified ? (int)x->all : 3; }

/* Verdicts first; of equals, with one goal, the one whose verified number is better. */
static bool goes_before(const cupel_micro_demand *d, const cupel_ranked *x, const cupel_ranked *y)
{
    size_t goals = 0, goal = 0;
    if (place_of(x) != place_of(y)) return place_of(x) < place_of(y);
    for (size_t a = 0; a < d->n_asks; a++)
        if (d->ask[a].goal) goals++, goal = a;
    if (goals != 1 || !x->verified || !y->verified) return false;
    return d->ask[goal].goal > 0 ? x->value[goal] > y->value[goal] : x->value[goal] < y->value[goal];
}

cupel_status cupel_micro_verify(const cupel_micro_demand *d, const cupel_micro_space *s, const cupel_job *job, cupel_micro_ranking *r, cupel_err *err)
{
    cupel_layout l;
    cupel_status st = CUPEL_OK;
    const size_t n = d->verify < r->n ? (size_t)d->verify : r->n;
    cupel_layout_of(d, &l);
    for (size_t i = 0; i < n && st == CUPEL_OK; i++) {
        cupel_progress(job, "verifying", i, n);
        st = verify_row(d, s, &l, job, &r->row[i], err);
    }
    if (st == CUPEL_INTERRUPTED) return cupel_fail(err, st, "interrupted; go on with --resume");
    for (size_t i = 1; i < n && st == CUPEL_OK; i++) /* insertion keeps the order of equals */
        for (size_t k = i; k && goes_before(d, &r->row[k], &r->row[k - 1]); k--) {
            const cupel_ranked t = r->row[k];
            r->row[k] = r->row[k - 1];
            r->row[k - 1] = t;
        }
    return st;
}
