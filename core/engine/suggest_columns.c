/* Which column of the candidates and of the results is what. */
#include "core/engine/suggest_parts.h"

#include "core/base/err.h"
#include "core/base/guess.h"
#include "core/base/mem.h"
#include "core/engine/trial_cells.h"
#include "core/engine/trial_id.h"
#include "core/matter/columns.h"

#include <math.h>
#include <string.h>

static cupel_status find_goals(cupel_suggesting *g, cupel_err *err)
{
    const cupel_trial_table *t = &g->s->tell;
    cupel_status st = CUPEL_OK;
    g->failed = SIZE_MAX;
    if (!g->told) return CUPEL_OK;
    for (size_t k = 0; k < g->n_goals; k++) {
        CUPEL_TRY(cupel_column_find(&t->header, t->file, "target", g->s->goal[k], "name it with --target", &g->goal[k], err));
        for (size_t j = 0; j < k; j++)
            if (g->goal[j] == g->goal[k]) CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "goal '%s' is given twice", g->s->goal[k]));
    }
    if (g->o->failed)
        st = cupel_column_find(&t->header, t->file, "", g->o->failed, "name it with --failed", &g->failed, err);
    else
        g->failed = cupel_header_find(&t->header, "failed");
done:
    return st;
}

static bool is_goal(const cupel_suggesting *g, const char *name)
{
    for (size_t k = 0; k < g->n_goals; k++)
        if (strcmp(name, g->told ? g->s->tell.header.name[g->goal[k]] : g->s->goal[k]) == 0) return true;
    return false;
}

/* Column i of the pool is a goal: that of the results which has its name, or its label alone. */
static bool is_goal_column(const cupel_suggesting *g, size_t i)
{
    for (size_t k = 0; k < g->n_goals && g->told; k++)
        if (cupel_header_match(&g->s->pool.header, &g->s->tell.header, g->goal[k]) == i) return true;
    return is_goal(g, g->s->pool.header.name[i]);
}

/* Every candidate has a number in this column. */
static bool states_all(const cupel_trial_table *t, size_t col)
{
    double x;
    for (size_t i = 0; i < t->records.n_rows; i++)
        if (!cupel_parse_double(cupel_text_trim(cupel_cell(&t->records, i, col)), &x)) return false;
    return true;
}

/* Of several goals those that the pool states, a price: they are no question, as long as another goal is. */
static cupel_status find_stated(cupel_suggesting *g, cupel_err *err)
{
    const cupel_trial_table *pool = &g->s->pool, *tell = &g->s->tell;
    size_t n = 0, at[CUPEL_GOALS_MAX] = {0};
    for (size_t k = 0; k < g->n_goals; k++) {
        g->stated[k].at = SIZE_MAX;
        at[k] = g->told ? cupel_header_match(&pool->header, &tell->header, g->goal[k]) : cupel_header_find(&pool->header, g->s->goal[k]);
        n += at[k] != SIZE_MAX && states_all(pool, at[k]);
    }
    for (size_t k = 0; k < g->n_goals; k++) {
        if (at[k] == SIZE_MAX) continue;
        const char *name = pool->header.name[at[k]];
        if (n == g->n_goals || !g->told || !states_all(pool, at[k])) {
            cupel_say(g->job, CUPEL_WARNING, "column '%s' of '%s' is a goal and no input: what stands there is not used", name, pool->file);
            continue;
        }
        cupel_status st = cupel_column_match_find(&pool->header, pool->file, &tell->header, g->goal[k], "the results'", "it is a goal", &g->stated[k],
                                                  err);
        if (st != CUPEL_OK) return st;
        cupel_say(g->job, CUPEL_NOTE, "column '%s' of '%s' states a goal: it is taken as it is, without a deviation", name, pool->file);
    }
    return CUPEL_OK;
}

/* Column i of the pool was named as an input. */
static bool is_given(const cupel_suggesting *g, size_t i)
{
    const cupel_header *h = &g->s->pool.header;
    for (size_t k = 0; k < g->n_given; k++)
        if ((g->loop.n_inputs ? cupel_header_match(h, &g->loop.header, k) : cupel_header_find(h, g->given[k])) == i) return true;
    return false;
}

/* A column that is called a name and is one. */
static cupel_status find_called(cupel_suggesting *g, cupel_err *err)
{
    cupel_suggestion *s = g->s;
    const cupel_header *h = &s->pool.header;
    bool *skip = cupel_alloc(h->n, sizeof *skip);
    if (!skip) return cupel_no_memory(err, "columns of candidates", h->n);
    for (size_t i = 0; i < h->n; i++) skip[i] = i == g->cost || is_goal_column(g, i) || is_given(g, i);
    const cupel_status st = cupel_trial_id(&s->pool, skip, &s->id, err);
    cupel_free(skip);
    if (st == CUPEL_OK && s->id != SIZE_MAX && strcmp(h->name[s->id], "id") != 0 && !g->given)
        cupel_say(g->job, CUPEL_NOTE, "column '%s' names the candidates and is no input; --columns says which are", h->name[s->id]);
    return st;
}

static cupel_status find_id(cupel_suggesting *g, cupel_err *err)
{
    cupel_suggestion *s = g->s;
    const cupel_header *h = &s->pool.header;
    size_t alone = SIZE_MAX, n = 0;
    if (g->o->id) return cupel_column_find(h, s->pool.file, "", g->o->id, "name it with --id", &s->id, err);
    if (g->loop.id_column && (s->id = cupel_header_find(h, g->loop.id_column)) != SIZE_MAX) return CUPEL_OK;
    cupel_status st = find_called(g, err);
    if (st != CUPEL_OK || s->id != SIZE_MAX || !g->told) return st;
    for (size_t i = 0; i < h->n; i++)
        if (i != g->cost && !is_goal_column(g, i) && cupel_header_match(&s->tell.header, h, i) == SIZE_MAX) alone = i, n++;
    if (n == 1 && !g->given && cupel_trial_names_rows(&s->pool, alone)) s->id = alone;
    return CUPEL_OK;
}

static bool is_input(const cupel_suggesting *g, const char *name)
{
    for (size_t i = 0; i < g->n_inputs; i++)
        if (strcmp(g->input[i], name) == 0) return true;
    return false;
}

/* Columns that say nothing here, of the pool where the inputs are given, and of the results: one may be misspelt. */
static void say_left_out(const cupel_suggesting *g)
{
    const cupel_trial_table *pool = &g->s->pool, *tell = &g->s->tell;
    cupel_str s = {0};
    size_t n = 0;
    for (size_t i = 0; i < pool->header.n && g->given; i++)
        if (!is_input(g, pool->header.name[i]) && i != g->s->id && i != g->cost && !is_goal_column(g, i))
            cupel_str_addf(&s, "%s'%s'", n++ ? ", " : "", pool->header.name[i]);
    if (n) cupel_say(g->job, CUPEL_NOTE, "'%s': %s %s not an input and left out", pool->file, cupel_str_text(&s), n == 1 ? "is" : "are");
    cupel_str_clear(&s);
    n = 0;
    for (size_t i = 0; i < tell->header.n && g->o->tell; i++) {
        bool used = i == g->failed || strcmp(tell->header.name[i], "id") == 0 || is_goal(g, tell->header.name[i]) ||
                    cupel_suggestion_column(&tell->header, i);
        for (size_t k = 0; k < pool->header.n && !used; k++)
            used = cupel_header_match(&tell->header, &pool->header, k) == i && (k == g->s->id || k == g->cost || is_input(g, pool->header.name[k]));
        if (used) continue;
        cupel_guess guess = {.meant = tell->header.name[i]};
        if (g->failed == SIZE_MAX) cupel_guess_offer(&guess, "failed");
        cupel_str_addf(&s, "%s'%s'%s", n++ ? ", " : "", tell->header.name[i], guess.best ? " (did you mean 'failed'?)" : "");
    }
    if (n) cupel_say(g->job, CUPEL_WARNING, "'%s': %s %s not an input and left out", tell->file, cupel_str_text(&s), n == 1 ? "is" : "are");
    cupel_str_free(&s);
}

static cupel_status given_inputs(cupel_suggesting *g, cupel_err *err)
{
    const cupel_trial_table *t = &g->s->pool;
    size_t at;
    for (size_t j = 0; j < g->n_given; j++) {
        at = g->loop.n_inputs ? cupel_header_match(&t->header, &g->loop.header, j) : SIZE_MAX;
        cupel_status st = at != SIZE_MAX ? CUPEL_OK : cupel_column_find(&t->header, t->file, "", g->given[j], "it is an input", &at, err);
        if (st == CUPEL_OK && is_goal(g, t->header.name[at])) st = cupel_fail(err, CUPEL_USAGE, "'%s' is a goal, it cannot be an input", g->given[j]);
        for (size_t i = 0; st == CUPEL_OK && i < g->n_inputs; i++)
            if (g->input[i] == t->header.name[at]) st = cupel_fail(err, CUPEL_USAGE, "input '%s' is given twice", t->header.name[at]);
        if (st != CUPEL_OK) return st;
        g->input[g->n_inputs++] = t->header.name[at];
    }
    return CUPEL_OK;
}

static cupel_status find_inputs(cupel_suggesting *g, cupel_err *err)
{
    const cupel_header *h = &g->s->pool.header;
    g->input = cupel_alloc(h->n + g->n_given, sizeof *g->input);
    if (!g->input) return cupel_no_memory(err, "names of columns", h->n * sizeof *g->input);
    if (g->given) return given_inputs(g, err);
    for (size_t i = 0; i < h->n; i++) {
        if (i == g->s->id || i == g->cost) continue;
        if (is_goal_column(g, i)) continue;
        if (g->told && cupel_header_match(&g->s->tell.header, h, i) == SIZE_MAX) {
            cupel_say(g->job, CUPEL_WARNING, "column '%s' of '%s' is not an input: '%s' has no column of that name", h->name[i], g->s->pool.file,
                      g->s->tell.file);
            continue;
        }
        g->input[g->n_inputs++] = h->name[i];
    }
    if (g->n_inputs) return CUPEL_OK;
    return cupel_fail(err, CUPEL_BAD_INPUT, "'%s' and '%s' share no column beside the goal: an experiment is told by the columns that both have; "
                                            "name them alike",
                      g->s->pool.file, g->told ? g->s->tell.file : "the results");
}

cupel_status cupel_suggest_columns(cupel_suggesting *g, cupel_err *err)
{
    const cupel_trial_table *pool = &g->s->pool;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(find_goals(g, err));
    if (g->o->cost) CUPEL_TRY(cupel_column_find(&pool->header, pool->file, "", g->o->cost, "name it with --cost", &g->cost, err));
    CUPEL_TRY(find_id(g, err));
    CUPEL_TRY(find_stated(g, err));
    CUPEL_TRY(find_inputs(g, err));
    say_left_out(g);
done:
    return st;
}
