/* Telling the loop what was measured. */
#include "core/engine/loop.h"
#include "core/engine/loop_learn.h"
#include "core/engine/loop_near.h"
#include "core/engine/trial_cells.h"
#include "core/engine/trial_doubts.h"
#include "core/engine/trial_id.h"

#include "core/base/err.h"
#include "core/base/guess.h"
#include "core/base/mem.h"
#include "core/matter/column_match.h"
#include "core/matter/columns.h"
#include "core/sys/file.h"
#include "core/sys/lock.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Two values of one experiment differ when they are further apart than this share of the larger. */
static const double ROUNDING = 1e-9;

enum { OWN_SAID = 3 }; /* rows named that are none of the experiments under way */

typedef struct telling {
    const cupel_tell_options *o;
    const cupel_job *job;
    cupel_loop loop;
    cupel_trial_table t;
    cupel_column_match *match;  /* [header.n] column of the results for each of the loop; .at SIZE_MAX: a goal that a withdrawal does not give */
    bool *number;               /* [header.n] a cell has to be a number: a goal, a unit, or the loop holds numbers there */
    size_t failed;              /* column of the results; SIZE_MAX */
    size_t name;                /* column of the results that names experiments; SIZE_MAX */
    size_t id;                  /* column of ids by which the table names experiments that were taken, in place of inputs; SIZE_MAX */
    size_t old;                 /* rows of the loop before */
    size_t partly;              /* rows with some of their goals */
    cupel_text *cell;           /* [header.n] the row at work */
    bool *claimed;              /* [old] a row of this table says the same: each copy that the loop has answers for one copy of the table */
    bool *told;                 /* [rows of the table] it claimed one */
    bool *awaited;              /* [old] under way, and a row of this table has just these inputs */
    double *tolerance;          /* [n_inputs] loop_near.h */
    size_t own;                 /* rows that are experiments of their own, where some are under way */
    cupel_str text;             /* converted numbers */
    cupel_tell_result r;
} telling;

/* ---- a new loop ---- */

static bool is_goal(const cupel_tell_options *o, const cupel_header *h, size_t col)
{
    for (size_t k = 0; k < o->n_goals; k++)
        if (cupel_header_find(h, o->goal[k].column) == col) return true;
    return false;
}

static bool is_given(const cupel_tell_options *o, const cupel_header *h, size_t col)
{
    for (size_t k = 0; k < o->n_inputs; k++)
        if (cupel_header_find(h, o->input[k]) == col) return true;
    return false;
}

static bool is_name(const telling *g, size_t col) { return col == g->name || strcmp(g->t.header.name[col], "id") == 0; }

/* The column of names: the caller's, the loop's, or one that is called so and is no input. */
static cupel_status find_name(telling *g, cupel_err *err)
{
    const cupel_header *h = &g->t.header;
    const cupel_loop *l = &g->loop;
    g->name = SIZE_MAX;
    if (g->o->id) return cupel_column_find(h, g->t.file, "", g->o->id, "name it with --id", &g->name, err);
    if (l->id_column && (g->name = cupel_header_find(h, l->id_column)) != SIZE_MAX) return CUPEL_OK;
    bool *skip = cupel_alloc(h->n, sizeof *skip);
    if (!skip) return cupel_no_memory(err, "columns of results", h->n);
    for (size_t i = 0; i < h->n; i++)
        skip[i] = i == g->failed || is_goal(g->o, h, i) || is_given(g->o, h, i) || cupel_suggestion_column(h, i) ||
                  (l->n_inputs && cupel_header_match(&l->header, h, i) != SIZE_MAX);
    const cupel_status st = cupel_trial_id(&g->t, skip, &g->name, err);
    cupel_free(skip);
    return st;
}

static cupel_status begin_inputs(telling *g, cupel_err *err)
{
    const cupel_header *h = &g->t.header;
    cupel_status st = CUPEL_OK;
    size_t at;
    for (size_t i = 0; i < g->o->n_inputs; i++) {
        CUPEL_TRY(cupel_column_find(h, g->t.file, "", g->o->input[i], "name the inputs with --columns", &at, err));
        CUPEL_TRY(cupel_header_add(&g->loop.header, cupel_text_of(h->name[at]), err));
    }
    for (size_t i = 0; i < h->n && !g->o->input; i++)
        if (!is_goal(g->o, h, i) && i != g->failed && !is_name(g, i) && !cupel_suggestion_column(h, i))
            CUPEL_TRY(cupel_header_add(&g->loop.header, cupel_text_of(h->name[i]), err));
    g->loop.n_inputs = g->loop.header.n;
    if (!g->loop.n_inputs)
        st = cupel_fail(err, CUPEL_BAD_INPUT, "'%s' has no column beside the goal: an experiment is told by its inputs", g->t.file);
done:
    return st;
}

/* What a loop begins with: a column of failures that is misspelt would be one of the inputs. */
static void say_begun(const telling *g)
{
    const cupel_header *h = &g->t.header;
    const cupel_loop *l = &g->loop;
    cupel_str s = {0};
    for (size_t k = 0; k < l->n_inputs; k++) {
        cupel_guess guess = {.meant = l->header.name[k]};
        if (g->failed == SIZE_MAX) cupel_guess_offer(&guess, "failed");
        if (guess.best)
            cupel_say(g->job, CUPEL_WARNING, "'%s' becomes an input of the loop; where it says which experiments failed, name it with --failed",
                      l->header.name[k]);
        const bool formula = cupel_trial_formula(l->header.name[k], g->o->formula);
        cupel_str_addf(&s, "%s'%s' (%s)", k ? ", " : "", l->header.name[k],
                       formula ? "formulas" : cupel_trial_numbers(&g->t, cupel_header_find(h, l->header.name[k])) ? "numbers" : "words");
    }
    for (size_t k = l->n_inputs; k < l->header.n; k++)
        cupel_str_addf(&s, "%s '%s' %s", k > l->n_inputs ? "," : l->n_goals > 1 ? "; goals" : "; goal", l->header.name[k],
                       l->maximize[k - l->n_inputs] ? "as large as possible" : "as small as possible");
    if (g->failed != SIZE_MAX) cupel_str_addf(&s, "; failures are said by '%s'", h->name[g->failed]);
    if (g->name != SIZE_MAX) cupel_str_addf(&s, "; '%s' names the experiments", h->name[g->name]);
    cupel_say(g->job, CUPEL_NOTE, "a new loop of %zu input%s: %s", l->n_inputs, l->n_inputs == 1 ? "" : "s", cupel_str_text(&s));
    cupel_str_free(&s);
}

static cupel_status begin_loop(telling *g, cupel_err *err)
{
    const cupel_header *h = &g->t.header;
    cupel_status st = CUPEL_OK;
    size_t at;
    if (!g->o->n_goals)
        return cupel_fail(err, CUPEL_USAGE, "'%s' is not there yet: say what is wanted, --target COLUMN with --minimize or --maximize, and it is "
                                            "begun", g->o->loop);
    for (size_t k = 0; k < g->o->n_goals; k++)
        CUPEL_TRY(cupel_column_find(h, g->t.file, "target", g->o->goal[k].column, "name it with --target", &at, err));
    CUPEL_TRY(begin_inputs(g, err));
    for (size_t k = 0; k < g->o->n_goals; k++) {
        CUPEL_TRY(cupel_header_add(&g->loop.header, cupel_text_of(h->name[cupel_header_find(h, g->o->goal[k].column)]), err));
        g->loop.maximize[k] = g->o->goal[k].maximize;
    }
    g->loop.n_goals = g->o->n_goals;
    for (size_t k = 0; k < g->loop.n_inputs; k++)
        CUPEL_TRY(cupel_trial_commas(&g->t, cupel_header_find(h, g->loop.header.name[k]), err));
    say_begun(g);
done:
    return st;
}

/* ---- columns and units ---- */

/* Every column of the table is one of the loop's, or says nothing of the experiment: a goal that is not there was not misspelt. */
static bool only_inputs(const telling *g)
{
    const cupel_header *h = &g->t.header;
    for (size_t i = 0; i < h->n; i++)
        if (i != g->failed && !is_name(g, i) && !cupel_suggestion_column(h, i) &&
            cupel_header_match(&g->loop.header, h, i) == SIZE_MAX)
            return false;
    return true;
}

/* The rows that the loop holds have numbers in this input. */
static bool holds_numbers(const telling *g, size_t k)
{
    const cupel_loop *l = &g->loop;
    size_t n = 0;
    double x;
    if (cupel_trial_formula(l->header.name[k], g->o->formula)) return false;
    for (size_t i = 0; i < l->n; i++) {
        if (l->state[i] == CUPEL_TRIAL_WITHDRAWN) continue;
        if (!cupel_parse_double(cupel_text_of(l->cell[i * l->header.n + k]), &x)) return false;
        n++;
    }
    return n > 0;
}

static cupel_status match_column(telling *g, size_t k, cupel_err *err)
{
    const cupel_header *h = &g->t.header;
    const cupel_header *own = &g->loop.header;
    const bool goal = k >= g->loop.n_inputs;
    if (g->o->withdraw && goal && cupel_header_match(h, own, k) == SIZE_MAX && only_inputs(g)) {
        g->match[k] = (cupel_column_match){.at = SIZE_MAX};
        return CUPEL_OK;
    }
    if (!goal && g->id != SIZE_MAX) {
        g->match[k] = (cupel_column_match){.at = SIZE_MAX};
        return CUPEL_OK;
    }
    cupel_status st = cupel_column_match_find(h, g->t.file, own, k, "the loop's", "the loop has a column of that name", &g->match[k], err);
    g->number[k] = goal || *own->unit[k] || holds_numbers(g, k);
    if (st == CUPEL_OK && g->match[k].converts)
        cupel_say(g->job, CUPEL_NOTE, "column '%s' is converted to %s", h->name[g->match[k].at], own->unit[k]);
    return st;
}

/* Columns of the table that are none of the loop's: one of them may be a misspelt column of failures. */
static void say_left_out(const telling *g)
{
    const cupel_header *h = &g->t.header;
    cupel_str s = {0};
    cupel_guess guess;
    size_t n = 0;
    for (size_t i = 0; i < h->n; i++) {
        bool used = i == g->failed || is_name(g, i) || cupel_suggestion_column(h, i);
        for (size_t k = 0; k < g->loop.header.n && !used; k++) used = g->match[k].at == i;
        if (used) continue;
        guess = (cupel_guess){.meant = h->name[i]};
        if (g->failed == SIZE_MAX) cupel_guess_offer(&guess, "failed");
        cupel_str_addf(&s, "%s'%s'", n++ ? ", " : "", h->name[i]);
        if (guess.best) cupel_str_puts(&s, " (did you mean 'failed'?)");
    }
    if (n) cupel_say(g->job, CUPEL_WARNING, "'%s': %s %s not of the loop and left out", g->t.file, cupel_str_text(&s), n == 1 ? "is" : "are");
    cupel_str_free(&s);
}

/* A table with ids and none of the inputs tells by id, where experiments were taken by one. */
static void find_ids(telling *g)
{
    const cupel_header *h = &g->t.header;
    bool named = false;
    for (size_t i = 0; i < g->loop.n && !named; i++) named = *g->loop.id[i] != '\0';
    g->id = !named ? SIZE_MAX : g->name != SIZE_MAX ? g->name : cupel_header_find(h, "id");
    for (size_t k = 0; k < g->loop.n_inputs; k++)
        if (cupel_header_match(h, &g->loop.header, k) != SIZE_MAX) g->id = SIZE_MAX;
}

static cupel_status match_columns(telling *g, cupel_err *err)
{
    const size_t w = g->loop.header.n;
    cupel_status st = CUPEL_OK;
    g->match = cupel_alloc(w, sizeof *g->match);
    g->cell = cupel_alloc(w, sizeof *g->cell);
    g->number = cupel_alloc(w, sizeof *g->number);
    if (!g->match || !g->cell || !g->number) return cupel_no_memory(err, "columns of the loop", 0);
    find_ids(g);
    for (size_t k = 0; k < w && st == CUPEL_OK; k++) st = match_column(g, k, err);
    if (st == CUPEL_OK) say_left_out(g);
    return st;
}

/* ---- rows ---- */

static cupel_text cell_of(const telling *g, size_t row, size_t col)
{
    return col == SIZE_MAX ? cupel_text_of("") : cupel_text_trim(cupel_cell(&g->t.records, row, col));
}

static cupel_status bad_cell(const telling *g, size_t row, size_t k, const char *what, cupel_err *err)
{
    const cupel_text c = cell_of(g, row, g->match[k].at);
    return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": '%s' is '%.*s', %s; nothing was told", g->t.file, g->t.records.line[row],
                      g->t.header.name[g->match[k].at], (int)(c.n < 60 ? c.n : 60), c.p, what);
}

/* A cell that has to be a number is one; any other that is one is checked too. What is withdrawn may be the slip itself. */
static cupel_status read_number(const telling *g, size_t row, size_t k, double *x, cupel_err *err)
{
    const bool goal = k >= g->loop.n_inputs, must = goal || g->match[k].converts || (g->number[k] && !g->o->withdraw);
    if (!must && (g->o->withdraw || !cupel_parse_double(cell_of(g, row, g->match[k].at), x))) return CUPEL_OK;
    return cupel_trial_number(&g->t, row, g->match[k].at, goal ? "a finite number, or nothing where a goal failed; nothing was told"
                              : "a number, as the loop holds in this column; nothing was told", x, err);
}

/* The row of the loop that was taken under the id of row `row`; SIZE_MAX where inputs say which it is. */
static cupel_status row_of_id(const telling *g, size_t row, size_t *at, cupel_err *err)
{
    *at = SIZE_MAX;
    if (g->id == SIZE_MAX) return CUPEL_OK;
    const cupel_text c = cell_of(g, row, g->id);
    bool several;
    *at = cupel_loop_find_id(&g->loop, c, &several);
    if (*at != SIZE_MAX && !several) return CUPEL_OK;
    return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": %s of the loop was taken as id '%.*s'; tell it by its inputs; nothing was told",
                      g->t.file, g->t.records.line[row], several ? "more than one experiment" : "no experiment", (int)(c.n < 60 ? c.n : 60), c.p);
}

/* The row in the columns and units of the loop. *empty: how many goals have no value. */
static cupel_status read_row(telling *g, size_t row, size_t *empty, cupel_err *err)
{
    const size_t w = g->loop.header.n;
    size_t begin, named;
    *empty = 0;
    cupel_str_clear(&g->text);
    cupel_status by_id = row_of_id(g, row, &named, err);
    if (by_id != CUPEL_OK) return by_id;
    if (!cupel_grow(&g->text.p, &g->text.cap, 32 * w + 1, 1)) return cupel_no_memory(err, "a row", 32 * w); /* so that slices of it stay */
    for (size_t k = 0; k < w; k++) {
        double x = 0;
        if (named != SIZE_MAX && k < g->loop.n_inputs) {
            g->cell[k] = cupel_text_of(g->loop.cell[named * w + k]);
            continue;
        }
        g->cell[k] = cell_of(g, row, g->match[k].at);
        const bool missing = cupel_text_missing(g->cell[k]), goal = k >= g->loop.n_inputs;
        if (missing && !goal) return bad_cell(g, row, k, "and an experiment needs all of its inputs ('unknown' is a word like others)", err);
        *empty += missing;
        if (missing) g->cell[k] = cupel_text_of("");
        if (!missing) {
            cupel_status st = read_number(g, row, k, &x, err);
            if (st != CUPEL_OK) return st;
        }
        if (missing || !g->match[k].converts) continue;
        begin = g->text.n;
        cupel_str_number(&g->text, cupel_column_value(&g->match[k], x));
        g->cell[k] = (cupel_text){g->text.p + begin, g->text.n - begin};
    }
    return g->text.failed ? cupel_no_memory(err, "a row", 0) : CUPEL_OK;
}

/* The first goal in which the row at work and that of the loop differ; header.n: in none. */
static size_t first_difference(const telling *g, size_t row)
{
    const cupel_loop *l = &g->loop;
    for (size_t k = l->n_inputs; k < l->header.n; k++) {
        double a = NAN, b = NAN;
        const bool one = cupel_parse_double(cupel_text_of(l->cell[row * l->header.n + k]), &a), two = cupel_parse_double(g->cell[k], &b);
        if (one != two || (one && fabs(a - b) > ROUNDING * fmax(fabs(a), fabs(b)))) return k;
    }
    return l->header.n;
}

static bool same_values(const telling *g, size_t row) { return first_difference(g, row) == g->loop.header.n; }

static cupel_status put_row(telling *g, size_t row, cupel_trial_state state, cupel_err *err)
{
    cupel_loop *l = &g->loop;
    for (size_t k = 0; k < l->header.n; k++) {
        char *text = cupel_strndup(g->cell[k].n ? g->cell[k].p : "", g->cell[k].n);
        if (!text) return cupel_no_memory(err, "a row of the loop", 0);
        cupel_free(l->cell[row * l->header.n + k]);
        l->cell[row * l->header.n + k] = text;
    }
    l->state[row] = (unsigned char)state;
    l->told[row] = (int64_t)l->n_history - 1;
    return CUPEL_OK;
}

/* The name that row i of the table gives, where the loop's row has none. */
static cupel_status name_row(telling *g, size_t i, size_t row, cupel_err *err)
{
    const cupel_text name = g->name == SIZE_MAX ? cupel_text_of("") : cell_of(g, i, g->name);
    return *g->loop.id[row] || cupel_text_missing(name) ? CUPEL_OK : cupel_loop_name(&g->loop, row, name, err);
}

static cupel_status add_row(telling *g, size_t i, cupel_trial_state state, cupel_err *err)
{
    cupel_status st = cupel_loop_add(&g->loop, g->cell, state, err);
    return st == CUPEL_OK ? name_row(g, i, g->loop.n - 1, err) : st;
}

/* Repeats of the experiment at work beside row `there` that the table at hand does not have: they go with the one that is replaced. */
static size_t withdraw_others(telling *g, size_t there)
{
    size_t n = 0;
    for (size_t at = cupel_loop_find(&g->loop, g->cell, 0); at < g->old; at = cupel_loop_find(&g->loop, g->cell, at + 1)) {
        if (at == there || g->claimed[at] || g->loop.state[at] == CUPEL_TRIAL_PENDING) continue;
        g->loop.state[at] = CUPEL_TRIAL_WITHDRAWN;
        n++;
    }
    return n;
}

static cupel_status conflict(telling *g, size_t i, size_t there, cupel_trial_state state, cupel_err *err)
{
    const cupel_loop *l = &g->loop;
    const size_t differs = first_difference(g, there), k = differs < l->header.n ? differs : l->n_inputs;
    const char *was = l->state[there] == CUPEL_TRIAL_FAILED ? "failed" : l->cell[there * l->header.n + k];
    const cupel_text now = state == CUPEL_TRIAL_FAILED ? cupel_text_of("failed") : g->cell[k];
    char what[256];
    snprintf(what, sizeof what, "%s:%" PRIu64 ": '%s' of this experiment was %.60s (row %zu of the loop, told from '%.60s'), and is %.*s now",
             g->t.file, g->t.records.line[i], l->header.label[k], was, there + 1, l->file[l->told[there]], (int)(now.n < 60 ? now.n : 60), now.p);
    g->r.conflicts++;
    if (g->o->conflict == CUPEL_CONFLICT_FAIL)
        return cupel_fail(err, CUPEL_BAD_INPUT, "%s; nothing was told; --conflict keep takes both as measured, --conflict replace takes the new one",
                          what);
    if (g->o->conflict == CUPEL_CONFLICT_KEEP) {
        cupel_say(g->job, CUPEL_WARNING, "%s; both are kept", what);
        return add_row(g, i, state, err);
    }
    const size_t others = withdraw_others(g, there);
    g->r.replaced++;
    g->r.withdrawn += others;
    if (others)
        cupel_say(g->job, CUPEL_WARNING, "%s; the new one replaces it, and %zu more result%s of this experiment that the table does not have %s "
                                         "withdrawn", what, others, others == 1 ? "" : "s", others == 1 ? "is" : "are");
    else cupel_say(g->job, CUPEL_WARNING, "%s; the new one replaces it", what);
    return put_row(g, there, state, err);
}

/* A row that is there already, where the new value was to replace another that is there beside it. */
static void say_beside(const telling *g, size_t i, size_t there)
{
    const cupel_loop *l = &g->loop;
    for (size_t at = cupel_loop_find(l, g->cell, 0); at != SIZE_MAX; at = cupel_loop_find(l, g->cell, at + 1)) {
        const size_t k = first_difference(g, at);
        if (at == there || at >= g->old || k == l->header.n || l->state[at] == CUPEL_TRIAL_PENDING) continue;
        cupel_say(g->job, CUPEL_WARNING, "%s:%" PRIu64 ": this result is there already (row %zu of the loop), beside another of this experiment: "
                                                       "'%s' %.60s (row %zu); nothing is replaced, --withdraw takes one of them back", g->t.file,
                  g->t.records.line[i], there + 1, l->header.label[k], l->state[at] == CUPEL_TRIAL_FAILED ? "failed" : l->cell[at * l->header.n + k],
                  at + 1);
        return;
    }
}

/* What row i of the table says: g->cell, and which state the experiment is in. */
static cupel_status read_trial(telling *g, size_t i, cupel_trial_state *state, bool *partly, cupel_err *err)
{
    size_t empty;
    cupel_status st = read_row(g, i, &empty, err);
    bool failed = false;
    if (st == CUPEL_OK && g->failed != SIZE_MAX) st = cupel_trial_failed(&g->t, i, g->failed, &failed, err);
    if (st != CUPEL_OK) return st;
    *partly = empty && empty < g->loop.n_goals && !failed;
    const bool waits = *partly || (empty && !failed && g->failed != SIZE_MAX);
    *state = waits ? CUPEL_TRIAL_PENDING : failed || empty ? CUPEL_TRIAL_FAILED : CUPEL_TRIAL_MEASURED;
    for (size_t k = g->loop.n_inputs; k < g->loop.header.n && *state != CUPEL_TRIAL_MEASURED; k++) g->cell[k] = cupel_text_of("");
    return CUPEL_OK;
}

/* A result that the loop has already, copy for copy: of a table with three copies of what the loop has twice, one is new. All rows are claimed before
 * any is added, so that the order of the rows does not matter. */
static cupel_status claim_row(telling *g, size_t i, cupel_err *err)
{
    cupel_trial_state state;
    bool partly;
    cupel_status st = read_trial(g, i, &state, &partly, err);
    if (st != CUPEL_OK || state == CUPEL_TRIAL_PENDING) return st;
    for (size_t at = cupel_loop_find(&g->loop, g->cell, 0); at < g->old; at = cupel_loop_find(&g->loop, g->cell, at + 1)) {
        g->awaited[at] |= g->loop.state[at] == CUPEL_TRIAL_PENDING;
        if (g->claimed[at] || g->loop.state[at] != state || !same_values(g, at)) continue;
        if (g->o->conflict == CUPEL_CONFLICT_REPLACE) say_beside(g, i, at);
        g->claimed[at] = g->told[i] = true;
        g->r.repeated++;
        return CUPEL_OK;
    }
    return CUPEL_OK;
}

/* A row that is said to have failed, and has a value nevertheless. */
static void say_unused(const telling *g, size_t i)
{
    for (size_t k = g->loop.n_inputs; k < g->loop.header.n; k++) {
        const cupel_text c = cell_of(g, i, g->match[k].at);
        if (cupel_text_missing(c)) continue;
        cupel_say(g->job, CUPEL_WARNING, "%s:%" PRIu64 ": failed, so that its '%s', %.*s, is not used; where it is a measurement, take it back with "
                                                       "--withdraw and tell it without the failure", g->t.file, g->t.records.line[i],
                  g->loop.header.name[k], (int)(c.n < 60 ? c.n : 60), c.p);
    }
}

/* Row i of the table is the answer to the experiment under way in row `at` of the loop. */
static cupel_status resolve(telling *g, size_t i, size_t at, cupel_trial_state state, cupel_err *err)
{
    g->r.resolved++;
    g->r.failed += state == CUPEL_TRIAL_FAILED;
    if (at < g->old) g->claimed[at] = true;
    const cupel_status st = name_row(g, i, at, err);
    return st == CUPEL_OK ? put_row(g, at, state, err) : st;
}

static size_t under_way(const telling *g)
{
    size_t n = 0;
    for (size_t i = 0; i < g->old; i++) n += g->loop.state[i] == CUPEL_TRIAL_PENDING && !g->awaited[i];
    return n;
}

/* The experiment under way that row i of the table answers with inputs that are not quite those; what it was or was not taken for is said. */
static size_t taken_for(telling *g, size_t i)
{
    const size_t waits = under_way(g), id = g->name != SIZE_MAX ? g->name : cupel_header_find(&g->t.header, "id");
    if (!waits) return SIZE_MAX;
    const cupel_loop *l = &g->loop;
    const cupel_loop_near near = cupel_loop_nearest(l, g->old, g->awaited, g->tolerance, g->cell, cell_of(g, i, id));
    cupel_str words = {0};
    char what[64] = "";
    if (near.nearest != SIZE_MAX) {
        cupel_loop_apart(l, near.nearest, g->cell, &words);
        snprintf(what, sizeof what, "row %zu of the loop%s%.20s", near.nearest + 1, *l->id[near.nearest] ? ", id " : "", l->id[near.nearest]);
    }
    if (near.at != SIZE_MAX)
        cupel_say(g->job, CUPEL_NOTE, "%s:%" PRIu64 ": taken for the experiment under way (%s)%s: %s; the loop learns what was done", g->t.file,
                  g->t.records.line[i], what, near.by_id ? ", of the same id" : "", cupel_str_text(&words));
    else if (g->own++ < OWN_SAID && near.nearest != SIZE_MAX)
        cupel_say(g->job, CUPEL_WARNING, "%s:%" PRIu64 ": not taken for the nearest of %zu under way (%s): %s, %s; where it was that one, take this "
                                         "row back with --withdraw and tell it with its id", g->t.file, g->t.records.line[i], waits, what,
                  cupel_str_text(&words), near.between ? "and another experiment is about as near"
                  : near.by_id ? "further than 10 % of what the loop spans" : "further than 1 % of what the loop spans");
    cupel_str_free(&words);
    return near.at;
}

static cupel_status tell_row(telling *g, size_t i, cupel_err *err)
{
    size_t other = SIZE_MAX;
    cupel_trial_state state;
    bool partly;
    cupel_status st = read_trial(g, i, &state, &partly, err);
    if (st != CUPEL_OK) return st;
    g->partly += partly;
    if (state == CUPEL_TRIAL_FAILED) say_unused(g, i);
    for (size_t at = cupel_loop_find(&g->loop, g->cell, 0); at != SIZE_MAX; at = cupel_loop_find(&g->loop, g->cell, at + 1)) {
        const bool of_this_table = at >= g->old || g->claimed[at]; /* repeats, and no conflict */
        if (state == CUPEL_TRIAL_PENDING) {
            g->r.repeated++;
            return CUPEL_OK;
        }
        if (g->loop.state[at] == CUPEL_TRIAL_PENDING) return resolve(g, i, at, state, err);
        if (!of_this_table) other = at;
    }
    if (other == SIZE_MAX && state != CUPEL_TRIAL_PENDING) {
        const size_t at = taken_for(g, i);
        if (at != SIZE_MAX) return resolve(g, i, at, state, err);
    }
    g->r.added++;
    g->r.failed += state == CUPEL_TRIAL_FAILED;
    if (other == SIZE_MAX) return add_row(g, i, state, err);
    g->claimed[other] = g->o->conflict == CUPEL_CONFLICT_REPLACE;
    return conflict(g, i, other, state, err);
}

/* Results of goal column k of the loop, x [n]. */
static size_t results_of(const cupel_loop *l, size_t k, double *x)
{
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++)
        if (l->state[i] == CUPEL_TRIAL_MEASURED && cupel_parse_double(cupel_text_of(l->cell[i * l->header.n + k]), &x[n])) n++;
    return n;
}

/* Another result of the experiment at work is doubted too: measured again, it is no slip. */
static bool is_confirmed(const telling *g, size_t k, const cupel_doubt_scale *s)
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

static void say_doubt(telling *g, size_t i, size_t k, double y, const char *reason)
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
static cupel_status say_doubts(telling *g, size_t k, cupel_err *err)
{
    double *x = cupel_alloc(g->loop.n + 1, sizeof *x), y;
    char reason[CUPEL_DOUBT_REASON];
    size_t empty;
    cupel_status st = CUPEL_OK;
    if (!x) return cupel_no_memory(err, "results of the loop", g->loop.n * sizeof *x);
    const cupel_doubt_scale s = cupel_doubt_scale_of(x, results_of(&g->loop, k, x));
    for (size_t i = 0; i < g->t.records.n_rows && st == CUPEL_OK; i++) {
        if (g->told[i] || (st = read_row(g, i, &empty, err)) != CUPEL_OK || !cupel_parse_double(g->cell[k], &y)) continue;
        if (cupel_doubt_value(&s, y, reason) && !is_confirmed(g, k, &s)) say_doubt(g, i, k, y, reason);
    }
    cupel_free(x);
    return st;
}

/* A row that is left out. */
static void note_bad(void *user, const char *message)
{
    telling *g = user;
    cupel_say(g->job, CUPEL_WARNING, "%s; this row is left out", message);
    if (g->r.n_bad < CUPEL_TELL_BAD) snprintf(g->r.bad[g->r.n_bad], CUPEL_TELL_BAD_TEXT, "%.*s", CUPEL_TELL_BAD_TEXT - 1, message);
    g->r.n_bad++;
}

/* Claims row i, or leaves it out where it cannot be understood and that is wanted. */
static cupel_status claim_or_skip(telling *g, size_t i, cupel_err *err)
{
    cupel_err why = {0};
    const cupel_status st = claim_row(g, i, &why);
    if (st == CUPEL_BAD_INPUT && g->o->skip_bad) {
        char *end = strstr(why.message, "; nothing was told"); /* the other rows are */
        if (end) *end = '\0';
        note_bad(g, why.message);
        g->told[i] = true;
        return CUPEL_OK;
    }
    if (st != CUPEL_OK && err) *err = why;
    return st;
}

static cupel_status tell_rows(telling *g, cupel_err *err)
{
    const size_t n = g->t.records.n_rows;
    cupel_status st = CUPEL_OK;
    g->claimed = cupel_alloc(g->old, sizeof *g->claimed);
    g->told = cupel_alloc(n, sizeof *g->told);
    g->awaited = cupel_alloc(g->old, sizeof *g->awaited);
    g->tolerance = cupel_alloc(g->loop.n_inputs, sizeof *g->tolerance);
    if (!g->claimed || !g->told || !g->awaited || !g->tolerance) return cupel_no_memory(err, "rows of a table", n);
    cupel_loop_tolerance(&g->loop, g->tolerance);
    for (size_t i = 0; i < n && st == CUPEL_OK; i++) st = claim_or_skip(g, i, err);
    for (size_t i = 0; i < n && st == CUPEL_OK; i++)
        if (!g->told[i]) st = tell_row(g, i, err);
    if (st == CUPEL_OK && g->own)
        cupel_say(g->job, CUPEL_NOTE, "%zu row%s of '%s' %s none of those under way: %s", g->own, g->own == 1 ? "" : "s", g->t.file,
                  g->own == 1 ? "is" : "are", g->own == 1 ? "an experiment of its own" : "experiments of their own");
    for (size_t k = g->loop.n_inputs; k < g->loop.header.n && st == CUPEL_OK; k++) st = say_doubts(g, k, err);
    return st;
}

/* Goals that the row gives must be those of the loop's row; an empty one is any. */
static bool values_fit(const telling *g, size_t row)
{
    const cupel_loop *l = &g->loop;
    for (size_t k = l->n_inputs; k < l->header.n; k++) {
        double a = NAN, b = NAN;
        if (!g->cell[k].n) continue;
        cupel_parse_double(cupel_text_of(l->cell[row * l->header.n + k]), &a);
        cupel_parse_double(g->cell[k], &b);
        if (!(fabs(a - b) <= ROUNDING * fmax(fabs(a), fabs(b)))) return false;
    }
    return true;
}

static cupel_status withdraw_row(telling *g, size_t i, cupel_err *err)
{
    size_t empty, n = 0;
    cupel_status st = read_row(g, i, &empty, err);
    if (st != CUPEL_OK) return st;
    for (size_t at = cupel_loop_find(&g->loop, g->cell, 0); at != SIZE_MAX; at = cupel_loop_find(&g->loop, g->cell, at + 1)) {
        if (!values_fit(g, at)) continue;
        g->loop.state[at] = CUPEL_TRIAL_WITHDRAWN;
        n++;
    }
    g->r.withdrawn += n;
    if (n) return CUPEL_OK;
    return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": the loop holds no experiment with these inputs%s; nothing was withdrawn", g->t.file,
                      g->t.records.line[i], empty ? "" : " and this value");
}

static void telling_release(telling *g)
{
    cupel_loop_release(&g->loop);
    cupel_trial_table_release(&g->t);
    cupel_free(g->match);
    cupel_free(g->number);
    cupel_free(g->cell);
    cupel_free(g->claimed);
    cupel_free(g->told);
    cupel_free(g->awaited);
    cupel_free(g->tolerance);
    cupel_str_free(&g->text);
}

cupel_status cupel_tell(const cupel_tell_options *o, const cupel_job *job, cupel_tell_result *r, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_file_lock *lock = NULL;
    telling g = {.o = o, .job = job};
    CUPEL_TRY(cupel_file_lock_take(o->loop, CUPEL_LOOP_PATIENCE, &lock, err));
    const cupel_bad_rows bad = {note_bad, &g};
    CUPEL_TRY(cupel_trial_table_read_good(o->results, o->table_format, job, o->skip_bad ? &bad : NULL, &g.t, err));
    if (o->failed) CUPEL_TRY(cupel_column_find(&g.t.header, g.t.file, "", o->failed, "name it with --failed", &g.failed, err));
    else g.failed = cupel_header_find(&g.t.header, "failed");
    if (cupel_file_exists(o->loop)) {
        if (o->n_goals || o->input || o->directed)
            CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "'%s' knows its goals and inputs; leave --target, --minimize, --maximize and --columns out",
                                 o->loop));
        CUPEL_TRY(cupel_loop_open(o->loop, &g.loop, err));
        CUPEL_TRY(find_name(&g, err));
    } else {
        CUPEL_TRY(find_name(&g, err));
        if (o->withdraw) CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "'%s' is not there yet: there is nothing to withdraw", o->loop));
        CUPEL_TRY(begin_loop(&g, err));
    }
    if (g.name != SIZE_MAX && (o->id || !g.loop.id_column)) CUPEL_TRY(cupel_loop_name_column(&g.loop, g.t.header.name[g.name], err));
    g.old = g.loop.n;
    CUPEL_TRY(match_columns(&g, err));
    CUPEL_TRY(cupel_loop_note(&g.loop, o->results, g.t.digest, err));
    for (size_t i = 0; i < g.t.records.n_rows && o->withdraw; i++) CUPEL_TRY(withdraw_row(&g, i, err));
    if (!o->withdraw) CUPEL_TRY(tell_rows(&g, err));
    if (g.partly)
        cupel_say(job, CUPEL_WARNING, "%zu row%s of '%s' with some of the goals: under way until all are told together", g.partly,
                  g.partly == 1 ? "" : "s", g.t.file);
    CUPEL_TRY(cupel_loop_learn(&g.loop, o, job, &g.r, err));
    g.loop.seed = o->seed;
    CUPEL_TRY(cupel_loop_save(&g.loop, o->loop, err));
    *r = g.r;
done:
    cupel_file_lock_give(lock);
    telling_release(&g);
    return st;
}
