#include "core/cli/verbs.h"
#include "core/engine/inspect.h"
#include "core/engine/loop_inspect.h"

#include <string.h>

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    (void)job;
    cupel_str s = {0};
    const char *path = cupel_arg(args, 0);
    cupel_status st = cupel_flag(args, "rows") ? cupel_loop_inspect_rows(path, &s, err)
                                               : cupel_inspect(path, strcmp(cupel_opt_text(args, "format"), "json") == 0, &s, err);
    if (st == CUPEL_OK) st = cupel_print_str(&s, err);
    cupel_str_free(&s);
    return st;
}

const cupel_verb cupel_verb_inspect = {
    .name = "inspect",
    .usage = "ARTIFACT [--format json] [--rows]",
    .help = "say what an artifact holds: kind, versions, seed, inputs, attributes, data sets",
    .more =
        "The whole file is checked against its digest first. Exit code 4 when it is truncated, damaged, not an artifact, or made by a newer cupel.",
    .options = (const cupel_opt[]){{"format", "NAME", CUPEL_OPT_CHOICE, "table|json", "table", false, "lines for people, or a JSON object"},
                                    {"rows", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "of a loop: its experiments and their state, as csv"},
                                    {0}},
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
