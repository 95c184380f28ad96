/* The columns of a table of results and those of the loop. */
#include "core/base/err.h"
#include "core/base/guess.h"
#include "core/base/mem.h"
#include "core/engine/loop_parts.h"
#include "core/engine/suggest.h"

/* Every column of the table is one of the loop's, or says nothing of the experiment: a goal that is not there was not misspelt. */
static bool only_inputs(const cupel_telling *g)
{
    const cupel_header *h = &g->t.header;
    for (size_t i = 0; i < h->n; i++)
        if (i != g->failed && !cupel_telling_is_name(g, i) && !cupel_suggestion_column(h, i) &&
            cupel_header_match(&g->loop.header, h, i) == SIZE_MAX)
            return false;
    return true;
}

/* The rows that the loop holds have numbers in this input. */
static bool holds_numbers(const cupel_telling *g, size_t k)
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

static cupel_status match_column(cupel_telling *g, size_t k, cupel_err *err)
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
    const size_t at = goal && cupel_suggestion_table(h) ? cupel_header_match(h, own, k) : 0;
    if (goal && cupel_suggestion_table(h) && (at == SIZE_MAX || cupel_suggestion_column(h, at)))
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%s' is a table of suggestions, in which nothing says what was measured: add a column '%s'",
                          g->t.file, own->name[k]);
    cupel_status st = cupel_column_match_find(h, g->t.file, own, k, "the loop's", "the loop has a column of that name", &g->match[k], err);
    if (st == CUPEL_BAD_INPUT && cupel_header_match(h, own, k) != SIZE_MAX) g->r.reasons[CUPEL_TRIAL_BAD_UNIT] = g->t.records.n_rows;
    g->number[k] = goal || *own->unit[k] || holds_numbers(g, k);
    if (st == CUPEL_OK && g->match[k].converts)
        cupel_say(g->job, CUPEL_NOTE, "column '%s' is converted to %s", h->name[g->match[k].at], own->unit[k]);
    return st;
}

/* Columns of the table that are none of the loop's: one of them may be a misspelt column of failures. */
static void say_left_out(const cupel_telling *g)
{
    const cupel_header *h = &g->t.header;
    cupel_str s = {0};
    cupel_guess guess;
    size_t n = 0;
    for (size_t i = 0; i < h->n; i++) {
        bool used = i == g->failed || cupel_telling_is_name(g, i) || cupel_suggestion_column(h, i);
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
static void find_ids(cupel_telling *g)
{
    const cupel_header *h = &g->t.header;
    bool named = false;
    for (size_t i = 0; i < g->loop.n && !named; i++) named = *g->loop.id[i] != '\0';
    g->id = !named ? SIZE_MAX : g->name != SIZE_MAX ? g->name : cupel_header_find(h, "id");
    for (size_t k = 0; k < g->loop.n_inputs; k++)
        if (cupel_header_match(h, &g->loop.header, k) != SIZE_MAX) g->id = SIZE_MAX;
}

cupel_status cupel_telling_match(cupel_telling *g, cupel_err *err)
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
