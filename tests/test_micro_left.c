/* core/engine/micro/design.c, exact.c, attain.c, after.c: a search goes on where a solver does not converge, what plane layers have exactly, and what
 * is done after a search. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/engine/micro/after.h"
#include "core/engine/micro/replay.h"

#include <stdio.h>
#include <unistd.h>

static const cupel_job calm = {.threads = 1};

static cupel_micro_demand *demand_of(const char *rest)
{
    char text[1024];
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    snprintf(text, sizeof text, "demand: x\nscale: microstructure\nphases:\n  - {name: a, k: 1, E: 1, nu: 0.3}\n  - {name: b, k: 10, E: 5, nu: 0.3}\n"
                                "require:\n%s", rest);
    check_ok(cupel_micro_demand_read(cupel_text_of(text), "d.yaml", &d, &err), &err);
    return d;
}

/* ---- what does not converge ---- */

/* From the first conduction load on at which so many loads are done, or once something was verified, stiffnesses are no numbers: until the search has
 * said that it leaves something, or for good. left: of the budget from then on; 0: all of it. */
typedef struct fault {
    cupel_micro_demand *d;
    const cupel_designs *found;
    size_t at, left;
    bool when_verified, for_good, broken, done;
    cupel_material kept;
    char said[256];
} fault;

static void break_it(void *user, const char *stage, uint64_t done, uint64_t total)
{
    fault *f = user;
    cupel_material *m = &f->d->phase[1].material;
    (void)done, (void)total;
    if (f->broken || f->done || f->found->solves < f->at || (f->when_verified && !f->found->verify_solves) || !strstr(stage, "of 3")) return;
    f->kept = *m;
    m->c[0][3] = m->c[3][0] = NAN;
    m->c_isotropic = false;
    f->broken = true;
    if (f->left) f->d->budget_solves = f->found->solves + f->left;
}

static void mend_it(void *user, cupel_level level, const char *text)
{
    fault *f = user;
    (void)level;
    snprintf(f->said, sizeof f->said, "%s", text);
    if (!f->broken || f->for_good) return;
    f->d->phase[1].material = f->kept;
    f->broken = false, f->done = true;
}

/* at: SIZE_MAX for no fault. */
static cupel_designs *found_with(const char *rest, uint64_t solves, fault *f)
{
    cupel_err err = {0};
    cupel_designs *found = cupel_alloc(1, sizeof *found);
    const cupel_job job = {.threads = 1, .user = f, .progress = break_it, .say = mend_it};
    assert_non_null(found);
    f->d = demand_of(rest);
    f->found = found;
    f->d->budget_solves = solves;
    check_ok(cupel_design_search(f->d, cupel_now(), NULL, &job, found, &err), &err);
    return found;
}

static void release(fault *f, cupel_designs *found)
{
    cupel_designs_release(found);
    cupel_free(found);
    cupel_micro_demand_free(f->d);
}

#define BEARS "  - {property: young modulus, direction: [0, 0, 1], min: 1}\n"
#define LAYERED "  - {property: conductivity, target: [[1.8181818181818181, 0, 0], [0, 5.5, 0], [0, 0, 5.5]], within: 1 %}\n"
#define GYROID "space: {generator: gyroid, fraction: 0.3..0.4, seed: 1}\ngrid: 16\n"
#define LAYERS "space: {generator: laminate, fraction: 0.1..0.6}\ngrid: 16\n"

/* Its bar alone is in the way, so that it is verified on a finer grid too; where that fails the coarser verification stands. */
static void a_finer_verification_that_fails_costs_no_design(void **state)
{
    (void)state;
    fault f = {.when_verified = true};
    static const char rest[] = "  - {property: conductivity, target: [[2.8, 0, 0], [0, 2.8, 0], [0, 0, 2.8]], within: 0.2 %}\n" BEARS GYROID;
    cupel_designs *o = found_with(rest, 345, &f);
    assert_non_null(strstr(f.said, "a finer verification is left out: the solver left the range"));
    assert_true(o->n == 1 && !o->one[0].unverified && o->one[0].fine == 22 && o->dropped == 0);
    release(&f, o);
}

/* What is so far off that it is verified last. */
static void the_nearest_is_told_though_it_cannot_be_verified(void **state)
{
    (void)state;
    static const char rest[] = "  - {property: conductivity, target: [[4, 0, 0], [0, 2.8, 0], [0, 0, 2.8]], within: 5 %}\n" BEARS
                               "space: {generator: gyroid, fraction: 0.35..0.351, seed: 1}\ngrid: 8\n";
    fault f = {.at = SIZE_MAX};
    cupel_designs *o = found_with(rest, 1500, &f);
    assert_true(o->n == 1 && !o->one[0].unverified);
    const size_t at = o->one[0].search_solves;
    release(&f, o);
    f = (fault){.at = at};
    o = found_with(rest, 1500, &f);
    assert_non_null(strstr(f.said, "the nearest cannot be verified"));
    assert_true(o->n == 1 && o->one[0].unverified);
    release(&f, o);
}

/* Plane layers that are known to have it, in no space and in one of layers. */
static void a_search_follows_where_layers_cannot_be_verified(void **state)
{
    (void)state;
    fault f = {.at = 0};
    cupel_designs *o = found_with(LAYERED BEARS "grid: 16\n", 70, &f);
    assert_non_null(strstr(f.said, "is left for a search"));
    assert_true(o->n > 0 && !o->one[0].unverified && o->dropped == 0);
    release(&f, o);
    f = (fault){.at = 0};
    o = found_with("  - {property: conductivity, component: 22, min: 6.4, max: 6.4}\n" BEARS LAYERS, 70, &f);
    assert_non_null(strstr(f.said, "are left for a search"));
    assert_true(o->n > 0 && !o->one[0].unverified && o->dropped == 0);
    release(&f, o);
}

/* A budget in solves ends while one verification after the other fails, of 27 loads each. */
static void what_fails_is_paid_for(void **state)
{
    (void)state;
    static const char rest[] = "  - {property: conductivity, target: [[2.8, 0, 0], [0, 2.8, 0], [0, 0, 2.8]], within: 30 %}\n" BEARS
                               "space: {generator: gaussian, fraction: 0.3..0.301, wavelength: 0.5}\ngrid: 8\n";
    if (getenv("CUPEL_SANITIZED")) skip();
    fault f = {.at = SIZE_MAX};
    cupel_designs *o = found_with(rest, 1000, &f);
    assert_true(o->n && o->one[0].meets);
    const size_t at = o->one[0].search_solves;
    release(&f, o);
    f = (fault){.at = at, .left = 30, .for_good = true};
    o = found_with(rest, 1000, &f);
    assert_true(o->n == 1 && o->one[0].unverified && o->dropped > 0 && o->out_of_budget);
    assert_true(o->solves <= at + 30);
    release(&f, o);
}

/* ---- layers ---- */

/* They have what is asked of the tensors, and are verified; a share that goes through along their normal they have not. */
static void layers_that_do_not_meet_are_shown(void **state)
{
    (void)state;
    fault f = {.at = SIZE_MAX};
    cupel_designs *o = found_with("  - {property: conductivity, component: 22, min: 6.4, max: 6.4}\n  - {property: percolating fraction, phase: b, "
                                  "axis: 1, min: 0.5}\n" LAYERS, 10, &f);
    assert_true(o->n == 1 && o->one[0].exact && o->one[0].ask[0].met && !o->one[0].ask[1].met);
    assert_true(o->verify_solves == 9);
    release(&f, o);
}

/* A fraction at which a number is 0 to rounding, where what is missed of the number itself is all of it. */
static void layers_that_do_not_expand_are_found(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    cupel_designs *o = cupel_alloc(1, sizeof *o);
    assert_non_null(o);
    check_ok(cupel_micro_demand_read(cupel_text_of("demand: x\nscale: microstructure\nphases:\n  - {name: a, E: 1, nu: 0.3, alpha: -1.0e-5}\n"
                                                   "  - {name: b, E: 3, nu: 0.2, alpha: 2.0e-5}\nrequire:\n"
                                                   "  - {property: expansion, component: 22, min: 0, max: 0}\n" LAYERS), "d.yaml", &d, &err), &err);
    d->budget_solves = 30;
    check_ok(cupel_design_search(d, cupel_now(), NULL, &calm, o, &err), &err);
    assert_true(o->n == 1 && o->one[0].exact && o->one[0].meets && o->solves == o->verify_solves);
    cupel_designs_release(o);
    cupel_free(o);
    cupel_micro_demand_free(d);
}

/* The surface of layers and their chords are those of their voxels: no closed form judges them or proves them. */
static void statistics_are_in_no_closed_form(void **state)
{
    (void)state;
    fault f = {.said = ""};
    cupel_attainable a;
    const cupel_job job = {.threads = 1, .user = &f, .say = mend_it};
    f.d = demand_of("  - {property: surface per volume, min: 4, max: 4}\n" LAYERS);
    cupel_micro_demand_say(f.d, &job);
    assert_non_null(strstr(f.said, "nothing passes"));
    cupel_micro_demand_free(f.d);
    for (int i = 0; i < 2; i++) {
        f.d = demand_of(i ? LAYERED "  - {property: mean chord, phase: b, max: 0.1}\n" : LAYERED);
        cupel_attainable_find(f.d, &a);
        assert_true(a.found == !i);
        cupel_micro_demand_free(f.d);
    }
}

/* ---- after a search ---- */

static bool stops(void *user) { return *(bool *)user; }

/* The designs of a search of 60 s that took so many: one, verified. */
static cupel_designs *searched(const cupel_micro_demand *d, double seconds)
{
    cupel_err err = {0};
    cupel_designs *found = cupel_alloc(1, sizeof *found);
    assert_non_null(found);
    found->n = 1, found->seconds = seconds;
    found->one[0] = (cupel_design){.grid = d->grid, .fine = d->grid};
    check_ok(cupel_recipe_of_text("gyroid:fraction=0.3", &found->one[0].recipe, &err), &err);
    return found;
}

/* With no time left too. */
static void a_gyroid_owes_its_seed_nothing(void **state)
{
    (void)state;
    cupel_err err = {0};
    bool over = true;
    double until = 0;
    cupel_micro_demand *d = demand_of("  - {property: conductivity, component: 11, min: 2}\ngrid: 8\n");
    const cupel_job job = {.threads = 1, .user = &over, .stop = stops};
    d->budget_seconds = 60;
    cupel_designs *found = searched(d, 59.9);
    check_ok(cupel_designs_after(d, found, NULL, &job, false, &until, &err), &err);
    assert_true(found->one[0].seeds.fixed && found->one[0].after.skipped == CUPEL_SKIPPED_SENSITIVITY);
    cupel_free(found);
    cupel_micro_demand_free(d);
}

/* What had been worked after the search before a kill is over: the job ends by so much earlier. */
static void the_end_counts_what_was_worked_before_a_kill(void **state)
{
    (void)state;
    cupel_err err = {0};
    char folder[] = "/tmp/cupel-after-XXXXXX";
    cupel_micro_demand *d = demand_of("  - {property: conductivity, component: 11, min: 2}\ngrid: 8\n");
    d->budget_seconds = 60;
    assert_non_null(mkdtemp(folder));
    for (int i = 0; i < 2; i++) {
        double until = 0;
        cupel_journal *journal = NULL;
        cupel_designs *found = searched(d, i ? 0 : 40);
        check_ok(cupel_replay_open(folder, d, i, &calm, &journal, &err), &err);
        const double begin = cupel_now();
        check_ok(cupel_designs_after(d, found, journal, &calm, false, &until, &err), &err);
        assert_true(found->one[0].sensitivity.grid && until - begin < 20.1 && until - begin > 5);
        cupel_journal_close(journal, i);
        cupel_free(found);
    }
    cupel_micro_demand_free(d);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_finer_verification_that_fails_costs_no_design),
                                       cmocka_unit_test(the_nearest_is_told_though_it_cannot_be_verified),
                                       cmocka_unit_test(a_search_follows_where_layers_cannot_be_verified),
                                       cmocka_unit_test(what_fails_is_paid_for),
                                       cmocka_unit_test(layers_that_do_not_meet_are_shown),
                                       cmocka_unit_test(layers_that_do_not_expand_are_found),
                                       cmocka_unit_test(statistics_are_in_no_closed_form),
                                       cmocka_unit_test(a_gyroid_owes_its_seed_nothing),
                                       cmocka_unit_test(the_end_counts_what_was_worked_before_a_kill)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
