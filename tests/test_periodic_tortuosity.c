/* Tortuosity in a period: channels, a bent one, cylinders in a square array, refusals. */
#include "tests/box.h"

#include "core/engine/volume_sets.h"

static cupel_quantities of(const cupel_voxels *v, double accuracy, const cupel_job *job)
{
    cupel_err err;
    cupel_quantities q = {0};
    check_ok(cupel_volume_descriptor_periodic_tortuosity.compute(v, &accuracy, job, &q, &err), &err);
    check_ok(cupel_quantities_check(&q, &err), &err);
    return q;
}

static void test_channel(void **state)
{
    (void)state;
    for (int dim = 2; dim <= 3; dim++)
        for (int axis = 0; axis < dim; axis++) {
            cupel_voxels v = box(dim, 9, 7, 5, true);
            v.size[0] = 1.5;
            const int across = axis ? 0 : 1;
            for (size_t i = 0; i < cupel_voxels_count(&v); i++) {
                const size_t x[3] = {i / (v.n[1] * v.n[2]), i / v.n[2] % v.n[1], i % v.n[2]};
                v.id[i] = x[across] < 3;
            }
            number(&v);
            cupel_quantities q = of(&v, 1e-6, &one_thread);
            for (int p = 0; p < 2; p++) {
                check_close(number_of(&q, "periodic tortuosity", p, axis), 1, 1e-5, 0);
                const cupel_quantity *none = cupel_quantities_find(&q, "periodic tortuosity", (cupel_of){p, -1, across});
                assert_true(none && isnan(none->value) && strstr(none->reason, "own image"));
            }
            cupel_quantities_release(&q);
            cupel_voxels_release(&v);
        }
}

/* A square array of insulating cylinders, fraction f: conductivity from Rayleigh's multipoles (that of conducting ones, inverted by Keller's theorem)
 * 1 / 1.5003060375 at f = 0.2. */
static void test_cylinders(void **state)
{
    (void)state;
    const size_t n = 101; /* an odd grid has no hourglass fields */
    cupel_voxels v = box(2, n, n, 1, true);
    const double r = sqrt(0.2 / 3.14159265358979) * (double)n, c = (double)n / 2;
    for (size_t i = 0; i < n * n; i++) v.id[i] = hypot((double)(i / n) + 0.5 - c, (double)(i % n) + 0.5 - c) < r;
    number(&v);
    cupel_quantities q = of(&v, 1e-4, &one_thread);
    for (int axis = 0; axis < 2; axis++) {
        check_close(number_of(&q, "periodic tortuosity", 0, axis), 0.8 * 1.5003060375, 0.01, 0); /* plain voxels of this grid */
        assert_true(number_of(&q, "periodic tortuosity error", 0, axis) < 1e-3);
        assert_true(isnan(number_of(&q, "periodic tortuosity", 1, axis)));
    }
    cupel_quantities two = of(&v, 1e-4, &two_threads);
    check_same_quantities(&q, &two);
    cupel_quantities_release(&q);
    cupel_quantities_release(&two);
    v.periodic = false;
    q = of(&v, 1e-4, &one_thread);
    assert_true(strstr(cupel_quantities_find(&q, "periodic tortuosity", (cupel_of){0, -1, 0})->reason, "no period"));
    cupel_quantities_release(&q);
    cupel_voxels_release(&v);
}

/* Crooked paths along one axis and a wall across the other, along which the energy falls to nothing but rounding: solved all the same. */
static void test_wall(void **state)
{
    (void)state;
    for (int dim = 2; dim <= 3; dim++) {
        cupel_voxels v = dim == 2 ? box(2, 48, 48, 1, true) : box(3, 16, 16, 16, true);
        const size_t plane = v.n[1] * v.n[2];
        for (size_t i = 0; i < cupel_voxels_count(&v); i++) v.id[i] = i < 2 * plane || cupel_rng_uniform(1, 0, i) < 0.3;
        number(&v);
        cupel_quantities q = of(&v, 1e-4, &one_thread);
        assert_true(isnan(number_of(&q, "periodic tortuosity", 0, 0)));
        for (int axis = 1; axis < dim; axis++) {
            const double tau = number_of(&q, "periodic tortuosity", 0, axis);
            assert_true(tau > 1 && tau < 5);
            assert_true(number_of(&q, "periodic tortuosity error", 0, axis) < 1e-4 * tau);
        }
        cupel_quantities_release(&q);
        cupel_voxels_release(&v);
    }
}

static void test_sets(void **state)
{
    (void)state;
    cupel_err err;
    cupel_volume_sets s = {0};
    check_ok(cupel_volume_sets_parse("percolation,periodic_tortuosity:accuracy=1e-3,grains", &s, &err), &err);
    assert_true(s.n == 3 && s.set[1] == &cupel_volume_descriptor_periodic_tortuosity && s.value[1][0] == 1e-3);
    cupel_volume_sets_release(&s);
    check_fails(cupel_volume_sets_parse("periodic_tortuosit", &s, &err), CUPEL_USAGE, &err, "did you mean 'periodic_tortuosity'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_channel), cmocka_unit_test(test_cylinders), cmocka_unit_test(test_wall),
                                       cmocka_unit_test(test_sets)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
