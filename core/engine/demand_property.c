/* The keys `properties`, `data` and `model` of a demand: what is predicted, from which table or model. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/demand_parts.h"
#include "core/io/keys.h"
#include "core/matter/columns.h"
#include "core/sys/file.h"
#include "datasets/source.h"

#include <string.h>

static const char *const data_keys[] = {"file", "formula", "target", "property", "unit", "format", "columns", "missing", "missing_target", "dot",
                                        "source", "sha256", "download", "where", "without", "contents", "beside", "groups", NULL};
static const char *const property_keys[] = {"property", "unit", "data", "model", NULL};
static const char *const target_words[] = {"fail", "drop", NULL};
static const char *const dot_words[] = {"refuse", "hydrate", "decimal", NULL};

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

/* A table that is ranked by a property has a column of its name; a class has its probability instead. A pipe shows none beforehand. */
static cupel_status check_named(const cupel_demand *d, const cupel_demand_property *p, cupel_err *err)
{
    cupel_str s = {0};
    size_t at;
    cupel_str_addf(&s, "%s probability", p->name);
    const bool named = !d->table->n || s.failed || cupel_header_find(d->table, cupel_str_text(&s)) != SIZE_MAX;
    cupel_str_free(&s);
    if (named) return CUPEL_OK;
    const cupel_status st = cupel_column_find(d->table, "PREDICTIONS", "", p->name,
                                              "predict the property, name the column so, or give the demand data or a model", &at, err);
    if (st != CUPEL_OK) cupel_err_prefix(err, "%s:%zu: ", d->file, p->line);
    return st;
}

static cupel_status read_property(cupel_demand *d, const cupel_yaml *from, cupel_demand_property *p, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const cupel_yaml *data = cupel_yaml_get(from, "data"), *model = cupel_yaml_get(from, "model");
    p->line = data ? data->line : model ? model->line : from->line;
    CUPEL_TRY(read_data(d, data, p, err));
    CUPEL_TRY(cupel_demand_learner(d, model, p, err));
    if (!p->has_data && !p->model_file && d->table && p->name) {
        const size_t at = cupel_header_find(d->table, p->name);
        if (at == SIZE_MAX) CUPEL_TRY(check_named(d, p, err));
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

cupel_status cupel_demand_properties(cupel_demand *d, const cupel_yaml *root, cupel_err *err)
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
