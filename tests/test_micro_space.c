/* core/engine/micro/space.c */
#include "tests/check.h"

#include "core/engine/micro/space.h"

#define HEAD "demand: a test\nscale: microstructure\nphases:\n  - {name: a, k: 1}\n  - {name: b, k: 20}\n" \
             "require:\n  - {property: conductivity, component: 11, min: 2}\nseed: 3\n"

static cupel_status space_of(const char *line, cupel_micro_space *s, cupel_err *err)
{
    char text[1024];
    cupel_micro_demand *d = NULL;
    snprintf(text, sizeof text, "%s%s\n", HEAD, line);
    check_ok(cupel_micro_demand_read(cupel_text_of(text), "d.yaml", &d, err), err);
    cupel_status st = cupel_micro_space_read(d, s, err);
    cupel_micro_demand_free(d);
    return st;
}

static void ranges_are_filled(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_micro_space s;
    double value[3], z[3], low[3] = {9, 9, 9}, high[3] = {0, 0, 0};
    check_ok(space_of("space: {generator: gyroid, fraction: 0.1..0.35, periods1: 1..3, stretch3: 1 .. 2.5, sheet: 1, seed: 7}", &s, &err), &err);
    assert_int_equal(s.n, 3);
    assert_true(s.whole[1] && !s.whole[0]);
    for (uint64_t i = 0; i < 256; i++) {
        cupel_recipe r;
        cupel_micro_space_point(&s, i, value);
        cupel_micro_space_scaled(&s, value, z);
        for (size_t j = 0; j < 3; j++) {
            low[j] = fmin(low[j], value[j]), high[j] = fmax(high[j], value[j]);
            assert_true(z[j] >= -1 && z[j] <= 1);
        }
        check_ok(cupel_micro_space_recipe(&s, value, &r, &err), &err);
        assert_true(cupel_recipe_get(&r, "fraction") == value[0] && cupel_recipe_get(&r, "periods1") == value[1]);
        assert_true(cupel_recipe_get(&r, "sheet") == 1 && r.seed == 7);
        /* the text of a recipe makes the same one */
        cupel_str text = {0};
        cupel_recipe again;
        cupel_recipe_text(&r, &text);
        check_ok(cupel_recipe_of_text(cupel_str_text(&text), &again, &err), &err);
        assert_true(memcmp(again.value, r.value, sizeof r.value) == 0 && again.seed == r.seed);
        cupel_str_free(&text);
    }
    check_close(low[0], 0.1, 0, 0.002);
    check_close(high[0], 0.35, 0, 0.002);
    assert_true(low[1] == 1 && high[1] == 3);
    check_close(high[2], 2.5, 0, 0.01);
}

/* What is printed with six digits reads as the same number. */
static void points_have_six_digits(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_micro_space s;
    double value[4];
    check_ok(space_of("space: {generator: gaussian, fraction: 0.01..0.99, wavelength: 0.02..1, metric11: -3..3, y2_0: -20..20, seed: 7}", &s, &err),
             &err);
    for (uint64_t i = 0; i < 5000; i++) {
        cupel_micro_space_point(&s, i, value);
        for (size_t j = 0; j < 4; j++) {
            char text[32];
            snprintf(text, sizeof text, "%.6g", value[j]);
            assert_true(strtod(text, NULL) == value[j]);
        }
    }
}

static void refused(const char *line, const char *words)
{
    cupel_err err = {0};
    cupel_micro_space s;
    check_fails(space_of(line, &s, &err), CUPEL_USAGE, &err, words);
}

static void what_cannot_be_searched_is_refused(void **state)
{
    (void)state;
    refused("grid: 32", "needs a space");
    refused("space: {fraction: 0.1..0.3}", "name the generator");
    refused("space: {generator: gyriod, fraction: 0.1..0.3}", "did you mean 'gyroid'");
    refused("space: {generator: gyroid, fractoin: 0.1..0.3}", "did you mean 'fraction'");
    refused("space: {generator: gyroid, fraction: 0.3..0.1}", "ends before it begins");
    refused("space: {generator: gyroid, fraction: 0.3..1.2}", "takes 0.01 to 0.99");
    refused("space: {generator: gyroid, fraction: a..0.2}", "no range");
    refused("space: {generator: gyroid, periods1: 1..2.5}", "whole");
    refused("space: {generator: gyroid, fraction: 0.3}", "nothing in the space is searched");
    refused("space: {generator: gyroid, fraction: 0.1..0.3, seed: 1..4}", "one whole number");
    refused("space: {generator: gyroid, fraction: [0.1, 0.3]}", "expected a number, or a range");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_filled),
        cmocka_unit_test(points_have_six_digits),
        cmocka_unit_test(what_cannot_be_searched_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
