#include "core/base/err.h"
#include "core/cli/goals.h"
#include "core/cli/same_options.h"
#include "core/cli/verbs.h"
#include "core/engine/model.h"
#include "core/engine/suggest.h"
#include "core/sys/file.h"

#include <math.h>
#include <string.h>

static cupel_status write_text(const char *path, const cupel_str *text, cupel_err *err)
{
    return strcmp(path, "-") == 0 ? cupel_print_str(text, err) : cupel_out_bytes(path, cupel_str_text(text), text->n, err);
}

/* "1.1..1.6", "300..", "..5", in the unit of the goal. */
static cupel_status read_window(const char *text, cupel_suggest_options *o, cupel_err *err)
{
    if (!text) return CUPEL_OK;
    const char *dots = strstr(text, "..");
    const cupel_text a = {text, dots ? (size_t)(dots - text) : 0}, b = cupel_text_of(dots ? dots + 2 : "");
    o->windowed = true, o->low = -INFINITY, o->high = INFINITY;
    if (dots && (a.n || b.n) && (!a.n || cupel_parse_double(cupel_text_trim(a), &o->low)) && (!b.n || cupel_parse_double(cupel_text_trim(b),
        &o->high)) && o->low < o->high)
        return CUPEL_OK;
    return cupel_fail(err, CUPEL_USAGE, "--window '%s': expected LO..HI with LO below HI, as 1.1..1.6, 300.. or ..5", text);
}

static cupel_suggest_format format_of(const cupel_args *args)
{
    const char *word = cupel_opt_text(args, "format"), *path = cupel_opt_text(args, "output");
    if (word ? strcmp(word, "json") == 0 : cupel_text_ends(cupel_text_of(path), ".json")) return CUPEL_SUGGEST_JSON;
    return (word ? strcmp(word, "jsonl") == 0 : cupel_text_ends(cupel_text_of(path), ".jsonl")) ? CUPEL_SUGGEST_JSONL : CUPEL_SUGGEST_CSV;
}

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_suggestion s = {0};
    cupel_str text = {0};
    cupel_goal_args goals = {0};
    cupel_suggest_options o = {.pool = cupel_opt_text(args, "pool"),
                               .space = cupel_opt_text(args, "space"),
                               .sample = cupel_opt_count(args, "sample"),
                               .tell = cupel_opt_text(args, "tell"),
                               .loop = cupel_opt_text(args, "loop"),
                               .take = cupel_flag(args, "take"),
                               .pending = cupel_opt_text(args, "pending"),
                               .table_format = cupel_opt_text(args, "table-format"),
                               .id = cupel_opt_text(args, "id"),
                               .cost = cupel_opt_text(args, "cost"),
                               .failed = cupel_opt_text(args, "failed"),
                               .formula = cupel_opt_text(args, "formula"),
                               .dot = cupel_dot_parse(cupel_opt_text(args, "dot")),
                               .again = cupel_flag(args, "again"),
                               .choose = cupel_choose_defaults()};
    o.has_enough = cupel_opt_given(args, "enough");
    if (o.has_enough) o.enough = cupel_opt_number(args, "enough");
    o.choose.batch = (size_t)cupel_opt_count(args, "batch");
    o.choose.seed = cupel_opt_count(args, "seed");
    CUPEL_TRY(read_window(cupel_opt_text(args, "window"), &o, err));
    if (o.sample < 1 || o.sample > 10000000) return cupel_fail(err, CUPEL_USAGE, "--sample %llu: expected 1 to 10000000",
                                                               (unsigned long long)o.sample);
    if (o.choose.batch < 1 || o.choose.batch > 1000) return cupel_fail(err, CUPEL_USAGE, "--batch %zu: expected 1 to 1000", o.choose.batch);
    CUPEL_TRY(cupel_acquisition_parse(cupel_opt_text(args, "acquisition"), &o.choose.acquisition, err));
    CUPEL_TRY(cupel_goal_args_read(args, cupel_opt_text(args, "window") != NULL, &goals, err));
    memcpy(o.goal, goals.goal, sizeof o.goal);
    o.directed = goals.directed;
    o.n_goals = goals.n_goals, o.input = (const char *const *)goals.input, o.n_inputs = goals.n_inputs;
    CUPEL_TRY(cupel_suggest(&o, job, &s, err));
    CUPEL_TRY(cupel_suggestion_text(&s, format_of(args), &text, err));
    CUPEL_TRY(write_text(cupel_opt_text(args, "output"), &text, err));
done:
    cupel_str_free(&text);
    cupel_suggestion_release(&s);
    cupel_goal_args_release(&goals);
    return st;
}

static const cupel_opt options[] = {
    {"pool", "TABLE", CUPEL_OPT_TEXT, NULL, NULL, false, "the candidates, one a row; columns of numbers, words or formulas, and one that names them"},
    {"space", "DEMAND", CUPEL_OPT_TEXT, NULL, NULL, false,
     "or a demand: candidates are drawn from its space, of formulas or of settings; its table is what is known and its first requirement what is "
     "wanted, unless they are given"},
    {"sample", "N", CUPEL_OPT_COUNT, NULL, "20000", false, "candidates drawn from the space"},
    {"tell", "TABLE", CUPEL_OPT_TEXT, NULL, NULL, false, "what was measured: the same columns, and the goal; without it the batch fills the space"},
    {"loop", "LOOP.h5", CUPEL_OPT_TEXT, NULL, NULL, false, "a loop that 'cupel tell' keeps, in place of --tell, --target and --pending"},
    {"take", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "write the picks into the loop as under way: who asks next gets others"},
    {"target", "COLUMN", CUPEL_OPT_LIST, NULL, NULL, false, "what is wanted, a column of the results; several goals: '--target strength:max "
                                                            "--target cost:min'"},
    {"minimize", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "small values are wanted"},
    {"maximize", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "large values are wanted"},
    {"window", "LO..HI", CUPEL_OPT_TEXT, NULL, NULL, false, "any value in the window is wanted, as 1.1..1.6, 300.. or ..5; expected_gain is then "
                                                            "the chance to lie in it"},
    {"enough", "VALUE", CUPEL_OPT_NUMBER, NULL, NULL, false,
     "of one goal, in its unit: `stop` is true as soon as a result is that good (and is no lonely value that nothing confirms)"},
    {"batch", "N", CUPEL_OPT_COUNT, NULL, "1", false, "how many experiments"},
    {"pending", "TABLE", CUPEL_OPT_TEXT, NULL, NULL, false, "experiments under way: the batch keeps away from them"},
    {"cost", "COLUMN", CUPEL_OPT_TEXT, NULL, NULL, false, "what a candidate costs, a column of the pool: gains are weighed per cost"},
    {"failed", "COLUMN", CUPEL_OPT_TEXT, NULL, NULL, false, "the column of the results that says yes, true or 1 where the experiment failed, no, "
                                                            "false or 0 where not (default: failed)"},
    {"id", "COLUMN", CUPEL_OPT_TEXT, NULL, NULL, false,
     "the column that names a candidate (default: the loop's; id, sample, name, run and the like; else the only one that the results lack, if it "
     "holds words or whole numbers)"},
    {"columns", "NAMES", CUPEL_OPT_TEXT, NULL, NULL, false, "the inputs, joined by commas (default: the columns that both tables have)"},
    CUPEL_INPUT_FORMULA_OPTION,
    {"acquisition", "NAME", CUPEL_OPT_TEXT, NULL, "auto", false, "auto, ei, log-ei, ucb, thompson, pi or random; 'cupel methods acquisition' says "
                                                                 "what they are"},
    {"again", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "what was measured may be chosen again (noisy measurements)"},
    {"seed", "N", CUPEL_OPT_COUNT, NULL, "1", false, "seed of everything that is left to chance"},
    {"output", "FILE", CUPEL_OPT_TEXT, NULL, "-", false, "a table (.csv, .json, .jsonl), or - for stdout"},
    {"format", "NAME", CUPEL_OPT_CHOICE, "csv|json|jsonl", NULL, false, "form of the output when its name does not tell (stdout: csv)"},
    {"table-format", "NAME", CUPEL_OPT_CHOICE, "csv|tsv|jsonl|json", NULL, false, "format of the tables when their names do not tell"},
    CUPEL_DOT_OPTION,
    {0}};

const cupel_verb cupel_verb_suggest = {
    .name = "suggest",
    .usage = "--pool TABLE --tell TABLE --target COLUMN --minimize|--maximize [--batch N]",
    .help = "the next experiments: which candidates to measure, from what was measured",
    .more = "A Gaussian process learns from the results which inputs matter and how noisy a measurement is; the batch is what is expected to "
            "improve most on the best so far, spread out so that its members do not ask the same. Nothing needs tuning. Where the results do not "
            "follow the inputs (each left out in turn is predicted no better than by their mean), chance picks, and that is said.\n\n"
            "A row of results with an empty goal is an experiment that failed: candidates like it become less likely, and are not forgotten. With a "
            "column of failures, an empty goal that did not fail is under way; so is a row with some of several goals. Candidates that were tried "
            "are left out.\n\n"
            "Each pick comes with the expected value and the deviation of a measurement from it (by the results alone, wider where they are few or "
            "badly predicted when left out), the expected gain over the best so far (by the deviation of the model, "
            "which is smaller, after the earlier picks of the batch are taken as measured), and the chance that the experiment "
            "succeeds. `stop` is true when no pick of the batch is expected to gain `stop_below`: a tenth of the noise of a measurement where "
            "repeats tell it, and at least a thousandth of the range of the results (several goals: 0.002 of the volume that the results "
            "dominate, which is then the unit of expected_gain; a window: a chance of 0.01). It speaks of the candidates of the pool, by a model of "
            "what was measured; it is never true before there is a model, while chance picks, or "
            "before what is under way is in; without repeats, and of several goals, not before the error of results left out says so as well. "
            "With --enough it is true as soon as a result is that good. "
            "`stop_reason` says why. `in_domain` is false where an input of a pick is beyond the results by more than half of their range, or a "
            "word or an element that none of them has. Exit code 5: no candidate is left.\n\n"
            "JSON has with each pick how many candidates are left and why others are not: candidates_left, candidates_measured, candidates_failed, "
            "candidates_under_way, and candidates_likely_to_fail, which are left.\n\n"
            "Of several goals, one that the pool states for every candidate (a price) is taken as it stands there, with a deviation of 0. Columns "
            "that say nothing here are named.\n\n"
            "A space of settings has columns alone: any number between two ends, numbers in steps, or words, and linear conditions on the "
            "numbers, sums among them. Half of its candidates are drawn near to the best results. An id is a digest of the candidate.\n\n"
            "  space:\n"
            "    columns: {'T [K]': 300..900, 'time [h]': 0.5..4 step 0.5, flux: [none, rosin], A: 0..1, B: 0..1, C: 0..0.3}\n"
            "    couple: ['A + B + C = 1', 'T - 100 time <= 600']\n"
            "  data: {file: known.csv}\n"
            "  require: [{property: yield, goal: maximise}]\n\n"
            "A column is found by its name without the unit; numbers in another unit (`T [K]` in the pool, `T [degC]` in the results) are converted, "
            "and another kind of quantity, or a unit on one side only, is refused.\n\n"
            "  cupel suggest --pool pool.csv --tell known.csv --target 'yield [%]' --maximize --batch 8 -o next.csv\n"
            "  cupel suggest --pool pool.csv --tell known.csv --target strength:max --target cost:min --format json\n"
            "  cupel suggest --space demand.yaml --batch 8 -o next.csv\n"
            "  cupel suggest --pool pool.csv --loop loop.h5 --take --batch 4 --format json\n",
    .options = options,
    .max_args = 0,
    .uses_blas = true,
    .computes = true,
    .run = run,
};
