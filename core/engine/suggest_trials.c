/* Candidates of a space of settings, and which results they are drawn near to. */
#include "core/engine/suggest_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/trial_cells.h"
#include "core/math/order.h"
#include "core/matter/columns.h"

#include <math.h>
#include <string.h>

cupel_status cupel_suggest_trials_goal(const cupel_trial_space *s, cupel_space_goal *goal, cupel_err *err)
{
    if (!s->goal)
        return cupel_fail(err, CUPEL_USAGE, "'%s' does not say what is wanted: --target COLUMN with --minimize or --maximize, or "
                                            "require: [{property: COLUMN, goal: maximise}] in it", s->file);
    *goal = (cupel_space_goal){.column = cupel_strdup(s->goal), .maximize = s->maximize, .windowed = s->windowed, .low = s->low, .high = s->high};
    return goal->column ? CUPEL_OK : cupel_no_memory(err, "the name of a goal", 0);
}

/* How much worse than the best a result is, whatever the unit; INFINITY where there is none. */
static double worse(const cupel_suggesting *g, size_t column, size_t row)
{
    double y;
    if (!cupel_parse_double(cupel_text_trim(cupel_cell(&g->s->tell.records, row, column)), &y)) return INFINITY;
    if (g->windowed) return fmax(0, fmax(g->low - y, y - g->high));
    return g->maximize[0] ? -y : y;
}

/* A result as a point of the space; what cannot be told is left open. */
static void point_of(const cupel_trial_space *s, const cupel_trial_table *t, const cupel_column_match *match, size_t row, double *x)
{
    for (size_t k = 0; k < s->n; k++) {
        const cupel_trial_axis *a = &s->axis[k];
        x[k] = NAN;
        if (match[k].at == SIZE_MAX) continue;
        const cupel_text c = cupel_text_trim(cupel_cell(&t->records, row, match[k].at));
        double number;
        if (!a->word && cupel_parse_double(c, &number)) x[k] = cupel_column_value(&match[k], number);
        for (size_t i = 0; a->word && i < a->values.n; i++)
            if (cupel_text_is(c, a->values.text[i])) x[k] = (double)i;
    }
}

/* Those of the space are refused later where a unit is no unit: here they are drawn near to by what is understood. */
static void find_columns(const cupel_trial_space *s, const cupel_trial_table *t, cupel_column_match *match)
{
    for (size_t k = 0; k < s->n; k++)
        if (cupel_column_match_find(&t->header, t->file, &s->header, k, "the space's", "", &match[k], NULL) != CUPEL_OK) match[k].at = SIZE_MAX;
}

/* Of one goal: of several, what is best is a matter of all of them, and candidates are drawn everywhere. */
static cupel_status best_results(const cupel_suggesting *g, double **x, cupel_trial_near *near, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const cupel_trial_space *s = g->trials;
    const cupel_trial_table *t = &g->s->tell;
    const size_t n = t->records.n_rows, column = n && g->n_goals == 1 ? cupel_header_find(&t->header, g->s->goal[0]) : SIZE_MAX;
    cupel_column_match match[CUPEL_TRIAL_AXES];
    size_t *order = NULL;
    double *key = NULL;
    if (column == SIZE_MAX) return CUPEL_OK;
    order = cupel_alloc(n, sizeof *order);
    key = cupel_alloc(n, sizeof *key);
    *x = cupel_alloc(cupel_mul(n, s->n), sizeof **x);
    if (!order || !key || !*x) CUPEL_TRY(cupel_no_memory(err, "results", cupel_mul(n, s->n * sizeof **x)));
    find_columns(s, t, match);
    for (size_t i = 0; i < n; i++) key[i] = worse(g, column, i);
    CUPEL_TRY(cupel_order(key, n, order, err));
    for (size_t i = 0; i < n && isfinite(key[order[i]]); i++) point_of(s, t, match, order[i], *x + near->n++ * s->n);
    near->x = *x;
done:
    cupel_free(order);
    cupel_free(key);
    return st;
}

cupel_status cupel_suggest_trials(cupel_suggesting *g, cupel_err *err)
{
    double *x = NULL;
    char text[32];
    cupel_trial_near near = {.n = 0};
    cupel_status st = best_results(g, &x, &near, err);
    if (st == CUPEL_OK) st = cupel_trial_space_draw(g->trials, &near, g->o->sample, g->o->choose.seed, g->job, &g->s->pool, err);
    if (st == CUPEL_OK)
        cupel_say(g->job, CUPEL_NOTE, "%s candidates drawn from the space of '%s'", cupel_format_count(text, g->s->pool.records.n_rows),
                  g->trials->file);
    cupel_free(x);
    return st;
}
