#include "core/engine/presets.h"

static const cupel_reference wide_references[] = {
    {"10.1038/s41524-021-00552-2", "De Breuck, Hautier, Rignanese: Materials property prediction for limited datasets enabled by feature selection "
                                   "and joint learning with MODNet. npj Computational Materials 7, 83 (2021)"},
    {NULL, NULL}};

/* Models keep the list, not the name: what a preset means may grow. */
static const cupel_preset presets[] = {
    {.method = {.name = "wide", .kind = "preset", .scale = "composition", .maturity = "experimental", .input = "formula",
                .help = "many sets together, for learners that choose among columns; some lack values for most non-metals: use --missing impute",
                .output = "columns of the sets", .references = wide_references},
     .sets = "magpie,stoichiometry_wide,element_fraction,tmetal_fraction,oli,charge_balance,ion_property,band_center,cohesive_energy,miedema,"
             "yang_solid_solution,alloy,quantiles,pairs"},
    {.method = {.name = "robust", .kind = "preset", .scale = "composition", .maturity = "experimental", .input = "formula",
                .help = "few columns that do not hang on single elements or small amounts: norms, shares of valence electrons, quantiles",
                .output = "columns of the sets"},
     .sets = "stoichiometry_wide,valence_orbital,quantiles"},
};

const cupel_preset *cupel_preset_at(size_t i) { return i < sizeof presets / sizeof *presets ? &presets[i] : NULL; }

const cupel_preset *cupel_preset_find(cupel_text name)
{
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++)
        if (cupel_text_is(name, presets[i].method.name)) return &presets[i];
    return NULL;
}
