/* Chord lengths and lineal paths: brute force, closed forms, laws. */
#include "tests/box.h"

#include "descriptors/microstructure/runs.h"

static const double PI = 3.14159265358979323846;

/* The only curve of the set for this phase and axis. */
static const cupel_curve *curve(const cupel_quantities *q, int phase, int axis)
{
    for (size_t i = 0; i < q->n_curves; i++)
        if (q->curve[i].of.phase == phase && q->curve[i].of.axis == axis) return &q->curve[i];
    return NULL;
}

/* ---- brute force ---- */

/* Phase of voxel t of the line through i along the axis; -1 outside. */
static int phase_at(const cupel_voxels *v, size_t i, int axis, long t)
{
    const long n[3] = {(long)v->n[0], (long)v->n[1], (long)v->n[2]};
    long x[3] = {(long)i / (n[1] * n[2]), (long)i / n[2] % n[1], (long)i % n[2]};
    x[axis] += t;
    if (v->periodic) x[axis] = ((x[axis] % n[axis]) + n[axis]) % n[axis];
    if (x[axis] < 0 || x[axis] >= n[axis]) return -1;
    return v->id[(x[0] * n[1] + x[1]) * n[2] + x[2]];
}

static double brute_path(const cupel_voxels *v, int phase, int axis, long k)
{
    double within = 0, all = 0;
    for (size_t i = 0; i < cupel_voxels_count(v); i++) {
        bool in = true;
        if (phase_at(v, i, axis, k) < 0) continue;
        for (long t = 0; t <= k; t++) in &= phase_at(v, i, axis, t) == phase;
        within += in;
        all += 1;
    }
    return within / all;
}

/* Chords that begin at i: their number by length; what is cut by the border or has no end is none. */
static void brute_chords(const cupel_voxels *v, int phase, int axis, double *count)
{
    const long n = (long)v->n[axis];
    for (long m = 0; m <= n; m++) count[m] = 0;
    for (size_t i = 0; i < cupel_voxels_count(v); i++) {
        long m = 0;
        const int before = phase_at(v, i, axis, -1);
        if (phase_at(v, i, axis, 0) != phase || before == phase || before < 0) continue;
        while (m <= n && phase_at(v, i, axis, m) == phase) m++;
        if (phase_at(v, i, axis, m) >= 0) count[m] += 1;
    }
}

static void check_paths(const cupel_voxels *v)
{
    cupel_quantities q = describe(v, "lineal_path", NULL, &one_thread);
    for (int p = 0; p < (int)v->n_phases; p++)
        for (int a = 0; a < v->dim; a++) {
            const cupel_curve *c = curve(&q, p, a);
            assert_int_equal(c->n, v->n[a] / 2 + 1);
            for (size_t k = 0; k < c->n; k++) {
                check_close(c->y[k], brute_path(v, p, a, (long)k), 1e-13, 1e-15);
                check_close(c->x[k], (double)k * v->size[a], 1e-15, 0);
            }
        }
    cupel_quantities_release(&q);
}

static void check_chords(const cupel_voxels *v)
{
    cupel_quantities q = describe(v, "chord_length", NULL, &one_thread);
    for (int p = 0; p < (int)v->n_phases; p++) {
        double every = 0, length = 0;
        for (int a = 0; a < v->dim; a++) {
            double count[64], n = 0, sum = 0, squares = 0, density = 0;
            const double h = v->size[a];
            brute_chords(v, p, a, count);
            for (size_t m = 1; m <= v->n[a]; m++) {
                n += count[m];
                sum += count[m] * (double)m * h;
                squares += count[m] * (double)m * h * (double)m * h;
            }
            every += n, length += sum;
            check_close(number_of(&q, "mean chord", p, a), n > 0 ? sum / n : NAN, 1e-13, 0);
            check_close(number_of(&q, "chord deviation", p, a), n > 0 ? sqrt(fmax(0, squares / n - sum / n * (sum / n))) : NAN, 1e-6, 1e-7);
            const cupel_curve *c = curve(&q, p, a);
            assert_true((c != NULL) == (n > 0));
            for (size_t m = 0; c && m < c->n; m++) {
                check_close(c->y[m], count[m + 1] / (n * h), 1e-13, 0);
                density += c->y[m] * h;
            }
            if (c) check_close(density, 1, 1e-12, 0);
        }
        check_close(number_of(&q, "mean chord", p, -1), every > 0 ? length / every : NAN, 1e-13, 0);
    }
    cupel_quantities_release(&q);
}

static void test_brute(void **state)
{
    (void)state;
    static const size_t shapes[][4] = {{3, 5, 6, 9}, {3, 9, 4, 6}, {3, 1, 6, 5}, {3, 6, 1, 5},
                                       {3, 4, 5, 1}, {2, 7, 12, 1}, {2, 1, 9, 1}, {2, 8, 1, 1}};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (int periodic = 0; periodic < 2; periodic++)
            for (unsigned phases = 1; phases < 5; phases++) {
                cupel_voxels v = box((int)shapes[s][0], shapes[s][1], shapes[s][2], shapes[s][3], periodic);
                v.size[0] = 0.5, v.size[1] = 1.5;
                scatter(&v, phases, 10 * s + phases);
                check_paths(&v);
                check_chords(&v);
                cupel_voxels_release(&v);
            }
}

/* Rows wider than what is swept at a time. */
static void test_wide(void **state)
{
    (void)state;
    for (int periodic = 0; periodic < 2; periodic++) {
        cupel_voxels v = box(2, 4, 9001, 1, periodic);
        scatter(&v, 2, 3);
        cupel_quantities q = describe(&v, "lineal_path", NULL, &one_thread);
        for (long k = 0; k < 3; k++)
            for (int a = 0; a < 2; a++) check_close(curve(&q, 1, a)->y[k], brute_path(&v, 1, a, k), 1e-13, 0);
        cupel_quantities_release(&q);
        cupel_voxels_release(&v);
    }
}

/* ---- laws ---- */

static void test_threads_and_shift(void **state)
{
    (void)state;
    cupel_voxels v = box(3, 30, 20, 24, true), moved = box(3, 30, 20, 24, true);
    scatter(&v, 3, 2);
    for (size_t i = 0; i < cupel_voxels_count(&v); i++) moved.id[((i / 480 + 11) % 30 * 20 + (i / 24 + 7) % 20) * 24 + (i + 5) % 24] = v.id[i];
    number(&moved);
    static const char *const sets[] = {"lineal_path", "chord_length"};
    for (int s = 0; s < 2; s++) {
        cupel_quantities a = describe(&v, sets[s], NULL, &one_thread), b = describe(&v, sets[s], NULL, &two_threads);
        cupel_quantities c = describe(&moved, sets[s], NULL, &one_thread);
        for (size_t i = 0; i < a.n_curves; i++) {
            assert_memory_equal(a.curve[i].y, b.curve[i].y, a.curve[i].n * sizeof(double));
            assert_memory_equal(a.curve[i].y, c.curve[i].y, a.curve[i].n * sizeof(double));
        }
        cupel_quantities_release(&a);
        cupel_quantities_release(&b);
        cupel_quantities_release(&c);
    }
    cupel_voxels_release(&v);
    cupel_voxels_release(&moved);
}

/* Layers: along them there is no chord and the path never ends; across, one chord. */
static void test_laminate(void **state)
{
    (void)state;
    for (int axis = 0; axis < 3; axis++) {
        const size_t n[3] = {16, 12, 20};
        cupel_voxels v = box(3, n[0], n[1], n[2], true);
        for (size_t i = 0; i < cupel_voxels_count(&v); i++) {
            const size_t x[3] = {i / 240, i / 20 % 12, i % 20};
            v.id[i] = x[axis] == 0 || x[axis] >= n[axis] - 2; /* three layers around the end */
        }
        number(&v);
        cupel_quantities l = describe(&v, "lineal_path", NULL, &one_thread), c = describe(&v, "chord_length", NULL, &one_thread);
        for (int a = 0; a < 3; a++) {
            const double part = 3.0 / (double)n[axis];
            const cupel_curve *path = curve(&l, 1, a);
            for (size_t k = 0; k < path->n; k++)
                check_close(path->y[k], a == axis ? fmax(0, 3.0 - (double)k) / (double)n[axis] : part, 1e-14, 0);
            check_close(number_of(&c, "mean chord", 1, a), a == axis ? 3 : NAN, 0, 0);
            check_close(number_of(&c, "mean chord", 0, a), a == axis ? (double)n[axis] - 3 : NAN, 0, 0);
        }
        check_close(number_of(&l, "mean lineal path", 1, axis), 1.5, 1e-14, 0); /* a point within 3 is 1.5 from the end */
        cupel_quantities_release(&l);
        cupel_quantities_release(&c);
        cupel_voxels_release(&v);
    }
}

/* Overlapping spheres: in the void L(z) = phi^(1 + 3 z / 4 r), and chords are distributed exponentially with mean 4 r / (3 eta). */
static void test_overlapping_spheres(void **state)
{
    (void)state;
    const bool slow = getenv("CUPEL_SANITIZED") != NULL;
    const size_t n = slow ? 48 : 96, seeds = slow ? 1 : 4;
    const double r = slow ? 4.2 : 6.3, eta = 0.6;
    const size_t count = (size_t)(eta * (double)(n * n * n) / (4.0 / 3 * PI * r * r * r) + 0.5);
    double path[64] = {0}, chord = 0, deviation = 0;
    for (uint64_t s = 0; s < seeds; s++) {
        cupel_voxels v = box(3, n, n, n, true);
        const long m = (long)n, reach = (long)r + 1;
        for (size_t i = 0; i < count; i++) {
            double c[3];
            for (uint64_t a = 0; a < 3; a++) c[a] = (double)n * cupel_rng_uniform(s, a, i);
            for (long t = 0; t < (2 * reach + 1) * (2 * reach + 1) * (2 * reach + 1); t++) {
                const long w = 2 * reach + 1, x[3] = {(long)c[0] + t / (w * w) - reach, (long)c[1] + t / w % w - reach, (long)c[2] + t % w - reach};
                double d = 0;
                for (int a = 0; a < 3; a++) d += ((double)x[a] + 0.5 - c[a]) * ((double)x[a] + 0.5 - c[a]);
                if (d < r * r) v.id[((x[0] + m) % m * m + (x[1] + m) % m) * m + (x[2] + m) % m] = 1;
            }
        }
        number(&v);
        cupel_quantities l = describe(&v, "lineal_path", NULL, &one_thread), c = describe(&v, "chord_length", NULL, &one_thread);
        for (size_t k = 0; k < 24; k++) path[k] += curve(&l, 0, -1)->y[k] / (double)seeds;
        chord += number_of(&c, "mean chord", 0, -1) / (double)seeds;
        deviation += number_of(&c, "chord deviation", 0, -1) / (double)seeds;
        cupel_quantities_release(&l);
        cupel_quantities_release(&c);
        cupel_voxels_release(&v);
    }
    /* the fraction itself spreads by 0.006 from box to box (a small one 0.02) */
    for (size_t k = 0; k < 24; k++) check_close(path[k], exp(-eta * (1 + 3 * (double)k / (4 * r))), 0, slow ? 0.03 : 0.012);
    /* seen voxel by voxel the mean is S2(0) / (S2(0) - S2(1)) = 1 / (1 - q), and the deviation of a geometric distribution sqrt(q) / (1 - q) */
    const double q = exp(-eta * (3 / (4 * r) - 1 / (16 * r * r * r)));
    check_close(1 / (1 - q), 4 * r / (3 * eta), 0.06, 0);
    check_close(chord, 1 / (1 - q), slow ? 0.1 : 0.03, 0);
    check_close(deviation, sqrt(q) / (1 - q), slow ? 0.15 : 0.06, 0);
}

/* In a period the chords of a phase along an axis hold all its voxels but those of lines without an interface. */
static void test_sums(void **state)
{
    (void)state;
    cupel_err err;
    cupel_runs r;
    for (int periodic = 0; periodic < 2; periodic++) {
        cupel_voxels v = box(3, 6, 7, 5, periodic);
        scatter(&v, 2, 4);
        check_ok(cupel_runs_count(&v, &one_thread, &r, &err), &err);
        for (int a = 0; a < 3; a++) {
            uint64_t voxels = 0;
            for (size_t p = 0; p < 2; p++)
                for (size_t m = 1; m <= v.n[a]; m++) voxels += m * (r.complete[a][p * (v.n[a] + 1) + m] + r.open[a][p * (v.n[a] + 1) + m]);
            assert_int_equal(voxels, cupel_voxels_count(&v));
        }
        cupel_runs_release(&r);
        cupel_voxels_release(&v);
    }
}

/* Many labels: intercepts of all together. */
static void test_grains(void **state)
{
    (void)state;
    cupel_voxels v = box(3, 10, 10, 10, true);
    for (size_t i = 0; i < 1000; i++) v.id[i] = (uint16_t)(i / 200 * 25 + i / 20 % 5 * 5 + i % 10 / 2); /* 125 cubes of 2 */
    number(&v);
    assert_int_equal(v.n_phases, 125);
    cupel_quantities c = describe(&v, "chord_length", NULL, &one_thread), l = describe(&v, "lineal_path", NULL, &one_thread);
    check_close(number_of(&c, "mean chord", -1, -1), 2, 0, 0);
    assert_int_equal(c.n, 8);
    check_close(curve(&l, -1, 0)->y[1], 0.5, 1e-15, 0);
    check_close(curve(&l, -1, -1)->y[0], 1, 1e-15, 0);
    cupel_quantities_release(&c);
    cupel_quantities_release(&l);
    cupel_voxels_release(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_brute), cmocka_unit_test(test_wide), cmocka_unit_test(test_threads_and_shift), cmocka_unit_test(test_laminate),
        cmocka_unit_test(test_overlapping_spheres), cmocka_unit_test(test_sums), cmocka_unit_test(test_grains),
    };
    return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}
