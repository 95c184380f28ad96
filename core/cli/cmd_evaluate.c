#include "core/base/err.h"
#include "core/cli/learn_options.h"
#include "core/cli/verbs.h"
#include "core/engine/calibration.h"

#include <string.h>

/* --folds COLUMN, or --split KIND; neither is --split random. */
static cupel_status choose_split(const cupel_args *args, cupel_evaluate_options *o, cupel_err *err)
{
    static const char *const words[] = {[CUPEL_SPLIT_RANDOM] = "random", [CUPEL_SPLIT_SYSTEM] = "system", [CUPEL_SPLIT_CLUSTER] = "cluster",
                                        [CUPEL_SPLIT_ELEMENT] = "element"};
    const char *split = cupel_opt_text(args, "split");
    o->fold_column = cupel_opt_text(args, "folds");
    o->n_folds = (size_t)cupel_opt_count(args, "n-folds");
    o->only_folds = cupel_opt_text(args, "only-folds");
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

/* --report calibration: three splits in place of one. */
static cupel_status report(const cupel_args *args, const cupel_evaluate_options *o, const cupel_job *job, cupel_err *err)
{
    cupel_calibration c = {0};
    cupel_str s = {0};
    if (cupel_opt_text(args, "split") || o->predictions || o->only_folds)
        return cupel_fail(err, CUPEL_USAGE, "--report calibration makes several splits: leave --split, --only-folds and --predictions out");
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

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_learn_args l = {0};
    cupel_evaluation e = {0};
    cupel_transfer *transfer = NULL;
    cupel_evaluate_options o = {
        .precision = cupel_precision_parse(cupel_opt_text(args, "precision")),
        .predictions = cupel_opt_text(args, "predictions"),
    };
    if (o.predictions && strcmp(o.predictions, "-") == 0)
        return cupel_fail(err, CUPEL_USAGE, "--predictions -: stdout carries the figures; name a file");
    CUPEL_TRY(choose_split(args, &o, err));
    CUPEL_TRY(cupel_learn_args_of(args, &l, err));
    o.data = l.data;
    o.data.apart = o.fold_column;
    o.model = l.model;
    CUPEL_TRY(cupel_transfer_of(args, &o.data, NULL, o.model.seed, job, &transfer, err));
    o.model.transfer = transfer;
    if (cupel_opt_text(args, "report")) {
        o.unasked = false; /* its splits are named in the table */
        st = report(args, &o, job, err);
        goto done;
    }
    CUPEL_TRY(cupel_evaluate(&o, job, &e, err));
    CUPEL_TRY(print(&e, &o, strcmp(cupel_opt_text(args, "format"), "json") == 0, err));
    if (e.n_asked > e.n_folds)
        CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "stopped after %zu of %zu folds: the figures are of these%s%s%s; run it again for all",
                             e.n_folds, e.n_asked, o.predictions ? ", '" : "", o.predictions ? o.predictions : "",
                             o.predictions ? "' is not written" : ""));
done:
    if (st == CUPEL_INTERRUPTED && !e.n_folds) st = CUPEL_FAILED; /* nothing is kept */
    cupel_evaluation_release(&e);
    cupel_transfer_free(transfer);
    return st;
}

static const cupel_opt options[] = {
    CUPEL_LEARN_OPTIONS,
    {"folds", "COLUMN", CUPEL_OPT_TEXT, NULL, NULL, false, "a column that says the fold of each row"},
    {"split", "KIND", CUPEL_OPT_CHOICE, "random|system|cluster|element", NULL, false,
     "folds made here: by chance (rows of one composition together), by chemical system, by cluster of the features, one element left out at a "
     "time"},
    {"n-folds", "N", CUPEL_OPT_COUNT, NULL, NULL, false, "how many (default 5; for element the 10 with the most rows)"},
    {"only-folds", "NAMES", CUPEL_OPT_TEXT, NULL, NULL, false,
     "only these folds, joined by commas (0,3 or Fe,Co): each has the figures that it has among all, so that a long job can be done fold by fold"},
    {"report", "KIND", CUPEL_OPT_CHOICE, "calibration", NULL, false,
     "calibration: intervals judged on rows held out by chance (or by --folds), on clusters of the features and on elements, side by side"},
    CUPEL_TRANSFER_OPTIONS,
    {"seed", "N", CUPEL_OPT_COUNT, NULL, "1", false, "seed of the folds"},
    CUPEL_PRECISION_OPTION,
    {"predictions", "FILE", CUPEL_OPT_TEXT, NULL, NULL, false, "held-out predictions as csv: id, fold, truth, prediction, lower, upper, in_domain; "
                                                              "id is that of the table (id, mbid, material_id, mp_id, matbench_id), else the line of "
                                                              "the file"},
    {"format", "NAME", CUPEL_OPT_CHOICE, "table|json", "table", false, "a table for people, or JSON"},
    CUPEL_ROWS_OPTIONS,
    {0}};

const cupel_verb cupel_verb_evaluate = {
    .name = "evaluate",
    .usage = "TABLE --formula COLUMN --target COLUMN (--folds COLUMN | --split KIND) [--model svr] [--seed N]",
    .help = "measure a model on rows it has not seen: errors, coverage of its intervals, domain",
    .more =
        "Everything a model learns, scaling and tuning included, comes from the training rows of a fold. With --groups, rows of one group stay in "
        "one fold of every kind of split but element and given ones (there it is said), and in one inner fold. Each figure is given per fold and as "
        "their mean.\n\n"
        "coverageNN is the share of true values inside the NN % interval, widthNN the mean width of those intervals, interval_score90 how good they "
        "are. For a class, coverageNN is the share of rows whose class is in the NN % set, set_sizeNN the mean number of classes in it: a class is "
        "in the set when more than (100 - NN) % of the training rows of that class were out of fold at most as probable for it as this row, which "
        "holds for each class by itself; a row unlike both classes has an empty set (empty90), one like both has two. miscalibration is the area "
        "between the observed and the nominal coverage curve (of model hurdle, and of auto with a hurdle: coverage by the central part of the "
        "predicted distributions, where a truth at the value that many rows share counts with the part of its probability that lies in it; an "
        "interval cannot hold half of a point, so at low levels more is covered than asked for); z2 is the mean squared residual over the predicted "
        "variance; error_by_spread the rank correlation of errors with what was claimed; calibration_error the mean difference of probabilities and "
        "shares; balanced_accuracy, accuracy, f1 and mcc judge the class that is said, the second from a probability of class_threshold: one half, "
        "or its share of the training rows where that gains balanced accuracy out of fold by more than its standard error; in_domain the share of "
        "rows inside the training domain.\n\n"
        "A signal ends it at once: the figures of the folds that are done are given, no predictions are written, and the exit "
        "code is 6; before the first fold is done it is 1.\n\n"
        "With --transfer, the other table is learned once, without the compositions of any row of TABLE: of no fold does anything come "
        "through it.\n\n"
        "  cupel evaluate gaps.csv --formula composition --target target --folds fold --model svr --seed 1\n"
        "  cupel evaluate gaps.csv --formula composition --target target --report calibration\n"
        "  cupel evaluate gaps.csv --formula composition --target target --split element --model krr --format json\n",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .uses_blas = true,
    .computes = true,
    .keeps = true,
    .run = run,
};
