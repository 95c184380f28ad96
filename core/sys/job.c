#include "core/sys/job.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void cupel_say(const cupel_job *job, cupel_level level, const char *fmt, ...)
{
    if (!job || !job->say) return;
    char text[CUPEL_ERR_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    job->say(job->user, level, text);
}

void cupel_say_lines(const cupel_job *job, const char *lines)
{
    while (*lines) {
        const size_t n = strcspn(lines, "\n");
        cupel_say(job, CUPEL_NOTE, "%.*s", (int)n, lines);
        lines += n + (lines[n] != '\0');
    }
}

void cupel_progress(const cupel_job *job, const char *stage, uint64_t done, uint64_t total)
{
    if (job && job->progress) job->progress(job->user, stage, done, total);
}

bool cupel_stopped(const cupel_job *job) { return job && job->stop && job->stop(job->user); }

void cupel_reads(const cupel_job *job, const char *path, const char *digest)
{
    if (job && job->reads) job->reads(job->user, path, digest);
}

void cupel_counted(const cupel_job *job, const char *reason, uint64_t n)
{
    if (job && job->counts) job->counts(job->user, reason, n);
}

static double seconds(clockid_t id)
{
    struct timespec t;
    return clock_gettime(id, &t) == 0 ? (double)t.tv_sec + 1e-9 * (double)t.tv_nsec : 0;
}

double cupel_now(void) { return seconds(CLOCK_MONOTONIC); }

double cupel_cpu_seconds(void) { return seconds(CLOCK_PROCESS_CPUTIME_ID); }

void cupel_utc_now(char text[32])
{
    time_t now = time(NULL);
    struct tm tm;
    if (!gmtime_r(&now, &tm) || !strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &tm)) text[0] = '\0';
}
