#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/magpie_table.h"
#include "descriptors/composition/smooth.h"
#include "descriptors/composition/valence_orbital.h"

#include <math.h>

enum { N_SHELLS = 4, N_COLUMNS = CUPEL_VALENCE_COLUMNS };

void cupel_valence_column(size_t j, cupel_str *name, const char **unit)
{
    cupel_str_addf(name, "%s %c valence electrons", j < N_SHELLS ? "avg" : "frac", "spdf"[j % N_SHELLS]);
    *unit = "";
}

cupel_reason cupel_valence_fill(const unsigned char *z, const double *amount, size_t n, double *x)
{
    double total = cupel_total(amount, n), shell[N_SHELLS] = {0}, all = 0.0;
    uint32_t missing = 0;
    for (size_t i = 0; i < n; i++) {
        const double *value = cupel_magpie_value[z[i]];
        double f = amount[i] / total;
        for (size_t s = 0; s < N_SHELLS; s++) shell[s] += f * value[CUPEL_MAGPIE_NS_VALENCE + s];
        all += f * value[CUPEL_MAGPIE_N_VALENCE];
        missing |= cupel_magpie_missing[z[i]];
    }
    for (size_t s = 0; s < N_SHELLS; s++) {
        x[s] = shell[s];
        x[N_SHELLS + s] = shell[s] / all;
    }
    /* the five counts are tabulated for the same elements */
    return missing >> CUPEL_MAGPIE_N_VALENCE & 1 ? CUPEL_REASON_IMPUTED : CUPEL_REASON_NONE;
}

static cupel_reason row(const unsigned char *z, const double *amount, size_t n, double *x)
{
    if (cupel_valence_fill(z, amount, n, x) == CUPEL_REASON_NONE) return CUPEL_REASON_NONE;
    for (size_t j = 0; j < N_COLUMNS; j++) x[j] = (double)NAN;
    return CUPEL_REASON_NO_ELEMENT_DATA;
}

static void compute(const cupel_batch *b, size_t from, size_t n, cupel_isa isa, double *x, size_t ld, unsigned char *reason)
{
    (void)isa;
    cupel_rows(b, from, n, N_COLUMNS, row, x, ld, reason);
}

static void impute(const cupel_batch *b, size_t from, size_t n, cupel_isa isa, double *x, size_t ld, unsigned char *reason)
{
    (void)isa;
    cupel_rows(b, from, n, N_COLUMNS, cupel_valence_fill, x, ld, reason);
}

static const cupel_reference references[] = {
    {"10.1038/npjcompumats.2016.28", "Ward, Agrawal, Choudhary, Wolverton: A general-purpose machine learning framework for predicting properties of "
                                     "inorganic materials. npj Computational Materials 2, 16028 (2016)"},
    {"10.1103/PhysRevB.93.085142", "Deml, O'Hayre, Wolverton, Stevanovic: Predicting density functional theory total energies and enthalpies of "
                                   "formation of metal-nonmetal compounds by linear regression. Physical Review B 93, 085142 (2016)"},
    {NULL, NULL}};

#define VALENCE_METHOD                                                                                                                           \
    {                                                                                                                                            \
        .name = "valence_orbital", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula",                       \
        .references = references, .output = "8 columns, electrons per atom and fractions",                                                       \
        .help = "mean number and fraction of s, p, d and f valence electrons, as matminer's ValenceOrbital"                                      \
    }

static const cupel_descriptor imputed = {
    .method = VALENCE_METHOD, .n_columns = N_COLUMNS, .column = cupel_valence_column, .compute = impute, .jumps = cupel_jumps_nowhere};

const cupel_descriptor cupel_descriptor_valence_orbital = {
    .method = VALENCE_METHOD, .n_columns = N_COLUMNS, .column = cupel_valence_column, .compute = compute, .imputed = &imputed, .matminer = &imputed,
    .jumps = cupel_jumps_nowhere};
