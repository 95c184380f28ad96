/* Support vector machines against libsvm itself, with and without a kernel matrix. */
#include "tests/check.h"

#include <stdlib.h>
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/base/str.h"
#include "models/learn/surrogate.h"

#include <libsvm/svm.h>
#include <sys/resource.h>
#include <unistd.h>

enum { D = 5 };

typedef struct rows {
    size_t n;
    double *x, *y;
} rows;

/* Columns of mean 0 and variance 1 and a target of the same, so that the surrogate's scaling changes nothing but roundings. */
static rows make_rows(size_t n, uint64_t seed, bool classes)
{
    rows r = {.n = n, .x = cupel_alloc(n * D, sizeof(double)), .y = cupel_alloc(n, sizeof(double))};
    assert_true(r.x && r.y);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < D; j++) r.x[i * D + j] = cupel_rng_normal(seed, j, i);
        const double *x = r.x + i * D;
        r.y[i] = sin(x[0]) + x[1] * x[2] / 2 + 0.2 * cupel_rng_normal(seed, 9, i);
        if (classes) r.y[i] = r.y[i] > 0;
    }
    for (size_t j = 0; j <= D; j++) {
        double sum = 0, square = 0;
        if (j == D && classes) break;
        double *v = j < D ? r.x + j : r.y;
        size_t step = j < D ? D : 1;
        for (size_t i = 0; i < n; i++) sum += v[i * step];
        for (size_t i = 0; i < n; i++) square += (v[i * step] - sum / (double)n) * (v[i * step] - sum / (double)n);
        for (size_t i = 0; i < n; i++) v[i * step] = (v[i * step] - sum / (double)n) / sqrt(square / (double)n);
    }
    return r;
}

static void free_rows(rows *r)
{
    cupel_free(r->x);
    cupel_free(r->y);
}

static void quiet(const char *text) { (void)text; }

/* libsvm's own decision values for all rows. */
static void ask_libsvm(const rows *r, int type, double *value)
{
    struct svm_node *node = cupel_alloc(r->n * (D + 1), sizeof *node), **x = cupel_alloc(r->n, sizeof *x);
    double *y = cupel_alloc(r->n, sizeof *y);
    assert_true(node && x && y);
    for (size_t i = 0; i < r->n; i++) {
        x[i] = node + i * (D + 1);
        for (size_t j = 0; j < D; j++) x[i][j] = (struct svm_node){(int)j + 1, r->x[i * D + j]};
        x[i][D].index = -1;
        y[i] = type == C_SVC ? 2 * r->y[i] - 1 : r->y[i];
    }
    struct svm_problem prob = {(int)r->n, y, x};
    struct svm_parameter param = {
        .svm_type = type, .kernel_type = RBF, .gamma = 0.1, .C = 2, .p = 0.1, .eps = 1e-3, .cache_size = 100, .shrinking = 1};
    svm_set_print_string_function(quiet);
    struct svm_model *m = svm_train(&prob, &param);
    assert_non_null(m);
    for (size_t i = 0; i < r->n; i++) {
        svm_predict_values(m, x[i], &value[i]);
        if (type == C_SVC && m->label[0] < 0) value[i] = -value[i];
    }
    svm_free_and_destroy_model(&m);
    cupel_free(node);
    cupel_free(x);
    cupel_free(y);
}

static cupel_surrogate *fit_rows(const rows *r, const char *learner, const char *settings, cupel_err *err)
{
    cupel_surrogate *s = NULL;
    check_ok(cupel_surrogate_fit(r->x, r->n, D, r->y, &(cupel_fit_options){.learner = learner, .settings = settings, .seed = 1},
                                 &(cupel_job){.threads = 2, .isa = cupel_isa_best()}, &s, err), err);
    return s;
}

static void predict_rows(const cupel_surrogate *s, const rows *r, double *value)
{
    double *other = cupel_alloc(4 * r->n, sizeof *other);
    unsigned char *in = cupel_alloc(r->n, 1);
    cupel_scratch *scratch = NULL;
    cupel_err err = {0};
    assert_true(other && in);
    check_ok(cupel_scratch_new(s, &scratch, &err), &err);
    cupel_prediction out = {value, other, other + r->n, other + 2 * r->n, other + 3 * r->n, in};
    check_ok(cupel_surrogate_predict(s, r->x, D, r->n, &(cupel_predict_options){.isa = cupel_isa_best(), .level = 0.9}, scratch, &out, &err), &err);
    cupel_scratch_free(scratch);
    cupel_free(other);
    cupel_free(in);
}

/* The optimum is unique; both stop at the same tolerance, so they agree to about that. */
static void the_solution_is_that_of_libsvm(void **state)
{
    (void)state;
    rows r = make_rows(400, 1, false);
    double want[400], got[400];
    cupel_err err = {0};
    ask_libsvm(&r, EPSILON_SVR, want);
    cupel_surrogate *s = fit_rows(&r, "svr", "C=2,gamma=0.1,epsilon=0.1,matern=0", &err);
    predict_rows(s, &r, got);
    for (size_t i = 0; i < r.n; i++) check_close(got[i], want[i], 0, 3e-3);
    cupel_surrogate_free(s);
    free_rows(&r);
}

static void classes_are_on_the_side_that_libsvm_says(void **state)
{
    (void)state;
    rows r = make_rows(400, 2, true);
    double want[400], got[400];
    cupel_err err = {0};
    ask_libsvm(&r, C_SVC, want);
    cupel_surrogate *s = fit_rows(&r, "svc", "C=2,gamma=0.1,matern=0", &err);
    predict_rows(s, &r, got);
    for (size_t i = 0; i < r.n; i++)
        for (size_t j = 0; j < i; j += 17) /* the sigmoid keeps the order */
            if (want[i] > want[j] + 1e-2) assert_true(got[i] > got[j]);
    cupel_surrogate_free(s);
    free_rows(&r);
}

/* Bytes of address space of this process. */
static size_t size_now(void)
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%lu", &pages), 1);
    fclose(f);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void without_a_matrix_the_solution_is_the_same_and_takes_less(void **state)
{
    (void)state;
    if (getenv("CUPEL_SANITIZED")) skip(); /* a sanitizer's own memory counts too */
    enum { N = 2600 }; /* a matrix of 108 MB; two caches of 27 MB each and what the local scale takes fit beside it, the matrix does not */
    static double want[N], got[N];
    static const char with[] = "C=0.2,gamma=0.1,epsilon=0.3,matern=0,matrix=1,libsvm=1", without[] = "C=0.2,gamma=0.1,epsilon=0.3,matrix=0";
    rows r = make_rows(N, 3, false);
    cupel_err err = {0}, no_matrix = {0}, no_gp = {0};
    struct rlimit before, tight;
    cupel_surrogate *s = fit_rows(&r, "svr", with, &err), *t = NULL, *none = NULL;
    predict_rows(s, &r, want);
    cupel_surrogate_free(s);
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    tight = before;
    tight.rlim_cur = (rlim_t)(size_now() + ((size_t)150 << 20));
    cupel_job job = {.threads = 2, .isa = cupel_isa_best()};
    cupel_fit_options o = {.learner = "svr", .settings = without, .seed = 1}, matrix = {.learner = "svr", .settings = with, .seed = 1},
                      gp = {.learner = "gp", .settings = "noise=0.1,gamma=0.1"};
    assert_int_equal(setrlimit(RLIMIT_AS, &tight), 0);
    cupel_status st = cupel_surrogate_fit(r.x, r.n, D, r.y, &o, &job, &t, &err);
    cupel_status st_matrix = cupel_surrogate_fit(r.x, r.n, D, r.y, &matrix, &job, &none, &no_matrix);
    cupel_status st_gp = cupel_surrogate_fit(r.x, r.n, D, r.y, &gp, &job, &none, &no_gp);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    check_ok(st, &err);
    check_fails(st_matrix, CUPEL_NO_RESOURCE, &no_matrix, "matern=0,matrix=0");
    check_fails(st_gp, CUPEL_NO_RESOURCE, &no_gp, "Gaussian process");
    predict_rows(t, &r, got);
    for (size_t i = 0; i < N; i++) check_close(got[i], want[i], 0, 3e-3);
    cupel_surrogate_free(t);
    free_rows(&r);
}

static void a_kernel_without_its_matrix_is_refused(void **state)
{
    (void)state;
    rows r = make_rows(30, 5, false);
    cupel_surrogate *s = NULL;
    cupel_err err = {0};
    cupel_fit_options o = {.learner = "svr", .settings = "matern=1,matrix=0"};
    check_fails(cupel_surrogate_fit(r.x, r.n, D, r.y, &o, &(cupel_job){.threads = 1}, &s, &err), CUPEL_USAGE, &err, "matrix=0");
    free_rows(&r);
}

/* Nothing on stdout or stderr. */
static void libsvm_never_prints(void **state)
{
    (void)state;
    char path[] = "/tmp/cupel-svm-XXXXXX";
    rows r = make_rows(60, 4, false);
    cupel_err err = {0};
    int fd = mkstemp(path), out = dup(1), errors = dup(2);
    assert_true(fd >= 0 && out >= 0 && errors >= 0);
    fflush(NULL);
    dup2(fd, 1);
    dup2(fd, 2);
    cupel_surrogate *s = fit_rows(&r, "svr", "C=10000,gamma=0.001,epsilon=0", &err);
    fflush(NULL);
    off_t printed = lseek(fd, 0, SEEK_END);
    dup2(out, 1);
    dup2(errors, 2);
    close(fd);
    close(out);
    close(errors);
    unlink(path);
    assert_int_equal(printed, 0);
    cupel_surrogate_free(s);
    free_rows(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_solution_is_that_of_libsvm),
        cmocka_unit_test(classes_are_on_the_side_that_libsvm_says),
        cmocka_unit_test(without_a_matrix_the_solution_is_the_same_and_takes_less),
        cmocka_unit_test(a_kernel_without_its_matrix_is_refused),
        cmocka_unit_test(libsvm_never_prints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
