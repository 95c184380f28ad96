/* substitute: known formulas with elements replaced. The known table is held in memory; of its raw combinations (known formula, choice for each
 * replaceable element) one bit each says whether it is a candidate: allowed, and neither known nor made before. */
#include "datasets/spaces/kind.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/input.h"
#include "core/io/keys.h"
#include "core/matter/columns.h"
#include "core/matter/similarity.h"
#include "core/matter/facts.h"
#include "datasets/source.h"

#include <math.h>

enum { BLOCK = 4096, KNOWN_MAX = 1 << 20, COMBINATIONS_MAX = 1 << 22 };

typedef struct substitute {
    char *path, *column, *format;
    cupel_dot dot;
    bool keep;
    bool allows[CUPEL_Z_MAX + 1];
    unsigned n_choices[CUPEL_Z_MAX + 1];            /* replacements of element z */
    unsigned char choice[CUPEL_Z_MAX + 1][CUPEL_Z_MAX];
    cupel_batch known;
    size_t *raw;      /* [known.n + 1] first combination of each known formula */
    uint64_t *before; /* [known.n + 1] candidates of the known formulas before it */
    unsigned char *bits;
} substitute;

static void substitute_close(void *state)
{
    substitute *s = state;
    cupel_batch_release(&s->known);
    cupel_free(s->raw);
    cupel_free(s->before);
    cupel_free(s->bits);
    cupel_free(s->path);
    cupel_free(s->column);
    cupel_free(s->format);
    cupel_free(s);
}

/* ---- combinations ---- */

static size_t combinations(const substitute *s, const cupel_composition *c)
{
    size_t n = 1;
    for (unsigned i = 0; i < c->n; i++) n = cupel_mul(n, s->n_choices[c->z[i]] + 1);
    return n;
}

/* The composition of combination `k` of a known one (0 changes nothing); false when a constraint rules it out. */
static bool combine(const substitute *s, const cupel_composition *known, size_t k, cupel_composition *out)
{
    out->n = 0;
    for (unsigned i = 0; i < known->n; i++) {
        unsigned z = known->z[i], pick = (unsigned)(k % (s->n_choices[z] + 1)), at = 0;
        k /= s->n_choices[z] + 1;
        if (pick) z = s->choice[z][pick - 1];
        if (!s->allows[z]) return false;
        while (at < out->n && out->z[at] != z) at++;
        if (at == out->n) {
            out->z[out->n] = (unsigned char)z;
            out->amount[out->n++] = 0.0;
        }
        out->amount[at] += known->amount[i];
    }
    return true;
}

/* ---- each composition once ---- */

/* Compositions by 64 bits of their canonical text: of four million, two agree by chance with a probability of 5e-7. */
typedef struct seen {
    uint64_t *slot;
    size_t n_slots; /* a power of 2; 0 in a slot: empty */
    cupel_str text;
} seen;

static uint64_t hash(cupel_text t)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a, then the finish of splitmix64 */
    for (size_t i = 0; i < t.n; i++) h = (h ^ (unsigned char)t.p[i]) * UINT64_C(0x100000001b3);
    h = (h ^ h >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    h = (h ^ h >> 27) * UINT64_C(0x94d049bb133111eb);
    return (h ^ h >> 31) | 1;
}

static cupel_status seen_new(seen *t, size_t most, cupel_err *err)
{
    t->n_slots = 64;
    while (t->n_slots < 2 * most) t->n_slots *= 2;
    t->slot = cupel_alloc(t->n_slots, sizeof *t->slot);
    return t->slot ? CUPEL_OK : cupel_no_memory(err, "a substitute space", t->n_slots * sizeof *t->slot);
}

/* Notes the composition; *fresh tells whether it is new. */
static cupel_status note(seen *t, const cupel_composition *c, bool *fresh, cupel_err *err)
{
    cupel_str_clear(&t->text);
    cupel_composition_text(c, &t->text);
    if (t->text.failed) return cupel_no_memory(err, "a formula", 0);
    uint64_t h = hash((cupel_text){t->text.p, t->text.n});
    size_t i = (h >> 1) & (t->n_slots - 1);
    while (t->slot[i] && t->slot[i] != h) i = (i + 1) & (t->n_slots - 1);
    *fresh = !t->slot[i];
    t->slot[i] = h;
    return CUPEL_OK;
}

static bool has(const substitute *s, size_t raw) { return s->bits[raw / 8] >> raw % 8 & 1; }

/* Marks the combinations that are candidates. Known compositions are noted first unless they are kept. */
static cupel_status mark(substitute *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_composition known, made;
    seen t = {0};
    bool fresh;
    CUPEL_TRY(seen_new(&t, s->raw[s->known.n] + s->known.n, err));
    for (size_t i = 0; i < s->known.n && !s->keep; i++) {
        cupel_batch_get(&s->known, i, &known);
        CUPEL_TRY(note(&t, &known, &fresh, err));
    }
    for (size_t i = 0; i < s->known.n; i++) {
        cupel_batch_get(&s->known, i, &known);
        uint64_t n = 0;
        for (size_t raw = s->raw[i]; raw < s->raw[i + 1]; raw++) {
            if (!combine(s, &known, raw - s->raw[i], &made)) continue;
            CUPEL_TRY(note(&t, &made, &fresh, err));
            if (!fresh) continue;
            s->bits[raw / 8] |= (unsigned char)(1u << raw % 8);
            n++;
        }
        s->before[i + 1] = s->before[i] + n;
    }
done:
    cupel_free(t.slot);
    cupel_str_free(&t.text);
    return st;
}

static cupel_status index_combinations(const cupel_space_spec *spec, substitute *s, cupel_err *err)
{
    cupel_composition c;
    size_t n = s->known.n;
    s->raw = cupel_alloc(n + 1, sizeof *s->raw);
    s->before = cupel_alloc(n + 1, sizeof *s->before);
    if (!s->raw || !s->before) return cupel_no_memory(err, "a substitute space", (n + 1) * 16);
    for (size_t i = 0; i < n; i++) {
        cupel_batch_get(&s->known, i, &c);
        size_t k = combinations(s, &c);
        if (k > COMBINATIONS_MAX || s->raw[i] + k > COMBINATIONS_MAX)
            return cupel_fail(err, CUPEL_USAGE,
                              "%s:%zu: space: substitute: more than %d combinations; replace fewer elements or start from fewer formulas", spec->file,
                              spec->own->line, COMBINATIONS_MAX);
        s->raw[i + 1] = s->raw[i] + k;
    }
    s->bits = cupel_alloc(s->raw[n] / 8 + 1, 1);
    if (!s->bits) return cupel_no_memory(err, "a substitute space", s->raw[n] / 8 + 1);
    return mark(s, err);
}

/* ---- reading ---- */

static cupel_status read_rows(substitute *s, const cupel_records *r, size_t column, cupel_err *err)
{
    for (size_t i = 0; i < r->n_rows; i++) {
        cupel_text t = cupel_text_trim(cupel_cell(r, i, column));
        cupel_formula f;
        cupel_formula_error e;
        if (cupel_text_missing(t)) continue; /* no formula, nothing to start from */
        if (!cupel_formula_read(t, s->dot, &f, &e))
            return cupel_fail(err, CUPEL_BAD_INPUT, "'%s':%llu: formula '%.*s', position %zu: %s", s->path, (unsigned long long)r->line[i],
                              cupel_shown(t.n, 80), t.p, e.position + 1, e.message);
        if (s->known.n == KNOWN_MAX)
            return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': more than %d known formulas; start from fewer", s->path, KNOWN_MAX);
        cupel_status st = cupel_batch_add(&s->known, &f.composition, 0, err);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

static cupel_status read_known(const cupel_space_spec *spec, substitute *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_source *source = NULL;
    cupel_records r = {0};
    CUPEL_TRY(cupel_source_open(s->path, s->format, &source, err));
    size_t column;
    CUPEL_TRY(cupel_column_formula(cupel_source_header(source), s->path, s->column, "name it with formula: in space", &column, err));
    if (!s->column && !(s->column = cupel_strdup(cupel_source_header(source)->name[column]))) CUPEL_TRY(cupel_no_memory(err, "a space", 0));
    do {
        CUPEL_TRY(cupel_source_read(source, BLOCK, &r, err));
        CUPEL_TRY(read_rows(s, &r, column, err));
    } while (r.n_rows);
    if (!s->known.n) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "'%s' holds no formula in column '%s'", s->path, s->column));
done:
    if (st != CUPEL_OK) cupel_err_prefix(err, "%s:%zu: space: ", spec->file, spec->own->line);
    cupel_records_release(&r);
    cupel_source_free(source);
    return st;
}

static cupel_status read_replacements(const cupel_space_spec *spec, substitute *s, cupel_str *words, cupel_err *err)
{
    const cupel_yaml *map = cupel_yaml_get(spec->map, "replace");
    if (!map && cupel_yaml_get(spec->map, "similar")) return CUPEL_OK;
    if (!map || map->kind != CUPEL_YAML_MAP || !map->child)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: substitute needs replace: {Pb: [Sn, Ge]}, elements and what may stand in for each, or "
                                            "similar: {least: 0.5}", spec->file, map ? map->line : spec->own->line);
    for (const cupel_yaml *k = map->child; k; k = k->next) {
        unsigned z, n;
        cupel_status st = cupel_spec_element(spec, k, k->key, &z, err);
        if (st == CUPEL_OK) st = cupel_spec_elements(spec, k, s->choice[z], &n, err);
        if (st != CUPEL_OK) return st;
        for (unsigned i = 0; i < n; i++)
            if (s->choice[z][i] == z)
                return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: replace: %s by itself; every element may stay as it is", spec->file, k->line,
                                  cupel_element_symbol(z));
        cupel_str_addf(words, "%s%s by ", k == map->child ? "" : ", ", cupel_element_symbol(z));
        for (unsigned i = 0; i < n; i++) cupel_str_addf(words, "%s%s", i ? i + 1 < n ? ", " : " or " : "", cupel_element_symbol(s->choice[z][i]));
        s->n_choices[z] = cupel_spec_prune(spec, s->choice[z], n);
    }
    return CUPEL_OK;
}

/* ---- similar elements ---- */

typedef struct alike {
    double least;                      /* similarity */
    uint64_t most;                     /* for one element */
    unsigned char from[CUPEL_Z_MAX];   /* [n_from] elements to be replaced */
    unsigned char among[CUPEL_Z_MAX];  /* [n_among] those that may stand in */
    unsigned n_from, n_among;
} alike;

/* Elements of z [*n] in `key`; when it is not given all of the known formulas, or all that are neither radioactive nor noble gases. */
static cupel_status read_some(const cupel_space_spec *spec, const cupel_yaml *map, const char *key, const cupel_batch *known,
    unsigned char z[CUPEL_Z_MAX],
                              unsigned *n, cupel_err *err)
{
    bool there[CUPEL_Z_MAX + 1] = {false};
    const cupel_yaml *list = cupel_yaml_get(map, key);
    if (list) return cupel_spec_elements(spec, list, z, n, err);
    for (uint32_t i = 0; known && i < known->first[known->n]; i++) there[known->z[i]] = true;
    *n = 0;
    for (unsigned k = 1; k <= CUPEL_Z_MAX; k++)
        if (known ? there[k] : cupel_facts_find("radioactive")->value[k] < 1 && cupel_element_group(k) != 18) z[(*n)++] = (unsigned char)k;
    return CUPEL_OK;
}

/* What may stand in for z: the most similar first, beside those that `replace` names. */
static void add_similar(substitute *s, const cupel_space_spec *spec, const alike *a, unsigned z)
{
    double best = 2;
    unsigned last = 0;
    for (uint64_t taken = 0; taken < a->most && s->n_choices[z] < CUPEL_Z_MAX; taken++) {
        unsigned next = 0;
        double at = -1;
        for (unsigned i = 0; i < a->n_among; i++) { /* the next behind (best, last) */
            unsigned y = a->among[i];
            double x = y == z || !spec->allows[y] ? NAN : cupel_element_similarity(z, y);
            bool behind = x < best || (x <= best && y > last), ahead = x > at || (x >= at && y < next);
            if (!(x >= a->least) || !behind || !ahead) continue;
            at = x;
            next = y;
        }
        if (!next) return;
        best = at;
        last = next;
        bool named = false;
        for (unsigned i = 0; i < s->n_choices[z]; i++) named = named || s->choice[z][i] == next;
        if (!named) s->choice[z][s->n_choices[z]++] = (unsigned char)next;
    }
}

/* `similar: 0.5`, or {least: 0.5, most: 4, elements: [Pb, I], among: [..]}. */
static cupel_status read_similar(const cupel_space_spec *spec, substitute *s, cupel_err *err)
{
    static const char *const own_keys[] = {"least", "most", "elements", "among", NULL};
    const cupel_yaml *map = cupel_yaml_get(spec->map, "similar");
    cupel_status st = CUPEL_OK;
    alike a = {.least = 0.5, .most = CUPEL_Z_MAX};
    if (!map) return CUPEL_OK;
    if (map->kind == CUPEL_YAML_SCALAR) {
        CUPEL_TRY(cupel_keys_number(spec->map, spec->file, "similar", 0, 1, &a.least, err));
    } else {
        CUPEL_TRY(cupel_keys_check(map, spec->file, "similar", own_keys, err));
        CUPEL_TRY(cupel_keys_number(map, spec->file, "least", 0, 1, &a.least, err));
        CUPEL_TRY(cupel_keys_count(map, spec->file, "most", 1, CUPEL_Z_MAX, &a.most, err));
    }
    CUPEL_TRY(read_some(spec, map, "elements", &s->known, a.from, &a.n_from, err));
    CUPEL_TRY(read_some(spec, map, "among", NULL, a.among, &a.n_among, err));
    for (unsigned i = 0; i < a.n_from; i++) add_similar(s, spec, &a, a.from[i]);
done:
    return st;
}

static void say_similar(const cupel_space_spec *spec, const substitute *s, cupel_str *words)
{
    bool any = cupel_yaml_get(spec->map, "replace") != NULL;
    if (!cupel_yaml_get(spec->map, "similar")) return;
    if (any) cupel_str_puts(words, ", and similar elements: ");
    for (unsigned z = 1, first = 1; z <= CUPEL_Z_MAX; z++) {
        if (!s->n_choices[z]) continue;
        cupel_str_addf(words, "%s%s by", first ? "" : ", ", cupel_element_symbol(z));
        for (unsigned i = 0; i < s->n_choices[z]; i++) cupel_str_addf(words, " %s", cupel_element_symbol(s->choice[z][i]));
        first = 0;
    }
}

static cupel_status read_keys(const cupel_space_spec *spec, substitute *s, cupel_err *err)
{
    static const char *const yes_no[] = {"no", "yes", NULL};
    cupel_status st = CUPEL_OK;
    const char *column = NULL, *format = NULL;
    int keep = 0;
    CUPEL_TRY(cupel_keys_text(spec->map, spec->file, "formula", &column, err));
    CUPEL_TRY(cupel_keys_text(spec->map, spec->file, "format", &format, err));
    CUPEL_TRY(cupel_keys_word(spec->map, spec->file, "keep", yes_no, &keep, err));
    CUPEL_TRY(cupel_spec_dot(spec, &s->dot, err));
    CUPEL_TRY(cupel_spec_path(spec, "substitute", &s->path, err));
    s->keep = keep == 1;
    s->column = column ? cupel_strdup(column) : NULL;
    s->format = format ? cupel_strdup(format) : NULL;
    if ((column && !s->column) || (format && !s->format)) CUPEL_TRY(cupel_no_memory(err, "a space", 0));
done:
    return st;
}

static cupel_status substitute_open(const cupel_space_spec *spec, void **state, cupel_str *words, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    substitute *s = cupel_alloc(1, sizeof *s);
    if (!s) return cupel_no_memory(err, "a space", sizeof *s);
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++) s->allows[z] = spec->allows[z];
    CUPEL_TRY(read_keys(spec, s, err));
    cupel_str_addf(words, "formulas of '%s' with ", s->path);
    CUPEL_TRY(read_replacements(spec, s, words, err));
    CUPEL_TRY(read_known(spec, s, err));
    CUPEL_TRY(read_similar(spec, s, err));
    say_similar(spec, s, words);
    cupel_str_puts(words, " replaced in every combination, ");
    cupel_str_puts(words, s->keep ? "the known ones among them" : "without the known ones");
    CUPEL_TRY(index_combinations(spec, s, err));
done:
    if (st == CUPEL_OK)
        *state = s;
    else
        substitute_close(s);
    return st;
}

/* ---- candidates ---- */

static cupel_status substitute_count(void *state, uint64_t *count, cupel_err *err)
{
    (void)err;
    const substitute *s = state;
    *count = s->before[s->known.n];
    return CUPEL_OK;
}

/* The known formula whose combinations hold candidate `rank`. */
static size_t find_known(const substitute *s, uint64_t rank)
{
    size_t low = 0, high = s->known.n;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (s->before[middle] <= rank) low = middle;
        else high = middle;
    }
    return low;
}

static cupel_status substitute_fill(void *state, uint64_t first, size_t n, cupel_candidates *c, cupel_err *err)
{
    const substitute *s = state;
    cupel_status st = CUPEL_OK;
    cupel_composition known, made;
    cupel_str text = {0};
    if (first >= s->before[s->known.n]) return CUPEL_OK;
    size_t i = find_known(s, first);
    uint64_t skip = first - s->before[i];
    for (; i < s->known.n && c->n < n; i++) {
        cupel_batch_get(&s->known, i, &known);
        for (size_t raw = s->raw[i]; raw < s->raw[i + 1] && c->n < n; raw++) {
            if (!has(s, raw)) continue;
            if (skip) {
                skip--;
                continue;
            }
            combine(s, &known, raw - s->raw[i], &made);
            cupel_str_clear(&text);
            cupel_composition_text(&made, &text);
            if (text.failed) CUPEL_TRY(cupel_no_memory(err, "a formula", 0));
            CUPEL_TRY(cupel_candidates_read(c, (cupel_text){text.p, text.n}, CUPEL_DOT_DECIMAL, 0, err));
        }
    }
done:
    cupel_str_free(&text);
    return st;
}

static cupel_status substitute_identity(void *state, cupel_str *text, cupel_err *err)
{
    const substitute *s = state;
    char hex[65];
    cupel_status st = cupel_digest_file(s->path, hex, err);
    if (st != CUPEL_OK) return st;
    cupel_str_addf(text, "sha256:%s\ncolumn %s\ndot %d\nkeep %d\n", hex, s->column, (int)s->dot, (int)s->keep);
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++) {
        if (!s->allows[z]) cupel_str_addf(text, "without %s\n", cupel_element_symbol(z));
        for (unsigned i = 0; i < s->n_choices[z]; i++) cupel_str_addf(text, "%s %s\n", cupel_element_symbol(z),
            cupel_element_symbol(s->choice[z][i]));
    }
    return CUPEL_OK;
}

static const char *const keys[] = {"substitute", "formula", "format", "dot", "replace", "similar", "keep", NULL};

const cupel_space_kind cupel_space_substitute = {
    .method = {.name = "substitute", .kind = "space", .scale = "composition", .maturity = "stable", .input = "a table with a column of formulas",
               .help = "known formulas with elements replaced by given or similar ones, in every combination, each result once",
               .output = "formulas that are not in the table"},
    .keys = keys, .parallel = true, .open = substitute_open, .count = substitute_count, .fill = substitute_fill, .identity = substitute_identity,
    .close = substitute_close};
