/* datasets/spaces/micro: what every generator has to hold, and the closed forms of each. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "datasets/spaces/micro/recipe.h"

static const cupel_job job = {.threads = 2};

static cupel_recipe recipe(const char *text)
{
    cupel_recipe r;
    cupel_err err;
    check_ok(cupel_recipe_of_text(text, &r, &err), &err);
    return r;
}

static cupel_mixture mixture(const cupel_recipe *r, size_t a, size_t b, size_t c)
{
    cupel_mixture m = {0};
    cupel_err err;
    check_ok(cupel_recipe_mixture(r, (const size_t[]){a, b, c}, &m, &job, &err), &err);
    return m;
}

static double fraction_of(const cupel_recipe *r, size_t n)
{
    double f[2];
    cupel_mixture m = mixture(r, n, n, n);
    cupel_mixture_fractions(&m, f);
    cupel_mixture_release(&m);
    return f[1];
}

static float *shares(const cupel_recipe *r, size_t n)
{
    cupel_err err;
    float *s = cupel_alloc(n * n * n, sizeof *s);
    assert_non_null(s);
    check_ok(cupel_recipe_shares(r, (const size_t[]){n, n, n}, s, &job, &err), &err);
    return s;
}

/* Two-phase recipes that change smoothly: one of each family. */
static const char *const smooth[] = {"gyroid:fraction=0.4", "gyroid:fraction=0.3,sheet=1", "diamond:fraction=0.55", "primitive:fraction=0.25",
                                     "diamond:fraction=0.4,sheet=1,periods1=2,periods3=2",
                                     "gaussian:fraction=0.35,wavelength=0.3,seed=3", "gaussian_shell:fraction=0.4,wavelength=0.4,centre=0.3,seed=3",
                                     "spinodoid:fraction=0.6,wavelength=0.3,bandwidth=0.2,cone1=0,seed=3"};

/* Shares are floats: their mean is good to 1e-8. */
static void every_grid_has_the_fraction_of_the_recipe(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof smooth / sizeof *smooth; i++) {
        const cupel_recipe r = recipe(smooth[i]);
        static const size_t grid[] = {17, 48, 64};
        for (size_t g = 0; g < sizeof grid / sizeof *grid; g++) check_close(fraction_of(&r, grid[g]), cupel_recipe_get(&r, "fraction"), 1e-6, 0);
    }
}

/* The settled level has the fraction by itself: centres of 200^3 voxels counted at it, good to a few 1e-5 for a smooth surface. */
static void the_threshold_has_the_fraction_on_a_fine_grid(void **state)
{
    (void)state;
    const size_t n = getenv("CUPEL_SANITIZED") ? 90 : 200;
    for (size_t i = 0; i < 4; i++) {
        cupel_recipe r = recipe(smooth[i]);
        cupel_voxels v = {0};
        cupel_err err;
        double f[2];
        check_ok(cupel_recipe_voxels(&r, (const size_t[]){n, n + 1, n + 3}, &v, &job, &err), &err);
        cupel_voxels_fractions(&v, f);
        check_close(f[1], cupel_recipe_get(&r, "fraction"), 0, n < 200 ? 3e-4 : 1e-4);
        cupel_voxels_release(&v);
    }
}

/* The same interface on every grid: shares of 64 averaged over 2 x 2 x 2 are those of 32 but for the curvature within a voxel. */
static void coarsening_the_fine_grid_gives_the_coarse_one(void **state)
{
    (void)state;
    enum { N = 32 };
    for (size_t i = 0; i < sizeof smooth / sizeof *smooth; i++) {
        const cupel_recipe r = recipe(smooth[i]);
        float *fine = shares(&r, 2 * N), *coarse = shares(&r, N);
        double sum = 0;
        for (size_t x = 0; x < N; x++)
            for (size_t y = 0; y < N; y++)
                for (size_t z = 0; z < N; z++) {
                    double mean = 0;
                    for (size_t q = 0; q < 8; q++)
                        mean += (double)fine[((2 * x + (q >> 2)) * 2 * N + 2 * y + (q >> 1 & 1)) * 2 * N + 2 * z + (q & 1)] / 8;
                    const double d = mean - (double)coarse[(x * N + y) * N + z];
                    sum += d * d;
                }
        check_close(sqrt(sum / (N * N * N)), 0, 0, 0.01);
        cupel_free(fine);
        cupel_free(coarse);
    }
}

static void threads_do_not_change_a_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof smooth / sizeof *smooth; i++) {
        const cupel_recipe r = recipe(smooth[i]);
        const size_t n[3] = {24, 20, 28};
        cupel_mixture a = {0}, b = {0};
        cupel_err err;
        check_ok(cupel_recipe_mixture(&r, n, &a, &(const cupel_job){.threads = 1}, &err), &err);
        check_ok(cupel_recipe_mixture(&r, n, &b, &(const cupel_job){.threads = 3}, &err), &err);
        assert_int_equal(a.n_cuts, b.n_cuts);
        assert_memory_equal(a.cut, b.cut, a.n_cuts * sizeof *a.cut);
        assert_memory_equal(a.row, b.row, (n[0] * n[1] + 1) * sizeof *a.row);
        assert_memory_equal(a.id8, b.id8, n[0] * n[1] * n[2]);
        cupel_mixture_release(&a);
        cupel_mixture_release(&b);
    }
}

/* A settled recipe and one that is not have the same mixture: the fraction decides. */
static void settling_does_not_change_the_mixture(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof smooth / sizeof *smooth; i++) {
        enum { N = 24 };
        cupel_recipe r = recipe(smooth[i]);
        cupel_err err;
        float *a = shares(&r, N);
        check_ok(cupel_recipe_settle(&r, &job, &err), &err);
        float *b = shares(&r, N);
        for (size_t q = 0; q < N * N * N; q++) check_close((double)a[q], (double)b[q], 0, 1e-4);
        cupel_free(a);
        cupel_free(b);
    }
}

/* Central differences of two steps agree to second order: twice the step, four times the difference. */
static void shares_change_smoothly_with_the_parameters(void **state)
{
    (void)state;
    enum { N = 20, COUNT = N * N * N };
    for (size_t i = 0; i < sizeof smooth / sizeof *smooth; i++) {
        cupel_recipe r = recipe(smooth[i]);
        cupel_err err;
        const double x = cupel_recipe_get(&r, "fraction"), h = 1e-3;
        float *s[4];
        for (int k = 0; k < 4; k++) {
            check_ok(cupel_recipe_set(&r, "fraction", x + h * (const double[]){-2, -1, 1, 2}[k], &err), &err);
            s[k] = shares(&r, N);
        }
        double sum = 0, differ = 0, norm = 0;
        for (size_t q = 0; q < COUNT; q++) {
            const double one = ((double)s[2][q] - (double)s[1][q]) / (2 * h), two = ((double)s[3][q] - (double)s[0][q]) / (4 * h);
            sum += one / COUNT;
            differ += (one - two) * (one - two);
            norm += one * one;
        }
        check_close(sum, 1, 0, 1e-3); /* float shares over the step */
        check_close(sqrt(differ / norm), 0, 0, 0.05);
        for (int k = 0; k < 4; k++) cupel_free(s[k]);
    }
}

/* The interior of the surface and its exterior are congruent: at one half, half a period along the diagonal turns one into the other. */
static void the_gyroid_is_its_own_complement(void **state)
{
    (void)state;
    enum { N = 16 };
    const cupel_recipe r = recipe("gyroid:fraction=0.5");
    float *s = shares(&r, N);
    for (size_t x = 0; x < N; x++)
        for (size_t y = 0; y < N; y++)
            for (size_t z = 0; z < N; z++) /* f(-u) = -f(u) */
                check_close((double)s[(x * N + y) * N + z] + (double)s[((N - 1 - x) * N + N - 1 - y) * N + N - 1 - z], 1, 0, 1e-4);
    cupel_free(s);
}

/* |f / |grad f|| against the distance itself, found by walking along the normal, within two voxels. */
static void the_level_is_the_distance_near_the_interface(void **state)
{
    (void)state;
    enum { N = 48 };
    cupel_recipe r = recipe("primitive:fraction=0.5");
    cupel_err err;
    float *level = cupel_alloc((size_t)N * N * N, sizeof *level);
    assert_non_null(level);
    check_ok(cupel_recipe_level(&r, (const size_t[]){N, N, N}, level, &job, &err), &err);
    const double k = 2 * acos(-1.0) / N;
    for (size_t q = 0; q < (size_t)N * N * N; q += 37) {
        const double x[3] = {(double)(q / (N * N)) + 0.5, (double)(q / N % N) + 0.5, (double)(q % N) + 0.5};
        double y[3] = {x[0], x[1], x[2]};
        for (int step = 0; step < 8; step++) { /* Newton along the gradient */
            double f = 0, g2 = 0;
            for (int d = 0; d < 3; d++) {
                f += cos(k * y[d]);
                g2 += k * k * sin(k * y[d]) * sin(k * y[d]);
            }
            for (int d = 0; d < 3; d++) y[d] -= f / g2 * -k * sin(k * y[d]);
        }
        const double true_d = sqrt((x[0] - y[0]) * (x[0] - y[0]) + (x[1] - y[1]) * (x[1] - y[1]) + (x[2] - y[2]) * (x[2] - y[2]));
        const double f = cos(k * x[0]) + cos(k * x[1]) + cos(k * x[2]);
        if (true_d < 2)
            check_close((double)level[q], f > 0 ? true_d : -true_d, 0, 0.12); /* curvature: d^2 / 2R, R about N / 2 pi */
        else
            assert_true((double)level[q] * f > 0 && fabs((double)level[q]) > 1.7);
    }
    cupel_free(level);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_grid_has_the_fraction_of_the_recipe),     cmocka_unit_test(the_threshold_has_the_fraction_on_a_fine_grid),
        cmocka_unit_test(coarsening_the_fine_grid_gives_the_coarse_one), cmocka_unit_test(threads_do_not_change_a_byte),
        cmocka_unit_test(settling_does_not_change_the_mixture),          cmocka_unit_test(shares_change_smoothly_with_the_parameters),
        cmocka_unit_test(the_gyroid_is_its_own_complement),              cmocka_unit_test(the_level_is_the_distance_near_the_interface),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
