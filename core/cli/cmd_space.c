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
        .sampled = cupel_opt_given(args, "sample"),
        .sample = cupel_opt_given(args, "sample") ? cupel_opt_count(args, "sample") : 0,
        .seed = cupel_opt_count(args, "seed"),
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
    {"sample", "K", CUPEL_OPT_COUNT, NULL, NULL, false, "list: K of these, drawn uniformly and without repeats, in the order drawn"},
    {"seed", "S", CUPEL_OPT_COUNT, NULL, "1", false, "list: of the sample; a smaller sample of the same seed begins a larger one"},
    {"output", "FILE", CUPEL_OPT_TEXT, NULL, "-", false, "list: a table (.csv, .tsv, .jsonl), or - for stdout"},
    {"format", "NAME", CUPEL_OPT_CHOICE, "table|json|csv|tsv|jsonl", NULL, false,
     "count: a line for people or a JSON object; list: format of the table when its name does not tell"},
    {0}};

const cupel_verb cupel_verb_space = {
    .name = "space",
    .usage = "count|list DEMAND [--from N --count M --sample K --seed S -o FILE]",
    .help = "the candidates of a demand's space: how many there are, and which",
    .more = "A space is one of (file names are relative to the demand, elements that constraints forbid are left out of enumerations):\n\n"
            "  space: {list: candidates.csv, formula: formula}\n"
            "  space: {ranges: {Fe: 0..1, Cr: 0..0.3, Ni: 0..0.6}, step: 0.01, max_elements: 4, couple: ['Ni >= 2 Cr', 'Fe + Ni <= 0.9']}\n"
            "  space: {mix: [Mg3Sb2, Mg3Bi2, Mg3As2], step: 0.05, max_members: 2}\n"
            "  space: {dope: [PbTe, PbSe], sites: {Pb: [Na, K], Te: I}, amounts: 0.01..0.05 step 0.01, at_once: 2}\n"
            "  space: {near: Al0.3CoCrFeNi, step: 0.05, changes: 2, max_changed: 3, add: [Ti, Mo]}\n"
            "  space: {substitute: known.csv, formula: formula, replace: {Pb: [Sn, Ge], I: [Br, Cl]}, keep: no}\n"
            "  space: {charge_neutral: {elements: [Li, Cu, Zn, Sn, S, Se], max_elements: 4, max_amount: 6, states: common}}\n\n"
            "and beside any of them columns: {'temperature [K]': 300..900 step 100, route: [cast, forged]}: every candidate at every point of"
            " these axes, for models that take them as columns of a table; a list hands over its own columns too.\n\n"
            "ranges: atomic fractions in whole steps within the ranges that add up to exactly 1 and meet every condition of couple, linear "
            "ones with >=, <= or = (also {Ni: 1, Cr: -2, min: 0}). mix: end members in fractions that are whole steps and add up to exactly 1"
            " (ranges as {Mg3Sb2: 0.2..1, ...}). dope: each host, then the host with 1 to at_once dopants; amounts are fractions of the "
            "site's atoms. near: each amount of the formula as written moves by at most `changes` steps, the total stays. substitute: each "
            "listed element stays or is replaced (similar: {least: 0.5, most: 4} finds the replacements by electronegativity, radius and "
            "group), in every combination, each result once and without the known ones. charge_neutral: whole numbers of atoms without a "
            "common divisor in which one oxidation state per element adds up to zero, cations less electronegative than anions. states: "
            "common (the default) are those that are 5 % of an element's reports in the ICSD (2024); states: icsd24 takes all that it has "
            "more than five times, as Bi+ and S+ (min_share: 0.02 leaves out those below 2 %); smact14 is SMACT's list of all known; facts: "
            "my-states.tsv is your own. elements: all; min_elements, max_atoms, amounts: {O: 1..4} and difference: 0.5 (of electronegativity "
            "between cations and anions) set further limits. `count` says how many there are of each number of elements.\n\n"
            "Candidates are numbered from 0 in an order that never changes, so that any part can be listed or screened by itself.\n\n"
            "  cupel space count solar-absorber.yaml --format json\n"
            "  cupel space list solar-absorber.yaml --from 1000 --count 20 -o l.csv\n"
            "  cupel space list solar-absorber.yaml --sample 100 --seed 1 -o s.csv\n",
    .options = options,
    .min_args = 2,
    .max_args = 2,
    .run = run,
};
