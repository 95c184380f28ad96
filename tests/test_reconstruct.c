/* Reconstruction: derivatives against differences, exact fractions, the same bytes for any threads and kernels, and errors that fall. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "descriptors/microstructure/descriptor.h"
#include "models/reconstruct/descent.h"
#include "models/reconstruct/lineal.h"
#include "models/reconstruct/parts.h"

enum { MOST = 24 * 24 * 24 };

/* A target of its own memory. */
typedef struct goal {
    cupel_reconstruct_target t;
    float s2[MOST], weight[MOST];
    double path[2][3][16];
} goal;

static size_t voxels_of(const goal *g) { return g->t.n[0] * g->t.n[1] * g->t.n[2]; }

/* S2 = phi^2 + (phi - phi^2) exp(-|r| / 2), matched up to a quarter; paths that fall by halves. */
static goal *new_goal(size_t a, size_t b, size_t c, double phi, double lineal)
{
    goal *g = cupel_alloc(1, sizeof *g);
    assert_non_null(g);
    g->t = (cupel_reconstruct_target){
        .n = {a, b, c}, .ones = (size_t)(phi * (double)(a * b * c) + 0.5), .s2 = g->s2, .weight = g->weight, .lineal_path = lineal};
    double below = 0;
    for (size_t i = 0, at = 0; i <= a / 2; i++)
        for (size_t j = 0; j < b; j++)
            for (size_t k = 0; k < c; k++, at++) {
                const double y = (double)(2 * j > b ? b - j : j), z = (double)(2 * k > c ? c - k : k), x = (double)i;
                const double cov = (phi - phi * phi) * exp(-sqrt(x * x + y * y + z * z) / 2);
                g->s2[at] = (float)(phi * phi + cov);
                g->weight[at] = 4 * i <= a && 4 * y <= (double)b && 4 * z <= (double)c;
                below += (i == 0 || 2 * i == a ? 1 : 2) * (double)g->weight[at] * cov * cov;
            }
    for (size_t at = 0; at < (a / 2 + 1) * b * c; at++) g->weight[at] /= (float)below;
    for (int axis = 0; axis < 3; axis++) {
        g->t.path_last[axis] = lineal > 0 && g->t.n[axis] > 1 ? g->t.n[axis] / 4 : 0;
        for (int p = 0; p < 2; p++) {
            g->t.path[p][axis] = g->path[p][axis];
            for (size_t k = 0; k < 16; k++) g->path[p][axis][k] = (p ? 1 - phi : phi) * pow(0.6, (double)k);
        }
    }
    return g;
}

static void noise(const goal *g, cupel_misfit *m, uint64_t seed, float *q)
{
    cupel_err err;
    const size_t rows = g->t.n[0] * g->t.n[1], pitch = cupel_misfit_pitch(m);
    float *u = cupel_alloc_aligned(rows * pitch, sizeof *u);
    for (size_t r = 0; r < rows; r++)
        for (size_t k = 0; k < g->t.n[2]; k++) u[r * pitch + k] = (float)cupel_rng_normal(seed, 0, r * g->t.n[2] + k);
    check_ok(cupel_misfit_spectrum(m, u, q, &err), &err);
    cupel_free(u);
}

/* The derivative along a direction against a central difference; float: 2 %. */
static void check_soft(size_t a, size_t b, size_t c, double lineal, double delta)
{
    cupel_err err;
    const cupel_job job = {.threads = 2, .isa = cupel_isa_best()};
    goal *g = new_goal(a, b, c, 0.4, lineal);
    cupel_misfit *m;
    check_ok(cupel_misfit_new(&g->t, &job, &m, &err), &err);
    const size_t n = cupel_misfit_size(m);
    float *q = cupel_alloc_aligned(n, 4), *d = cupel_alloc_aligned(n, 4), *slope = cupel_alloc_aligned(n, 4), *x = cupel_alloc_aligned(n, 4);
    for (uint64_t seed = 1; seed <= 3; seed++) {
        double e, lower, upper, along = 0;
        const float h = 0.02f;
        noise(g, m, seed, q);
        noise(g, m, seed + 100, d);
        check_ok(cupel_misfit_soft(m, q, delta, &e, slope, &err), &err);
        /* A random direction may lie nearly across: lean it to the gradient. */
        double size = 0;
        for (size_t i = 0; i < n; i++) size += (double)slope[i] * (double)slope[i];
        for (size_t i = 0; i < n; i++) d[i] = 0.1f * d[i] + (float)((double)slope[i] / sqrt(size));
        for (size_t i = 0; i < n; i++) along += (double)slope[i] * (double)d[i];
        for (size_t i = 0; i < n; i++) x[i] = q[i] + h * d[i];
        check_ok(cupel_misfit_soft(m, x, delta, &upper, slope, &err), &err);
        for (size_t i = 0; i < n; i++) x[i] = q[i] - h * d[i];
        check_ok(cupel_misfit_soft(m, x, delta, &lower, slope, &err), &err);
        check_close((upper - lower) / (2 * (double)h), along, 0.02, 1e-7);
    }
    cupel_free(q);
    cupel_free(d);
    cupel_free(slope);
    cupel_free(x);
    cupel_misfit_free(m);
    cupel_free(g);
}

static void test_soft_gradient(void **state)
{
    (void)state;
    check_soft(12, 16, 10, 0, 0.5);
    check_soft(16, 12, 18, 1, 0.5);
    check_soft(9, 11, 15, 1, 0.5); /* odd: no row of its own image */
    check_soft(24, 1, 20, 1, 0.5); /* an image */
}

/* Of voxels of 0 and 1 the lineal path is that of the descriptor, and turning one voxel does what the derivative says. */
static void test_lineal(void **state)
{
    (void)state;
    cupel_err err;
    const cupel_job job = {.threads = 3, .isa = cupel_isa_best()};
    goal *g = new_goal(12, 20, 18, 0.5, 1);
    const size_t pitch = 24, n = 12 * 20 * pitch;
    cupel_voxels v = {0};
    cupel_quantities q = {0};
    check_ok(cupel_voxels_init(&v, 3, g->t.n, "test", &err), &err);
    float *x = cupel_alloc_aligned(n, 4), *slope = cupel_alloc_aligned(n, 4);
    for (size_t i = 0; i < voxels_of(g); i++) {
        v.id[i] = cupel_rng_below(7, 0, i / 3, 2) == 1;
        x[i / 18 * pitch + i % 18] = v.id[i];
    }
    check_ok(cupel_voxels_number(&v, "test", &err), &err);
    const cupel_volume_descriptor *d = cupel_volume_descriptor_find(cupel_text_of("lineal_path"));
    check_ok(d->compute(&v, NULL, &job, &q, &err), &err);
    for (size_t i = 0; i < q.n_curves; i++)
        if (q.curve[i].of.axis >= 0)
            for (size_t k = 0; k <= g->t.path_last[q.curve[i].of.axis]; k++)
                g->path[q.curve[i].of.phase == 1 ? 0 : 1][q.curve[i].of.axis][k] = q.curve[i].y[k];
    cupel_lineal *l;
    double e, upper, lower;
    check_ok(cupel_lineal_new(&g->t, pitch, &job, &l, &err), &err);
    check_ok(cupel_lineal_misfit(l, x, 1, &e, slope, &err), &err);
    check_close(e, 0, 0, 1e-12);
    for (size_t i = 0; i < n; i++) x[i] = i % pitch < 18 ? (float)cupel_rng_uniform(9, 0, i) : 0;
    check_ok(cupel_lineal_misfit(l, x, 2, &e, slope, &err), &err);
    for (size_t i = 0; i < 40; i++) { /* E is a parabola of one voxel: the central difference is its derivative */
        const size_t at = cupel_rng_below(8, 0, i, 12 * 20) * pitch + i % 18;
        const float middle = x[at];
        x[at] = middle + 0.5f;
        check_ok(cupel_lineal_misfit(l, x, 2, &upper, NULL, &err), &err);
        x[at] = middle - 0.5f;
        check_ok(cupel_lineal_misfit(l, x, 2, &lower, NULL, &err), &err);
        x[at] = middle;
        check_close(2 * (upper - lower), (double)slope[at], 1e-3, 1e-8);
    }
    cupel_lineal_free(l);
    cupel_quantities_release(&q);
    cupel_voxels_release(&v);
    cupel_free(x);
    cupel_free(slope);
    cupel_free(g);
}

/* sum w_i (x_i - a_i)^2: the minimum is a. */
typedef struct bowl {
    size_t n, calls;
} bowl;

static cupel_status bowl_eval(void *user, const float *x, double *f, float *g, cupel_err *err)
{
    (void)err;
    bowl *b = user;
    *f = 0;
    b->calls++;
    for (size_t i = 0; i < b->n; i++) {
        const double w = 1 + (double)(i % 50), d = (double)x[i] - (double)(i % 7);
        *f += w * d * d;
        g[i] = (float)(2 * w * d);
    }
    return CUPEL_OK;
}

static bool always(void *user, double f)
{
    (void)user;
    (void)f;
    return true;
}

static void test_descent(void **state)
{
    (void)state;
    cupel_err err;
    const cupel_job job = {.threads = 2, .isa = cupel_isa_best()};
    bowl b = {.n = 5000};
    const cupel_descent_problem p = {b.n, &b, bowl_eval, always};
    cupel_descent *d;
    double f;
    float *x = cupel_alloc_aligned(b.n, sizeof *x);
    check_ok(cupel_descent_new(b.n, &job, &d, &err), &err);
    check_ok(cupel_descent_run(d, &p, 60, x, &f, &err), &err);
    assert_true(b.calls < 90);
    for (size_t i = 0; i < b.n; i++) check_close((double)x[i], (double)(i % 7), 0, 1e-2);
    cupel_descent_free(d);
    cupel_free(x);
}

static void test_cut(void **state)
{
    (void)state;
    cupel_err err;
    goal *g = new_goal(8, 8, 8, 0.5, 0);
    float z[8 * 8 * 16] = {0}, level;
    unsigned char one[512];
    for (size_t i = 0; i < 512; i++) z[i / 8 * 16 + i % 8] = (float)(i % 5) - 2; /* many are equal */
    for (size_t ones = 1; ones < 512; ones += 37) {
        size_t count = 0;
        g->t.ones = ones;
        check_ok(cupel_reconstruct_cut(&g->t, z, 16, one, &level, &err), &err);
        for (size_t i = 0; i < 512; i++) {
            count += one[i];
            if (one[i]) assert_true(z[i / 8 * 16 + i % 8] >= level);
            if (!one[i]) assert_true(z[i / 8 * 16 + i % 8] <= level);
        }
        assert_int_equal(count, ones);
    }
    cupel_free(g);
}

static cupel_reconstructed make(const goal *g, size_t threads, cupel_isa isa, uint64_t seed, unsigned char *one)
{
    cupel_err err;
    const cupel_job job = {.threads = threads, .isa = isa};
    const cupel_reconstruct_options o = {.seed = seed, .effort = 0.5};
    cupel_reconstructed done;
    check_ok(cupel_reconstruct_voxels(&g->t, &o, &job, one, &done, &err), &err);
    return done;
}

static void check_whole(size_t a, size_t b, size_t c, double phi, double lineal, double error)
{
    goal *g = new_goal(a, b, c, phi, lineal);
    unsigned char *one = cupel_alloc(voxels_of(g), 1), *again = cupel_alloc(voxels_of(g), 1);
    const cupel_reconstructed done = make(g, 1, cupel_isa_best(), 5, one);
    size_t count = 0;
    for (size_t i = 0; i < voxels_of(g); i++) count += one[i];
    assert_int_equal(count, g->t.ones);
    assert_true(done.swaps > 0);
    check_close(sqrt(done.misfit), 0, 0, error);
    for (size_t threads = 2; threads <= 3; threads++) {
        const cupel_reconstructed other = make(g, threads, cupel_isa_best(), 5, again);
        assert_memory_equal(one, again, voxels_of(g));
        assert_true(other.misfit == done.misfit);
    }
    make(g, 2, CUPEL_ISA_PLAIN, 5, again);
    assert_memory_equal(one, again, voxels_of(g));
    make(g, 1, cupel_isa_best(), 6, again);
    assert_memory_not_equal(one, again, voxels_of(g));
    cupel_free(one);
    cupel_free(again);
    cupel_free(g);
}

static void test_whole(void **state)
{
    (void)state;
    check_whole(24, 20, 24, 0.3, 0, 0.05);
    check_whole(24, 20, 24, 0.5, 1, 0.3); /* the paths are none that go with that S2 */
    check_whole(24, 1, 48, 0.4, 0, 0.15);
    check_whole(23, 21, 19, 0.7, 0, 0.1);
}

static bool yes(void *user)
{
    (void)user;
    return true;
}

/* Stopped at once: still the exact fraction. */
static void test_stopped(void **state)
{
    (void)state;
    cupel_err err;
    goal *g = new_goal(16, 16, 16, 0.37, 0);
    unsigned char one[16 * 16 * 16];
    const cupel_job job = {.threads = 1, .isa = cupel_isa_best(), .stop = yes};
    const cupel_reconstruct_options o = {.seed = 1, .effort = 1};
    cupel_reconstructed done;
    size_t count = 0;
    check_ok(cupel_reconstruct_voxels(&g->t, &o, &job, one, &done, &err), &err);
    assert_true(done.stopped);
    for (size_t i = 0; i < sizeof one; i++) count += one[i];
    assert_int_equal(count, g->t.ones);
    cupel_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_soft_gradient), cmocka_unit_test(test_lineal), cmocka_unit_test(test_descent),
                                       cmocka_unit_test(test_cut),           cmocka_unit_test(test_whole),  cmocka_unit_test(test_stopped)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
