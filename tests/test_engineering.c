/* models/homogenize/engineering.c */
#include "tests/check.h"

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
        cmocka_unit_test(in_the_plane),                              cmocka_unit_test(a_singular_stiffness_has_no_constants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
