/* Folds: given and made. */
#include "tests/check.h"

#include "core/base/rng.h"
#include "datasets/source.h"
#include "datasets/splits.h"
#include "core/matter/formula.h"

static void put_cells(cupel_records *r, const char *const *cell, size_t n)
{
    *r = (cupel_records){.n_cols = 1};
    cupel_err err = {0};
    for (size_t i = 0; i < n; i++) check_ok(cupel_records_add(r, &(cupel_text){cell[i], strlen(cell[i])}, i + 2, &err), &err);
}

/* Every row in exactly one fold, rows increasing. */
static void check_partition(const cupel_splits *s, size_t n)
{
    char seen[5000] = {0};
    assert_true(n <= sizeof seen);
    assert_int_equal(s->first[0], 0);
    assert_int_equal(s->first[s->n_folds], n);
    for (size_t k = 0; k < s->n_folds; k++) {
        assert_true(s->first[k] < s->first[k + 1]);
        for (size_t i = s->first[k]; i < s->first[k + 1]; i++) {
            assert_true(s->row[i] < n && !seen[s->row[i]]);
            seen[s->row[i]] = 1;
            if (i > s->first[k]) assert_true(s->row[i] > s->row[i - 1]);
        }
    }
}

static void given_folds_come_in_order(void **state)
{
    (void)state;
    static const char *const numbers[] = {"10", "2", "10", "2", " 0"}, *const words[] = {"test", "train", "train"}, *const bad[] = {"0", ""},
                             *const one[] = {"3", "3"};
    cupel_records r;
    cupel_splits s;
    cupel_err err = {0};
    put_cells(&r, numbers, 5);
    check_ok(cupel_splits_given(&r, 0, "t.csv", &s, &err), &err);
    assert_int_equal(s.n_folds, 3);
    assert_string_equal(s.name[0], "0");
    assert_string_equal(s.name[1], "2");
    assert_string_equal(s.name[2], "10");
    check_partition(&s, 5);
    assert_int_equal(s.row[0], 4);
    cupel_splits_release(&s);
    cupel_records_release(&r);
    put_cells(&r, words, 3);
    check_ok(cupel_splits_given(&r, 0, "t.csv", &s, &err), &err);
    assert_string_equal(s.name[0], "test");
    cupel_splits_release(&s);
    cupel_records_release(&r);
    put_cells(&r, bad, 2);
    check_fails(cupel_splits_given(&r, 0, "t.csv", &s, &err), CUPEL_BAD_INPUT, &err, "t.csv:3");
    cupel_records_release(&r);
    put_cells(&r, one, 2);
    check_fails(cupel_splits_given(&r, 0, "t.csv", &s, &err), CUPEL_BAD_INPUT, &err, "same fold");
    cupel_records_release(&r);
}

static void random_folds_keep_groups(void **state)
{
    (void)state;
    size_t group[200];
    cupel_splits s;
    cupel_err err = {0};
    for (size_t i = 0; i < 200; i++) group[i] = i / 3;
    check_ok(cupel_splits_random(200, group, 5, 7, &s, &err), &err);
    check_partition(&s, 200);
    for (size_t k = 0; k < 5; k++)
        for (size_t i = s.first[k]; i < s.first[k + 1]; i++) {
            size_t mates = 0;
            for (size_t j = s.first[k]; j < s.first[k + 1]; j++) mates += group[s.row[j]] == group[s.row[i]];
            assert_int_equal(mates, group[s.row[i]] == 66 ? 2 : 3);
        }
    cupel_splits_release(&s);
    size_t same[4] = {0};
    check_fails(cupel_splits_random(4, same, 2, 1, &s, &err), CUPEL_BAD_INPUT, &err, "fewer folds");
    check_fails(cupel_splits_random(3, NULL, 5, 1, &s, &err), CUPEL_BAD_INPUT, &err, "5 folds of 3 rows");
}

/* Three clouds far apart are three clusters, whatever the scale of the columns and a column of NaN. */
static void clusters_are_found(void **state)
{
    (void)state;
    enum { N = 90 };
    double x[N][4];
    cupel_splits s;
    cupel_err err = {0};
    for (size_t i = 0; i < N; i++) {
        x[i][0] = 1e6 * (10.0 * (double)(i % 3) + cupel_rng_normal(1, 1, i));
        x[i][1] = 1e-6 * (i % 3 == 1 ? 20 : 0) + 1e-6 * cupel_rng_normal(1, 2, i);
        x[i][2] = 5;
        x[i][3] = i == 7 ? (double)NAN : 1;
    }
    for (uint64_t seed = 0; seed < 5; seed++) {
        check_ok(cupel_splits_clusters(x[0], N, 4, NULL, 3, seed, &s, &err), &err);
        check_partition(&s, N);
        for (size_t k = 0; k < 3; k++)
            for (size_t i = s.first[k]; i < s.first[k + 1]; i++) assert_int_equal(s.row[i] % 3, s.row[s.first[k]] % 3);
        cupel_splits_release(&s);
    }
    double flat[10] = {0};
    check_fails(cupel_splits_clusters(flat, 10, 1, NULL, 3, 1, &s, &err), CUPEL_BAD_INPUT, &err, "too many are alike");
}

static void elements_are_left_out_with_all_their_rows(void **state)
{
    (void)state;
    static const char *const formula[] = {"Fe2O3", "FeO",  "Fe3O4", "FeS",  "FeSe", "ZnO",  "ZnS", "CdS",
                                          "CdTe",  "ZnSe", "CuS",   "Cu2O", "NiO",  "CdSe", "ZnTe"};
    enum { N = sizeof formula / sizeof *formula };
    cupel_batch b = {0};
    cupel_splits s;
    cupel_err err = {0};
    for (size_t i = 0; i < N; i++) check_ok(cupel_batch_add_formula(&b, cupel_text_of(formula[i]), CUPEL_DOT_REFUSE, &err), &err);
    check_ok(cupel_splits_elements(&b, 3, &s, &err), &err);
    assert_int_equal(s.n_folds, 2); /* O in 6 rows, Fe in 5; no other element is in 5 */
    assert_string_equal(s.name[0], "O");
    assert_string_equal(s.name[1], "Fe");
    assert_int_equal(s.first[1], 6);
    assert_int_equal(s.first[2] - s.first[1], 5);
    assert_int_equal(s.row[0], 0); /* Fe2O3 is in both folds */
    assert_int_equal(s.row[6], 0);
    cupel_splits_release(&s);
    cupel_batch_clear(&b);
    check_ok(cupel_batch_add_formula(&b, cupel_text_of("NaCl"), CUPEL_DOT_REFUSE, &err), &err);
    check_fails(cupel_splits_elements(&b, 3, &s, &err), CUPEL_BAD_INPUT, &err, "at least 5 rows");
    cupel_batch_release(&b);
}

/* The same material at a low and at a high temperature lies in two clusters of the columns; it is held out as one. */
static void clusters_keep_groups(void **state)
{
    (void)state;
    enum { ROWS = 60 };
    double x[ROWS];
    size_t group[ROWS], fold_of[ROWS];
    cupel_splits s;
    cupel_err err = {0};
    for (size_t i = 0; i < ROWS; i++) group[i] = i / 2, x[i] = (i % 2 ? 100.0 : 0) + (double)(i % 4 > 1 ? 30 : 0) + (double)i / ROWS;
    for (int with = 0; with < 2; with++) {
        size_t apart = 0;
        check_ok(cupel_splits_clusters(x, ROWS, 1, with ? group : NULL, 4, 1, &s, &err), &err);
        for (size_t k = 0; k < s.n_folds; k++)
            for (size_t i = s.first[k]; i < s.first[k + 1]; i++) fold_of[s.row[i]] = k;
        for (size_t i = 0; i < ROWS; i += 2) apart += fold_of[i] != fold_of[i + 1];
        assert_int_equal(apart, with ? 0 : ROWS / 2);
        assert_int_equal(s.n_folds, with ? 2 : 4);
        cupel_splits_release(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_folds_come_in_order),
        cmocka_unit_test(random_folds_keep_groups),
        cmocka_unit_test(clusters_keep_groups),
        cmocka_unit_test(clusters_are_found),
        cmocka_unit_test(elements_are_left_out_with_all_their_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
