#include "core/base/err.h"
#include "core/base/guess.h"
#include "core/base/mem.h"
#include "core/engine/demand_parts.h"
#include "core/io/keys.h"
#include "core/math/units.h"
#include "core/matter/elements.h"

#include <math.h>
#include <string.h>

enum { REQUIRE_MAX = 64, ENTRY_KEYS_MAX = 32 };

static const char *const entry_keys[] = {"property", "min", "max", "target", "within", "goal", "beat", "weight", NULL};
static const char *const goal_words[] = {"minimise", "minimize", "maximise", "maximize", NULL};

/* Properties that have no negative values; a window below 0 asks for something else than was meant. */
static const char *const never_negative[] = {"gap", "strength", "modulus", "hardness", "density", "toughness", NULL};

static int goal_of(int word) { return word < 0 ? 0 : word < 2 ? -1 : 1; }

/* `key` as a number in the unit of the property. The same unit word is always understood, also when it is none we know ("HV"). */
static cupel_status quantity(const cupel_demand *d, const cupel_yaml *map, const char *key, const char *unit, double *x, cupel_err *err)
{
    const char *text = NULL;
    cupel_text own;
    double raw;
    cupel_status st = cupel_keys_text(map, d->file, key, &text, err);
    if (st != CUPEL_OK || !text) return st;
    size_t line = cupel_yaml_get(map, key)->line;
    st = cupel_quantity_parse(cupel_text_of(text), &raw, &own, err);
    if (st == CUPEL_OK && own.n && cupel_text_is(own, unit))
        *x = raw;
    else if (st == CUPEL_OK)
        st = cupel_quantity_in(cupel_text_of(text), unit, x, err);
    if (st == CUPEL_OK) return CUPEL_OK;
    if (st == CUPEL_NO_RESOURCE) return st;
    const char *model = NULL; /* that gave the unit */
    for (size_t i = 0; i < d->n_properties; i++)
        if (d->property[i].unit == unit && d->property[i].model_file) model = d->property[i].model_file;
    if (model)
        cupel_err_prefix(err, "%s, %s%s as the model '%s' has it: ", key, *unit ? "in " : "without a unit", unit, model);
    else
        cupel_err_prefix(err, "%s: ", key);
    return cupel_keys_at(d->file, line, err);
}

/* A quantity that is a difference: 20 K are 20 degC, not -253.15. */
static cupel_status difference(const cupel_demand *d, const cupel_yaml *map, const char *key, const char *unit, double *x, cupel_err *err)
{
    double raw;
    cupel_text own;
    cupel_unit from, to;
    cupel_status st = quantity(d, map, key, unit, x, err);
    if (st != CUPEL_OK || !cupel_yaml_get(map, key)) return st;
    st = cupel_quantity_parse(cupel_yaml_get(map, key)->text, &raw, &own, err);
    if (st != CUPEL_OK || cupel_text_is(own, unit)) return st;
    CUPEL_TRY(cupel_unit_parse(own, &from, err));
    CUPEL_TRY(cupel_unit_parse(cupel_text_of(unit), &to, err));
    from.offset = to.offset = 0;
    *x = cupel_unit_convert(raw, &from, &to);
done:
    return st;
}

/* target: 1.34 eV, within: 0.1 eV | 5 %. Without `within` the window has no width, which only a class can meet (checked when trained). */
static cupel_status read_target(const cupel_demand *d, const cupel_yaml *e, const char *unit, cupel_requirement *q, cupel_err *err)
{
    double target = NAN, within = 0, percent;
    const cupel_yaml *w = cupel_yaml_get(e, "within");
    cupel_text word = {0};
    cupel_status st = quantity(d, e, "target", unit, &target, err);
    if (st != CUPEL_OK) return st;
    if (isnan(target)) {
        if (w) return cupel_fail(err, CUPEL_USAGE, "%s:%zu: 'within' needs 'target', as in target: 1.34 eV, within: 0.1 eV", d->file, w->line);
        return CUPEL_OK;
    }
    if (cupel_yaml_get(e, "min") || cupel_yaml_get(e, "max"))
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: give min and max, or target and within, not both", d->file, e->line);
    if (w && w->kind == CUPEL_YAML_SCALAR && strcmp(unit, "%") != 0 && cupel_quantity_parse(w->text, &percent, &word, NULL) == CUPEL_OK &&
        cupel_text_is(word, "%")) {
        within = percent / 100 * fabs(target);
    } else {
        st = difference(d, e, "within", unit, &within, err);
        if (st != CUPEL_OK) return st;
    }
    if (w && within < 0)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: within: a width below 0; give how far from the target is good enough", d->file, w->line);
    q->min = target - within;
    q->max = target + within;
    return CUPEL_OK;
}

static cupel_status check_window(const cupel_demand *d, const cupel_requirement *q, cupel_err *err)
{
    const cupel_demand_property *p = &d->property[q->property];
    if (q->min > q->max)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: window of '%s': min %g is above max %g %s; nothing can meet it: swap them", d->file,
                          q->line, p->name, q->min, q->max, p->unit);
    for (size_t i = 0; never_negative[i]; i++)
        if (q->max < 0 && strstr(p->name, never_negative[i]))
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: window of '%s': max %g %s, but a %s is never negative; give a max above 0", d->file,
                              q->line, p->name, q->max, p->unit, p->name);
    if ((q->goal > 0 && q->beat >= q->max) || (q->goal < 0 && q->beat <= q->min))
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: '%s': beat %g %s leaves nothing of the window %g to %g; give a beat inside, or leave it out",
                          d->file, q->line, p->name, q->beat, p->unit, q->min, q->max);
    if (q->min == -HUGE_VAL && q->max == HUGE_VAL && !q->goal)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: '%s' asks for nothing: give min, max, target with within, or goal: maximise | minimise",
                          d->file, q->line, p->name);
    return CUPEL_OK;
}

static cupel_status find_property(const cupel_demand *d, const cupel_yaml *e, size_t *property, cupel_err *err)
{
    const char *name = NULL;
    cupel_str all = {0};
    cupel_status st = cupel_keys_text(e, d->file, "property", &name, err);
    if (st != CUPEL_OK) return st;
    cupel_guess guess = {.meant = name};
    for (size_t i = 0; i < d->n_properties; i++) {
        if (strcmp(d->property[i].name, name) == 0) {
            cupel_str_free(&all);
            *property = i;
            return CUPEL_OK;
        }
        cupel_str_addf(&all, "%s'%s'", i ? ", " : "", d->property[i].name);
        cupel_guess_offer(&guess, d->property[i].name);
    }
    if (guess.best) cupel_str_addf(&all, "; did you mean '%s'?", guess.best);
    st = cupel_fail(err, CUPEL_USAGE, "%s:%zu: nothing predicts the property '%.60s'; data and model give %s", d->file,
                    cupel_yaml_get(e, "property")->line, name, cupel_str_text(&all));
    cupel_str_free(&all);
    return st;
}

static cupel_status read_requirement(cupel_demand *d, const cupel_yaml *e, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_requirement q = {.min = -HUGE_VAL, .max = HUGE_VAL, .beat = NAN, .weight = 1, .line = e->line};
    int goal = -1;
    CUPEL_TRY(cupel_keys_check(e, d->file, "an entry of 'require' for a property", entry_keys, err));
    CUPEL_TRY(find_property(d, e, &q.property, err));
    for (size_t i = 0; i < d->n_requirements; i++)
        if (d->requirement[i].property == q.property)
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: '%s' is required already in line %zu; put min, max and goal in one entry", d->file,
                              e->line, d->property[q.property].name, d->requirement[i].line);
    const char *unit = d->property[q.property].unit;
    CUPEL_TRY(quantity(d, e, "min", unit, &q.min, err));
    CUPEL_TRY(quantity(d, e, "max", unit, &q.max, err));
    CUPEL_TRY(read_target(d, e, unit, &q, err));
    CUPEL_TRY(cupel_keys_word(e, d->file, "goal", goal_words, &goal, err));
    CUPEL_TRY(quantity(d, e, "beat", unit, &q.beat, err));
    CUPEL_TRY(cupel_keys_number(e, d->file, "weight", 1e-6, 1e6, &q.weight, err));
    q.goal = goal_of(goal);
    if (q.goal && !d->property[q.property].has_data && !d->property[q.property].model)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: '%s': a goal is judged by the range of measured values; give data or a model of it, or a window "
                                            "in place of the goal, as in min: 100 %s", d->file, e->line, d->property[q.property].name, unit);
    q.beat_given = !isnan(q.beat);
    if (q.beat_given && !q.goal)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: 'beat' needs a goal, as in goal: maximise, beat: %g %s", d->file, e->line, q.beat, unit);
    CUPEL_TRY(check_window(d, &q, err));
    d->requirement[d->n_requirements++] = q;
done:
    return st;
}

/* An entry as the flat keys that a constraint reads: lists joined by commas, the keys of an inner mapping behind its own. */
typedef struct flat {
    cupel_key_value key[ENTRY_KEYS_MAX];
    size_t n;
} flat;

static cupel_status flatten(cupel_demand *d, const cupel_yaml *map, bool inner, flat *f, cupel_err *err)
{
    for (const cupel_yaml *k = map->child; k; k = k->next) {
        if (cupel_text_is(k->key, "goal") || cupel_text_is(k->key, "weight")) continue;
        if (f->n == ENTRY_KEYS_MAX)
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: more than %d keys in one entry", d->file, k->line, ENTRY_KEYS_MAX);
        cupel_key_value *kv = &f->key[f->n++];
        *kv = (cupel_key_value){.key = k->key, .value = k->kind == CUPEL_YAML_SCALAR ? k->text : (cupel_text){"", 0}, .line = k->line};
        if (k->kind == CUPEL_YAML_MAP && inner) return cupel_fail(err, CUPEL_USAGE, "%s:%zu: a mapping is not expected here", d->file, k->line);
        if (k->kind == CUPEL_YAML_MAP) {
            cupel_status st = flatten(d, k, true, f, err);
            if (st != CUPEL_OK) return st;
        }
        if (k->kind != CUPEL_YAML_LIST) continue;
        cupel_str s = {0};
        for (const cupel_yaml *i = k->child; i; i = i->next) {
            if (i->kind != CUPEL_YAML_SCALAR) {
                cupel_str_free(&s);
                return cupel_fail(err, CUPEL_USAGE, "%s:%zu: expected a list of words", d->file, i->line);
            }
            cupel_str_addf(&s, "%s%.*s", s.n ? "," : "", (int)i->text.n, i->text.p);
        }
        char *joined = s.failed ? NULL : cupel_arena_text(&d->arena, cupel_str_text(&s), s.n);
        kv->value = (cupel_text){joined, s.n};
        cupel_str_free(&s);
        if (!joined) return cupel_no_memory(err, "a list", 0);
    }
    return CUPEL_OK;
}

/* A goal on a figure needs its limit: what the figure is measured against. */
static cupel_status read_figure_goal(cupel_demand *d, const cupel_yaml *e, const flat *f, cupel_demand_constraint *c, cupel_err *err)
{
    int goal = -1;
    const char *column = cupel_constraint_column(c->c), *open = strrchr(column, '[');
    cupel_status st = cupel_keys_word(e, d->file, "goal", goal_words, &goal, err);
    if (st == CUPEL_OK) st = cupel_keys_number(e, d->file, "weight", 1e-6, 1e6, &c->weight, err);
    c->goal = goal_of(goal);
    if (st != CUPEL_OK || !c->goal) return st;
    const char *key = c->goal < 0 ? "max" : "min";
    char unit[64] = "";
    if (open && strlen(open) < sizeof unit) {
        memcpy(unit, open + 1, strlen(open) - 1);
        unit[strcspn(unit, "]")] = '\0';
    }
    for (size_t i = 0; i < f->n; i++) {
        if (!cupel_text_is(f->key[i].key, key)) continue;
        st = cupel_quantity_in(f->key[i].value, unit, &c->limit, err);
        if (st != CUPEL_OK) return cupel_keys_at(d->file, f->key[i].line, err);
    }
    if (!column[0] || !(c->limit > 0))
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: '%s': a goal to %s needs a figure with a %s above 0, as in %s: 20 USD/kg", d->file,
                          e->line, cupel_constraint_name(c->c), c->goal < 0 ? "minimise" : "maximise", key, key);
    return CUPEL_OK;
}

static cupel_status read_constraint(cupel_demand *d, const cupel_yaml *e, cupel_err *err)
{
    flat f = {.n = 0};
    cupel_demand_constraint *c = &d->constraint[d->n_constraints];
    *c = (cupel_demand_constraint){.limit = NAN, .weight = 1, .line = e->line};
    cupel_status st = flatten(d, e, false, &f, err);
    if (st != CUPEL_OK) return st;
    st = cupel_constraint_new(f.key, f.n, d->file, &c->c, err);
    if (st != CUPEL_OK) return st;
    d->n_constraints++;
    for (size_t i = 0; i + 1 < d->n_constraints; i++)
        if (strcmp(cupel_constraint_name(d->constraint[i].c), cupel_constraint_name(c->c)) == 0)
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: '%s' is required already in line %zu; keep one", d->file, e->line,
                              cupel_constraint_name(c->c), d->constraint[i].line);
    return read_figure_goal(d, e, &f, c, err);
}

static cupel_status unknown_entry(const cupel_demand *d, const cupel_yaml *e, cupel_err *err)
{
    const char *known[REQUIRE_MAX] = {"property"}, *near = NULL;
    cupel_str all = {0};
    size_t n = 1;
    for (size_t i = 0; n + 1 < REQUIRE_MAX && cupel_constraint_method(i); i++) known[n++] = cupel_constraint_method(i)->name;
    for (size_t i = 0; i < n; i++) cupel_str_addf(&all, "%s%s", i ? ", " : "", known[i]);
    for (const cupel_yaml *k = e->child; k && !near; k = k->next) near = cupel_nearest_word(k->key, known);
    cupel_fail(err, CUPEL_USAGE, "%s:%zu: an entry of 'require' begins with one of: %s%s%s%s", d->file, e->line, cupel_str_text(&all),
               near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    cupel_str_free(&all);
    return CUPEL_USAGE;
}

static cupel_status read_entry(cupel_demand *d, const cupel_yaml *e, cupel_err *err)
{
    if (e->kind != CUPEL_YAML_MAP)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: an entry of 'require' is a mapping, as in {property: band gap, min: 1.1 eV}", d->file,
                          e->line);
    if (cupel_yaml_get(e, "property")) return read_requirement(d, e, err);
    for (const cupel_yaml *k = e->child; k; k = k->next)
        if (cupel_constraint_is_key(k->key)) return read_constraint(d, e, err);
    return unknown_entry(d, e, err);
}

/* An element that one entry requires and another rules out: no candidate could pass. */
static cupel_status check_elements(const cupel_demand *d, cupel_err *err)
{
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++)
        for (size_t i = 0; i < d->n_constraints; i++)
            for (size_t j = 0; j < d->n_constraints; j++) {
                const cupel_demand_constraint *a = &d->constraint[i], *b = &d->constraint[j];
                if (!cupel_constraint_requires(a->c, z) || cupel_constraint_allows(b->c, z)) continue;
                return cupel_fail(err, CUPEL_INFEASIBLE, "%s:%zu: %s is required, but '%s' in line %zu rules it out; change one of them", d->file,
                                  a->line, cupel_element_symbol(z), cupel_constraint_name(b->c), b->line);
            }
    return CUPEL_OK;
}

/* How much work a constraint is: lists of elements, sums over elements, oxidation states. */
static int cost(const cupel_demand_constraint *c)
{
    const char *name = cupel_constraint_name(c->c);
    if (strstr(name, "charge")) return 2;
    return cupel_constraint_column(c->c)[0] ? 1 : 0;
}

static void cheap_first(cupel_demand *d)
{
    for (size_t i = 1; i < d->n_constraints; i++) {
        cupel_demand_constraint c = d->constraint[i];
        size_t j = i;
        for (; j && cost(&d->constraint[j - 1]) > cost(&c); j--) d->constraint[j] = d->constraint[j - 1];
        d->constraint[j] = c;
    }
}

cupel_status cupel_demand_require(cupel_demand *d, const cupel_yaml *list, cupel_err *err)
{
    if (!list || list->kind != CUPEL_YAML_LIST || !list->n || list->n > REQUIRE_MAX)
        return cupel_fail(err, CUPEL_USAGE,
                          "%s:%zu: 'require' must be a list of 1 to %d entries, as in - {property: band gap, min: 1.1 eV, max: 1.6 eV}",
                          d->file, list ? list->line : 1, REQUIRE_MAX);
    d->requirement = cupel_alloc(list->n, sizeof *d->requirement);
    d->constraint = cupel_alloc(list->n, sizeof *d->constraint);
    if (!d->requirement || !d->constraint) return cupel_no_memory(err, "requirements", 0);
    for (const cupel_yaml *e = list->child; e; e = e->next) {
        cupel_status st = read_entry(d, e, err);
        if (st != CUPEL_OK) return st;
    }
    if (!d->n_requirements)
        return cupel_fail(err, CUPEL_USAGE,
                          "%s:%zu: 'require' asks for no property, so nothing can be ranked; add an entry such as {property: %s, min: ...}",
                          d->file, list->line, d->property[0].name);
    cupel_status st = check_elements(d, err);
    if (st != CUPEL_OK) return st;
    cheap_first(d);
    size_t m = cupel_demand_objectives(d);
    if (d->by == CUPEL_BY_PARETO && (m < 2 || m > CUPEL_OBJECTIVES_MAX))
        return cupel_fail(err, CUPEL_USAGE,
                          "%s:%zu: a Pareto ranking takes 2 to %d windows and goals, here are %zu; rank by probability or weights", d->file,
                          list->line, CUPEL_OBJECTIVES_MAX, m);
    return CUPEL_OK;
}
