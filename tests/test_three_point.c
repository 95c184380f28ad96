/* Three-point parameters: layers, symmetric phases, dilute and overlapping spheres, and the sum over pairs of waves with Legendre polynomials. */
#include "tests/box.h"

#include <complex.h>

static double of(const cupel_voxels *v, const char *name, int phase) { return value_of(v, "three_point", NULL, name, phase, -1); }

/* Layers across an axis, also in flat voxels: the field is chi - phi, of whose square the share 1 - phi is in the phase, for every degree. */
static void test_layers(void **state)
{
    (void)state;
    for (int dim = 2; dim <= 3; dim++)
        for (int axis = 0; axis < dim; axis++) {
            cupel_voxels v = box(dim, 16, 16, 16, true);
            v.size[1] = 1.7;
            for (size_t i = 0; i < cupel_voxels_count(&v); i++) {
                const size_t x[3] = {i / (v.n[1] * v.n[2]), i / v.n[2] % v.n[1], i % v.n[2]};
                v.id[i] = x[axis] < 4;
            }
            number(&v);
            check_close(of(&v, "zeta", 1), 0.75, 1e-5, 0); /* float */
            check_close(of(&v, "eta", 1), 0.75, 1e-5, 0);
            check_close(of(&v, "zeta", 0) + of(&v, "zeta", 1), 1, 1e-12, 0);
            cupel_voxels_release(&v);
        }
}

/* A board in which moving by a cell exchanges the phases. */
static void test_symmetric_phases(void **state)
{
    (void)state;
    for (int dim = 2; dim <= 3; dim++) {
        cupel_voxels v = box(dim, 12, 16, 8, true);
        for (size_t i = 0; i < cupel_voxels_count(&v); i++) {
            const size_t x[3] = {i / (v.n[1] * v.n[2]), i / v.n[2] % v.n[1], i % v.n[2]};
            v.id[i] = (x[0] / 6 + x[1] / 8 + (dim == 3 ? x[2] / 4 : 0)) % 2;
        }
        number(&v);
        check_close(of(&v, "zeta", 1), 0.5, 1e-5, 0);
        check_close(of(&v, "eta", 1), 0.5, 1e-5, 0);
        cupel_voxels_release(&v);
    }
}

/* A lone ball has a uniform field inside, whose deviator is 0: zeta vanishes with the fraction. */
static void test_dilute(void **state)
{
    (void)state;
    const size_t n = getenv("CUPEL_SANITIZED") ? 32 : 64;
    for (int dim = 2; dim <= 3; dim++) {
        cupel_voxels v = box(dim, n, n, n, true);
        balls(&v, 1, 0.23 * (double)n, 1);
        assert_true(of(&v, "zeta", 1) < 0.015); /* 0.018 on the grid alone */
        assert_true(of(&v, "zeta", 1) < of(&v, "zeta error", 1));
        check_close(of(&v, "zeta", 0), 1, 0, 0.015);
        cupel_voxels_release(&v);
    }
}

/* Overlapping spheres at a fraction of one half: zeta = 0.29 (Torquato 2002, table 22.2; two digits), here of one realisation. */
static void test_overlapping_spheres(void **state)
{
    (void)state;
    const size_t n = getenv("CUPEL_SANITIZED") ? 40 : 72;
    const double r = 5, count = 0.6931 * (double)(n * n * n) / (4.0 / 3 * 3.14159265 * r * r * r);
    cupel_voxels v = box(3, n, n, n, true);
    balls(&v, (size_t)count, r, 3);
    double f[2];
    cupel_voxels_fractions(&v, f);
    check_close(of(&v, "zeta", 1), 0.29 + 0.6 * (f[1] - 0.5), 0, 0.04); /* the slope of the table */
    const double periodic = of(&v, "zeta", 1);
    v.periodic = false;
    check_close(of(&v, "zeta", 1), periodic, 0, 0.05);
    cupel_voxels_release(&v);
}

/* ---- by pairs of waves ---- */

enum { N0 = 5, N1 = 3, N2 = 5, POINTS = N0 * N1 * N2 };

static double legendre(int dim, int l, double c)
{
    if (dim == 2) return cos(l * acos(fmax(-1, fmin(1, c))));
    return l == 2 ? (3 * c * c - 1) / 2 : (35 * c * c * c * c - 30 * c * c + 3) / 8;
}

static double complex transform(const double *chi, const size_t n[3], const long k[3], size_t count)
{
    double complex s = 0;
    for (size_t i = 0; i < count; i++) {
        const double x[3] = {(double)(i / (n[1] * n[2])), (double)(i / n[2] % n[1]), (double)(i % n[2])};
        double phase = 0;
        for (int a = 0; a < 3; a++) phase += (double)k[a] * x[a] / (double)n[a];
        s += chi[i] * cexp(-2 * 3.14159265358979323846 * I * phase);
    }
    return s;
}

/* sum over k, q of P(k q) X(k) X*(q) X(q - k) / (N sum |X|^2) */
static double share(int dim, int l, const double *chi, const size_t n[3], const double size[3])
{
    const size_t count = n[0] * n[1] * n[2];
    double complex x[POINTS], sum = 0;
    double u[POINTS][3], all = 0;
    long k[POINTS][3];
    for (size_t i = 0; i < count; i++) {
        const size_t f[3] = {i / (n[1] * n[2]), i / n[2] % n[1], i % n[2]};
        double norm = 0;
        for (int a = 0; a < 3; a++) {
            k[i][a] = (long)f[a] - (2 * f[a] > n[a] ? (long)n[a] : 0);
            u[i][a] = (double)k[i][a] / ((double)n[a] * size[a]);
            norm += u[i][a] * u[i][a];
        }
        for (int a = 0; a < 3; a++) u[i][a] /= i ? sqrt(norm) : 1;
        x[i] = transform(chi, n, k[i], count);
    }
    for (size_t i = 1; i < count; i++) {
        all += creal(x[i] * conj(x[i]));
        for (size_t j = 1; j < count; j++) {
            const long d[3] = {k[j][0] - k[i][0], k[j][1] - k[i][1], k[j][2] - k[i][2]};
            sum += legendre(dim, l, u[i][0] * u[j][0] + u[i][1] * u[j][1] + u[i][2] * u[j][2]) * x[i] * conj(x[j]) * transform(chi, n, d, count);
        }
    }
    return creal(sum) / ((double)count * all);
}

static void test_pairs_of_waves(void **state)
{
    (void)state;
    for (int dim = 2; dim <= 3; dim++) {
        const size_t n[3] = {N0, dim == 2 ? N2 : N1, dim == 2 ? 1 : N2}, m[3] = {3, dim == 2 ? 3 : 2, dim == 2 ? 1 : 3};
        cupel_voxels v = box(dim, n[0], n[1], n[2], true);
        v.size[1] = 1.3;
        scatter(&v, 2, 5);
        double fine[POINTS], coarse[POINTS] = {0}, coarse_size[3], s[2][2];
        size_t count = n[0] * n[1] * n[2], cells = m[0] * m[1] * m[2];
        for (size_t i = 0; i < count; i++) fine[i] = v.id[i];
        for (size_t c = 0; c < cells; c++) /* means over the cells, by points of a grid n m */
            for (size_t t = 0; t < count; t++) {
                const size_t x0 = (c / (m[1] * m[2]) * n[0] + t / (n[1] * n[2])) / m[0], x1 = (c / m[2] % m[1] * n[1] + t / n[2] % n[1]) / m[1],
                             x2 = (c % m[2] * n[2] + t % n[2]) / m[2];
                coarse[c] += fine[(x0 * n[1] + x1) * n[2] + x2] / (double)count;
            }
        for (int a = 0; a < 3; a++) coarse_size[a] = v.size[a] * (double)n[a] / (double)m[a];
        for (int l = 0; l < 2; l++) {
            s[0][l] = share(dim, 2 * l + 2, fine, n, v.size);
            s[1][l] = share(dim, 2 * l + 2, coarse, m, coarse_size);
        }
        double zeta[2], eta[2], on = 1 / (pow((double)count / (double)cells, 1.0 / dim) - 1);
        for (int g = 0; g < 2; g++) {
            zeta[g] = s[g][0];
            eta[g] = dim == 2 ? s[g][1] : (5 * s[g][0] + 16 * s[g][1]) / 21;
        }
        if (dim == 2) { /* 3 x 2 x 3 has opposite frequencies, which this sum takes on one side */
            check_close(of(&v, "zeta", 1), fmax(0, fmin(1, zeta[0] + on * (zeta[0] - zeta[1]))), 1e-5, 0);
            check_close(of(&v, "eta", 1), fmax(0, fmin(1, eta[0] + on * (eta[0] - eta[1]))), 1e-5, 0);
            check_close(of(&v, "zeta error", 1), fabs(zeta[0] - zeta[1]), 1e-4, 1e-5);
        } else { /* value = s + on (s - coarse) and error = |s - coarse| give s */
            const double sign = of(&v, "zeta", 1) > zeta[0] ? 1 : -1, turn = of(&v, "eta", 1) > eta[0] ? 1 : -1;
            check_close(of(&v, "zeta", 1) - sign * on * of(&v, "zeta error", 1), zeta[0], 1e-5, 0);
            check_close(of(&v, "eta", 1) - turn * on * of(&v, "eta error", 1), eta[0], 1e-5, 0);
        }
        cupel_voxels_release(&v);
    }
}

/* Moved, mirrored and with axes exchanged: the same. Even axes, whose highest frequency is its own opposite. */
static void test_symmetry(void **state)
{
    (void)state;
    enum { A = 6, B = 8, C = 10 };
    cupel_voxels v = box(3, A, B, C, true), turned = box(3, C, A, B, true);
    scatter(&v, 3, 8);
    for (size_t i = 0; i < A; i++)
        for (size_t j = 0; j < B; j++)
            for (size_t k = 0; k < C; k++) *at(&turned, C - 1 - k, i, (j + 2) % B) = *at(&v, i, j, k);
    number(&turned);
    for (int p = 0; p < 3; p++) {
        check_close(of(&turned, "zeta", p), of(&v, "zeta", p), 1e-5, 0);
        check_close(of(&turned, "eta", p), of(&v, "eta", p), 1e-5, 0);
    }
    cupel_voxels_release(&v);
    cupel_voxels_release(&turned);
}

static void test_none_threads_and_faults(void **state)
{
    (void)state;
    cupel_voxels v = box(3, 4, 4, 4, true);
    number(&v);
    assert_true(isnan(of(&v, "zeta", 0)));
    cupel_voxels_release(&v);
    v = box(3, 1, 1, 1, true);
    number(&v);
    assert_true(isnan(of(&v, "eta", 0)));
    cupel_voxels_release(&v);
    v = box(3, 20, 19, 18, false);
    balls(&v, 8, 4, 3);
    check_threads(&v, "three_point", NULL);
    check_faults(&v, "three_point", NULL);
    cupel_voxels_release(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layers),          cmocka_unit_test(test_symmetric_phases), cmocka_unit_test(test_dilute),
        cmocka_unit_test(test_overlapping_spheres), cmocka_unit_test(test_pairs_of_waves), cmocka_unit_test(test_symmetry),
        cmocka_unit_test(test_none_threads_and_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
