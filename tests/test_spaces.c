/* Spaces of compositions: ranges, substitutes and lists, their digests and messages. */
#include "tests/spaces.h"

#include "core/matter/facts.h"

/* ---- ranges ---- */

static uint64_t mixtures(const unsigned *low, const unsigned *high, unsigned n, unsigned i, unsigned left, unsigned may)
{
    uint64_t total = 0;
    if (i == n) return left == 0;
    for (unsigned a = low[i]; a <= high[i] && a <= left; a++)
        if (a == 0 || may) total += mixtures(low, high, n, i + 1, left - a, may - (a > 0));
    return total;
}

static void ranges_as_brute_force(void **state)
{
    (void)state;
    static const unsigned z[6] = {26, 24, 28, 27, 42, 6}, steps[4] = {10, 20, 40, 8};
    unsigned found = 0;
    for (size_t t = 0; t < 40; t++) {
        unsigned low[6], high[6], n = 2 + (unsigned)cupel_rng_below(5, t, 0, 5), total = steps[t % 4],
                                  most = 1 + (unsigned)cupel_rng_below(5, t, 1, n);
        cupel_str text = {0};
        cupel_str_puts(&text, "ranges: {");
        for (unsigned i = 0; i < n; i++) {
            low[i] = (unsigned)cupel_rng_below(5, t, 2 + 2 * i, 3) / 2;
            high[i] = low[i] + (unsigned)cupel_rng_below(5, t, 3 + 2 * i, total - low[i] + 1);
            cupel_str_addf(&text, "%s%s: ", i ? ", " : "", cupel_element_symbol(z[i]));
            cupel_str_number(&text, (double)low[i] / total);
            cupel_str_puts(&text, "..");
            cupel_str_number(&text, (double)high[i] / total);
        }
        cupel_str_puts(&text, "}\nstep: ");
        cupel_str_number(&text, 1.0 / total);
        cupel_str_addf(&text, "\nmax_elements: %u\n", most);
        uint64_t expected = mixtures(low, high, n, 0, total, most);
        cupel_err err;
        cupel_space *s = NULL;
        cupel_status st = open_space(cupel_str_text(&text), NULL, &s, &err);
        if (expected) {
            check_ok(st, &err);
            assert_int_equal(count_of(s), expected);
            check_candidates(s, false);
            check_blocks(s, t);
            found++;
        } else {
            check_fails(st, CUPEL_INFEASIBLE, &err, "no amounts add up to 1");
        }
        cupel_space_free(s);
        cupel_str_free(&text);
    }
    assert_true(found > 10);
}

/* Amounts are whole numbers of steps, within the ranges, and add up to exactly all of them. */
static void ranges_add_up_exactly(void **state)
{
    (void)state;
    cupel_err err;
    cupel_candidates c = {0};
    cupel_space *s = space_of("ranges: {Fe: 0.3..0.9, Cr: 0.1..0.3, Ni: 0..0.4, C: 0.02}\nstep: 0.01\nmax_elements: 4", NULL);
    check_ok(cupel_space_fill(s, 0, (size_t)count_of(s), &c, &err), &err);
    for (size_t i = 0; i < c.n; i++) {
        cupel_composition comp;
        long sum = 0;
        cupel_batch_get(&c.batch, i, &comp);
        for (unsigned e = 0; e < comp.n; e++) {
            long k = lround(comp.amount[e] * 100);
            assert_true(comp.amount[e] == (double)k / 100);
            sum += k;
        }
        assert_int_equal(sum, 100);
        double cr = cupel_composition_amount(&comp, 24);
        assert_true(cr >= 0.1 && cr <= 0.3 && cupel_composition_amount(&comp, 6) == 0.02);
    }
    cupel_candidates_release(&c);
    cupel_space_free(s);
    check_listing("ranges: {Fe: 0..1, Ni: 0.1..0.35}\nstep: 0.1", NULL, "Fe0.7Ni0.3\nFe0.8Ni0.2\nFe0.9Ni0.1\n");
    check_listing("ranges: {Fe: 0..1, Ni: 0..1}\nstep: 0.5\n", NULL, "Ni\nFe0.5Ni0.5\nFe\n");
    check_listing("ranges: {Fe: 0..1, Ni: 0..1}\nmax_elements: 1\n", NULL, "Ni\nFe\n");
}

static void a_fine_grid_is_addressed_anywhere(void **state)
{
    (void)state;
    cupel_err err;
    cupel_candidates a = {0}, b = {0};
    cupel_space *s = space_of("ranges: {Fe: 0..1, Cr: 0..1, Ni: 0..1, Co: 0..1, Mn: 0..1, Al: 0..1, Ti: 0..1}\nstep: 0.002", NULL);
    uint64_t count = count_of(s);
    uint64_t expected = 1; /* (500 + 6 over 6) */
    for (uint64_t i = 1; i <= 6; i++) expected = expected * (500 + i) / i;
    assert_true(count == expected);
    for (uint64_t k = 0; k < 50; k++) {
        uint64_t first = cupel_rng_bits(4, k, 0) % (count - 100);
        check_ok(cupel_space_fill(s, first, 100, &a, &err), &err);
        check_ok(cupel_space_fill(s, first + 99, 1, &b, &err), &err);
        assert_string_equal(a.formula[99].p, b.formula[0].p);
    }
    cupel_candidates_release(&a);
    cupel_candidates_release(&b);
    cupel_space_free(s);
}

/* ---- substitute ---- */

static void substitutes_by_hand(void **state)
{
    (void)state;
    bool allows[CUPEL_Z_MAX + 1];
    for (unsigned z = 0; z <= CUPEL_Z_MAX; z++) allows[z] = z != 82;
    write_table("known.csv", "formula,gap\nCsPbI3,1.7\nNaCl,8\nCsPbBr3,2.3\n,1\nPbCsI3,1.7\n");
    const char *both = "substitute: known.csv\nreplace: {Pb: [Sn, Ge], I: Br}\n";
    check_listing(both, NULL, "CsSnI3\nCsGeI3\nCsSnBr3\nCsGeBr3\n"); /* CsPbBr3 is known, and no result comes twice */
    check_listing("substitute: known.csv\nreplace: {Pb: [Sn, Ge], I: Br}\nkeep: yes\n", NULL,
                  "CsPbI3\nCsSnI3\nCsGeI3\nCsPbBr3\nCsSnBr3\nCsGeBr3\nNaCl\n");
    check_listing("substitute: known.csv\nreplace: {Pb: [Sn, Ge], I: Br}\nkeep: yes\n", allows, "CsSnI3\nCsGeI3\nCsSnBr3\nCsGeBr3\nNaCl\n");
    check_listing("substitute: known.csv\nreplace: {Cs: [Na, K]}\n", NULL, "NaPbI3\nKPbI3\nNaPbBr3\nKPbBr3\n");
    check_listing("substitute: known.csv\nreplace: {Cl: Na}\nkeep: yes\n", NULL, "CsPbI3\nNaCl\nNa\nCsPbBr3\n"); /* amounts of one element add up */
    cupel_space *s = space_of(both, NULL);
    check_blocks(s, 1);
    check_candidates(s, true);
    cupel_space_free(s);
    /* one that finds nothing new has no candidates */
    s = space_of("substitute: known.csv\nreplace: {Xe: [Kr]}\n", NULL);
    assert_int_equal(count_of(s), 0);
    cupel_space_free(s);
}

/* Similar elements, the most similar first; one similarity for any order of the two. */
static void substitutes_by_similarity(void **state)
{
    (void)state;
    write_table("known.csv", "formula,gap\nCsPbI3,1.7\nNaCl,8\nCsPbBr3,2.3\n,1\nPbCsI3,1.7\n");
    check_listing("substitute: known.csv\nsimilar: {least: 0.5, elements: Pb}", NULL,
        "CsSnI3\nCsTlI3\nCsInI3\nCsBiI3\nCsSbI3\nCsSnBr3\nCsTlBr3\nCsInBr3\nCsBiBr3\nCsSbBr3\n");
    check_listing("substitute: known.csv\nsimilar: {least: 0.5, elements: Pb, most: 1}", NULL, "CsSnI3\nCsSnBr3\n");
    check_listing("substitute: known.csv\nreplace: {Pb: Ge}\nsimilar: {least: 0.5, elements: Pb, among: [Sn, Ge]}", NULL,
        "CsGeI3\nCsSnI3\nCsGeBr3\nCsSnBr3\n");
    cupel_space *s = space_of("substitute: known.csv\nsimilar: 0.5", NULL);
    check_candidates(s, true);
    check_blocks(s, 3);
    cupel_space_free(s);
    s = space_of("substitute: known.csv\nsimilar: 1", NULL);
    assert_int_equal(count_of(s), 0);
    cupel_space_free(s);
}

static void substitutes_of_many(void **state)
{
    (void)state;
    cupel_space *s = space_of("substitute: known.csv\nreplace: {Cs: [Rb, K, Na, Li], Pb: [Sn, Ge, Mg, Ca, Sr, Ba, Zn, Cd], I: [Br, Cl, F], Br: [I, "
                              "Cl, F], Na: [Li, K, Ag, Cu], Cl: [F, Br, I]}\nkeep: yes\n", NULL);
    assert_int_equal(count_of(s), 5 * 9 * 4 + 5 * 4);
    check_blocks(s, 2);
    check_candidates(s, true);
    cupel_space_free(s);
}

/* ---- list ---- */

static void lists_keep_their_rows(void **state)
{
    (void)state;
    cupel_err err;
    cupel_candidates c = {0};
    write_table("list.csv", "id,name,formula\n1,a, Fe2O3 \n2,b,\n3,c,Xx\n4,d,Al2O3\n5,e,Fe2O3.5H2O\n6,f,Fe2O3\n");
    cupel_space *s = space_of("list: list.csv\nformula: formula", NULL);
    assert_false(cupel_space_parallel(s));
    assert_int_equal(count_of(s), 6);
    check_ok(cupel_space_fill(s, 0, 100, &c, &err), &err);
    static const char *const texts[6] = {"Fe2O3", "", "Xx", "Al2O3", "Fe2O3.5H2O", "Fe2O3"};
    static const unsigned char reasons[6] = {0, CUPEL_REASON_MISSING_FORMULA, CUPEL_REASON_BAD_FORMULA, 0, CUPEL_REASON_AMBIGUOUS_FORMULA, 0};
    assert_int_equal(c.n, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(c.formula[i].p, texts[i]);
        assert_int_equal(c.batch.reason[i], reasons[i]);
    }
    check_blocks(s, 5); /* it rewinds */
    cupel_space_free(s);
    s = space_of("list: list.csv\ndot: hydrate", NULL);
    check_ok(cupel_space_fill(s, 4, 1, &c, &err), &err);
    assert_int_equal(c.batch.reason[0], 0);
    assert_int_equal(c.batch.first[1], 3);
    cupel_space_free(s);
    cupel_candidates_release(&c);
}

/* ---- digests and messages ---- */

static void digests_tell_spaces_apart(void **state)
{
    (void)state;
    static const char *const spaces[] = {"charge_neutral: {elements: [Na, K, Cl, O]}",
                                         "charge_neutral: {elements: [Na, K, Cl, S]}",
                                         "charge_neutral: {elements: [Na, K, Cl, O], max_amount: 5}",
                                         "charge_neutral: {elements: [Na, K, Cl, O], max_elements: 2}",
                                         "ranges: {Fe: 0..1, Ni: 0..1}",
                                         "ranges: {Fe: 0..1, Ni: 0..1}\nstep: 0.02",
                                         "ranges: {Fe: 0..0.9, Ni: 0..1}",
                                         "list: list.csv",
                                         "list: list.csv\ndot: hydrate",
                                         "list: known.csv",
                                         "substitute: known.csv\nreplace: {Pb: Sn}",
                                         "substitute: known.csv\nreplace: {Pb: Ge}",
                                         "substitute: known.csv\nreplace: {Pb: Sn}\nkeep: yes"};
    enum { N = sizeof spaces / sizeof *spaces };
    char hex[N][65], again[65];
    cupel_err err;
    for (size_t i = 0; i < N; i++) {
        cupel_space *s = space_of(spaces[i], NULL);
        check_ok(cupel_space_digest(s, hex[i], &err), &err);
        check_ok(cupel_space_digest(s, again, &err), &err);
        assert_int_equal(strlen(hex[i]), 64);
        assert_string_equal(hex[i], again);
        for (size_t j = 0; j < i; j++) assert_string_not_equal(hex[i], hex[j]);
        assert_true(cupel_space_words(s)[0]);
        cupel_space_free(s);
    }
    cupel_space *s = space_of("charge_neutral: {elements: [O, Cl, K, Na], max_elements: 3, max_amount: 6}", NULL); /* the same, said otherwise */
    check_ok(cupel_space_digest(s, again, &err), &err);
    assert_string_equal(hex[0], again);
    cupel_space_free(s);
}

static void refusals_name_line_and_remedy(void **state)
{
    (void)state;
    write_table("bad.csv", "composition\nFe2O3\nQq\n");
    const struct {
        const char *space;
        cupel_status status;
        const char *words;
    } cases[] = {
        {"[a, b]", CUPEL_USAGE, "one of: list, ranges, substitute, charge_neutral"},
        {"lists: a.csv", CUPEL_USAGE, "none of the kinds there are"},
        {"list: list.csv\nranges: {Fe: 1}", CUPEL_USAGE, "'ranges' beside 'list'"},
        {"list: list.csv\nstep: 2", CUPEL_USAGE, "demand.yaml:2: unknown key 'step' in space"},
        {"list: no-such.csv", CUPEL_BAD_INPUT, "no-such.csv"},
        {"list: '-'", CUPEL_USAGE, "stdin"},
        {"list: bad.csv\nformula: formula", CUPEL_BAD_INPUT,
         "no formula column 'formula'; its columns are 'composition'; name it with formula: in space"},
        {"list: [a]", CUPEL_USAGE, "'list' must be one value"},
        {"ranges: Fe", CUPEL_USAGE, "ranges must be a mapping"},
        {"ranges: {Fe: 0..1, Qq: 0..1}", CUPEL_USAGE, "'Qq' is no element symbol"},
        {"ranges:\n  Fe: 0..1\n  Ni: 0.5..0.2", CUPEL_USAGE, "demand.yaml:3: space: ranges: Ni must be low..high"},
        {"ranges: {Fe: 0..1.5}", CUPEL_USAGE, "low..high"},
        {"ranges: {Fe: a..1}", CUPEL_USAGE, "low..high"},
        {"ranges: {Fe: 0..1}\nstep: 0.3", CUPEL_USAGE, "does not divide 1"},
        {"ranges: {Fe: 0.011..0.019, Ni: 0..1}", CUPEL_USAGE, "no multiple of the step 1/100"},
        {"ranges: {Fe: 0.6..1, Ni: 0.6..1}", CUPEL_INFEASIBLE, "lower ends add up to 1.2"},
        {"ranges: {Fe: 0..0.2, Ni: 0..0.2}", CUPEL_INFEASIBLE, "upper ends to 0.4"},
        {"ranges: {Fe: 0..1}\nmax_elements: 0", CUPEL_USAGE, "must be a whole number from 1"},
        {"ranges: {Fe: 0..1, Ni: 0..1, Cr: 0..1, Co: 0..1, Mn: 0..1, Al: 0..1, Ti: 0..1, Mo: 0..1}\nstep: 0.00001", CUPEL_USAGE, "larger step"},
        {"ranges: {Fe: 0..1, Ni: 0..1, Cr: 0..1, Co: 0..1, Mn: 0..1, Al: 0..1, Ti: 0..1, Mo: 0..1, V: 0..1, W: 0..1}\nstep: 0.0002", CUPEL_USAGE,
         "10^18"},
        {"substitute: known.csv", CUPEL_USAGE, "needs replace:"},
        {"substitute: known.csv\nsimilar: 2", CUPEL_USAGE, "similar"},
        {"substitute: known.csv\nsimilar: {last: 2}", CUPEL_USAGE, "unknown key 'last'"},
        {"substitute: known.csv\nsimilar: {elements: Qq}", CUPEL_USAGE, "no element symbol"},
        {"substitute: known.csv\nreplace: {Pb: []}", CUPEL_USAGE, "list of elements is expected"},
        {"substitute: known.csv\nreplace: {Pb: [Sn, Sn]}", CUPEL_USAGE, "Sn is listed twice"},
        {"substitute: known.csv\nreplace: {Pb: [Pb]}", CUPEL_USAGE, "by itself"},
        {"substitute: known.csv\nreplace: {Pb: Sn}\nkeep: maybe", CUPEL_USAGE, "is not one of no, yes"},
        {"substitute: bad.csv\nformula: composition\nreplace: {Pb: Sn}", CUPEL_BAD_INPUT, "bad.csv':3: formula 'Qq'"},
        {"charge_neutral: [Na, Cl]", CUPEL_USAGE, "charge_neutral must be a mapping"},
        {"charge_neutral: {max_amount: 3}", CUPEL_USAGE, "needs elements:"},
        {"charge_neutral: {elements: [Na, He]}", CUPEL_USAGE, "no oxidation state of He"},
        {"charge_neutral: {elements: [Na]}", CUPEL_USAGE, "two are needed"},
        {"charge_neutral: {elements: [Na, K]}", CUPEL_INFEASIBLE, "no formula of these elements is neutral"},
        {"charge_neutral: {elements: [Na, Cl], max_amount: 100}", CUPEL_USAGE, "must be a whole number from 1 to 24"},
        {"charge_neutral: {elements: [Na, Cl], max_atom: 3}", CUPEL_USAGE, "unknown key 'max_atom' in charge_neutral"},
        {"charge_neutral: {elements: [Na, Cl], states: rare}", CUPEL_USAGE, "is not one of common, icsd24, smact14"},
        {"charge_neutral: {elements: [Na, Cl], min_elements: 4}", CUPEL_USAGE, "must be a whole number from 2 to 3"},
        {"charge_neutral: {elements: [Na, Cl], min_elements: 3}", CUPEL_USAGE, "min_elements is 3, and 2 elements are left"},
        {"charge_neutral: {elements: [Na, Cl], states: smact14, min_share: 0.1}", CUPEL_USAGE, "does not count reports"},
        {"charge_neutral: {elements: [Na, Cl], states: common, facts: x.tsv}", CUPEL_USAGE, "a table of states of your own"},
        {"charge_neutral: {elements: [Na, Cl], facts: no-such.tsv}", CUPEL_BAD_INPUT, "no-such.tsv"},
        {"charge_neutral: {elements: [Na, Cl], amounts: {K: 1}}", CUPEL_USAGE, "K of amounts is not among the elements"},
        {"charge_neutral: {elements: [Na, Cl], amounts: {Na: 1.5}}", CUPEL_USAGE, "must be whole numbers"},
        {"charge_neutral: {elements: [Na, Cl], amounts: {Na: 1..9}}", CUPEL_USAGE, "low..high with 1"},
        {"charge_neutral: {elements: [Na, Cl], difference: 2.5}", CUPEL_INFEASIBLE, "no formula of these elements is neutral"},
        {"charge_neutral: {elements: [Li, Na, K, Mg, Ca, Sr, Ba, Cu, Ag, Zn, Al, Ga, In, Si, Ge, Sn, O, S], max_elements: 8, max_amount: 6}",
         CUPEL_USAGE, "too many to go through"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cupel_err err = {0};
        cupel_space *s = NULL;
        check_fails(open_space(cases[i].space, NULL, &s, &err), cases[i].status, &err, cases[i].words);
        assert_non_null(strstr(err.message, "demand.yaml:"));
        assert_null(s);
    }
    bool allows[CUPEL_Z_MAX + 1] = {false};
    cupel_err err;
    cupel_space *s = NULL;
    check_fails(open_space("ranges: {Pb: 0.1..1}", allows, &s, &err), CUPEL_USAGE, &err, "a constraint rules Pb out");
    check_fails(open_space("charge_neutral: {elements: [Na, Cl]}", allows, &s, &err), CUPEL_USAGE, &err, "left by the constraints");
}

static void methods_are_listed(void **state)
{
    (void)state;
    static const char *const names[] = {"list", "ranges", "substitute", "charge_neutral", "mix", "dope", "near"};
    for (size_t i = 0; i < 7; i++) {
        assert_string_equal(cupel_space_method(i)->name, names[i]);
        assert_string_equal(cupel_space_method(i)->kind, "space");
    }
    assert_null(cupel_space_method(7));
    assert_null(cupel_space_method(SIZE_MAX));
}

#ifdef CUPEL_FAULTS
static void memory_may_end_anywhere(void **state)
{
    (void)state;
    static const char *const spaces[] = {"charge_neutral: {elements: [Na, K, Cl, O]}", "ranges: {Fe: 0..1, Ni: 0..1}", "list: list.csv",
                                         "substitute: known.csv\nreplace: {Pb: Sn}"};
    check_space_faults(spaces, sizeof spaces / sizeof *spaces);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_as_brute_force),
        cmocka_unit_test(ranges_add_up_exactly),
        cmocka_unit_test(a_fine_grid_is_addressed_anywhere),
        cmocka_unit_test(substitutes_by_hand),
        cmocka_unit_test(substitutes_by_similarity),
        cmocka_unit_test(substitutes_of_many),
        cmocka_unit_test(lists_keep_their_rows),
        cmocka_unit_test(digests_tell_spaces_apart),
        cmocka_unit_test(refusals_name_line_and_remedy),
        cmocka_unit_test(methods_are_listed),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(memory_may_end_anywhere),
#endif
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
