#include "core/cli/verbs.h"

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    (void)job;
    cupel_str page = {0};
    const cupel_verb *verb = NULL;
    if (cupel_arg(args, 0)) {
        cupel_status st = cupel_verb_find(cupel_arg(args, 0), &verb, err);
        if (st != CUPEL_OK) return st;
    }
    if (verb)
        cupel_help_verb(verb, &page);
    else
        cupel_help_all(&page);
    cupel_status st = cupel_print_str(&page, err);
    cupel_str_free(&page);
    return st;
}

const cupel_verb cupel_verb_help = {
    .name = "help",
    .usage = "[VERB]",
    .help = "the verbs, or one verb with its options and examples",
    .max_args = 1,
    .run = run,
};
