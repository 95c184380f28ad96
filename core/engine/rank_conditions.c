/* Columns of a table of predictions under which one composition is several candidates, and what was measured of them. */
#include "core/engine/rank_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/demand_parts.h"
#include "core/engine/screen_parts.h"
#include "core/matter/columns.h"
#include "core/matter/formula.h"

#include <string.h>

/* ---- what is known, and under which columns ---- */

/* Of the rows of the demand's table, under the columns that its model would take; *f is bound to them. */
static cupel_status know_rows(cupel_ranker *k, size_t p, cupel_rank_under *u, cupel_features **f, cupel_err *err)
{
    const char *columns = k->d->property[p].columns;
    const cupel_training *t = &k->known[p];
    cupel_status st = CUPEL_OK;
    if (columns && *columns && t->records.n_rows) {
        CUPEL_TRY(cupel_features_new("none", columns, &u->own, err));
        CUPEL_TRY(cupel_features_learn(u->own, &t->header, &t->records, t->file, err));
        *f = u->own;
    }
    st = cupel_known_set_add_rows(u->known, &t->batch, *f, &t->records, t->target, err);
done:
    return st;
}

static cupel_status know(cupel_ranker *k, size_t p, cupel_err *err)
{
    cupel_model *m = k->d->property[p].model;
    cupel_rank_under *u = &k->under[p];
    cupel_features *f = NULL;
    cupel_err why = {0};
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_known_set_new(&u->known, err));
    if (m) CUPEL_TRY(cupel_known_set_add_model(u->known, m, true, err));
    else CUPEL_TRY(know_rows(k, p, u, &f, err));
    cupel_known_set_close(u->known);
    if (m && cupel_features_columns(cupel_model_features(m))[0]) f = cupel_model_features_bind(m);
    if (!f) return CUPEL_OK;
    if (cupel_features_bind(f, cupel_source_header(k->source), k->o->table, &why) == CUPEL_OK) u->features = f;
    else
        cupel_say(k->job, CUPEL_WARNING, "%s: under which conditions it is predicted is not known, and no measured value counts: %s",
                  k->d->property[p].name, why.message);
done:
    return st;
}

static void take_column(cupel_ranker *k, size_t at)
{
    size_t j = 0;
    while (j < k->n_columns && k->column[j] != at) j++;
    if (j == k->n_columns) k->column[k->n_columns++] = at;
}

static void take_columns(cupel_ranker *k, const cupel_features *f)
{
    size_t at;
    for (size_t i = 0; (at = cupel_features_place(f, i)) != SIZE_MAX; i++) take_column(k, at);
}

/* Those that the user names. */
static cupel_status take_named(cupel_ranker *k, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str name = {0};
    for (const char *p = k->o->columns; p;) {
        const cupel_text t = cupel_text_next(&p);
        size_t at;
        cupel_str_clear(&name);
        cupel_str_add(&name, t.p, t.n);
        CUPEL_TRY(cupel_column_find(cupel_source_header(k->source), k->o->table, "", cupel_str_text(&name), "--columns names columns of the table",
                                    &at, err));
        if (at == k->formula)
            CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "--columns: '%s' holds the formulas; name conditions, as a temperature", name.p));
        take_column(k, at);
    }
done:
    cupel_str_free(&name);
    return st;
}

cupel_status cupel_rank_conditions(cupel_ranker *k, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    k->under = cupel_alloc(k->shape.p, sizeof *k->under);
    k->column = cupel_alloc(cupel_source_header(k->source)->n, sizeof *k->column);
    if (!k->under || !k->column) return cupel_no_memory(err, "a ranking", 0);
    st = take_named(k, err);
    for (size_t p = 0; p < k->shape.p && st == CUPEL_OK; p++) {
        st = know(k, p, err);
        if (k->under[p].features) take_columns(k, k->under[p].features);
    }
    return st;
}

void cupel_rank_conditions_release(cupel_ranker *k)
{
    for (size_t p = 0; k->under && p < k->shape.p; p++) {
        cupel_features_free(k->under[p].own);
        cupel_known_set_free(k->under[p].known);
    }
    cupel_free(k->under);
    cupel_free(k->column);
    cupel_str_free(&k->condition);
}

/* ---- one row ---- */

/* The conditions of property p in row `row` into k->condition; "" where they are none, or not known. */
static cupel_status condition_of(cupel_ranker *k, size_t p, const cupel_records *r, size_t row, cupel_err *err)
{
    cupel_str_clear(&k->condition);
    if (k->under[p].features) cupel_features_condition(k->under[p].features, r, row, &k->condition);
    return k->condition.failed ? cupel_no_memory(err, "conditions", 0) : CUPEL_OK;
}

cupel_status cupel_rank_is_known(cupel_ranker *k, size_t p, const cupel_composition *c, const cupel_records *r, size_t row, bool *known,
                                 cupel_err *err)
{
    cupel_known_value m = {.condition = ""};
    cupel_status st = condition_of(k, p, r, row, err);
    if (st == CUPEL_OK) st = cupel_known_set_near(k->under[p].known, c, cupel_str_text(&k->condition), &k->key, known, &m, err);
    if (st == CUPEL_OK && *known && k->under[p].features) *known = strcmp(m.condition, cupel_str_text(&k->condition)) == 0;
    return st;
}

/* ---- the result ---- */

/* The known material of property p nearest to c, under the condition least apart from k->condition; its name is copied. */
static cupel_status put_nearest(cupel_ranker *k, size_t p, const cupel_composition *c, cupel_result *r, size_t at, cupel_err *err)
{
    const cupel_demand_property *q = &k->d->property[p];
    const cupel_training *t = &k->known[p];
    const char *asked = cupel_str_text(&k->condition);
    cupel_known known = {.formula = NULL};
    cupel_known_value m = {.condition = ""};
    cupel_composition nearest;
    cupel_text name = {0};
    double target;
    bool is;
    if (q->model) {
        const char *formula;
        cupel_model_nearest(q->model, c, &known);
        name = cupel_text_of(known.formula);
        if (known.formula) cupel_model_training_row(q->model, known.row, &nearest, &formula, &target);
    } else if (t->records.n_rows) {
        size_t row = cupel_nearest_row(&t->batch, c, &known.distance);
        if (row != SIZE_MAX) {
            name = cupel_cell(&t->records, row, cupel_header_find(&t->header, q->data.formula));
            cupel_batch_get(&t->batch, row, &nearest);
        }
    }
    cupel_status st = name.n ? cupel_known_set_near(k->under[p].known, &nearest, asked, &k->key, &is, &m, err) : CUPEL_OK;
    if (st != CUPEL_OK) return st;
    char *copy = cupel_arena_text(&r->arena, name.p, name.n), *condition = cupel_arena_text(&r->arena, m.condition, strlen(m.condition));
    if (!copy || !condition) return cupel_no_memory(err, "known materials", 0);
    known.formula = name.n ? copy : NULL;
    m.condition = condition;
    cupel_result_put_known(r, at, &known, &m, strcmp(condition, asked) == 0);
    return CUPEL_OK;
}

/* cell [columns of the table]: scratch. */
static cupel_status put_row(cupel_ranker *k, cupel_result *r, size_t i, cupel_text *cell, cupel_err *err)
{
    const char *key = r->rows.key[i];
    const cupel_records row = {.n_rows = 1, .n_cols = cupel_source_header(k->source)->n, .cell = cell};
    cupel_formula f;
    cupel_formula_error e;
    cupel_status st = CUPEL_OK;
    if (!cupel_formula_read(cupel_key_composition(key), CUPEL_DOT_DECIMAL, &f, &e)) return cupel_fail(err, CUPEL_FAILED, "'%s': %s", key, e.message);
    for (size_t j = 0; j < k->n_columns; j++) cell[k->column[j]] = cupel_key_column(key, j);
    for (size_t p = 0; p < r->n_properties && st == CUPEL_OK; p++) {
        st = condition_of(k, p, &row, 0, err);
        if (st == CUPEL_OK) st = put_nearest(k, p, &f.composition, r, i * r->n_properties + p, err);
    }
    return st;
}

cupel_status cupel_rank_put_known(cupel_ranker *k, cupel_result *r, cupel_err *err)
{
    cupel_status st = cupel_result_take_known(r, err);
    const size_t n = cupel_source_header(k->source)->n;
    cupel_text *cell = cupel_alloc(n, sizeof *cell);
    if (!cell) return cupel_no_memory(err, "known materials", n * sizeof *cell);
    for (size_t i = 0; i < r->rows.n && st == CUPEL_OK; i++) st = put_row(k, r, i, cell, err);
    cupel_free(cell);
    return st;
}

/* Names of n columns of the table; NULL: no memory. */
static char **names_of(const cupel_ranker *k, const size_t *column, size_t n, cupel_arena *arena)
{
    const cupel_header *h = cupel_source_header(k->source);
    char **name = cupel_arena_take(arena, n * sizeof(char *) + 1);
    for (size_t j = 0; name && j < n; j++) {
        const char *own = h->name[column[j]];
        name[j] = cupel_arena_text(arena, own, strlen(own));
        if (!name[j]) return NULL;
    }
    return name;
}

cupel_status cupel_rank_put_columns(const cupel_ranker *k, cupel_result *r, cupel_err *err)
{
    r->column = names_of(k, k->column, k->n_columns, &r->arena);
    r->carried = names_of(k, k->carried, k->n_carried, &r->arena);
    if (!r->column || !r->carried) return cupel_no_memory(err, "columns", 0);
    r->n_columns = k->n_columns;
    r->n_carried = k->n_carried;
    return CUPEL_OK;
}
