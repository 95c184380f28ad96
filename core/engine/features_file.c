/* Features in a model file. */
#include "core/engine/features_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/matter/temperature.h"

#include <math.h>
#include <string.h>

static cupel_status put_names(const cupel_features *f, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t n = cupel_features_count(f);
    char **name = cupel_alloc(n, sizeof *name);
    const char **unit = cupel_alloc(n, sizeof *unit);
    cupel_str text = {0};
    if (!name || !unit) CUPEL_TRY(cupel_no_memory(err, "the names of features", 0));
    for (size_t j = 0; j < n; j++) {
        CUPEL_TRY(cupel_features_name(f, j, &text, &unit[j], err));
        name[j] = cupel_strdup(cupel_str_text(&text));
        if (!name[j]) CUPEL_TRY(cupel_no_memory(err, "the names of features", 0));
    }
    CUPEL_TRY(cupel_writer_put(w, "features/names", "", "columns that the model sees", CUPEL_TEXT, 1, &n, name, err));
    CUPEL_TRY(cupel_writer_put(w, "features/units", "", "their units", CUPEL_TEXT, 1, &n, unit, err));
done:
    for (size_t j = 0; name && j < n; j++) cupel_free(name[j]);
    cupel_free(name);
    cupel_free(unit);
    cupel_str_free(&text);
    return st;
}

static cupel_status put_values(const cupel_feature_column *c, size_t i, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str name = {0};
    cupel_str_addf(&name, "features/categories_%zu", i);
    if (name.failed) CUPEL_TRY(cupel_no_memory(err, "categories", 0));
    CUPEL_TRY(cupel_writer_put(w, name.p, "", c->name, CUPEL_TEXT, 1, &c->n_values, c->value, err));
done:
    cupel_str_free(&name);
    return st;
}

static cupel_status put_columns(const cupel_features *f, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const char **name = cupel_alloc(2 * f->n_cols, sizeof *name), **unit = name ? name + f->n_cols : NULL;
    unsigned char *category = cupel_alloc(f->n_cols, 1);
    double(*number)[3] = cupel_alloc(f->n_cols, sizeof *number);
    if (!name || !category || !number) CUPEL_TRY(cupel_no_memory(err, "table columns", 0));
    for (size_t i = 0; i < f->n_cols; i++) {
        name[i] = f->col[i].name;
        unit[i] = f->col[i].unit ? f->col[i].unit : "";
        category[i] = f->col[i].category;
        if (category[i]) continue;
        number[i][0] = f->col[i].mean;
        number[i][1] = f->col[i].low;
        number[i][2] = f->col[i].high;
    }
    CUPEL_TRY(cupel_writer_put(w, "features/table_columns", "", "columns taken from the table", CUPEL_TEXT, 1, &f->n_cols, name, err));
    CUPEL_TRY(cupel_writer_put(w, "features/table_units", "", "their units in that table", CUPEL_TEXT, 1, &f->n_cols, unit, err));
    CUPEL_TRY(cupel_writer_put(w, "features/is_category", "", "1: text, one feature per value", CUPEL_U8, 1, &f->n_cols, category, err));
    CUPEL_TRY(cupel_writer_put(w, "features/range", "as in the table", "mean, smallest and largest of the training rows; 0 for a category", CUPEL_F64,
                               2, (size_t[]){f->n_cols, 3}, number, err));
    for (size_t i = 0; i < f->n_cols; i++)
        if (f->col[i].category) CUPEL_TRY(put_values(&f->col[i], i, w, err));
done:
    cupel_free(name);
    cupel_free(category);
    cupel_free(number);
    return st;
}

cupel_status cupel_features_save(const cupel_features *f, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const char *sets = f->sets_text;
    unsigned char imputes = f->imputes;
    CUPEL_TRY(cupel_writer_put(w, "features/sets", "", "sets of descriptors", CUPEL_TEXT, 1, (size_t[]){1}, &sets, err));
    CUPEL_TRY(cupel_writer_put(w, "features/imputes", "", "1: missing values are filled in", CUPEL_U8, 1, (size_t[]){1}, &imputes, err));
    CUPEL_TRY(put_names(f, w, err));
    if (f->n_cols) CUPEL_TRY(put_columns(f, w, err));
    if (f->transfer) CUPEL_TRY(cupel_transfer_save(f->transfer, w, err));
done:
    return st;
}

static cupel_status get_values(const cupel_reader *r, cupel_feature_column *c, size_t i, cupel_err *err)
{
    char name[64] = "features/categories_";
    size_t n = SIZE_MAX;
    void *text = NULL;
    cupel_format_double(name + strlen(name), (double)i);
    cupel_status st = cupel_reader_get(r, name, CUPEL_TEXT, 1, &n, &text, err);
    for (size_t v = 0; v < n && st == CUPEL_OK; v++) st = cupel_feature_add(c, cupel_text_of(((char **)text)[v]), err);
    cupel_free(text);
    return st;
}

static cupel_status get_columns(const cupel_reader *r, cupel_features *f, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    void *name = NULL, *category = NULL, *number = NULL, *unit = NULL;
    size_t n = SIZE_MAX;
    CUPEL_TRY(cupel_reader_get(r, "features/table_columns", CUPEL_TEXT, 1, &n, &name, err));
    CUPEL_TRY(cupel_reader_get(r, "features/table_units", CUPEL_TEXT, 1, &n, &unit, err));
    CUPEL_TRY(cupel_reader_get(r, "features/is_category", CUPEL_U8, 1, &n, &category, err));
    CUPEL_TRY(cupel_reader_get(r, "features/range", CUPEL_F64, 2, (size_t[]){n, 3}, &number, err));
    f->col = cupel_alloc(n, sizeof *f->col);
    if (!f->col) CUPEL_TRY(cupel_no_memory(err, "table columns", n * sizeof *f->col));
    for (size_t i = 0; i < n; i++) {
        const double *of = (double *)number + 3 * i; /* mean, low, high */
        if (cupel_features_add_column(f, cupel_text_of(((char **)name)[i]), err) != CUPEL_OK || !isfinite(of[0]) || !isfinite(of[1]) ||
            !isfinite(of[2]) ||
            of[1] > of[2])
            CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT,
                                 "model: 'features/table_columns' names no usable column %zu; train the model again", i + 1));
        if (!(f->col[i].unit = cupel_strdup(((char **)unit)[i]))) CUPEL_TRY(cupel_no_memory(err, "the units of table columns", 0));
        f->col[i].category = ((unsigned char *)category)[i] != 0;
        f->col[i].mean = of[0];
        f->col[i].low = of[1];
        f->col[i].high = of[2];
        f->col[i].least = cupel_least_temperature(f->col[i].name, f->col[i].unit);
        if (f->col[i].category) CUPEL_TRY(get_values(r, &f->col[i], i, err));
    }
done:
    cupel_free(name);
    cupel_free(unit);
    cupel_free(category);
    cupel_free(number);
    return st;
}

static cupel_status join_columns(cupel_features *f, cupel_err *err)
{
    cupel_str text = {0};
    for (size_t i = 0; i < f->n_cols; i++) cupel_str_list(&text, f->col[i].name);
    f->columns_text = text.failed ? NULL : cupel_strdup(cupel_str_text(&text));
    cupel_str_free(&text);
    return f->columns_text ? CUPEL_OK : cupel_no_memory(err, "the names of table columns", 0);
}

/* The columns that this cupel computes must be those that the model was trained on. */
static cupel_status check_names(const cupel_reader *r, const cupel_features *f, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    void *names = NULL;
    size_t n = SIZE_MAX, mine = cupel_features_count(f);
    cupel_str text = {0};
    const char *unit;
    CUPEL_TRY(cupel_reader_get(r, "features/names", CUPEL_TEXT, 1, &n, &names, err));
    if (n != mine)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT,
                             "model: it was trained on %zu features, this cupel computes %zu for '%s'; train the model again", n, mine,
                             f->sets_text));
    for (size_t j = 0; j < n; j++) {
        CUPEL_TRY(cupel_features_name(f, j, &text, &unit, err));
        if (strcmp(cupel_str_text(&text), ((char **)names)[j]) != 0)
            CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT,
                                 "model: feature %zu is '%.80s', this cupel computes '%s' there; train the model again", j + 1,
                                 ((char **)names)[j], cupel_str_text(&text)));
    }
done:
    cupel_free(names);
    cupel_str_free(&text);
    return st;
}

static cupel_status load(const cupel_reader *r, cupel_features *f, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    void *sets = NULL, *imputes = NULL;
    CUPEL_TRY(cupel_reader_get(r, "features/sets", CUPEL_TEXT, 1, (size_t[]){1}, &sets, err));
    CUPEL_TRY(cupel_reader_get(r, "features/imputes", CUPEL_U8, 1, (size_t[]){1}, &imputes, err));
    f->imputes = *(unsigned char *)imputes != 0;
    st = cupel_features_parse_sets(f, *(char **)sets, err);
    if (st != CUPEL_OK && st != CUPEL_NO_RESOURCE)
        st = cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: descriptors '%.80s' are not known to this cupel; use a newer one", *(char **)sets);
    if (st != CUPEL_OK) goto done;
    if (cupel_reader_has(r, "features/table_columns")) CUPEL_TRY(get_columns(r, f, err));
    CUPEL_TRY(join_columns(f, err));
    CUPEL_TRY(cupel_transfer_load(r, &f->loaded, err));
    f->transfer = f->loaded;
    if (!f->sets.n && !f->n_cols) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: it has no features; train the model again"));
    CUPEL_TRY(check_names(r, f, err));
done:
    cupel_free(sets);
    cupel_free(imputes);
    return st;
}

cupel_status cupel_features_load(const cupel_reader *r, cupel_features **out, cupel_err *err)
{
    cupel_features *f = cupel_alloc(1, sizeof *f);
    if (!f) return cupel_no_memory(err, "features", sizeof *f);
    cupel_status st = load(r, f, err);
    if (st == CUPEL_OK)
        *out = f;
    else
        cupel_features_free(f);
    return st;
}
