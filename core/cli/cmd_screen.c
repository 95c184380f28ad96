#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/cli/verbs.h"
#include "core/engine/checkpoint.h"
#include "core/engine/screen_cost.h"
#include "core/engine/funnel.h"
#include "core/engine/micro/demand.h"
#include "core/engine/screen.h"

#include <string.h>

static bool is_artifact(const char *path)
{
    size_t n = strlen(path);
    return n > 3 && strcmp(path + n - 3, ".h5") == 0;
}

static cupel_status options_of(const cupel_args *args, cupel_screen_options *o, cupel_err *err)
{
    const char *shard = cupel_opt_text(args, "shard"), *output = cupel_opt_text(args, "output");
    *o = cupel_screen_defaults();
    o->resume = cupel_flag(args, "resume");
    o->precision = strcmp(cupel_opt_text(args, "precision"), "float32") == 0 ? CUPEL_FLOAT32 : CUPEL_FLOAT64;
    if (!output && !cupel_flag(args, "estimate")) return cupel_fail(err, CUPEL_USAGE, "cupel screen needs -o FILE, where the ranking goes");
    if (!shard) return CUPEL_OK;
    if (output && !is_artifact(output))
        return cupel_fail(err, CUPEL_USAGE, "output '%s': a shard is an artifact for 'cupel merge'; name it .h5, as in -o part1.h5", output);
    return cupel_shard_parse(shard, &o->shard, &o->shards, err);
}

static cupel_status estimate(const cupel_args *args, const cupel_screen_options *o, const cupel_job *job, cupel_err *err)
{
    cupel_str text = {0};
    cupel_screen_cost e;
    cupel_status st = cupel_screen_cost_of(cupel_arg(args, 0), o, job, &e, err);
    if (st == CUPEL_OK) cupel_screen_cost_text(&e, strcmp(cupel_opt_text(args, "format"), "json") == 0, &text);
    if (st == CUPEL_OK) st = cupel_print_str(&text, err);
    cupel_str_free(&text);
    return st;
}

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_screen_options o;
    cupel_result r = {.n_words = 0};
    cupel_demand *d = NULL;
    char *checkpoint = NULL;
    const char *output = cupel_opt_text(args, "output");
    CUPEL_TRY(options_of(args, &o, err));
    if (cupel_micro_demand_is(cupel_arg(args, 0)))
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "'%s' asks for microstructures, whose sample is solved before anything is screened: use 'cupel run %s -o DIR'",
                             cupel_arg(args, 0), cupel_arg(args, 0)));
    if (cupel_flag(args, "estimate")) return estimate(args, &o, job, err);
    if (strcmp(output, "-") != 0 && !(checkpoint = cupel_checkpoint_name(output))) CUPEL_TRY(cupel_no_memory(err, "a file name", 0));
    o.checkpoint = checkpoint;
    CUPEL_TRY(cupel_demand_open(cupel_arg(args, 0), &d, err));
    CUPEL_TRY(cupel_demand_guard(d, output, err));
    CUPEL_TRY(cupel_screen(d, &o, job, &r, NULL, err));
    cupel_funnel_say(&r, job);
    CUPEL_TRY(cupel_result_write(&r, output, err));
    cupel_checkpoint_remove(checkpoint);
    if (o.shards == 1) st = cupel_result_check_found(&r, err);
done:
    cupel_result_release(&r);
    cupel_demand_free(d);
    cupel_free(checkpoint);
    return st;
}

static const cupel_opt options[] = {
    {"output", "FILE", CUPEL_OPT_TEXT, NULL, NULL, false, "the ranking: .csv, .jsonl, .h5 or - for CSV on stdout; a shard is .h5"},
    {"resume", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "go on from the checkpoint FILE.checkpoint, if there is one"},
    {"shard", "I/N", CUPEL_OPT_TEXT, NULL, NULL, false, "screen the I-th of N parts of the space, for 'cupel merge'"},
    {"estimate", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "say candidates, memory, disk and time from a second's sample; starts nothing"},
    {"precision", "TYPE", CUPEL_OPT_CHOICE, "float64|float32", "float64", false, "arithmetic of the predictions"},
    {"format", "NAME", CUPEL_OPT_CHOICE, "text|json", "text", false, "of the estimate"},
    {0}};

const cupel_verb cupel_verb_screen = {
    .name = "screen",
    .usage = "DEMAND -o FILE [--resume] [--shard I/N]",
    .help = "stream the candidates of a demand and keep the best",
    .more = "Trains the model of the demand, then reads or enumerates candidates in blocks: element constraints, description, "
            "prediction, score. Memory does not grow with their number. The ranking is that of 'cupel run', to the byte, for any number "
            "of threads, shards and kills.\n\n"
            "A checkpoint FILE.checkpoint is written every second and removed at the end. After a kill, the same command with --resume "
            "goes on from it. SIGTERM and SIGUSR1 write one and end with exit code 6. A checkpoint of another demand, data or version "
            "is refused with exit code 4. Exit code 5: no candidate can meet the demand.\n\n"
            "  cupel screen solar.yaml -o ranking.csv\n"
            "  cupel screen solar.yaml --shard 2/3 -o part2.h5\n"
            "  cupel screen solar.yaml --estimate --format json\n",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .uses_blas = true,
    .computes = true,
    .run = run,
};
