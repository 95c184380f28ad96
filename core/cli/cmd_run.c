#include "core/base/err.h"
#include "core/cli/same_options.h"
#include "core/cli/verbs.h"
#include "core/engine/funnel.h"
#include "core/engine/micro/run.h"
#include "core/engine/run.h"
#include "core/sys/comm.h"

#include <string.h>

static cupel_status run_micro(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_str text = {0};
    if (cupel_opt_given(args, "precision"))
        return cupel_fail(err, CUPEL_USAGE, "--precision is for compositions; microstructures are predicted in float64");
    cupel_status st =
        cupel_micro_run(cupel_arg(args, 0), cupel_opt_text(args, "output"), cupel_flag(args, "resume"), cupel_command_line(args), job, &text, err);
    if (st == CUPEL_OK || st == CUPEL_INFEASIBLE) {
        const cupel_status printed = cupel_print_str(&text, st == CUPEL_OK ? err : NULL);
        if (st == CUPEL_OK) st = printed;
    }
    cupel_str_free(&text);
    return st;
}

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_status alone = cupel_comm_alone(err);
    if (alone != CUPEL_OK) return alone;
    if (cupel_micro_demand_is(cupel_arg(args, 0))) return run_micro(args, job, err);
    cupel_screen_options o = cupel_screen_defaults();
    cupel_result r = {.n_words = 0};
    cupel_str text = {0};
    o.resume = cupel_flag(args, "resume");
    o.precision = cupel_precision_parse(cupel_opt_text(args, "precision"));
    const char *folder = cupel_opt_text(args, "output");
    cupel_status st = cupel_run(cupel_arg(args, 0), folder, &o, cupel_command_line(args), job, &r, err);
    if (st == CUPEL_OK || st == CUPEL_INFEASIBLE) {
        cupel_funnel_text(&r, &text);
        cupel_str_addf(&text, "%s/ranking.csv %s/report.html\n", folder, folder);
        cupel_status printed = cupel_print_str(&text, st == CUPEL_OK ? err : NULL);
        if (st == CUPEL_OK) st = printed;
    }
    cupel_str_free(&text);
    cupel_result_release(&r);
    return st;
}

static const cupel_opt options[] = {
    {"output", "DIR", CUPEL_OPT_TEXT, NULL, NULL, true, "the folder that gets ranking.csv, report.html, run.json, model.h5, result.h5, demand.yaml"},
    {"resume", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "go on from the checkpoint in DIR, if there is one"},
    CUPEL_PRECISION_OPTION,
    {0}};

const cupel_verb cupel_verb_run = {
    .name = "run",
    .usage = "DEMAND -o DIR",
    .help = "the whole road: from a demand file to a ranked, explained shortlist",
    .more =
        "Trains, screens, ranks and reports. DIR/ranking.csv holds the shortlist, DIR/report.html explains it, DIR/run.json says "
        "what was run on what. 'cupel help demand' says how a demand is written.\n\n"
        "  cupel run datasets/examples/solar-absorber.yaml --threads 2 -o out\n\n"
        "A demand for microstructures solves a sample of its space (DIR/samples.csv), learns from it, predicts candidates, and solves the first of "
        "the ranking again with an error bar. Each structure is kept as soon as it is solved. With "
        "'surrogate: DIR/samples.h5' in the demand the sample of an earlier run of the same space and phases is taken, and none is solved.\n\n"
        "SIGTERM and SIGUSR1 write a checkpoint and end with exit code 6; --resume goes on. Exit code 5: no candidate can meet the "
        "demand.\n",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .uses_blas = true,
    .computes = true,
    .run = run,
};
