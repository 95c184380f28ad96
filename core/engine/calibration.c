#include "core/engine/calibration.h"

#include "core/base/err.h"

#include <math.h>
#include <string.h>

void cupel_calibration_release(cupel_calibration *c)
{
    for (size_t k = 0; k < c->n; k++) cupel_evaluation_release(&c->evaluation[k]);
    *c = (cupel_calibration){0};
}

static cupel_status evaluate_split(const cupel_evaluate_options *o, cupel_split_kind kind, const cupel_job *job, cupel_calibration *c, cupel_err *err)
{
    cupel_evaluate_options *own = &c->options[c->n];
    *own = *o;
    own->split = kind;
    own->model.told = c->n > 0; /* by the first split */
    if (kind != o->split) own->fold_column = NULL;
    cupel_say(job, CUPEL_NOTE, "calibration: split %s", cupel_split_name(kind));
    cupel_status st = cupel_evaluate(own, job, &c->evaluation[c->n], err);
    if (st == CUPEL_OK) c->n++;
    if (st == CUPEL_OK && c->evaluation[c->n - 1].n_asked > c->evaluation[c->n - 1].n_folds)
        st = cupel_fail(err, CUPEL_INTERRUPTED, "split %s: stopped before its last fold; nothing was written, start again", cupel_split_name(kind));
    return st;
}

cupel_status cupel_calibrate(const cupel_evaluate_options *o, const cupel_job *job, cupel_calibration *c, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_err why = {0};
    *c = (cupel_calibration){0};
    CUPEL_TRY(evaluate_split(o, o->split, job, c, err));
    CUPEL_TRY(evaluate_split(o, CUPEL_SPLIT_CLUSTER, job, c, err));
    st = evaluate_split(o, CUPEL_SPLIT_ELEMENT, job, c, &why);
    if (st == CUPEL_BAD_INPUT) { /* the same rows have just been read and learned from: what is missing is elements */
        cupel_say(job, CUPEL_WARNING, "calibration: no element was left out: %s", why.message);
        st = CUPEL_OK;
    } else if (st != CUPEL_OK && err) {
        *err = why;
    }
done:
    if (st != CUPEL_OK) cupel_calibration_release(c);
    return st;
}

void cupel_calibration_json(const cupel_calibration *c, cupel_str *out)
{
    cupel_str_puts(out, "{");
    for (size_t k = 0; k < c->n; k++) {
        cupel_str_addf(out, "%s\"%s\": ", k ? ", " : "", cupel_split_name(c->options[k].split));
        cupel_evaluation_json(&c->evaluation[k], &c->options[k], out);
    }
    cupel_str_puts(out, "}\n");
}

static const cupel_metric *metric_of(const cupel_evaluation *e, const char *name)
{
    for (size_t i = 0; i < e->n_metrics; i++)
        if (strcmp(e->metric[i].name, name) == 0) return &e->metric[i];
    return NULL;
}

static void put_number(cupel_str *out, double x)
{
    if (isnan(x))
        cupel_str_addf(out, " %9s", "-");
    else
        cupel_str_addf(out, " %9.4g", x);
}

void cupel_calibration_table(const cupel_calibration *c, cupel_str *out)
{
    static const char *const shown[] = {"mae", "auc", "balanced_accuracy", "coverage50", "coverage80", "coverage90", "coverage95", "miscalibration",
            "z2",
                                        "width90", "set_size90", "empty90", "calibration_error", "error_by_spread", "in_domain", "mae_in_domain",
                                        "mae_out_of_domain"};
    cupel_str_addf(out, "%-24.24s", c->evaluation[0].property);
    for (size_t k = 0; k < c->n; k++) cupel_str_addf(out, " %9s", cupel_split_name(c->options[k].split));
    cupel_str_addf(out, "\n%-24s", "folds");
    for (size_t k = 0; k < c->n; k++) put_number(out, (double)c->evaluation[k].n_folds);
    cupel_str_putc(out, '\n');
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        const cupel_metric *m = metric_of(&c->evaluation[0], shown[i]);
        if (!m) continue;
        size_t begin = out->n;
        cupel_str_puts(out, m->name);
        if (*m->unit) cupel_str_addf(out, " [%s]", m->unit);
        while (!out->failed && out->n < begin + 24) cupel_str_putc(out, ' ');
        for (size_t k = 0; k < c->n; k++) put_number(out, metric_of(&c->evaluation[k], shown[i])->mean);
        cupel_str_putc(out, '\n');
    }
}
