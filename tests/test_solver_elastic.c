/* models/homogenize/solver.c, elasticity: closed forms and properties. Fields are float, so some 1e-6 is what a closed form can be met to. */
#include "tests/solver_cases.h"

#include "core/math/small.h"

static const cupel_solve_options elasticity = {.physics = CUPEL_ELASTICITY, .accuracy = 1e-10};

static uint8_t layers(size_t i, size_t j, size_t k) { (void)i, (void)j; return (uint8_t)(k % 8 < 3 ? 1 : k % 8 == 5 ? 2 : 0); }
static uint8_t layers_of_rows(size_t i, size_t j, size_t k) { return layers(j, k, i); }
static uint8_t nothing(size_t i, size_t j, size_t k) { (void)i, (void)j, (void)k; return 0; }
static uint8_t noise(size_t i, size_t j, size_t k) { return cupel_rng_uniform(3, i * 64 + j, k) < 0.4; }
static uint8_t extruded(size_t i, size_t j, size_t k) { (void)k; return noise(i, j, 0); }

/* Backus 1962, layers across axis 3; Mandel. */
static void backus(size_t n, const double *share, const cupel_material *of, double c[36])
{
    double inverse = 0, ratio = 0, compliance = 0, shear = 0, plane = 0;
    for (size_t p = 0; p < n; p++) {
        const double l = of[p].lambda, m = of[p].mu;
        inverse += share[p] / (l + 2 * m);
        ratio += share[p] * l / (l + 2 * m);
        compliance += share[p] / m;
        shear += share[p] * m;
        plane += share[p] * 4 * m * (l + m) / (l + 2 * m);
    }
    memset(c, 0, 36 * sizeof *c);
    c[14] = 1 / inverse;
    c[0] = c[7] = plane + ratio * ratio / inverse;
    c[1] = c[6] = c[0] - 2 * shear;
    c[2] = c[8] = c[12] = c[13] = ratio / inverse;
    c[21] = c[28] = 2 / compliance;
    c[35] = 2 * shear;
}

static void layers_are_backus(void **state)
{
    (void)state;
    for (int b = -2; b <= 2; b++) {
        const cupel_material of[3] = {case_elastic(1.5, 1), case_elastic(0.5 * pow(10, b), pow(10, b)), case_elastic(2, 3)};
        const double share[3] = {4.0 / 8, 3.0 / 8, 1.0 / 8};
        double want[36], t[36];
        cupel_mixture m = {0};
        backus(3, share, of, want);
        case_of_rule(3, 5, 6, 16, 3, layers, &m);
        assert_int_equal(case_solve(&m, of, &elasticity, t), 6);
        for (size_t i = 0; i < 36; i++) check_close(t[i], want[i], 1e-5, 1e-6 * want[0]); /* float rounds what is lost from the mean */
        cupel_mixture_release(&m);
        /* across axis 1: 1 <- 3, 2 <- 1, 3 <- 2 */
        static const size_t of_axis[6] = {2, 0, 1, 5, 3, 4};
        case_of_rule(3, 16, 5, 6, 3, layers_of_rows, &m);
        case_solve(&m, of, &elasticity, t);
        for (size_t i = 0; i < 6; i++)
            for (size_t j = 0; j < 6; j++) check_close(t[6 * i + j], want[6 * of_axis[i] + of_axis[j]], 1e-5, 1e-6 * want[0]);
        cupel_mixture_release(&m);
    }
}

/* A stiffness without any symmetry: Q Q^T of random numbers, made definite. */
static cupel_material crystal(uint64_t seed, double size)
{
    cupel_material m = {.has_c = true};
    double q[36];
    for (size_t i = 0; i < 36; i++) q[i] = cupel_rng_uniform(seed, 9, i) - 0.5;
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < 6; j++) {
            m.c[i][j] = i == j ? size : 0;
            for (size_t k = 0; k < 6; k++) m.c[i][j] += size * q[6 * i + k] * q[6 * j + k];
        }
    return m;
}

static void one_phase_gives_its_own_tensor(void **state)
{
    (void)state;
    const cupel_material of[2] = {crystal(1, 3), case_elastic(1, 2)};
    for (size_t p = 0; p < 2; p++) {
        cupel_mixture m = {0};
        double t[36];
        case_of_rule(3, 6, 5, 7, 1, nothing, &m);
        case_solve(&m, &of[p], &elasticity, t);
        for (size_t i = 0; i < 36; i++) check_close(t[i], of[p].c[i / 6][i % 6], 1e-6, 1e-6);
        cupel_mixture_release(&m);
        static const size_t in[3] = {0, 1, 5};
        case_of_rule(2, 6, 5, 1, 1, nothing, &m);
        assert_int_equal(case_solve(&m, &of[p], &elasticity, t), 3);
        for (size_t i = 0; i < 9; i++) check_close(t[i], of[p].c[in[i / 3]][in[i % 3]], 1e-6, 1e-6); /* plane strain */
        cupel_mixture_release(&m);
    }
}

/* Plane stress of one phase: E / (1 - nu^2) and the like; of any phase, the inverse of the block of the compliance. */
static void plane_stress_frees_the_strain_out_of_the_plane(void **state)
{
    (void)state;
    static const size_t in[3] = {0, 1, 5};
    cupel_material of[2] = {case_elastic(1, 2), crystal(2, 3)};
    for (size_t p = 0; p < 2; p++) {
        double compliance[36], block[9], want[9], t[9];
        assert_true(cupel_small_invert(&of[p].c[0][0], 6, compliance));
        for (size_t i = 0; i < 9; i++) block[i] = compliance[6 * in[i / 3] + in[i % 3]];
        assert_true(cupel_small_invert(block, 3, want));
        cupel_solve_options o = elasticity;
        o.plane_stress = true;
        cupel_mixture m = {0};
        case_of_rule(2, 6, 5, 1, 1, nothing, &m);
        case_solve(&m, &of[p], &o, t);
        for (size_t i = 0; i < 9; i++) check_close(t[i], want[i], 1e-6, 1e-6);
        cupel_mixture_release(&m);
    }
}

/* Equal shear moduli: 1 / (K* + 4 mu / 3) = <1 / (K + 4 mu / 3)> for any geometry (Hill 1963); exact in this scheme where no axis is even. */
static void equal_shear_moduli_are_hill(void **state)
{
    (void)state;
    const cupel_material of[2] = {case_elastic(1, 1), case_elastic(30, 1)};
    cupel_mixture m = {0};
    double t[36], f[2];
    case_of_rule(3, 11, 9, 13, 2, noise, &m);
    cupel_mixture_fractions(&m, f);
    case_solve(&m, of, &elasticity, t);
    const double p_wave = 1 / (f[0] / 3 + f[1] / 32);
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < 6; j++) check_close(t[6 * i + j], i > 2 || j > 2 ? (i == j ? 2 : 0) : i == j ? p_wave : p_wave - 2, 0, 1e-5 * p_wave);
    cupel_mixture_release(&m);
}

static void an_image_is_an_extruded_volume(void **state)
{
    (void)state;
    const cupel_material of[2] = {case_elastic(1, 1), case_elastic(9, 30)};
    static const size_t in[3] = {0, 1, 5};
    cupel_mixture flat = {0}, deep = {0};
    double t[9], u[36];
    case_of_rule(2, 12, 9, 1, 2, noise, &flat);
    case_of_rule(3, 12, 9, 2, 2, extruded, &deep);
    case_solve(&flat, of, &elasticity, t);
    case_solve(&deep, of, &elasticity, u);
    for (size_t i = 0; i < 9; i++) check_close(t[i], u[6 * in[i / 3] + in[i % 3]], 0, 1e-5 * t[0]);
    cupel_mixture_release(&flat);
    cupel_mixture_release(&deep);
}

/* The table of 21 coefficients and the closed form of isotropic phases are the same laminate, Voigt and Reuss blends included. */
static void any_phases_and_isotropic_ones_agree(void **state)
{
    (void)state;
    const cupel_material of[2] = {case_elastic(1, 1), case_elastic(9, 12)}, k[2] = {case_conductor(1), case_conductor(15)};
    cupel_mixture m = {0};
    case_of_ball(3, 12, 0.4, &m);
    for (int b = -2; b <= 2; b++) {
        cupel_material any[2] = {of[0], of[1]}, any_k[2] = {k[0], k[1]};
        any[0].c_isotropic = any_k[0].k_isotropic = false;
        cupel_solve_options o = elasticity;
        o.blend = 0.5 * b;
        double t[36], u[36];
        case_solve(&m, of, &o, t);
        case_solve(&m, any, &o, u);
        for (size_t i = 0; i < 36; i++) check_close(u[i], t[i], 0, 1e-5 * t[0]);
        o.physics = CUPEL_CONDUCTION;
        case_solve(&m, k, &o, t);
        case_solve(&m, any_k, &o, u);
        for (size_t i = 0; i < 9; i++) check_close(u[i], t[i], 0, 1e-5 * t[0]);
    }
    cupel_mixture_release(&m);
}

/* A dilute ball (Eshelby 1957); at share f = .01 the second order in f is what is left. */
static void a_dilute_ball_is_eshelby(void **state)
{
    (void)state;
    const double f = 0.01, l0 = 0.5769231, m0 = 0.3846154, k0 = l0 + 2 * m0 / 3, k1 = 10 * k0, m1 = 10 * m0;
    const cupel_material of[2] = {case_elastic(l0, m0), case_elastic(10 * l0, m1)};
    cupel_mixture m = {0};
    double t[36];
    case_of_ball(3, 48, cbrt(f * 3 / (16 * atan(1))), &m);
    case_solve(&m, of, &(cupel_solve_options){.physics = CUPEL_ELASTICITY, .accuracy = 1e-6}, t);
    const double bulk = (t[0] + 2 * t[1]) / 3, shear = (t[21] / 2 * 3 + (t[0] - t[1]) / 2 * 2) / 5, z = m0 * (9 * k0 + 8 * m0) / (6 * (k0 + 2 * m0));
    check_close((bulk - k0) / f, (k1 - k0) / (1 + (k1 - k0) / (k0 + 4 * m0 / 3)), 0.03, 0);
    check_close((shear - m0) / f, (m1 - m0) / (1 + (m1 - m0) / (m0 + z)), 0.03, 0);
    cupel_mixture_release(&m);
}

static double least(size_t n, const double *a, const double *b)
{
    double d[36], value[6];
    for (size_t i = 0; i < n * n; i++) d[i] = a[i] - b[i];
    cupel_small_eigen(d, n, value, NULL);
    return value[0];
}

static void mean_tensor(const cupel_material *of, const double *f, bool compliance, double *out)
{
    const double l = compliance ? 0 : f[0] * of[0].lambda + f[1] * of[1].lambda,
                 m = compliance ? 1 / (f[0] / of[0].mu + f[1] / of[1].mu) : f[0] * of[0].mu + f[1] * of[1].mu;
    const double b0 = of[0].lambda + 2 * of[0].mu / 3, b1 = of[1].lambda + 2 * of[1].mu / 3;
    const cupel_material mean = case_elastic(compliance ? 1 / (f[0] / b0 + f[1] / b1) - 2 * m / 3 : l, m);
    memcpy(out, mean.c, sizeof mean.c);
}

static void contrasts_stay_within_voigt_and_reuss(void **state)
{
    (void)state;
    cupel_mixture m = {0};
    case_of_rule(3, 9, 9, 9, 2, noise, &m);
    double f[2];
    cupel_mixture_fractions(&m, f);
    for (int b = -4; b <= 4; b++) {
        const cupel_material of[2] = {case_elastic(1, 1), case_elastic(0.5 * pow(10, b), pow(10, b))};
        double t[36], voigt[36], reuss[36];
        case_solve(&m, of, &(cupel_solve_options){.physics = CUPEL_ELASTICITY, .accuracy = 1e-3}, t);
        mean_tensor(of, f, false, voigt);
        mean_tensor(of, f, true, reuss);
        for (size_t i = 0; i < 36; i++) check_close(t[i], t[i % 6 * 6 + i / 6], 0, 0);
        assert_true(least(6, voigt, t) >= -1e-6 * voigt[0]);
        assert_true(least(6, t, reuss) >= -1e-6 * voigt[0]);
    }
    const cupel_material none[2] = {case_elastic(1, 1), case_elastic(0, 0)}, hardly[2] = {case_elastic(1, 1), case_elastic(1e-6, 1e-6)};
    double t[36], u[36];
    case_solve(&m, none, &(cupel_solve_options){.physics = CUPEL_ELASTICITY, .accuracy = 1e-5}, t);
    case_solve(&m, hardly, &(cupel_solve_options){.physics = CUPEL_ELASTICITY, .accuracy = 1e-5}, u);
    for (size_t i = 0; i < 36; i++) check_close(t[i], u[i], 0, 1e-3 * u[0]);
    cupel_mixture_release(&m);
}

static void threads_and_kernels_change_no_byte(void **state)
{
    (void)state;
    const cupel_material of[2] = {case_elastic(1, 1), case_elastic(9, 30)};
    cupel_mixture m = {0};
    double t[36], u[36];
    case_of_ball(3, 36, 0.4, &m);
    const cupel_solve_options o = {.physics = CUPEL_ELASTICITY, .accuracy = 1e-2, .blend = -0.2};
    case_solve_on(&m, of, &o, &(cupel_job){.threads = 1}, t);
    for (int isa = CUPEL_ISA_PLAIN; isa <= (int)cupel_isa_best(); isa++) {
        case_solve_on(&m, of, &o, &(cupel_job){.threads = 1 + 2 * (size_t)(isa != 1), .isa = (cupel_isa)isa}, u);
        assert_memory_equal(t, u, sizeof t);
    }
    cupel_mixture_release(&m);
}

/* Two phases: the mean stress at no mean strain follows from C* alone (Levin 1967). */
static void two_phases_expand_as_levin_says(void **state)
{
    (void)state;
    const cupel_material of[2] = {case_elastic(1, 1), case_elastic(2, 12)};
    const double free_strain[2][6] = {{1e-3, 1e-3, 1e-3, 0, 0, 0}, {-4e-3, 2e-3, 5e-3, 1e-3, -3e-3, 2e-3}};
    double jump_c[36], inverse[36], jump_t[6], want[6], t0[6];
    for (size_t i = 0; i < 6; i++) {
        double t1 = 0;
        t0[i] = 0;
        for (size_t j = 0; j < 6; j++) {
            jump_c[6 * i + j] = of[1].c[i][j] - of[0].c[i][j];
            t0[i] -= of[0].c[i][j] * free_strain[0][j];
            t1 -= of[1].c[i][j] * free_strain[1][j];
        }
        jump_t[i] = t1 - t0[i];
    }
    assert_true(cupel_small_invert(jump_c, 6, inverse));
    for (int cuts = 0; cuts < 2; cuts++)
        for (int b = -1; b <= (cuts ? 1 : -1); b++) {
            cupel_mixture m = {0};
            if (cuts)
                case_of_ball(3, 10, 0.4, &m);
            else
                case_of_rule(3, 9, 8, 7, 2, noise, &m);
            cupel_solve_options o = elasticity;
            o.eigenstrain = free_strain;
            o.blend = b;
            cupel_solution *s;
            cupel_err err = {0};
            const cupel_job job = case_job();
            check_ok(cupel_solve(&m, of, &o, &job, &s, &err), &err);
            /* a uniform strain makes the jumps of stress vanish: t* = t_0 + (C* - C_0) (C_1 - C_0)^-1 (t_1 - t_0) */
            for (size_t i = 0; i < 6; i++) {
                want[i] = t0[i];
                for (size_t j = 0; j < 6; j++)
                    for (size_t k = 0; k < 6; k++) want[i] += (cupel_solution_tensor(s)[6 * i + j] - of[0].c[i][j]) * inverse[6 * j + k] * jump_t[k];
            }
            for (size_t i = 0; i < 6; i++) check_close(cupel_solution_eigenstress(s)[i], want[i], 0, 3e-5 * fabs(want[2]));
            cupel_solution_free(s);
            cupel_mixture_release(&m);
        }
}

/* Kept fields give the tensor again, its change with the phases to first order, and stresses whose mean is the tensor. */
static void kept_fields_give_the_tensor_and_its_change(void **state)
{
    (void)state;
    const cupel_material of[2] = {case_elastic(1, 1), case_elastic(2, 12)}, more[2] = {case_elastic(1, 1), case_elastic(2.002, 12.012)};
    for (int dim = 2; dim <= 3; dim++) {
        cupel_mixture m = {0};
        cupel_solution *s, *changed;
        cupel_err err = {0};
        cupel_solve_options o = elasticity;
        o.keep_fields = true;
        o.edge[0] = 1, o.edge[1] = 1.5, o.edge[2] = 0.7;
        const cupel_job job = case_job();
        case_of_ball(dim, 10, 0.4, &m);
        check_ok(cupel_solve(&m, of, &o, &job, &s, &err), &err);
        check_ok(cupel_solve(&m, more, &o, &job, &changed, &err), &err);
        const size_t n = cupel_solution_order(s), plane = m.n[1] * m.n[2];
        const double *t = cupel_solution_tensor(s);
        double same[36], near[36];
        check_ok(cupel_solution_tensor_under(s, &m, of, &(cupel_under){0}, &job, same, &err), &err);
        check_ok(cupel_solution_tensor_under(s, &m, more, &(cupel_under){0}, &job, near, &err), &err);
        for (size_t i = 0; i < n * n; i++) {
            check_close(same[i], t[i], 0, 1e-5 * t[0]);
            check_close(near[i] - same[i], cupel_solution_tensor(changed)[i] - t[i], 0, 3e-6 * t[0]); /* the difference is 1e-4 t */
        }
        static const size_t in_plane[3] = {0, 1, 5};
        float *strain = cupel_alloc(6 * plane, sizeof *strain), *stress = cupel_alloc(6 * plane, sizeof *stress);
        for (size_t load = 0; load < n; load++) {
            double mean[12] = {0};
            for (size_t i = 0; i < m.n[0]; i++) {
                check_ok(cupel_solution_plane(s, load, i, strain, stress, &err), &err);
                for (size_t v = 0; v < 6 * plane; v++) {
                    mean[v / plane] += (double)strain[v] / (double)(plane * m.n[0]);
                    mean[6 + v / plane] += (double)stress[v] / (double)(plane * m.n[0]);
                }
            }
            for (size_t q = 0; q < n; q++) {
                const size_t of_q = dim == 2 ? in_plane[q] : q;
                check_close(mean[of_q], q == load, 0, 1e-6);
                check_close(mean[6 + of_q], t[n * load + q], 0, 1e-5 * t[0]);
            }
        }
        cupel_free(strain);
        cupel_free(stress);
        cupel_solution_free(s);
        cupel_solution_free(changed);
        cupel_mixture_release(&m);
    }
}

/* A box of long voxels is a box of more cubes: both sides are exact for layers. */
static uint8_t layers_0(size_t i, size_t j, size_t k) { (void)j, (void)k; return i % 4 < 1; }
static uint8_t cross(size_t i, size_t j, size_t k) { (void)k; return (i % 6 < 2) != (j % 6 < 3); }
static uint8_t cross_turned(size_t i, size_t j, size_t k) { return cross(k, i, j); }

static void edges_of_voxels_count(void **state)
{
    (void)state;
    const cupel_material of[2] = {case_elastic(1, 1), case_elastic(2, 12)};
    cupel_solve_options o = elasticity;
    double t[36], u[36];
    cupel_mixture m = {0};
    case_of_rule(3, 8, 4, 4, 2, layers_0, &m); /* layers do not see their scale */
    case_solve(&m, of, &o, t);
    o.edge[0] = 0.2, o.edge[1] = 1, o.edge[2] = 3;
    case_solve(&m, of, &o, u);
    for (size_t i = 0; i < 36; i++) check_close(u[i], t[i], 0, 3e-6 * t[0]);
    cupel_mixture_release(&m);
    /* turned with its edges: (x, y, z) -> (y, z, x) */
    static const size_t of_axis[6] = {1, 2, 0, 4, 5, 3};
    case_of_rule(3, 6, 6, 5, 2, cross, &m);
    case_solve(&m, of, &o, t);
    cupel_mixture_release(&m);
    case_of_rule(3, 6, 5, 6, 2, cross_turned, &m);
    o.edge[0] = 1, o.edge[1] = 3, o.edge[2] = 0.2;
    case_solve(&m, of, &o, u);
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < 6; j++) check_close(u[6 * i + j], t[6 * of_axis[i] + of_axis[j]], 0, 3e-6 * t[0]);
    cupel_mixture_release(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_are_backus),
        cmocka_unit_test(one_phase_gives_its_own_tensor),
        cmocka_unit_test(plane_stress_frees_the_strain_out_of_the_plane),
        cmocka_unit_test(equal_shear_moduli_are_hill),
        cmocka_unit_test(an_image_is_an_extruded_volume),
        cmocka_unit_test(any_phases_and_isotropic_ones_agree),
        cmocka_unit_test(a_dilute_ball_is_eshelby),
        cmocka_unit_test(contrasts_stay_within_voigt_and_reuss),
        cmocka_unit_test(two_phases_expand_as_levin_says),
        cmocka_unit_test(kept_fields_give_the_tensor_and_its_change),
        cmocka_unit_test(edges_of_voxels_count),
        cmocka_unit_test(threads_and_kernels_change_no_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
