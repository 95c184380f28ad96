/* Columns of a model in groups that a person can name. */
#include "core/engine/attribution_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/feature_words.h"

#include <string.h>

static cupel_group *find(cupel_attribution *a, const char *name)
{
    for (size_t g = 0; g < a->n_groups; g++)
        if (strcmp(a->group[g].name, name) == 0) return &a->group[g];
    return NULL;
}

static cupel_status add(cupel_attribution *a, const char *name, size_t column, size_t n_columns, cupel_err *err)
{
    cupel_group *g = find(a, name);
    if (!g) {
        g = &a->group[a->n_groups];
        *g = (cupel_group){
            .name = cupel_strdup(name), .column = cupel_alloc(n_columns, sizeof *g->column), .importance = (double)NAN, .with = SIZE_MAX};
        a->n_groups++;
        if (!g->name || !g->column) return cupel_no_memory(err, "groups of columns", 0);
    }
    g->column[g->n++] = column;
    return CUPEL_OK;
}

cupel_status cupel_attribution_group(cupel_attribution *a, const cupel_features *f, const bool *constant, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str group = {0}, inside = {0};
    const size_t d = cupel_features_count(f);
    a->group = cupel_alloc(d, sizeof *a->group);
    if (!a->group) return cupel_no_memory(err, "groups of columns", d * sizeof *a->group);
    for (size_t j = 0; j < d; j++) {
        if (constant[j]) continue;
        CUPEL_TRY(cupel_feature_words(f, j, &group, &inside, err));
        CUPEL_TRY(add(a, cupel_str_text(&group), j, d, err));
    }
done:
    cupel_str_free(&group);
    cupel_str_free(&inside);
    return st;
}

cupel_status cupel_attribution_inside(cupel_group *g, const cupel_features *f, size_t column, cupel_err *err)
{
    cupel_str group = {0}, inside = {0};
    cupel_status st = cupel_feature_words(f, column, &group, &inside, err);
    if (st == CUPEL_OK) g->most = cupel_strdup(g->n > 1 ? cupel_str_text(&inside) : "");
    if (st == CUPEL_OK && !g->most) st = cupel_no_memory(err, "groups of columns", 0);
    cupel_str_free(&group);
    cupel_str_free(&inside);
    return st;
}
