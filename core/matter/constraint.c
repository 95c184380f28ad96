/* Constraints as a demand writes them: keys, units, words, and the methods they are listed as. */
#include "core/matter/constraint_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/keys.h"
#include "core/math/units.h"
#include "core/sys/file.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- kinds ---- */

static const cupel_reference hhi_references[] = {{"10.1021/cm400893e",
                                                  "Gaultois et al.: Data-driven review of thermoelectric materials: performance and "
                                                  "resource considerations. Chem. Mater. 25, 2911 (2013)"},
                                                 {NULL, NULL}};
static const cupel_reference lca_references[] = {
    {"10.1371/journal.pone.0101298", "Nuss, Eckelman: Life cycle assessment of metals: a scientific synthesis. PLoS ONE 9, e101298 (2014)"},
    {NULL, NULL}};
static const cupel_reference abundance_references[] = {{"https://hbcp.chemnetbase.com",
                                                        "Haynes (ed.): CRC Handbook of Chemistry and Physics, 95th edition (2014)"},
                                                       {NULL, NULL}};
static const cupel_reference price_references[] = {
    {"https://en.wikipedia.org/wiki/Prices_of_chemical_elements",
     "Prices of chemical elements: a table of market prices, each with its own source and year"},
    {NULL, NULL}};
static const cupel_reference rohs_references[] = {
    {"https://eur-lex.europa.eu/eli/dir/2011/65/oj",
     "Directive 2011/65/EU on hazardous substances in electrical and electronic equipment (RoHS), Annex II"},
    {NULL, NULL}};
static const cupel_reference eu_references[] = {{"https://eur-lex.europa.eu/eli/reg/2024/1252/oj",
                                                 "Regulation (EU) 2024/1252, critical raw materials, Annex II"},
                                                {NULL, NULL}};
static const cupel_reference charge_references[] = {
    {"10.21105/joss.01361",
     "Davies et al.: SMACT: semiconducting materials by analogy and chemical theory. J. Open Source Softw. 4, 1361 (2019)"},
    {"10.1016/j.chempr.2016.09.010",
     "Davies et al.: Computational screening of all stoichiometric inorganic materials. Chem 1, 617 (2016)"},
    {NULL, NULL}};

enum kind { ELEMENTS, PRICE, SUPPLY, ABUNDANCE, ROHS, RADIOACTIVE, EU_CRITICAL, CO2, ENERGY, CHARGE_NEUTRAL, N_KINDS };

#define METHOD(n, h, m, out, refs)                                                                                                         \
    {                                                                                                                                      \
        .name = n, .kind = "constraint", .scale = "composition", .help = h, .maturity = m, .input = "composition", .output = out,          \
        .references = refs                                                                                                                 \
    }
static const cupel_method methods[N_KINDS] = {
    [ELEMENTS] =
        METHOD("elements", "elements that are allowed, required or forbidden, or how many there may be", "stable", "verdict", NULL),
    [PRICE] = METHOD("price", "price of the raw elements, mean by mass", "stable", "USD/kg", price_references),
    [SUPPLY] = METHOD("supply", "concentration of production or reserves (Herfindahl-Hirschman index), mean by mass", "stable",
                      "index, 0 to 10,000", hhi_references),
    [ABUNDANCE] = METHOD("abundance", "crustal abundance of the scarcest element", "stable", "mg/kg", abundance_references),
    [ROHS] = METHOD("rohs", "RoHS limits on the mass shares of Pb, Hg and Cd; Cr counts as undecided", "stable",
                    "% by mass of the worst restricted element", rohs_references),
    [RADIOACTIVE] = METHOD("radioactive", "no element without a stable isotope", "stable", "verdict", NULL),
    [EU_CRITICAL] = METHOD("eu_critical", "no critical raw material of the European Union", "stable", "verdict", eu_references),
    [CO2] = METHOD("co2", "embodied CO2 of the elements, mean by mass; known for 63 metals", "stable", "kg CO2 equivalent per kg",
                   lca_references),
    [ENERGY] =
        METHOD("energy", "embodied energy of the elements, mean by mass; known for 63 metals and Si", "stable", "MJ/kg", lca_references),
    [CHARGE_NEUTRAL] = METHOD("charge_neutral", "oxidation states that sum to zero in the order of electronegativity", "stable", "verdict",
                              charge_references),
};

const cupel_method *cupel_constraint_method(size_t i) { return i < N_KINDS ? &methods[i] : NULL; }

static size_t kind_of(cupel_text key)
{
    size_t k = 0;
    while (k < N_KINDS && !cupel_text_is(key, methods[k].name)) k++;
    return k;
}

bool cupel_constraint_is_key(cupel_text key) { return kind_of(key) < N_KINDS; }

/* ---- keys of an entry ---- */

typedef struct entry {
    const cupel_key_value *keys;
    size_t n;
    const char *file;
    enum kind kind;
    const cupel_key_value *first; /* the key that names the kind */
} entry;

static const cupel_key_value *find(const entry *e, const char *key)
{
    for (size_t i = 0; i < e->n; i++)
        if (cupel_text_is(e->keys[i].key, key)) return &e->keys[i];
    return NULL;
}

static int shown(cupel_text t) { return cupel_shown(t.n, 64); }

static cupel_status refuse(const entry *e, size_t line, cupel_err *err, const char *fmt, ...) CUPEL_PRINTF(4, 5);
static cupel_status refuse(const entry *e, size_t line, cupel_err *err, const char *fmt, ...)
{
    char text[CUPEL_ERR_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return cupel_fail(err, CUPEL_USAGE, "%s:%zu: %s", e->file, line, text);
}

/* A constraint being made, with its texts. */
typedef struct draft {
    cupel_constraint *c;
    cupel_str name, column, words;
} draft;

/* Which other keys each kind has. */
static const char *const keys_of[N_KINDS][6] = {
    [ELEMENTS] = {"list", "min", "max"},
    [PRICE] = {"min", "max", "facts", "unknown"},
    [SUPPLY] = {"min", "max", "facts", "unknown"},
    [ABUNDANCE] = {"min", "facts", "unknown"},
    [ROHS] = {"facts", "unknown"},
    [RADIOACTIVE] = {"facts", "unknown"},
    [EU_CRITICAL] = {"facts", "unknown"},
    [CO2] = {"min", "max", "facts", "unknown"},
    [ENERGY] = {"min", "max", "facts", "unknown"},
    [CHARGE_NEUTRAL] = {"alloys", "mixed_valence", "states", "facts", "unknown"},
};

static cupel_status check_keys(entry *e, cupel_err *err)
{
    e->kind = N_KINDS;
    for (size_t i = 0; i < e->n; i++) {
        size_t k = kind_of(e->keys[i].key);
        if (k < N_KINDS && e->first)
            return refuse(e, e->keys[i].line, err, "'%s' in an entry of '%s'; give each constraint an entry of its own", methods[k].name,
                          methods[e->kind].name);
        if (k < N_KINDS) e->first = &e->keys[i], e->kind = (enum kind)k;
    }
    if (!e->first) return refuse(e, e->n ? e->keys[0].line : 1, err, "no constraint in this entry");
    for (size_t i = 0; i < e->n; i++) {
        const cupel_key_value *k = &e->keys[i];
        const char *const *known = keys_of[e->kind];
        size_t j = 0;
        while (known[j] && !cupel_text_is(k->key, known[j])) j++;
        if (known[j] || k == e->first) continue;
        const char *near = cupel_nearest_word(k->key, known);
        cupel_str all = {0};
        for (j = 0; known[j]; j++) cupel_str_addf(&all, "%s%s", j ? ", " : "", known[j]);
        cupel_status st =
            refuse(e, k->line, err, "unknown key '%.*s' beside '%s'; known: %s%s%s%s", shown(k->key), k->key.p, methods[e->kind].name,
                   cupel_str_text(&all), near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
        cupel_str_free(&all);
        return st;
    }
    return CUPEL_OK;
}

/* The value of `key` among NULL-ended words, or `fallback` when the key is absent. */
static cupel_status word_of(const entry *e, const char *key, const char *const *words, size_t fallback, size_t *at, cupel_err *err)
{
    const cupel_key_value *k = find(e, key);
    *at = fallback;
    if (!k) return CUPEL_OK;
    for (*at = 0; words[*at]; ++*at)
        if (cupel_text_is(k->value, words[*at])) return CUPEL_OK;
    cupel_str all = {0};
    for (size_t i = 0; words[i]; i++) cupel_str_addf(&all, "%s%s", i ? "|" : "", words[i]);
    cupel_status st = refuse(e, k->line, err, "'%s: %.*s', expected %s", key, shown(k->value), k->value.p, cupel_str_text(&all));
    cupel_str_free(&all);
    return st;
}

static cupel_status limit_of(const entry *e, const char *key, const char *unit, double *x, cupel_err *err)
{
    const cupel_key_value *k = find(e, key);
    if (!k) return CUPEL_OK;
    if (cupel_quantity_in(k->value, unit, x, err) != CUPEL_OK) {
        cupel_err_prefix(err, "%s of '%s': ", key, methods[e->kind].name);
        return cupel_keys_at(e->file, k->line, err);
    }
    if (*x < 0)
        return refuse(e, k->line, err, "%s of '%s' is %.*s, expected 0 or more", key, methods[e->kind].name, shown(k->value), k->value.p);
    return CUPEL_OK;
}

static cupel_status limits(const entry *e, cupel_constraint *c, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(limit_of(e, "min", c->unit, &c->min, err));
    CUPEL_TRY(limit_of(e, "max", c->unit, &c->max, err));
    if (!find(e, "min") && !find(e, "max")) {
        const char *limit = e->kind == ABUNDANCE ? "min" : "max", *example = e->kind == SUPPLY ? "2500" : e->kind == ELEMENTS ? "4" : "1";
        return refuse(e, e->first->line, err, "'%s' needs a %s, as in %s: %s%s%s", methods[e->kind].name, limit, limit, example,
                      c->unit[0] ? " " : "", c->unit);
    }
    if (c->min > c->max) return refuse(e, e->first->line, err, "'%s' has a min above its max: nothing can meet it", methods[e->kind].name);
done:
    return st;
}

/* ---- elements ---- */

static cupel_status read_list(const entry *e, cupel_constraint *c, cupel_err *err)
{
    const cupel_key_value *k = find(e, "list");
    if (!k || !cupel_text_trim(k->value).n)
        return refuse(e, e->first->line, err, "'elements: %.*s' needs a list, as in list: [Pb, Cd]", shown(e->first->value),
                      e->first->value.p);
    cupel_text rest = k->value;
    for (bool more = true; more;) {
        const char *comma = memchr(rest.p, ',', rest.n);
        cupel_text one = cupel_text_trim((cupel_text){rest.p, comma ? (size_t)(comma - rest.p) : rest.n});
        unsigned z = cupel_element_find(one.p, one.n);
        if (!z) return refuse(e, k->line, err, "no element '%.*s' in list", shown(one), one.p);
        if (c->listed[z]) return refuse(e, k->line, err, "%s is in the list twice", cupel_element_symbol(z));
        c->listed[z] = true;
        c->n_listed++;
        more = comma != NULL;
        if (comma) rest = (cupel_text){comma + 1, (size_t)(rest.p + rest.n - comma - 1)};
    }
    return CUPEL_OK;
}

static void put_listed(const cupel_constraint *c, cupel_str *s, const char *between, const char *last)
{
    unsigned k = 0;
    for (unsigned z = 1; z < CONSTRAINT_ROWS; z++) {
        if (!c->listed[z]) continue;
        cupel_str_addf(s, "%s%s", !k ? "" : k + 1 == c->n_listed ? last : between, cupel_element_symbol(z));
        k++;
    }
}

static cupel_status make_count(const entry *e, draft *d, cupel_err *err)
{
    cupel_constraint *c = d->c;
    c->rule = RULE_COUNT;
    c->label = "elements";
    if (find(e, "list")) return refuse(e, find(e, "list")->line, err, "'elements: count' has min and max, no list");
    cupel_status st = limits(e, c, err);
    if (st != CUPEL_OK) return st;
    if (c->min > floor(c->min) || (isfinite(c->max) && c->max > floor(c->max)))
        return refuse(e, e->first->line, err, "min and max of 'elements: count' must be whole numbers");
    cupel_str_puts(&d->name, "element count");
    if (!isfinite(c->max))
        cupel_str_addf(&d->words, "has at least %g element%s", c->min, c->min > 1 ? "s" : "");
    else if (c->min <= 0)
        cupel_str_addf(&d->words, "has at most %g element%s", c->max, c->max > 1 ? "s" : "");
    else if (c->min >= c->max)
        cupel_str_addf(&d->words, "has %g element%s", c->max, c->max > 1 ? "s" : "");
    else
        cupel_str_addf(&d->words, "has %g to %g elements", c->min, c->max);
    return CUPEL_OK;
}

static cupel_status make_elements(const entry *e, draft *d, cupel_err *err)
{
    cupel_constraint *c = d->c;
    static const char *const rules[] = {"allowed", "required", "forbidden", "count", NULL};
    static const char *const phrases[] = {"contains only ", "contains ", "contains no "};
    size_t rule;
    cupel_status st = word_of(e, "elements", rules, 0, &rule, err);
    if (st != CUPEL_OK) return st;
    if (rule == RULE_COUNT) return make_count(e, d, err);
    c->rule = (constraint_rule)rule;
    for (size_t i = 0; i < 2; i++) {
        const cupel_key_value *k = find(e, i ? "max" : "min");
        if (k) return refuse(e, k->line, err, "'elements: %s' has a list; min and max belong to 'elements: count'", rules[rule]);
    }
    if ((st = read_list(e, c, err)) != CUPEL_OK) return st;
    cupel_str_addf(&d->name, "%s ", rules[rule]);
    put_listed(c, &d->name, " ", " ");
    cupel_str_puts(&d->words, phrases[rule]);
    put_listed(c, &d->words, ", ", rule == RULE_FORBIDDEN ? " or " : " and ");
    return CUPEL_OK;
}

/* ---- tables ---- */

/* The compiled-in table, or the user's where `facts` names one; facts NULL: oxidation states. */
static cupel_status load(const entry *e, cupel_constraint *c, const cupel_facts *facts, cupel_err *err)
{
    const cupel_key_value *k = find(e, "facts");
    const unsigned *states = cupel_oxidation_states(CUPEL_STATES_COMMON);
    c->facts = facts;
    if (k) {
        char *name = cupel_strndup(k->value.p, k->value.n), *path = name ? cupel_path_beside(e->file, name) : NULL;
        cupel_status st = path ? cupel_facts_open(path, facts, !facts, &c->own, err) : cupel_no_memory(err, "a table of element facts", 0);
        cupel_free(path);
        cupel_free(name);
        if (st != CUPEL_OK) return st;
        c->facts = cupel_facts_of(c->own);
        states = cupel_facts_states(c->own);
    }
    for (unsigned z = 1; z < CONSTRAINT_ROWS; z++) {
        c->weight[z] = cupel_element_weight(z);
        c->value[z] = facts ? c->facts->value[z] : NAN;
        c->burden[z] = c->weight[z] * c->value[z];
        c->state[z] = facts ? 0 : states[z];
    }
    return CUPEL_OK;
}

/* ", prices of 2001 to 2025" or the user's file. */
static void put_source(const entry *e, const cupel_constraint *c, cupel_str *words)
{
    const cupel_key_value *own = find(e, "facts");
    int first = 9999, last = 0;
    for (unsigned z = 1; c->facts && z < CONSTRAINT_ROWS; z++) {
        if (!c->facts->year[z]) continue;
        first = c->facts->year[z] < first ? c->facts->year[z] : first;
        last = c->facts->year[z] > last ? c->facts->year[z] : last;
    }
    if (own)
        cupel_str_addf(words, " (%.*s)", shown(own->value), own->value.p);
    else if (last && first == last)
        cupel_str_addf(words, " (figures of %d)", last);
    else if (last)
        cupel_str_addf(words, " (figures of %d to %d)", first, last);
}

static void put_limits(const cupel_constraint *c, cupel_str *words)
{
    const char *gap = c->unit[0] ? " " : "";
    if (isfinite(c->max) && c->min > 0)
        cupel_str_addf(words, "from %g to %g%s%s", c->min, c->max, gap, c->unit);
    else if (isfinite(c->max))
        cupel_str_addf(words, "at most %g%s%s", c->max, gap, c->unit);
    else
        cupel_str_addf(words, "at least %g%s%s", c->min, gap, c->unit);
}

typedef struct figure_kind {
    const char *table, *label, *words;
} figure_kind;

static cupel_status make_figure(const entry *e, draft *d, const figure_kind *f, cupel_err *err)
{
    cupel_constraint *c = d->c;
    const cupel_facts *facts = cupel_facts_find(f->table);
    c->rule = e->kind == ABUNDANCE ? RULE_SCARCEST : RULE_MEAN;
    c->label = f->label;
    c->unit = facts->unit;
    cupel_status st = limits(e, c, err);
    if (st == CUPEL_OK) st = load(e, c, facts, err);
    cupel_str_puts(&d->name, f->label);
    cupel_str_puts(&d->column, f->label);
    if (c->unit[0]) cupel_str_addf(&d->column, " [%s]", c->unit);
    cupel_str_puts(&d->words, f->words);
    put_limits(c, &d->words);
    put_source(e, c, &d->words);
    return st;
}

static cupel_status make_supply(const entry *e, draft *d, cupel_err *err)
{
    static const char *const which[] = {"hhi_production", "hhi_reserve", NULL};
    static const figure_kind kinds[] = {{"hhi_production", "HHI production", "supply concentration of production (HHI) of "},
                                        {"hhi_reserve", "HHI reserve", "supply concentration of reserves (HHI) of "}};
    size_t i;
    cupel_status st = word_of(e, "supply", which, 0, &i, err);
    return st == CUPEL_OK ? make_figure(e, d, &kinds[i], err) : st;
}

/* rohs, radioactive, eu_critical: a word and a table. */
static cupel_status make_list(const entry *e, draft *d, cupel_err *err)
{
    cupel_constraint *c = d->c;
    static const char *const yes[] = {"yes", "true", NULL}, *const no[] = {"no", "false", "forbidden", NULL};
    const char *kind = methods[e->kind].name;
    size_t at;
    cupel_status st = word_of(e, kind, e->kind == ROHS ? yes : no, 0, &at, err);
    if (st == CUPEL_OK) st = load(e, c, cupel_facts_find(kind), err);
    if (st != CUPEL_OK) return st;
    c->rule = e->kind == ROHS ? RULE_SHARE : RULE_FLAG;
    c->label = e->kind == RADIOACTIVE ? "radioactive" : e->kind == EU_CRITICAL ? "a critical raw material of the EU" : "RoHS substance";
    cupel_str_puts(&d->name, kind);
    if (e->kind == ROHS) cupel_str_puts(&d->column, "RoHS substance [%]");
    cupel_str_puts(&d->words, e->kind == ROHS          ? "keeps the limits of RoHS (2011/65/EU) on Pb, Hg and Cd; Cr is undecided"
                          : e->kind == RADIOACTIVE ? "contains no element without a stable isotope"
                                                   : "contains no critical raw material of the European Union (2024/1252)");
    if (c->own) put_source(e, c, &d->words);
    return CUPEL_OK;
}

static cupel_status make_charge(const entry *e, draft *d, cupel_err *err)
{
    cupel_constraint *c = d->c;
    static const char *const yes[] = {"yes", "true", NULL}, *const choice[] = {"reject", "pass", NULL},
                             *const no_yes[] = {"no", "false", "yes", "true", NULL};
    size_t at, alloys, mixed, set;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(word_of(e, "charge_neutral", yes, 0, &at, err));
    CUPEL_TRY(word_of(e, "alloys", choice, 0, &alloys, err));
    CUPEL_TRY(word_of(e, "mixed_valence", no_yes, 0, &mixed, err));
    CUPEL_TRY(word_of(e, "states", cupel_states_words, CUPEL_STATES_COMMON, &set, err));
    const cupel_key_value *named = find(e, "states");
    if (named && find(e, "facts")) CUPEL_TRY(refuse(e, named->line, err, "give 'states' or 'facts', a table of your own, not both"));
    CUPEL_TRY(load(e, c, NULL, err));
    for (unsigned z = 1; !c->own && z < CONSTRAINT_ROWS; z++) c->state[z] = cupel_oxidation_states((cupel_states)set)[z];
    c->rule = RULE_CHARGE;
    c->label = "charge neutrality";
    c->alloys_pass = alloys == 1;
    c->mixed_valence = mixed > 1;
    const double *metal = cupel_facts_find("metal")->value;
    for (unsigned z = 1; z < CONSTRAINT_ROWS; z++) {
        c->electronegativity[z] = cupel_element_electronegativity(z);
        c->metal[z] = metal[z] > 0;
    }
    cupel_str_puts(&d->name, "charge neutral");
    cupel_str_addf(&d->words, "is charge neutral with %s%s, cations less electronegative than anions%s",
                   c->own ? "oxidation states of " : cupel_states_said[set],
                   c->mixed_valence ? ", one element of mixed valence" : "", c->alloys_pass ? ", or of metals only" : "");
    if (c->own) put_source(e, c, &d->words);
done:
    return st;
}

/* ---- life ---- */

static cupel_status make(const entry *e, draft *d, cupel_err *err)
{
    static const figure_kind figures[N_KINDS] = {
        [PRICE] = {"price", "price", "raw elements cost "},
        [ABUNDANCE] = {"abundance", "crustal abundance", "the scarcest element makes up "},
        [CO2] = {"co2", "embodied CO2", "embodied CO2 of the elements of "},
        [ENERGY] = {"energy", "embodied energy", "embodied energy of the elements of "},
    };
    switch (e->kind) {
    case ELEMENTS: return make_elements(e, d, err);
    case SUPPLY: return make_supply(e, d, err);
    case ROHS:
    case RADIOACTIVE:
    case EU_CRITICAL: return make_list(e, d, err);
    case CHARGE_NEUTRAL: return make_charge(e, d, err);
    default:
        if (e->first->value.n)
            return refuse(e, e->first->line, err, "'%s: %.*s', expected a limit, as in %s: {%s: ...}", methods[e->kind].name,
                          shown(e->first->value), e->first->value.p, methods[e->kind].name, e->kind == ABUNDANCE ? "min" : "max");
        return make_figure(e, d, &figures[e->kind], err);
    }
}

cupel_status cupel_constraint_new(const cupel_key_value *keys, size_t n, const char *file, cupel_constraint **out, cupel_err *err)
{
    static const char *const choice[] = {"reject", "pass", NULL};
    cupel_status st = CUPEL_OK;
    entry e = {.keys = keys, .n = n, .file = file};
    size_t unknown;
    cupel_constraint *c = cupel_alloc(1, sizeof *c);
    draft d = {.c = c};
    if (!c) return cupel_no_memory(err, "a constraint", sizeof *c);
    c->max = INFINITY;
    c->unit = "";
    CUPEL_TRY(check_keys(&e, err));
    assert(e.first);
    CUPEL_TRY(word_of(&e, "unknown", choice, 0, &unknown, err));
    c->pass_unknown = unknown == 1;
    CUPEL_TRY(make(&e, &d, err));
    if (c->pass_unknown) cupel_str_puts(&d.words, "; what is unknown passes");
    c->name = d.name.failed ? NULL : cupel_strdup(cupel_str_text(&d.name));
    c->column = d.column.failed ? NULL : cupel_strdup(cupel_str_text(&d.column));
    c->words = d.words.failed ? NULL : cupel_strdup(cupel_str_text(&d.words));
    if (!c->name || !c->column || !c->words) CUPEL_TRY(cupel_no_memory(err, "a constraint", 0));
    *out = c;
    c = NULL;
done:
    cupel_str_free(&d.name);
    cupel_str_free(&d.column);
    cupel_str_free(&d.words);
    cupel_constraint_free(c);
    return st;
}

void cupel_constraint_free(cupel_constraint *c)
{
    if (!c) return;
    cupel_facts_close(c->own);
    cupel_free(c->name);
    cupel_free(c->column);
    cupel_free(c->words);
    cupel_free(c);
}

const char *cupel_constraint_name(const cupel_constraint *c) { return c->name; }
const char *cupel_constraint_column(const cupel_constraint *c) { return c->column; }
const char *cupel_constraint_words(const cupel_constraint *c) { return c->words; }
