#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/cli/verbs.h"
#include "core/cli/volume_options.h"
#include "core/engine/reconstruct.h"

#include <string.h>

static cupel_status print(const cupel_args *args, const cupel_reconstruction *r, cupel_err *err)
{
    cupel_str s = {0};
    if (strcmp(cupel_opt_text(args, "format"), "json") == 0)
        cupel_reconstruction_json(r, &s);
    else
        cupel_reconstruction_table(r, &s);
    const cupel_status st = cupel_print_str(&s, err);
    cupel_str_free(&s);
    return st;
}

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_reconstruction *r = NULL;
    const char **input = cupel_alloc(cupel_n_args(args), sizeof *input);
    cupel_reconstruct_request q = {
        .input = input,
        .n_inputs = cupel_n_args(args),
        .slices = cupel_flag(args, "slices"),
        .phase = cupel_opt_text(args, "phase"),
        .match = cupel_opt_text(args, "match"),
        .weights = cupel_opt_text(args, "weights"),
        .grid = cupel_opt_text(args, "grid"),
        .dim = cupel_opt_count(args, "dim"),
        .reach = cupel_opt_number(args, "reach"),
        .seed = cupel_opt_count(args, "seed"),
        .realisations = cupel_opt_count(args, "realisations"),
        .steps = cupel_opt_number(args, "steps"),
        .budget = cupel_opt_text(args, "budget"),
        .output = cupel_opt_text(args, "output"),
        .format = cupel_opt_text(args, "to"),
    };
    if (!input) CUPEL_TRY(cupel_no_memory(err, "file names", 0));
    for (size_t i = 0; i < q.n_inputs; i++) input[i] = cupel_arg(args, i);
    CUPEL_TRY(cupel_volume_options_of(args, &q.volume, err));
    st = cupel_reconstruct(&q, job, &r, err);
    if (st == CUPEL_INTERRUPTED && !r) st = CUPEL_FAILED; /* nothing was made yet */
    if (r) {
        const cupel_status printed = print(args, r, st == CUPEL_OK ? err : NULL);
        if (st == CUPEL_OK) st = printed;
    }
done:
    cupel_reconstruction_free(r);
    cupel_free(input);
    return st;
}

static const cupel_opt options[] = {
    {"slices", NULL, CUPEL_OPT_FLAG, NULL, NULL, false,
     "the inputs are two or three orthogonal images, in the planes xy, xz and yz; the rows of an image run along its first letter, its columns along "
     "the second"},
    {"match", "NAMES", CUPEL_OPT_TEXT, NULL, "two-point", false,
     "statistics, joined by commas: two-point, lineal-path, surface. The volume fraction is always met to the voxel"},
    {"weights", "NUMBERS", CUPEL_OPT_TEXT, NULL, NULL, false, "one for each of --match, of the squared relative errors; 1 each without it"},
    {"grid", "N", CUPEL_OPT_TEXT, NULL, NULL, false,
     "voxels along each axis, or as 64x64x32; a voxel stays what it is in the input. Without it the grid of the input, or 64"},
    {"dim", "D", CUPEL_OPT_COUNT, NULL, "0", false, "3: a volume from an image, which assumes isotropy; the default is the dimension of the input"},
    {"phase", "LABEL", CUPEL_OPT_TEXT, NULL, NULL, false,
     "the phase whose statistics are matched, against all others; of two the one with the larger label"},
    {"reach", "SHARE", CUPEL_OPT_NUMBER, NULL, "0.25", false, "match lags up to this share of the box along each axis; 0.5 is all"},
    {"seed", "N", CUPEL_OPT_COUNT, NULL, "0", false, "of the random field; the same seed gives the same bytes for any number of threads"},
    {"realisations", "N", CUPEL_OPT_COUNT, NULL, "1", false, "so many volumes: r.npy becomes r-1.npy, r-2.npy, ..."},
    {"steps", "X", CUPEL_OPT_NUMBER, NULL, "1", false,
     "times the usual work: 140 iterations and 200 rounds of swaps, more of both on grids below 64^3"},
    {"budget", "TIME", CUPEL_OPT_TEXT, NULL, NULL, false, "end each volume after 60s, '2 min'; what is made then depends on the clock"},
    {"output", "FILE", CUPEL_OPT_TEXT, NULL, NULL, false, "the volume, in any format of 'cupel methods' that can be written"},
    {"to", "FORMAT", CUPEL_OPT_TEXT, NULL, NULL, false, "format of the volume when its name does not tell"},
    {"format", "NAME", CUPEL_OPT_CHOICE, "table|json", "table", false, "lines for people, or one JSON object"},
    CUPEL_VOLUME_OPTIONS,
    {0}};

const cupel_verb cupel_verb_reconstruct = {
    .name = "reconstruct",
    .usage = "INPUT [--match NAMES] [--grid N] -o FILE | --slices XY XZ [YZ] -o FILE",
    .help = "a structure with the statistics of a volume, of slices or of a saved two-point function",
    .more =
        "INPUT is a volume or an image of labels, or its statistics as saved by cupel describe: an artifact with maps, which tells S2 over all "
        "lags, or JSON, whose curves tell it by distance. An image gives an image unless --dim 3 is given. Of more than two phases --phase names "
        "the one that is matched.\n\n"
        "A cut Gaussian field with about the two-point function is moved by descent (L-BFGS on a softened cut), cut at the exact volume fraction "
        "and mended by swaps of voxels at the interface that are kept only if the error falls. Volumes are made periodic. An input that is a "
        "cut-out needs --nonperiodic. Errors: two-point |S2 - target| / |target - fraction^2|; lineal-path |L - target| / |target|, both phases; "
        "measured on the voxels written. Statistics that were not asked for are told too. Ctrl-C keeps the best so far and ends with exit code 6, a "
        "--budget that is over with 0; both say so.\n\n"
        "  cupel reconstruct v.npy --match two-point,lineal-path --grid 64 --seed 1 -o r.npy\n"
        "  cupel reconstruct --slices xy.png xz.png yz.png --grid 64 -o r.npy\n"
        "  cupel reconstruct photo.png --dim 3 --nonperiodic --grid 64 --realisations 3 -o r.npy\n"
        "  cupel describe v.npy --set two_point:map=1,lineal_path -o s2.h5 && cupel reconstruct s2.h5 --grid 64 -o r.npy\n\n"
        "Exit code 2 for statistics, phases or grids that are none, 3 for an input that cannot be read or has a single phase.\n",
    .options = options,
    .min_args = 1,
    .max_args = SIZE_MAX,
    .computes = true,
    .keeps = true,
    .run = run,
};
