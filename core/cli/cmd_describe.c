#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/cli/same_options.h"
#include "core/cli/verbs.h"
#include "core/cli/volume_options.h"
#include "core/engine/describe.h"
#include "core/engine/describe_volume.h"
#include "core/io/artifact_kind.h"
#include "core/matter/crystal.h"

#include <string.h>

/* Options of one kind of input that were given for the other. `kind` is what there is. */
static cupel_status refuse(const cupel_args *args, const char *const *names, const char *kind, cupel_err *err)
{
    for (size_t i = 0; names[i]; i++)
        if (cupel_opt_given(args, names[i]))
            return cupel_fail(err, CUPEL_USAGE, "'%s' is %s, for which there is no --%s", cupel_arg(args, 0), kind, names[i]);
    return CUPEL_OK;
}

static cupel_status describe_volumes(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    static const char *const others[] = {"formula", "columns", "store", "dot", "validate", "compatible", "smooth", NULL};
    const char **path = cupel_alloc(cupel_n_args(args), sizeof *path);
    cupel_describe_volume_options o = {
        .path = path,
        .n = cupel_n_args(args),
        .column = cupel_opt_text(args, "volume"),
        .table_format = cupel_opt_text(args, "table-format"),
        .sets = cupel_opt_given(args, "set") ? cupel_opt_text(args, "set") : "minkowski",
        .output = cupel_opt_given(args, "output") ? cupel_opt_text(args, "output") : "-",
        .format = cupel_opt_text(args, "format"),
        .components = (size_t)cupel_opt_count(args, "components"),
    };
    if (!path) CUPEL_TRY(cupel_no_memory(err, "file names", 0));
    for (size_t i = 0; i < o.n; i++) path[i] = cupel_arg(args, i);
    CUPEL_TRY(refuse(args, others, o.column ? "a table of volumes" : "a volume", err));
    CUPEL_TRY(cupel_missing_parse(cupel_opt_text(args, "missing"), &o.missing, err));
    CUPEL_TRY(cupel_volume_options_of(args, &o.volume, err));
    CUPEL_TRY(cupel_describe_volume(&o, job, err));
done:
    cupel_free(path);
    return st;
}

static cupel_status describe_formulas(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    static const char *const others[] = {"volume-format", "dataset", "raw", "voxel", "threshold", "nonperiodic", "components", NULL};
    cupel_describe_options o = {
        .table = cupel_arg(args, 0),
        .format = cupel_opt_text(args, "table-format"),
        .formula = cupel_opt_text(args, "formula"),
        .sets = cupel_opt_text(args, "set"),
        .columns = cupel_opt_text(args, "columns"),
        .output = cupel_opt_text(args, "output"),
        .output_format = cupel_opt_text(args, "format"),
        .dot = cupel_dot_parse(cupel_opt_text(args, "dot")),
        .float32 = strcmp(cupel_opt_text(args, "store"), "float32") == 0,
        .matminer = cupel_opt_given(args, "compatible"), /* the one choice there is */
        .smooth = cupel_flag(args, "smooth"),
        .validate = cupel_flag(args, "validate"),
    };
    CUPEL_TRY(cupel_artifact_refuse(o.table, "volume or table", err));
    CUPEL_TRY(cupel_crystal_refuse(o.table, err));
    CUPEL_TRY(refuse(args, others, "no volume", err));
    if (cupel_n_args(args) > 1) CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "'%s' is no volume, and tables are described one at a time", o.table));
    if (!o.output) CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "cupel describe of a table needs -o FILE, or -o - for stdout"));
    if (o.output_format && strcmp(o.output_format, "json") == 0)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "--format json is for volumes; for a table expected csv, tsv, jsonl or h5"));
    CUPEL_TRY(cupel_missing_parse(cupel_opt_text(args, "missing"), &o.missing, err));
    CUPEL_TRY(cupel_describe(&o, job, NULL, err));
done:
    return st;
}

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    const bool volumes = cupel_opt_given(args, "volume") || cupel_opt_given(args, "raw") || cupel_opt_given(args, "dataset") ||
                         cupel_volume_is(cupel_arg(args, 0));
    return volumes ? describe_volumes(args, job, err) : describe_formulas(args, job, err);
}

static const cupel_opt options[] = {
    {"formula", "COLUMN", CUPEL_OPT_TEXT, NULL, NULL, false,
     "the column that holds the formulas (default: formula, else composition, else the only column)"},
    {"set", "NAMES", CUPEL_OPT_TEXT, NULL, "magpie", false, "sets of descriptors, joined by commas; 'cupel methods' lists them. Of volumes the "
     "default is minkowski, and settings follow a colon: minkowski:connectivity=26,two_point"},
    {"columns", "NAMES", CUPEL_OPT_TEXT, NULL, NULL, false,
     "columns of the table as descriptors too: numbers as they are, text as one column per value (reads the whole table first)"},
    {"volume", "COLUMN", CUPEL_OPT_TEXT, NULL, NULL, false, "the column of the table that names files of volumes, from the folder of the table"},
    CUPEL_VOLUME_OPTIONS,
    {"output", "FILE", CUPEL_OPT_TEXT, NULL, NULL, false,
     "a table (.csv, .tsv, .jsonl), an artifact (.h5), of volumes also .json; - for stdout, which is the default for volumes"},
    {"components", "N", CUPEL_OPT_COUNT, NULL, "0", false,
     "so many principal components of the maps of a set, over all volumes, as columns too (--set two_point:map=1)"},
    {"store", "TYPE", CUPEL_OPT_CHOICE, "float64|float32", "float64", false, "how values are stored"},
    {"missing", "POLICY", CUPEL_OPT_CHOICE, "keep|fail|drop|impute", "keep", false,
     "a row with a missing value: keep it with empty fields and a reason, fail, drop it, or fill in what an element lacks with the mean over "
     "the elements"},
    {"compatible", "PROGRAM", CUPEL_OPT_CHOICE, "matminer", NULL, false,
     "the values that matminer gives, its defaults too where an element lacks one; the column 'reason' says imputed there"},
    {"smooth", NULL, CUPEL_OPT_FLAG, NULL, NULL, false,
     "without jumps in the amounts, for scans and optimisers: an element of less than 5 % counts in a minimum, a mode or a count by its fraction. "
     "The same as NAME:smooth for every set; columns that this changes are called 'smooth ...'"},
    CUPEL_DOT_OPTION,
    {"validate", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "compute with the plain kernels too, and fail where they differ"},
    {"format", "NAME", CUPEL_OPT_CHOICE, "csv|tsv|jsonl|json|h5", NULL, false,
     "format of the output when its name does not tell; of one volume on stdout the default is json"},
    CUPEL_TABLE_FORMAT_OPTION,
    {0}};

const cupel_verb cupel_verb_describe = {
    .name = "describe",
    .usage = "TABLE [--formula COLUMN|--volume COLUMN] [--set NAMES] -o FILE | VOLUME... [--set NAMES]",
    .help = "compute descriptors of the formulas in a table, or of volumes of voxels",
    .more = "The output has the formula column first, then the other columns of TABLE as they were, then the descriptors. TABLE is csv, tsv, jsonl "
            "or json, also gzipped; - is stdin.\n\n"
            "A formula that cannot be read, or an element without a tabulated value, leaves empty fields and a word in the column 'reason'; the "
            "counts and the first such rows are said on stderr; under --missing drop or impute every such row is. matminer's featurizers fill in "
            "such values unasked (a mean over the elements, a zero): --compatible matminer gives their numbers, to compare, and marks the rows; for "
            "one set alone --set deml:matminer, which is a word for 'cupel train --features' and demands too.\n\n"
            "  cupel describe gaps.csv --formula composition --set magpie -o gaps-magpie.csv\n"
            "  cupel describe gaps.csv --formula composition --set magpie,stoichiometry --store float32 -o gaps.h5\n\n"
            "A VOLUME is a file of labelled voxels, 2-D or 3-D, in any format of 'cupel methods'. As JSON each phase has its numbers in an object "
            "and curves stand in \"curves\"; as a table there is one row per volume and one column per number, 'minkowski euler phase 1' (the label "
            "in the file), for 'cupel train'; an artifact holds the curves too. Axes are counted as in the array: axis 0, 1, 2 in the name of a "
            "column, or the place in a list 'per_axis', are the directions x, y, z, which a demand and the components of tensors call 1, 2, 3. A "
            "number that is not defined for a volume is an empty field with the word no_value in the column 'reason', and stderr says why. A volume "
            "that cannot be read is exit code 3 when it is the only one, "
            "else a row with the reason.\n\n"
            "  cupel describe v.npy --set minkowski --format json\n"
            "  cupel describe rock.tif --nonperiodic --voxel '2.5 um' --set minkowski:connectivity=26,phase_fraction\n"
            "  cupel describe samples.csv --volume file --set minkowski -o samples-minkowski.csv\n"
            "  cupel describe samples.csv --volume file --set two_point:map=1 --components 3 -o samples-pc.csv\n",
    .options = options,
    .min_args = 1,
    .max_args = SIZE_MAX,
    .computes = true,
    .run = run,
};
