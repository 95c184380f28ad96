#include "descriptors/composition/ion_rows.h"

#include "core/matter/atoms.h"

#include <math.h>

static void column(size_t j, cupel_str *name, const char **unit)
{
    (void)j;
    cupel_str_addf(name, "avg anion electron affinity");
    *unit = "J e/mol";
}

static double mean_affinity(void)
{
    double sum = 0.0, n = 0.0;
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++)
        if (!isnan(cupel_atom_electron_affinity[z])) sum += cupel_atom_electron_affinity[z], n += 1.0;
    return sum / n;
}

/* Electron affinity times oxidation state, averaged over the anions. */
static cupel_reason fill(const cupel_ions *ions, cupel_table_form form, double *x)
{
    cupel_reason why = CUPEL_REASON_NONE;
    double sum = 0.0, anions = 0.0;
    for (unsigned i = 0; i < ions->n; i++) {
        if (ions->state[i] >= 0) continue;
        double affinity = cupel_atom_electron_affinity[ions->z[i]];
        if (isnan(affinity)) {
            why = form == CUPEL_TABLE_PLAIN ? CUPEL_REASON_NO_ELEMENT_DATA : CUPEL_REASON_IMPUTED;
            if (form != CUPEL_TABLE_PLAIN) affinity = mean_affinity();
        }
        sum += ions->count[i] * affinity * ions->state[i];
        anions += ions->count[i];
    }
    if (anions == 0.0) return CUPEL_REASON_NOT_IONIC;
    *x = sum / anions;
    return why;
}

static const cupel_reference references[] = {
    {"10.1103/PhysRevB.93.085142", "Deml, O'Hayre, Wolverton, Stevanovic: Predicting density functional theory total energies and enthalpies of "
                                   "formation of metal-nonmetal compounds by linear regression. Physical Review B 93, 085142 (2016)"},
    {NULL, NULL}};

CUPEL_IONS_DESCRIPTOR(electron_affinity, 1, fill,
                      {.name = "electron_affinity", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula",
                       .references = references, .output = "1 column, J/mol times elementary charges",
                       .help = "electron affinity times oxidation state, mean of the anions, as matminer's ElectronAffinity"})
