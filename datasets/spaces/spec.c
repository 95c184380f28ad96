#include "datasets/spaces/kind.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/keys.h"
#include "core/sys/file.h"

#include <string.h>

cupel_status cupel_spec_element(const cupel_space_spec *spec, const cupel_yaml *node, cupel_text symbol, unsigned *z, cupel_err *err)
{
    unsigned found = cupel_element_find(symbol.p, symbol.n);
    if (!found)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: '%.*s' is no element symbol", spec->file, node->line, (int)(symbol.n < 60 ? symbol.n : 60),
                          symbol.n ? symbol.p : "");
    *z = found;
    return CUPEL_OK;
}

cupel_status cupel_spec_elements(const cupel_space_spec *spec, const cupel_yaml *list, unsigned char z[CUPEL_Z_MAX], unsigned *n, cupel_err *err)
{
    bool seen[CUPEL_Z_MAX + 1] = {false};
    *n = 0;
    if (list->kind == CUPEL_YAML_MAP || (list->kind == CUPEL_YAML_LIST && !list->child))
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: a list of elements is expected, as in [Sn, Ge]", spec->file, list->line);
    for (const cupel_yaml *k = list->kind == CUPEL_YAML_LIST ? list->child : list; k; k = list->kind == CUPEL_YAML_LIST ? k->next : NULL) {
        unsigned one = 0;
        cupel_status st = cupel_spec_element(spec, k, k->kind == CUPEL_YAML_SCALAR ? k->text : cupel_text_of(""), &one, err);
        if (st != CUPEL_OK) return st;
        if (seen[one])
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: %s is listed twice", spec->file, k->line, cupel_element_symbol(one));
        seen[one] = true;
        z[(*n)++] = (unsigned char)one;
    }
    return CUPEL_OK;
}

unsigned cupel_spec_prune(const cupel_space_spec *spec, unsigned char *z, unsigned n)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < n; i++)
        if (spec->allows[z[i]]) z[kept++] = z[i];
    return kept;
}

void cupel_spec_sort(unsigned char *z, unsigned n)
{
    for (unsigned i = 1; i < n; i++)
        for (unsigned j = i; j > 0 && cupel_element_before(z[j], z[j - 1]); j--) {
            unsigned char spare = z[j];
            z[j] = z[j - 1];
            z[j - 1] = spare;
        }
}

cupel_status cupel_spec_path(const cupel_space_spec *spec, const char *key, char **path, cupel_err *err)
{
    const char *name = NULL;
    cupel_status st = cupel_keys_text(spec->map, spec->file, key, &name, err);
    if (st != CUPEL_OK) return st;
    if (strcmp(name, "-") == 0)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: %s: a screen reads its table more than once, so it cannot come from stdin; name a file",
                          spec->file, spec->own->line, key);
    *path = cupel_path_beside(spec->file, name);
    return *path ? CUPEL_OK : cupel_no_memory(err, "a file name", 0);
}

cupel_status cupel_spec_dot(const cupel_space_spec *spec, cupel_dot *dot, cupel_err *err)
{
    static const char *const words[] = {"refuse", "hydrate", "decimal", NULL};
    int i = CUPEL_DOT_REFUSE;
    cupel_status st = cupel_keys_word(spec->map, spec->file, "dot", words, &i, err);
    if (st == CUPEL_OK) *dot = (cupel_dot)i;
    return st;
}
