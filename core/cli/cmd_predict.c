#include "core/base/err.h"
#include "core/cli/same_options.h"
#include "core/cli/verbs.h"
#include "core/engine/answer.h"

#include <string.h>

static cupel_status put_answer(void *user, const char *text, size_t n, cupel_err *err)
{
    (void)user;
    return cupel_print(text, n, err);
}

/* From a pipe to a pipe as JSON lines: a dialogue, unless something is asked for that needs the whole table. */
static bool is_dialogue(const cupel_predict_table_options *o)
{
    return strcmp(o->table, "-") == 0 && strcmp(o->output, "-") == 0 && o->output_format && strcmp(o->output_format, "jsonl") == 0 &&
           o->missing == CUPEL_MISSING_KEEP && !o->validate && !(o->format && strcmp(o->format, "json") == 0);
}

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_predict_table_options o = {
        .model = cupel_arg(args, 0),
        .table = cupel_arg(args, 1),
        .format = cupel_opt_text(args, "table-format"),
        .formula = cupel_opt_text(args, "formula"),
        .output = cupel_opt_text(args, "output"),
        .output_format = cupel_opt_text(args, "format"),
        .dot = cupel_dot_parse(cupel_opt_text(args, "dot")),
        .predict = {.precision = cupel_precision_parse(cupel_opt_text(args, "precision")), .isa = job->isa,
                    .level = cupel_opt_number(args, "level")},
        .dropped = cupel_opt_text(args, "dropped"),
        .validate = cupel_flag(args, "validate"),
    };
    o.predict.value_only = cupel_opt_given(args, "only");
    if (!(o.predict.level > 0 && o.predict.level < 1))
        return cupel_fail(err, CUPEL_USAGE, "--level %g: expected above 0 and below 1, for example 0.9", o.predict.level);
    if (o.predict.value_only) {
        static const char *const about[] = {"level", "quantiles", "validate"};
        for (size_t i = 0; i < sizeof about / sizeof *about; i++)
            if (cupel_opt_given(args, about[i]))
                return cupel_fail(err, CUPEL_USAGE, "--only value leaves out the interval, and --%s is about it; leave one of them out", about[i]);
    }
    cupel_status st = cupel_quantiles_parse(cupel_opt_text(args, "quantiles"), &o.quantiles, err);
    if (st == CUPEL_OK) st = cupel_missing_parse(cupel_opt_text(args, "missing"), &o.missing, err);
    if (st != CUPEL_OK) return st;
    if (o.dropped && o.missing != CUPEL_MISSING_DROP)
        return cupel_fail(err, CUPEL_USAGE, "--dropped lists what --missing drop leaves out; give that too, or leave --dropped out");
    if (o.dropped && strcmp(o.dropped, "-") == 0) return cupel_fail(err, CUPEL_USAGE, "--dropped -: stdout is for predictions; name a file");
    return is_dialogue(&o) ? cupel_answer_lines(&o, job, put_answer, NULL, NULL, err) : cupel_predict_table(&o, job, NULL, err);
}

static const cupel_opt options[] = {
    {"output", "FILE", CUPEL_OPT_TEXT, NULL, NULL, true, "a table (.csv, .tsv, .jsonl), an artifact (.h5), or - for a table on stdout"},
    {"formula", "COLUMN", CUPEL_OPT_TEXT, NULL, NULL, false,
     "the column that holds the formulas (default: formula, else composition, else the only column)"},
    {"level", "P", CUPEL_OPT_NUMBER, NULL, "0.9", false, "share of true values that the intervals are to hold"},
    {"quantiles", "LIST", CUPEL_OPT_TEXT, NULL, NULL, false,
     "columns beside: the numbers below which a true value lies so often, '0.1,0.5,0.9', from the row's calibrated distribution; 0.5 is its "
     "median"},
    {"precision", "TYPE", CUPEL_OPT_CHOICE, "auto|float64|float32", "auto", false,
     "width of the numbers in the kernels; float32 is about twice as fast and differs by less than a thousandth of the interval's half width. auto: "
     "float32 of a Gaussian process whose training rows it moves by less than a ten-thousandth of that, else float64"},
    {"only", "WHAT", CUPEL_OPT_CHOICE, "value", NULL, false,
     "value: no interval; a Gaussian process does without its variance then, which is most of its work"},
    {"missing", "POLICY", CUPEL_OPT_CHOICE, "keep|fail|drop|impute", "keep", false,
     "a row with a missing value: keep it with empty fields and a reason, fail, drop it, or fill in what an element or the table lacks"},
    {"dropped", "FILE", CUPEL_OPT_TEXT, NULL, NULL, false,
     "the rows that --missing drop leaves out, with the reason, as csv (the first five are said)"},
    CUPEL_DOT_OPTION,
    {"validate", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "predict in the other precision and by the plain kernels too, and fail where they differ"},
    {"format", "NAME", CUPEL_OPT_CHOICE, "csv|tsv|jsonl|h5", NULL, false, "format of the output when its name does not tell"},
    CUPEL_TABLE_FORMAT_OPTION,
    {0}};

const cupel_verb cupel_verb_predict = {
    .name = "predict",
    .usage = "MODEL TABLE [--level 0.9 | --only value] -o FILE",
    .help = "predict a property of the formulas in a table, with intervals and domain",
    .more = "The output has the formula column first, then the other columns of TABLE, then the value, the lower and upper end of its interval, the "
            "distance to the training rows (1 = the end of the domain), in_domain (1 or 0), in_training (1 where the model learned from this "
            "composition) with its measured "
            "value, the reason why a row has no value, and domain_reason, why a row with one is outside the domain (the column with its value and "
            "the training range or the words known, elements never seen, else the distance); with --only value the ends of the interval "
            "are left out. For a class the value is the probability of the second class, lower and upper span the conformal set, empty when "
            "no class fits, and a column with 'class' in its name says one of the two: the second from a probability of one half or, of classes of "
            "uneven size, from the share that it had of the training rows ('cupel inspect' shows class_threshold); of a target that said yes "
            "and no, 1 is yes. A column of TABLE that has the name of one of these is kept as 'NAME (table)'.\n\n"
            "From a pipe to a pipe, 'cupel predict MODEL - -o - --format jsonl' answers each line before it waits for the next: JSON objects, or a "
            "table with a header. A line that cannot be answered comes back as {\"line\": n, \"error\": \"...\"}, and the next one is read.\n\n"
            "  cupel predict gap.h5 new.csv -o predicted.csv\n"
            "  cupel predict gap.h5 many.csv --only value -o values.csv\n"
            "  robot | cupel predict gap.h5 - -o - --format jsonl\n",
    .options = options,
    .min_args = 2,
    .max_args = 2,
    .computes = true,
    .run = run,
};
