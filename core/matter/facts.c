#include "core/matter/facts.h"

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/generated/facts.h"
#include "core/io/input.h"
#include "core/math/units.h"
#include "core/matter/elements.h"

#include <math.h>
#include <string.h>

enum { ROWS = CUPEL_Z_MAX + 1, MAX_FILE = 1 << 20 };

#define TABLE(name, quantity, unit, help)                                                                                                  \
    {#name, quantity, unit, help, cupel_fact_##name##_value, cupel_fact_##name##_source, cupel_fact_##name##_year},
static const cupel_facts tables[] = {CUPEL_FACT_TABLES(TABLE)};

const cupel_facts *cupel_facts_at(size_t i) { return i < sizeof tables / sizeof *tables ? &tables[i] : NULL; }

const cupel_facts *cupel_facts_find(const char *name)
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (strcmp(tables[i].name, name) == 0) return &tables[i];
    return NULL;
}

const char *const cupel_states_words[] = {"common", "icsd24", "smact14", NULL};

const char *const cupel_states_said[] = {"oxidation states common in the ICSD (2024)", "any oxidation state in the ICSD (2024)",
                                         "any oxidation state of SMACT's list (2014)"};

const unsigned *cupel_oxidation_states(cupel_states set)
{
    return set == CUPEL_STATES_COMMON   ? cupel_fact_oxidation_common_states
           : set == CUPEL_STATES_ICSD24 ? cupel_fact_oxidation_icsd24_states
                                        : cupel_fact_oxidation_smact14_states;
}

double cupel_oxidation_share(unsigned z, int state)
{
    return state >= -CUPEL_STATE_SHIFT && state <= CUPEL_STATE_SHIFT ? cupel_fact_oxidation_icsd24_share[z][state + CUPEL_STATE_SHIFT] : 0;
}

/* ---- a user's table ---- */

struct cupel_facts_file {
    cupel_facts facts;
    double value[ROWS];
    const char *source[ROWS];
    short year[ROWS];
    unsigned state[ROWS];
    cupel_arena arena;
};

typedef struct reading {
    const char *path;
    size_t line;
    const cupel_facts *like;
    bool states, has_header;
    cupel_unit from, to;
    cupel_facts_file *file;
} reading;

enum { COLUMNS = 4 };

static cupel_status header(reading *r, const cupel_text *f, cupel_err *err)
{
    cupel_text unit = {"", 0};
    bool good = cupel_text_is(f[0], "symbol") && f[1].n >= 5 && memcmp(f[1].p, "value", 5) == 0 && cupel_text_is(f[2], "source") &&
                cupel_text_is(f[3], "year");
    if (good && f[1].n > 5) {
        unit = cupel_text_trim((cupel_text){f[1].p + 5, f[1].n - 5});
        good = unit.n >= 2 && unit.p[0] == '[' && unit.p[unit.n - 1] == ']';
        if (good) unit = (cupel_text){unit.p + 1, unit.n - 2};
    }
    if (!good)
        return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%zu: expected the header 'symbol<TAB>value [unit]<TAB>source<TAB>year'", r->path,
                          r->line);
    r->has_header = true;
    if (r->states) return CUPEL_OK;
    if (cupel_unit_parse(unit, &r->from, err) != CUPEL_OK || cupel_unit_parse(cupel_text_of(r->like->unit), &r->to, err) != CUPEL_OK) {
        cupel_err_prefix(err, "%s:%zu: ", r->path, r->line);
        return CUPEL_BAD_INPUT;
    }
    if (!cupel_unit_same_dimension(&r->from, &r->to))
        return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%zu: %s in '%.*s', expected '%s'", r->path, r->line, r->like->quantity,
                          cupel_shown(unit.n, 64), unit.p, r->like->unit);
    return CUPEL_OK;
}

/* "-2 -1 4" as bits. */
static bool read_states(cupel_text t, unsigned *mask)
{
    *mask = 0;
    while (t.n) {
        const char *blank = memchr(t.p, ' ', t.n);
        cupel_text one = {t.p, blank ? (size_t)(blank - t.p) : t.n};
        if (one.n && one.p[0] == '+') one = (cupel_text){one.p + 1, one.n - 1};
        int64_t s;
        if (!cupel_parse_i64(one, &s) || s < -CUPEL_STATE_SHIFT || s > CUPEL_STATE_SHIFT || s == 0) return false;
        *mask |= 1u << (s + CUPEL_STATE_SHIFT);
        t = blank ? cupel_text_trim((cupel_text){blank + 1, (size_t)(t.p + t.n - blank - 1)}) : (cupel_text){"", 0};
    }
    return *mask != 0;
}

static cupel_status row(reading *r, const cupel_text *f, cupel_err *err)
{
    cupel_facts_file *t = r->file;
    unsigned z = cupel_element_find(f[0].p, f[0].n);
    int64_t year = 0;
    if (!z)
        return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%zu: no element '%.*s'", r->path, r->line, cupel_shown(f[0].n, 16), f[0].p);
    if (t->year[z])
        return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%zu: a second row for %s; keep one", r->path, r->line, cupel_element_symbol(z));
    bool good = r->states ? read_states(f[1], &t->state[z]) : cupel_parse_double(f[1], &t->value[z]);
    if (!good)
        return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%zu: value of %s is '%.*s', expected %s; leave the row out where it is unknown",
                          r->path, r->line, cupel_element_symbol(z), cupel_shown(f[1].n, 32), f[1].p,
                          r->states ? "oxidation states such as '-2 -1 4'" : "a number");
    if (!r->states) t->value[z] = cupel_unit_convert(t->value[z], &r->from, &r->to);
    if (!r->states && (!isfinite(t->value[z]) || t->value[z] < 0))
        return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%zu: %s of %s is '%.*s', expected 0 or more", r->path, r->line, r->like->quantity,
                          cupel_element_symbol(z), cupel_shown(f[1].n, 32), f[1].p);
    if (!cupel_parse_i64(f[3], &year) || year < 1000 || year > 2999 || !f[2].n)
        return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%zu: row of %s without a source or a year of four digits", r->path, r->line,
                          cupel_element_symbol(z));
    t->year[z] = (short)year;
    t->source[z] = cupel_arena_text(&t->arena, f[2].p, f[2].n);
    return t->source[z] ? CUPEL_OK : cupel_no_memory(err, "a table of element facts", 0);
}

static cupel_status read_line(reading *r, cupel_text line, cupel_err *err)
{
    cupel_text f[COLUMNS], rest = line;
    size_t n = 0;
    if (!cupel_text_trim(line).n || line.p[0] == '#') return CUPEL_OK;
    for (bool more = true; more; n++) {
        const char *tab = memchr(rest.p, '\t', rest.n);
        if (n < COLUMNS) f[n] = cupel_text_trim((cupel_text){rest.p, tab ? (size_t)(tab - rest.p) : rest.n});
        more = tab != NULL;
        if (tab) rest = (cupel_text){tab + 1, (size_t)(rest.p + rest.n - tab - 1)};
    }
    if (n != COLUMNS)
        return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%zu: %zu columns, expected 4 separated by tabs: symbol, value [unit], source, year",
                          r->path, r->line, n);
    return r->has_header ? row(r, f, err) : header(r, f, err);
}

cupel_status cupel_facts_open(const char *path, const cupel_facts *like, bool states, cupel_facts_file **file, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_input *in = NULL;
    char *text = NULL;
    size_t n = 0;
    reading r = {.path = path, .like = like, .states = states, .file = cupel_alloc(1, sizeof *r.file)};
    if (!r.file) return cupel_no_memory(err, "a table of element facts", sizeof *r.file);
    CUPEL_TRY(cupel_input_open(path, &in, err));
    CUPEL_TRY(cupel_input_rest(in, MAX_FILE, &text, &n, err));
    for (unsigned z = 0; z < ROWS; z++) {
        r.file->value[z] = NAN;
        r.file->source[z] = "";
    }
    for (size_t i = 0; i < n;) {
        const char *end = memchr(text + i, '\n', n - i);
        size_t len = end ? (size_t)(end - (text + i)) : n - i;
        r.line++;
        CUPEL_TRY(read_line(&r, (cupel_text){text + i, len}, err));
        i += len + 1;
    }
    if (!r.has_header) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "%s: no header 'symbol<TAB>value [unit]<TAB>source<TAB>year'", path));
    r.file->facts = like ? *like : (cupel_facts){.name = "oxidation_states", .quantity = "oxidation states", .unit = "", .help = ""};
    r.file->facts.value = r.file->value;
    r.file->facts.source = r.file->source;
    r.file->facts.year = r.file->year;
    *file = r.file;
    r.file = NULL;
done:
    cupel_free(text);
    cupel_input_free(in);
    cupel_facts_close(r.file);
    return st;
}

const cupel_facts *cupel_facts_of(const cupel_facts_file *file) { return &file->facts; }

const unsigned *cupel_facts_states(const cupel_facts_file *file) { return file->state; }

void cupel_facts_close(cupel_facts_file *file)
{
    if (!file) return;
    cupel_arena_release(&file->arena);
    cupel_free(file);
}
