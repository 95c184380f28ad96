#include "core/io/keys.h"

#include "core/base/err.h"

#include <ctype.h>
#include <string.h>

enum { WORD_MAX = 40 };

/* Edit distance (insert, delete, replace, swap of neighbours), letters compared without case; words longer than WORD_MAX are far. */
static size_t edits(cupel_text a, cupel_text b)
{
    size_t row[3][WORD_MAX + 1];
    if (a.n > WORD_MAX || b.n > WORD_MAX) return SIZE_MAX;
    size_t *before = row[0], *last = row[1], *now = row[2];
    for (size_t j = 0; j <= b.n; j++) last[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            int x = tolower((unsigned char)a.p[i - 1]), y = tolower((unsigned char)b.p[j - 1]);
            size_t best = last[j - 1] + (x != y);
            if (last[j] + 1 < best) best = last[j] + 1;
            if (now[j - 1] + 1 < best) best = now[j - 1] + 1;
            bool swapped = i > 1 && j > 1 && x == tolower((unsigned char)b.p[j - 2]) && y == tolower((unsigned char)a.p[i - 2]);
            if (swapped && before[j - 2] + 1 < best) best = before[j - 2] + 1;
            now[j] = best;
        }
        size_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[b.n];
}

const char *cupel_nearest_word(cupel_text word, const char *const *known)
{
    const char *best = NULL;
    size_t least = SIZE_MAX;
    for (; *known; known++) {
        size_t d = edits(word, cupel_text_of(*known));
        if (d < least && d * 3 <= strlen(*known) + 1) {
            least = d;
            best = *known;
        }
    }
    return best;
}

cupel_status cupel_keys_at(const char *file, size_t line, cupel_err *err)
{
    cupel_err_prefix(err, "%s:%zu: ", file, line);
    if (err) err->status = CUPEL_USAGE;
    return CUPEL_USAGE;
}

static void list_words(cupel_str *s, const char *const *known)
{
    for (size_t i = 0; known[i]; i++) cupel_str_addf(s, "%s%s", i ? ", " : "", known[i]);
}

cupel_status cupel_keys_comma(const cupel_yaml *node, const char *file, cupel_err *err)
{
    return cupel_fail(err, CUPEL_USAGE, "%s:%zu: found '%.*s' after a comma, where a key is expected; a comma ends a value: write decimals with a "
                      "point, as in 1.5", file, node->key_line, cupel_shown(node->key.n, 60), node->key.p);
}

/* What others call a key. NULL: none of the known ones. */
static const char *meant_by(cupel_text word, const char *const *known)
{
    static const char *const other[][2] = {{"maximize", "goal"}, {"minimize", "goal"}, {"maximise", "goal"}, {"minimise", "goal"},
                                           {"objective", "goal"}, {"resolution", "grid"}, {"voxels", "grid"}, {"tolerance", "within"},
                                           {"value", "target"}, {"equals", "target"}, {"generator", "space"}, {"generators", "space"},
                                           {"materials", "phases"}, {"box", "size"}, {"constraints", "require"}, {"requirements", "require"}};
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        for (size_t k = 0; known[k] && cupel_text_is(word, other[i][0]); k++)
            if (strcmp(known[k], other[i][1]) == 0) return known[k];
    return NULL;
}

static cupel_status unknown(const cupel_yaml *node, const char *file, const char *what, const char *const *known, cupel_err *err)
{
    cupel_str all = {0};
    if (node->key.n && isdigit((unsigned char)node->key.p[0]) && node->kind == CUPEL_YAML_SCALAR && !node->text.n)
        return cupel_keys_comma(node, file, err);
    list_words(&all, known);
    const char *near = meant_by(node->key, known);
    if (!near) near = cupel_nearest_word(node->key, known);
    cupel_fail(err, CUPEL_USAGE, "%s:%zu: unknown key '%.*s' in %s; %s%s%skeys are: %s", file, node->key_line,
               cupel_shown(node->key.n, 60),
               node->key.p, what, near ? "did you mean '" : "", near ? near : "", near ? "'? " : "", cupel_str_text(&all));
    cupel_str_free(&all);
    return CUPEL_USAGE;
}

cupel_status cupel_keys_check(const cupel_yaml *map, const char *file, const char *what, const char *const *known, cupel_err *err)
{
    if (map->kind != CUPEL_YAML_MAP)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: %s must be a mapping of keys, as in {key: value}", file, map->line, what);
    for (const cupel_yaml *k = map->child; k; k = k->next) {
        size_t i = 0;
        while (known[i] && !cupel_text_is(k->key, known[i])) i++;
        if (!known[i]) return unknown(k, file, what, known, err);
    }
    return CUPEL_OK;
}

cupel_status cupel_keys_text(const cupel_yaml *map, const char *file, const char *key, const char **value, cupel_err *err)
{
    const cupel_yaml *node = cupel_yaml_get(map, key);
    if (!node) return CUPEL_OK;
    if (node->kind != CUPEL_YAML_SCALAR || node->text.n == 0)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: '%s' must be one value, as in %s: word", file, node->line, key, key);
    *value = node->text.p;
    return CUPEL_OK;
}

cupel_status cupel_keys_number(const cupel_yaml *map, const char *file, const char *key, double lo, double hi, double *value, cupel_err *err)
{
    const char *text = NULL;
    double x;
    cupel_status st = cupel_keys_text(map, file, key, &text, err);
    if (st != CUPEL_OK || !text) return st;
    if (!cupel_parse_double(cupel_text_of(text), &x) || x < lo || x > hi)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: %s: '%.60s' must be a number from %g to %g", file, cupel_yaml_get(map, key)->line, key, text, lo,
                          hi);
    *value = x;
    return CUPEL_OK;
}

cupel_status cupel_keys_count(const cupel_yaml *map, const char *file, const char *key, uint64_t lo, uint64_t hi, uint64_t *value, cupel_err *err)
{
    const char *text = NULL;
    uint64_t x;
    cupel_status st = cupel_keys_text(map, file, key, &text, err);
    if (st != CUPEL_OK || !text) return st;
    if (!cupel_parse_u64(cupel_text_of(text), &x) || x < lo || x > hi)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: %s: '%.60s' must be a whole number from %llu to %llu", file, cupel_yaml_get(map, key)->line, key,
                          text, (unsigned long long)lo, (unsigned long long)hi);
    *value = x;
    return CUPEL_OK;
}

cupel_status cupel_keys_word(const cupel_yaml *map, const char *file, const char *key, const char *const *words, int *value, cupel_err *err)
{
    const char *text = NULL;
    cupel_status st = cupel_keys_text(map, file, key, &text, err);
    if (st != CUPEL_OK || !text) return st;
    for (int i = 0; words[i]; i++)
        if (strcmp(text, words[i]) == 0) {
            *value = i;
            return CUPEL_OK;
        }
    cupel_str all = {0};
    list_words(&all, words);
    const char *near = cupel_nearest_word(cupel_text_of(text), words);
    cupel_fail(err, CUPEL_USAGE, "%s:%zu: %s: '%.60s' is not one of %s%s%s%s", file, cupel_yaml_get(map, key)->line, key, text, cupel_str_text(&all),
               near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    cupel_str_free(&all);
    return CUPEL_USAGE;
}
