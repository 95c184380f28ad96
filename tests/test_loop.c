/* The file of a loop and its lock: what is saved comes back, what is damaged is refused, one holder at a time. */
#define _GNU_SOURCE
#include "core/engine/loop.h"
#include "core/io/artifact.h"
#include "core/math/la.h"
#include "core/sys/file.h"
#include "core/sys/lock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/cupel_loop_XXXXXX", path[64];

static void fill(cupel_loop *l)
{
    static const char *const names[] = {"T [K]", "solvent", "yield [%]"};
    static const char *const rows[][3] = {{"300", "water", "12.5"}, {"310", "ethanol", ""}, {"320.0", "water", ""}};
    *l = (cupel_loop){0};
    for (int k = 0; k < 3; k++) assert_int_equal(cupel_header_add(&l->header, cupel_text_of(names[k]), NULL), CUPEL_OK);
    l->n_inputs = 2, l->n_goals = 1, l->maximize[0] = true;
    assert_int_equal(cupel_loop_note(l, "first.csv", "sha256:0", NULL), CUPEL_OK);
    for (int i = 0; i < 3; i++) {
        cupel_text cell[3];
        for (int k = 0; k < 3; k++) cell[k] = cupel_text_of(rows[i][k]);
        assert_int_equal(cupel_loop_add(l, cell, (cupel_trial_state)i, NULL), CUPEL_OK);
    }
}

static void what_is_saved_comes_back(void **state)
{
    (void)state;
    cupel_loop a, b;
    cupel_trial_table t;
    fill(&a);
    assert_int_equal(cupel_loop_save(&a, path, NULL), CUPEL_OK);
    assert_int_equal(cupel_loop_open(path, &b, NULL), CUPEL_OK);
    assert_int_equal(b.n, 3);
    assert_int_equal(b.n_history, 1);
    assert_int_equal(b.rows[0], 3);
    assert_string_equal(b.header.name[2], "yield [%]");
    assert_true(b.maximize[0] && b.n_inputs == 2);
    for (size_t i = 0; i < 9; i++) assert_string_equal(a.cell[i], b.cell[i]);
    assert_memory_equal(a.state, b.state, 3);
    assert_int_equal(cupel_loop_table(&b, path, false, &t, NULL), CUPEL_OK);
    assert_int_equal(t.records.n_rows, 2); /* measured and failed */
    assert_true(cupel_text_is(cupel_cell(&t.records, 1, 3), "1") && cupel_text_is(cupel_cell(&t.records, 0, 3), "0"));
    cupel_trial_table_release(&t);
    assert_int_equal(cupel_loop_table(&b, path, true, &t, NULL), CUPEL_OK);
    assert_int_equal(t.records.n_rows, 1);
    cupel_trial_table_release(&t);
    cupel_loop_release(&a);
    cupel_loop_release(&b);
}

static void inputs_are_compared_as_numbers(void **state)
{
    (void)state;
    cupel_loop l;
    fill(&l);
    const cupel_text same[] = {cupel_text_of("3.2e2"), cupel_text_of("water")}, other[] = {cupel_text_of("320"), cupel_text_of("Water")};
    assert_int_equal(cupel_loop_find(&l, same, 0), 2);
    assert_int_equal(cupel_loop_find(&l, same, 3), SIZE_MAX);
    assert_int_equal(cupel_loop_find(&l, other, 0), SIZE_MAX);
    cupel_loop_release(&l);
}

/* Whole as an artifact, and wrong as a loop: a state or a tell that there is not, rows that do not fit. */
static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    for (int damage = 0; damage < 3; damage++) {
        cupel_loop a, b;
        cupel_err err = {0};
        fill(&a);
        if (damage == 0) a.state[1] = 9;
        if (damage == 1) a.told[2] = 77;
        const size_t inputs = a.n_inputs;
        if (damage == 2) a.n_inputs = 3;
        assert_int_equal(cupel_loop_save(&a, path, NULL), CUPEL_OK);
        assert_int_equal(cupel_loop_open(path, &b, &err), CUPEL_BAD_ARTIFACT);
        assert_int_equal(err.status, CUPEL_BAD_ARTIFACT);
        assert_non_null(strstr(err.message, path));
        a.n_inputs = inputs;
        cupel_loop_release(&a);
    }
}

static void one_holder_at_a_time(void **state)
{
    (void)state;
    cupel_file_lock *mine = NULL;
    char name[80];
    int status;
    snprintf(name, sizeof name, "%s.lock", path);
    assert_int_equal(cupel_file_lock_take(path, 1, &mine, NULL), CUPEL_OK);
    assert_true(cupel_file_exists(name));
    pid_t child = fork();
    if (!child) {
        cupel_file_lock *theirs = NULL;
        cupel_err err = {0};
        _exit(cupel_file_lock_take(path, 0.1, &theirs, &err) == CUPEL_FAILED && strstr(err.message, "another process") ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    cupel_file_lock_give(mine);
    assert_false(cupel_file_exists(name));
    child = fork(); /* one that ends while it holds the lock leaves no one waiting */
    if (!child) _exit(cupel_file_lock_take(path, 1, &(cupel_file_lock *){NULL}, NULL) == CUPEL_OK ? 0 : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(cupel_file_lock_take(path, 1, &mine, NULL), CUPEL_OK);
    cupel_file_lock_give(mine);
    assert_int_equal(cupel_file_lock_take("/no/such/folder/x", 0.1, &mine, NULL), CUPEL_FAILED);
}

int main(void)
{
    cupel_la_single_thread();
    if (!mkdtemp(folder)) return 1;
    snprintf(path, sizeof path, "%s/loop.h5", folder);
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_saved_comes_back), cmocka_unit_test(inputs_are_compared_as_numbers),
                                       cmocka_unit_test(what_does_not_fit_is_refused), cmocka_unit_test(one_holder_at_a_time)};
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    rmdir(folder);
    return failed;
}
