#include "core/engine/loop.h"
#include "core/engine/loop_noise.h"
#include "core/engine/suggest_domain.h"
#include "core/engine/suggest_space.h"
#include "core/engine/trial_cells.h"

#include "core/base/err.h"
#include "core/base/guess.h"
#include "core/base/mem.h"
#include "core/matter/column_match.h"
#include "core/matter/columns.h"
#include "core/sys/file.h"
#include "core/sys/lock.h"
#include "models/search/pareto.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Gains below this share of the range of what is known, or of the noise of a measurement, are not worth an experiment. */
static const double LEAST_GAIN = 1e-3, LEAST_OF_NOISE = 0.1;
/* Of lying in a window. */
static const double LEAST_CHANCE = 0.01;

enum { POOL, TELL, PENDING };

typedef struct suggesting {
    const cupel_suggest_options *o;
    const cupel_job *job;
    cupel_suggestion *s;
    cupel_loop loop;
    cupel_demand *demand;            /* of the space */
    cupel_space_goal asked;          /* by the demand, where the caller names no goal */
    const char *const *given;        /* [n_given] inputs as said by the caller or the loop; NULL: to be found */
    size_t n_given, n_goals;
    bool maximize[CUPEL_GOALS_MAX], windowed;
    double low, high;                /* of the window */
    bool told, waits;                /* there are results; there is a table of experiments under way */
    size_t goal[CUPEL_GOALS_MAX], failed, cost; /* columns of the results, of the pool; SIZE_MAX: none */
    const char **input;              /* [n_inputs] names */
    size_t n_inputs;
    double *known, *y, *pending, *pool, *price; /* as cupel_choose_task */
    cupel_column_match stated[CUPEL_GOALS_MAX]; /* the column of the pool that says a goal of every candidate; .at SIZE_MAX: it is expected */
    double *value[CUPEL_GOALS_MAX];             /* [candidates left] of the stated goals, in the unit of the results */
    size_t n_known;                  /* rows of known: measured and failed */
    size_t n_pending;
} suggesting;

/* ---- which column is what ---- */

static cupel_status find_goals(suggesting *g, cupel_err *err)
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

static bool is_goal(const suggesting *g, const char *name)
{
    for (size_t k = 0; k < g->n_goals; k++)
        if (strcmp(name, g->told ? g->s->tell.header.name[g->goal[k]] : g->s->goal[k]) == 0) return true;
    return false;
}

/* A name: words or whole numbers without a unit. A price or a mass that the results lack is none. */
static bool names_rows(const cupel_trial_table *t, size_t col)
{
    double x;
    if (*t->header.unit[col]) return false;
    for (size_t i = 0; i < t->records.n_rows; i++) {
        const cupel_text a = cupel_text_trim(cupel_cell(&t->records, i, col));
        if (cupel_parse_double(a, &x) && x != floor(x)) return false;
    }
    return true;
}

/* Column i of the pool is a goal: that of the results which has its name, or its label alone. */
static bool is_goal_column(const suggesting *g, size_t i)
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
static cupel_status find_stated(suggesting *g, cupel_err *err)
{
    const cupel_trial_table *pool = &g->s->pool, *tell = &g->s->tell;
    size_t n = 0, at[CUPEL_GOALS_MAX];
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

static cupel_status find_id(suggesting *g, cupel_err *err)
{
    cupel_suggestion *s = g->s;
    const cupel_header *h = &s->pool.header;
    size_t alone = SIZE_MAX, n = 0;
    if (g->o->id) return cupel_column_find(h, s->pool.file, "", g->o->id, "name it with --id", &s->id, err);
    s->id = cupel_header_find(h, "id");
    if (s->id != SIZE_MAX || !g->told) return CUPEL_OK;
    for (size_t i = 0; i < h->n; i++)
        if (i != g->cost && !is_goal_column(g, i) && cupel_header_match(&s->tell.header, h, i) == SIZE_MAX) alone = i, n++;
    if (n == 1 && !g->given && names_rows(&s->pool, alone)) s->id = alone;
    return CUPEL_OK;
}

static bool is_input(const suggesting *g, const char *name)
{
    for (size_t i = 0; i < g->n_inputs; i++)
        if (strcmp(g->input[i], name) == 0) return true;
    return false;
}

/* Columns that say nothing here, of the pool where the inputs are given, and of the results: one may be misspelt. */
static void say_left_out(const suggesting *g)
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

static cupel_status given_inputs(suggesting *g, cupel_err *err)
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

static cupel_status find_inputs(suggesting *g, cupel_err *err)
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

/* ---- rows ---- */

static cupel_text cell_of(const cupel_trial_table *t, size_t row, size_t col) { return cupel_text_trim(cupel_cell(&t->records, row, col)); }

/* The values of a row of results, NaN where they are empty; how many are. */
static cupel_status read_values(const suggesting *g, size_t row, double *y, size_t *empty, cupel_err *err)
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
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

/* Results: measured or failed ones become known, those that wait become pending. */
static cupel_status take_results(suggesting *g, cupel_err *err)
{
    cupel_suggestion *s = g->s;
    const size_t d = s->inputs.d, goals = g->n_goals, n = g->told ? s->tell.records.n_rows : 0, waiting = g->waits ? s->pending.records.n_rows : 0;
    size_t empty, n_partly = 0;
    g->known = cupel_alloc(cupel_mul(n, d), sizeof *g->known);
    g->y = cupel_alloc(cupel_mul(n, goals), sizeof *g->y);
    g->pending = cupel_alloc(cupel_mul(n + waiting, d), sizeof *g->pending);
    if (!g->known || !g->y || !g->pending) return cupel_no_memory(err, "results", cupel_mul(n, d * sizeof *g->known));
    for (size_t i = 0; i < n; i++) {
        double *y = g->y + g->n_known * goals;
        cupel_status st = read_values(g, i, y, &empty, err);
        bool failed = false;
        if (st == CUPEL_OK && g->failed != SIZE_MAX) st = cupel_trial_failed(&s->tell, i, g->failed, &failed, err);
        if (st != CUPEL_OK) return st;
        const bool partly = empty && empty < goals && !failed, waits = partly || (empty && !failed && g->failed != SIZE_MAX);
        n_partly += partly;
        for (size_t k = 0; k < goals && (failed || empty); k++) y[k] = NAN;
        memcpy(waits ? g->pending + g->n_pending++ * d : g->known + g->n_known++ * d, s->inputs.x[TELL] + i * d, d * sizeof *g->known);
        s->n_known += !waits && !failed && !empty;
        s->n_failed += !waits && (failed || empty);
    }
    if (waiting) memcpy(g->pending + g->n_pending * d, s->inputs.x[g->told ? PENDING : TELL], waiting * d * sizeof *g->pending);
    g->n_pending += waiting;
    s->n_pending = g->n_pending;
    if (n_partly)
        cupel_say(g->job, CUPEL_WARNING, "%zu row%s of '%s' with some of the goals: under way until all are measured; say failed in a column of that "
                                         "name where no more will come", n_partly, n_partly == 1 ? "" : "s", s->tell.file);
    return CUPEL_OK;
}

/* Inputs have a range of about 1; converted ones differ in the last digits. */
static const double SAME = 1e-9;

static bool among(const double *rows, size_t n, size_t d, const double *x)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < d && fabs(rows[i * d + k] - x[k]) <= SAME) k++;
        if (k == d) return true;
    }
    return false;
}

static cupel_status read_cost(const suggesting *g, size_t row, double *cost, cupel_err *err)
{
    const cupel_trial_table *t = &g->s->pool;
    const cupel_text c = cell_of(t, row, g->cost);
    if (cupel_parse_double(c, cost) && *cost > 0) return CUPEL_OK;
    return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": '%s' is '%.*s', expected a cost above 0", t->file, t->records.line[row],
                      t->header.name[g->cost],
                      (int)(c.n < 60 ? c.n : 60), c.p);
}

/* What candidate `row` of the pool states of the goals, as the next that is left. */
static cupel_status read_stated(suggesting *g, size_t row, cupel_err *err)
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
static cupel_status take_pool(suggesting *g, cupel_err *err)
{
    cupel_suggestion *s = g->s;
    const size_t d = s->inputs.d, m = s->pool.records.n_rows;
    g->pool = cupel_alloc(cupel_mul(m, d), sizeof *g->pool);
    g->price = cupel_alloc(m, sizeof *g->price);
    s->row = cupel_alloc(m, sizeof *s->row);
    if (!g->pool || !g->price || !s->row) return cupel_no_memory(err, "candidates", cupel_mul(m, d * sizeof *g->pool));
    for (size_t i = 0; i < m; i++) {
        const double *x = s->inputs.x[POOL] + i * d;
        const bool under_way = among(g->pending, g->n_pending, d, x), tried = among(g->known, g->n_known, d, x);
        if (under_way || (tried && !g->o->again)) {
            s->n_repeated++;
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
                                             "with --again",
                      s->pool.file, m);
}

/* ---- the choice ---- */

static cupel_status choose(suggesting *g, cupel_err *err)
{
    cupel_suggestion *s = g->s;
    cupel_choose_task t = {.n = g->n_known, .n_pending = g->n_pending, .m = s->n_left, .d = s->inputs.d, .n_blocks = s->inputs.n_blocks,
                                 .n_goals = g->n_goals,
                                 .known = g->known, .y = g->y, .pending = g->pending, .pool = g->pool, .cost = g->cost == SIZE_MAX ? NULL : g->price,
                                 .block = s->inputs.block, .maximize = g->maximize, .windowed = g->windowed, .low = g->low, .high = g->high};
    for (size_t k = 0; k < g->n_goals; k++) t.stated[k] = g->value[k];
    return cupel_choose(&t, &g->o->choose, g->job, &s->choice, err);
}

static double range_of(const suggesting *g, size_t goal)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < g->n_known; i++) {
        const double y = g->y[i * g->n_goals + goal];
        if (isnan(y)) continue;
        low = fmin(low, y);
        high = fmax(high, y);
    }
    return high - low;
}

static size_t inside_of(const suggesting *g)
{
    size_t n = 0;
    for (size_t i = 0; i < g->n_known; i++) n += g->y[i * g->n_goals] >= g->low && g->y[i * g->n_goals] <= g->high;
    return n;
}

static void say_several(suggesting *g, double most)
{
    const cupel_suggestion *s = g->s;
    cupel_str best = {0};
    for (size_t k = 0; k < g->n_goals; k++) cupel_str_addf(&best, "%s%s %.6g", k ? ", " : "", s->goal[k], s->choice.best[k]);
    cupel_say(g->job, CUPEL_NOTE, "best so far %s, each by itself; %zu of %zu results make the front; the batch adds at most %.3g to the volume "
                                  "that it "
              "dominates (each goal in units of its spread)%s", cupel_str_text(&best), cupel_pareto_front(g->y, g->n_known, g->n_goals, g->maximize),
              s->n_known, most,
              s->stop ? ": less than 0.001, no candidate is worth an experiment" : "");
    cupel_str_free(&best);
}

/* What a pick gains at most when the noise of a measurement is not known, in the unit of the goal: its deviation is then at least the error of
 * results left out, which bounds the noise. */
static cupel_status gain_at_most(const suggesting *g, double *most, double *error, cupel_err *err)
{
    const cupel_suggestion *s = g->s;
    const cupel_choice *c = &s->choice;
    const size_t d = s->inputs.d;
    const double turn = g->maximize[0] ? 1 : -1;
    double noise;
    double *x = cupel_alloc(cupel_mul(s->n_known, d + 1), sizeof *x), *y = x ? x + s->n_known * d : NULL;
    cupel_gauss_options p = cupel_gauss_defaults();
    p.seed = g->o->choose.seed, p.threads = g->job->threads, p.maximize = g->maximize[0];
    cupel_gauss_rows rows = {.d = d, .n_blocks = s->inputs.n_blocks, .x = x, .y = y, .block = s->inputs.block};
    if (!x) return cupel_no_memory(err, "results", s->n_known * (d + 1) * sizeof *x);
    for (size_t i = 0; i < g->n_known; i++) {
        if (isnan(g->y[i])) continue;
        memcpy(x + rows.n * d, g->known + i * d, d * sizeof *x);
        y[rows.n++] = g->y[i];
    }
    const cupel_status st = cupel_loop_noise(&rows, &p, error, &noise, err);
    for (size_t i = 0; i < c->n && st == CUPEL_OK; i++)
        *most = fmax(*most, cupel_expected_improvement(turn * c->pick[i].mean[0], fmax(c->pick[i].deviation[0], *error), turn * c->best[0]));
    cupel_free(x);
    return st;
}

/* Whether it is time to stop: `most` is what the batch is expected to gain. */
static cupel_status judge_stop(suggesting *g, double most, bool repeats, cupel_err *err)
{
    cupel_suggestion *s = g->s;
    double bound = 0, error;
    s->stop = most < s->stop_below && !s->choice.by_chance;
    if (s->stop && s->n_pending) {
        s->stop = false;
        cupel_say(g->job, CUPEL_NOTE, "the next is expected to gain less than %.3g, but %zu experiment%s under way: whether to stop is said when "
                                      "%s in", s->stop_below, s->n_pending, s->n_pending == 1 ? " is" : "s are", s->n_pending == 1 ? "it is"
                  : "they are");
    }
    if (!s->stop || repeats || g->n_goals > 1 || g->windowed) return CUPEL_OK;
    cupel_status st = gain_at_most(g, &bound, &error, err);
    s->stop = bound < s->stop_below;
    if (st == CUPEL_OK && !s->stop)
        cupel_say(g->job, CUPEL_NOTE, "no time to stop yet: the noise is not known without repeats, results left out are missed by %.3g, and with "
                                      "a deviation as large the next would gain %.2g; measure an experiment twice to know", error, bound);
    return st;
}

static void say_one(const suggesting *g, double most, bool repeats)
{
    const cupel_choice *c = &g->s->choice;
    char noise[40] = "not known without repeats";
    if (repeats) snprintf(noise, sizeof noise, "%.2g", c->noise[0]);
    cupel_say(g->job, CUPEL_NOTE, "best so far %g, noise of a measurement near it %s, the next is expected to gain %.2g%s", c->best[0], noise, most,
              g->s->stop ? ": less than a tenth of the noise or a thousandth of the range, time to stop" : "");
}

static cupel_status judge(suggesting *g, cupel_err *err)
{
    cupel_suggestion *s = g->s;
    const cupel_choice *c = &s->choice;
    double most = 0;
    s->stop_below = NAN;
    char a[32], b[32];
    cupel_say(g->job, CUPEL_NOTE, "%s candidate%s, %s result%s, %zu failed, %zu under way; %zu left out as tried", cupel_format_count(a,
        s->pool.records.n_rows),
              s->pool.records.n_rows == 1 ? "" : "s", cupel_format_count(b, s->n_known), s->n_known == 1 ? "" : "s", s->n_failed, s->n_pending,
                  s->n_repeated);
    if (!c->modelled) {
        cupel_say(g->job, CUPEL_NOTE, "no model yet (%zu result%s): candidates that fill the space", s->n_known, s->n_known == 1 ? "" : "s");
        return CUPEL_OK;
    }
    for (size_t i = 0; i < c->n; i++) most = fmax(most, c->pick[i].gain);
    const bool repeats = cupel_rows_repeat(g->known, g->n_known, s->inputs.d);
    s->stop_below = g->n_goals > 1 ? LEAST_GAIN : g->windowed ? LEAST_CHANCE : LEAST_GAIN * range_of(g, 0);
    if (g->n_goals == 1 && !g->windowed && repeats) s->stop_below = fmax(s->stop_below, LEAST_OF_NOISE * c->noise[0]);
    cupel_status st = judge_stop(g, most, repeats, err);
    if (st != CUPEL_OK) return st;
    if (g->n_goals > 1)
        say_several(g, most);
    else if (g->windowed)
        cupel_say(g->job, CUPEL_NOTE, "%zu of %zu results lie in the window; the most likely pick has a chance of %.2g%s", inside_of(g), s->n_known,
                  most, s->stop ? ": less than 0.01, no candidate is worth an experiment" : "");
    else
        say_one(g, most, repeats);
    if (c->by_chance)
        cupel_say(g->job, CUPEL_WARNING, "the inputs do not explain the results yet: each left out in turn is predicted no better than by their "
                                         "mean, so the batch is picked by chance");
    return CUPEL_OK;
}

/* What is wanted: said by the loop, by the caller, or by the demand of a space. */
static cupel_status take_goals(suggesting *g, cupel_err *err)
{
    const cupel_suggest_options *o = g->o;
    const cupel_loop *l = &g->loop;
    const char *name[CUPEL_GOALS_MAX];
    if (o->loop && (o->n_goals || o->directed))
        return cupel_fail(err, CUPEL_USAGE, "'%s' knows its goals; leave --target, --minimize and --maximize out", o->loop);
    if (!o->loop && !o->n_goals && !o->space) return cupel_fail(err, CUPEL_USAGE, "what is wanted? --target COLUMN with --minimize or --maximize");
    g->n_goals = o->loop ? l->n_goals : o->n_goals ? o->n_goals : 1;
    for (size_t k = 0; k < o->n_goals; k++) name[k] = o->goal[k].column, g->maximize[k] = o->goal[k].maximize;
    for (size_t k = 0; o->loop && k < l->n_goals; k++) name[k] = l->header.name[l->n_inputs + k], g->maximize[k] = l->maximize[k];
    if (!o->loop && !o->n_goals) {
        cupel_status st = cupel_space_goal_of(g->demand, &g->asked, err);
        if (st != CUPEL_OK) return st;
        name[0] = g->asked.column, g->maximize[0] = g->asked.maximize;
        g->windowed = g->asked.windowed, g->low = g->asked.low, g->high = g->asked.high;
    }
    if (o->windowed) {
        if (g->n_goals > 1) return cupel_fail(err, CUPEL_USAGE, "a window is for one goal, there are %zu", g->n_goals);
        g->windowed = true, g->low = o->low, g->high = o->high;
    }
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

static cupel_status read_candidates(suggesting *g, cupel_err *err)
{
    const cupel_suggest_options *o = g->o;
    if (o->space) return cupel_space_pool(g->demand, o->sample, o->choose.seed, g->job, &g->s->pool, err);
    cupel_status st = cupel_trial_table_read(o->pool, o->table_format, &g->s->pool, err);
    if (st == CUPEL_OK && !g->s->pool.records.n_rows) st = cupel_fail(err, CUPEL_BAD_INPUT, "'%s' has no candidates; each row is one", o->pool);
    return st;
}

static cupel_status read_tables(suggesting *g, cupel_err *err)
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
    if (o->space) CUPEL_TRY(cupel_demand_open(o->space, &g->demand, err));
    CUPEL_TRY(take_goals(g, err));
    g->given = o->loop ? (const char *const *)g->loop.header.name : o->input;
    g->n_given = o->loop ? g->loop.n_inputs : o->n_inputs;
    CUPEL_TRY(read_candidates(g, err));
    if (o->tell) CUPEL_TRY(cupel_trial_table_read(o->tell, o->table_format, &s->tell, err));
    if (g->asked.column) CUPEL_TRY(cupel_space_known(g->demand, &g->asked, &s->pool.header, &s->tell, err));
    if (o->pending) CUPEL_TRY(cupel_trial_table_read(o->pending, o->table_format, &s->pending, err));
    if (o->loop) CUPEL_TRY(cupel_loop_table(&g->loop, o->loop, false, &s->tell, err));
    if (o->loop) CUPEL_TRY(cupel_loop_table(&g->loop, o->loop, true, &s->pending, err));
    g->told = o->tell || o->loop || g->asked.column;
    g->waits = o->pending || o->loop;
done:
    return st;
}

/* Row `row` of the pool as inputs of the loop, in its units; numbers that are converted go to `text`. */
static cupel_status loop_cells(const suggesting *g, size_t row, cupel_str *text, cupel_text *cell, cupel_err *err)
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
static cupel_status name_pick(suggesting *g, size_t row, cupel_err *err)
{
    char number[32];
    snprintf(number, sizeof number, "%zu", row + 1);
    return cupel_loop_name(&g->loop, g->s->id == SIZE_MAX ? cupel_text_of(number) : cell_of(&g->s->pool, row, g->s->id), err);
}

/* The picks are under way from now on. */
static cupel_status take_picks(suggesting *g, cupel_err *err)
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
    if (st == CUPEL_OK) st = cupel_loop_save(&g->loop, g->o->loop, err);
    if (st == CUPEL_OK)
        cupel_say(g->job, CUPEL_NOTE, "%zu experiment%s under way in '%s' besides", s->choice.n, s->choice.n == 1 ? "" : "s", g->o->loop);
    cupel_str_free(&text);
    cupel_free(cell);
    return st;
}

static cupel_status make_inputs(suggesting *g, cupel_err *err)
{
    cupel_suggestion *s = g->s;
    const cupel_trial_table *table[CUPEL_INPUT_TABLES] = {&s->pool};
    size_t n = 1;
    if (g->told) table[n++] = &s->tell;
    if (g->waits) table[n++] = &s->pending;
    return cupel_inputs_make(table, n, g->input, g->n_inputs, g->o->formula, g->demand && g->demand->n_properties ? g->demand->property[0].data.dot
                             : g->o->dot, g->job, &s->inputs, err);
}

cupel_status cupel_suggest(const cupel_suggest_options *o, const cupel_job *job, cupel_suggestion *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_suggestion s = {.id = SIZE_MAX};
    suggesting g = {.o = o, .job = job, .s = &s, .cost = SIZE_MAX};
    cupel_file_lock *lock = NULL;
    if (o->take && o->loop) CUPEL_TRY(cupel_file_lock_take(o->loop, CUPEL_LOOP_PATIENCE, &lock, err));
    CUPEL_TRY(read_tables(&g, err));
    CUPEL_TRY(find_goals(&g, err));
    if (o->cost) CUPEL_TRY(cupel_column_find(&s.pool.header, s.pool.file, "", o->cost, "name it with --cost", &g.cost, err));
    CUPEL_TRY(find_id(&g, err));
    CUPEL_TRY(find_stated(&g, err));
    CUPEL_TRY(find_inputs(&g, err));
    say_left_out(&g);
    CUPEL_TRY(make_inputs(&g, err));
    CUPEL_TRY(take_results(&g, err));
    CUPEL_TRY(take_pool(&g, err));
    CUPEL_TRY(choose(&g, err));
    CUPEL_TRY(judge(&g, err));
    CUPEL_TRY(cupel_suggest_domain(&s, g.known, g.n_known, job, err));
    if (o->take) CUPEL_TRY(take_picks(&g, err));
    *out = s;
    s = (cupel_suggestion){0};
done:
    cupel_file_lock_give(lock);
    cupel_suggestion_release(&s);
    cupel_loop_release(&g.loop);
    cupel_demand_free(g.demand);
    cupel_free(g.asked.column);
    cupel_free(g.input);
    cupel_free(g.known);
    cupel_free(g.y);
    cupel_free(g.pending);
    cupel_free(g.pool);
    cupel_free(g.price);
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
