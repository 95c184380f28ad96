#include "tests/check.h"

#include "core/base/rng.h"
#include "core/sys/cpu.h"
#include "models/learn/kernels/scale.h"

#include <math.h>
#include <string.h>

enum { N = 37, D = 53, LD = 60 };

static double x[N * LD];

/* Columns of very different sizes; 7 is constant, 20 repeats 3: both are dropped, so that what is kept has gaps. */
static void fill(void)
{
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < D; j++) x[i * LD + j] = exp((double)j / 3 - 8) * (cupel_rng_uniform(1, j, i) - 0.3);
        x[i * LD + 7] = 4;
        x[i * LD + 20] = x[i * LD + 3];
    }
}

static void learn(cupel_scale *s)
{
    static double dense[N * D];
    cupel_err err = {0};
    fill();
    for (size_t i = 0; i < N; i++) memcpy(dense + i * D, x + i * LD, D * sizeof *dense);
    check_ok(cupel_scale_learn(dense, N, D, s, &err), &err);
    assert_int_equal(s->k, D - 2);
}

static void every_form_gives_the_same_bits(void **state)
{
    (void)state;
    cupel_scale s;
    static double z[N * LD];
    learn(&s);
    x[5 * LD + 2] = 1e9; /* far outside the training rows: cut */
    x[6 * LD + 2] = -1e9;
    for (int isa = CUPEL_ISA_PLAIN; isa <= (int)cupel_isa_best(); isa++) {
        memset(z, 0, sizeof z);
        cupel_scale_apply(&s, (cupel_isa)isa, x, LD, N, z, LD);
        for (size_t i = 0; i < N; i++) {
            for (size_t c = 0; c < s.k; c++) {
                double v = (x[i * LD + (size_t)s.column[c]] - s.mean[c]) * s.factor[c];
                assert_true(z[i * LD + c] == (v > 6 ? 6 : v < -6 ? -6 : v));
            }
            for (size_t c = s.k; c < LD; c++) assert_true(z[i * LD + c] == 0);
        }
        assert_true(z[5 * LD + 2] == 6 && z[6 * LD + 2] == -6);
    }
    cupel_scale_release(&s);
}

/* A row's sum is that of the row by itself, wherever it stands in a block. */
static void a_sum_is_that_of_its_row(void **state)
{
    (void)state;
    double w[D], sum[N];
    fill();
    for (size_t j = 0; j < D; j++) w[j] = cupel_rng_uniform(2, 0, j) - 0.5;
    for (int isa = CUPEL_ISA_PLAIN; isa <= (int)cupel_isa_best(); isa++)
        for (size_t n = 0; n <= N; n++) {
            for (size_t i = 0; i < N; i++) sum[i] = -7;
            cupel_scale_kernel_of((cupel_isa)isa)->sums(w, D, 0.25, x, LD, n, sum);
            for (size_t i = 0; i < N; i++) {
                double v = 0.25;
                for (size_t j = 0; j < D; j++) v += w[j] * x[i * LD + j];
                assert_true(sum[i] == (i < n ? v : -7));
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_form_gives_the_same_bits), cmocka_unit_test(a_sum_is_that_of_its_row)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
