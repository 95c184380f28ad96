#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/rows.h"

#include "core/math/stats.h"

#include <math.h>

enum { LOG_ATOMS, NOT_INTEGER, N_COLUMNS };

static void column(size_t j, cupel_str *name, const char **unit)
{
    cupel_str_addf(name, "%s", j == LOG_ATOMS ? "log atoms as written" : "written with fractions");
    *unit = "";
}

/* The one set that tells Fe2O3 from Fe4O6 and Fe0.4O0.6: data sets were compiled with habits of writing that go along with what was measured.
 * Whole is what differs from an integer by less than 1e-8 (as pymatgen). */
static cupel_reason row(const unsigned char *z, const double *amount, size_t n, double *x)
{
    (void)z;
    x[LOG_ATOMS] = cupel_log(cupel_total(amount, n));
    x[NOT_INTEGER] = 0.0;
    for (size_t i = 0; i < n; i++)
        if (fabs(amount[i] - rint(amount[i])) > 1e-8) x[NOT_INTEGER] = 1.0;
    return CUPEL_REASON_NONE;
}

CUPEL_COMPUTE_ROWS(compute, N_COLUMNS, row)

const cupel_descriptor cupel_descriptor_formula_format = {
    .method = {.name = "formula_format", .kind = "descriptor", .scale = "composition", .maturity = "experimental", .input = "formula",
               .output = "2 columns, dimensionless",
               .help = "how the formula was written: logarithm of its atoms, and 1 when it has fractions; a habit of the data, no property"},
    .n_columns = N_COLUMNS, .column = column, .compute = compute};
