#include "core/engine/micro/demand.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/demand_parts.h"
#include "core/engine/micro/spaces.h"
#include "core/engine/micro/voids.h"
#include "core/io/input.h"
#include "core/io/keys.h"
#include "core/math/units.h"
#include "core/sys/file.h"
#include "datasets/spaces/micro/recipe.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const size_t DEMAND_BYTES_MAX = 1u << 20;

static const char *const top_keys[] = {"demand",     "scale",  "phases", "require", "space", "grid",      "budget", "keep",            "sample",
                                       "candidates", "verify", "seed",   "level",   "designs", "surrogate", "size", "minimum feature", "connected",
                                       "tolerance",  "hold under", NULL};
static const char *const scale_words[] = {"microstructure", NULL};
static const char *const family_unit[CUPEL_FAMILIES] = {NULL, "GPa", "1/K", "kg/m^3", "USD/kg", "USD/m^3", "m", "1/m", ""};

static const char *unit_of(const cupel_micro_reader *r, cupel_unit_family family)
{
    return family == CUPEL_OF_K ? r->conduction->unit : family_unit[family];
}

const char *cupel_micro_unit(const cupel_micro_reader *r, cupel_unit_family family) { return r->united[family] ? unit_of(r, family) : ""; }

/* What people write for 1/K, which a table of units reads as something else (C: coulomb). */
static bool is_per_degree(cupel_text unit)
{
    static const char *const words[] = {"/K", "1/C", "/C", "1/\u00b0C", NULL};
    unit = cupel_text_trim(unit);
    for (size_t i = 0; words[i]; i++)
        if (cupel_text_is(unit, words[i])) return true;
    return false;
}

/* The unit as it is written, which answers are given in. */
static cupel_status remember(cupel_micro_reader *r, cupel_unit_family family, cupel_text unit, cupel_err *err)
{
    unit = cupel_text_trim(unit);
    if (r->here && r->said[family]) return CUPEL_OK;
    const char *text = cupel_arena_text(&r->d->arena, unit.p, unit.n);
    if (!text) return cupel_no_memory(err, "a unit", 0);
    if (!r->here) r->here = text;
    if (!r->said[family] && !r->instead) r->said[family] = text;
    return CUPEL_OK;
}

/* All numbers of a kind have a unit, or none has. */
static cupel_status check_alike(cupel_micro_reader *r, size_t line, cupel_unit_family family, bool united, cupel_err *err)
{
    size_t *mine = united ? &r->united[family] : &r->plain[family];
    const size_t other = united ? r->plain[family] : r->united[family];
    const char *said = r->said[family];
    if (!*mine) *mine = line;
    if (!other || family == CUPEL_OF_NONE) return CUPEL_OK;
    if (!united && r->in_entry)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: a number without a unit, where line %zu has one with; give the entry its unit, as in unit: %s, "
                          "which holds for all of its numbers", r->d->file, line, other, r->instead ? r->instead : said ? said : unit_of(r, family));
    return cupel_fail(err, CUPEL_USAGE, "%s:%zu: a number %s a unit, where line %zu has one %s; give all of a kind with units, or none", r->d->file,
                      line, united ? "with" : "without", other, united ? "without" : "with");
}

cupel_status cupel_micro_entry_unit(cupel_micro_reader *r, const cupel_yaml *entry, cupel_unit_family family, const char *name, cupel_err *err)
{
    const cupel_yaml *node = cupel_yaml_get(entry, "unit");
    const char *file = r->d->file, *own = r->instead ? r->instead : unit_of(r, family);
    cupel_unit from, to;
    r->in_entry = true;
    r->entry_unit = node;
    if (!node) return CUPEL_OK;
    if (node->kind != CUPEL_YAML_SCALAR || !cupel_text_trim(node->text).n)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: unit: expected the unit of the numbers of the entry, as in unit: %s", file, node->line,
                          *own ? own : "\"%\"");
    const bool as_own = is_per_degree(node->text) && family == CUPEL_OF_ALPHA && !r->instead;
    cupel_status st = cupel_unit_parse(as_own ? cupel_text_of(own) : node->text, &from, err);
    if (st == CUPEL_OK) st = cupel_unit_parse(cupel_text_of(own), &to, err);
    if (st == CUPEL_NO_RESOURCE) return st;
    if (st != CUPEL_OK) return cupel_keys_at(file, node->line, err);
    if (!cupel_unit_same_dimension(&from, &to))
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: unit: '%s' is not given in '%.*s'; %s%s", file, node->line, name,
                          cupel_shown(node->text.n, 40), node->text.p,
                          *own ? "give it in a unit like " : "it has no unit: leave it out", own);
    r->entry_from = from, r->entry_to = to;
    st = remember(r, family, node->text, err);
    return st == CUPEL_OK ? check_alike(r, node->line, family, true, err) : st;
}

/* A number with a unit of its own, or in that of its entry, in the unit of its family. */
static cupel_status convert(const cupel_micro_reader *r, const cupel_yaml *node, cupel_unit_family family, cupel_text unit, double *x, cupel_err *err)
{
    const cupel_yaml *entry = r->entry_unit;
    if (!unit.n) {
        if (entry) *x = cupel_unit_convert(*x, &r->entry_from, &r->entry_to);
        return isfinite(*x) ? CUPEL_OK : cupel_fail(err, CUPEL_USAGE, "'%.*s': too large", (int)node->text.n, node->text.p);
    }
    if (entry && !cupel_text_is(cupel_text_trim(unit), r->here))
        return cupel_fail(err, CUPEL_USAGE, "'%.*s' has a unit of its own, where 'unit' in line %zu is %s; give the number in %s, without a unit",
                          cupel_shown(node->text.n, 40), node->text.p, entry->line, r->here, r->here);
    if (family == CUPEL_OF_ALPHA && is_per_degree(unit) && !r->instead) return CUPEL_OK;
    return cupel_quantity_in(node->text, r->instead ? r->instead : unit_of(r, family), x, err);
}

cupel_status cupel_micro_number(cupel_micro_reader *r, const cupel_yaml *node, cupel_unit_family family, double *x, cupel_err *err)
{
    const char *file = r->d->file;
    cupel_text unit = {0};
    if (node->kind != CUPEL_YAML_SCALAR) return cupel_fail(err, CUPEL_USAGE, "%s:%zu: expected a number", file, node->line);
    cupel_status st = cupel_quantity_parse(node->text, x, &unit, err);
    if (st == CUPEL_OK) st = convert(r, node, family, unit, x, err);
    if (st == CUPEL_NO_RESOURCE) return st;
    if (st != CUPEL_OK) return cupel_keys_at(file, node->line, err);
    if (r->entry_unit || (*x == 0 && !unit.n)) return CUPEL_OK; /* 0 is the same in any unit */
    if (unit.n) st = remember(r, family, unit, err);
    return st == CUPEL_OK ? check_alike(r, node->line, family, unit.n > 0, err) : st;
}

cupel_micro_shown cupel_micro_show(const cupel_micro_reader *r, cupel_unit_family family, const char *unit)
{
    const bool length = family == CUPEL_OF_LENGTH || family == CUPEL_OF_PER_LENGTH;
    const char *own = length ? cupel_micro_length_unit(r, family) : cupel_micro_unit(r, family);
    const cupel_micro_shown shown = {own, 1};
    cupel_unit from, to;
    if (!unit && family != CUPEL_OF_NONE) unit = r->asked[family] ? r->asked[family] : r->said[family];
    if (!unit || is_per_degree(cupel_text_of(unit)) || cupel_unit_parse(cupel_text_of(own), &from, NULL) != CUPEL_OK) return shown;
    if (cupel_unit_parse(cupel_text_of(unit), &to, NULL) != CUPEL_OK || !cupel_unit_same_dimension(&from, &to)) return shown;
    return (cupel_micro_shown){unit, from.scale / to.scale};
}

/* ---- phases ---- */

static cupel_unit_family family_of(cupel_text key)
{
    static const char *const stiff[] = {"E", "K", "G", "lambda", "mu", "E1", "E2", "E3", "G12", "G13", "G23", NULL};
    if (cupel_text_is(key, "density")) return CUPEL_OF_DENSITY;
    if (cupel_text_is(key, "price")) return CUPEL_OF_PRICE;
    if (key.n >= 5 && memcmp(key.p, "alpha", 5) == 0) return CUPEL_OF_ALPHA;
    if (cupel_conduction_of_key(key, &(cupel_text){0})) return CUPEL_OF_K;
    if (key.n == 3 && key.p[0] == 'C') return CUPEL_OF_C;
    for (size_t i = 0; stiff[i]; i++)
        if (cupel_text_is(key, stiff[i])) return CUPEL_OF_C;
    return CUPEL_OF_NONE;
}

static cupel_status read_phase(cupel_micro_reader *r, const cupel_yaml *node, cupel_micro_phase *p, cupel_err *err)
{
    cupel_micro_demand *d = r->d;
    cupel_str text = {0};
    cupel_status st = CUPEL_OK;
    *p = (cupel_micro_phase){.density = NAN, .price = NAN, .line = node->line};
    if (node->kind != CUPEL_YAML_MAP)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: a phase is a mapping, as in {name: filler, k: 20}", d->file, node->line);
    CUPEL_TRY(cupel_keys_text(node, d->file, "name", &p->name, err));
    if (!p->name) CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: a phase needs a name, as in {name: filler, k: 20}", d->file, node->line));
    for (const cupel_yaml *k = node->child; k; k = k->next)
        if (k->key.n && k->key.p[0] >= '0' && k->key.p[0] <= '9') CUPEL_TRY(cupel_keys_comma(k, d->file, err));
    for (const cupel_yaml *k = node->child; k; k = k->next) {
        double x = 0;
        if (cupel_text_is(k->key, "name")) continue;
        if (cupel_text_is(k->key, "rho"))
            CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: unknown key 'rho' in a phase; did you mean 'density'?", d->file, k->line));
        const cupel_unit_family family = family_of(k->key);
        if (family == CUPEL_OF_K && cupel_conduction_of_key(k->key, &(cupel_text){0}) != r->conduction) continue; /* nothing is asked of it */
        CUPEL_TRY(cupel_micro_number(r, k, family, &x, err));
        if (family == CUPEL_OF_DENSITY || family == CUPEL_OF_PRICE) {
            if (x < 0)
                CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "%s:%zu: %.*s is %g; expected 0 or more", d->file, k->line, (int)k->key.n, k->key.p, x));
            *(family == CUPEL_OF_DENSITY ? &p->density : &p->price) = x;
            continue;
        }
        cupel_str_addf(&text, "%s%.*s=", text.n ? "," : "", (int)k->key.n, k->key.p);
        cupel_str_number(&text, x);
    }
    if (text.failed) CUPEL_TRY(cupel_no_memory(err, "a phase", 0));
    if (!text.n) CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: phase '%s' has no properties that are asked of, as in %s or E: 110, nu: 0.3",
                                      d->file, node->line, p->name, r->conduction->as));
    st = cupel_material_read((cupel_text){text.p, text.n}, &p->material, err);
    if (st != CUPEL_OK && st != CUPEL_NO_RESOURCE) cupel_err_prefix(err, "%s:%zu: phase '%s': ", d->file, node->line, p->name);
done:
    cupel_str_free(&text);
    return st;
}

static cupel_status read_phases(cupel_micro_reader *r, const cupel_yaml *list, cupel_err *err)
{
    cupel_micro_demand *d = r->d;
    if (!list || list->kind != CUPEL_YAML_LIST || !list->n || list->n > CUPEL_MICRO_PHASES_MAX)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: a demand for microstructures needs 'phases', a list of 1 to %d, as in - {name: filler, k: 20}",
                          d->file, list ? list->line : (size_t)1, CUPEL_MICRO_PHASES_MAX);
    for (const cupel_yaml *k = list->child; k; k = k->next) {
        cupel_status st = read_phase(r, k, &d->phase[d->n_phases], err);
        if (st != CUPEL_OK) return st;
        for (size_t i = 0; i < d->n_phases; i++)
            if (strcmp(d->phase[i].name, d->phase[d->n_phases].name) == 0)
                return cupel_fail(err, CUPEL_USAGE, "%s:%zu: phase '%s' is there twice", d->file, k->line, d->phase[i].name);
        d->n_phases++;
    }
    return CUPEL_OK;
}

/* ---- the rest ---- */

cupel_status cupel_micro_budget(cupel_text text, double *seconds, uint64_t *solves, cupel_err *err)
{
    static const struct {
        const char *word;
        double seconds;
    } unit[] = {{"s", 1}, {"min", 60}, {"h", 3600}, {"solves", 0}, {"solve", 0}};
    cupel_text word = {0};
    double x = 0;
    cupel_status st = cupel_quantity_parse(text, &x, &word, err);
    word = cupel_text_trim(word);
    for (size_t i = 0; st == CUPEL_OK && i < sizeof unit / sizeof *unit; i++) {
        if (!cupel_text_is(word, unit[i].word)) continue;
        if (!(x > 0) || x > 1e9 || (unit[i].seconds == 0 && x != floor(x))) break;
        if (unit[i].seconds > 0)
            *seconds = x * unit[i].seconds;
        else
            *solves = (uint64_t)x;
        return CUPEL_OK;
    }
    if (st == CUPEL_NO_RESOURCE) return st;
    return cupel_fail(err, CUPEL_USAGE, "budget '%.*s': expected a time or a number of solves, as in 60s, 5 min, 1 h or 40solves",
                      cupel_shown(text.n, 40), text.p);
}

static cupel_status read_budget(cupel_micro_demand *d, const cupel_yaml *root, cupel_err *err)
{
    const cupel_yaml *node = cupel_yaml_get(root, "budget");
    if (!node) return CUPEL_OK;
    if (node->kind != CUPEL_YAML_SCALAR) return cupel_fail(err, CUPEL_USAGE, "%s:%zu: budget: expected 60 s or 40 solves", d->file, node->line);
    cupel_status st = cupel_micro_budget(node->text, &d->budget_seconds, &d->budget_solves, err);
    return st == CUPEL_USAGE ? cupel_keys_at(d->file, node->line, err) : st;
}

/* What every phase must have for what is asked. */
static cupel_status check_properties(const cupel_micro_demand *d, cupel_err *err)
{
    for (size_t i = 0; i < d->n_phases; i++) {
        const cupel_material *m = &d->phase[i].material;
        const char *lacks = NULL, *as = NULL;
        if (d->needs_conduction && !m->has_k) lacks = d->conduction->name, as = d->conduction->as;
        if (d->needs_elasticity && !m->has_c) lacks = "stiffness", as = "E: 110, nu: 0.3";
        if (d->needs_expansion && !m->has_alpha) lacks = "expansion", as = "alpha: 1e-5";
        if (lacks)
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: phase '%s' needs %s%s for what is required, as in %s", d->file, d->phase[i].line,
                              d->phase[i].name, cupel_article(lacks), lacks, as);
    }
    return CUPEL_OK;
}

/* A file is looked for beside the demand. */
static cupel_status read_surrogate(cupel_micro_demand *d, const cupel_yaml *root, cupel_err *err)
{
    const char *name = NULL;
    cupel_status st = cupel_keys_text(root, d->file, "surrogate", &name, err);
    if (st != CUPEL_OK || !name) return st;
    char *path = cupel_path_beside(d->file, name);
    d->surrogate = path ? cupel_arena_text(&d->arena, path, strlen(path)) : NULL;
    cupel_free(path);
    return d->surrogate ? CUPEL_OK : cupel_no_memory(err, "a file name", 0);
}

static cupel_status read_root(cupel_micro_demand *d, const cupel_yaml *root, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_micro_reader r = {.d = d};
    int scale = 0;
    CUPEL_TRY(cupel_keys_check(root, d->file, "a demand for microstructures", top_keys, err));
    CUPEL_TRY(cupel_keys_text(root, d->file, "demand", &d->words, err));
    if (!d->words) return cupel_fail(err, CUPEL_USAGE, "%s:%zu: a demand begins with the key 'demand', what for in words", d->file, root->line);
    CUPEL_TRY(cupel_keys_word(root, d->file, "scale", scale_words, &scale, err));
    CUPEL_TRY(cupel_keys_count(root, d->file, "grid", 8, 1024, &d->grid, err));
    CUPEL_TRY(cupel_keys_count(root, d->file, "seed", 0, UINT64_MAX, &d->seed, err));
    CUPEL_TRY(cupel_keys_count(root, d->file, "keep", 1, 100000, &d->keep, err));
    CUPEL_TRY(cupel_keys_count(root, d->file, "designs", 1, 16, &d->designs, err));
    CUPEL_TRY(cupel_keys_count(root, d->file, "sample", 8, 100000, &d->sample, err));
    CUPEL_TRY(cupel_keys_count(root, d->file, "candidates", 1, 1000000000, &d->candidates, err));
    CUPEL_TRY(cupel_keys_count(root, d->file, "verify", 0, 1000, &d->verify, err));
    CUPEL_TRY(cupel_keys_number(root, d->file, "level", 0.5, 0.999, &d->level, err));
    CUPEL_TRY(read_surrogate(d, root, err));
    CUPEL_TRY(read_budget(d, root, err));
    CUPEL_TRY(cupel_micro_conduction(&r, root, err));
    CUPEL_TRY(read_phases(&r, cupel_yaml_get(root, "phases"), err));
    CUPEL_TRY(cupel_micro_size(&r, root, err));
    CUPEL_TRY(cupel_micro_require(&r, cupel_yaml_get(root, "require"), err));
    CUPEL_TRY(cupel_micro_process(&r, root, err));
    d->k_unit = cupel_micro_unit(&r, CUPEL_OF_K);
    d->c_unit = cupel_micro_unit(&r, CUPEL_OF_C);
    d->alpha_unit = cupel_micro_unit(&r, CUPEL_OF_ALPHA);
    d->k_shown = cupel_micro_show(&r, CUPEL_OF_K, NULL);
    d->c_shown = cupel_micro_show(&r, CUPEL_OF_C, NULL);
    d->alpha_shown = cupel_micro_show(&r, CUPEL_OF_ALPHA, NULL);
    d->density_shown = cupel_micro_show(&r, CUPEL_OF_DENSITY, NULL);
    d->price_shown = cupel_micro_show(&r, CUPEL_OF_PRICE, NULL);
    d->length_shown = cupel_micro_show(&r, CUPEL_OF_LENGTH, NULL);
    d->space = cupel_yaml_get(root, "space");
    CUPEL_TRY(cupel_micro_spaces_read(d, err));
    st = check_properties(d, err);
    if (st == CUPEL_OK) cupel_voids_stand_in(d);
done:
    return st;
}

/* A generator that says nothing of its box fills a cube, and so do those of a search without a space; of a list, where one of them does. */
static bool box_is_cube(const cupel_micro_demand *d)
{
    const cupel_yaml *g = d->space ? cupel_yaml_get(d->space, "generator") : NULL;
    if (!d->space) return d->n_phases == 2;
    for (size_t i = 0; d->n_listed && cupel_generators[i]; i++)
        if (!cupel_generators[i]->box && cupel_micro_space_of(d, cupel_generators[i]->method.name)) return true;
    for (size_t i = 0; g && g->kind == CUPEL_YAML_SCALAR && cupel_generators[i]; i++)
        if (cupel_text_is(g->text, cupel_generators[i]->method.name)) return !cupel_generators[i]->box;
    return false;
}

static cupel_status check_boxes(const cupel_micro_demand *d, cupel_err *err)
{
    for (size_t i = 0; i < d->n_asks && box_is_cube(d); i++) {
        const cupel_ask *a = &d->ask[i];
        const size_t *n = a->like_grid;
        if (a->like && (n[0] != n[1] || n[0] != n[2]))
            return cupel_fail(err, CUPEL_BAD_INPUT,
                              "%s:%zu: like: '%s' tells of a box of %zu x %zu x %zu voxels, that of the design is a cube; expected one of the same "
                              "shape", d->file, a->line, a->like, n[0], n[1], n[2]);
    }
    return CUPEL_OK;
}

cupel_status cupel_micro_demand_read(cupel_text text, const char *file, cupel_micro_demand **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_micro_demand *d = cupel_alloc(1, sizeof *d);
    *out = NULL;
    if (!d) return cupel_no_memory(err, "a demand", sizeof *d);
    d->file = cupel_strdup(file);
    d->text = cupel_strndup(text.p, text.n);
    d->n_text = text.n;
    d->grid = 64, d->seed = 1, d->keep = 20, d->sample = 64, d->candidates = 100000, d->verify = 3, d->level = 0.95, d->designs = 1;
    d->budget_seconds = HUGE_VAL;
    if (!d->file || !d->text) CUPEL_TRY(cupel_no_memory(err, "a demand", text.n));
    CUPEL_TRY(cupel_digest_text((cupel_text){d->text, d->n_text}, d->file, d->digest, err));
    st = cupel_yaml_read((cupel_text){d->text, d->n_text}, file, &d->doc, err);
    if (st == CUPEL_BAD_INPUT && err) err->status = CUPEL_USAGE; /* a demand is what the user asks, not data */
    if (st == CUPEL_BAD_INPUT) st = CUPEL_USAGE;
    CUPEL_TRY(st);
    CUPEL_TRY(read_root(d, cupel_yaml_root(d->doc), err));
    st = check_boxes(d, err);
done:
    if (st == CUPEL_OK)
        *out = d;
    else
        cupel_micro_demand_free(d);
    return st;
}

static cupel_status text_of(const char *path, char **text, size_t *n, cupel_err *err)
{
    cupel_input *in = NULL;
    cupel_status st = cupel_input_open(path, &in, err);
    if (st == CUPEL_OK) st = cupel_input_rest(in, DEMAND_BYTES_MAX, text, n, err);
    cupel_input_free(in);
    return st;
}

cupel_status cupel_micro_demand_open(const char *path, cupel_micro_demand **d, cupel_err *err)
{
    char *text = NULL;
    size_t n = 0;
    *d = NULL;
    cupel_status st = text_of(path, &text, &n, err);
    if (st == CUPEL_OK) st = cupel_micro_demand_read((cupel_text){text, n}, path, d, err);
    cupel_free(text);
    return st;
}

/* A demand that cannot be read at all is left to the reader of compositions, whose message it gets. */
bool cupel_micro_demand_is_text(cupel_text text, const char *file)
{
    cupel_yaml_doc *doc = NULL;
    bool is = false;
    if (cupel_yaml_read(text, file, &doc, NULL) == CUPEL_OK) {
        const cupel_yaml *scale = cupel_yaml_get(cupel_yaml_root(doc), "scale");
        is = scale && scale->kind == CUPEL_YAML_SCALAR && cupel_text_is(scale->text, scale_words[0]);
    }
    cupel_yaml_free(doc);
    return is;
}

bool cupel_micro_demand_is(const char *path)
{
    char *text = NULL;
    size_t n = 0;
    struct stat sb;
    if (stat(path, &sb) != 0 || !S_ISREG(sb.st_mode) || text_of(path, &text, &n, NULL) != CUPEL_OK) return false;
    const bool is = cupel_micro_demand_is_text((cupel_text){text, n}, path);
    cupel_free(text);
    return is;
}

void cupel_micro_demand_free(cupel_micro_demand *d)
{
    if (!d) return;
    cupel_yaml_free(d->doc);
    cupel_yaml_free(d->listed_doc);
    cupel_free(d->file);
    cupel_free(d->text);
    cupel_arena_release(&d->arena);
    cupel_free(d);
}
