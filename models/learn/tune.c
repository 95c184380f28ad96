#include "models/learn/tune.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/order.h"
#include "core/sys/par.h"
#include "models/learn/calibrate.h"
#include "models/learn/metrics.h"

#include <math.h>
#include <string.h>

enum { MOST_ROWS = 4096, MANY_ROWS = 1500, MOST_AXES = 8 };
enum { STREAM_TUNE = 0x74756e65, STREAM_SAMPLE = 0x73616d70 };

static size_t count_groups(const size_t *group, size_t n)
{
    if (!group) return n;
    size_t other = 0; /* groups beyond the first row's: 2 is enough to know */
    for (size_t i = 1; i < n && !other; i++) other = group[i] != group[0];
    return other ? 2 : 1;
}

cupel_status cupel_folds_make(const cupel_problem *p, const size_t *group, size_t n_folds, uint64_t seed, uint64_t stream, cupel_folds *f,
                              cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t *stratum = NULL;
    if (p->n < 2 || count_groups(group, p->n) < 2)
        return cupel_fail(err, CUPEL_BAD_INPUT,
                          "%zu training rows of one composition are too few for out-of-fold residuals; give at least 2 different ones",
                          p->n);
    f->n_folds = n_folds < p->n ? n_folds : p->n;
    f->fold = cupel_alloc(p->n, sizeof *f->fold);
    if (p->is_class) stratum = cupel_alloc(p->n, sizeof *stratum);
    if (!f->fold || (p->is_class && !stratum)) {
        st = cupel_no_memory(err, "inner folds", p->n * sizeof *f->fold);
        goto done;
    }
    for (size_t i = 0; stratum && i < p->n; i++) stratum[i] = p->y[i] > 0;
    CUPEL_TRY(cupel_partition_rows(
        &(cupel_partition){.n = p->n, .group = group, .stratum = stratum, .n_folds = f->n_folds, .seed = seed, .stream = stream}, f->fold,
        err));
    size_t last = 0; /* with few groups some folds stay empty: they are the last ones */
    for (size_t i = 0; i < p->n; i++)
        if (f->fold[i] > last) last = f->fold[i];
    f->n_folds = last + 1;
done:
    cupel_free(stratum);
    if (st != CUPEL_OK) cupel_folds_release(f);
    return st;
}

void cupel_folds_release(cupel_folds *f)
{
    cupel_free(f->fold);
    *f = (cupel_folds){0};
}

cupel_status cupel_fit_without(const cupel_learner *l, const cupel_problem *p, const void *prepared, const double *setting,
                               const cupel_folds *f, size_t k, cupel_fitted *out, cupel_err *err)
{
    cupel_fit_task t = {.problem = p, .prepared = prepared, .setting = setting, .threads = k == SIZE_MAX ? p->job->threads : 1};
    size_t *row = cupel_alloc(p->n, sizeof *row);
    if (!row) return cupel_no_memory(err, "rows of a fold", p->n * sizeof *row);
    for (size_t i = 0; i < p->n; i++)
        if (k == SIZE_MAX || f->fold[i] != k) row[t.n++] = i;
    t.row = row;
    cupel_status st = l->fit(&t, out, err);
    cupel_free(row);
    return st;
}

cupel_status cupel_predict_fold(const cupel_expand *e, const cupel_problem *p, const cupel_folds *f, size_t k, cupel_raw *raw, cupel_spiked *mixture,
                                cupel_err *err)
{
    cupel_expand_work w = {0};
    size_t at[CUPEL_EXPAND_ROWS], m = 0;
    cupel_raw got[CUPEL_EXPAND_ROWS];
    double *z = cupel_alloc_aligned(CUPEL_EXPAND_ROWS * p->d, sizeof *z);
    cupel_status st = z ? CUPEL_OK : cupel_no_memory(err, "rows of a fold", CUPEL_EXPAND_ROWS * p->d * sizeof *z);
    if (st == CUPEL_OK) st = cupel_expand_work_make(e, &w, err);
    for (size_t i = 0; st == CUPEL_OK && i <= p->n; i++) {
        if (i < p->n && f->fold[i] == k) {
            memcpy(z + m * p->d, p->x + i * p->d, p->d * sizeof *z);
            at[m++] = i;
        }
        if (m < CUPEL_EXPAND_ROWS && !(i == p->n && m)) continue;
        cupel_expand_run(e, z, p->d, m, &(cupel_expand_way){.precision = CUPEL_FLOAT64, .isa = p->job->isa}, &w, got);
        for (size_t j = 0; j < m; j++) raw[at[j]] = got[j];
        for (size_t j = 0; mixture && w.mixture && j < m; j++) mixture[at[j]] = w.mixture[j];
        m = 0;
    }
    cupel_expand_work_release(&w);
    cupel_free(z);
    return st;
}

/* ---- the search ---- */

typedef struct search {
    const cupel_learner *l;
    const cupel_problem *p;
    const cupel_folds *folds;
    size_t n_params;
    void *prepared;
    const double *settings; /* [candidates][n_params] of the run at hand */
    cupel_raw *raw;         /* [candidates][n] */
    double *loss;           /* [candidates] */
    size_t *all;            /* [n] 0 .. n - 1 */
    size_t done, total;     /* candidates, for progress */
} search;

static cupel_status fit_and_predict(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)worker;
    search *s = user;
    size_t candidate = item / s->folds->n_folds, k = item % s->folds->n_folds;
    const double *setting = s->settings + candidate * s->n_params;
    cupel_fitted fitted = {0};
    cupel_expand e = {0};
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_fit_without(s->l, s->p, s->prepared, setting, s->folds, k, &fitted, err));
    CUPEL_TRY(cupel_expand_make(s->l, s->p, setting, &fitted, NULL, &e, err));
    CUPEL_TRY(cupel_predict_fold(&e, s->p, s->folds, k, s->raw + candidate * s->p->n, NULL, err));
done:
    cupel_expand_release(&e);
    cupel_fitted_release(&fitted);
    return st;
}

static cupel_status find_evidence(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)worker;
    search *s = user;
    cupel_fit_task t = {.problem = s->p, .prepared = s->prepared, .setting = s->settings + item * s->n_params, .row = s->all, .n = s->p->n,
                        .threads = 1};
    return s->l->evidence(&t, &s->loss[item], err);
}

static cupel_status loss_of(const cupel_problem *p, const cupel_raw *raw, double *loss, cupel_err *err)
{
    double *value = cupel_alloc(2 * p->n, sizeof *value);
    if (!value) return cupel_no_memory(err, "out-of-fold values", 2 * p->n * sizeof *value);
    double *truth = value + p->n;
    for (size_t i = 0; i < p->n; i++) value[i] = raw[i].value;
    if (p->is_class) {
        cupel_sigmoid s = cupel_sigmoid_fit(value, p->y, p->n);
        for (size_t i = 0; i < p->n; i++) {
            value[i] = cupel_sigmoid_at(&s, value[i]);
            truth[i] = p->y[i] > 0;
        }
        *loss = cupel_metric_log_loss(truth, value, p->n);
    } else {
        *loss = cupel_metric_mae(p->y, value, p->n);
    }
    cupel_free(value);
    return CUPEL_OK;
}

static bool same_kernel(const cupel_learner *l, const double *a, const double *b)
{
    if (!l->kernel || l->own) return true;
    cupel_kernel ka, kb;
    double ga, gb;
    l->kernel_of(a, &ka, &ga);
    l->kernel_of(b, &kb, &gb);
    return ka == kb && ga == gb;
}

/* Losses by the errors out of fold. */
static cupel_status errors_out_of_fold(search *s, size_t n, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    s->raw = cupel_alloc(cupel_mul(n, s->p->n), sizeof *s->raw);
    if (!s->raw) return cupel_no_memory(err, "out-of-fold values", cupel_mul(n * sizeof *s->raw, s->p->n));
    CUPEL_TRY(cupel_par_for(s->p->job->threads, n * s->folds->n_folds, fit_and_predict, s, err));
    for (size_t i = 0; i < n; i++) CUPEL_TRY(loss_of(s->p, s->raw + i * s->p->n, &s->loss[i], err));
done:
    cupel_free(s->raw);
    return st;
}

/* Losses of candidates that share one kernel. */
static cupel_status try_together(search *s, const double *settings, size_t n, double *loss, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    s->settings = settings;
    s->loss = loss;
    CUPEL_TRY(cupel_learner_prepare(s->l, s->p, settings, &s->prepared, err));
    CUPEL_TRY(s->l->evidence ? cupel_par_for(s->p->job->threads, n, find_evidence, s, err) : errors_out_of_fold(s, n, err));
    s->done += n;
    cupel_progress(s->p->job, "tuning", s->done, s->total);
    if (cupel_stopped(s->p->job)) st = cupel_fail(err, CUPEL_INTERRUPTED, "stopped while tuning; nothing was written, start again");
done:
    cupel_learner_release(s->l, s->prepared);
    s->prepared = NULL;
    return st;
}

/* The axes of a stage whose parameters are free; returns how many. */
static size_t stage_axes(const cupel_learner *l, int stage, const bool *open, const cupel_axis **axis)
{
    size_t m = 0;
    for (const cupel_axis *a = l->axes; a->n; a++)
        if (a->stage == stage && open[a->param] && m < MOST_AXES) axis[m++] = a;
    return m;
}

static size_t combinations(const cupel_axis *const *axis, size_t m)
{
    size_t n = 1;
    for (size_t a = 0; a < m; a++) n *= axis[a]->n;
    return m ? n : 0;
}

/* Candidate c of a stage: the last axis runs fastest, so candidates of one kernel follow one another. */
static void candidate(const cupel_learner *l, const cupel_axis *const *axis, size_t m, size_t c, const double *best, size_t n_params,
                      double *setting)
{
    memcpy(setting, best, n_params * sizeof *setting);
    for (size_t a = m; a-- > 0; c /= axis[a]->n) {
        const cupel_param *param = &l->method.params[axis[a]->param];
        double v = axis[a]->value[c % axis[a]->n];
        if (axis[a]->relative) v *= best[axis[a]->param];
        setting[axis[a]->param] = v < param->min ? param->min : v > param->max ? param->max : v;
    }
}

static cupel_status run_stage(search *s, int stage, const bool *open, double *best, double *best_loss, cupel_err *err)
{
    const cupel_axis *axis[MOST_AXES];
    size_t m = stage_axes(s->l, stage, open, axis), n = combinations(axis, m), np = s->n_params;
    if (!n) return CUPEL_OK;
    cupel_status st = CUPEL_OK;
    double *settings = cupel_alloc(n * np, sizeof *settings), *loss = cupel_alloc(n, sizeof *loss), now[CUPEL_LEARNER_PARAMS];
    if (!settings || !loss) {
        st = cupel_no_memory(err, "candidate settings", 0);
        goto done;
    }
    memcpy(now, best, np * sizeof *now);
    for (size_t c = 0; c < n; c++) candidate(s->l, axis, m, c, now, np, settings + c * np);
    for (size_t c = 0; c < n;) {
        size_t k = c + 1;
        while (k < n && same_kernel(s->l, settings + c * np, settings + k * np)) k++;
        CUPEL_TRY(try_together(s, settings + c * np, k - c, loss + c, err));
        c = k;
    }
    double worth = 0;
    for (size_t a = 0; a < m; a++) worth = axis[a]->worth > worth ? axis[a]->worth : worth;
    for (size_t c = 0; c < n; c++) {
        if (!(loss[c] < *best_loss * (1 - worth))) continue;
        *best_loss = loss[c];
        memcpy(best, settings + c * np, np * sizeof *best);
    }
done:
    cupel_free(settings);
    cupel_free(loss);
    return st;
}

static int last_stage(const cupel_learner *l)
{
    int last = -1;
    for (const cupel_axis *a = l->axes; a->n; a++)
        if (a->stage > last) last = a->stage;
    return last;
}

static cupel_status search_settings(const cupel_learner *l, const cupel_problem *p, const size_t *group, uint64_t seed, const bool *open,
                                    double *setting, cupel_err *err)
{
    cupel_folds folds = {0};
    cupel_problem trial = *p;
    trial.trial = true;
    search s = {.l = l, .p = &trial, .folds = &folds, .n_params = cupel_method_n_params(&l->method), .all = cupel_alloc(p->n, sizeof *s.all)};
    double best_loss = INFINITY;
    cupel_status st = CUPEL_OK;
    if (!s.all) return cupel_no_memory(err, "rows", p->n * sizeof *s.all);
    for (size_t i = 0; i < p->n; i++) s.all[i] = i;
    CUPEL_TRY(cupel_folds_make(p, group, p->n > MANY_ROWS ? 3 : 5, seed, STREAM_TUNE, &folds, err));
    for (int stage = 0; stage <= last_stage(l); stage++) {
        const cupel_axis *axis[MOST_AXES];
        s.total += combinations(axis, stage_axes(l, stage, open, axis));
    }
    for (int stage = 0; stage <= last_stage(l); stage++) CUPEL_TRY(run_stage(&s, stage, open, setting, &best_loss, err));
done:
    cupel_folds_release(&folds);
    cupel_free(s.all);
    return st;
}

/* Some of the rows as a problem of their own. */
typedef struct sample {
    cupel_problem p;
    double *x, *y;
    size_t *group;
} sample;

static void sample_release(sample *s)
{
    cupel_free(s->x);
    cupel_free(s->y);
    cupel_free(s->group);
}

/* The m rows with in [n] not 0, in their order. */
static cupel_status sample_take(const cupel_problem *p, const size_t *group, const unsigned char *in, size_t m, sample *s, cupel_err *err)
{
    *s = (sample){.p = *p, .x = cupel_alloc_aligned(cupel_mul(m, p->d), sizeof(double)), .y = cupel_alloc(m, sizeof(double)),
                  .group = cupel_alloc(m, sizeof(size_t))};
    if (!s->x || !s->y || !s->group) {
        sample_release(s);
        return cupel_no_memory(err, "a sample of the rows", cupel_mul(m, p->d * sizeof(double)));
    }
    size_t k = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (!in[i]) continue;
        memcpy(s->x + k * p->d, p->x + i * p->d, p->d * sizeof *s->x);
        s->y[k] = p->y[i];
        s->group[k++] = group ? group[i] : i;
    }
    s->p.n = m;
    s->p.x = s->x;
    s->p.y = s->y;
    s->p.group = s->group;
    return CUPEL_OK;
}

/* MOST_ROWS of the rows, by chance of the seed. */
static cupel_status sample_rows(const cupel_problem *p, const size_t *group, uint64_t seed, sample *s, cupel_err *err)
{
    unsigned char *in = cupel_alloc(p->n, 1);
    size_t *row = cupel_alloc(p->n, sizeof *row);
    cupel_status st = in && row ? CUPEL_OK : cupel_no_memory(err, "a sample of the rows", p->n * sizeof *row);
    if (st == CUPEL_OK) {
        cupel_rng_permutation(seed, STREAM_SAMPLE, row, p->n);
        for (size_t i = 0; i < MOST_ROWS; i++) in[row[i]] = 1;
        st = sample_take(p, group, in, MOST_ROWS, s, err);
    }
    cupel_free(in);
    cupel_free(row);
    return st;
}

/* Four digits are more than tuning can tell apart, and the settings as printed give the same model again. */
static double round_setting(double x)
{
    if (!(fabs(x) > 0) || !isfinite(x)) return x;
    double unit = pow(10, floor(log10(fabs(x))) - 3);
    return unit < 1 ? round(x / unit) / round(1 / unit) : round(x / unit) * unit;
}

cupel_status cupel_tune(const cupel_learner *l, const cupel_problem *p, const size_t *group, uint64_t seed, double *setting, cupel_err *err)
{
    bool open[CUPEL_LEARNER_PARAMS] = {false}, any = false;
    size_t np = cupel_method_n_params(&l->method);
    cupel_status st = CUPEL_OK;
    for (size_t i = 0; i < np; i++) open[i] = isnan(setting[i]);
    l->start(p, setting);
    for (const cupel_axis *a = l->axes; a->n; a++) any |= open[a->param];
    if (any && p->n <= MOST_ROWS) st = search_settings(l, p, group, seed, open, setting, err);
    if (any && p->n > MOST_ROWS) {
        sample s;
        st = sample_rows(p, group, seed, &s, err);
        if (st != CUPEL_OK) return st;
        st = search_settings(l, &s.p, s.group, seed, open, setting, err);
        sample_release(&s);
    }
    for (size_t i = 0; i < np; i++)
        if (open[i]) setting[i] = round_setting(setting[i]);
    return st;
}

cupel_status cupel_tune_without(const cupel_learner *l, const cupel_problem *p, uint64_t seed, const cupel_folds *f, size_t k, double *setting,
                                cupel_err *err)
{
    unsigned char *in = cupel_alloc(p->n, 1);
    sample s;
    size_t m = 0;
    if (!in) return cupel_no_memory(err, "rows of a fold", p->n);
    for (size_t i = 0; i < p->n; i++) m += in[i] = f->fold[i] != k;
    cupel_status st = sample_take(p, p->group, in, m, &s, err);
    cupel_free(in);
    if (st != CUPEL_OK) return st;
    st = cupel_tune(l, &s.p, s.group, seed, setting, err);
    sample_release(&s);
    return st;
}
