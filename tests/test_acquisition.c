/* Acquisitions against numerical integration, volumes against inclusion and exclusion, and the choice as a whole. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/la.h"
#include "models/search/acquisition.h"
#include "models/search/choose_parts.h"
#include "models/search/descend.h"
#include "models/search/hypervolume.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static double density(double t) { return exp(-0.5 * t * t) / 2.50662827463100050242; }

/* The integral of max(0, z + t)^power over the density of t, by Simpson's rule from -z on. */
static double integral(double z, bool improvement)
{
    enum { STEPS = 200000 };
    const double from = -z, to = fmax(from, 0) + 12, h = (to - from) / STEPS;
    double sum = 0;
    for (int i = 0; i <= STEPS; i++) {
        const double t = from + i * h, w = i == 0 || i == STEPS ? 1 : i % 2 ? 4 : 2;
        sum += w * density(t) * (improvement ? z + t : 1);
    }
    return sum * h / 3;
}

static void formulas_are_their_integrals(void **state)
{
    (void)state;
    for (double z = -9; z <= 3; z += 0.375) {
        const double mean = 2 + 3 * z, excess = integral(z, true);
        assert_true(fabs(cupel_expected_improvement(mean, 3, 2) / (3 * excess) - 1) < (z < -6 ? 1e-5 : 1e-8)); /* h(z) is a difference below 0 */
        assert_true(fabs(cupel_log_expected_improvement(mean, 3, 2) - log(3 * excess)) < 1e-8);
        assert_true(fabs(cupel_probability_of_improvement(mean, 3, 2) / integral(z, false) - 1) < 1e-8);
    }
}

/* Far down, where h underflows: ln h = -z^2/2 - ln sqrt(2 pi) - 2 ln|z| + O(1/z^2). */
static void the_logarithm_goes_on(void **state)
{
    (void)state;
    for (double z = -50; z > -1e4; z *= 3) {
        const double expected = -0.5 * z * z - 0.91893853320467274178 - 2 * log(-z) - 3 / (z * z);
        assert_true(fabs(cupel_log_expected_excess(z) - expected) < 20 / (z * z * z * z) + 1e-12 * z * z);
    }
    assert_true(cupel_log_expected_excess(-2.0000001) < cupel_log_expected_excess(-1.9999999));
}

static double volume(const double *p, size_t n, size_t m)
{
    double v = -1;
    assert_int_equal(cupel_hypervolume(p, n, m, &v, NULL), CUPEL_OK);
    return v;
}

static void volumes_by_inclusion_and_exclusion(void **state)
{
    (void)state;
    enum { POINTS = 5 };
    for (size_t m = 1; m <= 4; m++) {
        double p[POINTS * 4], sum = 0, more;
        for (size_t i = 0; i < POINTS * m; i++) p[i] = cupel_rng_uniform(3, m, i);
        for (unsigned set = 1; set < 1u << POINTS; set++) { /* boxes from the origin: an intersection is the box of the smallest sides */
            double v = 1;
            int members = 0;
            for (size_t k = 0; k < m; k++) {
                double least = INFINITY;
                for (size_t i = 0; i < POINTS; i++)
                    if (set >> i & 1) least = fmin(least, p[i * m + k]);
                v *= least;
            }
            for (size_t i = 0; i < POINTS; i++) members += (int)(set >> i & 1);
            sum += members % 2 ? v : -v;
        }
        assert_true(fabs(volume(p, POINTS, m) - sum) < 1e-12);
        assert_int_equal(cupel_hypervolume_added(p, POINTS - 1, m, p + (POINTS - 1) * m, &more, NULL), CUPEL_OK);
        assert_true(fabs(more - (sum - volume(p, POINTS - 1, m))) < 1e-12);
    }
    const double flat[] = {1, -1, 2, 0};
    assert_true(volume(flat, 2, 2) == 0);
}

static cupel_status valley(void *user, const double *x, double *value, double *gradient, cupel_err *err)
{
    (void)user, (void)err;
    *value = 0.5 * (100 * (x[0] - 1) * (x[0] - 1) + (x[1] + 2) * (x[1] + 2)) + 0.1 * pow(x[0] - 1, 4);
    gradient[0] = 100 * (x[0] - 1) + 0.4 * pow(x[0] - 1, 3);
    gradient[1] = x[1] + 2;
    return CUPEL_OK;
}

static void a_descent_ends_at_the_bottom(void **state)
{
    (void)state;
    double x[2] = {-3, 5}, value = -1;
    const cupel_downhill d = {.n = 2, .max_values = 200, .longest = 1, .tolerance = 1e-8, .fn = valley};
    assert_int_equal(cupel_descend(&d, x, &value, NULL, NULL), CUPEL_OK);
    assert_true(fabs(x[0] - 1) < 1e-8 && fabs(x[1] + 2) < 1e-7 && value < 1e-14);
}

/* ---- the choice ---- */

enum { M = 60, D = 2, KNOWN = 8 };

static double pool[M * D], known[KNOWN * D], y[KNOWN];
static const unsigned char block[D] = {0, 1};

static double hill(const double *x) { return -(x[0] - 0.6) * (x[0] - 0.6) - 2 * (x[1] - 0.3) * (x[1] - 0.3); }

static cupel_choose_task task_of(const bool *maximize)
{
    for (size_t i = 0; i < M * D; i++) pool[i] = cupel_rng_uniform(1, 11, i);
    for (size_t i = 0; i < KNOWN * D; i++) known[i] = cupel_rng_uniform(1, 12, i);
    for (size_t i = 0; i < KNOWN; i++) y[i] = hill(known + i * D) * (*maximize ? 1 : -1);
    return (cupel_choose_task){.n = KNOWN, .m = M, .d = D, .n_blocks = 2, .n_goals = 1, .known = known, .y = y, .pool = pool, .block = block,
                               .maximize = maximize};
}

typedef struct told {
    size_t calls;
    uint64_t done, total;
    bool stop;
} told;

static void hear(void *user, const char *stage, uint64_t done, uint64_t total)
{
    told *t = user;
    (void)stage;
    assert_true(done >= t->done && done <= total && (!t->total || total == t->total));
    t->calls++, t->done = done, t->total = total;
}

static bool stop(void *user) { return ((const told *)user)->stop; }

/* It says how far it is, up to the end, and ends when it is asked to. */
static void a_choice_tells_and_stops(void **state)
{
    (void)state;
    const bool maximize = true;
    const cupel_choose_task t = task_of(&maximize);
    cupel_choose_options o = cupel_choose_defaults();
    for (o.batch = 1; o.batch <= 4; o.batch += 3) {
        told heard = {.calls = 0};
        cupel_choice c = {0};
        const cupel_job job = {.threads = 2, .user = &heard, .progress = hear, .stop = stop};
        assert_int_equal(cupel_choose(&t, &o, &job, &c, NULL), CUPEL_OK);
        assert_true(heard.calls >= 2 && heard.done == heard.total);
        cupel_choice_release(&c);
        heard = (told){.stop = true};
        assert_int_equal(cupel_choose(&t, &o, &job, &c, NULL), CUPEL_INTERRUPTED);
        assert_null(c.pick);
    }
}

static cupel_choice choose(const cupel_choose_task *t, cupel_acquisition a, size_t batch, size_t threads)
{
    cupel_choose_options o = cupel_choose_defaults();
    cupel_choice c = {0};
    cupel_err err = {0};
    o.acquisition = a, o.batch = batch;
    if (cupel_choose(t, &o, &(cupel_job){.threads = threads}, &c, &err)) fail_msg("%s", err.message);
    return c;
}

/* Every acquisition climbs the hill, either way up, to the same picks for 1 and 2 threads. */
static void all_find_the_hill(void **state)
{
    (void)state;
    for (int way = 0; way < 2; way++)
        for (int a = CUPEL_ACQUIRE_AUTO; a < CUPEL_ACQUIRE_RANDOM; a++) {
            const bool maximize = way;
            const cupel_choose_task t = task_of(&maximize);
            cupel_choice one = choose(&t, (cupel_acquisition)a, 6, 1), two = choose(&t, (cupel_acquisition)a, 6, 2);
            double best = -INFINITY, found = -INFINITY;
            for (size_t i = 0; i < M; i++) best = fmax(best, hill(pool + i * D));
            for (size_t k = 0; k < one.n; k++) {
                found = fmax(found, hill(pool + one.pick[k].row * D));
                for (size_t j = 0; j < k; j++) assert_true(one.pick[k].row != one.pick[j].row);
            }
            assert_int_equal(one.n, 6);
            assert_memory_equal(one.pick, two.pick, one.n * sizeof *one.pick);
            assert_true(best - found < 0.05); /* the hill is 1 high */
            cupel_choice_release(&one);
            cupel_choice_release(&two);
        }
}

/* Half of the plane fails: no pick goes there. What is under way is not asked twice. Dear candidates are left for cheap ones as good. */
static void failures_pending_and_cost(void **state)
{
    (void)state;
    const bool maximize = true;
    cupel_choose_task t = task_of(&maximize);
    for (size_t i = 0; i < KNOWN; i++)
        if (known[i * D] > 0.5) y[i] = NAN;
    cupel_choice c = choose(&t, CUPEL_ACQUIRE_AUTO, 3, 1);
    for (size_t k = 0; k < c.n; k++) assert_true(pool[c.pick[k].row * D] < 0.62 && c.pick[k].success > 0.2);
    cupel_choice_release(&c);
    t = task_of(&maximize);
    c = choose(&t, CUPEL_ACQUIRE_AUTO, 1, 1);
    const size_t first = c.pick[0].row;
    cupel_choice_release(&c);
    double close[D] = {pool[first * D] + 1e-3, pool[first * D + 1]};
    t.n_pending = 1, t.pending = close;
    c = choose(&t, CUPEL_ACQUIRE_AUTO, 1, 1);
    assert_true(c.pick[0].deviation[0] >= 0 && c.pick[0].row < M);
    cupel_choice_release(&c);
    double cost[M];
    for (size_t i = 0; i < M; i++) cost[i] = i == first ? 1e6 : 1;
    t.n_pending = 0, t.cost = cost;
    c = choose(&t, CUPEL_ACQUIRE_AUTO, 1, 1);
    assert_true(c.pick[0].row != first);
    cupel_choice_release(&c);
}

/* What is said of a pick is said by what was measured: the same in a batch as alone, where nothing is believed. */
static void deviations_know_no_beliefs(void **state)
{
    (void)state;
    const bool maximize = true;
    cupel_choose_task t = task_of(&maximize);
    cupel_choice batch = choose(&t, CUPEL_ACQUIRE_AUTO, 5, 1);
    for (size_t k = 0; k < batch.n; k++) {
        t.pool = pool + batch.pick[k].row * D, t.m = 1;
        cupel_choice alone = choose(&t, CUPEL_ACQUIRE_AUTO, 1, 1);
        check_close(batch.pick[k].mean[0], alone.pick[0].mean[0], 1e-6, 1e-9);
        check_close(batch.pick[k].deviation[0], alone.pick[0].deviation[0], 1e-6, 1e-9);
        assert_true(batch.pick[k].deviation[0] > 0);
        cupel_choice_release(&alone);
    }
    cupel_choice_release(&batch);
}

/* What is said of picks holds about what it says, where values are skewed to the left and follow their inputs only half. */
static void deviations_are_as_large_as_errors(void **state)
{
    (void)state;
    enum { DRAWS = 16, ROWS = 7, PICKS = 10 };
    const bool maximize = true;
    size_t held = 0, all = 0;
    for (uint64_t draw = 0; draw < DRAWS; draw++) {
        double truth[M];
        cupel_choose_task t = task_of(&maximize);
        for (size_t i = 0; i < M; i++) truth[i] = 4 * pow(cupel_rng_uniform(draw, 13, i), 0.3) + pool[i * D];
        t.n = ROWS, t.m = M - ROWS;
        memcpy(known, pool + t.m * D, ROWS * D * sizeof *known);
        memcpy(y, truth + t.m, ROWS * sizeof *y);
        cupel_choice c = choose(&t, CUPEL_ACQUIRE_EI, PICKS, 1);
        for (size_t k = 0; k < c.n; k++, all++) held += fabs(truth[c.pick[k].row] - c.pick[k].mean[0]) < 1.645 * c.pick[k].deviation[0];
        cupel_choice_release(&c);
    }
    assert_true((double)held / (double)all > 0.9);
}

/* Two hills: the batch goes to what lies between them, and the volume is expected to grow. */
static void several_goals(void **state)
{
    (void)state;
    const bool maximize[2] = {true, false};
    bool one = true;
    double both[KNOWN * 2];
    cupel_choose_task t = task_of(&one);
    for (size_t i = 0; i < KNOWN; i++) {
        both[2 * i] = hill(known + i * D);
        both[2 * i + 1] = hypot(known[i * D] - 0.2, known[i * D + 1] - 0.8);
    }
    t.n_goals = 2, t.y = both, t.maximize = maximize;
    cupel_choice c = choose(&t, CUPEL_ACQUIRE_AUTO, 4, 1), again = choose(&t, CUPEL_ACQUIRE_AUTO, 4, 2);
    assert_memory_equal(c.pick, again.pick, c.n * sizeof *c.pick);
    for (size_t k = 0; k < c.n; k++) {
        assert_true(c.pick[k].gain >= 0 && isfinite(c.pick[k].mean[1]));
        if (k) assert_true(c.pick[k].gain <= c.pick[0].gain * 1.5 + 0.1);
    }
    cupel_choice_release(&c);
    cupel_choice_release(&again);
}

enum { BOWLS = 300, SIDES = 3, START = 6, BATCH = 4, AFTER = 18 };

/* Share of the volume above the worst values that the first n rows in that order dominate; heights [BOWLS][2] are at most 0. */
static double share_of(const double *heights, const size_t *order, size_t n)
{
    double p[BOWLS * 2], all[BOWLS * 2], low[2] = {0, 0};
    for (size_t i = 0; i < BOWLS * 2; i++) low[i % 2] = fmin(low[i % 2], heights[i]);
    for (size_t i = 0; i < BOWLS * 2; i++) all[i] = heights[i] - low[i % 2];
    for (size_t i = 0; i < n * 2; i++) p[i] = all[order[i / 2] * 2 + i % 2];
    return volume(p, n, 2) / volume(all, BOWLS, 2);
}

/* Two bowls: 12 choices from 300 find nearly all of what can be dominated, the ends of the front among it, which a few rows do not show. */
static void the_ends_of_a_front_are_found(void **state)
{
    (void)state;
    enum { SEEDS = 5 };
    static const double place[2][SIDES] = {{0.3, 0.2, 0.6}, {0.7, 0.8, 0.5}};
    static const unsigned char each[SIDES] = {0, 1, 2};
    static double x[BOWLS * SIDES], height[BOWLS * 2], mine[BOWLS * SIDES], got[BOWLS * 2];
    const bool maximize[2] = {true, true};
    double share = 0;
    for (size_t i = 0; i < BOWLS * SIDES; i++) x[i] = cupel_rng_uniform(5, 1, i);
    for (size_t i = 0; i < BOWLS * SIDES * 2; i++) {
        const size_t row = i / (2 * SIDES), g = i / SIDES % 2, k = i % SIDES;
        height[row * 2 + g] -= (x[row * SIDES + k] - place[g][k]) * (x[row * SIDES + k] - place[g][k]);
    }
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        size_t order[BOWLS];
        cupel_rng_permutation(seed, 2, order, BOWLS);
        for (size_t n = START; n < AFTER; n += BATCH) {
            for (size_t i = 0; i < BOWLS; i++) memcpy(mine + i * SIDES, x + order[i] * SIDES, SIDES * sizeof *x);
            for (size_t i = 0; i < BOWLS; i++) memcpy(got + i * 2, height + order[i] * 2, 2 * sizeof *got);
            const cupel_choose_task t = {.n = n, .m = BOWLS - n, .d = SIDES, .n_blocks = SIDES, .n_goals = 2, .known = mine, .y = got,
                                         .pool = mine + n * SIDES, .block = each, .maximize = maximize};
            cupel_choice c = choose(&t, CUPEL_ACQUIRE_AUTO, BATCH, 1);
            size_t now[BATCH];
            for (size_t k = 0; k < BATCH; k++) now[k] = order[n + c.pick[k].row];
            for (size_t k = 0; k < BATCH; k++) { /* each pick changes places with the row at the front of the pool */
                size_t at = n + k;
                while (order[at] != now[k]) at++;
                order[at] = order[n + k], order[n + k] = now[k];
            }
            cupel_choice_release(&c);
        }
        share += share_of(height, order, AFTER) / SEEDS;
    }
    print_message("share of the dominated volume after %d experiments: %.4f\n", (int)AFTER, share);
    assert_true(share > 0.98); /* by chance 0.93 */
}

/* On a bent scale: there and back, and moments and gain against sums over many normal numbers. */
static void the_bent_scale(void **state)
{
    (void)state;
    enum { N = 40, DRAWS = 200000 };
    double value[N], z[N];
    const cupel_choose_options o = cupel_choose_defaults();
    cupel_chooser c = {.o = &o, .n_good = N, .value = {value}, .y = {z}};
    for (size_t i = 0; i < N; i++) value[i] = 5 + exp(0.7 * cupel_rng_normal(4, 1, i)); /* a long tail above */
    assert_int_equal(cupel_choose_bend(&c, 0, NULL), CUPEL_OK);
    const cupel_choose_scale *s = &c.scale[0];
    assert_true(s->bend.power < 0.8);
    for (size_t i = 0; i < N; i++) {
        assert_true(fabs(cupel_choose_back(s, z[i]) / value[i] - 1) < 1e-9 && fabs(cupel_choose_to(s, value[i]) - z[i]) < 1e-12);
        if (i) assert_true((z[i] > z[i - 1]) == (value[i] > value[i - 1]));
    }
    double mean, spread, sum = 0, square = 0, gain = 0;
    cupel_choose_moments(s, 0.3, 0.4, &mean, &spread);
    for (size_t i = 0; i < DRAWS; i++) {
        const double x = cupel_choose_back(s, 0.3 + 0.4 * cupel_rng_normal(4, 2, i));
        sum += x / DRAWS, square += x * x / DRAWS, gain += fmax(x - cupel_choose_back(s, 0.9), 0) / DRAWS;
    }
    assert_true(fabs(mean / sum - 1) < 0.01); /* 32 points */
    assert_true(fabs(spread / sqrt(square - sum * sum) - 1) < 0.05);
    assert_true(fabs(cupel_choose_gain(s, 0.3, 0.4, 0.9) / gain - 1) < 0.05);
    for (size_t i = 0; i < N; i++) value[i] = 3;
    assert_int_equal(cupel_choose_bend(&c, 0, NULL), CUPEL_OK);
    assert_true(fabs(cupel_choose_back(s, cupel_choose_to(s, 3)) - 3) < 1e-12);
}

/* Values that have nothing to do with the inputs are picked by chance, a hill is not. */
static void without_skill_chance_picks(void **state)
{
    (void)state;
    enum { N = 30 };
    const bool maximize = true;
    double many[N * D], value[N];
    cupel_choose_task t = task_of(&maximize);
    size_t by_chance = 0;
    for (size_t i = 0; i < N * D; i++) many[i] = cupel_rng_uniform(1, 13, i);
    t.n = N, t.known = many, t.y = value;
    for (uint64_t k = 0; k < 10; k++) {
        for (size_t i = 0; i < N; i++) value[i] = cupel_rng_normal(2, k, i);
        cupel_choice c = choose(&t, CUPEL_ACQUIRE_AUTO, 2, 1), again = choose(&t, CUPEL_ACQUIRE_AUTO, 2, 2);
        assert_memory_equal(c.pick, again.pick, c.n * sizeof *c.pick);
        assert_true(c.pick[0].row != c.pick[1].row);
        by_chance += c.by_chance;
        cupel_choice_release(&c);
        cupel_choice_release(&again);
    }
    assert_true(by_chance >= 4);
    for (size_t i = 0; i < N; i++) value[i] = hill(many + i * D);
    cupel_choice c = choose(&t, CUPEL_ACQUIRE_AUTO, 1, 1);
    assert_false(c.by_chance);
    cupel_choice_release(&c);
}

/* Rows of the pool that are equal are one experiment, with a model and without. */
static void equal_candidates_are_one(void **state)
{
    (void)state;
    const bool maximize = true;
    for (size_t n = 0; n <= KNOWN; n += KNOWN) {
        cupel_choose_task t = task_of(&maximize);
        t.n = n, t.m = 9;
        for (size_t i = 3; i < 9; i++) memcpy(pool + i * D, pool + i % 3 * D, D * sizeof *pool);
        cupel_choice c = choose(&t, CUPEL_ACQUIRE_AUTO, 5, 1);
        assert_int_equal(c.n, 3);
        for (size_t k = 1; k < 3; k++) assert_true(c.pick[k].row % 3 != c.pick[0].row % 3);
        cupel_choice_release(&c);
    }
}

static void few_rows_and_none(void **state)
{
    (void)state;
    const bool maximize = true;
    cupel_choose_task t = task_of(&maximize);
    for (size_t n = 0; n <= 3; n++) {
        t.n = n;
        cupel_choice c = choose(&t, CUPEL_ACQUIRE_AUTO, 5, 1);
        assert_int_equal(c.n, 5);
        assert_int_equal(c.modelled, n >= 2);
        cupel_choice_release(&c);
    }
    t.m = 0;
    cupel_choice c = {0};
    const cupel_choose_options o = cupel_choose_defaults();
    assert_int_equal(cupel_choose(&t, &o, &(cupel_job){.threads = 1}, &c, NULL), CUPEL_BAD_INPUT);
}

int main(void)
{
    cupel_la_single_thread();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formulas_are_their_integrals), cmocka_unit_test(the_logarithm_goes_on), cmocka_unit_test(volumes_by_inclusion_and_exclusion),
        cmocka_unit_test(a_descent_ends_at_the_bottom), cmocka_unit_test(all_find_the_hill),     cmocka_unit_test(failures_pending_and_cost),
        cmocka_unit_test(deviations_know_no_beliefs), cmocka_unit_test(deviations_are_as_large_as_errors),
        cmocka_unit_test(equal_candidates_are_one), cmocka_unit_test(the_bent_scale), cmocka_unit_test(without_skill_chance_picks),
        cmocka_unit_test(several_goals), cmocka_unit_test(the_ends_of_a_front_are_found), cmocka_unit_test(a_choice_tells_and_stops),
        cmocka_unit_test(few_rows_and_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
