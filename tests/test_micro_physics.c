/* core/engine/micro/physics.c */
#include "tests/check.h"

#include "core/engine/micro/physics.h"

static cupel_micro_physics physics_of(double contrast, double nu, const char *property)
{
    char text[1024];
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    cupel_micro_physics p;
    snprintf(text, sizeof text,
             "demand: a test\nscale: microstructure\nphases:\n  - {name: a, k: 1, E: 1, nu: %g}\n  - {name: b, k: %g, E: %g, nu: 0.2}\n"
             "space: {generator: gyroid, fraction: 0.1..0.9}\nrequire:\n  - {property: %s, min: 1}\n", nu, contrast, contrast, property);
    check_ok(cupel_micro_demand_read(cupel_text_of(text), "d.yaml", &d, &err), &err);
    static cupel_micro_space s;
    check_ok(cupel_micro_space_read(d, &s, &err), &err);
    check_ok(cupel_micro_physics_init(d, &s, true, &p, &err), &err);
    cupel_micro_demand_free(d);
    return p;
}

static double share_of(double y) { return 1 / (1 + exp(-y)); }

static double between(const double a[2], double f, double share)
{
    const double voigt = (1 - f) * a[0] + f * a[1], reuss = 1 / ((1 - f) / a[0] + f / a[1]);
    return reuss + share * (voigt - reuss);
}

/* Bruggeman's equation: sum f_i (k_i - k) / (k_i + 2 k) = 0. */
static void conduction_is_bruggemans(void **state)
{
    (void)state;
    for (double contrast = 2; contrast < 60; contrast *= 2)
        for (double f = 0.05; f < 1; f += 0.1) {
            double h[CUPEL_PHYSICS_MAX];
            const cupel_micro_physics p = physics_of(contrast, 0.3, "conductivity, component: 11");
            assert_int_equal(p.n, 2);
            cupel_micro_physics_columns(&p, &f, f, h);
            check_close(share_of(h[0]), f, 1e-12, 0);
            const double k = between(p.k, f, share_of(h[1]));
            check_close((1 - f) * (p.k[0] - k) / (p.k[0] + 2 * k) + f * (p.k[1] - k) / (p.k[1] + 2 * k), 0, 0, 1e-12);
        }
}

/* sum f_i (K_i - K) / (K_i + 4 G / 3) = 0, sum f_i (G_i - G) / (G_i + F) = 0, F = G (9 K + 8 G) / (6 (K + 2 G)). */
static void stiffness_is_hills_and_budianskys(void **state)
{
    (void)state;
    for (double contrast = 2; contrast < 20; contrast *= 2)
        for (double f = 0.05; f < 1; f += 0.1) {
            double h[CUPEL_PHYSICS_MAX];
            const cupel_micro_physics p = physics_of(contrast, 0.35, "bulk modulus");
            assert_int_equal(p.n, 3);
            cupel_micro_physics_columns(&p, &f, f, h);
            const double k = between(p.bulk, f, share_of(h[1])), g = between(p.shear, f, share_of(h[2])), y = 4 * g / 3;
            const double around = g * (9 * k + 8 * g) / (6 * (k + 2 * g));
            check_close((1 - f) * (p.bulk[0] - k) / (p.bulk[0] + y) + f * (p.bulk[1] - k) / (p.bulk[1] + y), 0, 0, 1e-4);
            check_close((1 - f) * (p.shear[0] - g) / (p.shear[0] + around) + f * (p.shear[1] - g) / (p.shear[1] + around), 0, 0, 1e-4); /* 40 steps */
        }
}

/* Voids, equal phases and the ends of the range give numbers. */
static void edges_are_finite(void **state)
{
    (void)state;
    static const double contrasts[] = {1, 1e-9, 1e9};
    for (size_t c = 0; c < 3; c++)
        for (int elastic = 0; elastic < 2; elastic++)
            for (double f = 0; f <= 1; f += 0.25) {
                double h[CUPEL_PHYSICS_MAX];
                const cupel_micro_physics p = physics_of(contrasts[c], 0.3, elastic ? "bulk modulus" : "conductivity, component: 11");
                cupel_micro_physics_columns(&p, &f, f, h);
                for (size_t i = 0; i < p.n; i++) assert_true(fabs(h[i]) < 15);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conduction_is_bruggemans),
        cmocka_unit_test(stiffness_is_hills_and_budianskys),
        cmocka_unit_test(edges_are_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
