/* models/homogenize/rebuild.c, coarsen.c */
#include "tests/check.h"
#include "tests/arrays.h"

#include "models/homogenize/coarsen.h"
#include "models/homogenize/rebuild.h"

static cupel_err err;
static const cupel_job job = {.threads = 2};
static const double cube[3] = {1, 1, 1};

static void labels_of(const array *a, size_t n, cupel_mixture *m)
{
    cupel_voxels v = {0};
    check_ok(array_labels(a, n, &v, &err), &err);
    check_ok(cupel_mixture_of_voxels(&v, m, &err), &err);
    cupel_voxels_release(&v);
}

/* Shares and normals against the sphere that the labels were taken from. A prototype had a root mean square error of 0.055 in the shares and a mean
 * angle of 2.2 degrees. */
static void a_sphere_is_rebuilt(void **state)
{
    (void)state;
    const array a = {3, 0.25, {0.31, 0.52, 0.43}};
    const size_t n[3] = {32, 32, 32};
    cupel_mixture m = {0}, cut = {0};
    cupel_rebuilt *f = NULL;
    double fraction[2], made[2], squares = 0, angles = 0;
    labels_of(&a, 32, &m);
    check_ok(cupel_rebuilt_of(&m, cube, &job, &f, &err), &err);
    check_ok(cupel_rebuilt_mixture(f, 0, false, &cut, NULL, &err), &err);
    cupel_mixture_fractions(&m, fraction);
    cupel_mixture_fractions(&cut, made);
    check_close(made[1], fraction[1], 1e-5, 0);
    assert_true(cut.n_cuts > 1500);
    const double radius = array_radius(&a) * 32;
    for (size_t r = 0; r < 32 * 32; r++)
        for (size_t c = cut.row[r]; c < cut.row[r + 1]; c++) {
            double x[3], normal[3], dot = 0;
            const double length = array_place(&a, n, r / 32, r % 32, cut.cut[c].k, x);
            for (int i = 0; i < 3; i++) {
                normal[i] = -x[i] / length;
                dot += normal[i] * cut.cut[c].normal[i] / 32767.0;
            }
            const double miss = (double)cut.cut[c].p - cupel_plane_cut(normal, radius - length);
            squares += miss * miss;
            angles += acos(fmin(1, dot)) * 180 / acos(-1);
        }
    assert_true(sqrt(squares / (double)cut.n_cuts) < 0.075);
    assert_true(angles / (double)cut.n_cuts < 3);
    check_close(cupel_rebuilt_area(f), 4 * acos(-1) * radius * radius / 32768, 0.03, 0);
    const double noise = cupel_rebuilt_noise(f); /* about 2,000 voxels that err alone: 0.35 / sqrt(2000) */
    assert_true(noise > 0.004 && noise < 0.02);
    cupel_rebuilt_free(f);
    cupel_mixture_release(&m);
    cupel_mixture_release(&cut);
}

/* Half grids keep the volume, and a shift moves it by the area. Odd and even axes, in the plane and in space. */
static void half_grids_keep_the_volume(void **state)
{
    (void)state;
    for (size_t n = 23; n <= 26; n++)
        for (int dim = 2; dim <= 3; dim++) {
            const array a = {dim, 0.3, {0.31, 0.52, 0.43}};
            cupel_mixture m = {0}, half = {0}, shifted = {0};
            cupel_rebuilt *f = NULL;
            double fraction[2], made[2], moved[2], edge[3];
            labels_of(&a, n, &m);
            check_ok(cupel_rebuilt_of(&m, cube, &job, &f, &err), &err);
            check_ok(cupel_rebuilt_mixture(f, 0, true, &half, edge, &err), &err);
            check_ok(cupel_rebuilt_mixture(f, -0.25, true, &shifted, NULL, &err), &err);
            assert_int_equal(half.n[0], (n + 1) / 2);
            assert_int_equal(half.n[2], dim == 3 ? (n + 1) / 2 : 1);
            check_close(edge[0] * (double)half.n[0], (double)n, 1e-14, 0);
            cupel_mixture_fractions(&m, fraction);
            cupel_mixture_fractions(&half, made);
            cupel_mixture_fractions(&shifted, moved);
            check_close(made[1], fraction[1], 1e-4, 0);
            check_close(moved[1] - made[1], 0.25 * cupel_rebuilt_area(f), 0.1, 0);
            cupel_rebuilt_free(f);
            cupel_mixture_release(&m);
            cupel_mixture_release(&half);
            cupel_mixture_release(&shifted);
        }
}

/* Layers along the grid are cut nowhere, and their place is uncertain as a whole. */
static void layers_stay_layers(void **state)
{
    (void)state;
    const size_t n[3] = {16, 4, 4};
    cupel_voxels v = {0};
    cupel_mixture m = {0}, cut = {0};
    cupel_rebuilt *f = NULL;
    check_ok(cupel_voxels_init(&v, 3, n, "layers", &err), &err);
    for (size_t i = 0; i < 256; i++) v.id[i] = i / 16 % 16 >= 8;
    check_ok(cupel_voxels_number(&v, "layers", &err), &err);
    check_ok(cupel_mixture_of_voxels(&v, &m, &err), &err);
    check_ok(cupel_rebuilt_of(&m, cube, &job, &f, &err), &err);
    check_ok(cupel_rebuilt_mixture(f, 0, false, &cut, NULL, &err), &err);
    for (size_t c = 0; c < cut.n_cuts; c++) /* what is left of one is of no account */
        assert_true(cut.cut[c].p < 0.02f || cut.cut[c].p > 0.98f);
    assert_memory_equal(cut.id8, m.id8, 256);
    check_close(cupel_rebuilt_noise(f), sqrt(1.5 / 12), 1e-6, 0);
    cupel_rebuilt_free(f);
    cupel_mixture_release(&m);
    cupel_mixture_release(&cut);
    cupel_voxels_release(&v);
}

static void only_labels_of_two_phases(void **state)
{
    (void)state;
    const size_t n[3] = {4, 4, 4};
    cupel_mixture m = {0};
    cupel_rebuilt *f = NULL;
    check_ok(cupel_mixture_init(&m, 3, n, 3, &err), &err);
    check_fails(cupel_rebuilt_of(&m, cube, &job, &f, &err), CUPEL_USAGE, &err, "two phases");
    assert_null(f);
    cupel_mixture_release(&m);
}

/* Three phases on half a grid: fractions are kept where no coarse voxel holds three, normals point from a to b. */
static void labels_of_many_phases_are_coarsened(void **state)
{
    (void)state;
    for (size_t axis = 12; axis <= 13; axis++) {
        const size_t n[3] = {axis, 5, 1};
        cupel_voxels v = {0};
        cupel_mixture m = {0}, half = {0};
        double edge[3], fraction[3], kept[3];
        check_ok(cupel_voxels_init(&v, 2, n, "bands", &err), &err);
        for (size_t i = 0; i < axis * 5; i++) v.id[i] = i / 5 < 3 ? 2 : i / 5 < 7 ? 0 : 1;
        check_ok(cupel_voxels_number(&v, "bands", &err), &err);
        check_ok(cupel_mixture_of_voxels(&v, &m, &err), &err);
        check_ok(cupel_coarsen(&m, cube, &half, edge, &err), &err);
        assert_true(half.n[0] == (axis + 1) / 2 && half.n[1] == 3 && half.n[2] == 1);
        check_close(edge[1], 5.0 / 3, 1e-14, 0);
        cupel_mixture_fractions(&m, fraction);
        cupel_mixture_fractions(&half, kept);
        for (int p = 0; p < 3; p++) check_close(kept[p], fraction[p], 1e-6, 0);
        assert_true(half.n_cuts > 0);
        for (size_t r = 0; r < half.n[0] * half.n[1]; r++)
            for (size_t c = half.row[r]; c < half.row[r + 1]; c++) {
                assert_true(half.cut[c].a < half.cut[c].b && abs(half.cut[c].normal[0]) > 32760);
                assert_true((half.cut[c].normal[0] > 0) == (half.cut[c].b == 1)); /* 2 lies before 0, 1 behind it */
            }
        cupel_mixture_release(&m);
        cupel_mixture_release(&half);
        cupel_voxels_release(&v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sphere_is_rebuilt),       cmocka_unit_test(half_grids_keep_the_volume),
        cmocka_unit_test(layers_stay_layers),        cmocka_unit_test(only_labels_of_two_phases),
        cmocka_unit_test(labels_of_many_phases_are_coarsened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
