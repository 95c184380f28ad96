#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/io/artifact.h"
#include "models/learn/auto/parts.h"
#include "models/learn/auto/smooth.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

enum { N = 240, D = 4, SEEN = 160 };

static const char *temporary(void)
{
    static char name[64];
    if (!*name) snprintf(name, sizeof name, "/tmp/cupel-test-%d.h5", (int)getpid());
    return name;
}

/* y is smooth in two of four columns; a fifth column would be constant. */
static void make_rows(double *x, double *y, size_t *row)
{
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < D; j++) x[i * D + j] = cupel_rng_uniform(11, j, i);
        y[i] = sin(4 * x[i * D]) + x[i * D + 1] * x[i * D + 1];
        row[i] = i;
    }
}

static double error_of(const cupel_own *own, const double *x, const double *y)
{
    double value[N], sum = 0;
    void *scratch = cupel_alloc_aligned(own->kind->scratch(own->model), 1);
    own->kind->predict(own->model, &(cupel_query){x, D, N, CUPEL_ISA_PLAIN, scratch}, value, NULL);
    for (size_t i = SEEN; i < N; i++) sum += fabs(value[i] - y[i]) / (N - SEEN);
    cupel_free(scratch);
    return sum;
}

/* Rows it has not seen; a length for each column finds that two of them say nothing. */
static void a_smooth_function_is_learned(void **state)
{
    (void)state;
    double x[N * D], y[N];
    size_t row[N];
    cupel_err err = {0};
    cupel_own *plain = NULL, *lengths = NULL;
    make_rows(x, y, row);
    const cupel_smooth_data data = {.n = SEEN, .d = D, .ld = D, .x = x, .y = y, .row = row};
    check_ok(cupel_smooth_fit(&data, &(cupel_smooth_options){.rows = 1000, .seed = 1}, CUPEL_ISA_PLAIN, &plain, &err), &err);
    check_ok(cupel_smooth_fit(&data, &(cupel_smooth_options){.rows = 1000, .seed = 1, .lengths = true}, CUPEL_ISA_PLAIN, &lengths, &err), &err);
    const double a = error_of(plain, x, y), b = error_of(lengths, x, y);
    assert_true(a < 0.05 && b < 0.01 && b < a);
    cupel_own_drop(plain);
    cupel_own_drop(lengths);
}

/* Fewer points than rows, and constant columns, do no harm. */
static void rows_are_limited(void **state)
{
    (void)state;
    double x[N * D], y[N];
    size_t row[N];
    cupel_err err = {0};
    cupel_own *few = NULL;
    make_rows(x, y, row);
    for (size_t i = 0; i < N; i++) x[i * D + 3] = 2;
    const cupel_smooth_data data = {.n = SEEN, .d = D, .ld = D, .x = x, .y = y, .row = row};
    check_ok(cupel_smooth_fit(&data, &(cupel_smooth_options){.rows = 60, .seed = 3, .root = true}, CUPEL_ISA_PLAIN, &few, &err), &err);
    assert_true(error_of(few, x, y) < 0.2);
    cupel_own_drop(few);
}

/* Written and read it says the same; a file whose gamma cannot be is refused. */
static void a_file_gives_it_back(void **state)
{
    (void)state;
    double x[N * D], y[N], before[N], after[N];
    size_t row[N];
    cupel_err err = {0};
    cupel_own *own = NULL;
    cupel_writer *w = NULL;
    cupel_reader *r = NULL;
    void *back = NULL;
    make_rows(x, y, row);
    const cupel_smooth_data data = {.n = SEEN, .d = D, .ld = D, .x = x, .y = y, .row = row};
    check_ok(cupel_smooth_fit(&data, &(cupel_smooth_options){.rows = 1000, .root = true}, CUPEL_ISA_PLAIN, &own, &err), &err);
    check_ok(cupel_writer_open(temporary(), "smooth", 1, 1, &w, &err), &err);
    check_ok(own->kind->save(own->model, "a/member-01", w, &err), &err);
    check_ok(cupel_writer_put(w, "b/facts", "", "", CUPEL_F64, 1, (size_t[]){3}, (double[]){0, -1, 0}, &err), &err);
    check_ok(cupel_writer_put(w, "b/columns", "", "", CUPEL_F64, 2, (size_t[]){4, 1}, (double[]){0, 0, 1, 1}, &err), &err);
    check_ok(cupel_writer_put(w, "b/weights", "", "", CUPEL_F64, 1, (size_t[]){1}, (double[]){1}, &err), &err);
    check_ok(cupel_writer_put(w, "b/points", "", "", CUPEL_F64, 2, (size_t[]){1, 1}, (double[]){1}, &err), &err);
    check_ok(cupel_writer_commit(&w, &err), &err);
    check_ok(cupel_reader_open(temporary(), "smooth", 1, &r, &err), &err);
    check_ok(cupel_kind_smooth.load(r, "a/member-01", D, &back, &err), &err);
    void *scratch = cupel_alloc_aligned(own->kind->scratch(own->model), 1);
    own->kind->predict(own->model, &(cupel_query){x, D, N, CUPEL_ISA_PLAIN, scratch}, before, NULL);
    own->kind->predict(back, &(cupel_query){x, D, N, CUPEL_ISA_PLAIN, scratch}, after, NULL);
    assert_memory_equal(before, after, sizeof before);
    cupel_kind_smooth.free(back);
    back = NULL;
    assert_int_equal(cupel_kind_smooth.load(r, "b", 1, &back, &err), CUPEL_BAD_ARTIFACT);
    assert_null(back);
    assert_int_equal(cupel_kind_smooth.load(r, "a/member-01", D + 1, &back, &err), CUPEL_BAD_ARTIFACT);
    cupel_free(scratch);
    cupel_own_drop(own);
    cupel_reader_free(r);
    unlink(temporary());
}

/* Half a second level, half the trees on its columns; a pair is needed for that, and fractions that do better than all columns. */
static void few_rows_begin_with_a_pair(void **state)
{
    (void)state;
    cupel_auto a = {.n_members = 4};
    double prior[4], share;
    const size_t which[] = {0, 1, 2, 3};
    for (size_t k = 0; k < 4; k++) a.member[k].unit.trees = cupel_trees_defaults(k == 0 ? CUPEL_BOOSTED_TREES : CUPEL_EXTRA_TREES);
    a.member[2].unit.columns = a.member[3].unit.columns = CUPEL_AUTO_FRACTIONS;
    a.member[3].unit.role = CUPEL_AUTO_STACK;
    a.member[0].loss = 3, a.member[1].loss = 2, a.member[2].loss = 1;
    assert_true(cupel_auto_prior(&a, which, 4, prior, &share));
    assert_true(prior[0] == 0 && prior[1] == 0 && prior[2] == 0.5 && prior[3] == 0.5 && share == 1);
    assert_true(cupel_auto_extra(&a, 3, &a.member[3].unit) == 1);
    assert_false(cupel_auto_prior(&a, which, 3, prior, &share));
    a.member[1].loss = 0.5;
    assert_true(cupel_auto_prior(&a, which, 4, prior, &share) && share == 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_smooth_function_is_learned),
        cmocka_unit_test(rows_are_limited),
        cmocka_unit_test(a_file_gives_it_back),
        cmocka_unit_test(few_rows_begin_with_a_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
