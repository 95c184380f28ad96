#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/magpie_table.h"
#include "descriptors/composition/rows.h"

#include "core/generated/facts.h"
#include "core/math/stats.h"

#include <math.h>

enum { N_NORMS = 5, N_SHELLS = 4 };
enum { ELEMENTS = N_NORMS, ENTROPY, SHELLS, METALS = SHELLS + N_SHELLS, D_BLOCK, SMALLEST, LARGEST, N_COLUMNS };
static const unsigned order[N_NORMS] = {2, 3, 5, 7, 10};

/* Names differ from those of `stoichiometry` and `valence_orbital`, so that the sets can stand side by side. */
static void column(size_t j, cupel_str *name, const char **unit)
{
    static const char *const names[N_COLUMNS] = {[ELEMENTS] = "number of elements", [ENTROPY] = "entropy of fractions",
                                                 [METALS] = "metal fraction",       [D_BLOCK] = "d-block fraction",
                                                 [SMALLEST] = "smallest fraction",  [LARGEST] = "largest fraction"};
    *unit = "";
    if (j < N_NORMS) cupel_str_addf(name, "%u-norm of fractions", order[j]);
    else if (j >= SHELLS && j < METALS) cupel_str_addf(name, "%c share of valence electrons", "spdf"[j - SHELLS]);
    else cupel_str_addf(name, "%s", names[j]);
}

static bool jumps(size_t j) { return j == ELEMENTS || j == SMALLEST; }

static bool is_d_block(unsigned z) { return (z >= 21 && z <= 30) || (z >= 39 && z <= 48) || (z >= 71 && z <= 80) || (z >= 103 && z <= 112); }

static double power(double f, unsigned p)
{
    double y = f;
    for (unsigned i = 1; i < p; i++) y *= f;
    return y;
}

static void stoichiometry(const double *f, size_t n, double *x)
{
    double sum[N_NORMS] = {0};
    x[ENTROPY] = 0.0;
    x[SMALLEST] = 1.0;
    x[LARGEST] = 0.0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < N_NORMS; j++) sum[j] += power(f[i], order[j]);
        x[ENTROPY] -= f[i] * cupel_log(f[i]);
        if (f[i] < x[SMALLEST]) x[SMALLEST] = f[i];
        if (f[i] > x[LARGEST]) x[LARGEST] = f[i];
    }
    x[ELEMENTS] = (double)n;
    for (size_t j = 0; j < N_NORMS; j++) x[j] = cupel_exp(cupel_log(sum[j]) / order[j]);
}

/* Fractions f [n] of the elements in groups; shares of all valence electrons by shell. */
static bool electrons(const unsigned char *z, const double *f, size_t n, double *x)
{
    double all = 0.0;
    bool lacks = false;
    for (size_t j = SHELLS; j <= D_BLOCK; j++) x[j] = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double *value = cupel_magpie_value[z[i]];
        for (size_t s = 0; s < N_SHELLS; s++) x[SHELLS + s] += f[i] * value[CUPEL_MAGPIE_NS_VALENCE + s];
        all += f[i] * value[CUPEL_MAGPIE_N_VALENCE];
        if (cupel_fact_metal_value[z[i]] > 0.0) x[METALS] += f[i];
        if (is_d_block(z[i])) x[D_BLOCK] += f[i];
        lacks = lacks || cupel_magpie_missing[z[i]] >> CUPEL_MAGPIE_N_VALENCE & 1;
    }
    for (size_t s = 0; s < N_SHELLS; s++) x[SHELLS + s] /= all;
    return !lacks;
}

static cupel_reason row_imputed(const unsigned char *z, const double *amount, size_t n, double *x)
{
    double f[CUPEL_Z_MAX], total = cupel_total(amount, n);
    for (size_t i = 0; i < n; i++) f[i] = amount[i] / total;
    stoichiometry(f, n, x);
    return electrons(z, f, n, x) ? CUPEL_REASON_NONE : CUPEL_REASON_IMPUTED;
}

static cupel_reason row(const unsigned char *z, const double *amount, size_t n, double *x)
{
    if (row_imputed(z, amount, n, x) == CUPEL_REASON_NONE) return CUPEL_REASON_NONE;
    for (size_t s = 0; s < N_SHELLS; s++) x[SHELLS + s] = (double)NAN;
    return CUPEL_REASON_NO_ELEMENT_DATA;
}

CUPEL_COMPUTE_ROWS(compute, N_COLUMNS, row)
CUPEL_COMPUTE_ROWS(impute, N_COLUMNS, row_imputed)

#define WIDE_METHOD                                                                                                                        \
    {                                                                                                                                      \
        .name = "stoichiometry_wide", .kind = "descriptor", .scale = "composition", .maturity = "experimental", .input = "formula",        \
        .output = "15 columns, dimensionless",                                                                                             \
        .help = "norms, entropy and extremes of the fractions, shares of s, p, d, f valence electrons, of metals and of the d block"       \
    }

static const cupel_descriptor imputed = {.method = WIDE_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = impute, .jumps = jumps};

const cupel_descriptor cupel_descriptor_stoichiometry_wide = {
    .method = WIDE_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = compute, .imputed = &imputed, .jumps = jumps};
