/* The columns of a new loop. */
#include "core/base/err.h"
#include "core/base/guess.h"
#include "core/base/mem.h"
#include "core/engine/loop_parts.h"
#include "core/engine/trial_id.h"
#include "core/matter/columns.h"

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

/* The column of names: the caller's, the loop's, or one that is called so and is no input. */
cupel_status cupel_telling_find_name(cupel_telling *g, cupel_err *err)
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

static cupel_status begin_inputs(cupel_telling *g, cupel_err *err)
{
    const cupel_header *h = &g->t.header;
    cupel_status st = CUPEL_OK;
    size_t at;
    for (size_t i = 0; i < g->o->n_inputs; i++) {
        CUPEL_TRY(cupel_column_find(h, g->t.file, "", g->o->input[i], "name the inputs with --columns", &at, err));
        CUPEL_TRY(cupel_header_add(&g->loop.header, cupel_text_of(h->name[at]), err));
    }
    for (size_t i = 0; i < h->n && !g->o->input; i++)
        if (!is_goal(g->o, h, i) && i != g->failed && !cupel_telling_is_name(g, i) && !cupel_suggestion_column(h, i))
            CUPEL_TRY(cupel_header_add(&g->loop.header, cupel_text_of(h->name[i]), err));
    g->loop.n_inputs = g->loop.header.n;
    if (!g->loop.n_inputs)
        st = cupel_fail(err, CUPEL_BAD_INPUT, "'%s' has no column beside the goal: an experiment is told by its inputs", g->t.file);
done:
    return st;
}

/* What a loop begins with: a column of failures that is misspelt would be one of the inputs. */
static void say_begun(const cupel_telling *g)
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

cupel_status cupel_telling_begin(cupel_telling *g, cupel_err *err)
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
