/* Options declared as data. A verb lists its options once; parsing, help and errors come from the list. */
#ifndef CUPEL_CLI_OPT_H
#define CUPEL_CLI_OPT_H

#include "core/base/str.h"
#include "core/cupel.h"
#include "core/sys/job.h"

typedef enum cupel_opt_kind { CUPEL_OPT_FLAG, CUPEL_OPT_TEXT, CUPEL_OPT_COUNT, CUPEL_OPT_NUMBER, CUPEL_OPT_CHOICE, CUPEL_OPT_LIST } cupel_opt_kind;

/* --name VALUE or --name=VALUE; -o is --output. `choices` is "a|b|c" for CHOICE. A LIST is text that may be given several times; any other option
 * given twice is an error. */
typedef struct cupel_opt {
    const char *name, *placeholder; /* "threads", "N" */
    cupel_opt_kind kind;
    const char *choices;
    const char *fallback;           /* default as text; NULL: none */
    bool required;
    const char *help;
} cupel_opt;

typedef struct cupel_args cupel_args;

/* A verb: one file core/cli/cmd_<verb>.c, one line in core/cli/verbs.h. */
typedef struct cupel_verb {
    const char *name;
    const char *usage;              /* "TABLE --formula COLUMN --set NAME -o FILE" */
    const char *help;               /* one line */
    const char *more;               /* paragraphs for `cupel help VERB`: what it does, examples, exit codes; may be NULL */
    const cupel_opt *options;       /* ended by a NULL name; the common ones (--threads --isa --quiet --help) are added */
    size_t min_args, max_args;      /* positional arguments */
    bool uses_blas;                 /* start again with the fast OpenBLAS kernels (blas.c) */
    bool computes;                  /* long work: says threads and instruction set first; signals set the flag that job->stop reads */
    size_t writes;                  /* which argument, counted from 1, is a file that it writes; 0: none, results go to options or stdout */
    bool updates;                   /* that file is read first */
    bool keeps;                     /* CUPEL_INTERRUPTED says that the best so far is there: exit code 6, as of verbs with --resume */
    cupel_status (*run)(const cupel_args *args, const cupel_job *job, cupel_err *err);
} cupel_verb;

const char *cupel_arg(const cupel_args *a, size_t i);             /* positional; NULL past the end */
size_t cupel_n_args(const cupel_args *a);
/* The names below must be among the verb's options or the common ones. */
bool cupel_flag(const cupel_args *a, const char *name);
const char *cupel_opt_text(const cupel_args *a, const char *name);  /* value or fallback; NULL */
uint64_t cupel_opt_count(const cupel_args *a, const char *name);    /* checked when parsed; 0 without value and fallback */
double cupel_opt_number(const cupel_args *a, const char *name);     /* NaN without value and fallback */
bool cupel_opt_given(const cupel_args *a, const char *name);
const char *cupel_opt_item(const cupel_args *a, const char *name, size_t i); /* value i of a LIST, in the order given; NULL past the end */
const char *cupel_command_line(const cupel_args *a);                /* quoted for a shell; for run.json */

/* argv [argc] is what follows the verb. CUPEL_USAGE with a suggestion for what is unknown; with --help nothing else is checked. */
cupel_status cupel_args_parse(const cupel_verb *verb, int argc, char **argv, cupel_args **args, cupel_err *err);
void cupel_args_free(cupel_args *a);
extern const cupel_opt cupel_common_options[]; /* ended by a NULL name */

/* stdout for results: the only place that prints them. */
cupel_status cupel_print(const char *text, size_t n, cupel_err *err);
/* A str that was filled for printing: CUPEL_NO_RESOURCE when it failed to grow. */
cupel_status cupel_print_str(const cupel_str *s, cupel_err *err);

#endif
