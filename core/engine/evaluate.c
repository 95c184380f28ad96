#include "core/engine/evaluate.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/doubts.h"
#include "core/engine/evaluate_parts.h"
#include "core/io/csv.h"
#include "core/matter/columns.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* The task of the whole table, so that no fold takes another one by chance. */
static void choose_task(cupel_evaluator *v)
{
    const double *y = v->t.target;
    size_t distinct = 1;
    v->class_value[0] = v->class_value[1] = y[0];
    for (size_t i = 1; i < v->t.records.n_rows && distinct < 3; i++) {
        if (y[i] == v->class_value[0] || (distinct == 2 && y[i] == v->class_value[1])) continue;
        distinct++;
        v->class_value[1] = y[i];
    }
    if (v->class_value[0] > v->class_value[1]) {
        double swap = v->class_value[0];
        v->class_value[0] = v->class_value[1];
        v->class_value[1] = swap;
    }
    v->model = v->o->model;
    v->model.told = true;
    if (v->model.task == CUPEL_TASK_AUTO) v->model.task = distinct == 2 ? CUPEL_TASK_CLASS : CUPEL_TASK_REGRESSION;
    v->e->is_class = v->model.task == CUPEL_TASK_CLASS;
}

/* ---- one fold ---- */

static void held_release(cupel_held *h)
{
    cupel_free(h->memory);
    cupel_free(h->row);
    cupel_free(h->in_domain);
    cupel_free(h->reason);
    cupel_free(h->mixture);
    *h = (cupel_held){0};
}

static cupel_status held_make(cupel_held *h, size_t n, cupel_err *err)
{
    h->memory = cupel_alloc(cupel_mul(n, 9), sizeof *h->memory);
    h->row = cupel_alloc(n, sizeof *h->row);
    h->in_domain = cupel_alloc(n, 1);
    h->reason = cupel_alloc(n, 1);
    if (!h->memory || !h->row || !h->in_domain || !h->reason)
        return cupel_no_memory(err, "held-out rows", cupel_mul(n, 9 * sizeof *h->memory));
    double *m = h->memory;
    h->p = (cupel_prediction){m, m + n, m + 2 * n, m + 3 * n, m + 4 * n, h->in_domain};
    h->truth = m + 5 * n;
    h->lower = m + 6 * n;
    h->upper = m + 7 * n;
    h->is = m + 8 * n;
    return CUPEL_OK;
}

/* The rows of the table outside row [n]. */
static cupel_status others(const size_t *row, size_t n, size_t n_rows, size_t **rest, size_t *n_rest, cupel_err *err)
{
    size_t *r = cupel_alloc(n_rows, sizeof *r), m = 0, k = 0;
    if (!r) return cupel_no_memory(err, "training rows", n_rows * sizeof *r);
    for (size_t i = 0; i < n_rows; i++) {
        if (k < n && row[k] == i)
            k++;
        else
            r[m++] = i;
    }
    *rest = r;
    *n_rest = m;
    return CUPEL_OK;
}

/* A copy of some rows of the table, so that they can be predicted together. */
static cupel_status gather(const cupel_training *t, const size_t *row, size_t n, cupel_batch *batch, cupel_records *records, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t cols = t->records.n_cols;
    cupel_composition *c = cupel_alloc(1, sizeof *c);
    records->cell = cupel_alloc(cupel_mul(n, cols), sizeof *records->cell);
    if (!c || !records->cell) CUPEL_TRY(cupel_no_memory(err, "held-out rows", cupel_mul(n, cols * sizeof *records->cell)));
    records->n_rows = n;
    records->n_cols = cols;
    for (size_t i = 0; i < n; i++) {
        cupel_batch_get(&t->batch, row[i], c);
        CUPEL_TRY(cupel_batch_add(batch, c, CUPEL_REASON_NONE, err));
        memcpy(records->cell + i * cols, t->records.cell + row[i] * cols, cols * sizeof *records->cell);
    }
done:
    cupel_free(c);
    return st;
}

/* Predicts and keeps the rows that have a prediction. */
static cupel_status predict_held(const cupel_evaluator *v, const cupel_model *m, const size_t *row, size_t n, cupel_held *h, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_batch batch = {0};
    cupel_records records = {0};
    cupel_model_work *work = NULL;
    cupel_predict_options o = {.precision = v->o->precision, .isa = v->job->isa, .level = 0.9};
    CUPEL_TRY(held_make(h, n, err));
    if (cupel_surrogate_mixed(cupel_model_surrogate(m)) && !(h->mixture = cupel_alloc(n, sizeof *h->mixture)))
        CUPEL_TRY(cupel_no_memory(err, "held-out rows", n * sizeof *h->mixture));
    o.mixture = h->mixture;
    CUPEL_TRY(gather(&v->t, row, n, &batch, &records, err));
    CUPEL_TRY(cupel_model_work_new(m, &work, err));
    CUPEL_TRY(cupel_model_predict(m, &(cupel_feature_rows){.batch = &batch, .records = &records, .n = n}, &o, work, &h->p, h->reason, err));
    for (size_t i = 0; i < n; i++) {
        if (isnan(h->p.value[i])) continue;
        size_t k = h->n++;
        h->row[k] = row[i];
        h->truth[k] = v->t.target[row[i]];
        h->p.value[k] = h->p.value[i];
        h->p.spread[k] = h->p.spread[i];
        h->p.lower[k] = h->p.lower[i];
        h->p.upper[k] = h->p.upper[i];
        h->p.distance[k] = h->p.distance[i];
        h->p.in_domain[k] = h->p.in_domain[i];
        if (h->mixture) h->mixture[k] = h->mixture[i];
    }
done:
    cupel_model_work_free(work);
    cupel_batch_release(&batch);
    cupel_free(records.cell);
    return st;
}

static void set_means(cupel_evaluation *e)
{
    for (size_t i = 0; i < e->n_metrics; i++) {
        double sum = 0, n = 0;
        for (size_t k = 0; k < e->n_folds; k++)
            if (!isnan(e->metric[i].folds[k])) sum += e->metric[i].folds[k], n += 1;
        e->metric[i].mean = n > 0 ? sum / n : NAN;
    }
}

/* ---- the predictions as a table ---- */

static cupel_status open_predictions(cupel_evaluator *v, cupel_err *err)
{
    static const char *const usual[] = {"id", "mbid", "material_id", "mp_id", "matbench_id"};
    static const char head[] = "id,fold,truth,prediction,lower,upper,in_domain\n";
    v->id = SIZE_MAX;
    if (!v->o->predictions) return CUPEL_OK;
    for (size_t i = 0; i < sizeof usual / sizeof *usual && v->id == SIZE_MAX; i++) v->id = cupel_header_find(&v->t.header, usual[i]);
    cupel_status st = cupel_out_open(v->o->predictions, &v->out, err);
    return st == CUPEL_OK ? cupel_out_write(v->out, head, sizeof head - 1, err) : st;
}

static void put_number(cupel_str *s, double x)
{
    cupel_str_putc(s, ',');
    if (!isnan(x)) cupel_str_number(s, x);
}

static cupel_status write_predictions(cupel_evaluator *v, size_t fold, const cupel_held *h, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str s = {0};
    if (!v->out) return CUPEL_OK;
    for (size_t i = 0; i < h->n; i++) {
        if (v->id == SIZE_MAX)
            cupel_str_addf(&s, "%" PRIu64, v->t.records.line[h->row[i]]);
        else
            cupel_csv_put(&s, cupel_cell(&v->t.records, h->row[i], v->id), ',', true);
        cupel_csv_put(&s, cupel_text_of(v->e->fold[fold]), ',', false);
        put_number(&s, h->truth[i]);
        put_number(&s, h->p.value[i]);
        put_number(&s, h->p.lower[i]);
        put_number(&s, h->p.upper[i]);
        cupel_str_addf(&s, ",%d\n", h->p.in_domain[i]);
    }
    if (s.failed) CUPEL_TRY(cupel_no_memory(err, "predictions as text", s.n));
    CUPEL_TRY(cupel_out_write(v->out, cupel_str_text(&s), s.n, err));
done:
    cupel_str_free(&s);
    return st;
}

/* ---- all together ---- */

static cupel_status do_fold(cupel_evaluator *v, size_t k, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_model *m = NULL;
    cupel_held h = {0};
    size_t *train = NULL, n_train = 0;
    const size_t *test = v->splits.row + v->splits.first[k];
    size_t n_test = v->splits.first[k + 1] - v->splits.first[k];
    cupel_evaluation *e = v->e;
    CUPEL_TRY(others(test, n_test, v->t.records.n_rows, &train, &n_train, err));
    if (!n_train) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "no rows are left to train on; make other folds"));
    CUPEL_TRY(cupel_model_fit(&v->t, train, n_train, &v->model, v->job, &m, err));
    CUPEL_TRY(predict_held(v, m, test, n_test, &h, err));
    if (!h.n) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "no held-out row has a prediction; make other folds, or impute missing values"));
    const cupel_surrogate *s = cupel_model_surrogate(m);
    e->features = cupel_model_features_for(&v->model, &v->t, train, n_train);
    e->n_train[k] = cupel_model_n_training(m);
    e->n_test[k] = h.n;
    e->settings[k] = cupel_strdup(cupel_surrogate_settings(s));
    if (!e->settings[k]) CUPEL_TRY(cupel_no_memory(err, "settings", 0));
    CUPEL_TRY(cupel_evaluate_figures(v, k, s, &h, err));
    CUPEL_TRY(write_predictions(v, k, &h, err));
    cupel_say(v->job, CUPEL_NOTE, "fold %s: %zu rows to train, %zu held out, %s %.4g %s (%s)", e->fold[k], e->n_train[k], e->n_test[k],
              e->metric[0].name, e->metric[0].folds[k], e->metric[0].unit, e->settings[k]);
done:
    held_release(&h);
    cupel_model_free(m);
    cupel_free(train);
    if (st != CUPEL_OK && err) cupel_err_prefix(err, "fold %s: ", v->splits.name[k]);
    return st;
}

static cupel_status begin(cupel_evaluator *v, cupel_err *err)
{
    cupel_evaluation *e = v->e;
    size_t n = v->splits.n_folds;
    e->n_rows = v->t.records.n_rows;
    e->n_folds = e->n_asked = n;
    e->fold = cupel_alloc(n, sizeof *e->fold);
    e->settings = cupel_alloc(n, sizeof *e->settings);
    e->n_train = cupel_alloc(n, sizeof *e->n_train);
    e->n_test = cupel_alloc(n, sizeof *e->n_test);
    e->memory = cupel_alloc(cupel_mul(CUPEL_MAX_METRICS, n), sizeof *e->memory);
    e->property = cupel_strdup(v->t.property);
    e->unit = cupel_strdup(v->t.unit);
    if (!e->fold || !e->settings || !e->n_train || !e->n_test || !e->memory || !e->property || !e->unit)
        return cupel_no_memory(err, "an evaluation", 0);
    for (size_t i = 0; i < CUPEL_MAX_METRICS; i++) e->metric[i].folds = e->memory + i * n;
    for (size_t k = 0; k < n; k++) {
        e->fold[k] = cupel_strdup(v->splits.name[k]);
        if (!e->fold[k]) return cupel_no_memory(err, "an evaluation", 0);
    }
    return CUPEL_OK;
}

/* The folds after the first n are as if they had never been. */
static void end_after(cupel_evaluation *e, size_t n)
{
    for (size_t k = n; k < e->n_folds; k++) {
        cupel_free(e->fold[k]);
        cupel_free(e->settings[k]);
    }
    e->n_folds = n;
}

static cupel_status do_folds(cupel_evaluator *v, cupel_err *err)
{
    for (size_t k = 0; k < v->splits.n_folds; k++) {
        const cupel_status st = do_fold(v, k, err);
        if (st != CUPEL_OK && (st != CUPEL_INTERRUPTED || !k)) return st;
        if (st == CUPEL_OK) continue;
        cupel_out_abandon(&v->out);
        end_after(v->e, k);
        break;
    }
    set_means(v->e);
    return v->out ? cupel_out_commit(&v->out, err) : CUPEL_OK;
}

/* What is to be said of the whole table: once, not of every fold. */
static cupel_status say_table(const cupel_evaluator *v, const cupel_job *job, cupel_err *err)
{
    size_t usable;
    const char *columns = v->o->model.columns;
    cupel_status st = cupel_training_doubts(&v->t, &v->o->model, job, err);
    if (st == CUPEL_OK && columns && *columns && v->t.records.n_rows) st = cupel_training_conflicts(&v->t, columns, job, err);
    return st == CUPEL_OK && !v->o->model.told ? cupel_model_usable(&v->t, &v->o->model, job, &usable, err) : st;
}

cupel_status cupel_evaluate(const cupel_evaluate_options *o, const cupel_job *job, cupel_evaluation *e, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_evaluator v = {.o = o, .job = job, .e = e};
    cupel_job reader = *job;
    if (o->model.told) reader.say = NULL;
    *e = (cupel_evaluation){0};
    CUPEL_TRY(cupel_training_read(&o->data, &reader, &v.t, err));
    CUPEL_TRY(say_table(&v, &reader, err));
    CUPEL_TRY(cupel_evaluate_folds(&v, err));
    CUPEL_TRY(begin(&v, err));
    choose_task(&v);
    CUPEL_TRY(open_predictions(&v, err));
    st = do_folds(&v, err);
done:
    cupel_out_abandon(&v.out);
    cupel_splits_release(&v.splits);
    cupel_training_release(&v.t);
    if (st != CUPEL_OK) cupel_evaluation_release(e);
    return st;
}

void cupel_evaluation_release(cupel_evaluation *e)
{
    for (size_t k = 0; k < e->n_folds; k++) {
        if (e->fold) cupel_free(e->fold[k]);
        if (e->settings) cupel_free(e->settings[k]);
    }
    cupel_free(e->fold);
    cupel_free(e->settings);
    cupel_free(e->n_train);
    cupel_free(e->n_test);
    cupel_free(e->memory);
    cupel_free(e->property);
    cupel_free(e->unit);
    *e = (cupel_evaluation){0};
}
