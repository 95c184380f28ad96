/* Homogenisation of a level-cut Gaussian field (fraction 1/2, 6 wavelengths in the box), the whole tensor, reading and planning not counted:
 *   iterations over all loads, seconds, and an iteration against what it cannot do without: its bare transform pairs on the same threads
 *   the error against the same cell iterated until only rounding is left (plain voxels up to 128^3)
 *   the most memory this process has held, per voxel, mixture and fields (a run with one case gives the figure of that case)
 * Wall time and CPU time, the best of REPEATS. The memory triad is printed beside.
 * Run from the project's root: build/benchmarks/bench_solver [edge conduction|elasticity contrast plain|mixed accuracy threads] */
#include "core/base/mem.h"
#include "core/math/fft.h"
#include "datasets/spaces/micro/recipe.h"
#include "models/homogenize/solver.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { REPEATS = 3, LONG = 8 << 20 };

typedef struct run {
    size_t edge;
    cupel_physics physics;
    double contrast;
    bool mixed;
    double accuracy;
    size_t threads;
} run;

typedef struct timing {
    double wall, cpu;
} timing;

static void must(cupel_status st, const cupel_err *err)
{
    if (st == CUPEL_OK) return;
    fprintf(stderr, "%s\n", err->message);
    exit(1);
}

static void keep_best(timing *best, double wall, double cpu, int repeat)
{
    if (repeat == 0 || wall < best->wall) best->wall = wall;
    if (repeat == 0 || cpu < best->cpu) best->cpu = cpu;
}

static double triad(void)
{
    float *a = cupel_alloc_aligned(3 * (size_t)LONG, sizeof *a), *b = a + LONG, *c = b + LONG;
    double best = 0;
    if (!a) exit(1);
    for (int r = 0; r < 5; r++) {
        const double start = cupel_cpu_seconds();
        for (size_t i = 0; i < LONG; i++) a[i] = b[i] + (float)r * c[i];
        const double rate = 12e-9 * LONG / (cupel_cpu_seconds() - start);
        if (r && rate > best) best = rate;
    }
    cupel_free(a);
    return best;
}

/* A pair of transforms of each field, as the solver's fields are. */
static timing bare_pairs(const run *w)
{
    const size_t n[3] = {w->edge, w->edge, w->edge}, fields = w->physics == CUPEL_CONDUCTION ? 1 : 3;
    timing best = {0};
    cupel_fft *f;
    cupel_err err = {0};
    must(cupel_fft_new(n, &f, &err), &err);
    float *x = cupel_alloc_aligned(fields * cupel_fft_size(f), sizeof *x);
    if (!x) exit(1);
    for (int r = -1; r < 4 * REPEATS; r++) {
        const double wall = cupel_now(), cpu = cupel_cpu_seconds();
        for (size_t c = 0; c < fields; c++) {
            must(cupel_fft_forward(f, x + c * cupel_fft_size(f), w->threads, &err), &err);
            must(cupel_fft_backward(f, x + c * cupel_fft_size(f), w->threads, &err), &err);
        }
        if (r >= 0) keep_best(&best, cupel_now() - wall, cupel_cpu_seconds() - cpu, r);
    }
    cupel_free(x);
    cupel_fft_free(f);
    return best;
}

static cupel_material phase(cupel_physics physics, double size)
{
    cupel_material m = {.has_k = true, .k_isotropic = true};
    for (size_t i = 0; i < 3; i++) m.k[i][i] = size;
    if (physics == CUPEL_ELASTICITY) cupel_material_set_lame(&m, 0.5769231 * size, 0.3846154 * size); /* E = 1, nu = 0.3 */
    return m;
}

static cupel_mixture build(const run *w)
{
    const cupel_job job = {.threads = w->threads, .isa = cupel_isa_best()};
    const size_t n[3] = {w->edge, w->edge, w->edge};
    cupel_recipe recipe;
    cupel_mixture m = {0};
    cupel_voxels v = {0};
    cupel_err err = {0};
    must(cupel_recipe_of_text("gaussian:fraction=0.5,wavelength=0.1666667,seed=1", &recipe, &err), &err);
    must(cupel_recipe_settle(&recipe, &job, &err), &err);
    if (w->mixed) {
        must(cupel_recipe_mixture(&recipe, n, &m, &job, &err), &err);
        return m;
    }
    must(cupel_recipe_voxels(&recipe, n, &v, &job, &err), &err);
    must(cupel_mixture_of_voxels(&v, &m, &err), &err);
    cupel_voxels_release(&v);
    return m;
}

static cupel_solution *solve(const run *w, const cupel_mixture *m, double accuracy)
{
    const cupel_job job = {.threads = w->threads, .isa = cupel_isa_best()};
    const cupel_material materials[2] = {phase(w->physics, 1), phase(w->physics, w->contrast)};
    const cupel_solve_options o = {.physics = w->physics, .accuracy = accuracy};
    cupel_solution *s;
    cupel_err err = {0};
    must(cupel_solve(m, materials, &o, &job, &s, &err), &err);
    return s;
}

static double error_of(const run *w, const cupel_mixture *m, const cupel_solution *s)
{
    cupel_solution *exact = solve(w, m, 1e-7);
    double square = 0, whole = 0;
    for (size_t i = 0; i < cupel_solution_order(s) * cupel_solution_order(s); i++) {
        const double a = cupel_solution_tensor(s)[i], b = cupel_solution_tensor(exact)[i];
        square += (a - b) * (a - b);
        whole += b * b;
    }
    cupel_solution_free(exact);
    return sqrt(square / whole);
}

static double peak_bytes(void)
{
    struct rusage u;
    return getrusage(RUSAGE_SELF, &u) == 0 ? 1024.0 * (double)u.ru_maxrss : 0;
}

static void measure(const run *w)
{
    const double voxels = (double)w->edge * (double)w->edge * (double)w->edge;
    cupel_mixture m = build(w);
    cupel_solution *s = NULL;
    timing best = {0};
    for (int r = 0; r < REPEATS; r++) {
        cupel_solution_free(s);
        const double cpu = cupel_cpu_seconds();
        s = solve(w, &m, w->accuracy);
        keep_best(&best, cupel_solution_seconds(s), cupel_cpu_seconds() - cpu, r);
    }
    const double peak = peak_bytes(), n = (double)cupel_solution_iterations(s);
    const timing pairs = bare_pairs(w);
    printf("%4zu^3 %-10s contrast %g %s, %zu threads: %3.0f iterations %7.3f s (CPU %7.3f)  "
           "an iteration %8.2f ms = %.2f bare pairs (%7.2f ms; CPU %.2f)  %5.1f bytes per voxel",
           w->edge, w->physics == CUPEL_CONDUCTION ? "conduction" : "elasticity", w->contrast, w->mixed ? "mixed" : "plain", w->threads,
           n, best.wall, best.cpu, 1e3 * best.wall / n, best.wall / n / pairs.wall, 1e3 * pairs.wall, best.cpu / n / pairs.cpu, peak / voxels);
    if (!w->mixed && w->edge <= 128) printf("  error %.1e, asked for %.0e", error_of(w, &m, s), w->accuracy);
    printf("\n");
    cupel_solution_free(s);
    cupel_mixture_release(&m);
}

int main(int argc, char **argv)
{
    static const run usual[] = {{128, CUPEL_CONDUCTION, 100, false, 1e-3, 2}, {128, CUPEL_ELASTICITY, 100, false, 1e-3, 2},
                                {128, CUPEL_ELASTICITY, 100, true, 1e-3, 2}};
    printf("triad %.1f GB/s (one thread)\n", triad());
    if (argc == 1)
        for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) measure(&usual[i]);
    else if (argc == 7) {
        const run one = {strtoul(argv[1], NULL, 10), argv[2][0] == 'e' ? CUPEL_ELASTICITY : CUPEL_CONDUCTION, strtod(argv[3], NULL),
                         strcmp(argv[4], "mixed") == 0,
                         strtod(argv[5], NULL), strtoul(argv[6], NULL, 10)};
        if (one.edge < 1 || one.edge > 2048 || one.threads < 1) return 1;
        measure(&one);
    } else
        return 1;
    return 0;
}
