/* Nearest neighbours: exact on their points, the plain mean by hand, no sign of the order of rows. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "models/learn/surrogate.h"

enum { N = 60, D = 3 };

static void make_rows(uint64_t seed, double *x, double *y)
{
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < D; j++) x[i * D + j] = cupel_rng_uniform(seed, j, i);
        y[i] = 100 + sin(5 * x[i * D]) + x[i * D + 1] + 0.1 * cupel_rng_normal(seed, 9, i);
    }
}

static cupel_surrogate *fit(const double *x, const double *y, const char *settings)
{
    cupel_surrogate *s = NULL;
    cupel_err err = {0};
    cupel_fit_options o = {.learner = "knn", .settings = settings, .seed = 1};
    check_ok(cupel_surrogate_fit(x, N, D, y, &o, &(cupel_job){.threads = 1, .isa = cupel_isa_best()}, &s, &err), &err);
    return s;
}

/* value [n] and the width of 90 % intervals [n]. */
static void predict(const cupel_surrogate *s, const double *x, size_t n, double *value, double *width)
{
    double *m = cupel_alloc(4 * n, sizeof *m);
    unsigned char *in = cupel_alloc(n, 1);
    cupel_scratch *scratch = NULL;
    cupel_err err = {0};
    assert_true(m && in);
    check_ok(cupel_scratch_new(s, &scratch, &err), &err);
    cupel_prediction out = {value, m, m + n, m + 2 * n, m + 3 * n, in};
    check_ok(cupel_surrogate_predict(s, x, D, n, &(cupel_predict_options){.isa = cupel_isa_best(), .level = 0.9}, scratch, &out, &err), &err);
    for (size_t i = 0; i < n; i++) width[i] = m[2 * n + i] - m[n + i];
    cupel_scratch_free(scratch);
    cupel_free(m);
    cupel_free(in);
}

static void exact_on_its_points(void **state)
{
    (void)state;
    static const char *const settings[] = {"k=1,power=0", "k=4,power=1", "k=7,power=2"};
    double x[N * D], y[N], value[N], width[N];
    make_rows(1, x, y);
    for (int k = 0; k < 3; k++) {
        cupel_surrogate *s = fit(x, y, settings[k]);
        predict(s, x, N, value, width);
        for (size_t i = 0; i < N; i++) check_close(value[i], y[i], 1e-12, 0);
        cupel_surrogate_free(s);
    }
}

/* Rows that repeat with other targets: their mean. */
static void repeats_are_averaged(void **state)
{
    (void)state;
    double x[N * D], y[N], value[N], width[N];
    make_rows(2, x, y);
    memcpy(x + D, x, D * sizeof *x);
    cupel_surrogate *s = fit(x, y, "k=3,power=1");
    predict(s, x, N, value, width);
    check_close(value[0], (y[0] + y[1]) / 2, 1e-12, 0);
    assert_true(value[1] == value[0]);
    cupel_surrogate_free(s);
}

/* Without weights and with as many neighbours as rows it is the mean of all, wherever one looks. */
static void all_rows_give_the_mean(void **state)
{
    (void)state;
    double x[N * D], y[N], fresh[N * D], other[N], value[N], width[N], mean = 0;
    make_rows(3, x, y);
    make_rows(4, fresh, other);
    for (size_t i = 0; i < N; i++) mean += y[i] / N;
    cupel_surrogate *s = fit(x, y, "k=60,power=0");
    predict(s, fresh, N, value, width);
    for (size_t i = 0; i < N; i++) check_close(value[i], mean, 1e-12, 0);
    cupel_surrogate_free(s);
}

/* By hand: distances in columns of variance 1. */
static void neighbours_are_those_in_scaled_columns(void **state)
{
    (void)state;
    double x[N * D], y[N], fresh[N * D], other[N], value[N], width[N], mean[D] = {0}, square[D] = {0};
    make_rows(5, x, y);
    make_rows(6, fresh, other);
    for (size_t i = 0; i < N; i++) x[i * D] *= 1000, fresh[i * D] *= 1000; /* a unit changes nothing */
    for (size_t j = 0; j < D; j++) {
        for (size_t i = 0; i < N; i++) mean[j] += x[i * D + j] / N;
        for (size_t i = 0; i < N; i++) square[j] += (x[i * D + j] - mean[j]) * (x[i * D + j] - mean[j]) / N;
    }
    cupel_surrogate *s = fit(x, y, "k=1,power=0");
    predict(s, fresh, N, value, width);
    for (size_t i = 0; i < N; i++) {
        double best = INFINITY, want = 0;
        for (size_t k = 0; k < N; k++) {
            double sum = 0;
            for (size_t j = 0; j < D; j++) sum += pow(fresh[i * D + j] - x[k * D + j], 2) / square[j];
            if (sum < best) best = sum, want = y[k];
        }
        check_close(value[i], want, 1e-12, 0);
        assert_true(width[i] > 0);
    }
    cupel_surrogate_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_on_its_points),
        cmocka_unit_test(repeats_are_averaged),
        cmocka_unit_test(all_rows_give_the_mean),
        cmocka_unit_test(neighbours_are_those_in_scaled_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
