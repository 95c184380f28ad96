/* Trees of kernels: what is written is what is read, places of errors, the gradient of the likelihood by finite differences, the process against a
 * dense solution worked out here, structure that is found again, targets that help each other. */
#include "tests/check.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/la.h"
#include "models/learn/kernel_evidence.h"
#include "models/learn/surrogate.h"

#include <unistd.h>

enum { N = 30, D = 4 };

/* "a" .. "d" are the columns. */
static cupel_status find_letter(void *user, const char *name, bool *in, cupel_err *err)
{
    (void)user;
    (void)err;
    if (strlen(name) != 1 || name[0] < 'a' || name[0] >= 'a' + D) return cupel_fail(err, CUPEL_USAGE, "no columns are called '%s'", name);
    in[name[0] - 'a'] = true;
    return CUPEL_OK;
}

static const char *const names[D] = {"a", "b", "c", "d"};
static const bool categories[D] = {false};
static const cupel_groups letters = {.find = find_letter, .d = D, .name = names, .category = categories, .n = D};

static void make_tree(const char *text, size_t targets, cupel_ktree *tree)
{
    cupel_err err = {0};
    check_ok(cupel_ktree_parse(text, targets > 1, tree, &err), &err);
    check_ok(cupel_ktree_bind(tree, &letters, NULL, 0, targets, &err), &err);
}

/* ---- text ---- */

static void text_reads_back(void **state)
{
    (void)state;
    static const char *const as[][2] = {
        {"rbf", "rbf + white"},
        {" matern52( a , b )*rbf(c)+linear+white", "matern52(a,b)*rbf(c) + linear + white"},
        {"((rbf+linear))*periodic(d)", "(rbf + linear)*periodic(d) + white"},
        {"rbf_each*(constant+matern32('x [MPa]')*white)", "rbf_each*(constant + matern32(\"x [MPa]\")*white)"},
        {"white*tasks(c) + tasks(c)", "white*tasks(c) + tasks(c)"},
    };
    cupel_err err = {0};
    for (size_t i = 0; i < sizeof as / sizeof *as; i++) {
        cupel_ktree tree = {0}, again = {0};
        cupel_str one = {0}, two = {0};
        check_ok(cupel_ktree_parse(as[i][0], false, &tree, &err), &err);
        cupel_ktree_text(&tree, &one);
        assert_string_equal(cupel_str_text(&one), as[i][1]);
        check_ok(cupel_ktree_parse(cupel_str_text(&one), false, &again, &err), &err);
        cupel_ktree_text(&again, &two);
        assert_string_equal(cupel_str_text(&one), cupel_str_text(&two));
        cupel_str_free(&one);
        cupel_str_free(&two);
    }
}

static void targets_get_their_tasks(void **state)
{
    (void)state;
    static const char *const as[][2] = {
        {"rbf+linear+white", "(rbf + linear)*tasks + white*tasks"}, {"white", "white*tasks"}, {"rbf*tasks+white", "rbf*tasks + white"}};
    cupel_err err = {0};
    for (size_t i = 0; i < sizeof as / sizeof *as; i++) {
        cupel_ktree tree = {0};
        cupel_str s = {0};
        check_ok(cupel_ktree_parse(as[i][0], true, &tree, &err), &err);
        cupel_ktree_text(&tree, &s);
        assert_string_equal(cupel_str_text(&s), as[i][1]);
        cupel_str_free(&s);
    }
}

static void errors_say_where(void **state)
{
    (void)state;
    static const char *const as[][2] = {
        {"", "character 1: found its end"},
        {"rbf +", "character 6: found its end"},
        {"rbf linear", "character 5: found 'linear'"},
        {"rbf*matern5", "character 5: 'matern5' is unknown; did you mean 'matern52'"},
        {"zzzzzzzz", "'zzzzzzzz' is unknown, expected one of rbf"},
        {"(rbf", "character 5: found its end, expected '+', '*' or ')'"},
        {"rbf(", "character 5: found its end, expected the name of a column"},
        {"rbf(a,)", "character 7"},
        {"rbf(a+b)", "character 6: found '+b)'"},
        {"rbf('a)", "expected the quote"},
        {"white(a)", "sees no columns"},
        {"periodic", "the column of a periodic kernel"},
        {"((((((((( rbf", "more than 8 parentheses"},
        {"rbf\n+\r", "character 6"},
        {"+rbf", "character 1: found '+rbf'"},
    };
    cupel_err err = {0};
    cupel_ktree tree = {0};
    for (size_t i = 0; i < sizeof as / sizeof *as; i++) check_fails(cupel_ktree_parse(as[i][0], false, &tree, &err), CUPEL_USAGE, &err, as[i][1]);
    char many[CUPEL_TREE_TEXT + 2];
    memset(many, ' ', sizeof many);
    many[sizeof many - 1] = '\0';
    check_fails(cupel_ktree_parse(many, false, &tree, &err), CUPEL_USAGE, &err, "expected at most");
    for (size_t i = 0; i < 60; i++) memcpy(many + 4 * i, "rbf+", 4);
    memcpy(many + 240, "rbf", 4);
    check_fails(cupel_ktree_parse(many, false, &tree, &err), CUPEL_USAGE, &err, "more than 32");
    memset(many, 'x', 300);
    memcpy(many, "rbf(", 4);
    many[300] = '\0';
    check_fails(cupel_ktree_parse(many, false, &tree, &err), CUPEL_USAGE, &err, "names of columns");
}

/* ---- likelihood ---- */

static void make_rows(uint64_t seed, size_t n, size_t targets, double *x, size_t *target, double *u)
{
    double mean = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < D; j++) x[i * D + j] = cupel_rng_normal(seed, j, i);
        target[i] = i % targets;
        u[i] = sin(2 * x[i * D]) + 0.3 * x[i * D + 1] + 0.1 * cupel_rng_normal(seed, 9, i);
        mean += u[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) u[i] -= mean;
}

static void check_gradient(const char *text, size_t targets)
{
    cupel_ktree tree = {0};
    cupel_evidence *e = NULL;
    cupel_err err = {0};
    double x[N * D], u[N], theta[64], gradient[64];
    size_t target[N];
    make_rows(1, N, targets, x, target, u);
    make_tree(text, targets, &tree);
    assert_true(tree.n_theta > 0 && tree.n_theta <= 64);
    check_ok(cupel_evidence_new(&tree, &(cupel_kernel_rows){x, target, N, D}, u, &e, &err), &err);
    for (size_t k = 0; k < tree.n_theta; k++) theta[k] = 0.4 * cupel_rng_normal(2, tree.n_theta, k);
    double loss;
    check_ok(cupel_evidence_at(e, theta, &loss, gradient, &err), &err);
    for (size_t k = 0; k < tree.n_theta; k++) {
        double at = theta[k], h = 1e-4, up, down;
        theta[k] = at + h;
        check_ok(cupel_evidence_at(e, theta, &up, NULL, &err), &err);
        theta[k] = at - h;
        check_ok(cupel_evidence_at(e, theta, &down, NULL, &err), &err);
        theta[k] = at;
        check_close(gradient[k], (up - down) / (2 * h), 1e-5, 2e-5); /* h^2 of a loss of about 100 */
    }
    cupel_evidence_free(e);
    cupel_ktree_release(&tree);
}

static void the_gradient_is_that_of_the_likelihood(void **state)
{
    (void)state;
    check_gradient("rbf", 1);
    check_gradient("matern32(a,b)*rbf(c) + linear(d) + constant", 1);
    check_gradient("matern52_each*(rbf_each(a,b) + linear)*periodic(c) + white", 1);
    check_gradient("(rbf(a) + matern52(b)*constant)*(matern32_each + constant) + white*linear(a) + white", 1);
    check_gradient("matern52*tasks(c,d) + tasks(c) + white*tasks(c)", 1);
    check_gradient("matern52 + linear", 3);
    check_gradient("matern52*tasks + rbf(a)*tasks + white*tasks", 5);
}

/* ---- the process, by hand ---- */

/* 2 matern52(a) rbf(b) + 0.5 linear(c, d) + periodic(a), without noise; lengths 0.7, 1.3, 0.9 and period 2.1. */
static double by_hand(const double *x, const double *z)
{
    const double s = sqrt(5) * fabs(x[0] - z[0]) / 0.7, wave = sin(acos(-1.0) * (x[0] - z[0]) / 2.1);
    return 2 * (1 + s + s * s / 3) * exp(-s) * exp(-0.5 * pow((x[1] - z[1]) / 1.3, 2)) + 0.5 * (x[2] * z[2] + x[3] * z[3]) / 2 +
           exp(-2 * wave * wave / (0.9 * 0.9));
}

static void hand_parameters(const cupel_ktree *t, double *theta)
{
    for (size_t i = 0; i < t->n; i++) {
        const cupel_node *k = &t->node[i];
        if (k->kind == CUPEL_NODE_PRODUCT) theta[k->amplitude] = log(2);
        if (k->kind == CUPEL_NODE_MATERN52) theta[k->at] = log(0.7);
        if (k->kind == CUPEL_NODE_RBF) theta[k->at] = log(1.3);
        if (k->kind == CUPEL_NODE_LINEAR) theta[k->amplitude] = log(0.5);
        if (k->kind == CUPEL_NODE_WHITE) theta[k->amplitude] = log(0.1);
        if (k->kind == CUPEL_NODE_PERIODIC) theta[k->amplitude] = 0, theta[k->at] = log(0.9), theta[k->at + 1] = log(2.1);
    }
}

/* Solves A x = b by Gauss's elimination, and the logarithm of the determinant. */
static double eliminate(double *a, double *b, size_t n)
{
    double log_det = 0;
    for (size_t k = 0; k < n; k++) {
        log_det += log(a[k * n + k]);
        for (size_t i = k + 1; i < n; i++) {
            const double f = a[i * n + k] / a[k * n + k];
            for (size_t j = k; j < n; j++) a[i * n + j] -= f * a[k * n + j];
            b[i] -= f * b[k];
        }
    }
    for (size_t k = n; k-- > 0;) {
        for (size_t j = k + 1; j < n; j++) b[k] -= a[k * n + j] * b[j];
        b[k] /= a[k * n + k];
    }
    return log_det;
}

static void values_and_likelihood_by_hand(void **state)
{
    (void)state;
    cupel_ktree tree = {0};
    cupel_kernel_points *points = NULL;
    cupel_evidence *e = NULL;
    cupel_err err = {0};
    double x[N * D], u[N], theta[16] = {0}, value[N], a[N * N], b[N], loss, want = 0;
    size_t target[N];
    make_rows(3, N, 1, x, target, u);
    make_tree("matern52(a)*rbf(b) + linear(c,d) + periodic(a)", 1, &tree);
    hand_parameters(&tree, theta);
    check_ok(cupel_kernel_points_new(&tree, theta, &(cupel_kernel_rows){x, NULL, N, D}, &points, &err), &err);
    double *scratch = cupel_alloc(cupel_kernel_points_scratch(points), sizeof *scratch);
    assert_non_null(scratch);
    for (size_t i = 0; i < N; i++) {
        cupel_kernel_points_row(points, x + i * D, 0, scratch, value);
        for (size_t j = 0; j < N; j++) {
            check_close(value[j], by_hand(x + i * D, x + j * D), 1e-13, 1e-13);
            a[i * N + j] = value[j] + (i == j ? 0.1 + CUPEL_KERNEL_JITTER : 0);
        }
        check_close(cupel_kernel_points_self(points, x + i * D, 0), by_hand(x + i * D, x + i * D) + 0.1, 1e-13, 0);
    }
    memcpy(b, u, sizeof b);
    want = eliminate(a, b, N);
    for (size_t i = 0; i < N; i++) want += u[i] * b[i];
    check_ok(cupel_evidence_new(&tree, &(cupel_kernel_rows){x, NULL, N, D}, u, &e, &err), &err);
    check_ok(cupel_evidence_at(e, theta, &loss, NULL, &err), &err);
    check_close(loss, want, 1e-11, 1e-11);
    cupel_evidence_free(e);
    cupel_kernel_points_free(points);
    cupel_ktree_release(&tree);
    cupel_free(scratch);
}

/* Rows and columns of a covariance come from two pieces of code: they agree for every kernel there is. */
static void both_ways_to_a_covariance_agree(void **state)
{
    (void)state;
    const char *const text = "matern52_each(a,b)*(rbf(c) + constant) + matern32*tasks(c,d) + rbf_each*periodic(d) + white*linear + white";
    cupel_ktree tree = {0};
    cupel_kernel_points *points = NULL;
    cupel_evidence *e = NULL;
    cupel_err err = {0};
    double x[N * D], u[N], theta[64], a[N * N], b[N], loss, want = 0;
    size_t target[N];
    make_rows(4, N, 1, x, target, u);
    make_tree(text, 1, &tree);
    for (size_t k = 0; k < tree.n_theta; k++) theta[k] = 0.3 * cupel_rng_normal(5, 1, k);
    check_ok(cupel_kernel_points_new(&tree, theta, &(cupel_kernel_rows){x, NULL, N, D}, &points, &err), &err);
    double *scratch = cupel_alloc(cupel_kernel_points_scratch(points), sizeof *scratch);
    assert_non_null(scratch);
    for (size_t i = 0; i < N; i++) {
        cupel_kernel_points_row(points, x + i * D, 0, scratch, a + i * N);
        a[i * N + i] = cupel_kernel_points_self(points, x + i * D, 0) + CUPEL_KERNEL_JITTER;
    }
    memcpy(b, u, sizeof b);
    want = eliminate(a, b, N);
    for (size_t i = 0; i < N; i++) want += u[i] * b[i];
    check_ok(cupel_evidence_new(&tree, &(cupel_kernel_rows){x, NULL, N, D}, u, &e, &err), &err);
    check_ok(cupel_evidence_at(e, theta, &loss, NULL, &err), &err);
    check_close(loss, want, 1e-10, 1e-10);
    cupel_evidence_free(e);
    cupel_kernel_points_free(points);
    cupel_ktree_release(&tree);
    cupel_free(scratch);
}

/* ---- as a surrogate ---- */


static cupel_surrogate *fit(const double *x, const double *y, size_t n, size_t threads, const char *kernel, const cupel_beside_values *beside)
{
    cupel_surrogate *s = NULL;
    cupel_err err = {0};
    cupel_fit_options o = {.learner = "gp_tree", .settings = "rows=150,starts=3", .seed = 1, .kernel = kernel, .groups = &letters, .beside = beside};
    check_ok(cupel_surrogate_fit(x, n, D, y, &o, &(cupel_job){.threads = threads, .isa = cupel_isa_best()}, &s, &err), &err);
    return s;
}

/* Predictions [3][n]: values, lower and upper ends. */
static double *predict(const cupel_surrogate *s, const double *x, size_t n)
{
    double *m = cupel_alloc(5 * n, sizeof *m);
    unsigned char *in = cupel_alloc(n, 1);
    cupel_scratch *scratch = NULL;
    cupel_err err = {0};
    assert_true(m && in);
    check_ok(cupel_scratch_new(s, &scratch, &err), &err);
    cupel_prediction out = {m, m + 3 * n, m + n, m + 2 * n, m + 4 * n, in};
    check_ok(cupel_surrogate_predict(s, x, D, n, &(cupel_predict_options){.isa = cupel_isa_best(), .level = 0.9}, scratch, &out, &err), &err);
    cupel_scratch_free(scratch);
    cupel_free(in);
    return m;
}

static double error_of(const cupel_surrogate *s, const double *x, const double *y, size_t n, double *covered)
{
    double *p = predict(s, x, n), error = 0;
    *covered = 0;
    for (size_t i = 0; i < n; i++) {
        error += fabs(p[i] - y[i]) / (double)n;
        *covered += (p[n + i] <= y[i] && y[i] <= p[2 * n + i]) / (double)n;
    }
    cupel_free(p);
    return error;
}

/* A sum of two functions of one column each: from 100 rows a kernel that says so knows more than one of all columns. */
static void additive_structure_is_found_again(void **state)
{
    (void)state;
    enum { ROWS = 100, MORE = 300 };
    static double x[(ROWS + MORE) * D], y[ROWS + MORE];
    for (size_t i = 0; i < ROWS + MORE; i++) {
        for (size_t j = 0; j < D; j++) x[i * D + j] = 4 * cupel_rng_uniform(7, j, i) - 2;
        y[i] = sin(3 * x[i * D]) + cos(2 * x[i * D + 1]) + x[i * D + 2] + 0.05 * cupel_rng_normal(7, 9, i);
    }
    double covered[2], error[2];
    const char *const kernel[] = {"rbf", "rbf(a) + rbf(b) + linear(c)"};
    for (int k = 0; k < 2; k++) {
        cupel_surrogate *s = fit(x, y, ROWS, 2, kernel[k], NULL);
        error[k] = error_of(s, x + ROWS * D, y + ROWS, MORE, &covered[k]);
        cupel_surrogate_free(s);
    }
    print_message("mean error of one kernel %.3f, of the sum %.3f; 90 %% intervals hold %.0f %%\n", error[0], error[1], 100 * covered[1]);
    assert_true(error[1] < 0.3 * error[0]);
    assert_true(covered[1] > 0.8); /* 300 rows: 90 % less several standard errors of the calibration from 100 */
}

/* From 50 rows, without a hint which columns matter. */
static void a_search_finds_the_structure(void **state)
{
    (void)state;
    enum { ROWS = 50, MORE = 100 };
    static double x[(ROWS + MORE) * D], y[ROWS + MORE];
    for (size_t i = 0; i < ROWS + MORE; i++) {
        for (size_t j = 0; j < D; j++) x[i * D + j] = 4 * cupel_rng_uniform(12, j, i) - 2;
        y[i] = sin(3 * x[i * D]) + x[i * D + 2] + 0.05 * cupel_rng_normal(12, 9, i);
    }
    double covered, error[2];
    const char *const kernel[] = {"rbf", "search"};
    for (int k = 0; k < 2; k++) {
        cupel_surrogate *s = fit(x, y, ROWS, 1, kernel[k], NULL);
        error[k] = error_of(s, x + ROWS * D, y + ROWS, MORE, &covered);
        cupel_surrogate_free(s);
    }
    print_message("mean error of one kernel %.3f, of one that was found %.3f\n", error[0], error[1]);
    assert_true(error[1] < 0.3 * error[0]);
}

/* 14 measured values beside 80 computed ones of a function alike: better than the 12 alone. */
static void other_targets_help(void **state)
{
    (void)state;
    enum { FEW = 14, MANY = 80, MORE = 200, ALL = FEW + MANY + MORE };
    static double x[ALL * D], y[ALL], cheap[ALL];
    size_t target[FEW + MANY], group[FEW + MANY];
    for (size_t i = 0; i < ALL; i++) {
        for (size_t j = 0; j < D; j++) x[i * D + j] = 2 * cupel_rng_uniform(8, j, i) - 1;
        const double f = sin(3 * x[i * D]) * (1 + x[i * D + 1]) + x[i * D + 2] * x[i * D + 2];
        y[i] = 10 + 2 * f + 0.02 * cupel_rng_normal(8, 9, i);
        cheap[i] = 500 - 100 * f + 20 * x[i * D + 3];
    }
    for (size_t i = 0; i < FEW + MANY; i++) target[i] = 1, group[i] = i; /* the first FEW are of the same rows */
    cupel_beside_values beside = {FEW + MANY, 1, x, cheap, target, group};
    double error[2], covered;
    for (int k = 0; k < 2; k++) {
        cupel_surrogate *s = fit(x, y, FEW, 1, "matern52_each", k ? &beside : NULL);
        error[k] = error_of(s, x + (FEW + MANY) * D, y + FEW + MANY, MORE, &covered);
        cupel_surrogate_free(s);
    }
    print_message("mean error of %d rows alone %.3f, with another target beside %.3f\n", (int)FEW, error[0], error[1]);
    assert_true(error[1] < 0.5 * error[0]);
}

/* The same two targets, told apart by a column; a row of the cheap one helps the other. */
static void categories_are_tasks(void **state)
{
    (void)state;
    enum { ROWS = 120, MORE = 100 };
    static double x[(ROWS + MORE) * D], y[ROWS + MORE];
    for (size_t i = 0; i < ROWS + MORE; i++) {
        const bool measured = i >= ROWS || i % 6 == 0;
        for (size_t j = 0; j < 2; j++) x[i * D + j] = 2 * cupel_rng_uniform(9, j, i) - 1;
        x[i * D + 2] = measured, x[i * D + 3] = !measured;
        const double f = sin(3 * x[i * D]) + x[i * D + 1];
        y[i] = measured ? 1.3 * f + 0.5 * x[i * D] + 1 : f;
    }
    double error[2], covered;
    const char *const kernel[] = {"matern52(a,b) + tasks(c,d)", "matern52(a,b)*tasks(c,d) + tasks(c,d)"};
    for (int k = 0; k < 2; k++) {
        cupel_surrogate *s = fit(x, y, ROWS, 1, kernel[k], NULL);
        error[k] = error_of(s, x + ROWS * D, y + ROWS, MORE, &covered);
        cupel_surrogate_free(s);
    }
    print_message("mean error with an offset of each task %.3f, with what they share learned %.3f\n", error[0], error[1]);
    assert_true(error[1] < 0.7 * error[0]);
}

static void same_bytes_for_any_threads_and_from_the_file(void **state)
{
    (void)state;
    double x[N * D], u[N];
    size_t target[N];
    char path[64];
    cupel_err err = {0};
    cupel_writer *w = NULL;
    cupel_reader *r = NULL;
    cupel_surrogate *back = NULL;
    snprintf(path, sizeof path, "/tmp/cupel_kernel_tree_%ld.h5", (long)getpid());
    make_rows(10, N, 1, x, target, u);
    cupel_surrogate *one = fit(x, u, N, 1, "matern52(a,b)*rbf(c) + linear", NULL), *four = fit(x, u, N, 4, "matern52(a,b)*rbf(c) + linear", NULL);
    check_ok(cupel_writer_open(path, "model", 1, 1, &w, &err), &err);
    check_ok(cupel_surrogate_save(one, w, &err), &err);
    check_ok(cupel_writer_commit(&w, &err), &err);
    check_ok(cupel_reader_open(path, "model", 1, &r, &err), &err);
    check_ok(cupel_surrogate_load(r, &back, &err), &err);
    double *a = predict(one, x, N), *b = predict(four, x, N), *c = predict(back, x, N);
    assert_memory_equal(a, b, 3 * N * sizeof *a);
    assert_memory_equal(a, c, 3 * N * sizeof *a);
    double *single = predict(one, x + 7 * D, 1);
    assert_true(single[0] == a[7]);
    cupel_free(single);
    cupel_free(a);
    cupel_free(b);
    cupel_free(c);
    cupel_reader_free(r);
    cupel_surrogate_free(one);
    cupel_surrogate_free(four);
    cupel_surrogate_free(back);
    remove(path);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    double x[N * D], u[N];
    size_t target[N];
    cupel_err err = {0};
    cupel_surrogate *s = NULL;
    cupel_job job = {.threads = 1, .isa = cupel_isa_best()};
    make_rows(11, N, 1, x, target, u);
    for (size_t i = 0; i < N; i++) x[i * D + 3] = 5;
    cupel_fit_options o = {.learner = "gp_tree", .seed = 1, .kernel = "rbf(e)", .groups = &letters};
    check_fails(cupel_surrogate_fit(x, N, D, u, &o, &job, &s, &err), CUPEL_USAGE, &err, "called 'e'");
    o.kernel = "rbf(d)";
    check_fails(cupel_surrogate_fit(x, N, D, u, &o, &job, &s, &err), CUPEL_BAD_INPUT, &err, "none differs");
    o.kernel = "periodic('a','b')";
    check_fails(cupel_surrogate_fit(x, N, D, u, &o, &job, &s, &err), CUPEL_USAGE, &err, "expected one");
    o.learner = "svr", o.kernel = "rbf";
    check_fails(cupel_surrogate_fit(x, N, D, u, &o, &job, &s, &err), CUPEL_USAGE, &err, "takes no tree of kernels");
}

int main(void)
{
    cupel_la_single_thread();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_reads_back),
        cmocka_unit_test(targets_get_their_tasks),
        cmocka_unit_test(errors_say_where),
        cmocka_unit_test(the_gradient_is_that_of_the_likelihood),
        cmocka_unit_test(values_and_likelihood_by_hand),
        cmocka_unit_test(both_ways_to_a_covariance_agree),
        cmocka_unit_test(additive_structure_is_found_again),
        cmocka_unit_test(a_search_finds_the_structure),
        cmocka_unit_test(other_targets_help),
        cmocka_unit_test(categories_are_tasks),
        cmocka_unit_test(same_bytes_for_any_threads_and_from_the_file),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
