/* Quantiles of predictions: they never cross, rows that no fit has seen lie below them as often as they say, and they come back with the model's
 * file. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/engine/predict.h"
#include "models/learn/surrogate.h"

#include <stdlib.h>
#include <unistd.h>

enum { N = 400, FRESH = 1000, D = 3, N_TAU = 5 };
static const double tau[N_TAU] = {0.05, 0.25, 0.5, 0.75, 0.95};

/* Scatter that is wide and skewed where the first column is large; `zeros`: the target is 0 below -0.3. */
static void make_rows(uint64_t seed, size_t n, bool zeros, double *x, double *y)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < D; j++) x[i * D + j] = cupel_rng_normal(seed, j, i);
        const double wide = x[i * D] > 0 ? 1 : 0.2, drawn = cupel_rng_normal(seed, 9, i);
        y[i] = zeros && x[i * D] + 0.3 * cupel_rng_normal(seed, 10, i) < -0.3 ? 0 : 5 + x[i * D + 1] + wide * (drawn * drawn - 1);
    }
}

typedef struct model {
    cupel_surrogate *s;
    cupel_scratch *scratch;
    cupel_spiked *mixture;
    double number[5][FRESH];
    unsigned char in_domain[FRESH];
} model;

static void predict(model *m, const double *x)
{
    cupel_err err = {0};
    cupel_prediction out = {m->number[0], m->number[1], m->number[2], m->number[3], m->number[4], m->in_domain};
    m->mixture = cupel_spiked_none(FRESH);
    assert_non_null(m->mixture);
    const cupel_predict_options o = {.isa = cupel_isa_best(), .level = 0.9, .mixture = m->mixture};
    check_ok(cupel_scratch_new(m->s, &m->scratch, &err), &err);
    check_ok(cupel_surrogate_predict(m->s, x, D, FRESH, &o, m->scratch, &out, &err), &err);
}

static double quantile(const model *m, size_t i, double share)
{
    return cupel_surrogate_quantile(m->s, &m->mixture[i], m->number[0][i], m->number[1][i], share);
}

static void release(model *m)
{
    cupel_scratch_free(m->scratch);
    cupel_free(m->mixture);
    cupel_surrogate_free(m->s);
    *m = (model){0};
}

static void comes_back(const model *m, const double *x)
{
    static model back;
    cupel_err err = {0};
    cupel_writer *w = NULL;
    cupel_reader *r = NULL;
    char path[] = "/tmp/cupel-quantiles-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    check_ok(cupel_writer_open(path, "test", 1, 0, &w, &err), &err);
    check_ok(cupel_surrogate_save(m->s, w, &err), &err);
    check_ok(cupel_writer_commit(&w, &err), &err);
    check_ok(cupel_reader_open(path, "test", 1, &r, &err), &err);
    check_ok(cupel_surrogate_load(r, &back.s, &err), &err);
    cupel_reader_free(r);
    predict(&back, x);
    for (size_t i = 0; i < FRESH; i += 50)
        for (size_t k = 0; k < N_TAU; k++) {
            const double before = quantile(m, i, tau[k]), after = quantile(&back, i, tau[k]);
            assert_memory_equal(&before, &after, sizeof before);
        }
    release(&back);
    unlink(path);
}

/* Shares of fresh truths below and at or below each quantile hold tau between them, within 5 standard deviations of what N and FRESH rows allow. */
static void hold(const char *learner, const char *settings, bool zeros)
{
    static double x[FRESH * D], y[FRESH], fresh[FRESH * D], truth[FRESH];
    static model m;
    cupel_err err = {0};
    const cupel_fit_options o = {.learner = learner, .settings = settings, .task = CUPEL_TASK_REGRESSION, .seed = 3};
    make_rows(1, N, zeros, x, y);
    make_rows(2, FRESH, zeros, fresh, truth);
    check_ok(cupel_surrogate_fit(x, N, D, y, &o, &(cupel_job){.threads = 2, .isa = cupel_isa_best()}, &m.s, &err), &err);
    predict(&m, fresh);
    for (size_t k = 0; k < N_TAU; k++) {
        size_t below = 0, at_most = 0;
        for (size_t i = 0; i < FRESH; i++) {
            const double q = quantile(&m, i, tau[k]);
            assert_true(!k || q >= quantile(&m, i, tau[k - 1]));
            below += truth[i] < q - 1e-9;
            at_most += truth[i] <= q + 1e-9;
        }
        const double allowed = 5 * sqrt(tau[k] * (1 - tau[k]) * (1.0 / N + 1.0 / FRESH));
        print_message("%-14s quantile %.2f: %.3f below, %.3f at or below\n", learner, tau[k], (double)below / FRESH, (double)at_most / FRESH);
        assert_true((double)below / FRESH <= tau[k] + allowed && (double)at_most / FRESH >= tau[k] - allowed);
    }
    comes_back(&m, fresh);
    release(&m);
}

static void truths_lie_below_as_often_as_said(void **state)
{
    (void)state;
    hold("ridge", "lambda=1", false);
    hold("extra_trees", "trees=60,columns=1,leaf=5,median=1", false);
    hold("boosted_trees", "trees=60,rate=0.1,leaves=6,columns=1,huber=0,seeds=1,quantile=0.5", false);
}

static void a_shared_value_is_a_step(void **state)
{
    (void)state;
    hold("hurdle", "trees=40,rate=0.1,leaves=6,seeds=1,forest=40", true);
}

/* Of a hurdle: what is said of a window is what its quantiles say, fresh rows are as often in it, and it tells them apart better than value and
 * spread. */
static void a_window_of_a_mixture_is_met_as_often_as_said(void **state)
{
    (void)state;
    static double x[N * D], y[N], fresh[FRESH * D], truth[FRESH];
    static model m;
    cupel_err err = {0};
    const cupel_fit_options o = {.learner = "hurdle", .settings = "trees=40,rate=0.1,leaves=6,seeds=1,forest=40", .task = CUPEL_TASK_REGRESSION,
                                 .seed = 3};
    double said = 0, met = 0, off = 0, off_by_spread = 0;
    make_rows(1, N, true, x, y);
    make_rows(2, FRESH, true, fresh, truth);
    check_ok(cupel_surrogate_fit(x, N, D, y, &o, &(cupel_job){.threads = 2, .isa = cupel_isa_best()}, &m.s, &err), &err);
    predict(&m, fresh);
    for (size_t i = 0; i < FRESH; i++) {
        const cupel_spiked *mixture = &m.mixture[i];
        const double p = cupel_surrogate_spiked_probability(m.s, mixture, 0.1, INFINITY), is = truth[i] >= 0.1;
        const double by_spread = cupel_surrogate_probability(m.s, m.number[0][i], m.number[1][i], 0.1, INFINITY);
        assert_true(p >= 0 && p <= 1);
        said += p / FRESH, met += is / FRESH;
        off += (p - is) * (p - is) / FRESH, off_by_spread += (by_spread - is) * (by_spread - is) / FRESH;
        check_close(cupel_surrogate_spiked_probability(m.s, mixture, -INFINITY, 0.1) + p, 1, 1e-9, 0); /* no row lies at 0.1 */
        check_close(cupel_surrogate_spiked_probability(m.s, mixture, -INFINITY, INFINITY), 1, 1e-12, 0);
        assert_true(cupel_surrogate_spiked_probability(m.s, mixture, 2, 1) == 0);
        for (size_t k = 0; k < N_TAU; k++) {
            const double q = quantile(&m, i, tau[k]);
            assert_true(cupel_surrogate_spiked_probability(m.s, mixture, -INFINITY, q + 1e-9) >= tau[k] - 1e-6);
            assert_true(cupel_surrogate_spiked_probability(m.s, mixture, q - 1e-9, INFINITY) >= 1 - tau[k] - 1e-6);
        }
    }
    print_message("at least 0.1: %.3f said, %.3f met; mean square off %.4f, by value and spread %.4f\n", said, met, off, off_by_spread);
    assert_true(fabs(said - met) < 5 * sqrt(0.25 * (1.0 / N + 1.0 / FRESH)));
    assert_true(off < off_by_spread);
    release(&m);
}

/* Rows that repeat few points, of which every other always has the same target: leaves know one number of it. With `zeros` a third of the points are
 * at 0 mostly. */
static void make_repeated(uint64_t seed, size_t n, bool zeros, double *x, double *y)
{
    enum { POINTS = 60 };
    for (size_t i = 0; i < n; i++) {
        const size_t point = (size_t)(POINTS * cupel_rng_uniform(seed, 11, i));
        double rest = 4;
        for (size_t j = 0; j < D; j++) rest += 0.5 * fabs(x[i * D + j] = cupel_rng_normal(77, j, point));
        y[i] = rest + (point % 2 ? cupel_rng_normal(seed, 9, i) : 0);
        if (zeros && point % 3 == 0 && cupel_rng_uniform(seed, 10, i) < 0.8) y[i] = 0;
    }
}

/* No interval of a number is a point, it holds fresh truths at least as often as it says, within 5 standard deviations, and where it is no mixture
 * the quantiles are its ends. */
static void repeated(const char *learner, const char *settings, bool zeros)
{
    static double x[N * D], y[N], fresh[FRESH * D], truth[FRESH];
    static model m;
    cupel_err err = {0};
    const cupel_fit_options o = {.learner = learner, .settings = settings, .task = CUPEL_TASK_REGRESSION, .seed = 3};
    const size_t n = N / 2;
    size_t held = 0, steps = 0;
    make_repeated(1, n, zeros, x, y);
    make_repeated(2, FRESH, zeros, fresh, truth);
    check_ok(cupel_surrogate_fit(x, n, D, y, &o, &(cupel_job){.threads = 2, .isa = cupel_isa_best()}, &m.s, &err), &err);
    predict(&m, fresh);
    assert_int_equal(cupel_surrogate_mixed(m.s), zeros);
    for (size_t i = 0; i < FRESH; i++) {
        const double value = m.number[0][i], lower = m.number[2][i], upper = m.number[3][i];
        held += lower <= truth[i] && truth[i] <= upper;
        assert_true(lower <= value && value <= upper);
        if (!zeros) {
            check_close(quantile(&m, i, 0.05), lower, 1e-9, 1e-9);
            check_close(quantile(&m, i, 0.95), upper, 1e-9, 1e-9);
        }
        if (zeros && !(value > 0)) continue;
        assert_true(upper - lower > 1e-3);
        steps += quantile(&m, i, 0.95) - quantile(&m, i, 0.75) > 1e-3;
        assert_true(quantile(&m, i, 0.99) > quantile(&m, i, 0.6));
    }
    print_message("%-14s repeated rows: %.3f held\n", learner, (double)held / FRESH);
    assert_true((double)held / FRESH > 0.9 - 5 * sqrt(0.09 * (1.0 / (double)n + 1.0 / FRESH)));
    assert_true(steps > FRESH / 3);
    comes_back(&m, fresh);
    release(&m);
}

static void leaves_of_equal_numbers_are_no_certainty(void **state)
{
    (void)state;
    repeated("extra_trees", "trees=40,columns=1,leaf=1,median=1", false);
    repeated("random_forest", "trees=40,columns=1,leaf=1,median=1", false);
    repeated("hurdle", "trees=40,rate=0.1,leaves=6,seeds=1,forest=20", true);
}

static void lists_are_read(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "0", "1", "0.5,", ",0.5", "0.5,0.5", "0.9,0.1", "0.1;0.9", "nan", "0.1,,0.9", "0.5x"};
    cupel_quantiles q;
    cupel_err err = {0};
    check_ok(cupel_quantiles_parse(NULL, &q, &err), &err);
    assert_int_equal(q.n, 0);
    check_ok(cupel_quantiles_parse("0.1, 0.5,0.95", &q, &err), &err);
    assert_int_equal(q.n, 3);
    assert_true(fabs(q.tau[2] - 0.95) < 1e-15);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_int_equal(cupel_quantiles_parse(bad[i], &q, &err), CUPEL_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truths_lie_below_as_often_as_said),
        cmocka_unit_test(a_shared_value_is_a_step),
        cmocka_unit_test(a_window_of_a_mixture_is_met_as_often_as_said),
        cmocka_unit_test(leaves_of_equal_numbers_are_no_certainty),
        cmocka_unit_test(lists_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
