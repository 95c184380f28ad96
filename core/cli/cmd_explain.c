#include "core/cli/verbs.h"

#include "core/base/err.h"
#include "core/cli/same_options.h"
#include "core/engine/attribution.h"
#include "core/engine/path_text.h"

#include <string.h>

static cupel_sharing sharing_of(const char *word)
{
    return strcmp(word, "path") == 0 ? CUPEL_SHARING_PATH : strcmp(word, "sampled") == 0 ? CUPEL_SHARING_SAMPLED : CUPEL_SHARING_AUTO;
}

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_attribution a = {0};
    cupel_str s = {0};
    const cupel_attribution_options o = {
        .model = cupel_arg(args, 0),
        .table = cupel_arg(args, 1),
        .format = cupel_opt_text(args, "table-format"),
        .formula = cupel_opt_text(args, "formula"),
        .target = cupel_opt_text(args, "target"),
        .rows = (size_t)cupel_opt_count(args, "rows"),
        .orders = (size_t)cupel_opt_count(args, "orders"),
        .repeats = (size_t)cupel_opt_count(args, "repeats"),
        .sharing = sharing_of(cupel_opt_text(args, "shapley")),
        .background = (size_t)cupel_opt_count(args, "background"),
        .partial = cupel_opt_text(args, "partial"),
        .points = (size_t)cupel_opt_count(args, "points"),
        .seed = cupel_opt_count(args, "seed"),
        .dot = cupel_dot_parse(cupel_opt_text(args, "dot")),
    };
    if (!o.orders || !o.repeats || o.orders > 10000 || o.repeats > 1000)
        return cupel_fail(err, CUPEL_USAGE, "--orders %zu, --repeats %zu: expected 1 to 10000 orders and 1 to 1000 repeats", o.orders, o.repeats);
    if (o.points < 2 || o.points > 1000) return cupel_fail(err, CUPEL_USAGE, "--points %zu: expected 2 to 1000", o.points);
    if (!o.background) return cupel_fail(err, CUPEL_USAGE, "--background 0: expected at least 1 row");
    cupel_status st = cupel_attribution_make(&o, job, &a, err);
    if (st == CUPEL_OK) {
        const bool json = strcmp(cupel_opt_text(args, "format"), "json") == 0;
        if (!json) cupel_attribution_table(&a, &s);
        st = json ? cupel_attribution_json(&a, &s, err) : cupel_path_lines(a.model, &s, err);
        if (st == CUPEL_OK) st = cupel_print_str(&s, err);
    }
    cupel_str_free(&s);
    cupel_attribution_release(&a);
    return st;
}

static const cupel_opt options[] = {
    {"formula", "COLUMN", CUPEL_OPT_TEXT, NULL, NULL, false,
     "the column that holds the formulas (default: formula, else composition, else the only column)"},
    {"target", "COLUMN", CUPEL_OPT_TEXT, NULL, NULL, false,
     "the column of measured values (default: the model's property, else target; without one nothing is shuffled)"},
    {"rows", "N", CUPEL_OPT_COUNT, NULL, "5", false, "rows that are explained one by one, from the first on"},
    {"shapley", "KIND", CUPEL_OPT_CHOICE, "auto|path|sampled", "auto", false,
     "auto: exact for what is a sum over trees or columns, against rows of the table, sampled for the rest; path: exact, along the branches of "
     "the trees; sampled: all by samples"},
    {"background", "N", CUPEL_OPT_COUNT, NULL, "100", false, "rows of the table, at most, that Shapley values are taken against"},
    {"partial", "NAMES", CUPEL_OPT_TEXT, NULL, NULL, false,
     "what the prediction does as the share of an element goes up, the others in their ratios, or as a number of the table does: 'Fe,Ni', "
     "'Fe=0:0.4', 'temperature [K]=300:900'; the name without its unit and the names that explain prints do too"},
    {"points", "N", CUPEL_OPT_COUNT, NULL, "21", false, "points of such a sweep"},
    {"orders", "N", CUPEL_OPT_COUNT, NULL, "32", false, "orders of the groups for each sampled Shapley value, each used forwards and backwards"},
    {"repeats", "N", CUPEL_OPT_COUNT, NULL, "3", false, "how often each group is shuffled"},
    {"seed", "N", CUPEL_OPT_COUNT, NULL, "1", false, "seed of the shuffles and orders"},
    CUPEL_DOT_OPTION,
    {"format", "NAME", CUPEL_OPT_CHOICE, "table|json", "table", false, "lines for people, or JSON"},
    CUPEL_TABLE_FORMAT_OPTION,
    {0}};

const cupel_verb cupel_verb_explain = {
    .name = "explain",
    .usage = "MODEL TABLE [--target COLUMN] [--rows 5] [--format json]",
    .help = "say why a model predicts what it does: which properties matter, what they add to a row, which known materials are near",
    .more = "Columns are taken in groups that have a name: all statistics of one property of the elements, the fraction of one element, a column of "
            "the table. A group matters as much as the error rises when its values are shuffled among rows with measured values; give rows that the "
            "model has not seen. Shapley values share out the difference between a prediction and those of rows drawn from the table, and add up. "
            "They are exact for forests, boosted trees and sums of columns, and for members of the automatic model that are blended as they are; "
            "for the rest they are sampled, with a standard error. There a sum that follows the predictions is shared out exactly and only what is "
            "left is sampled. Of a hurdle both questions that it asks are shared out exactly too: is a row at the value that many share, and how "
            "large is it where it is not. Classes are then shared out in log odds or votes, transformed targets behind the transform; the output "
            "says so. Where two groups move together, it is said: what is put down to the one may be the other's. Distances to known materials are "
            "sums of differences of atomic fractions (0: the same, 2: no common element).\n\n"
            "Of an elastic net the path of its penalty stands at the end: "
            "which column enters as lambda falls, with the error of rows out of fold there.\n\n"
            "  cupel explain gap.h5 new.csv --rows 3\n"
            "  cupel explain steel.h5 steels.csv --rows 1 --partial Ni,Cr=0:0.2\n",
    .options = options,
    .min_args = 2,
    .max_args = 2,
    .computes = true,
    .run = run,
};
