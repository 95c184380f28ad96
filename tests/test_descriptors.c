#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/matter/formula.h"
#include "descriptors/composition/descriptor.h"

#include <string.h>

static void add(cupel_batch *b, const char *formula)
{
    cupel_err err;
    check_ok(cupel_batch_add_formula(b, cupel_text_of(formula), CUPEL_DOT_REFUSE, &err), &err);
}

static const cupel_descriptor *find(const char *name)
{
    const cupel_descriptor *d = cupel_descriptor_find(cupel_text_of(name));
    assert_non_null(d);
    return d;
}

/* Values of one formula through the plain form; freed by the caller. */
static double *values(const cupel_descriptor *d, const char *formula, unsigned char *reason)
{
    cupel_batch b = {0};
    double *x = cupel_alloc(d->n_columns, sizeof *x);
    add(&b, formula);
    d->compute(&b, 0, 1, CUPEL_ISA_PLAIN, x, d->n_columns, reason);
    cupel_batch_release(&b);
    return x;
}

static size_t column_of(const cupel_descriptor *d, const char *name)
{
    cupel_str s = {0};
    const char *unit;
    size_t j = 0;
    for (; j < d->n_columns; j++) {
        cupel_str_clear(&s);
        d->column(j, &s, &unit);
        if (strcmp(cupel_str_text(&s), name) == 0) break;
    }
    cupel_str_free(&s);
    if (j == d->n_columns) fail_msg("%s has no column '%s'", d->method.name, name);
    return j;
}

/* A random composition of 1 to max_n distinct elements of Z = 1 .. z_max. */
static void random_composition(uint64_t seed, size_t k, unsigned max_n, unsigned z_max, cupel_composition *c)
{
    size_t order[CUPEL_Z_MAX];
    cupel_rng_permutation(seed, 2 * k, order, z_max);
    c->n = 1 + (unsigned)cupel_rng_below(seed, 2 * k + 1, 0, max_n);
    for (unsigned i = 0; i < c->n; i++) {
        double u = cupel_rng_uniform(seed, 2 * k + 1, 1 + i);
        c->z[i] = (unsigned char)(order[i] + 1);
        c->amount[i] = k % 2 ? 1.0 + (double)(int)(8.0 * u) : 1e-3 + u; /* integers with ties, and alloys */
    }
}

static void random_batch(uint64_t seed, size_t n, unsigned max_n, unsigned z_max, cupel_batch *b)
{
    cupel_err err;
    for (size_t k = 0; k < n; k++) {
        cupel_composition c = {0};
        random_composition(seed, k, max_n, z_max, &c);
        check_ok(cupel_batch_add(b, &c, 0, &err), &err);
    }
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void names_differ(const cupel_descriptor *d)
{
    char **name = cupel_alloc(d->n_columns, sizeof *name);
    cupel_str s = {0};
    const char *unit;
    for (size_t j = 0; j < d->n_columns; j++) {
        cupel_str_clear(&s);
        d->column(j, &s, &unit);
        name[j] = cupel_strdup(cupel_str_text(&s));
    }
    qsort(name, d->n_columns, sizeof *name, by_name);
    for (size_t j = 1; j < d->n_columns; j++) assert_string_not_equal(name[j - 1], name[j]);
    for (size_t j = 0; j < d->n_columns; j++) cupel_free(name[j]);
    cupel_free(name);
    cupel_str_free(&s);
}

static void lists_are_sound(void **state)
{
    (void)state;
    assert_null(cupel_descriptor_find(cupel_text_of("magpi")));
    for (size_t i = 0; cupel_descriptors[i]; i++) {
        const cupel_descriptor *d = cupel_descriptors[i];
        assert_ptr_equal(find(d->method.name), d);
        assert_string_equal(d->method.kind, "descriptor");
        assert_true(d->method.help[0] && d->method.output[0]);
        const cupel_descriptor *forms[2] = {d->imputed, d->matminer};
        for (size_t f = 0; f < 2; f++) {
            if (!forms[f]) continue;
            assert_int_equal(forms[f]->n_columns, d->n_columns);
            assert_true((forms[f]->compute_f32 != NULL) == (d->compute_f32 != NULL));
            assert_string_equal(forms[f]->method.name, d->method.name);
        }
        names_differ(d);
    }
}

static void magpie_of_an_element_is_its_row(void **state)
{
    (void)state;
    const cupel_descriptor *d = find("magpie");
    unsigned char reason = 0;
    double *x = values(d, "Fe3", &reason);
    const double property[22] = {26, 55, 55.845, 1811, 8, 4, 132, 1.83, 2, 0, 6, 0, 8, 0, 0, 4, 0, 4, 10.73, 0, 2.1106628, 229};
    assert_int_equal(reason, 0);
    for (size_t p = 0; p < 22; p++) {
        const double expected[6] = {property[p], property[p], 0, property[p], 0, property[p]};
        for (size_t s = 0; s < 6; s++) assert_true(x[6 * p + s] == expected[s]); /* exact: the one fraction is 1 */
    }
    cupel_free(x);
}

static void magpie_by_hand(void **state)
{
    (void)state;
    const cupel_descriptor *d = find("magpie");
    double *x = values(d, "Fe2O3", NULL);
    check_close(x[column_of(d, "MagpieData minimum Number")], 8, 0, 0);
    check_close(x[column_of(d, "MagpieData maximum Number")], 26, 0, 0);
    check_close(x[column_of(d, "MagpieData range Electronegativity")], 3.44 - 1.83, 1e-15, 0);
    check_close(x[column_of(d, "MagpieData mean Number")], (2 * 26 + 3 * 8) / 5.0, 1e-15, 0);
    check_close(x[column_of(d, "MagpieData avg_dev Number")], 0.4 * (26 - 15.2) + 0.6 * (15.2 - 8), 1e-14, 0);
    check_close(x[column_of(d, "MagpieData mode Number")], 8, 0, 0);
    cupel_free(x);
}

static void mode_is_the_smallest_among_equals(void **state)
{
    (void)state;
    const cupel_descriptor *d = find("magpie");
    const size_t mode = column_of(d, "MagpieData mode Number");
    const struct {
        const char *formula;
        double z;
    } cases[] = {{"NaCl", 11}, {"ClNa", 11}, {"Na1.00001Cl", 11}, {"NaCl1.000009", 11}, {"NaCl1.0001", 17}, {"Na1.0001Cl", 11}, {"Ti2AlVO2", 8}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double *x = values(d, cases[i].formula, NULL);
        check_close(x[mode], cases[i].z, 0, 0);
        cupel_free(x);
    }
}

static void statistics_keep_their_order(void **state)
{
    (void)state;
    const cupel_descriptor *d = find("magpie");
    cupel_batch b = {0};
    random_batch(1, 400, 12, 95, &b);
    for (size_t k = 0; k < b.n; k++) {
        double x[132];
        d->imputed->compute(&b, k, 1, CUPEL_ISA_PLAIN, x, 132, NULL);
        for (size_t p = 0; p < 22; p++) {
            const double *s = x + 6 * p, slack = 1e-14 * (fabs(s[0]) + fabs(s[1]));
            assert_true(s[0] <= s[1] && s[2] == s[1] - s[0]);
            assert_true(s[3] >= s[0] - slack && s[3] <= s[1] + slack);
            assert_true(s[4] >= 0 && s[4] <= s[2] / 2 + slack); /* Popoviciu's bound for the mean absolute deviation */
            assert_true(s[5] >= s[0] && s[5] <= s[1]);
        }
    }
    cupel_batch_release(&b);
}

/* What depends on the way the formula is written; the number of atoms does where amounts are whole to within 1e-4 of something or not. */
static bool extensive(const cupel_descriptor *d, size_t j)
{
    cupel_str s = {0};
    const char *unit;
    d->column(j, &s, &unit);
    const char *name = cupel_str_text(&s);
    bool yes = strcmp(name, "Total weight") == 0 || strcmp(name, "num atoms") == 0 || strcmp(d->method.name, "formula_format") == 0;
    cupel_str_free(&s);
    return yes;
}

/* Amounts times a constant, or elements in another order, describe the same material. */
static void values_belong_to_the_composition(void **state)
{
    (void)state;
    cupel_err err;
    for (size_t i = 0; cupel_descriptors[i]; i++) {
        const cupel_descriptor *d = cupel_descriptors[i];
        cupel_batch b = {0};
        for (size_t k = 0; k < 60; k++) {
            cupel_composition c = {0}, scaled, turned;
            random_composition(2, k, 9, 83, &c);
            scaled = turned = c;
            for (unsigned e = 0; e < c.n; e++) {
                scaled.amount[e] = 7.0 * c.amount[e];
                turned.z[e] = c.z[c.n - 1 - e];
                turned.amount[e] = c.amount[c.n - 1 - e];
            }
            check_ok(cupel_batch_add(&b, &c, 0, &err), &err);
            check_ok(cupel_batch_add(&b, &scaled, 0, &err), &err);
            check_ok(cupel_batch_add(&b, &turned, 0, &err), &err);
        }
        size_t w = d->n_columns;
        double *x = cupel_alloc(b.n * w, sizeof *x);
        d->compute(&b, 0, b.n, CUPEL_ISA_PLAIN, x, w, NULL);
        for (size_t k = 0; k < b.n; k++)
            for (size_t j = 0; j < w; j++)
                if (!isnan(x[k / 3 * 3 * w + j]) && !extensive(d, j)) check_close(x[k * w + j], x[k / 3 * 3 * w + j], 1e-12, 1e-12);
        cupel_free(x);
        cupel_batch_release(&b);
    }
}

/* Every form of the kernel gives the same bits, in both widths, and float is the double rounded once. */
static void forms_agree_to_the_bit(void **state)
{
    (void)state;
    cupel_batch b = {0};
    random_batch(4, 200, 118, 118, &b);
    random_batch(3, 3000, 6, 118, &b);
    for (size_t i = 0; cupel_descriptors[i]; i++) {
        const cupel_descriptor *forms[3] = {cupel_descriptors[i], cupel_descriptors[i]->imputed, cupel_descriptors[i]->matminer};
        for (size_t f = 0; f < 3; f++) {
            if (!forms[f]) continue;
            size_t w = forms[f]->n_columns, n = w > 500 ? 600 : b.n;
            double *plain = cupel_alloc(n * w, sizeof *plain), *x = cupel_alloc(n * w, sizeof *x);
            float *y = cupel_alloc(n * w, sizeof *y);
            forms[f]->compute(&b, 0, n, CUPEL_ISA_PLAIN, plain, w, NULL);
            for (int isa = CUPEL_ISA_PLAIN; isa <= (int)cupel_isa_best(); isa++) {
                forms[f]->compute(&b, 0, n, (cupel_isa)isa, x, w, NULL);
                assert_memory_equal(x, plain, n * w * sizeof *x);
                if (!forms[f]->compute_f32) continue;
                forms[f]->compute_f32(&b, 0, n, (cupel_isa)isa, y, w, NULL);
                for (size_t j = 0; j < n * w; j++) assert_true(y[j] == (float)plain[j] || (isnan(y[j]) && isnan(plain[j])));
            }
            cupel_free(plain);
            cupel_free(x);
            cupel_free(y);
        }
    }
    cupel_batch_release(&b);
}

/* A row is the same wherever it stands, and nothing beside it is touched. */
static void rows_stand_alone(void **state)
{
    (void)state;
    enum { ROWS = 37, FROM = 11, N = 13, MORE = 5 };
    cupel_batch b = {0};
    random_batch(5, ROWS, 7, 103, &b);
    for (size_t i = 0; cupel_descriptors[i]; i++) {
        const cupel_descriptor *d = cupel_descriptors[i];
        for (int isa = CUPEL_ISA_PLAIN; isa <= (int)cupel_isa_best(); isa++) {
            size_t w = d->n_columns, ld = w + MORE;
            double *all = cupel_alloc(ROWS * w, sizeof *all), *some = cupel_alloc(N * ld, sizeof *some);
            float *narrow = cupel_alloc(N * ld, sizeof *narrow);
            for (size_t j = 0; j < N * ld; j++) some[j] = narrow[j] = -77.0f;
            d->compute(&b, 0, ROWS, (cupel_isa)isa, all, w, NULL);
            d->compute(&b, FROM, N, (cupel_isa)isa, some, ld, NULL);
            if (d->compute_f32) d->compute_f32(&b, FROM, N, (cupel_isa)isa, narrow, ld, NULL);
            for (size_t k = 0; k < N; k++) {
                assert_memory_equal(some + k * ld, all + (FROM + k) * w, w * sizeof *all);
                for (size_t j = w; j < ld; j++) assert_true(some[k * ld + j] == -77.0 && narrow[k * ld + j] == -77.0f);
            }
            cupel_free(all);
            cupel_free(some);
            cupel_free(narrow);
        }
    }
    cupel_batch_release(&b);
}

static void missing_values_carry_a_reason(void **state)
{
    (void)state;
    const cupel_descriptor *d = find("magpie");
    cupel_batch b = {0};
    cupel_err err;
    add(&b, "HeH");  /* no melting point and no electronegativity for He */
    add(&b, "Fe2O3");
    add(&b, "Xx2O3");
    check_ok(cupel_batch_add(&b, NULL, CUPEL_REASON_MISSING_FORMULA, &err), &err);
    for (int isa = CUPEL_ISA_PLAIN; isa <= (int)cupel_isa_best(); isa++) {
        double x[4][132];
        float y[4][132];
        unsigned char reason[4] = {0, CUPEL_REASON_BAD_NUMBER, 0, 0}, reason32[4] = {0};
        d->compute(&b, 0, 4, (cupel_isa)isa, x[0], 132, reason);
        d->compute_f32(&b, 0, 4, (cupel_isa)isa, y[0], 132, reason32);
        assert_int_equal(reason[0], CUPEL_REASON_NO_ELEMENT_DATA);
        assert_int_equal(reason[1], CUPEL_REASON_BAD_NUMBER); /* one that was set stays */
        assert_int_equal(reason[2], CUPEL_REASON_BAD_FORMULA);
        assert_int_equal(reason[3], CUPEL_REASON_MISSING_FORMULA);
        assert_int_equal(reason32[0], CUPEL_REASON_NO_ELEMENT_DATA);
        assert_int_equal(reason32[1], 0);
        for (size_t p = 0; p < 22; p++)
            for (size_t s = 0; s < 6; s++) {
                size_t j = 6 * p + s;
                assert_int_equal(isnan(x[0][j]) != 0, p == 3 || p == 7);
                assert_int_equal(isnan(y[0][j]) != 0, p == 3 || p == 7);
                assert_true(!isnan(x[1][j]) && !isnan(y[1][j]));
                assert_true(isnan(x[2][j]) && isnan(y[2][j]) && isnan(x[3][j]) && isnan(y[3][j]));
            }
        d->imputed->compute(&b, 0, 4, (cupel_isa)isa, x[0], 132, reason32);
        for (size_t j = 0; j < 132; j++) assert_true(!isnan(x[0][j]) && isnan(x[2][j]));
        unsigned char fresh[4] = {0};
        d->imputed->compute_f32(&b, 0, 4, (cupel_isa)isa, y[0], 132, fresh);
        assert_int_equal(fresh[0], CUPEL_REASON_IMPUTED);
        assert_int_equal(fresh[1], 0);
    }
    cupel_batch_release(&b);
    const cupel_descriptor *v = find("valence_orbital");
    unsigned char reason = 0;
    double *x = values(v, "NhH", &reason);
    assert_int_equal(reason, CUPEL_REASON_NO_ELEMENT_DATA);
    for (size_t j = 0; j < v->n_columns; j++) assert_true(isnan(x[j]));
    cupel_free(x);
}

/* matminer's MagpieData(impute_nan=True): He gets the mean melting point and electronegativity of the other elements. */
static void imputed_values_are_the_table_means(void **state)
{
    (void)state;
    const cupel_descriptor *d = find("magpie")->imputed;
    double *x = values(d, "He", NULL);
    check_close(x[column_of(d, "MagpieData mean MeltingT")], 1296.4714851485149, 1e-14, 0);
    check_close(x[column_of(d, "MagpieData mode Electronegativity")], 1.7151020408163266, 1e-14, 0);
    cupel_free(x);
}

static void norms_are_norms(void **state)
{
    (void)state;
    const cupel_descriptor *d = find("stoichiometry");
    const double p[7] = {0, 0, 2, 3, 5, 7, 10}; /* behind the number of atoms */
    cupel_batch b = {0};
    random_batch(6, 2000, 30, 118, &b);
    for (size_t k = 0; k < b.n; k++) {
        double x[7], total = 0.0;
        size_t first = b.first[k], n = b.first[k + 1] - first;
        d->compute(&b, k, 1, CUPEL_ISA_PLAIN, x, 7, NULL);
        for (size_t i = 0; i < n; i++) total += b.amount[first + i];
        assert_true(x[0] > 0.0 && x[1] == (double)n);
        for (size_t j = 2; j < 7; j++) {
            double sum = 0.0;
            for (size_t i = 0; i < n; i++) sum += pow(b.amount[first + i] / total, p[j]);
            check_close(x[j], pow(sum, 1.0 / p[j]), 4e-15, 0);
            assert_true(x[j] <= x[j - 1] * (1.0 + 1e-15)); /* norms fall with p */
        }
    }
    cupel_batch_release(&b);
}

/* pymatgen's integer formula: peroxides and molecules count twice, fractions to 1e-4, and what has no divisor above that gets a broken number. */
static void atoms_of_the_smallest_formula(void **state)
{
    (void)state;
    static const struct {
        const char *formula;
        double atoms;
    } cases[] = {{"NaCl", 2}, {"Na4Cl4", 2}, {"Fe2O3", 5}, {"Fe", 1}, {"O3", 2}, {"H2O", 3}, {"Na2O2", 4}, {"LiO", 4}, {"MgO", 2}, {"Li0.5O0.25", 3},
                 {"Ga1As0.01P0.99", 200}, {"Fe75.3Si9.7B15", 1000}, {"Al1e-05Fe0.99999", 1.0000100001000011}, {"Fe2000000000O", 2000000001}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double *x = values(find("stoichiometry"), cases[i].formula, NULL);
        check_close(x[0], cases[i].atoms, 1e-11, 0);
        cupel_free(x);
    }
}

/* The reference table `file` of matminer values: source,formula,columns; a name per column in the order of the descriptor. */
static void compare(const char *name, const char *file)
{
    const char *path = shared_path(file);
    if (!path) {
        print_message("skip %s: ../shared is absent\n", file);
        skip();
        return;
    }
    FILE *f = fopen(path, "r");
    const cupel_descriptor *d = find(name);
    static char line[1 << 16];
    size_t rows = 0;
    cupel_str column = {0};
    for (; fgets(line, sizeof line, f); rows++) {
        char *save = NULL, *field = strtok_r(line, ",\r\n", &save), *formula = strtok_r(NULL, ",\r\n", &save);
        assert_true(field && formula);
        unsigned char reason = 0;
        double *x = rows ? values(d, formula, &reason) : NULL;
        assert_int_equal(reason, 0);
        for (size_t j = 0; j < d->n_columns; j++) {
            const char *unit;
            double expected;
            field = strtok_r(NULL, ",\r\n", &save);
            assert_non_null(field);
            if (rows) {
                assert_true(cupel_parse_double(cupel_text_of(field), &expected));
                check_close(x[j], expected, 1e-12, 1e-12);
            } else {
                cupel_str_clear(&column);
                d->column(j, &column, &unit);
                assert_string_equal(field, cupel_str_text(&column));
            }
        }
        assert_null(strtok_r(NULL, ",\r\n", &save));
        cupel_free(x);
    }
    assert_true(rows > 300);
    cupel_str_free(&column);
    fclose(f);
}

static void magpie_as_matminer(void **state) { (void)state; compare("magpie", "reference/matminer/comp_magpie132.csv"); }
static void stoichiometry_as_matminer(void **state) { (void)state; compare("stoichiometry", "reference/matminer/comp_stoichiometry.csv"); }
static void valence_orbital_as_matminer(void **state) { (void)state; compare("valence_orbital", "reference/matminer/comp_valence_orbital.csv"); }
static void element_fraction_as_matminer(void **state)
{
    (void)state;
    compare("element_fraction", "reference/matminer/comp_element_fraction.csv");
}
static void tmetal_fraction_as_matminer(void **state) { (void)state; compare("tmetal_fraction", "reference/matminer/comp_tmetal_fraction.csv"); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_sound),
        cmocka_unit_test(magpie_of_an_element_is_its_row),
        cmocka_unit_test(magpie_by_hand),
        cmocka_unit_test(mode_is_the_smallest_among_equals),
        cmocka_unit_test(statistics_keep_their_order),
        cmocka_unit_test(values_belong_to_the_composition),
        cmocka_unit_test(forms_agree_to_the_bit),
        cmocka_unit_test(rows_stand_alone),
        cmocka_unit_test(missing_values_carry_a_reason),
        cmocka_unit_test(imputed_values_are_the_table_means),
        cmocka_unit_test(norms_are_norms),
        cmocka_unit_test(atoms_of_the_smallest_formula),
        cmocka_unit_test(magpie_as_matminer),
        cmocka_unit_test(stoichiometry_as_matminer),
        cmocka_unit_test(valence_orbital_as_matminer),
        cmocka_unit_test(element_fraction_as_matminer),
        cmocka_unit_test(tmetal_fraction_as_matminer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
