/* core/engine/micro/edge.c */
#include "tests/check.h"

#include "core/engine/micro/edge.h"

static void says(const cupel_ask *a, cupel_design_ask v, const char *want)
{
    static const cupel_micro_demand d = {.n_asks = 1};
    cupel_str s = {0};
    cupel_edge_words(&d, a, &v, &s);
    assert_string_equal(cupel_str_text(&s), want);
    cupel_str_free(&s);
}

static void a_verdict_on_the_edge_has_its_reason(void **state)
{
    (void)state;
    const cupel_ask young = {.min = 0.2, .max = 0.3, .unit = "MPa", .in_unit = 1e3, .name = "young modulus"};
    says(&young, (cupel_design_ask){.value = 0.25, .error = 0.01, .met = true}, "");
    says(&young, (cupel_design_ask){.value = 0.3, .error = 0, .met = true}, "on its limit itself, with nothing to spare");
    says(&young, (cupel_design_ask){.value = 0.3, .error = 0.012},
         "on its limit itself, over which its bar reaches by 12 MPa; a finer grid narrows it");
    says(&young, (cupel_design_ask){.value = 0.2, .error = 0.012},
         "on its limit itself, over which its bar reaches by 12 MPa; a finer grid narrows it");
    says(&young, (cupel_design_ask){.value = 0.29, .error = 0.012}, "inside, but over the limit its bar reaches by 2 MPa; a finer grid narrows it");
    says(&young, (cupel_design_ask){.value = 0.31, .error = 0.002}, "");
    says(&young, (cupel_design_ask){.value = NAN, .error = 0.002}, "");
    const cupel_ask whole = {.whole = true, .within = 0.02, .unit = "W/(m K)", .in_unit = 1};
    says(&whole, (cupel_design_ask){.value = 0.015, .error = 0.01}, "inside, but over the limit its bar reaches by 0.5 %; a finer grid narrows it");
    says(&whole, (cupel_design_ask){.value = 0.005, .error = 0.01, .met = true}, "");
    const cupel_ask goal = {.min = -HUGE_VAL, .max = HUGE_VAL, .goal = 1, .unit = "", .in_unit = 1};
    says(&goal, (cupel_design_ask){.value = 5, .error = 1, .met = true}, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_verdict_on_the_edge_has_its_reason)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
