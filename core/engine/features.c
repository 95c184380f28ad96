#include "core/engine/features_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/cross.h"

#include <string.h>

cupel_status cupel_features_parse_sets(cupel_features *f, const char *names, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str text = {0}, rest = {0};
    f->sets = (cupel_sets){0};
    f->crosses = names && cupel_cross_take(names, &rest);
    if (rest.failed) CUPEL_TRY(cupel_no_memory(err, "the names of descriptors", 0));
    if (f->crosses) names = rest.n ? cupel_str_text(&rest) : NULL;
    if (names && strcmp(names, "none") != 0) CUPEL_TRY(cupel_sets_parse(names, f->imputes ? CUPEL_SETS_IMPUTED : 0u, &f->sets, err));
    cupel_sets_text(&f->sets, &text);
    if (f->crosses) cupel_str_addf(&text, "%scross", text.n ? "," : "");
    cupel_free(f->sets_text);
    f->sets_text = text.failed ? NULL : cupel_strdup(text.n ? cupel_str_text(&text) : "none");
    if (!f->sets_text) st = cupel_no_memory(err, "the names of descriptors", 0);
done:
    cupel_str_free(&text);
    cupel_str_free(&rest);
    return st;
}

cupel_status cupel_features_add_column(cupel_features *f, cupel_text name, cupel_err *err)
{
    if (!name.n) return cupel_fail(err, CUPEL_USAGE, "an empty name among the table columns; expected names joined by ','");
    for (size_t i = 0; i < f->n_cols; i++)
        if (cupel_text_is(name, f->col[i].name)) return cupel_fail(err, CUPEL_USAGE, "table column '%s' is given twice", f->col[i].name);
    cupel_feature_column *c = &f->col[f->n_cols];
    c->at = SIZE_MAX;
    c->name = cupel_strndup(name.p, name.n);
    if (!c->name) return cupel_no_memory(err, "the names of table columns", 0);
    f->n_cols++;
    return CUPEL_OK;
}

static cupel_status parse_columns(cupel_features *f, const char *names, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t n = 1;
    f->columns_text = cupel_strdup("");
    if (!f->columns_text) return cupel_no_memory(err, "the names of table columns", 0);
    if (!names || !*names) return CUPEL_OK;
    for (const char *p = names; *p; p++) n += *p == ',';
    f->col = cupel_alloc(n, sizeof *f->col);
    if (!f->col) return cupel_no_memory(err, "the names of table columns", n * sizeof *f->col);
    cupel_str text = {0};
    for (const char *p = names; p;) {
        CUPEL_TRY(cupel_features_add_column(f, cupel_text_next(&p), err));
        cupel_str_list(&text, f->col[f->n_cols - 1].name);
    }
    cupel_free(f->columns_text);
    f->columns_text = text.failed ? NULL : cupel_strdup(cupel_str_text(&text));
    if (!f->columns_text) st = cupel_no_memory(err, "the names of table columns", 0);
done:
    cupel_str_free(&text);
    return st;
}

cupel_status cupel_features_new(const char *sets, const char *columns, cupel_features **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_features *f = cupel_alloc(1, sizeof *f);
    if (!f) return cupel_no_memory(err, "features", sizeof *f);
    CUPEL_TRY(cupel_features_parse_sets(f, sets, err));
    CUPEL_TRY(parse_columns(f, columns, err));
    if (f->crosses && !f->n_cols)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "'cross' crosses columns of the table with the composition: name them with --columns"));
    if (!f->sets.n && !f->n_cols) st = cupel_fail(err, CUPEL_USAGE, "no features: give a set of descriptors, table columns, or both");
done:
    if (st == CUPEL_OK)
        *out = f;
    else
        cupel_features_free(f);
    return st;
}

void cupel_features_free(cupel_features *f)
{
    if (!f) return;
    for (size_t i = 0; i < f->n_cols; i++) {
        for (size_t v = 0; v < f->col[i].n_values; v++) cupel_free(f->col[i].value[v]);
        cupel_free(f->col[i].value);
        cupel_free(f->col[i].name);
        cupel_free(f->col[i].unit);
    }
    cupel_free(f->col);
    cupel_free(f->sets_text);
    cupel_free(f->columns_text);
    cupel_transfer_free(f->loaded);
    cupel_free(f);
}

cupel_status cupel_features_impute(cupel_features *f, cupel_err *err)
{
    char *names = cupel_strdup(f->sets_text);
    if (!names) return cupel_no_memory(err, "the names of descriptors", 0);
    f->imputes = true;
    cupel_status st = cupel_features_parse_sets(f, names, err);
    cupel_free(names);
    return st;
}

bool cupel_features_imputes(const cupel_features *f) { return f->imputes; }

void cupel_features_transfer(cupel_features *f, const cupel_transfer *t) { f->transfer = t; }
