/* Transforms of a target: inverses, slopes, order, and surrogates that learn behind them. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "models/learn/surrogate.h"

static const cupel_transform tried[] = {
    {CUPEL_TRANSFORM_PLAIN, 1, 0, 1},
    {CUPEL_TRANSFORM_LOG, 3, 0, 1},
    {CUPEL_TRANSFORM_LOG, 20, 0.5, 1},
    {CUPEL_TRANSFORM_YEO_JOHNSON, 2, 0, 0},
    {CUPEL_TRANSFORM_YEO_JOHNSON, 2, 0, 2},
    {CUPEL_TRANSFORM_YEO_JOHNSON, 5, 0, -1.5},
    {CUPEL_TRANSFORM_YEO_JOHNSON, 1, 0, 0.4},
    {CUPEL_TRANSFORM_YEO_JOHNSON, 7, 0, 3},
};

static void they_go_there_and_back_and_keep_the_order(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof tried / sizeof *tried; k++) {
        const cupel_transform *t = &tried[k];
        double before = -INFINITY;
        for (double y = t->kind == CUPEL_TRANSFORM_LOG ? 0.01 : -8; y < 30; y += 0.37) {
            double v = cupel_transform_to(t, y), h = 1e-5 * (1 + fabs(y));
            assert_true(v > before);
            before = v;
            check_close(cupel_transform_back(t, v), y, 1e-9, 1e-9);
            if (t->kind == CUPEL_TRANSFORM_LOG && y <= h) continue;
            double slope = 2 * h / (cupel_transform_to(t, y + h) - cupel_transform_to(t, y - h));
            if (fabs(y) > h) check_close(cupel_transform_slope(t, y), slope, 1e-4, 0);
        }
        assert_true(cupel_transform_to(t, INFINITY) == INFINITY && cupel_transform_to(t, -INFINITY) == -INFINITY);
        for (double v = -1e4; v < 1.1e4; v += 1e3) assert_true(fabs(cupel_transform_back(t, v)) <= 1e100);
    }
}

static void what_they_learn_suits_the_numbers(void **state)
{
    (void)state;
    enum { N = 2000 };
    static double y[N];
    cupel_transform t;
    cupel_err err = {0};
    for (size_t i = 0; i < N; i++) y[i] = exp(2 + cupel_rng_normal(1, 1, i));
    check_ok(cupel_transform_learn(CUPEL_TRANSFORM_YEO_JOHNSON, y, N, &t, &err), &err);
    assert_true(t.power < 0); /* a long tail is pulled in */
    check_ok(cupel_transform_learn(CUPEL_TRANSFORM_LOG, y, N, &t, &err), &err);
    assert_true(t.offset == 0);
    y[7] = 0;
    check_ok(cupel_transform_learn(CUPEL_TRANSFORM_LOG, y, N, &t, &err), &err);
    assert_true(t.offset > 0 && isfinite(cupel_transform_to(&t, 0)));
    y[7] = -1;
    check_fails(cupel_transform_learn(CUPEL_TRANSFORM_LOG, y, N, &t, &err), CUPEL_BAD_INPUT, &err, "row 8");
    for (size_t i = 0; i < N; i++) y[i] = cupel_rng_normal(1, 2, i);
    check_ok(cupel_transform_learn(CUPEL_TRANSFORM_YEO_JOHNSON, y, N, &t, &err), &err);
    check_close(t.power, 1, 0, 0.15); /* normal numbers stay as they are */
}

enum { ROWS = 250, D = 2 };

static void make_rows(uint64_t seed, double *x, double *y)
{
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < D; j++) x[i * D + j] = cupel_rng_normal(seed, j, i);
        y[i] = exp(1.5 * x[i * D] + 0.5 * x[i * D + 1] + 0.2 * cupel_rng_normal(seed, 9, i));
    }
}

static cupel_surrogate *fit(const double *x, const double *y, cupel_transform_kind transform)
{
    cupel_surrogate *s = NULL;
    cupel_err err = {0};
    cupel_fit_options o = {.learner = "ridge", .settings = "lambda=0.001", .seed = 1, .transform = transform};
    check_ok(cupel_surrogate_fit(x, ROWS, D, y, &o, &(cupel_job){.threads = 1, .isa = cupel_isa_best()}, &s, &err), &err);
    return s;
}

/* A straight line in the logarithm: a small relative error, intervals above 0 that cover and agree with probabilities. */
static void a_line_in_the_logarithm(void **state)
{
    (void)state;
    static double x[ROWS * D], y[ROWS], m[5 * ROWS];
    static unsigned char in[ROWS];
    double error[2] = {0}, covered = 0;
    cupel_scratch *scratch = NULL;
    cupel_err err = {0};
    for (int k = 0; k < 2; k++) {
        make_rows(1, x, y);
        cupel_surrogate *s = fit(x, y, k ? CUPEL_TRANSFORM_LOG : CUPEL_TRANSFORM_PLAIN);
        make_rows(2, x, y);
        cupel_prediction out = {m, m + ROWS, m + 2 * ROWS, m + 3 * ROWS, m + 4 * ROWS, in};
        check_ok(cupel_scratch_new(s, &scratch, &err), &err);
        check_ok(cupel_surrogate_predict(s, x, D, ROWS, &(cupel_predict_options){.isa = cupel_isa_best(), .level = 0.9}, scratch, &out, &err), &err);
        cupel_scratch_free(scratch);
        for (size_t i = 0; i < ROWS; i++) {
            double lo, hi;
            error[k] += fabs(out.value[i] / y[i] - 1) / ROWS;
            if (!k) continue;
            covered += (out.lower[i] <= y[i] && y[i] <= out.upper[i]) / (double)ROWS;
            assert_true(out.lower[i] > 0);
            cupel_surrogate_interval(s, out.value[i], out.spread[i], 0.9, &lo, &hi); /* the same interval from value and spread */
            check_close(lo, out.lower[i], 1e-9, 0);
            check_close(hi, out.upper[i], 1e-9, 0);
            check_close(cupel_surrogate_probability(s, out.value[i], out.spread[i], lo, hi), 0.9, 0, 1e-6);
            check_close(cupel_surrogate_probability(s, out.value[i], out.spread[i], -5, INFINITY), 1, 0, 1e-12);
        }
        cupel_surrogate_free(s);
    }
    assert_true(error[1] < 0.2 && error[0] > 0.5);
    check_close(covered, 0.9, 0, 0.08);
}

static void a_class_has_none(void **state)
{
    (void)state;
    static double x[ROWS * D], y[ROWS];
    cupel_surrogate *s = NULL;
    cupel_err err = {0};
    make_rows(1, x, y);
    for (size_t i = 0; i < ROWS; i++) y[i] = y[i] > 1;
    cupel_fit_options o = {.learner = "ridge", .settings = "lambda=0.1", .transform = CUPEL_TRANSFORM_LOG};
    check_fails(cupel_surrogate_fit(x, ROWS, D, y, &o, &(cupel_job){.threads = 1}, &s, &err), CUPEL_USAGE, &err, "class");
    cupel_transform_kind kind;
    check_fails(cupel_transform_parse("square", &kind, &err), CUPEL_USAGE, &err, "yeo-johnson");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_go_there_and_back_and_keep_the_order),
        cmocka_unit_test(what_they_learn_suits_the_numbers),
        cmocka_unit_test(a_line_in_the_logarithm),
        cmocka_unit_test(a_class_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
