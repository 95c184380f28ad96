/* Partial dependences that an explanation is asked for. */
#include "core/engine/attribution_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <string.h>

enum { MEAN_ROWS = 100 }; /* of the table, that a mean is taken over */

/* The features of the table of all rows, [n][those]. */
static cupel_status take_columns(const cupel_attribution *a, const cupel_attribution_rows *r, double **column, cupel_err *err)
{
    size_t first, n;
    cupel_features_table(cupel_model_features(a->model), &first, &n);
    *column = cupel_alloc(cupel_mul(r->n, n) + 1, sizeof **column);
    if (!*column) return cupel_no_memory(err, "columns of the table", cupel_mul(r->n, n * sizeof **column));
    for (size_t i = 0; i < r->n; i++) memcpy(*column + i * n, r->x + i * r->d + first, n * sizeof **column);
    return CUPEL_OK;
}

/* A comma inside brackets belongs to a name. */
static size_t name_length(const char *p)
{
    size_t n = 0;
    for (int open = 0; p[n] && (open > 0 || p[n] != ','); n++) open += (p[n] == '[') - (p[n] == ']');
    return n;
}

/* The sweep of the name at p. */
static cupel_partial_options sweep_at(const cupel_attribution_options *o, const char *p)
{
    return (cupel_partial_options){.name = p, .n_name = name_length(p), .points = o->points, .rows = MEAN_ROWS, .single = o->rows, .seed = o->seed};
}

/* The name behind the one of length n at p; NULL: there is none. */
static const char *behind(const char *p, size_t n) { return p[n] ? p + n + 1 : NULL; }

cupel_status cupel_attribution_sweep_check(const cupel_attribution *a, const cupel_attribution_options *o, const cupel_attribution_rows *r,
                                           cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double *column = NULL;
    if (!o->partial) return CUPEL_OK;
    if (r) CUPEL_TRY(take_columns(a, r, &column, err));
    const cupel_partial_rows rows = {.n = r ? r->n : 0, .composition = r ? r->composition : NULL, .column = column};
    for (const char *p = o->partial; p;) {
        const cupel_partial_options sweep = sweep_at(o, p);
        CUPEL_TRY(cupel_partial_check(a->model, &sweep, r ? &rows : NULL, err));
        p = behind(p, sweep.n_name);
    }
done:
    cupel_free(column);
    return st;
}

cupel_status cupel_attribution_sweep(cupel_attribution *a, const cupel_attribution_options *o, const cupel_attribution_rows *r, const cupel_job *job,
                                     cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double *column = NULL;
    size_t most = 1;
    if (!o->partial) return CUPEL_OK;
    for (const char *p = o->partial; *p; p++) most += *p == ',';
    a->partial = cupel_alloc(most, sizeof *a->partial);
    if (!a->partial) return cupel_no_memory(err, "partial dependences", most * sizeof *a->partial);
    CUPEL_TRY(take_columns(a, r, &column, err));
    const cupel_partial_rows rows = {.n = r->n, .composition = r->composition, .column = column, .formula = r->formula};
    for (const char *p = o->partial; p;) {
        const cupel_partial_options sweep = sweep_at(o, p);
        CUPEL_TRY(cupel_partial_make(a->model, &sweep, &rows, job, &a->partial[a->n_partial], err));
        a->n_partial++;
        p = behind(p, sweep.n_name);
    }
done:
    cupel_free(column);
    return st;
}
