/* The next experiments: tables to numbers, the choice, and the picks written into a loop. */
#include "core/engine/suggest_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/suggest_domain.h"
#include "core/engine/trial_cells.h"
#include "core/sys/file.h"
#include "core/sys/lock.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { POOL, TELL, PENDING }; /* tables of the inputs; without results what is under way stands in the place of TELL */

/* ---- rows ---- */

static cupel_text cell_of(const cupel_trial_table *t, size_t row, size_t col) { return cupel_text_trim(cupel_cell(&t->records, row, col)); }

/* The values of a row of results, NaN where they are empty; how many are. */
static cupel_status read_values(const cupel_suggesting *g, size_t row, double *y, size_t *empty, cupel_err *err)
{
    const cupel_trial_table *t = &g->s->tell;
    *empty = 0;
    for (size_t k = 0; k < g->n_goals; k++) {
        const cupel_text c = cell_of(t, row, g->goal[k]);
        y[k] = NAN;
        if (cupel_text_missing(c)) {
            ++*empty;
            continue;
        }
        cupel_status st = cupel_trial_number(t, row, g->goal[k], "a finite number, or nothing where the experiment failed", &y[k], err);
        if (st == CUPEL_BAD_INPUT) cupel_trial_counted(g->job, CUPEL_TRIAL_BAD_NUMBER, 1);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

/* Results: measured or failed ones become known, those that wait become pending. */
static cupel_status take_results(cupel_suggesting *g, cupel_err *err)
{
    cupel_suggestion *s = g->s;
    const size_t d = s->inputs.d, goals = g->n_goals, n = g->told ? s->tell.records.n_rows : 0, waiting = g->waits ? s->pending.records.n_rows : 0;
    size_t empty, n_partly = 0;
    g->known = cupel_alloc(cupel_mul(n, d), sizeof *g->known);
    g->y = cupel_alloc(cupel_mul(n, goals), sizeof *g->y);
    g->pending = cupel_alloc(cupel_mul(n + waiting, d), sizeof *g->pending);
    g->row = cupel_alloc(n + 1, sizeof *g->row);
    if (!g->row || !g->known || !g->y || !g->pending) return cupel_no_memory(err, "results", cupel_mul(n, d * sizeof *g->known));
    for (size_t i = 0; i < n; i++) {
        double *y = g->y + g->n_known * goals;
        cupel_status st = read_values(g, i, y, &empty, err);
        bool failed = false;
        if (st == CUPEL_OK && g->failed != SIZE_MAX) st = cupel_trial_failed(&s->tell, i, g->failed, &failed, err);
        if (st != CUPEL_OK) return st;
        const bool partly = empty && empty < goals && !failed, waits = partly || (empty && !failed && g->failed != SIZE_MAX);
        n_partly += partly;
        for (size_t k = 0; k < goals && (failed || empty); k++) y[k] = NAN;
        g->row[g->n_known] = i;
        memcpy(waits ? g->pending + g->n_pending++ * d : g->known + g->n_known++ * d, s->inputs.x[TELL] + i * d, d * sizeof *g->known);
        s->n_known += !waits && !failed && !empty;
        s->n_failed += !waits && (failed || empty);
    }
    if (waiting) memcpy(g->pending + g->n_pending * d, s->inputs.x[g->told ? PENDING : TELL], waiting * d * sizeof *g->pending);
    g->n_pending += waiting;
    s->n_pending = g->n_pending;
    s->reasons[CUPEL_TRIAL_PARTLY_MEASURED] = n_partly;
    if (n_partly)
        cupel_say(g->job, CUPEL_WARNING, "%zu row%s of '%s' with some of the goals: under way until all are measured; say failed in a column of that "
                                         "name where no more will come", n_partly, n_partly == 1 ? "" : "s", s->tell.file);
    return CUPEL_OK;
}

/* Inputs have a range of about 1; converted ones differ in the last digits. */
static const double SAME = 1e-9;

bool cupel_suggest_same(const double *a, const double *b, size_t d)
{
    size_t k = 0;
    while (k < d && fabs(a[k] - b[k]) <= SAME) k++;
    return k == d;
}

static bool among(const double *rows, size_t n, size_t d, const double *x)
{
    for (size_t i = 0; i < n; i++)
        if (cupel_suggest_same(rows + i * d, x, d)) return true;
    return false;
}

/* Whether the candidate x [d] was tried; one that failed and was measured counts as measured. */
static cupel_trial_reason why_left_out(const cupel_suggesting *g, const double *x)
{
    const size_t d = g->s->inputs.d;
    cupel_trial_reason why = CUPEL_TRIAL_REASON_NONE;
    if (among(g->pending, g->n_pending, d, x)) return CUPEL_TRIAL_UNDER_WAY;
    for (size_t i = 0; i < g->n_known && !g->o->again; i++) {
        if (!cupel_suggest_same(g->known + i * d, x, d)) continue;
        if (!isnan(g->y[i * g->n_goals])) return CUPEL_TRIAL_WAS_MEASURED;
        why = CUPEL_TRIAL_HAS_FAILED;
    }
    return why;
}

static cupel_status read_cost(const cupel_suggesting *g, size_t row, double *cost, cupel_err *err)
{
    const cupel_trial_table *t = &g->s->pool;
    const cupel_text c = cell_of(t, row, g->cost);
    if (cupel_parse_double(c, cost) && *cost > 0) return CUPEL_OK;
    return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": '%s' is '%.*s', expected a cost above 0", t->file, t->records.line[row],
                      t->header.name[g->cost], cupel_shown(c.n, 60), c.p);
}

/* What candidate `row` of the pool states of the goals, as the next that is left. */
static cupel_status read_stated(cupel_suggesting *g, size_t row, cupel_err *err)
{
    const cupel_trial_table *t = &g->s->pool;
    for (size_t k = 0; k < g->n_goals; k++) {
        double x;
        if (g->stated[k].at == SIZE_MAX) continue;
        if (!g->value[k] && !(g->value[k] = cupel_alloc(t->records.n_rows, sizeof *g->value[k])))
            return cupel_no_memory(err, "a goal of the candidates", t->records.n_rows * sizeof x);
        cupel_status st = cupel_trial_number(t, row, g->stated[k].at, "a finite number", &x, err);
        if (st != CUPEL_OK) return st;
        g->value[k][g->s->n_left] = cupel_column_value(&g->stated[k], x);
    }
    return CUPEL_OK;
}

/* Candidates that were not tried. */
static cupel_status take_pool(cupel_suggesting *g, cupel_err *err)
{
    cupel_suggestion *s = g->s;
    const size_t d = s->inputs.d, m = s->pool.records.n_rows;
    g->pool = cupel_alloc(cupel_mul(m, d), sizeof *g->pool);
    g->price = cupel_alloc(m, sizeof *g->price);
    s->row = cupel_alloc(m, sizeof *s->row);
    if (!g->pool || !g->price || !s->row) return cupel_no_memory(err, "candidates", cupel_mul(m, d * sizeof *g->pool));
    for (size_t i = 0; i < m; i++) {
        const double *x = s->inputs.x[POOL] + i * d;
        const cupel_trial_reason why = why_left_out(g, x);
        if (why) {
            s->n_repeated++;
            s->reasons[why]++;
            continue;
        }
        cupel_status st = g->cost == SIZE_MAX ? CUPEL_OK : read_cost(g, i, &g->price[s->n_left], err);
        if (st == CUPEL_OK) st = read_stated(g, i, err);
        if (st != CUPEL_OK) return st;
        memcpy(g->pool + s->n_left * d, x, d * sizeof *x);
        s->row[s->n_left++] = i;
    }
    if (s->n_left) return CUPEL_OK;
    return cupel_fail(err, CUPEL_INFEASIBLE, "'%s': all %zu candidates were tried or are under way; add candidates, or let them be chosen again "
                                             "with --again", s->pool.file, m);
}

/* ---- the choice ---- */

static cupel_status choose(cupel_suggesting *g, cupel_err *err)
{
    cupel_suggestion *s = g->s;
    cupel_choose_task t = {.n = g->n_known, .n_pending = g->n_pending, .m = s->n_left, .d = s->inputs.d, .n_blocks = s->inputs.n_blocks,
                           .n_goals = g->n_goals, .known = g->known, .y = g->y, .pending = g->pending, .pool = g->pool,
                           .cost = g->cost == SIZE_MAX ? NULL : g->price, .block = s->inputs.block, .maximize = g->maximize,
                           .windowed = g->windowed, .low = g->low, .high = g->high};
    for (size_t k = 0; k < g->n_goals; k++) t.stated[k] = g->value[k];
    return cupel_choose(&t, &g->o->choose, g->job, &s->choice, err);
}

/* What is wanted: said by the loop, by the caller, or by the demand of a space. */
static cupel_status take_goals(cupel_suggesting *g, cupel_err *err)
{
    const cupel_suggest_options *o = g->o;
    const cupel_loop *l = &g->loop;
    const char *name[CUPEL_GOALS_MAX] = {NULL};
    if (o->loop && (o->n_goals || o->directed))
        return cupel_fail(err, CUPEL_USAGE, "'%s' knows its goals; leave --target, --minimize and --maximize out", o->loop);
    if (!o->loop && !o->n_goals && !o->space) return cupel_fail(err, CUPEL_USAGE, "what is wanted? --target COLUMN with --minimize or --maximize");
    g->n_goals = o->loop ? l->n_goals : o->n_goals ? o->n_goals : 1;
    for (size_t k = 0; k < o->n_goals; k++) name[k] = o->goal[k].column, g->maximize[k] = o->goal[k].maximize;
    for (size_t k = 0; o->loop && k < l->n_goals; k++) name[k] = l->header.name[l->n_inputs + k], g->maximize[k] = l->maximize[k];
    if (!o->loop && !o->n_goals) {
        cupel_status st = g->trials ? cupel_suggest_trials_goal(g->trials, &g->asked, err) : cupel_space_goal_of(g->demand, &g->asked, err);
        if (st != CUPEL_OK) return st;
        name[0] = g->asked.column, g->maximize[0] = g->asked.maximize;
        g->windowed = g->asked.windowed, g->low = g->asked.low, g->high = g->asked.high;
    }
    if (o->windowed) {
        if (g->n_goals > 1) return cupel_fail(err, CUPEL_USAGE, "a window is for one goal, there are %zu", g->n_goals);
        g->windowed = true, g->low = o->low, g->high = o->high;
    }
    if (o->has_enough && (g->n_goals > 1 || g->windowed))
        return cupel_fail(err, CUPEL_USAGE, "--enough is a value of one goal that is to be small or large; of a window it is said how many results "
                                            "lie in it");
    for (size_t k = 0; k < g->n_goals; k++) {
        if (!(g->s->goal[k] = cupel_strdup(name[k]))) return cupel_no_memory(err, "the name of a goal", 0);
        g->s->n_goals = k + 1;
    }
    return CUPEL_OK;
}

static cupel_status check_words(const cupel_suggest_options *o, cupel_err *err)
{
    if (!o->pool == !o->space) return cupel_fail(err, CUPEL_USAGE, "where are the candidates? one of --pool TABLE and --space DEMAND");
    if (o->loop && (o->tell || o->pending || o->input))
        return cupel_fail(err, CUPEL_USAGE, "'%s' knows results, inputs and what is under way; leave --tell, --pending and --columns out", o->loop);
    if (o->take && !o->loop) return cupel_fail(err, CUPEL_USAGE, "--take writes the picks into a loop: give one with --loop");
    if (o->space && o->tell && !o->n_goals) return cupel_fail(err, CUPEL_USAGE, "results of --tell need a goal: --target COLUMN with --minimize or "
                                                                                "--maximize");
    return CUPEL_OK;
}

static cupel_status read_candidates(cupel_suggesting *g, cupel_err *err)
{
    const cupel_suggest_options *o = g->o;
    if (g->trials) return cupel_suggest_trials(g, err);
    if (o->space) return cupel_space_pool(g->demand, o->sample, o->choose.seed, g->job, &g->s->pool, err);
    cupel_status st = cupel_trial_table_read(o->pool, o->table_format, g->job, &g->s->pool, err);
    if (st == CUPEL_OK && !g->s->pool.records.n_rows) st = cupel_fail(err, CUPEL_BAD_INPUT, "'%s' has no candidates; each row is one", o->pool);
    return st;
}

/* A space of formulas is a demand's. */
static cupel_status open_space(cupel_suggesting *g, cupel_err *err)
{
    char *text = NULL;
    size_t n = 0;
    cupel_status st = cupel_demand_text(g->o->space, &text, &n, err);
    if (st == CUPEL_OK) st = cupel_trial_space_read((cupel_text){text, n}, g->o->space, &g->trials, err);
    if (st == CUPEL_OK && !g->trials) st = cupel_demand_read((cupel_text){text, n}, g->o->space, &g->demand, err);
    cupel_free(text);
    return st;
}

static cupel_status read_results(cupel_suggesting *g, cupel_err *err)
{
    cupel_suggestion *s = g->s;
    const cupel_suggest_options *o = g->o;
    const char *tell = o->tell ? o->tell : g->asked.column && g->trials ? g->trials->data : NULL;
    cupel_status st = CUPEL_OK;
    if (tell) CUPEL_TRY(cupel_trial_table_read(tell, o->table_format, g->job, &s->tell, err));
    if (o->pending) CUPEL_TRY(cupel_trial_table_read(o->pending, o->table_format, g->job, &s->pending, err));
    if (o->loop) CUPEL_TRY(cupel_loop_table(&g->loop, o->loop, false, &s->tell, err));
    if (o->loop) CUPEL_TRY(cupel_loop_table(&g->loop, o->loop, true, &s->pending, err));
done:
    return st;
}

static cupel_status read_tables(cupel_suggesting *g, cupel_err *err)
{
    cupel_suggestion *s = g->s;
    const cupel_suggest_options *o = g->o;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(check_words(o, err));
    if (o->loop && !cupel_file_exists(o->loop))
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT,
                             "'%s' is not there; 'cupel tell %s results.csv --target COLUMN' with --minimize or --maximize begins a loop", o->loop,
                             o->loop));
    if (o->loop) CUPEL_TRY(cupel_loop_open(o->loop, &g->loop, err));
    if (o->space) CUPEL_TRY(open_space(g, err));
    CUPEL_TRY(take_goals(g, err));
    g->given = o->loop ? (const char *const *)g->loop.header.name : o->input;
    g->n_given = o->loop ? g->loop.n_inputs : o->n_inputs;
    CUPEL_TRY(read_results(g, err)); /* candidates may be drawn near to the best of them */
    CUPEL_TRY(read_candidates(g, err));
    if (g->asked.column && g->demand) CUPEL_TRY(cupel_space_known(g->demand, &g->asked, &s->pool.header, g->job, &s->tell, err));
    g->told = o->tell || o->loop || s->tell.file;
    g->waits = o->pending || o->loop;
done:
    return st;
}

/* Row `row` of the pool as inputs of the loop, in its units; numbers that are converted go to `text`. */
static cupel_status loop_cells(const cupel_suggesting *g, size_t row, cupel_str *text, cupel_text *cell, cupel_err *err)
{
    const cupel_trial_table *t = &g->s->pool;
    double x = 0;
    cupel_str_clear(text);
    if (!cupel_grow(&text->p, &text->cap, 32 * g->n_inputs + 1, 1)) return cupel_no_memory(err, "a row of the loop", 0); /* slices of it stay */
    for (size_t k = 0; k < g->n_inputs; k++) {
        cupel_column_match m = {.at = 0};
        cupel_status st = cupel_column_match_find(&t->header, t->file, &g->loop.header, k, "the loop's", "it is an input", &m, err);
        if (st != CUPEL_OK) return st;
        cell[k] = cell_of(t, row, m.at);
        if (!m.converts || !cupel_parse_double(cell[k], &x)) continue;
        const size_t begin = text->n;
        cupel_str_number(text, cupel_column_value(&m, x));
        cell[k] = (cupel_text){text->p + begin, text->n - begin};
    }
    return text->failed ? cupel_no_memory(err, "a row of the loop", 0) : CUPEL_OK;
}

/* The last row of the loop can be told by the id that is written for row `row` of the pool. */
static cupel_status name_pick(cupel_suggesting *g, size_t row, cupel_err *err)
{
    char number[32];
    snprintf(number, sizeof number, "%zu", row + 1);
    return cupel_loop_name(&g->loop, g->loop.n - 1, g->s->id == SIZE_MAX ? cupel_text_of(number) : cell_of(&g->s->pool, row, g->s->id), err);
}

/* The picks are under way from now on. */
static cupel_status take_picks(cupel_suggesting *g, cupel_err *err)
{
    const cupel_suggestion *s = g->s;
    cupel_str text = {0};
    cupel_text *cell = cupel_alloc(g->loop.header.n, sizeof *cell);
    if (!cell) return cupel_no_memory(err, "a row of the loop", 0);
    cupel_status st = cupel_loop_note(&g->loop, "suggest", "", err);
    for (size_t i = 0; i < s->choice.n && st == CUPEL_OK; i++) {
        st = loop_cells(g, s->row[s->choice.pick[i].row], &text, cell, err);
        if (st == CUPEL_OK) st = cupel_loop_add(&g->loop, cell, CUPEL_TRIAL_PENDING, err);
        if (st == CUPEL_OK) st = name_pick(g, s->row[s->choice.pick[i].row], err);
    }
    if (st == CUPEL_OK && s->id != SIZE_MAX && !g->loop.id_column) st = cupel_loop_name_column(&g->loop, s->pool.header.name[s->id], err);
    if (st == CUPEL_OK) st = cupel_loop_save(&g->loop, g->o->loop, err);
    if (st == CUPEL_OK)
        cupel_say(g->job, CUPEL_NOTE, "%zu experiment%s under way in '%s' besides", s->choice.n, s->choice.n == 1 ? "" : "s", g->o->loop);
    cupel_str_free(&text);
    cupel_free(cell);
    return st;
}

static cupel_status make_inputs(cupel_suggesting *g, cupel_err *err)
{
    cupel_suggestion *s = g->s;
    const cupel_trial_table *table[CUPEL_INPUT_TABLES] = {&s->pool};
    size_t n = 1;
    if (g->told) table[n++] = &s->tell;
    if (g->waits) table[n++] = &s->pending;
    const cupel_dot dot = g->demand && g->demand->n_properties ? g->demand->property[0].data.dot : g->o->dot;
    return cupel_inputs_make(&(cupel_input_choice){table, n, g->input, g->n_inputs, g->o->formula, dot}, g->job, &s->inputs, err);
}

cupel_status cupel_suggest(const cupel_suggest_options *o, const cupel_job *job, cupel_suggestion *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_suggestion s = {.id = SIZE_MAX};
    cupel_suggesting g = {.o = o, .job = job, .s = &s, .cost = SIZE_MAX};
    cupel_file_lock *lock = NULL;
    if (o->take && o->loop) CUPEL_TRY(cupel_file_lock_take(o->loop, CUPEL_LOOP_PATIENCE, &lock, err));
    CUPEL_TRY(read_tables(&g, err));
    CUPEL_TRY(cupel_suggest_columns(&g, err));
    CUPEL_TRY(make_inputs(&g, err));
    CUPEL_TRY(take_results(&g, err));
    CUPEL_TRY(take_pool(&g, err));
    CUPEL_TRY(cupel_suggest_known(&g, err));
    CUPEL_TRY(choose(&g, err));
    s.reasons[CUPEL_TRIAL_LIKELY_TO_FAIL] = s.choice.n_unlikely;
    CUPEL_TRY(cupel_suggest_judge(&g, err));
    CUPEL_TRY(cupel_suggest_domain(&s, g.known, g.n_known, job, err));
    if (o->take) CUPEL_TRY(take_picks(&g, err));
    *out = s;
    s = (cupel_suggestion){0};
done:
    cupel_trial_reasons_tell(st == CUPEL_OK ? out->reasons : s.reasons, job);
    cupel_file_lock_give(lock);
    cupel_suggestion_release(&s);
    cupel_loop_release(&g.loop);
    cupel_demand_free(g.demand);
    cupel_trial_space_free(g.trials);
    cupel_free(g.asked.column);
    cupel_free(g.input);
    cupel_free(g.known);
    cupel_free(g.y);
    cupel_free(g.pending);
    cupel_free(g.pool);
    cupel_free(g.price);
    cupel_free(g.row);
    cupel_free(g.doubted);
    for (size_t k = 0; k < CUPEL_GOALS_MAX; k++) cupel_free(g.value[k]);
    return st;
}

void cupel_suggestion_release(cupel_suggestion *s)
{
    cupel_trial_table_release(&s->pool);
    cupel_trial_table_release(&s->tell);
    cupel_trial_table_release(&s->pending);
    for (size_t k = 0; k < s->n_goals; k++) cupel_free(s->goal[k]);
    cupel_free(s->row);
    cupel_free(s->in_domain);
    cupel_inputs_release(&s->inputs);
    cupel_choice_release(&s->choice);
    *s = (cupel_suggestion){0};
}
