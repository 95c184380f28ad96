#include "descriptors/composition/alloy_sums.h"
#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/rows.h"

#include <math.h>

enum { OMEGA, DELTA, N_COLUMNS };

static const cupel_alloy_column columns[N_COLUMNS] = {
    {"Yang omega", "", CUPEL_NEEDS(CUPEL_LACKS_MIXING) | CUPEL_NEEDS(CUPEL_LACKS_MELTING), true},
    {"Yang delta", "", CUPEL_NEEDS(CUPEL_MIRACLE_RADIUS), false},
};

static void column(size_t j, cupel_str *name, const char **unit)
{
    cupel_str_puts(name, columns[j].name);
    *unit = columns[j].unit;
}

/* omega = T_m S / |H|: what disorder gives at the melting point against what mixing costs. matminer takes |H| as 1e-6 kJ/mol at least, and omega as 0
 * for one element. delta: the spread of Miracle's radii relative to their mean. */
static cupel_reason fill(const unsigned char *z, const double *amount, size_t n, double *x)
{
    cupel_alloy a;
    cupel_alloy_of(z, amount, n, &a);
    double enthalpy = fmax(1e-6, fabs(cupel_alloy_mixing(&a)));
    x[OMEGA] = n == 1 ? 0.0 : cupel_alloy_melting(&a) * cupel_alloy_entropy(&a) * CUPEL_ALLOY_GAS_CONSTANT / enthalpy;
    x[DELTA] = cupel_alloy_delta(&a, CUPEL_MIRACLE_RADIUS);
    return n > 1 && (a.lacks & cupel_alloy_needs(columns, N_COLUMNS)) ? CUPEL_REASON_IMPUTED : CUPEL_REASON_NONE;
}

static cupel_reason row(const unsigned char *z, const double *amount, size_t n, double *x)
{
    cupel_alloy a;
    if (fill(z, amount, n, x) == CUPEL_REASON_NONE) return CUPEL_REASON_NONE;
    cupel_alloy_of(z, amount, n, &a);
    cupel_alloy_blank(columns, N_COLUMNS, a.lacks, x);
    return CUPEL_REASON_NO_ELEMENT_DATA;
}

CUPEL_COMPUTE_ROWS(compute, N_COLUMNS, row)
CUPEL_COMPUTE_ROWS(impute, N_COLUMNS, fill)

static bool jumps(size_t j) { return columns[j].jumps; }

static void smooth(const cupel_descriptor *d, const unsigned char *z, const double *amount, size_t n, double *x)
{
    (void)d;
    cupel_alloy a;
    if (isnan(x[OMEGA])) return;
    cupel_alloy_of(z, amount, n, &a);
    x[OMEGA] = cupel_alloy_omega_smooth(&a);
}

static const cupel_reference references[] = {
    {"10.1016/j.matchemphys.2011.11.021", "Yang, Zhang: Prediction of high-entropy stabilized solid-solution in multi-component alloys. Materials "
                                          "Chemistry and Physics 132, 233 (2012)"},
    {"10.2320/matertrans.46.2817", "Takeuchi, Inoue: Classification of bulk metallic glasses by atomic size difference, heat of mixing and period of "
                                   "constituent elements and its application to characterization of the main alloying element. Materials "
                                   "Transactions 46, 2817 (2005)"},
    {"10.1179/095066010X12646898728200", "Miracle, Louzguine-Luzgin, Louzguina-Luzgina, Inoue: An assessment of binary metallic "
                                         "glasses: correlations between structure, glass forming ability and stability. "
                                         "International Materials Reviews 55, 218 (2010)"},
    {NULL, NULL}};

#define YANG_METHOD                                                                                                                              \
    {                                                                                                                                            \
        .name = "yang_solid_solution", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula",                   \
        .references = references, .output = "2 columns, dimensionless",                                                                          \
        .help = "omega (entropy against enthalpy of mixing) and delta (mismatch of radii), as matminer's YangSolidSolution"                      \
    }

static const cupel_descriptor imputed = {
    .method = YANG_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = impute, .jumps = jumps, .smooth = smooth};

const cupel_descriptor cupel_descriptor_yang_solid_solution = {
    .method = YANG_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = compute, .imputed = &imputed, .matminer = &imputed,
    .jumps = jumps, .smooth = smooth};
