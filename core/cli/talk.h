/* Talk: notes, warnings, errors and progress on stderr, and the signals that ask a long piece of work to end. */
#ifndef CUPEL_CLI_TALK_H
#define CUPEL_CLI_TALK_H

#include "core/base/str.h"
#include "core/sys/job.h"

/* There is one terminal and one process that gets signals, so there is one talk. */
void cupel_talk_begin(const char *verb, bool quiet);
void cupel_talk_error(const char *text);                 /* "cupel VERB: text" */
/* From now on notes and warnings, also unsaid ones, are added to *said too, a line each: 'n' or 'w', a blank, the text. NULL ends it. */
void cupel_talk_keep(cupel_str *said);
void cupel_talk_job(cupel_job *job);                     /* sets the callbacks */

/* Makes sure that descriptors 0, 1 and 2 are taken, so that no file of ours becomes stdout, and that a closed pipe is an error of
 * write(2) and not a death. */
void cupel_streams_begin(void);

/* SIGTERM, SIGUSR1 and SIGINT make job->stop true when the verb computes. Work that does not look for ten seconds is ended (SIGUSR1 is a warning of
 * the batch system and waits), with exit code 6 when the verb resumes, else 1; a second SIGINT ends it at once. Other verbs end at once. No temporary
 * file is left. */
void cupel_signals_begin(bool computes, bool resumes);

#endif
