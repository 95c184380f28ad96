/* Two-point correlations: brute force, sum rules, closed forms, symmetry. */
#include "tests/box.h"

static const double PI = 3.14159265358979323846;

/* settings: as on the command line; NULL: defaults. */
static cupel_quantities correlate(const cupel_voxels *v, const char *settings, const cupel_job *job)
{
    return describe(v, "two_point", settings, job);
}

static const cupel_curve *curve(const cupel_quantities *q, int phase, int other, int axis)
{
    for (size_t i = 0; i < q->n_curves; i++) {
        const cupel_of of = q->curve[i].of;
        if (of.phase == phase && of.other == other && of.axis == axis) return &q->curve[i];
    }
    fail_msg("no curve of phase %d, %d along %d", phase, other, axis);
    return NULL;
}

/* ---- brute force ---- */

/* Voxels x of phase p with x + r of phase q, and pairs of which neither is `hidden`. */
static void count_pairs(const cupel_voxels *v, const long r[3], int p, int q, int hidden, double *hits, double *pairs)
{
    const long n[3] = {(long)v->n[0], (long)v->n[1], (long)v->n[2]};
    *hits = *pairs = 0;
    for (long i = 0; i < (long)cupel_voxels_count(v); i++) {
        long to[3] = {i / (n[1] * n[2]) + r[0], i / n[2] % n[1] + r[1], i % n[2] + r[2]};
        bool there = true;
        for (int a = 0; a < 3; a++) {
            if (v->periodic) to[a] = ((to[a] % n[a]) + n[a]) % n[a];
            there &= to[a] >= 0 && to[a] < n[a];
        }
        if (!there) continue;
        const uint16_t from = v->id[i], at = v->id[(to[0] * n[1] + to[1]) * n[2] + to[2]];
        if ((int)from == hidden || (int)at == hidden) continue;
        *pairs += 1;
        *hits += from == p && at == q;
    }
}

/* Radial mean in shells one smallest edge wide, up to half the shortest edge; both senses count. */
static void check_radial(const cupel_voxels *v, int p, int q, int hidden, const cupel_curve *c)
{
    double hits[64] = {0}, pairs[64] = {0}, radius[64] = {0}, lags[64] = {0}, width = INFINITY, reach = INFINITY;
    for (int a = 0; a < v->dim; a++)
        if (v->n[a] > 1) {
            width = fmin(width, v->size[a]);
            reach = fmin(reach, (double)(v->n[a] / 2) * v->size[a]);
        }
    long half[3];
    for (int a = 0; a < 3; a++) half[a] = (long)v->n[a] / 2;
    for (long i = -half[0]; i <= half[0]; i++)
        for (long j = -half[1]; j <= half[1]; j++)
            for (long k = -half[2]; k <= half[2]; k++) {
                const long r[3] = {i, j, k};
                bool twice = false; /* n/2 and -n/2 are one lag of a period */
                for (int a = 0; a < 3; a++) twice |= v->periodic && 2 * r[a] == -(long)v->n[a];
                const double d = sqrt((double)(i * i) * v->size[0] * v->size[0] + (double)(j * j) * v->size[1] * v->size[1] +
                                      (double)(k * k) * v->size[2] * v->size[2]);
                if (twice || d > reach * (1 + 1e-9)) continue;
                double h, n;
                count_pairs(v, r, p, q, hidden, &h, &n);
                const size_t b = (size_t)(d / width + 0.5);
                hits[b] += h, pairs[b] += n, radius[b] += d, lags[b] += 1;
            }
    for (size_t b = 0; b < c->n; b++) {
        check_close(c->x[b], radius[b] / lags[b], 1e-12, 1e-12);
        check_close(c->y[b], hits[b] / pairs[b], 0, 2e-6); /* single precision transforms of numbers up to 1 */
    }
}

static void check_line(const cupel_voxels *v, int p, int q, int hidden, int axis, const cupel_curve *c)
{
    assert_int_equal(c->n, v->n[axis] / 2 + 1);
    for (size_t k = 0; k < c->n; k++) {
        double forth, back, n, m;
        const long r[3] = {axis == 0 ? (long)k : 0, axis == 1 ? (long)k : 0, axis == 2 ? (long)k : 0}, s[3] = {-r[0], -r[1], -r[2]};
        count_pairs(v, r, p, q, hidden, &forth, &n);
        count_pairs(v, s, p, q, hidden, &back, &m);
        check_close(c->x[k], (double)k * v->size[axis], 1e-14, 0);
        check_close(c->y[k], n + m > 0 ? (forth + back) / (n + m) : NAN, 0, 2e-6);
    }
}

static void check_all(const cupel_voxels *v, const char *settings, int hidden)
{
    cupel_quantities q = correlate(v, settings, &one_thread);
    for (int p = 0; p < (int)v->n_phases; p++)
        for (int o = p; o < (int)v->n_phases; o++) {
            if (p == hidden || o == hidden) continue;
            check_radial(v, p, o, hidden, curve(&q, p, o == p ? -1 : o, -1));
            for (int a = 0; a < v->dim; a++) check_line(v, p, o, hidden, a, curve(&q, p, o == p ? -1 : o, a));
        }
    cupel_quantities_release(&q);
}

static void test_brute(void **state)
{
    (void)state;
    static const size_t shapes[][4] = {{3, 5, 6, 7}, {3, 4, 3, 6}, {3, 1, 6, 5}, {3, 6, 1, 5},
                                       {3, 4, 5, 1}, {2, 7, 6, 1}, {2, 1, 9, 1}, {2, 8, 3, 1}};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (int periodic = 0; periodic < 2; periodic++)
            for (unsigned phases = 1; phases < 5; phases++) {
                cupel_voxels v = box((int)shapes[s][0], shapes[s][1], shapes[s][2], shapes[s][3], periodic);
                v.size[1] = 1.5;
                scatter(&v, phases, 10 * s + phases);
                check_all(&v, NULL, -1);
                cupel_voxels_release(&v);
            }
}

static void test_mask(void **state)
{
    (void)state;
    for (int dim = 2; dim < 4; dim++)
        for (int periodic = 0; periodic < 2; periodic++)
            for (unsigned phases = 2; phases < 5; phases++) {
                cupel_voxels v = box(dim, 6, 5, 4, periodic);
                scatter(&v, phases, phases);
                check_all(&v, "mask=1", 1);
                check_all(&v, "mask=17", -1); /* no voxel has that label */
                cupel_voxels_release(&v);
            }
}

/* All lags with their sense: S_pq(r) is not S_pq(-r). */
static void test_map(void **state)
{
    (void)state;
    for (int dim = 2; dim < 4; dim++)
        for (int periodic = 0; periodic < 2; periodic++)
            for (int hidden = -1; hidden < 1; hidden++) {
                cupel_voxels v = box(dim, 5, 4, 6, periodic);
                scatter(&v, 3, 4);
                cupel_quantities q = correlate(&v, hidden < 0 ? "map=1" : "map=1,mask=0", &one_thread);
                assert_int_equal(q.n_maps, hidden < 0 ? 6 : 3);
                for (size_t m = 0; m < q.n_maps; m++) {
                    const cupel_quantity_map *map = &q.map[m];
                    assert_int_equal(map->rank, dim);
                    size_t at = 0;
                    const long half[3] = {(long)v.n[0] / 2, (long)v.n[1] / 2, (long)v.n[2] / 2};
                    for (int a = 0; a < dim; a++) assert_int_equal(map->n[a], 2 * half[a] + 1);
                    for (long i = -half[0]; i <= half[0]; i++)
                        for (long j = -half[1]; j <= half[1]; j++)
                            for (long k = -half[2]; k <= half[2]; k++, at++) {
                                double h, n;
                                const long r[3] = {i, j, k};
                                count_pairs(&v, r, map->of.phase, map->of.other < 0 ? map->of.phase : map->of.other, hidden, &h, &n);
                                check_close((double)map->v[at], n > 0 ? h / n : NAN, 0, 2e-6);
                            }
                }
                cupel_quantities_release(&q);
                cupel_voxels_release(&v);
            }
}

/* ---- laws ---- */

static void test_sums_and_symmetry(void **state)
{
    (void)state;
    cupel_voxels v = box(3, 12, 10, 8, true), moved = box(3, 12, 10, 8, true);
    scatter(&v, 5, 9);
    for (size_t i = 0; i < 960; i++) moved.id[((i / 80 + 5) % 12 * 10 + (i / 8 + 7) % 10) * 8 + (i + 3) % 8] = v.id[i];
    number(&moved);
    cupel_quantities q = correlate(&v, NULL, &one_thread), m = correlate(&moved, NULL, &one_thread);
    double fraction[5];
    cupel_voxels_fractions(&v, fraction);
    for (int p = 0; p < 5; p++) {
        const cupel_curve *own = curve(&q, p, -1, -1);
        assert_true(own->y[0] == fraction[p]);
        for (size_t k = 0; k < own->n; k++) {
            double sum = own->y[k];
            for (int o = 0; o < 5; o++)
                if (o != p) sum += curve(&q, p < o ? p : o, p < o ? o : p, -1)->y[k];
            check_close(sum, fraction[p], 0, 1e-6);
            check_close(own->y[k], curve(&m, p, -1, -1)->y[k], 0, 2e-6);
        }
    }
    cupel_quantities_release(&q);
    cupel_quantities_release(&m);
    cupel_voxels_release(&v);
    cupel_voxels_release(&moved);
}

static void test_threads(void **state)
{
    (void)state;
    for (int periodic = 0; periodic < 2; periodic++) {
        cupel_voxels v = box(3, 18, 15, 20, periodic);
        scatter(&v, 3, 2);
        cupel_quantities a = correlate(&v, "map=1", &one_thread), b = correlate(&v, "map=1", &two_threads);
        assert_int_equal(a.n_curves, b.n_curves);
        for (size_t i = 0; i < a.n_curves; i++) assert_memory_equal(a.curve[i].y, b.curve[i].y, a.curve[i].n * sizeof(double));
        for (size_t i = 0; i < a.n; i++) assert_memory_equal(&a.one[i].value, &b.one[i].value, sizeof(double));
        for (size_t i = 0; i < a.n_maps; i++)
            assert_memory_equal(a.map[i].v, b.map[i].v, a.map[i].n[0] * a.map[i].n[1] * a.map[i].n[2] * sizeof(float));
        cupel_quantities_release(&a);
        cupel_quantities_release(&b);
        cupel_voxels_release(&v);
    }
}

/* A box of one cosine of layers: S along the layers is the fraction, across them a triangle wave. */
static void test_laminate(void **state)
{
    (void)state;
    for (int axis = 0; axis < 3; axis++) {
        const size_t n[3] = {16, 12, 20};
        cupel_voxels v = box(3, n[0], n[1], n[2], true);
        for (size_t i = 0; i < cupel_voxels_count(&v); i++) {
            const size_t x[3] = {i / 240, i / 20 % 12, i % 20};
            v.id[i] = x[axis] < n[axis] / 4;
        }
        number(&v);
        v.has_size = true;
        for (int a = 0; a < 3; a++) v.size[a] = 2e-6;
        cupel_quantities q = correlate(&v, NULL, &one_thread);
        const double quarter = (double)(n[axis] / 4);
        for (int a = 0; a < 3; a++) {
            const cupel_curve *c = curve(&q, 1, -1, a);
            for (size_t k = 0; k < c->n; k++) {
                const double expected = a == axis ? fmax(0, quarter - (double)k) / (double)n[axis] : quarter / (double)n[axis];
                check_close(c->y[k], expected, 0, 1e-6);
                check_close(c->x[k], (double)k * 2e-6, 1e-14, 0);
            }
        }
        /* two interfaces in n[axis] voxels, seen by one of three directions: 4/3 (1/n); their area is 2/n */
        check_close(number_of(&q, "surface from slope", 1, -1), 4.0 / 3 / (double)n[axis] / 2e-6, 1e-5, 0);
        cupel_quantities_release(&q);
        cupel_voxels_release(&v);
    }
}

/* ---- closed forms ---- */

/* Overlapping spheres of radius r at the points of a Poisson process: the void has S2(d) = exp(- rho V2(d)), V2 / V1 = 1 + 3d/4r - d^3/16r^3. Centres
 * are not bound to voxels, so that the voxels are samples of the continuum. */
static void spheres(cupel_voxels *v, double r, size_t count, uint64_t seed)
{
    const long n = (long)v->n[0], reach = (long)r + 1;
    for (size_t s = 0; s < count; s++) {
        double c[3];
        for (uint64_t a = 0; a < 3; a++) c[a] = (double)n * cupel_rng_uniform(seed, a, s);
        for (long i = -reach; i <= reach; i++)
            for (long j = -reach; j <= reach; j++)
                for (long k = -reach; k <= reach; k++) {
                    const long at[3] = {(long)c[0] + i, (long)c[1] + j, (long)c[2] + k};
                    double d = 0;
                    for (int a = 0; a < 3; a++) d += ((double)at[a] + 0.5 - c[a]) * ((double)at[a] + 0.5 - c[a]);
                    if (d < r * r) v->id[(((at[0] + n) % n) * n + (at[1] + n) % n) * n + (at[2] + n) % n] = 1;
                }
    }
    number(v);
}

static void test_overlapping_spheres(void **state)
{
    (void)state;
    const bool slow = getenv("CUPEL_SANITIZED") != NULL;
    const size_t n = slow ? 48 : 96, seeds = slow ? 1 : 4;
    const double r = slow ? 4.2 : 6.3, volume_of_one = 4.0 / 3 * PI * r * r * r, eta = 0.6;
    const size_t count = (size_t)(eta * (double)(n * n * n) / volume_of_one + 0.5);
    double mean[64] = {0}, slope = 0;
    const double *x = NULL;
    cupel_quantities q = {0};
    size_t bins = 0;
    for (uint64_t s = 0; s < seeds; s++) {
        cupel_voxels v = box(3, n, n, n, true);
        spheres(&v, r, count, s);
        cupel_quantities_release(&q);
        q = correlate(&v, NULL, &one_thread);
        const cupel_curve *c = curve(&q, 0, -1, -1);
        x = c->x;
        bins = c->n < 64 ? c->n : 64;
        for (size_t k = 0; k < bins; k++) mean[k] += c->y[k] / (double)seeds;
        slope += number_of(&q, "surface from slope", 0, -1) / (double)seeds;
        cupel_voxels_release(&v);
    }
    /* the spread between boxes of some hundred spheres is 0.006 (one small box: 0.02), of the whole curve together */
    for (size_t k = 0; k < bins; k++) {
        const double d = fmin(x[k], 2 * r), overlap = 1 + 3 * d / (4 * r) - d * d * d / (16 * r * r * r);
        check_close(mean[k], exp(-eta * overlap), 0, slow ? 0.03 : 0.012);
    }
    /* s_v = 3 eta exp(-eta) / r, seen by a step of one voxel, a chord of the curve */
    const double step = exp(-eta) - exp(-eta * (1 + 3 / (4 * r) - 1 / (16 * r * r * r)));
    check_close(4 * step, 3 * eta * exp(-eta) / r, 0.08, 0);
    check_close(slope, 4 * step, slow ? 0.1 : 0.03, 0);
    cupel_quantities_release(&q);
}

enum { WAVES = 400 };

/* f [n][n][n] of plane waves of outer - 1 .. outer periods, variance 1; rho [n] is its correlation along axis 0. */
static void gaussian_field(size_t n, int outer, uint64_t seed, float *f, double *rho)
{
    static int wave[WAVES][3];
    int n_waves = 0;
    for (int a = -outer; a <= outer; a++)
        for (int b = -outer; b <= outer; b++)
            for (int c = 0; c <= outer; c++) {
                int s = a * a + b * b + c * c;
                if (s < (outer - 1) * (outer - 1) || s > outer * outer || (c == 0 && (b < 0 || (b == 0 && a <= 0)))) continue;
                assert_true(n_waves < WAVES);
                wave[n_waves][0] = a, wave[n_waves][1] = b, wave[n_waves++][2] = c;
            }
    memset(f, 0, n * n * n * sizeof *f);
    for (size_t t = 0; t < n; t++) rho[t] = 0;
    for (int w = 0; w < n_waves; w++) {
        double phase = 2 * PI * cupel_rng_uniform(seed, 0, (uint64_t)w);
        float table[128];
        for (size_t t = 0; t < n; t++) {
            table[t] = (float)(sqrt(2.0 / n_waves) * cos(2 * PI * (double)t / (double)n + phase));
            rho[t] += cos(2 * PI * (double)t * wave[w][0] / (double)n) / n_waves;
        }
        for (size_t r = 0; r < n * n; r++) {
            size_t t = (size_t)(wave[w][0] * (int)(r / n) + wave[w][1] * (int)(r % n) + 64 * (int)n) % n;
            for (size_t k = 0; k < n; k++) {
                f[r * n + k] += table[t];
                t += (size_t)wave[w][2];
                if (t >= n) t -= n;
            }
        }
    }
}

/* A field of variance 1 cut at b: S2 = phi^2 + 1/2pi int_0^rho exp(-b^2 / (1 + t)) / sqrt(1 - t^2) dt, by t = sin u. */
static double cut_field(double b, double rho)
{
    double sum = 0, phi = 0.5 * erfc(b / sqrt(2)), top = asin(fmin(1, rho));
    enum { STEPS = 400 };
    for (int i = 0; i < STEPS; i++) sum += exp(-b * b / (1 + sin(top * (i + 0.5) / STEPS))) * top / STEPS;
    return phi * phi + sum / (2 * PI);
}

static void test_gaussian_cut(void **state)
{
    (void)state;
    const bool slow = getenv("CUPEL_SANITIZED") != NULL;
    const size_t n = slow ? 32 : 64;
    const int outer = slow ? 3 : 5, seeds = slow ? 2 : 6;
    double rho[64], mean[2][64] = {{0}};
    static const double cut[2] = {0, 0.7};
    float *f = malloc(n * n * n * sizeof *f);
    assert_non_null(f);
    cupel_voxels v = box(3, n, n, n, true);
    for (int s = 0; s < seeds; s++) {
        gaussian_field(n, outer, (uint64_t)s, f, rho);
        for (int c = 0; c < 2; c++) {
            for (size_t i = 0; i < n * n * n; i++) v.id[i] = (double)f[i] > cut[c];
            number(&v);
            cupel_quantities q = correlate(&v, "cross=0", &one_thread);
            assert_int_equal(q.n_curves, 8);
            for (int a = 0; a < 3; a++)
                for (size_t k = 0; k <= n / 2; k++) mean[c][k] += curve(&q, 1, -1, a)->y[k] / 3 / seeds;
            cupel_quantities_release(&q);
        }
    }
    for (int c = 0; c < 2; c++)
        for (size_t k = 0; k <= n / 2; k++) check_close(mean[c][k], cut_field(cut[c], rho[k]), 0, slow ? 0.02 : 0.008); /* spread of a few waves */
    cupel_voxels_release(&v);
    free(f);
}

/* ---- refusals ---- */

static void test_refusals(void **state)
{
    (void)state;
    cupel_err err;
    cupel_quantities q = {0};
    cupel_voxels v = box(3, 4, 5, 5, true);
    scatter(&v, 2, 1);
    const cupel_volume_descriptor *d = cupel_volume_descriptor_find(cupel_text_of("two_point"));
    const double half[3] = {8, 0, 0.5};
    check_fails(d->compute(&v, half, &one_thread, &q, &err), CUPEL_USAGE, &err, "a whole number");
    scatter(&v, 80, 1);
    const double usual[3] = {8, 0, NAN};
    check_ok(d->compute(&v, usual, &one_thread, &q, &err), &err);
    assert_int_equal(q.n_curves, 0);
    assert_int_equal(q.n, 1);
    assert_non_null(q.one[0].reason);
    cupel_quantities_release(&q);
    cupel_voxels_release(&v);
}

#ifdef CUPEL_FAULTS
/* Every allocation made to fail in turn: no leak (the address sanitizer looks), the right status. */
static void test_faults(void **state)
{
    (void)state;
    cupel_voxels v = box(3, 4, 4, 4, false);
    scatter(&v, 3, 1);
    for (size_t s = 0; cupel_volume_descriptors[s]; s++) {
        const cupel_volume_descriptor *d = cupel_volume_descriptors[s];
        double value[64];
        check_ok(cupel_method_settings(&d->method, strcmp(d->method.name, "two_point") == 0 ? "map=1,mask=1" : NULL, value, NULL), &(cupel_err){0});
        for (size_t at = 1;; at++) {
            cupel_err err;
            cupel_quantities q = {0};
            cupel_mem_fail_at(at, false);
            cupel_status st = d->compute(&v, value, &two_threads, &q, &err);
            bool all = cupel_mem_count() < at;
            cupel_mem_fail_at(0, false);
            if (st == CUPEL_OK) st = cupel_quantities_check(&q, &err);
            cupel_quantities_release(&q);
            if (all) {
                check_ok(st, &err);
                break;
            }
            if (st != CUPEL_OK) assert_int_equal(st, CUPEL_NO_RESOURCE); /* a thread that could not be made is no failure */
        }
    }
    cupel_voxels_release(&v);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_brute),
        cmocka_unit_test(test_mask),
        cmocka_unit_test(test_map),
        cmocka_unit_test(test_sums_and_symmetry),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_laminate),
        cmocka_unit_test(test_overlapping_spheres),
        cmocka_unit_test(test_gaussian_cut),
        cmocka_unit_test(test_refusals),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(test_faults),
#endif
    };
    return cmocka_run_group_tests_name("two_point", tests, NULL, NULL);
}
