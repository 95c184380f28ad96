#include "core/base/err.h"
#include "core/cli/goals.h"
#include "core/cli/same_options.h"
#include "core/cli/verbs.h"
#include "core/engine/campaigns.h"
#include "core/engine/model.h"
#include "core/sys/file.h"

#include <string.h>
#include <strings.h>

static cupel_status write_picture(const cupel_campaigns *r, const char *path, cupel_err *err)
{
    cupel_str s = {0};
    cupel_status st = CUPEL_OK;
    if (!path) return CUPEL_OK;
    cupel_campaigns_svg(r, &s);
    if (s.failed) CUPEL_TRY(cupel_no_memory(err, "a picture", s.n));
    st = cupel_out_bytes(path, s.p, s.n, err);
done:
    cupel_str_free(&s);
    return st;
}

static bool ends_with(const char *s, const char *end)
{
    const size_t n = strlen(s), k = strlen(end);
    return n > k && strcasecmp(s + n - k, end) == 0;
}

static cupel_status check(const cupel_campaigns_options *o, const char *picture, cupel_err *err)
{
    if (!o->n_goals) return cupel_fail(err, CUPEL_USAGE, "--target: what was wanted? a column with --minimize or --maximize");
    if (picture && strcmp(picture, "-") != 0 && !ends_with(picture, ".svg"))
        return cupel_fail(err, CUPEL_USAGE, "-o '%s': the picture is an SVG; call it '.svg' (browsers, Inkscape and rsvg-convert make others of it)",
                          picture);
    if (o->seeds < 1 || o->seeds > 10000) return cupel_fail(err, CUPEL_USAGE, "--campaigns %zu: expected 1 to 10000", o->seeds);
    if (o->start < 1) return cupel_fail(err, CUPEL_USAGE, "--start 0: a campaign begins with at least one experiment");
    return CUPEL_OK;
}

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_goal_args goals = {0};
    cupel_campaigns r = {0};
    cupel_str text = {0};
    cupel_campaigns_options o = {.table = cupel_arg(args, 0),
                                 .table_format = cupel_opt_text(args, "table-format"),
                                 .formula = cupel_opt_text(args, "formula"),
                                 .dot = cupel_dot_parse(cupel_opt_text(args, "dot")),
                                 .seeds = (size_t)cupel_opt_count(args, "campaigns"),
                                 .start = (size_t)cupel_opt_count(args, "start"),
                                 .most = (size_t)cupel_opt_count(args, "most"),
                                 .choose = cupel_choose_defaults()};
    CUPEL_TRY(cupel_goal_args_read(args, false, &goals, err));
    memcpy(o.goal, goals.goal, sizeof o.goal);
    o.n_goals = goals.n_goals, o.input = (const char *const *)goals.input, o.n_inputs = goals.n_inputs;
    o.choose.seed = cupel_opt_count(args, "seed");
    CUPEL_TRY(check(&o, cupel_opt_text(args, "output"), err));
    CUPEL_TRY(cupel_acquisition_parse(cupel_opt_text(args, "acquisition"), &o.choose.acquisition, err));
    CUPEL_TRY(cupel_campaigns_run(&o, job, &r, err));
    CUPEL_TRY(write_picture(&r, cupel_opt_text(args, "output"), err));
    if (strcmp(cupel_opt_text(args, "format"), "json") == 0) cupel_campaigns_json(&r, &text);
    else cupel_campaigns_table(&r, &text);
    CUPEL_TRY(cupel_print_str(&text, err));
done:
    cupel_str_free(&text);
    cupel_campaigns_release(&r);
    cupel_goal_args_release(&goals);
    return st;
}

static const cupel_opt options[] = {
    {"target", "COLUMN", CUPEL_OPT_LIST, NULL, NULL, true, "what was wanted, a column; several goals: '--target strength:max --target cost:min'"},
    {"minimize", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "small values are wanted"},
    {"maximize", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "large values are wanted"},
    {"campaigns", "N", CUPEL_OPT_COUNT, NULL, "50", false, "how many, each from another beginning"},
    {"start", "N", CUPEL_OPT_COUNT, NULL, "2", false, "experiments by chance before the loop begins"},
    {"most", "N", CUPEL_OPT_COUNT, NULL, "0", false,
     "experiments at most in each campaign (0: until the best is found; of several goals until the front is, at most 60); a figure that was not "
     "reached is '> N', null in JSON"},
    {"output", "FILE.svg", CUPEL_OPT_TEXT, NULL, NULL, false,
     "the picture (SVG): best value so far, or share of the volume, median and quartiles, against chance"},
    {"columns", "NAMES", CUPEL_OPT_TEXT, NULL, NULL, false, "the inputs, joined by commas (default: all columns but the goals, id and failed)"},
    CUPEL_INPUT_FORMULA_OPTION,
    {"acquisition", "NAME", CUPEL_OPT_TEXT, NULL, "auto", false, "as of 'cupel suggest'"},
    {"seed", "N", CUPEL_OPT_COUNT, NULL, "1", false, "seed of the first campaign"},
    {"format", "NAME", CUPEL_OPT_CHOICE, "table|json", "table", false, "words for people, or JSON with the whole course"},
    CUPEL_TABLE_FORMAT_OPTION,
    CUPEL_DOT_OPTION,
    {0}};

const cupel_verb cupel_verb_replay = {
    .name = "replay",
    .usage = "TABLE --target COLUMN --minimize|--maximize [-o picture.svg]",
    .help = "would the loop have helped? a measured table, asked again as if nothing were known",
    .more = "Every campaign begins with a few experiments by chance, then 'cupel suggest' chooses one after the other until the best of the table is "
            "found. What it took is set against choice by chance. Of several goals a campaign is judged by the volume that its measurements dominate "
            "(each goal scaled by its range, from the worst value of each), as a share of what the whole table dominates: mean and deviation of the "
            "campaigns after each experiment, and how many experiments reach 95 %.\n\n"
            "  cupel replay datasets/examples/p3ht.csv --target conductivity --maximize -o p3ht.svg\n"
            "  cupel replay alloys.csv --target strength:max --target density:min --campaigns 20 -o alloys.svg\n",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .uses_blas = true,
    .computes = true,
    .run = run,
};
