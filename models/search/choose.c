#include "models/search/choose_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/order.h"
#include "core/math/stats.h"
#include "models/search/gaussian_parts.h"

#include <string.h>

/* Fewer measured rows than this do not make a model. */
enum { LEAST_ROWS = 2 };
/* With fewer, every choice searches from all its starts: the lengths still jump from one row to the next. */
enum { ROWS_TO_REMEMBER = 12 };
/* The deviations that are said grow as the root of 1 + UNKNOWN_ROWS / rows. */
static const double UNKNOWN_ROWS = 8;
/* Streams of random numbers. */
enum { STREAM_TIES = 1001, STREAM_RANDOM = 1002, STREAM_THOMPSON = 2000, STREAM_CHANCE = 5000 };
/* Deviations above the mean that `auto` and `ucb` look. Of 0.5 to 3 on the campaigns of benchmarks/bench_loop.c, small ones are quicker on smooth
 * sets and lose their way on rugged ones; 1.5 is within the goal on every set. 2 is the usual one. */
static const double AUTO_DEVIATIONS = 1.5, UCB_DEVIATIONS = 2;
/* Of `auto` where all inputs are words, between them where some are: two words are as far apart as any others, so that neighbours say less. */
static const double WORD_DEVIATIONS = 2;
/* A draw of Thompson's is of so many candidates at most: those with the highest mean plus deviation. */
enum { DRAW_MAX = 1500 };
/* Of all views together: what 20,000 candidates and 1,500 results take. Beyond that each pick looks at the pool anew. */
static const size_t VIEWS_BYTES = (size_t)512 << 20;

cupel_choose_options cupel_choose_defaults(void)
{
    return (cupel_choose_options){.acquisition = CUPEL_ACQUIRE_AUTO, .batch = 1, .seed = 1, .process = cupel_gauss_defaults()};
}

void cupel_choice_release(cupel_choice *c)
{
    cupel_free(c->pick);
    cupel_free(c->relevance);
    *c = (cupel_choice){0};
}

/* ---- room ---- */

static void free_views(cupel_chooser *c)
{
    for (size_t g = 0; g < CUPEL_GOALS_MAX; g++)
        for (size_t k = 0; k < CUPEL_MEMBERS; k++) cupel_gauss_view_free(c->view[g][k]), c->view[g][k] = NULL;
}

static void chooser_release(cupel_chooser *c)
{
    free_views(c);
    cupel_free(c->x);
    cupel_free(c->all);
    for (size_t g = 0; g < CUPEL_GOALS_MAX; g++) {
        cupel_free(c->y[g]);
        cupel_free(c->value[g]);
        for (size_t k = 0; k < CUPEL_MEMBERS; k++) {
            cupel_free(c->theta[g][k]);
            cupel_gauss_free(c->process[g][k]);
        }
        cupel_free(c->mean[g]);
        cupel_free(c->deviation[g]);
    }
    cupel_free(c->one);
    cupel_free(c->success);
    cupel_free(c->score);
    cupel_free(c->gain);
    cupel_free(c->fresh);
    cupel_free(c->taken);
}

static bool make_room(cupel_chooser *c)
{
    const cupel_choose_task *t = c->t;
    const size_t rows = t->n + t->n_pending + c->o->batch;
    c->x = cupel_alloc(cupel_mul(rows, t->d), sizeof *c->x);
    c->success = cupel_alloc(t->m, sizeof *c->success);
    c->score = cupel_alloc(t->m, sizeof *c->score);
    c->gain = cupel_alloc(t->m, sizeof *c->gain);
    c->taken = cupel_alloc(t->m, sizeof *c->taken);
    c->fresh = cupel_alloc(t->m, sizeof *c->fresh);
    c->one = cupel_alloc(t->d, 1);
    c->n_members = t->n_blocks > 1 ? CUPEL_MEMBERS : 1;
    if (!c->one || !c->fresh || !c->x || !c->success || !c->score || !c->gain || !c->taken) return false;
    for (size_t g = 0; g < t->n_goals; g++) {
        c->y[g] = cupel_alloc(rows, sizeof *c->y[g]);
        c->value[g] = cupel_alloc(rows, sizeof *c->value[g]);
        for (size_t k = 0; k < CUPEL_MEMBERS; k++)
            if (!(c->theta[g][k] = cupel_alloc(t->n_blocks + 1, sizeof *c->theta[g][k]))) return false;
        c->mean[g] = cupel_alloc(t->m, sizeof *c->mean[g]);
        c->deviation[g] = cupel_alloc(t->m, sizeof *c->deviation[g]);
        if (!c->y[g] || !c->value[g] || !c->mean[g] || !c->deviation[g]) return false;
    }
    return true;
}

static bool failed(const cupel_choose_task *t, size_t i) { return isnan(t->y[i * t->n_goals]); }

static cupel_status take_rows(cupel_chooser *c, cupel_err *err)
{
    const cupel_choose_task *t = c->t;
    for (size_t i = 0; i < t->n; i++) {
        if (failed(t, i)) {
            c->n_failed++;
            continue;
        }
        memcpy(c->x + c->n_good * t->d, t->known + i * t->d, t->d * sizeof *c->x);
        for (size_t g = 0; g < t->n_goals; g++) c->value[g][c->n_good] = t->y[i * t->n_goals + g] * (t->maximize[g] ? 1 : -1);
        c->n_good++;
    }
    c->n_rows = c->n_good;
    for (size_t g = 0; g < t->n_goals; g++) {
        c->best[g] = -INFINITY;
        for (size_t i = 0; i < c->n_good; i++) c->best[g] = fmax(c->best[g], c->value[g][i]);
        cupel_status st = cupel_choose_bend(c, g, err);
        if (st != CUPEL_OK) return st;
    }
    if (!c->n_failed) return CUPEL_OK;
    c->all = cupel_alloc(cupel_mul(t->n, t->d + 1), sizeof *c->all);
    if (!c->all) return cupel_no_memory(err, "what was tried", 0);
    c->label = c->all + t->n * t->d;
    memcpy(c->all, t->known, t->n * t->d * sizeof *c->all);
    for (size_t i = 0; i < t->n; i++) c->label[i] = failed(t, i) ? 0 : 1;
    return CUPEL_OK;
}

/* ---- models ---- */

static cupel_gauss_options process_options(const cupel_chooser *c, size_t goal)
{
    cupel_gauss_options p = c->o->process;
    p.seed = c->o->seed + goal;
    p.threads = c->job->threads;
    p.maximize = true;
    return p;
}

static cupel_gauss_rows rows_of(const cupel_chooser *c, size_t n, const double *x, const double *y)
{
    return (cupel_gauss_rows){.n = n, .d = c->t->d, .n_blocks = c->t->n_blocks, .x = x, .y = y, .block = c->t->block};
}

static cupel_gauss_rows member_rows(const cupel_chooser *c, size_t n, size_t goal, size_t member)
{
    cupel_gauss_rows r = rows_of(c, n, c->x, c->y[goal]);
    if (!member) return r;
    r.n_blocks = 1;
    r.block = c->one;
    return r;
}

static cupel_status learn(cupel_chooser *c, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_choose_memory *m = c->o->memory;
    const bool again = m && c->n_good >= ROWS_TO_REMEMBER && c->n_good * 10 <= m->n * 11;
    for (size_t g = 0; g < c->t->n_goals; g++)
        for (size_t k = 0; k < c->n_members && st == CUPEL_OK; k++) {
            cupel_gauss_options p = process_options(c, g);
            const cupel_gauss_rows r = member_rows(c, c->n_good, g, k);
            if (again) p.starts = 1, p.begin = m->theta[g][k];
            st = cupel_gauss_learn(&r, &p, c->theta[g][k], err);
            if (m && st == CUPEL_OK) memcpy(m->theta[g][k], c->theta[g][k], cupel_gauss_n_theta(&r) * sizeof *c->theta[g][k]);
        }
    if (m && !again) m->n = c->n_good;
    return st;
}

/* The processes of all rows so far, at the lengths that were learned. */
static cupel_status renew(cupel_chooser *c, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    for (size_t g = 0; g < c->t->n_goals; g++)
        for (size_t k = 0; k < c->n_members && st == CUPEL_OK; k++) {
            const cupel_gauss_rows r = member_rows(c, c->n_rows, g, k);
            cupel_gauss_free(c->process[g][k]);
            c->process[g][k] = NULL;
            st = cupel_gauss_new(&r, c->theta[g][k], &c->process[g][k], err);
            if (st == CUPEL_OK && c->view[g][k]) st = cupel_gauss_view_grow(c->view[g][k], c->process[g][k], c->job->threads, err);
        }
    return st;
}

/* Means and deviations (NULL: means alone) at x [m][d], averaged over the members; room [2 m]. */
static cupel_status expect(const cupel_chooser *c, size_t goal, const double *x, size_t m, double *mean, double *deviation, double *room,
                           cupel_err *err)
{
    const double share = 1 / (double)c->n_members;
    memset(mean, 0, m * sizeof *mean);
    if (deviation) memset(deviation, 0, m * sizeof *deviation);
    for (size_t k = 0; k < c->n_members; k++) {
        cupel_status st = cupel_gauss_predict(c->process[goal][k], x, m, c->job->threads, room, deviation ? room + m : NULL, err);
        if (st != CUPEL_OK) return st;
        for (size_t i = 0; i < m; i++) mean[i] += share * room[i];
        for (size_t i = 0; deviation && i < m; i++) deviation[i] += share * room[m + i];
    }
    return CUPEL_OK;
}

/* Chance that a candidate does not fail: a process of the labels 0 and 1, cut at 1/2; some hope is left everywhere. */
static cupel_status learn_failures(cupel_chooser *c, cupel_err *err)
{
    static const double HOPE = 0.02;
    const cupel_choose_task *t = c->t;
    cupel_gauss *process = NULL;
    double theta[CUPEL_GAUSS_BLOCKS + 1], *deviation = NULL;
    cupel_status st = CUPEL_OK;
    for (size_t i = 0; i < t->m; i++) c->success[i] = c->fresh[i] = 1;
    if (!c->n_failed) return CUPEL_OK;
    cupel_gauss_options p = process_options(c, CUPEL_GOALS_MAX);
    p.noise = 0.05;
    const cupel_gauss_rows r = rows_of(c, t->n, c->all, c->label);
    deviation = cupel_alloc(t->m, sizeof *deviation);
    if (!deviation) CUPEL_TRY(cupel_no_memory(err, "chances of success", t->m * sizeof *deviation));
    CUPEL_TRY(cupel_gauss_learn(&r, &p, theta, err));
    CUPEL_TRY(cupel_gauss_new(&r, theta, &process, err));
    CUPEL_TRY(cupel_gauss_predict(process, t->pool, t->m, c->job->threads, c->success, deviation, err));
    const double noise = cupel_gauss_noise(process);
    for (size_t i = 0; i < t->m; i++)
        c->success[i] = HOPE + (1 - HOPE) * cupel_normal_cdf((c->success[i] - 0.5) / sqrt(deviation[i] * deviation[i] + noise * noise + 1e-12));
done:
    cupel_gauss_free(process);
    cupel_free(deviation);
    return st;
}

/* Turned so that larger is better. */
static double stated_value(const cupel_choose_task *t, size_t goal, size_t i) { return t->maximize[goal] ? t->stated[goal][i] : -t->stated[goal][i]; }

/* An experiment under way counts as measured at its expected values; candidate `row` of the pool (SIZE_MAX: none of them) at what it states. */
static cupel_status believe(cupel_chooser *c, const double *x, size_t row, cupel_err *err)
{
    const cupel_choose_task *t = c->t;
    double room[2];
    for (size_t g = 0; g < t->n_goals; g++) {
        if (t->stated[g] && row != SIZE_MAX) {
            c->value[g][c->n_rows] = stated_value(t, g, row);
            c->y[g][c->n_rows] = cupel_choose_to(&c->scale[g], c->value[g][c->n_rows]);
            continue;
        }
        cupel_status st = expect(c, g, x, 1, &c->y[g][c->n_rows], NULL, room, err);
        if (st != CUPEL_OK) return st;
        c->value[g][c->n_rows] = cupel_choose_back(&c->scale[g], c->y[g][c->n_rows]);
    }
    for (size_t i = 0; i < t->m && t->windowed; i++) c->fresh[i] *= 1 - cupel_gauss_correlation(c->process[0][0], x, t->pool + i * t->d);
    memcpy(c->x + c->n_rows * t->d, x, t->d * sizeof *c->x);
    c->n_rows++;
    return renew(c, err);
}

/* ---- scores ---- */

static cupel_status draw(const cupel_chooser *c, const cupel_gauss *process, size_t stream, double *score, cupel_err *err)
{
    const cupel_choose_task *t = c->t;
    cupel_status st = CUPEL_OK;
    const size_t n = t->m < DRAW_MAX ? t->m : DRAW_MAX;
    size_t *order = cupel_alloc(t->m, sizeof *order);
    double *x = cupel_alloc(cupel_mul(n, t->d + 1) + t->m, sizeof *x), *value, *key;
    if (!order || !x) CUPEL_TRY(cupel_no_memory(err, "a draw", 0));
    value = x + n * t->d;
    key = value + n;
    for (size_t i = 0; i < t->m; i++) key[i] = c->taken[i] ? INFINITY : -(c->mean[0][i] + 3 * c->deviation[0][i]);
    CUPEL_TRY(cupel_order(key, t->m, order, err));
    for (size_t i = 0; i < n; i++) memcpy(x + i * t->d, t->pool + order[i] * t->d, t->d * sizeof *x);
    CUPEL_TRY(cupel_gauss_draw(process, x, n, c->o->seed, STREAM_THOMPSON + stream, value, err));
    for (size_t i = 0; i < t->m; i++) score[i] = -INFINITY;
    for (size_t i = 0; i < n; i++) score[order[i]] = value[i];
done:
    cupel_free(order);
    cupel_free(x);
    return st;
}

/* The best value without its noise: the highest expected among those measured. */
static cupel_status best_expected(const cupel_chooser *c, double *best, cupel_err *err)
{
    const size_t n = c->n_rows;
    double *mean = cupel_alloc(2 * n, sizeof *mean);
    if (!mean) return cupel_no_memory(err, "expected values", 2 * n * sizeof *mean);
    cupel_status st = expect(c, 0, c->x, n, mean, NULL, mean + n, err);
    *best = -INFINITY;
    for (size_t i = 0; i < n; i++) *best = fmax(*best, mean[i]);
    cupel_free(mean);
    return st;
}

/* What a failure is worth to `auto`: the middle of what was measured. */
static double middle_of(const cupel_chooser *c)
{
    double mean, spread;
    cupel_gauss_standard(c->y[0], c->n_good, &mean, &spread);
    return mean;
}

/* Chance that the value itself, without the noise of its measurement, lies in the window. Values are turned like those of any goal. */
static double chance_of_window(const cupel_chooser *c, size_t i)
{
    const cupel_choose_task *t = c->t;
    const double low = cupel_choose_to(&c->scale[0], t->maximize[0] ? t->low : -t->high), s = c->deviation[0][i],
                 high = cupel_choose_to(&c->scale[0], t->maximize[0] ? t->high : -t->low);
    const double above = (low - c->mean[0][i]) / s, below = (high - c->mean[0][i]) / s;
    return above > 0 ? cupel_normal_cdf(-above) - cupel_normal_cdf(-below) : cupel_normal_cdf(below) - cupel_normal_cdf(above);
}

/* By chance, in proportion to the chance of success over the cost: the largest ln u / weight (Efraimidis, Spirakis 2006,
 * doi:10.1016/j.ipl.2005.11.003). */
static double score_by_chance(const cupel_chooser *c, size_t i)
{
    const double u = cupel_rng_uniform(c->o->seed, STREAM_CHANCE + c->n_rows, i);
    return cupel_log(fmax(u, 1e-300)) * (c->t->cost ? c->t->cost[i] : 1) / c->success[i];
}

/* Whether block b is one of words: several columns, one of which is not 0. */
static bool is_word(const cupel_choose_task *t, size_t b)
{
    size_t columns = 0;
    for (size_t k = 0; k < t->d; k++) columns += t->block[k] == b;
    if (columns < 2) return false;
    for (size_t i = 0; i < t->m; i++) {
        size_t set = 0;
        for (size_t k = 0; k < t->d; k++) {
            const double x = t->pool[i * t->d + k];
            if (t->block[k] != b || x == 0) continue;
            if (x != sqrt(0.5)) return false;
            set++;
        }
        if (set > 1) return false;
    }
    return true;
}

static double auto_deviations(const cupel_choose_task *t)
{
    double words = 0;
    for (size_t b = 0; b < t->n_blocks; b++) words += is_word(t, b);
    return AUTO_DEVIATIONS + (WORD_DEVIATIONS - AUTO_DEVIATIONS) * words / (double)t->n_blocks;
}

static double score_of(const cupel_chooser *c, size_t i, double best, double middle)
{
    const double mean = c->mean[0][i], s = c->deviation[0][i], success = c->success[i], cost = c->t->cost ? c->t->cost[i] : 1;
    if (c->t->windowed) return c->gain[i] * success * c->fresh[i] / cost;
    switch (c->o->acquisition) {
    case CUPEL_ACQUIRE_UCB: return cupel_choose_back(&c->scale[0], mean + UCB_DEVIATIONS * s);
    case CUPEL_ACQUIRE_PI: return cupel_probability_of_improvement(mean, s, best) * success / cost;
    case CUPEL_ACQUIRE_EI: return c->gain[i] * success / cost;
    case CUPEL_ACQUIRE_THOMPSON: return c->score[i];
    case CUPEL_ACQUIRE_AUTO:
        if (!c->skilled) return score_by_chance(c, i);
        if (!c->t->cost) return success * (mean + c->deviations * s) + (1 - success) * middle;
        break;
    default: break;
    }
    return cupel_log_expected_improvement(mean, s, best) + cupel_log(success) - cupel_log(cost);
}

static cupel_status score_one_goal(cupel_chooser *c, size_t pick, cupel_err *err)
{
    double best = NAN;
    const double middle = middle_of(c);
    cupel_status st = best_expected(c, &best, err);
    if (st == CUPEL_OK && c->o->acquisition == CUPEL_ACQUIRE_THOMPSON) st = draw(c, c->process[0][pick % c->n_members], pick, c->score, err);
    for (size_t i = 0; i < c->t->m && st == CUPEL_OK; i++) {
        if (c->t->windowed) c->gain[i] = chance_of_window(c, i);
        else if (c->o->acquisition == CUPEL_ACQUIRE_EI) c->gain[i] = cupel_choose_gain(&c->scale[0], c->mean[0][i], c->deviation[0][i], best);
        c->score[i] = score_of(c, i, best, middle);
    }
    c->expected = best;
    return st;
}

static void take_stated(cupel_chooser *c, size_t goal)
{
    for (size_t i = 0; i < c->t->m; i++) {
        c->mean[goal][i] = cupel_choose_to(&c->scale[goal], stated_value(c->t, goal, i));
        c->deviation[goal][i] = 0;
    }
}

/* Candidates that are looked at between two looks at the clock. */
enum { CHUNK = 64 * CUPEL_GAUSS_BLOCK };

static cupel_status tell_and_look(const cupel_chooser *c, uint64_t done, uint64_t total, cupel_err *err)
{
    cupel_progress(c->job, "choosing experiments", done, total);
    return cupel_stopped(c->job) ? cupel_fail(err, CUPEL_INTERRUPTED, "stopped while choosing; nothing was written") : CUPEL_OK;
}

/* Room for the pool as the processes of a goal see it, if that is worth it and there: else there are no views. */
static void make_views(cupel_chooser *c, size_t goal)
{
    const size_t rows = c->n_rows + c->o->batch, views = c->t->n_goals * c->n_members;
    if (c->o->batch < 2 || cupel_gauss_view_bytes(c->t->m, rows) > VIEWS_BYTES / views) return;
    for (size_t k = 0; k < c->n_members; k++) c->view[goal][k] = cupel_gauss_view_new(c->t->pool, c->t->m, c->t->d, rows);
    if (c->n_members < 2 || (c->view[goal][0] && c->view[goal][1])) return;
    for (size_t k = 0; k < c->n_members; k++) cupel_gauss_view_free(c->view[goal][k]), c->view[goal][k] = NULL;
}

static void ask_views(const cupel_chooser *c, size_t goal, double *room)
{
    const size_t m = c->t->m;
    const double share = 1 / (double)c->n_members;
    memset(c->mean[goal], 0, m * sizeof *room);
    memset(c->deviation[goal], 0, m * sizeof *room);
    for (size_t k = 0; k < c->n_members; k++) {
        cupel_gauss_view_ask(c->view[goal][k], c->process[goal][k], room, room + m);
        for (size_t i = 0; i < m; i++) c->mean[goal][i] += share * room[i], c->deviation[goal][i] += share * room[m + i];
    }
}

/* Means and deviations of the pool, for pick number `pick`; room [2 m]. */
static cupel_status expect_pool(cupel_chooser *c, size_t goal, size_t pick, double *room, cupel_err *err)
{
    const cupel_choose_task *t = c->t;
    cupel_status st = CUPEL_OK;
    if (!pick) make_views(c, goal);
    const bool views = c->view[goal][0] != NULL;
    const uint64_t total = (uint64_t)t->m * t->n_goals * (views ? 1 : c->o->batch);
    const uint64_t before = (uint64_t)t->m * ((views ? 0 : pick * t->n_goals) + goal);
    for (size_t from = 0; from < t->m && (!views || !pick) && st == CUPEL_OK; from += CHUNK) {
        const size_t n = t->m - from < CHUNK ? t->m - from : CHUNK;
        st = tell_and_look(c, before + from, total, err);
        if (!views && st == CUPEL_OK) st = expect(c, goal, t->pool + from * t->d, n, c->mean[goal] + from, c->deviation[goal] + from, room, err);
        for (size_t k = 0; views && k < c->n_members && st == CUPEL_OK; k++)
            st = cupel_gauss_view_fill(c->view[goal][k], c->process[goal][k], from, n, c->job->threads, err);
    }
    if (st == CUPEL_OK && views) ask_views(c, goal, room);
    return st == CUPEL_OK ? tell_and_look(c, before + t->m, total, err) : st;
}

static cupel_status score(cupel_chooser *c, size_t pick, cupel_err *err)
{
    const cupel_choose_task *t = c->t;
    cupel_status st = CUPEL_OK;
    double *room = cupel_alloc(2 * t->m, sizeof *room);
    if (!room) return cupel_no_memory(err, "expected values", 2 * t->m * sizeof *room);
    for (size_t g = 0; g < t->n_goals && st == CUPEL_OK; g++) {
        if (t->stated[g]) take_stated(c, g);
        else st = expect_pool(c, g, pick, room, err);
    }
    cupel_free(room);
    if (st != CUPEL_OK) return st;
    if (t->n_goals == 1) return score_one_goal(c, pick, err);
    st = cupel_choose_hypervolume(c, c->gain, err);
    for (size_t i = 0; i < t->m; i++)
        c->score[i] = cupel_log(c->gain[i] + 1e-300) + cupel_log(c->success[i]) - (t->cost ? cupel_log(t->cost[i]) : 0);
    return st;
}

/* ---- picks ---- */

static size_t best_of(const cupel_chooser *c, const double *score)
{
    size_t best = SIZE_MAX;
    uint64_t tie = 0;
    for (size_t i = 0; i < c->t->m; i++) {
        if (c->taken[i] || isnan(score[i])) continue;
        const uint64_t mine = cupel_rng_bits(c->o->seed, STREAM_TIES, i);
        if (best != SIZE_MAX && (score[i] < score[best] || (score[i] == score[best] && mine <= tie))) continue;
        best = i;
        tie = mine;
    }
    return best;
}

/* Candidates with the same inputs are one experiment. */
static void take(cupel_chooser *c, size_t row)
{
    const cupel_choose_task *t = c->t;
    for (size_t i = 0; i < t->m; i++) c->taken[i] = c->taken[i] || memcmp(t->pool + i * t->d, t->pool + row * t->d, t->d * sizeof *t->pool) == 0;
}

/* Gains as shares of what the measured rows dominate. */
static cupel_status share_of_volume(const cupel_chooser *c, cupel_chosen *p, cupel_err *err)
{
    cupel_status st = cupel_choose_growth(c, p->row, c->error, &p->at_most, err);
    p->gain /= c->volume;
    p->at_most /= c->volume;
    return st;
}

static cupel_status pick_by_model(cupel_chooser *c, size_t k, cupel_choice *out, cupel_err *err)
{
    const cupel_choose_task *t = c->t;
    cupel_status st = score(c, k, err);
    if (st != CUPEL_OK) return st;
    const size_t at = best_of(c, c->score);
    if (at == SIZE_MAX && !k) return cupel_fail(err, CUPEL_FAILED, "no candidate has a score; please report it");
    if (at == SIZE_MAX) { /* no more different ones */
        out->n = k;
        return CUPEL_OK;
    }
    cupel_chosen *p = &out->pick[k];
    if (t->n_goals == 1 && !t->windowed) c->gain[at] = cupel_choose_gain(&c->scale[0], c->mean[0][at], c->deviation[0][at], c->expected);
    *p = (cupel_chosen){.row = at, .score = c->score[at], .gain = c->gain[at], .at_most = NAN, .success = c->success[at]};
    if (t->n_goals > 1 && (st = share_of_volume(c, p, err)) != CUPEL_OK) return st;
    take(c, at);
    return k + 1 < out->n ? believe(c, t->pool + at * t->d, at, err) : CUPEL_OK;
}

/* From the deviation of a goal's processes to the one that is said. */
typedef struct said_deviation {
    double more;  /* times as large */
    double least; /* of the processes: what rows left out are missed by */
    double noise; /* of a measurement, as processes see it */
    double slope; /* unit of the goal for one of what processes see, in the mean */
} said_deviation;

/* Lengths and variance are those that suit the rows best and are not known themselves, so that deviations are too small: with few rows, and where
 * rows left out are missed by more than theirs. So is the power that values are bent by: at its flat end a deviation of what processes see is next
 * to nothing in the unit of the goal, and straight values would have said more (benchmarks/files_deviations). */
static cupel_status said_of(const cupel_chooser *c, size_t goal, said_deviation *s, cupel_err *err)
{
    const double share = 1 / (double)c->n_members;
    double square = 0, better, mean, spread;
    *s = (said_deviation){0};
    if (c->t->stated[goal]) return CUPEL_OK;
    for (size_t k = 0; k < c->n_members; k++) {
        square += share * cupel_gauss_left_out_square(c->process[goal][k]);
        s->noise += share * cupel_gauss_noise(c->process[goal][k]);
    }
    s->more = sqrt((1 + UNKNOWN_ROWS / (double)c->n_good) * fmax(1, square));
    cupel_gauss_standard(c->y[goal], c->n_good, &mean, &spread);
    s->slope = c->scale[goal].spread / spread;
    return cupel_choose_left_out(c, goal, &better, &s->least, err);
}

/* What is said of the picks: by the measured rows alone, for what was believed while they were chosen is no knowledge. */
static cupel_status expect_picks(cupel_chooser *c, cupel_choice *out, cupel_err *err)
{
    const cupel_choose_task *t = c->t;
    cupel_status st = CUPEL_OK;
    double room[2], mean, deviation;
    said_deviation said[CUPEL_GOALS_MAX];
    free_views(c);
    if (c->n_rows > c->n_good) {
        c->n_rows = c->n_good;
        CUPEL_TRY(renew(c, err));
    }
    for (size_t g = 0; g < t->n_goals; g++) CUPEL_TRY(said_of(c, g, &said[g], err));
    for (size_t i = 0; i < out->n; i++)
        for (size_t g = 0; g < t->n_goals; g++) {
            cupel_chosen *p = &out->pick[i];
            p->mean[g] = t->stated[g] ? t->stated[g][p->row] : 0;
            p->deviation[g] = 0;
            if (t->stated[g]) continue;
            CUPEL_TRY(expect(c, g, t->pool + p->row * t->d, 1, &mean, &deviation, room, err));
            deviation = said[g].more * hypot(fmax(deviation, said[g].least), said[g].noise);
            cupel_choose_moments(&c->scale[g], mean, deviation, &p->mean[g], &p->deviation[g]);
            p->deviation[g] = fmax(p->deviation[g], said[g].slope * deviation);
            if (!t->maximize[g]) p->mean[g] = -p->mean[g];
        }
done:
    return st;
}

static cupel_chosen blank(size_t row, double success)
{
    cupel_chosen p = {.row = row, .score = NAN, .gain = NAN, .at_most = NAN, .success = success};
    for (size_t g = 0; g < CUPEL_GOALS_MAX; g++) p.mean[g] = p.deviation[g] = NAN;
    return p;
}

/* Without a model: by chance, or as far as can be from what was tried. */
static cupel_status pick_blindly(cupel_chooser *c, cupel_choice *out, cupel_err *err)
{
    size_t *taken = cupel_alloc(out->n, sizeof *taken);
    if (!taken) return cupel_no_memory(err, "a batch", out->n * sizeof *taken);
    for (size_t i = 0; i < c->t->m; i++) c->score[i] = cupel_rng_uniform(c->o->seed, STREAM_RANDOM, i);
    for (size_t k = 0; k < out->n; k++) {
        taken[k] = c->o->acquisition == CUPEL_ACQUIRE_RANDOM ? best_of(c, c->score) : cupel_choose_far(c, k, taken);
        if (taken[k] == SIZE_MAX) {
            out->n = k;
            break;
        }
        take(c, taken[k]);
        out->pick[k] = blank(taken[k], c->success[taken[k]]);
    }
    cupel_free(taken);
    return CUPEL_OK;
}

static cupel_status describe(const cupel_chooser *c, cupel_choice *out, cupel_err *err)
{
    const cupel_choose_task *t = c->t;
    for (size_t g = 0; g < t->n_goals; g++) {
        out->best[g] = c->n_good ? c->best[g] * (t->maximize[g] ? 1 : -1) : (double)NAN;
        out->noise[g] = c->modelled ? cupel_choose_noise(&c->scale[g], cupel_gauss_noise(c->process[g][0]), cupel_choose_to(&c->scale[g], c->best[g]))
            : (double)NAN;
    }
    out->modelled = c->modelled;
    out->by_chance = c->modelled && !c->skilled;
    if (!c->modelled) return CUPEL_OK;
    out->relevance = cupel_alloc(t->n_blocks, sizeof *out->relevance);
    if (!out->relevance) return cupel_no_memory(err, "relevance of columns", 0);
    for (size_t b = 0; b < t->n_blocks; b++) out->relevance[b] = exp(-c->theta[0][0][b]);
    return CUPEL_OK;
}

/* What the model says of rows left out, before anything is believed. */
static cupel_status judge_model(cupel_chooser *c, cupel_err *err)
{
    const cupel_choose_task *t = c->t;
    cupel_status st = CUPEL_OK;
    double worse;
    if (t->n_goals == 1) return t->windowed || c->o->acquisition != CUPEL_ACQUIRE_AUTO ? CUPEL_OK : cupel_choose_skill(c, &c->skilled, err);
    for (size_t g = 0; g < t->n_goals && st == CUPEL_OK; g++)
        if (!t->stated[g]) st = cupel_choose_left_out(c, g, &c->error[g], &worse, err);
    return st == CUPEL_OK ? cupel_choose_volume(c, &c->volume, err) : st;
}

cupel_status cupel_choose(const cupel_choose_task *t, const cupel_choose_options *o, const cupel_job *job, cupel_choice *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_chooser c = {.t = t, .o = o, .job = job};
    cupel_choice made = {.n = o->batch < t->m ? o->batch : t->m};
    if (!t->m || !o->batch) return cupel_fail(err, CUPEL_BAD_INPUT, "there are no candidates left to choose from");
    if (!t->d || !t->n_goals || t->n_goals > CUPEL_GOALS_MAX)
        return cupel_fail(err, CUPEL_BAD_INPUT, "a choice with %zu columns and %zu goals, expected at least one column and 1 to %d goals", t->d,
                          t->n_goals,
                          (int)CUPEL_GOALS_MAX);
    made.pick = cupel_alloc(made.n, sizeof *made.pick);
    if (!made.pick || !make_room(&c)) CUPEL_TRY(cupel_no_memory(err, "a choice among candidates", 0));
    CUPEL_TRY(take_rows(&c, err));
    CUPEL_TRY(learn_failures(&c, err));
    for (size_t i = 0; i < t->m; i++) made.n_unlikely += c.success[i] < 0.5;
    c.modelled = c.n_good >= LEAST_ROWS && o->acquisition != CUPEL_ACQUIRE_RANDOM;
    if (c.modelled) CUPEL_TRY(learn(&c, err));
    if (c.modelled) CUPEL_TRY(renew(&c, err));
    c.skilled = true;
    c.deviations = auto_deviations(t);
    if (c.modelled) CUPEL_TRY(judge_model(&c, err));
    CUPEL_TRY(describe(&c, &made, err));
    if (!c.modelled) CUPEL_TRY(pick_blindly(&c, &made, err));
    for (size_t i = 0; c.modelled && i < t->n_pending; i++) CUPEL_TRY(believe(&c, t->pending + i * t->d, SIZE_MAX, err));
    for (size_t k = 0; c.modelled && k < made.n; k++) CUPEL_TRY(pick_by_model(&c, k, &made, err));
    if (c.modelled) CUPEL_TRY(expect_picks(&c, &made, err));
    *out = made;
    made = (cupel_choice){0};
done:
    cupel_choice_release(&made);
    chooser_release(&c);
    return st;
}
