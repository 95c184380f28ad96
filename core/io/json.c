/* Our own reader. jansson 2.14 does not look at the result when the buffer of a token grows: with every n-th allocation made to fail it drops a
 * byte of a string without a word, and reads and writes behind its buffers when that byte is the closing quote (valgrind). It is the
 * second opinion of tests/test_json.c. A tree here takes 32 bytes a value in one stretch per list. */
#include "core/io/json.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Nesting; bytes of the first block of a tree and of the largest; an object with more members than SORTED_ABOVE is searched by halving; a text of
 * CHECK_ABOVE bytes or more is held against the memory of the machine first. */
enum { MAX_DEPTH = 64, FIRST_BLOCK = 1 << 10, LAST_BLOCK = 1 << 20, SORTED_ABOVE = 8, CHECK_ABOVE = 1 << 24 };

struct cupel_json {
    const char *key;              /* of a member; NULL in a list */
    union {
        double number;
        int64_t whole;            /* a number written without point and exponent that fits */
        const char *text;         /* ended by 0 too */
        const cupel_json *child;  /* [n]; behind those of an object with more than SORTED_ABOVE members n pointers to them, by key */
    } u;
    size_t n;                     /* bytes or children; 1 for true */
    unsigned char kind;
    bool is_whole;
};

typedef struct block {
    struct block *next;
    size_t size, used;
    _Alignas(16) unsigned char data[];
} block;

typedef struct tree {
    cupel_json root; /* first, so that the root is the tree */
    block *blocks;
} tree;

/* A list or object that is not closed yet: its values are stack[first ..]. */
typedef struct frame {
    size_t first;
    const char *own_key, *key; /* of the object among its siblings; of the member to come */
    bool object;
} frame;

typedef struct reader {
    const char *begin, *p, *end, *name;
    uint64_t line;
    tree *tree;
    cupel_json *stack;
    size_t n, cap, depth;
    frame open[MAX_DEPTH];
    cupel_err *err;
} reader;

static void *take(tree *t, size_t n)
{
    n = (n + 15) / 16 * 16;
    if (!t->blocks || n > t->blocks->size - t->blocks->used) {
        size_t size = t->blocks ? 2 * t->blocks->size : FIRST_BLOCK;
        if (size > LAST_BLOCK) size = LAST_BLOCK;
        if (size < n) size = n;
        block *b = cupel_resize(NULL, sizeof *b + size, 1);
        if (!b) return NULL;
        b->next = t->blocks;
        b->size = size;
        b->used = 0;
        t->blocks = b;
    }
    void *p = t->blocks->data + t->blocks->used;
    t->blocks->used += n;
    return p;
}

void cupel_json_free(cupel_json *root)
{
    if (!root) return;
    tree *t = (tree *)root;
    for (block *b = t->blocks, *next; b; b = next) {
        next = b->next;
        cupel_free(b);
    }
    cupel_free(t);
}

/* Where `at` is: line, and column in characters. */
static cupel_status fail_at(const reader *r, const char *at, const char *what)
{
    uint64_t line = r->line;
    size_t column = 1;
    for (const char *p = r->begin; p < at; p++) {
        if (*p == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)*p & 0xC0) != 0x80) {
            column++;
        }
    }
    char found[24] = "the end";
    if (at < r->end) snprintf(found, sizeof found, *at > ' ' && *at < 0x7F ? "'%c'" : "byte 0x%02x", (unsigned char)*at);
    return cupel_fail(r->err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ":%zu: JSON: %s, found %s", r->name, line, column, what, found);
}

static cupel_status no_memory(const reader *r) { return cupel_no_memory(r->err, "a JSON document", 0); }

static void skip_blanks(reader *r)
{
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\n' || *r->p == '\r' || *r->p == '\t')) r->p++;
}

static cupel_status push(reader *r, cupel_json value)
{
    if (!cupel_grow(&r->stack, &r->cap, r->n + 1, sizeof *r->stack)) return no_memory(r);
    if (r->depth) value.key = r->open[r->depth - 1].key;
    r->stack[r->n++] = value;
    return CUPEL_OK;
}

static int hex4(const char *p, const char *end)
{
    int v = 0;
    if (end - p < 4) return -1;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        int d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (d < 0) return -1;
        v = v * 16 + d;
    }
    return v;
}

static char *put_utf8(char *to, unsigned c)
{
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xC0 | c >> 6);
        *to++ = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *to++ = (char)(0xE0 | c >> 12);
        *to++ = (char)(0x80 | (c >> 6 & 0x3F));
        *to++ = (char)(0x80 | (c & 0x3F));
    } else {
        *to++ = (char)(0xF0 | c >> 18);
        *to++ = (char)(0x80 | (c >> 12 & 0x3F));
        *to++ = (char)(0x80 | (c >> 6 & 0x3F));
        *to++ = (char)(0x80 | (c & 0x3F));
    }
    return to;
}

/* The escape behind the backslash at *from; writes it at *to, which is never ahead. */
static cupel_status unescape(const reader *r, const char **from, const char *end, char **to)
{
    static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    const char *p = *from + 1, *known = p < end && *p ? strchr(names, *p) : NULL;
    if (known) {
        *(*to)++ = bytes[known - names];
        *from = p + 1;
        return CUPEL_OK;
    }
    int high = p < end && *p == 'u' ? hex4(p + 1, end) : -1, low;
    if (high < 0) return fail_at(r, *from, "an escape is one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX");
    if (high == 0) return fail_at(r, *from, "a NUL character has no place in a text");
    p += 5;
    unsigned c = (unsigned)high;
    if (c >= 0xD800 && c < 0xE000) {
        low = c < 0xDC00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u' ? hex4(p + 2, end) : -1;
        if (low < 0xDC00 || low >= 0xE000) return fail_at(r, *from, "half a surrogate pair");
        c = 0x10000 + ((c - 0xD800) << 10) + ((unsigned)low - 0xDC00);
        p += 6;
    }
    *to = put_utf8(*to, c);
    *from = p;
    return CUPEL_OK;
}

/* A string from its opening quote on, into the tree. */
static cupel_status read_string(reader *r, const char **text, size_t *n)
{
    const char *begin = r->p + 1, *p = begin;
    bool escaped = false;
    while (p < r->end && *p != '"') {
        unsigned char c = (unsigned char)*p;
        size_t len = c < 0x80 ? 1 : cupel_utf8((const unsigned char *)p, (size_t)(r->end - p), NULL);
        if (c < 0x20) return fail_at(r, p, "a control character in a text must be escaped");
        if (!len) return fail_at(r, p, "the text is not UTF-8");
        escaped = escaped || c == '\\';
        p += c == '\\' && r->end - p > 1 ? (size_t)1 + ((unsigned char)p[1] < 0x80 && (unsigned char)p[1] >= 0x20) : len;
    }
    if (p >= r->end) return fail_at(r, r->end, "a text is not closed by a quote");
    char *to = take(r->tree, (size_t)(p - begin) + 1);
    if (!to) return no_memory(r);
    *text = to;
    if (!escaped) {
        memcpy(to, begin, (size_t)(p - begin));
        to += p - begin;
    }
    for (const char *from = begin; escaped && from < p;) {
        cupel_status st = CUPEL_OK;
        if (*from != '\\')
            *to++ = *from++;
        else
            st = unescape(r, &from, p, &to);
        if (st != CUPEL_OK) return st;
    }
    *to = '\0';
    *n = (size_t)(to - *text);
    r->p = p + 1;
    return CUPEL_OK;
}

static const char *digits(const char *p, const char *end)
{
    while (p < end && *p >= '0' && *p <= '9') p++;
    return p;
}

static cupel_status read_number(reader *r, cupel_json *v)
{
    const char *p = r->p, *whole = *p == '-' ? p + 1 : p, *q = digits(whole, r->end);
    if (q == whole) return fail_at(r, q, "expected a digit");
    if (*whole == '0' && q - whole > 1) return fail_at(r, whole, "a number does not begin with 0 and a digit");
    bool is_whole = true;
    if (q < r->end && *q == '.') {
        is_whole = false;
        const char *first = q + 1;
        if ((q = digits(first, r->end)) == first) return fail_at(r, q, "expected a digit");
    }
    if (q < r->end && (*q == 'e' || *q == 'E')) {
        is_whole = false;
        const char *first = q + 1;
        if (first < r->end && (*first == '+' || *first == '-')) first++;
        if ((q = digits(first, r->end)) == first) return fail_at(r, q, "expected a digit");
    }
    cupel_text t = {p, (size_t)(q - p)};
    *v = (cupel_json){.kind = CUPEL_JSON_NUMBER};
    v->is_whole = is_whole && cupel_parse_i64(t, &v->u.whole) && (v->u.whole || *p != '-');
    if (!v->is_whole && !cupel_parse_double(t, &v->u.number)) return fail_at(r, p, "a number too large for a double");
    r->p = q;
    return CUPEL_OK;
}

static bool take_word(reader *r, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(r->end - r->p) < n || memcmp(r->p, word, n) != 0) return false;
    r->p += n;
    return true;
}

static cupel_status read_scalar(reader *r, cupel_json *v)
{
    *v = (cupel_json){.kind = CUPEL_JSON_NULL};
    if (r->p < r->end && *r->p == '"') {
        v->kind = CUPEL_JSON_STRING;
        return read_string(r, &v->u.text, &v->n);
    }
    if (take_word(r, "null")) return CUPEL_OK;
    v->kind = CUPEL_JSON_BOOL;
    if (take_word(r, "false")) return CUPEL_OK;
    v->n = 1;
    if (take_word(r, "true")) return CUPEL_OK;
    reader ahead = *r;
    if (take_word(&ahead, "NaN") || take_word(&ahead, "nan") || take_word(&ahead, "Infinity") || take_word(&ahead, "-Infinity"))
        return fail_at(r, r->p, "JSON knows no NaN and no infinity, write null");
    if (r->p < r->end && (*r->p == '-' || (*r->p >= '0' && *r->p <= '9'))) return read_number(r, v);
    return fail_at(r, r->p, "expected a value");
}

/* The key and colon before a member. */
static cupel_status read_key(reader *r)
{
    size_t n;
    skip_blanks(r);
    if (r->p == r->end || *r->p != '"') return fail_at(r, r->p, "expected a key in double quotes");
    cupel_status st = read_string(r, &r->open[r->depth - 1].key, &n);
    if (st != CUPEL_OK) return st;
    skip_blanks(r);
    if (r->p == r->end || *r->p != ':') return fail_at(r, r->p, "expected ':' behind a key");
    r->p++;
    return CUPEL_OK;
}

static int by_key(const void *a, const void *b)
{
    return strcmp((*(const cupel_json *const *)a)->key, (*(const cupel_json *const *)b)->key);
}

static cupel_status refuse_equal_keys(const reader *r, const cupel_json *child, size_t n, const cupel_json **sorted)
{
    const char *twice = NULL;
    if (sorted) {
        for (size_t i = 0; i < n; i++) sorted[i] = &child[i];
        qsort(sorted, n, sizeof(*sorted), by_key);
        for (size_t i = 1; i < n && !twice; i++)
            if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0) twice = sorted[i]->key;
    }
    for (size_t i = 1; i < n && !sorted && !twice; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(child[i].key, child[k].key) == 0) twice = child[i].key;
    if (!twice) return CUPEL_OK;
    char what[160];
    snprintf(what, sizeof what, "the object that ends here has the key '%.100s' twice (duplicate)", twice);
    return fail_at(r, r->p, what);
}

static cupel_status open_container(reader *r, bool object)
{
    if (r->depth == MAX_DEPTH) return fail_at(r, r->p, "nested deeper than 64 levels");
    const char *own = r->depth ? r->open[r->depth - 1].key : NULL;
    r->open[r->depth++] = (frame){.first = r->n, .own_key = own, .object = object};
    r->p++;
    return CUPEL_OK;
}

/* Moves the values of the innermost container from the stack into the tree; the container becomes a value itself. */
static cupel_status close_container(reader *r)
{
    frame f = r->open[r->depth - 1];
    size_t n = r->n - f.first, pointers = f.object && n > SORTED_ABOVE ? n : 0;
    cupel_json *child = take(r->tree, n * sizeof *child + pointers * sizeof(cupel_json *));
    if (!child) return no_memory(r);
    if (n) memcpy(child, r->stack + f.first, n * sizeof *child);
    cupel_status st = f.object ? refuse_equal_keys(r, child, n, pointers ? (const cupel_json **)(child + n) : NULL) : CUPEL_OK;
    if (st != CUPEL_OK) return st;
    r->p++;
    r->n = f.first;
    r->depth--;
    if (r->depth) r->open[r->depth - 1].key = f.own_key;
    return push(r, (cupel_json){.kind = f.object ? CUPEL_JSON_OBJECT : CUPEL_JSON_ARRAY, .n = n, .u.child = child});
}

/* Behind a value: closes what ends here; *more says that another value follows. */
static cupel_status end_value(reader *r, bool *more)
{
    cupel_status st = CUPEL_OK;
    *more = false;
    while (r->depth) {
        bool object = r->open[r->depth - 1].object;
        skip_blanks(r);
        if (r->p < r->end && *r->p == ',') {
            r->p++;
            *more = true;
            return object ? read_key(r) : CUPEL_OK;
        }
        if (r->p == r->end || *r->p != (object ? '}' : ']')) return fail_at(r, r->p, object ? "expected ',' or '}'" : "expected ',' or ']'");
        if ((st = close_container(r)) != CUPEL_OK) return st;
    }
    return st;
}

static cupel_status read_document(reader *r)
{
    cupel_status st;
    cupel_json v;
    bool more = true;
    while (more) {
        skip_blanks(r);
        char c = r->p < r->end ? *r->p : '\0';
        if (c == '[' || c == '{') {
            if ((st = open_container(r, c == '{')) != CUPEL_OK) return st;
            skip_blanks(r);
            if (r->p < r->end && *r->p == (c == '{' ? '}' : ']')) {
                if ((st = close_container(r)) != CUPEL_OK) return st;
            } else {
                if (c == '{' && (st = read_key(r)) != CUPEL_OK) return st;
                continue;
            }
        } else {
            if ((st = read_scalar(r, &v)) != CUPEL_OK || (st = push(r, v)) != CUPEL_OK) return st;
        }
        if ((st = end_value(r, &more)) != CUPEL_OK) return st;
    }
    skip_blanks(r);
    return r->p < r->end ? fail_at(r, r->p, "expected the end behind one value") : CUPEL_OK;
}

/* A tree can be sixteen times its text, and twice that while it is built. */
static cupel_status check_memory(cupel_text t, const char *name, cupel_err *err)
{
    uint64_t values = 1;
    if (t.n < CHECK_ABOVE) return CUPEL_OK;
    for (size_t i = 0; i < t.n; i++) values += t.p[i] == ',' || t.p[i] == '[' || t.p[i] == '{';
    return cupel_memory_check(3 * sizeof(cupel_json) * values + t.n, name, err);
}

cupel_status cupel_json_read_from(cupel_text text, const char *name, uint64_t first_line, cupel_json **root, cupel_err *err)
{
    cupel_status st = check_memory(text, name, err);
    if (st != CUPEL_OK) return st;
    const char *p = text.n ? text.p : "";
    reader r = {.begin = p, .p = p, .end = p + text.n, .name = name, .line = first_line, .err = err};
    r.tree = cupel_alloc(1, sizeof *r.tree);
    if (!r.tree) return no_memory(&r);
    st = read_document(&r);
    if (st == CUPEL_OK) {
        r.tree->root = r.stack[0];
        *root = &r.tree->root;
    } else {
        cupel_json_free(&r.tree->root);
    }
    cupel_free(r.stack);
    return st;
}

cupel_status cupel_json_read(cupel_text text, const char *name, cupel_json **root, cupel_err *err)
{
    return cupel_json_read_from(text, name, 1, root, err);
}

cupel_json_kind cupel_json_kind_of(const cupel_json *node) { return (cupel_json_kind)node->kind; }

static bool has_children(const cupel_json *node) { return node->kind == CUPEL_JSON_ARRAY || node->kind == CUPEL_JSON_OBJECT; }

size_t cupel_json_size(const cupel_json *node) { return node && has_children(node) ? node->n : 0; }

const cupel_json *cupel_json_at(const cupel_json *array, size_t i)
{
    return array->kind == CUPEL_JSON_ARRAY && i < array->n ? &array->u.child[i] : NULL;
}

const cupel_json *cupel_json_get(const cupel_json *object, const char *key)
{
    if (object->kind != CUPEL_JSON_OBJECT) return NULL;
    const cupel_json *child = object->u.child;
    if (object->n <= SORTED_ABOVE) {
        for (size_t i = 0; i < object->n; i++)
            if (strcmp(child[i].key, key) == 0) return &child[i];
        return NULL;
    }
    const cupel_json wanted = {.key = key}, *const pointer = &wanted;
    const cupel_json *const *found = bsearch(&pointer, child + object->n, object->n, sizeof(pointer), by_key);
    return found ? *found : NULL;
}

const char *cupel_json_key(const cupel_json *object, size_t i)
{
    return object->kind == CUPEL_JSON_OBJECT && i < object->n ? object->u.child[i].key : NULL;
}

const cupel_json *cupel_json_member(const cupel_json *object, size_t i)
{
    return object->kind == CUPEL_JSON_OBJECT && i < object->n ? &object->u.child[i] : NULL;
}

bool cupel_json_number(const cupel_json *node, double *x)
{
    if (node->kind != CUPEL_JSON_NUMBER) return false;
    *x = node->is_whole ? (double)node->u.whole : node->u.number;
    return true;
}

bool cupel_json_string(const cupel_json *node, cupel_text *t)
{
    if (node->kind != CUPEL_JSON_STRING) return false;
    *t = (cupel_text){node->u.text, node->n};
    return true;
}

/* Recursion is bounded by the depth that reading allows. */
static void put_tree(cupel_json_out *w, const cupel_json *node)
{
    bool object = node->kind == CUPEL_JSON_OBJECT;
    switch ((cupel_json_kind)node->kind) {
    case CUPEL_JSON_OBJECT:
    case CUPEL_JSON_ARRAY:
        cupel_json_open(w, object ? '{' : '[');
        for (size_t i = 0; i < node->n; i++) {
            if (object) cupel_json_name(w, node->u.child[i].key);
            put_tree(w, &node->u.child[i]);
        }
        cupel_json_close(w, object ? '}' : ']');
        break;
    case CUPEL_JSON_STRING: cupel_json_put_text(w, (cupel_text){node->u.text, node->n}); break;
    case CUPEL_JSON_NUMBER:
        if (node->is_whole)
            cupel_json_put_int(w, node->u.whole);
        else
            cupel_json_put_number(w, node->u.number);
        break;
    case CUPEL_JSON_BOOL: cupel_json_put_bool(w, node->n != 0); break;
    case CUPEL_JSON_NULL: cupel_json_put_null(w); break;
    }
}

void cupel_json_cell(const cupel_json *node, cupel_str *out)
{
    if (node->kind == CUPEL_JSON_NULL) return;
    if (node->kind == CUPEL_JSON_STRING) {
        cupel_str_add(out, node->u.text, node->n);
        return;
    }
    cupel_json_out w = {.s = out, .compact = true};
    put_tree(&w, node);
}
