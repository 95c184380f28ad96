#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/rows.h"
#include "descriptors/composition/smooth.h"

#include "core/matter/atoms.h"

#include <math.h>

static void column(size_t j, cupel_str *name, const char **unit)
{
    (void)j;
    cupel_str_addf(name, "cohesive energy");
    *unit = "eV/atom";
}

static double mean_energy(void)
{
    double sum = 0.0, n = 0.0;
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++)
        if (!isnan(cupel_atom_cohesive_energy[z])) sum += cupel_atom_cohesive_energy[z], n += 1.0;
    return sum / n;
}

/* Of the elements, weighted by their fractions: matminer's cohesive energy when the energy of formation is 0. */
static cupel_reason fill(const unsigned char *z, const double *amount, size_t n, bool impute, double *x)
{
    bool lacks = false;
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        double e = cupel_atom_cohesive_energy[z[i]];
        lacks = lacks || isnan(e);
        sum += amount[i] * (isnan(e) && impute ? mean_energy() : e);
    }
    *x = sum / cupel_total(amount, n);
    return !lacks ? CUPEL_REASON_NONE : impute ? CUPEL_REASON_IMPUTED : CUPEL_REASON_NO_ELEMENT_DATA;
}

static cupel_reason row(const unsigned char *z, const double *amount, size_t n, double *x) { return fill(z, amount, n, false, x); }
static cupel_reason row_imputed(const unsigned char *z, const double *amount, size_t n, double *x) { return fill(z, amount, n, true, x); }

CUPEL_COMPUTE_ROWS(compute, 1, row)
CUPEL_COMPUTE_ROWS(impute, 1, row_imputed)

static const cupel_reference references[] = {
    {"https://www.worldcat.org/isbn/9780471415268",
     "Kittel: Introduction to Solid State Physics, 8th edition. Wiley (2005), ISBN 978-0-471-41526-8"},
    {"10.1016/j.commatsci.2018.05.018", "Ward et al.: Matminer: An open source toolkit for materials data mining. Computational Materials Science "
                                        "152, 60 (2018)"},
    {NULL, NULL}};

#define COHESIVE_METHOD                                                                                                                    \
    {                                                                                                                                      \
        .name = "cohesive_energy", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula",                 \
        .references = references, .output = "1 column, eV/atom",                                                                           \
        .help = "of the elements; minus an energy of formation per atom it is that of the compound, as matminer's CohesiveEnergy"          \
    }

static const cupel_descriptor imputed = {
    .method = COHESIVE_METHOD, .n_columns = 1, .column = column, .compute = impute, .jumps = cupel_jumps_nowhere};

const cupel_descriptor cupel_descriptor_cohesive_energy = {
    .method = COHESIVE_METHOD, .n_columns = 1, .column = column, .compute = compute, .imputed = &imputed, .matminer = &imputed,
    .jumps = cupel_jumps_nowhere};
