/* Quantiles over atoms and differences over pairs of elements, by hand. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/matter/formula.h"
#include "core/matter/reason.h"
#include "descriptors/composition/descriptor.h"

static const cupel_descriptor *find(const char *name)
{
    const cupel_descriptor *d = cupel_descriptor_find(cupel_text_of(name));
    assert_non_null(d);
    assert_true(d->n_columns <= 100);
    return d;
}

static unsigned char describe(const cupel_descriptor *d, const char *formula, double x[100])
{
    cupel_batch b = {0};
    cupel_err err;
    unsigned char reason = 0;
    check_ok(cupel_batch_add_formula(&b, cupel_text_of(formula), CUPEL_DOT_REFUSE, &err), &err);
    d->compute(&b, 0, 1, CUPEL_ISA_PLAIN, x, d->n_columns, &reason);
    cupel_batch_release(&b);
    return reason;
}

/* Columns 0, 1, 2 are the 10, 50 and 90 % quantiles of the atomic number. */
static void quantiles_by_hand(void **state)
{
    (void)state;
    const cupel_descriptor *d = find("quantiles");
    double x[100];
    assert_int_equal(describe(d, "Fe", x), 0);
    for (int l = 0; l < 3; l++) assert_true(x[l] == 26);
    assert_int_equal(describe(d, "FeC", x), 0);
    check_close(x[0], 6, 1e-15, 0);
    check_close(x[1], 16, 1e-15, 0); /* the median of two halves is their mean */
    check_close(x[2], 26, 1e-15, 0);
    assert_int_equal(describe(d, "Fe9C", x), 0);
    check_close(x[0], 16, 1e-14, 0); /* half of the window of 20 % */
    check_close(x[1], 26, 1e-15, 0);
    assert_int_equal(describe(d, "HeH", x), CUPEL_REASON_NO_ELEMENT_DATA); /* no melting point and no electronegativity of He */
    for (size_t j = 0; j < d->n_columns; j++) assert_int_equal(isnan(x[j]) != 0, j / 3 == 3 || j / 3 == 7);
    assert_int_equal(describe(d->imputed, "HeH", x), CUPEL_REASON_IMPUTED);
    for (size_t j = 0; j < d->n_columns; j++) assert_true(isfinite(x[j]));
}

/* Columns 0 .. 3: of the atomic number. */
static void pairs_by_hand(void **state)
{
    (void)state;
    const cupel_descriptor *d = find("pairs");
    double x[100];
    assert_int_equal(describe(d, "Fe", x), 0);
    for (int l = 0; l < 4; l++) assert_true(x[l] == 0);
    assert_int_equal(describe(d, "FeC", x), 0);
    check_close(x[0], 10, 1e-15, 0);
    assert_true(x[1] == 0 && x[2] == 20 && x[3] == 20);
    assert_int_equal(describe(d, "FeCSi", x), 0); /* differences 20, 12, 8 */
    check_close(x[0], 2.0 / 9 * 40, 1e-14, 0);
    check_close(x[1], sqrt((400.0 + 144 + 64) / 3 - 1600.0 / 9), 1e-13, 0);
    assert_true(x[2] == 8 && x[3] == 20);
    assert_int_equal(describe(d, "HeH", x), CUPEL_REASON_NO_ELEMENT_DATA);
    assert_true(isnan(x[4 * 3]) && isnan(x[4 * 7]) && x[3] == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(quantiles_by_hand), cmocka_unit_test(pairs_by_hand)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
