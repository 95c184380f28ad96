#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/exp2.h"
#include "models/learn/machine.h"

static const size_t sizes_m[] = {1, 23, 24, 25, 48, 49, 150}, sizes_d[] = {1, 5, 132, 300}, sizes_n[] = {1, 8, 9, 130};
#define COUNT(a) (sizeof(a) / sizeof *(a))

typedef struct problem {
    cupel_machine_spec spec;
    double *points, *weights, *x;
    double bias[3];
    size_t n;
} problem;

/* Rows and points of a few columns' widths around 2, so that the centre matters; some rows are points, some are far away. */
static void problem_init(problem *p, cupel_kernel kernel, size_t m, size_t d, size_t n, uint64_t seed)
{
    p->points = cupel_alloc(m * d, sizeof(double));
    p->weights = cupel_alloc(m * 3, sizeof(double));
    p->x = cupel_alloc(n * d, sizeof(double));
    p->n = n;
    for (size_t i = 0; i < m * d; i++) p->points[i] = 2 + cupel_rng_normal(seed, 1, i);
    for (size_t i = 0; i < n * d; i++) p->x[i] = 2 + cupel_rng_normal(seed, 2, i) * (i / d % 5 == 4 ? 30 : 1);
    for (size_t i = 0; i < n; i += 3) memcpy(p->x + i * d, p->points + i % m * d, d * sizeof(double));
    for (size_t i = 0; i < m; i++) {
        p->weights[3 * i] = 10 * cupel_rng_normal(seed, 3, i);
        p->weights[3 * i + 1] = 1;
        p->weights[3 * i + 2] = cupel_rng_uniform(seed, 4, i);
    }
    memcpy(p->bias, (double[]){1.5, 0, -2}, sizeof p->bias);
    p->spec = (cupel_machine_spec){kernel, 0.7 / (double)d, m, d, 3, p->points, p->weights, p->bias};
}

static void problem_release(problem *p)
{
    cupel_free(p->points);
    cupel_free(p->weights);
    cupel_free(p->x);
}

static cupel_machine *machine_of(const problem *p)
{
    cupel_err err;
    cupel_machine *k;
    check_ok(cupel_machine_new(&p->spec, &k, &err), &err);
    return k;
}

static cupel_machine_way way_of(const cupel_machine *k, cupel_precision precision, int isa)
{
    cupel_machine_way way = {precision, (cupel_isa)isa, cupel_alloc_aligned(cupel_machine_scratch_bytes(k), 1)};
    assert_non_null(way.scratch);
    return way;
}

static long double naive_kernel(const cupel_machine_spec *s, const double *x, const double *point, long double *r2)
{
    *r2 = 0;
    for (size_t k = 0; k < s->d; k++) *r2 += ((long double)x[k] - point[k]) * ((long double)x[k] - point[k]);
    if (s->kernel == CUPEL_KERNEL_RBF) return expl(-s->gamma * *r2);
    const long double t = sqrtl(10 * s->gamma * *r2);
    return (1 + t + t * t / 3) * expl(-t);
}

/* One row against the sum in long double. The products lose about eps times the squared norms (here after centring about 2 d, far rows 900 d), and
 * gamma d = 0.7; a far row's kernel values vanish, so the plain 2 d counts. */
static void check_row(const problem *p, const double *x, const double *sums, double nearest, double eps)
{
    const cupel_machine_spec *s = &p->spec;
    long double want[3], scale[3] = {0, 0, 0}, r2, closest = INFINITY;
    long double norm = 0;
    for (size_t k = 0; k < s->d; k++) norm += (x[k] - 2) * (x[k] - 2);
    for (size_t c = 0; c < 3; c++) want[c] = p->bias[c];
    for (size_t j = 0; j < s->m; j++) {
        const long double k = naive_kernel(s, x, s->points + j * s->d, &r2);
        closest = fminl(closest, r2);
        for (size_t c = 0; c < 3; c++) {
            want[c] += s->weights[3 * j + c] * k;
            scale[c] += fabsl(s->weights[3 * j + c] * k);
        }
    }
    for (size_t c = 0; c < 3; c++) check_close(sums[c], (double)want[c], eps, (double)(100 * eps * scale[c] + 1e-30L));
    check_close(nearest, (double)closest, 0, (double)(20 * eps * (norm + 2 * (long double)s->d)));
}

static void check_against_naive(const problem *p)
{
    cupel_machine *k = machine_of(p);
    double *sums = cupel_alloc(p->n * 3, sizeof *sums), *nearest = cupel_alloc(p->n, sizeof *nearest);
    for (int isa = 0; isa <= (int)cupel_isa_best(); isa++)
        for (int precision = 0; precision < 2; precision++) {
            cupel_machine_way way = way_of(k, (cupel_precision)precision, isa);
            cupel_machine_run(k, p->x, p->spec.d, p->n, &way, sums, nearest);
            for (size_t i = 0; i < p->n; i++) {
                check_row(p, p->x + i * p->spec.d, sums + 3 * i, nearest[i], precision == CUPEL_FLOAT64 ? 2.3e-16 : 1.2e-7);
                if (i % 3 == 0) assert_true(nearest[i] == 0);
            }
            cupel_free(way.scratch);
        }
    cupel_free(sums);
    cupel_free(nearest);
    cupel_machine_free(k);
}

static void sums_and_distances_are_those_of_the_definition(void **state)
{
    (void)state;
    for (int kernel = 0; kernel < 2; kernel++)
        for (size_t a = 0; a < COUNT(sizes_m); a++)
            for (size_t b = 0; b < COUNT(sizes_d); b++)
                for (size_t c = 0; c < COUNT(sizes_n); c++) {
                    problem p;
                    problem_init(&p, (cupel_kernel)kernel, sizes_m[a], sizes_d[b], sizes_n[c], a + 10 * b + 100 * c);
                    check_against_naive(&p);
                    problem_release(&p);
                }
}

/* Near pairs far from the centre are where x s - |x|^2/2 - |s|^2/2 cancels. Taken off after every 32 of 132 columns the half norms cost float32 a
 * third of what they cost when taken off at the end (root mean square 1.5e-5 and 5.3e-5 of norms around 132). */
static void float32_keeps_small_distances(void **state)
{
    (void)state;
    enum { M = 200, D = 132 };
    problem p;
    problem_init(&p, CUPEL_KERNEL_RBF, M, D, M, 11);
    for (size_t i = 0; i < M * D; i++) p.x[i] = p.points[i] + 0.02 * cupel_rng_normal(11, 9, i);
    cupel_machine *k = machine_of(&p);
    double nearest[M];
    for (int isa = 0; isa <= (int)cupel_isa_best(); isa++) {
        cupel_machine_way way = way_of(k, CUPEL_FLOAT32, isa);
        cupel_machine_run(k, p.x, D, M, &way, NULL, nearest);
        double square = 0;
        for (size_t i = 0; i < M; i++) {
            long double r2;
            naive_kernel(&p.spec, p.x + i * D, p.points + i * D, &r2);
            square += (nearest[i] - (double)r2) * (nearest[i] - (double)r2) / M;
        }
        assert_true(sqrt(square) < 2.5e-5);
        cupel_free(way.scratch);
    }
    cupel_machine_free(k);
    problem_release(&p);
}

/* All rows at once, one by one, and from the middle: the same bits. */
static void a_row_does_not_depend_on_its_neighbours(void **state)
{
    (void)state;
    for (int kernel = 0; kernel < 2; kernel++) {
        problem p;
        problem_init(&p, (cupel_kernel)kernel, 200, 37, 300, 5);
        cupel_machine *k = machine_of(&p);
        double all[900], near[300], one[3], near_one, some[60], near_some[20];
        for (int isa = 0; isa <= (int)cupel_isa_best(); isa++)
            for (int precision = 0; precision < 2; precision++) {
                cupel_machine_way way = way_of(k, (cupel_precision)precision, isa);
                cupel_machine_run(k, p.x, 37, 300, &way, all, near);
                for (size_t i = 0; i < 300; i++) {
                    cupel_machine_run(k, p.x + i * 37, 37, 1, &way, one, &near_one);
                    assert_memory_equal(one, all + 3 * i, sizeof one);
                    assert_memory_equal(&near_one, near + i, sizeof near_one);
                }
                cupel_machine_run(k, p.x + 123 * 37, 37, 20, &way, some, NULL);
                assert_memory_equal(some, all + 3 * 123, sizeof some);
                cupel_machine_run(k, p.x + 123 * 37, 37, 20, &way, NULL, near_some);
                assert_memory_equal(near_some, near + 123, sizeof near_some);
                cupel_free(way.scratch);
            }
        cupel_machine_free(k);
        problem_release(&p);
    }
}

static void avx2_and_avx512_give_the_same_bits(void **state)
{
    (void)state;
    if (cupel_isa_best() != CUPEL_ISA_AVX512) {
        printf("skip equal bits of avx2 and avx512: this processor has no AVX-512\n");
        skip();
    }
    for (int kernel = 0; kernel < 2; kernel++) {
        problem p;
        problem_init(&p, (cupel_kernel)kernel, 301, 41, 200, 6);
        cupel_machine *k = machine_of(&p);
        double a[600], b[600], near_a[200], near_b[200], *ka = cupel_alloc(200 * 301, sizeof *ka), *kb = cupel_alloc(200 * 301, sizeof *kb);
        for (int precision = 0; precision < 2; precision++) {
            cupel_machine_way way = way_of(k, (cupel_precision)precision, CUPEL_ISA_AVX2);
            cupel_machine_run(k, p.x, 41, 200, &way, a, near_a);
            cupel_machine_values(k, p.x, 41, 200, &way, ka, 301);
            way.isa = CUPEL_ISA_AVX512;
            cupel_machine_run(k, p.x, 41, 200, &way, b, near_b);
            cupel_machine_values(k, p.x, 41, 200, &way, kb, 301);
            assert_memory_equal(a, b, sizeof a);
            assert_memory_equal(near_a, near_b, sizeof near_a);
            assert_memory_equal(ka, kb, 200 * 301 * sizeof *ka);
            cupel_free(way.scratch);
        }
        cupel_free(ka);
        cupel_free(kb);
        cupel_machine_free(k);
        problem_release(&p);
    }
}

/* FNV-1a over the bytes of numbers. */
static uint64_t hash_of(uint64_t h, const double *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, v + i, sizeof bits);
        for (int b = 0; b < 64; b += 8) h = (h ^ (bits >> b & 255)) * 1099511628211u;
    }
    return h;
}

/* Inputs without libm, outputs as these constants say: on any machine, from any compiler. They change only when an order of sums or a constant
 * does, and then every prediction of every user changes in its last digits. */
static void bits_are_the_same_on_every_machine(void **state)
{
    (void)state;
    static const uint64_t want[2][2][2] = {{{0x9bdc4eac972c9e8d, 0x79ddc00c2914a128}, {0xa4226f9315662467, 0xad8b43df61ca9f2c}},
                                           {{0x9a82e71bb3607f24, 0x9c2af60d3baa2687}, {0xc0891f0444ad2fa0, 0x1a239e55c7425d29}}};
    /* [plain, fused][kernel][precision] */
    enum { M = 100, D = 33, N = 50 };
    double points[M * D], weights[M], x[N * D], sums[N], nearest[N];
    for (size_t i = 0; i < M * D; i++) points[i] = cupel_rng_uniform(1, 1, i);
    for (size_t i = 0; i < M; i++) weights[i] = cupel_rng_uniform(1, 2, i) - 0.5;
    for (size_t i = 0; i < N * D; i++) x[i] = cupel_rng_uniform(1, 3, i);
    for (int kernel = 0; kernel < 2; kernel++) {
        const problem p = {.spec = {(cupel_kernel)kernel, 0.1, M, D, 1, points, weights, NULL}};
        cupel_machine *k = machine_of(&p);
        for (int isa = 0; isa <= (int)cupel_isa_best(); isa++)
            for (int precision = 0; precision < 2; precision++) {
                cupel_machine_way way = way_of(k, (cupel_precision)precision, isa);
                cupel_machine_run(k, x, D, N, &way, sums, nearest);
                const uint64_t h = hash_of(hash_of(14695981039346656037u, sums, N), nearest, N);
                if (h != want[isa > 0][kernel][precision])
                    print_error("%s, kernel %d, precision %d: 0x%016llx\n", cupel_isa_name((cupel_isa)isa), kernel, precision, (unsigned long long)h);
                assert_true(h == want[isa > 0][kernel][precision]);
                cupel_free(way.scratch);
            }
        cupel_machine_free(k);
    }
}

/* Distance between two numbers in units of the last place of b. */
static double ulps(double a, long double b, double eps)
{
    int exponent;
    frexpl(b, &exponent);
    return (double)(fabsl(a - b) / ldexpl(eps, exponent - 1));
}

/* One point at 0 in one column and a gamma for which coordinates are not scaled: the kernel value is 2^(-x^2/2) and nothing else. */
static void the_exponential_is_good_to_two_units_in_the_last_place(void **state)
{
    (void)state;
    double gamma = 1 / (2 * CUPEL_LOG2_E);
    while (sqrt(2 * CUPEL_LOG2_E * gamma) < 1) gamma = nextafter(gamma, 1);
    assert_true(sqrt(2 * CUPEL_LOG2_E * gamma) == 1);
    const double point = 0, weight = 1;
    const cupel_machine_spec spec = {CUPEL_KERNEL_RBF, gamma, 1, 1, 1, &point, &weight, NULL};
    const problem p = {.spec = spec};
    cupel_machine *k = machine_of(&p);
    enum { N = 20000 };
    double *x = cupel_alloc(N, sizeof *x), *y = cupel_alloc(N, sizeof *y), worst[2] = {0, 0};
    for (int precision = 0; precision < 2; precision++) {
        const bool wide = precision == CUPEL_FLOAT64;
        const double lowest = wide ? -1022 : -126, eps = wide ? 0x1p-52 : 0x1p-23;
        for (size_t i = 0; i < N; i++) { /* exponents evenly over the range and past it, and dense near 0 */
            x[i] = sqrt(-2 * 1.2 * lowest * (double)i / N);
            if (i % 4 == 0) x[i] = cupel_rng_uniform(7, 8, i) * 2;
            if (!wide) x[i] = (float)x[i];
        }
        for (int isa = 0; isa <= (int)cupel_isa_best(); isa++) {
            cupel_machine_way way = way_of(k, (cupel_precision)precision, isa);
            cupel_machine_run(k, x, 1, N, &way, y, NULL);
            for (size_t i = 0; i < N; i++) {
                const double z = wide ? x[i] * x[i] / -2 : (float)x[i] * (float)x[i] / -2;
                if (z < lowest)
                    assert_true(y[i] == 0);
                else
                    worst[precision] = fmax(worst[precision], ulps(y[i], exp2l(z), eps));
                assert_true(y[i] >= 0 && y[i] <= 1 + eps);
            }
            assert_true(worst[precision] < 2);
            cupel_free(way.scratch);
        }
    }
    cupel_free(x);
    cupel_free(y);
    cupel_machine_free(k);
}

static void values_of_any_size_give_finite_results(void **state)
{
    (void)state;
    static const double odd[] = {0, 1e-320, -1e-300, 1e20, -1e50, 1e160, -1.7e308, 1.7e308};
    enum { D = 3, M = 60 };
    double points[M * D], weights[M], x[64 * D], sums[64], nearest[64];
    for (size_t i = 0; i < M * D; i++) points[i] = odd[cupel_rng_below(1, 1, i, COUNT(odd))];
    for (size_t i = 0; i < M; i++) weights[i] = cupel_rng_normal(1, 2, i);
    for (size_t i = 0; i < 64 * D; i++) x[i] = odd[cupel_rng_below(1, 3, i, COUNT(odd))];
    for (int kernel = 0; kernel < 2; kernel++)
        for (double gamma = 1e-29; gamma < 1e30; gamma *= 1e5) {
            const problem p = {.spec = {(cupel_kernel)kernel, gamma, M, D, 1, points, weights, NULL}};
            cupel_machine *k = machine_of(&p);
            for (int isa = 0; isa <= (int)cupel_isa_best(); isa++)
                for (int precision = 0; precision < 2; precision++) {
                    cupel_machine_way way = way_of(k, (cupel_precision)precision, isa);
                    cupel_machine_run(k, x, D, 64, &way, sums, nearest);
                    for (size_t i = 0; i < 64; i++) assert_true(isfinite(sums[i]) && fabs(sums[i]) < 1e3 && isfinite(nearest[i]) && nearest[i] >= 0);
                    cupel_free(way.scratch);
                }
            cupel_machine_free(k);
        }
}

static void kernel_values_are_those_that_are_summed(void **state)
{
    (void)state;
    for (int kernel = 0; kernel < 2; kernel++) {
        problem p;
        problem_init(&p, (cupel_kernel)kernel, 77, 20, 50, 9);
        cupel_machine *k = machine_of(&p);
        double values[50 * 80], sums[150];
        for (int isa = 0; isa <= (int)cupel_isa_best(); isa++) {
            cupel_machine_way way = way_of(k, CUPEL_FLOAT64, isa);
            for (size_t i = 0; i < 50 * 80; i++) values[i] = -1;
            cupel_machine_values(k, p.x, 20, 50, &way, values, 80);
            cupel_machine_run(k, p.x, 20, 50, &way, sums, NULL);
            for (size_t i = 0; i < 50; i++) {
                double s = p.bias[0];
                for (size_t j = 0; j < 77; j++) s += p.weights[3 * j] * values[i * 80 + j];
                check_close(sums[3 * i], s, 0, 1e-12);
                for (size_t j = 77; j < 80; j++) assert_true(values[i * 80 + j] == -1);
                if (i % 3 == 0) assert_true(values[i * 80 + i % 77] == 1);
            }
            cupel_free(way.scratch);
        }
        cupel_machine_free(k);
        problem_release(&p);
    }
}

static void check_triangle(size_t m, size_t n)
{
    cupel_err err;
    cupel_triangle *t;
    double *w = cupel_alloc(m * m, sizeof *w), *k = cupel_alloc(n * (m + 2), sizeof *k), *got[CUPEL_ISA_COUNT], one;
    for (size_t i = 0; i < m * m; i++) w[i] = i % m <= i / m ? cupel_rng_normal(3, 1, i) : NAN;
    for (size_t i = 0; i < n * (m + 2); i++) k[i] = cupel_rng_uniform(3, 2, i);
    check_ok(cupel_triangle_new(w, m, m, &t, &err), &err);
    cupel_machine_way way = {CUPEL_FLOAT64, CUPEL_ISA_PLAIN, cupel_alloc_aligned(cupel_triangle_scratch_bytes(t), 1)};
    for (int isa = 0; isa <= (int)cupel_isa_best(); isa++) {
        way.isa = (cupel_isa)isa;
        got[isa] = cupel_alloc(n, sizeof(double));
        cupel_triangle_squares(t, k, m + 2, n, &way, got[isa]);
        for (size_t i = 0; i < n; i++) {
            long double want = 0;
            for (size_t a = 0; a < m; a++) {
                long double y = 0;
                for (size_t b = 0; b <= a; b++) y += (long double)w[a * m + b] * k[i * (m + 2) + b];
                want += y * y;
            }
            check_close(got[isa][i], (double)want, 1e-13 * (double)m, 0);
            cupel_triangle_squares(t, k + i * (m + 2), m + 2, 1, &way, &one);
            assert_true(one == got[isa][i]);
        }
        if (isa == CUPEL_ISA_AVX512) assert_memory_equal(got[CUPEL_ISA_AVX2], got[CUPEL_ISA_AVX512], n * sizeof(double));
    }
    for (int isa = 0; isa <= (int)cupel_isa_best(); isa++) cupel_free(got[isa]);
    cupel_free(way.scratch);
    cupel_free(w);
    cupel_free(k);
    cupel_triangle_free(t);
}

static void triangles_give_squared_norms_of_products(void **state)
{
    (void)state;
    static const size_t m[] = {1, 23, 24, 25, 255, 256, 300};
    for (size_t i = 0; i < COUNT(m); i++) check_triangle(m[i], i % 2 ? 140 : 5);
}

static void bad_machines_are_refused(void **state)
{
    (void)state;
    problem p;
    problem_init(&p, CUPEL_KERNEL_RBF, 10, 4, 1, 2);
    cupel_err err;
    cupel_machine *k = (cupel_machine *)&p;
#define REFUSED(change, words)                                                     \
    do {                                                                           \
        cupel_machine_spec s = p.spec;                                             \
        change;                                                                    \
        check_fails(cupel_machine_new(&s, &k, &err), CUPEL_BAD_INPUT, &err, words); \
        assert_null(k);                                                            \
    } while (0)
    REFUSED(s.gamma = 0, "gamma is 0");
    REFUSED(s.gamma = NAN, "gamma is");
    REFUSED(s.gamma = INFINITY, "gamma is");
    REFUSED(s.m = 0, "0 points");
    REFUSED(s.d = 0, "0 columns");
    REFUSED(s.n_sums = CUPEL_MACHINE_MAX_SUMS + 1, "65 sums");
    REFUSED(s.kernel = (cupel_kernel)9, "kernel number 9");
    p.points[5] = NAN;
    REFUSED((void)s, "coordinate 5 is");
    p.points[5] = 0;
    p.weights[7] = INFINITY;
    REFUSED((void)s, "weight 7 is inf");
    p.weights[7] = 0;
    p.bias[2] = NAN;
    REFUSED((void)s, "bias 2 is");
    p.bias[2] = 0;
    cupel_machine_spec s = p.spec;
    s.m = SIZE_MAX / 16;
    check_fails(cupel_machine_new(&s, &k, &err), CUPEL_NO_RESOURCE, &err, "kernel machine");
    cupel_triangle *t;
    double w[4] = {1, 0, NAN, 1};
    check_fails(cupel_triangle_new(w, 2, 2, &t, &err), CUPEL_BAD_INPUT, &err, "row 1 column 0");
    check_fails(cupel_triangle_new(w, 1, 2, &t, &err), CUPEL_BAD_INPUT, &err, "2 rows, rows 1 apart");
    check_fails(cupel_triangle_new(w, 0, 0, &t, &err), CUPEL_BAD_INPUT, &err, "0 rows");
    assert_null(t);
    problem_release(&p);
    cupel_machine_free(NULL);
    cupel_triangle_free(NULL);
}

#ifdef CUPEL_FAULTS
static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    problem p;
    problem_init(&p, CUPEL_KERNEL_RBF, 30, 4, 1, 2);
    cupel_err err;
    cupel_machine *k;
    cupel_triangle *t;
    const double w = 1;
    cupel_status st = CUPEL_NO_RESOURCE;
    size_t n = 0;
    for (; st != CUPEL_OK; n++) {
        cupel_mem_fail_at(n + 1, false);
        st = cupel_machine_new(&p.spec, &k, &err);
        if (st != CUPEL_OK) check_fails(st, CUPEL_NO_RESOURCE, &err, "kernel machine");
    }
    cupel_machine_free(k);
    assert_true(n > 5);
    for (n = 1; n <= 3; n++) {
        cupel_mem_fail_at(n, false);
        check_fails(cupel_triangle_new(&w, 1, 1, &t, &err), CUPEL_NO_RESOURCE, &err, "triangular matrix");
    }
    cupel_mem_fail_at(0, false);
    problem_release(&p);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_and_distances_are_those_of_the_definition),
        cmocka_unit_test(float32_keeps_small_distances),
        cmocka_unit_test(a_row_does_not_depend_on_its_neighbours),
        cmocka_unit_test(avx2_and_avx512_give_the_same_bits),
        cmocka_unit_test(bits_are_the_same_on_every_machine),
        cmocka_unit_test(the_exponential_is_good_to_two_units_in_the_last_place),
        cmocka_unit_test(values_of_any_size_give_finite_results),
        cmocka_unit_test(kernel_values_are_those_that_are_summed),
        cmocka_unit_test(triangles_give_squared_norms_of_products),
        cmocka_unit_test(bad_machines_are_refused),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(every_failed_allocation_is_reported),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
