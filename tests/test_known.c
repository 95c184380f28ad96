#include "tests/check.h"

#include "core/engine/known.h"

static cupel_batch batch_of(const char *const *formula, size_t n)
{
    cupel_batch b = {.n = 0};
    cupel_err err = {0};
    for (size_t i = 0; i < n; i++) check_ok(cupel_batch_add_formula(&b, cupel_text_of(formula[i]), CUPEL_DOT_DECIMAL, &err), &err);
    return b;
}

static void compositions_are_found_in_any_writing(void **state)
{
    (void)state;
    static const char *const measured[] = {"GaAs", "Fe0.5Ni0.3Cr0.2", "Zz", "Ga2As2", "KBiS2"};
    static const double value[] = {1.4, 600, 0, 1.5, 0.9};
    static const struct {
        const char *formula;
        bool known;
        double value;
    } asked[] = {{"As3Ga3", true, 1.45}, {"Fe5Cr2Ni3", true, 600}, {"KBiS2", true, 0.9}, {"KBi2S2", false, 0},
                 {"GaAs2", false, 0},   {"Fe5Cr3Ni2", false, 0},  {"Ga", false, 0},     {"Fe", false, 0}};
    cupel_err err = {0};
    cupel_known_set *s = NULL;
    cupel_str text = {0};
    cupel_batch b = batch_of(measured, 5);
    check_ok(cupel_known_set_new(&s, &err), &err);
    cupel_known_set_close(s);
    for (int filled = 0; filled < 2; filled++) {
        for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
            cupel_batch one = batch_of(&asked[i].formula, 1);
            cupel_composition c;
            bool known = true;
            cupel_known_value m = {.value = -1};
            cupel_batch_get(&one, 0, &c);
            check_ok(cupel_known_set_has(s, &(cupel_known_row){.c = &c}, &text, &known, &m, &err), &err);
            assert_int_equal(known, filled && asked[i].known);
            check_close(m.value, known ? asked[i].value : -1, 0, 0);
            cupel_batch_release(&one);
        }
        if (filled) break;
        check_ok(cupel_known_set_add(s, &b, value, &err), &err);
        cupel_known_set_close(s);
    }
    cupel_str_free(&text);
    cupel_batch_release(&b);
    cupel_known_set_free(s);
}

/* A median and its ends, whatever the order of the rows. */
static void several_values_become_their_median(void **state)
{
    (void)state;
    static const char *const measured[] = {"Fe2O3", "ZnO", "Fe4O6", "Fe2O3", "Fe6O9"};
    static const double value[] = {1, 3.3, 2, 3, 7};
    static const size_t order[][5] = {{0, 1, 2, 3, 4}, {4, 3, 2, 1, 0}, {3, 0, 4, 2, 1}};
    for (size_t n = 4; n <= 5; n++)
        for (size_t k = 0; k < 3; k++) {
            cupel_err err = {0};
            cupel_known_set *s = NULL;
            cupel_str text = {0};
            cupel_known_value m = {0};
            cupel_composition c;
            bool known = false;
            const char *formula[5];
            double y[5];
            size_t rows = 0;
            for (size_t i = 0; i < 5; i++)
                if (order[k][i] < n) formula[rows] = measured[order[k][i]], y[rows++] = value[order[k][i]];
            cupel_batch b = batch_of(formula, rows), one = batch_of(measured, 1);
            check_ok(cupel_known_set_new(&s, &err), &err);
            check_ok(cupel_known_set_add(s, &b, y, &err), &err);
            cupel_known_set_close(s);
            cupel_batch_get(&one, 0, &c);
            check_ok(cupel_known_set_has(s, &(cupel_known_row){.c = &c}, &text, &known, &m, &err), &err);
            assert_true(known);
            assert_int_equal(m.n, n - 1);
            check_close(m.value, n == 4 ? 2 : 2.5, 0, 0);
            check_close(m.low, 1, 0, 0);
            check_close(m.high, n == 4 ? 3 : 7, 0, 0);
            assert_string_equal(m.condition, "");
            m.n = 0;
            check_ok(cupel_known_set_near(s, &c, "", &text, &known, &m, &err), &err);
            assert_true(known && m.n == n - 1);
            cupel_str_free(&text);
            cupel_batch_release(&b);
            cupel_batch_release(&one);
            cupel_known_set_free(s);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(compositions_are_found_in_any_writing),
                                       cmocka_unit_test(several_values_become_their_median)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
