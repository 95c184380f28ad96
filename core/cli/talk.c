#include "core/cli/talk.h"

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/cli/opt.h"
#include "core/engine/account.h"
#include "core/sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/ioctl.h>

static const double BAR_AFTER = 2.0, BAR_EVERY = 0.1, LINE_AFTER = 10.0, LINE_EVERY = 60.0; /* seconds */
enum { GRACE = 10, NARROW = 40, WIDE = 160 };

static struct talk {
    const char *verb;
    bool quiet, terminal, bar;
    char stage[96];
    double stage_begun, last;
    cupel_str *said; /* NULL: not kept */
} talk;

static volatile sig_atomic_t signal_seen, patient, stopped_status = CUPEL_FAILED;

void cupel_talk_begin(const char *verb, bool quiet)
{
    const char *term = getenv("TERM");
    talk = (struct talk){.verb = verb, .quiet = quiet, .terminal = isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0)};
}

/* One write per message: lines of several processes stay whole. */
static void put(const char *text, size_t n)
{
    while (n) {
        ssize_t k = write(STDERR_FILENO, text, n);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) return; /* nobody listens */
        text += k;
        n -= (size_t)k;
    }
}

static void clear_bar(void)
{
    if (talk.bar) put("\r\033[K", 4);
    talk.bar = false;
}

static void line(const char *kind, const char *text)
{
    char b[CUPEL_ERR_MAX + 128];
    clear_bar();
    int n = snprintf(b, sizeof b, "cupel%s%s: %s%s\n", talk.verb ? " " : "", talk.verb ? talk.verb : "", kind, text);
    size_t length = n < 0 ? 0 : (size_t)n < sizeof b ? (size_t)n : sizeof b - 1;
    for (size_t i = 0; i < length; i++) /* what a message quotes from a file does not steer the terminal */
        if (((unsigned char)b[i] < ' ' && b[i] != '\n') || b[i] == 0x7f) b[i] = '?';
    put(b, length);
}

void cupel_talk_error(const char *text) { line("", text); }

void cupel_talk_keep(cupel_str *said) { talk.said = said; }

static void keep(cupel_level level, const char *text)
{
    if (!talk.said) return;
    cupel_account_hear(talk.said, level, text);
}

static void say(void *user, cupel_level level, const char *text)
{
    (void)user;
    keep(level, text);
    if (level == CUPEL_WARNING)
        line("warning: ", text);
    else if (!talk.quiet)
        line("", text);
}

static void put_seconds(cupel_str *s, double seconds)
{
    unsigned long t = seconds < 1 ? 1 : seconds < 1e7 ? (unsigned long)(seconds + 0.5) : 10000000ul;
    if (t >= 3600)
        cupel_str_addf(s, "%lu:%02lu:%02lu", t / 3600, t / 60 % 60, t % 60);
    else
        cupel_str_addf(s, "%lu:%02lu", t / 60, t % 60);
}

/* "43 %  1,234,567 of 2,800,000  0:23 left" */
static void put_state(cupel_str *s, uint64_t done, uint64_t total, double seconds)
{
    char a[32], b[32];
    if (!total) {
        cupel_str_addf(s, "%s done  ", cupel_format_count(a, done));
        put_seconds(s, seconds);
        return;
    }
    double share = (double)done / (double)total;
    cupel_str_addf(s, "%3.0f %%  %s of %s", 100 * share, cupel_format_count(a, done), cupel_format_count(b, total));
    if (!done || done >= total) return;
    cupel_str_puts(s, "  ");
    put_seconds(s, seconds * (1 - share) / share);
    cupel_str_puts(s, " left");
}

static size_t columns(void)
{
    struct winsize w;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) != 0 || !w.ws_col) return 80;
    return w.ws_col < NARROW ? NARROW : w.ws_col > WIDE ? WIDE : w.ws_col;
}

static void draw_bar(uint64_t done, uint64_t total, double seconds)
{
    cupel_str s = {0}, state = {0};
    put_state(&state, done, total, seconds);
    cupel_str_addf(&s, "\r\033[K%s ", talk.stage);
    size_t used = strlen(talk.stage) + state.n + 6, room = columns();
    if (total && used + 10 < room) {
        size_t width = room - used < 40 ? room - used : 40, filled = (size_t)((double)width * (double)done / (double)total);
        cupel_str_putc(&s, '[');
        for (size_t i = 0; i < width; i++) cupel_str_putc(&s, i < filled ? '=' : ' ');
        cupel_str_puts(&s, "] ");
    }
    cupel_str_puts(&s, cupel_str_text(&state));
    if (!s.failed && !state.failed) put(s.p, s.n);
    talk.bar = true;
    cupel_str_free(&s);
    cupel_str_free(&state);
}

/* What stands behind a colon is how far it has come. */
static bool same_stage(const char *stage)
{
    const size_t n = strcspn(stage, ":"), m = strcspn(talk.stage, ":");
    const size_t most = sizeof talk.stage - 1;
    return (n < most ? n : most) == m && strncmp(stage, talk.stage, m) == 0;
}

static void progress(void *user, const char *stage, uint64_t done, uint64_t total)
{
    (void)user;
    double now = cupel_now();
    if (talk.quiet) return;
    if (done > total && total) done = total;
    if (!same_stage(stage)) {
        talk.stage_begun = now;
        talk.last = talk.terminal ? 0 : now + LINE_AFTER - LINE_EVERY; /* the first line says that it lives */
    }
    snprintf(talk.stage, sizeof talk.stage, "%s", stage);
    if (total && done == total) {
        clear_bar();
        return;
    }
    double seconds = now - talk.stage_begun;
    if (talk.terminal) {
        if (seconds < BAR_AFTER || now - talk.last < BAR_EVERY) return;
        draw_bar(done, total, seconds);
    } else {
        if (now - talk.last < LINE_EVERY) return;
        cupel_str s = {0};
        cupel_str_addf(&s, "%s  ", stage);
        put_state(&s, done, total, seconds);
        line("", cupel_str_text(&s));
        cupel_str_free(&s);
    }
    talk.last = now;
}

static bool stop(void *user)
{
    (void)user;
    if (!signal_seen) return false;
    alarm(0); /* somebody looks: the work may take the time a checkpoint needs */
    return true;
}

void cupel_talk_job(cupel_job *job)
{
    job->say = say;
    job->progress = progress;
    job->stop = stop;
}

void cupel_streams_begin(void)
{
    /* A descriptor for the wrong direction: reading from a closed stdin and writing to a closed stdout fail as they should. */
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) (void)!open("/dev/null", fd ? O_RDONLY : O_WRONLY);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* beyond `ulimit -f` a write fails like one to a full disk (exit 7); the signal would end us without a word */
}

static void give_up(void)
{
    static const char text[] = "\ncupel: stopped by a signal before the end; run it again\n";
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
    cupel_temp_remove_all();
    _exit(stopped_status);
}

static void on_signal(int number)
{
    if (!patient || number == SIGALRM || (number == SIGINT && signal_seen)) give_up();
    signal_seen = number;
    if (number != SIGUSR1) alarm(GRACE);
}

void cupel_signals_begin(bool computes, bool resumes)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGUSR1, SIGALRM};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    struct sigaction before;
    sigemptyset(&action.sa_mask);
    patient = computes;
    stopped_status = resumes ? CUPEL_INTERRUPTED : CUPEL_FAILED;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        /* A shell starts background work with SIGINT ignored, so that Ctrl-C ends the foreground only. */
        bool ignored = numbers[i] == SIGINT && sigaction(SIGINT, NULL, &before) == 0 && before.sa_handler == SIG_IGN;
        if (!ignored) sigaction(numbers[i], &action, NULL);
    }
}

cupel_status cupel_print(const char *text, size_t n, cupel_err *err)
{
    clear_bar();
    while (n) {
        ssize_t k = write(STDOUT_FILENO, text, n);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) {
            int number = k < 0 ? errno : ENOSPC;
            if (number == ENOSPC || number == EDQUOT || number == EFBIG)
                return cupel_fail(err, CUPEL_NO_RESOURCE, "writing results to stdout: %s", strerror(number));
            return cupel_fail(err, CUPEL_FAILED, "writing results to stdout: %s", strerror(number));
        }
        text += k;
        n -= (size_t)k;
    }
    return CUPEL_OK;
}

cupel_status cupel_print_str(const cupel_str *s, cupel_err *err)
{
    if (s->failed) return cupel_no_memory(err, "the text to print", 0);
    return cupel_print(cupel_str_text(s), s->n, err);
}
