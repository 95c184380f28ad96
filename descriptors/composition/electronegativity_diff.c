#include "descriptors/composition/ion_rows.h"

#include <math.h>

enum { N_COLUMNS = 5 };

static void column(size_t j, cupel_str *name, const char **unit)
{
    static const char *const statistic[N_COLUMNS] = {"minimum", "maximum", "range", "mean", "std_dev"};
    cupel_str_addf(name, "%s EN difference", statistic[j]);
    *unit = "";
}

/* Of the cations: electronegativity of the anions, averaged over them, minus their own. */
static cupel_reason fill(const cupel_ions *ions, cupel_table_form form, double *x)
{
    double anions = 0.0, of_anions = 0.0, apart[CUPEL_IONS_ATOMS], weight[CUPEL_IONS_ATOMS];
    size_t n = 0;
    (void)form;
    for (unsigned i = 0; i < ions->n; i++) {
        if (ions->state[i] >= 0) continue;
        anions += ions->count[i];
        of_anions += ions->count[i] * cupel_pauling(CUPEL_TABLE_PLAIN, ions->z[i]);
    }
    for (unsigned i = 0; i < ions->n; i++) {
        if (ions->state[i] <= 0) continue;
        apart[n] = of_anions / anions - cupel_pauling(CUPEL_TABLE_PLAIN, ions->z[i]);
        weight[n++] = ions->count[i];
    }
    if (n == 0 || anions == 0.0) return CUPEL_REASON_NOT_IONIC;
    for (size_t i = 0; i < n; i++)
        if (isnan(apart[i])) return CUPEL_REASON_NO_ELEMENT_DATA;
    cupel_statistics s = cupel_statistics_of(apart, weight, n);
    x[0] = s.minimum;
    x[1] = s.maximum;
    x[2] = s.maximum - s.minimum;
    x[3] = s.mean;
    x[4] = s.std_dev;
    return CUPEL_REASON_NONE;
}

static const cupel_reference references[] = {
    {"10.1103/PhysRevB.93.085142", "Deml, O'Hayre, Wolverton, Stevanovic: Predicting density functional theory total energies and enthalpies of "
                                   "formation of metal-nonmetal compounds by linear regression. Physical Review B 93, 085142 (2016)"},
    {NULL, NULL}};

CUPEL_IONS_DESCRIPTOR(electronegativity_diff, N_COLUMNS, fill,
                      {.name = "electronegativity_diff", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula",
                       .references = references, .output = "5 columns, Pauling's scale",
                       .help = "statistics of the cations' distance in electronegativity from the anions, as matminer's ElectronegativityDiff"})
