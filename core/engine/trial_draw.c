/* Points of a space of experiments. One column after the other takes a value of what the conditions leave with the columns before it, those of given
 * values first: so sums are met without waiting for chance. By equal chances within what is left one column has nearly all of a sum of many, and the
 * middle is never met: every other point takes of a sum what makes all mixtures alike, a part of Beta(1, columns that follow). */
#include "core/engine/trial_space.h"
#include "core/engine/trial_reason.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STREAM = 0x7a1, NEAREST = 5, TRIES = 50, LOOK_EVERY = 4096 };
static const double TOLERANCE = 1e-9, KEEP_WORD = 0.8, FINEST = 1e-4;
static const double AWAY[] = {0.3, 0.1, 0.03, 0.01}; /* of the range */

typedef struct drawer {
    const cupel_trial_space *s;
    const cupel_trial_near *near;
    uint64_t seed;
    const cupel_job *job;
    cupel_trial_table *t;
    uint64_t *seen;   /* [n_seen] a table of digests; 0: free */
    size_t n_seen;
    cupel_str text;   /* cells of one row */
    uint64_t outside; /* points that did not meet the conditions */
} drawer;

/* ---- one point ---- */

/* Columns of any number that share an equation with column k and are not `set`. */
static size_t sharing(const cupel_trial_space *s, const bool *set, size_t k)
{
    size_t most = 0;
    for (size_t c = 0; c < s->n_conditions; c++) {
        const cupel_trial_condition *q = &s->condition[c];
        size_t n = 0;
        if (!(fabs(q->times[k]) > 0) || q->least < q->most) continue;
        for (size_t j = 0; j < s->n; j++) n += j != k && !set[j] && fabs(q->times[j]) > 0;
        most = n > most ? n : most;
    }
    return most;
}

static double chance(const drawer *d, uint64_t point, size_t k) { return cupel_rng_uniform(d->seed, ((uint64_t)STREAM << 40) + point, k); }

/* What the conditions leave of column k: the columns that are not `set` may be anything. False: nothing. */
static bool leave(const cupel_trial_space *s, const bool *set, const double *x, size_t k, double *low, double *high)
{
    *low = s->axis[k].low, *high = s->axis[k].high;
    for (size_t c = 0; c < s->n_conditions; c++) {
        const cupel_trial_condition *q = &s->condition[c];
        double least = 0, most = 0, size = 0;
        if (!(fabs(q->times[k]) > 0)) continue;
        for (size_t j = 0; j < s->n; j++) {
            const double a = q->times[j] * (set[j] ? x[j] : s->axis[j].low), b = q->times[j] * (set[j] ? x[j] : s->axis[j].high);
            if (j == k || !(fabs(q->times[j]) > 0)) continue;
            least += fmin(a, b), most += fmax(a, b), size += fmax(fabs(a), fabs(b));
        }
        const double room = TOLERANCE * (size + fmax(isfinite(q->least) ? fabs(q->least) : 0, isfinite(q->most) ? fabs(q->most) : 0));
        const double from = (q->least - most - room) / q->times[k], to = (q->most - least + room) / q->times[k];
        *low = fmax(*low, fmin(from, to));
        *high = fmin(*high, fmax(from, to));
    }
    return *low <= *high;
}

/* Any number within low .. high, in grains of the column, or much finer ones where an equation leaves no choice. */
static double any_number(const cupel_trial_axis *a, double low, double high, double wish)
{
    const double least = high - low < a->grain ? FINEST * a->grain : a->grain;
    if (high - low < a->grain && (low <= a->low || high >= a->high)) return low <= a->low ? a->low : a->high; /* 0 and not 1e-9 of a mixture */
    double x = high - low < a->grain ? 0.5 * (low + high) : fmin(fmax(wish, low), high);
    double grain = round(x / least) * least;
    grain += grain > high ? -least : grain < low ? least : 0;
    if (grain >= low && grain <= high) x = grain;
    char text[32];
    double tidy = x;
    snprintf(text, sizeof text, "%.11g", x);
    return cupel_parse_double(cupel_text_of(text), &tidy) ? tidy : x;
}

/* The place of a value within low .. high: by chance, or the nearest to the wish; values.n: none. */
static size_t one_of(const cupel_values *v, double low, double high, double wish, double u)
{
    size_t n = 0, best = v->n;
    for (size_t i = 0; i < v->n; i++) {
        if (v->number[i] < low || v->number[i] > high) continue;
        n++;
        if (!isnan(wish) && (best == v->n || fabs(v->number[i] - wish) < fabs(v->number[best] - wish))) best = i;
    }
    if (!isnan(wish) || !n) return best;
    size_t left = (size_t)(u * (double)n);
    for (size_t i = 0; i < v->n; i++)
        if (v->number[i] >= low && v->number[i] <= high && !left--) return i;
    return best;
}

/* Column k of a point; x: the number, of words their place. */
static bool place(const drawer *d, uint64_t point, size_t k, const double *from, double away, const bool *set, double *x, size_t *value)
{
    const cupel_trial_axis *a = &d->s->axis[k];
    const double u = chance(d, point, 2 * k);
    double low, high, wish = NAN;
    if (a->word) {
        const bool stays = from && !isnan(from[k]) && chance(d, point, 2 * k + 1) < KEEP_WORD;
        value[k] = stays ? (size_t)from[k] : (size_t)(u * (double)a->values.n);
        x[k] = (double)value[k];
        return true;
    }
    if (!leave(d->s, set, x, k, &low, &high)) return false;
    if (from && !isnan(from[k])) wish = from[k] + away * (a->high - a->low) * cupel_rng_normal(d->seed, ((uint64_t)STREAM << 41) + point, k);
    if (!a->values.n) {
        const size_t follow = point / 2 % 2 ? sharing(d->s, set, k) : 0;
        const double part = follow ? 1 - pow(1 - u, 1 / (double)follow) : u;
        x[k] = any_number(a, low, high, isnan(wish) ? low + part * (high - low) : wish);
        return true;
    }
    value[k] = one_of(&a->values, low, high, wish, u);
    if (value[k] < a->values.n) x[k] = a->values.number[value[k]];
    return value[k] < a->values.n;
}

static bool meets(const cupel_trial_space *s, const double *x)
{
    for (size_t c = 0; c < s->n_conditions; c++) {
        const cupel_trial_condition *q = &s->condition[c];
        double sum = 0, size = 1e-300;
        for (size_t k = 0; k < s->n; k++)
            if (fabs(q->times[k]) > 0) sum += q->times[k] * x[k], size += fabs(q->times[k] * x[k]);
        if (sum < q->least - 3 * TOLERANCE * size || sum > q->most + 3 * TOLERANCE * size) return false;
    }
    return true;
}

static bool make_point(const drawer *d, uint64_t point, double *x, size_t *value)
{
    const cupel_trial_space *s = d->s;
    const size_t nearest = d->near && d->near->n ? (d->near->n < NEAREST ? d->near->n : NEAREST) : 0;
    const double *from = nearest && point % 2 ? d->near->x + (point / 2 % nearest) * s->n : NULL;
    const double away = AWAY[point / 2 / NEAREST % (sizeof AWAY / sizeof *AWAY)];
    size_t order[CUPEL_TRIAL_AXES];
    bool set[CUPEL_TRIAL_AXES] = {false};
    cupel_rng_permutation(d->seed, ((uint64_t)STREAM << 42) + point, order, s->n);
    for (int free = 0; free < 2; free++)
        for (size_t i = 0; i < s->n; i++) {
            const size_t k = order[i];
            if ((s->axis[k].values.n == 0) != (free == 1)) continue;
            if (!place(d, point, k, from, away, set, x, value)) return false;
            set[k] = true;
        }
    return meets(s, x);
}

/* ---- a row of the table ---- */

/* FNV-1a. */
static uint64_t digest(const char *p, size_t n)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < n; i++) h = (h ^ (unsigned char)p[i]) * UINT64_C(1099511628211);
    return h ? h : 1;
}

/* False: it was there. */
static bool is_new(drawer *d, uint64_t h)
{
    size_t at = (size_t)(h % d->n_seen);
    while (d->seen[at] && d->seen[at] != h) at = (at + 1) % d->n_seen;
    const bool fresh = !d->seen[at];
    d->seen[at] = h;
    return fresh;
}

static cupel_status add_point(drawer *d, const double *x, const size_t *value, bool *added, cupel_err *err)
{
    const cupel_trial_space *s = d->s;
    enum { ID = 13 };
    size_t end[CUPEL_TRIAL_AXES];
    cupel_text cell[CUPEL_TRIAL_AXES + 1];
    char id[32];
    cupel_str_clear(&d->text);
    cupel_str_puts(&d->text, "e000000000000");
    for (size_t k = 0; k < s->n; k++) {
        if (s->axis[k].values.n) cupel_str_puts(&d->text, s->axis[k].values.text[value[k]]);
        else cupel_str_number(&d->text, x[k] + 0.0);
        end[k] = d->text.n;
    }
    if (d->text.failed) return cupel_no_memory(err, "a candidate", 0);
    uint64_t h = digest(d->text.p + ID, d->text.n - ID);
    for (size_t k = 0; k < s->n; k++) h ^= digest((const char *)&end[k], sizeof end[k]) + k; /* 1,11 is not 11,1 */
    *added = is_new(d, h ? h : 1);
    if (!*added) return CUPEL_OK;
    snprintf(id, sizeof id, "e%012" PRIx64, h & UINT64_C(0xffffffffffff));
    memcpy(d->text.p, id, ID);
    cell[0] = (cupel_text){d->text.p, ID};
    for (size_t k = 0, from = ID; k < s->n; from = end[k++]) cell[k + 1] = (cupel_text){d->text.p + from, end[k] - from};
    return cupel_records_add(&d->t->records, cell, d->t->records.n_rows + 2, err);
}

/* ---- all of them ---- */

/* Before draw i: how far it is, and whether to stop. */
static cupel_status look(const drawer *d, uint64_t i, uint64_t done, uint64_t total, cupel_err *err)
{
    if (i % LOOK_EVERY) return CUPEL_OK;
    cupel_progress(d->job, "drawing candidates", done, total);
    if (!cupel_stopped(d->job)) return CUPEL_OK;
    return cupel_fail(err, CUPEL_INTERRUPTED, "stopped while candidates were drawn; nothing was written");
}

/* Number of points without conditions; UINT64_MAX where a column may be any number. */
static uint64_t points(const cupel_trial_space *s, uint64_t most)
{
    uint64_t n = 1;
    for (size_t k = 0; k < s->n; k++) {
        if (!s->axis[k].values.n) return UINT64_MAX;
        n *= s->axis[k].values.n;
        if (n > most) return UINT64_MAX;
    }
    return n;
}

static cupel_status all_points(drawer *d, uint64_t n, cupel_err *err)
{
    const cupel_trial_space *s = d->s;
    cupel_status st = CUPEL_OK;
    double x[CUPEL_TRIAL_AXES];
    size_t value[CUPEL_TRIAL_AXES];
    bool added;
    for (uint64_t i = 0; i < n && st == CUPEL_OK; i++) {
        uint64_t left = i;
        if ((st = look(d, i, i, n, err)) != CUPEL_OK) break;
        for (size_t k = s->n; k-- > 0; left /= s->axis[k].values.n) {
            value[k] = (size_t)(left % s->axis[k].values.n);
            x[k] = s->axis[k].word ? (double)value[k] : s->axis[k].values.number[value[k]];
        }
        if (meets(s, x)) st = add_point(d, x, value, &added, err);
        else d->outside++;
    }
    return st;
}

static cupel_status some_points(drawer *d, uint64_t sample, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double x[CUPEL_TRIAL_AXES];
    size_t value[CUPEL_TRIAL_AXES];
    bool added;
    uint64_t found = 0;
    for (uint64_t i = 0; i < sample * TRIES && found < sample && st == CUPEL_OK; i++) {
        if ((st = look(d, i, found, sample, err)) != CUPEL_OK) break;
        if (!make_point(d, i, x, value)) {
            d->outside++;
            continue;
        }
        st = add_point(d, x, value, &added, err);
        found += added;
    }
    return st;
}

cupel_status cupel_trial_space_draw(const cupel_trial_space *s, const cupel_trial_near *near, uint64_t sample, uint64_t seed, const cupel_job *job,
                                    cupel_trial_table *t, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    drawer d = {.s = s, .near = near, .seed = seed, .job = job, .t = t, .n_seen = 2 * (size_t)sample + 1};
    const uint64_t all = points(s, sample);
    *t = (cupel_trial_table){.file = cupel_strdup(s->file)};
    d.seen = cupel_alloc(d.n_seen, sizeof *d.seen);
    if (!t->file || !d.seen) CUPEL_TRY(cupel_no_memory(err, "candidates", d.n_seen * sizeof *d.seen));
    CUPEL_TRY(cupel_header_add(&t->header, cupel_text_of("id"), err));
    for (size_t k = 0; k < s->n; k++) CUPEL_TRY(cupel_header_add(&t->header, cupel_text_of(s->header.name[k]), err));
    t->records.n_cols = t->header.n;
    CUPEL_TRY(all <= sample ? all_points(&d, all, err) : some_points(&d, sample, err));
    cupel_progress(job, "drawing candidates", sample, sample);
    if (!t->records.n_rows)
        CUPEL_TRY(cupel_fail(err, CUPEL_INFEASIBLE, "'%s': no candidate of its space that meets its conditions was found", s->file));
done:
    cupel_trial_counted(job, CUPEL_TRIAL_OUTSIDE_CONDITIONS, d.outside);
    cupel_free(d.seen);
    cupel_str_free(&d.text);
    if (st != CUPEL_OK) cupel_trial_table_release(t);
    return st;
}
