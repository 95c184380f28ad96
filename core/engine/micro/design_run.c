/* `cupel design`: the demand, the refusal of what cannot be, the search, and the folder. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/after.h"
#include "core/engine/micro/design_out.h"
#include "core/engine/micro/design_start.h"
#include "core/engine/micro/design_watch.h"
#include "core/engine/micro/earlier.h"
#include "core/engine/micro/replay.h"
#include "core/sys/file.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

static cupel_status override(cupel_micro_demand *d, const cupel_design_options *o, cupel_err *err)
{
    if (o->grid_given && (o->grid < 8 || o->grid > 1024))
        return cupel_fail(err, CUPEL_USAGE, "option --grid: found %llu, expected 8 to 1024", (unsigned long long)o->grid);
    if (o->grid_given) d->grid = o->grid;
    if (o->seed_given) d->seed = o->seed;
    if (o->surrogate) d->surrogate = o->surrogate;
    if (!o->budget) return CUPEL_OK;
    d->budget_seconds = HUGE_VAL;
    d->budget_solves = 0;
    return cupel_micro_budget(cupel_text_of(o->budget), &d->budget_seconds, &d->budget_solves, err);
}

static bool is_met(const cupel_designs *found) { return found->n && found->one[0].meets; }

/* Three ends that are not one: impossible (said before, by bounds), not met, which is no proof, and interrupted. */
static cupel_status unmet(const cupel_micro_demand *d, const char *demand, const char *folder, const cupel_designs *found, cupel_err *err)
{
    char twice[48];
    if (!found->out_of_budget)
        return cupel_fail(err, CUPEL_INFEASIBLE, "'%s' was not met by this search, which tried all it would and proves nothing; '%s/designs.csv' "
                          "holds the nearest; another --seed, a wider space or tolerance may do", demand, folder);
    if (d->budget_solves)
        snprintf(twice, sizeof twice, "%.0fsolves", 2 * fmax((double)d->budget_solves, (double)found->solves));
    else
        snprintf(twice, sizeof twice, "%.0fs", ceil(2 * fmax(d->budget_seconds, found->seconds)));
    return cupel_fail(err, CUPEL_INFEASIBLE, "'%s' was not met within the budget, which proves nothing; '%s/designs.csv' holds the nearest; the same "
                      "command with --resume and a larger budget, as in --budget %s, goes on from there", demand, folder, twice);
}

static cupel_status ending(const cupel_micro_demand *d, const char *demand, const char *folder, const cupel_designs *found, bool stopped,
                           bool complete, cupel_err *err)
{
    if (!complete)
        return cupel_fail(err, CUPEL_INTERRUPTED,
                          "interrupted while the surfaces were made, which are not in '%s'; the same command with --resume makes them", folder);
    if (stopped)
        return cupel_fail(err, CUPEL_INTERRUPTED,
                          "interrupted; the best so far is in '%s/designs.csv', and the same command with --resume goes on from there", folder);
    return is_met(found) ? CUPEL_OK : unmet(d, demand, folder, found, err);
}

static void say_sample(const cupel_design_sample *sample, const char *folder, cupel_str *summary)
{
    if (sample->rows)
        cupel_str_addf(summary, "%s/samples.h5: %zu structures of this space, with which its next design begins: --surrogate\n", folder,
                       sample->rows);
    if (*sample->why) cupel_str_addf(summary, "no samples.h5, with which the next design of this space would begin: %s\n", sample->why);
}

cupel_status cupel_design_run(const char *demand, const char *folder, const cupel_design_options *o, const cupel_job *job, cupel_str *summary,
                              cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_micro_demand *d = NULL;
    cupel_account account;
    cupel_journal *journal = NULL;
    cupel_err why = {0}; /* the files could not be written */
    cupel_design_sample sample = {.rows = 0};
    bool made = false, empty = false, complete = true, more = false; /* more: a larger budget would go on */
    cupel_designs *found = cupel_alloc(1, sizeof *found);
    if (!found) return cupel_no_memory(err, "designs", sizeof *found);
    cupel_job calm = *job;
    cupel_account_begin(&account, folder, o->command, &calm);
    CUPEL_TRY(cupel_micro_demand_open(demand, &d, err));
    cupel_micro_demand_say(d, job);
    CUPEL_TRY(override(d, o, err));
    CUPEL_TRY(cupel_design_where(d, err));
    CUPEL_TRY(cupel_design_feasible(d, err));
    made = access(folder, F_OK) != 0;
    CUPEL_TRY(cupel_make_folder(folder, err));
    CUPEL_TRY(cupel_replay_open(folder, d, o->resume, job, &journal, err));
    cupel_design_watch watch = {.outer = job, .d = d, .found = found, .begin = account.begin};
    const cupel_job watched = cupel_design_watched(&watch);
    st = cupel_design_search(d, account.begin, journal, &watched, found, err);
    bool stopped = st == CUPEL_INTERRUPTED;
    if (stopped && !found->n) CUPEL_TRY(cupel_fail(err, st, "interrupted before the first trial; the same command with --resume goes on from there"));
    if (!stopped) CUPEL_TRY(st);
    calm = watched;
    calm.stop = stopped ? NULL : watched.stop;
    CUPEL_TRY(cupel_designs_after(d, found, journal, &calm, stopped, &watch.until, err));
    found->stopped = stopped = stopped || cupel_stopped(job);
    if (!stopped) cupel_loads_say(d, found, job);
    calm.stop = NULL; /* what was found is written whole; a second Ctrl-C ends that too */
    cupel_status written = is_met(found) ? CUPEL_OK : cupel_earlier_keep(folder, job, &why);
    if (written == CUPEL_OK) written = cupel_design_write(d, found, job, &account, &complete, &sample, &why);
    if (*found->begun.digest) {
        cupel_str_addf(summary, "surrogate %s: ", d->surrogate);
        cupel_design_start_words(&found->begun, summary);
        cupel_str_putc(summary, '\n');
    }
    cupel_design_summary(d, found, summary);
    say_sample(&sample, folder, summary);
    if (summary->failed) CUPEL_TRY(cupel_no_memory(err, "a summary", 0));
    more = !is_met(found) && found->out_of_budget;
    st = written == CUPEL_OK ? ending(d, demand, folder, found, stopped, complete, err)
                             : cupel_fail(err, written, "%s; the search is over and its outcome is said, but '%s' is not whole: the same command "
                                          "with --resume writes it without a search", why.message, folder);
done:
    cupel_account_release(&account);
    cupel_designs_release(found);
    empty = journal && cupel_journal_is_empty(journal);
    cupel_journal_close(journal, st == CUPEL_OK || (st == CUPEL_INFEASIBLE && !more) || empty);
    if (empty && made) (void)rmdir(folder); /* which keeps one that is not empty */
    cupel_free(found);
    cupel_micro_demand_free(d);
    return st;
}
