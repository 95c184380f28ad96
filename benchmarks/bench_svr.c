/* Training of an epsilon support vector machine on Magpie features: cupel's solver against libsvm, one thread, CPU seconds, in one run.
 *   libsvm   svm_train with its RBF kernel, tolerance 1e-3 (its default), a cache as large as the kernel matrix
 *   cupel    cupel_smo_matrix_make and cupel_smo_solve, tolerance 5e-4 (what the learner svr takes)
 *   exact    libsvm at tolerance 1e-5: the solution to compare with
 * Objective and violation are worked out again in float64 from coefficients and rows. The rows are the first of a table; the columns and the target
 * have variance 1. Run from the project's root, the shared data beside it (or CUPEL_SHARED):
 *   build/benchmarks/bench_svr [rows [C [epsilon [repeats of libsvm]]]] */
#include "benchmarks/median.h"
#include "core/base/mem.h"
#include "core/engine/features.h"
#include "core/engine/model.h"
#include "core/math/la.h"
#include "core/sys/job.h"
#include "models/learn/scale.h"
#include "models/learn/smo.h"

#include <libsvm/svm.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { REPEATS = 5, ALL = 100 };

typedef struct work {
    size_t n, d;
    double *x, *y;                /* scaled */
    double c, epsilon, gamma;
    double *beta, bias, seconds;  /* of the solution at hand */
    double *value;                /* [n] K beta in float64 */
} work;

static void must(cupel_status st, const cupel_err *err)
{
    if (st == CUPEL_OK) return;
    fprintf(stderr, "bench_svr: %s\n", err->message);
    exit(1);
}

static void silent(const char *text) { (void)text; }

static void standardise(double *y, size_t n)
{
    double mean = 0, square = 0;
    for (size_t i = 0; i < n; i++) mean += y[i] / (double)n;
    for (size_t i = 0; i < n; i++) square += (y[i] - mean) * (y[i] - mean) / (double)n;
    for (size_t i = 0; i < n; i++) y[i] = (y[i] - mean) / sqrt(square);
}

/* The first rows of a table, Magpie features, scaled. */
static void read_rows(work *w, size_t most)
{
    const char *shared = getenv("CUPEL_SHARED");
    char file[512];
    snprintf(file, sizeof file, "%s/data/matbench-official/matbench_mp_gap.csv.gz", shared ? shared : "../shared");
    cupel_err err = {0};
    cupel_job job = {.threads = 1, .isa = cupel_isa_best()};
    cupel_training t = {0};
    cupel_features *f = NULL;
    cupel_scale scale = {0};
    must(cupel_training_read(&(cupel_training_options){.file = file, .formula = "composition", .target = "target", .missing = CUPEL_MISSING_DROP},
            &job, &t,
                             &err), &err);
    must(cupel_features_new("magpie", NULL, &f, &err), &err);
    must(cupel_features_learn(f, &t.header, &t.records, t.file, &err), &err);
    size_t d = cupel_features_count(f), rows = t.records.n_rows < most ? t.records.n_rows : most;
    double *raw = cupel_alloc(rows * d, sizeof *raw);
    if (!raw) exit(1);
    cupel_features_compute(f, &(cupel_feature_rows){.batch = &t.batch, .records = &t.records, .n = rows}, job.isa, raw, d, NULL);
    size_t n = 0;
    for (size_t i = 0; i < rows; i++) {
        bool whole = true;
        for (size_t j = 0; j < d; j++) whole &= isfinite(raw[i * d + j]) != 0;
        for (size_t j = 0; whole && j < d; j++) raw[n * d + j] = raw[i * d + j];
        if (whole) t.target[n++] = t.target[i];
    }
    must(cupel_scale_learn(raw, n, d, &scale, &err), &err);
    w->n = n;
    w->d = scale.k;
    w->x = cupel_alloc_aligned(n * scale.k, sizeof *w->x);
    w->y = cupel_alloc(n, sizeof *w->y);
    w->beta = cupel_alloc(n, sizeof *w->beta);
    w->value = cupel_alloc(n, sizeof *w->value);
    if (!w->x || !w->y || !w->beta || !w->value) exit(1);
    cupel_scale_apply(&scale, CUPEL_ISA_PLAIN, raw, d, n, w->x, scale.k);
    for (size_t i = 0; i < n; i++) w->y[i] = t.target[i];
    standardise(w->y, n);
    cupel_scale_release(&scale);
    cupel_features_free(f);
    cupel_training_release(&t);
    cupel_free(raw);
}

static void libsvm_solve(work *w, double tolerance)
{
    struct svm_node *node = cupel_alloc(w->n * (w->d + 1), sizeof *node), **x = cupel_alloc(w->n, sizeof *x);
    if (!node || !x) exit(1);
    for (size_t i = 0; i < w->n; i++) {
        x[i] = node + i * (w->d + 1);
        for (size_t j = 0; j < w->d; j++) x[i][j] = (struct svm_node){(int)j + 1, w->x[i * w->d + j]};
        x[i][w->d].index = -1;
    }
    struct svm_problem prob = {(int)w->n, w->y, x};
    struct svm_parameter param = {.svm_type = EPSILON_SVR, .kernel_type = RBF, .gamma = w->gamma, .C = w->c, .p = w->epsilon, .eps = tolerance,
                                  .cache_size = (double)w->n * (double)w->n * 4 / 1048576 + 100, .shrinking = 1};
    svm_set_print_string_function(silent);
    const double start = cupel_cpu_seconds();
    struct svm_model *m = svm_train(&prob, &param);
    w->seconds = cupel_cpu_seconds() - start;
    for (size_t i = 0; i < w->n; i++) w->beta[i] = 0;
    for (int i = 0; i < m->l; i++) w->beta[m->sv_indices[i] - 1] = m->sv_coef[0][i];
    w->bias = -m->rho[0];
    svm_free_and_destroy_model(&m);
    cupel_free(node);
    cupel_free(x);
}

static void cupel_solve(work *w, cupel_isa isa)
{
    cupel_job job = {.threads = 1, .isa = isa};
    cupel_problem p = {.n = w->n, .d = w->d, .x = w->x, .y = w->y, .job = &job};
    cupel_smo_matrix m = {0};
    cupel_smo_result r;
    cupel_err err = {0};
    double *bound = cupel_alloc(2 * w->n, sizeof *bound);
    if (!bound) exit(1);
    for (size_t i = 0; i < w->n; i++) bound[i] = -w->c, bound[w->n + i] = w->c;
    const double start = cupel_cpu_seconds();
    must(cupel_smo_matrix_make(&p, CUPEL_KERNEL_RBF, w->gamma, &m, &err), &err);
    const double matrix = cupel_cpu_seconds() - start;
    must(cupel_smo_solve(&(cupel_smo_task){.matrix = &m, .target = w->y, .low = bound, .high = bound + w->n, .tube = w->epsilon, .tolerance = 5e-4,
                                           .isa = isa}, w->beta, &r, &err), &err);
    w->seconds = cupel_cpu_seconds() - start;
    w->bias = r.bias;
    printf("  cupel: matrix %.2f s, solver %.2f s, %zu steps\n", matrix, w->seconds - matrix, r.steps);
    cupel_smo_matrix_release(&m);
    cupel_free(bound);
}

/* value [n] = K beta in float64, by the kernels that predict. */
static void find_values(work *w)
{
    cupel_machine *k = NULL;
    cupel_err err = {0};
    must(cupel_machine_new(&(cupel_machine_spec){.kernel = CUPEL_KERNEL_RBF, .gamma = w->gamma, .m = w->n, .d = w->d, .n_sums = 1, .points = w->x,
                                                 .weights = w->beta}, &k, &err), &err);
    void *scratch = cupel_alloc_aligned(cupel_machine_scratch_bytes(k), 1);
    if (!scratch) exit(1);
    cupel_machine_run(k, w->x, w->d, w->n, &(cupel_machine_way){.precision = CUPEL_FLOAT64, .isa = cupel_isa_best(), .scratch = scratch}, w->value,
            NULL);
    cupel_free(scratch);
    cupel_machine_free(k);
}

/* Dual objective and largest violation of its conditions. */
static double judge(work *w, const char *name)
{
    double objective = 0, high = -INFINITY, low = INFINITY;
    size_t vectors = 0;
    find_values(w);
    for (size_t i = 0; i < w->n; i++) {
        double b = w->beta[i], rest = w->y[i] - w->value[i], e = w->epsilon;
        objective += e * fabs(b) - b * (w->y[i] - 0.5 * w->value[i]);
        vectors += fabs(b) > 0;
        if (b < w->c && rest + (b < 0 ? e : -e) > high) high = rest + (b < 0 ? e : -e);
        if (b > -w->c && rest + (b > 0 ? -e : e) < low) low = rest + (b > 0 ? -e : e);
    }
    printf("%-14s %8.2f s  %6zu vectors  objective %.10g  violation %.2e\n", name, w->seconds, vectors, objective, high - low);
    return objective;
}

int main(int argc, char **argv)
{
    double want[2] = {0}, got, seconds[ALL], peer[ALL];
    size_t most = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 20000, times = argc > 4 ? (size_t)strtoul(argv[4], NULL, 10) : 1;
    work w = {.c = argc > 2 ? strtod(argv[2], NULL) : 10, .epsilon = argc > 3 ? strtod(argv[3], NULL) : 0.1};
    if (times < 1 || times > ALL) return 2;
    cupel_la_single_thread();
    read_rows(&w, most);
    w.gamma = 1 / (double)w.d;
    printf("%zu rows, %zu columns, C %g, epsilon %g, gamma 1/%zu, %s kernels, BLAS %s\n", w.n, w.d, w.c, w.epsilon, w.d,
            cupel_isa_name(cupel_isa_best()),
           cupel_la_core());
    for (size_t r = 0; r < REPEATS; r++) {
        cupel_solve(&w, cupel_isa_best());
        seconds[r] = w.seconds;
    }
    w.seconds = median(seconds, REPEATS);
    got = judge(&w, "cupel");
    double *mine = cupel_alloc(w.n, sizeof *mine), ours = w.seconds;
    if (!mine) return 1;
    for (size_t i = 0; i < w.n; i++) mine[i] = w.value[i] + w.bias;
    for (size_t r = 0; r < times; r++) {
        libsvm_solve(&w, 1e-3);
        peer[r] = w.seconds;
    }
    w.seconds = median(peer, times);
    want[0] = judge(&w, "libsvm 1e-3");
    printf("cupel is %.1f times as fast (median of %d against that of %zu)\n", w.seconds / ours, (int)REPEATS, times);
    libsvm_solve(&w, 1e-5);
    want[1] = judge(&w, "libsvm 1e-5");
    double off = 0, square = 0;
    for (size_t i = 0; i < w.n; i++) {
        double e = fabs(mine[i] - w.value[i] - w.bias);
        off = e > off ? e : off;
        square += e * e;
    }
    printf("objective above the exact one, relative: cupel %.1e, libsvm 1e-3 %.1e; predictions off the exact ones by %.2e at most, %.2e rms (unit: "
           "standard deviation of the target)\n", (got - want[1]) / fabs(want[1]), (want[0] - want[1]) / fabs(want[1]), off,
                   sqrt(square / (double)w.n));
    return fabs(got - want[1]) <= 1e-6 * fabs(want[1]) && off <= 2e-3 ? 0 : 1;
}
