/* core/sys/child.c: whatever the child does, the parent has a status and lives on. */
#include "tests/check.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/child.h"
#include "core/sys/file.h"
#include "core/sys/job.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BYTES = 5000000 };

static cupel_child *start(cupel_child_fn fn, uint64_t memory, void *user)
{
    cupel_child *c = NULL;
    cupel_err err = {0};
    check_ok(cupel_child_start(&(cupel_child_work){fn, user, "a.h5", "the library", memory, 1}, &c, &err), &err);
    return c;
}

/* What became of work that hands nothing over; no child is left behind. */
static cupel_status outcome(cupel_child_fn fn, uint64_t memory, void *user, cupel_err *err)
{
    cupel_child *c = start(fn, memory, user);
    const cupel_status st = cupel_child_end(&c, err);
    assert_null(c);
    assert_true(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
    return st;
}

/* ---- work that goes well ---- */

static unsigned char byte_at(size_t i) { return (unsigned char)(i * 2654435761u >> 13); }

static cupel_status tell_bytes(void *user, cupel_child *out, cupel_err *err)
{
    unsigned char block[7777];
    for (size_t first = 0, n; first < BYTES; first += n) {
        n = BYTES - first < sizeof block ? BYTES - first : sizeof block;
        for (size_t i = 0; i < n; i++) block[i] = byte_at(first + i);
        const cupel_status st = cupel_child_write(out, block, n, err);
        if (st != CUPEL_OK) return st;
    }
    *(int *)user = 2; /* in the child's memory only */
    return CUPEL_OK;
}

static void bytes_arrive_in_order(void **state)
{
    (void)state;
    int touched = 1;
    cupel_err err = {0};
    cupel_child *c = start(tell_bytes, UINT64_MAX, &touched);
    static unsigned char bytes[BYTES];
    for (size_t first = 0, n = 1; first < BYTES; first += n, n = n * 3 % 100003 + 1) {
        if (n > BYTES - first) n = BYTES - first;
        check_ok(cupel_child_read(c, bytes + first, n, &err), &err);
    }
    for (size_t i = 0; i < BYTES; i++) assert_int_equal(bytes[i], byte_at(i));
    check_ok(cupel_child_end(&c, &err), &err);
    assert_int_equal(touched, 1);
}

static cupel_status refuse(void *user, cupel_child *out, cupel_err *err)
{
    const cupel_status st = cupel_child_write(out, "abc", 3, err);
    return st == CUPEL_OK ? cupel_fail(err, *(cupel_status *)user, "'a.h5': no such thing in it") : st;
}

/* The child's own failure: after the bytes that came before it, and again for every call after. */
static void a_failure_is_told(void **state)
{
    (void)state;
    for (int k = 1; k <= CUPEL_NO_RESOURCE; k++) {
        char text[8];
        cupel_err err = {0};
        cupel_child *c = start(refuse, UINT64_MAX, &k);
        check_ok(cupel_child_read(c, text, 3, &err), &err);
        assert_memory_equal(text, "abc", 3);
        check_fails(cupel_child_read(c, text, 1, &err), (cupel_status)k, &err, "no such thing");
        check_fails(cupel_child_read(c, text, 1, &err), (cupel_status)k, &err, "no such thing");
        check_fails(cupel_child_end(&c, &err), (cupel_status)k, &err, "no such thing");
    }
}

static void fewer_and_more_bytes_than_asked_for(void **state)
{
    (void)state;
    static unsigned char bytes[BYTES + 1];
    int user = 0;
    cupel_err err = {0};
    cupel_child *c = start(tell_bytes, UINT64_MAX, &user);
    check_fails(cupel_child_read(c, bytes, BYTES + 1, &err), CUPEL_BAD_INPUT, &err, "'a.h5' crashes the library");
    cupel_child_abandon(&c);
    c = start(tell_bytes, UINT64_MAX, &user);
    check_ok(cupel_child_read(c, bytes, 10, &err), &err);
    check_fails(cupel_child_end(&c, &err), CUPEL_BAD_INPUT, &err, "'a.h5' crashes the library");
    c = start(tell_bytes, UINT64_MAX, &user); /* it waits for room in the pipe */
    cupel_child_abandon(&c);
    cupel_child_abandon(&c);
    assert_true(!c && waitpid(-1, NULL, WNOHANG) == -1);
}

/* ---- work that goes wrong ---- */

static cupel_status touch_nothing(void *user, cupel_child *out, cupel_err *err)
{
    (void)user, (void)out, (void)err;
    raise(SIGSEGV);
    return CUPEL_OK;
}

static cupel_status give_up(void *user, cupel_child *out, cupel_err *err)
{
    (void)user, (void)out, (void)err;
    abort();
}

static cupel_status leave(void *user, cupel_child *out, cupel_err *err)
{
    (void)user, (void)out, (void)err;
    _exit(0);
}

static cupel_status run_for_ever(void *user, cupel_child *out, cupel_err *err)
{
    (void)out, (void)err;
    volatile int *n = user;
    while (*n < 2) *n ^= 1;
    return CUPEL_OK;
}

static cupel_status be_killed(void *user, cupel_child *out, cupel_err *err)
{
    (void)user, (void)out, (void)err;
    raise(SIGKILL);
    return CUPEL_OK;
}

static cupel_status say_nonsense(void *user, cupel_child *out, cupel_err *err)
{
    (void)out;
    if (err) memset(err->message, user ? 'x' : 0, sizeof err->message);
    return user ? CUPEL_FAILED : (cupel_status)99;
}

static void on_signal(int s)
{
    (void)s;
    _exit(7);
}

/* Handlers of the program do not run in the child: cmocka's own for SIGSEGV would leap back into the tests. */
static void crashes_are_bad_input(void **state)
{
    (void)state;
    int n = 0;
    cupel_err err = {0};
    check_fails(outcome(touch_nothing, UINT64_MAX, NULL, &err), CUPEL_BAD_INPUT, &err, "'a.h5' crashes the library");
    check_fails(outcome(give_up, UINT64_MAX, NULL, &err), CUPEL_BAD_INPUT, &err, "'a.h5' crashes the library");
    check_fails(outcome(leave, UINT64_MAX, NULL, &err), CUPEL_BAD_INPUT, &err, "'a.h5' crashes the library");
    check_fails(outcome(be_killed, UINT64_MAX, NULL, &err), CUPEL_NO_RESOURCE, &err, "killed from outside");
    check_fails(outcome(say_nonsense, UINT64_MAX, NULL, &err), CUPEL_BAD_INPUT, &err, "'a.h5' crashes the library");
    check_fails(outcome(say_nonsense, UINT64_MAX, &n, &err), CUPEL_FAILED, &err, "xxxx");
    assert_int_equal(strlen(err.message), CUPEL_ERR_MAX - 1);
    const double begin = cupel_cpu_seconds();
    check_fails(outcome(run_for_ever, UINT64_MAX, &n, &err), CUPEL_BAD_INPUT, &err, "busy for more than 1 s");
    assert_true(cupel_cpu_seconds() - begin < 0.5 && n == 0);
}

/* Blocks until there are no more, as a library does that believes a size. */
static cupel_status hunger(void *user, cupel_child *out, cupel_err *err)
{
    (void)user, (void)out;
    for (size_t n = 0; n < 64; n++)
        if (!malloc((size_t)16 << 20)) return cupel_no_memory(err, "a block", 0);
    return CUPEL_OK;
}

static void memory_is_limited(void **state)
{
    (void)state;
    cupel_err err = {0};
    if (cupel_memory_mapped() >= UINT64_C(1) << 40) { /* a sanitizer */
        check_ok(outcome(hunger, (uint64_t)256 << 20, NULL, &err), &err);
        skip();
    }
    check_fails(outcome(hunger, (uint64_t)256 << 20, NULL, &err), CUPEL_BAD_INPUT, &err, "ask for more than 268 MB");
    check_ok(outcome(hunger, (uint64_t)2 << 30, NULL, &err), &err);
}

/* ---- around it ---- */

static cupel_status try_the_streams(void *user, cupel_child *out, cupel_err *err)
{
    char c;
    (void)out;
    const int fd = open(user, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (read(0, &c, 1) != 0) return cupel_fail(err, CUPEL_FAILED, "stdin is there");
    if (write(1, "out", 3) != 3) return cupel_fail(err, CUPEL_FAILED, "stdout fails");
    if (write(fd, "file", 4) > 0) return cupel_fail(err, CUPEL_FAILED, "files can be written");
    return CUPEL_OK;
}

static cupel_status interrupt_all(void *user, cupel_child *out, cupel_err *err)
{
    (void)user, (void)out, (void)err;
    raise(SIGINT), raise(SIGTERM), raise(SIGHUP), raise(SIGUSR1);
    return CUPEL_OK;
}

static void streams_files_and_signals(void **state)
{
    (void)state;
    char path[] = "/tmp/cupel-child-XXXXXX";
    cupel_err err = {0};
    const int fd = mkstemp(path), saved = dup(1), file = open(path, O_WRONLY);
    assert_true(fd >= 0 && saved >= 0 && file >= 0);
    fflush(stdout);
    dup2(file, 1);
    cupel_status st = outcome(interrupt_all, UINT64_MAX, NULL, &err);
    close(0); /* the pipe may get this number */
    cupel_status closed = outcome(interrupt_all, UINT64_MAX, NULL, &err);
    assert_int_equal(open("/dev/null", O_RDONLY), 0);
    char other[64];
    snprintf(other, sizeof other, "%s.other", path);
    cupel_status streams = outcome(try_the_streams, UINT64_MAX, other, &err);
    dup2(saved, 1);
    assert_int_equal(lseek(fd, 0, SEEK_END), 0); /* nothing came through */
    close(fd), close(saved), close(file);
    unlink(path), unlink(other);
    check_ok(st, &err);
    check_ok(closed, &err);
    check_ok(streams, &err);
}

static void a_host_with_handlers_of_its_own(void **state)
{
    (void)state;
    int user = 0;
    cupel_err err = {0};
    struct sigaction before, action = {.sa_handler = SIG_IGN};
    sigaction(SIGCHLD, &action, &before);
    check_fails(outcome(touch_nothing, UINT64_MAX, NULL, &err), CUPEL_BAD_INPUT, &err, "crashes the library");
    cupel_child *c = start(tell_bytes, UINT64_MAX, &user);
    static unsigned char bytes[BYTES];
    check_ok(cupel_child_read(c, bytes, BYTES, &err), &err);
    check_ok(cupel_child_end(&c, &err), &err);
    sigaction(SIGCHLD, &before, NULL);
    action.sa_handler = on_signal;
    sigaction(SIGABRT, &action, &before);
    check_fails(outcome(give_up, UINT64_MAX, NULL, &err), CUPEL_BAD_INPUT, &err, "crashes the library");
    sigaction(SIGABRT, &before, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_arrive_in_order),
        cmocka_unit_test(a_failure_is_told),
        cmocka_unit_test(fewer_and_more_bytes_than_asked_for),
        cmocka_unit_test(crashes_are_bad_input),
        cmocka_unit_test(memory_is_limited),
        cmocka_unit_test(streams_files_and_signals),
        cmocka_unit_test(a_host_with_handlers_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
