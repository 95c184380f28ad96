/* Sets of descriptors by name: lists, forms, presets; smooth ones in both widths. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/engine/presets.h"
#include "core/engine/sets.h"
#include "core/matter/formula.h"
#include "core/matter/reason.h"

static void check_text(const char *names, unsigned forms, const char *want)
{
    cupel_sets s;
    cupel_err err;
    cupel_str text = {0};
    check_ok(cupel_sets_parse(names, forms, &s, &err), &err);
    cupel_sets_text(&s, &text);
    assert_string_equal(cupel_str_text(&text), want);
    cupel_str_free(&text);
    size_t columns = 0;
    for (size_t i = 0; i < s.n; i++) columns += s.set[i]->n_columns;
    assert_int_equal(columns, s.n_columns);
}

static void names_are_canonical(void **state)
{
    (void)state;
    check_text("magpie + alloy ,pairs", 0, "magpie,alloy,pairs");
    check_text("magpie:smooth,deml:matminer", 0, "magpie:smooth,deml:matminer");
    check_text("magpie:smooth,alloy", CUPEL_SETS_SMOOTH, "magpie:smooth,alloy:smooth");
    check_text("robust", 0, cupel_preset_find(cupel_text_of("robust"))->sets);
    check_text("quantiles,robust:smooth", 0, "quantiles,stoichiometry_wide:smooth,valence_orbital:smooth"); /* once is enough */
}

static void wrong_names_are_refused(void **state)
{
    (void)state;
    cupel_sets s;
    cupel_err err;
    check_fails(cupel_sets_parse("magpie,", 0, &s, &err), CUPEL_USAGE, &err, "expected one of");
    check_fails(cupel_sets_parse("robus", 0, &s, &err), CUPEL_USAGE, &err, "did you mean 'robust'?");
    check_fails(cupel_sets_parse("magpie,magpie:smooth", 0, &s, &err), CUPEL_USAGE, &err, "given twice");
    check_fails(cupel_sets_parse("robust,quantiles", 0, &s, &err), CUPEL_USAGE, &err, "given twice");
    check_fails(cupel_sets_parse("magpie:rough", 0, &s, &err), CUPEL_USAGE, &err, "or smooth, not 'rough'");
    check_fails(cupel_sets_parse("magpie:smooth", CUPEL_SETS_MATMINER, &s, &err), CUPEL_USAGE, &err, "no smooth descriptors");
    check_fails(cupel_sets_parse("magpie:smooth:smooth", 0, &s, &err), CUPEL_USAGE, &err, "not 'smooth:smooth'");
}

static void presets_have_no_column_twice(void **state)
{
    (void)state;
    for (size_t k = 0; cupel_preset_at(k); k++)
        for (unsigned forms = 0; forms <= CUPEL_SETS_SMOOTH; forms += CUPEL_SETS_SMOOTH) {
            cupel_sets s;
            cupel_err err;
            const char *unit;
            check_ok(cupel_sets_parse(cupel_preset_at(k)->method.name, forms, &s, &err), &err);
            cupel_str *name = cupel_alloc(s.n_columns, sizeof *name);
            for (size_t j = 0; j < s.n_columns; j++) {
                cupel_sets_column(&s, j, &name[j], &unit);
                for (size_t i = 0; i < j; i++) assert_string_not_equal(cupel_str_text(&name[i]), cupel_str_text(&name[j]));
            }
            for (size_t j = 0; j < s.n_columns; j++) cupel_str_free(&name[j]);
            cupel_free(name);
        }
}

/* What `cupel describe` writes once: columns of one name in one form are the same numbers. */
static void check_shared(const cupel_sets *s, const cupel_batch *b, size_t n, size_t *shared)
{
    size_t w = s->n_columns;
    double *x = cupel_alloc(n * w, sizeof *x);
    cupel_str *name = cupel_alloc(w, sizeof *name);
    const char *unit;
    cupel_sets_compute(s, b, 0, n, cupel_isa_best(), x, w, NULL);
    for (size_t j = 0; j < w; j++) {
        cupel_sets_column(s, j, &name[j], &unit);
        for (size_t i = 0; i < j; i++) {
            if (name[i].n != name[j].n || strcmp(cupel_str_text(&name[i]), cupel_str_text(&name[j])) != 0) continue;
            ++*shared;
            assert_string_not_equal(cupel_sets_of(s, i), cupel_sets_of(s, j));
            assert_true(cupel_sets_shared(s, i, j));
            for (size_t row = 0; row < n; row++) {
                double a = x[row * w + i], c = x[row * w + j];
                assert_true(isnan(a) == isnan(c) && !(fabs(a - c) > 1e-14 * fabs(a))); /* three roundings in another order */
            }
        }
    }
    for (size_t j = 0; j < w; j++) cupel_str_free(&name[j]);
    cupel_free(name);
    cupel_free(x);
}

static void columns_of_one_name_are_one(void **state)
{
    (void)state;
    static const char *const formulas[] = {"FeC", "Fe2O3", "HeH", "CuNi", "AlCoCrFeNi", "Fe", "La0.7Sr0.3MnO3", "Ti25Ni75Cu0.001", "Og", "CuZr2"};
    enum { N = sizeof formulas / sizeof *formulas };
    cupel_err err;
    cupel_batch b = {0};
    for (size_t i = 0; i < N; i++) check_ok(cupel_batch_add_formula(&b, cupel_text_of(formulas[i]), CUPEL_DOT_REFUSE, &err), &err);
    cupel_str all = {0};
    for (size_t i = 0; cupel_descriptors[i]; i++) cupel_str_addf(&all, "%s%s", i ? "," : "", cupel_descriptors[i]->method.name);
    static const unsigned forms[] = {0, CUPEL_SETS_IMPUTED, CUPEL_SETS_MATMINER, CUPEL_SETS_SMOOTH};
    for (size_t k = 0; k < sizeof forms / sizeof *forms; k++) {
        cupel_sets s;
        size_t shared = 0;
        check_ok(cupel_sets_parse(cupel_str_text(&all), forms[k], &s, &err), &err);
        check_shared(&s, &b, N, &shared);
        assert_int_equal(shared, 10); /* valence electrons of meredig and valence_orbital, Yang's two of wen_alloys and yang_solid_solution */
    }
    cupel_sets s;
    check_ok(cupel_sets_parse("valence_orbital,meredig:matminer", 0, &s, &err), &err);
    assert_false(cupel_sets_shared(&s, 0, s.n_columns - 1));
    cupel_str_free(&all);
    cupel_batch_release(&b);
}

/* Smooth and plain sets side by side, as rows and one by one, as double and as float. */
static void smooth_sets_stand_beside_plain_ones(void **state)
{
    (void)state;
    static const char *const formulas[] = {"FeC", "Fe100C100Si1", "Fe2O3", "HeH", "Xx", "Ti25Ni75Cu0.001"};
    enum { N = sizeof formulas / sizeof *formulas };
    cupel_sets s;
    cupel_err err;
    cupel_batch b = {0};
    for (size_t i = 0; i < N; i++) check_ok(cupel_batch_add_formula(&b, cupel_text_of(formulas[i]), CUPEL_DOT_REFUSE, &err), &err);
    check_ok(cupel_sets_parse("magpie,miedema:smooth,oli:smooth,element_fraction", 0, &s, &err), &err);
    size_t w = s.n_columns;
    double *x = cupel_alloc(N * w, sizeof *x), *one = cupel_alloc(w, sizeof *one);
    float *y = cupel_alloc(N * w, sizeof *y);
    unsigned char reason[N] = {0}, narrow[N] = {0}, alone;
    cupel_sets_compute(&s, &b, 0, N, cupel_isa_best(), x, w, reason);
    cupel_sets_compute_f32(&s, &b, 0, N, cupel_isa_best(), y, w, narrow, one);
    assert_memory_equal(reason, narrow, N);
    for (size_t i = 0; i < N; i++) {
        alone = 0;
        cupel_sets_compute(&s, &b, i, 1, CUPEL_ISA_PLAIN, one, w, &alone);
        assert_memory_equal(one, x + i * w, w * sizeof *x);
        assert_int_equal(alone, reason[i]);
        for (size_t j = 0; j < w; j++) assert_true(y[i * w + j] == (float)x[i * w + j] || isnan(x[i * w + j]));
    }
    assert_int_equal(reason[0], 0);
    assert_int_equal(reason[2], CUPEL_REASON_NO_ELEMENT_DATA); /* oxygen in Miedema's model */
    assert_int_equal(reason[4], CUPEL_REASON_BAD_FORMULA);
    cupel_free(x);
    cupel_free(y);
    cupel_free(one);
    cupel_batch_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_canonical),
        cmocka_unit_test(wrong_names_are_refused),
        cmocka_unit_test(presets_have_no_column_twice),
        cmocka_unit_test(columns_of_one_name_are_one),
        cmocka_unit_test(smooth_sets_stand_beside_plain_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
