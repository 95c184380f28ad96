/* The file of a model: an artifact that holds all that predicts. */
#include "core/engine/model_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { SCHEMA = 1 };
static const char COLUMNS[] = "training/columns";

static cupel_status save_attributes(const cupel_model *m, cupel_writer *w, cupel_err *err)
{
    cupel_figure figure[CUPEL_N_FIGURES];
    const cupel_surrogate *s = m->surrogate;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_writer_attr_int(w, "rows", (int64_t)m->known.n, err));
    CUPEL_TRY(cupel_writer_attr_int(w, "columns", (int64_t)cupel_surrogate_columns(s), err));
    if (cupel_surrogate_has_support_vectors(s))
        CUPEL_TRY(cupel_writer_attr_int(w, "support_vectors", (int64_t)cupel_surrogate_support_vectors(s), err));
    CUPEL_TRY(cupel_writer_attr_text(w, "learner", cupel_surrogate_learner(s), err));
    CUPEL_TRY(cupel_writer_attr_text(w, "settings", cupel_surrogate_settings(s), err));
    CUPEL_TRY(cupel_writer_attr_text(w, "transform", cupel_transform_name(cupel_surrogate_transform(s)->kind), err));
    CUPEL_TRY(cupel_writer_attr_text(w, "task", cupel_surrogate_is_class(s) ? "class" : "regression", err));
    if (cupel_surrogate_is_class(s)) CUPEL_TRY(cupel_writer_attr_number(w, "class_threshold", cupel_surrogate_class_threshold(s), err));
    CUPEL_TRY(cupel_writer_attr_text(w, "features", cupel_features_sets(m->features), err));
    CUPEL_TRY(cupel_writer_attr_text(w, "table_columns", cupel_features_columns(m->features), err));
    CUPEL_TRY(cupel_writer_attr_text(w, "property", m->property, err));
    CUPEL_TRY(cupel_writer_attr_text(w, "unit", m->unit, err));
    CUPEL_TRY(cupel_writer_attr_text(w, "training_table", m->file, err));
    CUPEL_TRY(cupel_model_figures(m, figure, err));
    for (int i = 0; i < CUPEL_N_FIGURES; i++)
        if (isfinite(figure[i].value)) CUPEL_TRY(cupel_writer_attr_number(w, figure[i].name, figure[i].value, err));
    CUPEL_TRY(cupel_writer_input(w, "training table", m->training_digest, err));
done:
    return st;
}

static const char BESIDE[] = "training/beside";

static cupel_status save_beside(const cupel_model *m, cupel_writer *w, cupel_err *err)
{
    const size_t n = 2 * cupel_surrogate_beside(m->surrogate);
    return n ? cupel_writer_put(w, BESIDE, "", "name and unit of each target learned beside", CUPEL_TEXT, 1, &n, m->beside, err) : CUPEL_OK;
}

static cupel_status load_beside(const cupel_reader *r, cupel_model *m, cupel_err *err)
{
    size_t n = 2 * cupel_surrogate_beside(m->surrogate);
    void *text = NULL;
    cupel_status st = CUPEL_OK;
    if (n > 2 * CUPEL_BESIDE)
        return cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: it predicts %zu targets beside, expected at most %d", n / 2, (int)CUPEL_BESIDE);
    m->beside = cupel_alloc(n + 1, sizeof *m->beside);
    if (!m->beside) return cupel_no_memory(err, "a model", 0);
    if (n) CUPEL_TRY(cupel_reader_get(r, BESIDE, CUPEL_TEXT, 1, &n, &text, err));
    for (size_t i = 0; i < n; i++) CUPEL_TRY(cupel_model_copy_text(&m->beside[i], ((char **)text)[i], err));
done:
    cupel_free(text);
    return st;
}

static cupel_status save_known(const cupel_model *m, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t n = m->known.n, items = m->known.first[n], ends = n + 1;
    int64_t *first = cupel_alloc(ends, sizeof *first);
    if (!first) return cupel_no_memory(err, "the known materials", ends * sizeof *first);
    for (size_t i = 0; i < ends; i++) first[i] = m->known.first[i];
    CUPEL_TRY(cupel_writer_put(w, "training/formula", "", "training rows in use, as written", CUPEL_TEXT, 1, &n, m->formula, err));
    CUPEL_TRY(cupel_writer_put(w, "training/formula_column", "", "of the formulas", CUPEL_TEXT, 1, (size_t[]){1}, &m->formula_column, err));
    CUPEL_TRY(cupel_writer_put(w, "training/condition", "", "columns of the table, of the training rows in use", CUPEL_TEXT, 1, &n, m->condition,
                               err));
    CUPEL_TRY(cupel_writer_put(w, "training/target", m->unit, m->property, CUPEL_F64, 1, &n, m->target, err));
    CUPEL_TRY(cupel_writer_put(w, "training/first", "", "elements of row i are first[i] .. first[i + 1] - 1 of z and amount", CUPEL_I64, 1,
                               &ends, first, err));
    CUPEL_TRY(cupel_writer_put(w, "training/z", "", "atomic number", CUPEL_U8, 1, &items, m->known.z, err));
    CUPEL_TRY(
        cupel_writer_put(w, "training/amount", "atoms per formula", "amount of the element", CUPEL_F64, 1, &items, m->known.amount, err));
    size_t at, shape[2] = {n, 0};
    cupel_features_table(m->features, &at, &shape[1]);
    if (m->column)
        CUPEL_TRY(cupel_writer_put(w, COLUMNS, "as in the table", "features of the training rows that come from columns of the table", CUPEL_F64, 2,
                                   shape, m->column, err));
done:
    cupel_free(first);
    return st;
}

cupel_status cupel_model_save(cupel_model *m, const char *path, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_writer *w = NULL;
    cupel_reader *r = NULL;
    CUPEL_TRY(cupel_writer_open(path, "model", SCHEMA, m->seed, &w, err));
    CUPEL_TRY(save_attributes(m, w, err));
    CUPEL_TRY(cupel_features_save(m->features, w, err));
    CUPEL_TRY(cupel_surrogate_save(m->surrogate, w, err));
    CUPEL_TRY(save_beside(m, w, err));
    CUPEL_TRY(save_known(m, w, err));
    CUPEL_TRY(cupel_writer_commit(&w, err));
    CUPEL_TRY(cupel_reader_open(path, "model", SCHEMA, &r, err));
    cupel_free(m->digest);
    CUPEL_TRY(cupel_model_copy_text(&m->digest, cupel_reader_digest(r), err));
done:
    cupel_writer_abandon(&w);
    cupel_reader_free(r);
    return st;
}

static cupel_status bad(cupel_err *err, const char *what)
{
    return cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: 'training/...' holds %s; train the model again", what);
}

/* Composition i as stored, or false when it cannot be one. */
static bool stored_composition(const int64_t *first, size_t i, size_t items, const unsigned char *z, const double *amount,
                               cupel_composition *c)
{
    c->n = 0;
    if (!items) return first[i] == 0 && first[i + 1] == 0; /* a table without formulas */
    if (first[i] < 0 || first[i + 1] <= first[i] || (uint64_t)first[i + 1] > items || first[i + 1] - first[i] > CUPEL_Z_MAX) return false;
    bool seen[CUPEL_Z_MAX + 1] = {false};
    c->n = (unsigned)(first[i + 1] - first[i]);
    for (unsigned k = 0; k < c->n; k++) {
        size_t at = (size_t)first[i] + k;
        if (z[at] < 1 || z[at] > CUPEL_Z_MAX || seen[z[at]] || !(amount[at] > 0) || !isfinite(amount[at])) return false;
        seen[z[at]] = true;
        c->z[k] = z[at];
        c->amount[k] = amount[at];
    }
    return true;
}

static cupel_status load_known(const cupel_reader *r, cupel_model *m, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t n = SIZE_MAX, items = SIZE_MAX;
    void *formula = NULL, *condition = NULL, *target = NULL, *first = NULL, *z = NULL, *amount = NULL, *column = NULL;
    cupel_composition *c = cupel_alloc(1, sizeof *c);
    if (!c) CUPEL_TRY(cupel_no_memory(err, "the known materials", 0));
    CUPEL_TRY(cupel_reader_get(r, "training/formula", CUPEL_TEXT, 1, &n, &formula, err));
    m->formula = formula;
    CUPEL_TRY(cupel_reader_get(r, "training/formula_column", CUPEL_TEXT, 1, (size_t[]){1}, &column, err));
    CUPEL_TRY(cupel_model_copy_text(&m->formula_column, column ? *(char **)column : "", err));
    CUPEL_TRY(cupel_reader_get(r, "training/condition", CUPEL_TEXT, 1, &n, &condition, err));
    m->condition = condition;
    CUPEL_TRY(cupel_reader_get(r, "training/target", CUPEL_F64, 1, &n, &target, err));
    m->target = target;
    CUPEL_TRY(cupel_reader_get(r, "training/first", CUPEL_I64, 1, (size_t[]){n + 1}, &first, err));
    CUPEL_TRY(cupel_reader_get(r, "training/z", CUPEL_U8, 1, &items, &z, err));
    CUPEL_TRY(cupel_reader_get(r, "training/amount", CUPEL_F64, 1, &items, &amount, err));
    if (!n || n != cupel_surrogate_oof(m->surrogate).n) CUPEL_TRY(bad(err, "another number of rows than the surrogate"));
    m->index = cupel_alloc(n, sizeof *m->index);
    if (!m->index) CUPEL_TRY(cupel_no_memory(err, "the known materials", n * sizeof *m->index));
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(m->target[i]) || !stored_composition(first, i, items, z, amount, c))
            CUPEL_TRY(bad(err, "a row that is no composition with a value"));
        CUPEL_TRY(cupel_batch_add(&m->known, c, CUPEL_REASON_NONE, err));
        m->index[i] = i;
    }
    cupel_model_set_range(m);
    cupel_model_note_elements(m);
done:
    cupel_free(column);
    cupel_free(first);
    cupel_free(z);
    cupel_free(amount);
    cupel_free(c);
    return st;
}

static cupel_status load_columns(const cupel_reader *r, cupel_model *m, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t first, shape[2] = {m->known.n, 0};
    void *data = NULL;
    cupel_features_table(m->features, &first, &shape[1]);
    if (!shape[1]) return CUPEL_OK;
    CUPEL_TRY(cupel_reader_get(r, COLUMNS, CUPEL_F64, 2, shape, &data, err));
    m->column = data;
    for (size_t k = 0; k < shape[0] * shape[1]; k++)
        if (!isfinite(m->column[k])) CUPEL_TRY(bad(err, "a column with a number that is not finite"));
done:
    return st;
}

static cupel_status load(const cupel_reader *r, cupel_model *m, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_model_copy_text(&m->digest, cupel_reader_digest(r), err));
    CUPEL_TRY(cupel_reader_seed(r, &m->seed, err));
    CUPEL_TRY(cupel_reader_attr_text(r, "property", &m->property, err));
    CUPEL_TRY(cupel_reader_attr_text(r, "unit", &m->unit, err));
    CUPEL_TRY(cupel_reader_attr_text(r, "training_table", &m->file, err));
    CUPEL_TRY(cupel_reader_input(r, "training table", &m->training_digest, err));
    CUPEL_TRY(cupel_features_load(r, &m->features, err));
    CUPEL_TRY(cupel_surrogate_load(r, &m->surrogate, err));
    if (cupel_surrogate_columns(m->surrogate) != cupel_features_count(m->features))
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT,
                             "model: the surrogate takes %zu columns and there are %zu features; train the model again",
                             cupel_surrogate_columns(m->surrogate), cupel_features_count(m->features)));
    CUPEL_TRY(load_beside(r, m, err));
    CUPEL_TRY(load_known(r, m, err));
    CUPEL_TRY(load_columns(r, m, err));
done:
    return st;
}

cupel_status cupel_model_open(const char *path, cupel_model **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_reader *r = NULL;
    cupel_model *m = cupel_alloc(1, sizeof *m);
    if (!m) return cupel_no_memory(err, "a model", sizeof *m);
    CUPEL_TRY(cupel_reader_open(path, "model", SCHEMA, &r, err));
    st = load(r, m, err);
    if (st != CUPEL_OK) cupel_err_prefix(err, "'%s': ", path);
done:
    cupel_reader_free(r);
    if (st == CUPEL_OK)
        *out = m;
    else
        cupel_model_free(m);
    return st;
}
