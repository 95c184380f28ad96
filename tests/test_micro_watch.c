/* core/engine/micro/design_watch.c: what the line of a design under way says, from its first load to the last, and when its time is over. */
#include "tests/check.h"

#include "core/engine/micro/design_watch.h"
#include "core/engine/micro/search.h"

#include <stdio.h>

typedef struct said {
    char stage[128], text[128];
    uint64_t done, total;
} said;

static void hear(void *user, const char *stage, uint64_t done, uint64_t total)
{
    said *x = user;
    snprintf(x->stage, sizeof x->stage, "%s", stage);
    x->done = done, x->total = total;
}

static void hear_text(void *user, cupel_level level, const char *text)
{
    said *x = user;
    (void)level;
    snprintf(x->text, sizeof x->text, "%s", text);
}

static bool stops(void *user) { return ((said *)user)->total == 7; }

/* What the solver tells of a load, as the user hears it. */
static said line_of(const cupel_micro_demand *d, const cupel_designs *found, double worked)
{
    said x = {.done = 99};
    const cupel_job outer = {.threads = 1, .user = &x, .progress = hear};
    cupel_design_watch watch = {.outer = &outer, .d = d, .found = found, .begin = cupel_now() - worked};
    const cupel_job job = cupel_design_watched(&watch);
    cupel_progress(&job, "conduction", 1, 3);
    return x;
}

static void the_line_says_loads_and_the_best_so_far(void **state)
{
    (void)state;
    cupel_micro_demand *d = calloc(1, sizeof *d);
    cupel_designs *found = calloc(1, sizeof *found);
    assert_true(d && found);
    d->budget_seconds = HUGE_VAL;
    d->budget_solves = 100;

    said x = line_of(d, found, 2);
    assert_string_equal(x.stage, "design: first trial, 2 s; loads");
    assert_true(x.done == 0 && x.total == 100);
    found->solves = 42, found->nearest = 2.34;
    x = line_of(d, found, 7);
    assert_string_equal(x.stage, "design: best so far 2.3 tolerances off, 7 s; loads");
    assert_true(x.done == 42 && x.total == 100);
    found->solves = 130, found->nearest = 0.8; /* verifications go beyond: the bar does not end before the work does */
    x = line_of(d, found, 7);
    assert_string_equal(x.stage, "design: a trial on a coarse grid meets it, 7 s; loads");
    assert_true(x.done == 99 && x.total == 100);
    found->n = 2, found->one[1].meets = true;
    assert_string_equal(line_of(d, found, 7).stage, "design: 1 meets it, 7 s; loads");
    found->one[0].meets = true;
    assert_string_equal(line_of(d, found, 7).stage, "design: 2 meet it, 7 s; loads");

    d->budget_seconds = 59.5;
    x = line_of(d, found, 12.2);
    assert_string_equal(x.stage, "design: 2 meet it, 130 loads; seconds");
    assert_true(x.done == 12 && x.total == 60);
    x = line_of(d, found, 80);
    assert_true(x.done == 59 && x.total == 60);
    d->budget_seconds = HUGE_VAL, d->budget_solves = 0; /* no end is known */
    x = line_of(d, found, 5);
    assert_true(x.done == 130 && x.total == 0);
    free(found);
    free(d);
}

/* All else goes through. */
static void the_rest_is_handed_on(void **state)
{
    (void)state;
    said x = {.total = 6};
    const cupel_micro_demand d = {.budget_solves = 1};
    const cupel_job outer = {.threads = 3, .user = &x, .say = hear_text, .stop = stops};
    cupel_design_watch watch = {.outer = &outer, .d = &d, .found = NULL};
    const cupel_job job = cupel_design_watched(&watch);
    assert_int_equal(job.threads, 3);
    assert_false(cupel_stopped(&job));
    x.total = 7;
    assert_true(cupel_stopped(&job));
    cupel_say(&job, CUPEL_NOTE, "a start is left for the %s", "next");
    assert_string_equal(x.text, "a start is left for the next");
}

/* The work after a verification ends with the budget, whatever it was thought to take. */
static void it_stops_when_its_time_is_over(void **state)
{
    (void)state;
    const cupel_micro_demand d = {.budget_solves = 1};
    const cupel_job outer = {.threads = 1};
    cupel_design_watch watch = {.outer = &outer, .d = &d, .found = NULL};
    const cupel_job job = cupel_design_watched(&watch);
    assert_false(cupel_stopped(&job));
    watch.until = cupel_now() + 1000;
    assert_false(cupel_stopped(&job));
    watch.until = cupel_now() - 1;
    assert_true(cupel_stopped(&job));
    assert_false(cupel_stopped(&outer));
}

/* A search that has solved nothing but one small grid, so slowly that a verification seems to take longer than all of its budget. */
static void one_slow_trial_does_not_end_a_search(void **state)
{
    (void)state;
    cupel_micro_demand d = {.grid = 96, .budget_seconds = 60, .needs_elasticity = true, .n_phases = 2, .connected = 2};
    cupel_designs *found = calloc(1, sizeof *found);
    cupel_search *s = calloc(1, sizeof *s);
    assert_true(found && s);
    *s = (cupel_search){.d = &d, .out = found, .clock = {cupel_now() - 2, 60, &found->cut}};
    s->trial_seconds = 20 / cupel_search_seconds(1, 96);
    assert_false(cupel_search_spent_verifying(s, 0.5, CUPEL_CUT_STARTS));
    assert_int_equal(found->cut, 0);
    s->clock.begin -= 25;
    assert_true(cupel_search_spent_verifying(s, 0.5, CUPEL_CUT_STARTS));
    assert_int_equal(found->cut, CUPEL_CUT_STARTS);
    free(s);
    free(found);
}

/* Whatever reads the clock notes what it has cut short; of a budget that is none of time it never does. */
static void what_the_clock_cuts_is_noted(void **state)
{
    (void)state;
    cupel_micro_demand d = {.grid = 16, .budget_seconds = HUGE_VAL, .needs_conduction = true, .n_phases = 2, .connected = 2};
    cupel_designs *found = calloc(1, sizeof *found);
    cupel_search *s = calloc(1, sizeof *s);
    cupel_str words = {0};
    assert_true(found && s);
    *s = (cupel_search){.d = &d, .out = found, .clock = {cupel_now() - 1e6, HUGE_VAL, &found->cut}, .trial_seconds = 1, .verify_seconds = 1e9};
    assert_false(cupel_search_spent(s, 16) || cupel_search_spent_step(s, 16) || cupel_search_spent_verifying(s, 9, CUPEL_CUT_STARTS) ||
                 cupel_search_spent_finer(s) || cupel_search_late(s, CUPEL_CUT_STARTS) || cupel_search_beyond(s, 16));
    assert_true(cupel_search_until(s) == 0);
    cupel_cut_say(&d, found, &words);
    assert_true(found->cut == 0 && words.n == 0);
    s->clock.budget = d.budget_seconds = 60;
    cupel_cut_say(&d, found, &words);
    assert_string_equal(cupel_str_text(&words), "time decided nothing: a longer budget, or none, gives the same bytes");
    assert_true(cupel_search_spent_step(s, 16));
    assert_int_equal(found->cut, CUPEL_CUT_STEPS);
    assert_true(cupel_search_spent_finer(s) && cupel_search_late(s, CUPEL_CUT_STARTS));
    cupel_str_free(&words);
    cupel_cut_say(&d, found, &words);
    assert_string_equal(cupel_str_text(&words), "time decided: it cut short the steps of a start, other starts, verification; "
                                                "another run may end elsewhere");
    cupel_str_free(&words);
    free(s);
    free(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_line_says_loads_and_the_best_so_far), cmocka_unit_test(the_rest_is_handed_on),
                                       cmocka_unit_test(it_stops_when_its_time_is_over), cmocka_unit_test(one_slow_trial_does_not_end_a_search),
                                       cmocka_unit_test(what_the_clock_cuts_is_noted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
