/* The process of the loop: its gradient against differences, its predictions against the textbook formula, draws against their moments. */
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/la.h"
#include "models/search/gaussian.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { N = 40, D = 4, BLOCKS = 3 };

static const unsigned char block[D] = {0, 1, 1, 2};
static double x[N * D], y[N];

static cupel_gauss_rows rows_of(size_t n)
{
    for (size_t i = 0; i < N * D; i++) x[i] = cupel_rng_uniform(1, 1, i);
    for (size_t i = 0; i < N; i++) y[i] = 7 + 3 * sin(4 * x[i * D]) + x[i * D + 1] * x[i * D + 2] + 0.05 * cupel_rng_normal(1, 2, i);
    return (cupel_gauss_rows){.n = n, .d = D, .n_blocks = BLOCKS, .x = x, .y = y, .block = block};
}

static void the_gradient_is_that_of_the_loss(void **state)
{
    (void)state;
    const cupel_gauss_options o = cupel_gauss_defaults();
    static const double thetas[][BLOCKS + 1] = {{0, 0, 0, -4}, {-1, 0.5, 2, -1}, {1, -0.7, 0.3, -8}};
    for (size_t k = 0; k < sizeof thetas / sizeof *thetas; k++)
        for (size_t n = 3; n <= N; n += 37) {
            const cupel_gauss_rows r = rows_of(n);
            double theta[BLOCKS + 1], gradient[BLOCKS + 1], loss, up, down;
            const double h = 1e-5;
            memcpy(theta, thetas[k], sizeof theta);
            assert_int_equal(cupel_gauss_loss(&r, &o, theta, &loss, gradient, NULL), CUPEL_OK);
            for (size_t j = 0; j <= BLOCKS; j++) {
                theta[j] = thetas[k][j] + h;
                assert_int_equal(cupel_gauss_loss(&r, &o, theta, &up, NULL, NULL), CUPEL_OK);
                theta[j] = thetas[k][j] - h;
                assert_int_equal(cupel_gauss_loss(&r, &o, theta, &down, NULL, NULL), CUPEL_OK);
                theta[j] = thetas[k][j];
                /* error of a central difference: h^2 times the third derivative, and rounding over h */
                const double difference = (up - down) / (2 * h);
                assert_true(fabs(difference - gradient[j]) < 1e-5 * (1 + fabs(gradient[j])));
            }
        }
}

/* One row: the mean of a standardised value is 0, so predictions are that value; near it the process is sure, far away it is not. */
static void one_row_and_two(void **state)
{
    (void)state;
    cupel_gauss_rows r = rows_of(1);
    const double theta[BLOCKS + 1] = {0, 0, 0, log(1e-6)};
    double mean[2], deviation[2], at[2 * D];
    cupel_gauss *g = NULL;
    assert_int_equal(cupel_gauss_new(&r, theta, &g, NULL), CUPEL_OK);
    memcpy(at, x, D * sizeof *at);
    for (size_t k = 0; k < D; k++) at[D + k] = 50;
    assert_int_equal(cupel_gauss_predict(g, at, 2, 1, mean, deviation, NULL), CUPEL_OK);
    assert_true(fabs(mean[0] - y[0]) < 1e-9 && fabs(mean[1] - y[0]) < 1e-9);
    assert_true(deviation[0] < 0.01 && deviation[1] > 0.5);
    cupel_gauss_free(g);
}

/* What is learned predicts rows that were not seen, and the input that does nothing gets a long length. */
static void it_learns_what_matters(void **state)
{
    (void)state;
    const cupel_gauss_rows r = rows_of(30);
    cupel_gauss_options o = cupel_gauss_defaults();
    double theta[BLOCKS + 1], same[BLOCKS + 1], mean[10], deviation[10], worst = 0;
    cupel_gauss *g = NULL;
    assert_int_equal(cupel_gauss_learn(&r, &o, theta, NULL), CUPEL_OK);
    o.threads = 2;
    assert_int_equal(cupel_gauss_learn(&r, &o, same, NULL), CUPEL_OK);
    assert_memory_equal(theta, same, sizeof theta);
    assert_int_equal(cupel_gauss_new(&r, theta, &g, NULL), CUPEL_OK);
    assert_int_equal(cupel_gauss_predict(g, x + 30 * D, 10, 2, mean, deviation, NULL), CUPEL_OK);
    for (size_t i = 0; i < 10; i++) {
        worst = fmax(worst, fabs(mean[i] - y[30 + i]));
        assert_true(fabs(mean[i] - y[30 + i]) < 5 * hypot(deviation[i], cupel_gauss_noise(g)));
    }
    assert_true(worst < 1); /* the values spread over 4 */
    assert_true(cupel_gauss_length(g, 2) > 2 * cupel_gauss_length(g, 0));
    cupel_gauss_free(g);
}

static void draws_have_the_mean_and_deviation(void **state)
{
    (void)state;
    enum { DRAWS = 4000, M = 3 };
    const cupel_gauss_rows r = rows_of(6);
    const double theta[BLOCKS + 1] = {-0.5, 0, 0.5, log(1e-3)};
    double mean[M], deviation[M], value[M], sum[M] = {0}, squares[M] = {0};
    cupel_gauss *g = NULL;
    assert_int_equal(cupel_gauss_new(&r, theta, &g, NULL), CUPEL_OK);
    assert_int_equal(cupel_gauss_predict(g, x + 20 * D, M, 1, mean, deviation, NULL), CUPEL_OK);
    for (size_t i = 0; i < DRAWS; i++) {
        assert_int_equal(cupel_gauss_draw(g, x + 20 * D, M, 5, i, value, NULL), CUPEL_OK);
        for (size_t k = 0; k < M; k++) sum[k] += value[k], squares[k] += (value[k] - mean[k]) * (value[k] - mean[k]);
    }
    for (size_t k = 0; k < M; k++) { /* five standard errors of a mean and of a deviation */
        assert_true(fabs(sum[k] / DRAWS - mean[k]) < 5 * deviation[k] / sqrt(DRAWS));
        assert_true(fabs(sqrt(squares[k] / DRAWS) - deviation[k]) < 5 * deviation[k] / sqrt(2.0 * DRAWS));
    }
    cupel_gauss_free(g);
}

/* Candidates seen with some rows and then with one more at a time are predicted as by a process that has all rows from the beginning. */
static void a_view_grows_with_the_rows(void **state)
{
    (void)state;
    enum { FIRST = 6, M = 20 };
    const double theta[BLOCKS + 1] = {-0.5, 0, 0.5, log(1e-3)};
    double mean[M], deviation[M], seen[M], apart[M];
    cupel_gauss_rows r = rows_of(FIRST);
    cupel_gauss_view *v = cupel_gauss_view_new(x + 20 * D, M, D, FIRST + 3);
    assert_non_null(v);
    for (size_t n = FIRST; n <= FIRST + 4; n++) {
        cupel_gauss *g = NULL;
        r.n = n;
        assert_int_equal(cupel_gauss_new(&r, theta, &g, NULL), CUPEL_OK);
        if (n == FIRST) assert_int_equal(cupel_gauss_view_fill(v, g, 0, M, 2, NULL), CUPEL_OK);
        else assert_int_equal(cupel_gauss_view_grow(v, g, 2, NULL), n <= FIRST + 3 ? CUPEL_OK : CUPEL_BAD_INPUT);
        if (n <= FIRST + 3) {
            assert_int_equal(cupel_gauss_predict(g, x + 20 * D, M, 1, mean, deviation, NULL), CUPEL_OK);
            cupel_gauss_view_ask(v, g, seen, apart);
            for (size_t i = 0; i < M; i++) assert_true(fabs(mean[i] - seen[i]) < 1e-10 && fabs(deviation[i] - apart[i]) < 1e-8);
        }
        cupel_gauss_free(g);
    }
    cupel_gauss_view_free(v);
}

static void odd_rows_are_no_danger(void **state)
{
    (void)state;
    const cupel_gauss_options o = cupel_gauss_defaults();
    double theta[BLOCKS + 1], mean, deviation;
    cupel_gauss *g = NULL;
    cupel_gauss_rows r = rows_of(8);
    for (size_t i = 0; i < 8; i++) { /* all values equal, and all places */
        y[i] = 1e9;
        memcpy(x + i * D, x, D * sizeof *x);
    }
    assert_int_equal(cupel_gauss_learn(&r, &o, theta, NULL), CUPEL_OK);
    assert_int_equal(cupel_gauss_new(&r, theta, &g, NULL), CUPEL_OK);
    assert_int_equal(cupel_gauss_predict(g, x + 20 * D, 1, 1, &mean, &deviation, NULL), CUPEL_OK);
    assert_true(isfinite(mean) && isfinite(deviation) && deviation > 0);
    cupel_gauss_free(g);
    r.n = 0;
    assert_int_equal(cupel_gauss_learn(&r, &o, theta, NULL), CUPEL_BAD_INPUT);
}

int main(void)
{
    cupel_la_single_thread();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gradient_is_that_of_the_loss), cmocka_unit_test(one_row_and_two),   cmocka_unit_test(it_learns_what_matters),
        cmocka_unit_test(draws_have_the_mean_and_deviation), cmocka_unit_test(a_view_grows_with_the_rows),
        cmocka_unit_test(odd_rows_are_no_danger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
