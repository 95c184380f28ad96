/* Features: descriptors beside table columns, as numbers and as categories. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/engine/features.h"
#include "core/matter/formula.h"

#include <unistd.h>

typedef struct table {
    cupel_header header;
    cupel_records records;
    cupel_batch batch;
} table;

/* Rows of 4 cells: formula, temperature [K], phase, note. */
static void make_table(table *t, const char *const (*cell)[4], size_t n)
{
    static const char *const names[] = {"formula", "temperature [K]", "phase", "note"};
    cupel_err err = {0};
    *t = (table){.records = {.n_cols = 4}};
    for (int j = 0; j < 4; j++) check_ok(cupel_header_add(&t->header, cupel_text_of(names[j]), &err), &err);
    for (size_t i = 0; i < n; i++) {
        char line[256] = "";
        cupel_text field[4];
        size_t at = 0;
        for (int j = 0; j < 4; j++) {
            size_t len = strlen(cell[i][j]);
            memcpy(line + at, cell[i][j], len);
            field[j] = (cupel_text){line + at, len};
            at += len + 1;
        }
        check_ok(cupel_records_add(&t->records, field, i + 2, &err), &err);
        check_ok(cupel_batch_add_formula(&t->batch, field[0], CUPEL_DOT_REFUSE, &err), &err);
    }
}

static void free_table(table *t)
{
    cupel_header_release(&t->header);
    cupel_records_release(&t->records);
    cupel_batch_release(&t->batch);
}

static const char *const rows[][4] = {
    {"Fe2O3", "300", "cubic", "7"}, {"NaCl", "450.5", "cubic", "8"}, {"ZnO", "", "hexagonal", "9"}, {"CdTe", "600", " cubic ", "x"},
};
enum { N_ROWS = 4 };

static void check_name(const cupel_features *f, size_t j, const char *want)
{
    cupel_str name = {0};
    const char *unit = NULL;
    cupel_err err = {0};
    check_ok(cupel_features_name(f, j, &name, &unit, &err), &err);
    assert_string_equal(cupel_str_text(&name), want);
    cupel_str_free(&name);
}

static void numbers_and_categories_are_told_apart(void **state)
{
    (void)state;
    table t;
    cupel_features *f = NULL;
    cupel_err err = {0};
    make_table(&t, rows, N_ROWS);
    check_ok(cupel_features_new("none", "temperature, phase,note", &f, &err), &err);
    assert_string_equal(cupel_features_columns(f), "temperature,phase,note");
    check_ok(cupel_features_learn(f, &t.header, &t.records, "t.csv", &err), &err);
    assert_int_equal(cupel_features_count(f), 1 + 2 + 4);
    check_name(f, 0, "temperature");
    check_name(f, 1, "phase=cubic");
    check_name(f, 2, "phase=hexagonal");
    check_name(f, 6, "note=x");
    double x[N_ROWS][7];
    unsigned char reason[N_ROWS];
    cupel_features_compute(f, &(cupel_feature_rows){.batch = &t.batch, .records = &t.records, .n = N_ROWS}, CUPEL_ISA_PLAIN, x[0], 7, reason);
    const double want[N_ROWS][7] = {{300, 1, 0, 1, 0, 0, 0}, {450.5, 1, 0, 0, 1, 0, 0}, {NAN, 0, 1, 0, 0, 1, 0}, {600, 1, 0, 0, 0, 0, 1}};
    for (int i = 0; i < N_ROWS; i++)
        for (int j = 0; j < 7; j++) check_close(x[i][j], want[i][j], 0, 0);
    assert_int_equal(reason[0], CUPEL_REASON_NONE);
    assert_int_equal(reason[2], CUPEL_REASON_MISSING_NUMBER);
    cupel_str name = {0};
    check_ok(cupel_features_lacks(f, &t.batch, 2, &t.records, 2, &name, &err), &err);
    assert_string_equal(cupel_str_text(&name), "no value of 'temperature'");
    cupel_str_free(&name);
    cupel_features_free(f);
    free_table(&t);
}

/* A subset decides: the last row's note is not seen, so the column is a number; and the mean that imputes is the subset's. */
static void only_the_training_rows_are_learned_from(void **state)
{
    (void)state;
    table t;
    cupel_features *f = NULL;
    cupel_err err = {0};
    const size_t subset[] = {0, 1, 2};
    double x[N_ROWS][4];
    unsigned char reason[N_ROWS];
    make_table(&t, rows, N_ROWS);
    check_ok(cupel_features_new("none", "temperature,note", &f, &err), &err);
    check_ok(cupel_features_impute(f, &err), &err);
    check_ok(cupel_features_learn_subset(f, &t.header, &t.records, subset, 3, "t.csv", &err), &err);
    assert_int_equal(cupel_features_count(f), 2);
    cupel_features_compute(f, &(cupel_feature_rows){.batch = &t.batch, .records = &t.records, .n = N_ROWS}, CUPEL_ISA_PLAIN, x[0], 4, reason);
    check_close(x[2][0], (300 + 450.5) / 2, 1e-15, 0);
    assert_int_equal(reason[2], CUPEL_REASON_IMPUTED);
    assert_true(isnan(x[3][1]));
    assert_int_equal(reason[3], CUPEL_REASON_BAD_NUMBER);
    cupel_features_free(f);
    free_table(&t);
}

static void an_infinite_number_is_a_bad_number_and_no_category(void **state)
{
    (void)state;
    static const char *const cells[][4] = {
        {"MgO", "1", "", ""}, {"CaO", "inf", "", ""}, {"SrO", "-Infinity", "", ""}, {"BaO", "1e999", "", ""}, {"ZnO", "3", "", ""}};
    enum { N = 5 };
    table t;
    cupel_features *f = NULL;
    cupel_err err = {0};
    double x[N];
    unsigned char reason[N];
    make_table(&t, cells, N);
    check_ok(cupel_features_new("none", "temperature", &f, &err), &err);
    check_ok(cupel_features_learn(f, &t.header, &t.records, "t.csv", &err), &err);
    assert_int_equal(cupel_features_count(f), 1);
    cupel_features_compute(f, &(cupel_feature_rows){.batch = &t.batch, .records = &t.records, .n = N}, CUPEL_ISA_PLAIN, x, 1, reason);
    for (int i = 0; i < N; i++) assert_int_equal(reason[i], i == 0 || i == 4 ? CUPEL_REASON_NONE : CUPEL_REASON_BAD_NUMBER);
    assert_true(x[0] == 1 && isnan(x[1]) && isnan(x[2]) && isnan(x[3]) && x[4] == 3);
    cupel_features_free(f);
    free_table(&t);
}

static void new_categories_and_other_tables(void **state)
{
    (void)state;
    static const char *const fresh[][4] = {{"MgO", "10", "rhombic", "1"}, {"Xx", "20", "cubic", "2"}};
    table t, u;
    cupel_features *f = NULL;
    cupel_err err = {0};
    make_table(&t, rows, N_ROWS);
    make_table(&u, fresh, 2);
    check_ok(cupel_features_new("magpie", "phase", &f, &err), &err);
    check_ok(cupel_features_learn(f, &t.header, &t.records, "t.csv", &err), &err);
    assert_int_equal(cupel_features_count(f), 134);
    check_ok(cupel_features_bind(f, &u.header, "u.csv", &err), &err);
    double x[2][134];
    unsigned char reason[2];
    cupel_features_compute(f, &(cupel_feature_rows){.batch = &u.batch, .records = &u.records, .n = 2}, CUPEL_ISA_PLAIN, x[0], 134, reason);
    assert_int_equal(reason[0], CUPEL_REASON_NONE);
    assert_true(x[0][132] == 0 && x[0][133] == 0); /* a phase never seen */
    assert_int_equal(reason[1], CUPEL_REASON_BAD_FORMULA);
    cupel_header none = {0};
    check_ok(cupel_header_add(&none, cupel_text_of("formula"), &err), &err);
    check_fails(cupel_features_bind(f, &none, "u.csv", &err), CUPEL_BAD_INPUT, &err, "'phase'");
    cupel_header_release(&none);
    cupel_features_free(f);
    free_table(&t);
    free_table(&u);
}

static void wrong_requests_are_refused(void **state)
{
    (void)state;
    table t;
    cupel_features *f = NULL;
    cupel_err err = {0};
    static const char *const empty[][4] = {{"MgO", "", "a", "1"}, {"ZnO", "NaN", "b", "2"}};
    check_fails(cupel_features_new("magpei", NULL, &f, &err), CUPEL_USAGE, &err, "magpie");
    check_fails(cupel_features_new("none", NULL, &f, &err), CUPEL_USAGE, &err, "no features");
    check_fails(cupel_features_new("magpie", "a,,b", &f, &err), CUPEL_USAGE, &err, "empty name");
    check_fails(cupel_features_new("magpie", "a,b,a", &f, &err), CUPEL_USAGE, &err, "twice");
    make_table(&t, empty, 2);
    check_ok(cupel_features_new("none", "temperature", &f, &err), &err);
    check_fails(cupel_features_learn(f, &t.header, &t.records, "t.csv", &err), CUPEL_BAD_INPUT, &err, "empty in all");
    cupel_features_free(f);
    free_table(&t);
}

static void features_come_back_from_a_file(void **state)
{
    (void)state;
    char path[] = "/tmp/cupel-features-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    table t;
    cupel_features *f = NULL, *g = NULL;
    cupel_writer *w = NULL;
    cupel_reader *r = NULL;
    cupel_err err = {0};
    enum { D = 132 + 1 + 2 };
    double a[N_ROWS][D], b[N_ROWS][D];
    unsigned char reason[2][N_ROWS];
    make_table(&t, rows, N_ROWS);
    check_ok(cupel_features_new("magpie", "temperature,phase", &f, &err), &err);
    check_ok(cupel_features_impute(f, &err), &err);
    check_ok(cupel_features_learn(f, &t.header, &t.records, "t.csv", &err), &err);
    check_ok(cupel_writer_open(path, "model", 1, 1, &w, &err), &err);
    check_ok(cupel_features_save(f, w, &err), &err);
    check_ok(cupel_writer_commit(&w, &err), &err);
    check_ok(cupel_reader_open(path, "model", 1, &r, &err), &err);
    check_ok(cupel_features_load(r, &g, &err), &err);
    check_ok(cupel_features_bind(g, &t.header, "t.csv", &err), &err);
    assert_true(cupel_features_imputes(g));
    assert_string_equal(cupel_features_sets(g), "magpie");
    assert_string_equal(cupel_features_columns(g), "temperature,phase");
    assert_int_equal(cupel_features_count(g), D);
    cupel_features_compute(f, &(cupel_feature_rows){.batch = &t.batch, .records = &t.records, .n = N_ROWS}, CUPEL_ISA_PLAIN, a[0], D, reason[0]);
    cupel_features_compute(g, &(cupel_feature_rows){.batch = &t.batch, .records = &t.records, .n = N_ROWS}, CUPEL_ISA_PLAIN, b[0], D, reason[1]);
    assert_memory_equal(a, b, sizeof a);
    assert_memory_equal(reason[0], reason[1], N_ROWS);
    cupel_features_free(f);
    cupel_features_free(g);
    cupel_reader_free(r);
    free_table(&t);
    unlink(path);
}

/* A number and a category, each times six numbers of the composition; what is missing of either is missing in the product. */
static void columns_are_crossed_with_the_composition(void **state)
{
    (void)state;
    enum { TABLE = 3, D = 7 * TABLE };
    table t;
    cupel_features *f = NULL, *g = NULL;
    cupel_err err = {0};
    double x[N_ROWS][D];
    unsigned char reason[N_ROWS];
    cupel_str words = {0};
    make_table(&t, rows, N_ROWS);
    check_fails(cupel_features_new("cross", NULL, &f, &err), CUPEL_USAGE, &err, "--columns");
    check_ok(cupel_features_new("cross", "temperature, phase", &f, &err), &err);
    assert_string_equal(cupel_features_sets(f), "cross");
    check_ok(cupel_features_learn(f, &t.header, &t.records, "t.csv", &err), &err);
    assert_int_equal(cupel_features_count(f), D);
    check_name(f, 2, "phase=hexagonal");
    check_name(f, 3, "temperature / mean MeltingT");
    check_name(f, 4, "temperature x entropy of fractions");
    check_name(f, 9, "phase=cubic / mean MeltingT");
    check_name(f, D - 1, "phase=hexagonal x mean CovalentRadius");
    cupel_features_compute(f, &(cupel_feature_rows){.batch = &t.batch, .records = &t.records, .n = N_ROWS}, CUPEL_ISA_PLAIN, x[0], D, reason);
    check_close(x[0][3], 300 / (0.4 * 1811 + 0.6 * 54.8), 1e-14, 0);
    check_close(x[1][4], 450.5 * log(2), 1e-14, 0);
    check_close(x[1][5], 450.5 * (0.93 + 3.16) / 2, 1e-14, 0);
    check_close(x[1][6], 450.5 * (3.16 - 0.93) / 2, 1e-14, 0);
    check_close(x[3][7], 600 * (12 + 16) / 2.0, 1e-14, 0); /* valence electrons, d counts */
    assert_true(x[0][D - 1] == 0 && isnan(x[2][3])); /* cubic; no temperature */
    assert_int_equal(reason[0], 0);
    assert_int_equal(reason[2], CUPEL_REASON_MISSING_NUMBER);
    cupel_features_free(f);
    static const char *const noble[][4] = {{"He", "4", "cubic", ""}, {"Fe", "5", "cubic", ""}};
    table u;
    make_table(&u, noble, 2);
    for (int impute = 0; impute < 2; impute++) {
        check_ok(cupel_features_new("element_fraction,cross", "temperature", &g, &err), &err);
        if (impute) check_ok(cupel_features_impute(g, &err), &err);
        assert_string_equal(cupel_features_sets(g), "element_fraction,cross");
        check_ok(cupel_features_learn(g, &u.header, &u.records, "u.csv", &err), &err);
        double y[2][118 + 7];
        cupel_features_compute(g, &(cupel_feature_rows){.batch = &u.batch, .records = &u.records, .n = 2}, CUPEL_ISA_PLAIN, y[0], 118 + 7, reason);
        assert_int_equal(reason[0], impute ? CUPEL_REASON_IMPUTED : CUPEL_REASON_NO_ELEMENT_DATA);
        assert_int_equal(isnan(y[0][119]) != 0, !impute); /* no melting point of He */
        assert_int_equal(reason[1], 0);
        check_ok(cupel_features_lacks(g, &u.batch, 0, &u.records, 0, &words, &err), &err);
        assert_string_equal(cupel_str_text(&words), "no value of 'temperature / mean MeltingT'");
        cupel_features_free(g);
    }
    cupel_str_free(&words);
    free_table(&t);
    free_table(&u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_and_categories_are_told_apart), cmocka_unit_test(only_the_training_rows_are_learned_from),
        cmocka_unit_test(an_infinite_number_is_a_bad_number_and_no_category),
        cmocka_unit_test(new_categories_and_other_tables),       cmocka_unit_test(wrong_requests_are_refused),
        cmocka_unit_test(features_come_back_from_a_file),
        cmocka_unit_test(columns_are_crossed_with_the_composition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
