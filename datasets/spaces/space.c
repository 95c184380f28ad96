#include "datasets/spaces/kind.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/input.h"
#include "core/io/keys.h"

struct cupel_space {
    const cupel_space_kind *kind;
    void *state;
    cupel_str words;
};

const cupel_method *cupel_space_method(size_t i)
{
    size_t n = 0;
    while (cupel_space_kinds[n]) n++;
    return i < n ? &cupel_space_kinds[i]->method : NULL;
}

/* ---- candidates ---- */

static cupel_status put(cupel_candidates *c, cupel_text formula, uint64_t line, cupel_err *err)
{
    char *p = NULL;
    if (cupel_grow(&c->formula, &c->cap, c->n + 1, sizeof *c->formula) && cupel_grow(&c->line, &c->cap_line, c->n + 1, sizeof *c->line))
        p = cupel_arena_text(&c->arena, formula.p, formula.n);
    if (!p) return cupel_no_memory(err, "a block of candidates", 0);
    c->line[c->n] = line;
    c->formula[c->n++] = (cupel_text){p, formula.n};
    return CUPEL_OK;
}

cupel_status cupel_candidates_add(cupel_candidates *c, cupel_text formula, const cupel_composition *composition, cupel_err *err)
{
    cupel_status st = cupel_batch_add(&c->batch, composition, 0, err);
    return st == CUPEL_OK ? put(c, formula, 0, err) : st;
}

cupel_status cupel_candidates_read(cupel_candidates *c, cupel_text formula, cupel_dot dot, uint64_t line, cupel_err *err)
{
    cupel_status st = cupel_batch_add_formula(&c->batch, formula, dot, err);
    return st == CUPEL_OK ? put(c, formula, line, err) : st;
}

static void empty(cupel_candidates *c, uint64_t first)
{
    cupel_batch_clear(&c->batch);
    cupel_arena_reset(&c->arena);
    c->n = 0;
    c->first = first;
    c->file = NULL;
}

void cupel_candidates_release(cupel_candidates *c)
{
    cupel_batch_release(&c->batch);
    cupel_arena_release(&c->arena);
    cupel_free(c->formula);
    cupel_free(c->line);
    *c = (cupel_candidates){0};
}

/* ---- opening ---- */

/* The kind whose key stands in the mapping; exactly one must. */
static cupel_status find_kind(const cupel_yaml *map, const char *file, const cupel_space_kind **kind, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str names = {0};
    *kind = NULL;
    for (size_t i = 0; cupel_space_kinds[i]; i++) cupel_str_addf(&names, "%s%s", i ? ", " : "", cupel_space_kinds[i]->method.name);
    if (map->kind != CUPEL_YAML_MAP)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: space must be a mapping with one of: %s", file, map->line, cupel_str_text(&names)));
    for (size_t i = 0; cupel_space_kinds[i]; i++) {
        const cupel_yaml *own = cupel_yaml_get(map, cupel_space_kinds[i]->method.name);
        if (own && *kind)
            CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: '%s' beside '%s'; a space is one of them", file, own->key_line,
                                 cupel_space_kinds[i]->method.name, (*kind)->method.name));
        if (own) *kind = cupel_space_kinds[i];
    }
    if (!*kind)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: none of the kinds there are: %s", file, map->line, cupel_str_text(&names)));
done:
    cupel_str_free(&names);
    return st;
}

cupel_status cupel_space_open(const cupel_yaml *map, const char *file, const bool allows[CUPEL_Z_MAX + 1], cupel_space **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_space_spec spec = {.map = map, .file = file};
    cupel_space *s = cupel_alloc(1, sizeof *s);
    if (!s) return cupel_no_memory(err, "a space", sizeof *s);
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++) spec.allows[z] = !allows || allows[z];
    CUPEL_TRY(find_kind(map, file, &s->kind, err));
    CUPEL_TRY(cupel_keys_check(map, file, "space", s->kind->keys, err));
    spec.own = cupel_yaml_get(map, s->kind->method.name);
    CUPEL_TRY(s->kind->open(&spec, &s->state, &s->words, err));
    if (s->words.failed) CUPEL_TRY(cupel_no_memory(err, "a space", 0));
done:
    if (st == CUPEL_OK)
        *out = s;
    else
        cupel_space_free(s);
    return st;
}

void cupel_space_free(cupel_space *s)
{
    if (!s) return;
    if (s->state) s->kind->close(s->state);
    cupel_str_free(&s->words);
    cupel_free(s);
}

cupel_status cupel_space_count(cupel_space *s, uint64_t *count, cupel_err *err) { return s->kind->count(s->state, count, err); }

cupel_status cupel_space_fill(cupel_space *s, uint64_t first, size_t n, cupel_candidates *c, cupel_err *err)
{
    empty(c, first);
    cupel_status st = n ? s->kind->fill(s->state, first, n, c, err) : CUPEL_OK;
    if (st != CUPEL_OK) empty(c, first);
    return st;
}

bool cupel_space_parallel(const cupel_space *s) { return s->kind->parallel; }

const char *cupel_space_words(const cupel_space *s) { return cupel_str_text(&s->words); }

cupel_status cupel_space_digest(cupel_space *s, char hex[65], cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str text = {0};
    cupel_input *in = NULL;
    cupel_str_addf(&text, "%s\n", s->kind->method.name);
    CUPEL_TRY(s->kind->identity(s->state, &text, err));
    if (text.failed) CUPEL_TRY(cupel_no_memory(err, "the identity of a space", 0));
    CUPEL_TRY(cupel_input_of_text((cupel_text){text.p, text.n}, "space", &in, err));
    CUPEL_TRY(cupel_input_digest(in, hex, err));
done:
    cupel_input_free(in);
    cupel_str_free(&text);
    return st;
}
