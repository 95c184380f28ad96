/* The program: finds the verb, reads its options, makes the job, turns a status into an exit code. */
#include "core/base/err.h"
#include "core/base/guess.h"
#include "core/cli/blas.h"
#include "core/cli/outputs.h"
#include "core/cli/record.h"
#include "core/cli/talk.h"
#include "core/cli/verbs.h"
#include "core/io/h5.h"
#include "core/sys/file.h"

#include <string.h>

#include <sys/prctl.h>

#define HEADING_LINE(text) {text, NULL},
#define VERB_LINE(name) {NULL, &cupel_verb_##name},
const cupel_verb_line cupel_verb_lines[] = {CUPEL_VERBS(HEADING_LINE, VERB_LINE){NULL, NULL}};

cupel_status cupel_verb_find(const char *name, const cupel_verb **verb, cupel_err *err)
{
    cupel_guess g = {.meant = name};
    for (const cupel_verb_line *l = cupel_verb_lines; l->heading || l->verb; l++) {
        if (!l->verb) continue;
        if (strcmp(l->verb->name, name) == 0) {
            *verb = l->verb;
            return CUPEL_OK;
        }
        cupel_guess_offer(&g, l->verb->name);
    }
    if (g.best) return cupel_fail(err, CUPEL_USAGE, "unknown verb '%.64s'; did you mean '%s'? ('cupel help' lists them)", name, g.best);
    return cupel_fail(err, CUPEL_USAGE, "unknown verb '%.64s'; 'cupel help' lists them", name);
}

static cupel_status make_job(const cupel_verb *verb, const cupel_args *args, cupel_job *job, cupel_err *err)
{
    const char *why = "--threads";
    *job = (cupel_job){.threads = (size_t)cupel_opt_count(args, "threads")};
    if (!cupel_opt_given(args, "threads"))
        job->threads = cupel_threads_default(&why);
    else if (job->threads < 1 || job->threads > 1024)
        return cupel_fail(err, CUPEL_USAGE, "option --threads: found '%s', expected 1 to 1024", cupel_opt_text(args, "threads"));
    cupel_status st = cupel_isa_parse(cupel_opt_text(args, "isa"), &job->isa, err);
    if (st != CUPEL_OK) return st;
    cupel_talk_job(job);
    if (verb->computes)
        cupel_say(job, CUPEL_NOTE, "%zu thread%s (%s), %s", job->threads, job->threads == 1 ? "" : "s", why, cupel_isa_name(job->isa));
    return CUPEL_OK;
}

static bool resumes(const cupel_verb *verb)
{
    for (const cupel_opt *o = verb->options; o && o->name; o++)
        if (strcmp(o->name, "resume") == 0) return true;
    return false;
}

/* 6 is for what is left behind, a checkpoint or the best so far: other verbs have failed. */
static int exit_code(const cupel_verb *verb, cupel_status st)
{
    return (int)(st == CUPEL_INTERRUPTED && !verb->keeps && !resumes(verb) ? CUPEL_FAILED : st);
}

/* The work, and what it left on record where that is asked for; a record that fails does not hide a failure of the work. */
static cupel_status work(const cupel_verb *verb, const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_record *record = NULL;
    cupel_err second = {0};
    cupel_status st = cupel_record_begin(verb, args, job, &record, err);
    cupel_job watched = *job;
    if (st != CUPEL_OK) return st;
    if (record) cupel_record_watch(record, &watched);
    st = verb->run(args, &watched, err);
    const char *error = st == CUPEL_OK ? NULL : err->message[0] ? err->message : cupel_status_name(st);
    cupel_status also = cupel_record_end(record, exit_code(verb, st), error, &second);
    cupel_record_free(record);
    if (st != CUPEL_OK || also == CUPEL_OK) return st;
    *err = second;
    return also;
}

static cupel_status run(const cupel_verb *verb, int argc, char **argv, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_args *args = NULL;
    cupel_str page = {0};
    cupel_job job;
    CUPEL_TRY(cupel_args_parse(verb, argc - 2, argv + 2, &args, err));
    if (cupel_flag(args, "help")) {
        cupel_help_verb(verb, &page);
        CUPEL_TRY(cupel_print_str(&page, err));
        goto done;
    }
    if (verb->uses_blas) cupel_blas_begin(argv);
    CUPEL_TRY(cupel_outputs_check(verb, args, err));
    cupel_talk_begin(verb->name, cupel_flag(args, "quiet"));
    cupel_signals_begin(verb->computes, resumes(verb)); /* before the job is told: who reads of it may send one */
    CUPEL_TRY(make_job(verb, args, &job, err));
    CUPEL_TRY(work(verb, args, &job, err));
done:
    cupel_str_free(&page);
    cupel_args_free(args);
    return st;
}

/* `cupel --help` and its like are the verbs of that name. */
static const char *verb_of(const char *word)
{
    static const char *const same[][2] = {{"--help", "help"}, {"-h", "help"}, {"--version", "version"}, {"-V", "version"}};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (strcmp(word, same[i][0]) == 0) return same[i][1];
    return word;
}

int main(int argc, char **argv)
{
    cupel_err err = {0};
    prctl(PR_SET_NAME, "cupel"); /* it is "exe" after blas.c has started us again */
    cupel_h5_leave_at_exit();
    cupel_streams_begin();
    cupel_talk_begin(NULL, false);
    if (argc < 2) {
        cupel_talk_error("expected a verb; 'cupel help' lists them");
        return CUPEL_USAGE;
    }
    const cupel_verb *verb = NULL;
    if (cupel_verb_find(verb_of(argv[1]), &verb, &err) != CUPEL_OK) {
        cupel_talk_error(err.message);
        return CUPEL_USAGE;
    }
    cupel_talk_begin(verb->name, false);
    cupel_status st = run(verb, argc, argv, &err);
    if (st != CUPEL_OK) cupel_talk_error(err.message[0] ? err.message : cupel_status_name(st));
    return exit_code(verb, st);
}
