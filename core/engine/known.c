#include "core/engine/known.h"

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/mem.h"

#include <math.h>
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
    const char *key; /* canonical text, and behind it the condition */
    size_t n;        /* values, when closed */
    double value, low, high;
} member;

struct cupel_known_set {
    member *m; /* [n] one for each value; when closed one for each key, sorted */
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
    s->m[s->n] = (member){elements_of(c), key, 1, value, value, value};
    s->n++;
    return CUPEL_OK;
}

cupel_status cupel_known_set_add_rows(cupel_known_set *s, const cupel_batch *batch, const cupel_features *f, const cupel_records *records,
                                      const double *target, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str text = {0}, condition = {0};
    cupel_composition c;
    for (size_t i = 0; i < batch->n && st == CUPEL_OK; i++) {
        if (batch->reason[i]) continue;
        cupel_batch_get(batch, i, &c);
        cupel_str_clear(&condition);
        if (f) cupel_features_condition(f, records, i, &condition);
        st = condition.failed ? cupel_no_memory(err, "known compositions", 0) : add(s, &c, cupel_str_text(&condition), target[i], &text, err);
    }
    cupel_str_free(&text);
    cupel_str_free(&condition);
    return st;
}

cupel_status cupel_known_set_add(cupel_known_set *s, const cupel_batch *batch, const double *target, cupel_err *err)
{
    return cupel_known_set_add_rows(s, batch, NULL, NULL, target, err);
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
    return c ? c : (x->value > y->value) - (x->value < y->value);
}

/* Values of one key become their median, whatever the order in which they came. */
void cupel_known_set_close(cupel_known_set *s)
{
    size_t kept = 0;
    if (s->n) qsort(s->m, s->n, sizeof *s->m, in_order);
    for (size_t i = 0, end; i < s->n; i = end) {
        for (end = i + 1; end < s->n && by_elements_and_key(&s->m[i], &s->m[end]) == 0;) end++;
        member m = s->m[i];
        m.n = end - i;
        m.high = s->m[end - 1].value;
        m.value = (s->m[i + (m.n - 1) / 2].value + s->m[i + m.n / 2].value) / 2;
        s->m[kept++] = m;
    }
    s->n = kept;
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

static cupel_known_value measured_of(const member *x, size_t composition)
{
    return (cupel_known_value){.value = x->value, .low = x->low, .high = x->high, .n = x->n, .condition = x->key + composition};
}

cupel_status cupel_known_set_has(const cupel_known_set *s, const cupel_known_row *q, cupel_str *text, bool *known, cupel_known_value *m,
                                 cupel_err *err)
{
    member x = {.elements = elements_of(q->c), .key = ""};
    size_t at = first_from(s, &x);
    *known = false;
    if (at == s->n || s->m[at].elements != x.elements) return CUPEL_OK;
    cupel_str_clear(text);
    cupel_composition_text(q->c, text);
    const size_t composition = text->n;
    if (q->model) cupel_features_condition(cupel_model_features(q->model), q->records, q->row, text);
    if (text->failed) return cupel_no_memory(err, "a composition", 0);
    x.key = cupel_str_text(text);
    at = first_from(s, &x);
    *known = at < s->n && by_elements_and_key(&s->m[at], &x) == 0;
    if (*known && m) *m = measured_of(&s->m[at], composition);
    return CUPEL_OK;
}

/* One of "; name=value; name=value". */
static cupel_text next_part(const char **p)
{
    cupel_text part = {*p, 0};
    while ((*p)[0] && !((*p)[0] == ';' && part.n)) (*p)++, part.n++;
    return part;
}

double cupel_condition_apart(const char *a, const char *b)
{
    double sum = 0, x, y;
    while (*a && *b) {
        const cupel_text one = next_part(&a), two = next_part(&b);
        size_t k = 0, value = 0;
        for (; k < one.n && k < two.n && one.p[k] == two.p[k]; k++)
            if (one.p[k] == '=') value = k + 1;
        if (k == one.n && k == two.n) continue;
        const bool numbers = cupel_parse_double((cupel_text){one.p + value, one.n - value}, &x) &&
                             cupel_parse_double((cupel_text){two.p + value, two.n - value}, &y);
        sum += numbers ? fabs(x - y) / (fabs(x) + fabs(y) + 1e-300) : 1;
    }
    return sum;
}

cupel_status cupel_known_set_near(const cupel_known_set *s, const cupel_composition *c, const char *condition, cupel_str *text, bool *known,
                                  cupel_known_value *m, cupel_err *err)
{
    member x = {.elements = elements_of(c), .key = ""};
    double least = HUGE_VAL;
    *known = false;
    cupel_str_clear(text);
    cupel_composition_text(c, text);
    if (text->failed) return cupel_no_memory(err, "a composition", 0);
    for (size_t i = first_from(s, &x); i < s->n && s->m[i].elements == x.elements; i++) {
        const char *key = s->m[i].key;
        if (strncmp(key, cupel_str_text(text), text->n) != 0 || (key[text->n] && key[text->n] != ';')) continue;
        const double d = cupel_condition_apart(key + text->n, condition);
        if (d >= least) continue;
        least = d, *known = true, *m = measured_of(&s->m[i], text->n);
    }
    return CUPEL_OK;
}
