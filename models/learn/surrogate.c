/* Fitting a surrogate: scale, tune, predict every row from the others, fit on all, calibrate on the former (surrogate_calibrate.c). */
#include "models/learn/surrogate_fit.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/math/la.h"
#include "core/sys/par.h"
#include "models/learn/gram.h"
#include "models/learn/monotone.h"

#include <math.h>
#include <string.h>

enum { LEAST_ROWS = 5, STREAM_OOF = 0x6f6f66, STREAM_NEAR = 0x6e656172, NEAR_FOLDS = 20, NEAR_ROWS = 1500 };
static const double NEAR_SHARE = 0.85; /* of the seconds of a learner that fits as a whole */

static cupel_status check_rows(const double *x, size_t n, size_t d, const double *y, cupel_err *err)
{
    if (n < LEAST_ROWS)
        return cupel_fail(err, CUPEL_BAD_INPUT, "training rows: found %zu, expected at least %d; give more rows", n, LEAST_ROWS);
    if (!d) return cupel_fail(err, CUPEL_BAD_INPUT, "training rows have no columns; choose a descriptor set or table columns");
    for (size_t i = 0; i < n; i++) {
        if (!(fabs(y[i]) <= CUPEL_LARGEST))
            return cupel_fail(err, CUPEL_BAD_INPUT,
                              "target of training row %zu is %g, expected a finite number up to %g; drop or mend the row", i + 1, y[i],
                              CUPEL_LARGEST);
        for (size_t j = 0; j < d; j++)
            if (!(fabs(x[i * d + j]) <= CUPEL_LARGEST))
                return cupel_fail(
                    err, CUPEL_BAD_INPUT,
                    "training row %zu, column %zu is %g, expected a finite number up to %g; drop or impute it, or change its unit", i + 1,
                    j + 1, x[i * d + j], CUPEL_LARGEST);
    }
    return CUPEL_OK;
}

/* 1, 2, or 3 for more distinct values; the first two of them in increasing order. */
static int distinct(const double *y, size_t n, double value[2])
{
    int found = 1;
    value[0] = value[1] = y[0];
    for (size_t i = 1; i < n; i++) {
        if (y[i] == value[0] || (found == 2 && y[i] == value[1])) continue;
        if (found == 2) return 3;
        value[1] = y[i];
        found = 2;
    }
    if (value[0] > value[1]) {
        double t = value[0];
        value[0] = value[1];
        value[1] = t;
    }
    return found;
}

/* Is it a class, and can this learner do it? */
static cupel_status choose_task(cupel_surrogate *s, const double *y, size_t n, cupel_task task, cupel_err *err)
{
    int found = distinct(y, n, s->class_value);
    const char *name = s->learner->method.name;
    if (found == 1)
        return cupel_fail(err, CUPEL_BAD_INPUT,
                          "the target is %g in all %zu training rows: there is nothing to learn; give rows that differ", y[0], n);
    if (task == CUPEL_TASK_CLASS && found > 2)
        return cupel_fail(err, CUPEL_BAD_INPUT,
                          "task class: the target has more than two distinct values, expected exactly two; learn one against the others "
                          "(a column that is 1 for that class, else 0), or use task regression");
    s->is_class = task == CUPEL_TASK_CLASS || (task == CUPEL_TASK_AUTO && found == 2);
    if (s->is_class && !s->learner->classes)
        return cupel_fail(
            err, CUPEL_USAGE,
            "model '%s' does numbers only, and a target with exactly two values (%g and %g) is a class; use model svc, or task regression",
            name, s->class_value[0], s->class_value[1]);
    if (!s->is_class && !s->learner->regression)
        return cupel_fail(err, CUPEL_USAGE, "model '%s' does classes only, and the target is a number%s; use model svr", name,
                          found > 2 ? " with more than two distinct values" : "");
    return CUPEL_OK;
}

/* y with mean 0 and variance 1, or -1 and +1. */
static cupel_status scale_target(cupel_fit *f, const double *y, size_t n, cupel_err *err)
{
    cupel_surrogate *s = f->s;
    f->y = cupel_alloc(n, sizeof *f->y);
    if (!f->y) return cupel_no_memory(err, "the target", n * sizeof *f->y);
    s->y_sd = 1;
    if (s->is_class && f->options->transform != CUPEL_TRANSFORM_PLAIN)
        return cupel_fail(err, CUPEL_USAGE, "transform %s: the target is a class, and transforms are for numbers; leave it out",
                          cupel_transform_name(f->options->transform));
    if (s->is_class) {
        for (size_t i = 0; i < n; i++) f->y[i] = y[i] == s->class_value[1] ? 1 : -1;
        return CUPEL_OK;
    }
    double sum = 0, square = 0;
    cupel_status st = cupel_transform_learn(f->options->transform, y, n, &s->target, err);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; i < n; i++) {
        f->y[i] = cupel_transform_to(&s->target, y[i]);
        sum += f->y[i];
    }
    s->y_mean = sum / (double)n;
    for (size_t i = 0; i < n; i++) square += (f->y[i] - s->y_mean) * (f->y[i] - s->y_mean);
    s->y_sd = sqrt(square / (double)n);
    if (!(s->y_sd > 0) || !(1 / s->y_sd <= CUPEL_LARGEST))
        return cupel_fail(err, CUPEL_BAD_INPUT,
                          "the target's standard deviation is %g: its numbers are too small, too large or too alike; change its unit",
                          s->y_sd);
    for (size_t i = 0; i < n; i++) f->y[i] = (f->y[i] - s->y_mean) / s->y_sd;
    return CUPEL_OK;
}

/* Columns times what the learner thinks of them. */
static cupel_status weigh_columns(cupel_fit *f, cupel_err *err)
{
    cupel_scale *scale = &f->s->scale;
    size_t n = f->problem.n, k = scale->k;
    scale->relevance = cupel_alloc(k, sizeof *scale->relevance);
    if (!scale->relevance) return cupel_no_memory(err, "the relevance of columns", k * sizeof *scale->relevance);
    cupel_progress(f->problem.job, "lengths of columns", 0, 1);
    cupel_status st = f->s->learner->relevance(&f->problem, f->options->seed, scale->relevance, err);
    cupel_progress(f->problem.job, "lengths of columns", 1, 1);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < k; j++) f->z[i * k + j] *= scale->relevance[j];
    return cupel_typical_distance(f->z, n, k, &f->problem.typical, err);
}

/* Which of the scaled columns are in a list [n] of columns of x; of one that repeats another the other stands for both. */
static cupel_status find_columns(const cupel_scale *s, const size_t *list, size_t n, size_t **found, size_t *n_found, cupel_err *err)
{
    *found = cupel_alloc(s->k, sizeof **found);
    if (!*found) return cupel_no_memory(err, "columns", s->k * sizeof **found);
    for (size_t c = 0; c < s->k; c++)
        for (size_t i = 0; i < n; i++)
            if ((size_t)s->column[c] == list[i]) (*found)[(*n_found)++] = c;
    return CUPEL_OK;
}

/* What a learner is told beside the rows. */
static cupel_status describe_problem(cupel_fit *f, cupel_err *err)
{
    const cupel_fit_options *o = f->options;
    const cupel_scale *s = &f->s->scale;
    cupel_status st = find_columns(s, o->fraction, o->n_fractions, &f->fraction, &f->problem.n_fractions, err);
    if (st == CUPEL_OK) st = find_columns(s, o->plain, o->n_plain, &f->plain, &f->problem.n_plain, err);
    if (st == CUPEL_OK) st = find_columns(s, o->table, o->n_table, &f->table, &f->problem.n_table, err);
    if (st != CUPEL_OK) return st;
    f->problem.fraction = f->fraction;
    f->problem.plain = f->plain;
    f->problem.table = f->table;
    f->problem.seconds = o->seconds;
    f->problem.cut = o->cut;
    f->problem.may_mix = !f->s->is_class && f->s->learner->own && f->s->learner->own->mixed;
    f->problem.y_mean = f->s->y_mean;
    f->problem.y_sd = f->s->y_sd;
    return CUPEL_OK;
}

/* From all rows that are known, those of other targets too. */
static cupel_status learn_scale(cupel_fit *f, const double *x, size_t n, size_t d, cupel_err *err)
{
    const cupel_beside_values *b = f->options->beside;
    if (!b) return cupel_scale_learn(x, n, d, &f->s->scale, err);
    double *all = cupel_alloc(cupel_mul(n + b->n, d), sizeof *all);
    if (!all) return cupel_no_memory(err, "rows of all targets", cupel_mul((n + b->n) * sizeof *all, d));
    memcpy(all, x, n * d * sizeof *all);
    memcpy(all + n * d, b->x, b->n * d * sizeof *all);
    cupel_status st = cupel_scale_learn(all, n + b->n, d, &f->s->scale, err);
    cupel_free(all);
    return st;
}

/* Values [n] of target t: mean 0 and variance 1; scale: what these were. CUPEL_BAD_INPUT when they are all alike. */
static cupel_status standardise(const cupel_beside_values *b, size_t t, double *y, double scale[2], cupel_err *err)
{
    double mean = 0, square = 0, n = 0;
    for (size_t i = 0; i < b->n; i++)
        if (b->target[i] == t) mean += b->y[i], n++;
    mean /= n;
    for (size_t i = 0; i < b->n; i++)
        if (b->target[i] == t) square += (b->y[i] - mean) * (b->y[i] - mean) / n;
    if (!(square > 0) || !(1 / sqrt(square) <= CUPEL_LARGEST))
        return cupel_fail(err, CUPEL_BAD_INPUT, "target %zu beside: its %g values do not differ; leave it out", t, n);
    for (size_t i = 0; i < b->n; i++)
        if (b->target[i] == t) y[i] = (b->y[i] - mean) / sqrt(square);
    scale[0] = mean;
    scale[1] = sqrt(square);
    return CUPEL_OK;
}

/* The values of other targets as the learner sees them: rows scaled as the others. */
static cupel_status scale_beside(cupel_fit *f, size_t d, cupel_err *err)
{
    const cupel_beside_values *b = f->options->beside;
    const size_t k = f->s->scale.k;
    cupel_status st = CUPEL_OK;
    f->beside_z = cupel_alloc_aligned(cupel_mul(b->n, k), sizeof *f->beside_z);
    f->beside_y = cupel_alloc(b->n, sizeof *f->beside_y);
    if (!f->beside_z || !f->beside_y) return cupel_no_memory(err, "other targets", cupel_mul(b->n * sizeof *f->beside_z, k));
    cupel_scale_apply(&f->s->scale, f->problem.job->isa, b->x, d, b->n, f->beside_z, k);
    f->s->beside_scale = cupel_alloc(2 * b->n_targets, sizeof *f->s->beside_scale);
    if (!f->s->beside_scale) CUPEL_TRY(cupel_no_memory(err, "other targets", 0));
    for (size_t t = 1; t <= b->n_targets; t++) CUPEL_TRY(standardise(b, t, f->beside_y, f->s->beside_scale + 2 * (t - 1), err));
    f->beside = (cupel_beside){b->n, b->n_targets, f->beside_z, f->beside_y, b->target, b->group};
    f->problem.beside = &f->beside;
done:
    return st;
}

/* Columns with which the target may only rise or fall. */
static cupel_status read_monotone(cupel_fit *f, cupel_err *err)
{
    const char *text = f->options->monotone;
    size_t lost = 0;
    if (!text) return CUPEL_OK;
    cupel_status st = cupel_monotone_read(text, f->options->groups, f->s->scale.column, f->s->scale.k, &f->monotone, &lost, err);
    if (st != CUPEL_OK) return st;
    f->problem.monotone = f->monotone;
    f->s->monotone = cupel_strdup(text);
    if (lost)
        cupel_say(f->problem.job, CUPEL_WARNING, "monotone '%.80s': %zu of these columns never change or repeat another, whose direction is then not "
                                                 "kept unless it is named too", text, lost);
    return f->s->monotone ? CUPEL_OK : cupel_no_memory(err, "directions of columns", 0);
}

static cupel_status make_problem(cupel_fit *f, const double *x, size_t n, size_t d, const cupel_job *job, cupel_err *err)
{
    cupel_surrogate *s = f->s;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(learn_scale(f, x, n, d, err));
    f->z = cupel_alloc_aligned(cupel_mul(n, s->scale.k), sizeof *f->z);
    if (!f->z) {
        st = cupel_no_memory(err, "the scaled rows", cupel_mul(n, s->scale.k) * sizeof *f->z);
        goto done;
    }
    cupel_scale_apply(&s->scale, job->isa, x, d, n, f->z, s->scale.k);
    f->problem = (cupel_problem){.n = n, .d = s->scale.k, .x = f->z, .y = f->y, .is_class = s->is_class, .seed = f->options->seed,
                                 .job = job};
    CUPEL_TRY(describe_problem(f, err));
    CUPEL_TRY(cupel_typical_distance(f->z, n, s->scale.k, &f->problem.typical, err));
    if (s->learner->relevance) CUPEL_TRY(weigh_columns(f, err));
    f->problem.kernel = f->options->kernel;
    f->problem.groups = f->options->groups;
    f->problem.kept = s->scale.column;
    CUPEL_TRY(read_monotone(f, err));
    f->problem.group = f->options->group;
    if (s->learner->uncut) {
        s->scale.farthest = INFINITY;
        f->problem.uncut = true;
        cupel_scale_apply(&s->scale, job->isa, x, d, n, f->z, s->scale.k);
    }
    if (f->options->beside) CUPEL_TRY(scale_beside(f, d, err));
done:
    return st;
}

/* ---- out of fold ---- */

bool cupel_fit_local_error(const cupel_fit *f) { return !f->s->is_class && f->s->learner->kernel && !f->s->learner->variance; }

static cupel_status fit_fold(void *user, size_t k, size_t worker, cupel_err *err)
{
    (void)worker;
    cupel_fit *f = user;
    const cupel_learner *l = f->s->learner;
    cupel_expand e = {0};
    cupel_status st = CUPEL_OK;
    const double *setting = cupel_nested_setting(&f->nested, k, f->setting);
    CUPEL_TRY(cupel_fit_without(l, &f->problem, cupel_nested_prepared(&f->nested, k, f->prepared), setting, &f->folds, k, &f->fitted[k], err));
    CUPEL_TRY(cupel_expand_make(l, &f->problem, setting, &f->fitted[k], NULL, &e, err));
    CUPEL_TRY(cupel_predict_fold(&e, &f->problem, &f->folds, k, f->raw, f->mixture, err));
    if (!cupel_fit_local_error(f)) cupel_fitted_release(&f->fitted[k]); /* a triangle is large */
done:
    cupel_expand_release(&e);
    return st;
}

/* Once the errors of all rows are known: the local error of each row from the errors of rows in other folds. */
static cupel_status local_error_of_fold(void *user, size_t k, size_t worker, cupel_err *err)
{
    (void)worker;
    cupel_fit *f = user;
    cupel_expand e = {0};
    cupel_status st = CUPEL_OK;
    const double *setting = cupel_nested_setting(&f->nested, k, f->setting);
    CUPEL_TRY(cupel_expand_make(f->s->learner, &f->problem, setting, &f->fitted[k], f->error, &e, err));
    CUPEL_TRY(cupel_predict_fold(&e, &f->problem, &f->folds, k, f->raw, NULL, err));
done:
    cupel_expand_release(&e);
    return st;
}

static cupel_status make_room(cupel_fit *f, size_t n_folds, cupel_err *err)
{
    const size_t n = f->problem.n;
    cupel_status st = cupel_folds_make(&f->problem, f->options->group, n_folds, f->options->seed, STREAM_OOF, &f->folds, err);
    if (st != CUPEL_OK) return st;
    f->fitted = cupel_alloc(f->folds.n_folds, sizeof *f->fitted);
    f->raw = cupel_alloc(n, sizeof *f->raw);
    f->error = cupel_alloc(n, sizeof *f->error);
    if (f->problem.may_mix) f->mixture = cupel_spiked_none(n);
    const bool all = f->fitted && f->raw && f->error && (f->mixture || !f->problem.may_mix);
    return all ? CUPEL_OK : cupel_no_memory(err, "out-of-fold predictions", n * sizeof *f->raw);
}

/* Folds of a learner that gave its own values, and what else is to be found of their rows. */
typedef struct surroundings {
    cupel_fit *f;
    const cupel_folds *folds;
    cupel_raw *raw; /* [n] */
} surroundings;

/* Distance of the rows of fold k to the points of the others, and the error expected there: all but the value. */
static cupel_status surroundings_of_fold(void *user, size_t k, size_t worker, cupel_err *err)
{
    (void)worker;
    const surroundings *w = user;
    cupel_fit *f = w->f;
    const size_t n = f->problem.n;
    cupel_status st = CUPEL_OK;
    cupel_expand e = {0};
    cupel_fit_task t = {.problem = &f->problem, .setting = f->setting};
    cupel_fitted around = {0};
    size_t *row = cupel_alloc(n, sizeof *row);
    if (!row) return cupel_no_memory(err, "rows of a fold", n * sizeof *row);
    for (size_t i = 0; i < n; i++)
        if (w->folds->fold[i] != k) row[t.n++] = i;
    t.row = row;
    CUPEL_TRY(cupel_fitted_points(&t, &around, err));
    CUPEL_TRY(cupel_expand_make(f->s->learner, &f->problem, f->setting, &around, cupel_fit_local_error(f) ? f->error : NULL, &e, err));
    CUPEL_TRY(cupel_predict_fold(&e, &f->problem, w->folds, k, w->raw, NULL, err));
done:
    cupel_expand_release(&e);
    cupel_fitted_release(&around);
    cupel_free(row);
    return st;
}

cupel_status cupel_fit_surroundings(cupel_fit *f, const cupel_folds *folds, size_t threads, cupel_raw *raw, cupel_err *err)
{
    return cupel_par_for(threads, folds->n_folds, surroundings_of_fold, &(surroundings){f, folds, raw}, err);
}

/* A new row has all rows about it, and one held out with a fifth of them has its nearest often among these: it is told a longer distance, and a scale
 * of errors that grows with it is too narrow for new rows. So surroundings come from as many folds as few rows can pay for: each costs a Cholesky
 * decomposition. */
static cupel_status fit_near(cupel_fit *f, cupel_err *err)
{
    const size_t n = f->problem.n, n_folds = n > CUPEL_FIT_MANY_ROWS ? 5 : n > NEAR_ROWS ? 10 : NEAR_FOLDS;
    cupel_folds near = {0};
    cupel_status st = cupel_folds_make(&f->problem, f->options->group, n_folds, f->options->seed, STREAM_NEAR, &near, err);
    if (st == CUPEL_OK) st = cupel_fit_surroundings(f, &near, f->problem.job->threads, f->raw, err);
    cupel_folds_release(&near);
    return st;
}

/* A learner that gives its own out-of-fold predictions. */
static cupel_status whole_at_once(cupel_fit *f, cupel_err *err)
{
    const size_t n = f->problem.n;
    const cupel_learner *l = f->s->learner;
    cupel_status st = CUPEL_OK;
    void *model = NULL;
    double *value = cupel_alloc(2 * n, sizeof *value);
    if (!value) return cupel_no_memory(err, "out-of-fold predictions", 2 * n * sizeof *value);
    double *error = value + n;
    CUPEL_TRY(make_room(f, 5, err));
    if (n >= CUPEL_FAR_LEAST && n <= CUPEL_FAR_MOST) f->problem.seconds *= NEAR_SHARE; /* the rest is for clusters */
    CUPEL_TRY(l->fit_whole(&f->problem, f->folds.fold, f->folds.n_folds, f->setting, &model, value, error, f->mixture, err));
    CUPEL_TRY(cupel_own_new(l->own, model, &f->own, err));
    for (size_t i = 0; i < n; i++) f->error[i] = fabs(f->problem.y[i] - value[i]);
    CUPEL_TRY(fit_near(f, err));
    for (size_t i = 0; i < n; i++) f->raw[i].value = value[i], f->raw[i].own = error[i];
done:
    cupel_free(value);
    return st;
}

/* Predicts every row by a solution that has not seen it, nor any row of its group. */
static cupel_status out_of_fold(cupel_fit *f, cupel_err *err)
{
    size_t n = f->problem.n;
    const cupel_job *job = f->problem.job;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(make_room(f, n > CUPEL_FIT_MANY_ROWS ? 5 : 10, err));
    cupel_progress(job, "out-of-fold fits", 0, f->folds.n_folds);
    CUPEL_TRY(cupel_nested_make(f->s->learner, &f->problem, f->options->seed, &f->folds, f->asked, f->setting, &f->nested, err));
    CUPEL_TRY(cupel_par_for(job->threads, f->folds.n_folds, fit_fold, f, err));
    for (size_t i = 0; i < n; i++) f->error[i] = fabs(f->problem.y[i] - f->raw[i].value);
    if (cupel_fit_local_error(f)) CUPEL_TRY(cupel_par_for(job->threads, f->folds.n_folds, local_error_of_fold, f, err));
    cupel_progress(job, "out-of-fold fits", f->folds.n_folds, f->folds.n_folds);
    if (cupel_stopped(job)) st = cupel_fail(err, CUPEL_INTERRUPTED, "stopped while training; nothing was written, start again");
done:
    return st;
}

/* ---- all together ---- */

/* "C=10,gamma=0.0076": shortest numbers. */
static cupel_status settings_text(cupel_fit *f, cupel_err *err)
{
    const cupel_method *m = &f->s->learner->method;
    cupel_str text = {0};
    for (size_t i = 0; i < cupel_method_n_params(m); i++) {
        cupel_str_addf(&text, "%s%s=", i ? "," : "", m->params[i].name);
        cupel_str_number(&text, f->setting[i]);
    }
    f->s->settings = text.failed ? NULL : cupel_strdup(cupel_str_text(&text));
    cupel_str_free(&text);
    return f->s->settings ? CUPEL_OK : cupel_no_memory(err, "settings", 0);
}

/* The model that is there already, with points from all rows. */
static cupel_status all_points(cupel_fit *f, cupel_fitted *all, cupel_err *err)
{
    const size_t n = f->problem.n;
    size_t *row = cupel_alloc(n, sizeof *row);
    if (!row) return cupel_no_memory(err, "points of the domain", n * sizeof *row);
    for (size_t i = 0; i < n; i++) row[i] = i;
    const cupel_status st = cupel_fitted_points(&(cupel_fit_task){.problem = &f->problem, .setting = f->setting, .row = row, .n = n}, all, err);
    if (st == CUPEL_OK) all->own = cupel_own_hold(f->own);
    cupel_free(row);
    return st;
}

static cupel_status fit_all(cupel_fit *f, cupel_err *err)
{
    const cupel_learner *l = f->s->learner;
    cupel_fitted all = {0};
    cupel_status st = CUPEL_OK;
    if (f->own) CUPEL_TRY(all_points(f, &all, err));
    else CUPEL_TRY(cupel_fit_without(l, &f->problem, f->prepared, f->setting, NULL, SIZE_MAX, &all, err));
    f->s->expand = (cupel_expand){0};
    CUPEL_TRY(cupel_expand_make(l, &f->problem, f->setting, &all, cupel_fit_local_error(f) ? f->error : NULL, &f->s->expand, err));
done:
    cupel_fitted_release(&all);
    return st;
}

/* A budget that did not do. */
static void say_time(const cupel_fit *f, double took)
{
    const double asked = f->options->seconds;
    if (asked > 0 && took > asked + fmax(1, 0.1 * asked))
        cupel_say(f->problem.job, CUPEL_NOTE, "took %.1f s of a budget of %.3g s: no unit of work is ended in its middle", took, asked);
}

static cupel_status run(cupel_fit *f, const double *x, size_t n, size_t d, const double *y, const cupel_job *job, cupel_err *err)
{
    const cupel_learner *l = f->s->learner;
    const double began = cupel_now();
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(check_rows(x, n, d, y, err));
    CUPEL_TRY(choose_task(f->s, y, n, f->options->task, err));
    CUPEL_TRY(scale_target(f, y, n, err));
    CUPEL_TRY(make_problem(f, x, n, d, job, err));
    CUPEL_TRY(cupel_tune(l, &f->problem, f->options->group, f->options->seed, f->setting, err));
    CUPEL_TRY(cupel_learner_prepare(l, &f->problem, f->setting, &f->prepared, err));
    CUPEL_TRY(l->fit_whole ? whole_at_once(f, err) : out_of_fold(f, err));
    CUPEL_TRY(settings_text(f, err));
    CUPEL_TRY(fit_all(f, err));
    if (l->path) CUPEL_TRY(l->path(&f->problem, f->folds.fold, f->folds.n_folds, f->setting, &f->s->path, err));
    CUPEL_TRY(cupel_fit_clusters(f, err));
    say_time(f, cupel_now() - began);
    CUPEL_TRY(cupel_far_threshold(f->raw, n, &f->far, f->problem.typical, &f->s->threshold, err));
    CUPEL_TRY(cupel_fit_calibrate(f, err));
    CUPEL_TRY(cupel_fit_float32(f, err));
    CUPEL_TRY(cupel_fit_keep(f, err));
done:
    return st;
}

static void fit_release(cupel_fit *f)
{
    cupel_learner_release(f->s->learner, f->prepared);
    for (size_t k = 0; f->fitted && k < f->folds.n_folds; k++) cupel_fitted_release(&f->fitted[k]);
    cupel_folds_release(&f->folds);
    cupel_nested_release(&f->nested);
    cupel_nested_release(&f->far_nested);
    cupel_own_drop(f->own);
    cupel_far_release(&f->far);
    cupel_free(f->fitted);
    cupel_free(f->raw);
    cupel_free(f->mixture);
    cupel_free(f->error);
    cupel_free(f->z);
    cupel_free(f->fraction);
    cupel_free(f->plain);
    cupel_free(f->table);
    cupel_free(f->monotone);
    cupel_free(f->beside_z);
    cupel_free(f->beside_y);
    cupel_free(f->y);
    cupel_free(f->setting);
    cupel_free(f->asked);
}

cupel_status cupel_surrogate_fit(const double *x, size_t n, size_t d, const double *y, const cupel_fit_options *options, const cupel_job *job,
                                 cupel_surrogate **out, cupel_err *err)
{
    cupel_status st = cupel_learner_check(options->learner, options->settings, options->task, err);
    if (st == CUPEL_OK) st = cupel_learner_check_kernel(options->learner, options->kernel, options->beside != NULL, err);
    if (st == CUPEL_OK) st = cupel_learner_check_monotone(options->learner, options->monotone, err);
    if (st != CUPEL_OK) return st;
    const cupel_learner *l = cupel_learner_named(options->learner);
    cupel_fit f = {.options = options,
             .s = cupel_alloc(1, sizeof *f.s),
             .setting = cupel_alloc(cupel_method_n_params(&l->method), sizeof *f.setting),
             .asked = cupel_alloc(cupel_method_n_params(&l->method), sizeof *f.asked)};
    if (!f.s || !f.setting || !f.asked) {
        cupel_free(f.s);
        cupel_free(f.setting);
        cupel_free(f.asked);
        return cupel_no_memory(err, "a surrogate", sizeof *f.s);
    }
    f.s->learner = l;
    cupel_la_single_thread();
    CUPEL_TRY(cupel_la_reserve(job->threads, err));
    CUPEL_TRY(cupel_method_settings(&l->method, options->settings, f.setting, err));
    memcpy(f.asked, f.setting, cupel_method_n_params(&l->method) * sizeof *f.asked);
    CUPEL_TRY(run(&f, x, n, d, y, job, err));
done:
    fit_release(&f);
    if (st == CUPEL_OK)
        *out = f.s;
    else
        cupel_surrogate_free(f.s);
    return st;
}

void cupel_surrogate_free(cupel_surrogate *s)
{
    if (!s) return;
    cupel_free(s->settings);
    cupel_free(s->monotone);
    cupel_free(s->beside_scale);
    cupel_scale_release(&s->scale);
    cupel_expand_release(&s->expand);
    cupel_net_path_release(&s->path);
    cupel_scores_release(&s->scores);
    cupel_scores_release(&s->below);
    cupel_scores_release(&s->own[0]);
    cupel_scores_release(&s->own[1]);
    cupel_scores_release(&s->far[0]);
    cupel_scores_release(&s->far[1]);
    cupel_free(s->oof_value);
    cupel_free(s->oof_lower);
    cupel_free(s->oof_upper);
    cupel_free(s->oof_distance);
    cupel_free(s->oof_in_domain);
    cupel_free(s);
}

size_t cupel_surrogate_beside(const cupel_surrogate *s)
{
    const cupel_own *own = s->expand.own;
    return own && own->kind->n_beside ? own->kind->n_beside(own->model) : 0;
}

size_t cupel_surrogate_columns(const cupel_surrogate *s) { return s->scale.d; }

bool cupel_surrogate_has_support_vectors(const cupel_surrogate *s) { return strncmp(s->learner->method.name, "sv", 2) == 0; }

size_t cupel_surrogate_support_vectors(const cupel_surrogate *s) { return s->expand.kernel && !s->expand.own ? s->expand.m : 0; }

double cupel_surrogate_class_threshold(const cupel_surrogate *s) { return s->class_threshold; }

double cupel_surrogate_class_said(const cupel_surrogate *s, double probability)
{
    return s->is_class && !isnan(probability) ? s->class_value[probability >= s->class_threshold] : (double)NAN;
}

bool cupel_surrogate_is_class(const cupel_surrogate *s) { return s->is_class; }

void cupel_surrogate_classes(const cupel_surrogate *s, double value[2]) { memcpy(value, s->class_value, sizeof s->class_value); }

const char *cupel_surrogate_learner(const cupel_surrogate *s) { return s->learner->method.name; }

const cupel_transform *cupel_surrogate_transform(const cupel_surrogate *s) { return &s->target; }

const char *cupel_surrogate_settings(const cupel_surrogate *s) { return s->settings; }

const cupel_net_path *cupel_surrogate_path(const cupel_surrogate *s) { return s->path.steps ? &s->path : NULL; }

size_t cupel_surrogate_path_column(const cupel_surrogate *s, size_t j) { return (size_t)s->scale.column[j]; }

cupel_oof cupel_surrogate_oof(const cupel_surrogate *s)
{
    return (cupel_oof){.n = s->n, .value = s->oof_value, .lower = s->oof_lower, .upper = s->oof_upper, .distance = s->oof_distance,
                       .in_domain = s->oof_in_domain};
}
