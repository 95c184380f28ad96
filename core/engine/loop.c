/* Telling the loop what was measured. */
#include "core/engine/loop.h"
#include "core/engine/loop_learn.h"
#include "core/engine/loop_near.h"
#include "core/engine/loop_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/matter/columns.h"
#include "core/sys/file.h"
#include "core/sys/lock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { OWN_SAID = 3 }; /* rows named that are none of the experiments under way */

static bool same_values(const cupel_telling *g, size_t row) { return cupel_telling_difference(g, row) == g->loop.header.n; }

static cupel_status put_row(cupel_telling *g, size_t row, cupel_trial_state state, cupel_err *err)
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
static cupel_status name_row(cupel_telling *g, size_t i, size_t row, cupel_err *err)
{
    const cupel_text name = g->name == SIZE_MAX ? cupel_text_of("") : cupel_telling_cell(g, i, g->name);
    return *g->loop.id[row] || cupel_text_missing(name) ? CUPEL_OK : cupel_loop_name(&g->loop, row, name, err);
}

static cupel_status add_row(cupel_telling *g, size_t i, cupel_trial_state state, cupel_err *err)
{
    cupel_status st = cupel_loop_add(&g->loop, g->cell, state, err);
    return st == CUPEL_OK ? name_row(g, i, g->loop.n - 1, err) : st;
}

/* Repeats of the experiment at work beside row `there` that the table at hand does not have: they go with the one that is replaced. */
static size_t withdraw_others(cupel_telling *g, size_t there)
{
    size_t n = 0;
    for (size_t at = cupel_loop_find(&g->loop, g->cell, 0); at < g->old; at = cupel_loop_find(&g->loop, g->cell, at + 1)) {
        if (at == there || g->claimed[at] || g->loop.state[at] == CUPEL_TRIAL_PENDING) continue;
        g->loop.state[at] = CUPEL_TRIAL_WITHDRAWN;
        n++;
    }
    return n;
}

static cupel_status conflict(cupel_telling *g, size_t i, size_t there, cupel_trial_state state, cupel_err *err)
{
    const cupel_loop *l = &g->loop;
    const size_t differs = cupel_telling_difference(g, there), k = differs < l->header.n ? differs : l->n_inputs;
    const char *was = l->state[there] == CUPEL_TRIAL_FAILED ? "failed" : l->cell[there * l->header.n + k];
    const cupel_text now = state == CUPEL_TRIAL_FAILED ? cupel_text_of("failed") : g->cell[k];
    char what[256];
    snprintf(what, sizeof what, "%s:%" PRIu64 ": '%s' of this experiment was %.60s (row %zu of the loop, told from '%.60s'), and is %.*s now",
             g->t.file, g->t.records.line[i], l->header.label[k], was, there + 1, l->file[l->told[there]], cupel_shown(now.n, 60), now.p);
    g->r.conflicts++;
    g->r.reasons[CUPEL_TRIAL_CONFLICT]++;
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
static void say_beside(const cupel_telling *g, size_t i, size_t there)
{
    const cupel_loop *l = &g->loop;
    for (size_t at = cupel_loop_find(l, g->cell, 0); at != SIZE_MAX; at = cupel_loop_find(l, g->cell, at + 1)) {
        const size_t k = cupel_telling_difference(g, at);
        if (at == there || at >= g->old || k == l->header.n || l->state[at] == CUPEL_TRIAL_PENDING) continue;
        cupel_say(g->job, CUPEL_WARNING, "%s:%" PRIu64 ": this result is there already (row %zu of the loop), beside another of this experiment: "
                                                       "'%s' %.60s (row %zu); nothing is replaced, --withdraw takes one of them back", g->t.file,
                  g->t.records.line[i], there + 1, l->header.label[k], l->state[at] == CUPEL_TRIAL_FAILED ? "failed" : l->cell[at * l->header.n + k],
                  at + 1);
        return;
    }
}

/* What row i of the table says: g->cell, and which state the experiment is in. */
static cupel_status read_trial(cupel_telling *g, size_t i, cupel_trial_state *state, bool *partly, cupel_err *err)
{
    size_t empty;
    cupel_status st = cupel_telling_read(g, i, &empty, err);
    bool failed = false;
    if (st == CUPEL_OK && g->failed != SIZE_MAX) {
        g->why = CUPEL_TRIAL_BAD_WORD;
        st = cupel_trial_failed(&g->t, i, g->failed, &failed, err);
    }
    if (st != CUPEL_OK) return st;
    *partly = empty && empty < g->loop.n_goals && !failed;
    const bool waits = *partly || (empty && !failed && g->failed != SIZE_MAX);
    *state = waits ? CUPEL_TRIAL_PENDING : failed || empty ? CUPEL_TRIAL_FAILED : CUPEL_TRIAL_MEASURED;
    for (size_t k = g->loop.n_inputs; k < g->loop.header.n && *state != CUPEL_TRIAL_MEASURED; k++) g->cell[k] = cupel_text_of("");
    return CUPEL_OK;
}

/* A result that the loop has already, copy for copy: of a table with three copies of what the loop has twice, one is new. All rows are claimed before
 * any is added, so that the order of the rows does not matter. */
static cupel_status claim_row(cupel_telling *g, size_t i, cupel_err *err)
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
        g->r.reasons[CUPEL_TRIAL_REPEATED]++;
        return CUPEL_OK;
    }
    return CUPEL_OK;
}

/* A row that is said to have failed, and has a value nevertheless. */
static void say_unused(const cupel_telling *g, size_t i)
{
    for (size_t k = g->loop.n_inputs; k < g->loop.header.n; k++) {
        const cupel_text c = cupel_telling_cell(g, i, g->match[k].at);
        if (cupel_text_missing(c)) continue;
        cupel_say(g->job, CUPEL_WARNING, "%s:%" PRIu64 ": failed, so that its '%s', %.*s, is not used; where it is a measurement, take it back with "
                                                       "--withdraw and tell it without the failure", g->t.file, g->t.records.line[i],
                  g->loop.header.name[k], cupel_shown(c.n, 60), c.p);
    }
}

/* Row i of the table is the answer to the experiment under way in row `at` of the loop. */
static cupel_status resolve(cupel_telling *g, size_t i, size_t at, cupel_trial_state state, cupel_err *err)
{
    g->r.resolved++;
    g->r.failed += state == CUPEL_TRIAL_FAILED;
    if (at < g->old) g->claimed[at] = true;
    const cupel_status st = name_row(g, i, at, err);
    return st == CUPEL_OK ? put_row(g, at, state, err) : st;
}

static size_t under_way(const cupel_telling *g)
{
    size_t n = 0;
    for (size_t i = 0; i < g->old; i++) n += g->loop.state[i] == CUPEL_TRIAL_PENDING && !g->awaited[i];
    return n;
}

/* The experiment under way that row i of the table answers with inputs that are not quite those; what it was or was not taken for is said. */
static size_t taken_for(cupel_telling *g, size_t i)
{
    const size_t waits = under_way(g), id = g->name != SIZE_MAX ? g->name : cupel_header_find(&g->t.header, "id");
    if (!waits) return SIZE_MAX;
    const cupel_loop *l = &g->loop;
    const cupel_loop_near near = cupel_loop_nearest(l, g->old, g->awaited, g->tolerance, g->cell, cupel_telling_cell(g, i, id));
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

static cupel_status tell_row(cupel_telling *g, size_t i, cupel_err *err)
{
    size_t other = SIZE_MAX;
    cupel_trial_state state;
    bool partly;
    cupel_status st = read_trial(g, i, &state, &partly, err);
    if (st != CUPEL_OK) return st;
    g->partly += partly;
    g->r.reasons[CUPEL_TRIAL_PARTLY_MEASURED] += partly;
    if (state == CUPEL_TRIAL_FAILED) say_unused(g, i);
    for (size_t at = cupel_loop_find(&g->loop, g->cell, 0); at != SIZE_MAX; at = cupel_loop_find(&g->loop, g->cell, at + 1)) {
        const bool of_this_table = at >= g->old || g->claimed[at]; /* repeats, and no conflict */
        if (state == CUPEL_TRIAL_PENDING) {
            g->r.repeated++;
            g->r.reasons[CUPEL_TRIAL_REPEATED]++;
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

/* A row that is left out. */
static void note_bad(void *user, const char *message)
{
    cupel_telling *g = user;
    cupel_say(g->job, CUPEL_WARNING, "%s; this row is left out", message);
    g->r.reasons[g->why]++;
    if (g->r.n_bad < CUPEL_TELL_BAD) g->r.bad_reason[g->r.n_bad] = g->why;
    if (g->r.n_bad < CUPEL_TELL_BAD) snprintf(g->r.bad[g->r.n_bad], CUPEL_TELL_BAD_TEXT, "%.*s", CUPEL_TELL_BAD_TEXT - 1, message);
    g->r.n_bad++;
}

/* Claims row i, or leaves it out where it cannot be understood and that is wanted. */
static cupel_status claim_or_skip(cupel_telling *g, size_t i, cupel_err *err)
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
    if (st == CUPEL_BAD_INPUT) g->r.reasons[g->why]++;
    if (st != CUPEL_OK && err) *err = why;
    return st;
}

static cupel_status tell_rows(cupel_telling *g, cupel_err *err)
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
    for (size_t k = g->loop.n_inputs; k < g->loop.header.n && st == CUPEL_OK; k++) st = cupel_telling_doubts(g, k, err);
    return st;
}

static cupel_status withdraw_row(cupel_telling *g, size_t i, cupel_err *err)
{
    size_t empty, n = 0;
    cupel_status st = cupel_telling_read(g, i, &empty, err);
    if (st == CUPEL_BAD_INPUT) g->r.reasons[g->why]++;
    if (st != CUPEL_OK) return st;
    for (size_t at = cupel_loop_find(&g->loop, g->cell, 0); at != SIZE_MAX; at = cupel_loop_find(&g->loop, g->cell, at + 1)) {
        if (!cupel_telling_fits(g, at)) continue;
        g->loop.state[at] = CUPEL_TRIAL_WITHDRAWN;
        n++;
    }
    g->r.withdrawn += n;
    if (n) return CUPEL_OK;
    g->r.reasons[CUPEL_TRIAL_UNKNOWN_EXPERIMENT]++;
    return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": the loop holds no experiment with these inputs%s; nothing was withdrawn", g->t.file,
                      g->t.records.line[i], empty ? "" : " and this value");
}

static void telling_release(cupel_telling *g)
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
    cupel_telling g = {.o = o, .job = job, .why = CUPEL_TRIAL_UNREADABLE_ROW};
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
        CUPEL_TRY(cupel_telling_find_name(&g, err));
    } else {
        CUPEL_TRY(cupel_telling_find_name(&g, err));
        if (o->withdraw) CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "'%s' is not there yet: there is nothing to withdraw", o->loop));
        CUPEL_TRY(cupel_telling_begin(&g, err));
    }
    if (g.name != SIZE_MAX && (o->id || !g.loop.id_column)) CUPEL_TRY(cupel_loop_name_column(&g.loop, g.t.header.name[g.name], err));
    g.old = g.loop.n;
    CUPEL_TRY(cupel_telling_match(&g, err));
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
    cupel_trial_reasons_tell(g.r.reasons, job);
    cupel_file_lock_give(lock);
    telling_release(&g);
    return st;
}
