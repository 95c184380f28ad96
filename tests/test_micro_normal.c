/* core/engine/micro/normal.c */
#include "tests/check.h"

#include "core/base/rng.h"
#include "core/engine/micro/normal.h"
#include "core/math/small.h"
#include "models/homogenize/bounds.h"

static void phases_of(uint64_t seed, size_t n, bool isotropic, cupel_material *m, double *fraction)
{
    double sum = 0;
    for (size_t p = 0; p < n; p++) {
        const double k = exp(3 * cupel_rng_normal(seed, 1, p)), e = exp(3 * cupel_rng_normal(seed, 2, p));
        char text[256];
        if (isotropic)
            snprintf(text, sizeof text, "k=%.17g,E=%.17g,nu=%.17g", k, e, 0.45 * cupel_rng_uniform(seed, 3, p));
        else
            snprintf(text, sizeof text, "k1=%.17g,k2=%.17g,k3=%.17g,C11=%.17g,C12=%.17g,C44=%.17g,phi1=30,Phi=%.17g,phi2=10", k, 2 * k, k / 3, 3 * e,
                     e, 0.3 * e, 90 * cupel_rng_uniform(seed, 4, p));
        cupel_err err = {0};
        check_ok(cupel_material_read(cupel_text_of(text), &m[p], &err), &err);
        sum += fraction[p] = 0.02 + cupel_rng_uniform(seed, 5, p);
    }
    for (size_t p = 0; p < n; p++) fraction[p] /= sum;
}

static double least_eigenvalue(const double *a, const double *b, size_t n)
{
    double d[36], value[CUPEL_SMALL];
    for (size_t i = 0; i < n * n; i++) d[i] = a[i] - b[i];
    cupel_small_eigen(d, n, value, NULL);
    return value[0];
}

/* Whatever a surrogate says, even absurdly far out, the tensor lies between Reuss and Voigt; and the way back gives the same numbers. */
static void any_numbers_stay_inside(void **state)
{
    (void)state;
    for (uint64_t t = 0; t < 400; t++) {
        const cupel_physics physics = t % 2 ? CUPEL_ELASTICITY : CUPEL_CONDUCTION;
        const size_t n_phases = 2 + t / 2 % 3;
        cupel_material m[4];
        double fraction[4], y[CUPEL_NORMAL_MAX], back[CUPEL_NORMAL_MAX], tensor[36];
        cupel_frame f;
        cupel_bounds b;
        phases_of(t, n_phases, t / 8 % 2 == 0, m, fraction);
        cupel_frame_of(physics, n_phases, fraction, m, &f);
        cupel_bounds_of((cupel_kind){.physics = physics, .dim = 3}, n_phases, fraction, m, &b);
        const double size = t % 5 == 0 ? 100 : 1.5, scale = cupel_small_norm(b.voigt, f.n * f.n);
        for (size_t i = 0; i < cupel_frame_count(&f); i++) y[i] = size * cupel_rng_normal(t, 9, i);
        cupel_frame_tensor(&f, y, tensor);
        assert_true(least_eigenvalue(tensor, b.reuss, f.n) >= -1e-12 * scale);
        assert_true(least_eigenvalue(b.voigt, tensor, f.n) >= -1e-12 * scale);
        for (size_t i = 0; i < f.n; i++)
            for (size_t j = 0; j < i; j++) assert_true(tensor[i * f.n + j] == tensor[j * f.n + i]);
        cupel_frame_logit(&f, tensor, back);
        if (size < 2) /* beyond about 15 the logit saturates */
            for (size_t i = 0; i < cupel_frame_count(&f); i++) check_close(back[i], y[i], 1e-5, 1e-5); /* contrast 1e5 costs digits of X */
    }
}

/* The short way for isotropic phases is the long one: the same phases as anisotropic components. */
static void both_ways_agree(void **state)
{
    (void)state;
    for (uint64_t t = 0; t < 40; t++) {
        cupel_material m[3];
        double fraction[3], y[CUPEL_NORMAL_MAX], a[36], b[36];
        cupel_frame shorter, longer;
        const cupel_physics physics = t % 2 ? CUPEL_ELASTICITY : CUPEL_CONDUCTION;
        phases_of(t, 3, true, m, fraction);
        cupel_frame_of(physics, 3, fraction, m, &shorter);
        for (size_t p = 0; p < 3; p++) m[p].k_isotropic = m[p].c_isotropic = false;
        cupel_frame_of(physics, 3, fraction, m, &longer);
        for (size_t i = 0; i < CUPEL_NORMAL_MAX; i++) y[i] = cupel_rng_normal(t, 9, i);
        cupel_frame_tensor(&shorter, y, a);
        cupel_frame_tensor(&longer, y, b);
        const double scale = cupel_small_norm(a, shorter.n * shorter.n);
        for (size_t i = 0; i < shorter.n * shorter.n; i++) check_close(a[i], b[i], 0, 1e-9 * scale);
    }
}

/* On the bounds, beyond them by rounding, with equal phases, with one phase, with a void: finite numbers, and the tensor comes back. */
static void edges_are_finite(void **state)
{
    (void)state;
    const char *const phases[][2] = {{"k=1,E=1,nu=0.3", "k=20,E=20,nu=0.2"},
                                     {"k=2,E=3,nu=0.25", "k=2,E=3,nu=0.25"},
                                     {"k=0,E=0,nu=0", "k=5,E=2,nu=0.3"},
                                     {"k=1,K=1,G=2", "k=1,K=9,G=2"}};
    const double fractions[] = {0.4, 1, 0};
    cupel_err err = {0};
    for (size_t c = 0; c < sizeof phases / sizeof *phases; c++)
        for (size_t w = 0; w < 3; w++)
            for (int physics = 0; physics < 2; physics++) {
                cupel_material m[2];
                const double fraction[2] = {1 - fractions[w], fractions[w]};
                cupel_frame f;
                cupel_bounds b;
                double y[CUPEL_NORMAL_MAX], t[36];
                check_ok(cupel_material_read(cupel_text_of(phases[c][0]), &m[0], &err), &err);
                check_ok(cupel_material_read(cupel_text_of(phases[c][1]), &m[1], &err), &err);
                cupel_frame_of((cupel_physics)physics, 2, fraction, m, &f);
                cupel_bounds_of((cupel_kind){.physics = (cupel_physics)physics, .dim = 3}, 2, fraction, m, &b);
                const double scale = cupel_small_norm(b.voigt, f.n * f.n);
                for (int end = 0; end < 2; end++) {
                    double at[36];
                    for (size_t i = 0; i < f.n * f.n; i++) at[i] = (end ? b.voigt[i] : b.reuss[i]) * (end ? 1 + 1e-7 : 1 - 1e-7);
                    cupel_frame_logit(&f, at, y);
                    for (size_t i = 0; i < cupel_frame_count(&f); i++) assert_true(isfinite(y[i]));
                    cupel_frame_tensor(&f, y, t);
                    for (size_t i = 0; i < f.n * f.n; i++) check_close(t[i], at[i], 0, 3e-7 * scale + 1e-12);
                }
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_numbers_stay_inside),
        cmocka_unit_test(both_ways_agree),
        cmocka_unit_test(edges_are_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
