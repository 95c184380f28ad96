#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/ions.h"
#include "descriptors/composition/rows.h"

#include <math.h>

enum { N_COLUMNS = 4 };

static void column(size_t j, cupel_str *name, const char **unit)
{
    static const char *const statistic[N_COLUMNS] = {"minimum", "maximum", "range", "std_dev"};
    cupel_str_addf(name, "%s oxidation state", statistic[j]);
    *unit = "e";
}

static cupel_reason fill(const cupel_ions *ions, cupel_reason why, double *x)
{
    double state[CUPEL_IONS_ATOMS];
    for (unsigned i = 0; i < ions->n; i++) state[i] = ions->state[i];
    cupel_statistics s = cupel_statistics_of(state, ions->count, ions->n);
    x[0] = s.minimum;
    x[1] = s.maximum;
    x[2] = s.maximum - s.minimum;
    x[3] = s.std_dev;
    return why;
}

static cupel_reason row(const unsigned char *z, const double *amount, size_t n, double *x)
{
    cupel_ions ions;
    cupel_reason why = cupel_ions_guess(z, amount, n, CUPEL_IONS_PLAIN, &ions);
    if (why == CUPEL_REASON_NONE) return fill(&ions, why, x);
    for (size_t j = 0; j < N_COLUMNS; j++) x[j] = (double)NAN;
    return why;
}

/* Atoms without a charge where no charges are known. */
static cupel_reason row_imputed(const unsigned char *z, const double *amount, size_t n, double *x)
{
    if (row(z, amount, n, x) == CUPEL_REASON_NONE) return CUPEL_REASON_NONE;
    for (size_t j = 0; j < N_COLUMNS; j++) x[j] = 0.0;
    return CUPEL_REASON_IMPUTED;
}

static cupel_reason row_matminer(const unsigned char *z, const double *amount, size_t n, double *x)
{
    cupel_ions ions;
    cupel_reason why = cupel_ions_guess(z, amount, n, CUPEL_IONS_MATMINER, &ions);
    if (why == CUPEL_REASON_NONE || why == CUPEL_REASON_IMPUTED) return fill(&ions, why, x);
    for (size_t j = 0; j < N_COLUMNS; j++) x[j] = (double)NAN;
    return why;
}

CUPEL_COMPUTE_ROWS(compute, N_COLUMNS, row)
CUPEL_COMPUTE_ROWS(impute, N_COLUMNS, row_imputed)
CUPEL_COMPUTE_ROWS(as_matminer, N_COLUMNS, row_matminer)

static const cupel_reference references[] = {
    {"10.1103/PhysRevB.93.085142", "Deml, O'Hayre, Wolverton, Stevanovic: Predicting density functional theory total energies and enthalpies of "
                                   "formation of metal-nonmetal compounds by linear regression. Physical Review B 93, 085142 (2016)"},
    {"10.1016/j.commatsci.2012.10.028", "Ong et al.: Python Materials Genomics (pymatgen): A robust, open-source python library for materials "
                                        "analysis. Computational Materials Science 68, 314 (2013)"},
    {NULL, NULL}};

#define OXIDATION_METHOD                                                                                                                   \
    {                                                                                                                                      \
        .name = "oxidation_states", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula",                \
        .references = references, .output = "4 columns, elementary charges",                                                               \
        .help = "minimum, maximum, range and standard deviation of the likeliest oxidation states, as matminer's OxidationStates"          \
    }

static const cupel_descriptor imputed = {.method = OXIDATION_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = impute};
static const cupel_descriptor matminer = {.method = OXIDATION_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = as_matminer};

const cupel_descriptor cupel_descriptor_oxidation_states = {
    .method = OXIDATION_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = compute, .imputed = &imputed, .matminer = &matminer};
