#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/magpie_table.h"
#include "descriptors/composition/rows.h"
#include "descriptors/composition/smooth.h"

#include <math.h>

enum { N_LEVELS = 3, N_COLUMNS = CUPEL_MAGPIE_PROPERTIES * N_LEVELS };
static const double level[N_LEVELS] = {0.1, 0.5, 0.9};
static const double HALF_WINDOW = 0.1;

static void column(size_t j, cupel_str *name, const char **unit)
{
    cupel_str_addf(name, "quantile %d %% %s", (int)(100.0 * level[j % N_LEVELS] + 0.5), cupel_magpie_property[j / N_LEVELS]);
    *unit = cupel_magpie_unit[j / N_LEVELS];
}

/* The share of the window around level q that lies below the rank u (0 .. 1): the integral of Epanechnikov's kernel, 3/4 (1 - t^2). */
static double below(double u, double q)
{
    double t = (u - q + HALF_WINDOW) / (2.0 * HALF_WINDOW);
    t = t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : t;
    return t * t * (3.0 - 2.0 * t);
}

/* Atoms in rising order of a property: the mean of their values in a window of ranks around the level, weighted by the kernel. A plain quantile is
 * the value of one atom, and jumps where another comes to stand there. */
static void property_quantiles(const unsigned char *z, const double *amount, size_t n, double total, size_t p, double *x)
{
    unsigned char order[CUPEL_Z_MAX];
    double rank = 0.0, share[N_LEVELS] = {0};
    for (size_t i = 0; i < n; i++) {
        size_t k = i;
        for (; k && cupel_magpie_value[z[order[k - 1]]][p] > cupel_magpie_value[z[i]][p]; k--) order[k] = order[k - 1];
        order[k] = (unsigned char)i;
    }
    for (size_t l = 0; l < N_LEVELS; l++) x[l] = 0.0;
    for (size_t k = 0; k < n; k++) {
        size_t i = order[k];
        rank = k + 1 < n ? rank + amount[i] / total : 1.0;
        for (size_t l = 0; l < N_LEVELS; l++) {
            double up_to = below(rank, level[l]);
            x[l] += (up_to - share[l]) * cupel_magpie_value[z[i]][p];
            share[l] = up_to;
        }
    }
}

static cupel_reason fill(const unsigned char *z, const double *amount, size_t n, double *x)
{
    double total = cupel_total(amount, n);
    for (size_t p = 0; p < CUPEL_MAGPIE_PROPERTIES; p++) property_quantiles(z, amount, n, total, p, x + p * N_LEVELS);
    return cupel_magpie_lacks(z, n) ? CUPEL_REASON_IMPUTED : CUPEL_REASON_NONE;
}

static cupel_reason row(const unsigned char *z, const double *amount, size_t n, double *x)
{
    fill(z, amount, n, x);
    return cupel_magpie_blank(z, n, N_LEVELS, x);
}

CUPEL_COMPUTE_ROWS(compute, N_COLUMNS, row)
CUPEL_COMPUTE_ROWS(impute, N_COLUMNS, fill)

static const cupel_reference references[] = {
    {"10.1038/npjcompumats.2016.28", "Ward, Agrawal, Choudhary, Wolverton: A general-purpose machine learning framework for predicting properties of "
                                     "inorganic materials. npj Computational Materials 2, 16028 (2016)"},
    {NULL, NULL}};

#define QUANTILES_METHOD                                                                                                                        \
    {                                                                                                                                           \
        .name = "quantiles", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula", .references = references,   \
        .help = "10, 50 and 90 % quantiles of Magpie's 22 element properties over the atoms, each a mean over 20 % of them: without jumps",      \
        .output = "66 columns, units per column"                                                                                                \
    }

static const cupel_descriptor imputed = {
    .method = QUANTILES_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = impute, .jumps = cupel_jumps_nowhere};

const cupel_descriptor cupel_descriptor_quantiles = {
    .method = QUANTILES_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = compute, .imputed = &imputed, .jumps = cupel_jumps_nowhere};
