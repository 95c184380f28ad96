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

/* Ranges are hard: what is required of the fraction and the range of the space exclude each other, or share what both allow. */
static void ranges_and_windows_exclude_each_other(void **state)
{
    (void)state;
    static const struct {
        const char *space;
        double min;
        bool possible;
    } one[] = {{"fraction: 0.2..0.3", 0.5, false}, {"fraction: 0.2..0.6", 0.5, true}, {"fraction: 0.2, stretch3: 1..2", 0.5, false},
               {"fraction: 0.2..0.5", 0.5, true}};
    for (size_t i = 0; i < sizeof one / sizeof *one; i++) {
        char text[1024];
        cupel_err err = {0};
        cupel_micro_demand *d = NULL;
        cupel_micro_space s;
        snprintf(text, sizeof text, "demand: a test\nscale: microstructure\nphases:\n  - {name: a, k: 1}\n  - {name: b, k: 20}\nrequire:\n"
                 "  - {property: volume fraction, phase: b, min: %g}\nspace: {generator: gyroid, %s}\n", one[i].min, one[i].space);
        check_ok(cupel_micro_demand_read(cupel_text_of(text), "d.yaml", &d, &err), &err);
        if (one[i].possible)
            check_ok(cupel_micro_space_read(d, &s, &err), &err);
        else
            check_fails(cupel_micro_space_read(d, &s, &err), CUPEL_INFEASIBLE, &err, "d.yaml:8: cannot be met: the space has 0.2");
        cupel_micro_demand_free(d);
    }
}

/* A void is solved for with what stands for it, and bounds are those of the void. */
static void voids_have_a_stand_in(void **state)
{
    (void)state;
    static const char *const stiffness[] = {"E: 0, nu: 0.3", "E: 1e-9, nu: 0.3", "E: 0.01, nu: 0.3"};
    for (size_t i = 0; i < 3; i++) {
        char text[1024];
        cupel_err err = {0};
        cupel_micro_demand *d = NULL;
        snprintf(text, sizeof text, "demand: a test\nscale: microstructure\nphases:\n  - {name: steel, E: 200, nu: 0.3}\n  - {name: void, %s}\n"
                 "require:\n  - {property: bulk modulus, min: 2}\n", stiffness[i]);
        check_ok(cupel_micro_demand_read(cupel_text_of(text), "d.yaml", &d, &err), &err);
        const cupel_micro_phase *p = &d->phase[1];
        const double share = p->material.c[0][0] / d->phase[0].material.c[0][0];
        assert_true(p->stands_in[1] == (i < 2) && share > 0.5e-5 && (i == 2 || share < 2e-5));
        assert_true(i == 2 || p->given.c[0][0] < 1e-8);
        assert_true(p->material.c[0][0] > p->material.c[0][1] && fabs(p->material.lambda + 2 * p->material.mu - p->material.c[0][0]) < 1e-12);
        cupel_micro_demand_free(d);
    }
}

/* Of `all`, each parameter at its ends, the others in the middle, is taken by the generator. */
static void ranges_of_names_are_taken(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    size_t named = 0;
    check_ok(cupel_micro_demand_read(cupel_text_of(HEAD "space: all\n"), "d.yaml", &d, &err), &err);
    assert_true(d->n_listed > 20);
    for (size_t i = 0; i < d->n_listed; i++) {
        cupel_micro_demand one = *d;
        cupel_micro_space s;
        double value[CUPEL_SOBOL_DIMENSIONS];
        cupel_recipe r;
        if (!d->listed[i].map) { /* searched as without a space */
            named++;
            continue;
        }
        one.space = d->listed[i].map;
        one.n_listed = 0;
        check_ok(cupel_micro_space_read(&one, &s, &err), &err);
        assert_true(s.n > 0 && s.middle.generator->smooth);
        for (size_t k = 0; k < 2 * s.n; k++) {
            for (size_t j = 0; j < s.n; j++) value[j] = (s.low[j] + s.high[j]) / 2;
            value[k / 2] = k % 2 ? s.high[k / 2] : s.low[k / 2];
            check_ok(cupel_micro_space_recipe(&s, value, &r, &err), &err);
        }
    }
    assert_int_equal(named, 3);
    cupel_micro_demand_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_filled),
        cmocka_unit_test(points_have_six_digits),
        cmocka_unit_test(what_cannot_be_searched_is_refused),
        cmocka_unit_test(ranges_and_windows_exclude_each_other),
        cmocka_unit_test(voids_have_a_stand_in),
        cmocka_unit_test(ranges_of_names_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
