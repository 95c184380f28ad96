/* Boosting by XGBoost: what it learns, the same bytes for any number of threads, predictions from an artifact, which need no library. Where the
 * library is not there, the message that says so. Trees made elsewhere are looked at before they are believed. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "models/learn/surrogate.h"
#include "models/learn/trees.h"

#include <stdlib.h>

enum { N = 200, D = 4 };

static void make_rows(double *x, double *y)
{
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < D; j++) x[i * D + j] = cupel_rng_normal(4, j, i);
        y[i] = 100 + 3 * sin(2 * x[i * D]) + x[i * D + 1] * x[i * D + 2] + 0.1 * cupel_rng_normal(4, 9, i);
    }
}

/* NULL, and a word about it, where the library is not there. */
static cupel_surrogate *fit(const double *x, const double *y, const char *settings, size_t threads)
{
    cupel_surrogate *s = NULL;
    cupel_err err = {0};
    if (getenv("CUPEL_SANITIZED")) { /* its threads are not the sanitizer's */
        print_message("skipped: a plain build only\n");
        return NULL;
    }
    cupel_fit_options o = {.learner = "xgboost", .settings = settings, .seed = 7};
    cupel_status st = cupel_surrogate_fit(x, N, D, y, &o, &(cupel_job){.threads = threads, .isa = cupel_isa_best()}, &s, &err);
    if (st == CUPEL_OK) return s;
    assert_int_equal(st, CUPEL_FAILED);
    assert_non_null(strstr(err.message, "libxgboost"));
    print_message("skipped: %s\n", err.message);
    return NULL;
}

static void numbers_are_learned_alike_on_any_threads(void **state)
{
    (void)state;
    static double x[N * D], y[N];
    double mean = 0, spread = 0, error = 0;
    make_rows(x, y);
    cupel_surrogate *one = fit(x, y, "trees=50,rate=0.1,depth=3", 1), *two = one ? fit(x, y, "trees=50,rate=0.1,depth=3", 2) : NULL;
    if (!one) return;
    const cupel_oof a = cupel_surrogate_oof(one), b = cupel_surrogate_oof(two);
    assert_memory_equal(a.value, b.value, N * sizeof *a.value);
    assert_memory_equal(a.upper, b.upper, N * sizeof *a.upper);
    for (size_t i = 0; i < N; i++) mean += y[i] / N;
    for (size_t i = 0; i < N; i++) spread += fabs(y[i] - mean) / N, error += fabs(y[i] - a.value[i]) / N;
    print_message("error out of fold %.3f, of the mean %.3f\n", error, spread);
    assert_true(error < 0.6 * spread);
    cupel_surrogate_free(one);
    cupel_surrogate_free(two);
}

static void classes_are_learned(void **state)
{
    (void)state;
    static double x[N * D], y[N];
    size_t wrong = 0;
    make_rows(x, y);
    for (size_t i = 0; i < N; i++) y[i] = x[i * D] + 0.5 * x[i * D + 1] > 0.2;
    cupel_surrogate *s = fit(x, y, "trees=40,rate=0.1,depth=3", 2);
    if (!s) return;
    assert_true(cupel_surrogate_is_class(s));
    const cupel_oof f = cupel_surrogate_oof(s);
    for (size_t i = 0; i < N; i++) wrong += (f.value[i] > 0.5) != (y[i] > 0.5);
    assert_true(wrong < N / 8);
    cupel_surrogate_free(s);
}

/* Two splits: x0 <= 1 ? (x1 <= -2 ? 5 : 6) : 7, level by level. */
static void trees_from_elsewhere(void **state)
{
    (void)state;
    int64_t count[] = {5};
    float column[] = {0, 1, -1, -1, -1}, at[] = {1, -2, 7, 5, 6};
    const double rows[4][2] = {{1, -2}, {1, -1.99}, {1.0001, -9}, {0, 0}}, want[] = {5 * 0.5 + 2, 6 * 0.5 + 2, 7 * 0.5 + 2, 6 * 0.5 + 2};
    double value[4];
    cupel_trees_parts p = {.d = 2, .n_trees = 1, .n_nodes = 5, .count = count, .column = column, .at = at, .base = 2, .factor = 0.5};
    cupel_trees *t = NULL;
    cupel_err err = {0};
    check_ok(cupel_trees_assemble(&p, &t, &err), &err);
    void *scratch = cupel_alloc_aligned(cupel_trees_scratch_bytes(t), 1);
    assert_non_null(scratch);
    cupel_trees_predict(t, &(cupel_query){rows[0], 2, 4, cupel_isa_best(), scratch}, value, NULL);
    for (size_t i = 0; i < 4; i++) assert_true(fabs(value[i] - want[i]) < 1e-12);
    cupel_free(scratch);
    cupel_trees_free(t);
    t = NULL;
    static const struct {
        size_t node;
        float column, at;
    } wrong[] = {{0, 2, 1}, {0, 0.5f, 1}, {2, 0, 7}, {1, -1, 0}, {3, -1, INFINITY}, {3, -2, 5}};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        const float c = column[wrong[k].node], a = at[wrong[k].node];
        column[wrong[k].node] = wrong[k].column;
        at[wrong[k].node] = wrong[k].at;
        assert_int_equal(cupel_trees_assemble(&p, &t, &err), CUPEL_BAD_ARTIFACT);
        assert_null(t);
        column[wrong[k].node] = c;
        at[wrong[k].node] = a;
    }
    p.n_nodes = 4;
    assert_int_equal(cupel_trees_assemble(&p, &t, &err), CUPEL_BAD_ARTIFACT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_learned_alike_on_any_threads),
        cmocka_unit_test(classes_are_learned),
        cmocka_unit_test(trees_from_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
