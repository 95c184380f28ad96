/* Minkowski functionals: bodies whose values are known, Gaussian fields, duality, symmetry, brute force. */
#include "tests/box.h"

#include "descriptors/microstructure/crofton.h"
#include "descriptors/microstructure/windows.h"

static const double PI = 3.14159265358979323846;

/* ---- volumes ---- */

/* Where f(position in voxels, user) says so the id is 1. */
static void fill(cupel_voxels *v, bool (*f)(const double x[3], const double *user), const double *user)
{
    for (size_t i = 0; i < v->n[0]; i++)
        for (size_t j = 0; j < v->n[1]; j++)
            for (size_t k = 0; k < v->n[2]; k++)
                if (f((const double[3]){(double)i + 0.5, (double)j + 0.5, (double)k + 0.5}, user)) *at(v, i, j, k) = 1;
}

/* user: centre, radius, and the edges of a voxel. */
static bool in_ball(const double x[3], const double *u)
{
    double s = 0;
    for (int a = 0; a < 3; a++) s += (x[a] - u[a]) * u[4 + a] * (x[a] - u[a]) * u[4 + a];
    return s < u[3] * u[3];
}

static bool in_torus(const double x[3], const double *u)
{
    double ring = hypot(x[0] - u[0], x[1] - u[1]) - u[3];
    return ring * ring + (x[2] - u[2]) * (x[2] - u[2]) < u[4] * u[4];
}

static double get(const cupel_voxels *v, const char *name, int phase, int connectivity, const cupel_job *job)
{
    char settings[32];
    snprintf(settings, sizeof settings, "connectivity=%d", connectivity);
    cupel_quantities q = describe(v, "minkowski", settings, job);
    const double x = number_of(&q, name, phase, -1);
    cupel_quantities_release(&q);
    return x;
}

static double value(const cupel_voxels *v, const char *name, int phase) { return get(v, name, phase, 6, &one_thread); }

/* ---- weights ---- */

static void test_weights(void **state)
{
    (void)state;
    double u[CUPEL_DIRECTIONS_3D][3], w[CUPEL_DIRECTIONS_3D], sum = 0;
    for (int i = 0; i < CUPEL_DIRECTIONS_3D; i++)
        for (int a = 0; a < 3; a++) u[i][a] = cupel_directions_3d[i][a];
    cupel_crofton_weights(3, CUPEL_DIRECTIONS_3D, (const double (*)[3])u, w);
    /* Ohser, Muecklich: Statistical Analysis of Microstructures in Materials Science (2000): of one of two opposite directions, six digits */
    static const double of_one[3] = {0.045778, 0.036981, 0.035196};
    for (int i = 0; i < CUPEL_DIRECTIONS_3D; i++) check_close(w[i] / 2, of_one[i < 3 ? 0 : i < 9 ? 1 : 2], 0, 1e-6);
    /* a flat cell: the sum of the areas is the sphere only if the cells neither overlap nor leave gaps */
    for (int i = 0; i < CUPEL_DIRECTIONS_3D; i++) u[i][2] *= 3;
    cupel_crofton_weights(3, CUPEL_DIRECTIONS_3D, (const double (*)[3])u, w);
    /* sampled: directions of the sphere, each given to the nearest */
    double hits[CUPEL_DIRECTIONS_3D] = {0};
    enum { SAMPLES = 20000 };
    for (size_t s = 0; s < SAMPLES; s++) {
        double x[3], best = -1;
        int nearest = 0;
        for (int a = 0; a < 3; a++) x[a] = cupel_rng_normal(1, (uint64_t)a, s);
        for (int i = 0; i < CUPEL_DIRECTIONS_3D; i++) {
            double c = fabs(x[0] * u[i][0] + x[1] * u[i][1] + x[2] * u[i][2]) / sqrt(u[i][0] * u[i][0] + u[i][1] * u[i][1] + u[i][2] * u[i][2]);
            if (c > best) best = c, nearest = i;
        }
        hits[nearest] += 1.0 / SAMPLES;
    }
    for (int i = 0; i < CUPEL_DIRECTIONS_3D; i++) {
        sum += w[i];
        check_close(w[i], hits[i], 0, 5 * sqrt(w[i] / SAMPLES)); /* five standard deviations */
    }
    check_close(sum, 1, 1e-14, 0);
}

static void test_weights_of_an_image(void **state)
{
    (void)state;
    double u[4][3] = {{1, 0, 0}, {0, 1, 0}, {1, 1, 0}, {1, -1, 0}}, w[4];
    cupel_crofton_weights(2, 4, (const double (*)[3])u, w);
    for (int i = 0; i < 4; i++) check_close(w[i], 0.25, 1e-14, 0);
    for (int i = 0; i < 4; i++) u[i][1] *= 2; /* angles 0, 90, 63.4, -63.4 degrees */
    cupel_crofton_weights(2, 4, (const double (*)[3])u, w);
    const double a = atan(2) / PI;
    check_close(w[0], a, 1e-14, 0);
    check_close(w[1], 0.5 - a, 1e-14, 0);
    check_close(w[2], 0.25, 1e-14, 0);
}

/* ---- bodies ---- */

static void test_ball(void **state)
{
    (void)state;
    const double r = 15.3, ball[7] = {20.2, 19.9, 20.4, r, 1, 1, 1};
    for (int periodic = 0; periodic < 2; periodic++) {
        cupel_voxels v = box(3, 40, 40, 40, periodic);
        fill(&v, in_ball, ball);
        number(&v);
        for (int c = 6; c <= 26; c += 20) assert_true(get(&v, "euler", 1, c, &one_thread) == 1);
        /* 13 directions weighted as the sphere: what is left is the counting noise of the voxels */
        check_close(value(&v, "volume", 1), 4.0 / 3 * PI * r * r * r, 5e-3, 0);
        check_close(value(&v, "surface", 1), 4 * PI * r * r, 1e-2, 0);
        check_close(value(&v, "mean curvature", 1), 4 * PI * r, 1e-2, 0);
        /* the matrix has the same surface, and is concave where the ball is convex */
        check_close(value(&v, "surface", 0), value(&v, "surface", 1), 1e-13, 0);
        check_close(value(&v, "mean curvature", 0), -get(&v, "mean curvature", 1, 26, &one_thread), 1e-12, 0);
        /* as the box cuts it, the matrix is a box with a hollow (1 + 1); as a period, a 3-torus with one: 0 + 1 */
        assert_true(value(&v, "euler", 0) == (periodic ? 1 : 2));
        cupel_voxels_release(&v);
    }
}

static void test_ball_in_flat_voxels(void **state)
{
    (void)state;
    const double um = 1e-6, r = 12, ball[7] = {16.2, 15.7, 8.4, r, 1, 1, 2};
    cupel_voxels v = box(3, 32, 32, 16, false);
    fill(&v, in_ball, ball);
    number(&v);
    v.size[0] = v.size[1] = um, v.size[2] = 2 * um, v.has_size = true;
    assert_true(value(&v, "euler", 1) == 1);
    check_close(value(&v, "surface", 1), 4 * PI * r * r * um * um, 1e-2, 0);
    check_close(value(&v, "mean curvature", 1), 4 * PI * r * um, 2e-2, 0);
    check_close(value(&v, "surface density", 1), value(&v, "surface", 1) / (31.0 * 31 * 15 * 2 * um * um * um), 1e-12, 0);
    cupel_voxels_release(&v);
}

static void test_topology(void **state)
{
    (void)state;
    const double torus[5] = {16, 16, 8, 9, 4}, left[7] = {8, 16, 8, 5, 1, 1, 1}, right[7] = {24, 16, 8, 5, 1, 1, 1};
    const double shell[7] = {16, 16, 8, 7, 1, 1, 1}, hollow[7] = {16, 16, 8, 3, 1, 1, 1};
    cupel_voxels v = box(3, 32, 32, 16, false);
    fill(&v, in_torus, torus);
    number(&v);
    assert_true(value(&v, "euler", 1) == 0);
    cupel_voxels_release(&v);

    v = box(3, 32, 32, 16, true);
    fill(&v, in_ball, left);
    fill(&v, in_ball, right);
    number(&v);
    assert_true(value(&v, "euler", 1) == 2);
    cupel_voxels_release(&v);

    v = box(3, 32, 32, 16, true); /* a hollow ball: its surface has two parts, chi = 2 */
    fill(&v, in_ball, shell);
    for (size_t i = 0; i < cupel_voxels_count(&v); i++) {
        const double x[3] = {(double)(i / 512) + 0.5, (double)(i / 16 % 32) + 0.5, (double)(i % 16) + 0.5};
        if (in_ball(x, hollow)) v.id[i] = 2;
    }
    number(&v);
    assert_true(value(&v, "euler", 1) == 2);
    assert_true(value(&v, "euler", 2) == 1);
    check_close(value(&v, "surface", 1), value(&v, "surface", 0) + value(&v, "surface", 2), 1e-13, 0);
    cupel_voxels_release(&v);
}

static void test_corners_join(void **state)
{
    (void)state;
    cupel_voxels v = box(3, 4, 4, 4, false);
    *at(&v, 1, 1, 1) = *at(&v, 2, 2, 2) = 1; /* two cubes that meet in a corner */
    number(&v);
    assert_true(get(&v, "euler", 1, 6, &one_thread) == 2);
    assert_true(get(&v, "euler", 1, 26, &one_thread) == 1);
    cupel_voxels_release(&v);
    v = box(2, 4, 4, 1, false);
    *at(&v, 1, 1, 0) = *at(&v, 2, 2, 0) = 1;
    number(&v);
    assert_true(get(&v, "euler", 1, 4, &one_thread) == 2);
    assert_true(get(&v, "euler", 1, 8, &one_thread) == 1);
    assert_true(get(&v, "euler", 1, 6, &one_thread) == 2);
    cupel_voxels_release(&v);
}

static void test_connectivity_is_checked(void **state)
{
    (void)state;
    cupel_err err;
    cupel_quantities q = {0};
    cupel_voxels v = box(3, 4, 4, 4, true);
    number(&v);
    const double eighteen = 18, four = 4;
    const cupel_volume_descriptor *d = cupel_volume_descriptor_find(cupel_text_of("minkowski"));
    check_fails(d->compute(&v, &eighteen, &one_thread, &q, &err), CUPEL_USAGE, &err, "expected 6");
    check_fails(d->compute(&v, &four, &one_thread, &q, &err), CUPEL_USAGE, &err, "expected 6");
    cupel_quantities_release(&q);
    cupel_voxels_release(&v);
}

static void test_disc(void **state)
{
    (void)state;
    const double r = 30.4, disc[7] = {40.3, 41.1, 0.5, r, 1, 1, 1};
    cupel_voxels v = box(2, 80, 83, 1, false);
    fill(&v, in_ball, disc);
    number(&v);
    check_close(value(&v, "area", 1), PI * r * r, 5e-3, 0);
    check_close(value(&v, "perimeter", 1), 2 * PI * r, 1.5e-2, 0); /* four directions of a circle */
    assert_true(value(&v, "euler", 1) == 1);
    assert_true(value(&v, "euler", 0) == 0); /* a square with a hole */
    cupel_voxels_release(&v);
}

/* Layers across axis a: the surface is that of planes, seen by 13 directions. */
static void test_laminate(void **state)
{
    (void)state;
    double sum = 0, u[CUPEL_DIRECTIONS_3D][3], w[CUPEL_DIRECTIONS_3D];
    for (int i = 0; i < CUPEL_DIRECTIONS_3D; i++)
        for (int a = 0; a < 3; a++) u[i][a] = cupel_directions_3d[i][a];
    cupel_crofton_weights(3, CUPEL_DIRECTIONS_3D, (const double (*)[3])u, w);
    for (int i = 0; i < CUPEL_DIRECTIONS_3D; i++) sum += 2 * w[i] * fabs(u[i][0]) / sqrt(u[i][0] * u[i][0] + u[i][1] * u[i][1] + u[i][2] * u[i][2]);
    check_close(sum, 1, 0, 0.08); /* what 13 directions make of a plane across an axis */
    for (int axis = 0; axis < 3; axis++)
        for (int periodic = 0; periodic < 2; periodic++) {
            const size_t n[3] = {8, 6, 10};
            cupel_voxels v = box(3, n[0], n[1], n[2], periodic);
            for (size_t i = 0; i < cupel_voxels_count(&v); i++) {
                const size_t x[3] = {i / 60, i / 10 % 6, i % 10};
                v.id[i] = x[axis] < n[axis] / 2;
            }
            number(&v);
            const double area = 480.0 / (double)n[axis];
            check_close(value(&v, "surface", 1), (periodic ? 2 : 1) * sum * area, 1e-12, 0);
            check_close(value(&v, "mean curvature", 1), 0, 0, 1e-10);
            assert_true(value(&v, "euler", 1) == (periodic ? 0 : 1));
            cupel_voxels_release(&v);
        }
}

/* ---- brute force ---- */

/* V - E + F - C of the union of closed voxels of phase p (26, 8), cell by cell; faces: of points, joined where all corners are p. */
static double brute_euler(cupel_voxels *v, uint16_t p, bool faces)
{
    long sum = 0;
    const long n[3] = {(long)v->n[0], (long)v->n[1], (long)v->n[2]};
    const int flat = v->dim == 2;
    /* a cell of the doubled lattice: even coordinates are voxels (or points), odd ones lie between two */
    for (long x = -1; x < 2 * n[0]; x++)
        for (long y = -1; y < 2 * n[1]; y++)
            for (long z = flat ? 0 : -1; z < (flat ? 1 : 2 * n[2]); z++) {
                const long c[3] = {x, y, z};
                int odd = 0, any = 0, all = 1;
                bool twice = false;
                for (int a = 0; a < 3; a++) {
                    odd += (int)(c[a] & 1);
                    twice |= v->periodic && c[a] == -1; /* the same as 2 n - 1 */
                }
                if (twice) continue;
                for (int corner = 0; corner < 8; corner++) {
                    long at3[3];
                    bool there = true;
                    for (int a = 0; a < 3; a++) {
                        at3[a] = (c[a] & 1) ? (c[a] + 1) / 2 - 1 + (corner >> a & 1) : c[a] / 2;
                        if (v->periodic) at3[a] = (at3[a] + n[a]) % n[a];
                        there &= at3[a] >= 0 && at3[a] < n[a];
                    }
                    int is = there && *at(v, (size_t)at3[0], (size_t)at3[1], (size_t)at3[2]) == p;
                    any |= is;
                    all &= is;
                }
                int dimension = faces ? odd : v->dim - odd;
                if (faces ? all : any) sum += dimension & 1 ? -1 : 1;
            }
    return (double)sum;
}

static void test_euler_brute(void **state)
{
    (void)state;
    static const size_t shapes[][4] = {{3, 5, 6, 7}, {3, 2, 3, 4}, {3, 1, 4, 4}, {3, 4, 1, 3},
                                       {3, 3, 4, 1}, {2, 7, 6, 1}, {2, 1, 9, 1}, {2, 8, 2, 1}};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (int periodic = 0; periodic < 2; periodic++)
            for (unsigned phases = 2; phases < 5; phases++) {
                cupel_voxels v = box((int)shapes[s][0], shapes[s][1], shapes[s][2], shapes[s][3], periodic);
                scatter(&v, phases, 10 * s + phases);
                for (unsigned p = 0; p < phases; p++) {
                    check_close(get(&v, "euler", (int)p, 6, &one_thread), brute_euler(&v, (uint16_t)p, true), 0, 0);
                    check_close(get(&v, "euler", (int)p, 26, &one_thread), brute_euler(&v, (uint16_t)p, false), 0, 0);
                }
                cupel_voxels_release(&v);
            }
}

/* Crofton's sums over pairs one by one. */
static double brute_surface(cupel_voxels *v, uint16_t p)
{
    const int flat = v->dim == 2, n_directions = flat ? CUPEL_DIRECTIONS_2D : CUPEL_DIRECTIONS_3D;
    double u[CUPEL_DIRECTIONS_3D][3], w[CUPEL_DIRECTIONS_3D], s = 0;
    for (int d = 0; d < n_directions; d++)
        for (int a = 0; a < 3; a++) u[d][a] = v->size[a] * (flat ? cupel_directions_2d[d][a] : cupel_directions_3d[d][a]);
    cupel_crofton_weights(v->dim, (size_t)n_directions, (const double (*)[3])u, w);
    for (int d = 0; d < n_directions; d++) {
        const int *r = flat ? cupel_directions_2d[d] : cupel_directions_3d[d];
        double unlike = 0;
        for (long i = 0; i < (long)cupel_voxels_count(v); i++) {
            const long n[3] = {(long)v->n[0], (long)v->n[1], (long)v->n[2]};
            long to[3] = {i / (n[1] * n[2]) + r[0], i / n[2] % n[1] + r[1], i % n[2] + r[2]};
            for (int a = 0; a < 3; a++) to[a] = (to[a] + n[a]) % n[a];
            unlike += (v->id[i] == p) != (*at(v, (size_t)to[0], (size_t)to[1], (size_t)to[2]) == p);
        }
        s += (flat ? PI / 2 : 2) * w[d] * unlike * v->size[0] * v->size[1] * (flat ? 1 : v->size[2]) /
             sqrt(u[d][0] * u[d][0] + u[d][1] * u[d][1] + u[d][2] * u[d][2]);
    }
    return s;
}

static void test_surface_brute(void **state)
{
    (void)state;
    for (int dim = 2; dim < 4; dim++) {
        cupel_voxels v = box(dim, 5, 6, 7, true);
        v.size[0] = 1, v.size[1] = 1.5, v.size[2] = 0.7;
        scatter(&v, 3, 5);
        for (uint16_t p = 0; p < 3; p++) check_close(value(&v, dim == 2 ? "perimeter" : "surface", p), brute_surface(&v, p), 1e-12, 0);
        cupel_voxels_release(&v);
    }
}

/* ---- laws ---- */

static void test_duality(void **state)
{
    (void)state;
    cupel_voxels v = box(3, 9, 8, 7, true);
    scatter(&v, 2, 3);
    assert_true(get(&v, "euler", 0, 6, &one_thread) == get(&v, "euler", 1, 26, &one_thread));
    check_close(get(&v, "mean curvature", 0, 6, &one_thread), -get(&v, "mean curvature", 1, 26, &one_thread), 1e-12, 1e-12);
    cupel_voxels_release(&v);
    v = box(2, 9, 8, 1, true);
    scatter(&v, 2, 3);
    assert_true(get(&v, "euler", 0, 4, &one_thread) == -get(&v, "euler", 1, 8, &one_thread));
    cupel_voxels_release(&v);
}

/* Moved along the period, mirrored, with axes exchanged: the same body. */
static void test_symmetry(void **state)
{
    (void)state;
    static const char *const names[] = {"surface", "mean curvature", "euler"};
    enum { N0 = 6, N1 = 7, N2 = 8 };
    cupel_voxels v = box(3, N0, N1, N2, true), moved = box(3, N0, N1, N2, true), turned = box(3, N2, N0, N1, true);
    scatter(&v, 3, 8);
    for (size_t i = 0; i < N0; i++)
        for (size_t j = 0; j < N1; j++)
            for (size_t k = 0; k < N2; k++) {
                *at(&moved, (i + 2) % N0, (j + 3) % N1, (k + 5) % N2) = *at(&v, i, j, k);
                *at(&turned, N2 - 1 - k, i, j) = *at(&v, i, j, k);
            }
    number(&moved);
    number(&turned);
    for (size_t s = 0; s < sizeof names / sizeof *names; s++)
        for (int p = 0; p < 3; p++) {
            check_close(value(&moved, names[s], p), value(&v, names[s], p), 0, 0);
            check_close(value(&turned, names[s], p), value(&v, names[s], p), 1e-12, 1e-12);
        }
    cupel_voxels_release(&v);
    cupel_voxels_release(&moved);
    cupel_voxels_release(&turned);
}

static void test_threads(void **state)
{
    (void)state;
    for (int periodic = 0; periodic < 2; periodic++) {
        cupel_err err;
        cupel_windows a = {0}, b = {0};
        cupel_voxels v = box(3, 35, 9, 11, periodic);
        scatter(&v, 5, 2);
        check_ok(cupel_windows_count(&v, &one_thread, &a, &err), &err);
        check_ok(cupel_windows_count(&v, &two_threads, &b, &err), &err);
        const size_t bytes = v.n_phases * CUPEL_WINDOW_MASKS * sizeof(uint64_t);
        assert_memory_equal(a.inside, b.inside, bytes);
        if (!periodic) {
            assert_memory_equal(a.outward, b.outward, bytes);
            assert_memory_equal(a.cut, b.cut, bytes);
        }
        cupel_windows_release(&a);
        cupel_windows_release(&b);
        cupel_voxels_release(&v);
    }
}

/* ---- Gaussian fields ---- */

enum { WAVES = 400 };

/* f [n][n][n] = a sum of plane waves |k| = inner .. outer periods of the box, random phases: nearly Gaussian, mean 0, variance 1. Returns <k^2>/3. */
static double gaussian_field(size_t n, int inner, int outer, uint64_t seed, float *f)
{
    static int wave[WAVES][3];
    int n_waves = 0;
    double k2 = 0;
    float *table = malloc(n * sizeof *table);
    assert_non_null(table);
    memset(f, 0, n * n * n * sizeof *f);
    for (int a = -outer; a <= outer; a++)
        for (int b = -outer; b <= outer; b++)
            for (int c = 0; c <= outer; c++) { /* one of each k and -k */
                int s = a * a + b * b + c * c;
                if (s < inner * inner || s > outer * outer || (c == 0 && (b < 0 || (b == 0 && a <= 0)))) continue;
                assert_true(n_waves < WAVES);
                wave[n_waves][0] = a, wave[n_waves][1] = b, wave[n_waves++][2] = c;
                k2 += s;
            }
    for (int w = 0; w < n_waves; w++) {
        double phase = 2 * PI * cupel_rng_uniform(seed, 0, (uint64_t)w);
        for (size_t t = 0; t < n; t++) table[t] = (float)(sqrt(2.0 / n_waves) * cos(2 * PI * (double)t / (double)n + phase));
        for (size_t r = 0; r < n * n; r++) {
            size_t t = (size_t)(wave[w][0] * (int)(r / n) + wave[w][1] * (int)(r % n) + 64 * (int)n) % n;
            for (size_t k = 0; k < n; k++) {
                f[r * n + k] += table[t];
                t += (size_t)wave[w][2];
                if (t >= n) t -= n;
            }
        }
    }
    free(table);
    return k2 / n_waves * 4 * PI * PI / (double)(n * n) / 3;
}

/* The part above b standard deviations has known densities: the surface (Teubner 1991, doi:10.1209/0295-5075/14/5/003), the integral of mean
 * curvature (Tomita 1990) and the Euler number (Adler 1981), all by g = <k^2>/3. The mean of several fields is within the spread between them, and
 * within what voxels of 1/12 of a wavelength do. */
static void test_gaussian_cut(void **state)
{
    (void)state;
    const bool slow = getenv("CUPEL_SANITIZED") != NULL;
    const size_t n = slow ? 32 : 64;
    const int outer = slow ? 3 : 5, seeds = slow ? 2 : 6;
    float *f = malloc(n * n * n * sizeof *f);
    assert_non_null(f);
    static const double cut[3] = {0, 0.7, -1.2};
    double surface[3] = {0}, mean[3] = {0}, euler[3] = {0}, g = 0;
    cupel_voxels v = box(3, n, n, n, true);
    for (int s = 0; s < seeds; s++) {
        g = gaussian_field(n, outer - 1, outer, (uint64_t)s, f);
        for (int c = 0; c < 3; c++) {
            for (size_t i = 0; i < n * n * n; i++) v.id[i] = (double)f[i] > cut[c];
            number(&v);
            surface[c] += value(&v, "surface density", 1) / seeds;
            for (int how = 6; how <= 26; how += 20) { /* voxels joined and not joined at corners: the truth lies between */
                mean[c] += get(&v, "mean curvature density", 1, how, &one_thread) / 2 / seeds;
                euler[c] += get(&v, "euler density", 1, how, &one_thread) / 2 / seeds;
            }
        }
    }
    for (int c = 0; c < 3; c++) {
        const double b = cut[c], e = exp(-b * b / 2);
        check_close(surface[c], 2 / PI * sqrt(g) * e, slow ? 0.07 : 0.02, 0);
        check_close(mean[c] / g, b * e / sqrt(2 * PI), 0, slow ? 0.02 : 0.005);
        check_close(euler[c] / pow(g, 1.5), (b * b - 1) * e / (4 * PI * PI), 0, slow ? 2.5e-3 : 8e-4); /* 0.025 at b = 0 */
    }
    cupel_voxels_release(&v);
    free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weights),       cmocka_unit_test(test_weights_of_an_image), cmocka_unit_test(test_ball),
        cmocka_unit_test(test_ball_in_flat_voxels), cmocka_unit_test(test_topology),      cmocka_unit_test(test_corners_join),
        cmocka_unit_test(test_connectivity_is_checked), cmocka_unit_test(test_disc),      cmocka_unit_test(test_laminate),
        cmocka_unit_test(test_euler_brute),   cmocka_unit_test(test_surface_brute),       cmocka_unit_test(test_duality),
        cmocka_unit_test(test_symmetry),      cmocka_unit_test(test_threads),             cmocka_unit_test(test_gaussian_cut),
    };
    return cmocka_run_group_tests_name("minkowski", tests, NULL, NULL);
}
