/* Grey values in place of labels: told apart, Otsu's threshold by hand and by trial, the cut. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/matter/grey.h"

enum { N = 24, COUNT = N * N * N };

static int64_t value[COUNT];

static void volume(cupel_voxels *v)
{
    cupel_err err;
    check_ok(cupel_voxels_init(v, 3, (const size_t[]){N, N, N}, "test", &err), &err);
    check_ok(cupel_voxels_set_labels(v, value, "test", &err), &err);
}

static double noise(size_t i) { return cupel_rng_uniform(1, 0, i) - 0.5; }

/* A ball in a box, 70 and 160 with noise of 30 both ways. */
static void fill_ball(void)
{
    for (size_t i = 0; i < COUNT; i++) {
        const double x = (double)(i / (N * N)) - N / 2.0, y = (double)(i / N % N) - N / 2.0, z = (double)(i % N) - N / 2.0;
        value[i] = (int64_t)((x * x + y * y + z * z < 64 ? 160 : 70) + 60 * noise(i));
    }
}

static void grey_is_told_from_labels(void **state)
{
    (void)state;
    cupel_voxels v = {0};
    fill_ball();
    volume(&v);
    assert_true(cupel_voxels_grey(&v));
    cupel_voxels_release(&v);
    for (size_t i = 0; i < COUNT; i++) value[i] = (int64_t)(40 + 3 * (i % N) + i / (N * N)); /* a slope without noise */
    volume(&v);
    assert_true(cupel_voxels_grey(&v));
    cupel_voxels_release(&v);
    for (size_t i = 0; i < COUNT; i++) value[i] = (int64_t)(i / (N * N) / 4 * 36 + i / N % N / 4 * 6 + i % N / 4); /* 216 grains of 4 voxels */
    volume(&v);
    assert_false(cupel_voxels_grey(&v));
    cupel_voxels_release(&v);
    for (size_t i = 0; i < COUNT; i++) value[i] = (int64_t)(8 * (noise(i) + 0.5)); /* eight phases, voxel by voxel */
    volume(&v);
    assert_false(cupel_voxels_grey(&v));
    cupel_voxels_release(&v);
}

static double between(const cupel_voxels *v, int64_t cut)
{
    double n[2] = {0, 0}, sum[2] = {0, 0};
    for (size_t i = 0; i < COUNT; i++) {
        const int above = v->label[v->id[i]] > cut;
        n[above]++;
        sum[above] += (double)v->label[v->id[i]];
    }
    const double apart = sum[0] / n[0] - sum[1] / n[1];
    return n[0] * n[1] * apart * apart;
}

static void otsu_has_the_largest_variance_between(void **state)
{
    (void)state;
    cupel_voxels v = {0};
    cupel_err err;
    int64_t cut = 0;
    fill_ball();
    volume(&v);
    check_ok(cupel_voxels_otsu(&v, &cut, &err), &err);
    assert_in_range(cut, 99, 130); /* between the classes: 40 to 99 and 130 to 189 */
    for (size_t p = 0; p + 1 < v.n_phases; p++) assert_true(between(&v, v.label[p]) <= between(&v, cut) * (1 + 1e-12));
    cupel_voxels_release(&v);
}

static void the_cut(void **state)
{
    (void)state;
    cupel_voxels v = {0};
    cupel_err err;
    double share[2];
    size_t above = 0;
    fill_ball();
    for (size_t i = 0; i < COUNT; i++) above += value[i] > 110;
    volume(&v);
    check_fails(cupel_voxels_cut(&v, 300, "v.npy", &err), CUPEL_BAD_INPUT, &err, "are all at or below the threshold 300");
    check_fails(cupel_voxels_cut(&v, -1, "v.npy", &err), CUPEL_BAD_INPUT, &err, "are all above the threshold -1");
    check_ok(cupel_voxels_cut(&v, 110, "v.npy", &err), &err);
    assert_int_equal(v.n_phases, 2);
    assert_true(v.label[0] == 0 && v.label[1] == 1);
    cupel_voxels_fractions(&v, share);
    assert_true(share[1] == (double)above / COUNT);
    for (size_t i = 0; i < COUNT; i++) assert_int_equal(v.id[i], value[i] > 110);
    cupel_voxels_release(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(grey_is_told_from_labels), cmocka_unit_test(otsu_has_the_largest_variance_between),
                                       cmocka_unit_test(the_cut)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
