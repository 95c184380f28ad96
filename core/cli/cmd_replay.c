#include "core/base/err.h"
#include "core/cli/goals.h"
#include "core/cli/verbs.h"
#include "core/engine/campaigns.h"
#include "core/engine/model.h"
#include "core/sys/file.h"

#include <string.h>

static cupel_status write_picture(const cupel_campaigns *r, const char *path, cupel_err *err)
{
    cupel_str s = {0};
    cupel_out *out = NULL;
    cupel_status st = CUPEL_OK;
    if (!path) return CUPEL_OK;
    cupel_campaigns_svg(r, &s);
    if (s.failed) CUPEL_TRY(cupel_no_memory(err, "a picture", s.n));
    CUPEL_TRY(cupel_out_open(path, &out, err));
    CUPEL_TRY(cupel_out_write(out, s.p, s.n, err));
    st = cupel_out_commit(&out, err);
done:
    cupel_out_abandon(&out);
    cupel_str_free(&s);
    return st;
}

static cupel_status check(const cupel_campaigns_options *o, size_t n_goals, cupel_err *err)
{
    if (n_goals != 1) return cupel_fail(err, CUPEL_USAGE, "--target: expected one goal, with --minimize or --maximize; found %zu", n_goals);
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
    o.goal = goals.goal[0], o.input = (const char *const *)goals.input, o.n_inputs = goals.n_inputs;
    o.choose.seed = cupel_opt_count(args, "seed");
    CUPEL_TRY(check(&o, goals.n_goals, err));
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
    {"target", "COLUMN", CUPEL_OPT_LIST, NULL, NULL, true, "what was wanted"},
    {"minimize", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "small values are wanted"},
    {"maximize", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "large values are wanted"},
    {"campaigns", "N", CUPEL_OPT_COUNT, NULL, "50", false, "how many, each from another beginning"},
    {"start", "N", CUPEL_OPT_COUNT, NULL, "2", false, "experiments by chance before the loop begins"},
    {"most", "N", CUPEL_OPT_COUNT, NULL, "0", false, 
     "experiments at most in each campaign (0: until the best is found); a figure that was not reached is '> N', null in JSON"},
    {"output", "FILE.svg", CUPEL_OPT_TEXT, NULL, NULL, false, "the picture: best value so far, median and quartiles, against chance"},
    {"columns", "NAMES", CUPEL_OPT_TEXT, NULL, NULL, false, "the inputs, joined by commas (default: all columns but the goal, id and failed)"},
    {"formula", "COLUMN", CUPEL_OPT_TEXT, NULL, NULL, false, "the input that holds formulas (default: formula or composition)"},
    {"acquisition", "NAME", CUPEL_OPT_TEXT, NULL, "auto", false, "as of 'cupel suggest'"},
    {"seed", "N", CUPEL_OPT_COUNT, NULL, "1", false, "seed of the first campaign"},
    {"format", "NAME", CUPEL_OPT_CHOICE, "table|json", "table", false, "words for people, or JSON with the whole course"},
    {"table-format", "NAME", CUPEL_OPT_CHOICE, "csv|tsv|jsonl|json", NULL, false, "format of the table when its name does not tell"},
    {"dot", "READING", CUPEL_OPT_CHOICE, "refuse|hydrate|decimal", "refuse", false, "how to read a point that may be a decimal point or a hydrate "
                                                                                    "dot"},
    {0}};

const cupel_verb cupel_verb_replay = {
    .name = "replay",
    .usage = "TABLE --target COLUMN --minimize|--maximize [-o picture.svg]",
    .help = "would the loop have helped? a measured table, asked again as if nothing were known",
    .more = "Every campaign begins with a few experiments by chance, then 'cupel suggest' chooses one after the other until the best of the table "
            "is found. What it took is "
            "set against choice by chance.\n\n"
            "  cupel replay datasets/examples/p3ht.csv --target conductivity --maximize -o p3ht.svg\n",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .uses_blas = true,
    .computes = true,
    .run = run,
};
