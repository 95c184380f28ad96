#include "core/engine/result_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/matter/formula.h"
#include "core/matter/oxidation.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

cupel_text cupel_key_composition(const char *key) { return (cupel_text){key, strcspn(key, "\t")}; }

cupel_text cupel_key_column(const char *key, size_t k)
{
    for (size_t i = 0; i <= k; i++) {
        key += strcspn(key, "\t");
        if (!*key) return cupel_text_of("");
        key++;
    }
    return (cupel_text){key, strcspn(key, "\t")};
}

void cupel_key_add(cupel_text value, cupel_str *key)
{
    value = cupel_text_trim(value);
    cupel_str_putc(key, '\t');
    for (size_t i = 0; i < value.n; i++) {
        const char c = value.p[i];
        cupel_str_putc(key, c == '\t' || c == '\n' || c == '\r' || !c ? ' ' : c);
    }
}

static bool within(double x, double lo, double hi) { return x >= lo && x <= hi; }

int cupel_result_measured(const cupel_result *r, size_t i, size_t p, double lo, double hi)
{
    const size_t at = i * r->n_properties + p;
    const int in = within(r->known_low[at], lo, hi) + within(r->known_high[at], lo, hi) + within(r->known_value[at], lo, hi);
    if (in == 3) return 1;
    const bool around = r->known_low[at] < lo && r->known_high[at] > hi; /* what lies between is not kept */
    return in || around ? 0 : -1;
}

void cupel_result_states(const cupel_result *r, size_t i, cupel_str *out)
{
    cupel_formula f;
    cupel_formula_error e;
    if (cupel_formula_read(cupel_key_composition(r->rows.key[i]), CUPEL_DOT_DECIMAL, &f, &e)) cupel_oxidation_text(&f.composition, 0, out);
}

static size_t size_of(cupel_type type) { return type == CUPEL_U8 ? 1 : type == CUPEL_F32 ? 4 : 8; }

cupel_status cupel_array_save(cupel_writer *w, const cupel_array *a, size_t n, const void *data, cupel_err *err)
{
    size_t shape[2] = {n, a->width};
    return cupel_writer_put(w, a->name, a->unit, a->help, a->type, a->width ? 2 : 1, shape, data, err);
}

cupel_status cupel_array_load(const cupel_reader *r, const cupel_array *a, size_t n, cupel_arena *arena, void *at, cupel_err *err)
{
    size_t shape[2] = {n, a->width}, bytes = n * (a->width ? a->width : 1) * size_of(a->type);
    void *data = NULL;
    cupel_status st = cupel_reader_get(r, a->name, a->type, a->width ? 2 : 1, shape, &data, err);
    if (st != CUPEL_OK) return st;
    void *kept = cupel_arena_take(arena, bytes + 1);
    if (!kept) st = cupel_no_memory(err, a->name, bytes);
    if (kept && bytes) memcpy(kept, data, bytes);
    memcpy(at, &kept, sizeof kept);
    cupel_free(data);
    return st;
}

cupel_status cupel_texts_save(cupel_writer *w, const char *name, const char *help, size_t n, char *const *text, cupel_err *err)
{
    return cupel_writer_put(w, name, "", help, CUPEL_TEXT, 1, &n, (const void *)text, err);
}

cupel_status cupel_texts_load(const cupel_reader *r, const char *name, size_t *n, cupel_arena *arena, char ***text, cupel_err *err)
{
    void *data = NULL;
    cupel_status st = cupel_reader_get(r, name, CUPEL_TEXT, 1, n, &data, err);
    if (st != CUPEL_OK) return st;
    char **from = data, **kept = cupel_arena_take(arena, (*n + 1) * sizeof *kept);
    for (size_t i = 0; kept && i < *n; i++)
        if (!(kept[i] = cupel_arena_text(arena, from[i], strlen(from[i])))) kept = NULL;
    if (!kept) st = cupel_no_memory(err, name, 0);
    *text = kept;
    cupel_free(data);
    return st;
}

typedef struct field {
    cupel_array of;
    void *at; /* address of the column's pointer */
} field;

enum { N_FIELDS = 15, NAME = 64 };

static void fields_of(cupel_shortlist *l, cupel_board_shape s, field f[N_FIELDS])
{
    const field all[N_FIELDS] = {
        {{"index", "1", "place in the space, from 0", CUPEL_I64, 0}, &l->index},
        {{"copies", "1", "how often this reduced composition occurred", CUPEL_I64, 0}, &l->copies},
        {{"layer", "1", "Pareto layer from 1, 0 without one", CUPEL_I64, 0}, &l->layer},
        {{"score", "1", "what the ranking falls by", CUPEL_F64, 0}, &l->score},
        {{"merit", "1", "breaks ties of the score", CUPEL_F64, 0}, &l->merit},
        {{"probability", "1", "that the whole demand is met", CUPEL_F64, 0}, &l->probability},
        {{"value", "of each property", "predicted; of a class the probability of its larger value", CUPEL_F64, s.p}, &l->value},
        {{"spread", "of each property", "scale of the calibrated distribution", CUPEL_F64, s.p}, &l->spread},
        {{"lower", "of each property", "lower end of the interval", CUPEL_F64, s.p}, &l->lower},
        {{"upper", "of each property", "upper end of the interval", CUPEL_F64, s.p}, &l->upper},
        {{"distance", "1", "to the training domain, 1 at its edge", CUPEL_F64, s.p}, &l->distance},
        {{"in_domain", "1", "1 inside the training domain, 2 not known", CUPEL_U8, s.p}, &l->in_domain},
        {{"chance", "1", "probability of each requirement", CUPEL_F64, s.r}, &l->chance},
        {{"figure", "of each constraint", "figure of each constraint", CUPEL_F64, s.c}, &l->figure},
        {{"objective", "1", "objectives, larger is better", CUPEL_F64, s.m}, &l->objective},
    };
    memcpy(f, all, sizeof all);
}

/* Columns of width 0 are those that a demand has none of: only rank 1 fields, listed first, are stored with width 0. */
static bool stored(const field *f, size_t i) { return i < 6 || f->of.width; }

/* Its array as the group has it; the name stands in `name` from then on. */
static const cupel_array *in_group(field *f, const char *group, char name[NAME])
{
    snprintf(name, NAME, "%s/%s", group, f->of.name);
    f->of.name = name;
    return &f->of;
}

static bool carries(const cupel_shortlist *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->carried[i][0]) return true;
    return false;
}

/* A shortlist that carries no columns has no such data set. */
static cupel_status load_carried(const cupel_reader *r, const char *group, size_t n, cupel_arena *arena, cupel_shortlist *l, cupel_err *err)
{
    char name[NAME];
    snprintf(name, sizeof name, "%s/carried", group);
    if (cupel_reader_has(r, name)) return cupel_texts_load(r, name, &n, arena, &l->carried, err);
    l->carried = cupel_arena_take(arena, n * sizeof(char *) + 1);
    for (size_t i = 0; l->carried && i < n; i++) l->carried[i] = (char *)(uintptr_t)"";
    return l->carried ? CUPEL_OK : cupel_no_memory(err, "a shortlist", 0);
}

cupel_status cupel_shortlist_save(const cupel_shortlist *list, cupel_board_shape s, const char *group, cupel_writer *w, cupel_err *err)
{
    cupel_shortlist l = *list;
    field f[N_FIELDS];
    char name[NAME];
    cupel_status st = CUPEL_OK;
    fields_of(&l, s, f);
    for (size_t i = 0; i < N_FIELDS && st == CUPEL_OK; i++) {
        void *data;
        if (!stored(&f[i], i)) continue;
        memcpy(&data, f[i].at, sizeof data);
        st = cupel_array_save(w, in_group(&f[i], group, name), l.n, data, err);
    }
    snprintf(name, sizeof name, "%s/formula", group);
    if (st == CUPEL_OK) st = cupel_texts_save(w, name, "as the space wrote it", l.n, l.formula, err);
    snprintf(name, sizeof name, "%s/key", group);
    if (st == CUPEL_OK) st = cupel_texts_save(w, name, "canonical reduced composition", l.n, l.key, err);
    snprintf(name, sizeof name, "%s/carried", group);
    if (st == CUPEL_OK && carries(&l)) st = cupel_texts_save(w, name, "columns that only go with the rows, each behind a tab", l.n, l.carried, err);
    return st;
}

static cupel_status check_rows(const cupel_shortlist *l, cupel_board_shape s, int64_t n_candidates, const char *group, cupel_err *err)
{
    for (size_t i = 0; i < l->n; i++) {
        bool ok = l->index[i] >= 0 && l->index[i] < n_candidates && l->copies[i] >= 1 && l->copies[i] <= n_candidates && l->layer[i] >= 0 &&
                  isfinite(l->score[i]) && isfinite(l->merit[i]) && l->probability[i] >= 0 && l->probability[i] <= 1;
        for (size_t k = 0; ok && k < s.p; k++) ok = l->in_domain[i * s.p + k] <= CUPEL_DOMAIN_UNKNOWN;
        if (!ok) return cupel_fail(err, CUPEL_BAD_ARTIFACT, "row %zu of '%s' holds values that cannot be; the file is damaged", i, group);
    }
    return CUPEL_OK;
}

cupel_status cupel_shortlist_load(const cupel_reader *r, const char *group, cupel_board_shape s, int64_t n_candidates, cupel_arena *arena,
                                  cupel_shortlist *l, cupel_err *err)
{
    field f[N_FIELDS];
    char name[NAME];
    *l = (cupel_shortlist){.n = 0};
    snprintf(name, sizeof name, "%s/formula", group);
    size_t n = SIZE_MAX, n_keys;
    cupel_status st = cupel_texts_load(r, name, &n, arena, &l->formula, err);
    if (st != CUPEL_OK) return st;
    n_keys = n;
    snprintf(name, sizeof name, "%s/key", group);
    st = cupel_texts_load(r, name, &n_keys, arena, &l->key, err);
    if (st == CUPEL_OK) st = load_carried(r, group, n, arena, l, err);
    fields_of(l, s, f);
    for (size_t i = 0; i < N_FIELDS && st == CUPEL_OK; i++) {
        void *none = NULL;
        const cupel_array *a = in_group(&f[i], group, name);
        if (stored(&f[i], i))
            st = cupel_array_load(r, a, n, arena, f[i].at, err);
        else if (!(none = cupel_arena_take(arena, 1)))
            st = cupel_no_memory(err, name, 0);
        else
            memcpy(f[i].at, &none, sizeof none);
    }
    if (st == CUPEL_OK) {
        l->n = n;
        st = check_rows(l, s, n_candidates, group, err);
    }
    return st;
}

void cupel_shortlist_keep(cupel_shortlist *l, cupel_board_shape s, const size_t *row, size_t n)
{
    field f[N_FIELDS];
    fields_of(l, s, f);
    for (size_t k = 0; k < N_FIELDS; k++) {
        size_t bytes = (stored(&f[k], k) ? (f[k].of.width ? f[k].of.width : 1) : 0) * size_of(f[k].of.type);
        char *data;
        memcpy(&data, f[k].at, sizeof data);
        for (size_t i = 0; bytes && i < n; i++) memmove(data + i * bytes, data + row[i] * bytes, bytes);
    }
    for (size_t i = 0; i < n; i++) {
        l->formula[i] = l->formula[row[i]];
        l->key[i] = l->key[row[i]];
        l->carried[i] = l->carried[row[i]];
    }
    l->n = n;
}

cupel_status cupel_identity_save(cupel_writer *w, const cupel_identity *id, cupel_err *err)
{
    cupel_status st = cupel_texts_save(w, "identity/name", "what this was made from", id->n, id->name, err);
    if (st == CUPEL_OK) st = cupel_texts_save(w, "identity/value", "version, digest or word of each", id->n, id->value, err);
    for (size_t i = 0; i < id->n && st == CUPEL_OK; i++)
        if (strchr(id->value[i], ':')) st = cupel_writer_input(w, id->name[i], id->value[i], err);
    return st;
}

cupel_status cupel_identity_load(const cupel_reader *r, cupel_arena *arena, cupel_identity *id, cupel_err *err)
{
    id->n = SIZE_MAX;
    cupel_status st = cupel_texts_load(r, "identity/name", &id->n, arena, &id->name, err);
    if (st == CUPEL_OK) st = cupel_texts_load(r, "identity/value", &id->n, arena, &id->value, err);
    return st;
}

cupel_status cupel_identity_same(const cupel_identity *here, const cupel_identity *there, const char *what, const char *remedy, cupel_err *err)
{
    for (size_t i = 0; i < here->n; i++) {
        const char *other = "nothing";
        for (size_t j = 0; j < there->n; j++)
            if (strcmp(here->name[i], there->name[j]) == 0) other = there->value[j];
        if (strcmp(other, here->value[i]) != 0)
            return cupel_fail(err, CUPEL_BAD_ARTIFACT, "%s is of another %s: %.80s there, %.80s here; %s", what, here->name[i], other, here->value[i],
                              remedy);
    }
    if (here->n != there->n) return cupel_fail(err, CUPEL_BAD_ARTIFACT, "%s is of another demand; %s", what, remedy);
    return CUPEL_OK;
}
