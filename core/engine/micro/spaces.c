#include "core/engine/micro/spaces.h"

#include "core/base/err.h"
#include "core/engine/micro/space.h"
#include "core/io/keys.h"
#include "datasets/spaces/micro/list.h"

#include <math.h>
#include <string.h>

/* Ranges of parameters that a bare name leaves open, by how their names begin; others keep their default. The middle of a range is where a search
 * begins: isotropic. Edges and axes may differ by 1.9 and 3 times; waves are well resolved on 32 voxels. */
static const struct {
    const char *prefix;
    double low, high;
} sensible[] = {{"fraction", 0.02, 0.98}, {"stretch", 0.7, 1.3}, {"aspect", 0.5, 1.5}, {"wavelength", 0.25, 0.6}, {"bandwidth", 0.08, 0.4},
                {"metric", -2, 2},        {"y2_", -6, 6},        {"y4_", -6, 6},       {"centre", -1, 1},         {"cone", 10, 90},
                {"layer", 0.01, 0.95},    {"node", 1, 2},        {"height", 0.55, 0.85}};

static bool range_of(const cupel_param *p, double *low, double *high)
{
    if ((p->unit && strcmp(p->unit, "count") == 0) || isnan(p->value)) return false; /* stays, or another parameter says the same */
    for (size_t i = 0; i < sizeof sensible / sizeof *sensible; i++) {
        if (strncmp(p->name, sensible[i].prefix, strlen(sensible[i].prefix)) != 0) continue;
        *low = fmax(sensible[i].low, p->min), *high = fmin(sensible[i].high, p->max);
        return *low < *high;
    }
    return false;
}

/* The largest value up to `high` that the generator takes beside its defaults: each lattice of spheres ends where these touch. */
static double largest(const cupel_generator *g, size_t place, double low, double high)
{
    cupel_recipe r = {.generator = g};
    for (size_t i = 0; g->method.params[i].name; i++) r.value[i] = g->method.params[i].value;
    r.value[place] = high;
    if (!g->check || g->check(&r, NULL) == CUPEL_OK) return high;
    for (int i = 0; i < 20; i++) {
        const double middle = (low + high) / 2;
        r.value[place] = middle;
        if (g->check(&r, NULL) == CUPEL_OK)
            low = middle;
        else
            high = middle;
    }
    return 0.999 * low; /* four digits of it are written */
}

static bool is_built_in(const cupel_generator *g)
{
    const char *name = g->method.name;
    return strcmp(name, "gaussian") == 0 || strcmp(name, "nodal_surface") == 0 || strcmp(name, "skeleton") == 0;
}

static bool has_sheet(const cupel_generator *g)
{
    for (size_t i = 0; g->method.params[i].name; i++)
        if (strcmp(g->method.params[i].name, "sheet") == 0) return true;
    return false;
}

/* "- {generator: gyroid, fraction: 0.02..0.98, ..., sheet: 1}" */
static void put_map(const cupel_generator *g, bool sheet, cupel_str *text)
{
    const cupel_param *p = g->method.params;
    double low, high;
    cupel_str_addf(text, "- {generator: %s", g->method.name);
    if (sheet) cupel_str_puts(text, ", sheet: 1");
    for (size_t i = 0; p[i].name; i++)
        if (range_of(&p[i], &low, &high)) cupel_str_addf(text, ", %s: %.4g..%.4g", p[i].name, low, largest(g, i, low, high));
    cupel_str_puts(text, "}\n");
}

typedef struct reading {
    cupel_micro_demand *d;
    cupel_str text;                    /* the maps of bare names, a list in YAML */
    bool bare[CUPEL_SPACES_MAX];       /* which entries wait for theirs */
} reading;

static cupel_status add(reading *r, const char *name, size_t line, const cupel_yaml *map, bool bare, cupel_err *err)
{
    cupel_micro_demand *d = r->d;
    if (d->n_listed == CUPEL_SPACES_MAX)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: more than %d spaces", d->file, line, CUPEL_SPACES_MAX);
    r->bare[d->n_listed] = bare;
    d->listed[d->n_listed++] = (cupel_micro_listed){.name = name, .line = line, .map = map};
    return CUPEL_OK;
}

static cupel_status add_named(reading *r, const cupel_generator *g, size_t line, cupel_err *err)
{
    const bool own = is_built_in(g);
    cupel_status st = add(r, g->method.name, line, NULL, !own, err);
    if (st == CUPEL_OK && !own) put_map(g, false, &r->text);
    if (st != CUPEL_OK || !has_sheet(g)) return st;
    cupel_str name = {0};
    cupel_str_addf(&name, "%s, sheet 1", g->method.name);
    const char *kept = name.failed ? NULL : cupel_arena_text(&r->d->arena, name.p, name.n);
    cupel_str_free(&name);
    if (!kept) return cupel_no_memory(err, "a space", 0);
    put_map(g, true, &r->text);
    return add(r, kept, line, NULL, true, err);
}

static bool is_of_all(const cupel_generator *g) { return g->smooth && g->n_phases == 2; }

static cupel_status add_all(reading *r, size_t line, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    if (r->d->n_phases != 2)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: all is of two phases, the demand has %zu; name where to look, as in {generator: "
                          "plurigaussian, ...}", r->d->file, line, r->d->n_phases);
    for (size_t i = 0; cupel_generators[i] && st == CUPEL_OK; i++)
        if (is_of_all(cupel_generators[i])) st = add_named(r, cupel_generators[i], line, err);
    return st;
}

static cupel_status add_bare(reading *r, const cupel_yaml *node, cupel_err *err)
{
    const cupel_micro_demand *d = r->d;
    cupel_recipe recipe;
    cupel_str name = {0};
    cupel_status st = cupel_micro_space_generator(d, node, true, err);
    if (st != CUPEL_OK) return st;
    cupel_str_add(&name, node->text.p, node->text.n);
    st = cupel_recipe_of_text(cupel_str_text(&name), &recipe, err);
    cupel_str_free(&name);
    if (st != CUPEL_OK) return st == CUPEL_NO_RESOURCE ? st : cupel_keys_at(d->file, node->line, err);
    if (!cupel_text_is(node->text, recipe.generator->method.name))
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: '%.*s' is one structure; give ranges, as in {generator: %s, fraction: 0.1..0.6}", d->file,
                          node->line, cupel_shown(node->text.n, 60), node->text.p, recipe.generator->method.name);
    if (!recipe.generator->smooth)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: generator '%s' does not change smoothly with its parameters: it can be run, not designed with; "
                                            "'cupel methods' says which are smooth", d->file, node->line, recipe.generator->method.name);
    if (!is_of_all(recipe.generator) || d->n_phases != 2)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: a name alone is for generators and demands of two phases; for '%s' give ranges, as in "
                                            "{generator: %s, fraction: 0.1..0.4%s}", d->file, node->line, recipe.generator->method.name,
                          recipe.generator->method.name, recipe.generator->n_phases == 3 ? ", fraction2: 0.1..0.4" : "");
    return add_named(r, recipe.generator, node->line, err);
}

/* "gyroid, sheet 1": the generator and what is fixed. NULL: no memory. */
static const char *name_of(cupel_micro_demand *d, const cupel_yaml *map, const cupel_yaml *generator)
{
    cupel_str s = {0};
    cupel_str_add(&s, generator->text.p, generator->text.n);
    for (const cupel_yaml *k = map->child; k; k = k->next)
        if (k != generator && k->kind == CUPEL_YAML_SCALAR && !strstr(k->text.p, ".."))
            cupel_str_addf(&s, ", %.*s %.*s", (int)k->key.n, k->key.p, (int)k->text.n, k->text.p);
    const char *name = s.failed ? NULL : cupel_arena_text(&d->arena, s.p, s.n);
    cupel_str_free(&s);
    return name;
}

static bool is_all(const cupel_yaml *node) { return node->kind == CUPEL_YAML_SCALAR && cupel_text_is(node->text, "all"); }

static cupel_status add_entry(reading *r, const cupel_yaml *node, cupel_err *err)
{
    const cupel_yaml *g = cupel_yaml_get(node, "generator");
    if (is_all(node))
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: 'all' stands alone, as in space: all; or name each space", r->d->file, node->line);
    if (node->kind == CUPEL_YAML_SCALAR) return add_bare(r, node, err);
    if (node->kind != CUPEL_YAML_MAP || !g || g->kind != CUPEL_YAML_SCALAR)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: an entry is the name of a generator, or ranges of one, as in {generator: gyroid, "
                                            "fraction: 0.1..0.6}; 'cupel methods generator' lists them", r->d->file, node->line);
    cupel_status st = cupel_micro_space_generator(r->d, g, true, err);
    if (st != CUPEL_OK) return st;
    const char *name = name_of(r->d, node, g);
    return name ? add(r, name, node->line, node, false, err) : cupel_no_memory(err, "a space", 0);
}

/* The maps of bare names, in their order. */
static cupel_status place_maps(reading *r, cupel_err *err)
{
    cupel_micro_demand *d = r->d;
    if (r->text.failed) return cupel_no_memory(err, "a space", 0);
    if (!r->text.n) return CUPEL_OK;
    cupel_status st = cupel_yaml_read((cupel_text){r->text.p, r->text.n}, d->file, &d->listed_doc, err);
    if (st != CUPEL_OK) return st;
    const cupel_yaml *map = cupel_yaml_root(d->listed_doc)->child;
    for (size_t i = 0; i < d->n_listed; i++)
        if (r->bare[i]) d->listed[i].map = map, map = map->next;
    return CUPEL_OK;
}

cupel_status cupel_micro_spaces_read(cupel_micro_demand *d, cupel_err *err)
{
    const cupel_yaml *space = d->space;
    reading r = {.d = d};
    cupel_status st = CUPEL_OK;
    if (!space || space->kind == CUPEL_YAML_MAP) return CUPEL_OK;
    if (space->kind == CUPEL_YAML_LIST && !space->n)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: the list is empty; name generators, or leave 'space' out", d->file, space->line);
    const bool list = space->kind == CUPEL_YAML_LIST, all = is_all(space) || (list && space->n == 1 && is_all(space->child));
    if (all)
        st = add_all(&r, space->line, err);
    else if (!list)
        st = add_bare(&r, space, err);
    for (const cupel_yaml *k = list && !all ? space->child : NULL; k && st == CUPEL_OK; k = k->next) st = add_entry(&r, k, err);
    if (st == CUPEL_OK) st = place_maps(&r, err);
    cupel_str_free(&r.text);
    return st;
}

bool cupel_micro_space_of(const cupel_micro_demand *d, const char *generator)
{
    const cupel_yaml *g = d->space ? cupel_yaml_get(d->space, "generator") : NULL;
    const size_t n = strlen(generator);
    if (g) return g->kind == CUPEL_YAML_SCALAR && cupel_text_is(g->text, generator);
    for (size_t i = 0; i < d->n_listed; i++) /* their names end there, or go on with a comma */
        if (strncmp(d->listed[i].name, generator, n) == 0 && strchr(",", d->listed[i].name[n])) return true;
    return false;
}

void cupel_micro_spaces_words(const cupel_micro_demand *d, cupel_str *out)
{
    cupel_str_addf(out, "Looked for in %zu space%s, which compete:\n", d->n_listed, d->n_listed == 1 ? "" : "s");
    for (size_t i = 0; i < d->n_listed; i++) {
        cupel_micro_demand one = *d;
        cupel_micro_space s;
        one.space = d->listed[i].map;
        cupel_str_puts(out, "- ");
        if (one.space && cupel_micro_space_read(&one, &s, NULL) == CUPEL_OK)
            cupel_micro_space_words(&s, out);
        else
            cupel_str_puts(out, d->listed[i].name);
        cupel_str_putc(out, '\n');
    }
}
