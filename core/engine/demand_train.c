#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/demand_parts.h"
#include "core/engine/doubts.h"
#include "core/io/input.h"
#include "core/math/order.h"

#include <math.h>
#include <string.h>

/* The value that a tenth of the measured ones reach or pass in the direction of the goal. */
static cupel_status best_tenth(const double *value, size_t n, int goal, double *beat, cupel_err *err)
{
    double *v = cupel_alloc(n ? n : 1, sizeof *v);
    if (!v) return cupel_no_memory(err, "the measured values", n * sizeof *v);
    if (n) memcpy(v, value, n * sizeof *v);
    cupel_sort(v, n);
    size_t i = n / 10;
    if (n) *beat = goal > 0 ? v[n - 1 - i] : v[i];
    cupel_free(v);
    return CUPEL_OK;
}

/* What the window of q asks against n measured values: warnings, the default of `beat`, and windows that only a class can meet. */
static cupel_status settle(const cupel_demand *d, cupel_requirement *q, const double *value, size_t n, bool is_class, const cupel_job *job,
                           cupel_err *err)
{
    const cupel_demand_property *p = &d->property[q->property];
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (size_t i = 0; i < n; i++) {
        low = fmin(low, value[i]);
        high = fmax(high, value[i]);
    }
    if (q->min == q->max && !is_class)
        return cupel_fail(err, CUPEL_USAGE,
                          "%s:%zu: window of '%s' has no width, so its probability is 0; give min below max, or target with within", d->file,
                          q->line, p->name);
    if (n && (q->min > high || q->max < low))
        cupel_say(job, CUPEL_WARNING,
                  "%s:%zu: the window of '%s' (%g to %g %s) lies outside everything measured (%g to %g): the model cannot know there", d->file,
                  q->line, p->name, q->min, q->max, p->unit, low, high);
    if (q->goal && !q->beat_given) return best_tenth(value, n, q->goal, &q->beat, err);
    return CUPEL_OK;
}

cupel_status cupel_demand_settle(cupel_demand *d, size_t property, const double *value, size_t n, bool is_class, const cupel_job *job,
                                 cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    for (size_t i = 0; i < d->n_requirements && st == CUPEL_OK; i++)
        if (d->requirement[i].property == property) st = settle(d, &d->requirement[i], value, n, is_class, job, err);
    return st;
}

cupel_status cupel_demand_settle_model(cupel_demand *d, size_t property, const cupel_job *job, cupel_err *err)
{
    const cupel_model *m = d->property[property].model;
    size_t n = cupel_model_n_training(m);
    double *value = cupel_alloc(n ? n : 1, sizeof *value);
    cupel_composition *c = cupel_alloc(1, sizeof *c);
    cupel_status st = value && c ? CUPEL_OK : cupel_no_memory(err, "the measured values", n * sizeof *value);
    for (size_t i = 0; i < n && st == CUPEL_OK; i++) {
        const char *formula;
        cupel_model_training_row(m, i, c, &formula, &value[i]);
    }
    if (st == CUPEL_OK) st = cupel_demand_settle(d, property, value, n, cupel_surrogate_is_class(cupel_model_surrogate(m)), job, err);
    cupel_free(value);
    cupel_free(c);
    return st;
}

static cupel_status train_one(cupel_demand_property *p, cupel_model_options *o, bool first, const cupel_job *job, cupel_model **m,
                              cupel_err *err)
{
    cupel_training t = {0};
    cupel_status st = cupel_training_read(&p->data, job, &t, err);
    if (st == CUPEL_OK) {
        cupel_say(job, CUPEL_NOTE, "training %s on %zu values of %s from '%s'%s", o->learner, t.records.n_rows, p->name, p->data.file,
                  first ? ", for the first stage" : "");
        if (!first) st = cupel_training_doubts(&t, &p->options, job, err);
    }
    if (st == CUPEL_OK && p->has_transfer && !first) {
        st = cupel_transfer_make(&p->transfer, &t.batch, job, &p->transferred, err);
        o->transfer = p->transferred;
    }
    if (st == CUPEL_OK) st = cupel_model_fit(&t, NULL, 0, o, job, m, err);
    if (st == CUPEL_OK) /* what repeats it, where a budget of time decided */
        cupel_say(job, CUPEL_NOTE, "%s: %s (%s) on %zu rows", p->name, o->learner, cupel_surrogate_settings(cupel_model_surrogate(*m)),
                  cupel_model_n_training(*m));
    cupel_training_release(&t);
    return st;
}

/* A model from a file and a table beside it: said when it learned from another one. */
cupel_status cupel_demand_same_table(const cupel_demand *d, const cupel_demand_property *p, const cupel_job *job, cupel_err *err)
{
    char hex[65];
    const char *learned = cupel_model_training_digest(p->model);
    if (!p->has_data || !p->model_file) return CUPEL_OK;
    cupel_status st = cupel_digest_file(p->data.file, hex, err);
    if (st == CUPEL_OK && (strncmp(learned, "sha256:", 7) != 0 || strcmp(learned + 7, hex) != 0))
        cupel_say(job, CUPEL_WARNING, "%s:%zu: the model '%s' learned from another table than '%s'; known materials are those of the model",
                  d->file, p->line, p->model_file, p->data.file);
    return st;
}

cupel_status cupel_demand_train(cupel_demand *d, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_demand_doubts(d, job);
    for (size_t i = 0; i < d->n_properties; i++) {
        cupel_demand_property *p = &d->property[i];
        if (!p->model) CUPEL_TRY(train_one(p, &p->options, false, job, &p->model, err));
        if (d->first_given && !p->first) CUPEL_TRY(train_one(p, &d->first_options, true, job, &p->first, err));
        CUPEL_TRY(cupel_demand_same_table(d, p, job, err));
        CUPEL_TRY(cupel_demand_settle_model(d, i, job, err));
        CUPEL_TRY(cupel_model_doubts(p->model, d->level, job, err));
        if (p->data_digest) continue;
        p->data_digest = cupel_strdup(cupel_model_training_digest(p->model));
        if (!p->data_digest) CUPEL_TRY(cupel_no_memory(err, "a digest", 0));
    }
done:
    return st;
}
