/* The verbs, in the order of `cupel help`: one line each. `cupel_verb_<name>` is defined in core/cli/cmd_<name>.c. */
#ifndef CUPEL_CLI_VERBS_H
#define CUPEL_CLI_VERBS_H

#include "core/cli/opt.h"

#define CUPEL_VERBS(HEADING, VERB)              \
    HEADING("The road in one command")          \
    VERB(run)                                   \
    VERB(demand)                                \
    VERB(report)                                \
    HEADING("Descriptors and models")           \
    VERB(describe)                              \
    VERB(train)                                 \
    VERB(predict)                               \
    VERB(evaluate)                              \
    VERB(explain)                               \
    HEADING("Screening")                        \
    VERB(screen)                                \
    VERB(merge)                                 \
    VERB(rank)                                  \
    VERB(space)                                 \
    HEADING("The loop")                         \
    VERB(suggest)                               \
    VERB(tell)                                  \
    VERB(replay)                                \
    HEADING("Microstructures")                  \
    VERB(design)                                \
    VERB(generate)                              \
    VERB(homogenize)                            \
    VERB(reconstruct)                           \
    HEADING("Files and facts")                  \
    VERB(convert)                               \
    VERB(inspect)                               \
    VERB(formula)                               \
    VERB(methods)                               \
    VERB(cite)                                  \
    VERB(help)                                  \
    VERB(version)

#define CUPEL_NO_HEADING(text)
#define CUPEL_DECLARE_VERB(name) extern const cupel_verb cupel_verb_##name;
CUPEL_VERBS(CUPEL_NO_HEADING, CUPEL_DECLARE_VERB)
#undef CUPEL_DECLARE_VERB
#undef CUPEL_NO_HEADING

/* A line of the table: a heading or a verb. Ended by both NULL. */
typedef struct cupel_verb_line {
    const char *heading;
    const cupel_verb *verb;
} cupel_verb_line;
extern const cupel_verb_line cupel_verb_lines[];

/* CUPEL_USAGE with a guess when there is no such verb. */
cupel_status cupel_verb_find(const char *name, const cupel_verb **verb, cupel_err *err);

/* Help from data. */
void cupel_help_all(cupel_str *s);
void cupel_help_verb(const cupel_verb *v, cupel_str *s);

#endif
