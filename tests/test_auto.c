#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "models/learn/auto/blend.h"
#include "models/learn/auto/parts.h"

#include <math.h>

enum { N = 400, D = 3 };

static const cupel_job job = {.threads = 2, .isa = CUPEL_ISA_PLAIN};

static double noise(uint64_t stream, size_t i) { return cupel_rng_normal(7, stream, i); }

/* Errors that cancel: half of each member; a member without sense gets nothing. */
static void a_blend_finds_members_that_complement_one_another(void **state)
{
    (void)state;
    double y[N], a[N], b[N], c[N], weight[3], reached;
    cupel_err err = {0};
    for (size_t i = 0; i < N; i++) {
        const double e = noise(1, i);
        y[i] = (double)i / N;
        a[i] = y[i] + e;
        b[i] = y[i] - e;
        c[i] = 10 * noise(2, i);
    }
    check_ok(cupel_blend_fit(CUPEL_BLEND_ABSOLUTE, (const double *const[]){a, b, c}, 3, y, N, 1, NULL, weight, &reached, &err), &err);
    assert_true(fabs(weight[0] - 0.5) < 0.05 && fabs(weight[1] - 0.5) < 0.05 && weight[2] < 0.01);
    assert_true(fabs(weight[0] + weight[1] + weight[2] - 1) < 1e-12);
    assert_true(reached < 0.1);
}

/* Members that are all alike: equal weights, which nothing beats. */
static void equal_members_share(void **state)
{
    (void)state;
    double y[N], a[N], b[N], weight[2], reached;
    cupel_err err = {0};
    for (size_t i = 0; i < N; i++) {
        y[i] = noise(3, i) > 0;
        a[i] = b[i] = y[i] > 0 ? 0.8 : 0.2;
    }
    check_ok(cupel_blend_fit(CUPEL_BLEND_LOG, (const double *const[]){a, b}, 2, y, N, 1, NULL, weight, &reached, &err), &err);
    assert_true(weight[0] == 0.5 && weight[1] == 0.5);
    check_close(reached, -log(0.8), 1e-12, 0);
}

static void the_median_of_a_mixture(void **state)
{
    (void)state;
    double q[CUPEL_AUTO_QUANTILES];
    for (size_t k = 0; k < CUPEL_AUTO_QUANTILES; k++) q[k] = (double)(k + 1) / 20; /* uniform on 0 .. 1 */
    assert_true(cupel_auto_median(0.5, 3, q) == 0);
    assert_true(cupel_auto_median(0.2, 3, q) == 0);
    check_close(cupel_auto_median(1, 3, q), 3, 1e-12, 0);
    /* above with 0.75: half of all lies below u = 1/3 of a uniform distribution with median 1/2 */
    check_close(cupel_auto_median(0.75, 0.5, q), 1.0 / 3, 1e-9, 0);
    assert_true(cupel_auto_median(1, -1, q) == 0);
}

/* Half of the targets are exactly 0, the others far from it: x0 says which, x1 how much. */
static void make_rows(double *x, double *y, size_t *fold)
{
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < D; j++) x[i * D + j] = cupel_rng_uniform(5, j, i);
        y[i] = x[i * D] < 0.5 ? 0 : 2 + 3 * x[i * D + 1];
        fold[i] = i % 5;
    }
}

static void a_hurdle_is_found_and_kept(void **state)
{
    (void)state;
    double x[N * D], y[N], value[N], error[N], said[N], wrong = 0;
    size_t fold[N], zeros = 0;
    cupel_err err = {0};
    cupel_auto *a = NULL;
    make_rows(x, y, fold);
    const cupel_auto_data data = {.n = N, .d = D, .x = x, .y = y, .fold = fold, .n_folds = 5, .seed = 1, .effort = 5};
    check_ok(cupel_auto_fit(&data, &job, &a, value, error, NULL, &err), &err);
    assert_true(a->hurdle && cupel_auto_effort(a) == 5);
    for (size_t i = 0; i < N; i++) {
        wrong += fabs(value[i] - y[i]) / N;
        zeros += value[i] == 0;
        assert_true(value[i] >= 0 && error[i] >= 0);
    }
    assert_true(wrong < 0.2 && zeros > N / 3);
    void *scratch = cupel_alloc_aligned(cupel_auto_scratch_bytes(a), 1);
    cupel_auto_predict(a, x, D, N, CUPEL_ISA_PLAIN, scratch, said, NULL, NULL);
    for (size_t i = 0; i < N; i++) { /* by blocks or one by one, the same */
        double one;
        cupel_auto_predict(a, x + i * D, D, 1, CUPEL_ISA_PLAIN, scratch, &one, NULL, NULL);
        assert_true(one == said[i]);
    }
    cupel_free(scratch);
    cupel_auto_free(a);
}

static void the_plan_follows_the_table(void **state)
{
    (void)state;
    cupel_auto_unit unit[CUPEL_AUTO_MEMBERS];
    size_t least;
    const cupel_auto_facts smooth = {.n = 300, .n_fractions = 14, .lowest_share = 1.0 / 300, .skew = 1},
                           crossed = {.n = 4000, .n_fractions = 90, .lowest_share = 0.5, .skew = 1},
                           large = {.n = 100000, .n_fractions = 90, .lowest_share = 1e-5, .skew = 1};
    size_t n = cupel_auto_plan(&smooth, 1, unit, &least), fractions = 0, above = 0;
    for (size_t i = 0; i < n; i++) fractions += unit[i].columns == CUPEL_AUTO_FRACTIONS;
    assert_true(fractions > 0 && least == 1);
    n = cupel_auto_plan(&crossed, 1, unit, &least);
    for (size_t i = 0; i < n; i++) above += unit[i].role == CUPEL_AUTO_ABOVE;
    assert_true(above > 0 && least == 3 && unit[0].role == CUPEL_AUTO_ABOVE);
    n = cupel_auto_plan(&large, 1, unit, &least);
    for (size_t i = 0; i < n; i++) assert_true(!unit[i].quantiles && unit[i].role != CUPEL_AUTO_STACK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_blend_finds_members_that_complement_one_another),
        cmocka_unit_test(equal_members_share),
        cmocka_unit_test(the_median_of_a_mixture),
        cmocka_unit_test(a_hurdle_is_found_and_kept),
        cmocka_unit_test(the_plan_follows_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
