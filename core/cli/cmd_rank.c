#include "core/base/err.h"
#include "core/cli/same_options.h"
#include "core/cli/verbs.h"
#include "core/engine/funnel.h"
#include "core/engine/rank.h"
#include "core/engine/screen.h"
#include "datasets/source.h"

#include <string.h>

static cupel_dot parse_dot(const char *word)
{
    if (strcmp(word, "hydrate") == 0) return CUPEL_DOT_HYDRATE;
    return strcmp(word, "decimal") == 0 ? CUPEL_DOT_DECIMAL : CUPEL_DOT_REFUSE;
}

/* The header of a table from a file tells units that the demand leaves out; a pipe is read once, by the ranking. */
static cupel_status open_demand(const cupel_args *args, const char *format, cupel_demand **d, cupel_err *err)
{
    cupel_source *table = NULL;
    cupel_header none = {0};
    const char *path = cupel_arg(args, 0);
    cupel_status st = strcmp(path, "-") == 0 ? CUPEL_OK : cupel_source_open(path, format, &table, err);
    if (st == CUPEL_OK) st = cupel_demand_open_for(cupel_arg(args, 1), table ? cupel_source_header(table) : &none, d, err);
    cupel_source_free(table);
    return st;
}

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_result r = {.n_words = 0};
    cupel_demand *d = NULL;
    const cupel_rank_options o = {.table = cupel_arg(args, 0),
                                  .format = cupel_opt_text(args, "table-format"),
                                  .formula = cupel_opt_text(args, "formula"),
                                  .columns = cupel_opt_text(args, "columns"),
                                  .dot = parse_dot(cupel_opt_text(args, "dot"))};
    cupel_status st = open_demand(args, o.format, &d, err);
    if (st == CUPEL_OK) st = cupel_demand_guard(d, cupel_opt_text(args, "output"), err);
    if (st == CUPEL_OK) st = cupel_rank_table(&o, d, job, &r, err);
    if (st == CUPEL_OK) cupel_funnel_say(&r, job);
    if (st == CUPEL_OK) st = cupel_result_write(&r, cupel_opt_text(args, "output"), err);
    if (st == CUPEL_OK) st = cupel_result_check_found(&r, err);
    cupel_result_release(&r);
    cupel_demand_free(d);
    return st;
}

static const cupel_opt options[] = {
    {"output", "FILE", CUPEL_OPT_TEXT, NULL, NULL, true, "the ranking: .csv, .jsonl, .h5 or - for CSV on stdout"},
    {"formula", "COLUMN", CUPEL_OPT_TEXT, NULL, NULL, false,
     "the column that holds the formulas (default: formula, else composition, else the only column)"},
    {"columns", "NAMES", CUPEL_OPT_TEXT, NULL, NULL, false,
     "columns of the table that are conditions (a temperature, a route): rows of one composition under others are other candidates (default: those "
     "that the models of the demand take)"},
    CUPEL_TABLE_FORMAT_OPTION,
    CUPEL_DOT_OPTION,
    {0}};

const cupel_verb cupel_verb_rank = {
    .name = "rank",
    .usage = "PREDICTIONS DEMAND -o FILE",
    .help = "rank a table of predictions by what a demand requires",
    .more = "PREDICTIONS comes from 'cupel predict' or from elsewhere. For each property of the demand it needs the columns 'NAME [unit]', 'NAME "
            "lower [unit]' and 'NAME upper [unit]', in any unit of that kind; for a class 'NAME probability' (of the larger value; of 1 where the "
            "demand has no data or model that tells it). The interval is taken as central at "
            "the demand's level, with half of the probability on either side of the value, each side half a normal distribution. Better are two or "
            "more columns 'NAME quantile 0.1 [unit]' (cupel predict --quantiles): the distribution is then straight between them, and quantiles that "
            "are equal are a value that many share, as the gap 0 of metals. 'distance' and 'in_domain' are used when they are there. Constraints, "
            "order and columns are those of 'cupel screen', but its probabilities come from the whole calibrated distribution, which is usually "
            "narrower in the middle than a normal one.\n\n"
            "A demand that only ranks needs no space, data or model: 'require' with windows is enough, units are "
            "those of the columns.\n\n"
            "  cupel rank predicted.csv solar.yaml -o ranking.csv\n"
            "  cupel predict gap.h5 new.csv --quantiles 0.05,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,0.95 -o q.csv; cupel rank q.csv solar.yaml -o "
            "ranking.csv\n",
    .options = options,
    .min_args = 2,
    .max_args = 2,
    .computes = true,
    .run = run,
};
