#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/screen_parts.h"
#include "core/engine/sieve.h"
#include "core/sys/par.h"

#include <math.h>
#include <string.h>

typedef struct wanted {
    uint32_t row; /* of those that passed */
    cupel_text key, formula, carried;
} wanted;

/* What became of one piece of the space. Rows are those that passed the constraints. */
struct cupel_slot {
    int64_t first;
    size_t n;
    cupel_candidates own;         /* of a space that several threads fill */
    const cupel_candidates *from; /* own, or the block of the screen */
    size_t offset;                /* of the piece in it */
    cupel_batch passed, spare;                         /* spare: for those that go on from a first stage */
    cupel_text *cell;                                  /* [SUB][columns of the space] */
    size_t n_cells;                                    /* columns of the space */
    uint32_t *row;                                     /* [SUB] candidate of the piece */
    double *value, *spread, *lower, *upper, *distance; /* [SUB][p] */
    double *chance, *figure, *objective;               /* [SUB][r] [SUB][c] [SUB][m] */
    cupel_spiked *mixture;                             /* [SUB][p]; NULL where no model is mixed */
    cupel_score *score;                                /* [SUB] */
    unsigned char *in_domain;                          /* [SUB][p] */
    unsigned char *reason;                             /* [SUB] why a row could not be described */
    cupel_counts counts;
    wanted *wanted; /* [SUB] those that may enter a board */
    size_t n_wanted;
    cupel_arena text; /* of keys and formulas */
};

struct cupel_hand {
    cupel_model_work **work, **first;                  /* [p] of the models, and of those of the first stage */
    double *value, *spread, *lower, *upper, *distance; /* [SUB] of one property */
    cupel_spiked *mixture;                             /* [SUB] of one property; NULL where no model is mixed */
    double *figure;                                    /* [c] of one candidate */
    unsigned char *in_domain, *reason;                 /* [SUB] */
    cupel_str key;
    double stage[CUPEL_STAGE_COUNT]; /* seconds */
    char apart[64];                  /* keeps two workers' clocks on different cache lines */
};

static bool slot_init(cupel_slot *s, const cupel_board_shape *k, size_t n_cells, bool mixed, cupel_err *err)
{
    double **const reals[8] = {&s->value, &s->spread, &s->lower, &s->upper, &s->distance, &s->chance, &s->figure, &s->objective};
    const size_t width[8] = {k->p, k->p, k->p, k->p, k->p, k->r, k->c, k->m};
    bool ok = cupel_counts_init(&s->counts, k->c, k->r, err) == CUPEL_OK;
    for (int i = 0; i < 8; i++) ok = (*reals[i] = cupel_alloc(CUPEL_SUB_BLOCK * width[i], sizeof(double))) && ok;
    s->n_cells = n_cells;
    ok = (!mixed || (s->mixture = cupel_spiked_none(CUPEL_SUB_BLOCK * k->p))) && ok;
    ok = (s->cell = cupel_alloc(CUPEL_SUB_BLOCK * n_cells, sizeof *s->cell)) && ok;
    ok = (s->row = cupel_alloc(CUPEL_SUB_BLOCK, sizeof *s->row)) && ok;
    ok = (s->score = cupel_alloc(CUPEL_SUB_BLOCK, sizeof *s->score)) && ok;
    ok = (s->in_domain = cupel_alloc(CUPEL_SUB_BLOCK * k->p, 1)) && ok;
    ok = (s->reason = cupel_alloc(CUPEL_SUB_BLOCK, 1)) && ok;
    ok = (s->wanted = cupel_alloc(CUPEL_SUB_BLOCK, sizeof *s->wanted)) && ok;
    return ok;
}

static void slot_release(cupel_slot *s)
{
    double *const reals[8] = {s->value, s->spread, s->lower, s->upper, s->distance, s->chance, s->figure, s->objective};
    for (int i = 0; i < 8; i++) cupel_free(reals[i]);
    cupel_free(s->mixture);
    cupel_free(s->cell);
    cupel_free(s->row);
    cupel_free(s->score);
    cupel_free(s->in_domain);
    cupel_free(s->reason);
    cupel_free(s->wanted);
    cupel_counts_release(&s->counts);
    cupel_candidates_release(&s->own);
    cupel_batch_release(&s->passed);
    cupel_batch_release(&s->spare);
    cupel_arena_release(&s->text);
}

static cupel_status hand_init(cupel_hand *h, const cupel_screening *s, cupel_err *err)
{
    double **const reals[5] = {&h->value, &h->spread, &h->lower, &h->upper, &h->distance};
    bool ok = true;
    for (int i = 0; i < 5; i++) ok = (*reals[i] = cupel_alloc_aligned(CUPEL_SUB_BLOCK, sizeof(double))) && ok;
    ok = (!cupel_first_mixed(s->d) || (h->mixture = cupel_spiked_none(CUPEL_SUB_BLOCK))) && ok;
    ok = (h->figure = cupel_alloc(s->shape.c, sizeof(double))) && ok;
    ok = (h->in_domain = cupel_alloc(CUPEL_SUB_BLOCK, 1)) && ok;
    ok = (h->reason = cupel_alloc(CUPEL_SUB_BLOCK, 1)) && ok;
    ok = (h->work = cupel_alloc(s->shape.p, sizeof *h->work)) && ok;
    if (!ok) return cupel_no_memory(err, "a worker", 0);
    cupel_status st = CUPEL_OK;
    for (size_t p = 0; p < s->shape.p && st == CUPEL_OK; p++) st = cupel_model_work_new(s->d->property[p].model, &h->work[p], err);
    if (!s->first.scorer || st != CUPEL_OK) return st;
    h->first = cupel_alloc(s->shape.p, sizeof *h->first);
    if (!h->first) return cupel_no_memory(err, "a worker", 0);
    for (size_t p = 0; p < s->shape.p && st == CUPEL_OK; p++) st = cupel_model_work_new(s->d->property[p].first, &h->first[p], err);
    return st;
}

static void hand_release(cupel_hand *h, size_t p)
{
    double *const reals[6] = {h->value, h->spread, h->lower, h->upper, h->distance, h->figure};
    for (int i = 0; i < 6; i++) cupel_free(reals[i]);
    cupel_free(h->mixture);
    cupel_free(h->in_domain);
    cupel_free(h->reason);
    for (size_t i = 0; h->work && i < p; i++) cupel_model_work_free(h->work[i]);
    for (size_t i = 0; h->first && i < p; i++) cupel_model_work_free(h->first[i]);
    cupel_free(h->work);
    cupel_free(h->first);
    cupel_str_free(&h->key);
}

cupel_status cupel_block_init(cupel_screening *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const bool mixed = cupel_first_mixed(s->d);
    s->n_hands = s->job->threads;
    int64_t pieces = (s->at.end - s->at.next) / CUPEL_SUB_BLOCK + 2; /* one more when the range is not aligned */
    s->n_slots = pieces < CUPEL_SLOTS_MAX ? (size_t)pieces : CUPEL_SLOTS_MAX;
    s->slot = cupel_alloc(s->n_slots, sizeof *s->slot);
    s->hand = cupel_alloc(s->n_hands, sizeof *s->hand);
    if (!s->slot || !s->hand) CUPEL_TRY(cupel_no_memory(err, "a block of candidates", 0));
    for (size_t i = 0; i < s->n_slots; i++)
        if (!slot_init(&s->slot[i], &s->shape, cupel_space_columns(s->space)->n, mixed, err))
            CUPEL_TRY(cupel_no_memory(err, "a block of candidates", 0));
    for (size_t i = 0; i < s->n_hands; i++) CUPEL_TRY(hand_init(&s->hand[i], s, err));
done:
    return st;
}

void cupel_block_release(cupel_screening *s)
{
    for (size_t i = 0; s->slot && i < s->n_slots; i++) slot_release(&s->slot[i]);
    for (size_t i = 0; s->hand && i < s->n_hands; i++) hand_release(&s->hand[i], s->shape.p);
    cupel_free(s->slot);
    cupel_free(s->hand);
    cupel_candidates_release(&s->block);
}

static cupel_status constrain(const cupel_screening *s, cupel_slot *t, cupel_hand *h, cupel_err *err)
{
    cupel_composition c;
    cupel_counts *k = &t->counts;
    const cupel_batch *batch = &t->from->batch;
    const cupel_records columns = {.n_rows = batch->n, .n_cols = t->n_cells, .cell = t->from->cell};
    cupel_batch_clear(&t->passed);
    for (size_t i = 0; i < t->n; i++) {
        size_t row = t->offset + i;
        k->total[CUPEL_SEEN]++;
        unsigned char reason = batch->reason[row];
        if (reason) {
            k->formula[reason < CUPEL_REASON_COUNT ? reason : CUPEL_REASON_BAD_FORMULA]++;
            continue;
        }
        cupel_batch_get(batch, row, &c);
        cupel_count_elements(&c, k->seen);
        if (!cupel_sieve_constraints(s->d, &c, k, h->figure)) continue;
        bool known = false;
        for (size_t p = 0; s->known && !known && p < s->shape.p; p++) {
            const cupel_known_row q = {&c, s->d->property[p].model, &columns, row};
            cupel_status had = cupel_known_set_has(s->known, &q, &h->key, &known, NULL, err);
            if (had != CUPEL_OK) return had;
        }
        k->total[CUPEL_KNOWN] += known;
        if (known) continue;
        size_t at = t->passed.n;
        cupel_status st = cupel_batch_add(&t->passed, &c, 0, err);
        if (st != CUPEL_OK) return st;
        t->row[at] = (uint32_t)i;
        if (t->n_cells) memcpy(t->cell + at * t->n_cells, t->from->cell + row * t->n_cells, t->n_cells * sizeof *t->cell);
        if (s->shape.c) memcpy(t->figure + at * s->shape.c, h->figure, s->shape.c * sizeof *h->figure);
    }
    return CUPEL_OK;
}

static cupel_status predict(const cupel_screening *s, bool first, cupel_slot *t, cupel_hand *h, cupel_err *err)
{
    const cupel_predict_options o = {.precision = s->o->precision, .isa = s->job->isa, .level = s->d->level, .mixture = h->mixture};
    const cupel_records columns = {.n_rows = t->passed.n, .n_cols = t->n_cells, .cell = t->cell};
    size_t n = t->passed.n, np = s->shape.p;
    memset(t->reason, 0, CUPEL_SUB_BLOCK);
    if (!n) return CUPEL_OK;
    for (size_t p = 0; p < np; p++) {
        cupel_prediction out = {h->value, h->spread, h->lower, h->upper, h->distance, h->in_domain};
        memset(h->reason, 0, CUPEL_SUB_BLOCK);
        for (size_t i = 0; h->mixture && i < n; i++) h->mixture[i].above = NAN;
        const cupel_feature_rows rows = {.batch = &t->passed, .records = t->n_cells ? &columns : NULL, .n = n};
        cupel_status st = cupel_model_predict(cupel_first_model(s->d, first, p), &rows, &o, first ? h->first[p] : h->work[p], &out, h->reason, err);
        if (st != CUPEL_OK) return st;
        for (size_t i = 0; i < n; i++) {
            t->value[i * np + p] = h->value[i];
            t->spread[i * np + p] = h->spread[i];
            t->lower[i * np + p] = h->lower[i];
            t->upper[i * np + p] = h->upper[i];
            t->distance[i * np + p] = h->distance[i];
            t->in_domain[i * np + p] = h->in_domain[i];
            if (h->mixture) t->mixture[i * np + p] = h->mixture[i];
            bool open = t->reason[i] == CUPEL_REASON_NONE || t->reason[i] == CUPEL_REASON_IMPUTED;
            if (open && h->reason[i]) t->reason[i] = h->reason[i]; /* one reason per candidate, however many properties have it */
        }
    }
    return CUPEL_OK;
}

static cupel_score_row score_row(const cupel_screening *s, cupel_slot *t, size_t i)
{
    const cupel_board_shape *k = &s->shape;
    return (cupel_score_row){.value = t->value + i * k->p,
                             .spread = t->spread + i * k->p,
                             .lower = t->lower + i * k->p,
                             .upper = t->upper + i * k->p,
                             .figure = t->figure + i * k->c,
                             .mixture = t->mixture ? t->mixture + i * k->p : NULL,
                             .chance = t->chance + i * k->r,
                             .objective = t->objective + i * k->m};
}

/* Only those on the better side of the line go on; a candidate that the cheap model cannot describe is left to the full one. */
static cupel_status first_stage(const cupel_screening *s, cupel_slot *t, cupel_hand *h, cupel_err *err)
{
    cupel_composition c;
    size_t kept = 0, width = s->shape.c;
    cupel_status st = predict(s, true, t, h, err);
    cupel_batch_clear(&t->spare);
    for (size_t i = 0; i < t->passed.n && st == CUPEL_OK; i++) {
        bool described = !t->reason[i] || t->reason[i] == CUPEL_REASON_IMPUTED;
        const cupel_score_row row = score_row(s, t, i);
        if (described) cupel_scorer_row(s->first.scorer, &row, &t->score[i]);
        if (described && !cupel_first_passes(&s->first, &t->score[i])) {
            t->counts.behind[0]++;
            continue;
        }
        cupel_batch_get(&t->passed, i, &c);
        st = cupel_batch_add(&t->spare, &c, 0, err);
        t->row[kept] = t->row[i];
        if (width) memmove(t->figure + kept * width, t->figure + i * width, width * sizeof *t->figure);
        if (t->n_cells) memmove(t->cell + kept * t->n_cells, t->cell + i * t->n_cells, t->n_cells * sizeof *t->cell);
        kept++;
    }
    cupel_batch swap = t->passed;
    t->passed = t->spare;
    t->spare = swap;
    return st;
}

static cupel_fate judge(const cupel_screening *s, cupel_slot *t, size_t i)
{
    const cupel_board_shape *k = &s->shape;
    if (t->reason[i]) {
        t->counts.describe[t->reason[i] < CUPEL_REASON_COUNT ? t->reason[i] : CUPEL_REASON_NO_ELEMENT_DATA]++;
        if (t->reason[i] != CUPEL_REASON_IMPUTED) return CUPEL_LEAVES; /* imputed is counted, not a rejection */
    }
    const cupel_score_row row = score_row(s, t, i);
    return cupel_sieve_score(s->d, s->scorer, &row, t->in_domain + i * k->p, &t->counts, &t->score[i]);
}

/* An enumeration is asked for text only here, for what may enter a board. */
static cupel_status write_formula(cupel_slot *t, cupel_hand *h, size_t at, cupel_text *formula, cupel_err *err)
{
    *formula = t->from->formula[at];
    if (formula->p) return CUPEL_OK;
    cupel_str_clear(&h->key);
    cupel_candidates_text(t->from, at, &h->key);
    char *text = h->key.failed ? NULL : cupel_arena_text(&t->text, cupel_str_text(&h->key), h->key.n);
    if (!text) return cupel_no_memory(err, "a formula", 0);
    *formula = (cupel_text){text, h->key.n};
    return CUPEL_OK;
}

/* Of the i-th that passed. */
static cupel_status write_carried(const cupel_screening *s, cupel_slot *t, cupel_hand *h, size_t i, cupel_text *carried, cupel_err *err)
{
    cupel_str_clear(&h->key);
    for (size_t k = 0; k < s->n_carried; k++) cupel_key_add(t->cell[i * t->n_cells + s->carried[k]], &h->key);
    char *text = h->key.failed ? NULL : cupel_arena_text(&t->text, cupel_str_text(&h->key), h->key.n);
    if (!text) return cupel_no_memory(err, "columns", 0);
    *carried = (cupel_text){text, h->key.n};
    return CUPEL_OK;
}

static cupel_status rank(const cupel_screening *s, cupel_slot *t, cupel_hand *h, cupel_err *err)
{
    cupel_composition c;
    t->n_wanted = 0;
    cupel_arena_reset(&t->text);
    for (size_t i = 0; i < t->passed.n; i++) {
        cupel_fate fate = judge(s, t, i);
        if (fate == CUPEL_LEAVES) continue;
        cupel_batch_get(&t->passed, i, &c);
        cupel_count_elements(&c, t->counts.predicted);
        int64_t index = t->first + t->row[i];
        const double *objective = t->objective + i * s->shape.m;
        if (fate == CUPEL_HOPELESS || !(cupel_board_wants(s->best, index, t->score[i].score, t->score[i].merit, objective) ||
                                        cupel_board_wants(s->sample, index, 0, 0, objective)))
            continue;
        cupel_str_clear(&h->key);
        cupel_composition_text(&c, &h->key);
        for (size_t k = 0; k < s->n_columns; k++) cupel_key_add(t->cell[i * t->n_cells + s->column[k]], &h->key);
        char *key = h->key.failed ? NULL : cupel_arena_text(&t->text, cupel_str_text(&h->key), h->key.n);
        if (!key) return cupel_no_memory(err, "a composition", 0);
        wanted *w = &t->wanted[t->n_wanted++];
        *w = (wanted){.row = (uint32_t)i, .key = {key, h->key.n}};
        cupel_status st = write_formula(t, h, t->offset + t->row[i], &w->formula, err);
        if (st == CUPEL_OK && s->n_carried) st = write_carried(s, t, h, i, &w->carried, err);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

static double lap(double *seconds, double from)
{
    double now = cupel_now();
    *seconds += now - from;
    return now;
}

/* Item i is the i-th piece of the block; pieces begin at multiples of CUPEL_SUB_BLOCK of the whole space. */
static cupel_status piece(void *user, size_t item, size_t worker, cupel_err *err)
{
    cupel_screening *s = user;
    cupel_slot *t = &s->slot[item];
    cupel_hand *h = &s->hand[worker];
    cupel_status st = CUPEL_OK;
    double now = cupel_now();
    cupel_counts_clear(&t->counts);
    if (s->parallel_space) {
        t->own.bare = true;
        CUPEL_TRY(cupel_space_fill(s->space, (uint64_t)t->first, t->n, &t->own, err));
        t->from = &t->own;
        t->offset = 0;
        if (t->own.n != t->n) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "the space gave %zu candidates where %zu were due", t->own.n, t->n));
    }
    now = lap(&h->stage[CUPEL_STAGE_READ], now);
    CUPEL_TRY(constrain(s, t, h, err));
    now = lap(&h->stage[CUPEL_STAGE_CONSTRAIN], now);
    if (s->first.scorer) CUPEL_TRY(first_stage(s, t, h, err));
    CUPEL_TRY(predict(s, false, t, h, err));
    now = lap(&h->stage[CUPEL_STAGE_PREDICT], now);
    CUPEL_TRY(rank(s, t, h, err));
    lap(&h->stage[CUPEL_STAGE_RANK], now);
done:
    return st;
}

static cupel_status offer(cupel_screening *s, const cupel_slot *t, const wanted *w, cupel_err *err)
{
    const cupel_board_shape *k = &s->shape;
    size_t i = w->row;
    cupel_pick pick = {.index = t->first + t->row[i],
                             .copies = 1,
                             .score = t->score[i].score,
                             .merit = t->score[i].merit,
                             .probability = t->score[i].probability,
                             .value = t->value + i * k->p,
                             .spread = t->spread + i * k->p,
                             .lower = t->lower + i * k->p,
                             .upper = t->upper + i * k->p,
                             .distance = t->distance + i * k->p,
                             .in_domain = t->in_domain + i * k->p,
                             .chance = t->chance + i * k->r,
                             .figure = t->figure + i * k->c,
                             .objective = t->objective + i * k->m,
                             .formula = w->formula,
                             .key = w->key,
                             .carried = w->carried};
    cupel_status st = cupel_board_offer(s->best, &pick, err);
    pick.carried = cupel_text_of("");
    return st == CUPEL_OK ? cupel_board_offer(s->sample, &pick, err) : st;
}

static size_t cut_pieces(cupel_screening *s, int64_t end)
{
    size_t n = 0;
    for (int64_t first = s->at.next; first < end; n++) {
        int64_t last = (first / CUPEL_SUB_BLOCK + 1) * CUPEL_SUB_BLOCK;
        if (last > end) last = end;
        cupel_slot *t = &s->slot[n];
        t->first = first;
        t->n = (size_t)(last - first);
        t->from = &s->block;
        t->offset = (size_t)(first - s->at.next);
        first = last;
    }
    return n;
}

static double describing(const cupel_screening *s)
{
    double sum = 0, a, b;
    for (size_t i = 0; i < s->n_hands; i++)
        for (size_t p = 0; p < s->shape.p; p++) {
            cupel_model_work_seconds(s->hand[i].work[p], &a, &b);
            sum += a;
        }
    return sum;
}

/* Rows of a list that are rejected unread, in words. */
static void note_unread(cupel_screening *s)
{
    const cupel_candidates *c = &s->block;
    for (size_t i = 0; c->file && i < c->n; i++) {
        cupel_reason reason = (cupel_reason)c->batch.reason[i];
        cupel_str *words = reason ? cupel_tally_add(&s->unread, reason) : NULL;
        if (words) cupel_explain_row(c->file, c->line[i], c->formula[i], c->dot, reason, "", words);
    }
}

cupel_status cupel_block_do(cupel_screening *s, int64_t end, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double now = cupel_now();
    size_t n = (size_t)(end - s->at.next), pieces = cut_pieces(s, end);
    if (!s->parallel_space) {
        CUPEL_TRY(cupel_space_fill(s->space, (uint64_t)s->at.next, n, &s->block, err));
        if (s->block.n != n)
            CUPEL_TRY(
                cupel_fail(err, CUPEL_BAD_INPUT, "the space gave %zu candidates where %zu were due: did the file change?", s->block.n, n));
        note_unread(s);
        lap(&s->times->read, now);
    }
    CUPEL_TRY(cupel_par_for(s->n_hands, pieces, piece, s, err));
    now = cupel_now();
    for (size_t i = 0; i < pieces; i++) {
        const cupel_slot *t = &s->slot[i];
        cupel_counts_add(&s->at.counts, &t->counts);
        for (size_t w = 0; w < t->n_wanted; w++) CUPEL_TRY(offer(s, t, &t->wanted[w], err));
    }
    lap(&s->times->rank, now);
    double *const total[CUPEL_STAGE_COUNT] = {&s->times->read, &s->times->constrain, &s->times->predict, &s->times->rank};
    for (size_t i = 0; i < s->n_hands; i++)
        for (int k = 0; k < CUPEL_STAGE_COUNT; k++) {
            *total[k] += s->hand[i].stage[k];
            s->hand[i].stage[k] = 0;
        }
    s->times->describe = describing(s);
    s->times->candidates += n;
    s->at.next = end;
done:
    return st;
}
