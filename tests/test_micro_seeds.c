/* core/engine/micro/seeds.c */
#include "tests/check.h"

#include "core/engine/micro/seeds.h"

static const cupel_job job = {.threads = 1};

static bool random_of(const char *text)
{
    cupel_err err = {0};
    cupel_recipe r;
    bool random = false;
    check_ok(cupel_recipe_of_text(text, &r, &err), &err);
    check_ok(cupel_seeds_matter(&r, &job, &random, &err), &err);
    return random;
}

static void only_what_is_random_owes_anything_to_its_seed(void **state)
{
    (void)state;
    assert_true(random_of("gaussian:fraction=0.3,seed=7"));
    assert_true(random_of("overlapping_spheres:fraction=0.3,seed=7"));
    assert_false(random_of("gyroid:fraction=0.3,seed=7"));
    assert_false(random_of("nodal_surface:fraction=0.3,c1_0_0=1,c0_1_0=1,c0_0_1=1,seed=7"));
}

/* Repeated to the byte; a number spreads no more than its tensor, and a fraction that every seed is made to meet not at all. */
static void numbers_spread_as_their_tensor_does(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    cupel_recipe r;
    cupel_seeds s, again;
    size_t solves = 0, more = 0;
    check_ok(cupel_micro_demand_read(cupel_text_of("demand: x\nscale: microstructure\nphases:\n  - {name: a, k: 1}\n  - {name: b, k: 20}\nrequire:\n"
                                                   "  - {property: conductivity, invariant: trace, min: 1}\n"
                                                   "  - {property: volume fraction, phase: b, min: 0.1}\ngrid: 16\n"), "d.yaml", &d, &err), &err);
    check_ok(cupel_recipe_of_text("gaussian:fraction=0.3,seed=1", &r, &err), &err);
    check_ok(cupel_seeds_of(d, &r, NULL, &job, &s, &solves, &err), &err);
    assert_true(s.known && !s.fixed && s.n == 4 && s.grid == 16 && solves >= 15);
    /* The trace of a spread is at most sqrt 3 of its norm, and the tensor of these is near to isotropic: |T| is the trace over sqrt 3. */
    assert_true(s.spread.k > 0 && s.spread.ask[0] > 0 && s.spread.ask[0] / s.mean[0] <= 1.1 * s.spread.k);
    check_close(s.mean[1], 0.3, 1e-6, 0);
    assert_true(s.spread.ask[1] == 0);
    check_ok(cupel_seeds_of(d, &r, NULL, &job, &again, &more, &err), &err);
    assert_memory_equal(&s.spread, &again.spread, sizeof s.spread);
    cupel_tensors far = {.k = {100, 0, 0, 0, 100, 0, 0, 0, 100}}; /* this one, whose grid is then off by 100: so are the others' */
    check_ok(cupel_seeds_of(d, &r, &far, &job, &again, &more, &err), &err);
    assert_true(fabs(again.mean[0] - 300) < 3 * s.spread.ask[0] + 0.1 * s.mean[0]);
    r.seed = 2; /* three of its seeds are the same */
    check_ok(cupel_seeds_of(d, &r, NULL, &job, &again, &more, &err), &err);
    assert_true(again.spread.k != s.spread.k);
    cupel_micro_demand_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(only_what_is_random_owes_anything_to_its_seed),
                                       cmocka_unit_test(numbers_spread_as_their_tensor_does)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
