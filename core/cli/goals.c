#include "core/cli/goals.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <string.h>

static cupel_status read_goals(const cupel_args *args, bool undirected, cupel_goal_args *g, cupel_err *err)
{
    const bool least = cupel_flag(args, "minimize"), most = cupel_flag(args, "maximize");
    const char *word;
    g->directed = least || most;
    size_t bare = 0, against = 0; /* goals that the flag decides; that say the opposite */
    if (least && most)
        return cupel_fail(err, CUPEL_USAGE, "--minimize and --maximize: give one of the two, or '--target NAME:min --target NAME:max' for several "
                                            "goals");
    for (; (word = cupel_opt_item(args, "target", g->n_goals)); g->n_goals++) {
        if (g->n_goals == CUPEL_GOALS_MAX) return cupel_fail(err, CUPEL_USAGE, "--target: more than %d goals", (int)CUPEL_GOALS_MAX);
        const bool min = cupel_text_ends(cupel_text_of(word), ":min"), max = cupel_text_ends(cupel_text_of(word), ":max");
        if (!min && !max && !least && !most && !undirected)
            return cupel_fail(err, CUPEL_USAGE, "--target %s: is it to be small or large? add --minimize or --maximize, or write '%s:min' or "
                                                "'%s:max'", word, word, word);
        char *column = cupel_strndup(word, strlen(word) - (min || max ? 4 : 0));
        if (!column) return cupel_no_memory(err, "the name of a goal", 0);
        g->name[g->n_goals] = column;
        bare += !min && !max;
        against += (min && most) || (max && least);
        g->goal[g->n_goals] = (cupel_goal_word){.column = column, .maximize = max || (!min && most)};
        if (undirected && (min || max || least || most))
            return cupel_fail(err, CUPEL_USAGE, "--window and a direction (%s): a window wants values in it, neither small nor large; give one "
                                                "of the two",
                              min || max ? word : least ? "--minimize" : "--maximize");
    }
    if (against && !bare)
        return cupel_fail(err, CUPEL_USAGE, "--%s contradicts '%s'; leave one of the two out", least ? "minimize" : "maximize",
                          cupel_opt_item(args, "target", 0));
    return CUPEL_OK;
}

static cupel_status read_inputs(const char *text, cupel_goal_args *g, cupel_err *err)
{
    size_t n = 1;
    if (!text) return CUPEL_OK;
    for (const char *p = text; *p; p++) n += *p == ',';
    g->inputs = cupel_strdup(text);
    g->input = cupel_alloc(n, sizeof *g->input);
    if (!g->inputs || !g->input) return cupel_no_memory(err, "names of columns", 0);
    for (char *p = g->inputs; p;) {
        char *comma = strchr(p, ',');
        if (comma) *comma = '\0';
        while (*p == ' ') p++;
        for (size_t k = strlen(p); k && p[k - 1] == ' '; k--) p[k - 1] = '\0';
        if (!*p) return cupel_fail(err, CUPEL_USAGE, "--columns '%s': an empty name; expected names joined by ','", text);
        g->input[g->n_inputs++] = p;
        p = comma ? comma + 1 : NULL;
    }
    return CUPEL_OK;
}

cupel_status cupel_goal_args_read(const cupel_args *args, bool undirected, cupel_goal_args *g, cupel_err *err)
{
    cupel_status st = read_goals(args, undirected, g, err);
    return st == CUPEL_OK ? read_inputs(cupel_opt_text(args, "columns"), g, err) : st;
}

void cupel_goal_args_release(cupel_goal_args *g)
{
    for (size_t i = 0; i < CUPEL_GOALS_MAX; i++) cupel_free(g->name[i]);
    cupel_free(g->input);
    cupel_free(g->inputs);
    *g = (cupel_goal_args){0};
}
