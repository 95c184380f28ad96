/* Distances and local thickness: brute force, slabs, balls, symmetry. */
#include "tests/box.h"

#include "descriptors/microstructure/distance.h"
#include "descriptors/microstructure/thickness.h"

/* ---- brute force ---- */

static double apart(const cupel_voxels *v, size_t i, size_t j, const double *w)
{
    const size_t n12 = v->n[1] * v->n[2];
    const double x[3] = {(double)(i / n12), (double)(i / v->n[2] % v->n[1]), (double)(i % v->n[2])};
    const double y[3] = {(double)(j / n12), (double)(j / v->n[2] % v->n[1]), (double)(j % v->n[2])};
    double s = 0;
    for (int a = 0; a < v->dim; a++) {
        double d = fabs(x[a] - y[a]);
        if (v->periodic && 2 * d > (double)v->n[a]) d = (double)v->n[a] - d;
        s += w[a] * d * d;
    }
    return s;
}

static void brute(const cupel_voxels *v, const double *w, double *distance, double *thickness)
{
    const size_t n = cupel_voxels_count(v);
    for (size_t i = 0; i < n; i++) {
        distance[i] = INFINITY;
        for (size_t j = 0; j < n; j++)
            if (v->id[i] != v->id[j]) distance[i] = fmin(distance[i], apart(v, i, j, w));
    }
    for (size_t i = 0; i < n; i++) {
        thickness[i] = distance[i];
        for (size_t j = 0; j < n; j++) /* a ball that ends at the centre of a voxel does not hold it; 1e-6: the rounding of maps in float */
            if (distance[j] > thickness[i] && apart(v, i, j, w) < distance[j] * (1 - 1e-6)) thickness[i] = distance[j];
    }
}

static void compare(const cupel_voxels *v)
{
    cupel_err err;
    const size_t n = cupel_voxels_count(v);
    double w[3] = {1, 1, 1}, least = fmin(v->size[0], v->size[1]);
    if (v->dim == 3) least = fmin(least, v->size[2]);
    for (int a = 0; a < 3; a++) w[a] = v->size[a] / least * (v->size[a] / least);
    double *distance = malloc(n * sizeof *distance), *thickness = malloc(n * sizeof *thickness);
    float *map = cupel_alloc_aligned(n, sizeof *map);
    assert_true(distance && thickness && map);
    brute(v, w, distance, thickness);
    check_ok(cupel_distance_map(v, &two_threads, map, &err), &err);
    const bool whole = w[0] == 1 && w[1] == 1 && (v->dim == 2 || w[2] == 1);
    for (size_t i = 0; i < n; i++) /* squares of whole steps are whole numbers */
        if (!(isinf(distance[i]) && isinf(map[i]))) check_close((double)map[i], distance[i], whole ? 0 : 1e-6, 0);
    check_ok(cupel_thickness_map(v, &two_threads, map, &err), &err);
    for (size_t i = 0; i < n; i++)
        if (!(isinf(thickness[i]) && isinf(map[i]))) check_close((double)map[i], thickness[i], whole ? 0 : 1e-6, 0);
    cupel_free(map);
    free(distance);
    free(thickness);
}

static void test_brute_force(void **state)
{
    (void)state;
    static const size_t shape[][3] = {{11, 12, 10}, {1, 9, 20}, {16, 1, 9}, {13, 14, 1}, {24, 5, 6}, {2, 3, 30}};
    for (size_t s = 0; s < sizeof shape / sizeof *shape; s++)
        for (int dim = 2; dim <= 3; dim++)
            for (int periodic = 0; periodic < 2; periodic++)
                for (int flat = 0; flat < 2; flat++) {
                    cupel_voxels v = box(dim, shape[s][0], shape[s][1], shape[s][2], periodic);
                    if (flat) v.size[0] = 1.3, v.size[1] = 0.7;
                    balls(&v, 6, 3.3, s);
                    compare(&v);
                    if (cupel_voxels_count(&v) >= 3) scatter(&v, 3, s);
                    compare(&v);
                    cupel_voxels_release(&v);
                }
}

/* ---- bodies ---- */

static void test_slab(void **state)
{
    (void)state;
    for (size_t thick = 3; thick <= 6; thick++)
        for (int axis = 0; axis < 3; axis++) {
            cupel_voxels v = box(3, 14, 14, 14, true);
            for (size_t i = 0; i < 14 * 14 * 14; i++) {
                const size_t x[3] = {i / 196, i / 14 % 14, i % 14};
                v.id[i] = x[axis] < thick;
            }
            number(&v);
            v.has_size = true;
            v.size[0] = v.size[1] = v.size[2] = 2e-6;
            const size_t half = (thick + 1) / 2; /* of the middle */
            const double mean = (double)(half * (half + 1) - (thick % 2 ? half : 0)) / (double)thick;
            check_close(value_of(&v, "distance_transform", NULL, "mean distance", 1, -1), 2e-6 * mean, 1e-12, 0);
            check_close(value_of(&v, "distance_transform", NULL, "maximum distance", 1, -1), 2e-6 * (double)half, 1e-12, 0);
            /* everywhere the same, and right within a voxel */
            check_close(value_of(&v, "local_thickness", NULL, "mean thickness", 1, -1), 4e-6 * (double)half, 1e-12, 0);
            check_close(value_of(&v, "local_thickness", NULL, "thickness deviation", 1, -1), 0, 0, 1e-12);
            assert_true(fabs(2.0 * (double)half - (double)thick) <= 1);
            cupel_voxels_release(&v);
        }
}

static void test_ball(void **state)
{
    (void)state;
    const double r = 9.4;
    cupel_voxels v = box(3, 30, 30, 30, true);
    for (size_t i = 0; i < 27000; i++) { /* across the border of the period */
        double s = 0, x[3] = {(double)(i / 900) - 2.3, (double)(i / 30 % 30) - 27.1, (double)(i % 30) - 14.2};
        for (int a = 0; a < 3; a++) {
            x[a] -= 30 * round(x[a] / 30);
            s += x[a] * x[a];
        }
        v.id[i] = s < r * r;
    }
    number(&v);
    check_close(value_of(&v, "local_thickness", NULL, "maximum thickness", 1, -1), 2 * r, 0, 1);
    check_close(value_of(&v, "local_thickness", NULL, "mean thickness", 1, -1), 2 * r, 0, 1); /* nearly all of it is in the largest ball */
    /* from the surface of a ball inward the mean distance is r / 4, and half a voxel to the centre of the next one outside */
    check_close(value_of(&v, "distance_transform", NULL, "mean distance", 1, -1), r / 4 + 0.5, 0, 0.2);
    /* share farther than d: (1 - d / r)^3 from the surface, which lies up to half a voxel before the centres beyond it */
    cupel_quantities q = describe(&v, "distance_transform", NULL, &one_thread);
    const cupel_curve *c = curve_of(&q, "share farther than", 1, -1);
    assert_true(c->n > 8 && c->x[0] == 0 && c->y[0] == 1 && c->y[c->n - 1] == 0);
    for (size_t t = 1; t + 2 < c->n; t++) {
        assert_true(c->y[t] > pow(1 - c->x[t] / r, 3) - 0.01);
        assert_true(c->y[t] < pow(1 - (c->x[t] - 0.5) / r, 3) + 0.01);
    }
    for (size_t t = 1; t < c->n; t++) assert_true(c->y[t] <= c->y[t - 1]);
    cupel_quantities_release(&q);
    cupel_voxels_release(&v);
}

static void test_alone(void **state)
{
    (void)state;
    cupel_voxels v = box(3, 5, 4, 3, true);
    number(&v);
    for (int periodic = 0; periodic < 2; periodic++) {
        v.periodic = periodic;
        cupel_quantities q = describe(&v, "local_thickness", NULL, &one_thread);
        const cupel_quantity *one = cupel_quantities_find(&q, "mean thickness", (cupel_of){0, -1, -1});
        assert_true(one && isnan(one->value) && one->reason && q.n_curves == 0);
        cupel_quantities_release(&q);
    }
    cupel_voxels_release(&v);
}

static void test_threads_and_faults(void **state)
{
    (void)state;
    for (int periodic = 0; periodic < 2; periodic++) {
        cupel_voxels v = box(3, 35, 21, 23, periodic);
        v.size[1] = 1.21;
        balls(&v, 20, 5, 3);
        check_threads(&v, "distance_transform", NULL);
        check_threads(&v, "local_thickness", NULL);
        cupel_voxels_release(&v);
    }
    cupel_voxels v = box(3, 6, 5, 4, true);
    scatter(&v, 3, 4);
    check_faults(&v, "distance_transform", NULL);
    check_faults(&v, "local_thickness", NULL);
    cupel_voxels_release(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_brute_force),
        cmocka_unit_test(test_slab),
        cmocka_unit_test(test_ball),
        cmocka_unit_test(test_alone),
        cmocka_unit_test(test_threads_and_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
