#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/matter/formula.h"

static cupel_composition read_composition(const char *text)
{
    cupel_formula f;
    cupel_formula_error e;
    if (!cupel_formula_read(cupel_text_of(text), CUPEL_DOT_REFUSE, &f, &e)) {
        print_error("%s: %s\n", text, e.message);
        fail();
    }
    return f.composition;
}

/* Canonical text of a composition, in a buffer of its own. */
static const char *text_of(const cupel_composition *c)
{
    static char buf[4][4096];
    static unsigned next;
    cupel_str s = {0};
    char *out = buf[next++ % 4];
    cupel_composition_text(c, &s);
    assert_false(s.failed);
    snprintf(out, sizeof buf[0], "%s", cupel_str_text(&s));
    cupel_str_free(&s);
    return out;
}

static void texts_are_canonical(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"O3Fe2", "Fe2O3"},
        {"Fe4O6", "Fe2O3"},
        {"FeO1.5", "Fe2O3"},
        {"HSbO2", "SbHO2"},
        {"ClNa", "NaCl"},
        {"H2O", "H2O"},
        {"O", "O"},
        {"O2", "O"},
        {"YBa2Cu3O6.93", "Ba2YCu3O6.93"},
        {"Fe0.62Ni0.38", "Fe31Ni19"},
        {"HeXe", "XeHe"},
        {"Si1008O2016", "SiO2"},
        {"PbMg1/3Nb2/3O3", "MgNb2Pb3O9"},
        {"Fe1000O999", "FeO0.999"},
        {"C60H1", "HC60"},
        {"Ga1As0.01P0.99", "Ga100As1P99"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cupel_composition c = read_composition(cases[i][0]);
        if (i == sizeof cases / sizeof *cases - 1)
            assert_string_equal(text_of(&c), "Ga100AsP99"); /* 1 is not written */
        else
            assert_string_equal(text_of(&c), cases[i][1]);
    }
}

/* A canonical text has one reading, also where a hydrate dot could be seen in it. */
static void texts_are_never_ambiguous(void **state)
{
    (void)state;
    static const char *const tails[] = {"H2O", "CO2", "HF", "H2SO4", "HNO3", "H2O2", "SO2", "N2H4"};
    for (uint64_t k = 0; k < 4000; k++) {
        char text[64], number[32];
        cupel_format_double(number, 1 + (double)cupel_rng_below(9, 1, k, 1000000) / 9973);
        snprintf(text, sizeof text, "%s%se0%s", k % 2 ? "Li" : "Al", number, tails[k / 2 % 8]);
        cupel_composition c = read_composition(text), back = read_composition(text_of(&c));
        check_close(cupel_composition_amount(&back, c.z[0]) / cupel_composition_total(&back), c.amount[0] / cupel_composition_total(&c), 0, 5e-8);
    }
}

static cupel_composition random_composition(uint64_t k)
{
    cupel_composition c = {0};
    unsigned want = 1 + (unsigned)cupel_rng_below(7, 1, k, 7);
    for (unsigned i = 0; c.n < want; i++) {
        unsigned z = 1 + (unsigned)cupel_rng_below(7, 2, k * 100 + i, CUPEL_Z_MAX);
        if (cupel_composition_amount(&c, z) > 0) continue;
        c.z[c.n] = (unsigned char)z;
        double u = cupel_rng_uniform(7, 3, k * 100 + i);
        c.amount[c.n++] = k % 3 == 0 ? 1 + floor(12 * u) : k % 3 == 1 ? floor(1000 * u + 1) / 1000 : exp(12 * u - 10);
    }
    return c;
}

/* The text does not depend on scale or order, and reads back as the same fractions. */
static void texts_name_the_fractions(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < 20000; k++) {
        cupel_composition c = random_composition(k), turned = {.n = c.n}, back;
        double scale = exp(6 * cupel_rng_uniform(7, 4, k) - 3), total = cupel_composition_total(&c);
        for (unsigned i = 0; i < c.n; i++) {
            turned.z[i] = c.z[c.n - 1 - i];
            turned.amount[i] = c.amount[c.n - 1 - i] * scale;
        }
        const char *text = text_of(&c);
        assert_string_equal(text, text_of(&turned));
        back = read_composition(text);
        assert_int_equal(back.n, c.n);
        double sum = cupel_composition_total(&back);
        for (unsigned i = 0; i < c.n; i++)
            check_close(cupel_composition_amount(&back, c.z[i]) / sum, c.amount[i] / total, 0, 1e-8 * (1 + c.n)); /* every amount is rounded */
    }
}

static void different_fractions_have_different_texts(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < 5000; k++) {
        cupel_composition c = random_composition(k);
        if (c.n < 2) continue;
        cupel_composition other = c;
        double total = cupel_composition_total(&c), moved = 1e-7 * total;
        if (c.amount[0] < 2 * moved) continue;
        other.amount[0] -= moved;
        other.amount[1] += moved;
        assert_string_not_equal(text_of(&c), text_of(&other));
    }
}

static void sums_and_systems(void **state)
{
    (void)state;
    cupel_composition c = read_composition("Ca3(PO4)2");
    cupel_str s = {0};
    check_close(cupel_composition_total(&c), 13, 1e-15, 0);
    check_close(cupel_composition_weight(&c), 3 * 40.078 + 2 * 30.973761998 + 8 * 15.999, 1e-14, 0);
    check_close(cupel_composition_amount(&c, 8), 8, 0, 0);
    check_close(cupel_composition_amount(&c, 1), 0, 0, 0);
    cupel_composition_system(&c, &s);
    assert_string_equal(cupel_str_text(&s), "Ca-O-P");
    cupel_str_free(&s);
}

static void batches_keep_what_they_are_given(void **state)
{
    (void)state;
    cupel_batch b = {0};
    cupel_err err = {0};
    enum { N = 5000 };
    for (int round = 0; round < 2; round++) {
        for (uint64_t k = 0; k < N; k++) {
            cupel_composition c = random_composition(k);
            check_ok(cupel_batch_add(&b, k % 5 ? &c : NULL, (unsigned char)(k % 5 ? 0 : CUPEL_REASON_BAD_FORMULA), &err), &err);
        }
        assert_int_equal(b.n, N);
        for (uint64_t k = 0; k < N; k++) {
            cupel_composition c = random_composition(k), got;
            cupel_batch_get(&b, k, &got);
            assert_int_equal(got.n, k % 5 ? c.n : 0);
            assert_int_equal(b.reason[k], k % 5 ? 0 : CUPEL_REASON_BAD_FORMULA);
            assert_memory_equal(got.z, c.z, got.n);
            assert_memory_equal(got.amount, c.amount, got.n * sizeof *c.amount);
        }
        cupel_batch_clear(&b);
        assert_int_equal(b.n, 0);
    }
    check_fails(cupel_batch_reserve(&b, 1, (size_t)UINT32_MAX + 1, &err), CUPEL_NO_RESOURCE, &err, "at most");
    cupel_batch_release(&b);
    cupel_batch_release(&b);
}

#ifdef CUPEL_FAULTS
/* Every allocation fails once: the rows that are there stay as they were, and the next try works. */
static void batches_survive_full_memory(void **state)
{
    (void)state;
    for (size_t at = 1; at < 30; at++) {
        cupel_batch b = {0};
        cupel_err err = {0};
        size_t good = 0;
        cupel_mem_fail_at(at, false);
        for (uint64_t k = 0; k < 300; k++) {
            cupel_composition c = random_composition(k), got;
            cupel_status st = cupel_batch_add(&b, &c, 0, &err);
            if (st != CUPEL_OK) {
                assert_int_equal(st, CUPEL_NO_RESOURCE);
                assert_int_equal(b.n, good);
                check_ok(cupel_batch_add(&b, &c, 0, &err), &err);
            }
            good++;
            cupel_batch_get(&b, good - 1, &got);
            assert_int_equal(got.n, c.n);
        }
        cupel_mem_fail_at(0, false);
        cupel_batch_release(&b);
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_canonical),
        cmocka_unit_test(texts_name_the_fractions),
        cmocka_unit_test(different_fractions_have_different_texts),
        cmocka_unit_test(texts_are_never_ambiguous),
        cmocka_unit_test(sums_and_systems),
        cmocka_unit_test(batches_keep_what_they_are_given),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(batches_survive_full_memory),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
