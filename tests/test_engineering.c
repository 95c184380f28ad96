/* models/homogenize/engineering.c */
#include "tests/check.h"

#include "core/base/rng.h"
#include "core/math/mandel.h"
#include "core/math/small.h"
#include "models/homogenize/bounds.h"
#include "models/homogenize/engineering.h"

static cupel_err err;

static cupel_material of(const char *text)
{
    cupel_material m;
    check_ok(cupel_material_read(cupel_text_of(text), &m, &err), &err);
    return m;
}

static void an_isotropic_tensor_gives_its_moduli_back(void **state)
{
    (void)state;
    const cupel_material m = of("E=210,nu=0.3");
    cupel_engineering e;
    assert_true(cupel_engineering_of(&m.c[0][0], 3, &e));
    for (int i = 0; i < 3; i++) {
        check_close(e.E[i], 210, 1e-13, 0);
        check_close(e.G[i], 210 / 2.6, 1e-13, 0);
        check_close(e.nu[i][(i + 1) % 3], 0.3, 1e-13, 0);
    }
    check_close(e.bulk_voigt, 175, 1e-13, 0);
    check_close(e.bulk_reuss, 175, 1e-13, 0);
    check_close(e.shear, 210 / 2.6, 1e-13, 0);
    check_close(e.young, 210, 1e-13, 0);
    check_close(e.poisson, 0.3, 1e-13, 0);
    check_close(e.anisotropy, 0, 0, 1e-13);
    check_close(e.zener, 1, 1e-13, 0);
    check_close(e.from_isotropic, 0, 0, 1e-14);
    check_close(e.E_max, 210, 1e-12, 0);
    check_close(e.E_min, 210, 1e-12, 0);
}

/* Copper. For a cubic crystal the universal index is 6/5 (sqrt(A) - 1/sqrt(A))^2 with Zener's A (Ranganathan, Ostoja-Starzewski 2008), the
 * stiffest direction is 111 and the softest 100. Turning the crystal turns the directions and nothing else. */
static void a_cubic_crystal_and_its_directions(void **state)
{
    (void)state;
    const double c11 = 168.4, c12 = 121.4, c44 = 75.4, a = 2 * c44 / (c11 - c12), root = sqrt(a);
    const double s11 = (c11 + c12) / ((c11 - c12) * (c11 + 2 * c12)), s12 = -c12 / ((c11 - c12) * (c11 + 2 * c12)), s44 = 1 / c44;
    static const char *const turns[] = {"", ",phi1=20,Phi=40,phi2=60"};
    for (int t = 0; t < 2; t++) {
        char text[128];
        double q[9], axis[3];
        snprintf(text, sizeof text, "C11=168.4,C12=121.4,C44=75.4%s", turns[t]);
        const cupel_material m = of(text);
        cupel_engineering e;
        assert_true(cupel_engineering_of(&m.c[0][0], 3, &e));
        check_close(e.anisotropy, 1.2 * (root - 1 / root) * (root - 1 / root), 1e-12, 0);
        check_close(e.bulk, (c11 + 2 * c12) / 3, 1e-13, 0);
        check_close(e.bulk_voigt, e.bulk_reuss, 1e-13, 0);
        check_close(e.shear_voigt, (c11 - c12 + 3 * c44) / 5, 1e-13, 0);
        check_close(e.shear_reuss, 5 / (4 * (s11 - s12) + 3 * s44), 1e-13, 0);
        check_close(e.E_min, 1 / s11, 1e-12, 0);
        check_close(e.E_max, 1 / (s11 - 2 * (s11 - s12 - s44 / 2) / 3), 1e-12, 0);
        cupel_bunge(t ? 20 : 0, t ? 40 : 0, t ? 60 : 0, q);
        for (int i = 0; i < 3; i++) axis[i] = q[i] * e.at_max[0] + q[3 + i] * e.at_max[1] + q[6 + i] * e.at_max[2]; /* back into the crystal */
        for (int i = 0; i < 3; i++) check_close(fabs(axis[i]), sqrt(1.0 / 3), 0, 1e-6);
        if (!t) check_close(e.zener, a, 1e-13, 0);
        if (!t) check_close(e.from_cubic, 0, 0, 1e-14);
        if (t) assert_true(e.from_cubic > 0.1);
        assert_true(e.from_isotropic > 0.1);
    }
}

static void poissons_ratios_say_who_contracts(void **state)
{
    (void)state;
    const cupel_material m = of("E1=100,E2=20,E3=10,nu12=0.3,nu13=0.25,nu23=0.4,G12=8,G13=7,G23=4");
    cupel_engineering e;
    assert_true(cupel_engineering_of(&m.c[0][0], 3, &e));
    check_close(e.E[0], 100, 1e-12, 0);
    check_close(e.nu[0][1], 0.3, 1e-12, 0);
    check_close(e.nu[1][0], 0.3 * 20 / 100, 1e-12, 0);
    check_close(e.G[0], 4, 1e-12, 0);
    check_close(e.G[1], 7, 1e-12, 0);
    check_close(e.G[2], 8, 1e-12, 0);
    check_close(e.E_max, 100, 1e-12, 0);
    check_close(fabs(e.at_max[0]), 1, 0, 1e-9);
    assert_true(e.E_min <= 10);
}

static void the_surface_of_youngs_modulus(void **state)
{
    (void)state;
    const cupel_material m = of("C11=168.4,C12=121.4,C44=75.4");
    double s[36], e[18 * 36];
    cupel_engineering x;
    assert_true(cupel_small_invert(&m.c[0][0], 6, s) && cupel_engineering_of(&m.c[0][0], 3, &x));
    cupel_young_surface(s, 3, 18, 36, e);
    for (int i = 0; i < 18 * 36; i++) assert_true(e[i] >= x.E_min * (1 - 1e-12) && e[i] <= x.E_max * (1 + 1e-12));
    const double polar = 9.5 * acos(-1) / 18, n[3] = {sin(polar), 0, cos(polar)};
    check_close(e[9 * 36], cupel_young_along(s, 3, n), 1e-13, 0);
    check_close(e[9 * 36], e[9 * 36 + 9], 1e-12, 0); /* a fourfold axis */
}

static void in_the_plane(void **state)
{
    (void)state;
    const cupel_material m = of("E=10,nu=0.3");
    double t[9];
    cupel_engineering e;
    cupel_phase_tensor((cupel_kind){CUPEL_ELASTICITY, 2, true}, &m, t);
    assert_true(cupel_engineering_of(t, 2, &e));
    check_close(e.E[0], 10, 1e-13, 0);
    check_close(e.nu[0][1], 0.3, 1e-13, 0);
    check_close(e.G[2], 10 / 2.6, 1e-13, 0);
    check_close(e.young, 10, 1e-13, 0);
    check_close(e.poisson, 0.3, 1e-13, 0);
    check_close(e.bulk, 10 / (2 * 0.7), 1e-13, 0);
    check_close(e.anisotropy, 0, 0, 1e-13);
    check_close(e.E_max, 10, 1e-12, 0);
    assert_true(isnan(e.zener) && e.at_max[2] == 0);
    t[0] *= 2; /* stiff along axis 1 */
    assert_true(cupel_engineering_of(t, 2, &e));
    assert_true(e.anisotropy > 0.01 && fabs(e.at_max[0]) > 0.9);
}

/* E of plane strain is E / (1 - nu^2), its Poisson ratio nu / (1 - nu), its bulk modulus K + G / 3. */
static void plane_strain_has_constants_of_its_own(void **state)
{
    (void)state;
    const cupel_material m = of("E=10,nu=0.3");
    double t[9];
    cupel_engineering e;
    cupel_phase_tensor((cupel_kind){CUPEL_ELASTICITY, 2, false}, &m, t);
    assert_true(cupel_engineering_of(t, 2, &e));
    check_close(e.E[0], 10 / 0.91, 1e-13, 0);
    check_close(e.nu[0][1], 0.3 / 0.7, 1e-13, 0);
    check_close(e.bulk, 10 / 1.2 + 10 / 2.6 / 3, 1e-13, 0);
}

/* dE = E^2 (S dC S)_11, with S_11 = 1 / E and S_12 = -nu / E: small bars of h in every component sum to h (1 + 2 nu^2 + 4 nu + 2 nu^2). */
static void small_bars_are_those_of_the_derivative(void **state)
{
    (void)state;
    const double nu = 0.3, h = 1e-4;
    const cupel_material m = of("E=10,nu=0.3");
    double bar[36] = {0};
    cupel_engineering half;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) bar[6 * i + j] = h;
    assert_true(cupel_engineering_bars(&m.c[0][0], bar, 3, &half));
    check_close(half.E[0], h * (1 + 4 * nu + 4 * nu * nu), 1e-3, 0);
    check_close(half.bulk_voigt, h * (3 + 2 * 3) / 9, 1e-9, 0); /* (sum of C_ij) / 9; three components stand for two */
    check_close(half.G[0], 0, 0, 1e-12);
}

/* Wherever the tensor lies in its bars, its constants lie in theirs; 5 % for what is not linear in bars of 1 %. */
static void bars_hold_the_constants_of_every_tensor_in_the_box(void **state)
{
    (void)state;
    const cupel_material m = of("C11=168,C12=121,C44=75");
    const double *c = &m.c[0][0];
    double bar[36], moved[36];
    cupel_engineering e, half, x;
    for (int i = 0; i < 36; i++) bar[i] = i % 7 ? 0.3 : 1.5;
    assert_true(cupel_engineering_of(c, 3, &e) && cupel_engineering_bars(c, bar, 3, &half));
    for (uint64_t k = 0; k < 200; k++) {
        for (int i = 0; i < 6; i++)
            for (int j = i; j < 6; j++) {
                const double side = cupel_rng_uniform(1, k, (uint64_t)(6 * i + j)) < 0.5 ? -1 : 1;
                moved[6 * i + j] = moved[6 * j + i] = c[6 * i + j] + side * bar[6 * i + j];
            }
        assert_true(cupel_engineering_of(moved, 3, &x));
        for (int i = 0; i < 3; i++) {
            assert_true(fabs(x.E[i] - e.E[i]) <= 1.05 * half.E[i] && fabs(x.G[i] - e.G[i]) <= 1.05 * half.G[i]);
            for (int j = 0; j < 3; j++) assert_true(fabs(x.nu[i][j] - e.nu[i][j]) <= 1.05 * half.nu[i][j]);
        }
        assert_true(fabs(x.bulk - e.bulk) <= 1.05 * half.bulk && fabs(x.shear - e.shear) <= 1.05 * half.shear);
        assert_true(fabs(x.E_min - e.E_min) <= 1.05 * half.E_min && fabs(x.E_max - e.E_max) <= 1.05 * half.E_max);
        assert_true(fabs(x.zener - e.zener) <= 1.05 * half.zener && fabs(x.young - e.young) <= 1.05 * half.young);
        assert_true(fabs(x.from_isotropic - e.from_isotropic) <= 1.05 * half.from_isotropic);
    }
    for (int i = 0; i < 36; i++) bar[i] = 100;
    half.dim = 7;
    assert_false(cupel_engineering_bars(c, bar, 3, &half)); /* C11 - C12 is 47: a bar of 100 reaches below 0 */
    assert_int_equal(half.dim, 7);
}

static void a_singular_stiffness_has_no_constants(void **state)
{
    (void)state;
    const cupel_material m = of("E=0,nu=0.3");
    cupel_engineering e = {.dim = 7};
    assert_false(cupel_engineering_of(&m.c[0][0], 3, &e));
    assert_int_equal(e.dim, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_isotropic_tensor_gives_its_moduli_back), cmocka_unit_test(a_cubic_crystal_and_its_directions),
        cmocka_unit_test(poissons_ratios_say_who_contracts),         cmocka_unit_test(the_surface_of_youngs_modulus),
        cmocka_unit_test(in_the_plane),                              cmocka_unit_test(plane_strain_has_constants_of_its_own),
        cmocka_unit_test(small_bars_are_those_of_the_derivative),
        cmocka_unit_test(bars_hold_the_constants_of_every_tensor_in_the_box),
        cmocka_unit_test(a_singular_stiffness_has_no_constants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
