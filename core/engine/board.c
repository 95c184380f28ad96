#include "core/engine/board.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "models/search/pareto.h"

#include <stdlib.h>
#include <string.h>

enum { PARETO_PENDING = 8192, SAMPLE_STREAM = 0x5a }; /* the stream is only a number of its own */

/* One allocation: this, the numbers, the flags, formula, key and what is carried with their zeros. */
typedef struct entry {
    int64_t index, copies, layer;
    double score, merit, probability;
    double first, second; /* the order of this board, both falling */
    double *number;       /* value spread lower upper distance [p], chance [r], figure [c], objective [m], cell [m] */
    unsigned char *in_domain;
    char *formula, *key, *carried;
    struct entry *chain; /* the next of its bucket */
    struct entry *kin;   /* the next of the bucket of its chemical system */
    size_t at;           /* place in the heap */
} entry;

struct cupel_board {
    cupel_board_kind kind;
    cupel_board_shape shape;
    size_t keep, n, cap;
    entry **heap; /* best, sample: the worst on top; pareto: in no order */
    entry **bucket;
    size_t n_buckets;
    entry **system; /* [n_buckets] of chemical systems, where they are counted */
    size_t per_system;
    double *last_layer; /* pareto: cells [n_last][m] of the last layer kept; what they dominate cannot enter */
    size_t n_last, settled;
};

static size_t n_numbers(const cupel_board_shape *s) { return 5 * s->p + s->r + s->c + 2 * s->m; }

static const double *cells(const cupel_board *b, const entry *e) { return e->number + n_numbers(&b->shape) - b->shape.m; }

cupel_status cupel_board_new(cupel_board_kind kind, cupel_board_shape shape, size_t keep, cupel_board **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_board *b = cupel_alloc(1, sizeof *b);
    if (!b) return cupel_no_memory(err, "a best list", sizeof *b);
    b->kind = kind;
    b->shape = shape;
    b->keep = keep;
    b->n_buckets = 1024;
    while (b->n_buckets < 2 * keep) b->n_buckets *= 2;
    if (kind == CUPEL_BOARD_PARETO && b->n_buckets < 32768) b->n_buckets = 32768;
    b->bucket = cupel_alloc(b->n_buckets, sizeof *b->bucket);
    if (!b->bucket) CUPEL_TRY(cupel_no_memory(err, "a best list", b->n_buckets * sizeof *b->bucket));
done:
    if (st != CUPEL_OK) {
        cupel_board_free(b);
        b = NULL;
    }
    *out = b;
    return st;
}

void cupel_board_free(cupel_board *b)
{
    if (!b) return;
    for (size_t i = 0; i < b->n; i++) cupel_free(b->heap[i]);
    cupel_free(b->heap);
    cupel_free(b->bucket);
    cupel_free(b->system);
    cupel_free(b->last_layer);
    cupel_free(b);
}

static void order_of(const cupel_board *b, int64_t index, double score, double merit, double *first, double *second)
{
    bool sample = b->kind == CUPEL_BOARD_SAMPLE;
    *first = sample ? -cupel_rng_uniform(0, SAMPLE_STREAM, (uint64_t)index) : score;
    *second = sample ? -(double)index : merit;
}

/* a stands before b on the board. */
static bool ahead(const entry *a, const entry *b)
{
    if (a->first != b->first) return a->first > b->first;
    if (a->second != b->second) return a->second > b->second;
    int c = strcmp(a->key, b->key);
    return c ? c < 0 : a->index < b->index;
}

bool cupel_board_wants(const cupel_board *b, int64_t index, double score, double merit, const double *objective)
{
    double first, second, cell[16];
    if (b->kind == CUPEL_BOARD_PARETO) {
        size_t m = b->shape.m;
        cupel_pareto_cell(objective, m, cell);
        for (size_t i = 0; i < b->n_last; i++)
            if (cupel_pareto_dominates(b->last_layer + i * m, cell, m)) return false;
        return true;
    }
    if (b->n < b->keep) return true;
    order_of(b, index, score, merit, &first, &second);
    const entry *worst = b->heap[0];
    return first > worst->first || (first == worst->first && second >= worst->second);
}

static entry *entry_new(const cupel_board *b, const cupel_pick *k)
{
    const cupel_board_shape *s = &b->shape;
    size_t numbers = n_numbers(s);
    entry *e = cupel_alloc(1, sizeof *e + numbers * sizeof(double) + s->p + k->formula.n + k->key.n + k->carried.n + 3);
    if (!e) return NULL;
    e->index = k->index;
    e->copies = k->copies;
    e->score = k->score;
    e->merit = k->merit;
    e->probability = k->probability;
    order_of(b, k->index, k->score, k->merit, &e->first, &e->second);
    double *x = e->number = (double *)(void *)(e + 1);
    const double *const block[8] = {k->value, k->spread, k->lower, k->upper, k->distance, k->chance, k->figure, k->objective};
    const size_t width[8] = {s->p, s->p, s->p, s->p, s->p, s->r, s->c, s->m};
    for (int i = 0; i < 8; x += width[i++])
        if (width[i]) memcpy(x, block[i], width[i] * sizeof *x);
    if (b->kind == CUPEL_BOARD_PARETO) cupel_pareto_cell(k->objective, s->m, x);
    e->in_domain = (unsigned char *)(x + s->m);
    memcpy(e->in_domain, k->in_domain, s->p);
    e->formula = (char *)e->in_domain + s->p;
    if (k->formula.n) memcpy(e->formula, k->formula.p, k->formula.n);
    e->key = e->formula + k->formula.n + 1;
    if (k->key.n) memcpy(e->key, k->key.p, k->key.n);
    e->carried = e->key + k->key.n + 1;
    if (k->carried.n) memcpy(e->carried, k->carried.p, k->carried.n);
    return e;
}

static void swap(cupel_board *b, size_t i, size_t j)
{
    entry *e = b->heap[i];
    b->heap[i] = b->heap[j];
    b->heap[j] = e;
    b->heap[i]->at = i;
    b->heap[j]->at = j;
}

static void sift(cupel_board *b, size_t i)
{
    for (; i && ahead(b->heap[(i - 1) / 2], b->heap[i]); i = (i - 1) / 2) swap(b, i, (i - 1) / 2);
    for (;;) {
        size_t worst = i, l = 2 * i + 1;
        if (l < b->n && ahead(b->heap[worst], b->heap[l])) worst = l;
        if (l + 1 < b->n && ahead(b->heap[worst], b->heap[l + 1])) worst = l + 1;
        if (worst == i) return;
        swap(b, i, worst);
        i = worst;
    }
}

/* FNV-1a over the key, or over the cell of a Pareto board. */
static size_t bucket_of(const cupel_board *b, const entry *e)
{
    const unsigned char *p = (const unsigned char *)e->key;
    size_t n = strlen(e->key);
    if (b->kind == CUPEL_BOARD_PARETO) {
        p = (const unsigned char *)cells(b, e);
        n = b->shape.m * sizeof(double);
    }
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < n; i++) h = (h ^ p[i]) * 1099511628211u;
    return (size_t)(h ^ (h >> 29)) & (b->n_buckets - 1);
}

static bool same(const cupel_board *b, const entry *x, const entry *y)
{
    if (b->kind == CUPEL_BOARD_SAMPLE) return x->index == y->index;
    if (b->kind == CUPEL_BOARD_BEST) return strcmp(x->key, y->key) == 0;
    const double *p = cells(b, x), *q = cells(b, y);
    for (size_t i = 0; i < b->shape.m; i++)
        if (p[i] != q[i]) return false;
    return true;
}

static entry **find(cupel_board *b, const entry *e)
{
    entry **at = &b->bucket[bucket_of(b, e)];
    while (*at && !same(b, *at, e)) at = &(*at)->chain;
    return at;
}

/* ---- chemical systems: the element symbols of the key, whose order is canonical, up to a tab ---- */

/* The next letter of a symbol, 0 at the end; the e of an exponent is none. */
static char next_letter(const char *key, size_t *i)
{
    for (; key[*i] && key[*i] != '\t'; ++*i) {
        bool capital = key[*i] >= 'A' && key[*i] <= 'Z', small = key[*i] >= 'a' && key[*i] <= 'z';
        if (capital || (small && *i && key[*i - 1] >= 'A' && key[*i - 1] <= 'Z')) return key[(*i)++];
    }
    return 0;
}

static bool same_system(const entry *x, const entry *y)
{
    for (size_t i = 0, j = 0;;) {
        char a = next_letter(x->key, &i), b = next_letter(y->key, &j);
        if (a != b) return false;
        if (!a) return true;
    }
}

static entry **system_bucket(const cupel_board *b, const entry *e)
{
    uint64_t h = 14695981039346656037u;
    size_t i = 0;
    for (char c; (c = next_letter(e->key, &i));) h = (h ^ (unsigned char)c) * 1099511628211u;
    return &b->system[(size_t)(h ^ (h >> 29)) & (b->n_buckets - 1)];
}

/* The last of e's system when as many stand on the board as may, else NULL. */
static entry *last_of_system(const cupel_board *b, const entry *e)
{
    entry *last = NULL;
    size_t n = 0;
    if (!b->per_system) return NULL;
    for (entry *k = *system_bucket(b, e); k; k = k->kin) {
        if (!same_system(k, e)) continue;
        n++;
        if (!last || ahead(last, k)) last = k;
    }
    return n >= b->per_system ? last : NULL;
}

cupel_status cupel_board_per_system(cupel_board *b, size_t most, cupel_err *err)
{
    if (!most || b->kind != CUPEL_BOARD_BEST) return CUPEL_OK;
    b->system = cupel_alloc(b->n_buckets, sizeof *b->system);
    if (!b->system) return cupel_no_memory(err, "a best list", b->n_buckets * sizeof *b->system);
    b->per_system = most;
    return CUPEL_OK;
}

/* ---- in and out ---- */

static void unlink_entry(cupel_board *b, entry *e)
{
    entry **at = find(b, e);
    if (*at == e) *at = e->chain;
    if (!b->per_system) return;
    at = system_bucket(b, e);
    while (*at && *at != e) at = &(*at)->kin;
    if (*at) *at = e->kin;
}

static void link_entry(cupel_board *b, entry *e)
{
    entry **at = &b->bucket[bucket_of(b, e)];
    e->chain = *at;
    *at = e;
    if (!b->per_system) return;
    at = system_bucket(b, e);
    e->kin = *at;
    *at = e;
}

/* e takes the place of one that leaves. */
static void replace(cupel_board *b, entry *old, entry *e)
{
    unlink_entry(b, old);
    e->at = old->at;
    b->heap[e->at] = e;
    cupel_free(old);
    link_entry(b, e);
    sift(b, e->at);
}

/* The one that stands for both; the other is freed. Copies are of compositions: candidates of one cell are not added up. */
static void settle_twins(cupel_board *b, entry *old, entry *e)
{
    if (b->kind == CUPEL_BOARD_BEST) e->copies = old->copies += e->copies;
    bool better = e->first != old->first ? e->first > old->first : e->second != old->second ? e->second > old->second : ahead(e, old);
    if (!better) {
        cupel_free(e);
        return;
    }
    unlink_entry(b, old);
    e->at = old->at;
    b->heap[e->at] = e;
    link_entry(b, e);
    cupel_free(old);
    if (b->kind != CUPEL_BOARD_PARETO) sift(b, e->at);
}

/* Layers of all cells; those beyond the last layer kept are dropped. */
static cupel_status settle_layers(cupel_board *b, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t m = b->shape.m, last = CUPEL_PARETO_LAYERS, kept = 0;
    double *f = cupel_alloc(b->n * m + 1, sizeof *f);
    uint32_t *layer = cupel_alloc(b->n, sizeof *layer);
    if (!f || !layer) CUPEL_TRY(cupel_no_memory(err, "Pareto layers", b->n * m * sizeof *f));
    for (size_t i = 0; i < b->n; i++) memcpy(f + i * m, cells(b, b->heap[i]), m * sizeof *f);
    CUPEL_TRY(cupel_pareto_layers(f, b->n, m, last, layer, err));
    b->n_last = 0;
    for (size_t i = 0; i < b->n; i++) {
        entry *e = b->heap[i];
        if (layer[i] == last) memcpy(f + m * b->n_last++, cells(b, e), m * sizeof *f); /* n_last <= i: never over a row still to be read */
        e->layer = layer[i];
        if (!layer[i]) {
            unlink_entry(b, e);
            cupel_free(e);
            continue;
        }
        e->at = kept;
        b->heap[kept++] = e;
    }
    b->n = b->settled = kept;
    double *spare = b->last_layer;
    b->last_layer = f;
    f = spare;
done:
    cupel_free(f);
    cupel_free(layer);
    return st;
}

cupel_status cupel_board_offer(cupel_board *b, const cupel_pick *pick, cupel_err *err)
{
    if (!cupel_board_wants(b, pick->index, pick->score, pick->merit, pick->objective)) return CUPEL_OK;
    entry *e = entry_new(b, pick);
    if (!e) return cupel_no_memory(err, "a candidate", sizeof *e);
    entry *twin = *find(b, e);
    if (twin) {
        settle_twins(b, twin, e);
        return CUPEL_OK;
    }
    entry *leaves = last_of_system(b, e);
    if (!leaves && b->kind != CUPEL_BOARD_PARETO && b->n == b->keep) leaves = b->heap[0];
    if (leaves) {
        if (ahead(e, leaves))
            replace(b, leaves, e);
        else
            cupel_free(e);
        return CUPEL_OK;
    }
    if (!cupel_grow(&b->heap, &b->cap, b->n + 1, sizeof *b->heap)) {
        cupel_free(e);
        return cupel_no_memory(err, "a best list", (b->n + 1) * sizeof *b->heap);
    }
    e->at = b->n;
    b->heap[b->n++] = e;
    link_entry(b, e);
    if (b->kind != CUPEL_BOARD_PARETO) sift(b, e->at);
    return b->kind == CUPEL_BOARD_PARETO && b->n >= b->settled + PARETO_PENDING ? settle_layers(b, err) : CUPEL_OK;
}

static int by_layer_and_order(const void *x, const void *y)
{
    const entry *a = *(entry *const *)x, *b = *(entry *const *)y;
    if (a->layer != b->layer) return a->layer < b->layer ? -1 : 1;
    return ahead(a, b) ? -1 : ahead(b, a);
}

cupel_status cupel_shortlist_take(cupel_shortlist *l, cupel_board_shape s, size_t n, cupel_arena *arena, cupel_err *err)
{
    *l = (cupel_shortlist){.n = n};
    int64_t **const ints[3] = {&l->index, &l->copies, &l->layer};
    double **const reals[11] = {&l->score, &l->merit,    &l->probability, &l->value,  &l->spread,   &l->lower,
                                &l->upper, &l->distance, &l->chance,      &l->figure, &l->objective};
    const size_t width[11] = {1, 1, 1, s.p, s.p, s.p, s.p, s.p, s.r, s.c, s.m};
    bool ok = true;
    for (int i = 0; i < 3; i++) ok = (*ints[i] = cupel_arena_take(arena, n * sizeof(int64_t) + 1)) && ok;
    for (int i = 0; i < 11; i++) ok = (*reals[i] = cupel_arena_take(arena, n * width[i] * sizeof(double) + 1)) && ok;
    ok = (l->in_domain = cupel_arena_take(arena, n * s.p + 1)) && ok;
    ok = (l->formula = cupel_arena_take(arena, n * sizeof(char *) + 1)) && ok;
    ok = (l->key = cupel_arena_take(arena, n * sizeof(char *) + 1)) && ok;
    ok = (l->carried = cupel_arena_take(arena, n * sizeof(char *) + 1)) && ok;
    for (size_t i = 0; l->carried && i < n; i++) l->carried[i] = (char *)(uintptr_t)"";
    return ok ? CUPEL_OK : cupel_no_memory(err, "a shortlist", n * sizeof(double) * (6 + n_numbers(&s)));
}

static cupel_status put_row(cupel_shortlist *l, size_t i, const entry *e, const cupel_board_shape *s, cupel_arena *arena, cupel_err *err)
{
    double *const column[8] = {l->value, l->spread, l->lower, l->upper, l->distance, l->chance, l->figure, l->objective};
    const size_t width[8] = {s->p, s->p, s->p, s->p, s->p, s->r, s->c, s->m};
    const double *x = e->number;
    for (int k = 0; k < 8; x += width[k++])
        if (width[k]) memcpy(column[k] + i * width[k], x, width[k] * sizeof *x);
    memcpy(l->in_domain + i * s->p, e->in_domain, s->p);
    l->index[i] = e->index;
    l->copies[i] = e->copies;
    l->layer[i] = e->layer;
    l->score[i] = e->score;
    l->merit[i] = e->merit;
    l->probability[i] = e->probability;
    l->formula[i] = cupel_arena_text(arena, e->formula, strlen(e->formula));
    l->key[i] = cupel_arena_text(arena, e->key, strlen(e->key));
    l->carried[i] = cupel_arena_text(arena, e->carried, strlen(e->carried));
    return l->formula[i] && l->key[i] && l->carried[i] ? CUPEL_OK : cupel_no_memory(err, "a shortlist", 0);
}

/* Two cells can hold one composition (its writings differ in the last digit): the better one stands. */
static size_t drop_twins(entry **e, size_t n, size_t limit)
{
    size_t kept = 0;
    for (size_t i = 0; i < n && kept < limit; i++) {
        size_t j = 0;
        while (j < kept && strcmp(e[j]->key, e[i]->key) != 0) j++;
        if (j == kept) e[kept++] = e[i];
    }
    return kept;
}

cupel_status cupel_board_list(cupel_board *b, bool all, cupel_arena *arena, cupel_shortlist *list, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    bool pareto = b->kind == CUPEL_BOARD_PARETO;
    if (pareto && (st = settle_layers(b, err)) != CUPEL_OK) return st;
    size_t n = b->n;
    entry **order = cupel_alloc(n, sizeof *order);
    if (!order) return cupel_no_memory(err, "a shortlist", n * sizeof *order);
    if (n) memcpy(order, b->heap, n * sizeof *order);
    qsort(order, n, sizeof *order, by_layer_and_order);
    if (pareto && !all) n = drop_twins(order, n, b->keep);
    CUPEL_TRY(cupel_shortlist_take(list, b->shape, n, arena, err));
    for (size_t i = 0; i < n; i++) CUPEL_TRY(put_row(list, i, order[i], &b->shape, arena, err));
done:
    cupel_free(order);
    return st;
}

cupel_pick cupel_shortlist_pick(const cupel_shortlist *l, cupel_board_shape s, size_t i)
{
    return (cupel_pick){.index = l->index[i],
                        .copies = l->copies[i],
                        .score = l->score[i],
                        .merit = l->merit[i],
                        .probability = l->probability[i],
                        .value = l->value + i * s.p,
                        .spread = l->spread + i * s.p,
                        .lower = l->lower + i * s.p,
                        .upper = l->upper + i * s.p,
                        .distance = l->distance + i * s.p,
                        .in_domain = l->in_domain + i * s.p,
                        .chance = l->chance + i * s.r,
                        .figure = l->figure + i * s.c,
                        .objective = l->objective + i * s.m,
                        .formula = cupel_text_of(l->formula[i]),
                        .key = cupel_text_of(l->key[i]),
                        .carried = cupel_text_of(l->carried[i])};
}
