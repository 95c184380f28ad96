/* Two-point cluster functions: every pair by hand, one cluster, slabs. */
#include "tests/box.h"

#include "descriptors/microstructure/components.h"

static void labels_of(const cupel_voxels *v, int connectivity, uint32_t *label)
{
    cupel_err err;
    cupel_components c = {0};
    check_ok(cupel_components_find(v, connectivity, v->periodic, &one_thread, &c, &err), &err);
    for (size_t row = 0; row < c.grid.n[0] * c.grid.n[1]; row++)
        for (size_t r = c.row[row]; r < c.row[row + 1]; r++)
            for (size_t k = c.start[r]; k < cupel_run_end(&c, row, r); k++) label[row * c.grid.n[2] + k] = c.cluster[c.piece[r]];
    cupel_components_release(&c);
}

/* Every ordered pair of voxels. */
static void compare(const cupel_voxels *v, const char *settings, int connectivity)
{
    const size_t count = cupel_voxels_count(v);
    uint32_t *label = malloc(count * sizeof *label);
    assert_non_null(label);
    labels_of(v, connectivity, label);
    cupel_quantities q = describe(v, "cluster", settings, &two_threads);
    double width = INFINITY, reach = INFINITY;
    for (int a = 0; a < v->dim; a++) {
        if (v->n[a] == 1) continue;
        width = fmin(width, v->size[a]);
        reach = fmin(reach, (double)(v->n[a] / 2) * v->size[a]);
    }
    for (int p = 0; p < (int)v->n_phases; p++)
        for (int axis = -1; axis < v->dim; axis++) {
            const cupel_curve *c = curve_of(&q, "C2", p, axis);
            double both[64] = {0}, all[64] = {0};
            assert_true(c->n <= 64);
            for (size_t i = 0; i < count; i++)
                for (size_t j = 0; j < count; j++) {
                    double r[3] = {0}, d = 0, off = 0;
                    size_t x = i, y = j;
                    for (int a = 3; a-- > 0;) {
                        r[a] = fabs((double)(x % v->n[a]) - (double)(y % v->n[a]));
                        x /= v->n[a], y /= v->n[a];
                        if (v->periodic && 2 * r[a] > (double)v->n[a]) r[a] = (double)v->n[a] - r[a];
                        d += r[a] * v->size[a] * r[a] * v->size[a];
                        if (a != axis) off += r[a];
                    }
                    d = sqrt(d);
                    if (axis < 0 ? d > reach * (1 + 1e-9) : off > 0 || 2 * r[axis] > (double)v->n[axis]) continue;
                    const size_t b = axis < 0 ? (size_t)(d / width + 0.5) : (size_t)r[axis];
                    if (b >= c->n) continue;
                    all[b]++;
                    both[b] += v->id[i] == p && label[i] == label[j];
                }
            for (size_t b = 0; b < c->n; b++) check_close(c->y[b], both[b] / all[b], 1e-12, 0);
        }
    cupel_quantities_release(&q);
    free(label);
}

static void test_pairs(void **state)
{
    (void)state;
    static const size_t shape[][3] = {{9, 8, 10}, {1, 12, 13}, {14, 1, 9}, {12, 11, 1}, {4, 20, 3}};
    for (size_t s = 0; s < sizeof shape / sizeof *shape; s++)
        for (int dim = 2; dim <= 3; dim++)
            for (int periodic = 0; periodic < 2; periodic++) {
                cupel_voxels v = box(dim, shape[s][0], shape[s][1], shape[s][2], periodic);
                v.size[1] = 1.2;
                balls(&v, 5, 2.2, s + 1);
                compare(&v, NULL, 6);
                scatter(&v, 3, s);
                compare(&v, "connectivity=26", 26);
                cupel_voxels_release(&v);
            }
}

/* One cluster: what two_point says. Two balls apart: less, from the lag on that reaches from one to the other. */
static void test_one_cluster(void **state)
{
    (void)state;
    for (int periodic = 0; periodic < 2; periodic++) {
        cupel_voxels v = box(3, 22, 20, 24, periodic);
        balls(&v, 1, 7, 2);
        cupel_quantities c = describe(&v, "cluster", NULL, &one_thread), s = describe(&v, "two_point", NULL, &one_thread);
        for (int axis = -1; axis < 3; axis++) {
            const cupel_curve *x = curve_of(&c, "C2", 1, axis), *y = curve_of(&s, "S2", 1, axis);
            assert_true(x->n == y->n);
            for (size_t i = 0; i < x->n; i++) {
                check_close(x->x[i], y->x[i], 1e-12, 0);
                check_close(x->y[i], y->y[i], 0, 1e-6); /* two_point transforms floats */
            }
        }
        cupel_quantities_release(&c);
        cupel_quantities_release(&s);
        cupel_voxels_release(&v);
    }
}

/* Two slabs, six voxels thick, in a box of 20: along the axis a slab sees itself only, (6 - k) / 20 each; across, all of itself. */
static void test_slabs(void **state)
{
    (void)state;
    cupel_voxels v = box(3, 20, 10, 10, true);
    for (size_t i = 0; i < 2000; i++) v.id[i] = (i / 100) % 10 < 6;
    number(&v);
    cupel_quantities q = describe(&v, "cluster", NULL, &one_thread);
    const cupel_curve *along = curve_of(&q, "C2", 1, 0), *across = curve_of(&q, "C2", 1, 1);
    for (size_t k = 0; k < along->n; k++) check_close(along->y[k], k < 6 ? 2 * (6 - (double)k) / 20 : 0, 1e-12, 0);
    for (size_t k = 0; k < across->n; k++) check_close(across->y[k], 0.6, 1e-12, 0);
    check_close(number_of(&q, "mean cluster size", 1, -1), 600, 1e-12, 0);
    cupel_quantities_release(&q);
    cupel_voxels_release(&v);
}

static void test_threads_and_faults(void **state)
{
    (void)state;
    cupel_voxels v = box(3, 35, 30, 28, true);
    balls(&v, 12, 4, 3);
    check_threads(&v, "cluster", NULL);
    cupel_voxels_release(&v);
    v = box(3, 12, 10, 11, false);
    balls(&v, 6, 3, 3);
    check_faults(&v, "cluster", NULL);
    cupel_voxels_release(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs), cmocka_unit_test(test_one_cluster), cmocka_unit_test(test_slabs), cmocka_unit_test(test_threads_and_faults)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
