/* The key `model` of a demand. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/demand_parts.h"
#include "core/io/keys.h"
#include "core/sys/file.h"

#include <string.h>

static const char *const model_keys[] = {"name", "features", "settings", "params", "task", "seed", "budget", "transform", "transfer", "kernel",
                                         "monotone", "file", NULL};
static const char *const task_words[] = {"auto", "regression", "class", NULL};

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

cupel_status cupel_demand_learner(cupel_demand *d, const cupel_yaml *map, cupel_demand_property *p, cupel_err *err)
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
    CUPEL_TRY(cupel_keys_text(map, d->file, "monotone", &p->options.monotone, err));
    if (cupel_learner_check_monotone(p->options.learner, p->options.monotone, err) != CUPEL_OK) return cupel_keys_at(d->file, map->line, err);
    CUPEL_TRY(cupel_keys_text(map, d->file, "transform", &transform, err));
    if (cupel_transform_parse(transform, &p->options.transform, err) != CUPEL_OK) return cupel_keys_at(d->file, map->line, err);
    p->options.transform_named = transform != NULL;
    CUPEL_TRY(cupel_keys_text(map, d->file, "budget", &budget, err));
    if (cupel_model_budget(budget, &p->options, err) != CUPEL_OK) return cupel_keys_at(d->file, map->line, err);
    if (!cupel_yaml_get(map, "features")) {
        p->options.features = cupel_default_features(p->options.learner);
        p->options.with_hurdle = cupel_default_with_hurdle(p->options.learner);
    }
    if (!p->data_missing_given) p->data.missing = cupel_default_missing(p->options.learner);
    CUPEL_TRY(cupel_keys_word(map, d->file, "task", task_words, &task, err));
    CUPEL_TRY(cupel_keys_count(map, d->file, "seed", 0, UINT64_MAX, &p->options.seed, err));
    p->options.task = (cupel_task)task;
    CUPEL_TRY(cupel_demand_transfer(d, map, p, err));
    st = check_learner(d, map, p, err);
done:
    return st;
}
