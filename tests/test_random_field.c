/* datasets/spaces/micro/random_field.c, gaussian.c: spectra, fields, and the closed forms of their level cuts. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "datasets/spaces/micro/interface.h"
#include "datasets/spaces/micro/random_field.h"

#define PI 3.14159265358979323846

static const cupel_job job = {.threads = 2};

static cupel_modes modes(const cupel_spectrum *s, uint64_t seed)
{
    cupel_modes m = {0};
    cupel_err err;
    check_ok(cupel_modes_make(s, seed, 0, &m, &err), &err);
    return m;
}

/* By the points of a spiral on the sphere, 20,000 of them: good to 1e-4. */
static void harmonics_are_orthonormal(void **state)
{
    (void)state;
    enum { N = 20000 };
    double sum[CUPEL_HARMONICS][CUPEL_HARMONICS] = {{0}}, y[CUPEL_HARMONICS];
    for (int i = 0; i < N; i++) {
        const double z = 1 - (2 * i + 1.0) / N, phi = i * PI * (3 - sqrt(5.0)), s = sqrt(1 - z * z);
        cupel_harmonics((const double[]){s * cos(phi), s * sin(phi), z}, y);
        for (int a = 0; a < CUPEL_HARMONICS; a++)
            for (int b = 0; b <= a; b++) sum[a][b] += y[a] * y[b] * 4 * PI / N;
    }
    for (int a = 0; a < CUPEL_HARMONICS; a++)
        for (int b = 0; b <= a; b++) check_close(sum[a][b], a == b, 0, 1e-3);
    cupel_harmonics((const double[]){0.6, 0, 0.8}, y);
    check_close(y[2], sqrt(5 / (16 * PI)) * (3 * 0.64 - 1), 1e-12, 0);  /* Y20 */
    check_close(y[3], sqrt(15 / (4 * PI)) * 0.6 * 0.8, 1e-12, 0);       /* Y21 ~ xz */
    check_close(y[4], sqrt(15 / (16 * PI)) * 0.36, 1e-12, 0);           /* Y22 ~ x^2 - y^2 */
}

static void the_field_is_the_same_on_every_grid(void **state)
{
    (void)state;
    const cupel_spectrum s = {.wavelength = 0.25, .bandwidth = 0.2};
    cupel_modes m = modes(&s, 5);
    cupel_err err;
    const size_t coarse[3] = {9, 15, 5},
                 fine[3] = {27, 45, 15}; /* centres of the coarse voxels are centres of fine ones; 5 is too coarse for the band */
    float *a = cupel_alloc_aligned(cupel_field_room(coarse), sizeof *a), *b = cupel_alloc_aligned(cupel_field_room(fine), sizeof *b);
    assert_true(a && b);
    check_ok(cupel_modes_field(&m, coarse, a, &job, &err), &err);
    check_ok(cupel_modes_field(&m, fine, b, &job, &err), &err);
    for (size_t i = 0; i < 9; i++)
        for (size_t j = 0; j < 15; j++)
            for (size_t k = 0; k < 5; k++) {
                const double at = (double)b[((3 * i + 1) * 45 + 3 * j + 1) * 15 + 3 * k + 1];
                check_close((double)a[(i * 15 + j) * 5 + k], at, 0, 2e-5);
                if (i * 7 + j * 3 + k != 20) continue;
                double sum = 0; /* one place by the definition */
                const double u[3] = {((double)i + 0.5) / 9, ((double)j + 0.5) / 15, ((double)k + 0.5) / 5};
                for (size_t w = 0; w < m.n; w++) {
                    const double angle = 2 * PI * (m.mode[w].k[0] * u[0] + m.mode[w].k[1] * u[1] + m.mode[w].k[2] * u[2]);
                    sum += 2 * ((double)m.mode[w].re * cos(angle) - (double)m.mode[w].im * sin(angle));
                }
                check_close(at, sum, 0, 2e-5);
            }
    cupel_free(a);
    cupel_free(b);
    cupel_modes_release(&m);
}

static void spectra_do_what_their_parameters_say(void **state)
{
    (void)state;
    cupel_spectrum s = {.wavelength = 0.1, .bandwidth = 0.1};
    cupel_modes m = modes(&s, 1);
    double power = 0;
    for (size_t i = 0; i < m.n; i++) power += 2 * (double)m.mode[i].power;
    check_close(power, 1, 1e-5, 0);
    check_close(m.waves, 10 * sqrt(1 + 3 * 0.01), 0.02, 0); /* <q^2> of a shell: q weighs its surface too */
    check_close(m.slope[0], m.slope[2], 1e-6, 0);
    cupel_modes_release(&m);
    s.metric[0] = 2 * log(2.0); /* waves twice as long along axis 1 */
    m = modes(&s, 1);
    check_close(m.slope[1] / m.slope[0], 2, 0.02, 0);
    cupel_modes_release(&m);
    s.metric[0] = 0;
    s.harmonic[2] = 3; /* Y20: waves along axis 3 */
    m = modes(&s, 1);
    assert_true(m.slope[2] > 1.5 * m.slope[0]);
    check_close(m.slope[0], m.slope[1], 1e-6, 0);
    cupel_modes_release(&m);
    s.harmonic[2] = 0;
    s.cone[0] = 20 * PI / 180;
    s.edge = 2 * PI / 180;
    m = modes(&s, 1);
    assert_true(m.slope[0] > 3 * m.slope[1]); /* tan 20 degrees / sqrt 2 is the rms of the others at the rim */
    cupel_modes_release(&m);
}

/* S2(r) = share^2 + 1 / 2 pi integral_0^rho exp(-b^2 / (1 + t)) / sqrt(1 - t^2) dt, by Simpson's rule in asin t. */
static double two_point(double share, double b, double rho)
{
    enum { STEPS = 64 };
    const double end = asin(rho), h = end / STEPS;
    double sum = 0;
    for (int i = 0; i <= STEPS; i++) sum += exp(-b * b / (1 + sin(i * h))) * (i == 0 || i == STEPS ? 1 : i % 2 ? 4 : 2);
    return share * share + sum * h / 3 / (2 * PI);
}

static double correlation(const cupel_modes *m, int axis, double r)
{
    double sum = 0;
    for (size_t i = 0; i < m->n; i++) sum += 2 * (double)m->mode[i].power * cos(2 * PI * m->mode[i].k[axis] * r);
    return sum;
}

/* Averages over SEEDS fields of about 200 independent cells each differ from the ensemble by some 0.002. */
static void cuts_have_the_two_point_function_of_theory(void **state)
{
    (void)state;
    enum { N = 48, LAGS = 12, SEEDS = 6 };
    static const char *const text[] = {"gaussian:fraction=0.5,wavelength=0.1666667", "gaussian:fraction=0.3,wavelength=0.1666667,metric11=1"};
    for (int t = 0; t < 2; t++) {
        double s2[3][LAGS] = {{0}};
        const cupel_spectrum s = {.wavelength = 0.1666667, .bandwidth = 0.25, .metric = {t}};
        cupel_modes m = modes(&s, 1);
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            cupel_recipe r;
            cupel_voxels v = {0};
            cupel_err err;
            check_ok(cupel_recipe_of_text(text[t], &r, &err), &err);
            r.seed = seed;
            check_ok(cupel_recipe_voxels(&r, (const size_t[]){N, N, N}, &v, &job, &err), &err);
            const size_t stride[3] = {(size_t)N * N, N, 1};
            for (int axis = 0; axis < 3; axis++)
                for (size_t lag = 0; lag < LAGS; lag++)
                    for (size_t q = 0; q < (size_t)N * N * N; q++) {
                        const size_t at = q / stride[axis] % N,
                                     to = at + lag < N ? q + lag * stride[axis] : q + lag * stride[axis] - N * stride[axis];
                        s2[axis][lag] += (double)(v.id[q] & v.id[to]) / ((double)N * N * N * SEEDS);
                    }
            cupel_voxels_release(&v);
        }
        const double share = t ? 0.3 : 0.5, b = cupel_normal_quantile_above(share);
        for (int axis = 0; axis < 3; axis++)
            for (size_t lag = 0; lag < LAGS; lag++) check_close(s2[axis][lag], two_point(share, b, correlation(&m, axis, (double)lag / N)), 0, 0.008);
        cupel_modes_release(&m);
    }
}

/* Surface per volume (2 / pi) sqrt(<|grad f|^2> / 3) exp(-b^2 / 2), Teubner 1991; here the share of voxels within half a voxel of the interface,
 * which misses about 1 % by its curvature on this grid. */
static void cuts_have_the_surface_of_theory(void **state)
{
    (void)state;
    enum { N = 96, SEEDS = 3 };
    const cupel_spectrum s = {.wavelength = 0.1666667, .bandwidth = 0.25};
    float *level = cupel_alloc((size_t)N * N * N, sizeof *level);
    assert_non_null(level);
    for (int t = 0; t < 2; t++) {
        const double share = t ? 0.25 : 0.5, b = cupel_normal_quantile_above(share);
        double surface = 0;
        cupel_modes m = modes(&s, 1);
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            cupel_recipe r;
            cupel_err err;
            check_ok(cupel_recipe_of_text("gaussian:wavelength=0.1666667", &r, &err), &err);
            check_ok(cupel_recipe_set(&r, "fraction", share, &err), &err);
            r.seed = seed;
            check_ok(cupel_recipe_level(&r, (const size_t[]){N, N, N}, level, &job, &err), &err);
            for (size_t q = 0; q < (size_t)N * N * N; q++) surface += (double)(fabsf(level[q]) < 0.5F) * N / ((double)N * N * N * SEEDS);
        }
        const double slope = sqrt((m.slope[0] * m.slope[0] + m.slope[1] * m.slope[1] + m.slope[2] * m.slope[2]) / 3);
        check_close(surface, 2 / PI * slope * exp(-b * b / 2), 0.02, 0);
        cupel_modes_release(&m);
    }
    cupel_free(level);
}

/* Every parameter: the derivative of the shares by a step and by twice the step agree, and the volume stays. */
static void everything_changes_smoothly_with_the_spectrum(void **state)
{
    (void)state;
    enum { N = 20, COUNT = N * N * N };
    static const struct {
        const char *recipe, *parameter;
    } tried[] = {{"gaussian:fraction=0.4,wavelength=0.35,seed=2", "wavelength"}, {"gaussian:fraction=0.4,wavelength=0.35,seed=2", "metric12"},
                 {"gaussian:fraction=0.4,wavelength=0.35,seed=2", "y2_0"},       {"gaussian:fraction=0.4,wavelength=0.35,seed=2", "y6_-3"},
                 {"gaussian:fraction=0.4,wavelength=0.35,seed=2", "bandwidth"},  {"gaussian_shell:fraction=0.4,wavelength=0.35,seed=2", "centre"},
                 {"spinodoid:fraction=0.4,wavelength=0.35,seed=2,bandwidth=0.2,cone1=40", "cone1"}};
    float *s[4];
    for (int k = 0; k < 4; k++) assert_non_null(s[k] = cupel_alloc(COUNT, sizeof **s));
    for (size_t i = 0; i < sizeof tried / sizeof *tried; i++) {
        cupel_recipe r;
        cupel_err err;
        check_ok(cupel_recipe_of_text(tried[i].recipe, &r, &err), &err);
        const double x = cupel_recipe_get(&r, tried[i].parameter), h = strncmp(tried[i].parameter, "cone", 4) == 0 ? 0.05 : 1e-3;
        for (int k = 0; k < 4; k++) {
            check_ok(cupel_recipe_set(&r, tried[i].parameter, x + h * (const double[]){-2, -1, 1, 2}[k], &err), &err);
            check_ok(cupel_recipe_shares(&r, (const size_t[]){N, N, N}, s[k], &job, &err), &err);
        }
        double sum = 0, differ = 0, norm = 0;
        for (size_t q = 0; q < COUNT; q++) {
            const double one = ((double)s[2][q] - (double)s[1][q]) / (2 * h), two = ((double)s[3][q] - (double)s[0][q]) / (4 * h);
            sum += one / COUNT;
            differ += (one - two) * (one - two);
            norm += one * one;
        }
        check_close(sum, 0, 0, 1e-3);
        assert_true(norm > 1e-3);
        check_close(sqrt(differ / norm), 0, 0, 0.05);
    }
    for (int k = 0; k < 4; k++) cupel_free(s[k]);
}

static void spectra_without_waves_are_refused(void **state)
{
    (void)state;
    cupel_modes m = {0};
    cupel_err err;
    const cupel_spectrum none = {.wavelength = 0.8, .bandwidth = 0.01}, many = {.wavelength = 0.02, .bandwidth = 1, .metric = {-3, -3, -3}};
    check_fails(cupel_modes_make(&none, 1, 0, &m, &err), CUPEL_USAGE, &err, "no wave of one box");
    check_fails(cupel_modes_make(&many, 1, 0, &m, &err), CUPEL_USAGE, &err, "make wavelength larger");
    assert_null(m.mode);
    cupel_recipe r;
    check_fails(cupel_recipe_of_text("spinodoid:cone1=0,cone2=0,cone3=0", &r, &err), CUPEL_USAGE, &err, "at least one");
    check_fails(cupel_recipe_of_text("spinodoid:cone1=5", &r, &err), CUPEL_USAGE, &err, "10 to 90");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(harmonics_are_orthonormal),       cmocka_unit_test(the_field_is_the_same_on_every_grid),
        cmocka_unit_test(spectra_do_what_their_parameters_say), cmocka_unit_test(cuts_have_the_two_point_function_of_theory),
        cmocka_unit_test(cuts_have_the_surface_of_theory), cmocka_unit_test(everything_changes_smoothly_with_the_spectrum),
        cmocka_unit_test(spectra_without_waves_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
