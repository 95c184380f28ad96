/* JSON (RFC 8259): reading into a tree, writing through a small emitter. */
#ifndef CUPEL_IO_JSON_H
#define CUPEL_IO_JSON_H

#include "core/base/str.h"
#include "core/cupel.h"

typedef struct cupel_json cupel_json; /* a node; owned by the root */

/* Parses exactly one JSON value; `name` is for messages ("file:line:column"). Duplicate keys, nesting beyond 64, numbers that do not fit a
 * double, NaN, \u0000 and text that is not UTF-8 are refused; the memory of a large document is checked before it is taken. */
cupel_status cupel_json_read(cupel_text text, const char *name, cupel_json **root, cupel_err *err);
/* As cupel_json_read for a text that begins in line `first_line` of the file. */
cupel_status cupel_json_read_from(cupel_text text, const char *name, uint64_t first_line, cupel_json **root, cupel_err *err);
void cupel_json_free(cupel_json *root);

typedef enum cupel_json_kind {
    CUPEL_JSON_NULL, CUPEL_JSON_BOOL, CUPEL_JSON_NUMBER, CUPEL_JSON_STRING, CUPEL_JSON_ARRAY, CUPEL_JSON_OBJECT
} cupel_json_kind;
cupel_json_kind cupel_json_kind_of(const cupel_json *node);
size_t cupel_json_size(const cupel_json *node);                             /* of an array or object, else 0 */
const cupel_json *cupel_json_at(const cupel_json *array, size_t i);         /* NULL when it is not there */
const cupel_json *cupel_json_get(const cupel_json *object, const char *key);
const char *cupel_json_key(const cupel_json *object, size_t i);             /* keys in file order; NULL past the end */
const cupel_json *cupel_json_member(const cupel_json *object, size_t i);    /* the value of that key */
bool cupel_json_number(const cupel_json *node, double *x);
bool cupel_json_string(const cupel_json *node, cupel_text *t);
/* The node as the text a CSV cell would hold: numbers shortest, strings as they are, null "", true/false, others as compact JSON. */
void cupel_json_cell(const cupel_json *node, cupel_str *out);

/* Writing. Commas and indentation are taken care of; NaN and infinities become null. More than 64 levels set s->failed. */
typedef struct cupel_json_out {
    cupel_str *s;
    int depth;
    bool compact;        /* one line */
    bool filled[64], key_open;
} cupel_json_out;

void cupel_json_open(cupel_json_out *w, char bracket);                      /* '{' or '[' */
void cupel_json_close(cupel_json_out *w, char bracket);                     /* '}' or ']' */
void cupel_json_name(cupel_json_out *w, const char *key);                   /* before a value in an object */
void cupel_json_put_number(cupel_json_out *w, double x);
void cupel_json_put_int(cupel_json_out *w, int64_t x);
void cupel_json_put_count(cupel_json_out *w, uint64_t x);
void cupel_json_put_bool(cupel_json_out *w, bool x);
void cupel_json_put_null(cupel_json_out *w);
void cupel_json_put_string(cupel_json_out *w, const char *text);
void cupel_json_put_text(cupel_json_out *w, cupel_text text);               /* escapes; bytes that are not UTF-8 become U+FFFD */
/* A name and its value in an object. */
void cupel_json_add_number(cupel_json_out *w, const char *key, double x);
void cupel_json_add_count(cupel_json_out *w, const char *key, uint64_t x);
void cupel_json_add_bool(cupel_json_out *w, const char *key, bool x);
void cupel_json_add_string(cupel_json_out *w, const char *key, const char *text);

#endif
