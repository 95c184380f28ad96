/* An evaluation as JSON and as a table for people. */
#include "core/engine/evaluate.h"
#include "core/io/json.h"

#include <math.h>
#include <string.h>

static const char *const splits[] = {"given", "random", "system", "cluster", "element"};

const char *cupel_split_name(cupel_split_kind kind) { return splits[kind]; }

static void put_metric(cupel_json_out *w, const cupel_metric *m, size_t n_folds)
{
    cupel_json_name(w, m->name);
    cupel_json_open(w, '{');
    cupel_json_add_number(w, "mean", m->mean);
    cupel_json_name(w, "folds");
    cupel_json_open(w, '[');
    for (size_t k = 0; k < n_folds; k++) cupel_json_put_number(w, m->folds[k]);
    cupel_json_close(w, ']');
    if (*m->unit) {
        cupel_json_add_string(w, "unit", m->unit);
    }
    cupel_json_close(w, '}');
}

static void put_transfer(cupel_json_out *w, const cupel_transfer *t)
{
    const cupel_transfer_facts f = cupel_transfer_facts_of(t);
    cupel_json_name(w, "transfer");
    cupel_json_open(w, '{');
    cupel_json_add_string(w, "table", f.file);
    cupel_json_add_string(w, "digest", f.digest);
    cupel_json_add_string(w, "property", f.property);
    cupel_json_add_string(w, "unit", f.unit);
    cupel_json_add_string(w, "features", f.sets);
    cupel_json_add_number(w, "above", f.above);
    cupel_json_add_count(w, "rows", f.rows);
    cupel_json_add_count(w, "left_out", f.left_out);
    cupel_json_add_count(w, "formulas", f.formulas);
    cupel_json_close(w, '}');
}

static void put_what(cupel_json_out *w, const cupel_evaluation *e, const cupel_evaluate_options *o)
{
    cupel_json_add_string(w, "property", e->property);
    cupel_json_add_string(w, "unit", e->unit);
    cupel_json_add_string(w, "task", e->is_class ? "class" : "regression");
    cupel_json_add_string(w, "model", o->model.learner);
    if (o->model.kernel) cupel_json_add_string(w, "kernel", o->model.kernel);
    cupel_json_add_string(w, "transform", cupel_transform_name(o->model.transform));
    cupel_json_add_string(w, "features", e->features ? e->features : "none");
    if (o->model.transfer) put_transfer(w, o->model.transfer);
    cupel_json_add_string(w, "split", cupel_split_name(o->split));
    cupel_json_add_count(w, "seed", o->model.seed);
    cupel_json_add_count(w, "rows", e->n_rows);
    if (e->n_there > e->n_asked) cupel_json_add_count(w, "folds_there", e->n_there);
    if (e->n_asked > e->n_folds) cupel_json_add_count(w, "stopped_before_folds", e->n_asked);
    cupel_json_name(w, "fold");
    cupel_json_open(w, '[');
    for (size_t k = 0; k < e->n_folds; k++) {
        cupel_json_open(w, '{');
        cupel_json_add_string(w, "name", e->fold[k]);
        cupel_json_add_count(w, "train", e->n_train[k]);
        cupel_json_add_count(w, "test", e->n_test[k]);
        cupel_json_add_string(w, "settings", e->settings[k]);
        cupel_json_close(w, '}');
    }
    cupel_json_close(w, ']');
}

void cupel_evaluation_json(const cupel_evaluation *e, const cupel_evaluate_options *o, cupel_str *out)
{
    cupel_json_out w = {.s = out};
    cupel_json_open(&w, '{');
    for (size_t i = 0; i < e->n_metrics; i++) put_metric(&w, &e->metric[i], e->n_folds);
    put_what(&w, e, o);
    cupel_json_close(&w, '}');
    cupel_str_putc(out, '\n');
}

enum { FOLDS_SHOWN = 10 };

static void put_cell(cupel_str *out, double x)
{
    if (isnan(x))
        cupel_str_addf(out, " %9s", "-");
    else
        cupel_str_addf(out, " %9.4g", x);
}

void cupel_evaluation_table(const cupel_evaluation *e, cupel_str *out)
{
    size_t shown = e->n_folds < FOLDS_SHOWN ? e->n_folds : FOLDS_SHOWN, width = 0;
    for (size_t i = 0; i < e->n_metrics; i++) {
        size_t n = strlen(e->metric[i].name) + (*e->metric[i].unit ? strlen(e->metric[i].unit) + 3 : 0);
        if (n > width) width = n;
    }
    cupel_str_addf(out, "%-*s %9s", (int)width, e->property, "mean");
    for (size_t k = 0; k < shown; k++) cupel_str_addf(out, " %9.9s", e->fold[k]);
    cupel_str_puts(out, shown < e->n_folds ? " ...\n" : "\n");
    for (size_t i = 0; i < e->n_metrics; i++) {
        const cupel_metric *m = &e->metric[i];
        size_t begin = out->n;
        cupel_str_puts(out, m->name);
        if (*m->unit) cupel_str_addf(out, " [%s]", m->unit);
        while (!out->failed && out->n < begin + width) cupel_str_putc(out, ' ');
        put_cell(out, m->mean);
        for (size_t k = 0; k < shown; k++) put_cell(out, m->folds[k]);
        cupel_str_putc(out, '\n');
    }
}
