#include "core/cli/verbs.h"
#include "core/engine/cite.h"

#include <string.h>

enum { MAX_NAMES = 256 };

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    (void)job;
    cupel_str s = {0};
    const char *name[MAX_NAMES];
    size_t n = cupel_n_args(args);
    for (size_t i = 0; i < n; i++) name[i] = cupel_arg(args, i);
    cupel_status st = cupel_cite(name, n, strcmp(cupel_opt_text(args, "format"), "bibtex") == 0, &s, err);
    if (st == CUPEL_OK) st = cupel_print_str(&s, err);
    cupel_str_free(&s);
    return st;
}

const cupel_verb cupel_verb_cite = {
    .name = "cite",
    .usage = "NAME... [--format text|bibtex]",
    .help = "the references of methods, as text or BibTeX",
    .more = "Name the methods of a piece of work as `cupel methods` prints them.\n"
            "\n"
            "  cupel cite svr magpie\n"
            "  cupel cite svr magpie price --format bibtex > used.bib",
    .options = (const cupel_opt[]){{"format", "NAME", CUPEL_OPT_CHOICE, "text|bibtex", "text", false, "form of the references"}, {0}},
    .min_args = 1,
    .max_args = MAX_NAMES,
    .run = run,
};
