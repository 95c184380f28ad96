/* YAML for demand files: a plain tree of mappings, lists and scalars with line numbers. Anchors, aliases, tags, several documents,
 * duplicate keys, nesting beyond 32, more than 1 MB or 100,000 nodes are refused with the line (CUPEL_USAGE). Scalars stay text: 010 is "010". */
#ifndef CUPEL_IO_YAML_H
#define CUPEL_IO_YAML_H

#include "core/base/str.h"
#include "core/cupel.h"

typedef enum cupel_yaml_kind { CUPEL_YAML_SCALAR, CUPEL_YAML_LIST, CUPEL_YAML_MAP } cupel_yaml_kind;

typedef struct cupel_yaml {
    cupel_yaml_kind kind;
    size_t line, column;        /* from 1 */
    cupel_text key;             /* in a mapping: the key of this node */
    size_t key_line;
    cupel_text text;            /* of a scalar; ended by 0 too */
    bool quoted;                /* a scalar written in quotes */
    struct cupel_yaml *child;   /* first child */
    struct cupel_yaml *next;    /* next sibling */
    size_t n;                   /* children */
} cupel_yaml;

typedef struct cupel_yaml_doc cupel_yaml_doc;

cupel_status cupel_yaml_read(cupel_text text, const char *name, cupel_yaml_doc **doc, cupel_err *err);
cupel_status cupel_yaml_open(const char *path, cupel_yaml_doc **doc, cupel_err *err); /* "-" is stdin */
const cupel_yaml *cupel_yaml_root(const cupel_yaml_doc *doc);
const char *cupel_yaml_name(const cupel_yaml_doc *doc);
void cupel_yaml_free(cupel_yaml_doc *doc);

const cupel_yaml *cupel_yaml_get(const cupel_yaml *map, const char *key); /* NULL when it is not there or map is no mapping */

#endif
