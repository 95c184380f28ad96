#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/element_table.h"
#include "descriptors/composition/magpie_table.h"
#include "descriptors/composition/rows.h"
#include "descriptors/composition/valence_orbital.h"

#include <math.h>
#include <string.h>

enum { PYMATGEN_ATOMIC_RADIUS = 5 }; /* a column of tables/pymatgen.tsv; Magpie's table of this name is the same */

enum { N_STATISTICS = 9, N_COLUMNS = CUPEL_Z_MAX + N_STATISTICS + CUPEL_VALENCE_COLUMNS };

/* Of Magpie's properties (magpie.tsv), but for the atomic radius. */
static const struct {
    const char *name, *unit;
    int property;
    bool range; /* else the mean */
} statistic[N_STATISTICS] = {
    {"mean AtomicWeight", "g/mol", CUPEL_MAGPIE_WEIGHT, false},
    {"mean Column", "", CUPEL_MAGPIE_COLUMN, false},
    {"mean Row", "", CUPEL_MAGPIE_ROW, false},
    {"range Number", "", CUPEL_MAGPIE_NUMBER, true},
    {"mean Number", "", CUPEL_MAGPIE_NUMBER, false},
    {"range AtomicRadius", "angstrom", -1, true},
    {"mean AtomicRadius", "angstrom", -1, false},
    {"range Electronegativity", "", CUPEL_MAGPIE_ELECTRONEGATIVITY, true},
    {"mean Electronegativity", "", CUPEL_MAGPIE_ELECTRONEGATIVITY, false},
};

static void column(size_t j, cupel_str *name, const char **unit)
{
    *unit = "";
    if (j < CUPEL_Z_MAX) {
        cupel_str_addf(name, "%s fraction", cupel_element_symbol((unsigned)j + 1));
    } else if (j < CUPEL_Z_MAX + N_STATISTICS) {
        cupel_str_puts(name, statistic[j - CUPEL_Z_MAX].name);
        *unit = statistic[j - CUPEL_Z_MAX].unit;
    } else {
        cupel_valence_column(j - CUPEL_Z_MAX - N_STATISTICS, name, unit);
    }
}

static bool lacks(size_t s, unsigned z)
{
    if (statistic[s].property >= 0) return cupel_magpie_missing[z] >> statistic[s].property & 1;
    return isnan(cupel_table_row(&cupel_table_pymatgen, CUPEL_TABLE_PLAIN, z)[PYMATGEN_ATOMIC_RADIUS]);
}

/* The mean over the elements where nothing is tabulated. */
static double value(size_t s, unsigned z)
{
    if (statistic[s].property >= 0) return cupel_magpie_value[z][statistic[s].property];
    return cupel_table_row(&cupel_table_pymatgen, CUPEL_TABLE_IMPUTED, z)[PYMATGEN_ATOMIC_RADIUS];
}

static cupel_reason fill(const unsigned char *z, const double *amount, size_t n, double *x, bool impute)
{
    cupel_reason why = CUPEL_REASON_NONE;
    double total = cupel_total(amount, n);
    memset(x, 0, CUPEL_Z_MAX * sizeof *x);
    for (size_t i = 0; i < n; i++) x[z[i] - 1] = amount[i] / total;
    x += CUPEL_Z_MAX;
    for (size_t s = 0; s < N_STATISTICS; s++) {
        double low = (double)INFINITY, high = -(double)INFINITY, mean = 0.0;
        bool missing = false;
        for (size_t i = 0; i < n; i++) {
            double v = value(s, z[i]);
            low = v < low ? v : low;
            high = v > high ? v : high;
            mean += amount[i] / total * v;
            missing |= lacks(s, z[i]);
        }
        x[s] = missing && !impute ? (double)NAN : statistic[s].range ? high - low : mean;
        if (missing) why = CUPEL_REASON_IMPUTED;
    }
    x += N_STATISTICS;
    if (cupel_valence_fill(z, amount, n, x) != CUPEL_REASON_NONE) {
        why = CUPEL_REASON_IMPUTED;
        for (size_t j = 0; !impute && j < CUPEL_VALENCE_COLUMNS; j++) x[j] = (double)NAN;
    }
    return why && !impute ? CUPEL_REASON_NO_ELEMENT_DATA : why;
}

static cupel_reason plain_row(const unsigned char *z, const double *amount, size_t n, double *x) { return fill(z, amount, n, x, false); }
static cupel_reason imputed_row(const unsigned char *z, const double *amount, size_t n, double *x) { return fill(z, amount, n, x, true); }

static void compute(const cupel_batch *b, size_t from, size_t n, cupel_isa isa, double *x, size_t ld, unsigned char *reason)
{
    (void)isa;
    cupel_rows(b, from, n, N_COLUMNS, plain_row, x, ld, reason);
}

static void impute(const cupel_batch *b, size_t from, size_t n, cupel_isa isa, double *x, size_t ld, unsigned char *reason)
{
    (void)isa;
    cupel_rows(b, from, n, N_COLUMNS, imputed_row, x, ld, reason);
}

static bool jumps(size_t j) { return j >= CUPEL_Z_MAX && j < CUPEL_Z_MAX + N_STATISTICS && statistic[j - CUPEL_Z_MAX].range; }

static const cupel_reference references[] = {
    {"10.1103/PhysRevB.89.094104", "Meredig et al.: Combinatorial screening for new materials in unconstrained composition space with machine "
                                   "learning. Physical Review B 89, 094104 (2014)"},
    {NULL, NULL}};

#define MEREDIG_METHOD                                                                                                                          \
    {                                                                                                                                           \
        .name = "meredig", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula", .references = references,     \
        .help = "atomic fractions of the elements, nine means and ranges of element properties and valence electrons, as matminer's Meredig",   \
        .output = "135 columns, units per column"                                                                                              \
    }

static const cupel_descriptor imputed = {
    .method = MEREDIG_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = impute, .jumps = jumps};

const cupel_descriptor cupel_descriptor_meredig = {
    .method = MEREDIG_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = compute, .imputed = &imputed, .matminer = &imputed,
    .jumps = jumps};
