#include "tests/check.h"

#include "core/base/rng.h"
#include "core/math/exp2.h"
#include "core/math/stats.h"

/* (2^r - 1) / r by its Chebyshev series on [-1/2, 1/2] cut after n terms (Clenshaw's sum). */
static long double series(int n, long double r)
{
    enum { NODES = 64 };
    const long double pi = acosl(-1.0L), ln2 = logl(2.0L);
    long double b1 = 0, b2 = 0, c = 0;
    for (int j = n - 1; j >= 0; j--) {
        c = 0;
        for (int i = 0; i < NODES; i++) {
            const long double angle = pi * (i + 0.5L) / NODES, node = cosl(angle) / 2;
            c += expm1l(node * ln2) / node * cosl(j * angle) * 2 / NODES;
        }
        const long double b = c + 4 * r * b1 - b2;
        b2 = b1;
        b1 = b;
    }
    return b1 - 2 * r * b2 - c / 2;
}

static void exponential_coefficients_are_those_of_the_series(void **state)
{
    (void)state;
    static const double wide[] = CUPEL_EXP2_Q;
    static const float narrow[] = CUPEL_EXP2F_Q;
    for (long double r = -0.5L; r <= 0.5L; r += 0x1p-8L) {
        long double a = 0, b = 0;
        for (int i = CUPEL_EXP2_TERMS - 1; i >= 0; i--) a = a * r + wide[i];
        for (int i = CUPEL_EXP2F_TERMS - 1; i >= 0; i--) b = b * r + narrow[i];
        /* coefficients are rounded: the first, 0.69, by up to 2^-54 and 2^-25 of 1 */
        assert_true(fabsl(a - series(CUPEL_EXP2_TERMS, r)) < 0x1.4p-54L);
        assert_true(fabsl(b - series(CUPEL_EXP2F_TERMS, r)) < 0x1.4p-25L);
        assert_true(fabsl((1 + r * a) / exp2l(r) - 1) < 0x1p-54L);
        assert_true(fabsl((1 + r * b) / exp2l(r) - 1) < 0x1p-25L);
    }
}

static void exp_is_good_to_two_units_in_the_last_place(void **state)
{
    (void)state;
    double worst = 0;
    for (uint64_t i = 0; i < 200000; i++) {
        double x = (cupel_rng_uniform(1, 1, i) - 0.5) * (i % 2 ? 1417 : 4);
        if (x < -708) x = -x;
        const long double want = expl(x);
        int e;
        frexpl(want, &e);
        worst = fmax(worst, (double)(fabsl(cupel_exp(x) - want) / ldexpl(1, e - 53)));
    }
    assert_true(worst < 2);
    for (double x = -745; x < -708; x += 0.1) check_close(cupel_exp(x), (double)expl(x), 1e-15, 5e-324);
    assert_true(cupel_exp(0) == 1 && cupel_exp(-1000) == 0 && cupel_exp(-INFINITY) == 0 && isinf(cupel_exp(710)) && isinf(cupel_exp(INFINITY)));
    assert_true(isfinite(cupel_exp(709.7)) && isnan(cupel_exp(NAN)));
}

static void log_is_good_to_one_unit_in_the_last_place(void **state)
{
    (void)state;
    double worst = 0;
    for (uint64_t i = 0; i < 200000; i++) {
        const double u = cupel_rng_uniform(1, 2, i), x = i % 3 == 0   ? 1 + (u - 0.5) / (double)(1 + i)
                                                         : i % 3 == 1 ? 4 * u
                                                                      : ldexp(1 + u, (int)(i % 2090) - 1070);
        if (x == 0 || x == 1) continue;
        const long double want = logl(x);
        int e;
        frexpl(want, &e);
        worst = fmax(worst, (double)(fabsl(cupel_log(x) - want) / ldexpl(1, e - 53)));
    }
    assert_true(worst < 1);
    assert_true(cupel_log(1) == 0 && cupel_log(0) == -INFINITY && isinf(cupel_log(INFINITY)) && isnan(cupel_log(-1)) && isnan(cupel_log(NAN)));
    for (double x = -700; x < 700; x += 0.37) check_close(cupel_log(cupel_exp(x)), x, 4e-16, 4e-16);
}

static void normal_distribution_holds_on_both_sides(void **state)
{
    (void)state;
    double before = 0;
    for (double z = -38; z <= 38; z += 0.0078125) {
        const double p = cupel_normal_cdf(z);
        check_close(p, (double)(erfcl(-z / sqrtl(2)) / 2), 1e-14, 1e-322);
        assert_true(p >= before * (1 - 1e-15) && p <= 1);
        before = p;
    }
    assert_true(cupel_normal_cdf(0) == 0.5 && cupel_normal_cdf(-INFINITY) == 0 && cupel_normal_cdf(INFINITY) == 1 && isnan(cupel_normal_cdf(NAN)));
}

static void the_normal_quantile_turns_the_distribution_round(void **state)
{
    (void)state;
    for (double z = -8; z <= 8; z += 0.01) /* a share near 1 is known to its rounding only */
        check_close(cupel_normal_quantile(cupel_normal_cdf(z)), z, 1e-13, 1e-15 + (z > 0 ? 4e-16 * exp(z * z / 2) : 0));
    check_close(cupel_normal_quantile(0.975), 1.959963984540054, 1e-15, 0);
    assert_true(!(cupel_normal_quantile(0.5) > 0) && !(cupel_normal_quantile(0.5) < 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_normal_quantile_turns_the_distribution_round),
        cmocka_unit_test(exponential_coefficients_are_those_of_the_series),
        cmocka_unit_test(exp_is_good_to_two_units_in_the_last_place),
        cmocka_unit_test(log_is_good_to_one_unit_in_the_last_place),
        cmocka_unit_test(normal_distribution_holds_on_both_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
