/* The solver of support vector machines: optimality conditions, libsvm's solution, the same bits for every instruction set and number of threads. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/la.h"
#include "models/learn/gram.h"
#include "models/learn/smo.h"

#include <libsvm/svm.h>

enum { D = 5 };

typedef struct rows {
    size_t n;
    double *x, *y, *low, *high, *beta;
    cupel_job job;
    cupel_problem p;
} rows;

static rows make_rows(size_t n, uint64_t seed, double c, bool classes)
{
    rows r = {.n = n, .x = cupel_alloc(n * D, sizeof(double)), .y = cupel_alloc(4 * n, sizeof(double)), .job = {.threads = 1}};
    assert_true(r.x && r.y);
    r.low = r.y + n, r.high = r.y + 2 * n, r.beta = r.y + 3 * n;
    for (size_t i = 0; i < n; i++) {
        double *x = r.x + i * D;
        for (size_t j = 0; j < D; j++) x[j] = cupel_rng_normal(seed, j, i);
        r.y[i] = sin(x[0]) + x[1] * x[2] / 2 + 0.2 * cupel_rng_normal(seed, 9, i);
        if (classes) r.y[i] = r.y[i] > 0 ? 1 : -1;
        r.low[i] = classes && r.y[i] > 0 ? 0 : -c;
        r.high[i] = classes && r.y[i] < 0 ? 0 : c;
    }
    return r;
}

static cupel_problem problem_of(const rows *r, const cupel_job *job) { return (cupel_problem){.n = r->n, .d = D, .x = r->x, .y = r->y, .job = job}; }

static void free_rows(rows *r)
{
    cupel_free(r->x);
    cupel_free(r->y);
}

static cupel_smo_matrix matrix_of(const rows *r, cupel_kernel kernel, size_t threads, cupel_isa isa)
{
    cupel_smo_matrix m = {0};
    cupel_err err = {0};
    cupel_job job = {.threads = threads, .isa = isa};
    cupel_problem p = problem_of(r, &job);
    check_ok(cupel_smo_matrix_make(&p, kernel, 0.1, &m, &err), &err);
    return m;
}

static cupel_smo_result solve(rows *r, const cupel_smo_matrix *m, double tube, double tolerance, cupel_isa isa)
{
    cupel_smo_result result;
    cupel_err err = {0};
    check_ok(cupel_smo_solve(&(cupel_smo_task){.matrix = m, .target = r->y, .low = r->low, .high = r->high, .tube = tube, .tolerance = tolerance,
            .isa = isa},
                             r->beta, &result, &err), &err);
    return result;
}

static void the_matrix_is_that_of_the_kernel(void **state)
{
    (void)state;
    rows r = make_rows(1100, 1, 1, false); /* more than two tiles, no multiple of the padding */
    for (int kernel = CUPEL_KERNEL_RBF; kernel <= CUPEL_KERNEL_MATERN52; kernel++) {
        cupel_smo_matrix first = {0};
        double *want = NULL;
        cupel_err err = {0};
        cupel_problem p = problem_of(&r, &r.job);
        check_ok(cupel_gram_matrix(&p, (cupel_kernel)kernel, 0.1, &want, &err), &err);
        for (cupel_isa isa = CUPEL_ISA_PLAIN; isa <= cupel_isa_best(); isa++) {
            cupel_smo_matrix m = matrix_of(&r, (cupel_kernel)kernel, 1 + (size_t)isa, isa);
            for (size_t i = 0; i < r.n; i++) {
                for (size_t j = 0; j < r.n; j++) {
                    check_close((double)m.value[i * m.ld + j], want[i * r.n + j], 0, 2e-6);
                    assert_true(m.value[i * m.ld + j] == m.value[j * m.ld + i]);
                }
                assert_true(m.value[i * m.ld + i] == 1);
                for (size_t j = r.n; j < m.ld; j++) assert_true(m.value[i * m.ld + j] == 0);
            }
            if (first.value) {
                assert_memory_equal(first.value, m.value, r.n * m.ld * sizeof *m.value);
                cupel_smo_matrix_release(&m);
            } else {
                first = m;
            }
        }
        cupel_smo_matrix_release(&first);
        cupel_free(want);
    }
    free_rows(&r);
}

/* The conditions themselves, from the definition: every pair that could move gains no more than the tolerance. */
static void check_conditions(const rows *r, const cupel_smo_matrix *m, double tube, double tolerance, const cupel_smo_result *result)
{
    double sum = 0, high = -INFINITY, low = INFINITY, objective = 0;
    for (size_t i = 0; i < r->n; i++) {
        double b = r->beta[i], f = 0;
        assert_true(r->low[i] <= b && b <= r->high[i]);
        sum += b;
        for (size_t j = 0; j < r->n; j++) f += (double)m->value[i * m->ld + j] * r->beta[j];
        objective += 0.5 * b * f - r->y[i] * b + tube * fabs(b);
        if (b < r->high[i]) high = fmax(high, r->y[i] - f + (b < 0 ? tube : -tube));
        if (b > r->low[i]) low = fmin(low, r->y[i] - f + (b > 0 ? -tube : tube));
    }
    check_close(sum, 0, 0, 1e-9 * r->high[0] * (double)r->n);
    assert_true(high - low <= 1.02 * tolerance);
    check_close(result->violation, high > low ? high - low : 0, 0, 1e-9);
    check_close(result->objective, objective, 1e-9, 0);
    assert_true(result->bias <= high + tolerance && result->bias >= low - tolerance);
}

static void the_conditions_hold(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        double c, tube;
        bool classes;
    } tried[] = {{2, 1, 0, false}, {3, 1, 0.1, false}, {17, 100, 0.01, false}, {300, 0.1, 0.3, false}, {300, 50, 0, false}, {3000, 1, 0.2, false},
            {700, 5, 0, true}};
    for (size_t k = 0; k < sizeof tried / sizeof *tried; k++) {
        rows r = make_rows(tried[k].n, 2 + k, tried[k].c, tried[k].classes);
        cupel_smo_matrix m = matrix_of(&r, k % 2 ? CUPEL_KERNEL_MATERN52 : CUPEL_KERNEL_RBF, 1, cupel_isa_best());
        cupel_smo_result result = solve(&r, &m, tried[k].tube, 5e-4, cupel_isa_best());
        check_conditions(&r, &m, tried[k].tube, 5e-4, &result);
        cupel_smo_matrix_release(&m);
        free_rows(&r);
    }
}

static void every_instruction_set_takes_the_same_steps(void **state)
{
    (void)state;
    rows r = make_rows(900, 20, 3, false);
    cupel_smo_matrix m = matrix_of(&r, CUPEL_KERNEL_RBF, 1, CUPEL_ISA_PLAIN);
    cupel_smo_result want = solve(&r, &m, 0.1, 1e-3, CUPEL_ISA_PLAIN);
    double *beta = cupel_alloc(r.n, sizeof *beta);
    assert_non_null(beta);
    memcpy(beta, r.beta, r.n * sizeof *beta);
    for (cupel_isa isa = CUPEL_ISA_AVX2; isa <= cupel_isa_best(); isa++) {
        cupel_smo_result got = solve(&r, &m, 0.1, 1e-3, isa);
        assert_int_equal(got.steps, want.steps);
        assert_memory_equal(beta, r.beta, r.n * sizeof *beta);
    }
    cupel_free(beta);
    cupel_smo_matrix_release(&m);
    free_rows(&r);
}

/* Rows with bounds of 0 are as good as not there: inner folds are made so. */
static void rows_can_be_left_out(void **state)
{
    (void)state;
    enum { N = 600, KEPT = 400 };
    rows all = make_rows(N, 21, 2, false), few = make_rows(KEPT, 21, 2, false);
    for (size_t i = KEPT; i < N; i++) all.low[i] = all.high[i] = 0;
    cupel_smo_matrix m = matrix_of(&all, CUPEL_KERNEL_RBF, 1, cupel_isa_best()), k = matrix_of(&few, CUPEL_KERNEL_RBF, 1, cupel_isa_best());
    cupel_smo_result a = solve(&all, &m, 0.1, 1e-4, cupel_isa_best()), b = solve(&few, &k, 0.1, 1e-4, cupel_isa_best());
    check_close(a.objective, b.objective, 1e-6, 0);
    check_close(a.bias, b.bias, 0, 3e-4);
    for (size_t i = KEPT; i < N; i++) assert_true(all.beta[i] == 0);
    cupel_smo_matrix_release(&m);
    cupel_smo_matrix_release(&k);
    free_rows(&all);
    free_rows(&few);
}

static void quiet(const char *text) { (void)text; }

/* libsvm's solution as coefficients, and its bias. */
static double ask_libsvm(const rows *r, double c, double tube, double *beta)
{
    struct svm_node *node = cupel_alloc(r->n * (D + 1), sizeof *node), **x = cupel_alloc(r->n, sizeof *x);
    assert_true(node && x);
    for (size_t i = 0; i < r->n; i++) {
        x[i] = node + i * (D + 1);
        for (size_t j = 0; j < D; j++) x[i][j] = (struct svm_node){(int)j + 1, r->x[i * D + j]};
        x[i][D].index = -1;
    }
    struct svm_problem prob = {(int)r->n, r->y, x};
    struct svm_parameter param = {.svm_type = EPSILON_SVR, .kernel_type = RBF, .gamma = 0.1, .C = c, .p = tube, .eps = 1e-5, .cache_size = 100,
            .shrinking = 1};
    svm_set_print_string_function(quiet);
    struct svm_model *m = svm_train(&prob, &param);
    assert_non_null(m);
    memset(beta, 0, r->n * sizeof *beta);
    for (int i = 0; i < m->l; i++) beta[m->sv_indices[i] - 1] = m->sv_coef[0][i];
    double bias = -m->rho[0];
    svm_free_and_destroy_model(&m);
    cupel_free(node);
    cupel_free(x);
    return bias;
}

/* Objective 1e-6, predictions 2e-3 of the target's deviation (which is about 0.9 here): what issue 7 asks at 20,000 rows. */
static void the_solution_is_that_of_libsvm(void **state)
{
    (void)state;
    rows r = make_rows(1500, 22, 10, false);
    double *want = cupel_alloc(r.n, sizeof *want), *k = NULL;
    cupel_err err = {0};
    cupel_problem p = problem_of(&r, &r.job);
    assert_non_null(want);
    double bias = ask_libsvm(&r, 10, 0.1, want);
    cupel_smo_matrix m = matrix_of(&r, CUPEL_KERNEL_RBF, 2, cupel_isa_best());
    cupel_smo_result got = solve(&r, &m, 0.1, 5e-4, cupel_isa_best());
    check_ok(cupel_gram_matrix(&p, CUPEL_KERNEL_RBF, 0.1, &k, &err), &err);
    double objective[2] = {0};
    for (size_t i = 0; i < r.n; i++) {
        double f[2] = {0};
        for (size_t j = 0; j < r.n; j++) f[0] += k[i * r.n + j] * r.beta[j], f[1] += k[i * r.n + j] * want[j];
        check_close(f[0] + got.bias, f[1] + bias, 0, 1.8e-3);
        objective[0] += r.beta[i] * (0.5 * f[0] - r.y[i]) + 0.1 * fabs(r.beta[i]);
        objective[1] += want[i] * (0.5 * f[1] - r.y[i]) + 0.1 * fabs(want[i]);
    }
    check_close(objective[0], objective[1], 1e-6, 0);
    cupel_smo_matrix_release(&m);
    cupel_free(k);
    cupel_free(want);
    free_rows(&r);
}

static void what_float32_cannot_tell_is_said(void **state)
{
    (void)state;
    rows r = make_rows(200, 23, 1e4, false);
    cupel_smo_matrix m = matrix_of(&r, CUPEL_KERNEL_RBF, 1, cupel_isa_best());
    cupel_smo_result result;
    cupel_err err = {0};
    cupel_smo_task task = {.matrix = &m, .target = r.y, .low = r.low, .high = r.high, .tolerance = 1e-12, .isa = cupel_isa_best()};
    check_fails(cupel_smo_solve(&task, r.beta, &result, &err), CUPEL_FAILED, &err, "smaller C");
    cupel_smo_matrix_release(&m);
    free_rows(&r);
}

int main(void)
{
    cupel_la_single_thread();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_matrix_is_that_of_the_kernel),  cmocka_unit_test(the_conditions_hold),
        cmocka_unit_test(every_instruction_set_takes_the_same_steps), cmocka_unit_test(rows_can_be_left_out),
        cmocka_unit_test(the_solution_is_that_of_libsvm),    cmocka_unit_test(what_float32_cannot_tell_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
