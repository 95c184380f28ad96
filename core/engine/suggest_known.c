/* What is said of the results before anything is chosen by them: repeats and copies, experiments that both failed and succeeded, values far from all
 * others, and rows that are no candidates. */
#include "core/engine/suggest_parts.h"
#include "core/engine/trial_doubts.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A difference of repeats by more than this share of the range of the results is a conflict. */
static const double APART = 0.5;
enum { NAMED = 3 };

static uint64_t line_of(const cupel_suggesting *g, size_t i) { return g->s->tell.records.line[g->row[i]]; }
static const double *values_of(const cupel_suggesting *g, size_t i) { return g->y + i * g->n_goals; }

/* "known.csv:7", or of a loop "'l.h5', row 7". */
static const char *place_of(const cupel_suggesting *g, size_t i, char text[160])
{
    snprintf(text, 160, g->o->loop ? "'%.120s', row %" PRIu64 : "%.120s:%" PRIu64, g->s->tell.file, line_of(g, i));
    return text;
}

/* ---- repeats ---- */

typedef struct repeats {
    size_t rows, copies, copy[2], apart[2], goal; /* measured rows with an earlier one of the same inputs; of them those with the same values */
    size_t mixed, failed, good;                   /* experiments that failed and were measured; the first of them */
    double width;                                 /* largest difference, as a share of the range */
} repeats;

static void compare(const cupel_suggesting *g, const double *range, size_t i, size_t j, repeats *r)
{
    const double *a = values_of(g, j), *b = values_of(g, i);
    if (isnan(a[0]) || isnan(b[0])) {
        if (isnan(a[0]) != isnan(b[0]) && !r->mixed++) r->failed = isnan(a[0]) ? j : i, r->good = isnan(a[0]) ? i : j;
        return;
    }
    bool same = true;
    r->rows++;
    for (size_t k = 0; k < g->n_goals; k++) {
        const double width = range[k] > 0 ? fabs(a[k] - b[k]) / range[k] : 0;
        same = same && a[k] == b[k];
        if (width > r->width) r->width = width, r->apart[0] = j, r->apart[1] = i, r->goal = k;
    }
    if (same && !r->copies++) r->copy[0] = j, r->copy[1] = i;
}

static repeats find_repeats(const cupel_suggesting *g, const double *range)
{
    repeats r = {.rows = 0};
    const size_t d = g->s->inputs.d;
    for (size_t i = 0; i < g->n_known; i++) {
        size_t j = 0;
        while (j < i && !cupel_suggest_same(g->known + j * d, g->known + i * d, d)) j++;
        if (j == i) continue;
        compare(g, range, i, j, &r);
    }
    return r;
}

static void say_repeats(const cupel_suggesting *g, const double *range)
{
    const repeats r = find_repeats(g, range);
    char a[160], b[160];
    if (r.copies)
        cupel_say(g->job, CUPEL_WARNING, "%zu row%s of the results %s another with the same inputs and values, the first %s that of line %" PRIu64
                                         ": each counts as a measurement, and makes the noise look smaller; take out what was measured once",
                  r.copies, r.copies == 1 ? "" : "s", r.copies == 1 ? "is" : "are each", place_of(g, r.copy[1], a), line_of(g, r.copy[0]));
    if (r.width > 0)
        cupel_say(g->job, r.width > APART ? CUPEL_WARNING : CUPEL_NOTE,
                  "%zu row%s of the results repeat%s an experiment; the furthest apart: '%s' %.6g (%s) and %.6g (%s)%s", r.rows,
                  r.rows == 1 ? "" : "s", r.rows == 1 ? "s" : "", g->s->goal[r.goal], values_of(g, r.apart[0])[r.goal], place_of(g, r.apart[0], a),
                  values_of(g, r.apart[1])[r.goal], place_of(g, r.apart[1], b),
                  r.width > APART ? ": more than half of the range of all results; both are kept as measured, take out what is a slip"
                                  : "; repeats teach the noise");
    if (r.mixed)
        cupel_say(g->job, CUPEL_WARNING, "%zu experiment%s both failed and succeeded, the first at %s and %s: both count", r.mixed,
                  r.mixed == 1 ? "" : "s", place_of(g, r.failed, a), place_of(g, r.good, b));
}

/* ---- doubts ---- */

/* Measured again, it is no slip. */
static bool is_confirmed(const cupel_suggesting *g, const cupel_doubt_scale *s, size_t i, size_t k)
{
    const size_t d = g->s->inputs.d;
    char reason[CUPEL_DOUBT_REASON];
    for (size_t j = 0; j < g->n_known; j++)
        if (j != i && !isnan(values_of(g, j)[k]) && cupel_doubt_value(s, values_of(g, j)[k], reason) &&
            cupel_suggest_same(g->known + j * d, g->known + i * d, d))
            return true;
    return false;
}

static cupel_status find_doubts(cupel_suggesting *g, size_t k, size_t *said, cupel_err *err)
{
    double *x = cupel_alloc(g->n_known + 1, sizeof *x);
    char reason[CUPEL_DOUBT_REASON], place[160];
    size_t n = 0;
    if (!x) return cupel_no_memory(err, "results", g->n_known * sizeof *x);
    for (size_t i = 0; i < g->n_known; i++)
        if (!isnan(values_of(g, i)[k])) x[n++] = values_of(g, i)[k];
    const cupel_doubt_scale s = cupel_doubt_scale_of(x, n);
    cupel_free(x);
    for (size_t i = 0; i < g->n_known; i++) {
        const double y = values_of(g, i)[k];
        if (isnan(y) || !cupel_doubt_value(&s, y, reason) || is_confirmed(g, &s, i, k)) continue;
        g->doubted[i * g->n_goals + k] = true;
        if (!g->o->loop && (*said)++ < NAMED) /* tell has said it of a loop */
            cupel_say(g->job, CUPEL_WARNING, "%s: '%s' is %.6g, far from the other results (%s); it is kept: measure it again, or mend it where "
                                             "it is a slip", place_of(g, i, place), g->s->goal[k], y, reason);
    }
    return CUPEL_OK;
}

/* Largest less smallest of the results that are not doubted. */
static double range_of(const cupel_suggesting *g, size_t k)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < g->n_known; i++) {
        const double y = values_of(g, i)[k];
        if (isnan(y) || g->doubted[i * g->n_goals + k]) continue;
        low = fmin(low, y), high = fmax(high, y);
    }
    return high - low;
}

/* Results that are no candidates: of a few that is as it should be; of all it may be another notation. */
static void say_strangers(const cupel_suggesting *g)
{
    const size_t d = g->s->inputs.d, m = g->s->pool.records.n_rows;
    const double *pool = g->s->inputs.x[0];
    size_t n = 0;
    for (size_t i = 0; i < g->n_known; i++) {
        size_t j = 0;
        while (j < m && !cupel_suggest_same(pool + j * d, g->known + i * d, d)) j++;
        n += j == m;
    }
    if (n) cupel_say(g->job, CUPEL_NOTE, "%zu of %zu results %s of no candidate", n, g->n_known, n == 1 ? "is" : "are");
}

cupel_status cupel_suggest_known(cupel_suggesting *g, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t said = 0;
    g->doubted = cupel_alloc(cupel_mul(g->n_known, g->n_goals) + 1, sizeof *g->doubted);
    if (!g->doubted) return cupel_no_memory(err, "results", g->n_known);
    for (size_t k = 0; k < g->n_goals && st == CUPEL_OK; k++) st = find_doubts(g, k, &said, err);
    if (st != CUPEL_OK) return st;
    if (said > NAMED) cupel_say(g->job, CUPEL_WARNING, "%zu more results are far from the others", said - NAMED);
    for (size_t k = 0; k < g->n_goals; k++) g->range[k] = range_of(g, k);
    if (!g->o->loop) say_repeats(g, g->range);
    if (g->o->pool && g->told) say_strangers(g);
    return CUPEL_OK;
}
