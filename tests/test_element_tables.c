/* Sets that are statistics of element tables (element_table.h), and meredig and onehot beside them. */
#include "tests/check.h"

#include "core/base/rng.h"
#include "descriptors/composition/element_table.h"
#include "tests/reference.h"

static const char *const names[] = {"deml",    "matminer", "matscholar_el", "megnet_el", "meredig",
                                    "oliynyk", "oli",      "jarvis",        "mat2vec",   "onehot",  NULL};

static const cupel_descriptor *find(const char *name)
{
    const cupel_descriptor *d = cupel_descriptor_find(cupel_text_of(name));
    assert_non_null(d);
    return d;
}

/* Values of one formula; freed by the caller. */
static double *values(const cupel_descriptor *d, const char *formula, unsigned char *reason)
{
    cupel_err err;
    cupel_batch b = {0};
    double *x = cupel_alloc(d->n_columns, sizeof *x);
    check_ok(cupel_batch_add_formula(&b, cupel_text_of(formula), CUPEL_DOT_REFUSE, &err), &err);
    *reason = 0;
    d->compute(&b, 0, 1, cupel_isa_best(), x, d->n_columns, reason);
    cupel_batch_release(&b);
    return x;
}

/* One value. */
static double value(const cupel_descriptor *d, const char *formula, const char *column, cupel_reason expected)
{
    unsigned char reason;
    double *x = values(d, formula, &reason), v;
    size_t j = reference_column(d, column);
    if (j == SIZE_MAX) fail_msg("%s has no column '%s'", d->method.name, column);
    assert_int_equal(reason, expected);
    v = x[j];
    cupel_free(x);
    return v;
}

static void tables_are_sound(void **state)
{
    (void)state;
    const cupel_element_table *const tables[] = {&cupel_table_deml,    &cupel_table_pymatgen, &cupel_table_matscholar, &cupel_table_megnet,
                                                 &cupel_table_oliynyk, &cupel_table_jarvis,   &cupel_table_mat2vec};
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        assert_true(tables[t]->stride % CUPEL_TABLE_LANES == 0 && tables[t]->stride >= tables[t]->n_properties);
        assert_int_equal((uintptr_t)tables[t]->value % 64, 0);
        size_t whole = 0;
        for (unsigned z = 1; z <= CUPEL_Z_MAX; z++) {
            bool missing = false;
            for (size_t p = 0; p < tables[t]->n_properties; p++) {
                missing |= isnan(cupel_table_row(tables[t], CUPEL_TABLE_PLAIN, z)[p]) != 0;
                assert_true(isfinite(cupel_table_row(tables[t], CUPEL_TABLE_IMPUTED, z)[p]));
                assert_true(isfinite(cupel_table_row(tables[t], CUPEL_TABLE_MATMINER, z)[p]));
            }
            assert_int_equal(missing, cupel_table_lacks(tables[t], z));
            whole += !missing;
        }
        assert_true(whole >= 20);
    }
}

/* What is tabulated twice must be about the same: a row that slipped by one element would not be. */
static void tables_know_the_elements(void **state)
{
    (void)state;
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++) {
        const char *symbol = cupel_element_symbol(z);
        unsigned char reason;
        double *deml = values(find("deml"), symbol, &reason), *pymatgen = values(find("matminer"), symbol, &reason);
        double *oli = values(find("oli"), symbol, &reason), *jarvis = values(find("jarvis"), symbol, &reason), weight = cupel_element_weight(z);
        if (!isnan(deml[0])) assert_true(deml[0] == z);
        if (!isnan(deml[5])) check_close(deml[5], weight, 0.01, 0.0);
        if (!isnan(pymatgen[20])) check_close(pymatgen[20], weight, z > 95 ? 0.05 : 0.02, 0.0);
        if (!isnan(oli[0])) assert_true(oli[0] == z);
        if (!isnan(oli[4])) check_close(oli[4], weight, 0.02, 0.0);
        size_t number = reference_column(find("jarvis"), "Jarvis avg Z");
        if (!isnan(jarvis[number])) assert_true(jarvis[number] == z);
        cupel_free(deml);
        cupel_free(pymatgen);
        cupel_free(oli);
        cupel_free(jarvis);
    }
}

static void by_hand(void **state)
{
    (void)state;
    const cupel_descriptor *d = find("deml");
    check_close(value(d, "Fe2O3", "DemlData minimum atom_num", CUPEL_REASON_NONE), 8, 0, 0);
    check_close(value(d, "Fe2O3", "DemlData range atom_num", CUPEL_REASON_NONE), 18, 0, 0);
    check_close(value(d, "Fe2O3", "DemlData mean atom_num", CUPEL_REASON_NONE), 15.2, 1e-15, 0);
    /* (0.4 10.8^2 + 0.6 7.2^2) / (1 - 0.16 - 0.36) */
    check_close(value(d, "Fe2O3", "DemlData std_dev atom_num", CUPEL_REASON_NONE), sqrt((0.4 * 116.64 + 0.6 * 51.84) / 0.48), 1e-14, 0);
    check_close(value(find("oli"), "Fe2O3", "Oliynyk sd Number", CUPEL_REASON_NONE), sqrt(0.4 * 116.64 + 0.6 * 51.84), 1e-14, 0);
    check_close(value(find("oliynyk"), "Fe2O3", "Oliynyk dev Number", CUPEL_REASON_NONE), 0.4 * 10.8 + 0.6 * 7.2, 1e-14, 0);
    check_close(value(find("oliynyk"), "Fe2O3", "Oliynyk mode Number", CUPEL_REASON_NONE), 8, 0, 0);
    check_close(value(find("matminer"), "Fe2O3", "PymatgenData mean block", CUPEL_REASON_NO_ELEMENT_DATA), 0.4 * 3 + 0.6 * 2, 1e-15, 0);
    check_close(value(find("meredig"), "Fe2O3", "range AtomicRadius", CUPEL_REASON_NONE), 1.4 - 0.6, 1e-15, 0);
    d = find("jarvis");
    double sum = value(d, "Fe", "Jarvis avg X", CUPEL_REASON_NONE) + value(d, "Fe", "Jarvis avg voro_coord", CUPEL_REASON_NONE);
    check_close(value(d, "Fe", "Jarvis avg X_add_voro_coord", CUPEL_REASON_NONE), sum, 1e-15, 0);
    check_close(value(d, "Cs", "Jarvis avg X_add_voro_coord", CUPEL_REASON_NONE), 0.79, 1e-15, 0); /* not in this column */
}

/* Of two elements the unbiased standard deviation is range / sqrt(2) whatever their shares: also of one part in 10^9. */
static void two_elements_deviate_by_their_range(void **state)
{
    (void)state;
    for (double share = 0.5; share > 1e-9; share *= 0.3) {
        cupel_composition c = {.n = 2, .z = {26, 6}, .amount = {1.0, share}};
        cupel_batch b = {0};
        cupel_err err;
        double x[80];
        check_ok(cupel_batch_add(&b, &c, 0, &err), &err);
        find("deml")->compute(&b, 0, 1, cupel_isa_best(), x, 80, NULL);
        for (size_t p = 0; p < 16; p++)
            if (!isnan(x[5 * p])) check_close(x[5 * p + 4], x[5 * p + 2] / sqrt(2.0), 1e-11, 1e-12);
        cupel_batch_release(&b);
    }
}

/* Every statistic of every column by its definition, in another order of operations, for random compositions. */
static void statistics_follow_their_definition(void **state)
{
    (void)state;
    enum { P = 44 };
    const cupel_descriptor *d = find("oliynyk")->imputed;
    cupel_batch b = {0};
    cupel_err err;
    for (size_t k = 0; k < 200; k++) {
        cupel_composition c = {.n = 1 + (unsigned)cupel_rng_below(7, k, 0, 8)};
        double total = 0.0, x[6 * P];
        for (unsigned i = 0; i < c.n; i++) {
            c.z[i] = (unsigned char)(1 + i * 14 + cupel_rng_below(7, k, 1 + 2 * i, 14));
            c.amount[i] = 1.0 + (double)cupel_rng_below(7, k, 2 + 2 * i, 4);
            total += c.amount[i];
        }
        cupel_batch_clear(&b);
        check_ok(cupel_batch_add(&b, &c, 0, &err), &err);
        d->compute(&b, 0, 1, cupel_isa_best(), x, 6 * P, NULL);
        for (size_t p = 0; p < P; p++) {
            double mean = 0.0, dev = 0.0, low = (double)INFINITY, high = -low, mode = low, most = 0.0;
            for (unsigned i = 0; i < c.n; i++) most = fmax(most, c.amount[i]);
            for (unsigned i = c.n; i-- > 0;) mean += c.amount[i] * cupel_table_row(&cupel_table_oliynyk, CUPEL_TABLE_IMPUTED, c.z[i])[p] / total;
            for (unsigned i = c.n; i-- > 0;) {
                double v = cupel_table_row(&cupel_table_oliynyk, CUPEL_TABLE_IMPUTED, c.z[i])[p];
                dev += c.amount[i] * fabs(v - mean) / total;
                low = fmin(low, v);
                high = fmax(high, v);
                if (c.amount[i] == most) mode = fmin(mode, v);
            }
            const double expected[6] = {mean, dev, high - low, high, low, mode};
            for (size_t s = 0; s < 6; s++) check_close(x[s * P + p], expected[s], 1e-13, 1e-12);
        }
    }
    cupel_batch_release(&b);
}

/* One-hot vectors are a table too: 1 on the diagonal. */
static void onehot_by_definition(void **state)
{
    (void)state;
    static const struct {
        const char *formula, *column;
        double expected;
    } cases[] = {{"Fe2O3", "onehot avg Fe", 0.4}, {"Fe2O3", "onehot dev Fe", 0.48},      {"Fe2O3", "onehot range Fe", 1},
                 {"Fe2O3", "onehot max Fe", 1},   {"Fe2O3", "onehot min Fe", 0},         {"Fe2O3", "onehot mode Fe", 0},
                 {"Fe2O3", "onehot mode O", 1},   {"Fe2O3", "onehot avg Al", 0},         {"NaCl", "onehot mode Na", 0},
                 {"Al", "onehot min Al", 1},      {"Na1.000009Cl", "onehot mode Na", 0}, {"Na1.0001Cl", "onehot mode Na", 1},
                 {"Al", "onehot range Al", 0},    {"Al", "onehot mode Al", 1},           {"Al", "onehot dev Al", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_close(value(find("onehot"), cases[i].formula, cases[i].column, CUPEL_REASON_NONE), cases[i].expected, 1e-15, 0);
}

static void missing_values_carry_a_reason(void **state)
{
    (void)state;
    const cupel_descriptor *d = find("deml");
    /* of thorium Deml's tables have the number and the weight alone */
    assert_true(isnan(value(d, "ThO2", "DemlData mean first_ioniz", CUPEL_REASON_NO_ELEMENT_DATA)));
    assert_true(isnan(value(d, "ThO2", "DemlData std_dev mus_fere", CUPEL_REASON_NO_ELEMENT_DATA)));
    assert_true(isnan(value(d, "Th", "DemlData std_dev mus_fere", CUPEL_REASON_NO_ELEMENT_DATA))); /* matminer without imputation: 0 */
    assert_true(isfinite(value(d->imputed, "ThO2", "DemlData mean mus_fere", CUPEL_REASON_IMPUTED)));
    /* of gadolinium all but some */
    check_close(value(d, "Gd", "DemlData mean atom_num", CUPEL_REASON_NO_ELEMENT_DATA), 64, 0, 0);
    assert_true(isnan(value(d, "Gd", "DemlData mean col_num", CUPEL_REASON_NO_ELEMENT_DATA)));
    assert_true(isnan(value(find("meredig"), "HeO", "mean Electronegativity", CUPEL_REASON_NO_ELEMENT_DATA)));
    check_close(value(find("meredig"), "HeO", "He fraction", CUPEL_REASON_NO_ELEMENT_DATA), 0.5, 0, 0);
    check_close(value(find("meredig")->imputed, "He", "mean Electronegativity", CUPEL_REASON_IMPUTED), 1.7151020408163266, 1e-14, 0);
    assert_true(isnan(value(find("megnet_el"), "CfO2", "MEGNetElementData mean embedding 1", CUPEL_REASON_NO_ELEMENT_DATA)));
    assert_true(isnan(value(find("deml"), "Xx", "DemlData mean atom_num", CUPEL_REASON_BAD_FORMULA)));
}

/* matminer's defaults, computed with release 0.10.1. */
static void matminer_form_is_matminers(void **state)
{
    (void)state;
    static const struct {
        const char *set, *formula, *column;
        double expected;
    } cases[] = {{"deml", "ThO2", "DemlData mean atom_mass", 88.01228666666667},
                 {"deml", "ThO2", "DemlData mean row_num", 3.6666666666666665},
                 {"deml", "ThO2", "DemlData mean first_ioniz", 1142553.7878787878},
                 {"deml", "ThO2", "DemlData mean FERE correction", 0.18439211992241797},
                 {"deml", "GdN", "DemlData std_dev col_num", 4.033127566767714},
                 {"deml", "GdN", "DemlData mean FERE correction", -0.053411820116373576},
                 {"deml", "LrO", "DemlData mean atom_num", 55.5},
                 {"deml", "LrO", "DemlData mean mus_fere", -4.347202395588071},
                 {"megnet_el", "CfO2", "MEGNetElementData mean embedding 1", -0.07633828575673857},
                 {"megnet_el", "CfO2", "MEGNetElementData std_dev embedding 16", 0.026278832377225635},
                 {"matscholar_el", "Og", "MatscholarElementData mean embedding 200", 0.029816008726184628},
                 {"matminer", "HeO", "PymatgenData mean X", 2.5765000000000002},
                 {"matminer", "HeO", "PymatgenData std_dev velocity_of_sound", 461.38717472422223},
                 {"matminer", "GaN", "PymatgenData mean bulk_modulus", 90.79420289855071},
                 {"meredig", "HeO", "mean AtomicRadius", 1.050340909090909},
                 {"meredig", "HeO", "mean Electronegativity", 2.5775510204081633}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_close(value(find(cases[i].set)->matminer, cases[i].formula, cases[i].column, CUPEL_REASON_IMPUTED), cases[i].expected, 1e-12, 0);
}

/* Every row and column of the reference tables: the same number within 1e-12, or none and a reason. */
static void values_are_matminers(void **state)
{
    (void)state;
    size_t tables = 0;
    for (size_t i = 0; names[i]; i++) {
        char rest[256];
        for (size_t k = 0; reference_name(names[i], k, rest, sizeof rest); k++) {
            reference_result r;
            const char *path = shared_path(rest);
            if (!path) continue;
            tables++;
            assert_true(reference_compare(find(names[i]), cupel_isa_best(), path, &r));
            print_message("%s: %zu rows, %zu columns, worst %.2g (%s)\n", names[i], r.rows, r.columns, r.worst, r.where);
            assert_true(r.rows >= 80 && r.ordered && r.strange == 0);
            assert_int_equal(r.columns, find(names[i])->n_columns);
            assert_true(r.worst <= 1e-12 && r.numbers > r.rows);
            assert_true(r.silent == 0 && r.held_back == 0 && r.explained == r.without);
        }
    }
    if (!tables) {
        print_message("skip the tables of matminer: ../shared is absent\n");
        skip();
    }
    assert_int_equal(tables, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_sound),
        cmocka_unit_test(tables_know_the_elements),
        cmocka_unit_test(by_hand),
        cmocka_unit_test(two_elements_deviate_by_their_range),
        cmocka_unit_test(statistics_follow_their_definition),
        cmocka_unit_test(onehot_by_definition),
        cmocka_unit_test(missing_values_carry_a_reason),
        cmocka_unit_test(matminer_form_is_matminers),
        cmocka_unit_test(values_are_matminers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
