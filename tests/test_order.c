/* Order, ranks, quantiles, and partitions into folds. */
#include "tests/check.h"

#include "core/base/rng.h"
#include "core/math/order.h"

static void order_keeps_equals_in_place(void **state)
{
    (void)state;
    const double x[] = {3, 1, 2, 1, 3, 1};
    const size_t want[] = {1, 3, 5, 2, 0, 4};
    size_t got[6];
    cupel_err err = {0};
    check_ok(cupel_order(x, 6, got, &err), &err);
    for (int i = 0; i < 6; i++) assert_int_equal(got[i], want[i]);
}

static void ranks_share_ties_and_sum_up(void **state)
{
    (void)state;
    const double x[] = {3, 1, 2, 1, 3, 1};
    const double want[] = {4.5, 1, 3, 1, 4.5, 1};
    double got[6], sum = 0;
    cupel_err err = {0};
    check_ok(cupel_ranks(x, 6, got, &err), &err);
    for (int i = 0; i < 6; i++) {
        check_close(got[i], want[i], 0, 0);
        sum += got[i];
    }
    check_close(sum, 15, 0, 0);
}

static void quantiles_at_plotting_positions(void **state)
{
    (void)state;
    const double x[] = {10, 20, 30, 40};
    for (int k = 1; k <= 4; k++) check_close(cupel_quantile(x, 4, k / 5.0), 10 * k, 1e-14, 0);
    check_close(cupel_quantile(x, 4, 0.5), 25, 1e-14, 0);
    check_close(cupel_quantile(x, 4, 0.01), 10, 0, 0);
    check_close(cupel_quantile(x, 4, 0.99), 40, 0, 0);
    check_close(cupel_quantile(x, 1, 0.5), 10, 0, 0);
}

enum { N = 500, FOLDS = 7 };

static void sizes_of(const size_t *fold, size_t n, size_t *size)
{
    memset(size, 0, FOLDS * sizeof *size);
    for (size_t i = 0; i < n; i++) {
        assert_true(fold[i] < FOLDS);
        size[fold[i]]++;
    }
}

static void folds_are_of_equal_size_and_depend_on_the_seed(void **state)
{
    (void)state;
    size_t a[N], b[N], c[N], size[FOLDS], differ = 0;
    cupel_err err = {0};
    check_ok(cupel_partition_rows(&(cupel_partition){.n = N, .n_folds = FOLDS, .seed = 1}, a, &err), &err);
    check_ok(cupel_partition_rows(&(cupel_partition){.n = N, .n_folds = FOLDS, .seed = 1}, b, &err), &err);
    check_ok(cupel_partition_rows(&(cupel_partition){.n = N, .n_folds = FOLDS, .seed = 2}, c, &err), &err);
    sizes_of(a, N, size);
    for (int k = 0; k < FOLDS; k++) assert_in_range(size[k], N / FOLDS, N / FOLDS + 1);
    assert_memory_equal(a, b, sizeof a);
    for (int i = 0; i < N; i++) differ += a[i] != c[i];
    assert_true(differ > N / 2);
}

static void groups_stay_whole_and_folds_stay_even(void **state)
{
    (void)state;
    size_t group[N], fold[N], size[FOLDS], of_group[90];
    cupel_err err = {0};
    for (size_t i = 0; i < N; i++) group[i] = (size_t)cupel_rng_below(5, 1, i, 90);
    check_ok(cupel_partition_rows(&(cupel_partition){.n = N, .group = group, .n_folds = FOLDS, .seed = 3}, fold, &err), &err);
    for (int g = 0; g < 90; g++) of_group[g] = SIZE_MAX;
    for (int i = 0; i < N; i++) {
        if (of_group[group[i]] == SIZE_MAX) of_group[group[i]] = fold[i];
        assert_int_equal(of_group[group[i]], fold[i]);
    }
    sizes_of(fold, N, size);
    for (int k = 0; k < FOLDS; k++) assert_in_range(size[k], N / FOLDS - 8, N / FOLDS + 8); /* the largest group has about a dozen rows */
}

static void strata_keep_their_shares(void **state)
{
    (void)state;
    size_t stratum[N], fold[N], ones[FOLDS] = {0}, total = 0;
    cupel_err err = {0};
    for (size_t i = 0; i < N; i++) {
        stratum[i] = cupel_rng_uniform(6, 1, i) < 0.1;
        total += stratum[i];
    }
    check_ok(cupel_partition_rows(&(cupel_partition){.n = N, .stratum = stratum, .n_folds = FOLDS, .seed = 3}, fold, &err), &err);
    for (int i = 0; i < N; i++) ones[fold[i]] += stratum[i];
    for (int k = 0; k < FOLDS; k++) assert_in_range(ones[k], total / FOLDS, total / FOLDS + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_keeps_equals_in_place),
        cmocka_unit_test(ranks_share_ties_and_sum_up),
        cmocka_unit_test(quantiles_at_plotting_positions),
        cmocka_unit_test(folds_are_of_equal_size_and_depend_on_the_seed),
        cmocka_unit_test(groups_stay_whole_and_folds_stay_even),
        cmocka_unit_test(strata_keep_their_shares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
