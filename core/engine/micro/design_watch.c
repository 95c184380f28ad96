#include "core/engine/micro/design_watch.h"

#include <math.h>
#include <stdio.h>

static void say(void *user, cupel_level level, const char *text)
{
    const cupel_design_watch *w = user;
    cupel_say(w->outer, level, "%s", text);
}

static bool stop(void *user)
{
    const cupel_design_watch *w = user;
    return cupel_stopped(w->outer) || (w->until > 0 && cupel_now() > w->until);
}

static void reads(void *user, const char *path, const char *digest)
{
    const cupel_design_watch *w = user;
    cupel_reads(w->outer, path, digest);
}

/* "best so far 2.3 tolerances off" */
static void put_best(const cupel_design_watch *w, char *text, size_t n)
{
    const cupel_designs *f = w->found;
    size_t met = 0;
    for (size_t i = 0; i < f->n; i++) met += f->one[i].meets;
    if (met)
        snprintf(text, n, "%zu meet%s it", met, met == 1 ? "s" : "");
    else if (f->nearest > 1)
        snprintf(text, n, "best so far %.2g tolerances off", f->nearest);
    else if (f->nearest > 0)
        snprintf(text, n, "a trial on a coarse grid meets it");
    else
        snprintf(text, n, "first trial");
}

/* The solver tells of each load: often enough for a line that changes. */
static void progress(void *user, const char *stage, uint64_t done, uint64_t total)
{
    const cupel_design_watch *w = user;
    const double worked = cupel_now() - w->begin;
    const uint64_t loads = w->found->solves;
    char best[48], text[96];
    (void)stage, (void)done, (void)total;
    put_best(w, best, sizeof best);
    if (w->d->budget_seconds < HUGE_VAL) {
        const uint64_t all = (uint64_t)ceil(w->d->budget_seconds);
        snprintf(text, sizeof text, "design: %s, %llu loads; seconds", best, (unsigned long long)loads);
        cupel_progress(w->outer, text, worked < (double)all ? (uint64_t)worked : all - 1, all);
    } else {
        const uint64_t all = w->d->budget_solves;
        snprintf(text, sizeof text, "design: %s, %.0f s; loads", best, worked);
        cupel_progress(w->outer, text, all && loads >= all ? all - 1 : loads, all);
    }
}

cupel_job cupel_design_watched(cupel_design_watch *w)
{
    cupel_job job = *w->outer;
    job.user = w;
    job.say = say;
    job.progress = progress;
    job.stop = stop;
    job.reads = reads;
    return job;
}
