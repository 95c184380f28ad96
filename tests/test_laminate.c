/* models/homogenize/laminate.c against the closed forms of Wiener, Backus and Levin, and the laminates that reach the trace bounds. */
#include "tests/check.h"

#include "core/base/rng.h"
#include "core/math/mandel.h"
#include "core/math/small.h"
#include "models/homogenize/bounds.h"
#include "models/homogenize/laminate.h"

static cupel_err err;

static cupel_layer conductor(double f, double k)
{
    cupel_layer l = {.fraction = f};
    for (int i = 0; i < 3; i++) l.tensor[4 * i] = k;
    return l;
}

static cupel_layer elastic(double f, double lambda, double mu, double alpha)
{
    cupel_material m = {0};
    cupel_layer l = {.fraction = f, .alpha = {alpha, alpha, alpha}};
    cupel_material_set_lame(&m, lambda, mu);
    memcpy(l.tensor, m.c, sizeof m.c);
    return l;
}

static void conductors_in_series_and_parallel(void **state)
{
    (void)state;
    const cupel_layer l[3] = {conductor(0.2, 1), conductor(0.5, 10), conductor(0.3, 100)};
    cupel_layer t;
    check_ok(cupel_laminate(CUPEL_LAMINATE_CONDUCTION, 3, 3, l, (const double[]){0, 2, 0}, &t, &err), &err);
    check_close(t.tensor[4], 1 / (0.2 + 0.05 + 0.003), 1e-14, 0);
    check_close(t.tensor[0], 0.2 + 5 + 30, 1e-14, 0);
    check_close(t.tensor[8], 35.2, 1e-14, 0);
    check_close(t.tensor[1], 0, 0, 1e-14);
    assert_true(t.fraction == 1);
    const double r = 10 / 5.5; /* PuMA's two-layer test: k 1 and 10 in series and parallel */
    const cupel_layer two[2] = {conductor(0.5, 1), conductor(0.5, 10)};
    check_ok(cupel_laminate(CUPEL_LAMINATE_CONDUCTION, 3, 2, two, (const double[]){1, 0, 0}, &t, &err), &err);
    check_close(t.tensor[0], r, 1e-14, 0);
    check_close(t.tensor[4], 5.5, 1e-14, 0);
}

/* Backus 1962: layers normal to axis 3. */
static void elastic_layers_are_those_of_backus(void **state)
{
    (void)state;
    const double f[3] = {0.3, 0.5, 0.2}, la[3] = {1, 7, -0.3}, mu[3] = {0.5, 3, 40};
    cupel_layer l[3], t;
    double i_m = 0, l_m = 0, i_mu = 0, mean_mu = 0, in_plane = 0;
    for (int r = 0; r < 3; r++) {
        const double c = la[r] + 2 * mu[r];
        l[r] = elastic(f[r], la[r], mu[r], 0);
        i_m += f[r] / c;
        l_m += f[r] * la[r] / c;
        i_mu += f[r] / mu[r];
        mean_mu += f[r] * mu[r];
        in_plane += f[r] * 4 * mu[r] * (la[r] + mu[r]) / c;
    }
    check_ok(cupel_laminate(CUPEL_LAMINATE_ELASTICITY, 3, 3, l, (const double[]){0, 0, 1}, &t, &err), &err);
    const double c33 = 1 / i_m, c13 = l_m * c33, c11 = in_plane + l_m * l_m * c33;
    check_close(t.tensor[14], c33, 1e-13, 0);
    check_close(t.tensor[2], c13, 1e-13, 0);
    check_close(t.tensor[0], c11, 1e-13, 0);
    check_close(t.tensor[1], c11 - 2 * mean_mu, 1e-13, 0);
    check_close(t.tensor[21], 2 / i_mu, 1e-13, 0);
    check_close(t.tensor[35], 2 * mean_mu, 1e-13, 0);
}

static void turning_the_layers_turns_the_tensor(void **state)
{
    (void)state;
    double q[9], n[3];
    cupel_layer l[2] = {elastic(0.4, 1, 2, 1), elastic(0.6, 10, 5, 3)}, t, turned;
    for (int i = 0; i < 3; i++) l[0].tensor[7 * i] += i; /* an anisotropic layer */
    check_ok(cupel_laminate(CUPEL_LAMINATE_ELASTICITY, 3, 2, l, (const double[]){1, 0, 0}, &t, &err), &err);
    cupel_bunge(25, 50, 75, q);
    for (int r = 0; r < 2; r++) {
        cupel_rotate_c(q, l[r].tensor);
        cupel_rotate_strain(q, l[r].alpha);
    }
    for (int i = 0; i < 3; i++) n[i] = q[3 * i];
    check_ok(cupel_laminate(CUPEL_LAMINATE_ELASTICITY, 3, 2, l, n, &turned, &err), &err);
    cupel_rotate_c(q, t.tensor);
    cupel_rotate_strain(q, t.alpha);
    for (int i = 0; i < 36; i++) check_close(turned.tensor[i], t.tensor[i], 0, 1e-12);
    for (int i = 0; i < 6; i++) check_close(turned.alpha[i], t.alpha[i], 0, 1e-13);
}

/* Levin 1967: with two phases the expansion follows from the compliance of the whole. */
static void expansion_is_levins(void **state)
{
    (void)state;
    const cupel_layer l[2] = {elastic(0.35, 50, 30, 2e-5), elastic(0.65, 90, 80, 5e-6)};
    cupel_layer t;
    double s0[36], s1[36], s[36], d[36], inverse[36], e[6], x[6], da[6];
    check_ok(cupel_laminate(CUPEL_LAMINATE_ELASTICITY, 3, 2, l, (const double[]){1, 2, 3}, &t, &err), &err);
    cupel_small_invert(l[0].tensor, 6, s0);
    cupel_small_invert(l[1].tensor, 6, s1);
    cupel_small_invert(t.tensor, 6, s);
    for (int i = 0; i < 36; i++) d[i] = s1[i] - s0[i];
    for (int i = 0; i < 6; i++) da[i] = l[1].alpha[i] - l[0].alpha[i];
    assert_true(cupel_small_invert(d, 6, inverse));
    cupel_small_multiply(inverse, da, 6, 6, 1, e);
    for (int i = 0; i < 36; i++) d[i] = s[i] - s0[i];
    cupel_small_multiply(d, e, 6, 6, 1, x);
    for (int i = 0; i < 6; i++) check_close(t.alpha[i], l[0].alpha[i] + x[i], 0, 1e-17);
    /* one expansion everywhere expands the whole by it */
    const cupel_layer same[2] = {elastic(0.35, 50, 30, 7e-6), elastic(0.65, 90, 80, 7e-6)};
    check_ok(cupel_laminate(CUPEL_LAMINATE_ELASTICITY, 3, 2, same, (const double[]){1, 2, 3}, &t, &err), &err);
    for (int i = 0; i < 6; i++) check_close(t.alpha[i], i < 3 ? 7e-6 : 0, 0, 1e-18);
}

static void plane_layers(void **state)
{
    (void)state;
    cupel_material m[2] = {{0}, {0}};
    cupel_layer l[2] = {{.fraction = 0.25}, {.fraction = 0.75}}, t, whole[2] = {{.fraction = 0.25}, {.fraction = 0.75}}, t3;
    cupel_material_set_lame(&m[0], 1, 2);
    cupel_material_set_lame(&m[1], 5, 9);
    for (int r = 0; r < 2; r++) {
        cupel_phase_tensor((cupel_kind){CUPEL_ELASTICITY, 2, false}, &m[r], l[r].tensor);
        memcpy(whole[r].tensor, m[r].c, sizeof m[r].c);
    }
    check_ok(cupel_laminate(CUPEL_LAMINATE_ELASTICITY, 2, 2, l, (const double[]){3, 4}, &t, &err), &err);
    check_ok(cupel_laminate(CUPEL_LAMINATE_ELASTICITY, 3, 2, whole, (const double[]){3, 4, 0}, &t3, &err), &err);
    static const int in[3] = {0, 1, 5}; /* plane strain of the extruded layers */
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) check_close(t.tensor[3 * i + j], t3.tensor[6 * in[i] + in[j]], 0, 1e-13);
}

/* A laminate of rank r whose matrix is one phase reaches the trace bound of that phase, whatever the shares of its steps. */
static void laminates_of_rank_reach_the_trace_bound(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        const double matrix = seed % 2 ? 1 : 30, core = seed % 2 ? 30 : 1;
        cupel_layer t = conductor(1, core);
        double f_core = 1;
        for (uint64_t rank = 1; rank <= 3; rank++) {
            const double share = 0.2 + 0.6 * cupel_rng_uniform(seed, rank, 0);
            double n[3];
            for (uint64_t i = 0; i < 3; i++) n[i] = cupel_rng_normal(seed, rank, 1 + i);
            cupel_layer l[2] = {t, conductor(1 - share, matrix)};
            l[0].fraction = share;
            check_ok(cupel_laminate(CUPEL_LAMINATE_CONDUCTION, 3, 2, l, n, &t, &err), &err);
            f_core *= share;
        }
        const double fraction[2] = {1 - f_core, f_core};
        cupel_material m[2] = {{.has_k = true, .k_isotropic = true}, {.has_k = true, .k_isotropic = true}};
        for (int i = 0; i < 3; i++) m[0].k[i][i] = matrix, m[1].k[i][i] = core;
        cupel_bounds b;
        cupel_bounds_of((cupel_kind){CUPEL_CONDUCTION, 3, false}, 2, fraction, m, &b);
        assert_true(b.two_phases);
        check_ok(cupel_bounds_check(&b, t.tensor, 1e-13, &err), &err);
        check_close(cupel_bounds_trace_excess(&b, t.tensor), 0, 0, 1e-10);
        double value[3], sum = 0;
        cupel_small_eigen(t.tensor, 3, value, NULL);
        for (int i = 0; i < 3; i++) sum += matrix < core ? 1 / (value[i] - matrix) : 1 / (matrix - value[i]);
        const double d1 = matrix < core ? b.kh - matrix : matrix - b.kh, d2 = matrix < core ? b.ka - matrix : matrix - b.ka;
        check_close(sum, 1 / d1 + 2 / d2, 1e-9, 0);
        for (int i = 0; i < 9; i++) t.tensor[i] *= matrix < core ? 0.99 : 1.01; /* past the bound */
        assert_true(cupel_bounds_trace_excess(&b, t.tensor) > 1e-3);
    }
}

static void a_void_layer_is_refused(void **state)
{
    (void)state;
    const cupel_layer l[2] = {conductor(0.5, 0), conductor(0.5, 10)};
    cupel_layer t = {.fraction = 5};
    check_fails(cupel_laminate(CUPEL_LAMINATE_CONDUCTION, 3, 2, l, (const double[]){1, 0, 0}, &t, &err), CUPEL_FAILED, &err, "carries nothing");
    check_fails(cupel_laminate(CUPEL_LAMINATE_CONDUCTION, 3, 2, l, (const double[]){0, 0, 0}, &t, &err), CUPEL_USAGE, &err, "no direction");
    assert_true(t.fraction == 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conductors_in_series_and_parallel),
        cmocka_unit_test(elastic_layers_are_those_of_backus),
        cmocka_unit_test(turning_the_layers_turns_the_tensor),
        cmocka_unit_test(expansion_is_levins),
        cmocka_unit_test(plane_layers),
        cmocka_unit_test(laminates_of_rank_reach_the_trace_bound),
        cmocka_unit_test(a_void_layer_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
