/* Descriptors of alloys: by hand, against matminer's reference tables, and what happens where data are lacking. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/matter/formula.h"
#include "core/matter/reason.h"
#include "descriptors/composition/alloy_sums.h"
#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/packing.h"
#include "tests/reference.h"

enum { MAX_COLUMNS = 64 };

static const cupel_descriptor *find(const char *name)
{
    const cupel_descriptor *d = cupel_descriptor_find(cupel_text_of(name));
    assert_non_null(d);
    assert_true(d->n_columns <= MAX_COLUMNS);
    return d;
}

static unsigned char describe(const cupel_descriptor *d, const char *formula, double x[MAX_COLUMNS])
{
    cupel_batch b = {0};
    cupel_err err;
    unsigned char reason = 0;
    check_ok(cupel_batch_add_formula(&b, cupel_text_of(formula), CUPEL_DOT_REFUSE, &err), &err);
    d->compute(&b, 0, 1, CUPEL_ISA_PLAIN, x, d->n_columns, &reason);
    cupel_batch_release(&b);
    return reason;
}

static double at(const cupel_descriptor *d, const double *x, const char *name)
{
    cupel_str s = {0};
    const char *unit;
    for (size_t j = 0; j < d->n_columns; j++) {
        cupel_str_clear(&s);
        d->column(j, &s, &unit);
        if (strcmp(cupel_str_text(&s), name) == 0) {
            cupel_str_free(&s);
            return x[j];
        }
    }
    fail_msg("%s has no column '%s'", d->method.name, name);
    return 0;
}

static void yang_by_hand(void **state)
{
    (void)state;
    const cupel_descriptor *d = find("yang_solid_solution");
    double x[MAX_COLUMNS];
    assert_int_equal(describe(d, "CuMg", x), 0); /* H = -3, radii 126 and 160, melting points 1357.77 and 923 */
    check_close(x[0], 0.5 * (1357.77 + 923) * log(2) * 8.314e-3 / 3, 1e-14, 0);
    check_close(x[1], 17.0 / 143.0, 1e-14, 0);
    assert_int_equal(describe(d, "F2", x), 0); /* one element: nothing to compare, with or without data */
    assert_true(x[0] == 0 && x[1] == 0);
    assert_int_equal(describe(d, "CuF", x), CUPEL_REASON_NO_ELEMENT_DATA);
    assert_true(isnan(x[0]) && isnan(x[1]));
    assert_int_equal(describe(d->imputed, "CuF", x), CUPEL_REASON_IMPUTED);
    assert_true(isfinite(x[0]) && isfinite(x[1]));
    assert_int_equal(describe(d, "CuAr", x), CUPEL_REASON_NO_ELEMENT_DATA);
}

/* Pure iron: no pair; 3.5 J/(mol K) T for glass; hcp by its eight electrons, -10.5, against the 10 that matminer has for bcc iron. */
static void miedema_of_an_element(void **state)
{
    (void)state;
    double x[MAX_COLUMNS];
    assert_int_equal(describe(find("miedema"), "Fe", x), 0);
    assert_true(x[0] == 0);
    check_close(x[1], 3.5e-3 * 1809 / 96.4853, 1e-15, 0);
    check_close(x[2], -20.5 / 96.4853, 1e-15, 0);
}

/* One pair, written out: two transition metals without transformation. */
static void miedema_of_a_pair(void **state)
{
    (void)state;
    double x[MAX_COLUMNS];
    const double v[2] = {10.58, 6.6}, n[2] = {3.51, 5.36}, phi[2] = {3.8, 5.2}, a = 0.04, f[2] = {0.25, 0.75}; /* Ti, Ni */
    double s[2] = {pow(v[0], 2.0 / 3), pow(v[1], 2.0 / 3)}, eta = 2 * (-14.1 * 1.4 * 1.4 + 14.1 * 9.4 * pow(cbrt(n[0]) - cbrt(n[1]), 2)) /
                                                                 (1 / cbrt(n[0]) + 1 / cbrt(n[1]));
    double c = f[0] * s[0] / (f[0] * s[0] + f[1] * s[1]), order = 1 + 8 * pow(c * (1 - c), 2);
    double vt = s[0] * (1 + a * (1 - c) * order * (phi[0] - phi[1])), vn = s[1] * (1 + a * c * order * (phi[1] - phi[0]));
    c = f[0] * vt / (f[0] * vt + f[1] * vn);
    assert_int_equal(describe(find("miedema"), "TiNi3", x), 0);
    check_close(x[0], (1 - c) * (1 + 8 * pow(c * (1 - c), 2)) * f[0] * vt * eta / 96.4853, 1e-13, 0);
    assert_true(x[0] < -0.3 && x[0] > -0.6); /* measured: about -0.44 eV/atom */
    assert_true(x[0] < x[1]); /* a compound that is stable lies below the glass */
    assert_int_equal(describe(find("miedema"), "TiO2", x), CUPEL_REASON_NO_ELEMENT_DATA);
    for (int j = 0; j < 3; j++) assert_true(isnan(x[j]));
    assert_int_equal(describe(find("miedema")->imputed, "TiO2", x), CUPEL_REASON_IMPUTED);
    assert_int_equal(describe(find("miedema"), "HN", x), 0); /* neither has moduli: no elastic energy, not 0/0 */
    for (int j = 0; j < 3; j++) assert_true(isfinite(x[j]));
}

static void wen_by_hand(void **state)
{
    (void)state;
    const cupel_descriptor *d = find("wen_alloys");
    double x[MAX_COLUMNS];
    assert_int_equal(describe(d, "Cu3Mg", x), 0);
    check_close(at(d, x, "Configuration entropy"), 8.314e-3 * (0.25 * log(0.25) + 0.75 * log(0.75)), 1e-14, 0);
    check_close(at(d, x, "Radii local mismatch"), 3.0 / 16 * 34, 1e-14, 0);
    check_close(at(d, x, "Mixing enthalpy"), 4 * 3.0 / 16 * 3, 1e-14, 0);
    check_close(at(d, x, "Mean cohesive energy"), 0.75 * 3.49 + 0.25 * 1.51, 1e-14, 0);
    check_close(at(d, x, "Total weight"), 3 * 63.546 + 24.305, 1e-14, 0);
    check_close(at(d, x, "Interant electrons"), 1, 0, 0); /* Cu 4s1; Mg has no open shell */
    assert_int_equal(describe(d, "FeCo", x), CUPEL_REASON_NO_VALUE); /* of one size: entropy against no mismatch has no bound */
    assert_true(isnan(at(d, x, "Lambda entropy")) && at(d, x, "Yang delta") == 0);
    assert_int_equal(describe(d, "Fe", x), 0);
    for (size_t j = 0; j < d->n_columns; j++) assert_true(isfinite(x[j]));
    assert_true(at(d, x, "Radii gamma") == 1 && at(d, x, "Configuration entropy") == 0 && at(d, x, "Lambda entropy") == 0);
    assert_int_equal(describe(d, "Fe2O3", x), CUPEL_REASON_NO_ELEMENT_DATA);
    assert_true(isnan(at(d, x, "Yang omega")) && isnan(at(d, x, "Mixing enthalpy")) && isnan(at(d, x, "VEC mean")));
    check_close(at(d, x, "Mean cohesive energy"), 0.4 * 4.28 + 0.6 * 2.6, 1e-14, 0); /* what is known stays */
}

/* Numbers that matminer 0.10.1 gives with its default settings, means in place of what it does not know. */
static void compatible_values_are_matminers(void **state)
{
    (void)state;
    static const struct {
        const char *formula;
        double inter, amor, ss, omega, delta, lambda;
    } cases[] = {
        {"Fe2O3", -0.16646090946691289, -0.085531952540929976, 0.19402130236056273, 0.31075644275244413, 0.33805175183206748, -0.048962798415356112},
        {"CuF", -0.094189374652932006, -0.025694603113526806, 0.18845095565070086, 0.28629770675339888, 0.099470755869181693, -0.58243121813302146},
        {"UO2", -0.2616525273344607, -0.17603767691107486, -0.24403168862461214, 0.21203568376285217, 0.46481145057017814, -0.02449426762858933},
        {"XeF4", 0.098815535375258889, 0.15294500713849962, 0.027344643840912151, 0.034352653177663284, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double m[MAX_COLUMNS], w[MAX_COLUMNS], y[MAX_COLUMNS];
        assert_int_equal(describe(find("miedema")->matminer, cases[i].formula, m), CUPEL_REASON_IMPUTED);
        assert_int_equal(describe(find("wen_alloys")->matminer, cases[i].formula, w), CUPEL_REASON_IMPUTED);
        assert_int_equal(describe(find("yang_solid_solution")->matminer, cases[i].formula, y), CUPEL_REASON_IMPUTED);
        check_close(m[0], cases[i].inter, 1e-12, 0);
        check_close(m[1], cases[i].amor, 1e-12, 0);
        check_close(m[2], cases[i].ss, 1e-12, 0);
        check_close(y[0], cases[i].omega, 1e-12, 0);
        check_close(y[1], cases[i].delta, 1e-12, 0);
        check_close(at(find("wen_alloys"), w, "Lambda entropy"), cases[i].lambda, 1e-12, 0);
    }
    double x[MAX_COLUMNS]; /* where there is no bound matminer has 0 */
    assert_int_equal(describe(find("wen_alloys")->matminer, "FeCo", x), CUPEL_REASON_IMPUTED);
    assert_true(at(find("wen_alloys"), x, "Lambda entropy") == 0);
}

static void alloy_by_hand(void **state)
{
    (void)state;
    const cupel_descriptor *d = find("alloy");
    double x[MAX_COLUMNS];
    assert_int_equal(d->n_columns, 29);
    assert_int_equal(describe(d, "Zr2Cu", x), 0); /* H = -23, radii 158 and 126, valence electrons 4 and 11 */
    check_close(at(d, x, "alloy mixing enthalpy"), -23 * 8.0 / 9, 1e-14, 0);
    check_close(at(d, x, "alloy mixing entropy / R"), log(3) - 2.0 / 3 * log(2), 1e-14, 0);
    check_close(at(d, x, "alloy mean pair enthalpy"), -23, 1e-14, 0);
    check_close(at(d, x, "alloy deviation of pair enthalpies"), 23.0 / 9, 1e-13, 0);
    check_close(at(d, x, "alloy enthalpy with the main element"), -23.0 / 3, 1e-14, 0);
    check_close(at(d, x, "alloy mean valence electrons"), 19.0 / 3, 1e-14, 0);
    check_close(at(d, x, "alloy delta Miracle radius"), sqrt(2.0 / 9) * 32 / (442.0 / 3), 1e-14, 0);
    check_close(at(d, x, "alloy largest fraction"), 2.0 / 3, 1e-15, 0);
    check_close(at(d, x, "alloy second largest fraction"), 1.0 / 3, 1e-15, 0);
    check_close(at(d, x, "alloy mean logarithm of the fractions"), 0.5 * log(2.0 / 9), 1e-14, 0);
    double first[MAX_COLUMNS], second[MAX_COLUMNS]; /* two main elements: neither is preferred */
    assert_int_equal(describe(d, "ZrCuAl", first), 0);
    assert_int_equal(describe(d, "AlCuZr", second), 0);
    check_close(at(d, first, "alloy enthalpy with the main element"), at(d, second, "alloy enthalpy with the main element"), 1e-14, 0);
    assert_int_equal(describe(d, "Zr", x), 0);
    assert_true(at(d, x, "alloy number of elements") == 1 && at(d, x, "alloy minimum pair enthalpy") == 0 && at(d, x, "alloy gamma") == 1);
}

static void packing_is_that_of_the_nearest_cluster(void **state)
{
    (void)state;
    check_close(cupel_packing(0.902113), 0, 0, 0); /* an icosahedron around its centre */
    check_close(cupel_packing(1.0), 1 - 0.976006, 1e-15, 0);
    assert_true(cupel_packing_smooth(1.0) == cupel_packing(1.0));
    check_close(cupel_packing(0.1), 1 - 1.54701, 1e-14, 0);
    check_close(cupel_packing(4.0), 1 - 1.65915 / 4, 1e-15, 0);
    double largest = 0, smooth = 0, h = 1e-5;
    for (double r = 0.12; r < 2; r += h) {
        largest = fmax(largest, fabs(cupel_packing(r + h) - cupel_packing(r)));
        smooth = fmax(smooth, fabs(cupel_packing_smooth(r + h) - cupel_packing_smooth(r)));
    }
    assert_true(largest > 0.02 && smooth < 1e-3); /* jumps, and none */
}

static void enthalpies_are_symmetric(void **state)
{
    (void)state;
    for (size_t i = 0; i < CUPEL_MIXING_SLOTS; i++)
        for (size_t j = 0; j < i; j++) assert_true(cupel_mixing_enthalpy[i][j] == cupel_mixing_enthalpy[j][i]);
    assert_true(cupel_mixing_slot[8] == 0 && cupel_mixing_slot[26] != 0); /* none for O */
    assert_true(cupel_mixing_lacks(26, 8) && cupel_mixing_lacks(26, 85) && !cupel_mixing_lacks(26, 27)); /* At is there, with few partners */
}

static void compare(const char *name, size_t text_columns, size_t held_back)
{
    char file[256];
    const char *path = NULL;
    for (size_t k = 0; !path && reference_name(name, k, file, sizeof file); k++) path = shared_path(file);
    if (!path) {
        print_message("skip the reference of %s: ../shared is absent\n", name);
        skip();
        return;
    }
    reference_result r;
    const cupel_descriptor *d = find(name);
    assert_true(reference_compare(d, CUPEL_ISA_PLAIN, path, &r));
    if (r.worst > 1e-12) fail_msg("%s: %s, off by %g", name, r.where, r.worst);
    assert_true(r.rows >= 40 && r.columns == d->n_columns && r.strange == text_columns && r.ordered && r.silent == 0 && r.ours == 0);
    assert_int_equal(r.without, r.explained);
    assert_int_equal(r.held_back, held_back);
}

static void miedema_as_matminer(void **state) { (void)state; compare("miedema", 0, 0); }
static void wen_as_matminer(void **state) { (void)state; compare("wen_alloys", 2, 0); }
/* Fe59B10F31: there is no enthalpy with F, which matminer takes for 1e-6 kJ/mol. */
static void yang_as_matminer(void **state) { (void)state; compare("yang_solid_solution", 0, 1); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(yang_by_hand),
        cmocka_unit_test(miedema_of_an_element),
        cmocka_unit_test(miedema_of_a_pair),
        cmocka_unit_test(wen_by_hand),
        cmocka_unit_test(compatible_values_are_matminers),
        cmocka_unit_test(alloy_by_hand),
        cmocka_unit_test(packing_is_that_of_the_nearest_cluster),
        cmocka_unit_test(enthalpies_are_symmetric),
        cmocka_unit_test(miedema_as_matminer),
        cmocka_unit_test(wen_as_matminer),
        cmocka_unit_test(yang_as_matminer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
