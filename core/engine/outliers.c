#include "core/engine/outliers.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/known.h"
#include "core/io/csv.h"
#include "core/math/order.h"
#include "core/sys/file.h"
#include "core/sys/par.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MIN = 20, SHOWN = 3, LINES_SHOWN = 10 };
static const double LIKE = 0.1, NEAR = 0.3; /* conditions that are alike (known.h), compositions that are near (sum of differences of fractions) */
static const double LEAST_WIDTH = 0.1; /* of the median half interval: no interval is taken to be narrower */

typedef struct search {
    const cupel_model *m;
    const cupel_training *t;
    cupel_oof f;
    size_t n;
    double *y, *surprise, *spare; /* [n] */
    size_t *group, *run, *against, *order; /* [n] */
    bool positive;                /* all values are above 0 */
} search;

static void release(search *s)
{
    cupel_free(s->y);
    cupel_free(s->surprise);
    cupel_free(s->spare);
    cupel_free(s->group);
    cupel_free(s->run);
    cupel_free(s->against);
    cupel_free(s->order);
}

static cupel_status prepare(search *s, cupel_err *err)
{
    const size_t n = s->n;
    cupel_composition *c = cupel_alloc(1, sizeof *c);
    const char *formula;
    s->y = cupel_alloc(n, sizeof *s->y);
    s->surprise = cupel_alloc(n, sizeof *s->surprise);
    s->spare = cupel_alloc(n, sizeof *s->spare);
    s->group = cupel_alloc(n, sizeof *s->group);
    s->run = cupel_alloc(n, sizeof *s->run);
    s->against = cupel_alloc(n, sizeof *s->against);
    s->order = cupel_alloc(n, sizeof *s->order);
    if (!c || !s->y || !s->surprise || !s->spare || !s->group || !s->run || !s->against || !s->order) {
        cupel_free(c);
        return cupel_no_memory(err, "rows that may be outliers", n * sizeof *s->y);
    }
    s->positive = true;
    for (size_t i = 0; i < n; i++) {
        cupel_model_training_row(s->m, i, c, &formula, &s->y[i]);
        s->positive = s->positive && s->y[i] > 0;
        s->order[i] = cupel_model_training_index(s->m, i);
        s->against[i] = SIZE_MAX;
    }
    cupel_free(c);
    return cupel_composition_groups(&s->t->batch, s->order, n, false, s->group, err);
}

/* The 90 % quantile of x [n], or the median; x is sorted. At least the smallest normal number. */
static double quantile_of(double *x, size_t n, double share)
{
    if (!n) return 1;
    cupel_sort(x, n);
    return fmax(cupel_quantile(x, n, share), 1e-300);
}

/* ---- against the model ---- */

static double half(const search *s, size_t i)
{
    return s->y[i] > s->f.value[i] ? s->f.upper[i] - s->f.value[i] : s->f.value[i] - s->f.lower[i];
}

static double ratio(const search *s, size_t i) { return s->positive && s->f.value[i] > 0 ? fabs(log(s->y[i] / s->f.value[i])) : 0; }

static void by_model(search *s)
{
    const size_t n = s->n;
    for (size_t i = 0; i < n; i++) s->spare[i] = half(s, i);
    const double least = LEAST_WIDTH * quantile_of(s->spare, n, 0.5);
    for (size_t i = 0; i < n; i++) s->spare[i] = ratio(s, i);
    const double usual = quantile_of(s->spare, n, 0.9);
    for (size_t i = 0; i < n; i++) s->surprise[i] = fmax(fabs(s->y[i] - s->f.value[i]) / fmax(half(s, i), least), ratio(s, i) / usual);
}

/* ---- against one another ---- */

typedef struct cursor {
    const search *s;
    size_t row;
} cursor;

static int by_conditions(const void *a, const void *b)
{
    const cursor *x = a, *y = b;
    const size_t g = x->s->group[x->row], h = y->s->group[y->row];
    if (g != h) return g < h ? -1 : 1;
    const int c = strcmp(cupel_model_condition(x->s->m, x->row), cupel_model_condition(y->s->m, y->row));
    return c ? c : (x->row > y->row) - (x->row < y->row);
}

/* Median of the others of a run [n], n >= 2, without number k; *far: the one farthest from k. */
static double median_of_others(const search *s, const cursor *run, size_t n, size_t k, double *scratch, size_t *far)
{
    size_t m = 0;
    const double y = s->y[run[k].row];
    *far = run[k ? 0 : 1].row;
    for (size_t j = 0; j < n; j++) {
        if (j == k) continue;
        scratch[m++] = s->y[run[j].row];
        if (fabs(s->y[run[j].row] - y) > fabs(s->y[*far] - y)) *far = run[j].row;
    }
    cupel_sort(scratch, m);
    return cupel_quantile(scratch, m, 0.5);
}

/* Distances of each row to the others of its run, plain and of logarithms, [n] each; rows alone keep NaN. */
static void distances(search *s, const cursor *at, double *scratch, double *plain, double *logs)
{
    for (size_t i = 0, end; i < s->n; i = end) {
        for (end = i + 1; end < s->n && s->group[at[end].row] == s->group[at[i].row] &&
                          strcmp(cupel_model_condition(s->m, at[end].row), cupel_model_condition(s->m, at[i].row)) == 0;)
            end++;
        for (size_t k = i; k < end; k++) {
            plain[at[k].row] = logs[at[k].row] = NAN;
            if (end - i < 2) continue;
            const double middle = median_of_others(s, at + i, end - i, k - i, scratch, &s->against[at[k].row]);
            plain[at[k].row] = fabs(s->y[at[k].row] - middle);
            logs[at[k].row] = s->positive ? fabs(log(s->y[at[k].row] / middle)) : 0;
        }
    }
}

static double usual_of(const double *x, size_t n, double *scratch, size_t *m)
{
    *m = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i])) scratch[(*m)++] = x[i];
    return quantile_of(scratch, *m, 0.9);
}

/* Number of the run of rows of one composition and one condition that each row is in, into run [n]. */
static void number_runs(const search *s, const cursor *at, size_t *run)
{
    for (size_t i = 0, k = 0; i < s->n; i++) {
        if (i && (s->group[at[i].row] != s->group[at[i - 1].row] ||
                  strcmp(cupel_model_condition(s->m, at[i].row), cupel_model_condition(s->m, at[i - 1].row)) != 0))
            k++;
        run[at[i].row] = k;
    }
}

/* at [n]: in the order of runs. */
static cupel_status by_conflict(search *s, const cursor *at, cupel_err *err)
{
    const size_t n = s->n;
    size_t m;
    double *plain = cupel_alloc(2 * n, sizeof *plain), *logs = plain ? plain + n : NULL;
    if (!plain) return cupel_no_memory(err, "rows of one composition", 2 * n * sizeof *plain);
    distances(s, at, s->spare, plain, logs);
    const double usual = usual_of(plain, n, s->spare, &m), usual_log = usual_of(logs, n, s->spare, &m);
    for (size_t i = 0; i < n; i++) {
        const double conflict = m < ROWS_MIN || isnan(plain[i]) ? 0 : fmax(plain[i] / usual, s->positive ? logs[i] / usual_log : 0);
        if (conflict > 1) s->surprise[i] += conflict - 1;
        else s->against[i] = SIZE_MAX;
    }
    cupel_free(plain);
    return CUPEL_OK;
}

/* ---- reasons ---- */

/* Slips by a factor that are met in tables; `unit` must stand in the unit or the name of the target, "" goes with any. */
static const struct {
    double factor;
    const char *unit, *words;
} slips[] = {
    {101.9716, "HV", "GPa for HV"},
    {9.80665, "HV", "MPa for HV"},
    {6.894757, "Pa", "psi or ksi for the pascal"},
    {96.48533, "eV", "kJ/mol for eV"},
    {23.06055, "eV", "kcal/mol for eV"},
    {27.211386, "eV", "hartree or eV"},
    {1000, "", "kilo or milli"},
    {10, "", "the decimal point"},
    {100, "", "per cent, or the decimal point"},
    {1e6, "", "mega or micro"},
};

static bool concerns(const cupel_model *m, const char *unit) { return strstr(cupel_model_unit(m), unit) || strstr(cupel_model_property(m), unit); }

/* The factor whose product lies nearest to what is expected, in its interval or within a factor of 2.5; a value within 3 of it has none. */
static void find_slip(const cupel_model *m, cupel_outlier *o, double y)
{
    double best = log(3);
    o->factor = 1;
    o->slip = "";
    if (!(y > 0) || !(o->expected > 0) || fabs(log(y / o->expected)) < best) return;
    for (size_t k = 0; k < 2 * (sizeof slips / sizeof *slips); k++) {
        const double factor = k % 2 ? 1 / slips[k / 2].factor : slips[k / 2].factor, off = fabs(log(y * factor / o->expected));
        const bool inside = o->lower <= y * factor && y * factor <= o->upper;
        if (!concerns(m, slips[k / 2].unit) || (!inside && off > log(2.5)) || !(off < best - 0.02)) continue;
        best = off;
        o->factor = factor;
        o->slip = slips[k / 2].words;
    }
}

static double fraction_of(const cupel_composition *c, unsigned z, double total)
{
    for (unsigned k = 0; k < c->n; k++)
        if (c->z[k] == z) return c->amount[k] / total;
    return 0;
}

/* Sum of the differences of atomic fractions. */
static double apart(const cupel_composition *a, const cupel_composition *b)
{
    const double total = cupel_composition_total(a), other = cupel_composition_total(b);
    double sum = 0;
    for (unsigned k = 0; k < a->n; k++) sum += fabs(a->amount[k] / total - fraction_of(b, a->z[k], other));
    for (unsigned k = 0; k < b->n; k++)
        if (!(fraction_of(a, b->z[k], total) > 0)) sum += b->amount[k] / other;
    return sum;
}

/* Of another composition; under like conditions only, or under any. *best: how far its composition is. */
static cupel_status find_nearest(const search *s, cupel_outlier *o, bool like, double *best, cupel_err *err)
{
    cupel_composition *c = cupel_alloc(2, sizeof *c);
    const char *formula;
    const char *condition = cupel_model_condition(s->m, o->row);
    double y;
    *best = INFINITY;
    o->nearest = SIZE_MAX;
    if (!c) return cupel_no_memory(err, "compositions", 2 * sizeof *c);
    cupel_model_training_row(s->m, o->row, &c[0], &formula, &y);
    for (size_t i = 0; c[0].n && i < s->n; i++) {
        if (s->group[i] == s->group[o->row]) continue;
        if (like && cupel_condition_apart(cupel_model_condition(s->m, i), condition) > LIKE) continue;
        cupel_model_training_row(s->m, i, &c[1], &formula, &y);
        const double d = apart(&c[0], &c[1]);
        if (!(d < *best)) continue;
        *best = d;
        o->nearest = i;
    }
    cupel_free(c);
    return CUPEL_OK;
}

static uint64_t line_of(const cupel_model *m, const cupel_training *t, size_t row) { return t->records.line[cupel_model_training_index(m, row)]; }

static double value_of(const cupel_model *m, const cupel_training *t, size_t row) { return t->target[cupel_model_training_index(m, row)]; }

void cupel_outlier_reason(const cupel_outlier *o, const cupel_model *m, const cupel_training *t, cupel_str *out)
{
    const char *unit = cupel_model_unit(m);
    cupel_str_addf(out, "expected %.4g%s%s by a model that has not seen it (90 %% interval %.4g to %.4g)", o->expected, *unit ? " " : "", unit,
                   o->lower, o->upper);
    if (o->against != SIZE_MAX)
        cupel_str_addf(out, "; line %" PRIu64 " has %.6g for the same composition%s", line_of(m, t, o->against), value_of(m, t, o->against),
                       *cupel_model_condition(m, o->row) ? " and columns" : "");
    if (o->factor > 1) cupel_str_addf(out, "; times %.4g it would fit: a slip of the unit (%s)?", o->factor, o->slip);
    if (o->factor < 1) cupel_str_addf(out, "; divided by %.4g it would fit: a slip of the unit (%s)?", 1 / o->factor, o->slip);
    if (o->nearest == SIZE_MAX) return;
    const cupel_text f = cupel_training_formula(t, cupel_model_training_index(m, o->nearest));
    cupel_str_addf(out, "; nearest other: %.*s (line %" PRIu64 ") with %.6g", cupel_shown(f.n, 60), f.p, line_of(m, t, o->nearest),
                   value_of(m, t, o->nearest));
}

/* ---- all together ---- */

static int by_surprise(const void *a, const void *b)
{
    const cupel_outlier *x = a, *y = b;
    if (x->surprise > y->surprise || x->surprise < y->surprise) return x->surprise > y->surprise ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/* Beyond the limit, and outside its own interval, unless another row of the same composition contradicts it. */
static bool doubtful(const search *s, size_t i)
{
    const bool inside = s->f.lower[i] <= s->y[i] && s->y[i] <= s->f.upper[i];
    return s->surprise[i] > log10(2 * (double)s->n) && (!inside || s->against[i] != SIZE_MAX);
}

/* The doubtful rows, sorted. */
static cupel_status choose(const search *s, cupel_outlier **list, size_t *n, cupel_err *err)
{
    size_t m = 0;
    for (size_t i = 0; i < s->n; i++) m += doubtful(s, i);
    *list = cupel_alloc(m + 1, sizeof **list);
    if (!*list) return cupel_no_memory(err, "a list of outliers", m * sizeof **list);
    for (size_t i = 0; i < s->n; i++)
        if (doubtful(s, i))
            (*list)[(*n)++] = (cupel_outlier){.row = i, .surprise = s->surprise[i], .expected = s->f.value[i], .lower = s->f.lower[i],
                                              .upper = s->f.upper[i], .against = s->against[i], .nearest = SIZE_MAX, .factor = 1, .slip = ""};
    if (m > 1) qsort(*list, m, sizeof **list, by_surprise);
    return CUPEL_OK;
}

/* Whether a slip may be guessed at: a value far off by the model may be right where no row was measured under conditions like its own (a strength at
 * a high temperature). There must be one of the same composition that contradicts, or a near one whose value is another by a factor of 3. */
static bool contradicted(const search *s, const cupel_outlier *o, double nearest)
{
    if (!*cupel_model_condition(s->m, o->row) || o->against != SIZE_MAX) return true;
    return o->nearest != SIZE_MAX && nearest <= NEAR && s->positive && fabs(log(s->y[o->row] / s->y[o->nearest])) > log(3);
}

typedef struct explaining {
    const search *s;
    cupel_outlier *list;
} explaining;

static cupel_status explain_one(void *user, size_t k, size_t worker, cupel_err *err)
{
    (void)worker;
    const explaining *e = user;
    cupel_outlier *o = &e->list[k];
    double best;
    cupel_status st = find_nearest(e->s, o, true, &best, err);
    if (st == CUPEL_OK && contradicted(e->s, o, best)) find_slip(e->s->m, o, e->s->y[o->row]);
    return st == CUPEL_OK && o->nearest == SIZE_MAX ? find_nearest(e->s, o, false, &best, err) : st;
}

/* Those that the model and one another speak against. */
static cupel_status find_list(search *s, const cursor *at, size_t reasons, const cupel_job *job, cupel_outliers *o, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    by_model(s);
    CUPEL_TRY(by_conflict(s, at, err));
    CUPEL_TRY(choose(s, &o->list, &o->n, err));
    st = cupel_par_for(job->threads, o->n < reasons ? o->n : reasons, explain_one, &(explaining){s, o->list}, err);
done:
    return st;
}

cupel_status cupel_outliers_find(const cupel_model *m, const cupel_training *t, size_t reasons, const cupel_job *job, cupel_outliers *o,
                                 cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    search s = {.m = m, .t = t, .f = cupel_surrogate_oof(cupel_model_surrogate(m)), .n = cupel_model_n_training(m)};
    cursor *at = cupel_alloc(s.n, sizeof *at);
    *o = (cupel_outliers){0};
    if (!at) return cupel_no_memory(err, "rows of one composition", s.n * sizeof *at);
    CUPEL_TRY(prepare(&s, err));
    for (size_t i = 0; i < s.n; i++) at[i] = (cursor){&s, i};
    qsort(at, s.n, sizeof *at, by_conditions);
    number_runs(&s, at, s.run);
    if (s.n >= ROWS_MIN && !cupel_surrogate_is_class(cupel_model_surrogate(m))) CUPEL_TRY(find_list(&s, at, reasons, job, o, err));
    CUPEL_TRY(cupel_doubts_apart(t, s.order, s.n, s.run, &o->apart, err));
    if (*cupel_model_condition(m, 0)) cupel_doubts_say_apart(t, &o->apart, true, job); /* else it was said before */
done:
    release(&s);
    cupel_free(at);
    if (st != CUPEL_OK) cupel_outliers_release(o);
    return st;
}

void cupel_outliers_release(cupel_outliers *o)
{
    cupel_free(o->list);
    cupel_apart_release(&o->apart);
    *o = (cupel_outliers){0};
}

/* ---- the list ---- */

typedef struct listing {
    const cupel_model *m;
    const cupel_training *t;
    const cupel_outliers *o;
    cupel_str s, reason;
    size_t *group; /* of each training row the group of o->apart that it is in, SIZE_MAX: none; once a row is written its place is taken away */
} listing;

/* "the same material and conditions has other values: lines 4, 9; apart by 3 eV" */
static void add_apart(listing *l, size_t row)
{
    const cupel_apart_group *g = &l->o->apart.group[l->group[row]];
    const char *unit = cupel_model_unit(l->m);
    const double y = value_of(l->m, l->t, row);
    size_t said = 0, others = 0;
    cupel_str_addf(&l->reason, "%sthe same material%s has other values: lines ", l->reason.n ? "; " : "",
                   *cupel_model_condition(l->m, row) ? " and conditions" : "");
    for (size_t k = 0; k < g->n; k++) {
        const size_t other = l->o->apart.row[g->first + k].row;
        if (!(fabs(l->t->target[other] - y) > 0) || ++others > LINES_SHOWN) continue;
        cupel_str_addf(&l->reason, "%s%" PRIu64, said++ ? ", " : "", l->t->records.line[other]);
    }
    if (others > said) cupel_str_addf(&l->reason, " and %zu more", others - said);
    cupel_str_addf(&l->reason, "; apart by %.6g%s%s", g->width, *unit ? " " : "", unit);
}

/* number [4]: expected, lower, upper, surprise; NaN leaves a cell empty. */
static void put_line(listing *l, size_t row, const double *number)
{
    cupel_str_addf(&l->s, "%" PRIu64, line_of(l->m, l->t, row));
    cupel_csv_put(&l->s, cupel_training_formula(l->t, cupel_model_training_index(l->m, row)), ',', false);
    cupel_csv_put_number(&l->s, value_of(l->m, l->t, row));
    for (size_t j = 0; j < 4; j++) cupel_csv_put_number(&l->s, number[j]);
    if (l->group[row] != SIZE_MAX) add_apart(l, row);
    l->group[row] = SIZE_MAX;
    cupel_csv_put(&l->s, (cupel_text){cupel_str_text(&l->reason), l->reason.n}, ',', false);
    cupel_str_putc(&l->s, '\n');
    cupel_str_clear(&l->reason);
}

static void put_outliers(listing *l)
{
    for (size_t k = 0; k < l->o->n; k++) {
        const cupel_outlier *o = &l->o->list[k];
        cupel_outlier_reason(o, l->m, l->t, &l->reason);
        put_line(l, o->row, (const double[]){o->expected, o->lower, o->upper, o->surprise});
    }
}

static void put_apart(listing *l)
{
    const cupel_oof f = cupel_surrogate_oof(cupel_model_surrogate(l->m));
    const bool expects = !cupel_surrogate_is_class(cupel_model_surrogate(l->m)) && f.n == cupel_model_n_training(l->m);
    for (size_t g = 0; g < l->o->apart.n; g++) {
        for (size_t k = 0; k < l->o->apart.group[g].n; k++) {
            const size_t row = l->o->apart.row[l->o->apart.group[g].first + k].index;
            if (l->group[row] == SIZE_MAX) continue;
            put_line(l, row, (const double[]){expects ? f.value[row] : NAN, expects ? f.lower[row] : NAN, expects ? f.upper[row] : NAN, NAN});
        }
    }
}

static cupel_status write_list(const cupel_model *m, const cupel_training *t, const cupel_outliers *o, const char *file, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n = cupel_model_n_training(m);
    listing l = {.m = m, .t = t, .o = o, .group = cupel_alloc(n, sizeof *l.group)};
    if (!l.group) return cupel_no_memory(err, "the list of outliers", n * sizeof *l.group);
    for (size_t i = 0; i < n; i++) l.group[i] = SIZE_MAX;
    for (size_t g = 0; g < o->apart.n; g++)
        for (size_t k = 0; k < o->apart.group[g].n; k++) l.group[o->apart.row[o->apart.group[g].first + k].index] = g;
    cupel_str_puts(&l.s, "line,formula,value,expected,lower,upper,surprise,reason\n");
    put_outliers(&l);
    put_apart(&l);
    if (l.s.failed || l.reason.failed) CUPEL_TRY(cupel_no_memory(err, "the list of outliers", 0));
    st = cupel_out_bytes(file, cupel_str_text(&l.s), l.s.n, err);
done:
    cupel_str_free(&l.s);
    cupel_str_free(&l.reason);
    cupel_free(l.group);
    return st;
}

cupel_status cupel_outliers_report(const cupel_model *m, const cupel_training *t, const char *file, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str words = {0};
    cupel_outliers o = {0};
    CUPEL_TRY(cupel_outliers_find(m, t, file ? SIZE_MAX : SHOWN, job, &o, err));
    for (size_t k = 0; k < o.n && k < SHOWN; k++) {
        cupel_str_clear(&words);
        cupel_outlier_reason(&o.list[k], m, t, &words);
        cupel_say(job, CUPEL_WARNING, "%s:%" PRIu64 ": %s %.6g does not fit: %s; the row is kept", t->file, line_of(m, t, o.list[k].row),
                  cupel_model_property(m), value_of(m, t, o.list[k].row), cupel_str_text(&words));
    }
    if (o.n > SHOWN)
        cupel_say(job, CUPEL_WARNING, "and %zu more values that do not fit%s%s", o.n - SHOWN, file ? "; all are in " : "",
                  file ? file : "; --doubts FILE lists them with their reasons");
    if (file) CUPEL_TRY(write_list(m, t, &o, file, err));
done:
    cupel_outliers_release(&o);
    cupel_str_free(&words);
    return st;
}
