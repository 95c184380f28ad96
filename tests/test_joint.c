/* models/learn/joint.c */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/la.h"
#include "models/learn/joint.h"

enum { N = 60, D = 3, P = 4 };

static void rows(uint64_t seed, size_t n, double *z)
{
    for (size_t i = 0; i < n * D; i++) z[i] = 2 * cupel_rng_uniform(seed, 0, i) - 1;
}

static void truth(const double *z, double *y)
{
    y[0] = 3 + 2 * z[0] - z[1] + 0.5 * z[2] * z[0];
    y[1] = 100 * (sin(2 * z[0]) + z[1] * z[1]);
    y[2] = exp(z[2]) * (1 + 0.3 * z[1]);
    y[3] = 7; /* does not vary */
}

static void sample(uint64_t seed, double *z, double *y)
{
    rows(seed, N, z);
    for (size_t i = 0; i < N; i++) truth(z + i * D, y + i * P);
}

static cupel_status fit(const double *z, size_t n, const double *y, cupel_joint **j, cupel_err *err)
{
    return cupel_joint_fit(&(cupel_joint_rows){.n = n, .d = D, .p = P, .z = z, .y = y}, j, err);
}

static void ask(const cupel_joint *j, const double *z, size_t n, void *scratch, double *mean, double *spread)
{
    cupel_joint_predict(j, z, NULL, n, &(cupel_joint_way){CUPEL_ISA_PLAIN, scratch}, mean, spread);
}

static void *scratch_for(const cupel_joint *j)
{
    void *s = cupel_alloc_aligned(1, cupel_joint_scratch_bytes(j));
    assert_non_null(s);
    return s;
}

static void smooth_functions_are_learned(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_joint *j = NULL;
    double z[N * D], y[N * P], q[50 * D], mean[50 * P], spread[50], want[P];
    static const double allowed[P] = {5e-3, 2, 0.05, 1e-9}; /* 60 points of smooth functions of ranges 6, 290, 4 and 0 */
    sample(1, z, y);
    check_ok(fit(z, N, y, &j, &err), &err);
    rows(2, 50, q);
    void *scratch = scratch_for(j);
    ask(j, q, 50, scratch, mean, spread);
    for (size_t i = 0; i < 50; i++) {
        truth(q + i * D, want);
        for (size_t c = 0; c < P; c++) check_close(mean[i * P + c], want[c], 0, allowed[c]);
        assert_true(spread[i] > 0);
    }
    /* far outside it says so */
    const double out[D] = {4, -4, 4};
    double far_spread;
    ask(j, out, 1, scratch, mean, &far_spread);
    for (size_t i = 0; i < 50; i++) assert_true(far_spread > spread[i]);
    cupel_free(scratch);
    cupel_joint_free(j);
}

/* Row by row, in blocks, on other instruction sets. */
static void a_row_does_not_depend_on_the_others(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_joint *j = NULL;
    double z[N * D], y[N * P], q[70 * D], a[70 * P], b[P], spread[70], one;
    sample(3, z, y);
    check_ok(fit(z, N, y, &j, &err), &err);
    rows(4, 70, q);
    void *scratch = scratch_for(j);
    ask(j, q, 70, scratch, a, spread);
    for (size_t i = 0; i < 70; i++) {
        ask(j, q + i * D, 1, scratch, b, &one);
        assert_memory_equal(b, a + i * P, sizeof b);
        assert_true(one == spread[i]);
    }
    cupel_free(scratch);
    cupel_joint_free(j);
}

/* What the closed form says of a left-out row is what a fit without it predicts, lengths and noise kept: on a function that the trend holds exactly,
 * tuning does not depend on one row, so the two agree closely. */
static void left_out_rows_are_predicted_without_themselves(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_joint *j = NULL, *without = NULL;
    double z[N * D], y[N * P], mean[P], spread;
    sample(5, z, y);
    y[7 * P] += 1; /* a wrong value: its own prediction must not see it */
    check_ok(fit(z, N, y, &j, &err), &err);
    double want[P], zs[(N - 1) * D], ys[(N - 1) * P];
    truth(z + 7 * D, want);
    assert_true(fabs(cupel_joint_left_out(j)[7 * P] - want[0]) < 0.5);
    memcpy(zs, z, 7 * D * sizeof *z), memcpy(zs + 7 * D, z + 8 * D, (N - 8) * D * sizeof *z);
    memcpy(ys, y, 7 * P * sizeof *y), memcpy(ys + 7 * P, y + 8 * P, (N - 8) * P * sizeof *y);
    check_ok(fit(zs, N - 1, ys, &without, &err), &err);
    void *scratch = scratch_for(without);
    ask(without, z + 7 * D, 1, scratch, mean, &spread);
    check_close(cupel_joint_left_out(j)[7 * P + 1], mean[1], 0, 3);  /* of 290: the wrong value makes the noise larger */
    check_close(cupel_joint_left_out(j)[7 * P + 2], mean[2], 0, 0.05); /* of 4 */
    cupel_free(scratch);
    cupel_joint_free(without);
    cupel_joint_free(j);
}

/* A law with a jump that no smooth process sees, but the column does. */
static void known_columns_carry_what_they_know(void **state)
{
    (void)state;
    enum { NEW = 200 };
    cupel_err err = {0};
    double z[(N + NEW) * D], h[N + NEW], y[N + NEW], mean[NEW], spread[NEW], miss[2] = {0};
    rows(7, N + NEW, z);
    for (size_t i = 0; i < N + NEW; i++) {
        const double jump = z[i * D] > 0.2 ? 3 : -3;
        h[i] = 1000 + 50 * jump;
        y[i] = jump + sin(2 * z[i * D + 1]);
    }
    for (size_t e = 0; e < 2; e++) {
        cupel_joint *j = NULL;
        check_ok(cupel_joint_fit(&(cupel_joint_rows){.n = N, .d = D, .e = e, .p = 1, .z = z, .h = e ? h : NULL, .y = y}, &j, &err), &err);
        void *scratch = scratch_for(j);
        cupel_joint_predict(j, z + N * D, e ? h + N : NULL, NEW, &(cupel_joint_way){CUPEL_ISA_PLAIN, scratch}, mean, spread);
        for (size_t i = 0; i < NEW; i++) miss[e] = fmax(miss[e], fabs(mean[i] - y[N + i]));
        cupel_free(scratch);
        cupel_joint_free(j);
    }
    assert_true(miss[0] > 1);    /* near the jump */
    assert_true(miss[1] < 0.05); /* 60 points of a sine */
}

/* Behind the rows that the spread is given a left-out row stands where any new row would: its spread is the predicted one. Those before have one row
 * less, which is more spread than with all. */
static void spreads_of_many_rows(void **state)
{
    (void)state;
    enum { MANY = CUPEL_JOINT_SPREAD + 40 };
    cupel_err err = {0};
    cupel_joint *j = NULL;
    double *z = cupel_alloc(MANY * D, sizeof *z), *y = cupel_alloc(MANY, P * sizeof *y), *mean = cupel_alloc(MANY, P * sizeof *mean),
           *spread = cupel_alloc(MANY, sizeof *spread);
    rows(8, MANY, z);
    for (size_t i = 0; i < MANY; i++) {
        truth(z + i * D, y + i * P);
        for (size_t c = 0; c < P; c++) y[i * P + c] += 0.1 * cupel_rng_normal(9, c, i); /* so that no covariance is near singular */
    }
    check_ok(fit(z, MANY, y, &j, &err), &err);
    void *scratch = scratch_for(j);
    ask(j, z, MANY, scratch, mean, spread);
    const double *left_out = cupel_joint_left_out_spread(j);
    for (size_t i = 0; i < MANY; i++)
        if (i < CUPEL_JOINT_SPREAD)
            assert_true(left_out[i] > spread[i]);
        else
            check_close(left_out[i], spread[i], 1e-6, 0);
    cupel_free(z), cupel_free(y), cupel_free(mean), cupel_free(spread), cupel_free(scratch);
    cupel_joint_free(j);
}

static void bad_input_is_refused(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_joint *j = NULL;
    double z[4] = {0, 1, 0.5, NAN}, y[4] = {1, 2, 3, 4};
    cupel_joint_rows r = {.n = 4, .d = 1, .p = 1, .z = z, .y = y};
    check_fails(cupel_joint_fit(&r, &j, &err), CUPEL_BAD_INPUT, &err, "row 3");
    r.n = 1;
    check_fails(cupel_joint_fit(&r, &j, &err), CUPEL_BAD_INPUT, &err, "at least 2");
    r.n = 3, r.d = CUPEL_JOINT_COLUMNS + 1;
    check_fails(cupel_joint_fit(&r, &j, &err), CUPEL_BAD_INPUT, &err, "65 columns");
    r.d = 1, r.e = 1, r.h = z + 1;
    check_fails(cupel_joint_fit(&r, &j, &err), CUPEL_BAD_INPUT, &err, "row 2, known column 0");
    r.e = 0, y[1] = INFINITY;
    check_fails(cupel_joint_fit(&r, &j, &err), CUPEL_BAD_INPUT, &err, "output 0");
    assert_null(j);
}

#ifdef CUPEL_FAULTS
static void out_of_memory_is_clean(void **state)
{
    (void)state;
    double z[N * D], y[N * P];
    sample(1, z, y);
    for (size_t n = 1;; n++) {
        cupel_err err = {0};
        cupel_joint *j = NULL;
        cupel_mem_fail_at(n, false);
        const cupel_status st = fit(z, N, y, &j, &err);
        cupel_mem_fail_at(0, false);
        if (st == CUPEL_OK) {
            cupel_joint_free(j);
            return;
        }
        assert_int_equal(st, CUPEL_NO_RESOURCE);
        assert_null(j);
    }
}
#endif

int main(void)
{
    cupel_la_single_thread();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smooth_functions_are_learned),
        cmocka_unit_test(a_row_does_not_depend_on_the_others),
        cmocka_unit_test(left_out_rows_are_predicted_without_themselves),
        cmocka_unit_test(known_columns_carry_what_they_know),
        cmocka_unit_test(spreads_of_many_rows),
        cmocka_unit_test(bad_input_is_refused),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(out_of_memory_is_clean),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
