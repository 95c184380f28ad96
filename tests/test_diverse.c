#include "tests/check.h"

#include "core/engine/board.h"
#include "core/engine/diverse.h"

#include <string.h>

/* A ranking of these compositions, best first; three properties of a row follow from its place, so that rows can be told apart afterwards. */
static void ranking(const char *const *key, size_t n, double distance, int64_t keep, cupel_result *r)
{
    cupel_err err = {0};
    const cupel_board_shape shape = {.p = 1, .r = 1, .c = 0, .m = 1};
    *r = (cupel_result){.keep = keep, .diverse = distance, .diverse_in = (char *)(uintptr_t)"composition", .n_properties = 1, .n_requirements = 1,
                        .n_objectives = 1};
    check_ok(cupel_shortlist_take(&r->rows, shape, n, &r->arena, &err), &err);
    for (size_t i = 0; i < n; i++) {
        r->rows.index[i] = (int64_t)(10 * i);
        r->rows.copies[i] = 1;
        r->rows.value[i] = (double)i;
        r->rows.chance[i] = 1 / (1 + (double)i);
        r->rows.in_domain[i] = (unsigned char)(i % 2);
        r->rows.key[i] = r->rows.formula[i] = cupel_arena_text(&r->arena, key[i], strlen(key[i]));
    }
}

static void select_rows(const char *const *key, size_t n, double distance, int64_t keep, const size_t *want, size_t n_want, int64_t near)
{
    cupel_err err = {0};
    cupel_result r;
    ranking(key, n, distance, keep, &r);
    check_ok(cupel_diverse_select(&r, NULL, &err), &err);
    assert_int_equal(r.rows.n, n_want);
    assert_int_equal(r.n_near, near);
    for (size_t i = 0; i < n_want; i++) {
        assert_string_equal(r.rows.key[i], key[want[i]]);
        assert_int_equal(r.rows.index[i], 10 * want[i]);
        assert_true(r.rows.value[i] == (double)want[i] && r.rows.chance[i] == 1 / (1 + (double)want[i]) && r.rows.in_domain[i] == want[i] % 2);
    }
    cupel_result_release(&r);
}

static void the_best_of_neighbours_stays(void **state)
{
    (void)state;
    /* distances from GaAs: GaP 1, Ga3As2 0.2, InSb 2, GaAs at another temperature 0 */
    static const char *const key[] = {"GaAs", "Ga3As2", "GaAs\t300", "GaP", "InSb", "In2Sb3"};
    select_rows(key, 6, 0.1, 100, (const size_t[]){0, 1, 3, 4, 5}, 5, 1);
    select_rows(key, 6, 0.3, 100, (const size_t[]){0, 3, 4}, 3, 3);
    select_rows(key, 6, 2, 100, (const size_t[]){0, 4}, 2, 4);
    select_rows(key, 6, 0.3, 2, (const size_t[]){0, 3}, 2, 2); /* what stands behind the last is not looked at */
}

/* At the distance is not nearer: GaAs and Ga3As2 are 0.2 apart, whatever the last digit says. */
static void the_distance_itself_is_far_enough(void **state)
{
    (void)state;
    static const char *const key[] = {"GaAs", "Ga3As2", "Ga7As3"};
    select_rows(key, 3, 0.2, 100, (const size_t[]){0, 1, 2}, 3, 0);
}

static void without_a_distance_nothing_changes(void **state)
{
    (void)state;
    static const char *const key[] = {"GaAs", "GaAs", "GaP"};
    select_rows(key, 3, 0, 1, (const size_t[]){0, 1, 2}, 3, 0);
    assert_int_equal(cupel_diverse_pool(0, 7), 7);
    assert_int_equal(cupel_diverse_pool(0.1, 7), 700);
    assert_int_equal(cupel_diverse_pool(0.1, CUPEL_KEEP_MAX), CUPEL_KEEP_MAX);
}

/* A key and a scale that no cupel wrote, as a forged part may hold. */
static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_result r;
    static const char *const key[] = {"GaAs", "Xx"};
    ranking(key, 2, 0.1, 10, &r);
    check_fails(cupel_diverse_select(&r, NULL, &err), CUPEL_BAD_ARTIFACT, &err, "Xx");
    cupel_result_release(&r);
    double scale = 1;
    ranking(key, 1, 0.1, 10, &r);
    r.diverse_in = (char *)(uintptr_t)"magpie";
    r.n_diverse_scale = 1;
    r.diverse_scale = &scale;
    check_fails(cupel_diverse_select(&r, NULL, &err), CUPEL_BAD_ARTIFACT, &err, "of 1 columns");
    cupel_result_release(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_best_of_neighbours_stays), cmocka_unit_test(the_distance_itself_is_far_enough),
                                       cmocka_unit_test(without_a_distance_nothing_changes), cmocka_unit_test(what_cannot_be_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
