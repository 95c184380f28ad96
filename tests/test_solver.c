/* models/homogenize/solver.c, conduction: closed forms and properties. Fields are float, so 1e-6 is what a closed form can be met to. */
#include "tests/solver_cases.h"

static const cupel_solve_options conduction = {.physics = CUPEL_CONDUCTION, .accuracy = 1e-6};

static uint8_t layers_0(size_t i, size_t j, size_t k) { (void)j, (void)k; return i % 8 < 3; }
static uint8_t layers_1(size_t i, size_t j, size_t k) { (void)i, (void)k; return j % 8 < 3; }
static uint8_t layers_2(size_t i, size_t j, size_t k) { (void)i, (void)j; return k % 8 < 3; }
static uint8_t nothing(size_t i, size_t j, size_t k) { (void)i, (void)j, (void)k; return 0; }
static uint8_t noise(size_t i, size_t j, size_t k) { return cupel_rng_uniform(3, i * 64 + j, k) < 0.4; }

static void layers_are_in_series_and_in_parallel(void **state)
{
    (void)state;
    case_rule *const rules[3] = {layers_0, layers_1, layers_2};
    for (int b = -4; b <= 4; b++) {
        const double k0 = 2, k1 = 2 * pow(10, b), share = 3.0 / 8, along = share * k1 + (1 - share) * k0,
                     across = 1 / (share / k1 + (1 - share) / k0);
        const cupel_material materials[2] = {case_conductor(k0), case_conductor(k1)};
        for (size_t axis = 0; axis < 3; axis++) {
            cupel_mixture m = {0};
            double t[9];
            case_of_rule(3, 8, 16, 24, 2, rules[axis], &m);
            assert_int_equal(case_solve(&m, materials, &conduction, t), 3);
            for (size_t i = 0; i < 3; i++)
                /* float rounds what is lost from `along` */
                for (size_t j = 0; j < 3; j++) check_close(t[3 * i + j], i != j ? 0 : i == axis ? across : along, 1e-6, 4e-7 * along);
            cupel_mixture_release(&m);
        }
    }
}

static void one_phase_gives_its_own_tensor(void **state)
{
    (void)state;
    const cupel_material tensor = {.has_k = true, .k = {{3, 0.5, -0.25}, {0.5, 2, 0.125}, {-0.25, 0.125, 1}}};
    cupel_mixture m = {0};
    double t[9];
    case_of_rule(3, 6, 5, 7, 1, nothing, &m);
    case_solve(&m, &tensor, &conduction, t);
    for (size_t i = 0; i < 9; i++) check_close(t[i], tensor.k[i / 3][i % 3], 1e-6, 1e-7);
    cupel_mixture_release(&m);
    case_of_rule(2, 6, 5, 1, 1, nothing, &m);
    assert_int_equal(case_solve(&m, &tensor, &conduction, t), 2);
    for (size_t i = 0; i < 4; i++) check_close(t[i], tensor.k[i / 2][i % 2], 1e-6, 1e-7);
    cupel_mixture_release(&m);
}

/* K*(a, b) = ab R K*(b, a)^-1 R^T for any image (Keller 1964); exact in this scheme where no axis is even. */
static void images_obey_reciprocity(void **state)
{
    (void)state;
    static const size_t edges[2][2] = {{15, 21}, {21, 21}};
    const cupel_solve_options o = {.physics = CUPEL_CONDUCTION, .accuracy = 1e-10};
    for (size_t e = 0; e < 2; e++) {
        const cupel_material one[2] = {case_conductor(1), case_conductor(20)}, other[2] = {case_conductor(20), case_conductor(1)};
        cupel_mixture m = {0};
        double t[4], u[4];
        case_of_rule(2, edges[e][0], edges[e][1], 1, 2, noise, &m);
        case_solve(&m, one, &o, t);
        case_solve(&m, other, &o, u);
        const double det = u[0] * u[3] - u[1] * u[2];
        /* R u^-1 R^T = transpose of the matrix itself over its determinant, for a quarter turn */
        check_close(t[0], 20 * u[0] / det, 1e-5, 0);
        check_close(t[3], 20 * u[3] / det, 1e-5, 0);
        check_close(t[1], 20 * u[1] / det, 0, 1e-5 * t[0]);
        cupel_mixture_release(&m);
    }
}

/* Tables of exact values for arrays (square: Perrins, McKenzie, McPhedran 1979; simple cubic: McPhedran, McKenzie 1978). */
static void arrays_with_cut_voxels_meet_the_tables(void **state)
{
    (void)state;
    const double pi = 4 * atan(1);
    static const struct { int dim; double f, k; } of[] = {{2, 0.2, 1.3914576745}, {2, 0.4, 1.9806260915}, {2, 0.6, 3.03722083},
                                                         {3, 0.1, 1.24333855}, {3, 0.2, 1.53172386}, {3, 0.4, 2.36443139}};
    const cupel_material materials[2] = {case_conductor(1), case_conductor(10)};
    const cupel_solve_options o = {.physics = CUPEL_CONDUCTION, .accuracy = 1e-4};
    for (size_t a = 0; a < sizeof of / sizeof *of; a++) {
        cupel_mixture m = {0};
        double t[9];
        case_of_ball(of[a].dim, 32, of[a].dim == 2 ? sqrt(of[a].f / pi) : cbrt(of[a].f * 3 / (4 * pi)), &m);
        const size_t order = case_solve(&m, materials, &o, t);
        for (size_t i = 0; i < order; i++) check_close(t[i * order + i], of[a].k, 1.5e-3, 0); /* the goal at 32 voxels, contrast 10 */
        check_close(t[1], 0, 0, 1e-4);
        cupel_mixture_release(&m);
    }
}

/* A permutation of axes and a mirror do the same to the tensor. */
static void turning_the_volume_turns_the_tensor(void **state)
{
    (void)state;
    const cupel_material materials[2] = {case_conductor(1), case_conductor(30)};
    const size_t n[3] = {9, 7, 11};
    cupel_mixture m = {0}, turned = {0};
    double t[9], u[9];
    case_of_rule(3, n[0], n[1], n[2], 2, noise, &m);
    case_of_rule(3, n[2], n[0], n[1], 2, noise, &turned);
    for (size_t i = 0; i < n[0]; i++)
        for (size_t j = 0; j < n[1]; j++)
            /* (x, y, z) -> (z, x, -y) */
            for (size_t k = 0; k < n[2]; k++) turned.id8[(k * n[0] + i) * n[1] + (n[1] - 1 - j)] = m.id8[(i * n[1] + j) * n[2] + k];
    case_solve(&m, materials, &conduction, t);
    case_solve(&turned, materials, &conduction, u);
    static const size_t from[3] = {2, 0, 1};
    static const double sign[3] = {1, 1, -1};
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) check_close(u[3 * i + j], sign[i] * sign[j] * t[3 * from[i] + from[j]], 0, 3e-6 * t[0]);
    cupel_mixture_release(&m);
    cupel_mixture_release(&turned);
}

static uint8_t extruded(size_t i, size_t j, size_t k) { (void)k; return noise(i, j, 0); }

static void an_image_is_an_extruded_volume(void **state)
{
    (void)state;
    const cupel_material materials[2] = {case_conductor(1), case_conductor(30)};
    cupel_mixture flat = {0}, deep = {0};
    double t[4], u[9];
    case_of_rule(2, 12, 9, 1, 2, noise, &flat);
    case_of_rule(3, 12, 9, 4, 2, extruded, &deep);
    case_solve(&flat, materials, &conduction, t);
    case_solve(&deep, materials, &conduction, u);
    double fraction[2];
    cupel_mixture_fractions(&flat, fraction);
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < 2; j++) check_close(u[3 * i + j], t[2 * i + j], 0, 3e-6 * t[0]);
    check_close(u[8], fraction[0] + 30 * fraction[1], 1e-6, 0); /* along the extrusion: the mean */
    cupel_mixture_release(&flat);
    cupel_mixture_release(&deep);
}

static void threads_and_kernels_change_no_byte(void **state)
{
    (void)state;
    const cupel_material materials[3] = {case_conductor(1), case_conductor(30), case_conductor(7)};
    cupel_mixture m = {0};
    double t[9], u[9];
    case_of_ball(3, 40, 0.4, &m);
    m.id8[5] = 2;
    m.n_phases = 3;
    const cupel_solve_options o = {.physics = CUPEL_CONDUCTION, .accuracy = 1e-4, .blend = 0.2};
    case_solve_on(&m, materials, &o, &(cupel_job){.threads = 1}, t);
    for (int isa = CUPEL_ISA_PLAIN; isa <= (int)cupel_isa_best(); isa++)
        for (size_t threads = 1; threads <= 3; threads += 2) {
            case_solve_on(&m, materials, &o, &(cupel_job){.threads = threads, .isa = (cupel_isa)isa}, u);
            assert_memory_equal(t, u, sizeof t);
        }
    cupel_mixture_release(&m);
}

/* Between the harmonic and the arithmetic mean as matrices; here the diagonal of noise, whose tensor is nearly isotropic. */
static void contrasts_stay_within_the_bounds(void **state)
{
    (void)state;
    cupel_mixture m = {0};
    case_of_rule(3, 15, 15, 15, 2, noise, &m);
    double f[2], last = 0;
    cupel_mixture_fractions(&m, f);
    for (int b = -4; b <= 4; b++) {
        const double k = pow(10, b);
        const cupel_material materials[2] = {case_conductor(1), case_conductor(k)};
        double t[9];
        case_solve(&m, materials, &(cupel_solve_options){.physics = CUPEL_CONDUCTION, .accuracy = 1e-4}, t);
        for (size_t i = 0; i < 3; i++) {
            assert_true(t[4 * i] <= (f[0] + f[1] * k) * (1 + 1e-6));
            assert_true(t[4 * i] >= 1 / (f[0] + f[1] / k) * (1 - 1e-6));
        }
        assert_true(t[0] > last);
        last = t[0];
    }
    /* a phase that does not conduct is the limit of one that hardly does */
    const cupel_material none[2] = {case_conductor(1), case_conductor(0)}, hardly[2] = {case_conductor(1), case_conductor(1e-6)};
    double t[9], u[9];
    case_solve(&m, none, &(cupel_solve_options){.physics = CUPEL_CONDUCTION, .accuracy = 1e-5}, t);
    case_solve(&m, hardly, &(cupel_solve_options){.physics = CUPEL_CONDUCTION, .accuracy = 1e-5}, u);
    for (size_t i = 0; i < 3; i++) check_close(t[4 * i], u[4 * i], 1e-4, 0);
    cupel_mixture_release(&m);
}

static void what_is_missing_is_said(void **state)
{
    (void)state;
    const cupel_material materials[2] = {case_conductor(1), {0}};
    const cupel_job job = case_job();
    cupel_mixture m = {0};
    cupel_solution *s;
    cupel_err err = {0};
    case_of_rule(3, 4, 4, 4, 2, layers_0, &m);
    check_fails(cupel_solve(&m, materials, &conduction, &job, &s, &err), CUPEL_USAGE, &err, "phase 1 has no conductivity");
    assert_null(s);
    cupel_mixture_release(&m);
    cupel_solution_free(NULL);
}

static bool stop_at_once(void *user) { return ++*(int *)user > 3; }

static void a_stop_is_clean_and_the_limit_holds(void **state)
{
    (void)state;
    const cupel_material materials[2] = {case_conductor(1), case_conductor(100)};
    int asked = 0;
    cupel_mixture m = {0};
    cupel_solution *s;
    cupel_err err = {0};
    case_of_rule(3, 16, 16, 16, 2, noise, &m);
    check_fails(cupel_solve(&m, materials, &conduction, &(cupel_job){.threads = 1, .user = &asked, .stop = stop_at_once}, &s, &err),
                CUPEL_INTERRUPTED, &err, "load 1");
    assert_null(s);
    const cupel_solve_options few = {.physics = CUPEL_CONDUCTION, .accuracy = 1e-6, .max_iterations = 5};
    check_fails(cupel_solve(&m, materials, &few, &(cupel_job){.threads = 1}, &s, &err), CUPEL_FAILED, &err, "5 iterations");
    assert_null(s);
    cupel_mixture_release(&m);
}

#ifdef CUPEL_FAULTS
/* Every allocation fails once: a clean status, and nothing leaks (the address sanitizer looks). */
static void no_memory_is_said(void **state)
{
    (void)state;
    const double free_strain[2][6] = {{1, 1, 1, 0, 0, 0}, {0}};
    const cupel_material of[2] = {case_elastic(1, 1), case_elastic(2, 3)}, k[2] = {case_conductor(1), {.has_k = true, .k = {{2}, {0, 1}, {0, 0, 1}}}};
    cupel_mixture m = {0};
    case_of_ball(3, 4, 0.4, &m);
    for (int physics = 0; physics < 2; physics++)
        for (size_t at = 1;; at++) {
            const cupel_solve_options o = {.physics = physics ? CUPEL_ELASTICITY : CUPEL_CONDUCTION, .accuracy = 1e-2, .keep_fields = true,
                                           .eigenstrain = free_strain};
            cupel_solution *s;
            cupel_err err = {0};
            cupel_mem_fail_at(at, false);
            const cupel_status st = cupel_solve(&m, physics ? of : k, &o, &(cupel_job){.threads = 1}, &s, &err);
            const bool all = cupel_mem_count() < at;
            cupel_mem_fail_at(0, false);
            assert_true(all ? st == CUPEL_OK && s != NULL : st == CUPEL_NO_RESOURCE && s == NULL && err.message[0]);
            cupel_solution_free(s);
            if (all) break;
        }
    cupel_mixture_release(&m);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_are_in_series_and_in_parallel), cmocka_unit_test(one_phase_gives_its_own_tensor),
        cmocka_unit_test(images_obey_reciprocity),              cmocka_unit_test(arrays_with_cut_voxels_meet_the_tables),
        cmocka_unit_test(turning_the_volume_turns_the_tensor),  cmocka_unit_test(an_image_is_an_extruded_volume),
        cmocka_unit_test(threads_and_kernels_change_no_byte),   cmocka_unit_test(contrasts_stay_within_the_bounds),
        cmocka_unit_test(what_is_missing_is_said),              cmocka_unit_test(a_stop_is_clean_and_the_limit_holds),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(no_memory_is_said),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
