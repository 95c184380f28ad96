/* models/homogenize/necks.c */
#include "tests/check.h"

#include "models/homogenize/necks.h"

#include <math.h>

enum { N = 12 };

static cupel_err err;

/* Slabs normal to axis 0 of phase 1, with two layers of phase 0 between them that a bar of `neck` voxels goes through. */
static cupel_mixture slabs(size_t neck)
{
    cupel_mixture m = {0};
    check_ok(cupel_mixture_init(&m, 3, (const size_t[]){N, N, N}, 2, &err), &err);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++)
            for (size_t k = 0; k < N; k++) m.id8[(i * N + j) * N + k] = i < 5 || i > 6 || (j == 0 && k < neck);
    return m;
}

static void a_bar_between_slabs_is_a_neck(void **state)
{
    (void)state;
    double section[3];
    cupel_mixture m = slabs(3);
    check_ok(cupel_neck_sections(&m, 1, HUGE_VAL, section, &err), &err);
    check_close(section[0], 3, 1e-12, 0);
    check_close(section[1], 10 * N, 1e-12, 0); /* the planes without the bar: one patch round the box */
    check_ok(cupel_neck_sections(&m, 1, 4, section, &err), &err); /* no more is asked than what is below 4 */
    check_close(section[0], 3, 1e-12, 0);
    assert_true(isinf(section[1]) && isinf(section[2]));
    check_ok(cupel_neck_sections(&m, 0, HUGE_VAL, section, &err), &err);
    assert_true(isinf(section[0])); /* it does not go through the slabs */
    check_close(section[1], 2 * N - 6, 1e-12, 0);
    cupel_mixture_release(&m);
    m = slabs(0);
    check_ok(cupel_neck_sections(&m, 1, HUGE_VAL, section, &err), &err);
    assert_true(isinf(section[0]));
    cupel_mixture_release(&m);
}

/* Two bars apart count by their areas; a cut voxel by its share. */
static void patches_are_counted_by_their_areas(void **state)
{
    (void)state;
    double section[3];
    cupel_mixture m = slabs(4);
    for (size_t i = 5; i < 7; i++) m.id8[(i * N + 6) * N + 6] = m.id8[(i * N + 6) * N + 7] = 1;
    check_ok(cupel_neck_sections(&m, 1, HUGE_VAL, section, &err), &err);
    check_close(section[0], (16 + 4) / 6.0, 1e-12, 0);
    m.row = calloc(N * N + 1, sizeof *m.row);
    m.cut = malloc(sizeof *m.cut);
    assert_non_null(m.row);
    assert_non_null(m.cut);
    *m.cut = (cupel_cut){.k = 7, .p = 0.5F, .normal = {0, 0, 32767}, .a = 0, .b = 1};
    m.n_cuts = 1;
    for (size_t r = 5 * N + 7; r <= N * N; r++) m.row[r] = 1; /* in row (5, 6) */
    check_ok(cupel_neck_sections(&m, 1, HUGE_VAL, section, &err), &err);
    check_close(section[0], (16 + 2.25) / 5.5, 1e-6, 0);
    free(m.row);
    free(m.cut);
    m.row = NULL;
    m.cut = NULL;
    cupel_mixture_release(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_bar_between_slabs_is_a_neck), cmocka_unit_test(patches_are_counted_by_their_areas)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
