/* models/search/least_squares.c */
#include "tests/check.h"

#include "models/search/least_squares.h"

static const double wide[2] = {10, 10}, low[2] = {-10, -10}, high[2] = {10, 10};

/* A linear problem is solved in one step without damping. */
static void one_step_solves_a_linear_problem(void **state)
{
    (void)state;
    cupel_err err = {0};
    const double x[2] = {0, 0}, j[6] = {1, 0, 0, 2, 1, 1}, r[3] = {-1, -4, -3};
    const cupel_ls_problem p = {.m = 3, .n = 2, .r = r, .j = j, .x = x, .lower = low, .upper = high, .reach = wide};
    double dx[2], predicted;
    check_ok(cupel_ls_step(&p, 0, dx, &predicted, &err), &err);
    check_close(dx[0], 1, 1e-9, 0);
    check_close(dx[1], 2, 1e-9, 0);
    check_close(predicted, 0, 0, 1e-12);
    check_close(cupel_ls_cost(r, NULL, 3), 26, 1e-15, 0);
}

/* At the end of a range the other parameters make the best of it: min (x + y - 4)^2 + (y - 1)^2 with x <= 1 is at y = 2. */
static void a_bound_is_kept_and_the_rest_is_optimal(void **state)
{
    (void)state;
    cupel_err err = {0};
    const double x[2] = {0, 0}, j[4] = {1, 1, 0, 1}, r[2] = {-4, -1}, top[2] = {1, 10};
    const cupel_ls_problem p = {.m = 2, .n = 2, .r = r, .j = j, .x = x, .lower = low, .upper = top, .reach = wide};
    double dx[2], predicted;
    check_ok(cupel_ls_step(&p, 0, dx, &predicted, &err), &err);
    check_close(dx[0], 1, 1e-9, 0);
    check_close(dx[1], 2, 1e-9, 0);
}

/* A one-sided residual is silent below 0, and wakes when a step would break it: min (x - 3)^2 with 100 (x - 1) <= 0. */
static void one_sided_residuals_act_as_inequalities(void **state)
{
    (void)state;
    cupel_err err = {0};
    const double x[1] = {0}, j[2] = {1, 100}, r[2] = {-3, -100};
    const bool one_sided[2] = {false, true};
    const cupel_ls_problem p = {.m = 2, .n = 1, .r = r, .j = j, .one_sided = one_sided, .x = x, .lower = low, .upper = high, .reach = wide};
    double dx[1], predicted;
    assert_true(cupel_ls_cost(r, one_sided, 2) == 9);
    check_ok(cupel_ls_step(&p, 0, dx, &predicted, &err), &err);
    check_close(dx[0], 1, 1e-3, 0);
}

static void damping_shortens_and_reach_limits(void **state)
{
    (void)state;
    cupel_err err = {0};
    const double x[1] = {0}, j[1] = {1}, r[1] = {-8}, reach[1] = {1};
    const cupel_ls_problem p = {.m = 1, .n = 1, .r = r, .j = j, .x = x, .lower = low, .upper = high, .reach = reach};
    double dx[1], predicted;
    check_ok(cupel_ls_step(&p, 0, dx, &predicted, &err), &err);
    assert_true(dx[0] == 1 && predicted == 49);
    check_ok(cupel_ls_step(&p, 15, dx, &predicted, &err), &err);
    check_close(dx[0], 0.5, 1e-9, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_step_solves_a_linear_problem),
        cmocka_unit_test(a_bound_is_kept_and_the_rest_is_optimal),
        cmocka_unit_test(one_sided_residuals_act_as_inequalities),
        cmocka_unit_test(damping_shortens_and_reach_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
