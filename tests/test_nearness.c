/* Training rows that decided a prediction: weights of leaves are those that the forest averages with, kernels are those of the formula, and a
 * row that was learned from is its own nearest. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "models/learn/nearness.h"

enum { N = 120, D = 4, ROWS = 5 };
static const cupel_job alone = {.threads = 1};
static double x[N][D], y[N], fresh[ROWS][D], near[ROWS][N];

static cupel_surrogate *fit(const char *learner, const char *settings)
{
    cupel_surrogate *s = NULL;
    cupel_err err = {0};
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < D; j++) x[i][j] = cupel_rng_normal(8, j, i);
        y[i] = x[i][0] + 2 * x[i][1] * x[i][1];
    }
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < D; j++) fresh[i][j] = cupel_rng_normal(9, j, i);
    const cupel_fit_options o = {.learner = learner, .settings = settings, .task = CUPEL_TASK_REGRESSION, .seed = 1};
    check_ok(cupel_surrogate_fit(&x[0][0], N, D, y, &o, &alone, &s, &err), &err);
    return s;
}

static void ask(const cupel_surrogate *s, const double *rows)
{
    cupel_err err = {0};
    check_ok(cupel_surrogate_near(s, &(cupel_compared){rows, ROWS, &x[0][0], N, D}, &alone, &near[0][0], &err), &err);
}

static double predict(const cupel_surrogate *s, const double *row)
{
    double value, spread, lower, upper, distance;
    unsigned char in;
    cupel_prediction p = {&value, &spread, &lower, &upper, &distance, &in};
    const cupel_predict_options o = {.precision = CUPEL_FLOAT64, .level = 0.9};
    cupel_scratch *scratch = NULL;
    cupel_err err = {0};
    check_ok(cupel_scratch_new(s, &scratch, &err), &err);
    check_ok(cupel_surrogate_predict(s, row, D, 1, &o, scratch, &p, &err), &err);
    cupel_scratch_free(scratch);
    return value;
}

static void leaves_weigh_as_the_forest_does(void **state)
{
    (void)state;
    cupel_surrogate *s = fit("extra_trees", "trees=40,columns=0.5,leaf=3,median=0");
    assert_int_equal(cupel_surrogate_nearness(s), CUPEL_NEAR_LEAVES);
    ask(s, &fresh[0][0]);
    for (size_t i = 0; i < ROWS; i++) {
        double sum = 0, mean = 0;
        for (size_t r = 0; r < N; r++) sum += near[i][r], mean += near[i][r] * y[r];
        check_close(sum, 1, 0, 1e-12);
        check_close(mean, predict(s, fresh[i]), 1e-5, 1e-5); /* leaves hold float32 */
    }
    cupel_surrogate_free(s);
}

static void other_trees_have_weights_too(void **state)
{
    (void)state;
    static const char *const learner[] = {"extra_trees", "boosted_trees", "hurdle"},
                                         *const settings[] = {"trees=20,median=1", "trees=20", "trees=20,forest=20"};
    for (size_t k = 0; k < 3; k++) {
        cupel_surrogate *s = fit(learner[k], settings[k]);
        assert_int_equal(cupel_surrogate_nearness(s), CUPEL_NEAR_LEAVES);
        ask(s, &fresh[0][0]);
        double sum = 0;
        for (size_t r = 0; r < N; r++) sum += near[0][r];
        check_close(sum, 1, 0, 1e-9);
        cupel_surrogate_free(s);
    }
}

static void kernels_are_of_scaled_columns(void **state)
{
    (void)state;
    const double gamma = 0.3;
    double mean[D] = {0}, sd[D] = {0};
    cupel_surrogate *s = fit("svr", "C=10,gamma=0.3,epsilon=0.1");
    assert_int_equal(cupel_surrogate_nearness(s), CUPEL_NEAR_KERNEL);
    ask(s, &fresh[0][0]);
    for (size_t j = 0; j < D; j++) {
        for (size_t i = 0; i < N; i++) mean[j] += x[i][j] / N;
        for (size_t i = 0; i < N; i++) sd[j] += (x[i][j] - mean[j]) * (x[i][j] - mean[j]) / N;
    }
    for (size_t r = 0; r < N; r++) {
        double square = 0;
        for (size_t j = 0; j < D; j++) square += (fresh[2][j] - x[r][j]) * (fresh[2][j] - x[r][j]) / sd[j];
        const double at = sqrt(10 * gamma * square); /* Matern 5/2, machine.h */
        check_close(near[2][r], (1 + at + at * at / 3) * exp(-at), 1e-9, 1e-12);
    }
    cupel_surrogate_free(s);
}

static void a_known_row_is_its_own_nearest(void **state)
{
    (void)state;
    static const char *const learner[] = {"ridge", "knn", "gp", "extra_trees"};
    for (size_t k = 0; k < 4; k++) {
        cupel_surrogate *s = fit(learner[k], k == 3 ? "trees=30,leaf=1" : NULL);
        const bool distance = cupel_surrogate_nearness(s) == CUPEL_NEAR_DISTANCE;
        assert_int_equal(distance, k < 2);
        ask(s, &x[0][0]);
        for (size_t i = 0; i < ROWS; i++)
            for (size_t r = 0; r < N; r++) assert_true(r == i || (distance ? near[i][r] > near[i][i] : near[i][r] < near[i][i]));
        if (distance) check_close(near[1][1], 0, 0, 1e-12);
        cupel_surrogate_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_weigh_as_the_forest_does),
        cmocka_unit_test(other_trees_have_weights_too),
        cmocka_unit_test(kernels_are_of_scaled_columns),
        cmocka_unit_test(a_known_row_is_its_own_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
