/* Kernel expansions: rows in memory -> value, two sums for a local error scale and the distance to the nearest point, one thread.
 *   cupel     cupel_machine_run, each instruction set, float64 and float32
 *   libsvm    svm_predict of the same expansion on the first rows: the value alone
 *   variance  cupel_triangle_squares, what the variance of a Gaussian process on as many points costs besides
 * Run from the project's root: build/benchmarks/bench_predict [points [columns [rows]]] */
#include "benchmarks/median.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/sys/job.h"
#include "models/learn/machine.h"

#include <libsvm/svm.h>
#include <stdio.h>
#include <stdlib.h>

enum { REPEATS = 5, PEER_ROWS = 400 };

typedef struct work {
    size_t m, d, n;
    double gamma, *points, *weights, *x;
    double *sums, *nearest, *peer;
} work;

static double *numbers(size_t n, uint64_t stream)
{
    double *v = cupel_alloc_aligned(n, sizeof *v);
    for (size_t i = 0; v && i < n; i++) v[i] = cupel_rng_normal(1, stream, i);
    return v;
}

static struct svm_node *nodes_of(const double *x, size_t n, size_t d)
{
    struct svm_node *node = cupel_alloc(n * (d + 1), sizeof *node);
    for (size_t i = 0; node && i < n; i++)
        for (size_t k = 0; k <= d; k++) node[i * (d + 1) + k] = k < d ? (struct svm_node){(int)k + 1, x[i * d + k]} : (struct svm_node){-1, 0};
    return node;
}

/* Seconds per row of svm_predict. */
static double libsvm_seconds(const work *w)
{
    const size_t n = w->n < PEER_ROWS ? w->n : PEER_ROWS;
    struct svm_node *points = nodes_of(w->points, w->m, w->d), *rows = nodes_of(w->x, n, w->d), **sv = cupel_alloc(w->m, sizeof *sv);
    double *coef = cupel_alloc(w->m, sizeof *coef), rho = 0, seconds[REPEATS];
    if (!points || !rows || !sv || !coef) exit(1);
    for (size_t j = 0; j < w->m; j++) {
        sv[j] = points + j * (w->d + 1);
        coef[j] = w->weights[3 * j];
    }
    const struct svm_model model = {.param = {.svm_type = EPSILON_SVR, .kernel_type = RBF, .gamma = w->gamma},
                                    .nr_class = 2, .l = (int)w->m, .SV = sv, .sv_coef = &coef, .rho = &rho};
    for (size_t r = 0; r < REPEATS; r++) {
        const double start = cupel_cpu_seconds();
        for (size_t i = 0; i < n; i++) w->peer[i] = svm_predict(&model, rows + i * (w->d + 1));
        seconds[r] = (cupel_cpu_seconds() - start) / (double)n;
    }
    cupel_free(points);
    cupel_free(rows);
    cupel_free(sv);
    cupel_free(coef);
    return median(seconds, REPEATS);
}

static double cupel_seconds(const work *w, const cupel_machine *k, cupel_machine_way *way)
{
    double seconds[REPEATS];
    for (size_t r = 0; r < REPEATS; r++) {
        const double start = cupel_cpu_seconds();
        cupel_machine_run(k, w->x, w->d, w->n, way, w->sums, w->nearest);
        seconds[r] = (cupel_cpu_seconds() - start) / (double)w->n;
    }
    return median(seconds, REPEATS);
}

static double worst_difference(const work *w)
{
    double worst = 0;
    for (size_t i = 0; i < w->n && i < PEER_ROWS; i++) {
        const double e = w->sums[3 * i] > w->peer[i] ? w->sums[3 * i] - w->peer[i] : w->peer[i] - w->sums[3 * i];
        worst = e > worst ? e : worst;
    }
    return worst;
}

static void compare(const work *w, cupel_kernel kernel, double peer)
{
    static const char *const names[] = {"rbf", "matern52"};
    const cupel_machine_spec spec = {kernel, w->gamma, w->m, w->d, 3, w->points, w->weights, NULL};
    cupel_machine *k;
    cupel_err err;
    if (cupel_machine_new(&spec, &k, &err)) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    cupel_machine_way way = {.scratch = cupel_alloc_aligned(cupel_machine_scratch_bytes(k), 1)};
    for (int isa = CUPEL_ISA_PLAIN; isa <= (int)cupel_isa_best(); isa++)
        for (int precision = 0; precision < 2; precision++) {
            way.isa = (cupel_isa)isa;
            way.precision = (cupel_precision)precision;
            const double s = cupel_seconds(w, k, &way);
            printf("%-9s %-7s float%d %9.0f rows/s %7.1f GFLOP/s in the products %6.1f times libsvm", names[kernel], cupel_isa_name(way.isa),
                   precision ? 32 : 64, 1 / s, 2e-9 * (double)(w->m * w->d) / s, peer / s);
            if (kernel == CUPEL_KERNEL_RBF) printf("   largest difference %.1e", worst_difference(w));
            printf("\n");
        }
    cupel_free(way.scratch);
    cupel_machine_free(k);
}

/* Random numbers stand in for W and for kernel values. */
static void variance(const work *w)
{
    const size_t m = w->m < 2000 ? w->m : 2000, n = 512;
    double *v = numbers(m * m, 7), *rows = numbers(n * m, 8), *squares = numbers(n, 9), seconds[REPEATS];
    cupel_triangle *t;
    cupel_err err;
    if (!v || !rows || !squares || cupel_triangle_new(v, m, m, &t, &err)) exit(1);
    cupel_machine_way way = {.scratch = cupel_alloc_aligned(cupel_triangle_scratch_bytes(t), 1)};
    for (int isa = CUPEL_ISA_PLAIN; isa <= (int)cupel_isa_best(); isa++) {
        way.isa = (cupel_isa)isa;
        for (size_t r = 0; r < REPEATS; r++) {
            const double start = cupel_cpu_seconds();
            cupel_triangle_squares(t, rows, m, n, &way, squares);
            seconds[r] = (cupel_cpu_seconds() - start) / (double)n;
        }
        const double s = median(seconds, REPEATS);
        printf("variance  %-7s float64 %9.0f rows/s %7.1f GFLOP/s (%zu points)\n", cupel_isa_name(way.isa), 1 / s, 1e-9 * (double)(m * m) / s, m);
    }
    cupel_free(way.scratch);
    cupel_triangle_free(t);
    cupel_free(v);
    cupel_free(rows);
    cupel_free(squares);
}

static size_t argument(int argc, char **argv, int i, size_t otherwise)
{
    const long v = argc > i ? strtol(argv[i], NULL, 10) : 0;
    return v > 0 ? (size_t)v : otherwise;
}

int main(int argc, char **argv)
{
    work w = {.m = argument(argc, argv, 1, 3116), .d = argument(argc, argv, 2, 132), .n = argument(argc, argv, 3, 8192)};
    w.gamma = 1 / (double)w.d;
    w.points = numbers(w.m * w.d, 1);
    w.weights = numbers(w.m * 3, 2);
    w.x = numbers(w.n * w.d, 3);
    w.sums = numbers(w.n * 3, 4);
    w.nearest = numbers(w.n, 5);
    w.peer = numbers(PEER_ROWS, 6);
    if (!w.points || !w.weights || !w.x || !w.sums || !w.nearest || !w.peer) return 1;
    printf("%zu points, %zu columns, one thread, CPU time per row, median of %d\n", w.m, w.d, REPEATS);
    const double peer = libsvm_seconds(&w);
    printf("libsvm                     %9.0f rows/s\n", 1 / peer);
    compare(&w, CUPEL_KERNEL_RBF, peer);
    compare(&w, CUPEL_KERNEL_MATERN52, peer);
    variance(&w);
    cupel_free(w.points);
    cupel_free(w.weights);
    cupel_free(w.x);
    cupel_free(w.sums);
    cupel_free(w.nearest);
    cupel_free(w.peer);
    return 0;
}
