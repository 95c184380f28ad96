#include "core/engine/demand.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/demand_parts.h"
#include "core/engine/sets.h"
#include "core/engine/trial_space.h"
#include "core/io/keys.h"
#include "core/io/input.h"
#include "core/math/units.h"
#include "core/matter/crystal.h"
#include "core/sys/file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DEMAND_BYTES_MAX = 1 << 20 };

static const char *const top_keys[] = {"demand", "scale",  "data",   "model", "properties", "space", "require",
                                       "rank",   "prefer", "domain", "known", "per_system", "keep",  "seed",       "level",      "first",
                                       "diverse", NULL};
static const char *const diverse_keys[] = {"distance", "in", NULL};
static const char *const first_keys[] = {"model", "pass", NULL};
static const char *const rank_keys[] = {"by", NULL};
static const char *const rank_words[] = {"probability", "pareto", "weights", NULL};
static const char *const domain_words[] = {"shown", "required", NULL};
static const char *const known_words[] = {"measured", "keep", "drop", NULL};
static const char *const scale_words[] = {"composition", NULL};

const char *cupel_rank_by_name(cupel_rank_by by) { return rank_words[by]; }

/* A list [a, b] or one text as "a,b". */
cupel_status cupel_demand_list(cupel_demand *d, const cupel_yaml *map, const char *key, const char **value, cupel_err *err)
{
    const cupel_yaml *node = cupel_yaml_get(map, key);
    if (!node || node->kind == CUPEL_YAML_SCALAR) return cupel_keys_text(map, d->file, key, value, err);
    cupel_str s = {0};
    for (const cupel_yaml *k = node->child; k; k = k->next) {
        if (k->kind != CUPEL_YAML_SCALAR || node->kind != CUPEL_YAML_LIST) {
            cupel_str_free(&s);
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: '%s' must be one value or a list [a, b]", d->file, node->line, key);
        }
        if (s.n) cupel_str_putc(&s, ',');
        cupel_str_add(&s, k->text.p, k->text.n);
    }
    char *kept = s.failed ? NULL : cupel_arena_text(&d->arena, cupel_str_text(&s), s.n);
    cupel_str_free(&s);
    if (!kept) return cupel_no_memory(err, "a list", 0);
    *value = kept;
    return CUPEL_OK;
}

/* The first of two stages: one kind of model for every property, learned from that property's table. */
static cupel_status read_first(cupel_demand *d, const cupel_yaml *map, cupel_err *err)
{
    cupel_demand_property p = {.name = NULL};
    const cupel_yaml *model = cupel_yaml_get(map, "model"), *pass = cupel_yaml_get(map, "pass");
    double percent = 5;
    cupel_status st = CUPEL_OK;
    if (!map) return CUPEL_OK;
    CUPEL_TRY(cupel_keys_check(map, d->file, "'first'", first_keys, err));
    CUPEL_TRY(cupel_demand_learner(d, model, &p, err));
    if (p.model_file)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE,
                             "%s:%zu: first: its models are trained from the tables of the properties; give name, features and settings", d->file,
                             model->line));
    if (!cupel_yaml_get(model, "name")) p.options.learner = "ridge";
    if (pass && (pass->kind != CUPEL_YAML_SCALAR || cupel_quantity_in(pass->text, "%", &percent, err) != CUPEL_OK || !(percent > 0 && percent < 100)))
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: first: pass must be a share between 0 and 100 %%, as in pass: 5 %%", d->file, pass->line));
    if (d->by == CUPEL_BY_PARETO)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: 'first' goes with a ranking by probability or weights, not with Pareto layers; leave one out",
                             d->file, map->line));
    for (size_t i = 0; i < d->n_properties; i++)
        if (!d->property[i].has_data || d->property[i].columns)
            CUPEL_TRY(cupel_fail(err, CUPEL_USAGE,
                                 "%s:%zu: first: '%s' needs data without 'columns', for its cheap model to learn from; give it, or leave 'first' out",
                                 d->file, map->line, d->property[i].name));
    if (p.has_transfer)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: the model of 'first' is a cheap one and takes no transfer; leave it out", d->file,
                             model->line));
    d->first_given = true;
    d->first_share = percent / 100;
    d->first_line = map->line;
    d->first_options = p.options;
done:
    return st;
}

/* diverse: 0.2, or {distance: 0.2, in: composition | magpie} */
static cupel_status read_diverse(cupel_demand *d, const cupel_yaml *root, cupel_err *err)
{
    const cupel_yaml *node = cupel_yaml_get(root, "diverse"), *map = node;
    cupel_sets *sets = NULL;
    cupel_status st = CUPEL_OK;
    d->diverse_in = "composition";
    if (!node) return CUPEL_OK;
    bool scalar = node->kind == CUPEL_YAML_SCALAR;
    if (!scalar) {
        CUPEL_TRY(cupel_keys_check(map, d->file, "'diverse'", diverse_keys, err));
        CUPEL_TRY(cupel_demand_list(d, map, "in", &d->diverse_in, err));
    }
    bool composition = strcmp(d->diverse_in, "composition") == 0;
    CUPEL_TRY(cupel_keys_number(scalar ? root : map, d->file, scalar ? "diverse" : "distance", 1e-6, composition ? 2 : 1e6, &d->diverse, err));
    if (!(d->diverse > 0))
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: diverse needs a distance, as in diverse: {distance: 0.2, in: composition}", d->file,
                             node->line));
    if (d->by == CUPEL_BY_PARETO)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE,
                             "%s:%zu: 'diverse' goes with a ranking by probability or weights, not with Pareto layers; leave one out", d->file,
                             node->line));
    if (composition) goto done;
    sets = cupel_alloc(1, sizeof *sets);
    if (!sets) CUPEL_TRY(cupel_no_memory(err, "sets of descriptors", sizeof *sets));
    st = cupel_sets_parse(d->diverse_in, CUPEL_SETS_IMPUTED, sets, err);
    if (st == CUPEL_USAGE) cupel_keys_at(d->file, node->line, err);
done:
    cupel_free(sets);
    return st;
}

static cupel_status read_rank(cupel_demand *d, const cupel_yaml *root, cupel_err *err)
{
    const cupel_yaml *rank = cupel_yaml_get(root, "rank"), *prefer = cupel_yaml_get(root, "prefer");
    int by = CUPEL_BY_PROBABILITY;
    if (rank && prefer) return cupel_fail(err, CUPEL_USAGE, "%s:%zu: 'rank' and 'prefer' are the same key; keep one", d->file, prefer->line);
    const char *key = rank ? "rank" : "prefer";
    if (prefer) rank = prefer;
    if (!rank) return CUPEL_OK;
    cupel_status st = CUPEL_OK;
    if (rank->kind == CUPEL_YAML_SCALAR) {
        st = cupel_keys_word(root, d->file, key, rank_words, &by, err);
    } else {
        const cupel_yaml *weights = cupel_yaml_get(rank, "weights");
        if (!weights) weights = cupel_yaml_get(rank, "weight");
        if (weights)
            return cupel_fail(err, CUPEL_USAGE,
                              "%s:%zu: weights stand with what they weigh: rank: {by: weights}, and in require {property: %s, ..., weight: 2}",
                              d->file, weights->line, d->n_properties ? d->property[0].name : "band gap");
        st = cupel_keys_check(rank, d->file, "'rank'", rank_keys, err);
        if (st == CUPEL_OK) st = cupel_keys_word(rank, d->file, "by", rank_words, &by, err);
    }
    d->by = (cupel_rank_by)by;
    return st;
}

/* Phases are for microstructures, which are read elsewhere when `scale` says so. */
static cupel_status check_scale(const cupel_yaml *root, const char *file, cupel_err *err)
{
    const cupel_yaml *phases = cupel_yaml_get(root, "phases"), *scale = cupel_yaml_get(root, "scale");
    if (!phases) return CUPEL_OK;
    if (scale && scale->kind == CUPEL_YAML_SCALAR && cupel_text_is(scale->text, "microstructure"))
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: scale: microstructure cannot be read from a pipe here; name a file", file, scale->line);
    if (scale && scale->kind == CUPEL_YAML_SCALAR)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: scale: found '%.*s', expected microstructure for a demand with 'phases'", file, scale->line,
                          cupel_shown(scale->text.n, 40), scale->text.p);
    return cupel_fail(err, CUPEL_USAGE, "%s:%zu: a demand with 'phases' needs the line 'scale: microstructure'; found none", file, phases->key_line);
}

static cupel_status read_root(cupel_demand *d, const cupel_yaml *root, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    int domain = 0, known = 0, scale = 0;
    CUPEL_TRY(check_scale(root, d->file, err));
    CUPEL_TRY(cupel_keys_check(root, d->file, "a demand", top_keys, err));
    if (cupel_trial_space_is(root))
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: a space of columns alone is one of settings, which 'cupel suggest --space' takes; one of "
                                               "formulas has a list, ranges or the like beside them ('cupel help space')", d->file,
                             cupel_yaml_get(root, "space")->key_line));
    CUPEL_TRY(cupel_keys_text(root, d->file, "demand", &d->words, err));
    if (!d->words) return cupel_fail(err, CUPEL_USAGE, "%s:%zu: a demand begins with the key 'demand', what for in words", d->file, root->line);
    CUPEL_TRY(cupel_keys_word(root, d->file, "scale", scale_words, &scale, err));
    CUPEL_TRY(cupel_keys_count(root, d->file, "keep", 1, CUPEL_KEEP_MAX, &d->keep, err));
    CUPEL_TRY(cupel_keys_count(root, d->file, "seed", 0, UINT64_MAX, &d->seed, err));
    CUPEL_TRY(cupel_keys_number(root, d->file, "level", 0.5, 0.999, &d->level, err));
    CUPEL_TRY(cupel_keys_word(root, d->file, "domain", domain_words, &domain, err));
    d->domain_required = domain == 1;
    CUPEL_TRY(cupel_keys_word(root, d->file, "known", known_words, &known, err));
    d->known = (cupel_known_policy)known;
    CUPEL_TRY(cupel_keys_count(root, d->file, "per_system", 1, CUPEL_KEEP_MAX, &d->per_system, err));
    CUPEL_TRY(read_rank(d, root, err));
    if (d->per_system && d->by == CUPEL_BY_PARETO)
        return cupel_fail(err, CUPEL_USAGE,
                          "%s:%zu: 'per_system' goes with a ranking by probability or weights, not with Pareto layers; leave one out", d->file,
                          cupel_yaml_get(root, "per_system")->line);
    CUPEL_TRY(cupel_demand_properties(d, root, err));
    CUPEL_TRY(read_first(d, cupel_yaml_get(root, "first"), err));
    CUPEL_TRY(read_diverse(d, root, err));
    d->space_spec = cupel_yaml_get(root, "space");
    if (!d->space_spec && !d->table)
        return cupel_fail(err, CUPEL_USAGE,
                          "%s:%zu: a demand needs 'space', where to look, as in space: {list: candidates.csv, formula: formula}", d->file,
                          root->line);
    st = cupel_demand_require(d, cupel_yaml_get(root, "require"), err);
done:
    return st;
}

static cupel_status read_for(cupel_text text, const char *file, const cupel_header *table, cupel_demand **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_demand *d = cupel_alloc(1, sizeof *d);
    if (!d) return cupel_no_memory(err, "a demand", sizeof *d);
    d->file = cupel_strdup(file);
    d->text = cupel_strndup(text.p, text.n);
    d->n_text = text.n;
    d->table = table;
    d->keep = 100;
    d->seed = 1;
    d->level = 0.9;
    if (!d->file || !d->text) CUPEL_TRY(cupel_no_memory(err, "a demand", text.n));
    CUPEL_TRY(cupel_digest_text((cupel_text){d->text, d->n_text}, d->file, d->digest, err));
    st = cupel_yaml_read((cupel_text){d->text, d->n_text}, file, &d->doc, err);
    if (st == CUPEL_BAD_INPUT && err) err->status = CUPEL_USAGE; /* a demand is what the user asks, not data */
    if (st == CUPEL_BAD_INPUT) st = CUPEL_USAGE;
    CUPEL_TRY(st);
    st = read_root(d, cupel_yaml_root(d->doc), err);
done:
    if (st != CUPEL_OK) {
        cupel_demand_free(d);
        d = NULL;
    }
    *out = d;
    return st;
}

cupel_status cupel_demand_read(cupel_text text, const char *file, cupel_demand **out, cupel_err *err)
{
    return read_for(text, file, NULL, out, err);
}

cupel_status cupel_demand_text(const char *path, char **text, size_t *n, cupel_err *err)
{
    cupel_input *in = NULL;
    *text = NULL;
    *n = 0;
    cupel_status st = cupel_crystal_refuse(path, err);
    if (st == CUPEL_OK) st = cupel_input_open(path, &in, err);
    if (st == CUPEL_OK) st = cupel_input_rest(in, DEMAND_BYTES_MAX, text, n, err);
    cupel_input_free(in);
    return st;
}

cupel_status cupel_demand_open(const char *path, cupel_demand **d, cupel_err *err) { return cupel_demand_open_for(path, NULL, d, err); }

cupel_status cupel_demand_open_for(const char *path, const cupel_header *table, cupel_demand **d, cupel_err *err)
{
    char *text = NULL;
    size_t n = 0;
    *d = NULL;
    cupel_status st = cupel_demand_text(path, &text, &n, err);
    if (st == CUPEL_OK) st = read_for((cupel_text){text, n}, path, table, d, err);
    if (*d) (*d)->table = NULL;
    cupel_free(text);
    return st;
}

void cupel_demand_free(cupel_demand *d)
{
    if (!d) return;
    for (size_t i = 0; i < d->n_properties; i++) {
        cupel_model_free(d->property[i].model);
        cupel_model_free(d->property[i].first);
        cupel_transfer_free(d->property[i].transferred);
        cupel_free(d->property[i].data_digest);
    }
    for (size_t i = 0; i < d->n_constraints; i++) cupel_constraint_free(d->constraint[i].c);
    cupel_free(d->property);
    cupel_free(d->requirement);
    cupel_free(d->constraint);
    cupel_yaml_free(d->doc);
    cupel_free(d->file);
    cupel_free(d->text);
    cupel_arena_release(&d->arena);
    cupel_free(d);
}

/* Every word of the demand is tried as a file name: spaces have keys of their own. */
static cupel_status guard(const cupel_demand *d, const cupel_yaml *node, const char *output, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    for (const cupel_yaml *k = node->child; k && st == CUPEL_OK; k = k->next) st = guard(d, k, output, err);
    if (st != CUPEL_OK || node->kind != CUPEL_YAML_SCALAR || !node->text.n) return st;
    char *path = cupel_path_beside(d->file, node->text.p);
    if (!path) return cupel_no_memory(err, "a file name", 0);
    if (cupel_same_file(path, output))
        st = cupel_fail(err, CUPEL_USAGE, "output '%s' is the file that %s:%zu reads; give another name", output, d->file, node->line);
    cupel_free(path);
    return st;
}

cupel_status cupel_demand_guard(const cupel_demand *d, const char *output, cupel_err *err)
{
    if (cupel_same_file(d->file, output)) return cupel_fail(err, CUPEL_USAGE, "output '%s' is the demand itself; give another name", output);
    return guard(d, cupel_yaml_root(d->doc), output, err);
}

size_t cupel_demand_n_models(const cupel_demand *d) { return d->n_properties * (d->first_given ? 2 : 1); }

cupel_model **cupel_demand_model(const cupel_demand *d, size_t i)
{
    return i < d->n_properties ? &d->property[i].model : &d->property[i - d->n_properties].first;
}

/* A space without candidates may be so because of the elements that constraints rule out. */
static void name_constraints(const cupel_demand *d, cupel_err *err)
{
    cupel_str s = {0};
    char was[CUPEL_ERR_MAX];
    size_t n = 0;
    for (size_t i = 0; i < d->n_constraints; i++) {
        const cupel_demand_constraint *c = &d->constraint[i];
        bool all = true;
        for (unsigned z = 1; z <= CUPEL_Z_MAX; z++) all = all && cupel_constraint_allows(c->c, z);
        if (!all) cupel_str_addf(&s, "%s'%.60s' in line %zu", n++ ? ", " : "; elements are ruled out by ", cupel_constraint_name(c->c), c->line);
    }
    snprintf(was, sizeof was, "%s", err->message);
    if (n && !s.failed) (void)cupel_fail(err, CUPEL_INFEASIBLE, "%s%s", was, cupel_str_text(&s));
    cupel_str_free(&s);
}

cupel_status cupel_demand_space(const cupel_demand *d, cupel_space **s, cupel_err *err)
{
    bool allows[CUPEL_Z_MAX + 1] = {false};
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++) {
        allows[z] = true;
        for (size_t i = 0; i < d->n_constraints; i++) allows[z] = allows[z] && cupel_constraint_allows(d->constraint[i].c, z);
    }
    cupel_status st = cupel_space_open(d->space_spec, d->file, allows, s, err);
    if (st == CUPEL_INFEASIBLE) name_constraints(d, err);
    return st;
}

size_t cupel_demand_objectives(const cupel_demand *d)
{
    size_t n = 0;
    for (size_t i = 0; i < d->n_requirements; i++) {
        const cupel_requirement *q = &d->requirement[i];
        n += (size_t)(q->min > -HUGE_VAL || q->max < HUGE_VAL) + (size_t)(q->goal != 0);
    }
    for (size_t i = 0; i < d->n_constraints; i++) n += d->constraint[i].goal != 0;
    return n;
}
