/* Which conduction a demand is about: heat, charge, a dielectric, diffusion or magnetism have one equation, and one tensor each. */
#include "core/base/err.h"
#include "core/engine/micro/demand_parts.h"

#include <string.h>

const cupel_conduction *cupel_micro_conduction_named(cupel_text word)
{
    for (size_t i = 0; i < CUPEL_CONDUCTIONS; i++)
        if (cupel_text_is(word, cupel_conductions[i].name) || cupel_text_is(word, cupel_conductions[i].also)) return &cupel_conductions[i];
    return NULL;
}

/* Of a phase, whether it carries a property of `c`. */
static bool carries(const cupel_yaml *phase, const cupel_conduction *c)
{
    cupel_text rest;
    if (phase->kind != CUPEL_YAML_MAP) return false;
    for (const cupel_yaml *k = phase->child; k; k = k->next)
        if (cupel_conduction_of_key(k->key, &rest) == c) return true;
    return false;
}

static bool any_carries(const cupel_yaml *root, const cupel_conduction *c)
{
    const cupel_yaml *phases = cupel_yaml_get(root, "phases");
    for (const cupel_yaml *p = phases && phases->kind == CUPEL_YAML_LIST ? phases->child : NULL; p; p = p->next)
        if (carries(p, c)) return true;
    return false;
}

/* The first that phases carry, in the order of the list: heat first. */
static const cupel_conduction *carried(const cupel_yaml *root)
{
    for (size_t i = 0; i < CUPEL_CONDUCTIONS; i++)
        if (any_carries(root, &cupel_conductions[i])) return &cupel_conductions[i];
    return &cupel_conductions[0];
}

cupel_status cupel_micro_conduction(cupel_micro_reader *r, const cupel_yaml *root, cupel_err *err)
{
    const cupel_yaml *require = cupel_yaml_get(root, "require");
    const cupel_conduction *asked = NULL;
    size_t line = 0;
    for (const cupel_yaml *e = require && require->kind == CUPEL_YAML_LIST ? require->child : NULL; e; e = e->next) {
        const cupel_yaml *node = e->kind == CUPEL_YAML_MAP ? cupel_yaml_get(e, "property") : NULL;
        const cupel_conduction *c = node && node->kind == CUPEL_YAML_SCALAR ? cupel_micro_conduction_named(node->text) : NULL;
        if (c && c == &cupel_conductions[0] && !any_carries(root, c) && cupel_text_is(node->text, c->name)) c = carried(root);
        if (!c) continue;
        if (asked && c != asked)
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: '%s' here and '%s' in line %zu are two tensors of one equation, of which a demand has one: "
                              "ask for one of them, and verify the other of the design by cupel homogenize --property %s", r->d->file, e->line,
                              c->name, asked->name, line, c->property);
        asked = c;
        line = e->line;
    }
    r->conduction = r->d->conduction = asked ? asked : carried(root);
    return CUPEL_OK;
}
