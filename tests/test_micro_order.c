/* core/engine/micro/order.c */
#include "tests/check.h"

#include "core/engine/micro/order.h"

/* Of a normal number, by the error function. */
static double normal(double x) { return 0.5 * erfc(-x / sqrt(2)); }

static void a_chance_is_that_of_a_normal_bar(void **state)
{
    (void)state;
    static const double z = 1.959964; /* standard deviations in the half width of a 95 % bar */
    check_close(cupel_design_chance(3, 0.2, 2.8, 3.2, 0), 0.95, 1e-6, 0);
    check_close(cupel_design_chance(3, 0.2, 3, HUGE_VAL, 0), 0.5, 1e-12, 0);
    check_close(cupel_design_chance(3, 0.2, -HUGE_VAL, 3.2, 0), 0.975, 1e-6, 0);
    check_close(cupel_design_chance(3, 0.2, -HUGE_VAL, HUGE_VAL, 0), 1, 1e-12, 0);
    for (int i = -8; i <= 8; i++) {
        const double value = 12e-6 + 1e-7 * i, error = 4e-7, low = 11.9e-6, high = 12.3e-6;
        const double want = normal(z * (high - value) / error) - normal(z * (low - value) / error);
        check_close(cupel_design_chance(value, error, low, high, 1e-6), want, 1e-9, 1e-12);
    }
    check_close(cupel_design_chance(4.5e-6, 0, 5e-6, HUGE_VAL, 5e-12), 0, 0, 0); /* without a bar: small numbers are told apart too */
    check_close(cupel_design_chance(5e-6 - 1e-12, 0, 5e-6, HUGE_VAL, 5e-12), 1, 0, 0);
    check_close(cupel_design_chance(NAN, 0, 0, 1, 1), 0, 0, 0);
}

static const char PHASES[] = "demand: x\nscale: microstructure\nphases:\n  - {name: void, k: 1, density: 0}\n"
                             "  - {name: solid, k: 9, density: 3, price: 10}\nrequire:\n  - {property: conductivity, component: 11, min: 2";

typedef struct one {
    bool meets;
    double value, probability, fraction; /* of the conductivity; of all; of the solid */
} one;

static void is_before(const char *goal, one a, one b)
{
    char text[512];
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    static cupel_design x, y;
    snprintf(text, sizeof text, "%s%s}\n", PHASES, goal);
    check_ok(cupel_micro_demand_read(cupel_text_of(text), "d.yaml", &d, &err), &err);
    x = (cupel_design){.meets = a.meets, .probability = a.probability, .limit = {.fraction = {1 - a.fraction, a.fraction}}};
    y = (cupel_design){.meets = b.meets, .probability = b.probability, .limit = {.fraction = {1 - b.fraction, b.fraction}}};
    x.ask[0].value = a.value, y.ask[0].value = b.value;
    assert_int_equal(cupel_design_compare(d, &x, &y), -1);
    assert_int_equal(cupel_design_compare(d, &y, &x), 1);
    assert_int_equal(cupel_design_compare(d, &x, &x), 0);
    cupel_micro_demand_free(d);
}

static void the_order_of_designs(void **state)
{
    (void)state;
    static const char *const most = ", goal: maximise", *const least = ", goal: minimise";
    is_before("", (one){true, 3, 0.96, 0.9}, (one){false, 3, 0.99, 0.1});      /* what meets the demand */
    is_before(most, (one){true, 3, 0.96, 0.9}, (one){false, 9, 0.99, 0.1});
    is_before(most, (one){true, 3.1, 0.96, 0.9}, (one){true, 3, 0.999, 0.1});  /* then the goal */
    is_before(least, (one){true, 3, 0.96, 0.9}, (one){true, 3.1, 0.999, 0.1});
    is_before(most, (one){true, 3, 0.99, 0.9}, (one){true, 3, 0.97, 0.1});     /* then the probability */
    is_before("", (one){true, 3, 0.99, 0.9}, (one){true, 9, 0.97, 0.1});
    is_before("", (one){true, 3, 0.9999, 0.2}, (one){true, 9, 1, 0.3});        /* as far as bars tell it: then the price */
    is_before(most, (one){true, 3, 0.9999, 0.2}, (one){true, 3, 1, 0.3});
    is_before("", (one){false, 3, 2e-4, 0.3}, (one){false, 3, 1e-4, 0.2});     /* which is nothing to what misses it */
}

/* Of two goals the larger relative gain, and the same from either side; where no price is known the mass. */
static void goals_weigh_and_mass_is_last(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    static cupel_design x, y;
    check_ok(cupel_micro_demand_read(cupel_text_of("demand: x\nscale: microstructure\nphases:\n  - {name: a, k: 1, density: 1}\n  - {name: b, k: 9, "
                                                   "density: 2}\nrequire:\n  - {property: conductivity, component: 11, goal: maximise}\n"
                                                   "  - {property: conductivity, component: 22, goal: maximise}\n"), "d.yaml", &d, &err), &err);
    x.meets = y.meets = true, x.probability = y.probability = 1;
    x.ask[0].value = 3, x.ask[1].value = 0.5, y.ask[0].value = y.ask[1].value = 1; /* times 3 and a half */
    assert_int_equal(cupel_design_compare(d, &x, &y), -1);
    assert_int_equal(cupel_design_compare(d, &y, &x), 1);
    x.ask[1].value = 0.25; /* times 3 and a quarter */
    assert_int_equal(cupel_design_compare(d, &x, &y), 1);
    d->ask[0].weight = 2;
    assert_int_equal(cupel_design_compare(d, &x, &y), -1);
    y = x;
    x.limit.fraction[0] = 0.7, x.limit.fraction[1] = 0.3, y.limit.fraction[0] = 0.6, y.limit.fraction[1] = 0.4;
    assert_int_equal(cupel_design_compare(d, &x, &y), -1);
    d->phase[0].density = NAN;
    assert_int_equal(cupel_design_compare(d, &x, &y), 0);
    cupel_micro_demand_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_chance_is_that_of_a_normal_bar), cmocka_unit_test(the_order_of_designs),
                                       cmocka_unit_test(goals_weigh_and_mass_is_last)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
