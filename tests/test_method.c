#include "tests/check.h"

#include "core/matter/method.h"

static const cupel_param params[] = {
    {"C", "", 10, 1e-3, 1e6, "cost"}, {"gamma", "", NAN, 1e-9, 1e3, "width"}, {"tail", "eV", 0.5, 0, INFINITY, "a tail"}, {0}};
static const cupel_method method = {
    .name = "svr", .kind = "learner", .scale = "any", .help = "h", .maturity = "stable", .input = "x", .output = "y", .params = params};
static const cupel_method bare = {
    .name = "norm", .kind = "descriptor", .scale = "any", .help = "h", .maturity = "stable", .input = "x", .output = "y"};

static void defaults_and_settings(void **state)
{
    (void)state;
    double v[3];
    cupel_err err = {0};
    assert_int_equal(cupel_method_n_params(&method), 3);
    assert_int_equal(cupel_method_n_params(&bare), 0);
    check_ok(cupel_method_settings(&method, NULL, v, &err), &err);
    assert_true(v[0] >= 10 && v[0] <= 10 && isnan(v[1]));
    check_ok(cupel_method_settings(&method, " gamma = 0.25 , C=1e2", v, &err), &err);
    check_close(v[0], 100, 0, 0);
    check_close(v[1], 0.25, 0, 0);
    check_close(v[2], 0.5, 0, 0);
    check_ok(cupel_method_settings(&bare, "", v, &err), &err);
}

static void bad_settings_leave_the_values(void **state)
{
    (void)state;
    double v[3] = {-1, -2, -3};
    cupel_err err = {0};
    static const char *const cases[][2] = {
        {"D=1", "it has C (10), gamma (chosen from the data), tail (0.5 eV)"},
        {"C=ten", "'ten', expected a number from 0.001 to 1000000"},
        {"C=1e7", "expected a number from"},
        {"tail=-1", "from 0 to inf eV"},
        {"C", "not of the form name=value"},
        {"C=1,C=2", "given twice"},
        {"C=1,", "not of the form"},
        {",", "not of the form"},
        {"C=", "'', expected a number"},
        {"=3", "no parameter ''"},
        {"C=nan", "expected a number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_fails(cupel_method_settings(&method, cases[i][0], v, &err), CUPEL_USAGE, &err, cases[i][1]);
    check_fails(cupel_method_settings(&bare, "C=1", v, &err), CUPEL_USAGE, &err, "descriptor 'norm' has no parameters");
    assert_true(v[0] <= -1 && v[1] <= -2 && v[2] <= -3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(defaults_and_settings), cmocka_unit_test(bad_settings_leave_the_values)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
