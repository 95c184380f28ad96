/* core/matter/voxels.c, mixture.c, quantities.c */
#include "tests/check.h"

#include "core/base/rng.h"
#include "core/matter/mixture.h"
#include "core/matter/quantities.h"

#include <math.h>
#include <string.h>

static void labels_become_ids_in_ascending_order(void **state)
{
    (void)state;
    const size_t n[3] = {2, 2, 2};
    const int64_t label[8] = {255, 0, 0, 85, -3, 255, 85, 0};
    cupel_voxels v = {0};
    cupel_mixture m = {0};
    double f[4];
    assert_int_equal(cupel_voxels_init(&v, 3, n, "a test", NULL), CUPEL_OK);
    assert_int_equal(cupel_voxels_set_labels(&v, label, "a test", NULL), CUPEL_OK);
    assert_int_equal(v.n_phases, 4);
    for (size_t i = 0; i < 8; i++) assert_int_equal(v.label[v.id[i]], label[i]);
    assert_int_equal(cupel_voxels_id_of(&v, 85), 2);
    assert_int_equal(cupel_voxels_id_of(&v, 84), -1);
    cupel_voxels_fractions(&v, f);
    assert_true(f[0] == 1.0 / 8 && f[1] == 3.0 / 8 && f[2] == 2.0 / 8 && f[3] == 2.0 / 8);
    assert_int_equal(cupel_mixture_of_voxels(&v, &m, NULL), CUPEL_OK);
    double g[4];
    cupel_mixture_fractions(&m, g);
    assert_memory_equal(f, g, sizeof f);
    cupel_mixture_release(&m);
    cupel_voxels_release(&v);
}

static void numbers_that_do_not_occur_are_no_phases(void **state)
{
    (void)state;
    const size_t n[2] = {1, 3};
    cupel_voxels v = {0};
    assert_int_equal(cupel_voxels_init(&v, 2, n, "a test", NULL), CUPEL_OK);
    v.id[0] = 7, v.id[1] = 65535, v.id[2] = 7;
    assert_int_equal(cupel_voxels_number(&v, "a test", NULL), CUPEL_OK);
    assert_int_equal(v.n_phases, 2);
    assert_true(v.id[0] == 0 && v.id[1] == 1 && v.label[0] == 7 && v.label[1] == 65535);
    cupel_voxels_release(&v);
}

static void sizes_that_cannot_be_are_refused(void **state)
{
    (void)state;
    cupel_voxels v = {0};
    cupel_err err;
    assert_int_equal(cupel_voxels_init(&v, 3, (const size_t[]){4, 0, 4}, "a test", &err), CUPEL_BAD_INPUT);
    assert_int_equal(cupel_voxels_init(&v, 3, (const size_t[]){(size_t)1 << 40, (size_t)1 << 40, 2}, "a test", &err), CUPEL_NO_RESOURCE);
    assert_null(v.id);
}

/* Against counting points: 200^3 of them are good to about 1e-4 for a plane. */
static void a_plane_takes_its_share_of_a_voxel(void **state)
{
    (void)state;
    enum { N = 100 };
    for (uint64_t t = 0; t < 60; t++) {
        double n[3], length = 0;
        for (uint64_t i = 0; i < 3; i++) n[i] = t % 4 == 3 && i == t % 3 ? 0 : cupel_rng_normal(1, t, i);
        for (int i = 0; i < 3; i++) length += n[i] * n[i];
        for (int i = 0; i < 3; i++) n[i] /= sqrt(length);
        const double d = cupel_rng_uniform(2, t, 0) * 1.8 - 0.9;
        size_t inside = 0;
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++)
                for (int k = 0; k < N; k++)
                    inside += n[0] * ((i + 0.5) / N - 0.5) + n[1] * ((j + 0.5) / N - 0.5) + n[2] * ((k + 0.5) / N - 0.5) + d > 0;
        check_close(cupel_plane_cut(n, d), (double)inside / (N * N * N), 0, 2e-3);
        check_close(cupel_plane_cut(n, d) + cupel_plane_cut(n, -d), 1, 0, 1e-12);
    }
    check_close(cupel_plane_cut((const double[]){1, 0, 0}, 0.25), 0.75, 0, 1e-15);
    check_close(cupel_plane_cut((const double[]){1e-9, 0.6, 0.8}, 0), 0.5, 0, 1e-12);
}

static void quantities_are_found_by_name_and_owner(void **state)
{
    (void)state;
    cupel_quantities q = {0};
    cupel_quantities_add(&q, "euler", "", (cupel_of){0, -1, -1}, 1);
    cupel_quantities_add(&q, "euler", "", (cupel_of){1, -1, -1}, 2);
    cupel_quantities_add_none(&q, "tortuosity", "", (cupel_of){1, -1, 2}, "does not percolate");
    const double x[2] = {0, 1}, y[2] = {0.5, 0.25};
    cupel_quantities_add_curve(&q, "two-point", "", "distance", "voxel", (cupel_of){0, 0, -1}, 2, x, y);
    assert_int_equal(cupel_quantities_check(&q, NULL), CUPEL_OK);
    assert_true(cupel_quantities_find(&q, "euler", (cupel_of){1, -1, -1})->value == 2);
    assert_null(cupel_quantities_find(&q, "euler", CUPEL_OF_WHOLE));
    assert_string_equal(cupel_quantities_find(&q, "tortuosity", (cupel_of){1, -1, 2})->reason, "does not percolate");
    assert_memory_equal(q.curve[0].y, y, sizeof y);
    cupel_quantities_release(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_become_ids_in_ascending_order),    cmocka_unit_test(numbers_that_do_not_occur_are_no_phases),
        cmocka_unit_test(sizes_that_cannot_be_are_refused),        cmocka_unit_test(a_plane_takes_its_share_of_a_voxel),
        cmocka_unit_test(quantities_are_found_by_name_and_owner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
