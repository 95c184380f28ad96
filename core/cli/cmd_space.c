#include "core/base/err.h"
#include "core/cli/verbs.h"
#include "core/engine/enumerate.h"

#include <string.h>

static cupel_status count(const cupel_args *args, cupel_err *err)
{
    const char *format = cupel_opt_text(args, "format");
    cupel_str text = {0};
    if (format && strcmp(format, "json") != 0 && strcmp(format, "table") != 0)
        return cupel_fail(err, CUPEL_USAGE, "option --format: found '%s', expected table or json for 'cupel space count'", format);
    cupel_status st = cupel_enumerate_count(cupel_arg(args, 1), format && strcmp(format, "json") == 0, &text, err);
    if (st == CUPEL_OK) st = cupel_print_str(&text, err);
    cupel_str_free(&text);
    return st;
}

static cupel_status list(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    const char *format = cupel_opt_text(args, "format");
    cupel_enumerate_options o = {
        .demand = cupel_arg(args, 1),
        .from = cupel_opt_count(args, "from"),
        .count = cupel_opt_given(args, "count") ? cupel_opt_count(args, "count") : UINT64_MAX,
        .output = cupel_opt_text(args, "output"),
        .format = format,
    };
    if (format && (strcmp(format, "json") == 0 || strcmp(format, "table") == 0))
        return cupel_fail(err, CUPEL_USAGE, "option --format: found '%s', expected csv, tsv or jsonl for 'cupel space list'", format);
    return cupel_enumerate(&o, job, err);
}

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    const char *what = cupel_arg(args, 0);
    if (strcmp(what, "count") == 0) return count(args, err);
    if (strcmp(what, "list") == 0) return list(args, job, err);
    return cupel_fail(err, CUPEL_USAGE, "cupel space '%s': expected 'cupel space count DEMAND' or 'cupel space list DEMAND'", what);
}

static const cupel_opt options[] = {
    {"from", "N", CUPEL_OPT_COUNT, NULL, "0", false, "list: the first candidate, numbered from 0"},
    {"count", "M", CUPEL_OPT_COUNT, NULL, NULL, false, "list: how many; all that follow when not given"},
    {"output", "FILE", CUPEL_OPT_TEXT, NULL, "-", false, "list: a table (.csv, .tsv, .jsonl), or - for stdout"},
    {"format", "NAME", CUPEL_OPT_CHOICE, "table|json|csv|tsv|jsonl", NULL, false,
     "count: a line for people or a JSON object; list: format of the table when its name does not tell"},
    {0}};

const cupel_verb cupel_verb_space = {
    .name = "space",
    .usage = "count|list DEMAND [--from N --count M -o FILE]",
    .help = "the candidates of a demand's space: how many there are, and which",
    .more = "A space is one of (file names are relative to the demand, elements that constraints forbid are left out of enumerations):\n\n"
            "  space: {list: candidates.csv, formula: formula}\n"
            "  space: {ranges: {Fe: 0..1, Cr: 0.1..0.3}, step: 0.01, max_elements: 4}\n"
            "  space: {substitute: known.csv, formula: formula, replace: {Pb: [Sn, Ge], I: [Br, Cl]}, keep: no}\n"
            "  space: {charge_neutral: {elements: [Li, Cu, Zn, Sn, S, Se], max_elements: 4, max_amount: 6, states: common}}\n\n"
            "ranges: atomic fractions in whole steps within the ranges that add up to exactly 1. substitute: each listed element stays or is replaced, in "
            "every combination, each result once and without the known ones. charge_neutral: whole numbers of atoms without a common divisor in which one "
            "oxidation state per element adds up to zero, cations less electronegative than anions. states: common (the default) are those that are 5 % of an "
            "element's reports in the ICSD (2024); states: icsd24 takes all that it has more than five times, as Bi+ and S+.\n\n"
            "Candidates are numbered from 0 in an order that never changes, so that any part can be listed or screened by itself.\n\n"
            "  cupel space count solar-absorber.yaml --format json\n"
            "  cupel space list solar-absorber.yaml --from 1000 --count 20 -o l.csv\n",
    .options = options,
    .min_args = 2,
    .max_args = 2,
    .run = run,
};
