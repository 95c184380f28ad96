/* What of a model is a sum over trees: the sum that follows a median, and the steps of a hurdle. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "models/learn/exact.h"

enum { N = 300, D = 4 };
static double x[N][D], y[N], value[N], part[N];

static cupel_surrogate *fit(const char *learner, const char *settings, bool zeros)
{
    cupel_surrogate *s = NULL;
    cupel_err err = {0};
    const cupel_fit_options o = {.learner = learner, .settings = settings, .task = CUPEL_TASK_REGRESSION, .seed = 3};
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < D; j++) x[i][j] = cupel_rng_normal(5, j, i);
        y[i] = zeros && x[i][3] < 0 ? 0 : 6 + x[i][0] + x[i][1] * x[i][2] + 0.1 * cupel_rng_normal(5, 9, i);
    }
    check_ok(cupel_surrogate_fit(&x[0][0], N, D, y, &o, &(cupel_job){.threads = 2, .isa = cupel_isa_best()}, &s, &err), &err);
    return s;
}

static void predict(const cupel_surrogate *s)
{
    static double unused[4][N];
    static unsigned char in[N];
    cupel_err err = {0};
    cupel_scratch *scratch;
    cupel_prediction out = {value, unused[0], unused[1], unused[2], unused[3], in};
    check_ok(cupel_scratch_new(s, &scratch, &err), &err);
    check_ok(cupel_surrogate_predict(s, &x[0][0], D, N, &(cupel_predict_options){.isa = cupel_isa_best(), .level = 0.9}, scratch, &out, &err), &err);
    cupel_scratch_free(scratch);
}

/* Least squares: the sum has the mean of the predictions, and misses the share of their variance that it says. */
static void a_median_is_followed(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_surrogate *s = fit("extra_trees", "trees=40,columns=1,leaf=3,median=1", false);
    static cupel_exact e;
    double mean = 0, said = 0, left = 0, all = 0;
    predict(s);
    cupel_exact_of(s, &e);
    assert_true(e.share == 0 && cupel_exact_steps(&e, (cupel_exact[CUPEL_EXACT_STEPS]){{.share = 0}}) == 0);
    check_ok(cupel_exact_follow(&e, &x[0][0], D, N, value, cupel_isa_best(), &err), &err);
    assert_true(e.follows > 0.9 && e.follows < 1);
    const cupel_query rows = {.x = &x[0][0], .ld = D, .n = N, .isa = cupel_isa_best()};
    check_ok(cupel_exact_predict(&e, &rows, part, &err), &err);
    for (size_t i = 0; i < N; i++) mean += value[i] / N, said += part[i] / N;
    for (size_t i = 0; i < N; i++) left += (value[i] - part[i]) * (value[i] - part[i]), all += (value[i] - mean) * (value[i] - mean);
    check_close(said, mean, 1e-9, 1e-9);
    check_close(1 - left / all, e.follows, 1e-9, 0);
    cupel_surrogate_free(s);
}

/* Sums are left as they are: the mean of a forest is one. */
static void a_sum_needs_none(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_surrogate *s = fit("extra_trees", "trees=20,columns=1,leaf=3,median=0", false);
    static cupel_exact e;
    predict(s);
    cupel_exact_of(s, &e);
    check_ok(cupel_exact_follow(&e, &x[0][0], D, N, value, cupel_isa_best(), &err), &err);
    assert_true(e.share == 1 && e.follows == 0);
    const cupel_query rows = {.x = &x[0][0], .ld = D, .n = N, .isa = cupel_isa_best()};
    check_ok(cupel_exact_predict(&e, &rows, part, &err), &err);
    for (size_t i = 0; i < N; i++) check_close(part[i], value[i], 1e-9, 1e-9);
    cupel_surrogate_free(s);
}

static double mean_where(bool zero)
{
    double sum = 0, n = 0;
    for (size_t i = 0; i < N; i++)
        if ((x[i][3] < 0) == zero) sum += part[i], n++;
    return sum / n;
}

/* Votes and log odds part the rows at 0 from the others, and the size where it is not 0 is that of the others. */
static void a_hurdle_asks_two_questions(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_surrogate *s = fit("hurdle", "trees=40,rate=0.1,leaves=6,seeds=1,forest=30", true);
    static cupel_exact e, step[CUPEL_EXACT_STEPS];
    const cupel_query rows = {.x = &x[0][0], .ld = D, .n = N, .isa = cupel_isa_best()};
    cupel_exact_of(s, &e);
    assert_int_equal(cupel_exact_steps(&e, step), 4);
    for (int k = 0; k < 4; k++) {
        check_ok(cupel_exact_predict(&step[k], &rows, part, &err), &err);
        const double at = mean_where(true), other = mean_where(false);
        assert_true(step[k].share == 1 && step[k].shared == 0);
        if (step[k].scale == CUPEL_EXACT_GATE_ODDS) assert_true(at < -1 && other > 1);
        else if (step[k].scale == CUPEL_EXACT_GATE_VOTES) assert_true(at >= 0 && at < 0.2 && other > 0.8 && other <= 1);
        else if (step[k].scale == CUPEL_EXACT_OTHERS) assert_true(fabs(other - 6) < 0.3);
        else assert_true(step[k].scale == CUPEL_EXACT_OTHERS_LOG && other > 0.5 && other < 1);
    }
    cupel_surrogate_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_median_is_followed),
        cmocka_unit_test(a_sum_needs_none),
        cmocka_unit_test(a_hurdle_asks_two_questions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
