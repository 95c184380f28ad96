/* What this machine gives: the yardstick to judge the other figures by. One thread, CPU time, median of five.
 *   dgemm   rate of a 1024 x 1024 x 1024 product through core/math/la.h
 *   triad   a = b + s c over 3 x 64 MB, 24 bytes counted per element
 * Run from the project's root: build/benchmarks/bench_machine */
#include "benchmarks/median.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/la.h"
#include "core/sys/cpu.h"
#include "core/sys/job.h"

#include <stdio.h>
#include <stdlib.h>

enum { REPEATS = 5, N = 1024, LONG = 8 << 20 };

static double dgemm_seconds(double *v)
{
    const cupel_matrix a = {v, N, N, N}, b = {v + N * N, N, N, N}, c = {v + 2 * N * N, N, N, N};
    double seconds[REPEATS];
    for (size_t i = 0; i < 2 * N * N; i++) v[i] = cupel_rng_uniform(1, 1, i);
    for (int r = -1; r < REPEATS; r++) { /* the first run warms up */
        const double start = cupel_cpu_seconds();
        if (cupel_la_multiply(CUPEL_AB, cupel_read(a), cupel_read(b), c, NULL)) exit(1);
        if (r >= 0) seconds[r] = cupel_cpu_seconds() - start;
    }
    return median(seconds, REPEATS);
}

static double triad_seconds(double *a, const double *b, const double *c)
{
    double seconds[REPEATS];
    for (int r = -1; r < REPEATS; r++) {
        const double start = cupel_cpu_seconds(), s = 0.1 + r;
        for (size_t i = 0; i < LONG; i++) a[i] = b[i] + s * c[i];
        if (r >= 0) seconds[r] = cupel_cpu_seconds() - start;
    }
    return median(seconds, REPEATS);
}

int main(void)
{
    double *v = cupel_alloc_aligned(3 * (size_t)LONG, sizeof *v);
    if (!v) return 1;
    cupel_la_single_thread();
    const char *wanted = cupel_la_wanted_core();
    printf("instruction set %s; OpenBLAS runs its %s loops%s%s%s\n", cupel_isa_name(cupel_isa_best()), cupel_la_core(),
           wanted ? ", with OPENBLAS_CORETYPE=" : "", wanted ? wanted : "", wanted ? " (which cupel sets for itself) it is faster" : "");
    printf("dgemm %6.1f GFLOP/s   triad %5.1f GB/s\n", 2e-9 * N * N * N / dgemm_seconds(v), 24e-9 * LONG / triad_seconds(v, v + LONG, v + 2 * LONG));
    cupel_free(v);
    return 0;
}
