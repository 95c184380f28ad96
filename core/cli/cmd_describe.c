#include "core/base/err.h"
#include "core/cli/verbs.h"
#include "core/engine/describe.h"

#include <string.h>

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_describe_options o = {
        .table = cupel_arg(args, 0),
        .format = cupel_opt_text(args, "table-format"),
        .formula = cupel_opt_text(args, "formula"),
        .sets = cupel_opt_text(args, "set"),
        .columns = cupel_opt_text(args, "columns"),
        .output = cupel_opt_text(args, "output"),
        .output_format = cupel_opt_text(args, "format"),
        .dot = cupel_dot_parse(cupel_opt_text(args, "dot")),
        .float32 = strcmp(cupel_opt_text(args, "store"), "float32") == 0,
        .validate = cupel_flag(args, "validate"),
    };
    cupel_status st = cupel_missing_parse(cupel_opt_text(args, "missing"), &o.missing, err);
    return st == CUPEL_OK ? cupel_describe(&o, job, NULL, err) : st;
}

static const cupel_opt options[] = {
    {"formula", "COLUMN", CUPEL_OPT_TEXT, NULL, "formula", false, "the column that holds the formulas"},
    {"set", "NAMES", CUPEL_OPT_TEXT, NULL, "magpie", false, "sets of descriptors, joined by commas; 'cupel methods' lists them"},
    {"columns", "NAMES", CUPEL_OPT_TEXT, NULL, NULL, false,
     "columns of the table as descriptors too: numbers as they are, text as one column per value (reads the whole table first)"},
    {"output", "FILE", CUPEL_OPT_TEXT, NULL, NULL, true, "a table (.csv, .tsv, .jsonl), an artifact (.h5), or - for a table on stdout"},
    {"store", "TYPE", CUPEL_OPT_CHOICE, "float64|float32", "float64", false, "how values are stored"},
    {"missing", "POLICY", CUPEL_OPT_CHOICE, "keep|fail|drop|impute", "keep", false,
     "a row with a missing value: keep it with empty fields and a reason, fail, drop it, or fill in what an element lacks with the mean over "
     "the elements"},
    {"dot", "READING", CUPEL_OPT_CHOICE, "refuse|hydrate|decimal", "refuse", false, "how to read a point that may be a decimal point or a hydrate dot"},
    {"validate", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "compute with the plain kernels too, and fail where they differ"},
    {"format", "NAME", CUPEL_OPT_CHOICE, "csv|tsv|jsonl|h5", NULL, false, "format of the output when its name does not tell"},
    {"table-format", "NAME", CUPEL_OPT_CHOICE, "csv|tsv|jsonl|json", NULL, false, "format of the table when its name does not tell"},
    {0}};

const cupel_verb cupel_verb_describe = {
    .name = "describe",
    .usage = "TABLE [--formula COLUMN] [--set NAMES] -o FILE",
    .help = "compute descriptors of the formulas in a table",
    .more = "The output has the formula column first, then the other columns of TABLE as they were, then the descriptors. TABLE is csv, tsv, jsonl or "
            "json, also gzipped; - is stdin.\n\n"
            "A formula that cannot be read, or an element without a tabulated value, leaves empty fields and a word in the column 'reason'; the "
            "counts and the first such rows are said on stderr; under --missing drop or impute every such row is.\n\n"
            "  cupel describe gaps.csv --formula composition --set magpie -o gaps-magpie.csv\n"
            "  cupel describe gaps.csv --formula composition --set magpie,stoichiometry --store float32 -o gaps.h5\n",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .computes = true,
    .run = run,
};
