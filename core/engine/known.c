#include "core/engine/known.h"

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

/* A number of the set of elements: the canonical text, which takes long for alloys, is made only where it is known. */
static uint64_t elements_of(const cupel_composition *c)
{
    uint64_t h = 0;
    for (unsigned i = 0; i < c->n; i++) h += (uint64_t)c->z[i] * c->z[i] * 0x9e3779b97f4a7c15u ^ (uint64_t)c->z[i] << 32;
    return h;
}

typedef struct member {
    uint64_t elements;
    const char *key; /* canonical text */
    size_t order;
    double value;
} member;

struct cupel_known_set {
    member *m; /* [n] sorted when closed */
    size_t n, cap;
    cupel_arena arena;
};

cupel_status cupel_known_set_new(cupel_known_set **s, cupel_err *err)
{
    *s = cupel_alloc(1, sizeof **s);
    return *s ? CUPEL_OK : cupel_no_memory(err, "known compositions", sizeof **s);
}

void cupel_known_set_free(cupel_known_set *s)
{
    if (!s) return;
    cupel_free(s->m);
    cupel_arena_release(&s->arena);
    cupel_free(s);
}

/* condition: the columns of the table in words, "" for none. */
static cupel_status add(cupel_known_set *s, const cupel_composition *c, const char *condition, double value, cupel_str *text, cupel_err *err)
{
    cupel_str_clear(text);
    cupel_composition_text(c, text);
    cupel_str_puts(text, condition);
    char *key = text->failed ? NULL : cupel_arena_text(&s->arena, cupel_str_text(text), text->n);
    if (!key || !cupel_grow(&s->m, &s->cap, s->n + 1, sizeof *s->m)) return cupel_no_memory(err, "known compositions", 0);
    s->m[s->n] = (member){elements_of(c), key, s->n, value};
    s->n++;
    return CUPEL_OK;
}

cupel_status cupel_known_set_add(cupel_known_set *s, const cupel_batch *batch, const double *target, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str text = {0};
    cupel_composition c;
    for (size_t i = 0; i < batch->n && st == CUPEL_OK; i++) {
        if (batch->reason[i]) continue;
        cupel_batch_get(batch, i, &c);
        st = add(s, &c, "", target[i], &text, err);
    }
    cupel_str_free(&text);
    return st;
}

cupel_status cupel_known_set_add_model(cupel_known_set *s, const cupel_model *m, bool columns, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str text = {0};
    cupel_composition c;
    const char *formula;
    double target;
    for (size_t i = 0; i < cupel_model_n_training(m) && st == CUPEL_OK; i++) {
        cupel_model_training_row(m, i, &c, &formula, &target);
        st = add(s, &c, columns ? cupel_model_condition(m, i) : "", target, &text, err);
    }
    cupel_str_free(&text);
    return st;
}

static int by_elements_and_key(const member *a, const member *b)
{
    return a->elements != b->elements ? (a->elements < b->elements ? -1 : 1) : strcmp(a->key, b->key);
}

static int in_order(const void *a, const void *b)
{
    const member *x = a, *y = b;
    int c = by_elements_and_key(x, y);
    return c ? c : (x->order > y->order) - (x->order < y->order);
}

void cupel_known_set_close(cupel_known_set *s)
{
    if (s->n) qsort(s->m, s->n, sizeof *s->m, in_order);
}

/* The first member that is not before x; with a key of "" the first of these elements. */
static size_t first_from(const cupel_known_set *s, const member *x)
{
    size_t low = 0, high = s->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_elements_and_key(&s->m[middle], x) < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* m NULL: by the composition alone. */
static cupel_status look_up(const cupel_known_set *s, const cupel_composition *c, const cupel_model *m, const cupel_records *records, size_t row,
                            cupel_str *text, bool *known, double *value, cupel_err *err)
{
    member x = {.elements = elements_of(c), .key = ""};
    size_t at = first_from(s, &x);
    *known = false;
    if (at == s->n || s->m[at].elements != x.elements) return CUPEL_OK;
    cupel_str_clear(text);
    cupel_composition_text(c, text);
    if (m) cupel_features_condition(cupel_model_features(m), records, row, text);
    if (text->failed) return cupel_no_memory(err, "a composition", 0);
    x.key = cupel_str_text(text);
    at = first_from(s, &x);
    *known = at < s->n && by_elements_and_key(&s->m[at], &x) == 0;
    if (*known && value) *value = s->m[at].value;
    return CUPEL_OK;
}

cupel_status cupel_known_set_has(const cupel_known_set *s, const cupel_composition *c, cupel_str *text, bool *known, double *value, cupel_err *err)
{
    return look_up(s, c, NULL, NULL, 0, text, known, value, err);
}

cupel_status cupel_known_set_has_row(const cupel_known_set *s, const cupel_composition *c, const cupel_model *m, const cupel_records *records,
                                     size_t row, cupel_str *text, bool *known, double *value, cupel_err *err)
{
    return look_up(s, c, m, records, row, text, known, value, err);
}
