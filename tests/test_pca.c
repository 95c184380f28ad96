/* Principal components from products: lines, planes, signs, and what must hold of any observations. */
#include "tests/check.h"

#include "core/base/rng.h"
#include "core/math/pca.h"

static void products(size_t n, size_t d, const double *x, double *gram)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            gram[i * n + j] = 0;
            for (size_t k = 0; k < d; k++) gram[i * n + j] += x[i * d + k] * x[j * d + k];
        }
}

/* Points on a line, far from the origin: one component, whose scores are the distances along it. */
static void test_line(void **state)
{
    (void)state;
    const double along[4] = {0, 1, 3, 8}, dir[3] = {2.0 / 3, -1.0 / 3, 2.0 / 3};
    double x[12], gram[16], score[8], share[2];
    cupel_err err;
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 3; k++) x[3 * i + k] = 100 + along[i] * dir[k];
    products(4, 3, x, gram);
    check_ok(cupel_pca_of_products(4, gram, 2, score, share, &err), &err);
    for (int i = 0; i < 4; i++) {
        check_close(score[2 * i], along[i] - 3, 0, 1e-9); /* products of 1e4 lose four digits */
        check_close(score[2 * i + 1], 0, 0, 1e-4);
    }
    check_close(share[0], 1, 1e-9, 0);
    check_close(share[1], 0, 0, 1e-9);
}

/* Random points: scores are centred, orthogonal and ordered, give back every distance, and do not depend on turning or moving the points. */
static void test_any(void **state)
{
    (void)state;
    enum { N = 9, D = 5, K = 8 };
    double x[N * D], gram[N * N], score[N * K], share[K], turned[N * K], sum = 0;
    cupel_err err;
    for (size_t i = 0; i < N * D; i++) x[i] = cupel_rng_normal(1, 0, i) * (double)(1 + i % D);
    products(N, D, x, gram);
    check_ok(cupel_pca_of_products(N, gram, K, score, share, &err), &err);
    for (size_t c = 0; c < K; c++) {
        double mean = 0, most = 0, largest = 0;
        for (size_t i = 0; i < N; i++) {
            mean += score[i * K + c];
            if (fabs(score[i * K + c]) > most) most = fabs(score[i * K + c]), largest = score[i * K + c];
        }
        check_close(mean, 0, 0, 1e-6);
        if (c < D) assert_true(largest > 0);
        for (size_t b = 0; b < c; b++) {
            double dot = 0;
            for (size_t i = 0; i < N; i++) dot += score[i * K + b] * score[i * K + c];
            check_close(dot, 0, 0, 1e-6);
        }
        if (c) assert_true(share[c] <= share[c - 1]);
        sum += share[c];
    }
    check_close(sum, 1, 1e-12, 0);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < i; j++) {
            double a = 0, b = 0;
            for (size_t k = 0; k < D; k++) a += (x[i * D + k] - x[j * D + k]) * (x[i * D + k] - x[j * D + k]);
            for (size_t c = 0; c < K; c++) b += (score[i * K + c] - score[j * K + c]) * (score[i * K + c] - score[j * K + c]);
            check_close(b, a, 1e-10, 0);
        }
    for (size_t i = 0; i < N; i++) {
        const double a = x[i * D], b = x[i * D + 1];
        x[i * D] = 0.6 * a - 0.8 * b + 3;
        x[i * D + 1] = 0.8 * a + 0.6 * b - 1;
    }
    products(N, D, x, gram);
    check_ok(cupel_pca_of_products(N, gram, K, turned, share, &err), &err);
    for (size_t i = 0; i < N; i++)
        for (size_t c = 0; c < D; c++) check_close(turned[i * K + c], score[i * K + c], 1e-8, 1e-8);
}

static void test_same(void **state)
{
    (void)state;
    double gram[4] = {2, 2, 2, 2}, score[2], share[1];
    cupel_err err;
    check_ok(cupel_pca_of_products(2, gram, 1, score, share, &err), &err);
    assert_true(share[0] == 0 && score[0] == 0 && score[1] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_line), cmocka_unit_test(test_any), cmocka_unit_test(test_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
