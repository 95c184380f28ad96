/* What is said of a choice, and whether it is time to stop. */
#include "core/engine/loop_noise.h"
#include "core/engine/suggest_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "models/search/pareto.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* An experiment is not worth its while below these: a gain as a share of the range of the results, as a share of the noise of a measurement, of
 * several goals as a share of the volume that the results dominate (of 0.001 to 0.03 on the sets of benchmarks/bench_goals.c, with and without noise:
 * what is then found is 0.95 of the whole or more where the inputs say what the goals are), and the chance of lying in a window. */
static const double LEAST_GAIN = 1e-3, LEAST_OF_NOISE = 0.1, LEAST_VOLUME = 2e-3, LEAST_CHANCE = 0.01;

/* Results in the window of the one goal. */
static size_t inside_of(const cupel_suggesting *g)
{
    size_t n = 0;
    for (size_t i = 0; i < g->n_known; i++) n += g->y[i * g->n_goals] >= g->low && g->y[i * g->n_goals] <= g->high;
    return n;
}

static void say_several(cupel_suggesting *g, double most)
{
    const cupel_suggestion *s = g->s;
    cupel_str best = {0};
    for (size_t k = 0; k < g->n_goals; k++) cupel_str_addf(&best, "%s%s %.6g", k ? ", " : "", s->goal[k], s->choice.best[k]);
    const size_t front = cupel_pareto_front(g->y, g->n_known, g->n_goals, g->maximize);
    cupel_say(g->job, CUPEL_NOTE, "best so far %s, each by itself; %zu of %zu results make the front; a pick is expected to add at most %.2g %% to "
                                  "the volume that it dominates%s", cupel_str_text(&best), front, s->n_known, 100 * most,
              s->stop ? ": less than 0.2 %, time to stop" : "");
    cupel_str_free(&best);
}

/* What a pick gains at most when the noise of a measurement is not known, in the unit of the goal: its deviation is then at least the error of
 * results left out, which bounds the noise. */
static cupel_status one_at_most(const cupel_suggesting *g, double *most, double *error, cupel_err *err)
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

/* The gain is below what is worth an experiment; with a deviation as large as the error of results left out it may not be. Of several goals that is
 * asked with repeats too: under noise of a tenth of the range the gain alone ended a campaign at 0.93 of the volume, with this the worst had 0.96. */
static cupel_status judge_doubt(cupel_suggesting *g, bool repeats, bool enough, cupel_err *err)
{
    cupel_suggestion *s = g->s;
    double bound = 0, error = NAN;
    cupel_status st = CUPEL_OK;
    if (g->windowed || (repeats && g->n_goals == 1)) return CUPEL_OK;
    for (size_t i = 0; i < s->choice.n && g->n_goals > 1; i++) bound = fmax(bound, s->choice.pick[i].at_most);
    if (g->n_goals == 1) st = one_at_most(g, &bound, &error, err);
    s->stop = bound < s->stop_below;
    if (st != CUPEL_OK || s->stop) return st;
    snprintf(s->stop_reason, sizeof s->stop_reason, "with deviations as large as the errors of results left out the gain is %.2g: not below "
                                                    "%.3g", bound, s->stop_below);
    if (enough) return CUPEL_OK;
    if (g->n_goals > 1)
        cupel_say(g->job, CUPEL_NOTE, "no time to stop yet: with deviations as large as the errors of results left out, a pick would add %.2g %%",
                  100 * bound);
    else
        cupel_say(g->job, CUPEL_NOTE, "no time to stop yet: the noise is not known without repeats, results left out are missed by %.3g, and with "
                                      "a deviation as large the next would gain %.2g; measure an experiment twice to know", error, bound);
    return CUPEL_OK;
}

/* The row of a best result that is far from all others, which decides what a gain is; n_known: none. */
static size_t doubted_best(const cupel_suggesting *g)
{
    for (size_t i = 0; i < g->n_known; i++)
        for (size_t k = 0; k < g->n_goals; k++)
            if (g->doubted[i * g->n_goals + k] && g->y[i * g->n_goals + k] == g->s->choice.best[k]) return i;
    return g->n_known;
}

/* Whether it is time to stop: `most` is what the batch is expected to gain. Where a result is enough nothing is said against it. */
static cupel_status judge_stop(cupel_suggesting *g, double most, bool repeats, bool enough, cupel_err *err)
{
    cupel_suggestion *s = g->s;
    const size_t room = sizeof s->stop_reason, doubted = g->windowed ? g->n_known : doubted_best(g);
    const bool small = most < s->stop_below;
    s->stop = small && !s->choice.by_chance && !s->n_pending && doubted == g->n_known;
    if (s->choice.by_chance) snprintf(s->stop_reason, room, "the inputs do not explain the results yet");
    else if (!small) snprintf(s->stop_reason, room, "the expected gain of %.2g is not below %.3g", most, s->stop_below);
    else if (doubted < g->n_known) snprintf(s->stop_reason, room, "the best result is far from all others: measure it again");
    else if (s->n_pending) snprintf(s->stop_reason, room, "%zu under way", s->n_pending);
    else snprintf(s->stop_reason, room, "no pick is expected to gain %.3g%s", s->stop_below, g->n_goals > 1 ? " of the dominated volume" : "");
    if (doubted < g->n_known && !enough)
        cupel_say(g->job, CUPEL_WARNING, "the best result is far from all others (%s, line %" PRIu64 "): what a pick gains beside it says little, "
                                         "and stop stays false; measure it again, or mend it", s->tell.file, s->tell.records.line[g->row[doubted]]);
    else if (small && s->n_pending && !s->choice.by_chance && !enough)
        cupel_say(g->job, CUPEL_NOTE, "the next is expected to gain less than %.3g, but %zu experiment%s under way: whether to stop is said when "
                                      "%s in", s->stop_below, s->n_pending, s->n_pending == 1 ? " is" : "s are",
                  s->n_pending == 1 ? "it is" : "they are");
    return s->stop ? judge_doubt(g, repeats, enough, err) : CUPEL_OK;
}

/* The row of a result as good as was asked for, which ends the loop, whatever is still to gain; one far from all others is to be measured again
 * first. n_known: none. */
static size_t enough_row(const cupel_suggesting *g)
{
    for (size_t i = 0; i < g->n_known && g->o->has_enough; i++) {
        const bool met = g->maximize[0] ? g->y[i] >= g->o->enough : g->y[i] <= g->o->enough;
        if (met && !(g->doubted && g->doubted[i])) return i;
    }
    return g->n_known;
}

static void stop_by(cupel_suggesting *g, size_t row)
{
    cupel_suggestion *s = g->s;
    const double y = g->y[row], enough = g->o->enough;
    s->stop = true;
    snprintf(s->stop_reason, sizeof s->stop_reason, "a result of %.6g is enough (%.6g)", y, enough);
    cupel_say(g->job, CUPEL_NOTE, "a result of %.6g is as good as the %.6g that is enough: time to stop", y, enough);
}

static void say_one(const cupel_suggesting *g, double most, bool repeats)
{
    const cupel_choice *c = &g->s->choice;
    char noise[40] = "not known without repeats";
    if (repeats) snprintf(noise, sizeof noise, "%.2g", c->noise[0]);
    cupel_say(g->job, CUPEL_NOTE, "best so far %g, noise of a measurement near it %s, the next is expected to gain %.2g%s", c->best[0], noise, most,
              g->s->stop ? ": less than a tenth of the noise or a thousandth of the range, time to stop" : "");
}

static cupel_status judge(cupel_suggesting *g, bool enough, cupel_err *err)
{
    cupel_suggestion *s = g->s;
    const cupel_choice *c = &s->choice;
    double most = 0;
    s->stop_below = NAN;
    snprintf(s->stop_reason, sizeof s->stop_reason, "no model yet");
    const size_t candidates = s->pool.records.n_rows;
    char a[32], b[32];
    cupel_say(g->job, CUPEL_NOTE, "%s candidate%s, %s result%s, %zu failed, %zu under way; %zu left out as tried", cupel_format_count(a, candidates),
              candidates == 1 ? "" : "s", cupel_format_count(b, s->n_known), s->n_known == 1 ? "" : "s", s->n_failed, s->n_pending, s->n_repeated);
    if (!c->modelled) {
        cupel_say(g->job, CUPEL_NOTE, "no model yet (%zu result%s): candidates that fill the space", s->n_known, s->n_known == 1 ? "" : "s");
        return CUPEL_OK;
    }
    for (size_t i = 0; i < c->n; i++) most = fmax(most, c->pick[i].gain);
    const bool repeats = cupel_rows_repeat(g->known, g->n_known, s->inputs.d);
    s->stop_below = g->n_goals > 1 ? LEAST_VOLUME : g->windowed ? LEAST_CHANCE : LEAST_GAIN * g->range[0];
    if (g->n_goals == 1 && !g->windowed && repeats) s->stop_below = fmax(s->stop_below, LEAST_OF_NOISE * c->noise[0]);
    cupel_status st = judge_stop(g, most, repeats, enough, err);
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

cupel_status cupel_suggest_judge(cupel_suggesting *g, cupel_err *err)
{
    const size_t enough = enough_row(g);
    const cupel_status st = judge(g, enough < g->n_known, err);
    if (st == CUPEL_OK && enough < g->n_known) stop_by(g, enough);
    return st;
}
