/* The columns that candidates of a space carry, and the models that take them as columns of a table. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/screen_parts.h"
#include "core/matter/column_match.h"
#include "datasets/source.h"

#include <string.h>

/* The column of the space that a model calls `name`, by its name or its label: "T [K]" finds "T [degC]"; SIZE_MAX. */
static size_t find(const cupel_header *columns, const char *name)
{
    cupel_header own = {0};
    size_t at = cupel_header_find(columns, name);
    if (at == SIZE_MAX && cupel_header_add(&own, cupel_text_of(name), NULL) == CUPEL_OK) at = cupel_header_match(columns, &own, 0);
    cupel_header_release(&own);
    return at;
}

/* A unit that the training table gives and the space's must be of one kind: numbers are converted when the model is bound. */
static cupel_status check_unit(const cupel_demand *d, const cupel_demand_property *p, const char *name, const cupel_header *columns, size_t at,
                               cupel_err *err)
{
    cupel_source *source = NULL;
    cupel_err why = {0};
    cupel_column_match m = {.at = at};
    if (!p->has_data || p->model_file) return CUPEL_OK;
    cupel_status st = cupel_source_open(p->data.file, p->data.format, &source, err);
    if (st != CUPEL_OK) return st;
    const cupel_header *h = cupel_source_header(source);
    const size_t own = find(h, name);
    if (own != SIZE_MAX && h->unit[own][0] && columns->unit[at][0] && cupel_column_units(columns->unit[at], h->unit[own], &m, &why) != CUPEL_OK)
        st = cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: column '%s' is in '%s', but '%s' has it in '%s': %s", d->file, d->space_spec->line,
                        columns->name[at], columns->unit[at], p->data.file, h->unit[own], why.message);
    cupel_source_free(source);
    return st;
}

/* Marks the columns of one property's model as taken. */
static cupel_status take(const cupel_demand *d, const cupel_demand_property *p, const cupel_header *columns, bool *taken, cupel_err *err)
{
    const char *names = p->model ? cupel_features_columns(cupel_model_features(p->model)) : p->columns ? p->columns : "";
    cupel_status st = CUPEL_OK;
    cupel_str name = {0};
    for (const char *at = *names ? names : NULL; at && st == CUPEL_OK;) {
        const cupel_text t = cupel_text_next(&at);
        cupel_str_clear(&name);
        cupel_str_add(&name, t.p, t.n);
        if (name.failed) CUPEL_TRY(cupel_no_memory(err, "columns", 0));
        size_t k = find(columns, cupel_str_text(&name));
        if (k == SIZE_MAX)
            CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: the model of '%s' takes the table column '%s', which the space does not have; give its "
                                                   "values in space, as in columns: {\"%s\": [...]}, or use a list that has the column", d->file,
                                 p->line, p->name, cupel_str_text(&name), cupel_str_text(&name)));
        taken[k] = true;
        st = check_unit(d, p, cupel_str_text(&name), columns, k, err);
    }
done:
    cupel_str_free(&name);
    return st;
}

cupel_status cupel_demand_columns(const cupel_demand *d, const cupel_space *space, const cupel_job *job, bool *taken, cupel_err *err)
{
    const cupel_header *columns = cupel_space_columns(space);
    for (size_t i = 0; i < d->n_properties; i++) {
        cupel_status st = take(d, &d->property[i], columns, taken, err);
        if (st != CUPEL_OK) return st;
    }
    for (size_t k = columns->n - cupel_space_axes(space); k < columns->n; k++)
        if (!taken[k]) cupel_say(job, CUPEL_WARNING, "column '%s' of the space is taken by no model: it multiplies candidates and changes no value",
            columns->name[k]);
    return CUPEL_OK;
}

cupel_status cupel_screening_columns(cupel_screening *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const cupel_header *columns = cupel_space_columns(s->space);
    size_t axes = cupel_space_axes(s->space);
    bool *taken = cupel_alloc(columns->n, sizeof *taken);
    s->column = cupel_alloc(columns->n, sizeof *s->column);
    s->carried = cupel_alloc(columns->n, sizeof *s->carried);
    if (!taken || !s->column || !s->carried) CUPEL_TRY(cupel_no_memory(err, "columns", 0));
    CUPEL_TRY(cupel_demand_columns(s->d, s->space, s->job, taken, err));
    for (size_t i = 0; i < s->d->n_properties; i++) {
        cupel_features *f = cupel_model_features_bind(s->d->property[i].model);
        CUPEL_TRY(cupel_features_bind(f, columns, s->d->file, err));
        cupel_features_unit_doubts(f, columns, s->d->file, s->job);
    }
    for (size_t k = 0; k < columns->n; k++)
        if (taken[k] || k >= columns->n - axes) s->column[s->n_columns++] = k;
        else s->carried[s->n_carried++] = k;
done:
    cupel_free(taken);
    return st;
}
