/* Distributions with a spike: shares and shortest intervals against numbers known by hand, and that what is calibrated on some rows holds on others,
 * where the model says too much or too little of the spike and of the width. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "models/learn/spiked.h"

enum { N = 4000 };

/* With probability 1 - above 0, else uniform on from .. from + wide. */
static cupel_spiked uniform(double above, double from, double wide)
{
    cupel_spiked m = {.above = above};
    for (int k = 0; k < CUPEL_SPIKED_QUANTILES; k++) m.other[k] = from + wide * (k + 1) / (CUPEL_SPIKED_QUANTILES + 1);
    return m;
}

static void shares_by_hand(void **state)
{
    (void)state;
    const cupel_spiked m = uniform(0.6, 1, 2);
    double below, at_most;
    cupel_spiked_share(&m, 0, 0, &below, &at_most);
    check_close(below, 0, 0, 0);
    check_close(at_most, 0.4, 0, 1e-3); /* and what the tail would have below it */
    cupel_spiked_share(&m, 1e-9, 1e-8, &below, &at_most); /* within the slack it is the spike */
    check_close(at_most - below, 0.4, 0, 1e-3);
    cupel_spiked_share(&m, 2, 0, &below, &at_most);
    check_close(below, 0.4 + 0.6 * 0.5, 1e-12, 0);
    check_close(at_most, below, 1e-12, 0);
    cupel_spiked_share(&m, 100, 0, &below, &at_most);
    check_close(at_most, 1, 0, 1e-9);
    cupel_spiked_share(&m, -1, 0, &below, &at_most);
    check_close(at_most, 0, 0, 0);
}

/* Others that are claimed to be 2 and lie evenly 1 .. 3 in truth: half of that width is kept, and nothing crosses the spike. */
static void smeared_by_hand(void **state)
{
    (void)state;
    enum { ROWS = 200 };
    static cupel_spiked m[ROWS];
    static double y[ROWS], spread[ROWS];
    cupel_spiked_residuals r;
    cupel_err err = {0};
    for (int i = 0; i < ROWS; i++) {
        m[i] = uniform(0.5, 2, 0);
        spread[i] = 0.5;
        y[i] = i % 2 ? 0 : 1 + 2.0 * i / (ROWS - 2); /* every other row is at the shared value */
    }
    check_ok(cupel_spiked_residuals_of(m, y, spread, ROWS, 1e-9, &r, &err), &err);
    check_close(r.at[0], -1.8, 0, 0.05);
    check_close(r.at[CUPEL_SPIKED_QUANTILES - 1], 1.8, 0, 0.05);
    cupel_spiked_smear(&r, 0.5, &m[0]);
    check_close(m[0].other[0], 1.55, 0, 0.02);
    check_close(m[0].other[CUPEL_SPIKED_QUANTILES - 1], 2.45, 0, 0.02);
    cupel_spiked_smear(&r, 50, &m[1]);
    for (int k = 0; k < CUPEL_SPIKED_QUANTILES; k++) assert_true(m[1].other[k] >= 0 && (!k || m[1].other[k] >= m[1].other[k - 1]));
    check_ok(cupel_spiked_residuals_of(m, y, spread, 30, 1e-9, &r, &err), &err); /* too few */
    m[2] = uniform(0.5, 2, 0);
    cupel_spiked_smear(&r, 0.5, &m[2]);
    check_close(m[2].other[0], 2, 0, 0);
}

static void shortest_by_hand(void **state)
{
    (void)state;
    double lo, hi;
    cupel_spiked m = uniform(0.3, 1, 2);
    cupel_spiked_shortest(&m, 0.6, &lo, &hi); /* the spike alone holds 70 % */
    check_close(lo, 0, 0, 1e-12);
    check_close(hi, 0, 0, 1e-12);
    cupel_spiked_shortest(&m, 0.85, &lo, &hi); /* and half of the others */
    check_close(lo, 0, 0, 1e-12);
    check_close(hi, 2, 1e-9, 0);
    m = uniform(0.95, 10, 2); /* 80 % need no spike: 80 / 95 of the width, about the middle or beside it */
    cupel_spiked_shortest(&m, 0.8, &lo, &hi);
    assert_true(lo >= 10 && hi <= 12);
    check_close(hi - lo, 2 * 0.8 / 0.95, 1e-9, 0);
    m.at = 30; /* the spike on the other side */
    cupel_spiked_shortest(&m, 0.8, &lo, &hi);
    check_close(hi - lo, 2 * 0.8 / 0.95, 1e-9, 0);
    m = uniform(1, 0, 1); /* no spike */
    cupel_spiked_shortest(&m, 0.5, &lo, &hi);
    check_close(hi - lo, 0.5, 1e-9, 0);
    for (double mass = 0.05; mass < 1; mass += 0.05) { /* it holds the mass, and the median */
        m = uniform(0.7, -1, 3);
        cupel_spiked_shortest(&m, mass, &lo, &hi);
        double a, b, c, d;
        cupel_spiked_share(&m, lo, 0, &a, &b);
        cupel_spiked_share(&m, hi, 0, &c, &d);
        assert_true(d - a >= mass - 1e-9 && a <= 0.5 && d >= 0.5);
    }
}

/* Rows of which the model says `says` of the spike where it is `is`, and a width `factor` times the true one. */
static void make_rows(uint64_t seed, double shift, double factor, cupel_spiked *m, double *y)
{
    for (size_t i = 0; i < N; i++) {
        const double above = cupel_rng_uniform(seed, 1, i), middle = 2 + 3 * cupel_rng_uniform(seed, 2, i);
        const double says = above + shift * above * (1 - above);
        m[i] = uniform(says, middle - 0.5 * factor, factor);
        y[i] = cupel_rng_uniform(seed, 3, i) < above ? middle - 0.5 + cupel_rng_uniform(seed, 4, i) : 0;
    }
}

static void coverage_holds_on_new_rows(void **state)
{
    (void)state;
    static const double shift[] = {0, 0.5, -0.5}, factor[] = {1, 0.4, 2.5};
    static cupel_spiked m[N], fresh[N];
    static double y[N], truth[N];
    for (int k = 0; k < 3; k++) {
        cupel_spiked_levels l;
        make_rows(1, shift[k], factor[k], m, y);
        make_rows(2, shift[k], factor[k], fresh, truth);
        assert_true(cupel_spiked_calibrate(m, y, NULL, N, 20, 0, &l));
        for (int j = 0; j < 3; j++) {
            const double level[] = {0.8, 0.9, 0.95}, mass = cupel_spiked_mass(&l, level[j]);
            double held = 0;
            for (size_t i = 0; i < N; i++) {
                double lo, hi;
                cupel_spiked_shortest(&fresh[i], mass, &lo, &hi);
                held += lo <= truth[i] && truth[i] <= hi;
            }
            print_message("shift %g, width %g: level %g held %.3f at mass %.3f\n", shift[k], factor[k], level[j], held / N, mass);
            check_close(held / N, level[j], 0, 0.02); /* three standard deviations, twice */
        }
    }
}

static void few_rows_are_refused_and_levels_rise(void **state)
{
    (void)state;
    cupel_spiked *none = cupel_spiked_none(30);
    double y[30] = {0};
    cupel_spiked_levels l;
    assert_non_null(none);
    assert_false(cupel_spiked_calibrate(none, y, NULL, 30, 20, 0, &l)); /* nobody filled them in */
    for (int i = 0; i < 30; i++) none[i] = uniform(0.5, 1, 1), y[i] = i % 2 ? 1.5 : 0;
    assert_true(cupel_spiked_calibrate(none, y, NULL, 30, 20, 0, &l));
    for (double level = 0.01, last = 0; level < 1; level += 0.01) {
        const double mass = cupel_spiked_mass(&l, level);
        assert_true(mass >= last && mass < 1);
        last = mass;
    }
    cupel_free(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_by_hand),
        cmocka_unit_test(smeared_by_hand),
        cmocka_unit_test(shortest_by_hand),
        cmocka_unit_test(coverage_holds_on_new_rows),
        cmocka_unit_test(few_rows_are_refused_and_levels_rise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
