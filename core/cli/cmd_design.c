#include "core/base/err.h"
#include "core/cli/verbs.h"
#include "core/engine/micro/design.h"

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_str text = {0};
    const cupel_design_options o = {.budget = cupel_opt_text(args, "budget"),
                                    .surrogate = cupel_opt_text(args, "surrogate"),
                                    .grid = cupel_opt_count(args, "grid"),
                                    .seed = cupel_opt_count(args, "seed"),
                                    .grid_given = cupel_opt_given(args, "grid"),
                                    .seed_given = cupel_opt_given(args, "seed"),
                                    .resume = cupel_flag(args, "resume"),
                                    .command = cupel_command_line(args)};
    const char *folder = cupel_opt_text(args, "output");
    cupel_status st = cupel_design_run(cupel_arg(args, 0), folder, &o, job, &text, err);
    if (st == CUPEL_OK || text.n) { /* also where the disk was full */
        if (st == CUPEL_OK || st == CUPEL_INFEASIBLE || st == CUPEL_INTERRUPTED) cupel_str_addf(&text, "%s/designs.csv\n", folder);
        cupel_status printed = cupel_print_str(&text, st == CUPEL_OK ? err : NULL);
        if (st == CUPEL_OK) st = printed;
    }
    cupel_str_free(&text);
    return st;
}

static const cupel_opt options[] = {
    {.name = "output", .placeholder = "DIR", .kind = CUPEL_OPT_TEXT, .required = true,
     .help = "the folder that gets report.html, designs.csv, design-1.json (recipe), design-1.npy (phases), for the first three also .stl (a "
             "printer), .h5 with fans-1-*.json (FANS) and .vti with damask-material.yaml (DAMASK), run.json, demand.yaml; where the demand asks "
             "for a phase in one body, all of these are of that body; of a named space with a seed samples.h5 too, "
             "for --surrogate"},
    {.name = "budget", .placeholder = "B", .kind = CUPEL_OPT_TEXT,
     .help = "60s, 5 min or 40solves (loads solved; the first verification is made even when they are used up), in place of the demand's; the "
             "same recipes, voxels and tensors come, to the byte, and the same designs.csv in every column but seconds, of a budget in solves "
             "always, of a time wherever it decided nothing, which the last lines, the report and run.json say"},
    {.name = "grid", .placeholder = "N", .kind = CUPEL_OPT_COUNT,
     .help = "voxels along an edge of the finest grid designed on, in place of the demand's"},
    {.name = "seed", .placeholder = "N", .kind = CUPEL_OPT_COUNT, .help = "of the random fields, in place of the demand's"},
    {.name = "surrogate", .placeholder = "FILE", .kind = CUPEL_OPT_TEXT,
     .help = "samples.h5 of a 'cupel run' or design of the same space and phases: it chooses where the search begins, in place of a scan"},
    {"resume", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "go on from DIR/progress.cupel, if it is there"},
    {0}};

const cupel_verb cupel_verb_design = {
    .name = "design",
    .usage = "DEMAND -o DIR [--budget B] [--resume]",
    .help = "from a property requirement to a microstructure that meets it, verified",
    .more =
        "DEMAND has scale: microstructure, phases with their properties, and what their mixture must be ('cupel help demand'). What no "
        "arrangement of the phases can have is refused at once, with the inequality that says so and the nearest request that is not ruled out; a "
        "laminate that meets the demand is named as proof that it can be met, and built where a grid can hold it. Otherwise starts of two families "
        "compete, cuts of Gaussian fields and cosine series that are skeletons (nodal_surface; of a few per cent of solid struts and plates "
        "instead: skeleton), or those of the demand's space: all are looked at on a small grid, and the best are moved on by Levenberg-Marquardt "
        "on the solver itself. It moves on a coarse grid; what that grid is off from the limit, known from finer ones, is taken from the target. "
        "Where that does not lead to the limit it goes on on a finer grid, and a start that stays far from the demand is left for the next.\n\n"
        "Several spaces compete where the demand has 'space: [gaussian, {generator: gyroid, fraction: 0.1..0.6}, spinodoid]', a list of ranges "
        "and of names (of which all that is no whole number is then searched), or 'space: all', which is gyroid, diamond, primitive (each as a "
        "network and as a wall), gaussian, gaussian_shell, spinodoid, nodal_surface, skeleton, sc_spheres, bcc_spheres, fcc_spheres, "
        "overlapping_spheres, square_fibres, hexagonal_fibres, laminate, ranked_laminate, octet, kelvin, diamond_lattice, reentrant, "
        "octet_plates, kelvin_foam. Those that a bound rules out are left at once; the others are looked at on 12 to 18 voxels an edge, "
        "which no budget in solves counts, and up to four are searched; why the others are left is said, and in run.json.\n\n"
        "A design is rebuilt on 4/3 of its grid, solved again and extrapolated, with a 95 % bar: it meets a tensor when distance and bar together "
        "are within the tolerance, a window when the bar lies inside; where the demand says 'hold under', what its tolerances add counts too. "
        "Where the bar alone is in the way and time is left, it is verified again on twice its grid. The search ends with the first that meets "
        "all, with 'designs: N' in the demand with the N-th; where there is a goal, four starts are pursued before the best is verified. Several "
        "are put in order by goals, then probability, price of a volume, density.\n\n"
        "Of what was found it is then said, on coarse grids and within what is left of the budget, how far it moves with its phases 5 % off and "
        "its interface by half of the demand's tolerance, what a tenth of the stiffness that the demand gives a void changes (of a perfect void: ten "
        "times what stands for it), and how four other seeds spread.\n\n"
        "  cupel design datasets/examples/heat-spreader.yaml -o out --budget 60s\n"
        "  cupel generate out/design-1.json --grid 128 -o voxels.h5 --to fans\n\n"
        "What is solved is kept in DIR/progress.cupel until the end. After a kill, the same command with --resume goes on from there; after a "
        "budget that did not do, with --resume and a larger --budget (of all the work, not of what is added), and "
        "where the budget is in solves, or time decides nothing, ends as it would have: the same bytes of recipes, voxels, tensors and every column "
        "but seconds.\n\n"
        "A budget of time ends the search, and gives looking for starts a quarter of itself. Where its clock has decided anything, the last lines, "
        "the report and run.json say what it cut short ('time_decided', 'time_cut'), and another run may end elsewhere; where it has not, as of a "
        "demand that is met early, the same bytes come of any longer budget, of none, and for any number of threads.\n\n"
        "Ctrl-C, and a time that is over before anything is verified, leave the best so far in DIR (exit code 6 and 5); a trial that was not "
        "verified says so. Surfaces on more than 128 voxels an edge are then left for --resume.\n\n"
        "Exit code 5: 'cannot be met', proved by a bound (nothing is written), or 'was not met' by this search or within this budget, which "
        "proves nothing (the folder holds the nearest). Exit code 6: interrupted.\n",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .uses_blas = true,
    .computes = true,
    .run = run,
};
