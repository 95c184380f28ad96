/* The files that a command line names as outputs, checked before the work. */
#ifndef CUPEL_CLI_OUTPUTS_H
#define CUPEL_CLI_OUTPUTS_H

#include "core/cli/opt.h"

/* CUPEL_USAGE when an output (-o, --predictions, --fields, --doubts, --recipe, --record) is also an input, an argument or the value of another
 * option, or when two outputs are one file; else what cupel_out_check finds of each but --record, which has its own place to fail. Folders are
 * left to the verb. The record that stands beside an output is treated as one that is named. */
cupel_status cupel_outputs_check(const cupel_verb *verb, const cupel_args *args, cupel_err *err);

/* The option names a file: its placeholder in the help says so. Others hold names, which may be those of files by chance. */
bool cupel_outputs_is_file(const cupel_opt *o);
/* The option of this name names a file that is written. */
bool cupel_outputs_is_output(const char *name);

/* Where the record of the run goes. *path is what --record says; else, unless --no-record is given, `FILE.run.json` beside the first file that the
 * run is to write, *beside (of args): that of -o, of --predictions and the like, of an argument, or the loop that picks are taken into. NULL: no
 * record, as where the result is a folder, goes to stdout, into a pipe or a device. *always: that file may stay as it is, and is not skipped then.
 * The caller frees *path. */
typedef struct cupel_record_place {
    char *path;
    const char *beside; /* NULL: the user named the record */
    bool always;
} cupel_record_place;
cupel_status cupel_outputs_record(const cupel_verb *verb, const cupel_args *args, cupel_record_place *place, cupel_err *err);

/* CUPEL_USAGE for the name of a table, a page or standard output where an artifact is written: whatever reads it would take its bytes for text. */
cupel_status cupel_outputs_check_artifact(const char *path, const char *what, cupel_err *err);

#endif
