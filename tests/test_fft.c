/* core/math/fft.c: against the sum that defines it, and as properties. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/fft.h"

#include <complex.h>

static const size_t grids[][3] = {{1, 1, 1}, {1, 1, 6}, {1, 5, 1}, {4, 1, 1}, {1, 4, 6}, {1, 7, 5}, {6, 1, 4}, {2, 2, 2}, {3, 5, 7}, {4, 3, 10},
                                  {8, 8, 8}, {5, 4, 9}, {11, 13, 2}, {13, 2, 17}, {6, 10, 12}};
enum { GRIDS = sizeof grids / sizeof *grids };

static double sample(size_t i) { return cupel_rng_uniform(5, 1, i) - 0.5; }

/* x^(a, b, c) of the samples, by the sum. */
static double complex by_sum(const size_t n[3], const size_t at[3])
{
    const double tau = 8 * atan(1);
    double complex sum = 0;
    for (size_t i = 0; i < n[0]; i++)
        for (size_t j = 0; j < n[1]; j++)
            for (size_t k = 0; k < n[2]; k++) {
                const double turns = (double)(at[0] * i % n[0]) / (double)n[0] + (double)(at[1] * j % n[1]) / (double)n[1] +
                                     (double)(at[2] * k % n[2]) / (double)n[2];
                sum += sample((i * n[1] + j) * n[2] + k) * cexp(-I * tau * turns);
            }
    return sum;
}

/* EPS: rounding of the transform and of the plain sum. */
#define CHECK_GRID(REAL, P, EPS)                                                                                                             \
    static void P##_is_the_sum(const size_t n[3])                                                                                            \
    {                                                                                                                                        \
        struct P *f;                                                                                                                         \
        cupel_err err = {0};                                                                                                                 \
        check_ok(P##_new(n, &f, &err), &err);                                                                                                \
        const size_t pitch = P##_pitch(f), rows = n[0] * n[1], total = rows * n[2];                                                          \
        assert_true(pitch >= 2 * (n[2] / 2 + 1) && P##_size(f) == rows * pitch);                                                             \
        REAL *x = cupel_alloc_aligned(P##_size(f), sizeof *x);                                                                               \
        for (size_t i = 0; i < total; i++) x[i / n[2] * pitch + i % n[2]] = (REAL)sample(i);                                                 \
        check_ok(P##_forward(f, x, 1, &err), &err);                                                                                          \
        for (size_t at[3] = {0}; at[0] < n[0]; at[0]++)                                                                                      \
            for (at[1] = 0; at[1] < n[1]; at[1]++)                                                                                           \
                for (at[2] = 0; at[2] < n[2] / 2 + 1; at[2]++) {                                                                             \
                    const double complex want = by_sum(n, at);                                                                               \
                    const REAL *got = x + (at[0] * n[1] + at[1]) * pitch + 2 * at[2];                                                        \
                    check_close((double)got[0], creal(want), 0, (EPS) * sqrt((double)total));                                                \
                    check_close((double)got[1], cimag(want), 0, (EPS) * sqrt((double)total));                                                \
                }                                                                                                                            \
        check_ok(P##_backward(f, x, 1, &err), &err);                                                                                         \
        for (size_t i = 0; i < total; i++) check_close((double)x[i / n[2] * pitch + i % n[2]] / (double)total, sample(i), 0, (EPS));         \
        cupel_free(x);                                                                                                                       \
        P##_free(f);                                                                                                                         \
    }                                                                                                                                        \
    static void P##_same_bytes(const size_t n[3])                                                                                            \
    {                                                                                                                                        \
        struct P *f;                                                                                                                         \
        check_ok(P##_new(n, &f, NULL), &(cupel_err){0});                                                                                     \
        const size_t size = P##_size(f);                                                                                                     \
        REAL *x[2];                                                                                                                          \
        for (size_t t = 0; t < 2; t++) {                                                                                                     \
            x[t] = cupel_alloc_aligned(size, sizeof **x);                                                                                    \
            for (size_t i = 0; i < size; i++) x[t][i] = (REAL)sample(i);                                                                     \
            check_ok(P##_forward(f, x[t], t ? 3 : 1, NULL), &(cupel_err){0});                                                                \
            check_ok(P##_backward(f, x[t], t ? 2 : 1, NULL), &(cupel_err){0});                                                               \
        }                                                                                                                                    \
        for (size_t r = 0; r < n[0] * n[1]; r++)                                                                                             \
            assert_memory_equal(x[0] + r * P##_pitch(f), x[1] + r * P##_pitch(f), n[2] * sizeof **x);                                        \
        cupel_free(x[0]);                                                                                                                    \
        cupel_free(x[1]);                                                                                                                    \
        P##_free(f);                                                                                                                         \
    }

CHECK_GRID(float, cupel_fft, 4e-7)
CHECK_GRID(double, cupel_fftd, 1e-14)

static void both_precisions_are_the_sum(void **state)
{
    (void)state;
    for (size_t g = 0; g < GRIDS; g++) {
        cupel_fft_is_the_sum(grids[g]);
        cupel_fftd_is_the_sum(grids[g]);
    }
}

static void the_number_of_threads_does_not_matter(void **state)
{
    (void)state;
    for (size_t g = 0; g < GRIDS; g++) {
        cupel_fft_same_bytes(grids[g]);
        cupel_fftd_same_bytes(grids[g]);
    }
    cupel_fft_same_bytes((const size_t[3]){40, 36, 300}); /* several blocks of columns */
}

/* A derivative along each axis, by the pieces: multiplies by the wave number and i; sin(2 pi x) becomes 2 pi cos(2 pi x). */
typedef struct derivative {
    size_t axis, n[3];
} derivative;

static void derive(void *user, const cupel_fft_columns_view *v)
{
    const derivative *d = user;
    for (size_t i = 0; i < d->n[0]; i++)
        for (size_t k = 0; k < v->n; k++) {
            const size_t at[3] = {i, v->j, v->k0 + k}, n = d->n[d->axis];
            const double w = 8 * atan(1) * (2 * at[d->axis] > n ? (double)at[d->axis] - (double)n : (double)at[d->axis]);
            float *s = v->s[1] + 2 * (i * v->stride + k), re = s[0];
            s[0] = (float)(-w * (double)s[1]);
            s[1] = (float)(w * (double)re);
        }
}

static void pieces_with_a_product_between_them(void **state)
{
    (void)state;
    const size_t n[3] = {9, 7, 150};
    cupel_fft *f;
    check_ok(cupel_fft_new(n, &f, NULL), &(cupel_err){0});
    const size_t pitch = cupel_fft_pitch(f), plane = n[1] * pitch, total = n[0] * n[1] * n[2];
    float *x[2], *scratch = cupel_alloc_aligned(cupel_fft_scratch(f, 2), sizeof *scratch);
    for (size_t c = 0; c < 2; c++) x[c] = cupel_alloc_aligned(cupel_fft_size(f), sizeof **x);
    for (derivative d = {0, {n[0], n[1], n[2]}}; d.axis < 3; d.axis++) {
        for (size_t i = 0; i < total; i++) {
            const size_t at[3] = {i / n[2] / n[1], i / n[2] % n[1], i % n[2]};
            x[0][i / n[2] * pitch + i % n[2]] = (float)sample(i);
            x[1][i / n[2] * pitch + i % n[2]] = (float)sin(8 * atan(1) * (double)at[d.axis] / (double)n[d.axis]);
        }
        for (size_t i = 0; i < n[0]; i++)
            for (size_t c = 0; c < 2; c++) cupel_fft_plane_forward(f, x[c] + i * plane, x[c] + i * plane, scratch);
        for (size_t b = 0; b < cupel_fft_blocks(f); b++) cupel_fft_columns(f, b, x, 2, derive, &d, scratch);
        for (size_t i = 0; i < n[0]; i++)
            for (size_t c = 0; c < 2; c++) cupel_fft_plane_backward(f, x[c] + i * plane, x[c] + i * plane, scratch);
        for (size_t i = 0; i < total; i++) {
            const size_t at[3] = {i / n[2] / n[1], i / n[2] % n[1], i % n[2]};
            const double want = 8 * atan(1) * cos(8 * atan(1) * (double)at[d.axis] / (double)n[d.axis]);
            check_close((double)x[0][i / n[2] * pitch + i % n[2]] / (double)total, sample(i), 0, 1e-6);
            check_close((double)x[1][i / n[2] * pitch + i % n[2]] / (double)total, want, 0, 2e-4); /* rounding, times wave numbers up to 470 */
        }
    }
    cupel_free(x[0]);
    cupel_free(x[1]);
    cupel_free(scratch);
    cupel_fft_free(f);
}

static void an_empty_grid_is_refused(void **state)
{
    (void)state;
    cupel_fft *f;
    cupel_fftd *d;
    cupel_err err = {0};
    check_fails(cupel_fft_new((const size_t[3]){4, 0, 4}, &f, &err), CUPEL_BAD_INPUT, &err, "4 x 0 x 4");
    check_fails(cupel_fftd_new((const size_t[3]){4, 4, 0}, &d, &err), CUPEL_BAD_INPUT, &err, "4 x 4 x 0");
    assert_null(f);
    assert_null(d);
    cupel_fft_free(NULL);
    cupel_fftd_free(NULL);
}

#ifdef CUPEL_FAULTS
static void no_memory_is_said_and_nothing_leaks(void **state)
{
    (void)state;
    const size_t n[3] = {4, 4, 4};
    for (size_t at = 1;; at++) {
        cupel_fft *f;
        cupel_err err = {0};
        cupel_mem_fail_at(at, false);
        cupel_status st = cupel_fft_new(n, &f, &err);
        float *x = st ? NULL : cupel_alloc_aligned(cupel_fft_size(f), sizeof *x);
        if (x) st = cupel_fft_forward(f, x, 2, &err);
        const bool all = cupel_mem_count() < at;
        cupel_mem_fail_at(0, false);
        cupel_free(x);
        cupel_fft_free(f);
        if (all) break;
        assert_true(st == CUPEL_OK || st == CUPEL_NO_RESOURCE); /* fewer threads are no failure */
    }
}
#endif

static void lengths_have_small_factors_only(void **state)
{
    (void)state;
    static const struct {
        size_t n, multiple, length;
    } is[] = {{1, 1, 1},  {7, 1, 8},   {11, 1, 12}, {13, 1, 15},   {13, 2, 16},   {14, 1, 15},
              {15, 2, 16}, {17, 1, 18}, {61, 1, 64}, {121, 1, 125}, {121, 2, 128}, {1025, 1, 1080}};
    for (size_t i = 0; i < sizeof is / sizeof *is; i++) assert_int_equal(cupel_fft_length(is[i].n, is[i].multiple), is[i].length);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_have_small_factors_only),
        cmocka_unit_test(both_precisions_are_the_sum),
        cmocka_unit_test(the_number_of_threads_does_not_matter),
        cmocka_unit_test(pieces_with_a_product_between_them),
        cmocka_unit_test(an_empty_grid_is_refused),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(no_memory_is_said_and_nothing_leaks),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
