#include "core/base/err.h"
#include "core/cli/goals.h"
#include "core/cli/outputs.h"
#include "core/cli/same_options.h"
#include "core/cli/verbs.h"
#include "core/engine/loop.h"
#include "core/engine/model.h"
#include "core/sys/file.h"

#include <math.h>
#include <string.h>

static void put_table(const cupel_tell_result *r, cupel_str *s)
{
    cupel_str_addf(s, "%zu new, %zu of those under way came in, %zu known already, %zu in conflict\n", r->added, r->resolved, r->repeated,
                   r->conflicts);
    if (r->withdrawn) cupel_str_addf(s, "%zu withdrawn\n", r->withdrawn);
    if (r->n_bad) cupel_str_addf(s, "%zu row%s left out: see the warnings\n", r->n_bad, r->n_bad == 1 ? "" : "s");
    if (r->n_doubts) cupel_str_addf(s, "%zu far from the other results, kept: see the warning%s\n", r->n_doubts, r->n_doubts == 1 ? "" : "s");
    cupel_str_addf(s, "the loop holds %zu measured, %zu failed, %zu under way", r->n_measured, r->n_failed, r->n_pending);
    if (r->n_goals > 1) cupel_str_addf(s, "; %zu of those measured make the front", r->n_front);
    cupel_str_putc(s, '\n');
    for (size_t k = 0; k < r->n_goals; k++) {
        cupel_str_addf(s, "%s: ", r->goal[k]);
        if (isnan(r->best[k])) cupel_str_puts(s, "nothing measured yet\n");
        else if (isnan(r->error[k])) cupel_str_addf(s, "best %g; too few rows to learn from\n", r->best[k]);
        else if (isnan(r->noise[k]))
            cupel_str_addf(s, "best %g, noise not known without repeats, a row left out is predicted to %.3g\n", r->best[k], r->error[k]);
        else cupel_str_addf(s, "best %g, noise %.3g, a row left out is predicted to %.3g\n", r->best[k], r->noise[k], r->error[k]);
    }
}

static cupel_conflict parse_conflict(const char *word)
{
    return strcmp(word, "fail") == 0 ? CUPEL_CONFLICT_FAIL : strcmp(word, "replace") == 0 ? CUPEL_CONFLICT_REPLACE : CUPEL_CONFLICT_KEEP;
}

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_goal_args goals = {0};
    cupel_tell_result r = {0};
    cupel_str text = {0};
    if (!cupel_file_exists(cupel_arg(args, 0))) CUPEL_TRY(cupel_outputs_check_artifact(cupel_arg(args, 0), "a loop", err));
    CUPEL_TRY(cupel_goal_args_read(args, false, &goals, err));
    cupel_tell_options o = {.loop = cupel_arg(args, 0),
                            .results = cupel_arg(args, 1),
                            .table_format = cupel_opt_text(args, "table-format"),
                            .n_goals = goals.n_goals,
                            .directed = goals.directed,
                            .id = cupel_opt_text(args, "id"),
                            .input = (const char *const *)goals.input,
                            .n_inputs = goals.n_inputs,
                            .failed = cupel_opt_text(args, "failed"),
                            .formula = cupel_opt_text(args, "formula"),
                            .dot = cupel_dot_parse(cupel_opt_text(args, "dot")),
                            .conflict = parse_conflict(cupel_opt_text(args, "conflict")),
                            .skip_bad = strcmp(cupel_opt_text(args, "bad-rows"), "skip") == 0,
                            .withdraw = cupel_flag(args, "withdraw"),
                            .seed = cupel_opt_count(args, "seed")};
    memcpy(o.goal, goals.goal, sizeof o.goal);
    CUPEL_TRY(cupel_tell(&o, job, &r, err));
    if (strcmp(cupel_opt_text(args, "format"), "json") == 0) cupel_tell_json(&r, &text);
    else put_table(&r, &text);
    CUPEL_TRY(cupel_print_str(&text, err));
done:
    cupel_str_free(&text);
    cupel_goal_args_release(&goals);
    return st;
}

static const cupel_opt options[] = {
    {"target", "COLUMN", CUPEL_OPT_LIST, NULL, NULL, false, "for a new loop: what is wanted; several goals: '--target strength:max --target "
                                                            "cost:min'"},
    {"minimize", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "for a new loop: small values are wanted"},
    {"maximize", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "for a new loop: large values are wanted"},
    {"id", "COLUMN", CUPEL_OPT_TEXT, NULL, NULL, false, "the column that names experiments (default: the loop's; id, sample, name, run and the "
                                                        "like)"},
    {"columns", "NAMES", CUPEL_OPT_TEXT, NULL, NULL, false, "for a new loop: its inputs, joined by commas (default: all columns but the goals, the "
                                                            "one of names and failed)"},
    {"failed", "COLUMN", CUPEL_OPT_TEXT, NULL, NULL, false, "the column that says yes, true or 1 where the experiment failed, no, false "
                                                            "or 0 where not (default: failed)"},
    {"conflict", "POLICY", CUPEL_OPT_CHOICE, "keep|fail|replace", "keep", false, "an experiment that was measured comes with another value: keep "
                                                                                 "both, fail, or take the new one, also for "
                                                                                 "repeats that the table does not have"},
    {"withdraw", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "take back what the loop holds of these inputs: a slip, a sample that was mixed up, a job "
                                                          "that will not run; a goal, where the table has it, says which of several results"},
    {"bad-rows", "POLICY", CUPEL_OPT_CHOICE, "fail|skip", "fail", false, "a row that cannot be read or understood: nothing is told, or it is left "
                                                                        "out and said, in JSON too"},
    CUPEL_INPUT_FORMULA_OPTION,
    {"seed", "N", CUPEL_OPT_COUNT, NULL, "1", false, "seed of the learning"},
    {"format", "NAME", CUPEL_OPT_CHOICE, "table|json", "table", false, "words for people, or JSON"},
    {"table-format", "NAME", CUPEL_OPT_CHOICE, "csv|tsv|jsonl|json", NULL, false, "format of the results when their name does not tell"},
    CUPEL_DOT_OPTION,
    {0}};

const cupel_verb cupel_verb_tell = {
    .name = "tell",
    .usage = "LOOP.h5 RESULTS [--target COLUMN --minimize|--maximize]",
    .help = "adds measured results to a loop, and learns from them",
    .more = "A loop is a file that remembers what was measured, what failed and what is under way. The first tell begins it and says what is wanted; "
            "later ones find their columns by name, convert units (strength [MPa] and strength [GPa]), and add rows. Telling the same table twice "
            "does no harm.\n\n"
            "Repeats: rows of one table with equal inputs are all kept, equal values or not, and so is, with a warning, a later result that differs "
            "(--conflict keep). With --conflict replace the results of an experiment are afterwards those of the table: one is replaced, other "
            "repeats are withdrawn, and that is said. Results that are told again are recognised copy for copy: of a table with a row three times, "
            "which the loop has twice, one is new, and a second copy of the whole table adds nothing. The model learns the noise from repeats. To "
            "take a result back: the same columns with --withdraw; it stays in the file, marked, and counts no more.\n\n"
            "A column that names experiments (id, sample, name, run and the like, where rows of one name are equal, or --id) is no input. An "
            "experiment that was taken by 'cupel suggest --take', or told with a name, can be told and withdrawn by it alone: a table of names and "
            "goals, without inputs. A row whose inputs are not quite those of one under way (698.7 K, not 700) is taken for it within 1 % of what "
            "the loop spans, within 10 % where it has the id, unless another is about as near; each is said, and the loop learns what was done. "
            "'cupel inspect' says what a loop holds.\n\n"
            "The tell that begins a loop says which columns became inputs, and of which kind; later ones name the columns that they leave out.\n\n"
            "RESULTS may be - for a robot that writes JSON lines to --table-format jsonl; with --bad-rows skip a damaged line costs that line "
            "alone, and JSON has the reason of each and `reasons`, their number by reason. "
            "Several processes may tell and take at once: each waits for the one before, and a process that is killed leaves the loop as it "
            "was.\n\n"
            "  cupel tell loop.h5 known.csv --target 'yield [%]' --maximize\n"
            "  cupel suggest --loop loop.h5 --pool pool.csv --take --format json\n"
            "  cupel tell loop.h5 results.csv\n"
            "  cupel tell loop.h5 wrong.csv --withdraw\n",
    .options = options,
    .min_args = 2,
    .max_args = 2,
    .writes = 1,
    .updates = true,
    .uses_blas = true,
    .computes = true,
    .run = run,
};
