#include "tests/check.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/par.h"

#include <stdatomic.h>

enum { ITEMS = 5000 };

typedef struct tally {
    size_t n_threads;
    atomic_uint done[ITEMS];
    atomic_bool bad_worker;
    atomic_uint busy[16];
    size_t fail_at, fail_too;
} tally;

static cupel_status count(void *user, size_t item, size_t worker, cupel_err *err)
{
    tally *t = user;
    if (worker >= t->n_threads || atomic_fetch_add(&t->busy[worker], 1) != 0) atomic_store(&t->bad_worker, true);
    atomic_fetch_add(&t->done[item], 1);
    atomic_fetch_sub(&t->busy[worker], 1);
    if (item == t->fail_at) return cupel_fail(err, CUPEL_BAD_INPUT, "item %zu", item);
    if (item == t->fail_too) return cupel_fail(err, CUPEL_FAILED, "item %zu", item);
    return CUPEL_OK;
}

static void every_item_is_done_once(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 3, 71, ITEMS};
    for (size_t threads = 1; threads <= 16; threads *= 2) {
        for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
            size_t n = counts[k];
            tally *t = calloc(1, sizeof *t);
            t->n_threads = threads;
            t->fail_at = t->fail_too = SIZE_MAX;
            cupel_err err = {0};
            check_ok(cupel_par_for(threads, n, count, t, &err), &err);
            for (size_t i = 0; i < ITEMS; i++) assert_true(atomic_load(&t->done[i]) == (i < n));
            assert_false(atomic_load(&t->bad_worker)); /* a worker's number belongs to one thread at a time */
            free(t);
        }
    }
}

static void the_lowest_failure_is_told_and_ends_the_work(void **state)
{
    (void)state;
    for (size_t threads = 1; threads <= 4; threads++) {
        for (int round = 0; round < 50; round++) {
            tally *t = calloc(1, sizeof *t);
            t->n_threads = threads;
            t->fail_at = 7;
            t->fail_too = 8;
            cupel_err err = {0};
            check_fails(cupel_par_for(threads, ITEMS, count, t, &err), CUPEL_BAD_INPUT, &err, "item 7");
            assert_int_equal(err.status, CUPEL_BAD_INPUT);
            for (size_t i = 0; i < 8; i++) assert_true(atomic_load(&t->done[i]) == 1);
            if (threads == 1) assert_true(atomic_load(&t->done[8]) == 0);
            free(t);
        }
    }
    tally t = {.n_threads = 2, .fail_at = 3, .fail_too = SIZE_MAX};
    assert_int_equal(cupel_par_for(2, 10, count, &t, NULL), CUPEL_BAD_INPUT);
}

typedef struct guarded {
    cupel_lock *lock;
    unsigned long sum;
} guarded;

static cupel_status add(void *user, size_t item, size_t worker, cupel_err *err)
{
    guarded *g = user;
    (void)worker;
    (void)err;
    cupel_lock_take(g->lock);
    unsigned long before = g->sum;
    g->sum = before + item;
    cupel_lock_give(g->lock);
    return CUPEL_OK;
}

static void a_lock_excludes(void **state)
{
    (void)state;
    guarded g = {.lock = cupel_lock_new()};
    assert_non_null(g.lock);
    check_ok(cupel_par_for(4, 20000, add, &g, NULL), NULL);
    assert_true(g.sum == 19999ul * 20000 / 2);
    cupel_lock_free(g.lock);
    cupel_lock_free(NULL);
}

#ifdef CUPEL_FAULTS
static void without_memory_the_caller_works_alone(void **state)
{
    (void)state;
    tally *t = calloc(1, sizeof *t);
    t->n_threads = 1;
    t->fail_at = t->fail_too = SIZE_MAX;
    cupel_err err = {0};
    cupel_mem_fail_at(1, false);
    cupel_status st = cupel_par_for(4, ITEMS, count, t, &err);
    cupel_mem_fail_at(0, false);
    check_ok(st, &err);
    for (size_t i = 0; i < ITEMS; i++) assert_true(atomic_load(&t->done[i]) == 1);
    assert_false(atomic_load(&t->bad_worker));
    free(t);
    cupel_mem_fail_at(1, false);
    cupel_lock *l = cupel_lock_new();
    cupel_mem_fail_at(0, false);
    assert_null(l);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_item_is_done_once), cmocka_unit_test(the_lowest_failure_is_told_and_ends_the_work), cmocka_unit_test(a_lock_excludes),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(without_memory_the_caller_works_alone),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
