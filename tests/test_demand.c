#include "tests/demands.h"

#include "core/base/mem.h"

#define REQUIRE "require:\n  - {property: band gap, min: 1.1 eV, max: 1.6 eV}\n  - {elements: forbidden, list: [Pb, Cd]}\n"

static void refused(const char *text, cupel_status status, const char *words)
{
    cupel_err err;
    cupel_demand *d = NULL;
    check_fails(read_demand(text, &d, &err), status, &err, words);
    assert_null(d);
}

static void the_form_of_the_issue_is_understood(void **state)
{
    (void)state;
    cupel_err err;
    cupel_demand *d;
    check_ok(read_demand("demand: lead-free absorber\nscale: composition\n" DATA "model: {name: svr, features: magpie}\n" SPACE REQUIRE
                         "keep: 100\nseed: 1\n",
                         &d, &err),
             &err);
    assert_string_equal(d->words, "lead-free absorber");
    assert_int_equal(d->n_properties, 1);
    assert_string_equal(d->property[0].name, "band gap");
    assert_string_equal(d->property[0].unit, "eV");
    assert_string_equal(d->property[0].options.learner, "svr");
    assert_int_equal(d->n_requirements, 1);
    assert_true(d->requirement[0].min == 1.1 && d->requirement[0].max == 1.6);
    assert_int_equal(d->n_constraints, 1);
    assert_true(d->keep == 100 && d->seed == 1 && d->level == 0.9 && d->by == CUPEL_BY_PROBABILITY && !d->domain_required);
    assert_int_equal(strncmp(d->digest, "sha256:", 7), 0);
    cupel_demand_free(d);
}

static void windows_are_converted_to_the_unit_of_the_property(void **state)
{
    (void)state;
    cupel_err err;
    cupel_demand *d;
    check_ok(read_demand("demand: x\ndata: {file: gaps.csv, formula: composition, target: stiffness}\n" MODEL SPACE
                         "require:\n  - {property: stiffness, min: 80000 MPa, max: 0.2 TPa}\n",
                         &d, &err),
             &err);
    assert_string_equal(d->property[0].name, "stiffness"); /* name and unit from the header */
    assert_string_equal(d->property[0].unit, "GPa");
    check_close(d->requirement[0].min, 80, 1e-12, 0);
    check_close(d->requirement[0].max, 200, 1e-12, 0);
    cupel_demand_free(d);
    check_ok(read_demand("demand: x\n" DATA MODEL SPACE "require:\n  - {property: band gap, target: 1.34 eV, within: 10 %}\n", &d, &err), &err);
    check_close(d->requirement[0].min, 1.206, 1e-12, 0);
    check_close(d->requirement[0].max, 1.474, 1e-12, 0);
    cupel_demand_free(d);
    check_ok(read_demand("demand: x\ndata: {file: gaps.csv, formula: composition, target: target, property: Tc, unit: degC}\n" MODEL SPACE
                         "require:\n  - {property: Tc, target: 673.15 K, within: 20 K}\n", &d, &err), &err);
    check_close(d->requirement[0].min, 380, 1e-12, 0); /* a width has no zero to shift */
    check_close(d->requirement[0].max, 420, 1e-12, 0);
    cupel_demand_free(d);
}

static void several_properties_goals_and_rankings(void **state)
{
    (void)state;
    cupel_err err;
    cupel_demand *d;
    check_ok(
        read_demand("demand: x\n"
                    "properties:\n"
                    "  - {property: band gap, unit: eV, data: {file: gaps.csv, formula: composition, target: target}, model: {name: ridge}}\n"
                    "  - property: stiffness\n"
                    "    data: {file: gaps.csv, formula: composition, target: stiffness, missing: drop}\n"
                    "    model: {name: svr, features: [magpie, element_fraction], settings: {C: 10, gamma: 0.1}, seed: 7}\n" SPACE "require:\n"
                    "  - {property: stiffness, goal: maximise, weight: 2, beat: 100 GPa}\n"
                    "  - {property: band gap, min: 1 eV, goal: minimize}\n"
                    "  - {price: {max: 50 USD/kg}, goal: minimise, weight: 0.5}\n"
                    "rank: {by: pareto}\ndomain: required\nlevel: 0.8\nkeep: 7\n",
                    &d, &err),
        &err);
    assert_int_equal(d->n_properties, 2);
    assert_string_equal(d->property[1].options.settings, "C=10,gamma=0.1");
    assert_string_equal(d->property[1].options.features, "magpie,element_fraction");
    assert_true(d->property[1].options.seed == 7 && d->property[0].options.seed == 1);
    assert_true(d->property[1].data.missing == CUPEL_MISSING_DROP && d->property[0].data.missing == CUPEL_MISSING_FAIL);
    assert_true(d->requirement[0].property == 1 && d->requirement[0].goal == 1 && d->requirement[0].beat == 100 &&
                d->requirement[0].weight == 2);
    assert_true(d->requirement[1].property == 0 && d->requirement[1].goal == -1 && isnan(d->requirement[1].beat));
    assert_true(d->constraint[0].goal == -1 && d->constraint[0].limit == 50 && d->constraint[0].weight == 0.5);
    assert_true(d->by == CUPEL_BY_PARETO && d->domain_required && d->level == 0.8 && d->keep == 7);
    assert_int_equal(cupel_demand_objectives(d), 4);
    cupel_demand_free(d);
}

static void what_is_wrong_is_said_with_line_and_remedy(void **state)
{
    (void)state;
    const cupel_status usage = CUPEL_USAGE;
    refused("demand: x\n" DATA MODEL SPACE REQUIRE "kepe: 100\n", usage, "demand.yaml:8: unknown key 'kepe' in a demand; did you mean 'keep'?");
    refused("demand: x\n" DATA MODEL SPACE REQUIRE "keep: 100\nkeep: 10\n", usage, "demand.yaml:9");
    refused("demand: x\ndata: {file: gaps.csv, formla: composition, target: target}\n" MODEL SPACE REQUIRE, usage, "did you mean 'formula'");
    refused("demand: x\n" DATA "model: {name: ridge, faetures: magpie}\n" SPACE REQUIRE, usage, "did you mean 'features'");
    refused("demand: x\n" DATA "model: {name: rigde}\n" SPACE REQUIRE, usage, "no model 'rigde'");
    refused("demand: x\n" DATA "model: {name: ridge, features: magpei}\n" SPACE REQUIRE, usage, "magpei");
    refused("demand: x\n" DATA "model: {name: svr, settings: {D: 10}}\n" SPACE REQUIRE, usage, "demand.yaml:3");
    refused("demand: x\n" DATA MODEL SPACE "require:\n  - {property: band gap, min: 1.1 GPa}\n", usage, "demand.yaml:6: min:");
    refused("demand: x\n" DATA MODEL SPACE "require:\n  - {property: band gap, min: 1.1}\n", usage, "eV");
    refused("demand: x\n" DATA MODEL SPACE "require:\n  - {property: band gap, min: much}\n", usage, "demand.yaml:6");
    refused("demand: x\n" DATA MODEL SPACE "require:\n  - {property: band gap, min: 2 eV, max: 1 eV}\n", usage, "min 2 is above max 1 eV");
    refused("demand: x\n" DATA MODEL SPACE "require:\n  - {property: band gap, max: -1 eV}\n", usage, "never negative");
    refused("demand: x\n" DATA MODEL SPACE "require:\n  - {property: band gap}\n", usage, "asks for nothing");
    refused("demand: x\n" DATA MODEL SPACE "require:\n  - {property: bandgap, min: 1 eV}\n", usage, "'band gap'");
    refused("demand: x\n" DATA MODEL SPACE "require:\n  - {property: band gap, min: 1 eV, within: 1 eV}\n", usage, "'within' needs 'target'");
    refused("demand: x\n" DATA MODEL SPACE "require:\n  - {property: band gap, max: 1 eV, goal: maximise, beat: 2 eV}\n", usage, "leaves nothing");
    refused("demand: x\n" DATA MODEL SPACE "require:\n  - {property: band gap, min: 1 eV, goal: minimise, beat: 1 eV}\n", usage, "leaves nothing");
    refused("demand: x\n" DATA MODEL SPACE "require:\n  - {property: band gap, min: 1 eV}\n  - {property: band gap, max: 2 eV}\n", usage,
            "required already in line 6");
    refused("demand: x\n" DATA MODEL SPACE "require:\n  - {property: band gap, min: 1 eV}\n  - {elements: forbidden, list: [Pbx]}\n", usage,
            "Pbx");
    refused("demand: x\n" DATA MODEL SPACE "require:\n  - {property: band gap, min: 1 eV}\n  - {prize: {max: 3 USD/kg}}\n", usage,
            "did you mean 'price'");
    refused("demand: x\n" DATA MODEL SPACE "require:\n  - {elements: forbidden, list: [Pb]}\n", usage, "asks for no property");
    refused("demand: x\n" DATA MODEL SPACE "require:\n  - {property: band gap, min: 1 eV}\n  - {price: {max: 3 USD/kg}, goal: maximise}\n",
            usage, "maximise");
    refused("demand: x\n" DATA MODEL SPACE REQUIRE "rank: {by: probabilty}\n", usage, "did you mean 'probability'");
    refused("demand: x\n" DATA MODEL SPACE REQUIRE "rank: {by: pareto}\n", usage, "2 to 4");
    refused("demand: x\n" DATA MODEL SPACE REQUIRE "scale: crystal\n", usage, "composition");
    refused("demand: x\n" DATA MODEL SPACE REQUIRE "keep: 0\n", usage, "whole number from 1");
    refused("demand: x\n" DATA MODEL SPACE REQUIRE "level: 90\n", usage, "0.5 to 0.999");
    refused("demand: x\n" DATA MODEL REQUIRE, usage, "'space'");
    refused("demand: x\n" MODEL SPACE REQUIRE, usage, "nothing to learn from");
    refused("demand: x\n" SPACE REQUIRE, usage, "'data'");
    refused(DATA MODEL SPACE REQUIRE, usage, "'demand'");
    refused("- 1\n", usage, "mapping");
    refused("", usage, "");
    refused("demand: x\n" DATA MODEL SPACE "require: {property: band gap}\n", usage, "list");
    refused("demand: x\ndata: {file: gaps.csv, formula: composition, target: stiffness, unit: MPa}\n" MODEL SPACE REQUIRE, usage, "header");
    refused("demand: x\ndata: {file: none.csv, formula: composition, target: target}\n" MODEL SPACE REQUIRE, CUPEL_BAD_INPUT, "none.csv");
    refused("demand: x\ndata: {file: gaps.csv, formula: composition, target: gap}\n" MODEL SPACE REQUIRE, CUPEL_BAD_INPUT, "no target column 'gap'");
    refused("demand: x\nmodel: {file: none.h5}\n" SPACE REQUIRE, CUPEL_BAD_INPUT, "none.h5");
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
#ifdef CUPEL_FAULTS
    cupel_err err;
    cupel_demand *d = NULL;
    for (size_t n = 1;; n++) {
        cupel_mem_fail_at(n, false);
        cupel_status st =
            read_demand("demand: x\n" DATA "model: {name: svr, features: [magpie, element_fraction], settings: {C: 10}}\n" SPACE REQUIRE
                        "  - {price: {max: 3 USD/kg}, goal: minimise}\nrank: pareto\n",
                        &d, &err);
        bool reached = cupel_mem_count() >= n;
        cupel_mem_fail_at(0, false);
        if (st != CUPEL_OK && st != CUPEL_NO_RESOURCE) print_error("allocation %zu: status %d: %s\n", n, st, err.message);
        assert_true(st == CUPEL_OK || st == CUPEL_NO_RESOURCE);
        assert_true((st == CUPEL_OK) == (d != NULL));
        cupel_demand_free(d);
        if (!reached) break;
    }
#else
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_form_of_the_issue_is_understood),
        cmocka_unit_test(windows_are_converted_to_the_unit_of_the_property),
        cmocka_unit_test(several_properties_goals_and_rankings),
        cmocka_unit_test(what_is_wrong_is_said_with_line_and_remedy),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
