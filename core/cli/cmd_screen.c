#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/cli/same_options.h"
#include "core/cli/talk.h"
#include "core/cli/verbs.h"
#include "core/engine/checkpoint.h"
#include "core/engine/demand_models.h"
#include "core/engine/funnel.h"
#include "core/engine/micro/demand.h"
#include "core/engine/screen.h"
#include "core/engine/screen_cost.h"
#include "core/engine/screen_ranks.h"
#include "core/engine/slurm.h"

#include <string.h>
#include <unistd.h>

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
    o->models = cupel_opt_text(args, "models");
    o->precision = cupel_precision_parse(cupel_opt_text(args, "precision"));
    if (cupel_flag(args, "train-only") && !o->models)
        return cupel_fail(err, CUPEL_USAGE, "option --train-only needs --models DIR, where the models go");
    if (cupel_opt_given(args, "slurm") && shard)
        return cupel_fail(err, CUPEL_USAGE, "options --slurm and --shard: the jobs of --slurm are the shards; leave --shard out");
    if (!output && !cupel_flag(args, "estimate") && !cupel_flag(args, "train-only") && !cupel_opt_given(args, "slurm"))
        return cupel_fail(err, CUPEL_USAGE, "cupel screen needs -o FILE, where the ranking goes");
    if (!shard) return CUPEL_OK;
    if (output && !is_artifact(output))
        return cupel_fail(err, CUPEL_USAGE, "output '%s': a shard is an artifact for 'cupel merge'; name it .h5, as in -o part1.h5", output);
    return cupel_shard_parse(shard, &o->shard, &o->shards, err);
}

static cupel_status estimate(const cupel_args *args, const cupel_screen_options *o, const cupel_job *job, cupel_err *err)
{
    cupel_str text = {0};
    cupel_screen_cost e = {.candidates = 0};
    cupel_status st = cupel_screen_cost_of(cupel_arg(args, 0), o, job, &e, err);
    if (st == CUPEL_OK) cupel_screen_cost_text(&e, strcmp(cupel_opt_text(args, "format"), "json") == 0, &text);
    if (st == CUPEL_OK) st = cupel_print_str(&text, err);
    cupel_screen_cost_release(&e);
    cupel_str_free(&text);
    return st;
}

static cupel_status train_only(const cupel_args *args, const cupel_screen_options *o, const cupel_job *job, cupel_err *err)
{
    cupel_demand *d = NULL;
    cupel_status st = cupel_demand_open(cupel_arg(args, 0), &d, err);
    if (st == CUPEL_OK) st = cupel_demand_train_kept(d, o->models, job, err);
    cupel_demand_free(d);
    return st;
}

/* Everything that can be wrong with the demand is said now, not by a thousand jobs. */
static cupel_status slurm(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_demand *d = NULL;
    cupel_space *space = NULL;
    cupel_str text = {0};
    char self[4096];
    const char *output = cupel_opt_text(args, "output"), *demand = cupel_arg(args, 0);
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    cupel_slurm_options o = {.program = "cupel", .demand = demand, .output = output ? output : "ranking.csv", .isa = job->isa,
                             .precision = cupel_opt_text(args, "precision"), .parts = cupel_opt_count(args, "slurm"),
                             .threads = cupel_opt_given(args, "threads") ? job->threads : 1};
    if (o.parts < 1 || o.parts > 1000000) CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "option --slurm: expected 1 to 1000000 parts"));
    if (strcmp(demand, "-") == 0 || strcmp(o.output, "-") == 0)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "option --slurm: jobs have no terminal; name the demand and the output as files"));
    if (n > 0) {
        self[n] = '\0';
        o.program = self;
    }
    CUPEL_TRY(cupel_demand_open(demand, &d, err));
    CUPEL_TRY(cupel_demand_guard(d, o.output, err));
    CUPEL_TRY(cupel_demand_space(d, &space, err));
    CUPEL_TRY(cupel_space_count(space, &o.candidates, err));
    cupel_space_say(space, job);
    CUPEL_TRY(cupel_slurm_script(&o, &text, err));
    st = cupel_print_str(&text, err);
done:
    cupel_space_free(space);
    cupel_demand_free(d);
    cupel_str_free(&text);
    return st;
}

static cupel_status write_out(const cupel_args *args, const cupel_job *job, const cupel_screen_options *o, const cupel_result *r, cupel_err *err)
{
    cupel_funnel_say(r, job);
    cupel_status st = cupel_result_write(r, cupel_opt_text(args, "output"), err);
    if (st == CUPEL_OK) cupel_checkpoint_remove(o->checkpoint);
    if (st == CUPEL_OK && o->shards == 1) st = cupel_result_check_found(r, err);
    return st;
}

/* By one process, or by all ranks of mpirun unless each was given a shard of its own. */
static cupel_status screen(const cupel_args *args, const cupel_screen_options *o, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_result r = {.n_words = 0};
    cupel_demand *d = NULL;
    cupel_comm *comm = NULL;
    if (!cupel_opt_text(args, "shard")) CUPEL_TRY(cupel_comm_begin(&comm, err));
    CUPEL_TRY(cupel_demand_open(cupel_arg(args, 0), &d, err));
    CUPEL_TRY(cupel_demand_guard(d, cupel_opt_text(args, "output"), err));
    CUPEL_TRY(comm ? cupel_screen_ranks(comm, d, o, job, &r, err) : cupel_screen(d, o, job, &r, NULL, err));
    if (cupel_comm_rank(comm) == 0) st = write_out(args, job, o, &r, err);
    if (comm && st == CUPEL_OK) cupel_screen_ranks_done(comm, o);
done:
    if (comm && st != CUPEL_OK && st != CUPEL_INTERRUPTED && st != CUPEL_INFEASIBLE) {
        cupel_talk_error(err->message);
        cupel_comm_abort(comm, st);
    }
    cupel_comm_end(comm);
    cupel_result_release(&r);
    cupel_demand_free(d);
    return st;
}

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_screen_options o;
    char *checkpoint = NULL;
    const char *output = cupel_opt_text(args, "output");
    cupel_status st = options_of(args, &o, err);
    if (st != CUPEL_OK) return st;
    if (cupel_micro_demand_is(cupel_arg(args, 0)))
        return cupel_fail(err, CUPEL_USAGE,
                          "'%s' asks for microstructures, whose sample is solved before anything is screened: use 'cupel run %s -o DIR'",
                          cupel_arg(args, 0), cupel_arg(args, 0));
    if (cupel_opt_given(args, "slurm")) return slurm(args, job, err);
    if (cupel_flag(args, "train-only") || cupel_flag(args, "estimate")) st = cupel_comm_alone(err);
    if (st != CUPEL_OK) return st;
    if (cupel_flag(args, "train-only")) return train_only(args, &o, job, err);
    if (cupel_flag(args, "estimate")) return estimate(args, &o, job, err);
    if (strcmp(output, "-") != 0 && !(checkpoint = cupel_checkpoint_name(output))) return cupel_no_memory(err, "a file name", 0);
    o.checkpoint = checkpoint;
    st = screen(args, &o, job, err);
    cupel_free(checkpoint);
    return st;
}

static const cupel_opt options[] = {
    {"output", "FILE", CUPEL_OPT_TEXT, NULL, NULL, false, "the ranking: .csv, .jsonl, .h5 or - for CSV on stdout; a shard is .h5"},
    {"resume", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "go on from the checkpoint FILE.checkpoint, if there is one"},
    {"shard", "I/N", CUPEL_OPT_TEXT, NULL, NULL, false, "screen the I-th of N parts of the space, for 'cupel merge'"},
    {"estimate", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "say candidates, memory, disk and time from a second's sample; starts nothing"},
    {"slurm", "N", CUPEL_OPT_COUNT, NULL, NULL, false, "print a script that does this as an array job of N parts, with the job that merges them"},
    {"models", "DIR", CUPEL_OPT_TEXT, NULL, NULL, false, "keep the trained models in DIR, and take those that are there"},
    {"train-only", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "with --models: train, and end before the first candidate"},
    CUPEL_PRECISION_OPTION,
    {"format", "NAME", CUPEL_OPT_CHOICE, "text|json", "text", false, "of the estimate"},
    {0}};

const cupel_verb cupel_verb_screen = {
    .name = "screen",
    .usage = "DEMAND -o FILE [--resume] [--shard I/N | --slurm N]",
    .help = "stream the candidates of a demand and keep the best",
    .more = "Trains the model of the demand, then reads or enumerates candidates in blocks: element constraints, description, "
            "prediction, score. Memory does not grow with their number. The ranking is that of 'cupel run', to the byte, for any number "
            "of threads, shards and kills.\n\n"
            "A checkpoint FILE.checkpoint is written every second and removed at the end. After a kill, the same command with --resume "
            "goes on from it. SIGTERM and SIGUSR1 write one and end with exit code 6. A checkpoint of another demand, data or version "
            "is refused with exit code 4. Exit code 5: no candidate can meet the demand.\n\n"
            "Many machines: shards by hand (--shard, then 'cupel merge'), as jobs of Slurm (--slurm N), or by the ranks of MPI; one or many, the "
            "bytes are the same. --estimate names the rows of a list that will fail before anything starts.\n\n"
            "  cupel screen solar.yaml -o ranking.csv\n"
            "  mpirun -n 4 cupel screen solar.yaml -o ranking.csv\n"
            "  cupel screen solar.yaml -o ranking.csv --slurm 1000 | bash\n"
            "  cupel screen solar.yaml --shard 2/3 -o part2.h5\n"
            "  cupel screen solar.yaml --estimate --format json\n",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .uses_blas = true,
    .computes = true,
    .run = run,
};
