#include "core/engine/path_text.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/order.h"
#include "models/learn/net_path.h"

#include <math.h>

enum { SHOWN = 20 };

/* Columns that enter, first ones first. Caller frees. */
static cupel_status order_of(const cupel_net_path *p, size_t **order, size_t *n, cupel_err *err)
{
    double *key = cupel_alloc(p->d, sizeof *key);
    *order = cupel_alloc(p->d, sizeof **order);
    *n = 0;
    if (!key || !*order) {
        cupel_free(key);
        return cupel_no_memory(err, "columns of a path", p->d * sizeof *key);
    }
    for (size_t j = 0; j < p->d; j++) key[j] = -p->enters[j], *n += p->enters[j] > 0;
    const cupel_status st = cupel_order(key, p->d, *order, err);
    cupel_free(key);
    return st;
}

/* Of a column of the path. */
static cupel_status name_of(const cupel_model *m, size_t column, cupel_str *name, const char **unit, cupel_err *err)
{
    cupel_str_clear(name);
    return cupel_features_name(cupel_model_features(m), cupel_surrogate_path_column(cupel_model_surrogate(m), column), name, unit, err);
}

static void put_steps(const cupel_net_path *p, cupel_json_out *w)
{
    cupel_json_name(w, "steps");
    cupel_json_open(w, '[');
    for (size_t k = 0; k < p->steps; k++) {
        cupel_json_open(w, '{');
        cupel_json_add_number(w, "lambda", p->lambda[k]);
        cupel_json_add_number(w, "columns", p->used[k]);
        cupel_json_add_number(w, "error", p->error[k]);
        cupel_json_close(w, '}');
    }
    cupel_json_close(w, ']');
}

cupel_status cupel_path_json(const cupel_model *m, cupel_json_out *w, cupel_err *err)
{
    const cupel_surrogate *s = cupel_model_surrogate(m);
    const cupel_net_path *p = cupel_surrogate_path(s);
    cupel_status st = CUPEL_OK;
    cupel_str name = {0};
    const char *unit;
    size_t *order = NULL, n;
    if (!p) return CUPEL_OK;
    CUPEL_TRY(order_of(p, &order, &n, err));
    cupel_json_name(w, "path");
    cupel_json_open(w, '{');
    cupel_json_add_string(w, "settings", cupel_surrogate_settings(s));
    cupel_json_add_number(w, "lambda", p->lambda[p->chosen]);
    put_steps(p, w);
    cupel_json_name(w, "enters");
    cupel_json_open(w, '[');
    for (size_t i = 0; i < n; i++) {
        CUPEL_TRY(name_of(m, order[i], &name, &unit, err));
        cupel_json_open(w, '{');
        cupel_json_add_string(w, "column", cupel_str_text(&name));
        cupel_json_add_string(w, "unit", unit);
        cupel_json_add_number(w, "lambda", p->enters[order[i]]);
        cupel_json_add_number(w, "slope", p->slope[order[i]]);
        cupel_json_close(w, '}');
    }
    cupel_json_close(w, ']');
    cupel_json_close(w, '}');
done:
    cupel_free(order);
    cupel_str_free(&name);
    return st;
}

/* The step just below the penalty. */
static size_t step_of(const cupel_net_path *p, double lambda)
{
    size_t k = 0;
    while (k + 1 < p->steps && p->lambda[k] >= lambda) k++;
    return k;
}

cupel_status cupel_path_lines(const cupel_model *m, cupel_str *out, cupel_err *err)
{
    const cupel_net_path *p = cupel_surrogate_path(cupel_model_surrogate(m));
    cupel_status st = CUPEL_OK;
    cupel_str name = {0};
    const char *unit;
    size_t *order = NULL, n, best = 0;
    if (!p) return CUPEL_OK;
    CUPEL_TRY(order_of(p, &order, &n, err));
    for (size_t k = 1; k < p->steps; k++)
        if (p->error[k] < p->error[best]) best = k;
    cupel_str_puts(out, "\nThe path of the penalty: columns in the order in which they enter as lambda falls. How many there are at the next\n"
                        "penalty of the path, and the error of rows out of fold there, in deviations of the target (1: the mean does as well);\n"
                        "slopes of the model, columns and target of variance 1.\n");
    cupel_str_addf(out, "%10s %8s %8s %9s  %s\n", "lambda", "columns", "error", "slope", "enters");
    for (size_t i = 0; i < n && i < SHOWN; i++) {
        const size_t k = step_of(p, p->enters[order[i]]);
        CUPEL_TRY(name_of(m, order[i], &name, &unit, err));
        cupel_str_addf(out, "%10.4g %8.0f %8.4f ", p->enters[order[i]], p->used[k], p->error[k]);
        if (fabs(p->slope[order[i]]) > 0) cupel_str_addf(out, "%+9.3f", p->slope[order[i]]);
        else cupel_str_addf(out, "%9s", "-");
        cupel_str_addf(out, "  %s%s%s%s\n", cupel_str_text(&name), *unit ? " [" : "", unit, *unit ? "]" : "");
    }
    if (n > SHOWN) cupel_str_addf(out, "and %zu more (--format json has all)\n", n - SHOWN);
    cupel_str_addf(out, "the model: lambda %.4g, %.0f columns, error %.4f; least error %.4f at lambda %.4g\n", p->lambda[p->chosen],
                   p->used[p->chosen], p->error[p->chosen], p->error[best], p->lambda[best]);
done:
    cupel_free(order);
    cupel_str_free(&name);
    return st;
}
