/* What a run of any verb read, said and wrote, as JSON for the pipeline that called it: in the file of --record, else beside the result. */
#ifndef CUPEL_CLI_RECORD_H
#define CUPEL_CLI_RECORD_H

#include "core/cli/opt.h"
#include "core/engine/account.h"

typedef struct cupel_record cupel_record;

/* From now on the inputs that work under the job finds by itself (a table that a demand names) are noted too. */
void cupel_record_watch(cupel_record *r, cupel_job *job);
/* Notes the files that the command line names and their digests: those that are there are inputs. NULL where no record is
 * asked for and none belongs (cupel_outputs_record). CUPEL_FAILED when the file of --record cannot be written. */
cupel_status cupel_record_begin(const cupel_verb *verb, const cupel_args *args, const cupel_job *job, cupel_record **r, cupel_err *err);

/* Writes {"cupel", "command", "started", "ended", "host", "threads", "isa", "exit_code", "status", "error", "seconds", "cpu_seconds",
 * "max_rss_bytes", "reasons": {"bad_formula": rows, ..}, "said": [{"level", "text"}, ..], "inputs": [{"file", "digest"}, ..], "outputs":
 * [{"file", "bytes", "digest"}, ..]}: files that the command line names, or that stand in the folder that it names for outputs, and that are new or
 * changed; `digest` is null of more than 64 MiB where nobody asked for the record. `error`: what went wrong, NULL.
 * A record that stands beside a result by itself is left out of a usage error, and where that result was not written by a run that succeeded. The
 * file is whole or as it was before. r may be NULL. */
cupel_status cupel_record_end(cupel_record *r, int exit_code, const char *error, cupel_err *err);
void cupel_record_free(cupel_record *r); /* NULL-safe */

#endif
