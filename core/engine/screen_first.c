/* Two stages: a cheap model sees every candidate, the full one those that are left. Where the line lies is found beforehand on a sample spread
 * over the whole space, the same for every shard; on the same sample it is measured how many of the best the first stage would throw away. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/engine/screen_parts.h"
#include "core/engine/sieve.h"
#include "core/sys/par.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLE = 32768, PIECE = 1024, LEAST = 200, BEST_LEAST = 20, BEST_SHARE = 100, STREAM = 0xf157 };

static const double Z95 = 1.6448536269514722; /* 95 % one-sided quantile of the normal distribution */

/* A sampled candidate as one stage sees it. */
typedef struct standing {
    double score, merit;
    bool judged; /* described, and inside the domain where that is required */
    size_t i;
} standing;

typedef struct trial {
    cupel_screening *s;
    cupel_batch batch;           /* candidates that met every constraint */
    double *figure;              /* [n][c] */
    size_t cap;
    bool first;                  /* which models */
    cupel_model_work ***work;    /* [threads][p] */
    standing *standing;          /* [n] of the stage at work */
} trial;

static bool before(double score, double merit, double score2, double merit2) { return score != score2 ? score > score2 : merit > merit2; }

bool cupel_first_passes(const cupel_first *f, const cupel_score *x) { return !before(f->score, f->merit, x->score, x->merit); }

const cupel_model *cupel_first_model(const cupel_demand *d, bool first, size_t p) { return first ? d->property[p].first : d->property[p].model; }

static bool mixed(const cupel_model *m) { return m && cupel_surrogate_mixed(cupel_model_surrogate(m)); }

bool cupel_first_mixed(const cupel_demand *d)
{
    for (size_t p = 0; p < d->n_properties; p++)
        if (mixed(d->property[p].model) || mixed(d->property[p].first)) return true;
    return false;
}

/* ---- the sample ---- */

static cupel_status take(trial *t, const cupel_candidates *c, cupel_counts *unused, cupel_str *text, cupel_err *err)
{
    cupel_screening *s = t->s;
    cupel_composition comp;
    size_t at = t->batch.n * s->shape.c;
    bool known = false;
    if (!c->n || c->batch.reason[0]) return CUPEL_OK;
    cupel_batch_get(&c->batch, 0, &comp);
    if (!cupel_grow(&t->figure, &t->cap, at + s->shape.c + 1, sizeof *t->figure)) return cupel_no_memory(err, "a sample", 0);
    if (!cupel_sieve_constraints(s->d, &comp, unused, t->figure + at)) return CUPEL_OK;
    cupel_status st = s->known ? cupel_known_set_has(s->known, &(cupel_known_row){.c = &comp}, text, &known, NULL, err) : CUPEL_OK;
    return st == CUPEL_OK && !known ? cupel_batch_add(&t->batch, &comp, 0, err) : st;
}

/* One candidate at random of each of SAMPLE equal stretches of the space, in increasing order. */
static cupel_status gather(trial *t, cupel_err *err)
{
    cupel_screening *s = t->s;
    cupel_status st = CUPEL_OK;
    cupel_candidates c = {0};
    cupel_counts unused = {0};
    cupel_str text = {0};
    uint64_t count = (uint64_t)s->at.candidates, n = count < SAMPLE ? count : SAMPLE;
    CUPEL_TRY(cupel_counts_init(&unused, s->shape.c, s->shape.r, err));
    for (uint64_t i = 0; i < n; i++) {
        uint64_t low = count / n * i + count % n * i / n, high = count / n * (i + 1) + count % n * (i + 1) / n;
        CUPEL_TRY(cupel_space_fill(s->space, low + cupel_rng_below(s->d->seed, STREAM, i, high - low), 1, &c, err));
        CUPEL_TRY(take(t, &c, &unused, &text, err));
        if (cupel_stopped(s->job))
            CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "interrupted before the first candidate; the same command begins anew"));
    }
done:
    cupel_candidates_release(&c);
    cupel_counts_release(&unused);
    cupel_str_free(&text);
    return st;
}

/* ---- one stage on the sample ---- */

typedef struct rows {
    double *value, *spread, *lower, *upper, *distance; /* [PIECE] of one property */
    double *all[4];                                    /* value spread lower upper [PIECE][p] */
    cupel_spiked *mixture, *mixtures;                  /* [PIECE], [PIECE][p]; NULL where no model is mixed */
    double *chance, *objective;
    unsigned char *in_domain, *reason, *bad; /* [PIECE] */
} rows;

static bool rows_take(rows *r, const cupel_board_shape *k, bool mixtures, cupel_arena *a)
{
    double **const one[5] = {&r->value, &r->spread, &r->lower, &r->upper, &r->distance};
    bool ok = true;
    for (int i = 0; i < 5; i++) ok = (*one[i] = cupel_arena_take(a, PIECE * sizeof(double))) && ok;
    for (int i = 0; i < 4; i++) ok = (r->all[i] = cupel_arena_take(a, PIECE * k->p * sizeof(double))) && ok;
    if (mixtures) ok = (r->mixture = cupel_arena_take(a, PIECE * sizeof *r->mixture)) && ok;
    if (mixtures) ok = (r->mixtures = cupel_arena_take(a, PIECE * k->p * sizeof *r->mixtures)) && ok;
    ok = (r->chance = cupel_arena_take(a, k->r * sizeof(double) + 1)) && ok;
    ok = (r->objective = cupel_arena_take(a, k->m * sizeof(double) + 1)) && ok;
    ok = (r->in_domain = cupel_arena_take(a, PIECE)) && ok;
    ok = (r->reason = cupel_arena_take(a, PIECE)) && ok;
    return (r->bad = cupel_arena_take(a, PIECE)) && ok;
}

static cupel_status predict(const trial *t, rows *r, size_t from, size_t n, size_t worker, cupel_err *err)
{
    const cupel_screening *s = t->s;
    const cupel_predict_options o = {.precision = s->o->precision, .isa = s->job->isa, .level = s->d->level, .mixture = r->mixture};
    size_t np = s->shape.p;
    memset(r->bad, 0, n);
    for (size_t p = 0; p < np; p++) {
        cupel_prediction out = {r->value, r->spread, r->lower, r->upper, r->distance, r->in_domain};
        const double *const column[4] = {r->value, r->spread, r->lower, r->upper};
        memset(r->reason, 0, n);
        for (size_t i = 0; r->mixture && i < n; i++) r->mixture[i].above = NAN;
        const cupel_feature_rows in = {.batch = &t->batch, .from = from, .n = n};
        cupel_status st = cupel_model_predict(cupel_first_model(s->d, t->first, p), &in, &o, t->work[worker][p], &out, r->reason, err);
        if (st != CUPEL_OK) return st;
        for (size_t i = 0; i < n; i++) {
            if (r->mixture) r->mixtures[i * np + p] = r->mixture[i];
            for (int k = 0; k < 4; k++) r->all[k][i * np + p] = column[k][i];
            if (r->reason[i] && r->reason[i] != CUPEL_REASON_IMPUTED) r->bad[i] = 1;
            if (!t->first && s->d->domain_required && r->in_domain[i] != 1) r->bad[i] = 1;
        }
    }
    return CUPEL_OK;
}

static cupel_status judge(void *user, size_t item, size_t worker, cupel_err *err)
{
    trial *t = user;
    const cupel_screening *s = t->s;
    const cupel_board_shape *k = &s->shape;
    size_t from = item * PIECE, n = t->batch.n - from < PIECE ? t->batch.n - from : PIECE;
    cupel_arena arena = {0};
    rows r = {.value = NULL};
    cupel_status st = rows_take(&r, k, cupel_first_mixed(s->d), &arena) ? predict(t, &r, from, n, worker, err) : cupel_no_memory(err, "a sample", 0);
    for (size_t i = 0; i < n && st == CUPEL_OK; i++) {
        standing *x = &t->standing[from + i];
        cupel_score score = {0};
        *x = (standing){.judged = !r.bad[i], .i = from + i};
        if (r.bad[i]) continue;
        const cupel_score_row row = {.value = r.all[0] + i * k->p,
                                     .spread = r.all[1] + i * k->p,
                                     .lower = r.all[2] + i * k->p,
                                     .upper = r.all[3] + i * k->p,
                                     .figure = t->figure + (from + i) * k->c,
                                     .mixture = r.mixtures ? r.mixtures + i * k->p : NULL,
                                     .chance = r.chance,
                                     .objective = r.objective};
        cupel_scorer_row(t->first ? s->first.scorer : s->scorer, &row, &score);
        x->score = score.score;
        x->merit = score.merit;
    }
    cupel_arena_release(&arena);
    return st;
}

static cupel_status stage(trial *t, bool first, standing *out, cupel_err *err)
{
    cupel_screening *s = t->s;
    cupel_status st = CUPEL_OK;
    size_t threads = s->job->threads, np = s->shape.p;
    t->first = first;
    t->standing = out;
    t->work = cupel_alloc(threads, sizeof *t->work);
    if (!t->work) return cupel_no_memory(err, "a sample", 0);
    for (size_t w = 0; w < threads; w++) {
        if (!(t->work[w] = cupel_alloc(np, sizeof **t->work))) CUPEL_TRY(cupel_no_memory(err, "a sample", 0));
        for (size_t p = 0; p < np; p++) CUPEL_TRY(cupel_model_work_new(cupel_first_model(s->d, first, p), &t->work[w][p], err));
    }
    st = cupel_par_for(threads, (t->batch.n + PIECE - 1) / PIECE, judge, t, err);
done:
    for (size_t w = 0; w < threads; w++) {
        for (size_t p = 0; t->work[w] && p < np; p++) cupel_model_work_free(t->work[w][p]);
        cupel_free(t->work[w]);
    }
    cupel_free(t->work);
    return st;
}

/* ---- the line, and what it costs ---- */

static int best_first(const void *a, const void *b)
{
    const standing *x = a, *y = b;
    if (x->judged != y->judged) return x->judged ? -1 : 1;
    if (x->score != y->score || x->merit != y->merit) return before(x->score, x->merit, y->score, y->merit) ? -1 : 1;
    return (x->i > y->i) - (x->i < y->i);
}

static size_t judged(const standing *x, size_t n)
{
    size_t k = 0;
    while (k < n && x[k].judged) k++;
    return k;
}

/* cheap [n] by candidate, full [n]: both are put in order of rank; place [n] keeps the cheap ones by candidate. */
static void draw_line(cupel_first *f, double share, standing *cheap, standing *full, const standing *place, size_t n)
{
    qsort(cheap, n, sizeof *cheap, best_first);
    qsort(full, n, sizeof *full, best_first);
    size_t k = judged(cheap, n), m = judged(full, n), last = (size_t)ceil(share * (double)k);
    f->sampled = n;
    if (last < 1) last = 1;
    f->score = k ? cheap[last - 1].score : -HUGE_VAL;
    f->merit = k ? cheap[last - 1].merit : -HUGE_VAL;
    f->n_best = m / BEST_SHARE > BEST_LEAST ? m / BEST_SHARE : m < BEST_LEAST ? m : BEST_LEAST;
    for (size_t i = 0; i < f->n_best; i++) {
        const standing *x = &place[full[i].i];
        f->n_lost += x->judged && before(f->score, f->merit, x->score, x->merit);
    }
}

/* Upper end of Wilson's one-sided 95 % interval of a share (Wilson 1927, doi:10.1080/01621459.1927.10502953). */
static double at_most(size_t k, size_t n)
{
    double p = (double)k / (double)n, z2 = Z95 * Z95 / (double)n;
    double upper = (p + z2 / 2 + Z95 * sqrt((p * (1 - p) + z2 / 4) / (double)n)) / (1 + z2);
    return upper < 1 ? upper : 1;
}

void cupel_first_words(const cupel_first *f, cupel_str *out)
{
    char a[32];
    if (!f->n_best) {
        cupel_str_puts(out, "What the first stage loses is not known: no candidate of the sample could be judged.\n");
        return;
    }
    cupel_str_addf(out,
                   "The first stage would have thrown away %zu of the best %zu of a sample of %s, as the full model ranks them (%.3g %%; at most "
                   "%.3g %% with 95 %% confidence).\n",
                   f->n_lost, f->n_best, cupel_format_count(a, f->sampled), 100.0 * (double)f->n_lost / (double)f->n_best,
                   100 * at_most(f->n_lost, f->n_best));
}

static void say(const cupel_screening *s)
{
    cupel_str words = {0};
    cupel_first_words(&s->first, &words);
    if (words.n) words.p[words.n - 1] = '\0';
    cupel_say(s->job, s->first.sampled < LEAST || s->first.n_lost * 10 > s->first.n_best ? CUPEL_WARNING : CUPEL_NOTE, "%s", cupel_str_text(&words));
    cupel_str_free(&words);
}

cupel_status cupel_first_open(cupel_screening *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    trial t = {.s = s};
    standing *cheap = NULL, *full = NULL, *place = NULL;
    if (!s->d->first_given) return CUPEL_OK;
    CUPEL_TRY(cupel_scorer_of_first(s->d, &s->first.scorer, err));
    CUPEL_TRY(gather(&t, err));
    size_t n = t.batch.n;
    cheap = cupel_alloc(n, sizeof *cheap);
    full = cupel_alloc(n, sizeof *full);
    place = cupel_alloc(n, sizeof *place);
    if (!cheap || !full || !place) CUPEL_TRY(cupel_no_memory(err, "a sample", 3 * n * sizeof *cheap));
    CUPEL_TRY(stage(&t, true, cheap, err));
    CUPEL_TRY(stage(&t, false, full, err));
    if (n) memcpy(place, cheap, n * sizeof *place);
    draw_line(&s->first, s->d->first_share, cheap, full, place, n);
    say(s);
done:
    cupel_free(cheap);
    cupel_free(full);
    cupel_free(place);
    cupel_free(t.figure);
    cupel_batch_release(&t.batch);
    return st;
}
