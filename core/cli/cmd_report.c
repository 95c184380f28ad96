#include "core/cli/verbs.h"
#include "core/engine/micro/run.h"
#include "core/engine/report.h"

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    const char *folder = cupel_arg(args, 0);
    return cupel_micro_folder_is(folder) ? cupel_micro_report_write(folder, job, err) : cupel_report_write(folder, job, err);
}

const cupel_verb cupel_verb_report = {
    .name = "report",
    .usage = "DIR",
    .help = "write DIR/report.html, the page that explains a run",
    .more = "DIR is a folder that `cupel run -o DIR` wrote. The page shows the demand in words, the shortlist with intervals, what fell by "
            "the way, which elements win, how far the surrogate is to be trusted (on rows it was not trained on), the methods with "
            "references, and the digests of all that went in. It is one file, needs no network, and reads without scripts too.\n"
            "\n"
            "  cupel run demand.yaml -o out    writes it as its last step\n"
            "  cupel report out                writes it again",
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
