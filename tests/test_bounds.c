/* models/homogenize/bounds.c */
#include "tests/check.h"

#include "core/base/rng.h"
#include "core/math/small.h"
#include "models/homogenize/bounds.h"
#include "models/homogenize/laminate.h"

static cupel_err err;

static cupel_material of(const char *text)
{
    cupel_material m;
    check_ok(cupel_material_read(cupel_text_of(text), &m, &err), &err);
    return m;
}

static const cupel_kind heat = {CUPEL_CONDUCTION, 3, false}, heat2 = {CUPEL_CONDUCTION, 2, false}, solid = {CUPEL_ELASTICITY, 3, false},
                        strain = {CUPEL_ELASTICITY, 2, false}, stress = {CUPEL_ELASTICITY, 2, true};

static void means_of_two_conductors(void **state)
{
    (void)state;
    const cupel_material m[2] = {of("k=1"), of("k=10")};
    const double f[2] = {0.8, 0.2};
    cupel_bounds b;
    cupel_bounds_of(heat, 2, f, m, &b);
    check_close(b.voigt[0], 2.8, 1e-15, 0);
    check_close(b.reuss[4], 1 / 0.82, 1e-14, 0);
    check_close(b.voigt[1], 0, 0, 0);
    /* Hashin and Shtrikman 1962 */
    assert_int_equal(b.n_hs, 1);
    check_close(b.hs_lower[0], 1 + 0.2 / (1 / 9.0 + 0.8 / 3), 1e-14, 0);
    check_close(b.hs_upper[0], 10 + 0.8 / (-1 / 9.0 + 0.2 / 30), 1e-14, 0);
    cupel_bounds_of(heat2, 2, f, m, &b);
    check_close(b.hs_lower[0], 1 + 0.2 / (1 / 9.0 + 0.8 / 2), 1e-14, 0);
    assert_int_equal(b.order, 2);
}

/* Table 2b of the arrays of spheres (exact values) lies between the bounds, near the one of its matrix. */
static void arrays_of_spheres_keep_the_bounds(void **state)
{
    (void)state;
    static const double k[] = {0.01, 0.1, 2, 5, 10, 20, 50, 100, 1000};
    static const double sc20[] = {0.73043355, 0.76279802, 1.15797174, 1.38807644, 1.53172386, 1.63001240, 1.70151569, 1.72795338, 1.75301342};
    static const double sc40[] = {0.49676304, 0.55462486, 1.33513677, 1.91746515, 2.36443139, 2.72221146, 3.01622823, 3.13336328, 3.24904912};
    for (size_t i = 0; i < sizeof k / sizeof *k; i++)
        for (int which = 0; which < 2; which++) {
            cupel_material m[2] = {of("k=1"), of("k=1")};
            for (int a = 0; a < 3; a++) m[1].k[a][a] = k[i];
            const double f1 = which ? 0.4 : 0.2, f[2] = {1 - f1, f1}, x = which ? sc40[i] : sc20[i];
            cupel_bounds b;
            cupel_bounds_of(heat, 2, f, m, &b);
            assert_true(b.hs_lower[0] <= x && x <= b.hs_upper[0]);
            const double t[9] = {x, 0, 0, 0, x, 0, 0, 0, x};
            check_ok(cupel_bounds_check(&b, t, 0, &err), &err);
            assert_true(!(cupel_bounds_trace_excess(&b, t) > 0));
        }
}

/* The bounds of the shear modulus of Hashin and Shtrikman 1963 as they wrote them. */
static void moduli_of_isotropic_mixtures(void **state)
{
    (void)state;
    const double k1 = 1, g1 = 0.5, k2 = 20, g2 = 12, f1 = 0.7, f2 = 0.3;
    const cupel_material m[2] = {of("K=1,G=0.5"), of("K=20,G=12")};
    const double f[2] = {f1, f2};
    cupel_bounds b;
    cupel_bounds_of(solid, 2, f, m, &b);
    assert_int_equal(b.n_hs, 2);
    check_close(b.hs_lower[0], k1 + f2 / (1 / (k2 - k1) + 3 * f1 / (3 * k1 + 4 * g1)), 1e-14, 0);
    check_close(b.hs_upper[0], k2 + f1 / (1 / (k1 - k2) + 3 * f2 / (3 * k2 + 4 * g2)), 1e-14, 0);
    check_close(b.hs_lower[1], g1 + f2 / (1 / (g2 - g1) + 6 * f1 * (k1 + 2 * g1) / (5 * g1 * (3 * k1 + 4 * g1))), 1e-14, 0);
    check_close(b.hs_upper[1], g2 + f1 / (1 / (g1 - g2) + 6 * f2 * (k2 + 2 * g2) / (5 * g2 * (3 * k2 + 4 * g2))), 1e-14, 0);
    /* the plane: Hashin, Hill 1964, with the bulk modulus of plane strain */
    cupel_bounds_of(strain, 2, f, m, &b);
    const double p1 = k1 + g1 / 3, p2 = k2 + g2 / 3;
    check_close(b.hs_lower[0], p1 + f2 / (1 / (p2 - p1) + f1 / (p1 + g1)), 1e-14, 0);
    check_close(b.hs_lower[1], g1 + f2 / (1 / (g2 - g1) + f1 * (p1 + 2 * g1) / (2 * g1 * (p1 + g1))), 1e-14, 0);
}

static void equal_shear_moduli_leave_no_room(void **state)
{
    (void)state;
    const cupel_material m[2] = {of("K=1,G=3"), of("K=20,G=3")};
    const double f[2] = {0.7, 0.3};
    cupel_bounds b;
    cupel_bounds_of(solid, 2, f, m, &b);
    check_close(b.hs_lower[0], b.hs_upper[0], 1e-14, 0); /* Hill 1963 */
    check_close(1 / (b.hs_lower[0] + 4), 0.7 / 5 + 0.3 / 24, 1e-14, 0);
    check_close(b.hs_lower[1], 3, 1e-14, 0);
}

static void plane_stress_of_a_phase(void **state)
{
    (void)state;
    const cupel_material m = of("E=10,nu=0.3"), hollow = of("E=0,nu=0.3");
    double t[9];
    cupel_phase_tensor(stress, &m, t);
    check_close(t[0], 10 / (1 - 0.09), 1e-14, 0);
    check_close(t[1], 3 / (1 - 0.09), 1e-14, 0);
    check_close(t[8], 10 / 1.3, 1e-14, 0);
    cupel_phase_tensor(strain, &m, t);
    check_close(t[0], 10 * 0.7 / (1.3 * 0.4), 1e-14, 0);
    cupel_phase_tensor(stress, &hollow, t);
    for (int i = 0; i < 9; i++) assert_true(t[i] == 0);
}

static void a_void_makes_the_lower_bounds_zero(void **state)
{
    (void)state;
    const cupel_material m[2] = {of("E=10,nu=0.3"), of("E=0,nu=0.3")};
    const cupel_material k[2] = {of("k=1"), of("k=0")};
    const double f[2] = {0.7, 0.3};
    cupel_bounds b;
    cupel_bounds_of(solid, 2, f, m, &b);
    for (int i = 0; i < 36; i++) check_close(b.reuss[i], 0, 0, 1e-11);
    assert_true(b.hs_lower[0] >= 0 && b.hs_lower[0] < 1e-12 && b.hs_lower[1] >= 0 && b.hs_lower[1] < 1e-12 && b.hs_upper[1] > 1);
    cupel_bounds_of(heat, 2, f, k, &b);
    check_close(b.hs_lower[0], 0, 0, 1e-12);
    const double t[9] = {0.5, 0, 0, 0, 0.5, 0, 0, 0, 0.5};
    assert_true(!(cupel_bounds_trace_excess(&b, t) > 0));
}

/* Random laminates of random anisotropic phases keep both means; a tensor past them is found. */
static void laminates_of_crystals_keep_the_means(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 30; seed++) {
        cupel_material m[3] = {{0}, {0}, {0}};
        cupel_layer l[3], t;
        double f[3], sum = 0, n[3];
        for (size_t p = 0; p < 3; p++) {
            double a[36];
            for (size_t i = 0; i < 36; i++) a[i] = cupel_rng_normal(seed, p, i);
            for (size_t i = 0; i < 6; i++)
                for (size_t j = 0; j < 6; j++) {
                    double x = i == j ? 0.1 : 0;
                    for (size_t k = 0; k < 6; k++) x += a[6 * i + k] * a[6 * j + k];
                    m[p].c[i][j] = x;
                }
            m[p].has_c = true;
            f[p] = 0.1 + cupel_rng_uniform(seed, p, 100);
            sum += f[p];
        }
        for (size_t p = 0; p < 3; p++) {
            f[p] /= sum;
            n[p] = cupel_rng_normal(seed, 9, p);
            l[p] = (cupel_layer){.fraction = f[p]};
            memcpy(l[p].tensor, m[p].c, sizeof m[p].c);
        }
        check_ok(cupel_laminate(CUPEL_LAMINATE_ELASTICITY, 3, 3, l, n, &t, &err), &err);
        cupel_bounds b;
        cupel_bounds_of(solid, 3, f, m, &b);
        check_ok(cupel_bounds_check(&b, t.tensor, 1e-12, &err), &err);
        assert_int_equal(b.n_hs, 0);
        for (int i = 0; i < 36; i++) t.tensor[i] = b.voigt[i] * 1.01;
        check_fails(cupel_bounds_check(&b, t.tensor, 1e-6, &err), CUPEL_FAILED, &err, "above the arithmetic");
        for (int i = 0; i < 36; i++) t.tensor[i] = b.reuss[i] * 0.9;
        check_fails(cupel_bounds_check(&b, t.tensor, 1e-6, &err), CUPEL_FAILED, &err, "below the harmonic");
    }
}

static void one_phase_is_its_own_bound(void **state)
{
    (void)state;
    const cupel_material m = of("C11=168,C12=121,C44=75,phi1=10,Phi=20,phi2=30");
    cupel_bounds b;
    cupel_bounds_of(solid, 1, (const double[]){1}, &m, &b);
    for (int i = 0; i < 36; i++) {
        check_close(b.reuss[i], m.c[i / 6][i % 6], 0, 1e-11);
        check_close(b.voigt[i], m.c[i / 6][i % 6], 0, 1e-11);
    }
}

/* A tensor that rounding has put beyond its bounds comes back to them, and nowhere else moves; one between them keeps every bit. */
static void tensors_are_kept_within_their_bounds(void **state)
{
    (void)state;
    cupel_bounds b = {.order = 3, .reuss = {1, 0, 0, 0, 2, 0, 0, 0, 3}, .voigt = {4, 0, 0, 0, 4, 0, 0, 0, 4}};
    double inside[9] = {2, 0.1, 0, 0.1, 3, 0.2, 0, 0.2, 3.5}, copy[9];
    memcpy(copy, inside, sizeof copy);
    cupel_bounds_keep(&b, inside);
    assert_memory_equal(inside, copy, sizeof copy);
    double t[9] = {1 - 1e-6, 0, 0, 0, 3, 0, 0, 0, 4 + 1e-6};
    cupel_bounds_keep(&b, t);
    check_close(t[0], 1, 1e-15, 0);
    check_close(t[4], 3, 1e-15, 0);
    check_close(t[8], 4, 1e-15, 0);
    /* turned: the least eigenvalue of the difference was -1e-6 */
    double r[9] = {1.5, 0.5 + 1e-6, 0, 0.5 + 1e-6, 1.5, 0, 0, 0, 3};
    b = (cupel_bounds){.order = 3, .reuss = {1, 0, 0, 0, 1, 0, 0, 0, 1}, .voigt = {4, 0, 0, 0, 4, 0, 0, 0, 4}};
    check_fails(cupel_bounds_check(&b, r, 1e-8, &err), CUPEL_FAILED, &err, "below the harmonic");
    cupel_bounds_keep(&b, r);
    check_ok(cupel_bounds_check(&b, r, 1e-15, &err), &err);
    check_close(r[1], 0.5, 0, 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tensors_are_kept_within_their_bounds),
        cmocka_unit_test(means_of_two_conductors),           cmocka_unit_test(arrays_of_spheres_keep_the_bounds),
        cmocka_unit_test(moduli_of_isotropic_mixtures),      cmocka_unit_test(equal_shear_moduli_leave_no_room),
        cmocka_unit_test(plane_stress_of_a_phase),           cmocka_unit_test(a_void_makes_the_lower_bounds_zero),
        cmocka_unit_test(laminates_of_crystals_keep_the_means), cmocka_unit_test(one_phase_is_its_own_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
