#include "tests/check.h"

#include "core/base/mem.h"
#include "core/matter/records.h"

static void a_header_splits_off_the_unit(void **state)
{
    (void)state;
    static const struct { const char *text, *name, *label, *unit;
    } cases[] = {
        {"yield strength [MPa]", "yield strength [MPa]", "yield strength", "MPa"},
        {"formula", "formula", "formula", ""},
        {"  gap [ eV ] ", "gap [ eV ]", "gap", "eV"},
        {"[MPa]", "[MPa]", "[MPa]", ""},
        {"a [b] c", "a [b] c", "a [b] c", ""},
        {"x [1] [K]", "x [1] [K]", "x [1]", "K"},
        {"strength (MPa)", "strength (MPa)", "strength", "MPa"},
        {"k (W/(m K))", "k (W/(m K))", "k", "W/(m K)"},
        {"share ( % )", "share ( % )", "share", "%"},
        {"gap (measured)", "gap (measured)", "gap (measured)", ""},
        {"phase(s)", "phase(s)", "phase(s)", ""},
        {"(eV)", "(eV)", "(eV)", ""},
        {"shut) (K", "shut) (K", "shut) (K", ""},
        {"open)", "open)", "open)", ""},
        {"ratio []", "ratio []", "ratio", ""},
        {"odd]", "odd]", "odd]", ""},
        {"", "", "", ""},
        {"]", "]", "]", ""},
    };
    cupel_err err = {0};
    cupel_header h = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_ok(cupel_header_add(&h, cupel_text_of(cases[i].text), &err), &err);
        assert_string_equal(h.name[i], cases[i].name);
        assert_string_equal(h.label[i], cases[i].label);
        assert_string_equal(h.unit[i], cases[i].unit);
        assert_int_equal(cupel_header_find(&h, cases[i].name), i);
        assert_int_equal(cupel_header_find(&h, cases[i].label), i);
    }
    assert_true(cupel_header_find(&h, "yield") == SIZE_MAX);
    cupel_header_release(&h);
    assert_true(h.n == 0);
}

static void a_name_stands_for_one_column(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_header h = {0};
    check_ok(cupel_header_add(&h, cupel_text_of("gap [eV]"), &err), &err);
    check_ok(cupel_header_add(&h, cupel_text_of(""), &err), &err);
    check_fails(cupel_header_add(&h, cupel_text_of(" gap [eV]"), &err), CUPEL_BAD_INPUT, &err, "columns 1 and 3 are both called 'gap [eV]'");
    check_fails(cupel_header_add(&h, cupel_text_of(" "), &err), CUPEL_BAD_INPUT, &err, "columns 2 and 3 have no name");
    assert_int_equal(h.n, 2);
    check_ok(cupel_header_add(&h, cupel_text_of("gap [meV]"), &err), &err);
    assert_true(cupel_header_find(&h, "gap") == SIZE_MAX); /* two columns of that label: never a guess */
    assert_int_equal(cupel_header_find(&h, "gap [meV]"), 2);
    check_ok(cupel_header_add(&h, cupel_text_of("gap"), &err), &err);
    assert_int_equal(cupel_header_find(&h, "gap"), 3); /* the exact name wins */
    cupel_header_release(&h);
}

static void many_columns_are_fast(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_header h = {0};
    char name[32];
    for (int i = 0; i < 65536; i++) {
        int n = snprintf(name, sizeof name, "column %d", i);
        check_ok(cupel_header_add(&h, (cupel_text){name, (size_t)n}, &err), &err);
    }
    assert_int_equal(cupel_header_find(&h, "column 65535"), 65535);
    check_fails(cupel_header_add(&h, cupel_text_of("column 40000"), &err), CUPEL_BAD_INPUT, &err, "columns 40001 and 65537");
    cupel_header_release(&h);
}

static void records_own_their_text(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_records r = {.n_cols = 3};
    for (int round = 0; round < 3; round++) {
        cupel_records_clear(&r);
        assert_true(r.n_rows == 0);
        for (int i = 0; i < 5000; i++) {
            char row[64];
            int n = snprintf(row, sizeof row, "Fe%d,,%d", i, i * round);
            const char *second = strchr(row, ',') + 1;
            cupel_text cell[3] = {{row, (size_t)(second - row) - 1}, {second, 0}, {second + 1, (size_t)(row + n - second) - 1}};
            check_ok(cupel_records_add(&r, cell, (uint64_t)i + 2, &err), &err);
            memset(row, '#', sizeof row);
        }
        assert_int_equal(r.n_rows, 5000);
        for (int i = 0; i < 5000; i++) {
            char a[32], c[32];
            snprintf(a, sizeof a, "Fe%d", i);
            snprintf(c, sizeof c, "%d", i * round);
            assert_true(cupel_text_is(cupel_cell(&r, (size_t)i, 0), a) && cupel_cell(&r, (size_t)i, 1).n == 0 &&
                        cupel_text_is(cupel_cell(&r, (size_t)i, 2), c) && r.line[i] == (uint64_t)i + 2);
        }
    }
    cupel_records_release(&r);
}

static void words_for_nothing(void **state)
{
    (void)state;
    static const char *const missing[] = {"", " ", "\t", "NaN", "nan", "NA", "N/A", "None", "null", " NaN "};
    static const char *const present[] = {"Na", "N", "NaCl", "NAN", "none", "0", "-", "NiO", "n", "nullx", "N A"};
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) assert_true(cupel_text_missing(cupel_text_of(missing[i])));
    for (size_t i = 0; i < sizeof present / sizeof *present; i++) assert_false(cupel_text_missing(cupel_text_of(present[i])));
}

#ifdef CUPEL_FAULTS
static void no_memory_leaves_what_was_there(void **state)
{
    (void)state;
    for (size_t at = 1; at < 40; at++) {
        cupel_err err = {0};
        cupel_header h = {0};
        cupel_records r = {.n_cols = 1};
        cupel_status st = CUPEL_OK;
        size_t columns = 0, rows = 0;
        cupel_mem_fail_at(at, false);
        for (; columns < 8 && st == CUPEL_OK; columns += st == CUPEL_OK) {
            char name[2] = {(char)('a' + columns), 0};
            st = cupel_header_add(&h, cupel_text_of(name), &err);
        }
        for (; rows < 40 && st == CUPEL_OK; rows += st == CUPEL_OK) st = cupel_records_add(&r, &(cupel_text){"Fe", 2}, 1, &err);
        bool failed = cupel_mem_count() >= at;
        cupel_mem_fail_at(0, false);
        assert_true(failed ? st == CUPEL_NO_RESOURCE : st == CUPEL_OK);
        assert_true(h.n == columns && r.n_rows == rows);
        if (st != CUPEL_OK && rows) check_ok(cupel_records_add(&r, &(cupel_text){"Fe", 2}, 1, &err), &err);
        cupel_header_release(&h);
        cupel_records_release(&r);
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_splits_off_the_unit), cmocka_unit_test(a_name_stands_for_one_column), cmocka_unit_test(many_columns_are_fast),
        cmocka_unit_test(records_own_their_text),       cmocka_unit_test(words_for_nothing),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(no_memory_leaves_what_was_there),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
