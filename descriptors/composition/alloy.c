#include "descriptors/composition/alloy_sums.h"
#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/element_table.h"
#include "descriptors/composition/magpie_table.h"
#include "descriptors/composition/rows.h"
#include "descriptors/composition/smooth.h"

#include "core/math/stats.h"

#include <math.h>

/* x: atomic fractions; H_ij: enthalpy of mixing of the equimolar liquid of i and j; sums over i < j where there are two. */
enum {
    ENTHALPY, ENTROPY, DELTA_MIRACLE, DELTA_ATOMIC, MELTING, OMEGA, EN_DEVIATION, LAMBDA, PAIR_DEVIATION, PAIR_MINIMUM, PAIR_MAXIMUM, PAIR_MEAN,
    PAIR_ABSOLUTE, VEC, VEC_DEVIATION, GAMMA, RADIUS_MEAN, FIRST, SECOND, COUNT, SQUARES, CUBES, FREE_ENERGY, VEC_LIMITED, VOLUME, LOG_FRACTION,
    DOMINANT, VOLUME_MISMATCH, MODULUS_MISMATCH, N_COLUMNS
};

#define PAIRS CUPEL_NEEDS(CUPEL_LACKS_MIXING)
#define MELTS CUPEL_NEEDS(CUPEL_LACKS_MELTING)
#define ELECTRONEGATIVITY CUPEL_NEEDS(CUPEL_LACKS_ELECTRONEGATIVITY)
#define ELECTRONS CUPEL_NEEDS(CUPEL_LACKS_VALENCE)
#define MIRACLE CUPEL_NEEDS(CUPEL_MIRACLE_RADIUS)
#define MODULI CUPEL_NEEDS(CUPEL_MIEDEMA_BULK_MODULUS)
#define VOLUMES CUPEL_NEEDS(CUPEL_MIEDEMA_VOLUME)

static const cupel_alloy_column columns[N_COLUMNS] = {
    [ENTHALPY] = {"alloy mixing enthalpy", "kJ/mol", PAIRS, false},
    [ENTROPY] = {"alloy mixing entropy / R", "", 0, false},
    [DELTA_MIRACLE] = {"alloy delta Miracle radius", "", MIRACLE, false},
    [DELTA_ATOMIC] = {"alloy delta atomic radius", "", CUPEL_NEEDS(CUPEL_LACKS_ATOMIC_RADIUS), false},
    [MELTING] = {"alloy mean melting point", "K", MELTS, false},
    [OMEGA] = {"alloy omega", "", PAIRS | MELTS, false},
    [EN_DEVIATION] = {"alloy deviation of electronegativity", "", ELECTRONEGATIVITY, false},
    [LAMBDA] = {"alloy lambda", "", MIRACLE, false},
    [PAIR_DEVIATION] = {"alloy deviation of pair enthalpies", "kJ/mol", PAIRS, true},
    [PAIR_MINIMUM] = {"alloy minimum pair enthalpy", "kJ/mol", PAIRS, true},
    [PAIR_MAXIMUM] = {"alloy maximum pair enthalpy", "kJ/mol", PAIRS, true},
    [PAIR_MEAN] = {"alloy mean pair enthalpy", "kJ/mol", PAIRS, true},
    [PAIR_ABSOLUTE] = {"alloy absolute mixing enthalpy", "kJ/mol", PAIRS, false},
    [VEC] = {"alloy mean valence electrons", "", ELECTRONS, false},
    [VEC_DEVIATION] = {"alloy deviation of valence electrons", "", ELECTRONS, false},
    [GAMMA] = {"alloy gamma", "", MIRACLE, true},
    [RADIUS_MEAN] = {"alloy mean Miracle radius", "pm", MIRACLE, false},
    [FIRST] = {"alloy largest fraction", "", 0, false},
    [SECOND] = {"alloy second largest fraction", "", 0, false},
    [COUNT] = {"alloy number of elements", "", 0, true},
    [SQUARES] = {"alloy sum of squared fractions", "", 0, false},
    [CUBES] = {"alloy sum of cubed fractions", "", 0, false},
    [FREE_ENERGY] = {"alloy free energy at the melting point", "kJ/mol", PAIRS | MELTS, false},
    [VEC_LIMITED] = {"alloy mean valence electrons up to 12", "", ELECTRONS, false},
    [VOLUME] = {"alloy mean molar volume", "cm^3/mol", VOLUMES, false},
    [LOG_FRACTION] = {"alloy mean logarithm of the fractions", "", 0, true},
    [DOMINANT] = {"alloy enthalpy with the main element", "kJ/mol", PAIRS, true},
    [VOLUME_MISMATCH] = {"alloy mismatch of molar volume", "", VOLUMES, false},
    [MODULUS_MISMATCH] = {"alloy mismatch of bulk modulus", "", MODULI, false},
};

static void column(size_t j, cupel_str *name, const char **unit)
{
    cupel_str_puts(name, columns[j].name);
    *unit = columns[j].unit;
}

/* Means over pairs: of H, of |H| and of the spread of H around the enthalpy of mixing, weights x_i x_j. No pair: all 0. */
static void pairs(const cupel_alloy *a, double *x)
{
    double weight = 0.0, sum = 0.0, absolute = 0.0, spread = 0.0, low = INFINITY, high = -INFINITY;
    x[ENTHALPY] = cupel_alloy_mixing(a);
    for (size_t i = 0; i < a->n; i++)
        for (size_t j = 0; j < i; j++) {
            double w = a->fraction[i] * a->fraction[j], h = cupel_alloy_pair(a, i, j), d = h - x[ENTHALPY];
            weight += w;
            sum += w * h;
            absolute += w * fabs(h);
            spread += w * d * d;
            low = fmin(low, h);
            high = fmax(high, h);
        }
    x[PAIR_DEVIATION] = a->n > 1 ? sqrt(spread / weight) : 0.0;
    x[PAIR_MINIMUM] = a->n > 1 ? low : 0.0;
    x[PAIR_MAXIMUM] = a->n > 1 ? high : 0.0;
    x[PAIR_MEAN] = a->n > 1 ? sum / weight : 0.0;
    x[PAIR_ABSOLUTE] = 4.0 * absolute;
}

/* sum x H(k, i), mean over the elements k with these weights. */
static double with_main(const cupel_alloy *a, const double *weight)
{
    double sum = 0.0, all = 0.0;
    for (size_t k = 0; k < a->n; k++) {
        double of = 0.0;
        for (size_t i = 0; i < a->n; i++)
            if (i != k) of += a->fraction[i] * cupel_alloy_pair(a, k, i);
        sum += weight[k] * of;
        all += weight[k];
    }
    return sum / all;
}

/* What fractions alone tell. Elements as abundant as the main one (to 1e-5, as in Magpie's mode) are main ones too. */
static void fractions(const cupel_alloy *a, double *x)
{
    double main_one[CUPEL_Z_MAX] = {0};
    x[FIRST] = x[SECOND] = x[SQUARES] = x[CUBES] = x[LOG_FRACTION] = 0.0;
    for (size_t i = 0; i < a->n; i++) {
        double f = a->fraction[i];
        x[SECOND] = fmax(x[SECOND], fmin(f, x[FIRST]));
        x[FIRST] = fmax(x[FIRST], f);
        x[SQUARES] += f * f;
        x[CUBES] += f * f * f;
        if (a->n > 1) x[LOG_FRACTION] += cupel_log(f) / (double)a->n;
    }
    for (size_t i = 0; i < a->n; i++) main_one[i] = x[FIRST] - a->fraction[i] <= 1e-5 * x[FIRST] ? 1.0 : 0.0;
    x[COUNT] = (double)a->n;
    x[DOMINANT] = with_main(a, main_one);
}

/* sqrt(sum x (v - mean)^2) of a property of the Magpie table, and its mean. */
static double deviation(const cupel_alloy *a, size_t p, double *mean)
{
    double sum = 0.0;
    *mean = 0.0;
    for (size_t i = 0; i < a->n; i++) *mean += a->fraction[i] * cupel_magpie_value[a->z[i]][p];
    for (size_t i = 0; a->n > 1 && i < a->n; i++) {
        double d = cupel_magpie_value[a->z[i]][p] - *mean;
        sum += a->fraction[i] * d * d;
    }
    return sqrt(sum);
}

static void electrons(const cupel_alloy *a, double *x)
{
    double mean;
    x[EN_DEVIATION] = deviation(a, CUPEL_MAGPIE_ELECTRONEGATIVITY, &mean);
    x[VEC_DEVIATION] = deviation(a, CUPEL_MAGPIE_N_VALENCE, &x[VEC]);
    x[VEC_LIMITED] = 0.0;
    for (size_t i = 0; i < a->n; i++) x[VEC_LIMITED] += a->fraction[i] * fmin(cupel_magpie_value[a->z[i]][CUPEL_MAGPIE_N_VALENCE], 12.0);
}

/* 1 - sqrt((r + s)^2 - r^2) / (r + s): the solid angle that an atom of radius s covers on one of the mean radius r. */
static double solid_angle(double r, double s) { return 1.0 - sqrt((2.0 * r + s) * s) / (r + s); }

/* As cupel_alloy_delta. */
static double atomic_delta(const cupel_alloy *a)
{
    double r[CUPEL_Z_MAX], mean = 0.0, sum = 0.0;
    for (size_t i = 0; i < a->n; i++) {
        r[i] = cupel_table_row(&cupel_table_pymatgen, CUPEL_TABLE_IMPUTED, a->z[i])[CUPEL_PYMATGEN_RADIUS];
        mean += a->fraction[i] * r[i];
    }
    for (size_t i = 0; a->n > 1 && i < a->n; i++) sum += a->fraction[i] * (1.0 - r[i] / mean) * (1.0 - r[i] / mean);
    return sqrt(sum);
}

static void sizes(const cupel_alloy *a, double *x)
{
    double mean = cupel_alloy_mean(a, CUPEL_MIRACLE_RADIUS), low = INFINITY, high = 0.0;
    for (size_t i = 0; i < a->n; i++) {
        low = fmin(low, cupel_alloy_at(a, i, CUPEL_MIRACLE_RADIUS));
        high = fmax(high, cupel_alloy_at(a, i, CUPEL_MIRACLE_RADIUS));
    }
    x[RADIUS_MEAN] = mean;
    x[GAMMA] = a->n > 1 ? solid_angle(mean, low) / solid_angle(mean, high) : 1.0;
    x[DELTA_MIRACLE] = cupel_alloy_delta(a, CUPEL_MIRACLE_RADIUS);
    x[DELTA_ATOMIC] = atomic_delta(a);
    x[VOLUME] = cupel_alloy_mean(a, CUPEL_MIEDEMA_VOLUME);
    x[VOLUME_MISMATCH] = cupel_alloy_delta(a, CUPEL_MIEDEMA_VOLUME);
    x[MODULUS_MISMATCH] = cupel_alloy_delta(a, CUPEL_MIEDEMA_BULK_MODULUS);
}

/* Entropy against enthalpy and against the mismatch of sizes; 0.1 kJ/mol and (0.03 %)^2 keep the quotients finite. */
static void balances(double *x)
{
    double percent = 100.0 * x[DELTA_MIRACLE], cost = CUPEL_ALLOY_GAS_CONSTANT * x[MELTING] * x[ENTROPY];
    x[OMEGA] = cost / (fabs(x[ENTHALPY]) + 0.1);
    x[LAMBDA] = x[ENTROPY] / (percent * percent + 0.001);
    x[FREE_ENERGY] = x[ENTHALPY] - cost;
}

static cupel_reason fill(const unsigned char *z, const double *amount, size_t n, double *x)
{
    cupel_alloy a;
    cupel_alloy_of(z, amount, n, &a);
    x[ENTROPY] = cupel_alloy_entropy(&a);
    x[MELTING] = cupel_alloy_melting(&a);
    pairs(&a, x);
    fractions(&a, x);
    electrons(&a, x);
    sizes(&a, x);
    balances(x);
    return a.lacks & cupel_alloy_needs(columns, N_COLUMNS) ? CUPEL_REASON_IMPUTED : CUPEL_REASON_NONE;
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

/* The main element changes at a tie, which no detection limit mends: there as in cupel_smooth_mode. */
static void smooth(const cupel_descriptor *d, const unsigned char *z, const double *amount, size_t n, double *x)
{
    cupel_alloy a;
    cupel_presence there;
    cupel_smooth_detected(d, z, amount, n, x);
    if (isnan(x[DOMINANT])) return;
    cupel_alloy_of(z, amount, n, &a);
    cupel_presence_of(amount, n, &there);
    x[DOMINANT] = with_main(&a, there.dominance);
}

static const cupel_reference references[] = {
    {"10.2320/matertrans.46.2817", "Takeuchi, Inoue: Classification of bulk metallic glasses by atomic size difference, heat of mixing and period of "
                                   "constituent elements and its application to characterization of the main alloying element. Materials "
                                   "Transactions 46, 2817 (2005)"},
    {"10.1016/j.matchemphys.2011.11.021", "Yang, Zhang: Prediction of high-entropy stabilized solid-solution in multi-component alloys. Materials "
                                          "Chemistry and Physics 132, 233 (2012)"},
    {"10.1016/j.scriptamat.2014.09.010", "Wang, Huang, Yang, Wang, Liu: Atomic-size effect and solid solubility of multicomponent alloys. Scripta "
                                         "Materialia 94, 28 (2015)"},
    {NULL, NULL}};

#define ALLOY_METHOD                                                                                                                             \
    {                                                                                                                                            \
        .name = "alloy", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula", .references = references,       \
        .help = "enthalpies of mixing and how they spread, entropy, sizes, electrons, moduli: for metallic glasses and solid solutions",         \
        .output = "29 columns, units per column"                                                                                                 \
    }

static const cupel_descriptor imputed = {
    .method = ALLOY_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = impute, .jumps = jumps, .smooth = smooth};

const cupel_descriptor cupel_descriptor_alloy = {
    .method = ALLOY_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = compute, .imputed = &imputed, .jumps = jumps, .smooth = smooth};
