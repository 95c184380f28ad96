/* The elastic net: optimality conditions, limits that are known in closed form. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/la.h"
#include "models/learn/elastic_net.h"
#include "models/learn/net_path.h"
#include "models/learn/surrogate.h"

enum { N = 60, D = 8 };

typedef struct sums {
    double gram[D * D], with_y[D];
} sums;

/* Correlated columns, some of them with nothing to say. */
static sums make_sums(uint64_t seed)
{
    sums s = {{0}, {0}};
    double x[N][D], y[N], mean[D + 1] = {0};
    for (size_t i = 0; i < N; i++) {
        double common = cupel_rng_normal(seed, 20, i);
        for (size_t j = 0; j < D; j++) x[i][j] = cupel_rng_normal(seed, j, i) + (j < 4 ? 2 * common : 0);
        y[i] = 2 * x[i][0] - x[i][5] + 0.3 * cupel_rng_normal(seed, 30, i);
        for (size_t j = 0; j < D; j++) mean[j] += x[i][j] / N;
        mean[D] += y[i] / N;
    }
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < D; j++) {
            s.with_y[j] += (x[i][j] - mean[j]) * (y[i] - mean[D]) / N;
            for (size_t k = 0; k < D; k++) s.gram[j * D + k] += (x[i][j] - mean[j]) * (x[i][k] - mean[k]) / N;
        }
    return s;
}

static void solve(const sums *s, double lambda, double share, double *w)
{
    cupel_err err = {0};
    check_ok(cupel_net_solve(&(cupel_net){D, s->gram, s->with_y}, lambda, share, w, &err), &err);
}

static double norm1(const double *w)
{
    double sum = 0;
    for (size_t j = 0; j < D; j++) sum += fabs(w[j]);
    return sum;
}

/* The slope of the smooth part is within the penalty where a coefficient is 0, and equal to it where it is not. */
static void the_conditions_hold_along_the_path(void **state)
{
    (void)state;
    static const double shares[] = {0, 0.1, 0.5, 1};
    for (uint64_t seed = 1; seed <= 3; seed++) {
        sums s = make_sums(seed);
        for (int k = 0; k < 4; k++) {
            double before = INFINITY;
            for (double lambda = 1e-6; lambda < 10; lambda *= 7) {
                double w[D];
                solve(&s, lambda, shares[k], w);
                assert_true(cupel_net_violation(&(cupel_net){D, s.gram, s.with_y}, lambda, shares[k], w) < 1e-6);
                assert_true(norm1(w) <= before + 1e-6 * before); /* the penalty works */
                before = norm1(w) + 1e-9;
            }
        }
    }
}

/* Orthogonal columns: every slope by itself, cut softly. */
static void orthogonal_columns_are_cut_softly(void **state)
{
    (void)state;
    sums s = {{0}, {0}};
    for (size_t j = 0; j < D; j++) s.gram[j * D + j] = 1 + (double)j, s.with_y[j] = cupel_rng_normal(9, 1, j);
    double w[D];
    solve(&s, 0.5, 0.6, w);
    for (size_t j = 0; j < D; j++) {
        double c = s.with_y[j], z = fabs(c) > 0.3 ? c - copysign(0.3, c) : 0;
        check_close(w[j], z / (s.gram[j * D + j] + 0.2), 0, 1e-9);
    }
}

static void a_large_penalty_leaves_nothing_and_just_below_one(void **state)
{
    (void)state;
    sums s = make_sums(4);
    double top = 0, w[D];
    size_t left = 0;
    for (size_t j = 0; j < D; j++) top = fmax(top, fabs(s.with_y[j]));
    solve(&s, top * 1.0001, 1, w);
    assert_true(norm1(w) == 0);
    solve(&s, top * 0.999, 1, w);
    for (size_t j = 0; j < D; j++) left += fabs(w[j]) > 0;
    assert_int_equal(left, 1);
}

/* Without absolute slopes it is ridge regression: (G + lambda I) w = c. */
static void without_the_lasso_it_is_ridge_regression(void **state)
{
    (void)state;
    sums s = make_sums(5), a = s;
    double w[D], want[D];
    cupel_err err = {0};
    solve(&s, 0.05, 0, w);
    memcpy(want, s.with_y, sizeof want);
    for (size_t j = 0; j < D; j++) a.gram[j * D + j] += 0.05;
    check_ok(cupel_la_cholesky((cupel_matrix){a.gram, D, D, D}, &err), &err);
    check_ok(cupel_la_cholesky_solve((cupel_matrix_in){a.gram, D, D, D}, (cupel_matrix){want, D, 1, 1}, &err), &err);
    for (size_t j = 0; j < D; j++) check_close(w[j], want[j], 0, 1e-6);
}

/* A target that one of thirty columns makes: the learner finds a penalty at which it predicts as well as the noise lets it. */
static void the_learner_tunes_its_penalty(void **state)
{
    (void)state;
    enum { ROWS = 80, COLUMNS = 30 };
    static double x[ROWS * COLUMNS], y[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < COLUMNS; j++) x[i * COLUMNS + j] = cupel_rng_normal(6, j, i);
        y[i] = 5 + 3 * x[i * COLUMNS + 7] + 0.1 * cupel_rng_normal(6, 99, i);
    }
    cupel_surrogate *s = NULL;
    cupel_err err = {0};
    cupel_fit_options o = {.learner = "elastic_net", .settings = "l1=1", .seed = 1};
    check_ok(cupel_surrogate_fit(x, ROWS, COLUMNS, y, &o, &(cupel_job){.threads = 1, .isa = cupel_isa_best()}, &s, &err), &err);
    cupel_oof f = cupel_surrogate_oof(s);
    double error = 0;
    for (size_t i = 0; i < ROWS; i++) error += fabs(f.value[i] - y[i]) / ROWS;
    assert_true(error < 0.12); /* 0.08 is the noise's own mean */
    cupel_surrogate_free(s);
}

/* Of orthogonal columns each enters when the penalty is what it has to say, |c| / share, and its slope is that less the penalty. */
static void columns_enter_where_they_should(void **state)
{
    (void)state;
    static const double shares[] = {1, 0.4};
    sums s = {{0}, {0}};
    cupel_err err = {0};
    for (size_t j = 0; j < D; j++) s.gram[j * D + j] = 1, s.with_y[j] = j == 3 ? 0 : cupel_rng_normal(9, 1, j);
    for (size_t k = 0; k < 2; k++) {
        const double share = shares[k], lambda = 0.2;
        cupel_net_path p = {0};
        check_ok(cupel_net_path_walk(&(cupel_net){D, s.gram, s.with_y}, lambda, share, &p, &err), &err);
        assert_true(p.lambda[p.chosen] == lambda);
        for (size_t i = 0; i < p.steps; i++) {
            size_t used = 0;
            for (size_t j = 0; j < D; j++) used += fabs(s.with_y[j]) > p.lambda[i] * share * (1 + 1e-9);
            assert_true(p.used[i] == (double)used);
            assert_true(!i || p.lambda[i] < p.lambda[i - 1]);
        }
        assert_true(p.used[0] == 0 && p.lambda[p.steps - 1] < 1.001e-2 * p.lambda[0]);
        for (size_t j = 0; j < D; j++) {
            const double c = s.with_y[j], z = fabs(c) > lambda * share ? c - copysign(lambda * share, c) : 0;
            check_close(p.enters[j], fabs(c) / share, 1e-6, 1e-12);
            check_close(p.slope[j], z / (1 + lambda * (1 - share)), 0, 1e-7);
        }
        cupel_net_path_release(&p);
    }
    cupel_net_path none = {0};
    check_ok(cupel_net_path_walk(&(cupel_net){D, s.gram, s.with_y}, 0.1, 0, &none, &err), &err); /* ridge regression: all from the beginning */
    assert_int_equal(none.steps, 0);
}

/* The errors along it are those of the folds: at the model's own penalty those of its values out of fold. Any number of threads gives them. */
static void the_errors_are_those_out_of_fold(void **state)
{
    (void)state;
    enum { ROWS = 60, COLUMNS = 9 };
    static double x[ROWS * COLUMNS], y[ROWS];
    double mean = 0, square = 0, error = 0;
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < COLUMNS; j++) x[i * COLUMNS + j] = cupel_rng_normal(6, j, i);
        y[i] = 5 + 3 * x[i * COLUMNS + 7] - x[i * COLUMNS + 2] + 0.5 * cupel_rng_normal(6, 99, i);
        mean += y[i] / ROWS;
    }
    for (size_t i = 0; i < ROWS; i++) square += (y[i] - mean) * (y[i] - mean) / ROWS;
    double first = 0;
    for (size_t threads = 1; threads <= 3; threads += 2) {
        cupel_surrogate *s = NULL;
        cupel_err err = {0};
        cupel_fit_options o = {.learner = "elastic_net", .settings = "l1=0.7,lambda=0.05", .seed = 1};
        check_ok(cupel_surrogate_fit(x, ROWS, COLUMNS, y, &o, &(cupel_job){.threads = threads, .isa = cupel_isa_best()}, &s, &err), &err);
        const cupel_oof f = cupel_surrogate_oof(s);
        const cupel_net_path *p = cupel_surrogate_path(s);
        assert_non_null(p);
        error = 0;
        for (size_t i = 0; i < ROWS; i++) error += (f.value[i] - y[i]) * (f.value[i] - y[i]) / ROWS;
        check_close(p->error[p->chosen], sqrt(error / square), 1e-4, 0);
        assert_true(p->error[0] > 0.95 && p->error[0] > 3 * p->error[p->chosen]);
        assert_true(p->enters[7] > p->enters[2] && p->enters[2] > p->enters[0]);
        assert_true(threads == 1 || p->error[p->steps / 2] == first);
        first = p->error[p->steps / 2];
        cupel_surrogate_free(s);
    }
}

int main(void)
{
    cupel_la_single_thread();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_conditions_hold_along_the_path),  cmocka_unit_test(orthogonal_columns_are_cut_softly),
        cmocka_unit_test(a_large_penalty_leaves_nothing_and_just_below_one), cmocka_unit_test(without_the_lasso_it_is_ridge_regression),
        cmocka_unit_test(the_learner_tunes_its_penalty),       cmocka_unit_test(columns_enter_where_they_should),
        cmocka_unit_test(the_errors_are_those_out_of_fold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
