#include "tests/check.h"

#include "core/matter/elements.h"

static void symbols_are_found_again(void **state)
{
    (void)state;
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++) {
        const char *s = cupel_element_symbol(z);
        assert_int_equal(cupel_element_find(s, strlen(s)), z);
        assert_int_equal(cupel_element_code[s[0] - 'A'][s[1] ? s[1] - 'a' + 1 : 0], z);
        assert_true(strlen(cupel_element_name(z)) >= 3);
    }
    unsigned found = 0;
    for (int a = 0; a < 26; a++)
        for (int b = 0; b < 32; b++) found += cupel_element_code[a][b] != 0;
    assert_int_equal(found, CUPEL_Z_MAX);
    assert_string_equal(cupel_element_name(26), "iron");
}

static void what_is_no_element_is_not_found(void **state)
{
    (void)state;
    static const char *const none[] = {"D", "T", "fe", "FE", "Fee", "Xx", "J", "Q", "A", "E", "1", " ", "F ", "F\xc2"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) assert_int_equal(cupel_element_find(none[i], strlen(none[i])), 0);
    assert_int_equal(cupel_element_find("Fe", 0), 0);
    assert_int_equal(cupel_element_find("Fe", 1), 9);
    assert_string_equal(cupel_element_symbol(0), "");
    assert_string_equal(cupel_element_symbol(119), "");
    assert_string_equal(cupel_element_name(119), "");
    assert_true(isnan(cupel_element_weight(0)) && isnan(cupel_element_weight(119)));
    assert_true(isnan(cupel_element_electronegativity(119)));
}

/* Weights grow with Z but for the known inversions, and stay between 2 and 2.7 nucleons per proton beyond hydrogen. */
static void weights_follow_the_periodic_law(void **state)
{
    (void)state;
    static const unsigned inverted[] = {18, 27, 52, 90, 92, 94, 107, 111};
    for (unsigned z = 1; z < CUPEL_Z_MAX; z++) {
        bool known = false;
        for (size_t i = 0; i < sizeof inverted / sizeof *inverted; i++) known = known || inverted[i] == z;
        if (!known && z < 93) assert_true(cupel_element_weight(z) < cupel_element_weight(z + 1));
        if (z > 1) assert_true(cupel_element_weight(z) / z > 1.97 && cupel_element_weight(z) / z < 2.7);
    }
    check_close(cupel_element_weight(1), 1.008, 1e-12, 0);
    check_close(cupel_element_weight(92), 238.02891, 1e-12, 0);
}

static void fluorine_is_the_most_electronegative(void **state)
{
    (void)state;
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++) {
        double x = cupel_element_electronegativity(z);
        if (z != 9 && !isnan(x)) assert_true(x > 0.6 && x < cupel_element_electronegativity(9));
    }
    assert_true(isnan(cupel_element_electronegativity(2)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(symbols_are_found_again),
        cmocka_unit_test(what_is_no_element_is_not_found),
        cmocka_unit_test(weights_follow_the_periodic_law),
        cmocka_unit_test(fluorine_is_the_most_electronegative),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
