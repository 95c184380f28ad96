#include "tests/check.h"

#include "core/matter/elements.h"
#include "core/matter/facts.h"

#include <unistd.h>

static void every_value_has_source_and_year(void **state)
{
    (void)state;
    size_t n = 0;
    for (const cupel_facts *f; (f = cupel_facts_at(n)); n++) {
        size_t known = 0;
        assert_ptr_equal(cupel_facts_find(f->name), f);
        assert_true(strlen(f->quantity) > 2 && strlen(f->help) > 10);
        assert_true(isnan(f->value[0]));
        for (unsigned z = 0; z <= CUPEL_Z_MAX; z++) {
            bool is_known = !isnan(f->value[z]);
            known += is_known;
            assert_int_equal(is_known, f->source[z][0] != '\0');
            assert_int_equal(is_known, f->year[z] != 0);
            if (!is_known) continue;
            assert_true(f->value[z] >= 0 && isfinite(f->value[z]));
            assert_true(f->year[z] >= 1900 && f->year[z] <= 2026);
        }
        assert_true(known >= 4);
    }
    assert_true(n >= 11);
    assert_null(cupel_facts_find("luck"));
}

static double fact(const char *table, const char *symbol)
{
    const cupel_facts *f = cupel_facts_find(table);
    assert_non_null(f);
    return f->value[cupel_element_find(symbol, strlen(symbol))];
}

/* What any chemist knows of the order of things. */
static void figures_are_sensible(void **state)
{
    (void)state;
    assert_true(fact("price", "Au") > fact("price", "Ag") && fact("price", "Ag") > fact("price", "Cu") && fact("price", "Cu") > fact("price", "Fe"));
    assert_true(fact("abundance", "O") > fact("abundance", "Si") && fact("abundance", "Si") > fact("abundance", "Fe"));
    assert_true(fact("abundance", "Te") < 0.1);
    assert_true(fact("hhi_production", "Nd") > fact("hhi_production", "Cu"));
    assert_true(fact("co2", "Pt") > 1000 * fact("co2", "Fe"));
    assert_true(fact("energy", "Al") > fact("energy", "Fe"));
    assert_true(isnan(fact("co2", "O")) && isnan(fact("hhi_production", "H")));
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++) {
        const double *hhi = cupel_facts_find("hhi_production")->value, *reserve = cupel_facts_find("hhi_reserve")->value;
        if (!isnan(hhi[z])) assert_true(hhi[z] > 0 && hhi[z] <= 10000 && reserve[z] > 0 && reserve[z] <= 10000);
    }
}

static void lists_are_complete(void **state)
{
    (void)state;
    const double *radioactive = cupel_facts_find("radioactive")->value, *critical = cupel_facts_find("eu_critical")->value;
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++) {
        bool unstable = z == 43 || z == 61 || z >= 84;
        assert_true(unstable ? radioactive[z] > 0 : radioactive[z] <= 0);
        assert_true(critical[z] >= 0);
    }
    assert_true(fact("eu_critical", "Co") > 0 && fact("eu_critical", "Nd") > 0 && fact("eu_critical", "Pt") > 0 && fact("eu_critical", "F") > 0);
    assert_true(fact("eu_critical", "Fe") <= 0 && fact("eu_critical", "O") <= 0 && fact("eu_critical", "Zn") <= 0 && fact("eu_critical", "C") <= 0);
    check_close(fact("rohs", "Cd"), 0.01, 0, 0);
    check_close(fact("rohs", "Pb"), 0.1, 0, 0);
    assert_true(isnan(fact("rohs", "Fe")));
    const unsigned *states = cupel_oxidation_states(CUPEL_STATES_ICSD24), *common = cupel_oxidation_states(CUPEL_STATES_COMMON);
    assert_int_equal(states[11], 1u << (CUPEL_STATE_SHIFT + 1));
    assert_int_equal(states[9], 1u << (CUPEL_STATE_SHIFT - 1));
    assert_int_equal(states[2], 0);
    check_close(cupel_oxidation_share(8, -2), 0.995, 0, 0.01);
    check_close(cupel_oxidation_share(29, 1) + cupel_oxidation_share(29, 2), 1, 0, 0.05);
    assert_true(cupel_oxidation_share(8, 3) <= 0 && cupel_oxidation_share(2, 1) <= 0);
    assert_int_equal(common[83], 1u << (CUPEL_STATE_SHIFT + 3));
    assert_int_equal(common[29], 1u << (CUPEL_STATE_SHIFT + 1) | 1u << (CUPEL_STATE_SHIFT + 2));
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++) assert_int_equal(common[z] & ~states[z], 0);
}

/* A table in a file of its own. */
static cupel_status open_text(const char *text, const cupel_facts *like, bool states, cupel_facts_file **file, cupel_err *err)
{
    char path[] = "/tmp/cupel-facts-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    cupel_status st = cupel_facts_open(path, like, states, file, err);
    unlink(path);
    return st;
}

static void users_tables_are_read(void **state)
{
    (void)state;
    cupel_facts_file *file = NULL;
    cupel_err err = {0};
    check_ok(open_text("# mine\nsymbol\tvalue [USD/g]\tsource\tyear\nFe\t0.001\toffer 17\t2026\r\n\nO\t0\tair\t2026", cupel_facts_find("price"),
                       false, &file, &err),
             &err);
    const cupel_facts *f = cupel_facts_of(file);
    check_close(f->value[26], 1, 1e-12, 0);
    check_close(f->value[8], 0, 0, 0);
    assert_true(isnan(f->value[29]));
    assert_string_equal(f->source[26], "offer 17");
    assert_string_equal(f->source[29], "");
    assert_int_equal(f->year[26], 2026);
    assert_string_equal(f->unit, "USD/kg");
    cupel_facts_close(file);
    check_ok(open_text("symbol\tvalue\tsource\tyear\nFe\t+2 3\tmine\t2026\n", NULL, true, &file, &err), &err);
    assert_int_equal(cupel_facts_states(file)[26], 1u << (CUPEL_STATE_SHIFT + 2) | 1u << (CUPEL_STATE_SHIFT + 3));
    assert_int_equal(cupel_facts_states(file)[8], 0);
    cupel_facts_close(file);
    cupel_facts_close(NULL);
}

#define HEADER "symbol\tvalue [USD/kg]\tsource\tyear\n"

static void bad_tables_are_refused_by_line(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", "no header"},
        {"Fe\t1\tx\t2026\n", ":1: expected the header"},
        {"symbol\tvalue [eV]\tsource\tyear\n", "expected 'USD/kg'"},
        {"symbol\tvalue [furlong]\tsource\tyear\n", ":1: "},
        {"symbol\tvalue USD\tsource\tyear\n", ":1: expected the header"},
        {HEADER "Fe\t1\tx\n", ":2: 3 columns, expected 4"},
        {HEADER "Fe\t1\tx\t2026\tmore\n", ":2: 5 columns"},
        {HEADER "Xx\t1\tx\t2026\n", ":2: no element 'Xx'"},
        {HEADER "Fe\t1\tx\t2026\nFe\t2\tx\t2026\n", ":3: a second row for Fe"},
        {HEADER "Fe\tcheap\tx\t2026\n", "'cheap', expected a number"},
        {HEADER "Fe\tnan\tx\t2026\n", "expected a number"},
        {HEADER "Fe\t-1\tx\t2026\n", "expected 0 or more"},
        {HEADER "Fe\t1\t\t2026\n", "without a source"},
        {HEADER "Fe\t1\tx\t26\n", "a year of four digits"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cupel_facts_file *file = NULL;
        cupel_err err = {0};
        check_fails(open_text(cases[i][0], cupel_facts_find("price"), false, &file, &err), CUPEL_BAD_INPUT, &err, cases[i][1]);
        assert_null(file);
    }
    static const char *const states[] = {"0", "9", "-9", "2 x", "", "2,3"};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        char text[128];
        cupel_facts_file *file = NULL;
        cupel_err err = {0};
        snprintf(text, sizeof text, "symbol\tvalue\tsource\tyear\nFe\t%s\tx\t2026\n", states[i]);
        check_fails(open_text(text, NULL, true, &file, &err), CUPEL_BAD_INPUT, &err, "oxidation states");
    }
    cupel_facts_file *file = NULL;
    cupel_err err = {0};
    assert_int_not_equal(cupel_facts_open("/nonexistent/table.tsv", cupel_facts_find("price"), false, &file, &err), CUPEL_OK);
    assert_non_null(strstr(err.message, "/nonexistent/table.tsv"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_has_source_and_year), cmocka_unit_test(figures_are_sensible),           cmocka_unit_test(lists_are_complete),
        cmocka_unit_test(users_tables_are_read),           cmocka_unit_test(bad_tables_are_refused_by_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
