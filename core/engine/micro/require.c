#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/likeness.h"
#include "core/engine/micro/demand_parts.h"
#include "core/io/keys.h"
#include "core/math/units.h"
#include "core/sys/file.h"

#include <math.h>
#include <string.h>

static const char *const entry_keys[] = {"property", "component", "invariant", "orientation", "direction", "phase", "axis", "target", "within",
                                         "convention", "on", "min", "max", "unit", "goal", "weight", "per", "like", NULL};
static const char *const goal_words[] = {"minimise", "minimize", "maximise", "maximize", NULL};
static const char *const on_words[] = {"limit", "grid", NULL};
static const char *const direction_words[] = {"softest", "stiffest", NULL};

static const struct {
    const char *name, *also;
    cupel_unit_family family;
    size_t order; /* of the tensor, 0: a number */
    enum { NO_PHASE, WITH_PHASE, ANY_PHASE } phase; /* any: it may be left out when there are two */
} kinds[CUPEL_ASK_KINDS] = {
    {"conductivity", "conduction", CUPEL_OF_K, 3, NO_PHASE},
    {"stiffness", "elasticity", CUPEL_OF_C, 6, NO_PHASE},
    {"expansion", "thermal expansion", CUPEL_OF_ALPHA, 6, NO_PHASE},
    {"young modulus", "Young's modulus", CUPEL_OF_C, 0, NO_PHASE},
    {"bulk modulus", "bulk", CUPEL_OF_C, 0, NO_PHASE},
    {"shear modulus", "shear", CUPEL_OF_C, 0, NO_PHASE},
    {"poisson ratio", "Poisson's ratio", CUPEL_OF_NONE, 0, NO_PHASE},
    {"anisotropy", "anisotropy index", CUPEL_OF_NONE, 0, NO_PHASE},
    {"volume fraction", "fraction", CUPEL_OF_NONE, 0, WITH_PHASE},
    {"density", "mass density", CUPEL_OF_DENSITY, 0, NO_PHASE},
    {"price", "cost", CUPEL_OF_PRICE, 0, NO_PHASE},
    {"surface per volume", "specific surface", CUPEL_OF_PER_LENGTH, 0, ANY_PHASE},
    {"mean chord", "chord length", CUPEL_OF_LENGTH, 0, WITH_PHASE},
    {"connected fraction", "connected", CUPEL_OF_NONE, 0, WITH_PHASE},
    {"percolating fraction", "percolation", CUPEL_OF_NONE, 0, WITH_PHASE},
    {"euler number", "euler", CUPEL_OF_NONE, 0, WITH_PHASE},
    {"feature size", "minimum feature", CUPEL_OF_LENGTH, 0, WITH_PHASE},
    {"two-point", "two-point function", CUPEL_OF_NONE, 0, WITH_PHASE}};

/* What is often wanted by a name that a demand does not have, in its words; NULL: nothing like that. */
static const char *instead_of(cupel_text word)
{
    static const char *const other[][2] = {
        {"relative density", "volume fraction of the solid: {property: volume fraction, phase: solid, max: 0.3}"},
        {"elastic modulus", "young modulus, direction: [0, 0, 1], or without one"},
        {"specific stiffness", "young modulus, per: density"},
        {"specific modulus", "young modulus, per: density"},
        {"price per volume", "price, per: volume"},
        {"cost per volume", "price, per: volume"},
        {"mass", "density"},
        {"weight", "density"},
        {"resistivity", "electrical conductivity, with sigma of the phases: 1 / resistivity"},
        {"electrical resistivity", "electrical conductivity, with sigma of the phases: 1 / resistivity"},
        {"thermal expansion coefficient", "expansion"},
        {"strength", "a stiffness or modulus: what it bears before it breaks is nothing that a demand has"},
        {"porosity", "volume fraction with the pore as its phase: {property: volume fraction, phase: pore, min: 0.3}"},
        {"tortuosity", "conductivity, component: 11: it is fraction of the pore x its k / conductivity"},
        {"permeability", "magnetic permeability, with mu_r of the phases; how a fluid flows through pores is nothing that a demand has"},
        {"dielectric constant", "permittivity, with eps of the phases"}};
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        if (cupel_text_is(word, other[i][0])) return other[i][1];
    return NULL;
}

static cupel_status find_kind(const cupel_micro_demand *d, const cupel_yaml *e, cupel_ask_kind *kind, cupel_err *err)
{
    const cupel_yaml *node = cupel_yaml_get(e, "property");
    const char *words[CUPEL_ASK_KINDS + CUPEL_CONDUCTIONS + 1] = {NULL};
    cupel_str all = {0};
    if (!node || node->kind != CUPEL_YAML_SCALAR)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: an entry of 'require' names a property, as in {property: conductivity, ...}", d->file, e->line);
    for (size_t i = 0; i < CUPEL_ASK_KINDS; i++) {
        words[i] = kinds[i].name;
        cupel_str_addf(&all, "%s%s", i ? ", " : "", kinds[i].name);
        const bool conducts = i == CUPEL_ASK_CONDUCTIVITY && cupel_micro_conduction_named(node->text);
        if (!conducts && !cupel_text_is(node->text, kinds[i].name) && !cupel_text_is(node->text, kinds[i].also)) continue;
        *kind = (cupel_ask_kind)i;
        cupel_str_free(&all);
        return CUPEL_OK;
    }
    for (size_t i = 1; i < CUPEL_CONDUCTIONS; i++) {
        words[CUPEL_ASK_KINDS + i - 1] = cupel_conductions[i].name;
        cupel_str_addf(&all, ", %s", cupel_conductions[i].name);
    }
    words[CUPEL_ASK_KINDS + CUPEL_CONDUCTIONS - 1] = "thermal conductivity"; /* what conductivity is without another word */
    const char *instead = instead_of(node->text);
    if (instead) {
        cupel_str_free(&all);
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: '%.*s' is no property of a demand; ask for %s", d->file, node->line, (int)node->text.n,
                          node->text.p, instead);
    }
    const char *near = cupel_nearest_word(node->text, words);
    cupel_fail(err, CUPEL_USAGE, "%s:%zu: unknown property '%.*s'; %s%s%sproperties of microstructures are: %s", d->file, node->line,
               cupel_shown(node->text.n, 60), node->text.p, near ? "did you mean '" : "", near ? near : "", near ? "'? " : "",
               cupel_str_text(&all));
    cupel_str_free(&all);
    return CUPEL_USAGE;
}

/* ---- numbers ---- */

cupel_status cupel_micro_share(const cupel_micro_demand *d, const cupel_yaml *node, const char *key, const char *of, double *share, cupel_err *err)
{
    cupel_text unit = {0};
    double x = 0;
    cupel_status st = node->kind == CUPEL_YAML_SCALAR ? cupel_quantity_parse(node->text, &x, &unit, err)
                                                      : cupel_fail(err, CUPEL_USAGE, "expected a share, as in %s: 1.5 %%", key);
    if (st == CUPEL_OK && unit.n && !cupel_text_is(unit, "%"))
        st = cupel_fail(err, CUPEL_USAGE, "%s: '%.*s' is no share of %s; give it in %%, as in 1.5 %%", key, (int)node->text.n, node->text.p, of);
    if (st == CUPEL_OK && (x < 0 || (unit.n ? x / 100 : x) > 1)) st = cupel_fail(err, CUPEL_USAGE, "%s: expected 0 to 100 %%", key);
    if (st == CUPEL_NO_RESOURCE) return st;
    if (st != CUPEL_OK) return cupel_keys_at(d->file, node->line, err);
    *share = unit.n ? x / 100 : x;
    return CUPEL_OK;
}

cupel_status cupel_micro_within(const cupel_micro_demand *d, const cupel_yaml *e, double *within, cupel_err *err)
{
    const cupel_yaml *w = cupel_yaml_get(e, "within");
    *within = 0.01;
    return w ? cupel_micro_share(d, w, "within", "the target", within, err) : CUPEL_OK;
}

static cupel_status read_direction(const cupel_micro_demand *d, const cupel_yaml *e, cupel_ask *a, cupel_err *err)
{
    const cupel_yaml *node = cupel_yaml_get(e, "direction"), *one = node ? node->child : NULL;
    double length = 0;
    if (!node) return CUPEL_OK;
    if (a->kind == CUPEL_ASK_POISSON || a->kind == CUPEL_ASK_SHEAR)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: 'direction' is for young modulus only; '%s' takes two axes, as in component: 12, or "
                          "nothing, for that of the mean (Hill) over all orientations", d->file, node->line, kinds[a->kind].name);
    if (a->kind != CUPEL_ASK_YOUNG) return cupel_fail(err, CUPEL_USAGE, "%s:%zu: 'direction' is for young modulus only", d->file, node->line);
    if (node->kind == CUPEL_YAML_SCALAR && node->text.n == 1 && strchr("123xyz", node->text.p[0]))
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: direction: a vector, as in [0, 0, 1] for axis 3; or softest, stiffest", d->file, node->line);
    if (node->kind == CUPEL_YAML_SCALAR) {
        int word = 0;
        const cupel_status st = cupel_keys_word(e, d->file, "direction", direction_words, &word, err);
        a->extreme = word ? -1 : 1;
        return st;
    }
    if (node->kind != CUPEL_YAML_LIST || node->n != 3)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: direction: expected three numbers, as in [0, 0, 1], or softest or stiffest", d->file,
                          node->line);
    for (size_t i = 0; i < 3; i++, one = one->next)
        if (one->kind != CUPEL_YAML_SCALAR || !cupel_parse_double(one->text, &a->direction[i]))
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: direction: expected three numbers, as in [0, 0, 1]", d->file, one->line);
    for (size_t i = 0; i < 3; i++) length += a->direction[i] * a->direction[i];
    if (!(length > 0)) return cupel_fail(err, CUPEL_USAGE, "%s:%zu: direction: a vector of length 0", d->file, node->line);
    for (size_t i = 0; i < 3; i++) a->direction[i] /= sqrt(length);
    return CUPEL_OK;
}

static cupel_status read_phase(const cupel_micro_demand *d, const cupel_yaml *e, cupel_ask *a, cupel_err *err)
{
    const cupel_yaml *node = cupel_yaml_get(e, "phase");
    if (kinds[a->kind].phase == NO_PHASE)
        return node ? cupel_fail(err, CUPEL_USAGE, "%s:%zu: 'phase' is for volume fractions and statistics of a phase only", d->file, node->line)
               : CUPEL_OK;
    if (!node && kinds[a->kind].phase == ANY_PHASE && d->n_phases == 2) {
        a->phase = 1;
        return CUPEL_OK;
    }
    return cupel_micro_phase_named(d, node, node ? node->line : e->line, kinds[a->kind].name, &a->phase, err);
}

/* A price in USD/m^3 or the like: in `unit` or in a number. */
static bool is_per_volume(const cupel_yaml *e, const cupel_ask *a)
{
    static const char *const keys[] = {"unit", "min", "max", "target"};
    cupel_unit want, is;
    if (a->kind != CUPEL_ASK_PRICE || cupel_unit_parse(cupel_text_of("USD/m^3"), &want, NULL) != CUPEL_OK) return false;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const cupel_yaml *node = cupel_yaml_get(e, keys[i]);
        cupel_text unit = {0};
        double x;
        if (!node || node->kind != CUPEL_YAML_SCALAR || (i && cupel_quantity_parse(node->text, &x, &unit, NULL) != CUPEL_OK)) continue;
        if (cupel_unit_parse(i ? unit : node->text, &is, NULL) == CUPEL_OK && cupel_unit_same_dimension(&is, &want)) return true;
    }
    return false;
}

/* component: 12 of a shear modulus (of a plane) or a Poisson ratio (pulled along the first, shrinking along the second); axis: 1 .. 3 of a
 * percolating fraction; invariant: of a tensor; per: density or, of a price, volume. */
static cupel_status read_which(const cupel_micro_demand *d, const cupel_yaml *e, cupel_ask *a, cupel_err *err)
{
    static const char *const per_words[] = {"density", "volume", NULL};
    const cupel_yaml *component = cupel_yaml_get(e, "component"), *axis = cupel_yaml_get(e, "axis"), *invariant = cupel_yaml_get(e, "invariant"),
                     *per = cupel_yaml_get(e, "per");
    uint64_t number = 0;
    int word = -1;
    cupel_status st = CUPEL_OK;
    a->axis = -1;
    if (component && !a->order) {
        const cupel_text t = component->kind == CUPEL_YAML_SCALAR ? component->text : (cupel_text){"", 0};
        if (t.n != 2 || t.p[0] < '1' || t.p[0] > '3' || t.p[1] < '1' || t.p[1] > '3' || t.p[0] == t.p[1])
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: component of '%s': expected two different digits from 1 to 3, as in component: 12", d->file,
                              component->line, kinds[a->kind].name);
        a->i = (size_t)(t.p[0] - '1'), a->j = (size_t)(t.p[1] - '1');
    }
    if (axis && a->kind != CUPEL_ASK_PERCOLATING)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: 'axis' is for percolating fraction only", d->file, axis->line);
    CUPEL_TRY(cupel_keys_count(e, d->file, "axis", 1, 3, &number, err));
    if (axis) a->axis = (int)number - 1;
    if (invariant && (!a->order || component || (a->order && cupel_yaml_get(e, "target") && cupel_yaml_get(e, "target")->kind == CUPEL_YAML_LIST)))
        return cupel_fail(err, CUPEL_USAGE,
                          "%s:%zu: 'invariant' is a number of a tensor: give it with min, max or a target number, and without component", d->file,
                          invariant->line);
    CUPEL_TRY(cupel_keys_word(e, d->file, "invariant", cupel_invariant_words, &word, err));
    if (invariant) a->invariant = (cupel_invariant)(word + 1);
    CUPEL_TRY(cupel_keys_word(e, d->file, "per", per_words, &word, err));
    a->per_density = per && word == 0;
    a->per_volume = a->kind == CUPEL_ASK_PRICE && per ? word == 1 : is_per_volume(e, a);
    if (per && word == 1 && !a->per_volume)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: 'per: volume' is for a price, as in {property: price, per: volume, max: 900 USD/m^3}", d->file,
                          per->line);
    if (a->per_density && (cupel_ask_is_statistic(a) || a->kind == CUPEL_ASK_FRACTION || a->kind == CUPEL_ASK_DENSITY || a->kind == CUPEL_ASK_PRICE ||
                (a->order && !component && !invariant)))
        return cupel_fail(err, CUPEL_USAGE,
                          "%s:%zu: 'per: density' is for a number of a tensor, as in {property: shear modulus, per: density, goal: maximise}",
                              d->file, per->line);
done:
    return st;
}

/* like and within of a two-point function. The file is measured here already: what is wrong with it is said before any solve. */
static cupel_status read_like(const cupel_micro_reader *r, const cupel_yaml *e, cupel_ask *a, cupel_err *err)
{
    cupel_micro_demand *d = r->d;
    const cupel_yaml *node = cupel_yaml_get(e, "like");
    const cupel_job silent = {.threads = 1};
    cupel_likeness *l = NULL;
    const char *name = NULL;
    char *path = NULL;
    cupel_status st = CUPEL_OK;
    if (a->kind != CUPEL_ASK_TWO_POINT)
        return node ? cupel_fail(err, CUPEL_USAGE, "%s:%zu: 'like' is for two-point only", d->file, node->line) : CUPEL_OK;
    CUPEL_TRY(cupel_keys_text(e, d->file, "like", &name, err));
    if (!name || !cupel_yaml_get(e, "within") || cupel_yaml_get(e, "min") || cupel_yaml_get(e, "max") || cupel_yaml_get(e, "target"))
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: 'two-point' is asked as {property: two-point, phase: solid, like: FILE, within: 5 %%}",
                             d->file, e->line));
    path = cupel_path_beside(d->file, name);
    a->like = path ? cupel_arena_text(&d->arena, path, strlen(path)) : NULL;
    if (!a->like) CUPEL_TRY(cupel_no_memory(err, "a file name", 0));
    CUPEL_TRY(cupel_micro_within(d, e, &a->within, err));
    a->max = a->within;
    a->within = NAN;
    st = cupel_likeness_open(a->like, a->phase, &silent, &l, err);
    if (st != CUPEL_OK) cupel_err_prefix(err, "%s:%zu: like: ", d->file, node->line);
    CUPEL_TRY(st);
    a->like_fraction = cupel_likeness_fraction(l);
    cupel_likeness_grid(l, a->like_grid);
done:
    cupel_likeness_free(l);
    cupel_free(path);
    return st;
}

static cupel_unit_family family_of(const cupel_ask *a)
{
    return a->per_volume ? CUPEL_OF_COST : a->invariant == CUPEL_INVARIANT_RATIO ? CUPEL_OF_NONE : kinds[a->kind].family;
}

/* A price per volume has a unit where price and density of the phases have, and none where they have none. */
static cupel_status unit_of_cost(cupel_micro_reader *r, const cupel_ask *a, cupel_err *err)
{
    static const cupel_unit_family from[] = {CUPEL_OF_PRICE, CUPEL_OF_DENSITY};
    for (size_t i = 0; i < 2 && a->per_volume; i++) {
        if (r->plain[from[i]]) r->plain[CUPEL_OF_COST] = r->plain[from[i]];
        if (r->united[from[i]]) r->united[CUPEL_OF_COST] = r->united[from[i]];
    }
    if (!a->per_volume || !r->plain[CUPEL_OF_COST] || !r->united[CUPEL_OF_COST]) return CUPEL_OK;
    return cupel_fail(err, CUPEL_USAGE, "%s:%zu: '%s' is the price of a phase times its density, with a unit in line %zu, without in line %zu; give "
                      "both with units, or none", r->d->file, a->line, a->name, r->united[CUPEL_OF_COST], r->plain[CUPEL_OF_COST]);
}

/* "GPa/(kg/m^3)"; "" where neither has a unit. */
static cupel_status per_density(cupel_micro_reader *r, const char *unit, const char *density, const char **out, cupel_err *err)
{
    cupel_str s = {0};
    if (*unit || *density) cupel_str_addf(&s, "%s/(%s)", *unit ? unit : "1", *density ? density : "1");
    *out = s.failed ? NULL : cupel_arena_text(&r->d->arena, cupel_str_text(&s), s.n);
    cupel_str_free(&s);
    return *out ? CUPEL_OK : cupel_no_memory(err, "a unit", 0);
}

/* The unit that the numbers of an entry are to be given in, where that is not the one of its family. */
static cupel_status unit_instead(cupel_micro_reader *r, const cupel_ask *a, cupel_err *err)
{
    r->here = r->instead = NULL;
    if (!a->per_density || !r->united[family_of(a)] || !r->united[CUPEL_OF_DENSITY]) return CUPEL_OK;
    return per_density(r, cupel_micro_unit(r, family_of(a)), cupel_micro_unit(r, CUPEL_OF_DENSITY), &r->instead, err);
}

/* An entry is answered in the unit it asks in; one without a number of its own in that of others of its family. */
static cupel_status unit_of(cupel_micro_reader *r, cupel_ask *a, cupel_err *err)
{
    const cupel_unit_family family = family_of(a);
    const char *here = r->here;
    cupel_micro_shown shown = cupel_micro_show(r, family, r->instead ? NULL : here);
    cupel_status st = CUPEL_OK;
    if (here && !r->instead && !r->asked[family]) r->asked[family] = here;
    if (a->per_density) {
        const cupel_micro_shown density = cupel_micro_show(r, CUPEL_OF_DENSITY, NULL);
        cupel_unit from, to;
        shown.factor /= density.factor;
        CUPEL_TRY(per_density(r, shown.unit, density.unit, &shown.unit, err));
        if (r->instead && here && cupel_unit_parse(cupel_text_of(r->instead), &from, NULL) == CUPEL_OK &&
            cupel_unit_parse(cupel_text_of(here), &to, NULL) == CUPEL_OK)
            shown = (cupel_micro_shown){here, from.scale / to.scale};
    }
    a->unit = shown.unit;
    a->in_unit = shown.factor;
    a->own_unit = cupel_micro_show(r, family, "").unit;
    if (a->kind == CUPEL_ASK_TWO_POINT) a->unit = "%", a->in_unit = 100; /* a distance, as of tensors */
    if (a->per_density) st = per_density(r, a->own_unit, cupel_micro_unit(r, CUPEL_OF_DENSITY), &a->own_unit, err);
done:
    r->here = r->instead = NULL;
    r->in_entry = false;
    r->entry_unit = NULL;
    return st;
}

/* min, max, target with within, goal: the window of a number. */
static cupel_status read_window(cupel_micro_reader *r, const cupel_yaml *e, cupel_ask *a, cupel_err *err)
{
    const cupel_micro_demand *d = r->d;
    const cupel_unit_family family = family_of(a);
    const cupel_yaml *low = cupel_yaml_get(e, "min"), *high = cupel_yaml_get(e, "max"), *target = cupel_yaml_get(e, "target");
    cupel_status st = CUPEL_OK;
    int goal = -1;
    if (low) CUPEL_TRY(cupel_micro_number(r, low, family, &a->min, err));
    if (high) CUPEL_TRY(cupel_micro_number(r, high, family, &a->max, err));
    if (target) {
        double x = 0;
        if (low || high)
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: give min and max, or target and within, not both", d->file, e->line);
        CUPEL_TRY(cupel_micro_number(r, target, family, &x, err));
        CUPEL_TRY(cupel_micro_within(d, e, &a->within, err));
        a->min = x - a->within * fabs(x);
        a->max = x + a->within * fabs(x);
        a->within = NAN;
    }
    CUPEL_TRY(unit_of(r, a, err));
    CUPEL_TRY(cupel_keys_word(e, d->file, "goal", goal_words, &goal, err));
    a->goal = goal < 0 ? 0 : goal < 2 ? -1 : 1;
    if (a->min > a->max)
        return cupel_fail(err, CUPEL_INFEASIBLE, "%s:%zu: cannot be met: window of '%s': min %g is above max %g%s%s; nothing can meet it: swap them",
                          d->file, a->line, a->name, a->in_unit * a->min, a->in_unit * a->max, *a->unit ? " " : "", a->unit);
    if (a->goal && cupel_ask_is_checked(a))
        return cupel_fail(err, CUPEL_USAGE,
                          "%s:%zu: '%s' does not change smoothly with a recipe and cannot be a goal: give min or max, which is judged at the "
                          "verification", d->file, a->line, a->name);
    if (a->kind == CUPEL_ASK_FRACTION && isfinite(a->max) && a->max > 1)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: window of '%s': max %g; a fraction lies between 0 and 1, so that 30 %% is 0.3", d->file, a->line,
                          a->name, a->max);
    if (a->min == -HUGE_VAL && a->max == HUGE_VAL && !a->goal)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: '%s' asks for nothing: give min, max, target with within, or goal: maximise | minimise", d->file,
                          a->line, a->name);
done:
    return st;
}

static cupel_status name_of(cupel_micro_demand *d, const cupel_yaml *e, cupel_ask *a, cupel_err *err)
{
    cupel_str s = {0};
    const cupel_yaml *component = cupel_yaml_get(e, "component");
    cupel_str_puts(&s, a->kind == CUPEL_ASK_CONDUCTIVITY ? d->conduction->name : kinds[a->kind].name);
    if (component && component->kind == CUPEL_YAML_SCALAR) cupel_str_addf(&s, " %.*s", (int)component->text.n, component->text.p);
    if (a->invariant) cupel_str_addf(&s, " %s", cupel_invariant_words[a->invariant - 1]);
    if (kinds[a->kind].phase == WITH_PHASE || cupel_yaml_get(e, "phase")) cupel_str_addf(&s, " %s", d->phase[a->phase].name);
    if (a->axis >= 0) cupel_str_addf(&s, " %d", a->axis + 1);
    if (a->direction[0] != 0 || a->direction[1] != 0 || a->direction[2] != 0)
        for (size_t i = 0; i < 3; i++) cupel_str_addf(&s, "%s%.3g", " ", a->direction[i]);
    if (a->extreme) cupel_str_addf(&s, " %s", direction_words[a->extreme < 0]);
    if (a->per_density) cupel_str_puts(&s, " per density");
    if (a->per_volume) cupel_str_puts(&s, " per volume");
    if (a->on_grid) cupel_str_puts(&s, " on grid");
    a->name = s.failed ? NULL : cupel_arena_text(&d->arena, cupel_str_text(&s), s.n);
    cupel_str_free(&s);
    return a->name ? CUPEL_OK : cupel_no_memory(err, "a name", 0);
}

/* on: grid, of a whole target. */
static cupel_status read_on(const cupel_micro_demand *d, const cupel_yaml *e, cupel_ask *a, cupel_err *err)
{
    const cupel_yaml *on = cupel_yaml_get(e, "on"), *target = cupel_yaml_get(e, "target");
    int word = 0;
    if (on && (!a->order || !target || target->kind != CUPEL_YAML_LIST))
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: 'on' is for a tensor with a whole target: of its limit, or of what the grid of the design gives",
                          d->file, on->line);
    const cupel_status st = cupel_keys_word(e, d->file, "on", on_words, &word, err);
    a->on_grid = word == 1;
    return st;
}

static cupel_status read_entry(cupel_micro_reader *r, const cupel_yaml *e, cupel_err *err)
{
    cupel_micro_demand *d = r->d;
    cupel_ask a = {.min = -HUGE_VAL, .max = HUGE_VAL, .within = NAN, .weight = 1, .line = e->line};
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_keys_check(e, d->file, "an entry of 'require'", entry_keys, err));
    CUPEL_TRY(find_kind(d, e, &a.kind, err));
    a.order = kinds[a.kind].order;
    const cupel_yaml *component = cupel_yaml_get(e, "component"), *target = cupel_yaml_get(e, "target");
    const bool number = cupel_yaml_get(e, "invariant") != NULL || component != NULL;
    if (component && !a.order && a.kind != CUPEL_ASK_SHEAR && a.kind != CUPEL_ASK_POISSON)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: '%s' has no components%s", d->file, component->line, kinds[a.kind].name,
                          a.kind == CUPEL_ASK_YOUNG ? "; give a direction, as in direction: [0, 0, 1], or softest or stiffest" : "");
    if (a.order && !number && !target)
        return cupel_fail(err, CUPEL_USAGE,
                          "%s:%zu: '%s' is a tensor: give target, a list of rows, or component: 11%s or invariant: mean with min or max", d->file,
                          e->line, kinds[a.kind].name, cupel_yaml_get(e, "direction") ? ", which is along axis 1," : "");
    CUPEL_TRY(read_direction(d, e, &a, err));
    CUPEL_TRY(read_phase(d, e, &a, err));
    CUPEL_TRY(read_which(d, e, &a, err));
    CUPEL_TRY(read_like(r, e, &a, err));
    if (cupel_yaml_get(e, "orientation") && (!a.order || number))
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: 'orientation' is for a tensor with a whole target", d->file,
                          cupel_yaml_get(e, "orientation")->line);
    CUPEL_TRY(read_on(d, e, &a, err));
    CUPEL_TRY(name_of(d, e, &a, err));
    CUPEL_TRY(cupel_keys_number(e, d->file, "weight", 1e-6, 1e6, &a.weight, err));
    if (component && a.order) CUPEL_TRY(cupel_micro_component(d, e, &a, err));
    CUPEL_TRY(unit_instead(r, &a, err));
    CUPEL_TRY(unit_of_cost(r, &a, err));
    CUPEL_TRY(cupel_micro_entry_unit(r, e, family_of(&a), a.name, err));
    if (a.order && !number) {
        CUPEL_TRY(cupel_micro_target(r, e, family_of(&a), &a, err));
        CUPEL_TRY(unit_of(r, &a, err));
    } else {
        CUPEL_TRY(read_window(r, e, &a, err));
    }
    if (!a.order) a.component_scale = component ? 1 : 0;
    d->needs_conduction |= a.kind == CUPEL_ASK_CONDUCTIVITY;
    d->needs_expansion |= a.kind == CUPEL_ASK_EXPANSION;
    d->needs_elasticity |= kinds[a.kind].family == CUPEL_OF_C || a.kind == CUPEL_ASK_POISSON || a.kind == CUPEL_ASK_ANISOTROPY || d->needs_expansion;
    d->needs_surface |= a.kind == CUPEL_ASK_SURFACE || a.kind == CUPEL_ASK_CHORD;
    d->ask[d->n_asks++] = a;
done:
    return st;
}

static cupel_status check_known(const cupel_micro_demand *d, cupel_err *err)
{
    for (size_t i = 0; i < d->n_asks; i++)
        for (size_t p = 0; p < d->n_phases; p++) {
            const bool density = d->ask[i].kind == CUPEL_ASK_DENSITY || d->ask[i].kind == CUPEL_ASK_PRICE || d->ask[i].per_density;
            if (density && isnan(d->phase[p].density))
                return cupel_fail(err, CUPEL_USAGE, "%s:%zu: '%s' needs the density of phase '%s', as in density: 4.43 g/cm^3", d->file,
                                  d->ask[i].line, d->ask[i].name, d->phase[p].name);
            if (d->ask[i].kind == CUPEL_ASK_PRICE && d->phase[p].density > 0 && isnan(d->phase[p].price))
                return cupel_fail(err, CUPEL_USAGE, "%s:%zu: 'price' needs the price of phase '%s', as in price: 30 USD/kg", d->file, d->ask[i].line,
                                  d->phase[p].name);
        }
    return CUPEL_OK;
}

cupel_status cupel_micro_require(cupel_micro_reader *r, const cupel_yaml *list, cupel_err *err)
{
    cupel_micro_demand *d = r->d;
    if (!list || list->kind != CUPEL_YAML_LIST || !list->n || list->n > CUPEL_ASKS_MAX)
        return cupel_fail(err, CUPEL_USAGE,
                          "%s:%zu: a demand needs 'require', a list of 1 to %d entries, as in - {property: conductivity, component: 11, min: 2}",
                          d->file, list ? list->line : (size_t)1, CUPEL_ASKS_MAX);
    for (const cupel_yaml *k = list->child; k; k = k->next) {
        cupel_status st = read_entry(r, k, err);
        if (st != CUPEL_OK) return st;
        for (size_t i = 0; i + 1 < d->n_asks; i++) {
            const cupel_ask *one = &d->ask[i], *two = &d->ask[d->n_asks - 1];
            if (strcmp(one->name, two->name) != 0 || one->whole != two->whole) continue;
            if (!one->whole && (one->min > two->max || two->min > one->max))
                return cupel_fail(err, CUPEL_INFEASIBLE,
                                  "%s:%zu: cannot be met: the windows of '%s' in this line and in line %zu exclude each other: at least %g and at "
                                  "most %g%s%s", d->file, k->line, one->name, one->line, two->in_unit * fmax(one->min, two->min),
                                  two->in_unit * fmin(one->max, two->max), *two->unit ? " " : "", two->unit);
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: '%s' is required already in line %zu; put min, max and goal in one entry", d->file,
                                  k->line, d->ask[i].name, d->ask[i].line);
        }
    }
    return check_known(d, err);
}
