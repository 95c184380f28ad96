/* Values that are far from all that the loop holds. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/loop_parts.h"
#include "core/engine/trial_doubts.h"

#include <inttypes.h>
#include <stdio.h>

/* Results of goal column k of the loop, x [n]. */
static size_t results_of(const cupel_loop *l, size_t k, double *x)
{
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++)
        if (l->state[i] == CUPEL_TRIAL_MEASURED && cupel_parse_double(cupel_text_of(l->cell[i * l->header.n + k]), &x[n])) n++;
    return n;
}

/* Another result of the experiment at work is doubted too: measured again, it is no slip. */
static bool is_confirmed(const cupel_telling *g, size_t k, const cupel_doubt_scale *s)
{
    const cupel_loop *l = &g->loop;
    char reason[CUPEL_DOUBT_REASON];
    size_t n = 0;
    double y;
    for (size_t at = cupel_loop_find(l, g->cell, 0); at != SIZE_MAX; at = cupel_loop_find(l, g->cell, at + 1))
        n += l->state[at] == CUPEL_TRIAL_MEASURED && cupel_parse_double(cupel_text_of(l->cell[at * l->header.n + k]), &y) &&
             cupel_doubt_value(s, y, reason);
    return n > 1;
}

static void say_doubt(cupel_telling *g, size_t i, size_t k, double y, const char *reason)
{
    const char *goal = g->loop.header.name[k];
    cupel_say(g->job, CUPEL_WARNING, "%s:%" PRIu64 ": '%s' is %.6g, far from the other results of the loop (%s); it is kept: where it is a slip, "
                                     "tell this row with --withdraw, then the right value", g->t.file, g->t.records.line[i], goal, y, reason);
    if (g->r.n_doubts < CUPEL_TELL_DOUBTS) {
        cupel_tell_doubt *d = &g->r.doubt[g->r.n_doubts];
        *d = (cupel_tell_doubt){.line = g->t.records.line[i], .goal = k - g->loop.n_inputs, .value = y};
        snprintf(d->reason, sizeof d->reason, "%s", reason);
    }
    g->r.n_doubts++;
}

/* Values of goal column k that were told now and are far from all the loop holds. */
cupel_status cupel_telling_doubts(cupel_telling *g, size_t k, cupel_err *err)
{
    double *x = cupel_alloc(g->loop.n + 1, sizeof *x), y;
    char reason[CUPEL_DOUBT_REASON];
    size_t empty;
    cupel_status st = CUPEL_OK;
    if (!x) return cupel_no_memory(err, "results of the loop", g->loop.n * sizeof *x);
    const cupel_doubt_scale s = cupel_doubt_scale_of(x, results_of(&g->loop, k, x));
    for (size_t i = 0; i < g->t.records.n_rows && st == CUPEL_OK; i++) {
        if (g->told[i] || (st = cupel_telling_read(g, i, &empty, err)) != CUPEL_OK || !cupel_parse_double(g->cell[k], &y)) continue;
        if (cupel_doubt_value(&s, y, reason) && !is_confirmed(g, k, &s)) say_doubt(g, i, k, y, reason);
    }
    cupel_free(x);
    return st;
}
