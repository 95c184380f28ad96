/* A hurdle: rows at one exact value are told from the others, answers are medians of the mixture, tables without such rows are learned too. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "models/learn/surrogate.h"

#include <stdio.h>
#include <unistd.h>

enum { N = 600, D = 4 };

/* Below 0 along the first column (but for a share of `noise` of the rows) the target is `at`; above it is at + side (1 + x1^2) and some scatter. */
static void make_rows(uint64_t seed, double at, double side, double noise, double *x, double *y)
{
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < D; j++) x[i * D + j] = cupel_rng_normal(seed, j, i);
        double size = (1 + x[i * D + 1] * x[i * D + 1]) * exp(0.1 * cupel_rng_normal(seed, 9, i));
        bool is = (x[i * D] > 0) != (cupel_rng_uniform(seed, 10, i) < noise);
        y[i] = is ? at + side * size : at;
    }
}

static cupel_surrogate *fit(const double *x, const double *y, const char *learner, const char *settings)
{
    cupel_surrogate *s = NULL;
    cupel_err err = {0};
    cupel_fit_options o = {.learner = learner, .settings = settings, .task = CUPEL_TASK_REGRESSION, .seed = 1};
    check_ok(cupel_surrogate_fit(x, N, D, y, &o, &(cupel_job){.threads = 2, .isa = cupel_isa_best()}, &s, &err), &err);
    return s;
}

static const char small[] = "trees=60,rate=0.1,leaves=8,seeds=1,forest=60";

static double error_of(const cupel_surrogate *s, const double *y)
{
    cupel_oof f = cupel_surrogate_oof(s);
    double error = 0;
    for (size_t i = 0; i < N; i++) error += fabs(f.value[i] - y[i]) / N;
    return error;
}

/* Exactly the shared value, whatever it is and on whichever side the others lie. */
static void rows_below_the_hurdle_are_exact(void **state)
{
    (void)state;
    static double x[N * D], y[N];
    static const double at[] = {0, 3.7, 0, -1}, side[] = {1, 1, -1, -1};
    for (int k = 0; k < 4; k++) {
        make_rows(1, at[k], side[k], 0, x, y);
        cupel_surrogate *s = fit(x, y, "hurdle", small);
        cupel_oof f = cupel_surrogate_oof(s);
        size_t exact = 0, below = 0, covered = 0;
        for (size_t i = 0; i < N; i++) {
            covered += f.lower[i] <= y[i] && y[i] <= f.upper[i];
            if (x[i * D] > -0.2) continue; /* clearly below */
            below++;
            exact += fabs(f.value[i] - at[k]) < 1e-9;
        }
        assert_true((double)exact > 0.97 * (double)below);
        print_message("at %g, side %g: covered %.3f\n", at[k], side[k], (double)covered / N);
        check_close((double)covered / N, 0.9, 0, 0.02);
        for (size_t i = 0; i < N; i++) assert_true(side[k] * (f.value[i] - at[k]) > -1e-9); /* never on the wrong side */
        for (size_t i = 0; at[k] == 0 && i < N; i++) /* nor by a rounding, where that is 0 */
            assert_true(side[k] > 0 ? f.lower[i] >= 0 : f.upper[i] <= 0);
        cupel_surrogate_free(s);
    }
}

static void predict(const cupel_surrogate *s, const double *x, double level, double *m)
{
    cupel_scratch *scratch = NULL;
    cupel_err err = {0};
    static unsigned char in[N];
    cupel_prediction out = {m, m + N, m + 2 * N, m + 3 * N, m + 4 * N, in};
    check_ok(cupel_scratch_new(s, &scratch, &err), &err);
    check_ok(cupel_surrogate_predict(s, x, D, N, &(cupel_predict_options){.isa = cupel_isa_best(), .level = level}, scratch, &out, &err), &err);
    cupel_scratch_free(scratch);
}

/* Rows that were not trained on, where one in six lies on the wrong side; a zero is a point, which an interval holds or not. The file
 * keeps it all. */
static void intervals_hold_on_new_rows_and_from_a_file(void **state)
{
    (void)state;
    static double x[N * D], y[N], m[5 * N], again[5 * N];
    static const double level[] = {0.8, 0.9, 0.95};
    char path[64];
    snprintf(path, sizeof path, "/tmp/cupel-hurdle-%ld.h5", (long)getpid());
    cupel_writer *w = NULL;
    cupel_reader *r = NULL;
    cupel_err err = {0};
    cupel_surrogate *loaded = NULL;
    make_rows(21, 0, 1, 0.15, x, y);
    cupel_surrogate *s = fit(x, y, "hurdle", small);
    assert_true(cupel_surrogate_mixed(s));
    check_ok(cupel_writer_open(path, "model", 1, 1, &w, &err), &err);
    check_ok(cupel_surrogate_save(s, w, &err), &err);
    check_ok(cupel_writer_commit(&w, &err), &err);
    check_ok(cupel_reader_open(path, "model", 1, &r, &err), &err);
    check_ok(cupel_surrogate_load(r, &loaded, &err), &err);
    cupel_reader_free(r);
    remove(path);
    make_rows(22, 0, 1, 0.15, x, y);
    for (int k = 0; k < 3; k++) {
        double held = 0;
        predict(s, x, level[k], m);
        predict(loaded, x, level[k], again);
        assert_memory_equal(m, again, sizeof m);
        for (size_t i = 0; i < N; i++) {
            held += m[2 * N + i] <= y[i] && y[i] <= m[3 * N + i];
            assert_true(m[2 * N + i] <= m[i] && m[i] <= m[3 * N + i]); /* the value lies in its interval */
        }
        print_message("level %g: %.3f held\n", level[k], held / N);
        check_close(held / N, level[k], 0, 0.05); /* three standard deviations of 600 rows */
    }
    cupel_surrogate_free(s);
    cupel_surrogate_free(loaded);
}

/* Where one row in five is on the wrong side of the hurdle the mean of the mixture is far from its median. */
static void the_median_beats_plain_boosting(void **state)
{
    (void)state;
    static double x[N * D], y[N];
    make_rows(2, 0, 1, 0.2, x, y);
    cupel_surrogate *hurdle = fit(x, y, "hurdle", small), *plain = fit(x, y, "boosted_trees",
            "trees=60,rate=0.1,leaves=8,columns=0.6,huber=0,seeds=1");
    print_message("mean error: hurdle %.3f, boosted trees %.3f\n", error_of(hurdle, y), error_of(plain, y));
    assert_true(error_of(hurdle, y) < 0.85 * error_of(plain, y));
    cupel_surrogate_free(hurdle);
    cupel_surrogate_free(plain);
}

/* Others on both sides of the shared value, and no shared value at all. */
static void it_does_without(void **state)
{
    (void)state;
    static double x[N * D], y[N];
    for (int both = 0; both < 2; both++) {
        make_rows(3, 0, 1, 0, x, y);
        for (size_t i = 0; i < N; i++) {
            if (both && x[i * D + 2] > 0) y[i] = -y[i];
            if (!both) y[i] = x[i * D] + x[i * D + 1] * x[i * D + 1] + 0.01 * cupel_rng_normal(4, 1, i);
        }
        cupel_surrogate *s = fit(x, y, "hurdle", small);
        double size = 0, mean = 0;
        for (size_t i = 0; i < N; i++) mean += y[i] / N;
        for (size_t i = 0; i < N; i++) size += fabs(y[i] - mean) / N;
        print_message("%s: mean error %.3f of %.3f\n", both ? "both sides" : "no shared value", error_of(s, y), size);
        assert_true(error_of(s, y) < 0.4 * size);
        cupel_surrogate_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_below_the_hurdle_are_exact),
        cmocka_unit_test(intervals_hold_on_new_rows_and_from_a_file),
        cmocka_unit_test(the_median_beats_plain_boosting),
        cmocka_unit_test(it_does_without),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
