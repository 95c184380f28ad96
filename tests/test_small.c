/* core/math/small.c, mandel.c */
#include "tests/check.h"

#include "core/base/rng.h"
#include "core/math/mandel.h"
#include "core/math/small.h"

static void random_symmetric(uint64_t seed, size_t n, double *a)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = cupel_rng_normal(seed, i, j);
}

static void eigenvectors_diagonalise(void **state)
{
    (void)state;
    for (uint64_t t = 0; t < 200; t++) {
        const size_t n = 1 + t % 6;
        double a[36], value[6], v[36];
        random_symmetric(t, n, a);
        if (t % 5 == 0)
            for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j < n; j++) a[i * n + j] = i == j ? 2 : 0; /* all equal */
        cupel_small_eigen(a, n, value, v);
        for (size_t i = 0; i < n; i++) {
            if (i) assert_true(value[i] >= value[i - 1]);
            for (size_t j = 0; j < n; j++) {
                double av = 0, dot = 0;
                for (size_t k = 0; k < n; k++) {
                    av += a[j * n + k] * v[i * n + k];
                    dot += v[i * n + k] * v[j * n + k];
                }
                check_close(av, value[i] * v[i * n + j], 0, 1e-13);
                check_close(dot, i == j, 0, 1e-14);
            }
        }
    }
}

static void inverse_and_singular(void **state)
{
    (void)state;
    for (uint64_t t = 0; t < 100; t++) {
        const size_t n = 1 + t % 6;
        double a[36], b[36], c[36];
        for (size_t i = 0; i < n * n; i++) a[i] = cupel_rng_normal(7, t, i);
        assert_true(cupel_small_invert(a, n, b));
        cupel_small_multiply(a, b, n, n, n, c);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++) check_close(c[i * n + j], i == j, 0, 1e-10); /* the worst condition among 100 is about 1e4 */
    }
    double s[4] = {1, 2, 2, 4}, x[4] = {9, 9, 9, 9};
    assert_false(cupel_small_invert(s, 2, x));
    assert_true(x[0] == 9);
}

static void random_rotation(uint64_t seed, double q[9])
{
    cupel_bunge(360 * cupel_rng_uniform(seed, 0, 0), 180 * cupel_rng_uniform(seed, 0, 1), 360 * cupel_rng_uniform(seed, 0, 2), q);
}

/* e' = q e q^T written out with nine components against the Mandel form; and the matrix is orthogonal. */
static void mandel_rotation_is_that_of_components(void **state)
{
    (void)state;
    static const int row[6] = {0, 1, 2, 1, 0, 0}, col[6] = {0, 1, 2, 2, 2, 1};
    for (uint64_t t = 0; t < 20; t++) {
        double q[9], r[36], e[6], full[9], turned[9], left[9];
        random_rotation(t, q);
        cupel_mandel_rotation(q, r);
        for (size_t i = 0; i < 6; i++) e[i] = cupel_rng_normal(3, t, i);
        for (int i = 0; i < 6; i++) full[3 * row[i] + col[i]] = full[3 * col[i] + row[i]] = e[i] / (i < 3 ? 1 : sqrt(2));
        const double transpose[9] = {q[0], q[3], q[6], q[1], q[4], q[7], q[2], q[5], q[8]};
        cupel_small_multiply(q, full, 3, 3, 3, left);
        cupel_small_multiply(left, transpose, 3, 3, 3, turned);
        cupel_rotate_strain(q, e);
        for (int i = 0; i < 6; i++) check_close(e[i], turned[3 * row[i] + col[i]] * (i < 3 ? 1 : sqrt(2)), 0, 1e-14);
        for (size_t i = 0; i < 6; i++)
            for (size_t j = 0; j < 6; j++) {
                double dot = 0;
                for (size_t k = 0; k < 6; k++) dot += r[6 * i + k] * r[6 * j + k];
                check_close(dot, i == j, 0, 1e-14);
            }
    }
}

static void bunge_turns_about_the_axes(void **state)
{
    (void)state;
    double q[9];
    /* phi1 = 90: the crystal's first axis lies along the sample's second; Phi = 90: its third axis lies along minus the sample's second */
    cupel_bunge(90, 0, 0, q);
    check_close(q[3], 1, 0, 1e-15);
    cupel_bunge(0, 90, 0, q);
    check_close(q[5], -1, 0, 1e-15);
    cupel_bunge(30, 0, -30, q);
    for (int i = 0; i < 9; i++) check_close(q[i], i % 4 == 0, 0, 1e-15);
}

static void isotropic_tensors_do_not_turn(void **state)
{
    (void)state;
    double q[9], c[36] = {0}, d[36];
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) c[6 * i + j] = 3;
    for (int i = 0; i < 6; i++) c[7 * i] += 2 * 1.5;
    memcpy(d, c, sizeof d);
    random_rotation(11, q);
    cupel_rotate_c(q, d);
    for (int i = 0; i < 36; i++) check_close(d[i], c[i], 0, 1e-14);
    cupel_voigt_of_mandel(d);
    check_close(d[21], 1.5, 0, 1e-14);
    cupel_mandel_of_voigt(d);
    check_close(d[21], 3, 0, 1e-14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eigenvectors_diagonalise),          cmocka_unit_test(inverse_and_singular),
        cmocka_unit_test(mandel_rotation_is_that_of_components), cmocka_unit_test(bunge_turns_about_the_axes),
        cmocka_unit_test(isotropic_tensors_do_not_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
