#include "core/cli/verbs.h"
#include "core/engine/cite.h"

#include <string.h>

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    (void)job;
    cupel_str s = {0};
    const char *word = cupel_opt_text(args, "format");
    cupel_methods_format format = strcmp(word, "json") == 0  ? CUPEL_METHODS_JSON
                                  : strcmp(word, "csv") == 0 ? CUPEL_METHODS_CSV
                                                             : CUPEL_METHODS_TABLE;
    cupel_status st = cupel_methods_list(cupel_arg(args, 0), format, &s, err);
    if (st == CUPEL_OK) st = cupel_print_str(&s, err);
    cupel_str_free(&s);
    return st;
}

const cupel_verb cupel_verb_methods = {
    .name = "methods",
    .usage = "[KIND|NAME] [--format table|csv|json]",
    .help = "the methods there are, or one with its parameters and references",
    .more = "KIND is descriptor, preset (several sets of descriptors), learner, surrogate, interval, explanation, acquisition, space, format, "
            "constraint, volume format, generator or solver. With the NAME of a method: what it needs, what it gives and in which unit (of a set of "
            "descriptors up to 150 columns), its parameters with unit, default and range, and its references.\n\n"
            "  cupel methods\n"
            "  cupel methods learner\n"
            "  cupel methods svr\n"
            "  cupel methods --format json",
    .options = (const cupel_opt[]){{"format", "NAME", CUPEL_OPT_CHOICE, "table|csv|json", "table", false, "form of the list"}, {0}},
    .max_args = 1,
    .run = run,
};
