#include "core/engine/selection.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/keys.h"
#include "core/matter/columns.h"
#include "core/sys/file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const cupel_selection_keys[] = {"sha256", "download", "where", "without", "contents", NULL};

static const char *const contents_keys[] = {"columns", "unit", "balance", NULL};
static const char *const content_units[] = {"wt %", "at %", "1", NULL};

/* ---- reading the demand ---- */

static cupel_status wrong(const char *file, size_t line, const char *what, cupel_err *err)
{
    return cupel_fail(err, CUPEL_USAGE, "%s:%zu: %s", file, line, what);
}

static bool is_hex(const char *s)
{
    return strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64;
}

/* "290..310" or one number. */
static bool parse_range(cupel_text t, double *min, double *max)
{
    for (size_t i = 0; i + 1 < t.n; i++)
        if (t.p[i] == '.' && t.p[i + 1] == '.')
            return cupel_parse_double(cupel_text_trim((cupel_text){t.p, i}), min) &&
                   cupel_parse_double(cupel_text_trim((cupel_text){t.p + i + 2, t.n - i - 2}), max);
    if (!cupel_parse_double(t, min)) return false;
    *max = *min;
    return true;
}

static cupel_status parse_condition(const cupel_yaml *node, const char *file, cupel_arena *arena, cupel_where *w, cupel_err *err)
{
    w->column = cupel_arena_text(arena, node->key.p, node->key.n);
    if (!w->column) return cupel_no_memory(err, "a demand", 0);
    if (node->kind == CUPEL_YAML_MAP || (node->kind == CUPEL_YAML_LIST && !node->n))
        return wrong(file, node->line, "'where' takes for each column a range (290..310), a word, or a list of words", err);
    w->is_range = node->kind == CUPEL_YAML_SCALAR && !node->quoted && parse_range(node->text, &w->min, &w->max);
    for (size_t i = 0; !w->is_range && node->kind == CUPEL_YAML_SCALAR && !node->quoted && i + 1 < node->text.n; i++)
        if (node->text.p[i] == '.' && node->text.p[i + 1] == '.')
            return wrong(file, node->line,
                         "a range of 'where' is two plain numbers in the unit of the column, as in 290..310; quote a word with two dots", err);
    if (w->is_range)
        return w->min <= w->max ? CUPEL_OK : wrong(file, node->line, "a range of 'where' runs backwards; put the smaller number first", err);
    const bool list = node->kind == CUPEL_YAML_LIST;
    w->n_words = list ? node->n : 1;
    cupel_text *word = cupel_arena_take(arena, w->n_words * sizeof *word);
    if (!word) return cupel_no_memory(err, "a demand", 0);
    w->word = word;
    for (const cupel_yaml *k = list ? node->child : node; k; k = list ? k->next : NULL) {
        if (k->kind != CUPEL_YAML_SCALAR) return wrong(file, k->line, "a list of 'where' holds words", err);
        *word++ = k->text;
    }
    return CUPEL_OK;
}

static cupel_status parse_where(const cupel_yaml *map, const char *file, cupel_arena *arena, cupel_selection *s, cupel_err *err)
{
    if (map->kind != CUPEL_YAML_MAP || !map->n)
        return wrong(file, map->line, "'where' must be a mapping of columns, as in {temperature [K]: 290..310}", err);
    for (const cupel_yaml *k = map->child; k; k = k->next) {
        if (s->n_where == CUPEL_SELECTION_WHERE) return wrong(file, k->line, "more than 16 conditions in 'where'", err);
        const cupel_status st = parse_condition(k, file, arena, &s->where[s->n_where++], err);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

/* "Mg-Bi": elements joined by '-'. */
static cupel_status parse_family(const cupel_yaml *node, const char *file, cupel_element_set *f, cupel_err *err)
{
    if (node->kind != CUPEL_YAML_SCALAR) return wrong(file, node->line, "'without' must be a list of element systems, as in [Mg-Bi, Mg-Sb]", err);
    for (const char *p = node->text.p, *end = p + node->text.n; p <= end;) {
        size_t n = 0;
        while (p + n < end && p[n] != '-') n++;
        const cupel_text symbol = cupel_text_trim((cupel_text){p, n});
        const unsigned z = cupel_element_find(symbol.p, symbol.n);
        if (!z || f->n == sizeof f->z)
            return cupel_fail(err, CUPEL_USAGE,
                              "%s:%zu: 'without': '%.*s' is no system of up to 8 elements; write symbols joined by '-', as in Mg-Bi", file,
                              node->line, cupel_shown(node->text.n, 60), node->text.p);
        f->z[f->n++] = (unsigned char)z;
        p += n + 1;
    }
    return CUPEL_OK;
}

static cupel_status parse_without(const cupel_yaml *node, const char *file, cupel_selection *s, cupel_err *err)
{
    const bool list = node->kind == CUPEL_YAML_LIST;
    for (const cupel_yaml *k = list ? node->child : node; k; k = list ? k->next : NULL) {
        if (s->n_without == CUPEL_SELECTION_WITHOUT) return wrong(file, k->line, "more than 64 systems in 'without'", err);
        const cupel_status st = parse_family(k, file, &s->without[s->n_without++], err);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

static cupel_status content_column(const cupel_yaml *k, const char *file, cupel_selection *s, cupel_err *err)
{
    const unsigned z = k->kind == CUPEL_YAML_SCALAR ? cupel_element_find(k->text.p, k->text.n) : 0;
    if (!z) return wrong(file, k->line, "'contents': columns are named by element symbols, as in [C, Si, Mn]", err);
    for (unsigned i = 0; i < s->n_contents; i++)
        if (s->content_z[i] == z) return wrong(file, k->line, "'contents': a column is named twice", err);
    s->content[s->n_contents] = k->text.p;
    s->content_z[s->n_contents++] = (unsigned char)z;
    return CUPEL_OK;
}

static cupel_status parse_contents(const cupel_yaml *map, const char *file, cupel_selection *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    int unit = -1;
    const char *balance = NULL;
    CUPEL_TRY(cupel_keys_check(map, file, "'contents'", contents_keys, err));
    const cupel_yaml *columns = cupel_yaml_get(map, "columns");
    if (!columns || columns->kind != CUPEL_YAML_LIST || !columns->n)
        return wrong(file, map->line, "'contents' needs columns: [C, Si, Mn], the columns named by elements", err);
    for (const cupel_yaml *k = columns->child; k; k = k->next) CUPEL_TRY(content_column(k, file, s, err));
    CUPEL_TRY(cupel_keys_word(map, file, "unit", content_units, &unit, err));
    if (unit < 0) return wrong(file, map->line, "'contents' needs unit: wt %, at % or 1 (atomic fractions)", err);
    s->by_weight = unit == 0;
    s->whole = unit == 2 ? 1 : 100;
    CUPEL_TRY(cupel_keys_text(map, file, "balance", &balance, err));
    if (!balance) return CUPEL_OK;
    s->balance = cupel_element_find(balance, strlen(balance));
    if (!s->balance) return wrong(file, cupel_yaml_get(map, "balance")->line, "'balance' must be an element symbol, as in Fe", err);
    for (unsigned i = 0; i < s->n_contents; i++)
        if (s->content_z[i] == s->balance) return wrong(file, map->line, "'balance' has a column of its own; leave one of the two out", err);
done:
    return st;
}

cupel_status cupel_selection_parse(const cupel_yaml *data, const char *file, cupel_arena *arena, const cupel_selection **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    bool any = false;
    *out = NULL;
    for (size_t i = 0; cupel_selection_keys[i]; i++) any |= cupel_yaml_get(data, cupel_selection_keys[i]) != NULL;
    if (!any) return CUPEL_OK;
    cupel_selection *s = cupel_arena_take(arena, sizeof *s);
    if (!s) return cupel_no_memory(err, "a demand", sizeof *s);
    *s = (cupel_selection){.whole = 100};
    const cupel_yaml *where = cupel_yaml_get(data, "where"), *without = cupel_yaml_get(data, "without"), *contents = cupel_yaml_get(data, "contents");
    CUPEL_TRY(cupel_keys_text(data, file, "sha256", &s->sha256, err));
    if (s->sha256 && !is_hex(s->sha256))
        return wrong(file, cupel_yaml_get(data, "sha256")->line,
                     "'sha256' must be 64 hexadecimal digits in small letters, as sha256sum prints them", err);
    CUPEL_TRY(cupel_keys_text(data, file, "download", &s->download, err));
    if (where) CUPEL_TRY(parse_where(where, file, arena, s, err));
    if (without) CUPEL_TRY(parse_without(without, file, s, err));
    if (contents) CUPEL_TRY(parse_contents(contents, file, s, err));
    *out = s;
done:
    return st;
}

/* ---- the file ---- */

static cupel_status nowhere(const cupel_selection *s, const char *first, const char *folders, cupel_err *err)
{
    cupel_str where = {0}, what = {0};
    cupel_str_addf(&where, "'%s'", first);
    if (folders && *folders) cupel_str_addf(&where, " and in the folders of CUPEL_DATA (%s)", folders);
    if (s && s->download) cupel_str_addf(&what, "; it is %s", s->download);
    if (s && s->sha256) cupel_str_addf(&what, " (SHA-256 %.12s...)", s->sha256);
    const cupel_status st = cupel_fail(err, CUPEL_BAD_INPUT, "no such table: looked for %s%s; put it there, or let CUPEL_DATA name its folder",
                                       cupel_str_text(&where), cupel_str_text(&what));
    cupel_str_free(&where);
    cupel_str_free(&what);
    return st;
}

cupel_status cupel_selection_find(const cupel_selection *s, const char *demand, const char *name, char **path, cupel_err *err)
{
    const char *folders = getenv("CUPEL_DATA");
    char *beside = cupel_path_beside(demand, name);
    *path = NULL;
    if (!beside) return cupel_no_memory(err, "a file name", 0);
    if (strcmp(name, "-") == 0 || cupel_file_exists(beside)) {
        *path = beside;
        return CUPEL_OK;
    }
    for (const char *p = name[0] == '/' ? NULL : folders; p && *p;) {
        const size_t n = strcspn(p, ":");
        char *folder = cupel_strndup(p, n), *at = folder ? cupel_path_join(folder, name) : NULL;
        cupel_free(folder);
        if (at && cupel_file_exists(at)) {
            cupel_free(beside);
            *path = at;
            return CUPEL_OK;
        }
        cupel_free(at);
        p += n + (p[n] == ':');
    }
    const cupel_status st = nowhere(s, beside, folders, err);
    cupel_free(beside);
    return st;
}

cupel_status cupel_selection_verify(const cupel_selection *s, const char *path, const char *hex, cupel_err *err)
{
    if (!s || !s->sha256 || strcmp(s->sha256, hex) == 0) return CUPEL_OK;
    return cupel_fail(err, CUPEL_BAD_INPUT,
                      "'%s' is not the table that the demand was written for: its SHA-256 is %.12s..., expected %.12s...%s%s; get that "
                      "version, or take the line sha256 out of the demand and look at its columns",
                      path, hex, s->sha256, s->download ? ". It is " : "", s->download ? s->download : "");
}

/* ---- rows ---- */

cupel_status cupel_selection_bind(const cupel_selection *s, const cupel_header *h, const char *file, size_t at[CUPEL_SELECTION_WHERE], cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t content;
    for (size_t i = 0; i < s->n_where && st == CUPEL_OK; i++)
        st = cupel_column_find(h, file, "", s->where[i].column, "'where' in data needs it", &at[i], err);
    for (unsigned i = 0; i < s->n_contents && st == CUPEL_OK; i++)
        st = cupel_column_find(h, file, "", s->content[i], "'contents' in data needs it", &content, err);
    return st;
}

static bool meets(const cupel_where *w, cupel_text cell)
{
    double x;
    cell = cupel_text_trim(cell);
    if (w->is_range) return cupel_parse_double(cell, &x) && x >= w->min && x <= w->max;
    for (size_t i = 0; i < w->n_words; i++)
        if (cell.n == w->word[i].n && memcmp(cell.p, w->word[i].p, cell.n) == 0) return true;
    return false;
}

bool cupel_selection_keeps(const cupel_selection *s, const size_t *at, const cupel_records *r, size_t row)
{
    for (size_t i = 0; i < s->n_where; i++)
        if (!meets(&s->where[i], cupel_cell(r, row, at[i]))) return false;
    return true;
}

/* Atomic amounts of one row, [n_contents] and that of the balance; false when a content is no number or they exceed the whole. */
static bool contents_of(const cupel_selection *s, const size_t *at, const cupel_records *r, size_t k, double *amount, double *balance)
{
    double rest = s->whole;
    for (unsigned i = 0; i < s->n_contents; i++) {
        const cupel_text cell = cupel_text_trim(cupel_cell(r, k, at[i]));
        amount[i] = 0;
        if (!cell.n) continue;
        if (!cupel_parse_double(cell, &amount[i]) || amount[i] < 0) return false;
        rest -= amount[i];
        if (s->by_weight) amount[i] /= cupel_element_weight(s->content_z[i]);
    }
    if (rest < -1e-9 * s->whole) return false;
    *balance = s->balance ? fmax(rest, 0) / (s->by_weight ? cupel_element_weight(s->balance) : 1) : 0;
    return true;
}

cupel_reason cupel_selection_lacks(const cupel_selection *s, const cupel_header *h, const cupel_records *r, size_t row, cupel_str *words)
{
    double sum = 0, x;
    for (unsigned i = 0; i < s->n_contents; i++) {
        const cupel_text cell = cupel_text_trim(cupel_cell(r, row, cupel_header_find(h, s->content[i])));
        if (!cell.n) continue;
        if (!cupel_parse_double(cell, &x) || x < 0) {
            cupel_str_addf(words, "content '%s' is '%.*s', expected a number from 0 on, or nothing where there is none of it", s->content[i],
                           cupel_shown(cell.n, 40), cell.p);
            return CUPEL_REASON_BAD_NUMBER;
        }
        sum += x;
    }
    if (sum > s->whole)
        cupel_str_addf(words, "the contents add up to %.6g, more than %g: are they in the unit that 'contents' says?", sum, s->whole);
    else cupel_str_puts(words, "no content above 0 in this row");
    return sum > s->whole ? CUPEL_REASON_BAD_NUMBER : CUPEL_REASON_MISSING_NUMBER;
}

/* Atomic per cent with four decimals, so to 1e-6 in the fractions; what would be written as 0 is none. */
static void put_part(cupel_str *text, unsigned z, double percent)
{
    if (percent >= 5e-5) cupel_str_addf(text, "%s%.4f", cupel_element_symbol(z), percent);
}

static void put_row(const cupel_selection *s, const double *amount, double balance, cupel_str *text)
{
    double total = balance;
    for (unsigned i = 0; i < s->n_contents; i++) total += amount[i];
    if (!(total > 0)) return;
    for (unsigned i = 0; i < s->n_contents; i++) put_part(text, s->content_z[i], 100 * amount[i] / total);
    if (s->balance) put_part(text, s->balance, 100 * balance / total);
}

cupel_status cupel_selection_compose(const cupel_selection *s, cupel_header *h, cupel_records *r, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str text = {0};
    size_t at[CUPEL_Z_MAX], n = r->n_cols;
    double amount[CUPEL_Z_MAX], balance = 0;
    for (unsigned i = 0; i < s->n_contents; i++) at[i] = cupel_header_find(h, s->content[i]);
    CUPEL_TRY(cupel_header_add(h, cupel_text_of(CUPEL_CONTENTS_COLUMN), err));
    cupel_text *cell = cupel_alloc(cupel_mul(r->n_rows ? r->n_rows : 1, n + 1), sizeof *cell);
    if (!cell) CUPEL_TRY(cupel_no_memory(err, "compositions of a table", 0));
    for (size_t k = 0; k < r->n_rows; k++) {
        cupel_str_clear(&text);
        if (contents_of(s, at, r, k, amount, &balance)) put_row(s, amount, balance, &text);
        const char *kept = text.failed ? NULL : cupel_arena_text(&r->arena, cupel_str_text(&text), text.n);
        if (!kept) {
            cupel_free(cell);
            CUPEL_TRY(cupel_no_memory(err, "compositions of a table", 0));
        }
        memcpy(cell + k * (n + 1), r->cell + k * n, n * sizeof *cell);
        cell[k * (n + 1) + n] = (cupel_text){kept, text.n};
    }
    cupel_free(r->cell);
    r->cell = cell;
    r->cap_cells = r->n_rows * (n + 1);
    r->n_cols = n + 1;
done:
    cupel_str_free(&text);
    return st;
}

bool cupel_selection_holds_back(const cupel_selection *s, const cupel_composition *c)
{
    for (size_t i = 0; s && i < s->n_without; i++) {
        unsigned have = 0;
        for (unsigned k = 0; k < s->without[i].n; k++) have += cupel_composition_amount(c, s->without[i].z[k]) > 0;
        if (have == s->without[i].n) return true;
    }
    return false;
}

/* ---- words ---- */

static void condition_words(const cupel_where *w, cupel_str *out)
{
    if (w->is_range && w->min < w->max)
        cupel_str_addf(out, "%s from %g to %g", w->column, w->min, w->max);
    else if (w->is_range)
        cupel_str_addf(out, "%s %g", w->column, w->min);
    else
        for (size_t i = 0; i < w->n_words; i++)
            cupel_str_addf(out, "%s%s%.*s", i ? " or " : w->column, i ? "" : " ", (int)w->word[i].n, w->word[i].p);
}

void cupel_selection_words(const cupel_selection *s, cupel_str *out)
{
    for (size_t i = 0; i < s->n_where; i++) {
        cupel_str_puts(out, i ? " and " : ", of its rows those with ");
        condition_words(&s->where[i], out);
    }
    for (size_t i = 0; i < s->n_without; i++) {
        cupel_str_puts(out, i ? ", " : ", without what holds ");
        for (unsigned k = 0; k < s->without[i].n; k++)
            cupel_str_addf(out, "%s%s", k ? "-" : "", cupel_element_symbol(s->without[i].z[k]));
    }
}
