#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/rows.h"
#include "descriptors/composition/smooth.h"

static void column(size_t j, cupel_str *name, const char **unit)
{
    (void)j;
    cupel_str_puts(name, "transition metal fraction");
    *unit = "";
}

/* The elements that Deml et al. count: Ti-Cu, Nb-Ag, Ta-Pt (d-block metals that may be magnetic; without groups 3, 4 below Ti, 12 and Au). */
static bool counts(unsigned z) { return (z - 22 <= 29 - 22) | (z - 41 <= 47 - 41) | (z - 73 <= 78 - 73); } /* unsigned, and no branches */

static cupel_reason row(const unsigned char *z, const double *amount, size_t n, double *x)
{
    double metal = 0.0;
    for (size_t i = 0; i < n; i++) metal += counts(z[i]) ? amount[i] : 0.0;
    x[0] = metal / cupel_total(amount, n);
    return CUPEL_REASON_NONE;
}

static void compute(const cupel_batch *b, size_t from, size_t n, cupel_isa isa, double *x, size_t ld, unsigned char *reason)
{
    (void)isa;
    cupel_rows(b, from, n, 1, row, x, ld, reason);
}

static const cupel_reference references[] = {
    {"10.1103/PhysRevB.93.085142", "Deml, O'Hayre, Wolverton, Stevanovic: Predicting density functional theory total energies and enthalpies of "
                                   "formation of metal-nonmetal compounds by linear regression. Physical Review B 93, 085142 (2016)"},
    {NULL, NULL}};

const cupel_descriptor cupel_descriptor_tmetal_fraction = {
    .method = {.name = "tmetal_fraction", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula",
               .help = "fraction of transition metal atoms (Ti-Cu, Nb-Ag, Ta-Pt), as matminer's TMetalFraction",
                       .output = "1 column, atomic fraction",
               .references = references},
    .n_columns = 1, .column = column, .compute = compute, .jumps = cupel_jumps_nowhere};
