#include "tests/demands.h"

#include "core/engine/score.h"
#include "core/engine/share_of_quantiles.h"

#define REQUIRE "require:\n  - {property: band gap, min: 1.1 eV, max: 1.6 eV}\n"

static double chance(const cupel_demand *d, const cupel_belief *b, double value, double half, cupel_score *out)
{
    cupel_err err;
    cupel_scorer *s;
    double lower = value - half, upper = value + half, chances[2], objective[8], figure[1] = {0};
    check_ok(cupel_scorer_new(d, b, &s, &err), &err);
    const cupel_score_row row = {
        .value = &value, .spread = &half, .lower = &lower, .upper = &upper, .figure = figure, .chance = chances, .objective = objective};
    cupel_scorer_row(s, &row, out);
    cupel_scorer_free(s);
    return chances[0];
}

static void a_probability_is_the_share_of_the_interval(void **state)
{
    (void)state;
    const double inf = HUGE_VAL;
    check_close(cupel_interval_probability(2, 1, 3, 0.9, 1, 3), 0.9, 1e-12, 0);
    check_close(cupel_interval_probability(2, 1, 4, 0.9, -inf, 1), 0.05, 1e-12, 0);
    check_close(cupel_interval_probability(2, 1, 4, 0.9, 4, inf), 0.05, 1e-12, 0);
    check_close(cupel_interval_probability(2, 1, 4, 0.9, -inf, 2), 0.5, 1e-12, 0);
    check_close(cupel_interval_probability(2, 1, 4, 0.9, -inf, inf), 1, 1e-15, 0);
    for (double cut = -3; cut < 8; cut += 0.37) { /* parts add up to the whole */
        double a = cupel_interval_probability(2, 1, 4, 0.8, -inf, cut), b = cupel_interval_probability(2, 1, 4, 0.8, cut, inf);
        check_close(a + b, 1, 1e-12, 0);
    }
    assert_true(cupel_interval_probability(2, 2, 2, 0.9, 1, 3) == 1 && cupel_interval_probability(2, 2, 2, 0.9, 3, 4) == 0);
    assert_true(cupel_interval_probability(2, 1, 3, 0.9, 3, 1) == 0);
}

/* Between quantiles straight, equal ones a value that many share, tails that meet the outermost; parts add up. */
static void quantiles_are_a_distribution(void **state)
{
    (void)state;
    const double inf = HUGE_VAL, tau[] = {0.1, 0.3, 0.5, 0.7, 0.9}, smooth[] = {-1, 0, 1, 2, 4}, spiked[] = {0, 0, 0, 2, 3};
    for (int k = 0; k < 5; k++) check_close(cupel_quantiles_probability(tau, smooth, 5, -inf, smooth[k]), tau[k], 1e-12, 0);
    check_close(cupel_quantiles_probability(tau, smooth, 5, 1, 1.5), 0.1, 1e-12, 0);
    check_close(cupel_quantiles_probability(tau, smooth, 5, 6, inf), 0.1 * 0.1 / 0.3, 1e-12, 0); /* as much further as the last two are apart */
    check_close(cupel_quantiles_probability(tau, smooth, 5, -inf, -2), 0.1 * 0.1 / 0.3, 1e-12, 0);
    check_close(cupel_quantiles_probability(tau, spiked, 5, -inf, 0), 0.5, 1e-12, 0); /* the share of what is 0 */
    check_close(cupel_quantiles_probability(tau, spiked, 5, 0, 0), 0.5, 1e-12, 0);
    check_close(cupel_quantiles_probability(tau, spiked, 5, -inf, -1e-9), 0, 1e-12, 0);
    check_close(cupel_quantiles_probability(tau, spiked, 5, 2, inf), 0.3, 1e-12, 0);
    for (double cut = -4; cut < 9; cut += 0.37) {
        const double a = cupel_quantiles_probability(tau, smooth, 5, -inf, cut), b = cupel_quantiles_probability(tau, smooth, 5, cut, inf);
        check_close(a + b, 1, 1e-12, 0);
    }
    assert_true(cupel_quantiles_probability(tau, smooth, 5, 3, 1) == 0 && cupel_quantiles_probability(tau, smooth, 5, -inf, inf) == 1);
}

static void a_class_has_the_probability_of_its_values(void **state)
{
    (void)state;
    cupel_err err;
    cupel_demand *d;
    cupel_score score;
    const cupel_belief b = {.is_class = true, .class_low = 0, .class_high = 1, .low = 0, .high = 1};
    const char *head = "demand: x\ndata: {file: gaps.csv, formula: composition, target: metal}\nmodel: {name: ridge, task: class}\n" SPACE;
    char text[512];
    const struct {
        const char *window;
        double want;
    } cases[] = {{"target: 1", 0.7}, {"target: 0", 0.3},    {"min: 0.5", 0.7},
                 {"max: 0.5", 0.3},  {"min: 0, max: 1", 1}, {"goal: maximise, beat: 0.5", 0.7}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(text, sizeof text, "%srequire:\n  - {property: metal, %s}\n", head, cases[i].window);
        check_ok(read_demand(text, &d, &err), &err);
        check_close(chance(d, &b, 0.7, 0, &score), cases[i].want, 1e-12, 0);
        check_close(score.probability, cases[i].want, 1e-9, 0);
        cupel_demand_free(d);
    }
}

static void nearer_to_the_middle_has_more_merit(void **state)
{
    (void)state;
    cupel_err err;
    cupel_demand *d;
    cupel_score a, b, last = {.score = 2};
    const cupel_belief belief = {.low = 0, .high = 9};
    check_ok(read_demand("demand: x\n" DATA MODEL SPACE REQUIRE, &d, &err), &err);
    chance(d, &belief, 1.35, 0.3, &a);
    chance(d, &belief, 1.5, 0.3, &b);
    assert_true(a.score > b.score && a.merit > b.merit && a.score == a.probability);
    for (double v = 1.35; v < 4; v += 0.05) { /* the score falls away from the window, and so does the merit */
        chance(d, &belief, v, 0.3, &a);
        assert_true(a.score <= last.score && (a.score < last.score || v > 2.5) && (last.score > 1 || a.merit < last.merit));
        last = a;
    }
    cupel_demand_free(d);
}

static void weights_mean_what_they_say(void **state)
{
    (void)state;
    cupel_err err;
    cupel_demand *d;
    cupel_score s;
    const cupel_belief belief = {.low = 0, .high = 4};
    check_ok(read_demand("demand: x\n" DATA MODEL SPACE "require:\n  - {property: band gap, goal: maximise, weight: 3}\n"
                         "  - {price: {max: 10 USD/kg}, goal: minimise}\nrank: {by: weights}\n",
                         &d, &err),
             &err);
    chance(d, &belief, 3, 0.5, &s); /* 3/4 of the range with weight 3, a figure of 0 with weight 1 */
    check_close(s.score, (3 * 0.75 + 1) / 4, 1e-8, 0);
    chance(d, &belief, 8, 0.5, &s); /* beyond the best measured counts as the best */
    check_close(s.score, 1, 1e-8, 0);
    cupel_demand_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_probability_is_the_share_of_the_interval),
        cmocka_unit_test(quantiles_are_a_distribution),
        cmocka_unit_test(a_class_has_the_probability_of_its_values),
        cmocka_unit_test(nearer_to_the_middle_has_more_merit),
        cmocka_unit_test(weights_mean_what_they_say),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
