#include "core/engine/doubts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/engine/leaks.h"
#include "core/math/order.h"
#include "models/learn/metrics.h"
#include "models/learn/scale.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A value this many times as far from the median as the outer twentieth on its side is out of line: for an exponential tail once in 10^12 rows,
 * for a slip of the unit or the decimal point nearly always. Where more than one row in a hundred is so, the values are spread over magnitudes. */
static const double FAR = 10;
enum { SKILL_ROWS = 100 }; /* more tell r2 to a tenth or so */
enum { ROWS_MIN = 20, SHOWN = 3, IN_A_HUNDRED = 1 };

/* Values of one composition that differ by more than this share of the range from 5 to 95 % contradict one another. */
static const double APART = 0.25;

/* As many whole numbers may be names of classes, where each has so many rows in the mean; a factor beyond which a logarithm is worth a try. */
enum { CLASSES_MOST = 8, ROWS_PER_CLASS = 4 };
static const double DECADES = 100;

typedef struct spread {
    double low, middle, high; /* 5, 50 and 95 % of the targets */
} spread;

static cupel_status spread_of(const cupel_training *t, spread *s, cupel_err *err)
{
    size_t n = t->records.n_rows;
    double *sorted = cupel_alloc(n, sizeof *sorted);
    if (!sorted) return cupel_no_memory(err, "the sorted target", n * sizeof *sorted);
    memcpy(sorted, t->target, n * sizeof *sorted);
    cupel_sort(sorted, n);
    *s = (spread){cupel_quantile(sorted, n, 0.05), cupel_quantile(sorted, n, 0.5), cupel_quantile(sorted, n, 0.95)};
    cupel_free(sorted);
    return CUPEL_OK;
}

static bool far_out(const spread *s, double y)
{
    return (s->high > s->middle && y - s->middle > FAR * (s->high - s->middle)) || (s->low < s->middle && s->middle - y > FAR * (s->middle - s->low));
}

/* columns: the model takes some, and a value far off may be theirs. */
static void say_far_out(const cupel_training *t, const spread *s, bool columns, const cupel_job *job)
{
    size_t n = t->records.n_rows, all = 0, said = 0;
    for (size_t i = 0; i < n; i++) all += far_out(s, t->target[i]);
    if (!all || (all > SHOWN && all * 100 > n * IN_A_HUNDRED)) return;
    for (size_t i = 0; i < n && said < SHOWN; i++) {
        if (!far_out(s, t->target[i])) continue;
        said++;
        cupel_say(job, CUPEL_WARNING,
                  "%s:%" PRIu64 ": %s %g%s%s is far from all others (nine tenths lie from %.4g to %.4g)%s",
                  t->file, t->records.line[i], t->property, t->target[i], *t->unit ? " " : "", t->unit, s->low, s->high,
                  columns ? "; look whether its columns say why" : ": a slip of the unit or the decimal point?");
    }
    if (all > said) cupel_say(job, CUPEL_WARNING, "and %zu more such rows", all - said);
}

static int by_group(const void *a, const void *b)
{
    const cupel_apart_row *x = a, *y = b;
    if (x->group != y->group) return x->group < y->group ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static int by_width(const void *a, const void *b)
{
    const cupel_apart_group *x = a, *y = b;
    if (x->width > y->width || x->width < y->width) return x->width > y->width ? -1 : 1;
    return (x->first > y->first) - (x->first < y->first);
}

/* The first 60 bytes of a formula. */
static cupel_text shown(const cupel_training *t, size_t row)
{
    cupel_text f = cupel_training_formula(t, row);
    if (f.n > 60) f.n = 60;
    return f;
}

void cupel_doubts_say_apart(const cupel_training *t, const cupel_apart *a, bool columns, const cupel_job *job)
{
    const char *unit = *t->unit ? " " : "";
    if (!a->n) return;
    cupel_text f = shown(t, a->group[0].low);
    cupel_say(job, CUPEL_WARNING,
              "%s: %zu composition%s in several rows with values far apart%s, as '%.*s' in line %" PRIu64 " with %g and in line %" PRIu64
              " with %g%s%s; %s",
              t->file, a->n, a->n == 1 ? " is" : "s are", columns ? " under the same columns" : "", (int)f.n, f.p,
              t->records.line[a->group[0].low], t->target[a->group[0].low], t->records.line[a->group[0].high], t->target[a->group[0].high], unit,
              t->unit, columns ? "nothing that is learned from can tell them apart" : "a formula cannot tell them apart");
    for (size_t k = 1; k < SHOWN && k < a->n; k++) {
        const cupel_apart_group *g = &a->group[k];
        f = shown(t, g->low);
        cupel_say(job, CUPEL_WARNING, "%s: '%.*s' in %zu rows from %g (line %" PRIu64 ") to %g%s%s (line %" PRIu64 ")", t->file, (int)f.n, f.p, g->n,
                  t->target[g->low], t->records.line[g->low], t->target[g->high], unit, t->unit, t->records.line[g->high]);
    }
}

void cupel_apart_release(cupel_apart *a)
{
    cupel_free(a->row);
    cupel_free(a->group);
    *a = (cupel_apart){0};
}

cupel_status cupel_doubts_apart(const cupel_training *t, const size_t *row, size_t n, const size_t *group, cupel_apart *a, cupel_err *err)
{
    spread s = {0};
    *a = (cupel_apart){0};
    cupel_status st = spread_of(t, &s, err);
    if (st != CUPEL_OK) return st;
    a->row = cupel_alloc(n, sizeof *a->row);
    a->group = cupel_alloc(n, sizeof *a->group);
    if (!a->row || !a->group) {
        cupel_apart_release(a);
        return cupel_no_memory(err, "groups of rows", n * sizeof *a->row);
    }
    for (size_t i = 0; i < n; i++) a->row[i] = (cupel_apart_row){group[i], row ? row[i] : i, i};
    if (n > 1) qsort(a->row, n, sizeof *a->row, by_group);
    for (size_t i = 0, end; i < n; i = end) {
        cupel_apart_group g = {.first = i, .low = a->row[i].row, .high = a->row[i].row};
        for (end = i; end < n && a->row[end].group == a->row[i].group; end++) {
            if (t->target[a->row[end].row] < t->target[g.low]) g.low = a->row[end].row;
            if (t->target[a->row[end].row] > t->target[g.high]) g.high = a->row[end].row;
        }
        g.n = end - i;
        g.width = t->target[g.high] - t->target[g.low];
        if (g.width > APART * (s.high - s.low)) a->group[a->n++] = g;
    }
    if (a->n > 1) qsort(a->group, a->n, sizeof *a->group, by_width);
    return CUPEL_OK;
}

static cupel_status find_apart(const cupel_training *t, const cupel_job *job, cupel_err *err)
{
    const size_t n = t->records.n_rows;
    size_t *group = cupel_alloc(n, sizeof *group);
    if (!group) return cupel_no_memory(err, "groups of rows", n * sizeof *group);
    cupel_status st = cupel_composition_groups(&t->batch, NULL, n, false, group, err);
    cupel_apart a = {0};
    if (st == CUPEL_OK) st = cupel_doubts_apart(t, NULL, n, group, &a, err);
    cupel_doubts_say_apart(t, &a, false, job);
    cupel_apart_release(&a);
    cupel_free(group);
    return st;
}

typedef struct keyed {
    size_t group, row; /* of equal composition */
    char *condition;
} keyed;

static int by_condition(const void *a, const void *b)
{
    const keyed *x = a, *y = b;
    if (x->group != y->group) return x->group < y->group ? -1 : 1;
    const int c = strcmp(x->condition, y->condition);
    return c ? c : (x->row > y->row) - (x->row < y->row);
}

/* group [n]: by composition; then also by the values of the columns. */
static cupel_status part_by_columns(const cupel_training *t, const char *columns, size_t *group, cupel_err *err)
{
    const size_t n = t->records.n_rows;
    cupel_status st = CUPEL_OK;
    cupel_features *f = NULL;
    cupel_str text = {0};
    keyed *k = cupel_alloc(n, sizeof *k);
    if (!k) return cupel_no_memory(err, "groups of rows", n * sizeof *k);
    CUPEL_TRY(cupel_features_new("none", columns, &f, err));
    CUPEL_TRY(cupel_features_learn(f, &t->header, &t->records, t->file, err));
    for (size_t i = 0; i < n; i++) {
        cupel_str_clear(&text);
        cupel_features_condition(f, &t->records, i, &text);
        k[i] = (keyed){group[i], i, text.failed ? NULL : cupel_strdup(cupel_str_text(&text))};
        if (!k[i].condition) CUPEL_TRY(cupel_no_memory(err, "groups of rows", 0));
    }
    if (n > 1) qsort(k, n, sizeof *k, by_condition);
    for (size_t i = 0, id = 0; i < n; i++) {
        id += i && (k[i].group != k[i - 1].group || strcmp(k[i].condition, k[i - 1].condition) != 0);
        group[k[i].row] = id;
    }
done:
    for (size_t i = 0; i < n; i++) cupel_free(k[i].condition);
    cupel_free(k);
    cupel_str_free(&text);
    cupel_features_free(f);
    return st;
}

cupel_status cupel_training_conflicts(const cupel_training *t, const char *columns, const cupel_job *job, cupel_err *err)
{
    const size_t n = t->records.n_rows;
    size_t *group = cupel_alloc(n, sizeof *group);
    if (!group) return cupel_no_memory(err, "groups of rows", n * sizeof *group);
    cupel_status st = cupel_composition_groups(&t->batch, NULL, n, false, group, err);
    cupel_apart a = {0};
    if (st == CUPEL_OK) st = part_by_columns(t, columns, group, err);
    if (st == CUPEL_OK) st = cupel_doubts_apart(t, NULL, n, group, &a, err);
    cupel_doubts_say_apart(t, &a, true, job);
    cupel_apart_release(&a);
    cupel_free(group);
    return st;
}

/* Targets that nothing can be learned from. */
static cupel_status check_targets(const cupel_training *t, cupel_transform_kind transform, cupel_err *err)
{
    for (size_t i = 0; i < t->records.n_rows; i++) {
        const double y = t->target[i];
        if (!(fabs(y) <= CUPEL_LARGEST))
            return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": %s is %g, expected a number of at most %g; mend the row or leave it out",
                              t->file, t->records.line[i], t->header.name[t->target_column], y, CUPEL_LARGEST);
        if (transform == CUPEL_TRANSFORM_LOG && y < 0)
            return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": %s is %g, and transform log takes none below 0; take yeo-johnson, or none",
                              t->file, t->records.line[i], t->header.name[t->target_column], y);
    }
    return CUPEL_OK;
}

/* The distinct targets in increasing order into value [CLASSES_MOST + 1], at most so many. */
static size_t distinct_targets(const cupel_training *t, double *value)
{
    size_t n = 0;
    for (size_t i = 0; i < t->records.n_rows && n <= CLASSES_MOST; i++) {
        size_t at = 0;
        while (at < n && value[at] < t->target[i]) at++;
        if (at < n && !(value[at] > t->target[i])) continue;
        memmove(value + at + 1, value + at, (n - at) * sizeof *value);
        value[at] = t->target[i];
        n++;
    }
    return n;
}

/* 0, 1 and 2 may be amounts or names of classes; value [n] are the distinct ones. */
static void say_classes(const cupel_training *t, const double *value, size_t n, const cupel_job *job)
{
    cupel_str words = {0};
    bool whole = n > 2 && n <= CLASSES_MOST && t->records.n_rows >= ROWS_PER_CLASS * n;
    for (size_t i = 0; i < n; i++) {
        whole = whole && fabs(value[i] - nearbyint(value[i])) <= 0;
        cupel_str_addf(&words, "%s%.0f", !i ? "" : i + 1 < n ? ", " : " and ", value[i]);
    }
    if (whole)
        cupel_say(job, CUPEL_NOTE, "%s: %s is %s in all rows and is learned as a number; if these name classes, learn one against the others: a "
                  "column that is 1 where %s is %.0f, else 0, is a class (two values; %s). %s says that it is a number",
                  t->file, t->property, cupel_str_text(&words), t->property, value[n - 1], t->in_demand ? "task: class" : "--task class",
                  t->in_demand ? "task: regression" : "--task regression");
    cupel_str_free(&words);
}

/* Targets above 0 that are spread over decades, but for rows far out, which are said by themselves. */
static void say_decades(const cupel_training *t, const spread *s, const cupel_job *job)
{
    double low = HUGE_VAL, high = 0;
    for (size_t i = 0; i < t->records.n_rows; i++) {
        if (!(t->target[i] > 0)) return;
        if (t->records.n_rows >= ROWS_MIN && far_out(s, t->target[i])) continue;
        low = fmin(low, t->target[i]);
        high = fmax(high, t->target[i]);
    }
    if (!(high > DECADES * low)) return;
    cupel_say(job, CUPEL_NOTE, "%s: %s spans %.1f decades (%.4g to %.4g%s%s) and is learned as it is: errors of the large values lead; %s learns "
              "factors instead, and keeps what is predicted above 0", t->file, t->property, log10(high / low), low, high, *t->unit ? " " : "",
              t->unit, t->in_demand ? "transform: log" : "--transform log");
}

/* What might be meant otherwise than it is learned. */
static void say_meant(const cupel_training *t, const cupel_model_options *o, const spread *s, const cupel_job *job)
{
    double value[CLASSES_MOST + 1];
    const size_t n = distinct_targets(t, value);
    if (o->task == CUPEL_TASK_CLASS || (n == 2 && o->task == CUPEL_TASK_AUTO)) return;
    if (o->task == CUPEL_TASK_AUTO) say_classes(t, value, n, job);
    const bool by_itself = o->learner && strcmp(o->learner, "auto") == 0; /* it has members that learn the logarithm */
    if (o->transform == CUPEL_TRANSFORM_PLAIN && !o->transform_named && !by_itself) say_decades(t, s, job);
}

cupel_status cupel_training_doubts(const cupel_training *t, const cupel_model_options *o, const cupel_job *job, cupel_err *err)
{
    spread s = {0};
    const bool columns = o->columns && *o->columns;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(check_targets(t, o->transform, err));
    CUPEL_TRY(cupel_training_leaks(t, o->columns, job, err));
    if (!t->records.n_rows) return CUPEL_OK;
    CUPEL_TRY(spread_of(t, &s, err));
    if (!(s.high > s.low)) return CUPEL_OK;
    say_meant(t, o, &s, job);
    if (t->records.n_rows >= ROWS_MIN) say_far_out(t, &s, columns, job); /* fewer do not say what is usual */
    if (!columns) st = find_apart(t, job, err);
done:
    return st;
}

/* The ends of the middle 90 % of r2 where rows are drawn again from those at hand (bootstrap; Efron, Tibshirani 1986, doi:10.1214/ss/1177013815). */
static cupel_status skill_range(const cupel_model *m, double *low, double *high, cupel_err *err)
{
    enum { DRAWS = 1000, STREAM = 0x736b696c };
    const cupel_oof oof = cupel_surrogate_oof(cupel_model_surrogate(m));
    double *truth = cupel_alloc(cupel_mul(3, oof.n) + DRAWS, sizeof *truth);
    if (!truth) return cupel_no_memory(err, "rows drawn again", (3 * oof.n + DRAWS) * sizeof *truth);
    double *y = truth + oof.n, *value = y + oof.n, *r2 = value + oof.n;
    cupel_composition c;
    const char *formula;
    size_t n = 0;
    for (size_t i = 0; i < oof.n; i++) cupel_model_training_row(m, i, &c, &formula, &truth[i]);
    for (size_t draw = 0; draw < DRAWS; draw++) {
        for (size_t i = 0; i < oof.n; i++) {
            const size_t k = (size_t)cupel_rng_below(1, STREAM, draw * oof.n + i, oof.n);
            y[i] = truth[k];
            value[i] = oof.value[k];
        }
        const double now = cupel_metric_r2(y, value, oof.n);
        if (!isnan(now)) r2[n++] = now;
    }
    cupel_sort(r2, n);
    *low = n ? cupel_quantile(r2, n, 0.05) : (double)NAN;
    *high = n ? cupel_quantile(r2, n, 0.95) : (double)NAN;
    cupel_free(truth);
    return CUPEL_OK;
}

/* What few rows can show of skill. */
static cupel_status say_skill(const cupel_model *m, double r2, const cupel_job *job, cupel_err *err)
{
    const size_t n = cupel_surrogate_oof(cupel_model_surrogate(m)).n;
    double low, high;
    if (n > SKILL_ROWS) return CUPEL_OK;
    const cupel_status st = skill_range(m, &low, &high, err);
    if (st != CUPEL_OK || isnan(low)) return st;
    if (low <= 0)
        cupel_say(job, CUPEL_WARNING, "%zu rows do not show that the model of %s knows more than the mean: r2 %.2g on rows out of fold, %.2g to %.2g "
                                      "where rows are drawn again; measure more, or take its predictions for guesses", n, cupel_model_property(m), r2,
                  low, high);
    else
        cupel_say(job, CUPEL_NOTE, "r2 %.2g of %s rests on %zu rows out of fold: %.2g to %.2g where rows are drawn again", r2,
                  cupel_model_property(m), n, low, high);
    return CUPEL_OK;
}

/* Intervals that go where no value was. */
static void say_below_zero(const cupel_model *m, const cupel_job *job)
{
    const cupel_surrogate *g = cupel_model_surrogate(m);
    const cupel_oof oof = cupel_surrogate_oof(g);
    size_t below = 0;
    if (!(cupel_model_target_min(m) > 0) || cupel_surrogate_transform(g)->kind != CUPEL_TRANSFORM_PLAIN) return;
    for (size_t i = 0; i < oof.n; i++) below += oof.lower[i] < 0;
    if (below)
        cupel_say(job, CUPEL_NOTE, "intervals of %s reach below 0 (of %zu of %zu rows out of fold), and all of its values lie above: train it with "
                                   "transform log, which keeps values and intervals above 0", cupel_model_property(m), below, oof.n);
}

cupel_status cupel_model_doubts(const cupel_model *m, double level, const cupel_job *job, cupel_err *err)
{
    const cupel_surrogate *g = cupel_model_surrogate(m);
    const bool is_class = cupel_surrogate_is_class(g);
    size_t residuals = cupel_surrogate_oof(g).n;
    cupel_figure f[CUPEL_N_FIGURES];
    cupel_status st = cupel_model_figures(m, f, err);
    if (st != CUPEL_OK) return st;
    if (f[1].value <= (is_class ? 0.5 : 0))
        cupel_say(job, CUPEL_WARNING, "the model of %s is no better than %s: %s %.2g on rows out of fold", cupel_model_property(m),
                  is_class ? "chance" : "the mean", is_class ? "balanced accuracy" : "r2", f[1].value);
    if (!is_class && (double)residuals * (1 - level) < 1)
        cupel_say(job, CUPEL_WARNING,
                  "intervals of %s rest on %zu residuals, too few to hold %g %% of values: their ends are extrapolated; measure more rows or "
                  "ask for a lower level", cupel_model_property(m), residuals, 100 * level);
    if (!is_class) say_below_zero(m, job);
    return is_class || !(f[1].value > 0) ? CUPEL_OK : say_skill(m, f[1].value, job, err);
}

void cupel_demand_doubts(const cupel_demand *d, const cupel_job *job)
{
    bool allowed[CUPEL_Z_MAX + 1] = {false};
    char why[CUPEL_CONSTRAINT_TEXT];
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++) {
        allowed[z] = true;
        for (size_t i = 0; i < d->n_constraints; i++) { /* by what is said of elements, not by another figure */
            const cupel_constraint *c = d->constraint[i].c;
            allowed[z] = allowed[z] && (cupel_constraint_column(c)[0] || cupel_constraint_allows(c, z));
        }
    }
    for (size_t i = 0; i < d->n_constraints; i++)
        if (cupel_constraint_impossible(d->constraint[i].c, allowed, why))
            cupel_say(job, CUPEL_WARNING, "%s:%zu: nothing can meet this: %s", d->file, d->constraint[i].line, why);
}
