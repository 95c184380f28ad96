/* A model of another table as columns: what is left out of it, medians, thresholds, and the way through an artifact. */
#include "tests/files.h"

#include "core/base/mem.h"
#include "core/engine/features.h"
#include "core/matter/formula.h"
#include "core/sys/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const source = "test_transfer_source.csv", *const other = "test_transfer_other.csv", *const artifact = "test_transfer.h5";
static const cupel_job job = {.threads = 2};

/* 200 alloys of iron and nickel, Fe_i Ni_(200-i): none of the value below 100 of iron, then 0.02 of each. `more` is written behind them. */
static void write_source(const char *more)
{
    cupel_str s = {0};
    cupel_str_puts(&s, "formula,gap [eV]\n");
    for (int i = 1; i < 200; i++) cupel_str_addf(&s, "Fe%dNi%d,%g\n", i, 200 - i, i < 100 ? 0 : 0.02 * i);
    cupel_str_puts(&s, more);
    write_text(source, cupel_str_text(&s));
    cupel_str_free(&s);
}

static const cupel_transfer_options usual = {.file = "test_transfer_source.csv", .target = "gap [eV]",
                                             .features = "element_fraction", .above = (double)NAN, .seed = 3};

static cupel_transfer *make(const cupel_transfer_options *o, const char *const *own, size_t n_own)
{
    cupel_err err = {0};
    cupel_transfer *t = NULL;
    cupel_batch batch = {0};
    for (size_t i = 0; i < n_own; i++) check_ok(cupel_batch_add_formula(&batch, cupel_text_of(own[i]), CUPEL_DOT_REFUSE, &err), &err);
    check_ok(cupel_transfer_make(o, n_own ? &batch : NULL, &job, &t, &err), &err);
    cupel_batch_release(&batch);
    return t;
}

/* x [n][2] of formulas. */
static void ask(const cupel_transfer *t, const char *const *formula, size_t n, double (*x)[2])
{
    cupel_err err = {0};
    cupel_batch batch = {0};
    for (size_t i = 0; i < n; i++) check_ok(cupel_batch_add_formula(&batch, cupel_text_of(formula[i]), CUPEL_DOT_REFUSE, &err), &err);
    check_ok(cupel_transfer_compute(t, &batch, 0, n, CUPEL_ISA_PLAIN, x[0], 2, &err), &err);
    cupel_batch_release(&batch);
}

static void test_columns(void **state)
{
    (void)state;
    static const char *const formula[] = {"FeNi9", "Fe9Ni", "nonsense", "Fe180Ni20"};
    double x[4][2];
    const char *unit;
    cupel_str name = {0};
    write_source("");
    cupel_transfer *t = make(&usual, NULL, 0);
    assert_int_equal(cupel_transfer_columns(t), 2);
    cupel_transfer_name(t, 0, &name, &unit);
    assert_string_equal(cupel_str_text(&name), "transfer P(gap > 0.05)");
    assert_string_equal(unit, "");
    cupel_str_clear(&name);
    cupel_transfer_name(t, 1, &name, &unit);
    assert_string_equal(cupel_str_text(&name), "transfer gap");
    assert_string_equal(unit, "eV");
    ask(t, formula, 4, x);
    assert_true(x[0][0] < 0.1 && x[1][0] > 0.9);
    assert_true(fabs(x[1][1] - 3.6) < 0.15); /* a leaf holds neighbours within 0.02 of each other, several deep */
    assert_true(isnan(x[2][0]) && isnan(x[2][1]));
    assert_memory_equal(x[1], x[3], sizeof x[1]); /* the same composition */
    cupel_str_free(&name);
    cupel_transfer_free(t);
}

/* Neither the compositions of the table nor those of another one, however they are written, and one row per composition. */
static void test_left_out(void **state)
{
    (void)state;
    static const char *const own[] = {"Fe2Ni8", "FeNi", "CuZn", "FeNi"};
    const char *without[] = {other};
    cupel_transfer_options o = usual;
    write_source("Fe0.5Ni1.5,9\nFe50Ni150,8\nFe0.4Ni1.6,3\n"); /* Fe50Ni150 thrice, Fe40Ni160 twice */
    write_text(other, "formula,x\nFe0.3Ni0.7,1\nFe1,2\n");
    o.without = without;
    o.n_without = 1;
    cupel_transfer *t = make(&o, own, 4);
    cupel_transfer_facts f = cupel_transfer_facts_of(t);
    assert_int_equal(f.rows, 202);
    assert_int_equal(f.left_out, 4);   /* Fe40Ni160 twice, Fe100Ni100, Fe60Ni140 */
    assert_int_equal(f.formulas, 196);
    assert_string_equal(f.file, source);
    assert_int_equal(strncmp(f.digest, "sha256:", 7), 0);
    cupel_transfer_free(t);
}

/* The median of 0, 9 and 8 is 8: with the mean the value would be near 5.7. */
static void test_median(void **state)
{
    (void)state;
    static const char *const formula[] = {"FeNi3"};
    double x[1][2];
    cupel_transfer_options o = usual;
    cupel_str more = {0};
    for (int i = 30; i < 70; i++) cupel_str_addf(&more, "Fe%dNi%d,9\nFe%dNi%d,8\n", i, 200 - i, 2 * i, 400 - 2 * i);
    write_source(cupel_str_text(&more));
    o.above = -INFINITY;
    cupel_transfer *t = make(&o, NULL, 0);
    assert_int_equal(cupel_transfer_columns(t), 1);
    assert_true(isnan(cupel_transfer_facts_of(t).above));
    ask(t, formula, 1, x);
    assert_true(fabs(x[0][0] - 8) < 0.2);
    cupel_str_free(&more);
    cupel_transfer_free(t);
}

static void test_file(void **state)
{
    (void)state;
    static const char *const formula[] = {"FeNi9", "Fe9Ni", "Cu3Fe"};
    double a[3][2], b[3][2];
    cupel_err err = {0};
    cupel_writer *w = NULL;
    cupel_reader *r = NULL;
    cupel_transfer *t, *back = NULL;
    write_source("");
    t = make(&usual, NULL, 0);
    check_ok(cupel_writer_open(artifact, "model", 1, 3, &w, &err), &err);
    check_ok(cupel_transfer_save(t, w, &err), &err);
    check_ok(cupel_writer_commit(&w, &err), &err);
    check_ok(cupel_reader_open(artifact, "model", 1, &r, &err), &err);
    check_ok(cupel_transfer_load(r, &back, &err), &err);
    ask(t, formula, 3, a);
    ask(back, formula, 3, b);
    assert_memory_equal(a, b, sizeof a);
    assert_string_equal(cupel_transfer_facts_of(t).digest, cupel_transfer_facts_of(back).digest);
    assert_int_equal(cupel_transfer_facts_of(back).formulas, 199);
    cupel_reader_free(r);
    cupel_transfer_free(t);
    cupel_transfer_free(back);
}

/* A file whose parts do not go together. */
static void test_damaged(void **state)
{
    (void)state;
    static const int64_t counts[][3] = {{5, 6, 1}, {-1, 0, 0}, {5, 0, 6}};
    const char *word[] = {"a.csv", "gap", "eV", "magpie"};
    const double above = (double)NAN;
    for (size_t k = 0; k < 5; k++) {
        cupel_err err = {0};
        cupel_writer *w = NULL;
        cupel_reader *r = NULL;
        cupel_transfer *t = NULL;
        word[3] = k == 3 ? "magpy" : "magpie";
        check_ok(cupel_writer_open(artifact, "model", 1, 3, &w, &err), &err);
        check_ok(cupel_writer_put(w, "transfer/words", "", "words", CUPEL_TEXT, 1, (size_t[]){4}, word, &err), &err);
        check_ok(cupel_writer_put(w, "transfer/counts", "", "counts", CUPEL_I64, 1, (size_t[]){3}, counts[k % 3], &err), &err);
        if (k == 4) check_ok(cupel_writer_put(w, "transfer/above", "", "threshold", CUPEL_F64, 1, (size_t[]){1}, &above, &err), &err);
        check_ok(cupel_writer_input(w, "transfer table", "sha256:0", &err), &err);
        check_ok(cupel_writer_commit(&w, &err), &err);
        check_ok(cupel_reader_open(artifact, "model", 1, &r, &err), &err);
        assert_int_equal(cupel_transfer_load(r, &t, &err), CUPEL_BAD_ARTIFACT);
        assert_null(t);
        cupel_reader_free(r);
    }
}

static void test_refused(void **state)
{
    (void)state;
    double above;
    cupel_err err = {0};
    cupel_transfer *t = NULL;
    cupel_transfer_options o = usual;
    write_source("");
    o.above = 1000;
    assert_int_equal(cupel_transfer_make(&o, NULL, &job, &t, &err), CUPEL_BAD_INPUT);
    o = usual;
    o.features = "magpy";
    assert_int_equal(cupel_transfer_make(&o, NULL, &job, &t, &err), CUPEL_USAGE);
    o = usual;
    o.target = "no";
    assert_int_equal(cupel_transfer_make(&o, NULL, &job, &t, &err), CUPEL_BAD_INPUT);
    write_text(source, "formula,gap [eV]\nFe,1\nNi,2\n");
    assert_int_equal(cupel_transfer_make(&usual, NULL, &job, &t, &err), CUPEL_BAD_INPUT);
    assert_null(t);
    assert_int_equal(cupel_transfer_above("much", &above, &err), CUPEL_USAGE);
    check_ok(cupel_transfer_above("none", &above, &err), &err);
    assert_true(isinf(above));
    check_ok(cupel_transfer_above(NULL, &above, &err), &err);
    assert_true(isnan(above));
}

static int clean(void **state)
{
    (void)state;
    remove(source);
    remove(other);
    remove(artifact);
    return 0;
}

int main(void)
{
    char folder[] = "/tmp/cupel-transfer-XXXXXX";
    if (!mkdtemp(folder) || chdir(folder) != 0) return 1;
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_columns), cmocka_unit_test(test_left_out), cmocka_unit_test(test_median),
                                       cmocka_unit_test(test_file),    cmocka_unit_test(test_damaged),  cmocka_unit_test(test_refused)};
    const int failed = cmocka_run_group_tests(tests, NULL, clean);
    return chdir("/") != 0 || rmdir(folder) != 0 ? 1 : failed;
}
