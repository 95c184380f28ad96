#include "core/base/err.h"
#include "core/cli/transfer_options.h"
#include "core/cli/verbs.h"
#include "core/engine/doubts.h"
#include "core/engine/outliers.h"
#include "core/math/units.h"

#include <string.h>

static cupel_task parse_task(const char *word)
{
    if (strcmp(word, "class") == 0) return CUPEL_TASK_CLASS;
    return strcmp(word, "regression") == 0 ? CUPEL_TASK_REGRESSION : CUPEL_TASK_AUTO;
}

enum { PREFIX = sizeof "out_of_fold_" - 1 };

static cupel_status say_model(const cupel_model *m, const char *path, const cupel_job *job, cupel_err *err)
{
    const cupel_surrogate *s = cupel_model_surrogate(m);
    char rows[32], points[32];
    cupel_format_count(rows, cupel_model_n_training(m));
    cupel_format_count(points, cupel_surrogate_support_vectors(s));
    bool vectors = strncmp(cupel_surrogate_learner(s), "sv", 2) == 0;
    cupel_say(job, CUPEL_NOTE, "'%s': %s (%s) on %s rows of %zu columns%s%s", path, cupel_surrogate_learner(s), cupel_surrogate_settings(s), rows,
              cupel_surrogate_columns(s), vectors ? ", support vectors: " : "", vectors ? points : "");
    cupel_figure f[CUPEL_N_FIGURES];
    cupel_status st = cupel_model_figures(m, f, err);
    if (st != CUPEL_OK) return st;
    cupel_say(job, CUPEL_NOTE, "on rows out of fold: %s %.4g%s%s, %s %.4g ('cupel evaluate' holds rows back from tuning too)", f[0].name + PREFIX,
              f[0].value, *f[0].unit ? " " : "", f[0].unit, f[1].name + PREFIX, f[1].value);
    return CUPEL_OK;
}

/* A unit of one's own ("HV") is allowed: windows are then asked in the same word only. */
static void say_unit(const cupel_training_options *data, const char *unit, const cupel_job *job)
{
    cupel_unit u;
    cupel_err why = {0};
    if (data->unit && cupel_unit_parse(cupel_text_of(unit), &u, &why) != CUPEL_OK)
        cupel_say(job, CUPEL_WARNING, "--unit: %s; the model keeps it as a word of its own, and nothing is converted to or from it", why.message);
}

static const char *features_of(const cupel_args *args)
{
    const char *given = cupel_opt_text(args, "features");
    return given ? given : cupel_default_features(cupel_opt_text(args, "model"));
}

enum { MOST_BESIDE = 16 };

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const char *beside[MOST_BESIDE];
    cupel_training t = {0};
    cupel_model *m = NULL;
    cupel_transfer *transfer = NULL;
    cupel_training_options data = {
        .file = cupel_arg(args, 0),
        .format = cupel_opt_text(args, "table-format"),
        .formula = cupel_opt_text(args, "formula"),
        .target = cupel_opt_text(args, "target"),
        .property = cupel_opt_text(args, "property"),
        .unit = cupel_opt_text(args, "unit"),
        .groups = cupel_opt_text(args, "groups"),
        .dot = cupel_dot_parse(cupel_opt_text(args, "dot")),
        .formula_optional = strcmp(features_of(args), "none") == 0,
    };
    cupel_model_options o = {
        .features = features_of(args),
        .columns = cupel_opt_text(args, "columns"),
        .learner = cupel_opt_text(args, "model"),
        .settings = cupel_opt_text(args, "set"),
        .task = parse_task(cupel_opt_text(args, "task")),
        .seed = cupel_opt_count(args, "seed"),
    };
    CUPEL_TRY(cupel_transform_parse(cupel_opt_text(args, "transform"), &o.transform, err));
    while (data.n_beside < MOST_BESIDE && (beside[data.n_beside] = cupel_opt_item(args, "beside", data.n_beside)) != NULL) data.n_beside++;
    data.beside = beside;
    cupel_model_kernel(cupel_opt_text(args, "kernel"), data.n_beside > 0, cupel_opt_given(args, "model"), &o);
    CUPEL_TRY(cupel_model_budget(cupel_opt_text(args, "budget"), &o, err));
    CUPEL_TRY(cupel_model_options_check(&o, err));
    data.missing = cupel_default_missing(o.learner);
    if (cupel_opt_text(args, "missing")) CUPEL_TRY(cupel_missing_parse(cupel_opt_text(args, "missing"), &data.missing, err));
    data.drop_target = strcmp(cupel_opt_text(args, "missing-target"), "drop") == 0;
    CUPEL_TRY(cupel_training_read(&data, job, &t, err));
    say_unit(&data, t.unit, job);
    if (t.numeric && !o.columns) cupel_say(job, CUPEL_NOTE, "columns of numbers, taken as features: %s", t.numeric);
    CUPEL_TRY(cupel_training_doubts(&t, o.columns, o.transform, job, err));
    CUPEL_TRY(cupel_transfer_of(args, &data, &t, o.seed, job, &transfer, err));
    o.transfer = transfer;
    CUPEL_TRY(cupel_model_fit(&t, NULL, 0, &o, job, &m, err));
    CUPEL_TRY(cupel_model_save(m, cupel_opt_text(args, "output"), err));
    CUPEL_TRY(cupel_model_doubts(m, 0.9, job, err));
    CUPEL_TRY(cupel_outliers_report(m, &t, cupel_opt_text(args, "doubts"), job, err));
    CUPEL_TRY(say_model(m, cupel_opt_text(args, "output"), job, err));
done:
    cupel_model_free(m);
    cupel_transfer_free(transfer);
    cupel_training_release(&t);
    return st;
}

static const cupel_opt options[] = {
    {"output", "FILE", CUPEL_OPT_TEXT, NULL, NULL, true, "the model file (.h5)"},
    {"formula", "COLUMN", CUPEL_OPT_TEXT, NULL, NULL, false,
     "the column that holds the formulas (default: formula, else composition, else the only column)"},
    {"target", "COLUMN", CUPEL_OPT_TEXT, NULL, "target", false, "the column that holds the measured values"},
    {"features", "NAMES", CUPEL_OPT_TEXT, NULL, NULL, false,
     "sets of descriptors, joined by commas (default magpie; for auto six sets), or none, which takes a table without formulas too; 'cupel "
     "methods' "
     "lists them. NAME:smooth for one without jumps in the amounts, cross for the table's columns times numbers of the composition"},
    {"columns", "NAMES", CUPEL_OPT_TEXT, NULL, NULL, false,
     "columns of the table as features too: numbers as they are, text as categories; with --features none alone all columns of numbers"},
    {"model", "NAME", CUPEL_OPT_TEXT, NULL, "svr", false,
     "the learner: auto, svr, svc, gp, gp_ard, gp_tree, krr, ridge, elastic_net, knn, mlp, extra_trees, random_forest, boosted_trees, xgboost, hurdle"},
    {"set", "SETTINGS", CUPEL_OPT_TEXT, NULL, NULL, false,
     "settings of the learner, 'C=10,gamma=0.1'; what is not given is tuned inside the training rows"},
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
    {"property", "NAME", CUPEL_OPT_TEXT, NULL, NULL, false, "what the target is called (default: the column's name)"},
    {"transform", "NAME", CUPEL_OPT_CHOICE, "none|log|yeo-johnson", "none", false,
     "the target is learned behind it and predicted in its own unit: log (numbers from 0 up), or a power that makes it most normal"},
    {"unit", "UNIT", CUPEL_OPT_TEXT, NULL, NULL, false, "its unit (default: that in the column's name, 'yield strength [MPa]')"},
    CUPEL_TRANSFER_OPTIONS,
    {"seed", "N", CUPEL_OPT_COUNT, NULL, "1", false, "seed of the inner folds"},
    {"groups", "COLUMN", CUPEL_OPT_TEXT, NULL, NULL, false,
     "a column that says which rows belong together (a sample, a paper, a melt): they stay in one fold, as rows of one composition do; never a feature "
     "by itself"},
    {"missing", "POLICY", CUPEL_OPT_CHOICE, "fail|drop|impute", NULL, false,
     "a row with a missing value (default fail, for auto impute): fail, drop it, or fill in what an element or the table lacks (a formula is "
     "never made up: that row is dropped; for a target see --missing-target)"},
    {"missing-target", "POLICY", CUPEL_OPT_CHOICE, "fail|drop", "fail", false,
     "a row whose target is no number, where --missing imputes: fail, or leave it out (--missing drop leaves it out by itself)"},
    {"doubts", "FILE", CUPEL_OPT_TEXT, NULL, NULL, false,
     "training values that do not fit what a model without them says, or one another, with the reason, as csv; they are kept"},
    {"dot", "READING", CUPEL_OPT_CHOICE, "refuse|hydrate|decimal", "refuse", false,
     "how to read a point that may be a decimal point or a hydrate dot"},
    {"table-format", "NAME", CUPEL_OPT_CHOICE, "csv|tsv|jsonl|json", NULL, false, "format of the table when its name does not tell"},
    {0}};

const cupel_verb cupel_verb_train = {
    .name = "train",
    .usage = "TABLE --formula COLUMN --target COLUMN [--model svr] [--features magpie] [--seed N] -o FILE",
    .help = "train a surrogate with calibrated intervals and a domain",
    .more = "Scaling, tuning and calibration come from the rows of TABLE alone. Rows of one composition never lie on both sides of an inner fold, and with "
            "--groups no rows of one group.\n\n"
            "  cupel train gaps.csv --formula composition --target target --property 'band gap' --unit eV --model svr --seed 1 -o gap.h5\n"
            "With --transfer, rows of that table of one composition are one (their median), and compositions of TABLE are left out of it, so that the\n"
            "columns are as good on the rows trained on as on new ones. The model file holds all it needs to predict.\n\n"
            "  cupel train steels.csv --target 'yield strength [MPa]' --model gp --set noise=0.05 -o steel.h5\n"
            "  cupel train gaps.csv --formula composition --target target --model auto --transfer computed.csv.gz --transfer-target gap -o gap.h5\n"
            "  cupel train seebeck.csv --target seebeck --columns T --kernel 'matern52(composition)*rbf(T) + linear' -o seebeck.h5\n"
            "  cupel train volumes-minkowski.csv --features none --target permeability --model gp -o rock.h5\n",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .uses_blas = true,
    .computes = true,
    .run = run,
};
