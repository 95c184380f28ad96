#include "tests/check.h"

#include "core/base/mem.h"
#include "core/io/journal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char NAME[] = "test_journal.tmp", ID[] = "grid: 32\nseed: 1\n";
enum { N = 5 };

static size_t size_of(size_t i) { return 8 + 16 * i; }

static void payload_of(size_t i, unsigned char *p)
{
    for (size_t k = 0; k < size_of(i); k++) p[k] = (unsigned char)(31 * i + k);
}

/* N records; returns the length of the file after each, end[0] that of the front. */
static void write_all(long end[N + 1])
{
    cupel_journal *j = NULL;
    cupel_err err;
    check_ok(cupel_journal_open(NAME, ID, false, &j, &err), &err);
    for (size_t i = 0; i <= N; i++) {
        unsigned char p[256];
        FILE *f = fopen(NAME, "rb");
        assert_non_null(f);
        fseek(f, 0, SEEK_END);
        end[i] = ftell(f);
        fclose(f);
        payload_of(i, p);
        if (i < N) check_ok(cupel_journal_add(j, (uint32_t)(i % 2), 100 + i, p, size_of(i), (double)i, &err), &err);
    }
    cupel_journal_close(j, false);
}

/* Takes n records, which must be there. */
static void take(cupel_journal *j, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char want[256];
        double seconds = -1;
        const unsigned char *p = cupel_journal_next(j, (uint32_t)(i % 2), 100 + i, size_of(i), &seconds);
        payload_of(i, want);
        assert_non_null(p);
        assert_memory_equal(p, want, size_of(i));
        assert_true(seconds == (double)i);
    }
}

/* A kill in the middle of any write: whole records are there, the torn one is not, and the file goes on to the same bytes. */
static void cut_anywhere(void **state)
{
    long end[N + 1];
    (void)state;
    for (long cut = 0; ; cut++) {
        cupel_journal *j = NULL;
        cupel_err err;
        double seconds;
        size_t whole = 0;
        write_all(end);
        if (cut > end[N]) break;
        assert_int_equal(truncate(NAME, cut), 0);
        while (whole < N && end[whole + 1] <= cut) whole++;
        check_ok(cupel_journal_open(NAME, ID, true, &j, &err), &err);
        assert_int_equal(cupel_journal_waiting(j, &seconds), whole);
        assert_true(seconds == (whole ? (double)(whole - 1) : 0));
        take(j, whole);
        assert_null(cupel_journal_next(j, (uint32_t)(whole % 2), 100 + whole, size_of(whole), &seconds));
        for (size_t i = whole; i < N; i++) {
            unsigned char p[256];
            payload_of(i, p);
            check_ok(cupel_journal_add(j, (uint32_t)(i % 2), 100 + i, p, size_of(i), (double)i, &err), &err);
        }
        cupel_journal_close(j, false);
        check_ok(cupel_journal_open(NAME, ID, true, &j, &err), &err);
        take(j, N);
        cupel_journal_close(j, true);
        assert_int_equal(access(NAME, F_OK), -1);
    }
    unlink(NAME);
}

/* Every single byte that is changed is found, but for the last record, which is dropped like a torn one. */
static void damage_anywhere(void **state)
{
    long end[N + 1];
    (void)state;
    write_all(end);
    for (long at = 0; at < end[N]; at++) {
        cupel_journal *j = NULL;
        cupel_err err;
        double seconds;
        write_all(end);
        FILE *f = fopen(NAME, "r+b");
        assert_non_null(f);
        fseek(f, at, SEEK_SET);
        const int c = fgetc(f);
        fseek(f, at, SEEK_SET);
        fputc(c ^ 1, f);
        fclose(f);
        const cupel_status st = cupel_journal_open(NAME, ID, true, &j, &err);
        if (st == CUPEL_OK) {
            /* Lengths may be so wrong that the file seems to end early: fewer records, never wrong ones. */
            const size_t n = cupel_journal_waiting(j, &seconds);
            assert_true(n < N);
            take(j, n);
            cupel_journal_close(j, true);
        } else {
            assert_int_equal(st, CUPEL_BAD_ARTIFACT);
            assert_non_null(strstr(err.message, NAME));
            assert_null(j);
        }
    }
    unlink(NAME);
}

/* What the work no longer asks for is dropped, and what it finds instead is written over it. */
static void another_road(void **state)
{
    long end[N + 1];
    cupel_journal *j = NULL;
    cupel_err err;
    double seconds, x = 0.5;
    (void)state;
    write_all(end);
    check_ok(cupel_journal_open(NAME, ID, true, &j, &err), &err);
    take(j, 2);
    assert_null(cupel_journal_next(j, 0, 777, sizeof x, &seconds));
    assert_null(cupel_journal_next(j, 0, 102, size_of(2), &seconds));
    check_ok(cupel_journal_add(j, 7, 777, &x, sizeof x, 9, &err), &err);
    cupel_journal_close(j, false);
    check_ok(cupel_journal_open(NAME, ID, true, &j, &err), &err);
    assert_int_equal(cupel_journal_waiting(j, &seconds), 3);
    take(j, 2);
    assert_non_null(cupel_journal_next(j, 7, 777, sizeof x, &seconds));
    assert_true(seconds == 9);
    cupel_journal_close(j, true);
}

static void of_something_else(void **state)
{
    long end[N + 1];
    cupel_journal *j = NULL;
    cupel_err err;
    (void)state;
    write_all(end);
    assert_int_equal(cupel_journal_open(NAME, "grid: 48\nseed: 1\n", true, &j, &err), CUPEL_BAD_ARTIFACT);
    assert_non_null(strstr(err.message, "is of another grid: 32 there, 48 here; start without --resume"));
    assert_int_equal(cupel_journal_open(NAME, "grid: 32\nseed: 12\n", true, &j, &err), CUPEL_BAD_ARTIFACT);
    assert_non_null(strstr(err.message, "is of another seed: 1 there, 12 here"));
    assert_int_equal(cupel_journal_open(NAME, "grid: 32\n", true, &j, &err), CUPEL_BAD_ARTIFACT);
    assert_null(j);
    check_ok(cupel_journal_open(NAME, ID, true, &j, &err), &err); /* a refusal leaves it as it was */
    take(j, N);
    cupel_journal_close(j, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(cut_anywhere), cmocka_unit_test(damage_anywhere), cmocka_unit_test(another_road),
                                       cmocka_unit_test(of_something_else)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
