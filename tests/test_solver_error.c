/* models/homogenize/solver.c: when to stop. The error that iterating leaves stays below `accuracy` and below the bound that is given with the tensor,
 * against the same cell iterated until only rounding is left. */
#include "tests/solver_cases.h"

#include "core/math/fft.h"

/* A level cut through filtered noise, `waves` wavelengths in the box, share f of phase 1. */
static void case_of_field(size_t n, double waves, double f, uint64_t seed, cupel_mixture *m)
{
    const size_t shape[3] = {n, n, n};
    check_ok(cupel_mixture_init(m, 3, shape, 2, NULL), &(cupel_err){0});
    cupel_fft *t;
    check_ok(cupel_fft_new(shape, &t, NULL), &(cupel_err){0});
    const size_t pitch = cupel_fft_pitch(t);
    float *x = cupel_alloc_aligned(cupel_fft_size(t), sizeof *x);
    for (size_t v = 0; v < n * n * n; v++) x[v / n * pitch + v % n] = (float)cupel_rng_normal(seed, 1, v);
    check_ok(cupel_fft_forward(t, x, 1, NULL), &(cupel_err){0});
    for (size_t v = 0; v < n * n * (n / 2 + 1); v++) {
        const size_t at[3] = {v / (n / 2 + 1) / n, v / (n / 2 + 1) % n, v % (n / 2 + 1)};
        double k = 0;
        for (size_t d = 0; d < 3; d++) k += pow(at[d] > n / 2 ? (double)at[d] - (double)n : (double)at[d], 2);
        const float weight = (float)exp(-0.5 * pow((sqrt(k) - waves) / (0.15 * waves), 2));
        float *z = x + (at[0] * n + at[1]) * pitch + 2 * at[2];
        z[0] *= weight;
        z[1] *= weight;
    }
    check_ok(cupel_fft_backward(t, x, 1, NULL), &(cupel_err){0});
    double low = -1e9, high = 1e9;
    for (size_t step = 0; step < 100; step++) {
        const double level = 0.5 * (low + high);
        size_t above = 0;
        for (size_t v = 0; v < n * n * n; v++) above += (double)x[v / n * pitch + v % n] > level;
        *((double)above > f * (double)(n * n * n) ? &low : &high) = level;
    }
    for (size_t v = 0; v < n * n * n; v++) m->id8[v] = (double)x[v / n * pitch + v % n] > low;
    cupel_free(x);
    cupel_fft_free(t);
}

static double norm(size_t n, const double *a)
{
    double sum = 0;
    for (size_t i = 0; i < n * n; i++) sum += a[i] * a[i];
    return sqrt(sum);
}

typedef struct tally {
    size_t n, outside, beyond, iterations;
} tally;

static void compare(const cupel_mixture *m, const cupel_material *of, cupel_physics physics, double accuracy, bool keep, const double *exact,
                    tally *t)
{
    const cupel_job job = case_job();
    const cupel_solve_options o = {.physics = physics, .accuracy = accuracy, .keep_fields = keep};
    cupel_solution *s;
    cupel_err err = {0};
    double d[36];
    check_ok(cupel_solve(m, of, &o, &job, &s, &err), &err);
    const size_t n = cupel_solution_order(s);
    for (size_t i = 0; i < n * n; i++) d[i] = cupel_solution_tensor(s)[i] - exact[i];
    const double unit = accuracy * norm(n, exact), error = norm(n, d) / unit, bound = norm(n, cupel_solution_error(s)) / unit;
    if (error > 1)
        print_message("accuracy %g, contrast %g, %zu iterations: error %.3g of it, bound %.3g of it\n", accuracy, physics ? of[1].mu : of[1].k[0][0],
                      cupel_solution_iterations(s), error, bound);
    t->n++;
    t->outside += error > bound;
    t->beyond += error > 1;
    t->iterations += cupel_solution_iterations(s);
    cupel_solution_free(s);
}

static void bounds_hold(cupel_physics physics, const double *contrast, size_t n_contrasts, size_t n)
{
    tally t = {0};
    for (size_t c = 0; c < n_contrasts; c++)
        for (int f = 0; f < 2; f++) {
            const double k = contrast[c];
            const cupel_material of[2] = {physics ? case_elastic(1.5, 1) : case_conductor(1), physics ? case_elastic(0.8 * k, k) : case_conductor(k)};
            cupel_mixture m = {0};
            double exact[36];
            case_of_field(n, 3, f ? 0.5 : 0.2, 11 + c, &m);
            case_solve(&m, of, &(cupel_solve_options){.physics = physics, .accuracy = 1e-8}, exact);
            compare(&m, of, physics, 1e-2, false, exact, &t);
            compare(&m, of, physics, 1e-3, false, exact, &t);
            compare(&m, of, physics, 1e-4, false, exact, &t);
            compare(&m, of, physics, 1e-3, true, exact, &t);
            cupel_mixture_release(&m);
        }
    print_message("%zu solves, %zu iterations, error beyond its bound in %zu, beyond the accuracy asked for in %zu\n", t.n, t.iterations, t.outside,
                  t.beyond);
    assert_true(t.outside == 0);
    assert_true(t.beyond == 0);
}

static bool sanitized(void) { return getenv("CUPEL_SANITIZED") != NULL; }

static void conduction_stops_in_time(void **state)
{
    (void)state;
    static const double contrast[] = {10, 0.01, 100, 3, 0.1, 1e-4, 1e3, 1e4};
    bounds_hold(CUPEL_CONDUCTION, contrast, sanitized() ? 3 : 8, 20);
}

static void elasticity_stops_in_time(void **state)
{
    (void)state;
    static const double contrast[] = {100, 0.1, 0.01, 10, 1e-4, 1e3};
    bounds_hold(CUPEL_ELASTICITY, contrast, sanitized() ? 1 : 6, 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conduction_stops_in_time),
        cmocka_unit_test(elasticity_stops_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
