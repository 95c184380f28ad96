#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/matter/constraint.h"
#include "core/matter/formula.h"

#include <unistd.h>

/* A constraint from "key: value; key: value". */
static cupel_status make(const char *entry, cupel_constraint **c, cupel_err *err)
{
    static char text[1024];
    cupel_key_value keys[16];
    size_t n = 0;
    snprintf(text, sizeof text, "%s", entry);
    for (char *p = text, *next; p && *p; p = next) {
        next = strchr(p, ';');
        if (next) *next++ = '\0';
        char *colon = strchr(p, ':');
        assert_non_null(colon);
        *colon = '\0';
        keys[n] = (cupel_key_value){cupel_text_trim(cupel_text_of(p)), cupel_text_trim(cupel_text_of(colon + 1)), 10 + n};
        n++;
    }
    *c = NULL;
    return cupel_constraint_new(keys, n, "/tmp/demand.yaml", c, err);
}

static cupel_constraint *made(const char *entry)
{
    cupel_constraint *c;
    cupel_err err = {0};
    check_ok(make(entry, &c, &err), &err);
    return c;
}

static cupel_composition composition_of(const char *text)
{
    cupel_formula f;
    cupel_formula_error e;
    if (!cupel_formula_read(cupel_text_of(text), CUPEL_DOT_REFUSE, &f, &e)) fail_msg("%s: %s", text, e.message);
    return f.composition;
}

static cupel_constraint_result result_of(const cupel_constraint *c, const char *formula, char reason[CUPEL_CONSTRAINT_TEXT])
{
    cupel_composition comp = composition_of(formula);
    cupel_constraint_result r;
    cupel_constraint_check(c, &comp, &r);
    cupel_constraint_reason(c, &comp, &r, reason);
    return r;
}

static void verdicts_and_reasons(void **state)
{
    (void)state;
    static const struct {
        const char *entry, *formula;
        cupel_verdict verdict;
        const char *reason;
    } cases[] = {
        {"elements: forbidden; list: Pb, Cd", "CsPbBr3", CUPEL_FAIL, "contains Pb"},
        {"elements: forbidden; list: Pb,Cd", "CsSnBr3", CUPEL_PASS, ""},
        {"elements: allowed; list: Fe,O", "Fe2O3", CUPEL_PASS, ""},
        {"elements: allowed; list: Fe,O", "FeOCl", CUPEL_FAIL, "contains Cl, which is not allowed"},
        {"elements: required; list: Fe,O", "LiFePO4", CUPEL_PASS, ""},
        {"elements: required; list: Fe,O", "FeS", CUPEL_FAIL, "lacks O"},
        {"elements: count; min: 2; max: 3", "Fe", CUPEL_FAIL, "1 element, fewer than 2"},
        {"elements: count; min: 2; max: 3", "LiFePO4", CUPEL_FAIL, "4 elements, more than 3"},
        {"elements: count; max: 3", "FeO", CUPEL_PASS, ""},
        {"price: ; max: 20 USD/kg", "Fe", CUPEL_PASS, ""},
        {"price: ; max: 20 USD/kg", "Au", CUPEL_FAIL, "price 7.543e+04 > 20 USD/kg"},
        {"price: ; max: 20 USD/kg", "AtI", CUPEL_UNKNOWN, "no price for At"},
        {"price: ; max: 20 USD/kg; unknown: pass", "AtI", CUPEL_PASS, "no price for At"},
        {"price: ; max: 20 USD/kg", "AtAu9", CUPEL_FAIL, "price at least 6.744e+04 > 20 USD/kg"},
        {"price: ; min: 1 USD/kg", "Fe", CUPEL_FAIL, "price 0.424 < 1 USD/kg"},
        {"supply: hhi_production; max: 2500", "Nd2Fe14B", CUPEL_FAIL, "HHI production 4300 > 2500"},
        {"supply: hhi_reserve; max: 2500", "NaCl", CUPEL_PASS, ""},
        {"abundance: ; min: 1 mg/kg", "CdTe", CUPEL_FAIL, "crustal abundance of Te 0.001 < 1 mg/kg"},
        {"abundance: ; min: 1 mg/kg", "FeTc", CUPEL_UNKNOWN, "no crustal abundance for Tc"},
        {"abundance: ; min: 1 mg/kg; unknown: pass", "FeTc", CUPEL_PASS, "no crustal abundance for Tc"},
        {"abundance: ; min: 1 mg/kg; unknown: pass", "TeTc", CUPEL_FAIL, "crustal abundance of Te 0.001 < 1 mg/kg"},
        {"abundance: ; min: 1e-6 kg/kg", "FeS2", CUPEL_PASS, ""},
        {"rohs: yes", "PbTe", CUPEL_FAIL, "Pb 61.89 % > 0.1 % by mass"},
        {"rohs: yes", "Pb0.00001Sn0.99999Te", CUPEL_PASS, ""},
        {"rohs: yes", "Cr2O3", CUPEL_UNKNOWN, "Cr above 0.1 %: restricted where it is hexavalent"},
        {"rohs: yes; unknown: pass", "Cr2O3", CUPEL_PASS, "Cr above 0.1 %: restricted where it is hexavalent"},
        {"rohs: yes; unknown: pass", "PbCrO4", CUPEL_FAIL, "Pb 64.11 % > 0.1 % by mass"},
        {"rohs: yes", "FeS2", CUPEL_PASS, ""},
        {"radioactive: no", "UO2", CUPEL_FAIL, "U is radioactive"},
        {"radioactive: no", "Bi2Te3", CUPEL_PASS, ""},
        {"eu_critical: no", "LiCoO2", CUPEL_FAIL, "Li is a critical raw material of the EU"},
        {"eu_critical: no", "ZnSnS2", CUPEL_PASS, ""},
        {"co2: ; max: 10 kg/kg", "Fe2O3", CUPEL_UNKNOWN, "no embodied CO2 for O"},
        {"co2: ; max: 10 kg/kg; unknown: pass", "Fe2O3", CUPEL_PASS, "no embodied CO2 for O"},
        {"co2: ; max: 10 kg/kg; unknown: pass", "PtO2", CUPEL_FAIL, "embodied CO2 at least 1.074e+04 > 10 kg/kg"},
        {"energy: ; max: 50 MJ/kg", "Fe", CUPEL_PASS, ""},
        {"energy: ; max: 50 MJ/kg", "Al", CUPEL_FAIL, "embodied energy 131 > 50 MJ/kg"},
        {"charge_neutral: yes", "NaCl", CUPEL_PASS, ""},
        {"charge_neutral: yes", "NaCl2", CUPEL_FAIL, "no neutral combination of oxidation states with the cations less electronegative"},
        {"charge_neutral: yes", "Fe3O4", CUPEL_FAIL, "no neutral combination of oxidation states with the cations less electronegative"},
        {"charge_neutral: yes; mixed_valence: yes", "Fe3O4", CUPEL_PASS, ""},
        {"charge_neutral: yes; states: icsd24; mixed_valence: yes", "La1.85Sr0.15CuO4", CUPEL_PASS, ""},
        {"charge_neutral: yes", "PbMg1/3Nb2/3O3", CUPEL_PASS, ""},
        {"charge_neutral: yes", "Pb(Mg0.333Nb0.667)O3", CUPEL_PASS, ""},
        {"charge_neutral: yes; states: icsd24", "KBi2SeS4", CUPEL_PASS, ""}, /* Se+ is reported, seldom */
        {"charge_neutral: yes", "KBi2SeS4", CUPEL_FAIL, "no neutral combination of oxidation states with the cations less electronegative"},
        {"charge_neutral: yes; states: common", "KBiS2", CUPEL_PASS, ""},
        {"charge_neutral: yes; states: common", "Cu2ZnSnS4", CUPEL_PASS, ""},
        {"charge_neutral: yes", "XeHe", CUPEL_UNKNOWN, "no oxidation states or electronegativity for He"},
        {"charge_neutral: yes; states: icsd24", "KAlBi2Se4", CUPEL_PASS, ""}, /* Bi2+ */
        {"charge_neutral: yes", "KAlBi2Se4", CUPEL_FAIL, "no neutral combination of oxidation states with the cations less electronegative"},
        {"charge_neutral: yes", "Zn3Sn2", CUPEL_FAIL, "no neutral combination of oxidation states with the cations less electronegative"},
        {"charge_neutral: yes; alloys: pass", "Ni3Al", CUPEL_PASS, ""},
        {"charge_neutral: yes; alloys: pass", "Ar", CUPEL_PASS, ""},
        {"charge_neutral: yes", "Ni3Al", CUPEL_FAIL, "no neutral combination of oxidation states with the cations less electronegative"},
        {"charge_neutral: yes", "Fe", CUPEL_FAIL, "no neutral combination of oxidation states with the cations less electronegative"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char reason[CUPEL_CONSTRAINT_TEXT];
        cupel_constraint *c = made(cases[i].entry);
        cupel_constraint_result r = result_of(c, cases[i].formula, reason);
        if (r.verdict != cases[i].verdict || strcmp(reason, cases[i].reason) != 0)
            fail_msg("%s of %s: verdict %d, '%s'", cases[i].entry, cases[i].formula, (int)r.verdict, reason);
        cupel_constraint_free(c);
    }
}

static void names_columns_and_words(void **state)
{
    (void)state;
    static const char *const cases[][4] = {
        {"elements: forbidden; list: Pb,Cd", "forbidden Cd Pb", "", "contains no Cd or Pb"},
        {"elements: count; max: 4", "element count", "", "has at most 4 elements"},
        {"price: ; max: 20 USD/kg", "price", "price [USD/kg]", "raw elements cost at most 20 USD/kg"},
        {"supply: hhi_reserve; max: 2500", "HHI reserve", "HHI reserve", "supply concentration of reserves (HHI) of at most 2500 (figures of 2013)"},
        {"rohs: yes", "rohs", "RoHS substance [%]", "2011/65/EU"},
        {"radioactive: no; unknown: pass", "radioactive", "", "; what is unknown passes"},
        {"charge_neutral: yes", "charge neutral", "", "ICSD"},
        {"abundance: ; min: 1 mg/kg", "crustal abundance", "crustal abundance [mg/kg]", "at least 1 mg/kg (figures of 2014)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cupel_constraint *c = made(cases[i][0]);
        assert_string_equal(cupel_constraint_name(c), cases[i][1]);
        assert_string_equal(cupel_constraint_column(c), cases[i][2]);
        if (!strstr(cupel_constraint_words(c), cases[i][3])) fail_msg("'%s'", cupel_constraint_words(c));
        cupel_constraint_free(c);
    }
    cupel_constraint_free(NULL);
}

static void bad_entries_are_refused_with_the_line(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"elements: forbiden; list: Pb", "/tmp/demand.yaml:10: 'elements: forbiden', expected allowed|required|forbidden|count"},
        {"elements: forbidden", ":10: 'elements: forbidden' needs a list"},
        {"elements: forbidden; list: Pb,Xx", ":11: no element 'Xx' in list"},
        {"elements: forbidden; list: Pb,,Cd", ":11: no element ''"},
        {"elements: forbidden; list: Pb,Pb", ":11: Pb is in the list twice"},
        {"elements: forbidden; list: Pb; max: 3", ":12: 'elements: forbidden' has a list"},
        {"elements: count", ":10: 'elements' needs a max"},
        {"elements: count; max: 2.5", "whole numbers"},
        {"elements: count; min: 3; max: 2", "a min above its max"},
        {"elements: count; list: Pb; max: 3", ":11: 'elements: count' has min and max, no list"},
        {"price: ", ":10: 'price' needs a max, as in max: 1 USD/kg"},
        {"price: 20 USD/kg", "expected a limit, as in price: {max: ...}"},
        {"price: ; max: 20", ":11: "},
        {"price: ; max: 20 eV", "eV"},
        {"price: ; max: -1 USD/kg", "expected 0 or more"},
        {"price: ; maximum: 20 USD/kg", ":11: unknown key 'maximum' beside 'price'; known: min, max, facts, unknown"},
        {"price: ; max: 20 USD/kg; unknown: maybe", ":12: 'unknown: maybe', expected reject|pass"},
        {"price: ; max: 20 USD/kg; rohs: yes", "each constraint an entry of its own"},
        {"price: ; max: 20 USD/kg; facts: /nonexistent/p.tsv", "/nonexistent/p.tsv"},
        {"supply: hhi; max: 2500", "expected hhi_production|hhi_reserve"},
        {"abundance: ; max: 3 mg/kg", "unknown key 'max' beside 'abundance'"},
        {"rohs: no", ":10: 'rohs: no', expected yes"},
        {"radioactive: yes", "expected no|false|forbidden"},
        {"charge_neutral: no", "expected yes"},
        {"charge_neutral: yes; alloys: maybe", ":11: 'alloys: maybe', expected reject|pass"},
        {"charge_neutral: yes; states: rare", ":11: 'states: rare', expected common|icsd24"},
        {"charge_neutral: yes; states: common; facts: /nonexistent/p.tsv", ":11: give 'states' or 'facts'"},
        {"property: gap", "no constraint in this entry"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cupel_constraint *c;
        cupel_err err = {0};
        cupel_status st = make(cases[i][0], &c, &err);
        if (st == CUPEL_OK || !strstr(err.message, cases[i][1])) fail_msg("%s: %d '%s'", cases[i][0], (int)st, err.message);
        assert_null(c);
    }
    assert_true(cupel_constraint_is_key(cupel_text_of("price")) && !cupel_constraint_is_key(cupel_text_of("property")));
    size_t n = 0;
    for (const cupel_method *m; (m = cupel_constraint_method(n)); n++) {
        assert_string_equal(m->kind, "constraint");
        assert_true(cupel_constraint_is_key(cupel_text_of(m->name)));
    }
    assert_int_equal(n, 10);
}

static const char *const entries[] = {
    "elements: forbidden; list: Pb,Cd,Hg",
    "elements: allowed; list: Li,Na,K,Mg,Ca,Fe,Co,Ni,O,S,F,Cl",
    "elements: count; max: 3",
    "price: ; max: 20 USD/kg",
    "price: ; max: 20 USD/kg; unknown: pass",
    "supply: hhi_production; max: 2500",
    "abundance: ; min: 1 mg/kg",
    "rohs: yes",
    "radioactive: no",
    "eu_critical: no",
    "co2: ; max: 10 kg/kg",
    "energy: ; max: 100 MJ/kg; unknown: pass",
    "charge_neutral: yes",
};
enum { N_ENTRIES = sizeof entries / sizeof *entries };

static cupel_composition random_composition(uint64_t k, unsigned most)
{
    cupel_composition c = {0};
    unsigned want = 1 + (unsigned)cupel_rng_below(11, 1, k, most);
    for (unsigned i = 0; c.n < want; i++) {
        unsigned z = 1 + (unsigned)cupel_rng_below(11, 2, k * 100 + i, k % 2 ? 118 : 60);
        if (cupel_composition_amount(&c, z) > 0) continue;
        c.z[c.n] = (unsigned char)z;
        c.amount[c.n++] = 1 + (double)cupel_rng_below(11, 3, k * 100 + i, 6);
    }
    return c;
}

static void scale_and_order_do_not_matter(void **state)
{
    (void)state;
    for (size_t e = 0; e < N_ENTRIES; e++) {
        cupel_constraint *c = made(entries[e]);
        for (uint64_t k = 0; k < 2000; k++) {
            cupel_composition a = random_composition(k, 5), b = {.n = a.n};
            for (unsigned i = 0; i < a.n; i++) {
                b.z[i] = a.z[a.n - 1 - i];
                b.amount[i] = 7 * a.amount[a.n - 1 - i];
            }
            cupel_constraint_result ra, rb;
            cupel_constraint_check(c, &a, &ra);
            cupel_constraint_check(c, &b, &rb);
            assert_int_equal(ra.verdict, rb.verdict);
            assert_int_equal(ra.unknown, rb.unknown);
            check_close(ra.figure, rb.figure, 1e-12, 0);
        }
        cupel_constraint_free(c);
    }
}

/* A mean lies between the values of the elements; of a pure element it is the table's value. */
static void means_are_means(void **state)
{
    (void)state;
    const cupel_facts *price = cupel_facts_find("price");
    cupel_constraint *c = made("price: ; max: 20 USD/kg");
    for (uint64_t k = 0; k < 5000; k++) {
        cupel_composition comp = random_composition(k, 4);
        double low = INFINITY, high = 0;
        bool known = true;
        for (unsigned i = 0; i < comp.n; i++) {
            double x = price->value[comp.z[i]];
            known = known && !isnan(x);
            low = fmin(low, x);
            high = fmax(high, x);
        }
        cupel_constraint_result r;
        cupel_constraint_check(c, &comp, &r);
        assert_int_equal(known, !r.unknown);
        assert_int_equal(known, !isnan(r.figure));
        if (!known) continue;
        assert_true(r.figure >= low * (1 - 1e-12) && r.figure <= high * (1 + 1e-12));
        assert_int_equal(r.verdict, r.figure <= 20 ? CUPEL_PASS : CUPEL_FAIL);
        if (comp.n == 1) check_close(r.figure, price->value[comp.z[0]], 1e-14, 0);
    }
    cupel_constraint_free(c);
}

/* What a space may prune never passes; a reason is there exactly when something is to be said. */
static void pruned_elements_never_pass(void **state)
{
    (void)state;
    for (size_t e = 0; e < N_ENTRIES; e++) {
        cupel_constraint *c = made(entries[e]);
        assert_false(cupel_constraint_allows(c, 0) || cupel_constraint_allows(c, 119));
        for (uint64_t k = 0; k < 5000; k++) {
            cupel_composition comp = random_composition(k, 4);
            char reason[CUPEL_CONSTRAINT_TEXT];
            cupel_constraint_result r;
            cupel_constraint_check(c, &comp, &r);
            cupel_constraint_reason(c, &comp, &r, reason);
            for (unsigned i = 0; i < comp.n; i++)
                if (!cupel_constraint_allows(c, comp.z[i])) assert_int_not_equal(r.verdict, CUPEL_PASS);
            assert_int_equal(reason[0] != '\0', r.verdict != CUPEL_PASS || r.unknown);
        }
        cupel_constraint_free(c);
    }
}

/* Every combination of states, as SMACT tries them. */
static bool neutral_by_force(const cupel_composition *c, unsigned i, double sum, int *state)
{
    if (i == c->n) {
        if (fabs(sum) > 1e-9) return false;
        for (unsigned a = 0; a < c->n; a++)
            for (unsigned b = 0; b < c->n; b++)
                if (state[a] > 0 && state[b] < 0 && cupel_element_electronegativity(c->z[a]) >= cupel_element_electronegativity(c->z[b]))
                    return false;
        return true;
    }
    for (int s = -CUPEL_STATE_SHIFT; s <= CUPEL_STATE_SHIFT; s++) {
        state[i] = s;
        if ((cupel_oxidation_states(CUPEL_STATES_ICSD24)[c->z[i]] >> (s + CUPEL_STATE_SHIFT) & 1) &&
            neutral_by_force(c, i + 1, sum + s * c->amount[i], state))
            return true;
    }
    return false;
}

static void neutrality_is_that_of_all_combinations(void **state)
{
    (void)state;
    cupel_constraint *c = made("charge_neutral: yes; states: icsd24"), *mixed = made("charge_neutral: yes; states: icsd24; mixed_valence: yes");
    size_t neutral = 0, tried = 0;
    for (uint64_t k = 0; k < 20000; k++) {
        cupel_composition comp = random_composition(2 * k, 5);
        int states[5];
        bool known = true;
        for (unsigned i = 0; i < comp.n; i++)
            known = known && cupel_oxidation_states(CUPEL_STATES_ICSD24)[comp.z[i]] && !isnan(cupel_element_electronegativity(comp.z[i]));
        cupel_constraint_result r, m;
        cupel_constraint_check(c, &comp, &r);
        cupel_constraint_check(mixed, &comp, &m);
        if (!known) {
            assert_int_equal(r.verdict, CUPEL_UNKNOWN);
            continue;
        }
        bool want = neutral_by_force(&comp, 0, 0, states);
        assert_int_equal(r.verdict, want ? CUPEL_PASS : CUPEL_FAIL);
        if (want) assert_int_equal(m.verdict, CUPEL_PASS);
        neutral += want;
        tried++;
    }
    assert_true(tried > 5000 && neutral > 500 && neutral < tried - 500);
    cupel_constraint_free(c);
    cupel_constraint_free(mixed);
}

/* Ten metals of many states in even amounts and one fluorine: never neutral, and too many combinations to see it. */
static void a_hard_search_ends(void **state)
{
    (void)state;
    char reason[CUPEL_CONSTRAINT_TEXT];
    cupel_constraint *c = made("charge_neutral: yes; states: icsd24");
    cupel_constraint_result r = result_of(c, "V2Cr2Mn2Fe2Mo2W2Re2Nb2Ru2Os2O30F", reason);
    assert_int_equal(r.verdict, CUPEL_UNKNOWN);
    assert_string_equal(reason, "too many combinations of oxidation states to try");
    assert_int_equal(result_of(c, "V2Cr2Mn2Fe2Mo2W2Re2Nb2Ru2Os2O30F2", reason).verdict, CUPEL_PASS);
    cupel_constraint_free(c);
}

static void a_users_table_takes_the_place(void **state)
{
    (void)state;
    static const char text[] = "symbol\tvalue [USD/kg]\tsource\tyear\nFe\t100\tour buyer\t2026\n";
    char path[] = "/tmp/cupel-prices-XXXXXX", entry[128], reason[CUPEL_CONSTRAINT_TEXT];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, sizeof text - 1), (ssize_t)sizeof text - 1);
    close(fd);
    snprintf(entry, sizeof entry, "price: ; max: 20 USD/kg; facts: %s", strrchr(path, '/') + 1); /* relative to the demand */
    cupel_constraint *c = made(entry);
    unlink(path);
    assert_int_equal(result_of(c, "Fe", reason).verdict, CUPEL_FAIL);
    assert_string_equal(reason, "price 100 > 20 USD/kg");
    assert_int_equal(result_of(c, "FeO", reason).verdict, CUPEL_FAIL); /* the known part is too much already */
    assert_int_equal(result_of(c, "Cu", reason).verdict, CUPEL_UNKNOWN);
    assert_non_null(strstr(cupel_constraint_words(c), strrchr(path, '/') + 1));
    cupel_constraint_free(c);
}

#ifdef CUPEL_FAULTS
/* Every allocation fails once: an error, nothing leaked, nothing half made. */
static void making_survives_full_memory(void **state)
{
    (void)state;
    static const char text[] = "symbol\tvalue [USD/kg]\tsource\tyear\nFe\t100\tour buyer\t2026\n";
    char path[] = "/tmp/cupel-prices-XXXXXX", own[128];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, sizeof text - 1), (ssize_t)sizeof text - 1);
    close(fd);
    snprintf(own, sizeof own, "price: ; max: 20 USD/kg; facts: %s", path);
    for (size_t e = 0; e <= N_ENTRIES; e++) {
        size_t at = 0;
        for (cupel_status st = CUPEL_NO_RESOURCE; st != CUPEL_OK;) {
            cupel_constraint *c;
            cupel_err err = {0};
            cupel_mem_fail_at(++at, false);
            st = make(e < N_ENTRIES ? entries[e] : own, &c, &err);
            cupel_mem_fail_at(0, false);
            assert_int_equal(st == CUPEL_OK, c != NULL);
            if (st != CUPEL_OK) assert_int_equal(st, CUPEL_NO_RESOURCE);
            cupel_constraint_free(c);
            assert_true(at < 200);
        }
        assert_true(at > 3);
    }
    unlink(path);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_and_reasons),
        cmocka_unit_test(names_columns_and_words),
        cmocka_unit_test(bad_entries_are_refused_with_the_line),
        cmocka_unit_test(scale_and_order_do_not_matter),
        cmocka_unit_test(means_are_means),
        cmocka_unit_test(pruned_elements_never_pass),
        cmocka_unit_test(neutrality_is_that_of_all_combinations),
        cmocka_unit_test(a_hard_search_ends),
        cmocka_unit_test(a_users_table_takes_the_place),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(making_survives_full_memory),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
