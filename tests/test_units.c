#include "tests/check.h"

#include "core/base/str.h"
#include "core/math/units.h"

static cupel_unit unit(const char *text)
{
    cupel_err err = {0};
    cupel_unit u;
    check_ok(cupel_unit_parse(cupel_text_of(text), &u, &err), &err);
    return u;
}

/* 1 of `a` is x of `b`. */
static void equals(const char *a, double x, const char *b)
{
    cupel_unit ua = unit(a), ub = unit(b);
    if (!cupel_unit_same_dimension(&ua, &ub)) fail_msg("%s and %s differ in dimension", a, b);
    check_close(cupel_unit_convert(1, &ua, &ub), x, 4e-16, 0);
    check_close(cupel_unit_convert(x, &ub, &ua), 1, 8e-16, 0);
}

static void units_that_people_write(void **state)
{
    (void)state;
    equals("eV", 1.602176634e-19, "J");
    equals("eV", 1000, "meV");
    equals("eV/atom", 1000, "meV/atom");
    equals("eV / f.u.", 1, "eV");
    equals("kJ/mol", 1000, "J mol^-1");
    equals("GPa", 1000, "MPa");
    equals("MPa", 1, "N/mm^2");
    equals("bar", 1e5, "Pa");
    equals("ksi", 6.894757293168361, "MPa");
    equals("HV", 9.80665, "MPa");
    equals("nm", 10, "\xC3\x85");
    equals("angstrom", 1e-10, "m");
    equals("\xE2\x84\xAB", 1, "Ang");
    equals("um", 1, "\xC2\xB5m");
    equals("um", 1, "\xCE\xBCm");
    equals("cm^-1", 1, "1/cm");
    equals("cm-1", 100, "1/m");
    equals("cm\xE2\x81\xBB\xC2\xB9", 1, "cm^(-1)");
    equals("g/cm^3", 1000, "kg/m^3");
    equals("g/cm3", 1, "g cm\xE2\x81\xBB\xC2\xB3");
    equals("g/cc", 1, "kg/L");
    equals("W/(m K)", 1, "W/m/K");
    equals("W m^-1 K^-1", 1, "W/(m*\xC2\xB0" "C)");
    equals("W\xC2\xB7m\xE2\x81\xBB\xC2\xB9\xC2\xB7K\xE2\x81\xBB\xC2\xB9", 1, "W/(m\xE2\x8B\x85K)");
    equals("S/cm", 100, "S/m");
    equals("mS/cm", 0.1, "S/m");
    equals("10^6 S/m", 1, "MS/m");
    equals("\xC2\xB5\xCE\xA9 cm", 1e-8, "ohm m");
    equals("ohm m", 1, "1/(S/m)");
    equals("%", 0.01, "");
    equals("wt%", 1, "wt.%");
    equals("ppm", 1, "mg/kg");
    equals("MJ/kg", 1000, "kJ/kg");
    equals("USD/kg", 1000, "$/t");
    equals("USD/lb", 2.2046226218487757, "USD/kg");
    equals("V", 1000, "mV");
    equals("h", 60, "min");
    equals("1e-6/K", 1, "10^-6 K^-1");
    equals("10\xE2\x81\xBB\xE2\x81\xB6/K", 1, "um/(m degC)");
    equals("MPa m^0.5", 1, "MPa sqrt(m)");
    equals("MPa m^(1/2)", 1, "MPa\xE2\x88\x9A" "m");
    equals("MPa m^0.5", 31.622776601683793, "MPa mm^0.5");
    equals("mAh/g", 3.6, "C/g");
    equals("emu/g", 1, "A m^2/kg");
    equals("\xC2\xB5_B", 9.2740100783e-24, "J/T");
    equals("eV per atom", 1, "eV");
    equals("Ha", 2, "Ry");
    equals("-", 1, "dimensionless");
    equals("", 1, "1");
    equals("K", 1e3, "mK");
}

static void temperatures_shift_only_when_bare(void **state)
{
    (void)state;
    cupel_unit c = unit("degC"), k = unit("K"), f = unit("\xC2\xB0" "F"), ring = unit("\xC2\xB0" "C"), group = unit("(degC)");
    assert_true(cupel_unit_same_dimension(&c, &k));
    check_close(cupel_unit_convert(25, &c, &k), 298.15, 1e-15, 0);
    check_close(cupel_unit_convert(0, &k, &ring), -273.15, 1e-15, 0);
    check_close(cupel_unit_convert(212, &f, &c), 100, 1e-12, 0);
    check_close(cupel_unit_convert(-40, &c, &f), -40, 1e-12, 0);
    check_close(cupel_unit_convert(1, &group, &k), 274.15, 1e-15, 0);
    check_close(unit("1/degC").offset, 0, 0, 0);
    check_close(unit("degC^2").offset, 0, 0, 0);
    check_close(unit("degC m").offset, 0, 0, 0);
    check_close(unit("sqrt(degC)").offset, 0, 0, 0);
}

/* Every unit of the table is itself under a round trip, and its dimension is that of its square root squared. */
static void algebra_of_units_is_consistent(void **state)
{
    (void)state;
    static const char *const texts[] = {"eV", "MPa", "W/(m K)", "USD/kg", "g/cm^3", "\xC2\xB5V/K", "J/(mol K)", "cm^2/(V s)", "mu_B", "lb", "atm"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char b[200];
        snprintf(b, sizeof b, "1/(1/(%s))", texts[i]);
        equals(texts[i], 1, b);
        snprintf(b, sizeof b, "(%s)^2/(%s)", texts[i], texts[i]);
        equals(texts[i], 1, b);
        snprintf(b, sizeof b, "sqrt((%s)^2)", texts[i]);
        equals(texts[i], 1, b);
        for (size_t j = 0; j < sizeof texts / sizeof *texts; j++) {
            cupel_unit a = unit(texts[i]), c = unit(texts[j]);
            bool pressures = (i == 1 || i == 10) && (j == 1 || j == 10);
            assert_true(cupel_unit_same_dimension(&a, &c) == (i == j || pressures));
        }
    }
}

static void what_is_not_a_unit_is_refused(void **state)
{
    (void)state;
    static const struct { const char *text, *words;
    } bad[] = {
        {"frobs", "'frobs' is not known"},
        {"mpa", "MPa"},
        {"eVx", "'eVx'"},
        {"ev", "eV"},
        {"Kg", "kg"},
        {"Vs", "V s"},
        {"kgK", "kg K"},
        {"W/m K", "two readings"},
        {"W/m*K", "two readings"},
        {"W/mK", "W/(m K)"},
        {"MPa m^1/2", "m^(1/2)"},
        {"m2/3", "two readings"},
        {"EUR/kg", "USD"},
        {"\xE2\x82\xAC/kg", "USD"},
        {"HRC", "HV"},
        {"ton", "1000 kg"},
        {"m^", "power"},
        {"m^x", "power"},
        {"m^(1/0)", "power"},
        {"m^(2", "not closed"},
        {"(m", "not closed"},
        {"m)", "never opened"},
        {"()", "units look like"},
        {"/m", "units look like"},
        {"m/", "ends"},
        {"m*", "ends"},
        {"0 m", "positive"},
        {"m^0.3", "1/2"},
        {"m^13", "12"},
        {"m^-99", "12"},
        {"((((((((((m))))))))))", "deep"},
        {"m,s", "units look like"},
        {"(m^12)^12", "large"},
        {"1e308^12", "large"},
        {"sqrt(sqrt(m))", "1/2"},
        {"m\xC2\xB2\xC2\xB2", "2"},
        {"log(GPa)", "'log'"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cupel_err err = {0};
        cupel_unit u = {.scale = -7};
        cupel_status st = cupel_unit_parse(cupel_text_of(bad[i].text), &u, &err);
        if (st == CUPEL_OK) fail_msg("'%s' was accepted", bad[i].text);
        check_fails(st, CUPEL_BAD_INPUT, &err, bad[i].words);
        assert_true(u.scale == -7);
    }
    char longest[400];
    memset(longest, 'm', sizeof longest);
    cupel_err err = {0};
    cupel_unit u;
    check_fails(cupel_unit_parse((cupel_text){longest, sizeof longest}, &u, &err), CUPEL_BAD_INPUT, &err, "longer");
}

static void quantities(void **state)
{
    (void)state;
    static const struct { const char *text; double x; const char *unit; } good[] = {
        {"1.1 eV", 1.1, "eV"}, {"1.1eV", 1.1, "eV"}, {"3", 3, ""}, {" -5 degC ", -5, "degC"}, {"1e3 MPa", 1000, "MPa"}, {"2e", 2, "e"},
        {"+.5 1/cm", 0.5, "1/cm"}, {"10 %", 10, "%"}, {"\xE2\x88\x92" "5 K", -5, "K"}, {"5\xC2\xA0K", 5, "K"},
    };
    cupel_err err = {0};
    double x;
    cupel_text unit_text;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        check_ok(cupel_quantity_parse(cupel_text_of(good[i].text), &x, &unit_text, &err), &err);
        assert_true(x == good[i].x);
        assert_true(cupel_text_is(unit_text, good[i].unit));
    }
    static const char *const bad[] = {"", "eV", "nan eV", "inf", "-", "1.2.3 eV", "1e999 eV", ". eV", "1,000 MPa", "> 5 eV"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        check_fails(cupel_quantity_parse(cupel_text_of(bad[i]), &x, &unit_text, &err), CUPEL_BAD_INPUT, &err, "number");
}

static void a_quantity_is_expressed_in_the_unit_of_a_column(void **state)
{
    (void)state;
    cupel_err err = {0};
    double x;
    check_ok(cupel_quantity_in(cupel_text_of("1100 meV"), "eV", &x, &err), &err);
    check_close(x, 1.1, 4e-16, 0);
    check_ok(cupel_quantity_in(cupel_text_of("1.1 eV"), "eV", &x, &err), &err);
    assert_true(x == 1.1);
    check_ok(cupel_quantity_in(cupel_text_of("10 %"), "", &x, &err), &err);
    check_close(x, 0.1, 4e-16, 0);
    check_ok(cupel_quantity_in(cupel_text_of("0.5"), "", &x, &err), &err);
    assert_true(x == 0.5);
    check_ok(cupel_quantity_in(cupel_text_of("55 HRC"), "HRC", &x, &err), &err);
    assert_true(x == 55);
    x = 7;
    check_fails(cupel_quantity_in(cupel_text_of("1.1 GPa"), "eV", &x, &err), CUPEL_BAD_INPUT, &err, "GPa cannot be compared with one in eV");
    check_fails(cupel_quantity_in(cupel_text_of("1.1"), "eV", &x, &err), CUPEL_BAD_INPUT, &err, "1.1 eV");
    check_fails(cupel_quantity_in(cupel_text_of("20 EUR/kg"), "USD/kg", &x, &err), CUPEL_BAD_INPUT, &err, "dated rate");
    check_fails(cupel_quantity_in(cupel_text_of("3 eV"), "", &x, &err), CUPEL_BAD_INPUT, &err, "plain numbers");
    check_fails(cupel_quantity_in(cupel_text_of("1e300 GPa"), "10^-30 Pa", &x, &err), CUPEL_BAD_INPUT, &err, "too large");
    assert_true(x == 7);
}

/* Whatever the bytes, a unit is read or refused with a message; printed under the sanitizers. */
static void any_bytes_are_read_or_refused(void **state)
{
    (void)state;
    static const char alphabet[] = "mskgKAVeW/()^*-+.0123459%$ \xC2\xB2\xB5\xE2\x81\xBB\x88\x9A\xCE\xA9";
    uint64_t seed = 1;
    size_t read = 0;
    for (int i = 0; i < 100000; i++) {
        char text[12];
        size_t n = 0;
        do {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            text[n++] = alphabet[(seed >> 33) % (sizeof alphabet - 1)];
        } while (n < sizeof text && (seed >> 60) != 0);
        cupel_err err = {0};
        cupel_unit u;
        if (cupel_unit_parse((cupel_text){text, n}, &u, &err) == CUPEL_OK) {
            assert_true(isfinite(u.scale) && u.scale > 0);
            read++;
        } else {
            assert_true(err.status == CUPEL_BAD_INPUT && err.message[0]);
        }
    }
    assert_true(read > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_that_people_write),       cmocka_unit_test(temperatures_shift_only_when_bare),
        cmocka_unit_test(algebra_of_units_is_consistent), cmocka_unit_test(what_is_not_a_unit_is_refused),
        cmocka_unit_test(quantities),                    cmocka_unit_test(a_quantity_is_expressed_in_the_unit_of_a_column),
        cmocka_unit_test(any_bytes_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
