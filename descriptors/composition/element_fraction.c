#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/rows.h"
#include "descriptors/composition/smooth.h"

#include <string.h>

static void column(size_t j, cupel_str *name, const char **unit)
{
    cupel_str_puts(name, cupel_element_symbol((unsigned)j + 1));
    *unit = "";
}

static cupel_reason row(const unsigned char *z, const double *amount, size_t n, double *x)
{
    double total = cupel_total(amount, n);
    memset(x, 0, CUPEL_Z_MAX * sizeof *x);
    for (size_t i = 0; i < n; i++) x[z[i] - 1] = amount[i] / total;
    return CUPEL_REASON_NONE;
}

static void compute(const cupel_batch *b, size_t from, size_t n, cupel_isa isa, double *x, size_t ld, unsigned char *reason)
{
    (void)isa;
    cupel_rows(b, from, n, CUPEL_Z_MAX, row, x, ld, reason);
}

const cupel_descriptor cupel_descriptor_element_fraction = {
    .method = {.name = "element_fraction", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula",
               .help = "atomic fraction of every element from H to Og, as matminer's ElementFraction", .output = "118 columns, atomic fractions"},
    .n_columns = CUPEL_Z_MAX, .column = column, .compute = compute, .jumps = cupel_jumps_nowhere};
