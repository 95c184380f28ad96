/* run.json: what ran, where, how long, from what and with what result; the same for every verb that fills a folder. */
#ifndef CUPEL_ENGINE_ACCOUNT_H
#define CUPEL_ENGINE_ACCOUNT_H

#include "core/base/str.h"
#include "core/io/json.h"
#include "core/sys/job.h"

typedef struct cupel_output {
    char *name;      /* in the folder */
    char *what;      /* for people; NULL: it speaks for itself */
    char digest[80]; /* "sha256:..." */
    uint64_t bytes;
} cupel_output;

typedef struct cupel_account {
    const char *folder, *command;
    const cupel_job *job;
    char started[32];
    double begin; /* cupel_now() */
    size_t n, cap;
    cupel_output *output; /* [n] in the order they were written */
    cupel_job heard;      /* the job, with what it says kept */
    cupel_str said;       /* lines: 'n' or 'w' (a warning), a blank, the text */
} cupel_account;

void cupel_account_begin(cupel_account *a, const char *folder, const char *command, const cupel_job *job);
void cupel_account_release(cupel_account *a);

/* The job, for the work whose notes and warnings run.json is to hold (cupel_account_said). The account stays where it is until its end. */
const cupel_job *cupel_account_listen(cupel_account *a);
/* The same for whoever hears them elsewhere. */
void cupel_account_hear(cupel_str *said, cupel_level level, const char *text);

/* Joins the name to the folder; the caller frees. */
cupel_status cupel_account_path(const cupel_account *a, const char *name, char **path, cupel_err *err);
/* A file that is whole or not there. */
cupel_status cupel_account_text(const cupel_account *a, const char *name, const char *text, size_t n, cupel_err *err);
/* Adds a file that lies in the folder to the outputs, with its digest; one of that name is replaced. */
cupel_status cupel_account_note(cupel_account *a, const char *name, const char *what, cupel_err *err);

/* Removes from the folder what its run.json, that of an earlier run, lists and this account does not, where the name begins with one of `prefixes`
 * (ended by NULL); nothing where there is no such account. Before cupel_account_write. */
void cupel_account_tidy(const cupel_account *a, const char *const *prefixes);

/* The document: head {cupel, command, started, ended, host, threads, isa; then what the verb adds; then the inputs that it opens and fills; then
 * cupel_account_write closes it with the outputs and writes run.json. CUPEL_NO_RESOURCE where the text could not grow. */
void cupel_account_head(const cupel_account *a, cupel_json_out *w);
/* Members of an object. Clocks and rates are rounded to four digits: they are no better. */
void cupel_account_number(cupel_json_out *w, const char *name, double x);
void cupel_account_word(cupel_json_out *w, const char *name, const char *text);
void cupel_account_count(cupel_json_out *w, const char *name, uint64_t x);
/* exit_code and status of a run that ends so. */
void cupel_account_outcome(cupel_json_out *w, cupel_status st);
/* cpu_seconds and max_rss_bytes of this process. */
void cupel_account_usage(cupel_json_out *w);
/* "said": [{"level", "text"}], of lines as cupel_account_hear makes them. */
void cupel_account_said(cupel_json_out *w, const cupel_str *said);
/* Rows by a reason that the job was told of (cupel_counted). */
typedef struct cupel_account_count_of {
    const char *reason; /* stays where it is */
    uint64_t n;
} cupel_account_count_of;
/* "reasons": {"bad_formula": 2}, rows that were left out or have values missing or made up, by reason, of the same lines, and behind them the n of
 * `told` (may be NULL). */
void cupel_account_reasons(cupel_json_out *w, const cupel_str *said, const cupel_account_count_of *told, size_t n);
/* {"name", "file", "digest"}; NULL leaves a member out. */
void cupel_account_file(cupel_json_out *w, const char *name, const char *file, const char *digest);
cupel_status cupel_account_write(const cupel_account *a, cupel_json_out *w, cupel_err *err);

#endif
