#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/cli/verbs.h"
#include "core/engine/merge.h"
#include "core/engine/screen.h"

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_result r = {.n_words = 0};
    size_t n = cupel_n_args(args);
    const char **path = cupel_alloc(n, sizeof *path);
    if (!path) return cupel_no_memory(err, "names", n * sizeof *path);
    for (size_t i = 0; i < n; i++) path[i] = cupel_arg(args, i);
    cupel_status st = cupel_merge(path, n, job, &r, err);
    if (st == CUPEL_OK) st = cupel_result_write(&r, cupel_opt_text(args, "output"), err);
    if (st == CUPEL_OK) st = cupel_result_check_found(&r, err);
    cupel_result_release(&r);
    cupel_free(path);
    return st;
}

static const cupel_opt options[] =
    {{"output", "FILE", CUPEL_OPT_TEXT, NULL, NULL, true, "the ranking: .csv, .jsonl, .h5 or - for CSV on stdout"}, {0}};

const cupel_verb cupel_verb_merge = {
    .name = "merge",
    .usage = "PART.h5... -o FILE",
    .help = "shards of a screen into one ranking",
    .more = "Gives the bytes that one screen of the whole space gives. Parts of different demands, data, models or versions, a missing "
            "part or one given twice are refused with exit code 4.\n\n"
            "  for i in 1 2 3; do cupel screen solar.yaml --shard $i/3 -o part$i.h5; done\n"
            "  cupel merge part?.h5 -o ranking.csv\n",
    .options = options,
    .min_args = 1,
    .max_args = SIZE_MAX,
    .run = run,
};
