/* Any bytes are a tree or refused with their place; the tree is sound, and its texts are tried as quantities and units. */
#include "core/base/str.h"
#include "core/io/yaml.h"
#include "core/math/units.h"

#include <assert.h>
#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t walk(const cupel_yaml *node, size_t depth)
{
    size_t nodes = 1, children = 0;
    assert(depth <= 33 && node->line >= 1 && node->column >= 1);
    if (node->kind == CUPEL_YAML_SCALAR) {
        cupel_text unit;
        cupel_unit u;
        double x = 0;
        assert(!node->child && strlen(node->text.p) == node->text.n);
        if (cupel_quantity_parse(node->text, &x, &unit, NULL) == CUPEL_OK) {
            assert(isfinite(x));
            (void)cupel_quantity_in(node->text, "MPa", &x, NULL);
            assert(isfinite(x));
        }
        if (cupel_unit_parse(node->text, &u, NULL) == CUPEL_OK) {
            assert(isfinite(u.scale) && u.scale > 0 && cupel_unit_same_dimension(&u, &u));
            assert(cupel_unit_convert(2, &u, &u) == 2);
        }
    }
    for (const cupel_yaml *c = node->child; c; c = c->next, children++) {
        nodes += walk(c, depth + 1);
        if (node->kind == CUPEL_YAML_MAP && memchr(c->key.p, 0, c->key.n) == NULL) assert(cupel_yaml_get(node, c->key.p) == c);
    }
    assert(children == node->n);
    return nodes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cupel_err err = {0};
    cupel_yaml_doc *doc = NULL;
    cupel_status st = cupel_yaml_read((cupel_text){(const char *)data, size}, "fuzz", &doc, &err);
    if (st == CUPEL_OK) {
        assert(walk(cupel_yaml_root(doc), 0) <= 100000);
    } else {
        assert(st == CUPEL_USAGE && !doc && strncmp(err.message, "fuzz:", 5) == 0);
    }
    cupel_yaml_free(doc);
    return 0;
}
