/* Names of alloys and brackets that count otherwise than they are meant. */
#include "tests/check.h"

#include "core/matter/formula.h"
#include "core/matter/meant.h"

static void grades(void **state)
{
    (void)state;
    static const char *const yes[] = {"SUS304", "AISI 4340", "aisi4340", "Inconel 718", "IN718", "Al6061", "TiAl6V4", "AlSi10Mg", "42CrMo4", " C45 ",
                                       "316L"},
                             *const no[] = {"C60", "D2", "H2", "Fe2O3", "NaCl", "TiAl3", "Al2O3", "CuZn", "SiC", "IN", "W", "Ti-6Al-4V", ""};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) assert_non_null(cupel_grade(cupel_text_of(yes[i])));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) assert_null(cupel_grade(cupel_text_of(no[i])));
}

static void check_meant(const char *formula, const char *words)
{
    cupel_str s = {0};
    assert_int_equal(cupel_formula_meant(cupel_text_of(formula), &s), words != NULL);
    if (words) assert_non_null(strstr(cupel_str_text(&s), words));
    cupel_str_free(&s);
}

static void brackets_beside_elements(void **state)
{
    (void)state;
    check_meant("(Al0.3CoCrFeNi)98Ti2", "counts the bracket as 4.3 atoms, 98 times; as shares of atoms, 98 % of the bracket, it is "
                                        "Al6.837Co22.79Cr22.79Fe22.79Ni22.79Ti2");
    check_meant("Ti2(CoNi)98", "it is Ti2Co49Ni49");
    check_meant("(CoCrNi)0.94Al0.06", "0.94 of the bracket, it is Co0.3133Cr0.3133Ni0.3133Al0.06");
    check_meant("(Cu60Zr30Ti10)98Y2", "it is Cu58.8Zr29.4Ti9.8Y2");
    check_meant("SUS304", "is read as a formula, but is also the name of a stainless steel");
}

static void formulas_that_mean_what_they_say(void **state)
{
    (void)state;
    static const char *const cases[] = {"(Zr0.5Cu0.5)95Al5", "Ca3(PO4)2", "(K0.5Na0.5)0.95Li0.05NbO3", "(Fe2O3)50(SiO2)50", "(CoNi)98Ti3",
                                        "(CoNi)100", "C60", "Inconel 718", "(CoNi", "(CoNi)98Xx2", ""};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check_meant(cases[i], NULL);
}

static void refusals_name_the_grade(void **state)
{
    (void)state;
    cupel_formula f;
    cupel_formula_error e;
    assert_false(cupel_formula_read(cupel_text_of("AISI 4340"), CUPEL_DOT_REFUSE, &f, &e));
    assert_string_equal(e.message, "no element 'A'; the name of a steel (AISI)? names say no amounts: give its composition");
    assert_false(cupel_formula_read(cupel_text_of("Fe70Ni30 wt%"), CUPEL_DOT_REFUSE, &f, &e));
    assert_non_null(strstr(e.message, "; amounts by weight? a formula counts atoms"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(grades), cmocka_unit_test(brackets_beside_elements),
                                       cmocka_unit_test(formulas_that_mean_what_they_say), cmocka_unit_test(refusals_name_the_grade)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
