/* Figures of merit: values worked out by hand, and the properties that define them. */
#include "tests/check.h"

#include "core/base/rng.h"
#include "models/learn/metrics.h"

static void errors_of_a_small_table(void **state)
{
    (void)state;
    const double y[] = {1, 2, 3, 4}, v[] = {1, 3, 3, 2};
    check_close(cupel_metric_mae(y, v, 4), 0.75, 1e-15, 0);
    check_close(cupel_metric_rmse(y, v, 4), sqrt(5.0 / 4), 1e-15, 0);
    check_close(cupel_metric_r2(y, v, 4), 1 - 5.0 / 5, 0, 1e-15);
    check_close(cupel_metric_r2(y, y, 4), 1, 1e-15, 0);
    const double flat[] = {2, 2, 2, 2};
    assert_true(isnan(cupel_metric_r2(flat, v, 4)));
}

static void spearman_sees_order_only(void **state)
{
    (void)state;
    double y[50], v[50], rho = 0;
    for (size_t i = 0; i < 50; i++) {
        y[i] = cupel_rng_normal(1, 1, i);
        v[i] = exp(3 * y[i]);
    }
    cupel_err err = {0};
    check_ok(cupel_metric_spearman(y, v, 50, &rho, &err), &err);
    check_close(rho, 1, 1e-12, 0);
    for (size_t i = 0; i < 50; i++) v[i] = -v[i];
    check_ok(cupel_metric_spearman(y, v, 50, &rho, &err), &err);
    check_close(rho, -1, 1e-12, 0);
    const double a[] = {1, 2, 3, 4, 5}, b[] = {5, 6, 7, 8, 7}; /* scipy.stats.spearmanr: 0.8207826816681233 */
    check_ok(cupel_metric_spearman(a, b, 5, &rho, &err), &err);
    check_close(rho, 0.8207826816681233, 1e-14, 0);
    const double flat[] = {1, 1, 1};
    check_ok(cupel_metric_spearman(flat, a, 3, &rho, &err), &err);
    assert_true(isnan(rho));
}

/* Against the definition: the share of pairs in the right order, ties half. */
static void auc_is_the_share_of_ordered_pairs(void **state)
{
    (void)state;
    double y[60], p[60], pairs = 0, right = 0, auc = 0;
    for (size_t i = 0; i < 60; i++) {
        y[i] = cupel_rng_uniform(2, 1, i) < 0.3;
        p[i] = (double)cupel_rng_below(2, 2, i, 12) / 11 + 0.2 * y[i];
    }
    for (size_t i = 0; i < 60; i++)
        for (size_t j = 0; j < 60; j++) {
            if (!(y[i] > y[j])) continue;
            pairs += 1;
            right += p[i] > p[j] ? 1 : p[i] == p[j] ? 0.5 : 0;
        }
    cupel_err err = {0};
    check_ok(cupel_metric_auc(y, p, 60, &auc, &err), &err);
    check_close(auc, right / pairs, 1e-13, 0);
    const double one[] = {1, 1, 1};
    check_ok(cupel_metric_auc(one, p, 3, &auc, &err), &err);
    assert_true(isnan(auc));
}

static void classes_by_hand(void **state)
{
    (void)state;
    const double y[] = {1, 1, 1, 0, 0}, p[] = {0.9, 0.6, 0.2, 0.5, 0.1};
    cupel_confusion c = cupel_metric_confusion(y, p, 5, 0.5);
    assert_int_equal(c.tp, 2);
    assert_int_equal(c.fn, 1);
    assert_int_equal(c.fp, 1);
    assert_int_equal(c.tn, 1);
    check_close(cupel_metric_accuracy(&c), 0.6, 1e-15, 0);
    check_close(cupel_metric_balanced_accuracy(&c), (2.0 / 3 + 0.5) / 2, 1e-15, 0);
    check_close(cupel_metric_f1(&c), 4.0 / 6, 1e-15, 0);
    check_close(cupel_metric_mcc(&c), (2.0 * 1 - 1 * 1) / 6, 1e-15, 0);
    check_close(cupel_metric_log_loss(y, p, 5), -(log(0.9) + log(0.6) + log(0.2) + log(0.5) + log(0.9)) / 5, 1e-14, 0);
    check_close(cupel_metric_brier(y, p, 5), (0.01 + 0.16 + 0.64 + 0.25 + 0.01) / 5, 1e-14, 0);
    c = cupel_metric_confusion(y, p, 5, 0.6); /* from there on class 1 is said */
    assert_int_equal(c.tp, 2);
    assert_int_equal(c.tn, 2);
    const double sure[] = {0, 1, 1, 0, 0}; /* certain and wrong: finite */
    assert_true(isfinite(cupel_metric_log_loss(y, sure, 5)));
}

static void intervals_by_hand(void **state)
{
    (void)state;
    const double y[] = {0, 1, 2, 3}, lo[] = {0, 2, 1, NAN}, hi[] = {1, 3, 4, NAN};
    check_close(cupel_metric_coverage(y, lo, hi, 4), 0.5, 1e-15, 0);
    check_close(cupel_metric_width(lo, hi, 3), 5.0 / 3, 1e-15, 0);
    check_close(cupel_metric_interval_score(y, lo, hi, 3, 0.9), (5 + 20 * 1) / 3.0, 1e-13, 0);
}

/* The score is smallest, in expectation, at the true quantiles: wider and narrower intervals cost more. */
static void interval_score_rewards_the_true_quantiles(void **state)
{
    (void)state;
    enum { N = 20000 };
    static double y[N], lo[N], hi[N];
    double score[3];
    for (size_t i = 0; i < N; i++) y[i] = cupel_rng_normal(3, 1, i);
    for (int k = 0; k < 3; k++) {
        double half = 1.6449 * (0.7 + 0.3 * k);
        for (size_t i = 0; i < N; i++) lo[i] = -half, hi[i] = half;
        score[k] = cupel_metric_interval_score(y, lo, hi, N, 0.9);
    }
    assert_true(score[1] < score[0] && score[1] < score[2]);
}

static void miscalibration_is_the_area_between_the_curves(void **state)
{
    (void)state;
    const double level[] = {0.25, 0.5, 0.75}, right[] = {0.25, 0.5, 0.75}, high[] = {0.25, 0.7, 0.75}, cross[] = {0.35, 0.5, 0.65};
    check_close(cupel_metric_miscalibration(level, right, 3), 0, 0, 1e-15);
    check_close(cupel_metric_miscalibration(level, high, 3), 0.5 * 0.2 * 0.5, 1e-13, 0);
    check_close(cupel_metric_miscalibration(level, cross, 3), 2 * (0.5 * 0.1 * 0.5), 1e-13, 0);
    const double l1[] = {0.25, 0.75}, c1[] = {0.35, 0.65}; /* straight from +0.1 to -0.1 through 0 */
    check_close(cupel_metric_miscalibration(l1, c1, 2), 0.5 * 0.25 * 0.1 * 2 + 0.5 * 0.5 * 0.1, 1e-13, 0);
}

static double calibration_error(const double *y, const double *p, size_t n)
{
    double error = NAN;
    cupel_err err = {0};
    check_ok(cupel_metric_calibration_error(y, p, n, &error, &err), &err);
    return error;
}

static void calibration_error_compares_claims_with_shares(void **state)
{
    (void)state;
    const double y[] = {0, 1, 0, 1}, same[] = {0.3, 0.3, 0.3, 0.3}, sure[] = {0, 1, 0, 1}, wrong[] = {1, 0, 1, 0};
    check_close(calibration_error(y, same, 4), 0.2, 1e-14, 0); /* one group: 0.3 claimed, one half seen */
    check_close(calibration_error(y, sure, 4), 0, 0, 1e-15);
    check_close(calibration_error(y, wrong, 4), 1, 1e-15, 0);
    enum { N = 20000 };
    static double truth[N], p[N], bold[N];
    for (size_t i = 0; i < N; i++) {
        p[i] = cupel_rng_uniform(5, 1, i);
        truth[i] = cupel_rng_uniform(5, 2, i) < p[i];
        bold[i] = p[i] < 0.5 ? p[i] / 2 : 1 - (1 - p[i]) / 2;
    }
    assert_true(calibration_error(truth, p, N) < 0.02); /* ten groups of 2,000: each share is known to about 0.01 */
    check_close(calibration_error(truth, bold, N), 0.125, 0, 0.02); /* mean of min(p, 1 - p) / 2 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_of_a_small_table),       cmocka_unit_test(spearman_sees_order_only),
        cmocka_unit_test(auc_is_the_share_of_ordered_pairs), cmocka_unit_test(classes_by_hand),
        cmocka_unit_test(intervals_by_hand),             cmocka_unit_test(interval_score_rewards_the_true_quantiles),
        cmocka_unit_test(miscalibration_is_the_area_between_the_curves),
        cmocka_unit_test(calibration_error_compares_claims_with_shares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
