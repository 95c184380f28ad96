#include "core/base/err.h"
#include "core/cli/learn_options.h"
#include "core/cli/outputs.h"
#include "core/cli/verbs.h"
#include "core/engine/doubts.h"
#include "core/engine/outliers.h"
#include "core/math/units.h"

#include <string.h>

enum { PREFIX = sizeof "out_of_fold_" - 1 };

static cupel_status say_model(const cupel_model *m, const char *path, const cupel_job *job, cupel_err *err)
{
    const cupel_surrogate *s = cupel_model_surrogate(m);
    char rows[32], points[32];
    cupel_format_count(rows, cupel_model_n_training(m));
    cupel_format_count(points, cupel_surrogate_support_vectors(s));
    const bool vectors = cupel_surrogate_has_support_vectors(s);
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

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const char *path = cupel_opt_text(args, "output");
    cupel_learn_args l = {0};
    cupel_training t = {0};
    cupel_model *m = NULL;
    cupel_transfer *transfer = NULL;
    bool cut = false;
    CUPEL_TRY(cupel_outputs_check_artifact(path, "a model", err));
    CUPEL_TRY(cupel_learn_args_of(args, &l, err));
    l.model.cut = &cut;
    l.data.property = cupel_opt_text(args, "property");
    CUPEL_TRY(cupel_training_read(&l.data, job, &t, err));
    say_unit(&l.data, t.unit, job);
    if (t.numeric && !l.model.columns) cupel_say(job, CUPEL_NOTE, "columns of numbers, taken as features: %s", t.numeric);
    CUPEL_TRY(cupel_training_doubts(&t, &l.model, job, err));
    CUPEL_TRY(cupel_transfer_of(args, &l.data, &t, l.model.seed, job, &transfer, err));
    l.model.transfer = transfer;
    CUPEL_TRY(cupel_model_fit(&t, NULL, 0, &l.model, job, &m, err));
    CUPEL_TRY(cupel_model_save(m, path, err));
    CUPEL_TRY(cupel_model_doubts(m, 0.9, job, err));
    CUPEL_TRY(cupel_outliers_report(m, &t, cupel_opt_text(args, "doubts"), job, err));
    CUPEL_TRY(say_model(m, path, job, err));
    if (cut)
        CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "stopped before the end: '%s' is the model of the units done by then; --budget %s makes it "
                                                     "again", path,
                             cupel_surrogate_settings(cupel_model_surrogate(m))));
done:
    if (st == CUPEL_INTERRUPTED && !cut) st = CUPEL_FAILED; /* nothing is kept */
    cupel_model_free(m);
    cupel_transfer_free(transfer);
    cupel_training_release(&t);
    return st;
}

static const cupel_opt options[] = {
    {"output", "FILE", CUPEL_OPT_TEXT, NULL, NULL, true, "the model file (.h5)"},
    CUPEL_LEARN_OPTIONS,
    {"property", "NAME", CUPEL_OPT_TEXT, NULL, NULL, false, "what the target is called (default: the column's name)"},
    CUPEL_TRANSFER_OPTIONS,
    {"seed", "N", CUPEL_OPT_COUNT, NULL, "1", false, "seed of the inner folds"},
    {"doubts", "FILE", CUPEL_OPT_TEXT, NULL, NULL, false,
     "training values that do not fit what a model without them says, or one another, with the reason, as csv; they are kept"},
    CUPEL_ROWS_OPTIONS,
    {0}};

const cupel_verb cupel_verb_train = {
    .name = "train",
    .usage = "TABLE --formula COLUMN --target COLUMN [--model svr] [--features magpie] [--seed N] -o FILE",
    .help = "train a surrogate with calibrated intervals and a domain",
    .more = "Scaling, tuning and calibration come from the rows of TABLE alone. Rows of one composition never lie on both sides of an inner fold, "
            "and with --groups no rows of one group.\n\n"
            "A signal (Ctrl-C, the end of a job) leaves no part of a file. Model auto ends with the units of work that are done, if they make a "
            "model: it is put together and written, and the exit code is 6; else, and with other learners, nothing is written and it is 1.\n\n"
            "With --transfer, rows of that table of one composition are one (their median), and compositions of TABLE are left out of it, so that "
            "the\n"
            "columns are as good on the rows trained on as on new ones. The model file holds all it needs to predict.\n\n"
            "  cupel train gaps.csv --formula composition --target target --property 'band gap' --unit eV --model svr --seed 1 -o gap.h5\n"
            "  cupel train steels.csv --target 'yield strength [MPa]' --model gp --set noise=0.05 -o steel.h5\n"
            "  cupel train gaps.csv --formula composition --target target --model auto --transfer computed.csv.gz --transfer-target gap -o gap.h5\n"
            "  cupel train seebeck.csv --target seebeck --columns T --kernel 'matern52(composition)*rbf(T) + linear' -o seebeck.h5\n"
            "  cupel train volumes-minkowski.csv --features none --target permeability --model gp -o rock.h5\n",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .uses_blas = true,
    .computes = true,
    .keeps = true,
    .run = run,
};
