/* Which quantiles of a prediction are asked for, and what their columns are called. */
#include "core/engine/predict.h"

#include "core/base/err.h"

#include <string.h>

cupel_status cupel_quantiles_parse(const char *text, cupel_quantiles *q, cupel_err *err)
{
    q->n = 0;
    for (const char *p = text ? text : ""; *p;) {
        const size_t n = strcspn(p, ",");
        double tau;
        if (q->n == CUPEL_QUANTILES) return cupel_fail(err, CUPEL_USAGE, "--quantiles: more than %d", (int)CUPEL_QUANTILES);
        if (!cupel_parse_double(cupel_text_trim((cupel_text){p, n}), &tau) || !(tau > 0 && tau < 1) || (q->n && !(tau > q->tau[q->n - 1])))
            return cupel_fail(err, CUPEL_USAGE, "--quantiles: found '%.*s', expected numbers above 0 and below 1 in increasing order, as in "
                              "0.1,0.5,0.9", cupel_shown(n, 40), p);
        q->tau[q->n++] = tau;
        p += n + (p[n] == ',');
        if (p[-1] == ',' && !*p) return cupel_fail(err, CUPEL_USAGE, "--quantiles '%.60s' ends in a comma, expected a number behind it", text);
    }
    if (text && !q->n) return cupel_fail(err, CUPEL_USAGE, "--quantiles: none are given, expected numbers as in 0.1,0.5,0.9");
    return CUPEL_OK;
}

cupel_status cupel_quantile_columns(const cupel_model *m, const cupel_quantiles *q, cupel_str *name, cupel_err *err)
{
    const char *unit = cupel_model_unit(m);
    if (q->n && cupel_surrogate_is_class(cupel_model_surrogate(m)))
        return cupel_fail(err, CUPEL_USAGE, "--quantiles: '%.60s' is a class, and classes have no quantiles; leave the option out",
                          cupel_model_property(m));
    for (size_t i = 0; i < q->n; i++) {
        cupel_str_clear(&name[i]);
        cupel_str_addf(&name[i], "%s quantile ", cupel_model_property(m));
        cupel_str_number(&name[i], q->tau[i]);
        if (*unit) cupel_str_addf(&name[i], " [%s]", unit);
        if (name[i].failed) return cupel_no_memory(err, "names of columns", 0);
    }
    return CUPEL_OK;
}
