#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/ions.h"
#include "descriptors/composition/rows.h"
#include "descriptors/composition/smooth.h"

#include "core/math/stats.h"
#include "core/matter/atoms.h"

#include <math.h>

static const double KJ_PER_EV = 96.48; /* kJ/mol in 1 eV, as matminer rounds it (exactly 96.485...) */

static void column(size_t j, cupel_str *name, const char **unit)
{
    (void)j;
    cupel_str_addf(name, "band center");
    *unit = "eV";
}

static double mean_affinity(void)
{
    double sum = 0.0, n = 0.0;
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++)
        if (!isnan(cupel_atom_electron_affinity_magpie[z])) sum += cupel_atom_electron_affinity_magpie[z], n += 1.0;
    return sum / n;
}

/* The geometric mean of Mulliken's electronegativities, (ionisation energy + electron affinity) / 2, weighted by fractions. */
static cupel_reason fill(const unsigned char *z, const double *amount, size_t n, bool impute, double *x)
{
    bool lacks = false;
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        double first = cupel_first_ionization(CUPEL_TABLE_PLAIN, z[i]) / 1000.0, gain = cupel_atom_electron_affinity_magpie[z[i]]; /* kJ/mol */
        if (isnan(first) || isnan(gain)) {
            lacks = true;
            if (!impute) continue;
            first = cupel_first_ionization(CUPEL_TABLE_IMPUTED, z[i]) / 1000.0;
            if (isnan(gain)) gain = mean_affinity();
        }
        sum += amount[i] * cupel_log(0.5 * (first + gain) / KJ_PER_EV);
    }
    *x = lacks && !impute ? (double)NAN : cupel_exp(sum / cupel_total(amount, n));
    return !lacks ? CUPEL_REASON_NONE : impute ? CUPEL_REASON_IMPUTED : CUPEL_REASON_NO_ELEMENT_DATA;
}

static cupel_reason row(const unsigned char *z, const double *amount, size_t n, double *x) { return fill(z, amount, n, false, x); }
static cupel_reason row_imputed(const unsigned char *z, const double *amount, size_t n, double *x) { return fill(z, amount, n, true, x); }

CUPEL_COMPUTE_ROWS(compute, 1, row)
CUPEL_COMPUTE_ROWS(impute, 1, row_imputed)

static const cupel_reference references[] = {
    {"10.1149/1.2131419", "Butler, Ginley: Prediction of flatband potentials at semiconductor-electrolyte interfaces from atomic "
                          "electronegativities. Journal of the Electrochemical Society 125, 228 (1978)"},
    {NULL, NULL}};

#define BAND_METHOD                                                                                                                        \
    {                                                                                                                                      \
        .name = "band_center", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula",                     \
        .references = references, .output = "1 column, eV below vacuum",                                                                   \
        .help = "geometric mean of the elements' Mulliken electronegativity, as matminer's BandCenter"                                     \
    }

static const cupel_descriptor imputed = {.method = BAND_METHOD, .n_columns = 1, .column = column, .compute = impute, .jumps = cupel_jumps_nowhere};

const cupel_descriptor cupel_descriptor_band_center = {
    .method = BAND_METHOD, .n_columns = 1, .column = column, .compute = compute, .imputed = &imputed, .matminer = &imputed,
    .jumps = cupel_jumps_nowhere};
