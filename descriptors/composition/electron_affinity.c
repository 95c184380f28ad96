#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/ions.h"
#include "descriptors/composition/rows.h"

#include "core/matter/atoms.h"

#include <math.h>

typedef enum form { PLAIN, IMPUTED, MATMINER } value_form;

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
static cupel_reason fill(const cupel_ions *ions, value_form form, double *x)
{
    cupel_reason why = CUPEL_REASON_NONE;
    double sum = 0.0, anions = 0.0;
    for (unsigned i = 0; i < ions->n; i++) {
        if (ions->state[i] >= 0) continue;
        double affinity = cupel_atom_electron_affinity[ions->z[i]];
        if (isnan(affinity)) {
            why = form == PLAIN ? CUPEL_REASON_NO_ELEMENT_DATA : CUPEL_REASON_IMPUTED;
            if (form != PLAIN) affinity = mean_affinity();
        }
        sum += ions->count[i] * affinity * ions->state[i];
        anions += ions->count[i];
    }
    if (anions == 0.0) return CUPEL_REASON_NOT_IONIC;
    *x = sum / anions;
    return why;
}

static cupel_reason described(const unsigned char *z, const double *amount, size_t n, value_form form, double *x)
{
    cupel_ions ions;
    cupel_reason why = cupel_ions_guess(z, amount, n, form == MATMINER ? CUPEL_IONS_MATMINER : CUPEL_IONS_PLAIN, &ions);
    if (why == CUPEL_REASON_IMPUTED) why = CUPEL_REASON_NOT_NEUTRAL;
    *x = (double)NAN;
    return why ? why : fill(&ions, form, x);
}

static cupel_reason row(const unsigned char *z, const double *amount, size_t n, double *x) { return described(z, amount, n, PLAIN, x); }
static cupel_reason row_matminer(const unsigned char *z, const double *amount, size_t n, double *x) { return described(z, amount, n, MATMINER, x); }

/* 0 where there are no anions. */
static cupel_reason row_imputed(const unsigned char *z, const double *amount, size_t n, double *x)
{
    cupel_reason why = described(z, amount, n, IMPUTED, x);
    if (!isnan(*x)) return why;
    *x = 0.0;
    return CUPEL_REASON_IMPUTED;
}

CUPEL_COMPUTE_ROWS(compute, 1, row)
CUPEL_COMPUTE_ROWS(impute, 1, row_imputed)
CUPEL_COMPUTE_ROWS(as_matminer, 1, row_matminer)

static const cupel_reference references[] = {
    {"10.1103/PhysRevB.93.085142", "Deml, O'Hayre, Wolverton, Stevanovic: Predicting density functional theory total energies and enthalpies of "
                                   "formation of metal-nonmetal compounds by linear regression. Physical Review B 93, 085142 (2016)"},
    {NULL, NULL}};

#define AFFINITY_METHOD                                                                                                                    \
    {                                                                                                                                      \
        .name = "electron_affinity", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula",               \
        .references = references, .output = "1 column, J/mol times elementary charges",                                                    \
        .help = "electron affinity times oxidation state, mean of the anions, as matminer's ElectronAffinity"                              \
    }

static const cupel_descriptor imputed = {.method = AFFINITY_METHOD, .n_columns = 1, .column = column, .compute = impute};
static const cupel_descriptor matminer = {.method = AFFINITY_METHOD, .n_columns = 1, .column = column, .compute = as_matminer};

const cupel_descriptor cupel_descriptor_electron_affinity = {
    .method = AFFINITY_METHOD, .n_columns = 1, .column = column, .compute = compute, .imputed = &imputed, .matminer = &matminer};
