/* The files that a command line names as outputs, checked before the work. */
#ifndef CUPEL_CLI_OUTPUTS_H
#define CUPEL_CLI_OUTPUTS_H

#include "core/cli/opt.h"

/* CUPEL_USAGE when an output (-o, --predictions, --fields, --doubts, --recipe, --record) is also an input, an argument or the value of another
 * option, or when two outputs are one file; else what cupel_out_check finds of each but --record, which has its own place to fail. Folders are
 * left to the verb. */
cupel_status cupel_outputs_check(const cupel_verb *verb, const cupel_args *args, cupel_err *err);

/* CUPEL_USAGE for the name of a table, a page or standard output where an artifact is written: whatever reads it would take its bytes for text. */
cupel_status cupel_outputs_check_artifact(const char *path, const char *what, cupel_err *err);

#endif
