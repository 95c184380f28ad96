#include "core/engine/evaluate.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/doubts.h"
#include "core/engine/row_groups.h"
#include "core/io/csv.h"
#include "core/matter/columns.h"
#include "core/sys/file.h"
#include "datasets/splits.h"
#include "models/learn/metrics.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { N_LEVELS = 19 }; /* 5 %, 10 %, ... 95 % */

/* The held-out rows of one fold. */
typedef struct held {
    size_t n;          /* rows with a prediction */
    size_t *row;       /* [n] of the table */
    double *memory;    /* of all the numbers */
    double *truth, *lower, *upper, *is; /* is: the second class; for numbers the error */
    cupel_prediction p;
    cupel_spiked *mixture;             /* [n] of a mixed model; else NULL */
    unsigned char *in_domain, *reason;
} held;

typedef struct evaluator {
    const cupel_evaluate_options *o;
    const cupel_job *job;
    cupel_training t;
    cupel_splits splits;
    cupel_evaluation *e;
    cupel_model_options model;
    double class_value[2];
    cupel_out *out;    /* the predictions */
    size_t id;         /* its id column, SIZE_MAX: lines of the file, as messages name rows */
} evaluator;

/* ---- folds ---- */

static cupel_status cluster_rows(evaluator *v, size_t n_folds, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_features *f = NULL;
    double *x = NULL;
    size_t n = v->t.records.n_rows, *group = cupel_alloc(n, sizeof *group);
    if (!group) return cupel_no_memory(err, "groups of rows", n * sizeof *group);
    CUPEL_TRY(cupel_training_groups(&v->t, NULL, n, false, group, err));
    CUPEL_TRY(cupel_features_new(v->o->model.features, v->o->model.columns ? v->o->model.columns : v->t.numeric, &f, err));
    if (v->t.missing == CUPEL_MISSING_IMPUTE) CUPEL_TRY(cupel_features_impute(f, err));
    CUPEL_TRY(cupel_features_learn(f, &v->t.header, &v->t.records, v->t.file, err));
    size_t d = cupel_features_count(f);
    x = cupel_alloc(cupel_mul(n, d), sizeof *x);
    if (!x) CUPEL_TRY(cupel_no_memory(err, "features for clusters", cupel_mul(cupel_mul(n, d), sizeof *x)));
    cupel_features_compute(f, &v->t.batch, &v->t.records, 0, n, v->job->isa, x, d, NULL);
    CUPEL_TRY(cupel_splits_clusters(x, n, d, group, n_folds, v->o->model.seed, &v->splits, err));
done:
    cupel_features_free(f);
    cupel_free(x);
    cupel_free(group);
    return st;
}

static cupel_status grouped_rows(evaluator *v, size_t n_folds, cupel_err *err)
{
    size_t n = v->t.records.n_rows, *group = cupel_alloc(n, sizeof *group);
    if (!group) return cupel_no_memory(err, "groups of rows", n * sizeof *group);
    cupel_status st = cupel_training_groups(&v->t, NULL, n, v->o->split == CUPEL_SPLIT_SYSTEM, group, err);
    if (st == CUPEL_OK) st = cupel_splits_random(n, group, n_folds, v->o->model.seed, &v->splits, err);
    cupel_free(group);
    return st;
}

/* Folds that somebody else made may hold the same composition on both sides: what is measured then is partly memory. */
static cupel_status say_shared(const evaluator *v, cupel_err *err)
{
    const size_t n = v->t.records.n_rows;
    size_t *group = cupel_alloc(2 * n, sizeof *group), shared = 0;
    if (!group) return cupel_no_memory(err, "groups of rows", 2 * n * sizeof *group);
    size_t *of = group + n;
    const cupel_status st = cupel_training_groups(&v->t, NULL, n, false, group, err);
    for (size_t g = 0; g < n; g++) of[g] = SIZE_MAX;
    for (size_t k = 0; st == CUPEL_OK && k < v->splits.n_folds; k++)
        for (size_t i = v->splits.first[k]; i < v->splits.first[k + 1]; i++) {
            size_t *fold = &of[group[v->splits.row[i]]];
            shared += *fold != SIZE_MAX && *fold != k && *fold != n;
            *fold = *fold == SIZE_MAX || *fold == k ? k : n; /* n: counted */
        }
    if (shared)
        cupel_say(v->job, CUPEL_WARNING, "%zu %s%s in more than one fold of '%s': a model is judged on what it has partly seen", shared,
                  v->t.grouped ? "group" : "composition", shared == 1 ? " is" : "s are", v->o->fold_column);
    cupel_free(group);
    return st;
}

static cupel_status given_folds(evaluator *v, cupel_err *err)
{
    size_t column;
    cupel_status st =
        cupel_column_find(&v->t.header, v->t.file, "fold", v->o->fold_column, "name the one that says the fold of each row, or let --split make them",
                                        &column, err);
    if (st != CUPEL_OK) return st;
    if (column == v->t.target_column)
        return cupel_fail(err, CUPEL_USAGE, "--folds '%s': that is the target, and its values are no folds; name another column, or let "
                          "--split make them",
                          v->t.header.name[column]);
    st = cupel_splits_given(&v->t.records, column, v->t.file, &v->splits, err);
    return st == CUPEL_OK ? say_shared(v, err) : st;
}

/* A split that nobody asked for; a column that looks like folds is named. */
static void say_by_chance(const evaluator *v, size_t n_folds)
{
    const size_t column = cupel_header_find(&v->t.header, "fold");
    cupel_say(v->job, CUPEL_NOTE, "neither --folds nor --split: %zu folds by chance (seed %" PRIu64 "), rows of one composition together%s", n_folds,
              v->o->model.seed, column == SIZE_MAX ? "" : "; the column 'fold' is not looked at, --folds fold takes it");
}

static cupel_status make_folds(evaluator *v, cupel_err *err)
{
    size_t n_folds = v->o->n_folds ? v->o->n_folds : v->o->split == CUPEL_SPLIT_ELEMENT ? 10 : 5;
    if (v->o->unasked) say_by_chance(v, n_folds);
    switch (v->o->split) {
    case CUPEL_SPLIT_GIVEN: return given_folds(v, err);
    case CUPEL_SPLIT_CLUSTER: return cluster_rows(v, n_folds, err);
    case CUPEL_SPLIT_ELEMENT: return cupel_splits_elements(&v->t.batch, n_folds, &v->splits, err);
    case CUPEL_SPLIT_RANDOM:
    case CUPEL_SPLIT_SYSTEM: break;
    }
    return grouped_rows(v, n_folds, err);
}

/* The task of the whole table, so that no fold takes another one by chance. */
static void choose_task(evaluator *v)
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

static void held_release(held *h)
{
    cupel_free(h->memory);
    cupel_free(h->row);
    cupel_free(h->in_domain);
    cupel_free(h->reason);
    cupel_free(h->mixture);
    *h = (held){0};
}

static cupel_status held_make(held *h, size_t n, cupel_err *err)
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
static cupel_status predict_held(const evaluator *v, const cupel_model *m, const size_t *row, size_t n, held *h, cupel_err *err)
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
    CUPEL_TRY(cupel_model_predict(m, &batch, &records, 0, n, &o, work, &h->p, h->reason, err));
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

/* ---- figures ---- */

static void put(evaluator *v, size_t fold, size_t *at, const char *name, bool has_unit, double x)
{
    cupel_metric *m = &v->e->metric[(*at)++];
    m->name = name;
    m->unit = has_unit ? v->e->unit : "";
    m->folds[fold] = x;
}

/* Intervals, or sets of classes, at a level into lower and upper. */
static void intervals_at(const cupel_surrogate *s, held *h, double level)
{
    for (size_t i = 0; i < h->n; i++) {
        if (h->mixture) cupel_surrogate_spiked_interval(s, &h->mixture[i], h->p.value[i], h->p.distance[i], level, &h->lower[i], &h->upper[i]);
        else cupel_surrogate_interval(s, h->p.value[i], h->p.spread[i], level, &h->lower[i], &h->upper[i]);
    }
}

static double coverage_at(const cupel_surrogate *s, held *h, double level)
{
    intervals_at(s, h, level);
    return cupel_metric_coverage(h->truth, h->lower, h->upper, h->n);
}

/* Coverage by the central part of the predicted distributions. A truth that many rows share has no one place in its distribution but a stretch, from
 * the share below it to that up to it: it counts with the part of the stretch that lies in the centre, as if its place were drawn by lot. */
static double central_coverage(const cupel_surrogate *s, const held *h, double level)
{
    const double from = 0.5 * (1 - level), to = 0.5 * (1 + level);
    double sum = 0;
    for (size_t i = 0; i < h->n; i++) {
        double below, at_most;
        cupel_surrogate_spiked_share(s, &h->mixture[i], h->truth[i], &below, &at_most);
        if (at_most > below) sum += fmax(0, fmin(at_most, to) - fmax(below, from)) / (at_most - below);
        else sum += from <= below && below <= to;
    }
    return sum / (double)h->n;
}

static double miscalibration(const cupel_surrogate *s, held *h)
{
    double level[N_LEVELS], coverage[N_LEVELS];
    for (int i = 0; i < N_LEVELS; i++) {
        level[i] = 0.05 * (i + 1);
        coverage[i] = h->mixture ? central_coverage(s, h, level[i]) : coverage_at(s, h, level[i]);
    }
    return cupel_metric_miscalibration(level, coverage, N_LEVELS);
}

/* Mean squared residual in units of the predicted standard deviation: 1 when that is right. */
static double squared_z(const cupel_surrogate *s, const held *h)
{
    double sum = 0, unit = cupel_surrogate_unit_deviation(s);
    for (size_t i = 0; i < h->n; i++) {
        double z = (h->truth[i] - h->p.value[i]) / (h->p.spread[i] * unit);
        sum += z * z;
    }
    return sum / (double)h->n;
}

static double mae_where(const held *h, unsigned char in_domain)
{
    double sum = 0, n = 0;
    for (size_t i = 0; i < h->n; i++) {
        if (h->p.in_domain[i] != in_domain) continue;
        sum += fabs(h->p.value[i] - h->truth[i]);
        n += 1;
    }
    return n > 0 ? sum / n : NAN;
}

static double share_in_domain(const held *h)
{
    size_t in = 0;
    for (size_t i = 0; i < h->n; i++) in += h->p.in_domain[i];
    return (double)in / (double)h->n;
}

/* Shares of rows whose set holds no class, and two. */
static void set_sizes(const held *h, double *empty, double *both)
{
    *empty = *both = 0;
    for (size_t i = 0; i < h->n; i++) {
        *empty += isnan(h->lower[i]) / (double)h->n;
        *both += (h->lower[i] < h->upper[i]) / (double)h->n;
    }
}

/* At each of the levels that are always given: coverage, then the width of the intervals or the mean number of classes in a set. */
static void put_levels(evaluator *v, size_t fold, size_t *at, const cupel_surrogate *s, held *h)
{
    static const struct {
        double level;
        const char *coverage, *width, *size;
    } given[] = {{0.5, "coverage50", "width50", "set_size50"}, {0.8, "coverage80", "width80", "set_size80"},
                 {0.9, "coverage90", "width90", "set_size90"}, {0.95, "coverage95", "width95", "set_size95"}};
    enum { LEVELS = sizeof given / sizeof *given };
    double size[LEVELS], empty = NAN, both;
    for (size_t k = 0; k < LEVELS; k++) {
        put(v, fold, at, given[k].coverage, false, coverage_at(s, h, given[k].level));
        if (v->e->is_class)
            set_sizes(h, &empty, &both), size[k] = 1 - empty + both;
        else
            size[k] = cupel_metric_width(h->lower, h->upper, h->n);
    }
    for (size_t k = 0; k < LEVELS; k++) put(v, fold, at, v->e->is_class ? given[k].size : given[k].width, !v->e->is_class, size[k]);
    put(v, fold, at, "miscalibration", false, miscalibration(s, h));
}

/* Of models that have any, last. */
static void put_vectors(evaluator *v, size_t fold, size_t *at, const cupel_surrogate *s)
{
    if (cupel_surrogate_has_support_vectors(s)) put(v, fold, at, "support_vectors", false, (double)cupel_surrogate_support_vectors(s));
}

static cupel_status put_regression(evaluator *v, size_t fold, const cupel_surrogate *s, held *h, cupel_err *err)
{
    size_t at = 0;
    double rho = NAN, by_spread = NAN;
    for (size_t i = 0; i < h->n; i++) h->is[i] = fabs(h->truth[i] - h->p.value[i]);
    cupel_status st = cupel_metric_spearman(h->truth, h->p.value, h->n, &rho, err);
    if (st == CUPEL_OK) st = cupel_metric_spearman(h->is, h->p.spread, h->n, &by_spread, err);
    if (st != CUPEL_OK) return st;
    put(v, fold, &at, "mae", true, cupel_metric_mae(h->truth, h->p.value, h->n));
    put(v, fold, &at, "rmse", true, cupel_metric_rmse(h->truth, h->p.value, h->n));
    put(v, fold, &at, "r2", false, cupel_metric_r2(h->truth, h->p.value, h->n));
    put(v, fold, &at, "spearman", false, rho);
    put_levels(v, fold, &at, s, h);
    put(v, fold, &at, "z2", false, squared_z(s, h));
    put(v, fold, &at, "interval_score90", true, cupel_metric_interval_score(h->truth, h->p.lower, h->p.upper, h->n, 0.9));
    put(v, fold, &at, "error_by_spread", false, by_spread);
    put(v, fold, &at, "in_domain", false, share_in_domain(h));
    put(v, fold, &at, "mae_in_domain", true, mae_where(h, 1));
    put(v, fold, &at, "mae_out_of_domain", true, mae_where(h, 0));
    put_vectors(v, fold, &at, s);
    v->e->n_metrics = at;
    return CUPEL_OK;
}

/* The same for classes: the variance of a truth of 0 or 1 is p (1 - p). */
static double squared_z_of_classes(const held *h)
{
    const double least = 1e-6; /* a claim beyond one in a million counts as that */
    double sum = 0;
    for (size_t i = 0; i < h->n; i++) {
        double p = h->p.value[i], off = h->is[i] - p, variance = p * (1 - p);
        sum += off * off / (variance > least ? variance : least);
    }
    return sum / (double)h->n;
}

static cupel_status put_classes(evaluator *v, size_t fold, const cupel_surrogate *s, held *h, cupel_err *err)
{
    size_t at = 0;
    double auc = NAN, off = NAN, empty, both, *is = h->is;
    for (size_t i = 0; i < h->n; i++) is[i] = h->truth[i] == v->class_value[1];
    cupel_status st = cupel_metric_auc(is, h->p.value, h->n, &auc, err);
    if (st == CUPEL_OK) st = cupel_metric_calibration_error(is, h->p.value, h->n, &off, err);
    if (st != CUPEL_OK) return st;
    cupel_confusion c = cupel_metric_confusion(is, h->p.value, h->n);
    put(v, fold, &at, "auc", false, auc);
    put(v, fold, &at, "balanced_accuracy", false, cupel_metric_balanced_accuracy(&c));
    put(v, fold, &at, "accuracy", false, cupel_metric_accuracy(&c));
    put(v, fold, &at, "f1", false, cupel_metric_f1(&c));
    put(v, fold, &at, "mcc", false, cupel_metric_mcc(&c));
    put(v, fold, &at, "log_loss", false, cupel_metric_log_loss(is, h->p.value, h->n));
    put(v, fold, &at, "brier", false, cupel_metric_brier(is, h->p.value, h->n));
    put(v, fold, &at, "calibration_error", false, off);
    put_levels(v, fold, &at, s, h);
    put(v, fold, &at, "z2", false, squared_z_of_classes(h));
    intervals_at(s, h, 0.9);
    set_sizes(h, &empty, &both);
    put(v, fold, &at, "empty90", false, empty);
    put(v, fold, &at, "in_domain", false, share_in_domain(h));
    put_vectors(v, fold, &at, s);
    v->e->n_metrics = at;
    return CUPEL_OK;
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

static cupel_status open_predictions(evaluator *v, cupel_err *err)
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

static cupel_status write_predictions(evaluator *v, size_t fold, const held *h, cupel_err *err)
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

static cupel_status do_fold(evaluator *v, size_t k, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_model *m = NULL;
    held h = {0};
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
    e->n_train[k] = cupel_model_n_training(m);
    e->n_test[k] = h.n;
    e->settings[k] = cupel_strdup(cupel_surrogate_settings(s));
    if (!e->settings[k]) CUPEL_TRY(cupel_no_memory(err, "settings", 0));
    CUPEL_TRY(e->is_class ? put_classes(v, k, s, &h, err) : put_regression(v, k, s, &h, err));
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

static cupel_status begin(evaluator *v, cupel_err *err)
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

static cupel_status do_folds(evaluator *v, cupel_err *err)
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
static cupel_status say_table(const evaluator *v, const cupel_job *job, cupel_err *err)
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
    evaluator v = {.o = o, .job = job, .e = e};
    cupel_job reader = *job;
    if (o->model.told) reader.say = NULL;
    *e = (cupel_evaluation){0};
    CUPEL_TRY(cupel_training_read(&o->data, &reader, &v.t, err));
    CUPEL_TRY(say_table(&v, &reader, err));
    CUPEL_TRY(make_folds(&v, err));
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
