#include "core/io/json.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

enum { MAX_DEPTH = 64 };

#ifdef CUPEL_FAULTS
/* jansson's allocator is one per process, so a program's own use of jansson would share ours: only the builds that inject faults set it,
 * once, before main. cupel_free is free, so memory taken before is given back correctly. */
static void *fault_malloc(size_t n) { return cupel_alloc(n, 1); }

__attribute__((constructor)) static void inject_faults(void) { json_set_alloc_funcs(fault_malloc, cupel_free); }
#endif

/* A node is jansson's own; the cast is kept in these two places. */
static json_t *inner(const cupel_json *node) { return (json_t *)(uintptr_t)node; }
static cupel_json *outer(const json_t *j) { return (cupel_json *)(uintptr_t)j; }

/* Bytes that jansson takes for a value (with its place in an array or its hash entry) and for the first table of an array or object. */
enum { VALUE_BYTES = 64, TABLE_BYTES = 256, CHECK_ABOVE = 64 << 20 };

/* jansson recurses once per level and builds a tree many times larger than its text: both are looked at before it sees the text. Strings
 * are skipped, nothing else is judged. */
static cupel_status look_ahead(cupel_text t, const char *name, uint64_t line, cupel_err *err)
{
    size_t depth = 0, start = 0;
    uint64_t bytes = t.n;
    bool quoted = false;
    for (size_t i = 0; i < t.n; i++) {
        char c = t.p[i];
        if (c == '\n') {
            line++;
            start = i + 1;
        }
        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == ',') {
            bytes += VALUE_BYTES;
        } else if (c == '[' || c == '{') {
            bytes += VALUE_BYTES + TABLE_BYTES;
            if (++depth > MAX_DEPTH)
                return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ":%zu: JSON nested deeper than %d levels", name, line, i - start + 1, MAX_DEPTH);
        } else if ((c == ']' || c == '}') && depth) {
            depth--;
        }
    }
    return bytes > CHECK_ABOVE ? cupel_memory_check(bytes, name, err) : CUPEL_OK;
}

cupel_status cupel_json_read_from(cupel_text text, const char *name, uint64_t first_line, cupel_json **root, cupel_err *err)
{
    json_error_t e;
    cupel_status st = look_ahead(text, name, first_line, err);
    if (st != CUPEL_OK) return st;
    json_t *j = json_loadb(text.n ? text.p : "", text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
    if (j) {
        *root = outer(j);
        return CUPEL_OK;
    }
    if (json_error_code(&e) == json_error_out_of_memory) return cupel_no_memory(err, "a JSON document", 0);
    bool nan = strstr(e.text, "'NaN'") || strstr(e.text, "Infinity'") || strstr(e.text, "'nan'");
    return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ":%d: JSON: %s%s", name, first_line + (e.line > 1 ? (uint64_t)e.line - 1 : 0),
                      e.column > 0 ? e.column : 1, e.text, nan ? "; JSON knows no such number, write null" : "");
}

cupel_status cupel_json_read(cupel_text text, const char *name, cupel_json **root, cupel_err *err)
{
    return cupel_json_read_from(text, name, 1, root, err);
}

void cupel_json_free(cupel_json *root) { json_decref(inner(root)); }

cupel_json_kind cupel_json_kind_of(const cupel_json *node)
{
    switch (json_typeof(inner(node))) {
    case JSON_OBJECT: return CUPEL_JSON_OBJECT;
    case JSON_ARRAY: return CUPEL_JSON_ARRAY;
    case JSON_STRING: return CUPEL_JSON_STRING;
    case JSON_INTEGER:
    case JSON_REAL: return CUPEL_JSON_NUMBER;
    case JSON_TRUE:
    case JSON_FALSE: return CUPEL_JSON_BOOL;
    case JSON_NULL: break;
    }
    return CUPEL_JSON_NULL;
}

size_t cupel_json_size(const cupel_json *node)
{
    const json_t *j = inner(node);
    return json_is_array(j) ? json_array_size(j) : json_object_size(j);
}

const cupel_json *cupel_json_at(const cupel_json *array, size_t i) { return outer(json_array_get(inner(array), i)); }

const cupel_json *cupel_json_get(const cupel_json *object, const char *key) { return outer(json_object_get(inner(object), key)); }

bool cupel_json_next(const cupel_json *object, void **at, const char **key, const cupel_json **value)
{
    json_t *j = inner(object);
    void *next = *at ? json_object_iter_next(j, *at) : json_object_iter(j);
    if (!next) return false;
    *at = next;
    *key = json_object_iter_key(next);
    *value = outer(json_object_iter_value(next));
    return true;
}

const char *cupel_json_key(const cupel_json *object, size_t i)
{
    void *at = NULL;
    const char *key;
    const cupel_json *value;
    do {
        if (!cupel_json_next(object, &at, &key, &value)) return NULL;
    } while (i--);
    return key;
}

bool cupel_json_number(const cupel_json *node, double *x)
{
    if (!json_is_number(inner(node))) return false;
    *x = json_number_value(inner(node));
    return true;
}

bool cupel_json_string(const cupel_json *node, cupel_text *t)
{
    if (!json_is_string(inner(node))) return false;
    *t = (cupel_text){json_string_value(inner(node)), json_string_length(inner(node))};
    return true;
}

/* Recursion is bounded by the depth that reading allows. */
static void put_tree(cupel_json_out *w, const json_t *j)
{
    const char *key;
    json_t *value;
    size_t i;
    switch (json_typeof(j)) {
    case JSON_OBJECT:
        cupel_json_open(w, '{');
        json_object_foreach((json_t *)(uintptr_t)j, key, value) {
            cupel_json_name(w, key);
            put_tree(w, value);
        }
        cupel_json_close(w, '}');
        break;
    case JSON_ARRAY:
        cupel_json_open(w, '[');
        json_array_foreach(j, i, value) put_tree(w, value);
        cupel_json_close(w, ']');
        break;
    case JSON_STRING: cupel_json_put_text(w, (cupel_text){json_string_value(j), json_string_length(j)}); break;
    case JSON_INTEGER: cupel_json_put_int(w, json_integer_value(j)); break;
    case JSON_REAL: cupel_json_put_number(w, json_real_value(j)); break;
    case JSON_TRUE:
    case JSON_FALSE: cupel_json_put_bool(w, json_is_true(j)); break;
    case JSON_NULL: cupel_json_put_null(w); break;
    }
}

void cupel_json_cell(const cupel_json *node, cupel_str *out)
{
    const json_t *j = inner(node);
    if (json_is_null(j)) return;
    if (json_is_string(j)) {
        cupel_str_add(out, json_string_value(j), json_string_length(j));
        return;
    }
    cupel_json_out w = {.s = out, .compact = true};
    put_tree(&w, j);
}

static void new_line(cupel_json_out *w)
{
    cupel_str_putc(w->s, '\n');
    for (int i = 0; i < w->depth; i++) cupel_str_add(w->s, "  ", 2);
}

/* What stands between this value or name and what was written last. */
static void separate(cupel_json_out *w)
{
    if (w->key_open) {
        w->key_open = false;
        return;
    }
    if (!w->depth) return;
    bool *filled = &w->filled[w->depth - 1];
    if (*filled) cupel_str_putc(w->s, ',');
    if (!w->compact)
        new_line(w);
    else if (*filled)
        cupel_str_putc(w->s, ' ');
    *filled = true;
}

void cupel_json_open(cupel_json_out *w, char bracket)
{
    separate(w);
    if (w->depth == MAX_DEPTH) {
        w->s->failed = true;
        return;
    }
    cupel_str_putc(w->s, bracket);
    w->filled[w->depth++] = false;
}

void cupel_json_close(cupel_json_out *w, char bracket)
{
    if (!w->depth) {
        w->s->failed = true;
        return;
    }
    w->depth--;
    if (w->filled[w->depth] && !w->compact) new_line(w);
    cupel_str_putc(w->s, bracket);
}

/* Bytes of the UTF-8 sequence at p (RFC 3629: no surrogates, nothing over-long, at most U+10FFFF), or 0. */
static size_t utf8_length(const unsigned char *p, size_t n)
{
    size_t len = p[0] < 0x80 ? 1 : p[0] < 0xC2 ? 0 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : p[0] < 0xF5 ? 4 : 0;
    if (!len || len > n) return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xC0) != 0x80) return 0;
    if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) || (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F)) return 0;
    return len;
}

static void put_quoted(cupel_str *s, cupel_text t)
{
    cupel_str_putc(s, '"');
    for (size_t i = 0, len; i < t.n; i += len) {
        const unsigned char *p = (const unsigned char *)t.p + i;
        len = utf8_length(p, t.n - i);
        if (!len) {
            cupel_str_puts(s, "\xEF\xBF\xBD");
            len = 1;
        } else if (*p == '"' || *p == '\\') {
            cupel_str_addf(s, "\\%c", *p);
        } else if (*p == '\n') {
            cupel_str_puts(s, "\\n");
        } else if (*p == '\t') {
            cupel_str_puts(s, "\\t");
        } else if (*p < 0x20 || *p == 0x7F) {
            cupel_str_addf(s, "\\u%04x", *p);
        } else {
            cupel_str_add(s, t.p + i, len);
        }
    }
    cupel_str_putc(s, '"');
}

void cupel_json_name(cupel_json_out *w, const char *key)
{
    separate(w);
    put_quoted(w->s, cupel_text_of(key));
    cupel_str_puts(w->s, ": ");
    w->key_open = true;
}

void cupel_json_put_number(cupel_json_out *w, double x)
{
    if (!isfinite(x)) {
        cupel_json_put_null(w);
        return;
    }
    separate(w);
    cupel_str_number(w->s, x);
}

void cupel_json_put_int(cupel_json_out *w, int64_t x)
{
    separate(w);
    cupel_str_addf(w->s, "%" PRId64, x);
}

void cupel_json_put_count(cupel_json_out *w, uint64_t x)
{
    separate(w);
    cupel_str_addf(w->s, "%" PRIu64, x);
}

void cupel_json_put_bool(cupel_json_out *w, bool x)
{
    separate(w);
    cupel_str_puts(w->s, x ? "true" : "false");
}

void cupel_json_put_null(cupel_json_out *w)
{
    separate(w);
    cupel_str_puts(w->s, "null");
}

void cupel_json_put_string(cupel_json_out *w, const char *text) { cupel_json_put_text(w, cupel_text_of(text)); }

void cupel_json_put_text(cupel_json_out *w, cupel_text text)
{
    separate(w);
    put_quoted(w->s, text);
}
