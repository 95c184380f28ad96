/* datasets/spaces/neutral.c: against the definition tried out, within limits, pruned, reduced, addressed anywhere. */
#include "tests/spaces.h"

#include "core/matter/constraint.h"
#include "core/matter/facts.h"
#include "core/matter/oxidation.h"

/* The definition, word by word: some assignment of one state per element adds up to zero with every cation below every anion. */
static bool neutral(const unsigned *states, const unsigned *z, const unsigned *amount, unsigned k, unsigned i, int charge, double cation,
                    double anion)
{
    if (i == k) return charge == 0 && cation < anion && cation > 0 && anion < 9;
    for (int q = -8; q <= 8; q++) {
        if (!(states[z[i]] >> (q + 8) & 1)) continue;
        double x = cupel_element_electronegativity(z[i]);
        if (neutral(states, z, amount, k, i + 1, charge + q * (int)amount[i], q > 0 && x > cation ? x : cation, q < 0 && x < anion ? x : anion))
            return true;
    }
    return false;
}

static unsigned divisor(unsigned a, unsigned b) { return b ? divisor(b, a % b) : a; }

/* Formulas of exactly k of the elements, by trying all amounts. */
static uint64_t try_amounts(const unsigned *states, const unsigned *z, unsigned k, unsigned most, unsigned i, unsigned *amount, unsigned common)
{
    uint64_t n = 0;
    if (i == k) return common == 1 && neutral(states, z, amount, k, 0, 0, 0.0, 9.0);
    for (amount[i] = 1; amount[i] <= most; amount[i]++) n += try_amounts(states, z, k, most, i + 1, amount, divisor(amount[i], common));
    return n;
}

static uint64_t brute_force(const unsigned *states, const unsigned *z, unsigned n, unsigned largest, unsigned most)
{
    uint64_t total = 0;
    for (unsigned subset = 1; subset < 1u << n; subset++) {
        unsigned chosen[16], amount[16], k = 0;
        for (unsigned i = 0; i < n; i++)
            if (subset >> i & 1) chosen[k++] = z[i];
        if (k >= 2 && k <= largest) total += try_amounts(states, chosen, k, most, 0, amount, 0);
    }
    return total;
}

static cupel_str neutral_space(cupel_states set, const unsigned *z, unsigned n, unsigned largest, unsigned most)
{
    cupel_str s = {0};
    cupel_str_puts(&s, "charge_neutral: {elements: [");
    for (unsigned i = 0; i < n; i++) cupel_str_addf(&s, "%s%s", i ? ", " : "", cupel_element_symbol(z[i]));
    cupel_str_addf(&s, "], max_elements: %u, max_amount: %u, states: %s}", largest, most, cupel_states_words[set]);
    return s;
}

static void neutral_by_hand(void **state)
{
    (void)state;
    check_listing("charge_neutral: {elements: [Cl, Na], max_amount: 6}", NULL, "NaCl\n");
    check_listing("charge_neutral: {elements: [O, Al, Mg], max_elements: 2, max_amount: 3, states: icsd24}", NULL, "MgO\nMgO2\nAlO3\nAl2O3\n");
    check_listing("charge_neutral: {elements: [O, Al, Mg], max_elements: 3, max_amount: 4, states: icsd24}", NULL,
                  "MgO\nMgO2\nAlO3\nAl2O3\nMgAl2O4\n");
    check_listing("charge_neutral: {elements: [O, Al, Mg], max_elements: 3, max_amount: 4}", NULL, "MgO\nAl2O3\nMgAl2O4\n");
    check_listing("charge_neutral: {elements: [N, Na], max_amount: 1, states: icsd24}", NULL, "Na1N1\n"); /* NaN would read as a missing formula */
}

static void neutral_as_brute_force(void **state)
{
    (void)state;
    static const unsigned fixed[3][6] = {{11, 20, 26, 16, 8, 17}, {1, 6, 7, 8, 16, 15}, {25, 29, 50, 51, 52, 35}};
    for (size_t t = 0; t < 24; t++) {
        cupel_states set = (cupel_states)(t % 3 < 2 ? t % 2 : CUPEL_STATES_SMACT14);
        const unsigned *states = cupel_oxidation_states(set);
        unsigned z[6], n = 6, largest = 2 + (unsigned)(t % 3), most = t % 3 == 2 ? 4 : 3 + (unsigned)(t % 4);
        if (t < 3) memcpy(z, fixed[t], sizeof z);
        else {
            size_t order[CUPEL_Z_MAX];
            cupel_rng_permutation(7, t, order, CUPEL_Z_MAX);
            n = 0;
            for (size_t i = 0; n < 6; i++)
                if (states[order[i] + 1] && !isnan(cupel_element_electronegativity((unsigned)order[i] + 1)))
                    z[n++] = (unsigned)order[i] + 1;
        }
        uint64_t expected = brute_force(states, z, n, largest, most);
        cupel_str text = neutral_space(set, z, n, largest, most);
        cupel_err err;
        cupel_space *s = NULL;
        cupel_status st = open_space(cupel_str_text(&text), NULL, &s, &err);
        if (expected == 0) {
            check_fails(st, CUPEL_INFEASIBLE, &err, "no formula of these elements is neutral");
        } else {
            check_ok(st, &err);
            assert_int_equal(count_of(s), expected);
            check_candidates(s, true);
            check_blocks(s, t);
        }
        cupel_space_free(s);
        cupel_str_free(&text);
    }
}

/* Limits and states of one's own: as leaving out by hand what they rule out. */
static void neutral_within_limits(void **state)
{
    (void)state;
    static const char whole[] = "charge_neutral: {elements: [Li, Ca, Fe, Sn, N, O, S, Cl], max_elements: 4, max_amount: 5%s}";
    static const char *const limits[] = {", max_atoms: 8", ", amounts: {O: 2..3, Li: 1}", ", min_elements: 3", ", difference: 1.2", ""};
    for (size_t k = 0; k < 5; k++) {
        cupel_err err;
        cupel_candidates all = {0}, c = {0};
        char text[200];
        size_t at = 0;
        snprintf(text, sizeof text, whole, "");
        cupel_space *s = space_of(text, NULL);
        snprintf(text, sizeof text, whole, limits[k]);
        cupel_space *within = space_of(text, NULL);
        check_ok(cupel_space_fill(s, 0, (size_t)count_of(s), &all, &err), &err);
        check_ok(cupel_space_fill(within, 0, (size_t)count_of(within), &c, &err), &err);
        for (size_t i = 0; i < all.n; i++) {
            cupel_composition m;
            cupel_oxidation o;
            cupel_batch_get(&all.batch, i, &m);
            double oxygen = cupel_composition_amount(&m, 8);
            bool stays = true;
            if (k == 0) stays = cupel_composition_total(&m) <= 8;
            if (k == 1) stays = (oxygen == 0 || (oxygen >= 2 && oxygen <= 3)) && cupel_composition_amount(&m, 3) <= 1;
            if (k == 2) stays = m.n >= 3;
            if (k == 3) { /* elements are in order of electronegativity: one of the gaps that separate ions must be wide enough */
                bool any = false;
                for (unsigned e = 0; e + 1 < m.n; e++) {
                    double gap = cupel_element_electronegativity(m.z[e + 1]) - cupel_element_electronegativity(m.z[e]);
                    any = any || gap >= 1.2 - 1e-9;
                }
                if (any && at < c.n && strcmp(c.formula[at].p, all.formula[i].p) != 0) continue; /* may be neutral by a narrower gap only */
                stays = any;
            }
            if (!stays) continue;
            assert_true(at < c.n || k == 3);
            if (at < c.n) assert_string_equal(c.formula[at++].p, all.formula[i].p);
            assert_true(cupel_oxidation_find(&m, 0, &o));
        }
        assert_int_equal(at, c.n);
        check_blocks(within, k);
        cupel_candidates_release(&all);
        cupel_candidates_release(&c);
        cupel_space_free(s);
        cupel_space_free(within);
    }
}

static void neutral_in_states_of_ones_own(void **state)
{
    (void)state;
    write_table("bad.csv", "symbol\tvalue\tsource\tyear\nNa\t1\there\t2026\nO\t-2\there\t2026\nFe\t2 3\there\t2026\n");
    check_listing("charge_neutral: {elements: [Na, Fe, O], max_elements: 2, max_amount: 3, facts: bad.csv}", NULL, "Na2O\nFeO\nFe2O3\n");
    check_listing("charge_neutral: {elements: [Na, Fe, O], max_elements: 2, max_amount: 3, states: common}", NULL, "Na2O\nFeO\nFe2O3\n");
    check_listing("charge_neutral: {elements: [Fe, O], max_elements: 2, max_amount: 3, states: icsd24, min_share: 0.5}", NULL, "Fe2O3\n");
    check_listing("charge_neutral: {elements: [Na, Cl], max_amount: 1, states: smact14}", NULL, "NaCl\n");
    cupel_space *all = space_of("charge_neutral: {elements: all, max_elements: 2, max_amount: 2}", NULL);
    assert_true(count_of(all) > 500);
    cupel_space_free(all);
}

/* Parts add up, and a block without text has the same compositions and writes the same text. */
static void parts_and_bare_blocks(void **state)
{
    (void)state;
    static const char *const spaces[] = {"charge_neutral: {elements: [Li, Fe, N, Na, O, S], max_elements: 4, max_amount: 3}",
                                         "ranges: {Fe: 0..1, Ni: 0..1, Cr: 0..0.3}\nstep: 0.05", "mix: [Mg3Sb2, Mg3Bi2]\nstep: 0.1",
                                         "mix: [Mg3Sb2, Mg3Bi2]\nstep: 0.1\ncolumns: {T: [1, 2]}", "near: FeNi\nstep: 0.1",
                                         "dope: PbTe\nsites: {Pb: Na}\namounts: 0.1..0.5 step 0.1"};
    for (size_t k = 0; k < 6; k++) {
        cupel_err err;
        cupel_candidates a = {0}, b = {.bare = true};
        cupel_str what = {0}, text = {0};
        cupel_space *s = space_of(spaces[k], NULL);
        uint64_t sum = 0, n;
        for (size_t i = 0; cupel_space_part(s, i, &what, &n); i++) sum += n;
        assert_true(k ? !sum : sum == count_of(s));
        check_ok(cupel_space_fill(s, 0, (size_t)count_of(s), &a, &err), &err);
        check_ok(cupel_space_fill(s, 0, (size_t)count_of(s), &b, &err), &err);
        assert_int_equal(a.n, b.n);
        assert_memory_equal(a.batch.amount, b.batch.amount, a.batch.first[a.n] * sizeof(double));
        assert_memory_equal(a.batch.z, b.batch.z, a.batch.first[a.n]);
        for (size_t i = 0; i < a.n; i++) {
            assert_null(b.formula[i].p);
            cupel_str_clear(&text);
            cupel_candidates_text(&b, i, &text);
            assert_string_equal(cupel_str_text(&text), a.formula[i].p);
        }
        cupel_candidates_release(&a);
        cupel_candidates_release(&b);
        cupel_str_free(&what);
        cupel_str_free(&text);
        cupel_space_free(s);
    }
}

static void neutral_is_reduced_and_bounded(void **state)
{
    (void)state;
    cupel_err err;
    cupel_candidates c = {0};
    cupel_space *s = space_of("charge_neutral: {elements: [Li, Cu, Zn, Sn, Fe, N, O, S, I], max_elements: 4, max_amount: 5}", NULL);
    check_ok(cupel_space_fill(s, 0, (size_t)count_of(s), &c, &err), &err);
    for (size_t i = 0; i < c.n; i++) {
        cupel_composition comp;
        unsigned d = 0;
        cupel_batch_get(&c.batch, i, &comp);
        assert_in_range(comp.n, 2, 4);
        for (unsigned e = 0; e < comp.n; e++) {
            assert_true(comp.amount[e] >= 1 && comp.amount[e] <= 5);
            d = divisor((unsigned)comp.amount[e], d);
        }
        assert_int_equal(d, 1);
    }
    cupel_candidates_release(&c);
    check_blocks(s, 1);
    assert_true(cupel_space_parallel(s));
    cupel_space_free(s);
}

/* What the space lists passes the constraint of the same name. */
static void neutral_as_the_constraint(void **state)
{
    (void)state;
    cupel_err err;
    cupel_candidates c = {0};
    cupel_constraint *rule = NULL;
    const cupel_key_value key = {cupel_text_of("charge_neutral"), cupel_text_of("yes"), 1};
    check_ok(cupel_constraint_new(&key, 1, demand, &rule, &err), &err);
    cupel_space *s = space_of("charge_neutral: {elements: [Na, Ti, Mn, Sn, As, N, O, Se, Br], max_elements: 4, max_amount: 4}", NULL);
    check_ok(cupel_space_fill(s, 0, (size_t)count_of(s), &c, &err), &err);
    for (size_t i = 0; i < c.n; i++) {
        cupel_composition comp;
        cupel_constraint_result r;
        cupel_batch_get(&c.batch, i, &comp);
        cupel_constraint_check(rule, &comp, &r);
        assert_int_equal(r.verdict, CUPEL_PASS);
    }
    cupel_candidates_release(&c);
    cupel_constraint_free(rule);
    cupel_space_free(s);
}

/* Ruling an element out is the same as not listing it. */
static void pruning_leaves_an_element_out(void **state)
{
    (void)state;
    bool allows[CUPEL_Z_MAX + 1];
    for (unsigned z = 0; z <= CUPEL_Z_MAX; z++) allows[z] = z != 82 && z != 48;
    cupel_space *with = space_of("charge_neutral: {elements: [Pb, Cd, Sn, Zn, S, Se]}", allows);
    cupel_space *without = space_of("charge_neutral: {elements: [Sn, Zn, S, Se]}", NULL);
    cupel_str a = listing(with), b = listing(without);
    char x[65], y[65];
    cupel_err err;
    assert_string_equal(cupel_str_text(&a), cupel_str_text(&b));
    check_ok(cupel_space_digest(with, x, &err), &err);
    check_ok(cupel_space_digest(without, y, &err), &err);
    assert_string_equal(x, y);
    cupel_str_free(&a);
    cupel_str_free(&b);
    cupel_space_free(with);
    cupel_space_free(without);
    with = space_of("ranges: {Sn: 0..1, Pb: 0..0.5, Ag: 0..0.5}\nstep: 0.25", allows);
    without = space_of("ranges: {Sn: 0..1, Ag: 0..0.5}\nstep: 0.25", NULL);
    assert_int_equal(count_of(with), count_of(without));
    cupel_space_free(with);
    cupel_space_free(without);
}

static void a_large_space_is_addressed_anywhere(void **state)
{
    (void)state;
    cupel_err err;
    cupel_candidates a = {0}, b = {0};
    cupel_space *s = space_of("charge_neutral: {elements: [Li, Na, K, Mg, Ca, Sr, Ba, Cu, Ag, Zn, Al, Ga, In, Si, Ge, Sn, Sb, Bi, Ti, Zr, P, N, O, "
                              "S, Se, Cl, I], max_elements: 4, max_amount: 6, states: icsd24}", NULL);
    uint64_t count = count_of(s);
    assert_true(count > 1000000);
    for (uint64_t k = 0; k < 20; k++) {
        uint64_t first = cupel_rng_below(3, k, 0, count - 700);
        check_ok(cupel_space_fill(s, first, 700, &a, &err), &err);
        assert_int_equal(a.n, 700);
        check_ok(cupel_space_fill(s, first + 699, 1, &b, &err), &err);
        assert_string_equal(a.formula[699].p, b.formula[0].p);
    }
    check_ok(cupel_space_fill(s, count - 1, 5, &a, &err), &err);
    assert_int_equal(a.n, 1);
    check_ok(cupel_space_fill(s, UINT64_MAX, 5, &a, &err), &err);
    assert_int_equal(a.n, 0);
    cupel_candidates_release(&a);
    cupel_candidates_release(&b);
    cupel_space_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neutral_by_hand),
        cmocka_unit_test(neutral_as_brute_force),
        cmocka_unit_test(neutral_within_limits),
        cmocka_unit_test(neutral_in_states_of_ones_own),
        cmocka_unit_test(parts_and_bare_blocks),
        cmocka_unit_test(neutral_is_reduced_and_bounded),
        cmocka_unit_test(neutral_as_the_constraint),
        cmocka_unit_test(pruning_leaves_an_element_out),
        cmocka_unit_test(a_large_space_is_addressed_anywhere),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
