/* Statistics of a volume of overlapping spheres, two phases, 256^3: CPU seconds of one thread and wall seconds of two, the best of five.
 *   bare FFT pair   a real transform forward and back of the same size, in place: ours and FFTW's timed plan, the better one counts
 *   triad           the memory rate beside it
 * Run from the project's root: build/benchmarks/bench_statistics [edge [set...]] */
#include "core/base/arena.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/fft.h"
#include "descriptors/microstructure/descriptor.h"

#include <fftw3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPEATS = 5 };

/* Spheres of radius n / 20, placed at random, that fill half of the box. */
static cupel_voxels spheres(size_t n)
{
    cupel_voxels v = {0};
    if (cupel_voxels_init(&v, 3, (const size_t[3]){n, n, n}, "benchmark", NULL)) exit(1);
    const long r = (long)n / 20, m = (long)n;
    const size_t count = (size_t)(0.693 * (double)(n * n * n) / (4.18879 * (double)(r * r * r)));
    for (size_t s = 0; s < count; s++) {
        long c[3];
        for (uint64_t a = 0; a < 3; a++) c[a] = (long)cupel_rng_below(1, a, s, n);
        for (long i = -r; i <= r; i++)
            for (long j = -r; j <= r; j++)
                for (long k = -r; k <= r; k++)
                    if (i * i + j * j + k * k <= r * r)
                        v.id[(size_t)((((c[0] + i + m) % m) * m + (c[1] + j + m) % m) * m + (c[2] + k + m) % m)] = 1;
    }
    if (cupel_voxels_number(&v, "benchmark", NULL)) exit(1);
    return v;
}

typedef struct figure {
    double cpu, wall; /* the best */
} figure;

static void better(figure *f, double cpu, double wall)
{
    if (f->cpu == 0 || cpu < f->cpu) f->cpu = cpu;
    if (f->wall == 0 || wall < f->wall) f->wall = wall;
}

static figure describe(const cupel_volume_descriptor *d, const cupel_voxels *v, size_t threads)
{
    figure f = {0};
    const cupel_job job = {.threads = threads, .isa = cupel_isa_best()};
    double value[64];
    if (cupel_method_settings(&d->method, NULL, value, NULL)) exit(1);
    for (int r = 0; r < REPEATS && f.wall * r < 20; r++) {
        cupel_err err;
        cupel_quantities q = {0};
        const double cpu = cupel_cpu_seconds(), wall = cupel_now();
        if (d->compute(v, value, &job, &q, &err)) {
            printf("%s: %s\n", d->method.name, err.message);
            exit(1);
        }
        better(&f, cupel_cpu_seconds() - cpu, cupel_now() - wall);
        cupel_quantities_release(&q);
    }
    return f;
}

static figure our_pair(size_t n, size_t threads)
{
    figure f = {0};
    cupel_fft *p;
    if (cupel_fft_new((const size_t[3]){n, n, n}, &p, NULL)) exit(1);
    float *x = cupel_alloc_aligned(cupel_fft_size(p), sizeof *x);
    if (!x) exit(1);
    for (int r = 0; r < REPEATS; r++) {
        const double cpu = cupel_cpu_seconds(), wall = cupel_now();
        if (cupel_fft_forward(p, x, threads, NULL) || cupel_fft_backward(p, x, threads, NULL)) exit(1);
        better(&f, cupel_cpu_seconds() - cpu, cupel_now() - wall);
    }
    cupel_free(x);
    cupel_fft_free(p);
    return f;
}

static figure fftw_pair(size_t n)
{
    figure f = {0};
    const int m = (int)n;
    float *x = fftwf_alloc_real(n * n * (n / 2 + 1) * 2);
    if (!x) exit(1);
    fftwf_plan forward = fftwf_plan_dft_r2c_3d(m, m, m, x, (fftwf_complex *)x, FFTW_MEASURE);
    fftwf_plan backward = fftwf_plan_dft_c2r_3d(m, m, m, (fftwf_complex *)x, x, FFTW_MEASURE);
    memset(x, 0, n * n * (n / 2 + 1) * 2 * sizeof *x);
    for (int r = 0; r < REPEATS; r++) {
        const double cpu = cupel_cpu_seconds(), wall = cupel_now();
        fftwf_execute(forward);
        fftwf_execute(backward);
        better(&f, cupel_cpu_seconds() - cpu, cupel_now() - wall);
    }
    fftwf_destroy_plan(forward);
    fftwf_destroy_plan(backward);
    fftwf_free(x);
    return f;
}

/* GB/s of a = b + 3 c on arrays too large for the caches. */
static double triad(void)
{
    enum { N = 1 << 24 };
    double best = 0;
    float *a = cupel_alloc_aligned(N, sizeof *a), *b = cupel_alloc_aligned(N, sizeof *b), *c = cupel_alloc_aligned(N, sizeof *c);
    if (!a || !b || !c) exit(1);
    for (int r = 0; r < REPEATS + 1; r++) {
        const double start = cupel_cpu_seconds();
        for (size_t i = 0; i < N; i++) a[i] = b[i] + 3 * c[i];
        const double rate = 3.0 * N * sizeof *a / (cupel_cpu_seconds() - start) / 1e9;
        if (r && rate > best) best = rate;
    }
    cupel_free(a);
    cupel_free(b);
    cupel_free(c);
    return best;
}

static bool asked(int argc, char **argv, const char *name)
{
    for (int i = 2; i < argc; i++)
        if (strcmp(argv[i], name) == 0) return true;
    return argc < 3;
}

int main(int argc, char **argv)
{
    const long edge = argc > 1 ? strtol(argv[1], NULL, 10) : 256;
    if (edge < 32 || edge > 1024) return 1;
    const size_t n = (size_t)edge;
    cupel_voxels v = spheres(n);
    const figure ours = our_pair(n, 1), ours2 = our_pair(n, 2), fftw = fftw_pair(n);
    const double pair = ours.cpu < fftw.cpu ? ours.cpu : fftw.cpu;
    double sum = 0;
    printf("%zu^3, two phases. Bare FFT pair, one thread: cupel %.1f ms, FFTW timed %.1f ms; two threads: cupel %.1f ms wall. Triad %.1f GB/s\n", n,
           1e3 * ours.cpu, 1e3 * fftw.cpu, 1e3 * ours2.wall, triad());
    for (size_t i = 0; cupel_volume_descriptors[i]; i++) {
        const cupel_volume_descriptor *d = cupel_volume_descriptors[i];
        if (!asked(argc, argv, d->method.name)) continue;
        const figure one = describe(d, &v, 1), two = describe(d, &v, 2);
        printf("%-16s one thread %9.1f ms CPU (%6.2f bare pairs, %6.2f ns/voxel)   two threads %9.1f ms wall\n", d->method.name, 1e3 * one.cpu,
               one.cpu / pair, 1e9 * one.cpu / (double)(n * n * n), 1e3 * two.wall);
        sum += two.wall;
    }
    printf("%-16s two threads %.2f s wall\n", "all of these", sum);
    cupel_voxels_release(&v);
    return 0;
}
