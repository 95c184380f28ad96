#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/cli/verbs.h"
#include "core/cli/volume_options.h"
#include "core/engine/homogenize.h"

#include <string.h>

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_homogenized *h = NULL;
    cupel_str s = {0};
    const char **phase = NULL;
    cupel_homogenize_options o = {
        .input = cupel_arg(args, 0),
        .grid = cupel_opt_text(args, "grid"),
        .property = cupel_opt_text(args, "property"),
        .orientations = cupel_opt_text(args, "orientations"),
        .accuracy = cupel_opt_number(args, "accuracy"),
        .plane_stress = strcmp(cupel_opt_text(args, "plane"), "stress") == 0,
        .no_error = cupel_flag(args, "no-error"),
        .fields = cupel_opt_text(args, "fields"),
    };
    while (cupel_opt_item(args, "phase", o.n_phases)) o.n_phases++;
    phase = cupel_alloc(o.n_phases, sizeof *phase);
    if (!phase) CUPEL_TRY(cupel_no_memory(err, "phases", 0));
    for (size_t i = 0; i < o.n_phases; i++) phase[i] = cupel_opt_item(args, "phase", i);
    o.phase = phase;
    if (!(o.accuracy > 0))
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "option --accuracy: found '%s', expected a number above 0", cupel_opt_text(args, "accuracy")));
    CUPEL_TRY(cupel_volume_options_of(args, &o.volume, err));
    CUPEL_TRY(cupel_homogenize(&o, job, &h, err));
    if (strcmp(cupel_opt_text(args, "format"), "json") == 0)
        cupel_homogenized_json(h, &s);
    else
        cupel_homogenized_table(h, &s);
    CUPEL_TRY(cupel_print_str(&s, err));
done:
    cupel_free(phase);
    cupel_str_free(&s);
    cupel_homogenized_free(h);
    return st;
}

static const cupel_opt options[] = {
    {"property", "NAME", CUPEL_OPT_CHOICE,
     "conduction|conductivity|electrical|permittivity|diffusion|diffusivity|magnetic|elasticity|stiffness|expansion", NULL, true,
     "what to compute; electrical, permittivity, diffusion and magnetic are conduction by another name, stiffness is elasticity"},
    {"phase", "LABEL:PROPERTIES", CUPEL_OPT_LIST, NULL, NULL, false,
     "properties of the voxels with that label, once per label; '*:...' is for all labels not named"},
    {"orientations", "FILE", CUPEL_OPT_TEXT, NULL, NULL, false, "a table label,phi1,Phi,phi2 (Bunge, degrees) that turns each phase"},
    {"grid", "N", CUPEL_OPT_TEXT, NULL, NULL, false,
     "of a recipe: voxels along the shortest edge of its box, or along the three axes, 64x64x32; 64 without it"},
    {"accuracy", "X", CUPEL_OPT_NUMBER, NULL, "1e-4", false, "relative error that iterating may leave in the tensor on the given grid"},
    {"plane", "KIND", CUPEL_OPT_CHOICE, "strain|stress", "strain", false, "elasticity of an image: plane strain or plane stress"},
    {"no-error", NULL, CUPEL_OPT_FLAG, NULL, NULL, false,
     "the value only: one solve, no bar. The bar makes it take two to three times as long, about ten times at contrasts of 1000"},
    {"fields", "FILE", CUPEL_OPT_TEXT, NULL, NULL, false,
     "write strain, stress and energy (gradient, flux) under each load to an HDF5 file, with an .xdmf file beside it that ParaView opens, and say "
     "quantiles per phase"},
    {"format", "NAME", CUPEL_OPT_CHOICE, "table|json", "table", false, "lines for people, or one JSON object"},
    CUPEL_VOLUME_OPTIONS,
    {0}};

const cupel_verb cupel_verb_homogenize = {
    .name = "homogenize",
    .usage = "VOLUME|RECIPE --property NAME --phase LABEL:PROPERTIES ... [--format json]",
    .help = "effective properties of a microstructure, with error bars and bounds",
    .more = "PROPERTIES are plain numbers in one unit for all phases, which is the unit of the answer:\n"
            "  k=1 | k1=1,k2=2,k3=3 | k11=..,k22=..,k33=..,k12=..      conductivity; sigma, eps, D, mu_r in place of k where it is\n"
            "                                                          electrical, a permittivity, diffusivity or magnetic\n"
            "  E=210,nu=0.3 | two of E nu K G lambda                   isotropic stiffness\n"
            "  C11=168,C12=121,C44=75 | more Voigt components          cubic, hexagonal, tetragonal, orthotropic or all 21\n"
            "  alpha=1.2e-5 | alpha1=..,alpha2=..,alpha3=..            thermal expansion, beside a stiffness\n"
            "  phi1=30,Phi=40,phi2=10                                  Bunge's angles in degrees turn the phase\n\n"
            "The tensor has axes 0, 1, 2 of the array as directions 1, 2, 3; stiffness is in Mandel order 11 22 33 23 13 12 (in 2-D 11 22 12). For "
            "a volume it is the value on the given grid, for a recipe the value extrapolated from two grids. The error is the half width of a 95 % "
            "bar against the shape that the voxels stand for, from a second grid and with what iterating left. Every answer is held against "
            "the harmonic and arithmetic means of its phases.\n\n"
            "Fields are single precision. Contrasts of 1e-4 to 1e4 are solved as they are; what rounding leaves of a component that is small beside "
            "the stiffest phase is in its bar. Beyond that a result is a limit, and a warning says which: a zero property stands for 1e-5 of the "
            "stiffest phase, stiff phases that are not connected for rigid ones (3e3 times the softest; of a stiffness with its bar already within "
            "1e4, what that may change being in the bar); where some components are small beside others, the small ones are said not to be "
            "resolved. Beside a zero property, what is not connected through the periodic box is exactly zero and not solved. Labels in plane "
            "layers along an axis are exact as they are, and their bar is that of the solver.\n\n"
            "  cupel homogenize v.npy --property conduction --phase 0:k=1 --phase 1:k=40 --accuracy 1e-4 --format json\n"
            "  cupel homogenize 'gyroid:fraction=0.4,seed=1' --grid 64 --property elasticity --phase 0:E=1,nu=0.3 --phase 1:E=12,nu=0.2\n\n"
            "Exit code 2 for a label without properties and for properties that are not written as above, 3 for those that no material has (nu not "
            "within -1 to 0.5, E or k below 0, a negative eigenvalue), as in a demand, and for a volume that cannot be read.",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .computes = true,
    .run = run,
};
