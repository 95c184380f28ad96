/* core/engine/micro/search.c, loads.c, replay.c: what a design says of its budget, and what it knows of it after a kill. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/engine/micro/replay.h"

#include <stdio.h>
#include <unistd.h>

typedef struct said {
    char text[256];
} said;

static void hear(void *user, cupel_level level, const char *text)
{
    said *x = user;
    (void)level;
    snprintf(x->text, sizeof x->text, "%s", text);
}

static const cupel_job calm = {.threads = 1};

static cupel_micro_demand *demand_of(const char *require)
{
    char text[512];
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    snprintf(text, sizeof text, "demand: x\nscale: microstructure\nphases:\n  - {name: a, k: 1}\n  - {name: b, k: 10}\nrequire:\n%sgrid: 16\n",
             require);
    check_ok(cupel_micro_demand_read(cupel_text_of(text), "d.yaml", &d, &err), &err);
    return d;
}

/* Of 50 s that are left a slow trial of a small grid says that no verification fits, which ends the search, though what is kept for a verification
 * is a share of the budget. A best trial that stands for a design is none. */
static void a_search_that_is_late_was_ended_by_its_budget(void **state)
{
    (void)state;
    cupel_micro_demand d = {.grid = 96, .budget_seconds = 60, .needs_elasticity = true, .n_phases = 2, .connected = 2};
    cupel_designs *found = cupel_alloc(1, sizeof *found);
    cupel_search *s = cupel_alloc(1, sizeof *s);
    assert_true(found && s);
    *s = (cupel_search){.d = &d, .out = found, .clock = {cupel_now() - 8, 60, &found->cut}};
    s->trial_seconds = 1 / cupel_search_seconds(1, 96);
    assert_false(cupel_search_out_of_budget(s));
    s->trial_seconds = 26 / cupel_search_seconds(1, 96);
    assert_true(cupel_search_late(s, CUPEL_CUT_STARTS) && !cupel_search_spent_verifying(s, 0, CUPEL_CUT_STEPS));
    assert_int_equal(found->cut, CUPEL_CUT_STARTS);
    assert_true(cupel_search_out_of_budget(s));
    found->cut = 0;
    assert_false(cupel_search_out_of_budget(s)); /* late or not, it has cut nothing short */
    d.budget_seconds = HUGE_VAL, d.budget_solves = 100;
    assert_false(cupel_search_out_of_budget(s));
    found->solves = 90; /* 9 trials of 6 to start anew */
    assert_true(cupel_search_out_of_budget(s));
    cupel_free(s);
    cupel_free(found);
}

/* Of 60 s 20 are left, and a verification took 15: a step of 10 would end without one, whether or not another design is there already, and one of 1
 * would not. */
static void each_start_keeps_the_time_of_its_verification(void **state)
{
    (void)state;
    cupel_micro_demand d = {.grid = 16, .budget_seconds = 60, .needs_elasticity = true, .n_phases = 2, .connected = 2};
    cupel_designs *found = cupel_alloc(1, sizeof *found);
    cupel_search *s = cupel_alloc(1, sizeof *s);
    assert_true(found && s);
    *s = (cupel_search){.d = &d, .out = found, .clock = {cupel_now() - 38, 60, &found->cut}, .verify_seconds = 15};
    for (found->n = 0; found->n < 2; found->n++) {
        found->cut = 0;
        s->trial_seconds = 1 / cupel_search_seconds(1, 16);
        assert_false(cupel_search_spent(s, 16) || found->cut);
        s->trial_seconds = 10 / cupel_search_seconds(1, 16);
        assert_true(cupel_search_spent(s, 16));
        assert_int_equal(found->cut, CUPEL_CUT_STEPS);
    }
    cupel_free(s);
    cupel_free(found);
}

static const char *said_of(const cupel_micro_demand *d, size_t solves, bool unverified, said *x)
{
    const cupel_job job = {.threads = 1, .user = x, .say = hear};
    cupel_designs *found = cupel_alloc(1, sizeof *found);
    assert_non_null(found);
    found->n = 1, found->solves = solves, found->one[0].unverified = unverified;
    *x = (said){""};
    cupel_loads_say(d, found, &job);
    cupel_free(found);
    return x->text;
}

/* A window: two trials to begin with (6 loads), and a verification of 9; 6 more where it has to hold under tolerances, or is made one body. */
static void what_is_too_small_counts_all_of_a_verification(void **state)
{
    (void)state;
    said x;
    cupel_micro_demand *d = demand_of("  - {property: conductivity, component: 11, min: 2, max: 4}\n");
    d->budget_solves = 14;
    assert_non_null(strstr(said_of(d, 15, false, &x), "a budget of 14 solves is too small for a first trial and its verification, which took 15: the "
                                                      "least that will do is --budget 15solves"));
    assert_string_equal(said_of(d, 15, true, &x), ""); /* it was interrupted: nothing was verified */
    d->budget_solves = 15;
    assert_string_equal(said_of(d, 21, false, &x), "");
    d->hold_line = 7;
    assert_non_null(strstr(said_of(d, 21, false, &x), "--budget 21solves"));
    d->hold_line = 0, d->connected = 1;
    assert_non_null(strstr(said_of(d, 21, false, &x), "--budget 21solves"));
    d->budget_solves = 21;
    assert_string_equal(said_of(d, 22, false, &x), "");
    cupel_micro_demand_free(d);
}

/* One verification, solved or taken from the journal of the folder. */
static double seconds_of(const char *folder, const cupel_micro_demand *d, bool resume)
{
    cupel_err err = {0};
    cupel_journal *journal = NULL;
    cupel_recipe r;
    cupel_designs *found = cupel_alloc(1, sizeof *found);
    cupel_search *s = cupel_alloc(1, sizeof *s);
    assert_true(found && s);
    check_ok(cupel_replay_open(folder, d, resume, &calm, &journal, &err), &err);
    *s = (cupel_search){.d = d, .job = &calm, .out = found, .journal = journal, .clock = {cupel_now(), HUGE_VAL, &found->cut}};
    check_ok(cupel_recipe_of_text("gyroid:fraction=0.3", &r, &err), &err);
    check_ok(cupel_design_verify(s, &r, NULL, &found->one[0], &err), &err);
    assert_true(found->solves == 9 && cupel_journal_waiting(journal, &(double){0}) == 0);
    const double seconds = s->verify_seconds;
    cupel_journal_close(journal, resume);
    cupel_free(s);
    cupel_free(found);
    return seconds;
}

/* What a verification took is what the next one is thought to take, after a kill too: a finer one seemed to fit into any budget. */
static void a_verification_from_a_journal_has_its_time(void **state)
{
    (void)state;
    char folder[] = "/tmp/cupel-budget-XXXXXX";
    cupel_micro_demand *d = demand_of("  - {property: conductivity, component: 11, min: 2}\n");
    assert_non_null(mkdtemp(folder));
    const double first = seconds_of(folder, d, false), again = seconds_of(folder, d, true);
    assert_true(first > 0);
    check_close(again, first, 1e-12, 0);
    cupel_micro_demand_free(d);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_search_that_is_late_was_ended_by_its_budget),
                                       cmocka_unit_test(each_start_keeps_the_time_of_its_verification),
                                       cmocka_unit_test(what_is_too_small_counts_all_of_a_verification),
                                       cmocka_unit_test(a_verification_from_a_journal_has_its_time)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
