/* A Gaussian process with a length for every column: the gradient of its likelihood by finite differences, columns that say nothing are told
 * apart. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/la.h"
#include "models/learn/ard.h"
#include "models/learn/surrogate.h"

enum { N = 40, D = 4 };

static void make_rows(double *x, double *u)
{
    double mean = 0;
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < D; j++) x[i * D + j] = cupel_rng_normal(1, j, i);
        u[i] = sin(2 * x[i * D]) + 0.3 * x[i * D + 1] + 0.1 * cupel_rng_normal(1, 9, i);
        mean += u[i] / N;
    }
    for (size_t i = 0; i < N; i++) u[i] -= mean;
}

static double evidence(const cupel_ard *a, const double *theta, double *gradient)
{
    double loss;
    cupel_err err = {0};
    check_ok(cupel_ard_evidence(a, theta, &loss, gradient, &err), &err);
    return loss;
}

static void the_gradient_is_that_of_the_likelihood(void **state)
{
    (void)state;
    double x[N * D], u[N], gradient[D + 1];
    make_rows(x, u);
    cupel_ard a = {N, D, x, u, cupel_alloc_aligned(cupel_ard_bytes(N, D), 1)};
    assert_non_null(a.memory);
    for (uint64_t trial = 0; trial < 5; trial++) {
        double theta[D + 1];
        for (size_t k = 0; k <= D; k++) theta[k] = cupel_rng_normal(2, trial, k) - (k == D ? 3 : 0);
        evidence(&a, theta, gradient);
        for (size_t k = 0; k <= D; k++) {
            double at = theta[k], h = 1e-4;
            theta[k] = at + h;
            double up = evidence(&a, theta, NULL);
            theta[k] = at - h;
            double down = evidence(&a, theta, NULL);
            theta[k] = at;
            check_close(gradient[k], (up - down) / (2 * h), 1e-5, 1e-5); /* h^2 of a loss of about 100 */
        }
    }
    cupel_free(a.memory);
}

/* The likelihood of two rows, by hand. */
static void two_rows_by_hand(void **state)
{
    (void)state;
    const double x[] = {0, 1.5}, u[] = {1, -1}, theta[] = {log(2.0), log(0.1)};
    double s = sqrt(5.0) * 0.75, k = (1 + s + s * s / 3) * exp(-s), a = 1.1;
    double memory[64];
    assert_true(cupel_ard_bytes(2, 1) <= sizeof memory);
    double want = 2 * log(2 / (a - k) / 2) + log(a * a - k * k);
    check_close(evidence(&(cupel_ard){2, 1, x, u, memory}, theta, NULL), want, 1e-12, 1e-12);
}

static void learning_never_makes_it_worse(void **state)
{
    (void)state;
    double x[N * D], u[N], theta[D + 1] = {0.7, 0.7, 0.7, 0.7, -3}, before;
    cupel_err err = {0};
    make_rows(x, u);
    cupel_ard a = {N, D, x, u, cupel_alloc_aligned(cupel_ard_bytes(N, D), 1)};
    assert_non_null(a.memory);
    before = evidence(&a, theta, NULL);
    check_ok(cupel_ard_learn(&a, 1.5, 60, theta, &err), &err);
    assert_true(evidence(&a, theta, NULL) < before - 5);
    assert_true(theta[0] < theta[2] - 1 && theta[0] < theta[3] - 1); /* the first column decides, the last two say nothing */
    cupel_free(a.memory);
}

static double mean_error(const char *learner, const double *x, const double *y, size_t n, size_t d)
{
    cupel_surrogate *s = NULL;
    cupel_err err = {0};
    cupel_fit_options o = {.learner = learner, .seed = 1};
    check_ok(cupel_surrogate_fit(x, n, d, y, &o, &(cupel_job){.threads = 2, .isa = cupel_isa_best()}, &s, &err), &err);
    cupel_oof f = cupel_surrogate_oof(s);
    double error = 0;
    for (size_t i = 0; i < n; i++) error += fabs(f.value[i] - y[i]) / (double)n;
    cupel_surrogate_free(s);
    return error;
}

/* Two columns of twelve matter: with a length for all they drown in the others. */
static void columns_that_say_nothing_are_left_out(void **state)
{
    (void)state;
    enum { ROWS = 150, COLUMNS = 12 };
    static double x[ROWS * COLUMNS], y[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < COLUMNS; j++) x[i * COLUMNS + j] = cupel_rng_normal(3, j, i);
        y[i] = sin(2 * x[i * COLUMNS]) * x[i * COLUMNS + 5];
    }
    double one = mean_error("gp", x, y, ROWS, COLUMNS), each = mean_error("gp_ard", x, y, ROWS, COLUMNS);
    print_message("mean error with one length %.3f, with a length for every column %.3f\n", one, each);
    assert_true(each < 0.5 * one);
}

int main(void)
{
    cupel_la_single_thread();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gradient_is_that_of_the_likelihood),
        cmocka_unit_test(two_rows_by_hand),
        cmocka_unit_test(learning_never_makes_it_worse),
        cmocka_unit_test(columns_that_say_nothing_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
