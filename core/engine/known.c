#include "core/engine/known.h"

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

struct cupel_known_set {
    char **key; /* [n] canonical texts, sorted when closed */
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
    cupel_free(s->key);
    cupel_arena_release(&s->arena);
    cupel_free(s);
}

static cupel_status add(cupel_known_set *s, const cupel_composition *c, cupel_str *text, cupel_err *err)
{
    cupel_str_clear(text);
    cupel_composition_text(c, text);
    char *key = text->failed ? NULL : cupel_arena_text(&s->arena, cupel_str_text(text), text->n);
    if (!key || !cupel_grow(&s->key, &s->cap, s->n + 1, sizeof *s->key)) return cupel_no_memory(err, "known compositions", 0);
    s->key[s->n++] = key;
    return CUPEL_OK;
}

cupel_status cupel_known_set_add(cupel_known_set *s, const cupel_batch *batch, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str text = {0};
    cupel_composition c;
    for (size_t i = 0; i < batch->n && st == CUPEL_OK; i++) {
        if (batch->reason[i]) continue;
        cupel_batch_get(batch, i, &c);
        st = add(s, &c, &text, err);
    }
    cupel_str_free(&text);
    return st;
}

cupel_status cupel_known_set_add_model(cupel_known_set *s, const cupel_model *m, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str text = {0};
    cupel_composition c;
    const char *formula;
    double target;
    for (size_t i = 0; i < cupel_model_n_training(m) && st == CUPEL_OK; i++) {
        cupel_model_training_row(m, i, &c, &formula, &target);
        st = add(s, &c, &text, err);
    }
    cupel_str_free(&text);
    return st;
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

void cupel_known_set_close(cupel_known_set *s)
{
    if (s->n) qsort(s->key, s->n, sizeof *s->key, by_text);
}

cupel_status cupel_known_set_has(const cupel_known_set *s, const cupel_composition *c, cupel_str *text, bool *known, cupel_err *err)
{
    cupel_str_clear(text);
    cupel_composition_text(c, text);
    if (text->failed) return cupel_no_memory(err, "a composition", 0);
    const char *key = cupel_str_text(text);
    *known = s->n && bsearch(&key, s->key, s->n, sizeof *s->key, by_text) != NULL;
    return CUPEL_OK;
}
