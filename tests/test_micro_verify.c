/* core/engine/micro/verify.c: a design meets an entry where its bar is inside too, and only there. */
#include "tests/check.h"

#include "core/engine/micro/search.h"

static const cupel_job job = {.threads = 1};
static cupel_recipe recipe; /* its threshold is found once */

static cupel_micro_demand *demand(const char *require)
{
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    char text[512];
    snprintf(text, sizeof text,
             "demand: x\nscale: microstructure\nphases:\n  - {name: a, k: 1, E: 1, nu: 0.3}\n  - {name: b, k: 10, E: 10, nu: 0.2}\n"
             "require:\n  - {%s}\ngrid: 12\n",
             require);
    check_ok(cupel_micro_demand_read(cupel_text_of(text), "d.yaml", &d, &err), &err);
    return d;
}

static cupel_design_ask judged(const cupel_micro_demand *d)
{
    static cupel_designs designs;
    static cupel_design one;
    static cupel_search s;
    cupel_err err = {0};
    designs = (cupel_designs){.n = 0};
    s = (cupel_search){.d = d, .job = &job, .out = &designs};
    check_ok(cupel_design_verify(&s, &recipe, NULL, &one, &err), &err);
    assert_true(one.meets == one.ask[0].met);
    assert_true(one.ask[0].met_as_drawn == one.ask[0].met); /* nothing is to hold under tolerances */
    return one.ask[0];
}

/* The value, or the distance, lies `shares` of its bar inside the limit. */
static void with_a_limit(cupel_micro_demand *d, double *limit, double value, double error, double sign, double shares, bool meets)
{
    *limit = value + sign * shares * error;
    const cupel_design_ask v = judged(d);
    check_close(v.value, value, 1e-12, 0); /* what is asked moves no figure */
    check_close(v.error, error, 1e-12, 0);
    if (v.met != meets) print_error("%g +- %g against %g\n", v.value, v.error, *limit);
    assert_true(v.met == meets);
    assert_true(shares < 0 ? v.probability < 0.5 : v.probability > 0.5);
}

/* The bar, relative to the target. */
static double of_a_tensor(const char *require)
{
    cupel_micro_demand *d = demand(require);
    const cupel_design_ask v = judged(d);
    assert_true(v.value > 0 && v.error > 1e-7 && v.met);
    with_a_limit(d, &d->ask[0].within, v.value, v.error, 1, 1.01, true);
    with_a_limit(d, &d->ask[0].within, v.value, v.error, 1, 0.99, false);
    with_a_limit(d, &d->ask[0].within, v.value, v.error, 1, 0.5, false);
    with_a_limit(d, &d->ask[0].within, v.value, v.error, 1, -0.5, false);
    cupel_micro_demand_free(d);
    return v.error;
}

static void a_tensor_counts_its_bar(void **state)
{
    (void)state;
    const double limit = of_a_tensor("property: conductivity, target: [[2, 0, 0], [0, 2, 0], [0, 0, 2]], within: 90 %");
    const double grid = of_a_tensor("property: conductivity, on: grid, target: [[2, 0, 0], [0, 2, 0], [0, 0, 2]], within: 90 %");
    assert_true(limit > 10 * grid); /* what iterating leaves of that */
    of_a_tensor("property: stiffness, target: [[3, 1, 1, 0, 0, 0], [1, 3, 1, 0, 0, 0], [1, 1, 3, 0, 0, 0], [0, 0, 0, 2, 0, 0], [0, 0, 0, 0, 2, 0], "
                "[0, 0, 0, 0, 0, 2]], within: 90 %");
}

static void of_a_number(const char *require)
{
    cupel_micro_demand *d = demand(require);
    cupel_ask *a = &d->ask[0];
    const double low = a->min, high = a->max;
    const cupel_design_ask v = judged(d);
    assert_true(v.value > 0 && v.error > 1e-7 && v.met);
    with_a_limit(d, &a->max, v.value, v.error, 1, 1.01, true);
    with_a_limit(d, &a->max, v.value, v.error, 1, 0.5, false);
    with_a_limit(d, &a->max, v.value, v.error, 1, -0.5, false);
    a->max = high;
    with_a_limit(d, &a->min, v.value, v.error, -1, 1.01, true);
    with_a_limit(d, &a->min, v.value, v.error, -1, 0.5, false);
    with_a_limit(d, &a->min, v.value, v.error, -1, -0.5, false);
    a->min = low;
    cupel_micro_demand_free(d);
}

static void a_number_keeps_its_bar_from_both_ends(void **state)
{
    (void)state;
    of_a_number("property: conductivity, component: 11, min: 1, max: 9");
    of_a_number("property: young modulus, direction: [0, 0, 1], min: 1, max: 9");
}

static int settle(void **state)
{
    cupel_err err = {0};
    (void)state;
    return cupel_recipe_of_text("gyroid:fraction=0.3", &recipe, &err) != CUPEL_OK || cupel_recipe_settle(&recipe, &job, &err) != CUPEL_OK;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_tensor_counts_its_bar), cmocka_unit_test(a_number_keeps_its_bar_from_both_ends)};
    return cmocka_run_group_tests(tests, settle, NULL);
}
