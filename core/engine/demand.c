#include "core/engine/demand.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/demand_parts.h"
#include "core/engine/sets.h"
#include "core/io/keys.h"
#include "core/io/input.h"
#include "core/math/units.h"
#include "core/matter/columns.h"
#include "core/matter/crystal.h"
#include "core/sys/file.h"
#include "datasets/source.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DEMAND_BYTES_MAX = 1 << 20 };

static const char *const top_keys[] = {"demand", "scale",  "data",   "model", "properties", "space", "require",
                                       "rank",   "prefer", "domain", "known", "per_system", "keep",  "seed",       "level",      "first",
                                       "diverse", NULL};
static const char *const diverse_keys[] = {"distance", "in", NULL};
static const char *const first_keys[] = {"model", "pass", NULL};
static const char *const data_keys[] = {"file", "formula", "target", "property", "unit", "format", "columns", "missing", "missing_target", "dot",
                                        "source", "sha256", "download", "where", "without", "contents", "beside", "groups", NULL};
static const char *const model_keys[] = {"name", "features", "settings", "params", "task", "seed", "budget", "transform", "transfer", "kernel",
                                         "file", NULL};
static const char *const property_keys[] = {"property", "unit", "data", "model", NULL};
static const char *const rank_keys[] = {"by", NULL};
static const char *const rank_words[] = {"probability", "pareto", "weights", NULL};
static const char *const task_words[] = {"auto", "regression", "class", NULL};
static const char *const target_words[] = {"fail", "drop", NULL};
static const char *const dot_words[] = {"refuse", "hydrate", "decimal", NULL};
static const char *const domain_words[] = {"shown", "required", NULL};
static const char *const known_words[] = {"measured", "keep", "drop", NULL};
static const char *const scale_words[] = {"composition", NULL};

const char *cupel_rank_by_name(cupel_rank_by by) { return rank_words[by]; }

/* A name in the demand, relative to its folder. */
static cupel_status resolve(cupel_demand *d, const char *name, const char **path, cupel_err *err)
{
    char *joined = cupel_path_beside(d->file, name);
    char *kept = joined ? cupel_arena_text(&d->arena, joined, strlen(joined)) : NULL;
    cupel_free(joined);
    if (!kept) return cupel_no_memory(err, "a file name", 0);
    *path = kept;
    return CUPEL_OK;
}

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

/* {C: 10, gamma: 0.1} as "C=10,gamma=0.1"; text stays as it is. */
static cupel_status settings_text(cupel_demand *d, const cupel_yaml *model, const char *key, const char **value, cupel_err *err)
{
    const cupel_yaml *node = cupel_yaml_get(model, key);
    if (!node || node->kind == CUPEL_YAML_SCALAR) return cupel_keys_text(model, d->file, key, value, err);
    cupel_str s = {0};
    for (const cupel_yaml *k = node->child; k; k = k->next) {
        if (node->kind != CUPEL_YAML_MAP || k->kind != CUPEL_YAML_SCALAR) {
            cupel_str_free(&s);
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: '%s' must be a mapping of numbers, as in {C: 10}", d->file, node->line, key);
        }
        cupel_str_addf(&s, "%s%.*s=%.*s", s.n ? "," : "", (int)k->key.n, k->key.p, (int)k->text.n, k->text.p);
    }
    char *kept = s.failed ? NULL : cupel_arena_text(&d->arena, cupel_str_text(&s), s.n);
    cupel_str_free(&s);
    if (!kept) return cupel_no_memory(err, "settings", 0);
    *value = kept;
    return CUPEL_OK;
}

static cupel_status check_learner(cupel_demand *d, const cupel_yaml *map, const cupel_demand_property *p, cupel_err *err)
{
    const cupel_model_options *o = &p->options;
    const cupel_method *m = cupel_learner_find(o->learner);
    cupel_features *f = NULL;
    if (!m) {
        cupel_str all = {0};
        for (size_t i = 0; cupel_learner_method(i); i++) cupel_str_addf(&all, "%s%s", i ? ", " : "", cupel_learner_method(i)->name);
        const cupel_yaml *name = cupel_yaml_get(map, "name");
        cupel_fail(err, CUPEL_USAGE, "%s:%zu: no model '%.40s'; there are %s", d->file, name ? name->line : map->line, o->learner,
                   cupel_str_text(&all));
        cupel_str_free(&all);
        return CUPEL_USAGE;
    }
    double *values = cupel_alloc(cupel_method_n_params(m) + 1, sizeof *values);
    if (!values) return cupel_no_memory(err, "settings", 0);
    cupel_status st = cupel_method_settings(m, o->settings, values, err);
    cupel_free(values);
    if (st == CUPEL_OK) st = cupel_features_new(o->features, o->columns, &f, err);
    cupel_features_free(f);
    return st == CUPEL_USAGE || st == CUPEL_BAD_INPUT ? cupel_keys_at(d->file, map->line, err) : st;
}

static cupel_status read_model(cupel_demand *d, const cupel_yaml *map, cupel_demand_property *p, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const char *file = NULL, *params = NULL, *budget = NULL, *transform = NULL, *kernel = NULL;
    int task = 0;
    p->options = (cupel_model_options){.learner = "svr", .features = "magpie", .columns = p->columns, .seed = d->seed};
    cupel_model_kernel(NULL, p->data.n_beside > 0, false, &p->options);
    if (!map) return CUPEL_OK;
    CUPEL_TRY(cupel_keys_check(map, d->file, "'model'", model_keys, err));
    CUPEL_TRY(cupel_keys_text(map, d->file, "file", &file, err));
    if (file) {
        if (map->n > 1)
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: a model that comes from a file takes no other keys; leave out all but 'file'", d->file,
                              map->line);
        return resolve(d, file, &p->model_file, err);
    }
    CUPEL_TRY(cupel_keys_text(map, d->file, "name", &p->options.learner, err));
    CUPEL_TRY(cupel_demand_list(d, map, "features", &p->options.features, err));
    CUPEL_TRY(settings_text(d, map, "settings", &p->options.settings, err));
    CUPEL_TRY(settings_text(d, map, "params", &params, err));
    if (params && p->options.settings)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: 'settings' and 'params' are the same key; keep one", d->file, map->line);
    if (params) p->options.settings = params;
    CUPEL_TRY(cupel_keys_text(map, d->file, "kernel", &kernel, err));
    cupel_model_kernel(kernel, p->data.n_beside > 0, cupel_yaml_get(map, "name") != NULL, &p->options);
    if (cupel_learner_check_kernel(p->options.learner, kernel, p->options.beside, err) != CUPEL_OK) return cupel_keys_at(d->file, map->line, err);
    CUPEL_TRY(cupel_keys_text(map, d->file, "transform", &transform, err));
    if (cupel_transform_parse(transform, &p->options.transform, err) != CUPEL_OK) return cupel_keys_at(d->file, map->line, err);
    p->options.transform_named = transform != NULL;
    CUPEL_TRY(cupel_keys_text(map, d->file, "budget", &budget, err));
    if (cupel_model_budget(budget, &p->options, err) != CUPEL_OK) return cupel_keys_at(d->file, map->line, err);
    if (!cupel_yaml_get(map, "features")) p->options.features = cupel_default_features(p->options.learner);
    if (!p->data_missing_given) p->data.missing = cupel_default_missing(p->options.learner);
    CUPEL_TRY(cupel_keys_word(map, d->file, "task", task_words, &task, err));
    CUPEL_TRY(cupel_keys_count(map, d->file, "seed", 0, UINT64_MAX, &p->options.seed, err));
    p->options.task = (cupel_task)task;
    CUPEL_TRY(cupel_demand_transfer(d, map, p, err));
    st = check_learner(d, map, p, err);
done:
    return st;
}

/* The table beside the demand or in a folder of CUPEL_DATA. */
static cupel_status find_table(cupel_demand *d, cupel_demand_property *p, const char *name, size_t line, cupel_err *err)
{
    char *found = NULL;
    const cupel_status st = cupel_selection_find(p->data.selection, d->file, name, &found, err);
    if (st != CUPEL_OK) {
        cupel_err_prefix(err, "%s:%zu: ", d->file, line);
        return st;
    }
    char *kept = cupel_arena_text(&d->arena, found, strlen(found));
    cupel_free(found);
    p->data.file = kept;
    return kept ? CUPEL_OK : cupel_no_memory(err, "a file name", 0);
}

/* Names of a list, one by one: those of `text`, joined by commas. */
static cupel_status split_names(cupel_demand *d, const char *text, const char *const **names, size_t *n, cupel_err *err)
{
    size_t most = 1;
    for (const char *p = text; *p; p++) most += *p == ',';
    const char **out = cupel_arena_take(&d->arena, most * sizeof *out);
    if (!out) return cupel_no_memory(err, "a list", most * sizeof *out);
    for (const char *p = text; *p;) {
        const size_t length = strcspn(p, ",");
        out[*n] = cupel_arena_text(&d->arena, p, length);
        if (!out[(*n)++]) return cupel_no_memory(err, "a list", length);
        p += length + (p[length] == ',');
    }
    *names = out;
    return CUPEL_OK;
}

static cupel_status read_data(cupel_demand *d, const cupel_yaml *map, cupel_demand_property *p, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const char *file = NULL, *missing = NULL, *property = NULL, *unit = NULL, *beside = NULL;
    int dot = 0, target = 0;
    if (!map) return CUPEL_OK;
    CUPEL_TRY(cupel_keys_check(map, d->file, "'data'", data_keys, err));
    CUPEL_TRY(cupel_keys_text(map, d->file, "file", &file, err));
    if (!file) return cupel_fail(err, CUPEL_USAGE, "%s:%zu: 'data' needs the key 'file', as in file: gaps.csv", d->file, map->line);
    CUPEL_TRY(cupel_selection_parse(map, d->file, &d->arena, &p->data.selection, err));
    CUPEL_TRY(find_table(d, p, file, map->line, err));
    p->data.in_demand = true;
    p->data.formula = p->data.target = NULL;
    CUPEL_TRY(cupel_keys_text(map, d->file, "formula", &p->data.formula, err));
    CUPEL_TRY(cupel_keys_text(map, d->file, "target", &p->data.target, err));
    CUPEL_TRY(cupel_keys_text(map, d->file, "property", &property, err));
    CUPEL_TRY(cupel_keys_text(map, d->file, "unit", &unit, err));
    CUPEL_TRY(cupel_keys_text(map, d->file, "format", &p->data.format, err));
    CUPEL_TRY(cupel_keys_text(map, d->file, "source", &p->source, err));
    CUPEL_TRY(cupel_demand_list(d, map, "columns", &p->columns, err));
    CUPEL_TRY(cupel_demand_list(d, map, "beside", &beside, err));
    if (beside) CUPEL_TRY(split_names(d, beside, &p->data.beside, &p->data.n_beside, err));
    CUPEL_TRY(cupel_keys_text(map, d->file, "missing", &missing, err));
    p->data_missing_given = missing != NULL;
    if (missing && cupel_missing_parse(missing, &p->data.missing, err) != CUPEL_OK)
        return cupel_keys_at(d->file, cupel_yaml_get(map, "missing")->line, err);
    CUPEL_TRY(cupel_keys_text(map, d->file, "groups", &p->data.groups, err));
    CUPEL_TRY(cupel_keys_word(map, d->file, "missing_target", target_words, &target, err));
    p->data.drop_target = target == 1;
    CUPEL_TRY(cupel_keys_word(map, d->file, "dot", dot_words, &dot, err));
    p->data.dot = (cupel_dot)dot;
    if (property) p->name = property;
    if (unit) p->unit = unit;
    if (!p->data.target)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: 'data' needs the key 'target', the column of measured values", d->file, map->line);
    p->has_data = true;
done:
    return st;
}

/* The columns must be there; a unit that is not given comes from the target's header, a name from its label. */
static cupel_status check_table(cupel_demand *d, cupel_demand_property *p, cupel_err *err)
{
    cupel_source *s = NULL;
    cupel_status st = cupel_source_open(p->data.file, p->data.format, &s, err);
    if (st != CUPEL_OK) {
        cupel_err_prefix(err, "%s:%zu: ", d->file, p->line);
        return st;
    }
    const cupel_header *h = cupel_source_header(s);
    const cupel_selection *select = p->data.selection;
    size_t at = 0, j = 0, where[CUPEL_SELECTION_WHERE];
    const bool contents = select && select->n_contents;
    if (contents) p->data.formula = CUPEL_CONTENTS_COLUMN;
    if (select) st = cupel_selection_bind(select, h, p->data.file, where, err);
    if (st == CUPEL_OK && !contents) st = cupel_column_formula(h, p->data.file, p->data.formula, "name it with formula: in data", &at, err);
    if (st == CUPEL_OK) st = cupel_column_find(h, p->data.file, "target", p->data.target, "name it with target: in data", &j, err);
    if (st != CUPEL_OK) cupel_err_prefix(err, "%s:%zu: ", d->file, p->line);
    if (st == CUPEL_OK && !p->data.formula) {
        p->data.formula = cupel_arena_text(&d->arena, h->name[at], strlen(h->name[at]));
        if (!p->data.formula) st = cupel_no_memory(err, "a property", 0);
    }
    if (st == CUPEL_OK) {
        const char *own = h->unit[j];
        if (p->unit && own[0] && strcmp(p->unit, own) != 0)
            st = cupel_fail(err, CUPEL_USAGE, "%s:%zu: unit of '%s': the demand says '%s', the header of '%s' says '%s'; make them one",
                            d->file, p->line, p->data.target, p->unit, p->data.file, own);
        if (!p->unit) p->unit = cupel_arena_text(&d->arena, own, strlen(own));
        if (!p->name) p->name = cupel_arena_text(&d->arena, h->label[j], strlen(h->label[j]));
        if (st == CUPEL_OK && (!p->unit || !p->name)) st = cupel_no_memory(err, "a property", 0);
    }
    cupel_source_free(s);
    return st;
}

static cupel_status open_model_file(cupel_demand *d, cupel_demand_property *p, cupel_err *err)
{
    if (!cupel_file_exists(p->model_file))
        return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%zu: no such model: looked for '%s'; put it there ('cupel train ... -o' writes one), or name "
                          "another", d->file, p->line, p->model_file);
    cupel_status st = cupel_model_open(p->model_file, &p->model, err);
    if (st != CUPEL_OK) {
        cupel_err_prefix(err, "%s:%zu: ", d->file, p->line);
        return st;
    }
    const char *name = cupel_model_property(p->model), *unit = cupel_model_unit(p->model);
    if (p->name && strcmp(p->name, name) != 0)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: property '%s': the model '%s' predicts '%s'", d->file, p->line, p->name, p->model_file,
                          name);
    if (p->unit && strcmp(p->unit, unit) != 0)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: property '%s': the demand says unit '%s', the model '%s' was trained in '%s'", d->file,
                          p->line, name, p->unit, p->model_file, unit);
    p->name = name;
    p->unit = unit;
    return CUPEL_OK;
}

static cupel_status read_property(cupel_demand *d, const cupel_yaml *from, cupel_demand_property *p, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const cupel_yaml *data = cupel_yaml_get(from, "data"), *model = cupel_yaml_get(from, "model");
    p->line = data ? data->line : model ? model->line : from->line;
    CUPEL_TRY(read_data(d, data, p, err));
    CUPEL_TRY(read_model(d, model, p, err));
    if (!p->has_data && !p->model_file && d->table && p->name) {
        const size_t at = cupel_header_find(d->table, p->name);
        if (!p->unit) p->unit = at != SIZE_MAX ? cupel_arena_text(&d->arena, d->table->unit[at], strlen(d->table->unit[at])) : "";
        if (!p->unit) CUPEL_TRY(cupel_no_memory(err, "a property", 0));
    } else if (!p->has_data && !p->model_file)
        return cupel_fail(err, CUPEL_USAGE,
                          "%s:%zu: nothing to learn from: give 'data' with file, formula and target, or model: {file: model.h5}", d->file,
                          p->line);
    if (p->has_data) CUPEL_TRY(check_table(d, p, err));
    if (p->model_file) CUPEL_TRY(open_model_file(d, p, err));
    p->data.property = p->name;
    p->data.unit = p->unit;
done:
    return st;
}

/* Those that `require` names, where a table alone is ranked. */
static cupel_status take_required(cupel_demand *d, const cupel_yaml *root, cupel_err *err)
{
    const cupel_yaml *require = cupel_yaml_get(root, "require");
    cupel_status st = CUPEL_OK;
    if (!require || require->kind != CUPEL_YAML_LIST) return CUPEL_OK; /* said when it is read */
    d->property = cupel_alloc(CUPEL_PROPERTIES_MAX, sizeof *d->property);
    if (!d->property) return cupel_no_memory(err, "properties", 0);
    for (const cupel_yaml *e = require->child; e && d->n_properties < CUPEL_PROPERTIES_MAX; e = e->next) {
        size_t i = 0;
        const char *name = NULL;
        if (e->kind != CUPEL_YAML_MAP || !cupel_yaml_get(e, "property")) continue;
        CUPEL_TRY(cupel_keys_text(e, d->file, "property", &name, err));
        while (i < d->n_properties && strcmp(d->property[i].name, name) != 0) i++;
        if (i < d->n_properties) continue; /* twice: said when it is read */
        d->property[d->n_properties++].name = name;
        CUPEL_TRY(read_property(d, e, &d->property[i], err));
    }
done:
    return st;
}

static cupel_status read_properties(cupel_demand *d, const cupel_yaml *root, cupel_err *err)
{
    const cupel_yaml *list = cupel_yaml_get(root, "properties");
    bool single = cupel_yaml_get(root, "data") || cupel_yaml_get(root, "model");
    if (list && single)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: give 'properties', or 'data' and 'model' for one property, not both", d->file, list->line);
    if (!list && !single && d->table) return take_required(d, root, err);
    if (!list && !single)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: a demand needs 'data' (a table to learn from) or model: {file: model.h5}", d->file,
                          root->line);
    if (list && (list->kind != CUPEL_YAML_LIST || !list->n || list->n > CUPEL_PROPERTIES_MAX))
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: 'properties' must be a list of 1 to %d entries", d->file, list->line,
                          CUPEL_PROPERTIES_MAX);
    size_t n = list ? list->n : 1;
    d->property = cupel_alloc(n, sizeof *d->property);
    if (!d->property) return cupel_no_memory(err, "properties", 0);
    d->n_properties = n;
    if (!list) return read_property(d, root, &d->property[0], err);
    size_t i = 0;
    for (const cupel_yaml *k = list->child; k; k = k->next, i++) {
        cupel_demand_property *p = &d->property[i];
        cupel_status st = cupel_keys_check(k, d->file, "an entry of 'properties'", property_keys, err);
        if (st == CUPEL_OK) st = cupel_keys_text(k, d->file, "property", &p->name, err);
        if (st == CUPEL_OK) st = cupel_keys_text(k, d->file, "unit", &p->unit, err);
        if (st == CUPEL_OK) st = read_property(d, k, p, err);
        if (st != CUPEL_OK) return st;
        for (size_t j = 0; j < i; j++)
            if (strcmp(d->property[j].name, p->name) == 0)
                return cupel_fail(err, CUPEL_USAGE, "%s:%zu: property '%s' is there twice", d->file, k->line, p->name);
    }
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
    CUPEL_TRY(read_model(d, model, &p, err));
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
    CUPEL_TRY(read_properties(d, root, err));
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
