/* core/engine/micro/twins.c */
#include "tests/check.h"

#include "core/engine/micro/twins.h"

static const cupel_job job = {.threads = 1};

#define P_SURFACE "nodal_surface:fraction=0.35,c1_0_0=1,c0_1_0=1,c0_0_1=1,c1_1_0=0.2,c0_1_1=-0.3"
/* The same, moved by half a period along the first axis: waves that are odd along it change their sign. */
#define MOVED "nodal_surface:fraction=0.35,c1_0_0=-1,c0_1_0=1,c0_0_1=1,c1_1_0=-0.2,c0_1_1=-0.3"

static cupel_recipe recipe_of(const char *text)
{
    cupel_err err = {0};
    cupel_recipe r;
    check_ok(cupel_recipe_of_text(text, &r, &err), &err);
    return r;
}

static double overlap_of(const char *a, const char *b, size_t voxels)
{
    cupel_err err = {0};
    double overlap = NAN;
    const cupel_recipe x = recipe_of(a), y = recipe_of(b);
    check_ok(cupel_twins_overlap(&x, &y, voxels, &job, &overlap, &err), &err);
    return overlap;
}

/* Conductivity k on the diagonal with a bar, verified. */
static cupel_design design_of(const char *recipe, double k, double bar)
{
    return (cupel_design){.recipe = recipe_of(recipe), .grid = 24, .limit.k = {k, 0, 0, 0, k, 0, 0, 0, k},
                          .bar.k = {bar, 0, 0, 0, bar, 0, 0, 0, bar}};
}

static bool are_twins(const char *a, double k_a, const char *b, double k_b, double bar)
{
    cupel_err err = {0};
    bool twins = false;
    cupel_micro_demand *d = calloc(1, sizeof *d);
    assert_non_null(d);
    d->needs_conduction = true;
    const cupel_design x = design_of(a, k_a, bar), y = design_of(b, k_b, bar);
    check_ok(cupel_twins(d, &x, &y, &job, &twins, &err), &err);
    free(d);
    return twins;
}

static void overlap_knows_translations(void **state)
{
    (void)state;
    check_close(overlap_of(P_SURFACE, P_SURFACE, 24), 1, 1e-5, 0);
    check_close(overlap_of(P_SURFACE, MOVED, 24), 1, 1e-5, 0);
    assert_true(overlap_of(P_SURFACE, MOVED, 25) > 0.9); /* half a period is no whole number of voxels */
    assert_true(overlap_of(P_SURFACE, "nodal_surface:fraction=0.35,c1_1_0=-1,c1_0_1=-1,c0_1_1=-1", 24) < 0.7);
    assert_true(overlap_of("gaussian:fraction=0.35,wavelength=0.5,seed=1", "gaussian:fraction=0.35,wavelength=0.5,seed=2", 24) < 0.7);
    assert_true(overlap_of("laminate:fraction=0.5", "laminate:fraction=0.5,seed=9", 16) > 0.999);
}

static void twins_are_told(void **state)
{
    (void)state;
    assert_true(are_twins(P_SURFACE, 2, MOVED, 2.01, 0.02));              /* moved by half a period */
    assert_true(are_twins("gyroid:fraction=0.3,seed=1", 2, "gyroid:fraction=0.3,seed=2", 2, 0.001)); /* the seed says nothing */
    assert_true(are_twins("gaussian:fraction=0.3,seed=1", 2, "gaussian:fraction=0.301,seed=1", 2.01, 0.001)); /* parameters alike */
}

static void others_are_not(void **state)
{
    (void)state;
    /* Alike in all that is asked, and other structures. */
    assert_false(are_twins("gyroid:fraction=0.3", 2, P_SURFACE, 2, 0.02));
    assert_false(are_twins("gaussian:fraction=0.3,wavelength=0.5,seed=1", 2, "gaussian:fraction=0.3,wavelength=0.5,seed=2", 2, 0.02));
    /* One structure that has other tensors, beyond bars and what anybody tells apart. */
    assert_false(are_twins(P_SURFACE, 2, MOVED, 2.1, 0.02));
    assert_true(are_twins(P_SURFACE, 2, MOVED, 2.1, 0.06));
    /* What was not verified has no bars. */
    assert_false(are_twins(P_SURFACE, 2, P_SURFACE, 2, NAN));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(overlap_knows_translations), cmocka_unit_test(twins_are_told),
                                       cmocka_unit_test(others_are_not)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
