/* Clusters and percolation: flooding by hand, bodies that go through a period, published values. */
#include "tests/box.h"

#include "datasets/formats/volume.h"
#include "descriptors/microstructure/components.h"

/* ---- by flooding ---- */

typedef struct flood {
    long n[3];
    int dim, connectivity;
    bool periodic;
    int *cluster;     /* [voxels] -1: not yet */
    long (*image)[3]; /* the period in which flooding met the voxel */
    size_t *queue;
    unsigned winds, ends;
    size_t size;
} flood;

static bool neighbour(const flood *f, const long x[3], const int d[3], long y[3], long over[3])
{
    int apart = 0;
    for (int a = 0; a < 3; a++) {
        apart += d[a] != 0;
        y[a] = x[a] + d[a];
        over[a] = y[a] < 0 ? -1 : y[a] >= f->n[a] ? 1 : 0;
        if (over[a] && !(f->periodic && a < f->dim)) return false;
        y[a] -= over[a] * f->n[a];
    }
    return apart > 0 && apart <= (f->connectivity == 6 ? 1 : f->connectivity == 18 ? 2 : 3) && !(f->dim == 2 && d[2]);
}

static void spread(flood *f, const cupel_voxels *v, size_t from, int number_)
{
    size_t head = 0, tail = 0;
    f->winds = f->ends = 0;
    f->cluster[from] = number_;
    memset(f->image[from], 0, sizeof f->image[from]);
    f->queue[tail++] = from;
    while (head < tail) {
        const size_t at_ = f->queue[head++];
        const long x[3] = {(long)at_ / (f->n[1] * f->n[2]), (long)at_ / f->n[2] % f->n[1], (long)at_ % f->n[2]};
        for (int a = 0; a < 3; a++) f->ends |= (unsigned)((x[a] == 0) << (2 * a)) | (unsigned)((x[a] == f->n[a] - 1) << (2 * a + 1));
        for (int m = 0; m < 27; m++) {
            const int d[3] = {m / 9 - 1, m / 3 % 3 - 1, m % 3 - 1};
            long y[3], over[3], there[3];
            if (!neighbour(f, x, d, y, over)) continue;
            const size_t to = (size_t)((y[0] * f->n[1] + y[1]) * f->n[2] + y[2]);
            if (v->id[to] != v->id[from]) continue;
            for (int a = 0; a < 3; a++) there[a] = f->image[at_][a] + over[a];
            if (f->cluster[to] < 0) {
                f->cluster[to] = number_;
                memcpy(f->image[to], there, sizeof there);
                f->queue[tail++] = to;
            }
            for (int a = 0; a < 3; a++) f->winds |= (unsigned)((f->image[to][a] != there[a]) << a);
        }
    }
    f->size = tail;
}

/* Every cluster has the same size, ends and windings, and pieces are moved by whole periods as flooding moves them. */
static void compare(const cupel_voxels *v, int connectivity, bool periodic)
{
    cupel_err err;
    cupel_components c = {0};
    const size_t count = cupel_voxels_count(v);
    flood f = {.n = {(long)v->n[0], (long)v->n[1], (long)v->n[2]}, .dim = v->dim, .connectivity = connectivity, .periodic = periodic};
    f.cluster = malloc(count * sizeof *f.cluster);
    f.image = malloc(count * sizeof *f.image);
    f.queue = malloc(count * sizeof *f.queue);
    assert_true(f.cluster && f.image && f.queue);
    for (size_t i = 0; i < count; i++) f.cluster[i] = -1;
    check_ok(cupel_components_find(v, connectivity, periodic, &one_thread, &c, &err), &err);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (f.cluster[i] >= 0) continue;
        assert_true(n < c.n);
        spread(&f, v, i, (int)n);
        unsigned joins = 0;
        for (int a = 0; a < 3; a++) joins |= (f.ends >> (2 * a) & 3U) == 3 ? 1U << a : 0;
        assert_int_equal(c.size[n], f.size);
        assert_int_equal(c.phase[n], v->id[i]);
        assert_int_equal(c.winds[n] >> c.grid.first, f.winds);
        assert_int_equal(c.joins[n] >> c.grid.first, v->dim == 2 ? joins & 3U : joins);
        n++;
    }
    assert_int_equal(c.n, n);
    for (size_t row = 0; row < c.grid.n[0] * c.grid.n[1]; row++)
        for (size_t r = c.row[row]; r < c.row[row + 1]; r++)
            for (size_t k = c.start[r]; k < cupel_run_end(&c, row, r); k++) {
                const size_t i = row * c.grid.n[2] + k, number_ = c.cluster[c.piece[r]];
                assert_int_equal(f.cluster[i], number_);
                for (size_t a = 0; a < 3; a++) /* a cluster that does not wind is one body in one way only */
                    if (!c.winds[number_]) assert_int_equal(c.shift[c.piece[r]][a], a < c.grid.first ? 0 : f.image[i][a - c.grid.first]);
            }
    cupel_components_release(&c);
    free(f.cluster);
    free(f.image);
    free(f.queue);
}

static void test_flooding(void **state)
{
    (void)state;
    static const int connectivity[3] = {6, 18, 26};
    static const size_t shape[][3] = {{9, 7, 8}, {1, 5, 6}, {4, 1, 7}, {5, 6, 1}, {2, 2, 2}, {17, 3, 4}};
    for (size_t s = 0; s < sizeof shape / sizeof *shape; s++)
        for (int dim = 2; dim <= 3; dim++)
            for (int periodic = 0; periodic < 2; periodic++)
                for (unsigned phases = 2; phases <= 4; phases++) {
                    if (shape[s][0] * shape[s][1] < 4) continue;
                    cupel_voxels v = box(dim, shape[s][0], shape[s][1], shape[s][2], periodic);
                    scatter(&v, phases, s + phases);
                    for (int c = 0; c < 3; c++) compare(&v, connectivity[c], periodic);
                    cupel_voxels_release(&v);
                }
}

/* ---- bodies ---- */

/* A rod along axis 1 that ends one voxel short, then whole; a diagonal one that only the period joins. */
static void test_rods(void **state)
{
    (void)state;
    cupel_voxels v = box(3, 8, 8, 8, false);
    for (size_t j = 0; j < 7; j++) *at(&v, 3, j, 3) = 1;
    number(&v);
    assert_true(value_of(&v, "percolation", NULL, "percolates", 1, 1) == 0);
    v.periodic = true;
    assert_true(value_of(&v, "percolation", NULL, "percolates", 1, 1) == 0);
    *at(&v, 3, 7, 3) = 1;
    for (int periodic = 0; periodic < 2; periodic++) {
        v.periodic = periodic;
        assert_true(value_of(&v, "percolation", NULL, "percolates", 1, 1) == 1);
        assert_true(value_of(&v, "percolation", NULL, "percolates", 1, 0) == 0);
        assert_true(value_of(&v, "percolation", NULL, "percolating fraction", 1, 1) == 1);
    }
    *at(&v, 3, 7, 3) = 0, *at(&v, 4, 7, 3) = 1; /* touches both ends, but the period does not go on */
    *at(&v, 4, 6, 3) = 1;
    assert_true(value_of(&v, "percolation", NULL, "percolates", 1, 1) == 0);
    v.periodic = false;
    assert_true(value_of(&v, "percolation", NULL, "percolates", 1, 1) == 1);
    *at(&v, 0, 0, 0) = 1; /* 10 voxels of which 9 go through */
    check_close(value_of(&v, "percolation", NULL, "percolating fraction", 1, 1), 0.9, 1e-15, 0);
    check_close(value_of(&v, "percolation", NULL, "largest cluster", 1, -1), 0.9, 1e-15, 0);
    assert_true(value_of(&v, "percolation", NULL, "clusters", 1, -1) == 2);
    cupel_voxels_release(&v);
}

/* A line of slope 1 in a square winds around both axes at once; of slope 1/2 too. Joined at corners only. */
static void test_slope(void **state)
{
    (void)state;
    for (size_t slope = 1; slope <= 2; slope++) {
        cupel_voxels v = box(2, 6, 6, 1, true);
        for (size_t i = 0; i < 12; i++) *at(&v, i / slope % 6, i % 6, 0) = 1;
        number(&v);
        for (int axis = 0; axis < 2; axis++) assert_true(value_of(&v, "percolation", "connectivity=8", "percolates", 1, axis) == 1);
        if (slope == 1) assert_true(value_of(&v, "percolation", "connectivity=4", "percolates", 1, 0) == 0);
        cupel_voxels_release(&v);
    }
}

static void test_connectivity_is_checked(void **state)
{
    (void)state;
    cupel_err err;
    cupel_quantities q = {0};
    cupel_voxels v = box(3, 4, 4, 4, true);
    number(&v);
    const double wrong = 8;
    check_fails(set_of("percolation")->compute(&v, &wrong, &one_thread, &q, &err), CUPEL_USAGE, &err, "expected 6");
    cupel_quantities_release(&q);
    cupel_voxels_release(&v);
}

static void test_threads_and_faults(void **state)
{
    (void)state;
    for (int periodic = 0; periodic < 2; periodic++) {
        cupel_voxels v = box(3, 35, 11, 13, periodic);
        scatter(&v, 2, 4);
        check_threads(&v, "percolation", NULL);
        check_threads(&v, "percolation", "connectivity=26");
        cupel_voxels_release(&v);
    }
    cupel_voxels v = box(3, 6, 5, 4, true);
    scatter(&v, 3, 4);
    check_faults(&v, "percolation", NULL);
    cupel_voxels_release(&v);
}

/* ---- published values ---- */

/* TauFactor's documentation: the shares that go through along axis 0 of a battery electrode, joined through faces, edges, corners. */
static void test_electrode(void **state)
{
    (void)state;
    const char *path = shared_path("data/micro-taufactor/electrode.tiff");
    if (!path) {
        print_message("skipped: no data/micro-taufactor\n");
        skip();
    }
    cupel_err err;
    cupel_voxels v = {0};
    check_ok(cupel_volume_read(path, NULL, &v, &err), &err);
    v.periodic = false;
    static const int64_t label[3] = {0, 85, 170};
    static const char *const setting[3] = {"connectivity=6", "connectivity=18", "connectivity=26"};
    static const double share[3][3] = {{0.9989, 0.9611, 0.9740}, {0.9995, 0.9612, 0.9915}, {0.9996, 0.9612, 0.9936}};
    for (int c = 0; c < 3; c++)
        for (int p = 0; p < 3; p++) {
            const int id = cupel_voxels_id_of(&v, label[p]);
            /* four digits are printed */
            check_close(value_of(&v, "percolation", setting[c], "percolating fraction", id, 0), share[c][p], 0, 5.1e-5);
        }
    cupel_voxels_release(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flooding),
        cmocka_unit_test(test_rods),
        cmocka_unit_test(test_slope),
        cmocka_unit_test(test_connectivity_is_checked),
        cmocka_unit_test(test_threads_and_faults),
        cmocka_unit_test(test_electrode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
