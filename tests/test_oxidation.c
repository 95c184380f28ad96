#include "tests/check.h"

#include "core/base/rng.h"
#include "core/matter/constraint.h"
#include "core/matter/formula.h"
#include "core/matter/oxidation.h"

static cupel_formula read(const char *text)
{
    cupel_formula f;
    cupel_formula_error e;
    if (!cupel_formula_read(cupel_text_of(text), CUPEL_DOT_DECIMAL, &f, &e)) fail_msg("%s: %s", text, e.message);
    return f;
}

static void states_as_in_a_textbook(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"NaCl", "Na+1 Cl-1"}, {"KBiS2", "K+1 Bi+3 S-2"}, {"Cu2ZnSnS4", "Zn+2 Cu+1 Sn+4 S-2"}, {"CuInSe2", "In+3 Cu+1 Se-2"}, {"GaAs", "Ga+3 As-3"},
        {"MoS2", "Mo+4 S-2"}, {"CaTiO3", "Ca+2 Ti+4 O-2"}, {"BaSO4", "Ba+2 S+6 O-2"}, {"NH4Cl", "H+1 N-3 Cl-1"}, {"SO4^2-", "S+6 O-2"},
        {"PbMg1/3Nb2/3O3", "Mg+2 Nb+5 Pb+2 O-2"}, {"Pb(Mg0.333Nb0.667)O3", "Mg+2 Nb+5 Pb+2 O-2"},
        /* rare: Se+ beside S2-, peroxide */
        {"KBi2SeS4", "K+1 Bi+3 Se+1 S-2 (rare)"}, {"Na2O2", "Na+1 O-1 (rare)"},
        /* one state per element: no mixed valence, no metals, no pure elements, nothing that does not add up */
        {"Fe3O4", ""}, {"Ni3Al", ""}, {"Zn3Sn2", ""}, {"Fe", ""}, {"NaCl2", ""}, {"HeO", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cupel_formula f = read(cases[i][0]);
        cupel_str s = {0};
        cupel_oxidation_text(&f.composition, f.charge, &s);
        if (strcmp(cupel_str_text(&s), cases[i][1]) != 0) print_error("%s: '%s'\n", cases[i][0], cupel_str_text(&s));
        assert_string_equal(cupel_str_text(&s), cases[i][1]);
        cupel_str_free(&s);
    }
}

static cupel_constraint *made(const char *states)
{
    const cupel_key_value keys[] = {{cupel_text_of("charge_neutral"), cupel_text_of("yes"), 1}, {cupel_text_of("states"), cupel_text_of(states), 1}};
    cupel_constraint *c = NULL;
    cupel_err err = {0};
    check_ok(cupel_constraint_new(keys, 2, "d.yaml", &c, &err), &err);
    return c;
}

/* Where the constraint finds a formula neutral there are states, they add up, and in the order that makes cations and anions. */
static void as_the_constraint(void **state)
{
    (void)state;
    cupel_constraint *c[2] = {made("common"), made("icsd24")};
    size_t found[2] = {0, 0};
    for (uint64_t k = 0; k < 20000; k++) {
        cupel_composition comp = {.n = 2 + (unsigned)(cupel_rng_below(3, 1, k, 3))};
        for (unsigned i = 0; i < comp.n; i++) {
            comp.z[i] = (unsigned char)(1 + 20 * i + cupel_rng_below(3, 2 + i, k, 20));
            comp.amount[i] = (double)(1 + cupel_rng_below(3, 10 + i, k, 6));
        }
        cupel_oxidation o;
        bool any = cupel_oxidation_find(&comp, 0, &o);
        for (int set = 0; set < 2; set++) {
            cupel_constraint_result r;
            cupel_constraint_check(c[set], &comp, &r);
            assert_int_equal(r.verdict == CUPEL_PASS, any && (set == 1 || o.set == CUPEL_STATES_COMMON));
            found[set] += r.verdict == CUPEL_PASS;
        }
        if (!any) continue;
        double sum = 0;
        for (unsigned i = 0; i < o.n; i++) {
            assert_true(cupel_oxidation_states(o.set)[o.z[i]] >> (o.state[i] + CUPEL_STATE_SHIFT) & 1);
            if (i) assert_true(o.state[i - 1] > 0 || o.state[i] < 0);
            for (unsigned j = 0; j < comp.n; j++) sum += comp.z[j] == o.z[i] ? comp.amount[j] * o.state[i] : 0;
        }
        check_close(sum, 0, 0, 1e-9);
    }
    assert_true(found[0] > 200 && found[1] > found[0]);
    cupel_constraint_free(c[0]);
    cupel_constraint_free(c[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_as_in_a_textbook),
        cmocka_unit_test(as_the_constraint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
