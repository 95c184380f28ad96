/* Transform pairs of real float data, in place, one thread, CPU time, median of five.
 *   cupel       core/math/fft.c: fixed layout, nothing timed
 *   FFTW        its own 3-D plans of the same layout: timed (FFTW_MEASURE) and untimed (FFTW_ESTIMATE)
 * Run from the project's root: build/benchmarks/bench_fft [edge ...] */
#include "benchmarks/median.h"
#include "core/base/mem.h"
#include "core/math/fft.h"

#include <fftw3.h>
#include <stdio.h>
#include <stdlib.h>

enum { REPEATS = 5 };

static double cupel_pair(size_t n)
{
    cupel_fft *f;
    if (cupel_fft_new((const size_t[3]){n, n, n}, &f, NULL)) exit(1);
    float *x = cupel_alloc_aligned(cupel_fft_size(f), sizeof *x);
    double seconds[REPEATS];
    if (!x) exit(1);
    for (int r = -1; r < REPEATS; r++) { /* the first run warms up */
        const double start = cupel_cpu_seconds();
        if (cupel_fft_forward(f, x, 1, NULL) || cupel_fft_backward(f, x, 1, NULL)) exit(1);
        if (r >= 0) seconds[r] = cupel_cpu_seconds() - start;
    }
    cupel_free(x);
    cupel_fft_free(f);
    return median(seconds, REPEATS);
}

static double fftw_pair(size_t n, unsigned flags)
{
    const int m = (int)n;
    float *x = fftwf_alloc_real(n * n * (n / 2 + 1) * 2);
    double seconds[REPEATS];
    if (!x) exit(1);
    fftwf_plan forward = fftwf_plan_dft_r2c_3d(m, m, m, x, (fftwf_complex *)x, flags);
    fftwf_plan backward = fftwf_plan_dft_c2r_3d(m, m, m, (fftwf_complex *)x, x, flags);
    for (size_t i = 0; i < n * n * (n / 2 + 1) * 2; i++) x[i] = 0;
    for (int r = -1; r < REPEATS; r++) {
        const double start = cupel_cpu_seconds();
        fftwf_execute(forward);
        fftwf_execute(backward);
        if (r >= 0) seconds[r] = cupel_cpu_seconds() - start;
    }
    fftwf_destroy_plan(forward);
    fftwf_destroy_plan(backward);
    fftwf_free(x);
    return median(seconds, REPEATS);
}

static void compare(size_t n)
{
    const double voxels = (double)(n * n * n), ours = cupel_pair(n), timed = fftw_pair(n, FFTW_MEASURE);
    fftwf_forget_wisdom();
    const double untimed = fftw_pair(n, FFTW_ESTIMATE);
    printf("%4zu^3   cupel %8.2f ms %5.2f ns/voxel   FFTW timed %8.2f ms (%.2f times cupel)   untimed %8.2f ms (%.2f times)\n", n, 1e3 * ours,
           1e9 * ours / voxels, 1e3 * timed, timed / ours, 1e3 * untimed, untimed / ours);
}

int main(int argc, char **argv)
{
    static const size_t usual[] = {64, 96, 128, 256};
    if (argc == 1)
        for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) compare(usual[i]);
    for (int i = 1; i < argc; i++) {
        const long n = strtol(argv[i], NULL, 10);
        if (n < 1 || n > 2048) return 1;
        compare((size_t)n);
    }
    return 0;
}
