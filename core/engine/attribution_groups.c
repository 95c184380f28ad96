/* Columns of a model in groups that a person can name. */
#include "core/engine/attribution_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/matter/elements.h"

#include <string.h>

/* Statistics as the sets write them, longer ones first where one begins another. */
static const char *const statistics[] = {"minimum", "maximum", "range", "mean deviation", "mean", "avg_dev", "mode", "std_dev", "standard deviation",
                                         "deviation", "sd", "quantile 10 %", "quantile 25 %", "quantile 50 %", "quantile 75 %", "quantile 90 %"};

static bool begins(const char *s, const char *with) { return strncmp(s, with, strlen(with)) == 0; }

/* "MagpieData range Electronegativity" -> "Electronegativity (MagpieData)" and "range"; what is not of this form stays whole. */
static void split(const char *name, cupel_str *group, cupel_str *inside)
{
    const char *gap = strchr(name, ' ');
    for (size_t i = 0; gap && i < sizeof statistics / sizeof *statistics; i++) {
        if (!begins(gap + 1, statistics[i]) || gap[1 + strlen(statistics[i])] != ' ') continue;
        cupel_str_addf(group, "%s (%.*s)", gap + 2 + strlen(statistics[i]), (int)(gap - name), name);
        cupel_str_puts(inside, statistics[i]);
        return;
    }
    if (cupel_element_find(name, strlen(name)))
        cupel_str_addf(group, "fraction of %s", name);
    else
        cupel_str_puts(group, name);
}

/* A category of a column of the table, "route=cast" -> "route" and "cast"; else as above. */
static void split_feature(const cupel_features *f, size_t column, const char *name, cupel_str *group, cupel_str *inside)
{
    const char *equals = cupel_features_is_category(f, column) ? strchr(name, '=') : NULL;
    if (!equals) {
        split(name, group, inside);
        return;
    }
    cupel_str_add(group, name, (size_t)(equals - name));
    cupel_str_puts(inside, equals + 1);
}

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
    cupel_str name = {0}, group = {0}, inside = {0};
    const size_t d = cupel_features_count(f);
    const char *unit;
    a->group = cupel_alloc(d, sizeof *a->group);
    if (!a->group) return cupel_no_memory(err, "groups of columns", d * sizeof *a->group);
    for (size_t j = 0; j < d; j++) {
        if (constant[j]) continue;
        cupel_str_clear(&name);
        cupel_str_clear(&group);
        cupel_str_clear(&inside);
        CUPEL_TRY(cupel_features_name(f, j, &name, &unit, err));
        split_feature(f, j, cupel_str_text(&name), &group, &inside);
        if (group.failed || inside.failed) CUPEL_TRY(cupel_no_memory(err, "groups of columns", 0));
        CUPEL_TRY(add(a, cupel_str_text(&group), j, d, err));
    }
done:
    cupel_str_free(&name);
    cupel_str_free(&group);
    cupel_str_free(&inside);
    return st;
}

cupel_status cupel_attribution_inside(cupel_group *g, const cupel_features *f, size_t column, cupel_err *err)
{
    cupel_str name = {0}, group = {0}, inside = {0};
    const char *unit;
    cupel_status st = cupel_features_name(f, column, &name, &unit, err);
    if (st == CUPEL_OK) split_feature(f, column, cupel_str_text(&name), &group, &inside);
    if (st == CUPEL_OK) g->most = cupel_strdup(g->n > 1 ? cupel_str_text(&inside) : "");
    if (st == CUPEL_OK && !g->most) st = cupel_no_memory(err, "groups of columns", 0);
    cupel_str_free(&name);
    cupel_str_free(&group);
    cupel_str_free(&inside);
    return st;
}
