#include "core/matter/records.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/units.h"

#include <string.h>

size_t cupel_header_find(const cupel_header *h, const char *name)
{
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < h->n; i++)
        if (strcmp(h->name[i], name) == 0) return i;
    for (size_t i = 0; i < h->n; i++) {
        if (strcmp(h->label[i], name) != 0) continue;
        if (found != SIZE_MAX) return SIZE_MAX;
        found = i;
    }
    return found;
}

/* FNV-1a. */
static uint64_t hash_of(cupel_text t)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < t.n; i++) h = (h ^ (unsigned char)t.p[i]) * 0x100000001b3u;
    return h;
}

/* "yield strength (MPa)", "k (W/(m K))": behind a blank, and only where it is a unit: "(at 300 K)" and "phase(s)" are part of a name. */
static void split_parentheses(cupel_text name, cupel_text *label, cupel_text *unit)
{
    size_t at = name.n, depth = 0;
    cupel_unit u;
    cupel_err why = {0};
    while (at--) {
        depth += name.p[at] == ')';
        if (name.p[at] == '(' && !--depth) break;
    }
    if (at == SIZE_MAX || !at || name.p[at - 1] != ' ') return;
    const cupel_text before = cupel_text_trim((cupel_text){name.p, at}), inside = cupel_text_trim((cupel_text){name.p + at + 1, name.n - at - 2});
    if (!before.n || !inside.n || (inside.n == 1 && inside.p[0] == '-') || cupel_unit_parse(inside, &u, &why) != CUPEL_OK) return;
    *label = before;
    *unit = inside;
}

/* "yield strength [MPa]" -> "yield strength" and "MPa"; a name that is only brackets keeps them. */
static void split_unit(cupel_text name, cupel_text *label, cupel_text *unit)
{
    *label = name;
    *unit = (cupel_text){name.p + name.n, 0};
    if (name.n > 2 && name.p[name.n - 1] == ')') split_parentheses(name, label, unit);
    if (name.n < 2 || name.p[name.n - 1] != ']') return;
    size_t at = name.n - 1;
    while (at && name.p[at] != '[') at--;
    if (name.p[at] != '[') return;
    cupel_text before = cupel_text_trim((cupel_text){name.p, at});
    if (!before.n) return;
    *label = before;
    *unit = cupel_text_trim((cupel_text){name.p + at + 1, name.n - at - 2});
}

static bool make_room(cupel_header *h)
{
    if (h->n < h->cap) return true;
    size_t name = h->cap, label = h->cap, unit = h->cap, hash = h->cap, need = h->n + 1;
    if (!cupel_grow(&h->name, &name, need, sizeof *h->name) || !cupel_grow(&h->label, &label, need, sizeof *h->label) ||
        !cupel_grow(&h->unit, &unit, need, sizeof *h->unit) || !cupel_grow(&h->hash, &hash, need, sizeof *h->hash))
        return false;
    h->cap = name;
    return true;
}

cupel_status cupel_header_add(cupel_header *h, cupel_text name, cupel_err *err)
{
    name = cupel_text_trim(name);
    uint64_t hash = hash_of(name);
    for (size_t i = 0; i < h->n; i++) {
        if (h->hash[i] != hash || !cupel_text_is(name, h->name[i])) continue;
        if (!name.n) return cupel_fail(err, CUPEL_BAD_INPUT, "columns %zu and %zu have no name; name all columns but one", i + 1, h->n + 1);
        return cupel_fail(err, CUPEL_BAD_INPUT, "columns %zu and %zu are both called '%.*s'; give each column a name of its own", i + 1, h->n + 1,
                          (int)(name.n > 200 ? 200 : name.n), name.p);
    }
    cupel_text label, unit;
    split_unit(name, &label, &unit);
    char *a = NULL, *b = NULL, *c = NULL;
    if (!make_room(h) || !(a = cupel_strndup(name.p, name.n)) || !(b = cupel_strndup(label.p, label.n)) || !(c = cupel_strndup(unit.p, unit.n))) {
        cupel_free(a);
        cupel_free(b);
        return cupel_no_memory(err, "the names of columns", 0);
    }
    h->name[h->n] = a;
    h->label[h->n] = b;
    h->unit[h->n] = c;
    h->hash[h->n++] = hash;
    return CUPEL_OK;
}

void cupel_header_release(cupel_header *h)
{
    for (size_t i = 0; i < h->n; i++) {
        cupel_free(h->name[i]);
        cupel_free(h->label[i]);
        cupel_free(h->unit[i]);
    }
    cupel_free(h->name);
    cupel_free(h->label);
    cupel_free(h->unit);
    cupel_free(h->hash);
    *h = (cupel_header){0};
}

cupel_status cupel_records_add(cupel_records *r, const cupel_text *cell, uint64_t line, cupel_err *err)
{
    size_t n = r->n_cols, at = r->n_rows * n; /* n_rows * n cells are in memory, so this does not overflow */
    if ((r->cap_cells - at < n && !cupel_grow(&r->cell, &r->cap_cells, at + n, sizeof *r->cell)) ||
        (r->cap_rows == r->n_rows && !cupel_grow(&r->line, &r->cap_rows, r->n_rows + 1, sizeof *r->line)))
        return cupel_no_memory(err, "a block of rows", cupel_mul(at + n, sizeof *r->cell));
    cupel_text *to = r->cell + at;
    if (n) {
        const char *begin = cell[0].p;
        size_t bytes = (size_t)(cell[n - 1].p - begin) + cell[n - 1].n;
        char *copy = cupel_arena_text(&r->arena, begin, bytes);
        if (!copy) return cupel_no_memory(err, "a block of rows", bytes);
        for (size_t i = 0; i < n; i++) to[i] = (cupel_text){copy + (cell[i].p - begin), cell[i].n};
    }
    r->line[r->n_rows++] = line;
    return CUPEL_OK;
}

void cupel_records_clear(cupel_records *r)
{
    r->n_rows = 0;
    r->first_row = 0;
    cupel_arena_reset(&r->arena);
}

void cupel_records_release(cupel_records *r)
{
    cupel_free(r->cell);
    cupel_free(r->line);
    cupel_arena_release(&r->arena);
    *r = (cupel_records){0};
}

bool cupel_text_missing(cupel_text t)
{
    static const char *const words[] = {"NaN", "nan", "NA", "N/A", "None", "null"};
    t = cupel_text_trim(t);
    if (!t.n) return true;
    if (t.n > 4 || (t.p[0] != 'N' && t.p[0] != 'n')) return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (cupel_text_is(t, words[i])) return true;
    return false;
}
