#include "core/base/err.h"
#include "core/cli/transfer_options.h"
#include "core/cli/verbs.h"
#include "core/engine/calibration.h"

#include <string.h>

static cupel_task parse_task(const char *word)
{
    if (strcmp(word, "class") == 0) return CUPEL_TASK_CLASS;
    return strcmp(word, "regression") == 0 ? CUPEL_TASK_REGRESSION : CUPEL_TASK_AUTO;
}

/* --folds COLUMN, or --split KIND; neither is --split random. */
static cupel_status choose_split(const cupel_args *args, cupel_evaluate_options *o, cupel_err *err)
{
    static const char *const words[] = {[CUPEL_SPLIT_RANDOM] = "random", [CUPEL_SPLIT_SYSTEM] = "system", [CUPEL_SPLIT_CLUSTER] = "cluster",
                                        [CUPEL_SPLIT_ELEMENT] = "element"};
    const char *split = cupel_opt_text(args, "split");
    o->fold_column = cupel_opt_text(args, "folds");
    o->n_folds = (size_t)cupel_opt_count(args, "n-folds");
    if (o->fold_column && (split || o->n_folds))
        return cupel_fail(err, CUPEL_USAGE, "--folds takes the folds from a column, and --split and --n-folds make them; give one of the two");
    if (cupel_opt_given(args, "n-folds") && (o->n_folds < 2 || o->n_folds > 1000))
        return cupel_fail(err, CUPEL_USAGE, "--n-folds %zu: expected 2 to 1000", o->n_folds);
    o->split = o->fold_column ? CUPEL_SPLIT_GIVEN : CUPEL_SPLIT_RANDOM;
    o->unasked = !o->fold_column && !split;
    for (size_t i = 1; split && i < sizeof words / sizeof *words; i++)
        if (strcmp(split, words[i]) == 0) o->split = (cupel_split_kind)i;
    return CUPEL_OK;
}

static cupel_status print(const cupel_evaluation *e, const cupel_evaluate_options *o, bool json, cupel_err *err)
{
    cupel_str s = {0};
    if (json)
        cupel_evaluation_json(e, o, &s);
    else
        cupel_evaluation_table(e, &s);
    cupel_status st = cupel_print_str(&s, err);
    cupel_str_free(&s);
    return st;
}

static const char *features_of(const cupel_args *args)
{
    const char *given = cupel_opt_text(args, "features");
    return given ? given : cupel_default_features(cupel_opt_text(args, "model"));
}

/* --report calibration: three splits in place of one. */
static cupel_status report(const cupel_args *args, const cupel_evaluate_options *o, const cupel_job *job, cupel_err *err)
{
    cupel_calibration c = {0};
    cupel_str s = {0};
    if (cupel_opt_text(args, "split") || o->predictions)
        return cupel_fail(err, CUPEL_USAGE, "--report calibration makes several splits: leave --split and --predictions out");
    cupel_status st = cupel_calibrate(o, job, &c, err);
    if (st == CUPEL_OK && strcmp(cupel_opt_text(args, "format"), "json") == 0)
        cupel_calibration_json(&c, &s);
    else if (st == CUPEL_OK)
        cupel_calibration_table(&c, &s);
    if (st == CUPEL_OK) st = cupel_print_str(&s, err);
    cupel_str_free(&s);
    cupel_calibration_release(&c);
    return st;
}

enum { MOST_BESIDE = 16 };

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const char *beside[MOST_BESIDE];
    cupel_evaluation e = {0};
    cupel_transfer *transfer = NULL;
    cupel_evaluate_options o = {
        .data = {.file = cupel_arg(args, 0), .format = cupel_opt_text(args, "table-format"), .formula = cupel_opt_text(args, "formula"),
                 .target = cupel_opt_text(args, "target"), .unit = cupel_opt_text(args, "unit"), .groups = cupel_opt_text(args, "groups"), .dot = cupel_dot_parse(cupel_opt_text(args, "dot"))},
        .model = {.features = features_of(args), .columns = cupel_opt_text(args, "columns"), .learner = cupel_opt_text(args, "model"),
                  .settings = cupel_opt_text(args, "set"), .task = parse_task(cupel_opt_text(args, "task")), .seed = cupel_opt_count(args, "seed")},
        .precision = cupel_precision_parse(cupel_opt_text(args, "precision")),
        .predictions = cupel_opt_text(args, "predictions"),
    };
    if (o.predictions && strcmp(o.predictions, "-") == 0)
        return cupel_fail(err, CUPEL_USAGE, "--predictions -: stdout carries the figures; name a file");
    CUPEL_TRY(choose_split(args, &o, err));
    o.data.formula_optional = strcmp(o.model.features, "none") == 0;
    o.data.apart = o.fold_column;
    CUPEL_TRY(cupel_transform_parse(cupel_opt_text(args, "transform"), &o.model.transform, err));
    while (o.data.n_beside < MOST_BESIDE && (beside[o.data.n_beside] = cupel_opt_item(args, "beside", o.data.n_beside)) != NULL) o.data.n_beside++;
    o.data.beside = beside;
    cupel_model_kernel(cupel_opt_text(args, "kernel"), o.data.n_beside > 0, cupel_opt_given(args, "model"), &o.model);
    CUPEL_TRY(cupel_model_budget(cupel_opt_text(args, "budget"), &o.model, err));
    CUPEL_TRY(cupel_model_options_check(&o.model, err));
    o.data.missing = cupel_default_missing(o.model.learner);
    if (cupel_opt_text(args, "missing")) CUPEL_TRY(cupel_missing_parse(cupel_opt_text(args, "missing"), &o.data.missing, err));
    CUPEL_TRY(cupel_transfer_of(args, &o.data, NULL, o.model.seed, job, &transfer, err));
    o.model.transfer = transfer;
    o.data.drop_target = strcmp(cupel_opt_text(args, "missing-target"), "drop") == 0;
    if (cupel_opt_text(args, "report")) {
        o.unasked = false; /* its splits are named in the table */
        st = report(args, &o, job, err);
        goto done;
    }
    CUPEL_TRY(cupel_evaluate(&o, job, &e, err));
    CUPEL_TRY(print(&e, &o, strcmp(cupel_opt_text(args, "format"), "json") == 0, err));
done:
    cupel_evaluation_release(&e);
    cupel_transfer_free(transfer);
    return st;
}

static const cupel_opt options[] = {
    {"formula", "COLUMN", CUPEL_OPT_TEXT, NULL, NULL, false,
     "the column that holds the formulas (default: formula, else composition, else the only column)"},
    {"target", "COLUMN", CUPEL_OPT_TEXT, NULL, "target", false, "the column that holds the measured values"},
    {"folds", "COLUMN", CUPEL_OPT_TEXT, NULL, NULL, false, "a column that says the fold of each row"},
    {"split", "KIND", CUPEL_OPT_CHOICE, "random|system|cluster|element", NULL, false,
     "folds made here: by chance (rows of one composition together), by chemical system, by cluster of the features, one element left out at a "
     "time"},
    {"n-folds", "N", CUPEL_OPT_COUNT, NULL, NULL, false, "how many (default 5; for element the 10 with the most rows)"},
    {"report", "KIND", CUPEL_OPT_CHOICE, "calibration", NULL, false,
     "calibration: intervals judged on rows held out by chance (or by --folds), on clusters of the features and on elements, side by side"},
    {"features", "NAMES", CUPEL_OPT_TEXT, NULL, NULL, false,
     "sets of descriptors, joined by commas (default magpie; for auto six sets), or none; 'cupel methods' lists them. NAME:smooth and cross as in "
     "'cupel train'"},
    {"columns", "NAMES", CUPEL_OPT_TEXT, NULL, NULL, false,
     "columns of the table as features too: numbers as they are, text as categories; with --features none alone all columns of numbers"},
    {"model", "NAME", CUPEL_OPT_TEXT, NULL, "svr", false,
     "the learner: auto, svr, svc, gp, gp_ard, gp_tree, krr, ridge, elastic_net, knn, mlp, extra_trees, random_forest, boosted_trees, xgboost, hurdle"},
    {"set", "SETTINGS", CUPEL_OPT_TEXT, NULL, NULL, false,
     "settings of the learner, 'C=10,gamma=0.1'; what is not given is tuned inside each fold's training rows"},
    {"beside", "COLUMN", CUPEL_OPT_LIST, NULL, NULL, false,
     "another target in the table, learned beside this one (model gp_tree, extra_trees or random_forest; may be given several times): a "
     "cheap or computed property that many rows have, "
     "where the target itself may be missing. What they share is learned; the model predicts the target"},
    {"kernel", "TREE", CUPEL_OPT_TEXT, NULL, NULL, false,
     "the kernel of a Gaussian process (model gp_tree): sums and products of rbf, matern32, matern52, periodic, linear, constant, white and tasks, "
     "each over all columns or those named, 'matern52(composition)*rbf(temperature) + linear': a set, a column of --columns, composition or table; "
     "rbf_each and matern52_each have a length for every column; tasks(COLUMN) learns how the categories of a column go together. search: found step by step, by likelihood and number of parameters"},
    {"budget", "B", CUPEL_OPT_TEXT, NULL, NULL, false,
     "of model auto, for each trained model: a time (90s, 4min, 1h), which stops between units of work, or effort=N, which repeats N units to the "
     "byte"},
    {"task", "TASK", CUPEL_OPT_CHOICE, "auto|regression|class", "auto", false, "auto: a target with exactly two distinct values is a class"},
    {"transform", "NAME", CUPEL_OPT_CHOICE, "none|log|yeo-johnson", "none", false,
     "the target is learned behind it and predicted in its own unit: log (numbers from 0 up), or a power that makes it most normal"},
    {"unit", "UNIT", CUPEL_OPT_TEXT, NULL, NULL, false, "unit of the target (default: that in the column's name)"},
    CUPEL_TRANSFER_OPTIONS,
    {"seed", "N", CUPEL_OPT_COUNT, NULL, "1", false, "seed of the folds"},
    {"precision", "TYPE", CUPEL_OPT_CHOICE, "auto|float64|float32", "auto", false,
     "arithmetic of the predictions; auto: float32 of Gaussian processes for which it makes no difference, float64 of all others"},
    {"predictions", "FILE", CUPEL_OPT_TEXT, NULL, NULL, false, "held-out predictions as csv: id, fold, truth, prediction, lower, upper, in_domain"},
    {"groups", "COLUMN", CUPEL_OPT_TEXT, NULL, NULL, false,
     "a column that says which rows belong together (a sample, a paper, a melt): they stay in one fold, as rows of one composition do; never a feature "
     "by itself"},
    {"missing", "POLICY", CUPEL_OPT_CHOICE, "fail|drop|impute", NULL, false,
     "a row with a missing value (default fail, for auto impute): fail, drop it, or fill in what an element or the table lacks"},
    {"missing-target", "POLICY", CUPEL_OPT_CHOICE, "fail|drop", "fail", false,
     "a row whose target is no number, where --missing imputes: fail, or leave it out (--missing drop leaves it out by itself)"},
    {"dot", "READING", CUPEL_OPT_CHOICE, "refuse|hydrate|decimal", "refuse", false,
     "how to read a point that may be a decimal point or a hydrate dot"},
    {"format", "NAME", CUPEL_OPT_CHOICE, "table|json", "table", false, "a table for people, or JSON"},
    {"table-format", "NAME", CUPEL_OPT_CHOICE, "csv|tsv|jsonl|json", NULL, false, "format of the table when its name does not tell"},
    {0}};

const cupel_verb cupel_verb_evaluate = {
    .name = "evaluate",
    .usage = "TABLE --formula COLUMN --target COLUMN (--folds COLUMN | --split KIND) [--model svr] [--seed N]",
    .help = "measure a model on rows it has not seen: errors, coverage of its intervals, domain",
    .more =
        "Everything a model learns, scaling and tuning included, comes from the training rows of a fold. With --groups, rows of one group stay in one "
        "fold of every kind of split but element and given ones (there it is said), and in one inner fold. Each figure is given per fold and as "
        "their mean.\n\n"
        "coverageNN is the share of true values inside the NN % interval, widthNN the mean width of those intervals, interval_score90 how good "
        "they "
        "are. For a class, coverageNN is the share of rows whose class is in the NN % set, set_sizeNN the mean number of classes in it: a class is "
        "in "
        "the set when more than (100 - NN) % of the training rows of that class were out of fold at most as probable for it as this row, which "
        "holds "
        "for each class by itself; a row unlike both classes has an empty set (empty90), one like both has two. miscalibration is the area between "
        "the observed and the nominal coverage curve (of model hurdle, and of auto with a hurdle: coverage by the central part of the predicted "
        "distributions, where a truth at the value that many rows share counts with the part of its probability that lies in it; an interval cannot "
        "hold half of a point, so at low levels more is covered than asked for); z2 is the mean squared residual "
        "over the predicted variance; error_by_spread the rank "
        "correlation of errors with what was claimed; calibration_error the mean difference of probabilities and shares; in_domain the share of "
        "rows "
        "inside the training domain.\n\n"
        "With --transfer, the other table is learned once, without the compositions of any row of TABLE: of no fold does anything come through it.\n\n"
        "  cupel evaluate gaps.csv --formula composition --target target --folds fold --model svr --seed 1\n"
        "  cupel evaluate gaps.csv --formula composition --target target --report calibration\n"
        "  cupel evaluate gaps.csv --formula composition --target target --split element --model krr --format json\n",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .uses_blas = true,
    .computes = true,
    .run = run,
};
