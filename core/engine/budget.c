/* What is taken where nothing is said, and the budget of the automatic model. */
#include "core/base/err.h"
#include "core/engine/micro/demand.h"
#include "core/engine/model.h"

#include "models/learn/auto/auto.h"

#include <math.h>
#include <string.h>

static bool is_auto(const char *learner) { return learner && strcmp(learner, "auto") == 0; }

/* The automatic model chooses among columns itself, so it is given many. */
const char *cupel_default_features(const char *learner)
{
    return is_auto(learner) ? "magpie,element_fraction,stoichiometry_wide,charge_balance,oli,alloy" : "magpie";
}

/* Whether a row is at a value that many share, as metals are at a gap of 0, hangs on what the ions are and whether their electrons fill bands. */
const char *cupel_default_with_hurdle(const char *learner)
{
    return is_auto(learner) ? "magpie,element_fraction,stoichiometry_wide,charge_balance,oli,alloy,deml,cation_property,ion_roles" : NULL;
}

const char *cupel_model_features_for(const cupel_model_options *o, const cupel_training *t, const size_t *row, size_t n)
{
    double lowest = (double)INFINITY, other = (double)INFINITY;
    size_t at_lowest = 0;
    bool number = o->task == CUPEL_TASK_REGRESSION;
    if (!o->with_hurdle || o->task == CUPEL_TASK_CLASS) return o->features;
    for (size_t i = 0; i < n; i++) {
        const double y = t->target[row[i]];
        if (y < lowest) at_lowest = 0, lowest = y;
        if (!(y > lowest)) at_lowest++;
    }
    for (size_t i = 0; i < n && !number; i++) {
        const double y = t->target[row[i]];
        if (y > lowest && isfinite(other)) number = y < other || y > other;
        else if (y > lowest) other = y;
    }
    return number && cupel_auto_crosses(n, at_lowest) ? o->with_hurdle : o->features;
}

cupel_missing cupel_default_missing(const char *learner) { return is_auto(learner) ? CUPEL_MISSING_IMPUTE : CUPEL_MISSING_FAIL; }

cupel_status cupel_model_budget(const char *text, cupel_model_options *o, cupel_err *err)
{
    uint64_t solves = 0;
    double seconds = 0;
    if (!text) return CUPEL_OK;
    if (!is_auto(o->learner)) return cupel_fail(err, CUPEL_USAGE, "budget '%.40s': model '%s' has none; only auto works in units", text, o->learner);
    if (strncmp(text, "effort=", 7) == 0) {
        double units;
        if (cupel_parse_double(cupel_text_of(text + 7), &units) && !(units >= 1))
            return cupel_fail(err, CUPEL_USAGE, "budget '%.40s': expected at least 1 unit of work, as in effort=4", text);
        if (o->settings) return cupel_fail(err, CUPEL_USAGE, "budget '%.40s' beside settings of the model; put effort there", text);
        o->settings = text;
        return CUPEL_OK;
    }
    cupel_err why = {0};
    const cupel_status st = cupel_micro_budget(cupel_text_of(text), &seconds, &solves, &why);
    if (st != CUPEL_OK || solves)
        return cupel_fail(err, CUPEL_USAGE,
                          "budget '%.40s': expected a time for each trained model, as in 90s, 4min or 1h, or units of work, as in effort=12", text);
    o->seconds = seconds;
    return CUPEL_OK;
}
