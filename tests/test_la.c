#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/la.h"
#include "core/sys/cpu.h"

/* Random numbers in a matrix whose rows are further apart than they are long. */
static cupel_matrix matrix_of(size_t rows, size_t cols, uint64_t seed)
{
    cupel_matrix m = {cupel_alloc(rows * (cols + 3), sizeof(double)), rows, cols, cols + 3};
    for (size_t i = 0; i < rows * (cols + 3); i++) m.v[i] = cupel_rng_normal(seed, 1, i);
    return m;
}

static double at(cupel_matrix m, size_t i, size_t j) { return m.v[i * m.ld + j]; }

static double product_at(cupel_matrix a, cupel_matrix b, cupel_product form, size_t i, size_t j)
{
    double s = 0;
    const size_t k = form == CUPEL_ATB ? a.rows : a.cols;
    for (size_t l = 0; l < k; l++) s += (form == CUPEL_ATB ? at(a, l, i) : at(a, i, l)) * (form == CUPEL_ABT ? at(b, j, l) : at(b, l, j));
    return s;
}

static void products_are_sums_over_the_shared_index(void **state)
{
    (void)state;
    cupel_err err;
    for (int form = 0; form < 3; form++) {
        cupel_matrix a = form == CUPEL_ATB ? matrix_of(11, 7, 1) : matrix_of(7, 11, 1),
                     b = form == CUPEL_ABT ? matrix_of(5, 11, 2) : matrix_of(11, 5, 2);
        cupel_matrix c = matrix_of(7, 5, 3), old = matrix_of(7, 5, 3);
        check_ok(cupel_la_multiply((cupel_product)form, cupel_read(a), cupel_read(b), c, &err), &err);
        for (size_t i = 0; i < 7; i++)
            for (size_t j = 0; j < c.ld; j++) check_close(at(c, i, j), j < 5 ? product_at(a, b, (cupel_product)form, i, j) : at(old, i, j), 0, 1e-13);
        cupel_free(a.v);
        cupel_free(b.v);
        cupel_free(c.v);
        cupel_free(old.v);
    }
    cupel_matrix a = matrix_of(9, 4, 4), g = matrix_of(4, 4, 5);
    check_ok(cupel_la_gram(cupel_read(a), g, &err), &err);
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 4; j++) check_close(at(g, i, j), product_at(a, a, CUPEL_ATB, i, j), 0, 1e-13);
    cupel_free(a.v);
    cupel_free(g.v);
}

/* A A^T + n I of a random matrix. */
static cupel_matrix positive_definite(size_t n)
{
    cupel_matrix a = matrix_of(n, n, 6), c = matrix_of(n, n, 7);
    cupel_err err;
    check_ok(cupel_la_multiply(CUPEL_ABT, cupel_read(a), cupel_read(a), c, &err), &err);
    for (size_t i = 0; i < n; i++) c.v[i * c.ld + i] += (double)n;
    cupel_free(a.v);
    return c;
}

static void cholesky_factors_solve_and_invert(void **state)
{
    (void)state;
    enum { N = 40 };
    cupel_err err;
    cupel_matrix a = positive_definite(N), l = positive_definite(N), b = matrix_of(N, 3, 8), x = matrix_of(N, 3, 8);
    for (size_t i = 0; i < N; i++)
        for (size_t j = i + 1; j < N; j++) l.v[i * l.ld + j] = NAN; /* must not be read */
    check_ok(cupel_la_cholesky(l, &err), &err);
    for (size_t i = 0; i < N; i++)
        for (size_t j = i + 1; j < N; j++) assert_true(isnan(at(l, i, j)));
    check_ok(cupel_la_cholesky_solve(cupel_read(l), x, &err), &err);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < 3; j++) check_close(product_at(a, x, CUPEL_AB, i, j), at(b, i, j), 0, 1e-12);
    double log_det = 0;
    for (size_t i = 0; i < N; i++) log_det += 2 * log(at(l, i, i));
    check_close(cupel_la_cholesky_log_det(cupel_read(l)), log_det, 1e-15, 0);
    cupel_matrix w = matrix_of(N, N, 9);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j <= i; j++) w.v[i * w.ld + j] = at(l, i, j);
    check_ok(cupel_la_triangle_invert(w, &err), &err);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j <= i; j++) {
            double s = 0;
            for (size_t k = j; k <= i; k++) s += at(w, i, k) * at(l, k, j);
            check_close(s, i == j, 0, 1e-13);
        }
    cupel_free(a.v);
    cupel_free(l.v);
    cupel_free(b.v);
    cupel_free(x.v);
    cupel_free(w.v);
}

static void what_cannot_be_done_is_said(void **state)
{
    (void)state;
    cupel_err err;
    double v[9] = {1, 0, 0, 0, -1, 0, 0, 0, 0};
    const cupel_matrix m = {v, 3, 3, 3}, wide = {v, 2, 3, 3}, tight = {v, 3, 3, 2}, none = {v, 0, 3, 3};
    const cupel_matrix_in huge = {v, (size_t)1 << 32, 1, 1};
    check_fails(cupel_la_cholesky(m, &err), CUPEL_FAILED, &err, "not positive definite at row 2");
    check_fails(cupel_la_triangle_invert(m, &err), CUPEL_FAILED, &err, "0 on the diagonal in row 3");
    check_fails(cupel_la_cholesky(wide, &err), CUPEL_BAD_INPUT, &err, "2 x 3, expected a square one");
    check_fails(cupel_la_cholesky(tight, &err), CUPEL_BAD_INPUT, &err, "rows 2 apart");
    check_fails(cupel_la_gram(cupel_read(none), m, &err), CUPEL_BAD_INPUT, &err, "0 x 3");
    check_fails(cupel_la_gram(cupel_read(m), (cupel_matrix){v, 2, 2, 3}, &err), CUPEL_BAD_INPUT, &err, "3 columns into 2 x 2");
    check_fails(cupel_la_gram(huge, m, &err), CUPEL_BAD_INPUT, &err, "a size of 4294967296");
    check_fails(cupel_la_multiply(CUPEL_AB, cupel_read(m), cupel_read(wide), m, &err), CUPEL_BAD_INPUT, &err, "a product of 3 x 3 and 2 x 3");
    check_fails(cupel_la_cholesky_solve(cupel_read(m), wide, &err), CUPEL_BAD_INPUT, &err, "3 rows for a right side of 2");
}

static void the_wanted_core_runs_here_and_is_not_asked_for_twice(void **state)
{
    (void)state;
    cupel_la_single_thread();
    assert_true(cupel_la_core() && cupel_la_core()[0]);
    const char *core = cupel_la_wanted_core();
    if (!core) return;
    assert_true(cupel_isa_best() == CUPEL_ISA_AVX512);
    assert_string_not_equal(core, cupel_la_core());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_sums_over_the_shared_index),
        cmocka_unit_test(cholesky_factors_solve_and_invert),
        cmocka_unit_test(what_cannot_be_done_is_said),
        cmocka_unit_test(the_wanted_core_runs_here_and_is_not_asked_for_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
