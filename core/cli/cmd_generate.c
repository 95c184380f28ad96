#include "core/cli/verbs.h"
#include "core/engine/generate.h"

#include <string.h>

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    const char *as = cupel_opt_text(args, "as");
    const cupel_generate_options o = {
        .recipe = cupel_arg(args, 0),
        .grid = cupel_opt_text(args, "grid"),
        .as = strcmp(as, "fraction") == 0 ? CUPEL_AS_FRACTION : strcmp(as, "level") == 0 ? CUPEL_AS_LEVEL : CUPEL_AS_PHASES,
        .output = cupel_opt_text(args, "output"),
        .format = cupel_opt_text(args, "to"),
        .recipe_out = cupel_opt_text(args, "recipe"),
        .orientations = cupel_opt_text(args, "orientations"),
    };
    return cupel_generate(&o, job, err);
}

static const cupel_opt options[] = {
    {.name = "grid",
     .placeholder = "N",
     .kind = CUPEL_OPT_TEXT,
     .help = "voxels along the shortest edge of the box, or along the three axes: 64x64x32"},
    {.name = "as",
     .placeholder = "WHAT",
     .kind = CUPEL_OPT_CHOICE,
     .choices = "phases|fraction|level",
     .fallback = "phases",
     .help = "phases: the id at each voxel's centre. fraction: the share of phase 1 in each voxel. level: the distance to the interface in voxels, "
             "positive in phase 1"},
    {.name = "output", .placeholder = "FILE", .kind = CUPEL_OPT_TEXT,
     .help = "a volume, the closed surface of phase 1 where the name ends in .stl, or the settled recipe where it ends in .json"},
    {.name = "to",
     .placeholder = "FORMAT",
     .kind = CUPEL_OPT_TEXT,
     .help = "format of the volume when its name does not tell; 'cupel methods \"volume format\"' "
             "lists them"},
    {.name = "recipe", .placeholder = "FILE", .kind = CUPEL_OPT_TEXT, .help = "write the settled recipe too"},
    {.name = "orientations",
     .placeholder = "FILE",
     .kind = CUPEL_OPT_TEXT,
     .help = "write the grains' orientations: label, phi1, Phi, phi2 (Bunge, degrees)"},
    {0}};

const cupel_verb cupel_verb_generate = {
    .name = "generate",
    .usage = "RECIPE [--grid N] [--as phases|fraction|level] -o FILE",
    .help = "make a microstructure from a recipe of a few numbers and a seed",
    .more =
        "RECIPE is a generator with its parameters, 'gyroid:fraction=0.4,seed=1', or a JSON file {\"generator\": .., \"parameters\": {..}, "
        "\"seed\": ..}. 'cupel methods generator' lists the generators, 'cupel methods NAME' the parameters of one, their ranges and references.\n\n"
        "fraction is the volume fraction of phase 1. Where it is met through a threshold, this is found once on a fine grid and kept in the recipe "
        "(-o r.json), so that every grid has the same interface; fractions per voxel are made to add up to it exactly. connected=1 ("
        "\"connected\": 1 in a file) means phase 1 in one body: on the grid asked for, what is cut off from its largest cluster is removed and what "
        "it encloses is filled, in phases, fractions and surface. The axes of the array are the "
        "axes 1, 2, 3 (x, y, z). Fractions and levels are float32 and only for two phases; they "
        "are for other programs: cupel homogenize takes the recipe itself, or phases.\n\n"
        "  cupel generate 'gyroid:fraction=0.4,seed=1' --grid 128 -o v.npy\n"
        "  cupel generate 'gyroid:fraction=0.4,seed=1' --grid 64 --as level -o level.npy --recipe gyroid.json\n"
        "  cupel generate gyroid.json --grid 64x64x32 -o v.h5 --to fans\n"
        "  cupel generate gyroid.json --grid 128 -o gyroid.stl\n",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .computes = true,
    .run = run,
};
