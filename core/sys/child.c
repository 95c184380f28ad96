#define _GNU_SOURCE
#include "core/sys/child.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* PIPE: bytes on their way, which saves switches between the two. Address spaces above SHADOWED belong to sanitizers. */
enum { PIPE = 1 << 20, FINISHED = 0x6b6f };
#define SHADOWED (UINT64_C(1) << 40)

/* Shared by both processes. The child writes it once, at its end; until finished is FINISHED it says nothing. */
typedef struct report {
    int finished;
    int status;
    char message[CUPEL_ERR_MAX];
} report;

struct cupel_child {
    cupel_child_work work;
    pid_t pid;
    int fd;         /* of the pipe: the child's end, the parent's end */
    bool limited;   /* the memory that it may take is less than there is */
    bool ended;
    report *report;
    cupel_err end;  /* what became of it, once it has ended */
};

/* ---- the child ---- */

/* A handler of the host would run in the wrong process: a test harness that leaps out of SIGSEGV would go on as two. SIGINT and the like reach both
 * processes of a terminal, and it is the parent who answers. */
static void reset_signals(void)
{
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGXFSZ /* writing a file fails */};
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;
    for (int s = 1; s < NSIG; s++) sigaction(s, &action, NULL); /* some cannot be set: they are at their default */
    action.sa_handler = SIG_IGN;
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) sigaction(ignored[i], &action, NULL);
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
}

/* A sanitizer keeps stderr: what it finds is ours to mend. */
static void close_streams(bool sanitized)
{
    const int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int k = 0; k <= (sanitized ? 1 : 2); k++)
        if (fd < 0 || dup2(fd, k) < 0) close(k);
    if (fd > 2) close(fd);
}

static void lower(struct rlimit *l, uint64_t soft, uint64_t hard)
{
    if (hard < l->rlim_max) l->rlim_max = hard; /* RLIM_INFINITY is the largest number */
    if (soft < l->rlim_cur) l->rlim_cur = soft;
    if (l->rlim_cur > l->rlim_max) l->rlim_cur = l->rlim_max;
}

/* No function: the resource has a type of its own in glibc, an int elsewhere. */
#define LIMIT(resource, soft, hard)                   \
    do {                                              \
        struct rlimit l;                              \
        if (getrlimit(resource, &l) == 0) {           \
            lower(&l, soft, hard);                    \
            (void)setrlimit(resource, &l);            \
        }                                             \
    } while (0)

_Noreturn static void run(cupel_child *c, int other_end, uint64_t mapped, pid_t parent)
{
    const bool sanitized = mapped >= SHADOWED;
    const uint64_t most = c->work.memory < UINT64_MAX - mapped ? mapped + c->work.memory : UINT64_MAX;
    close(other_end);
    reset_signals();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    close_streams(sanitized);
    LIMIT(RLIMIT_CORE, 0, 0);
    LIMIT(RLIMIT_FSIZE, 0, 0);
    LIMIT(RLIMIT_CPU, c->work.seconds, c->work.seconds + 1); /* SIGXCPU tells what SIGKILL at the hard limit would not */
    if (mapped && !sanitized) LIMIT(RLIMIT_AS, most, most);
    cupel_err err = {0};
    c->report->status = (int)c->work.fn(c->work.user, c, &err);
    memcpy(c->report->message, err.message, sizeof err.message);
    c->report->finished = FINISHED;
    _exit(0);
}

cupel_status cupel_child_write(cupel_child *c, const void *p, size_t n, cupel_err *err)
{
    const unsigned char *from = p;
    while (n) {
        const ssize_t k = write(c->fd, from, n);
        if (k < 0 && errno == EINTR) continue;
        if (k < 0) return cupel_fail_errno(err, errno, "handing over", c->work.file);
        from += k, n -= (size_t)k;
    }
    return CUPEL_OK;
}

/* ---- the parent ---- */

/* Both ends above the standard streams, which the child replaces. */
static bool open_pipe(int end[2])
{
    int made[2];
    end[0] = end[1] = -1;
    if (pipe2(made, O_CLOEXEC) != 0) return false;
    for (int k = 0; k < 2; k++) {
        end[k] = made[k] > 2 ? made[k] : fcntl(made[k], F_DUPFD_CLOEXEC, 3);
        if (end[k] != made[k]) close(made[k]);
    }
    if (end[0] < 0 || end[1] < 0) {
        for (int k = 0; k < 2; k++)
            if (end[k] >= 0) close(end[k]);
        errno = EMFILE;
        return false;
    }
    (void)fcntl(end[1], F_SETPIPE_SZ, PIPE); /* the system may allow less */
    return true;
}

static cupel_status fork_child(cupel_child *c, cupel_err *err)
{
    int end[2];
    sigset_t all, before;
    const uint64_t mapped = cupel_memory_mapped(), there = cupel_memory_available();
    const pid_t self = getpid();
    if (!open_pipe(end)) return cupel_fail(err, CUPEL_NO_RESOURCE, "a pipe for reading '%s': %s", c->work.file, strerror(errno));
    c->limited = mapped && mapped < SHADOWED && c->work.memory < there;
    if (!c->limited) c->work.memory = there;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* no handler runs in the child before they are reset */
    c->fd = end[1];
    c->pid = fork();
    if (c->pid == 0) run(c, end[0], mapped, self);
    const int number = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(end[1]);
    c->fd = end[0];
    if (c->pid < 0) return cupel_fail(err, CUPEL_NO_RESOURCE, "a process for reading '%s': %s", c->work.file, strerror(number));
    return CUPEL_OK;
}

static void free_child(cupel_child *c)
{
    if (c->fd >= 0) close(c->fd);
    if (c->report) munmap(c->report, sizeof *c->report);
    cupel_free(c);
}

cupel_status cupel_child_start(const cupel_child_work *w, cupel_child **out, cupel_err *err)
{
    cupel_child *c = cupel_alloc(1, sizeof *c);
    if (!c) return cupel_no_memory(err, w->file, sizeof *c);
    c->work = *w;
    c->fd = -1;
    void *shared = mmap(NULL, sizeof *c->report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    c->report = shared == MAP_FAILED ? NULL : shared;
    cupel_status st = c->report ? fork_child(c, err) : cupel_no_memory(err, w->file, sizeof *c->report);
    if (st == CUPEL_OK)
        *out = c;
    else
        free_child(c);
    return st;
}

/* How it ended when it did not say so itself. how: as waitpid tells it, -1 when another part of the program has taken the answer. */
static cupel_status unfinished(const cupel_child *c, int how, cupel_err *err)
{
    const cupel_child_work *w = &c->work;
    const int by = how != -1 && WIFSIGNALED(how) ? WTERMSIG(how) : 0;
    if (by == SIGKILL)
        return cupel_fail(err, CUPEL_NO_RESOURCE, "'%s': its reading was killed from outside; is the system out of memory?", w->file);
    if (by == SIGXCPU)
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%s' keeps %s busy for more than %llu s: it is damaged or hostile", w->file, w->library,
                          (unsigned long long)w->seconds);
    return cupel_fail(err, CUPEL_BAD_INPUT, "'%s' crashes %s: it is damaged or hostile", w->file, w->library);
}

/* The report may be from a child that another took over: nothing in it is believed to be well formed. */
static cupel_status finished(const cupel_child *c, cupel_err *err)
{
    const int status = c->report->status;
    char message[CUPEL_ERR_MAX];
    memcpy(message, c->report->message, sizeof message);
    message[sizeof message - 1] = '\0';
    if (status == CUPEL_OK) return CUPEL_OK;
    if (status == CUPEL_NO_RESOURCE && c->limited)
        return cupel_fail(err, CUPEL_BAD_INPUT,
                          "'%s' makes %s ask for more than %.0f MB, which no sound file of its size needs: it is damaged or hostile", c->work.file,
                          c->work.library, (double)c->work.memory / 1e6);
    if (status < 0 || status > CUPEL_NO_RESOURCE || !message[0]) return unfinished(c, -1, err);
    return cupel_fail(err, (cupel_status)status, "%s", message);
}

static cupel_status wait_for(cupel_child *c, cupel_err *err)
{
    if (!c->ended) {
        int how = -1;
        pid_t got;
        close(c->fd); /* a child that would write more than it was asked for ends */
        c->fd = -1;
        do got = waitpid(c->pid, &how, 0);
        while (got < 0 && errno == EINTR);
        if (got < 0) how = -1;
        c->end.status = c->report->finished == FINISHED ? finished(c, &c->end) : unfinished(c, how, &c->end);
        c->ended = true;
    }
    return c->end.status == CUPEL_OK ? CUPEL_OK : cupel_fail(err, c->end.status, "%s", c->end.message);
}

cupel_status cupel_child_read(cupel_child *c, void *p, size_t n, cupel_err *err)
{
    unsigned char *to = p;
    while (n && !c->ended) {
        const ssize_t k = read(c->fd, to, n);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) break;
        to += k, n -= (size_t)k;
    }
    if (!n) return CUPEL_OK;
    const cupel_status st = wait_for(c, err);
    return st == CUPEL_OK ? unfinished(c, -1, err) : st;
}

cupel_status cupel_child_end(cupel_child **child, cupel_err *err)
{
    const cupel_status st = wait_for(*child, err);
    free_child(*child);
    *child = NULL;
    return st;
}

void cupel_child_abandon(cupel_child **child)
{
    if (!*child) return;
    if (!(*child)->ended) {
        kill((*child)->pid, SIGKILL);
        (void)wait_for(*child, NULL);
    }
    free_child(*child);
    *child = NULL;
}
