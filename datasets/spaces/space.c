#include "datasets/spaces/axes.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/input.h"
#include "core/io/keys.h"
#include "core/matter/records.h"

#include <assert.h>
#include <string.h>

static const uint64_t COUNT_MAX = 1000000000000000000;

struct cupel_space {
    const cupel_space_kind *kind;
    void *state;
    cupel_str words;
    cupel_axes axes;
    cupel_header columns;
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
    if (c->bare && !formula.p) {
        if (!cupel_grow(&c->formula, &c->cap, c->n + 1, sizeof *c->formula) || !cupel_grow(&c->line, &c->cap_line, c->n + 1, sizeof *c->line))
            return cupel_no_memory(err, "a block of candidates", 0);
        c->line[c->n] = line;
        c->formula[c->n++] = formula;
        return CUPEL_OK;
    }
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

cupel_status cupel_candidates_copy(cupel_candidates *c, cupel_text formula, const cupel_composition *composition, unsigned char reason, uint64_t line,
                                   cupel_err *err)
{
    cupel_status st = cupel_batch_add(&c->batch, composition, reason, err);
    return st == CUPEL_OK ? put(c, formula, line, err) : st;
}

cupel_status cupel_candidates_cell(cupel_candidates *c, cupel_text cell, cupel_err *err)
{
    if (!cupel_grow(&c->cell, &c->cap_cell, c->n_cells + 1, sizeof *c->cell)) return cupel_no_memory(err, "a block of candidates", 0);
    c->cell[c->n_cells++] = cell;
    return CUPEL_OK;
}

cupel_status cupel_candidates_read(cupel_candidates *c, cupel_text formula, cupel_dot dot, uint64_t line, cupel_err *err)
{
    cupel_status st = cupel_batch_add_formula(&c->batch, formula, dot, err);
    return st == CUPEL_OK ? put(c, formula, line, err) : st;
}

/* Shortest decimal of the amount behind the symbol; nothing behind it for 1. "NaN" would read as a missing formula. */
static size_t print(const cupel_composition *made, char *text)
{
    size_t n = 0;
    for (unsigned i = 0; i < made->n; i++) {
        for (const char *q = cupel_element_symbol(made->z[i]); *q; q++) text[n++] = *q;
        if (made->amount[i] < 1 || made->amount[i] > 1) n += cupel_format_double(text + n, made->amount[i]);
    }
    if (!cupel_text_missing((cupel_text){text, n})) return n;
    memcpy(text, "Na1N1", 5);
    return 5;
}

void cupel_candidates_text(const cupel_candidates *c, size_t i, cupel_str *out)
{
    char text[CUPEL_Z_MAX * 34];
    cupel_composition made;
    if (c->formula[i].p) {
        cupel_str_add(out, c->formula[i].p, c->formula[i].n);
        return;
    }
    cupel_batch_get(&c->batch, i, &made);
    cupel_str_add(out, text, print(&made, text));
}

cupel_status cupel_candidates_make(cupel_candidates *c, const unsigned char *z, const int64_t *amount, unsigned n, int64_t per, cupel_err *err)
{
    char text[CUPEL_Z_MAX * 34];
    cupel_composition made;
    int64_t sum[CUPEL_Z_MAX];
    made.n = 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned at = 0;
        if (!amount[i]) continue;
        while (at < made.n && made.z[at] != z[i]) at++;
        if (at == made.n) {
            made.z[made.n++] = z[i];
            sum[at] = 0;
        }
        sum[at] += amount[i];
    }
    for (unsigned i = 0; i < made.n; i++) made.amount[i] = (double)sum[i] / (double)per;
    if (c->bare) return cupel_candidates_add(c, (cupel_text){NULL, 0}, &made, err);
    return cupel_candidates_add(c, (cupel_text){text, print(&made, text)}, &made, err);
}

static void empty(cupel_candidates *c, uint64_t first)
{
    cupel_batch_clear(&c->batch);
    cupel_arena_reset(&c->arena);
    c->n = c->n_cells = 0;
    c->first = first;
    c->file = NULL;
}

void cupel_candidates_release(cupel_candidates *c)
{
    cupel_batch_release(&c->batch);
    cupel_arena_release(&c->arena);
    cupel_free(c->formula);
    cupel_free(c->line);
    cupel_free(c->cell);
    if (c->base) cupel_candidates_release(c->base);
    cupel_free(c->base);
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

/* The keys of a kind, and `columns` beside them. */
static cupel_status check_keys(const cupel_yaml *map, const char *file, const cupel_space_kind *kind, cupel_err *err)
{
    const char *known[24] = {"columns"};
    for (size_t i = 0; kind->keys[i]; i++) {
        assert(i + 2 < sizeof known / sizeof *known);
        known[i + 1] = kind->keys[i];
    }
    return cupel_keys_check(map, file, "space", known, err);
}

cupel_status cupel_space_open(const cupel_yaml *map, const char *file, const bool allows[CUPEL_Z_MAX + 1], cupel_space **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_space_spec spec = {.map = map, .file = file};
    cupel_space *s = cupel_alloc(1, sizeof *s);
    if (!s) return cupel_no_memory(err, "a space", sizeof *s);
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++) spec.allows[z] = !allows || allows[z];
    CUPEL_TRY(find_kind(map, file, &s->kind, err));
    CUPEL_TRY(check_keys(map, file, s->kind, err));
    spec.own = cupel_yaml_get(map, s->kind->method.name);
    CUPEL_TRY(s->kind->open(&spec, &s->state, &s->words, err));
    if (s->kind->columns) CUPEL_TRY(s->kind->columns(s->state, &s->columns, err));
    CUPEL_TRY(cupel_axes_read(&spec, &s->axes, &s->columns, &s->words, err));
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
    cupel_axes_release(&s->axes);
    cupel_header_release(&s->columns);
    cupel_free(s);
}

cupel_status cupel_space_count(cupel_space *s, uint64_t *count, cupel_err *err)
{
    uint64_t n;
    cupel_status st = s->kind->count(s->state, &n, err);
    if (st != CUPEL_OK) return st;
    if (n > COUNT_MAX / s->axes.points)
        return cupel_fail(err, CUPEL_USAGE, "space: more than 10^18 candidates with its columns; use fewer values");
    *count = n * s->axes.points;
    return CUPEL_OK;
}

/* Candidates of the kind alone. */
static cupel_status fill_base(cupel_space *s, uint64_t first, size_t n, cupel_candidates *c, cupel_err *err)
{
    empty(c, first);
    c->n_columns = s->columns.n - s->axes.n;
    return n ? s->kind->fill(s->state, first, n, c, err) : CUPEL_OK;
}

static cupel_status fill_crossed(cupel_space *s, uint64_t first, size_t n, cupel_candidates *c, cupel_err *err)
{
    uint64_t points = s->axes.points, from = first / points, skip = first % points;
    empty(c, first);
    c->n_columns = s->columns.n;
    if (!n) return CUPEL_OK;
    if (!c->base && !(c->base = cupel_alloc(1, sizeof *c->base))) return cupel_no_memory(err, "a block of candidates", sizeof *c->base);
    c->base->bare = c->bare;
    cupel_status st = fill_base(s, from, (size_t)((skip + n - 1) / points + 1), c->base, err);
    return st == CUPEL_OK ? cupel_axes_cross(&s->axes, n, c, err) : st;
}

cupel_status cupel_space_fill(cupel_space *s, uint64_t first, size_t n, cupel_candidates *c, cupel_err *err)
{
    cupel_status st = s->axes.n ? fill_crossed(s, first, n, c, err) : fill_base(s, first, n, c, err);
    if (st != CUPEL_OK) empty(c, first);
    return st;
}

void cupel_space_say(const cupel_space *s, const cupel_job *job)
{
    cupel_str lines = {0};
    if (s->kind->notes) s->kind->notes(s->state, &lines);
    cupel_say_lines(job, cupel_str_text(&lines));
    cupel_str_free(&lines);
}

const cupel_header *cupel_space_columns(const cupel_space *s) { return &s->columns; }

size_t cupel_space_axes(const cupel_space *s) { return s->axes.n; }

bool cupel_space_part(cupel_space *s, size_t i, cupel_str *what, uint64_t *count)
{
    if (!s->kind->part || !s->kind->part(s->state, i, what, count)) return false;
    *count *= s->axes.points;
    return true;
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
    cupel_axes_identity(&s->axes, &s->columns, &text);
    if (text.failed) CUPEL_TRY(cupel_no_memory(err, "the identity of a space", 0));
    CUPEL_TRY(cupel_input_of_text((cupel_text){text.p, text.n}, "space", &in, err));
    CUPEL_TRY(cupel_input_digest(in, hex, err));
done:
    cupel_input_free(in);
    cupel_str_free(&text);
    return st;
}
