#include "core/io/yaml.h"

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/input.h"

#include <string.h>
#include <yaml.h>

enum { MAX_DEPTH = 32, MAX_NODES = 100000, MAX_BYTES = 1000000 };

struct cupel_yaml_doc {
    char *name;
    cupel_yaml *root;
    cupel_arena arena;
};

/* A collection that is not closed yet. */
typedef struct frame {
    cupel_yaml *node, *last;
    cupel_text key; /* of a mapping: read, its value is to come */
    size_t key_line;
    bool has_key;
} frame;

typedef struct builder {
    cupel_yaml_doc *doc;
    frame stack[MAX_DEPTH];
    size_t depth, nodes, documents;
    cupel_err *err;
} builder;

/* libyaml counts from 0. */
static cupel_status fail(const builder *b, yaml_mark_t at, const char *what)
{
    return cupel_fail(b->err, CUPEL_USAGE, "%s:%zu:%zu: %s", b->doc->name, at.line + 1, at.column + 1, what);
}

static cupel_status copy_text(builder *b, const yaml_event_t *e, cupel_text *t)
{
    const char *p = (const char *)e->data.scalar.value;
    size_t n = e->data.scalar.length;
    if (memchr(p, 0, n)) return fail(b, e->start_mark, "a NUL character in a text");
    char *copy = cupel_arena_text(&b->doc->arena, p, n);
    if (!copy) return cupel_no_memory(b->err, "a YAML document", n);
    *t = (cupel_text){copy, n};
    return CUPEL_OK;
}

/* A new node where the next value belongs: the root, the end of a list, or behind a key. */
static cupel_status add_node(builder *b, const yaml_event_t *e, cupel_yaml_kind kind, cupel_yaml **out)
{
    if (++b->nodes > MAX_NODES) return fail(b, e->start_mark, "more than 100,000 values");
    cupel_yaml *node = cupel_arena_take(&b->doc->arena, sizeof *node);
    if (!node) return cupel_no_memory(b->err, "a YAML document", sizeof *node);
    *node = (cupel_yaml){.kind = kind, .line = e->start_mark.line + 1, .column = e->start_mark.column + 1};
    if (b->depth) {
        frame *f = &b->stack[b->depth - 1];
        if (f->node->kind == CUPEL_YAML_MAP) {
            node->key = f->key;
            node->key_line = f->key_line;
            f->has_key = false;
        }
        if (f->last)
            f->last->next = node;
        else
            f->node->child = node;
        f->last = node;
        f->node->n++;
    } else {
        b->doc->root = node;
    }
    *out = node;
    return CUPEL_OK;
}

static bool key_comes(const builder *b)
{
    return b->depth && b->stack[b->depth - 1].node->kind == CUPEL_YAML_MAP && !b->stack[b->depth - 1].has_key;
}

static cupel_status scalar(builder *b, const yaml_event_t *e)
{
    if (e->data.scalar.anchor) return fail(b, e->start_mark, "anchors (&name) are not used here; write the value out");
    if (e->data.scalar.tag) return fail(b, e->start_mark, "tags (!name) are not used here; write the value alone");
    if (key_comes(b)) {
        frame *f = &b->stack[b->depth - 1];
        f->has_key = true;
        f->key_line = e->start_mark.line + 1;
        return copy_text(b, e, &f->key);
    }
    cupel_yaml *node;
    cupel_text text;
    cupel_status st = copy_text(b, e, &text);
    if (st == CUPEL_OK) st = add_node(b, e, CUPEL_YAML_SCALAR, &node);
    if (st != CUPEL_OK) return st;
    node->text = text;
    node->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return CUPEL_OK;
}

static cupel_status open_collection(builder *b, const yaml_event_t *e, cupel_yaml_kind kind, bool anchor, bool tag)
{
    if (anchor) return fail(b, e->start_mark, "anchors (&name) are not used here; write the value out");
    if (tag) return fail(b, e->start_mark, "tags (!name) are not used here; write the value alone");
    if (key_comes(b)) return fail(b, e->start_mark, "a key must be a text, not a list or a mapping");
    if (b->depth == MAX_DEPTH) return fail(b, e->start_mark, "nested deeper than 32 levels");
    cupel_yaml *node;
    cupel_status st = add_node(b, e, kind, &node);
    if (st == CUPEL_OK) b->stack[b->depth++] = (frame){.node = node};
    return st;
}

/* By key, equal keys by their place. */
static int by_key(const void *pa, const void *pb)
{
    const cupel_yaml *a = *(const cupel_yaml *const *)pa, *b = *(const cupel_yaml *const *)pb;
    int c = memcmp(a->key.p, b->key.p, a->key.n < b->key.n ? a->key.n : b->key.n);
    if (c) return c;
    if (a->key.n != b->key.n) return a->key.n < b->key.n ? -1 : 1;
    if (a->key_line != b->key_line) return a->key_line < b->key_line ? -1 : 1;
    return (a->column > b->column) - (a->column < b->column);
}

static cupel_status refuse_equal_keys(builder *b, const cupel_yaml *map)
{
    if (!map || map->n < 2) return CUPEL_OK;
    cupel_status st = CUPEL_OK;
    const cupel_yaml **sorted = cupel_alloc(map->n, sizeof(*sorted));
    size_t n = 0;
    if (!sorted) return cupel_no_memory(b->err, "a YAML document", 0);
    for (const cupel_yaml *c = map->child; c; c = c->next) sorted[n++] = c;
    qsort(sorted, n, sizeof(*sorted), by_key);
    for (size_t i = 1; i < n && st == CUPEL_OK; i++) {
        cupel_text k = sorted[i]->key;
        if (k.n != sorted[i - 1]->key.n || memcmp(k.p, sorted[i - 1]->key.p, k.n) != 0) continue;
        st = cupel_fail(b->err, CUPEL_USAGE, "%s:%zu: the key '%.*s' stands here a second time (first in line %zu); keep one of them", b->doc->name,
                        sorted[i]->key_line, (int)(k.n > 100 ? 100 : k.n), k.p, sorted[i - 1]->key_line);
    }
    cupel_free(sorted);
    return st;
}

static cupel_status handle(builder *b, const yaml_event_t *e)
{
    switch (e->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (b->documents++) return fail(b, e->start_mark, "a second document begins; one file holds one");
        return CUPEL_OK;
    case YAML_ALIAS_EVENT: return fail(b, e->start_mark, "aliases (*name) are not used here; write the value out");
    case YAML_SCALAR_EVENT: return scalar(b, e);
    case YAML_SEQUENCE_START_EVENT:
        return open_collection(b, e, CUPEL_YAML_LIST, e->data.sequence_start.anchor != NULL, e->data.sequence_start.tag != NULL);
    case YAML_MAPPING_START_EVENT:
        return open_collection(b, e, CUPEL_YAML_MAP, e->data.mapping_start.anchor != NULL, e->data.mapping_start.tag != NULL);
    case YAML_MAPPING_END_EVENT: return refuse_equal_keys(b, b->stack[--b->depth].node);
    case YAML_SEQUENCE_END_EVENT: b->depth--; return CUPEL_OK;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT: break;
    }
    return CUPEL_OK;
}

static cupel_status syntax_error(const builder *b, const yaml_parser_t *p)
{
    if (p->error == YAML_MEMORY_ERROR) return cupel_no_memory(b->err, "a YAML document", 0);
    yaml_mark_t at = p->error == YAML_READER_ERROR ? p->mark : p->problem_mark;
    return cupel_fail(b->err, CUPEL_USAGE, "%s:%zu:%zu: YAML: %s%s%s", b->doc->name, at.line + 1, at.column + 1, p->context ? p->context : "",
                      p->context ? ", " : "", p->problem ? p->problem : "not readable");
}

static cupel_status build(builder *b, cupel_text text)
{
    cupel_status st = CUPEL_OK;
    yaml_parser_t parser;
    yaml_event_t event;
    bool end = false;
    if (!yaml_parser_initialize(&parser)) return cupel_no_memory(b->err, "a YAML document", 0);
    yaml_parser_set_input_string(&parser, (const unsigned char *)(text.n ? text.p : ""), text.n);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    while (!end && st == CUPEL_OK) {
        if (!yaml_parser_parse(&parser, &event)) {
            st = syntax_error(b, &parser);
            break;
        }
        end = event.type == YAML_STREAM_END_EVENT;
        st = handle(b, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    if (st == CUPEL_OK && !b->doc->root) st = cupel_fail(b->err, CUPEL_USAGE, "%s:1:1: there is nothing in it", b->doc->name);
    return st;
}

cupel_status cupel_yaml_read(cupel_text text, const char *name, cupel_yaml_doc **out, cupel_err *err)
{
    if (text.n > MAX_BYTES) return cupel_fail(err, CUPEL_USAGE, "%s: larger than 1 MB; is it a demand?", name);
    cupel_yaml_doc *doc = cupel_alloc(1, sizeof *doc);
    if (!doc) return cupel_no_memory(err, "a YAML document", sizeof *doc);
    builder b = {.doc = doc, .err = err};
    if (text.n >= 3 && memcmp(text.p, "\xEF\xBB\xBF", 3) == 0) text.p += 3, text.n -= 3; /* a byte order mark */
    doc->name = cupel_strdup(name);
    cupel_status st = doc->name ? build(&b, text) : cupel_no_memory(err, "a file name", 0);
    if (st == CUPEL_OK)
        *out = doc;
    else
        cupel_yaml_free(doc);
    return st;
}

cupel_status cupel_yaml_open(const char *path, cupel_yaml_doc **doc, cupel_err *err)
{
    cupel_input *in = NULL;
    char *text = NULL;
    size_t n;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_input_open(path, &in, err));
    CUPEL_TRY(cupel_input_rest(in, MAX_BYTES, &text, &n, err));
    CUPEL_TRY(cupel_yaml_read((cupel_text){text, n}, cupel_input_name(in), doc, err));
done:
    cupel_free(text);
    cupel_input_free(in);
    return st;
}

const cupel_yaml *cupel_yaml_root(const cupel_yaml_doc *doc) { return doc->root; }

const char *cupel_yaml_name(const cupel_yaml_doc *doc) { return doc->name; }

void cupel_yaml_free(cupel_yaml_doc *doc)
{
    if (!doc) return;
    cupel_arena_release(&doc->arena);
    cupel_free(doc->name);
    cupel_free(doc);
}

const cupel_yaml *cupel_yaml_get(const cupel_yaml *map, const char *key)
{
    if (!map || map->kind != CUPEL_YAML_MAP) return NULL;
    for (const cupel_yaml *c = map->child; c; c = c->next)
        if (cupel_text_is(c->key, key)) return c;
    return NULL;
}
