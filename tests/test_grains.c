/* Grains: boxes and ellipsoids across a period, sums over voxels, contacts of a stack, an image. */
#include "tests/box.h"

#include "datasets/formats/volume.h"

static const double PI = 3.14159265358979323846;

static double of(const cupel_voxels *v, const char *settings, const char *name, int phase)
{
    return value_of(v, "grains", settings, name, phase, -1);
}

/* A box of 4 x 6 x 8 voxels wherever it lies: moments of a box, and its volume. */
static void test_box(void **state)
{
    (void)state;
    const size_t edge[3] = {4, 6, 8};
    for (size_t shift = 0; shift < 10; shift += 3) {
        cupel_voxels v = box(3, 10, 11, 12, true);
        for (size_t i = 0; i < edge[0]; i++)
            for (size_t j = 0; j < edge[1]; j++)
                for (size_t k = 0; k < edge[2]; k++) *at(&v, (i + shift) % 10, (j + 2 * shift) % 11, (k + shift) % 12) = 1;
        number(&v);
        v.has_size = true;
        for (int a = 0; a < 3; a++) v.size[a] = 1e-6;
        check_close(of(&v, NULL, "equivalent diameter", 1), cbrt(6 * 192 / PI) * 1e-6, 1e-12, 0);
        check_close(of(&v, NULL, "b over a", 1), 6.0 / 8, 1e-12, 0);
        check_close(of(&v, NULL, "c over a", 1), 4.0 / 8, 1e-12, 0);
        assert_true(of(&v, NULL, "neighbours", 1) == 1);
        cupel_quantities q = describe(&v, "grains", NULL, &one_thread);
        const cupel_quantity *area = cupel_quantities_find(&q, "contact area", (cupel_of){0, 1, -1});
        check_close(area->value, 2e-12 * (24 + 32 + 48), 1e-12, 0);
        assert_true(isnan(number_of(&q, "b over a", 0, -1))); /* the matrix winds */
        assert_true(number_of(&q, "grains", -1, -1) == 2);
        cupel_quantities_release(&q);
        cupel_voxels_release(&v);
    }
}

/* A turned ellipsoid in flat voxels. */
static void test_ellipsoid(void **state)
{
    (void)state;
    cupel_voxels v = box(3, 40, 40, 40, false);
    v.size[2] = 0.8;
    const double axes[3] = {14, 9, 6}, c = cos(0.5), s = sin(0.5);
    for (size_t i = 0; i < 64000; i++) {
        const double x = (double)(i / 1600) - 19.7, y = (double)(i / 40 % 40) - 19.2, z = ((double)(i % 40) - 19.9) * 0.8;
        const double p = (c * x + s * y) / axes[0], r = (-s * x + c * y) / axes[1], t = z / axes[2];
        v.id[i] = p * p + r * r + t * t < 1;
    }
    number(&v);
    check_close(of(&v, NULL, "equivalent diameter", 1), 2 * cbrt(14 * 9 * 6), 5e-3, 0); /* counting noise of voxels */
    check_close(of(&v, NULL, "b over a", 1), 9.0 / 14, 1e-2, 0);
    check_close(of(&v, NULL, "c over a", 1), 6.0 / 14, 1e-2, 0);
    assert_true(of(&v, "border=0", "grains", -1) == 1); /* the matrix is cut */
    assert_true(isnan(of(&v, "border=0", "equivalent diameter", 0)));
    cupel_voxels_release(&v);
}

/* Two parts of one label on both sides of a border are one grain, and its shape is that of the near images. */
static void test_parts(void **state)
{
    (void)state;
    cupel_voxels v = box(2, 10, 10, 1, true);
    *at(&v, 0, 5, 0) = *at(&v, 8, 5, 0) = 1; /* two apart across the border, eight inside the box */
    number(&v);
    const double variance = 1 + 1.0 / 12;
    check_close(of(&v, NULL, "b over a", 1), sqrt(1.0 / 12 / variance), 1e-12, 0);
    assert_true(of(&v, NULL, "grains", 1) == 1);
    assert_true(of(&v, "split=1", "grains", 1) == 2);
    check_close(of(&v, "split=1", "equivalent diameter", 1), sqrt(4 / PI), 1e-12, 0);
    assert_true(of(&v, "split=1", "equivalent diameter deviation", 1) == 0);
    assert_true(of(&v, "split=1", "b over a", 1) == 1);
    cupel_voxels_release(&v);
}

/* Contacts and neighbours against every face of every voxel. */
static void test_contacts(void **state)
{
    (void)state;
    for (int dim = 2; dim <= 3; dim++)
        for (int periodic = 0; periodic < 2; periodic++) {
            enum { PHASES = 5 };
            cupel_voxels v = box(dim, 7, 1 + 5 * (size_t)periodic, 6, periodic);
            v.size[0] = 2, v.size[1] = 3;
            for (size_t i = 0; i < cupel_voxels_count(&v); i++) v.id[i] = (uint16_t)cupel_rng_below(7, 0, i / 3, PHASES);
            for (unsigned p = 0; p < PHASES; p++) v.id[p] = (uint16_t)p;
            number(&v);
            double area[PHASES][PHASES] = {{0}};
            for (size_t i = 0; i < cupel_voxels_count(&v); i++) {
                const size_t x[3] = {i / (v.n[1] * v.n[2]), i / v.n[2] % v.n[1], i % v.n[2]};
                for (int a = 0; a < dim; a++) {
                    size_t y[3] = {x[0], x[1], x[2]};
                    y[a] = (x[a] + 1) % v.n[a];
                    if (v.n[a] == 1 || (!periodic && x[a] + 1 == v.n[a])) continue;
                    const uint16_t p = v.id[i], r = *at(&v, y[0], y[1], y[2]);
                    area[p < r ? p : r][p < r ? r : p] += v.size[0] * v.size[1] * (dim == 3 ? v.size[2] : 1) / v.size[a];
                }
            }
            cupel_quantities q = describe(&v, "grains", NULL, &one_thread);
            double neighbours[PHASES] = {0};
            for (int p = 0; p < PHASES; p++)
                for (int r = p + 1; r < PHASES; r++) {
                    const cupel_quantity *one = cupel_quantities_find(&q, dim == 2 ? "contact length" : "contact area", (cupel_of){p, r, -1});
                    check_close(one ? one->value : 0, area[p][r], 1e-12, 0);
                    neighbours[p] += area[p][r] > 0, neighbours[r] += area[p][r] > 0;
                }
            for (int p = 0; p < PHASES; p++) assert_true(number_of(&q, "neighbours", p, -1) == neighbours[p]);
            cupel_quantities_release(&q);
            cupel_voxels_release(&v);
        }
}

/* Volumes of grains add up to the box; DAMASK's example of twenty. */
static void test_polycrystal(void **state)
{
    (void)state;
    cupel_err err;
    cupel_voxels v = {0};
    const char *path = shared_path("data/micro-damask/20grains16x16x16.vti");
    if (!path) {
        print_message("skipped: no data/micro-damask\n");
        skip();
    }
    check_ok(cupel_volume_read(path, NULL, &v, &err), &err);
    cupel_quantities q = describe(&v, "grains", NULL, &one_thread);
    double sum = 0, neighbours = 0;
    assert_true(v.n_phases == 20 && number_of(&q, "grains", -1, -1) == 20);
    for (int p = 0; p < 20; p++) {
        sum += PI / 6 * pow(number_of(&q, "equivalent diameter", p, -1), 3);
        neighbours += number_of(&q, "neighbours", p, -1) / 20;
        const double b = number_of(&q, "b over a", p, -1), c = number_of(&q, "c over a", p, -1);
        assert_true(0.3 < c && c <= b && b <= 1); /* Voronoi cells, each put together across the period */
    }
    check_close(sum, 4096 * v.size[0] * v.size[1] * v.size[2], 1e-12, 0);
    check_close(number_of(&q, "neighbours", -1, -1), neighbours, 1e-12, 0);
    assert_true(neighbours > 8 && neighbours < 16); /* Poisson-Voronoi: 15.5, of 20 cells at most 19 */
    cupel_quantities_release(&q);
    cupel_voxels_release(&v);
}

static void test_threads_and_faults(void **state)
{
    (void)state;
    cupel_voxels v = box(3, 30, 12, 9, true);
    scatter(&v, 40, 3);
    check_threads(&v, "grains", NULL);
    check_threads(&v, "grains", "split=1");
    cupel_voxels_release(&v);
    v = box(3, 6, 5, 4, false);
    scatter(&v, 20, 3);
    check_faults(&v, "grains", NULL);
    check_faults(&v, "grains", "split=1");
    cupel_voxels_release(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_box),      cmocka_unit_test(test_ellipsoid),  cmocka_unit_test(test_parts),
        cmocka_unit_test(test_contacts), cmocka_unit_test(test_polycrystal), cmocka_unit_test(test_threads_and_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
