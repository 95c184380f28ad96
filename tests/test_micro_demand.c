/* core/engine/micro/demand.c, require.c, words.c */
#include "tests/check.h"

#include "core/base/rng.h"
#include "core/engine/micro/demand.h"
#include "models/homogenize/engineering.h"

#define HEAD "demand: a test\nscale: microstructure\nphases:\n  - {name: a, k: 1, E: 1, nu: 0.3}\n  - {name: b, k: 20, E: 12, nu: 0.2}\n"

static cupel_status read(const char *text, cupel_micro_demand **d, cupel_err *err)
{
    return cupel_micro_demand_read(cupel_text_of(text), "d.yaml", d, err);
}

static void refused(const char *text, cupel_status want, const char *words)
{
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    check_fails(read(text, &d, &err), want, &err, words);
    assert_null(d);
}

static void the_form_of_the_issue_is_understood(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    check_ok(read("demand: heat spreader\nscale: microstructure\nphases:\n  - {name: polymer, k: 1.0}\n  - {name: filler, k: 20.0}\nrequire:\n"
                  "  - {property: conductivity, target: [[3.2, 0, 0], [0, 2.2, 0], [0, 0, 2.0]], within: 2 %}\n"
                  "  - {property: volume fraction, phase: filler, max: 0.45}\ngrid: 64\nbudget: 60 s\nseed: 1\n", &d, &err), &err);
    assert_int_equal(d->n_asks, 2);
    assert_true(d->needs_conduction && !d->needs_elasticity && d->grid == 64 && d->budget_seconds == 60);
    assert_true(d->ask[0].whole && d->ask[0].within == 0.02 && d->ask[0].target[4] == 2.2);
    assert_true(d->ask[1].phase == 1 && d->ask[1].max == 0.45);
    const double k[9] = {3.2 * 1.01, 0, 0, 0, 2.2 * 1.01, 0, 0, 0, 2.0 * 1.01}, f[2] = {0.7, 0.3};
    const cupel_micro_state s = {.k = k, .fraction = f};
    check_close(cupel_ask_value(d, &d->ask[0], &s), 0.01, 1e-12, 0);
    check_close(cupel_ask_value(d, &d->ask[1], &s), 0.3, 1e-15, 0);
    cupel_str words = {0};
    cupel_micro_demand_words(d, &words);
    assert_non_null(strstr(words.p, "volume fraction filler at most 0.45"));
    assert_non_null(strstr(words.p, "phase 1, filler: conductivity 20"));
    cupel_str_free(&words);
    cupel_micro_demand_free(d);
}

/* Voigt targets become Mandel ones, and a Voigt component is read back from a Mandel tensor. */
static void stiffness_is_mandel_inside(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    check_ok(read(HEAD "require:\n  - {property: stiffness, convention: voigt, within: 1.5 %, target: [[3, 1, 1, 0, 0, 0], [1, 3, 1, 0, 0, 0], [1, "
                       "1, 3, 0, 0, 0], "
                       "[0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, ~]]}\n  - {property: stiffness, component: 44, min: 0.9}\n"
                       "  - {property: young modulus, direction: [0, 0, 2], min: 1}\n  - {property: bulk modulus, goal: maximise}\n",
                  &d, &err),
             &err);
    assert_true(d->ask[0].target[21] == d->ask[0].target[28] && isnan(d->ask[0].target[35]));
    check_close(d->ask[0].target[21], 2, 1e-15, 0);
    double c[36] = {3, 1, 1, 0, 0, 0, 1, 3, 1, 0, 0, 0, 1, 1, 3, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 2};
    const cupel_micro_state s = {.c = c};
    check_close(cupel_ask_value(d, &d->ask[0], &s), 0, 0, 1e-12);
    check_close(cupel_ask_value(d, &d->ask[1], &s), 1, 1e-14, 0);
    check_close(cupel_ask_value(d, &d->ask[2], &s), 2.5, 1e-12, 0); /* lambda = mu = 1: E = 5/2 */
    check_close(cupel_ask_value(d, &d->ask[3], &s), 5.0 / 3, 1e-12, 0);
    cupel_micro_demand_free(d);
}

/* Of the limit, of the grid, or of both; each has its own column. */
static void targets_on_the_grid(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    check_ok(read(HEAD "require:\n  - {property: conductivity, on: grid, target: [[3, 0, 0], [0, 3, 0], [0, 0, 3]], within: 0.5 %}\n"
                       "  - {property: conductivity, target: [[3.1, 0, 0], [0, 3, 0], [0, 0, 3]]}\n",
                  &d, &err),
             &err);
    assert_true(d->ask[0].on_grid && !d->ask[1].on_grid);
    assert_true(!cupel_ask_of_limit(&d->ask[0]) && cupel_ask_of_limit(&d->ask[1]));
    assert_string_equal(d->ask[0].name, "conductivity on grid");
    assert_int_equal(cupel_micro_check_table(d, &err), CUPEL_USAGE);
    assert_non_null(strstr(err.message, "d.yaml:7"));
    cupel_micro_demand_free(d);
    refused(HEAD "require:\n  - {property: conductivity, component: 11, on: grid, min: 2}\n", CUPEL_USAGE, "d.yaml:7");
    refused(HEAD "require:\n  - {property: conductivity, on: paper, target: [[3, 0, 0], [0, 3, 0], [0, 0, 3]]}\n", CUPEL_USAGE, "grid");
}

static void units_are_converted_and_not_mixed(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    check_ok(read("demand: x\nscale: microstructure\nphases:\n  - {name: ti, E: 110 GPa, nu: 0.3, density: 4.43 g/cm^3}\n  - {name: void, E: 1 MPa, "
                  "nu: 0.3, density: 0 g/cm^3}\n"
                  "require:\n  - {property: young modulus, min: 2000 MPa}\n  - {property: density, max: 2 g/cm^3}\n",
                  &d, &err),
             &err);
    assert_string_equal(d->c_unit, "GPa");
    check_close(d->ask[0].min, 2, 1e-12, 0);
    check_close(d->phase[0].density, 4430, 1e-12, 0);
    check_close(d->phase[1].material.mu, 1e-3 / 2.6, 1e-12, 0);
    cupel_micro_demand_free(d);
    refused("demand: x\nscale: microstructure\nphases:\n  - {name: a, k: 1 W/(m K)}\n  - {name: b, k: 20}\nrequire:\n  - {property: conductivity, "
            "component: 11, min: 2}\n",
            CUPEL_USAGE, "d.yaml:5");
    refused(HEAD "require:\n  - {property: conductivity, component: 11, min: 2 GPa}\n", CUPEL_USAGE, "d.yaml:7");
}

/* Inside GPa, kg/m^3 and m; shown in what each entry asks in, or in the first unit of its kind. */
static void answers_are_in_the_unit_asked(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    cupel_str words = {0};
    check_ok(read("demand: x\nscale: microstructure\nsize: 2 mm\nminimum feature: 80 um\nphases:\n  - {name: air, E: 1 MPa, nu: 0.3, density: 0.001 "
                  "g/cm^3}\n  - {name: resin, E: 2.6 GPa, nu: 0.3, density: 1.2 g/cm^3}\nrequire:\n"
                  "  - {property: young modulus, min: 300 MPa}\n  - {property: shear modulus, min: 0.1 GPa}\n"
                  "  - {property: bulk modulus, goal: maximise}\n"
                  "  - {property: young modulus, direction: [1, 0, 0], per: density, min: 0.2 GPa/(g/cm^3)}\n"
                  "  - {property: shear modulus, component: 12, per: density, goal: maximise}\n"
                  "  - {property: volume fraction, phase: resin, max: 30 %}\n"
                  "  - {property: poisson ratio, max: 0.4}\n  - {property: density, goal: minimise}\n"
                  "  - {property: mean chord, phase: air, min: 0.1 mm}\n"
                  "  - {property: surface per volume, min: 2 1/mm}\n",
                  &d, &err),
             &err);
    static const struct {
        const char *unit, *own;
        double in_unit;
    } want[] = {{"MPa", "GPa", 1e3}, {"GPa", "GPa", 1}, {"MPa", "GPa", 1e3}, {"GPa/(g/cm^3)", "GPa/(kg/m^3)", 1e3},
                {"MPa/(g/cm^3)", "GPa/(kg/m^3)", 1e6}, {"%", "", 100}, {"", "", 1}, {"g/cm^3", "kg/m^3", 1e-3}, {"mm", "m", 1e3},
                {"1/mm", "1/m", 1e-3},
                {"um", "m", 1e6}};
    assert_int_equal(d->n_asks, sizeof want / sizeof *want);
    for (size_t i = 0; i < d->n_asks; i++) {
        assert_string_equal(d->ask[i].unit, want[i].unit);
        assert_string_equal(d->ask[i].own_unit, want[i].own);
        check_close(d->ask[i].in_unit, want[i].in_unit, 1e-12, 0);
    }
    check_close(d->ask[3].min, 2e-4, 1e-12, 0);
    check_close(d->ask[10].min, 8e-5, 1e-12, 0);
    cupel_micro_demand_words(d, &words);
    static const char *const said[] = {"modulus 2600 MPa", "density 1.2 g/cm^3", "at least 300 MPa", "at least 0.1 GPa", "at least 0.2 GPa/(g/cm^3)",
                                       "at most 30 %", "at least 0.1 mm", "at least 80 um", "an edge of 2 mm"};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (!strstr(cupel_str_text(&words), said[i])) fail_msg("'%s' is not in: %s", said[i], cupel_str_text(&words));
    cupel_str_free(&words);
    cupel_micro_demand_free(d);
    refused(HEAD "require:\n  - {property: density, min: 3 g/cm^3, max: 2 g/cm^3}\n", CUPEL_INFEASIBLE, "min 3 is above max 2 g/cm^3");
    refused("demand: x\nscale: microstructure\nphases:\n  - {name: a, E: 1 GPa, nu: 0.3, density: 1 g/cm^3}\n  - {name: b, E: 2 GPa, nu: 0.3, "
            "density: 2 g/cm^3}\nrequire:\n  - {property: young modulus, per: density, min: 2 GPa}\n", CUPEL_USAGE, "GPa/(kg/m^3)");
}

#define TITANIUM "demand: x\nscale: microstructure\nphases:\n  - {name: ti, E: 110 GPa, nu: 0.3, density: 4.43 g/cm^3, alpha: 9e-6 1/K}\n" \
    "  - {name: void, E: 1 MPa, nu: 0.3, density: 0 g/cm^3, alpha: 9e-6 1/K}\nrequire:\n"
#define CUBIC "target: [[5000, 1500, 1500, 0, 0, 0], [1500, 5000, 1500, 0, 0, 0], [1500, 1500, 5000, 0, 0, 0], [0, 0, 0, 1700, 0, 0], " \
    "[0, 0, 0, 0, 1700, 0], [0, 0, 0, 0, 0, 1700]]"

/* The unit of an entry is that of all its numbers, and of its answer, as if each had it. */
static void a_unit_holds_for_an_entry(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    check_ok(read(TITANIUM "  - {property: stiffness, " CUBIC ", unit: MPa}\n  - {unit: g/cm^3, property: density, min: 1, max: 2 g/cm^3}\n"
                           "  - {property: young modulus, direction: [1, 0, 0], goal: maximise, unit: kPa}\n"
                           "  - {property: volume fraction, phase: ti, max: 30, unit: \"%\"}\n  - {property: bulk modulus, min: 3 GPa}\n"
                           "  - {property: shear modulus, component: 12, per: density, min: 20, unit: MPa/(kg/m^3)}\n"
                           "  - {property: expansion, target: 9e-6, unit: 1/C}\n",
                  &d, &err), &err);
    static const struct {
        const char *unit;
        double in_unit;
    } want[] = {{"MPa", 1e3}, {"g/cm^3", 1e-3}, {"kPa", 1e6}, {"%", 100}, {"GPa", 1}, {"MPa/(kg/m^3)", 1e3}, {"1/K", 1}};
    assert_int_equal(d->n_asks, sizeof want / sizeof *want);
    for (size_t i = 0; i < d->n_asks; i++) {
        assert_string_equal(d->ask[i].unit, want[i].unit);
        check_close(d->ask[i].in_unit, want[i].in_unit, 1e-12, 0);
    }
    check_close(d->ask[0].target[0], 5, 1e-12, 0);
    check_close(d->ask[1].min, 1000, 1e-12, 0);
    check_close(d->ask[1].max, 2000, 1e-12, 0);
    check_close(d->ask[3].max, 0.3, 1e-12, 0);
    check_close(d->ask[4].min, 3, 1e-12, 0); /* the unit of an entry ends with it */
    check_close(d->ask[5].min, 0.02, 1e-12, 0);
    check_close(d->ask[6].target[0], 9e-6, 1e-12, 0);
    cupel_micro_demand_free(d);
    refused(TITANIUM "  - {property: stiffness, " CUBIC "}\n", CUPEL_USAGE, "d.yaml:7: a number without a unit, where line 4 has one with; give the "
            "entry its unit, as in unit: GPa");
    refused(TITANIUM "  - {property: density, max: 2, unit: GPa}\n", CUPEL_USAGE, "d.yaml:7: unit: 'density' is not given in 'GPa'; give it in a "
            "unit like kg/m^3");
    refused(TITANIUM "  - {property: poisson ratio, max: 0.2, unit: GPa}\n", CUPEL_USAGE, "it has no unit: leave it out");
    /* Per density neither is 1/K. */
    refused(TITANIUM "  - {property: expansion, component: 11, per: density, max: 3, unit: 1/C}\n", CUPEL_USAGE,
            "give it in a unit like 1/K/(kg/m^3)");
    refused(TITANIUM "  - {property: expansion, component: 11, per: density, max: 3 1/C}\n", CUPEL_USAGE, "d.yaml:7");
    refused(TITANIUM "  - {property: density, max: 2, unit: gramm}\n", CUPEL_USAGE, "d.yaml:7: unit 'gramm'");
    refused(TITANIUM "  - {property: density, min: 1, max: 2000 kg/m^3, unit: g/cm^3}\n", CUPEL_USAGE, "d.yaml:7: '2000 kg/m^3' has a unit of its "
            "own, where 'unit' in line 7 is g/cm^3; give the number in g/cm^3, without a unit");
    refused(TITANIUM "  - {property: density, max: 2, unit: []}\n", CUPEL_USAGE, "as in unit: kg/m^3");
    refused(HEAD "require:\n  - {property: bulk modulus, min: 2, unit: GPa}\n", CUPEL_USAGE, "d.yaml:7: a number with a unit, where line 4 has one "
            "without");
}

#define CONDUCTS(phases, require) "demand: x\nscale: microstructure\nphases:\n" phases "require:\n  - {" require "}\n"
#define WIRES "  - {name: a, sigma: 10 S/m, k: 0.3 W/(m K)}\n  - {name: b, sigma: 5.8e5 S/cm, k: 400 W/(m K)}\n"

/* One equation, a word and a unit for each of what it is about. */
static void conduction_is_of_what_is_asked(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name, *unit;
        double k, min;
    } want[] = {
        {CONDUCTS(WIRES, "property: electrical conductivity, component: 11, min: 2 MS/m"), "electrical conductivity 11", "S/m", 5.8e7, 2e6},
        {CONDUCTS(WIRES, "property: conductivity, component: 11, min: 20 W/(m K)"), "conductivity 11", "W/(m K)", 400, 20},
        {CONDUCTS(WIRES, "property: thermal conductivity, component: 11, min: 20 W/(m K)"), "conductivity 11", "W/(m K)", 400, 20},
        {CONDUCTS("  - {name: a, sigma: 1}\n  - {name: b, sigma: 9}\n", "property: conductivity, component: 33, min: 2"),
         "electrical conductivity 33", "", 9, 2},
        {CONDUCTS("  - {name: a, eps: 3.9}\n  - {name: b, epsilon: 1}\n", "property: permittivity, invariant: mean, max: 2.2"), "permittivity mean",
         "", 1, -HUGE_VAL},
        {CONDUCTS("  - {name: a, D: 2e-5 cm^2/s}\n  - {name: b, D: 1e-9 m^2/s}\n", "property: diffusivity, component: 22, min: 1.2e-5 cm^2/s"),
         "diffusivity 22", "um^2/s", 1e3, 1.2e3},
        {CONDUCTS("  - {name: a, mu_r: 1}\n  - {name: b, mu_r: 2000}\n", "property: magnetic permeability, component: 11, min: 30"),
         "magnetic permeability 11", "", 2000, 30},
    };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        cupel_err err = {0};
        cupel_micro_demand *d = NULL;
        check_ok(read(want[i].text, &d, &err), &err);
        assert_string_equal(d->ask[0].name, want[i].name);
        assert_string_equal(d->k_unit, want[i].unit);
        check_close(d->phase[1].material.k[0][0], want[i].k, 1e-12, 0);
        if (isfinite(want[i].min)) check_close(d->ask[0].min, want[i].min, 1e-12, 0);
        cupel_micro_demand_free(d);
    }
    refused(CONDUCTS(WIRES, "property: resistivity, component: 11, max: 20"), CUPEL_USAGE, "1 / resistivity");
    refused(CONDUCTS(WIRES, "property: elastic modulus, min: 20 GPa"), CUPEL_USAGE, "ask for young modulus");
    /* What is overlooked beyond a limit is small beside what the phases have, however small that is. */
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    check_ok(read(CONDUCTS("  - {name: a, D: 1e-12}\n  - {name: b, D: 1.5e-10}\n", "property: diffusivity, component: 33, min: 5e-11"), &d, &err),
             &err);
    assert_true(cupel_ask_slack(d, &d->ask[0], 5e-11) < 1e-15 && cupel_ask_slack(d, &d->ask[0], 0) > 0);
    cupel_micro_demand_free(d);
    /* Of contrasts that fields in single precision do not bear the weaker phase is raised, and what was given is kept. */
    check_ok(read(CONDUCTS("  - {name: a, sigma: 1e-10 S/m}\n  - {name: b, sigma: 1e3 S/m}\n", "property: conductivity, target: 2 S/m, within: 5 %"),
                  &d, &err), &err);
    check_close(d->phase[0].material.k[1][1], 1e-2, 1e-9, 0);
    check_close(d->phase[0].given.k[1][1], 1e-10, 1e-9, 0);
    assert_true(d->phase[0].stands_in[0] && !d->phase[1].stands_in[0]);
    for (size_t i = 0; i < 9; i++) check_close(d->ask[0].target[i], i % 4 == 0 ? 2 : 0, 0, 0); /* a number alone is isotropic */
    assert_true(d->ask[0].whole);
    cupel_micro_demand_free(d);
    check_ok(read(HEAD "require:\n  - {property: conductivity, component: 11, min: 2}\n  - {property: volume fraction, phase: b, max: 0.3}\n", &d,
                  &err), &err);
    check_close(cupel_ask_slack(d, &d->ask[0], 2), 2e-6, 1e-12, 0);
    check_close(cupel_ask_slack(d, &d->ask[1], 0), 1e-9, 1e-12, 0);
    cupel_micro_demand_free(d);
    refused(CONDUCTS(WIRES, "property: electrical conductivity, component: 11, min: 2 W/(m K)"), CUPEL_USAGE, "S/m");
    refused(CONDUCTS(WIRES, "property: permittivity, component: 11, min: 2"), CUPEL_USAGE, "as in eps: 3.9");
    refused(CONDUCTS("  - {name: a, sigma: 1, k: 1}\n  - {name: b, k: 9}\n", "property: electrical conductivity, component: 11, min: 2"),
            CUPEL_USAGE, "d.yaml:5: phase 'b'");
    refused(CONDUCTS(WIRES, "property: conductivity, component: 11, min: 20 W/(m K)}\n  - {property: electrical conductivity, component: 11, "
                            "min: 2 S/m"),
            CUPEL_USAGE, "d.yaml:8: 'electrical conductivity' here and 'conductivity' in line 7");
    refused(CONDUCTS(WIRES, "property: permeability, component: 11, min: 20"), CUPEL_USAGE, "mu_r");
}

#define FOAM "demand: x\nscale: microstructure\nphases:\n  - {name: void, E: 0, nu: 0, density: 0}\n" \
             "  - {name: steel, E: 200 GPa, nu: 0.3, density: 7.8 g/cm^3, price: 2 USD/kg}\nrequire:\n"

/* A litre of steel of 7.8 kg costs 15.60 USD, a fifth of that with four fifths of pores; a kilogram of either 2 USD. */
static void prices_are_of_mass_or_of_volume(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    const double f[2] = {0.8, 0.2};
    const cupel_micro_state s = {.fraction = f};
    check_ok(read(FOAM "  - {property: price, max: 3 USD/kg}\n  - {property: price, per: volume, max: 4 USD/L}\n", &d, &err), &err);
    check_close(cupel_ask_value(d, &d->ask[0], &s), 2, 1e-14, 0);
    check_close(cupel_ask_value(d, &d->ask[1], &s), 3120, 1e-12, 0);
    check_close(d->ask[1].in_unit * cupel_ask_value(d, &d->ask[1], &s), 3.12, 1e-12, 0);
    check_close(d->ask[1].max, 4000, 1e-12, 0);
    assert_string_equal(d->ask[1].name, "price per volume");
    assert_string_equal(d->ask[1].unit, "USD/L");
    assert_string_equal(d->ask[0].unit, "USD/kg");
    cupel_micro_demand_free(d);
    static const char *const same[] = {"max: 4000 USD/m^3", "per: volume, max: 4, unit: USD/L", "target: 4 USD/L, within: 10 %"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) { /* the unit says it too */
        char text[512];
        snprintf(text, sizeof text, FOAM "  - {property: price, %s}\n", same[i]);
        check_ok(read(text, &d, &err), &err);
        assert_true(d->ask[0].per_volume);
        check_close(d->ask[0].max, i == 2 ? 4400 : 4000, 1e-12, 0);
        cupel_micro_demand_free(d);
    }
    check_ok(read("demand: x\nscale: microstructure\nphases:\n  - {name: a, k: 1, density: 1, price: 2}\n  - {name: b, k: 9, density: 3, price: 10}\n"
                  "require:\n  - {property: price, per: volume, goal: minimise}\n  - {property: price, max: 9}\n", &d, &err), &err);
    check_close(cupel_ask_value(d, &d->ask[0], &s), 0.8 * 2 + 0.2 * 30, 1e-14, 0);
    check_close(cupel_ask_value(d, &d->ask[1], &s), 7.6 / 1.4, 1e-14, 0);
    assert_string_equal(d->ask[0].unit, "");
    cupel_micro_demand_free(d);
    refused(FOAM "  - {property: price, per: volume, max: 4 USD/kg}\n", CUPEL_USAGE, "USD/m^3");
    refused(FOAM "  - {property: price, per: volume, max: 4000}\n", CUPEL_USAGE, "give the entry its unit, as in unit: USD/m^3");
    refused(FOAM "  - {property: price, per: density, max: 4}\n", CUPEL_USAGE, "'per: density' is for a number of a tensor");
    refused(FOAM "  - {property: bulk modulus, per: volume, min: 1 GPa}\n", CUPEL_USAGE, "'per: volume' is for a price");
    refused(FOAM "  - {property: price per volume, max: 4 USD/L}\n", CUPEL_USAGE, "ask for price, per: volume");
    refused("demand: x\nscale: microstructure\nphases:\n  - {name: a, k: 1, density: 1, price: 2 USD/kg}\n  - {name: b, k: 9, density: 3, price: 3 "
            "USD/kg}\nrequire:\n  - {property: price, per: volume, max: 4 USD/L}\n", CUPEL_USAGE,
            "d.yaml:7: 'price per volume' is the price of a phase times its density, with a unit in line 4, without in line 4; give both with units");
    refused("demand: x\nscale: microstructure\nphases:\n  - {name: a, k: 1, density: 1}\n  - {name: b, k: 9, density: 3, price: 3}\nrequire:\n"
            "  - {property: price, per: volume, max: 4}\n", CUPEL_USAGE, "'price' needs the price of phase 'a'");
}

static void what_cannot_be_is_refused_with_its_line(void **state)
{
    (void)state;
    refused(HEAD "require:\n  - {property: conductivity, target: [[1, 2, 0], [0, 1, 0], [0, 0, 1]]}\n", CUPEL_BAD_INPUT, "not symmetric");
    refused(HEAD "require:\n  - {property: conductivity, target: [[1, 2, 0], [2, 1, 0], [0, 0, 1]]}\n", CUPEL_BAD_INPUT, "negative eigenvalue");
    refused(HEAD "require:\n  - {property: conductivity, target: [[1, 2], [2, 1]]}\n", CUPEL_USAGE, "3 rows");
    refused(HEAD "require:\n  - {property: conductivty, component: 11, min: 1}\n", CUPEL_USAGE, "did you mean 'conductivity'");
    refused(HEAD "require:\n  - {property: conductivity, component: 14, min: 1}\n", CUPEL_USAGE, "two digits");
    refused(HEAD "require:\n  - {property: volume fraction, phase: c, max: 0.4}\n", CUPEL_USAGE, "phases are: a, b");
    refused(HEAD "require:\n  - {property: bulk modulus, min: 3, max: 2}\n", CUPEL_INFEASIBLE, "swap them");
    refused(HEAD "require:\n  - {property: bulk modulus}\n", CUPEL_USAGE, "asks for nothing");
    refused(HEAD "require:\n  - {property: expansion, component: 11, max: 1e-6}\n", CUPEL_USAGE, "needs an expansion");
    refused(HEAD "require:\n  - {property: density, max: 2}\n", CUPEL_USAGE, "needs the density of phase 'a'");
    refused(HEAD "requires:\n  - {property: density, max: 2}\n", CUPEL_USAGE, "did you mean 'require'");
    refused(HEAD "budget: 3 eV\nrequire:\n  - {property: bulk modulus, min: 1}\n", CUPEL_USAGE, "d.yaml:6");
    refused("demand: x\nscale: microstructure\nphases: []\nrequire: []\n", CUPEL_USAGE, "phases");
}

static void budgets_are_times_or_solves(void **state)
{
    (void)state;
    cupel_err err = {0};
    double s = 0;
    uint64_t n = 0;
    check_ok(cupel_micro_budget(cupel_text_of("60s"), &s, &n, &err), &err);
    assert_true(s == 60 && n == 0);
    check_ok(cupel_micro_budget(cupel_text_of("1.5 min"), &s, &n, &err), &err);
    assert_true(s == 90);
    check_ok(cupel_micro_budget(cupel_text_of("40solves"), &s, &n, &err), &err);
    assert_true(n == 40);
    check_fails(cupel_micro_budget(cupel_text_of("4.5 solves"), &s, &n, &err), CUPEL_USAGE, &err, "expected");
    check_fails(cupel_micro_budget(cupel_text_of("fast"), &s, &n, &err), CUPEL_USAGE, &err, "expected");
    check_fails(cupel_micro_budget(cupel_text_of("-1 s"), &s, &n, &err), CUPEL_USAGE, &err, "expected");
}

/* The short formulas of what is asked of a stiffness are those of the engineering constants. */
static void constants_are_those_of_engineering(void **state)
{
    (void)state;
    for (uint64_t t = 0; t < 20; t++) {
        double g[36], c[36];
        cupel_engineering e;
        for (size_t i = 0; i < 36; i++) g[i] = cupel_rng_normal(t, 0, i);
        for (size_t i = 0; i < 6; i++)
            for (size_t j = 0; j < 6; j++) {
                c[6 * i + j] = i == j ? 2 : 0;
                for (size_t k = 0; k < 6; k++) c[6 * i + j] += g[6 * i + k] * g[6 * j + k];
            }
        assert_true(cupel_engineering_of(c, 3, &e));
        const cupel_micro_state s = {.c = c};
        const double want[] = {e.young, e.bulk, e.shear, e.poisson, e.anisotropy};
        for (size_t i = 0; i < 5; i++) {
            const cupel_ask a = {.kind = (cupel_ask_kind)(CUPEL_ASK_YOUNG + i)};
            check_close(cupel_ask_value(NULL, &a, &s), want[i], 1e-9, 1e-12);
        }
        const cupel_ask along = {.kind = CUPEL_ASK_YOUNG, .direction = {0, 0, 1}};
        check_close(cupel_ask_value(NULL, &along, &s), e.E[2], 1e-9, 0);
        const cupel_ask softest = {.kind = CUPEL_ASK_YOUNG, .extreme = 1}, stiffest = {.kind = CUPEL_ASK_YOUNG, .extreme = -1};
        check_close(cupel_ask_value(NULL, &softest, &s), e.E_min, 1e-9, 0);
        check_close(cupel_ask_value(NULL, &stiffest, &s), e.E_max, 1e-9, 0);
    }
}

/* Either key alone will do; a tolerance may be given twice when it is the same. */
static void what_it_must_hold_under(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    cupel_str words = {0};
    const char *head = HEAD "require:\n  - {property: conductivity, component: 11, min: 2}\n", *under[] = {
        "hold under: {phase properties: 0.03}\n", "tolerance: 0.02\nhold under: {process tolerance: 0.02}\n", "tolerance: 0.02\n"};
    for (size_t i = 0; i < 3; i++) {
        cupel_str text = {0};
        cupel_str_addf(&text, "%s%s", head, under[i]);
        check_ok(read(cupel_str_text(&text), &d, &err), &err);
        cupel_str_free(&text);
        assert_true((d->hold_line != 0) == (i < 2) && d->hold_interface == (i == 1));
        check_close(d->hold_phases, i == 0 ? 0.03 : 0, 1e-15, 0);
        check_close(d->tolerance, i == 0 ? 0 : 0.02, 1e-15, 0);
        cupel_str_clear(&words);
        cupel_micro_demand_words(d, &words);
        const char *what[] =
            {"must hold with the properties of each phase up to 3 % off", "must hold with the interface up to half of 0.02 edge off"};
        for (size_t k = 0; k < 2; k++) assert_true((strstr(cupel_str_text(&words), what[k]) != NULL) == (i == k));
        cupel_micro_demand_free(d);
    }
    cupel_str_free(&words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_form_of_the_issue_is_understood), cmocka_unit_test(stiffness_is_mandel_inside),
        cmocka_unit_test(constants_are_those_of_engineering),
        cmocka_unit_test(targets_on_the_grid),                cmocka_unit_test(units_are_converted_and_not_mixed),
        cmocka_unit_test(answers_are_in_the_unit_asked),      cmocka_unit_test(a_unit_holds_for_an_entry),
        cmocka_unit_test(conduction_is_of_what_is_asked),
        cmocka_unit_test(prices_are_of_mass_or_of_volume),
        cmocka_unit_test(what_cannot_be_is_refused_with_its_line),
        cmocka_unit_test(budgets_are_times_or_solves),        cmocka_unit_test(what_it_must_hold_under),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
