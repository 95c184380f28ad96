/* Area of interfaces per volume: brute force, laws, published values. */
#include "tests/box.h"

#include "descriptors/microstructure/crofton.h"

static const double PI = 3.14159265358979323846;

/* Crofton's sum pair by pair; q -1: any other phase. NaN when a direction has no pairs. */
static double brute(const cupel_voxels *v, int p, int q)
{
    const bool flat = v->dim == 2;
    const size_t n_directions = flat ? CUPEL_DIRECTIONS_2D : CUPEL_DIRECTIONS_3D;
    const long n[3] = {(long)v->n[0], (long)v->n[1], (long)v->n[2]};
    double u[CUPEL_DIRECTIONS_3D][3], w[CUPEL_DIRECTIONS_3D], sum = 0;
    for (size_t d = 0; d < n_directions; d++)
        for (int a = 0; a < 3; a++) u[d][a] = v->size[a] * (flat ? cupel_directions_2d[d][a] : cupel_directions_3d[d][a]);
    cupel_crofton_weights(v->dim, n_directions, (const double (*)[3])u, w);
    for (size_t d = 0; d < n_directions; d++) {
        const int *r = flat ? cupel_directions_2d[d] : cupel_directions_3d[d];
        double unlike = 0, pairs = 0;
        for (long i = 0; i < n[0] * n[1] * n[2]; i++) {
            long to[3] = {i / (n[1] * n[2]) + r[0], i / n[2] % n[1] + r[1], i % n[2] + r[2]};
            bool there = true;
            for (int a = 0; a < 3; a++) {
                if (v->periodic) to[a] = (to[a] + n[a]) % n[a];
                there &= to[a] >= 0 && to[a] < n[a];
            }
            if (!there) continue;
            const int x = v->id[i], y = v->id[(to[0] * n[1] + to[1]) * n[2] + to[2]];
            pairs += 1;
            unlike += x != y && (q < 0 ? x == p || y == p : (x == p && y == q) || (x == q && y == p));
        }
        sum += (flat ? PI / 2 : 2) * w[d] * unlike / (pairs * sqrt(u[d][0] * u[d][0] + u[d][1] * u[d][1] + u[d][2] * u[d][2]));
    }
    return sum;
}

static void test_brute(void **state)
{
    (void)state;
    static const size_t shapes[][4] = {{3, 5, 6, 9}, {3, 4, 3, 2}, {3, 1, 6, 5}, {3, 6, 5, 1}, {2, 7, 12, 1}, {2, 1, 9, 1}, {2, 8, 1, 1}};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (int periodic = 0; periodic < 2; periodic++)
            for (int phases = 1; phases < 5; phases++) {
                cupel_voxels v = box((int)shapes[s][0], shapes[s][1], shapes[s][2], shapes[s][3], periodic);
                v.size[0] = 0.5, v.size[1] = 1.5;
                scatter(&v, (unsigned)phases, 10 * s + (unsigned)phases);
                cupel_quantities q = describe(&v, "surface", NULL, &one_thread);
                const char *const name = v.dim == 2 ? "perimeter per area" : "surface per volume";
                for (int p = 0; p < phases; p++) {
                    check_close(number_between(&q, name, p, -1), brute(&v, p, -1), 1e-12, 0);
                    for (int o = p + 1; o < phases; o++) check_close(number_between(&q, name, p, o), brute(&v, p, o), 1e-12, 0);
                }
                cupel_quantities_release(&q);
                cupel_voxels_release(&v);
            }
}

/* A phase has its interfaces with all others; in a period it is the surface of the Minkowski functionals; threads. */
static void test_laws(void **state)
{
    (void)state;
    cupel_voxels v = box(3, 70, 9, 8, true);
    scatter(&v, 4, 3);
    cupel_quantities q = describe(&v, "surface", NULL, &one_thread), two = describe(&v, "surface", NULL, &two_threads);
    cupel_quantities m = describe(&v, "minkowski", NULL, &one_thread);
    double fraction[4];
    cupel_voxels_fractions(&v, fraction);
    for (int p = 0; p < 4; p++) {
        double sum = 0;
        for (int o = 0; o < 4; o++)
            if (o != p) sum += number_between(&q, "surface per volume", p < o ? p : o, p < o ? o : p);
        check_close(number_between(&q, "surface per volume", p, -1), sum, 1e-13, 0);
        check_close(number_between(&q, "surface per volume", p, -1), number_between(&m, "surface density", p, -1), 1e-13, 0);
        check_close(number_between(&q, "specific surface", p, -1), sum / fraction[p], 1e-13, 0);
    }
    assert_int_equal(q.n, two.n);
    for (size_t i = 0; i < q.n; i++) assert_true(q.one[i].value == two.one[i].value);
    cupel_quantities_release(&q);
    cupel_quantities_release(&two);
    cupel_quantities_release(&m);
    cupel_voxels_release(&v);
}

/* A ball in a cut-out; grains together. */
static void test_ball_and_grains(void **state)
{
    (void)state;
    const double r = 12.3;
    cupel_voxels v = box(3, 32, 32, 32, true);
    for (size_t i = 0; i < 32768; i++) {
        const double x = (double)(i / 1024) - 15.4, y = (double)(i / 32 % 32) - 15.6, z = (double)(i % 32) - 15.5;
        v.id[i] = x * x + y * y + z * z < r * r;
    }
    number(&v);
    v.has_size = true;
    v.size[0] = v.size[1] = v.size[2] = 1e-6;
    cupel_quantities q = describe(&v, "surface", NULL, &one_thread);
    check_close(number_between(&q, "surface per volume", 1, -1), 4 * PI * r * r / 32768 / 1e-6, 1e-2, 0); /* counting noise of the voxels */
    check_close(number_between(&q, "specific surface", 1, -1), 3 / r / 1e-6, 1.5e-2, 0);
    check_close(number_between(&q, "voxel faces per volume", 1, -1), 6 * PI * r * r / 32768 / 1e-6, 2e-2, 0); /* 3/2 of a sphere */
    cupel_quantities_release(&q);
    cupel_voxels_release(&v);
    v = box(3, 10, 10, 10, true);
    for (size_t i = 0; i < 1000; i++) v.id[i] = (uint16_t)(i / 200 * 25 + i / 20 % 5 * 5 + i % 10 / 2); /* 125 cubes of edge 2 */
    number(&v);
    q = describe(&v, "surface", NULL, &one_thread);
    check_close(number_between(&q, "voxel faces per volume", -1, -1), 1.5, 1e-13, 0); /* each cube has half of 6 faces of 4 on 8 voxels */
    assert_int_equal(q.n, 2);
    cupel_quantities_release(&q);
    cupel_voxels_release(&v);
}

/* TauFactor, docs/notebooks/02-surface-areas: face counting of a cube (of an electrode: test_micro_data). */
static void test_published(void **state)
{
    (void)state;
    cupel_voxels v = box(3, 20, 20, 20, false);
    for (size_t i = 0; i < 8000; i++) {
        const size_t x[3] = {i / 400, i / 20 % 20, i % 20};
        v.id[i] = x[0] >= 5 && x[0] < 15 && x[1] >= 5 && x[1] < 15 && x[2] >= 5 && x[2] < 15;
    }
    number(&v);
    cupel_quantities q = describe(&v, "surface", NULL, &one_thread);
    check_close(number_between(&q, "voxel faces per volume", 1, -1), 0.075, 1e-14, 0);
    cupel_quantities_release(&q);
    cupel_voxels_release(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_brute), cmocka_unit_test(test_laws), cmocka_unit_test(test_ball_and_grains),
                                       cmocka_unit_test(test_published)};
    return cmocka_run_group_tests_name("surface", tests, NULL, NULL);
}
