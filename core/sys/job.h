/* What every long piece of work is given: how many threads, which kernels, whom to tell, and when to stop. */
#ifndef CUPEL_SYS_JOB_H
#define CUPEL_SYS_JOB_H

#include "core/cupel.h"
#include "core/sys/cpu.h"

#include <stdbool.h>

typedef enum cupel_level { CUPEL_NOTE, CUPEL_WARNING } cupel_level;

/* {.threads = 1} is a valid silent job. Callbacks come from the thread that called the library. */
typedef struct cupel_job {
    size_t threads; /* >= 1 */
    cupel_isa isa;
    void *user;     /* handed to the callbacks */
    void (*say)(void *user, cupel_level level, const char *text);                            /* may be NULL */
    void (*progress)(void *user, const char *stage, uint64_t done, uint64_t total);          /* may be NULL; total 0 = unknown */
    bool (*stop)(void *user);                                                                /* may be NULL; true = end soon */
    void (*reads)(void *user, const char *path, const char *digest);                         /* may be NULL; an input, "sha256:..." */
    void (*counts)(void *user, const char *reason, uint64_t n);                              /* may be NULL; rows set apart, a word that stays */
} cupel_job;

void cupel_say(const cupel_job *job, cupel_level level, const char *fmt, ...) CUPEL_PRINTF(3, 4);
void cupel_say_lines(const cupel_job *job, const char *lines); /* each as a note */
void cupel_progress(const cupel_job *job, const char *stage, uint64_t done, uint64_t total);
bool cupel_stopped(const cupel_job *job);
void cupel_reads(const cupel_job *job, const char *path, const char *digest);
void cupel_counted(const cupel_job *job, const char *reason, uint64_t n);

/* Seconds of a steady clock, and CPU seconds of this process. */
double cupel_now(void);
double cupel_cpu_seconds(void);

/* "2026-11-23T19:31:00Z" */
void cupel_utc_now(char text[32]);

#endif
