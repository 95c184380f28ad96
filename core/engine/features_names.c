/* What the features are called, and which belong together. */
#include "core/engine/features_parts.h"

#include "core/base/err.h"
#include "core/engine/cross.h"

#include <string.h>

size_t cupel_features_table_width(const cupel_features *f)
{
    size_t n = 0;
    for (size_t i = 0; i < f->n_cols; i++) n += cupel_feature_width(&f->col[i]);
    return n;
}

/* Columns of the sets, the table and their products. */
size_t cupel_features_own_width(const cupel_features *f)
{
    return f->sets.n_columns + cupel_features_table_width(f) * (f->crosses ? 1 + CUPEL_CROSS_FACTORS : 1);
}

size_t cupel_features_count(const cupel_features *f) { return cupel_features_own_width(f) + (f->transfer ? cupel_transfer_columns(f->transfer) : 0); }

/* Column j of those that come from the table. */
static void table_name(const cupel_features *f, size_t j, cupel_str *name)
{
    const cupel_feature_column *c = f->col;
    for (; j >= cupel_feature_width(c); c++) j -= cupel_feature_width(c);
    cupel_str_puts(name, c->name);
    if (c->category) cupel_str_addf(name, "=%s", c->value[j]);
}

static void cross_name(const cupel_features *f, size_t j, cupel_str *name)
{
    cupel_str of = {0};
    table_name(f, j / CUPEL_CROSS_FACTORS, &of);
    cupel_cross_name(cupel_str_text(&of), j % CUPEL_CROSS_FACTORS, name);
    name->failed |= of.failed;
    cupel_str_free(&of);
}

cupel_status cupel_features_name(const cupel_features *f, size_t j, cupel_str *name, const char **unit, cupel_err *err)
{
    cupel_str_clear(name);
    *unit = "";
    size_t table = f->sets.n_columns + cupel_features_table_width(f);
    if (j < f->sets.n_columns) cupel_sets_column(&f->sets, j, name, unit);
    else if (j < table) table_name(f, j - f->sets.n_columns, name);
    else if (j >= cupel_features_own_width(f)) cupel_transfer_name(f->transfer, j - cupel_features_own_width(f), name, unit);
    else cross_name(f, j - table, name);
    return name->failed ? cupel_no_memory(err, "the name of a feature", 0) : CUPEL_OK;
}

void cupel_features_fractions(const cupel_features *f, size_t *first, size_t *n)
{
    size_t at = 0;
    *first = *n = 0;
    for (size_t i = 0; i < f->sets.n; at += f->sets.set[i++]->n_columns)
        if (strcmp(f->sets.set[i]->method.name, "element_fraction") == 0 && !f->sets.smooth[i]) *first = at, *n = f->sets.set[i]->n_columns;
}

void cupel_features_plain(const cupel_features *f, size_t *first, size_t *behind)
{
    *first = f->sets.n ? f->sets.set[0]->n_columns : 0;
    *behind = f->sets.n_columns;
}

/* in [from .. from + n - 1] */
static size_t mark(bool *in, size_t from, size_t n)
{
    for (size_t j = from; j < from + n; j++) in[j] = true;
    return n;
}

static size_t mark_set(const cupel_features *f, const char *name, bool *in)
{
    size_t at = 0, found = 0;
    for (size_t i = 0; i < f->sets.n; at += f->sets.set[i++]->n_columns)
        if (strcmp(f->sets.set[i]->method.name, name) == 0) found += mark(in, at, f->sets.set[i]->n_columns);
    return found;
}

static size_t mark_table(const cupel_features *f, const char *name, bool *in)
{
    size_t at = f->sets.n_columns, found = 0;
    for (const cupel_feature_column *c = f->col; c < f->col + f->n_cols; at += cupel_feature_width(c++))
        if (strcmp(c->name, name) == 0) found += mark(in, at, cupel_feature_width(c));
    return found;
}

/* A column of the table by its name without the unit, "T" for "T [K]", where there is one of them alone. */
static size_t mark_label(const cupel_features *f, const char *name, bool *in)
{
    const size_t n = strlen(name);
    size_t at = f->sets.n_columns, from = 0, width = 0, found = 0;
    for (const cupel_feature_column *c = f->col; c < f->col + f->n_cols; at += cupel_feature_width(c++)) {
        if (strncmp(c->name, name, n) != 0 || (strncmp(c->name + n, " [", 2) != 0 && strncmp(c->name + n, " (", 2) != 0)) continue;
        found++;
        from = at, width = cupel_feature_width(c);
    }
    return found == 1 ? mark(in, from, width) : 0;
}

static cupel_status mark_one(const cupel_features *f, const char *name, bool *in, size_t *found, cupel_err *err)
{
    cupel_str s = {0};
    const char *unit;
    cupel_status st = CUPEL_OK;
    for (size_t j = 0; j < cupel_features_count(f) && st == CUPEL_OK && !*found; j++) {
        st = cupel_features_name(f, j, &s, &unit, err);
        if (st == CUPEL_OK && strcmp(cupel_str_text(&s), name) == 0) *found = mark(in, j, 1);
    }
    cupel_str_free(&s);
    return st;
}

cupel_status cupel_features_group(const cupel_features *f, const char *name, bool *in, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t found = mark_set(f, name, in) + mark_table(f, name, in);
    if (!found && strcmp(name, "composition") == 0) found = mark(in, 0, f->sets.n_columns);
    if (!found && strcmp(name, "table") == 0) found = mark(in, f->sets.n_columns, cupel_features_table_width(f));
    if (!found) st = mark_one(f, name, in, &found, err);
    if (st == CUPEL_OK && !found) found = mark_label(f, name, in);
    if (st != CUPEL_OK || found) return st;
    return cupel_fail(err, CUPEL_USAGE,
                      "no columns are called '%.64s'; expected composition (sets: %s), table (its columns: %s), one of those, or a "
                      "single column",
                      name, f->sets_text, *f->columns_text ? f->columns_text : "none; name them with --columns");
}

size_t cupel_features_groups(const cupel_features *f, size_t most, const char **name, bool *category)
{
    size_t n = 0;
    if (f->sets.n && n < most) category[n] = false, name[n++] = "composition";
    for (const cupel_feature_column *c = f->col; c < f->col + f->n_cols && n < most; c++) category[n] = c->category, name[n++] = c->name;
    return n;
}

bool cupel_features_need_formulas(const cupel_features *f) { return f->sets.n || f->crosses || f->transfer; }

const char *cupel_features_sets(const cupel_features *f) { return f->sets_text; }

const char *cupel_features_columns(const cupel_features *f) { return f->columns_text; }
