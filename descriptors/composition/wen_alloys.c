#include "descriptors/composition/alloy_sums.h"
#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/element_table.h"
#include "descriptors/composition/magpie_table.h"
#include "descriptors/composition/packing.h"
#include "descriptors/composition/rows.h"
#include "descriptors/composition/smooth.h"

#include "core/matter/atoms.h"

#include <math.h>

enum {
    DELTA, OMEGA, PACKING, RADII_MISMATCH, GAMMA, ENTROPY, WEIGHT, TOTAL_WEIGHT, LAMBDA, EN_DELTA, EN_MISMATCH, VALENCE, MIXING, COHESIVE,
    ELECTRONS, S_ELECTRONS, P_ELECTRONS, D_ELECTRONS, F_ELECTRONS, SHEAR, SHEAR_DELTA, SHEAR_MISMATCH, STRENGTH, N_COLUMNS
};

#define RADIUS CUPEL_NEEDS(CUPEL_MIRACLE_RADIUS)
#define PAIRS CUPEL_NEEDS(CUPEL_LACKS_MIXING)
#define MELTS CUPEL_NEEDS(CUPEL_LACKS_MELTING)
#define MIEDEMA_EN CUPEL_NEEDS(CUPEL_MIEDEMA_ELECTRONEGATIVITY)
#define VALENCES CUPEL_NEEDS(CUPEL_MIEDEMA_VALENCE)
#define COHESION CUPEL_NEEDS(CUPEL_LACKS_COHESION)
#define UNFILLED CUPEL_NEEDS(CUPEL_LACKS_VALENCE)
#define MODULUS CUPEL_NEEDS(CUPEL_MIEDEMA_SHEAR_MODULUS)

/* Without matminer's columns "Weight Fraction" and "Atomic Fraction", which are the formula again, as text. */
static const cupel_alloy_column columns[N_COLUMNS] = {
    [DELTA] = {"Yang delta", "", RADIUS, false},
    [OMEGA] = {"Yang omega", "", PAIRS | MELTS, true},
    [PACKING] = {"APE mean", "", RADIUS, false},
    [RADII_MISMATCH] = {"Radii local mismatch", "pm", RADIUS, false},
    [GAMMA] = {"Radii gamma", "", RADIUS, true},
    [ENTROPY] = {"Configuration entropy", "kJ/(mol K)", 0, false},
    [WEIGHT] = {"Atomic weight mean", "g/mol", 0, false},
    [TOTAL_WEIGHT] = {"Total weight", "g/mol", 0, false},
    [LAMBDA] = {"Lambda entropy", "kJ/(mol K)", RADIUS, true},
    [EN_DELTA] = {"Electronegativity delta", "", MIEDEMA_EN, false},
    [EN_MISMATCH] = {"Electronegativity local mismatch", "V", MIEDEMA_EN, false},
    [VALENCE] = {"VEC mean", "", VALENCES, false},
    [MIXING] = {"Mixing enthalpy", "kJ/mol", PAIRS, false},
    [COHESIVE] = {"Mean cohesive energy", "eV/atom", COHESION, false},
    [ELECTRONS] = {"Interant electrons", "", UNFILLED, true},
    [S_ELECTRONS] = {"Interant s electrons", "", UNFILLED, true},
    [P_ELECTRONS] = {"Interant p electrons", "", UNFILLED, true},
    [D_ELECTRONS] = {"Interant d electrons", "", UNFILLED, true},
    [F_ELECTRONS] = {"Interant f electrons", "", UNFILLED, true},
    [SHEAR] = {"Shear modulus mean", "GPa", MODULUS, false},
    [SHEAR_DELTA] = {"Shear modulus delta", "", MODULUS, false},
    [SHEAR_MISMATCH] = {"Shear modulus local mismatch", "GPa", MODULUS, false},
    [STRENGTH] = {"Shear modulus strength model", "", MODULUS, false},
};

static void column(size_t j, cupel_str *name, const char **unit)
{
    cupel_str_puts(name, columns[j].name);
    *unit = columns[j].unit;
}

/* The ratio of the solid angles that the smallest and the largest atom cover among atoms of the mean radius, in the form that matminer has: with
 * r r_s + r_s^2 under the root, where (r + r_s)^2 - r^2 is 2 r r_s + r_s^2. */
static double angle(double mean, double r) { return 1.0 - sqrt((mean * r + r * r) / ((mean + r) * (mean + r))); }
static double gamma_ratio(double mean, double smallest, double largest) { return angle(mean, smallest) / angle(mean, largest); }

static void radii(const cupel_alloy *a, double *x)
{
    double mean = cupel_alloy_mean(a, CUPEL_MIRACLE_RADIUS), smallest = INFINITY, largest = 0.0, packing = 0.0;
    for (size_t i = 0; i < a->n; i++) {
        double r = cupel_alloy_at(a, i, CUPEL_MIRACLE_RADIUS);
        smallest = fmin(smallest, r);
        largest = fmax(largest, r);
        packing += a->fraction[i] * cupel_packing(a->n == 1 ? 1.0 : r / mean);
    }
    x[DELTA] = cupel_alloy_delta(a, CUPEL_MIRACLE_RADIUS);
    x[RADII_MISMATCH] = cupel_alloy_mismatch(a, CUPEL_MIRACLE_RADIUS);
    x[PACKING] = packing;
    x[GAMMA] = gamma_ratio(mean, smallest, largest);
}

/* Electrons in shells that are neither empty nor full, of each element once, whatever its amount. */
static void open_shells(const cupel_alloy *a, double *x)
{
    static const double room[4] = {2, 6, 10, 14};
    x[ELECTRONS] = 0.0;
    for (size_t s = 0; s < 4; s++) {
        double sum = 0.0;
        for (size_t i = 0; i < a->n; i++) {
            double unfilled = cupel_magpie_value[a->z[i]][CUPEL_MAGPIE_NS_UNFILLED + s];
            if (unfilled != 0.0) sum += room[s] - unfilled;
        }
        x[S_ELECTRONS + s] = sum;
        x[ELECTRONS] += sum;
    }
}

/* Solid-solution strengthening: sum of q / (1 + |q|/2), q = 2 x (G_i - G) / (G_i + G). */
static double strength(const cupel_alloy *a, double mean)
{
    double sum = 0.0;
    for (size_t i = 0; a->n > 1 && i < a->n; i++) {
        double g = cupel_alloy_at(a, i, CUPEL_MIEDEMA_SHEAR_MODULUS), q = 2.0 * a->fraction[i] * (g - mean) / (g + mean);
        sum += q / (1.0 + 0.5 * fabs(q));
    }
    return sum;
}

static void weights(const cupel_alloy *a, double *x)
{
    x[WEIGHT] = x[TOTAL_WEIGHT] = 0.0;
    for (size_t i = 0; i < a->n; i++) {
        x[WEIGHT] += a->fraction[i] * cupel_magpie_value[a->z[i]][CUPEL_MAGPIE_WEIGHT];
        x[TOTAL_WEIGHT] += a->fraction[i] * a->total * cupel_table_row(&cupel_table_pymatgen, CUPEL_TABLE_IMPUTED, a->z[i])[CUPEL_PYMATGEN_MASS];
    }
}

/* The mean over the elements stands in for an unknown one. */
static double cohesive(const cupel_alloy *a)
{
    double sum = 0.0, all = 0.0, n = 0.0;
    for (unsigned z = 1; (a->lacks & COHESION) && z <= CUPEL_Z_MAX; z++)
        if (!isnan(cupel_atom_cohesive_energy[z])) all += cupel_atom_cohesive_energy[z], n += 1.0;
    for (size_t i = 0; i < a->n; i++) {
        double e = cupel_atom_cohesive_energy[a->z[i]];
        sum += a->fraction[i] * (isnan(e) ? all / n : e);
    }
    return sum;
}

/* Every column; the answer is what the columns need and some element lacks. A mismatch of one element with itself is 0 without any data. */
static uint32_t columns_of(const unsigned char *z, const double *amount, size_t n, double *x)
{
    cupel_alloy a;
    cupel_alloy_of(z, amount, n, &a);
    double entropy = cupel_alloy_entropy(&a) * CUPEL_ALLOY_GAS_CONSTANT;
    radii(&a, x);
    weights(&a, x);
    open_shells(&a, x);
    x[MIXING] = fmax(1e-6, fabs(cupel_alloy_mixing(&a)));
    x[OMEGA] = cupel_alloy_melting(&a) * entropy / x[MIXING];
    x[ENTROPY] = n == 1 ? 0.0 : -entropy; /* matminer's sign: sum x ln x */
    x[LAMBDA] = n == 1 ? 0.0 : x[ENTROPY] / (x[DELTA] * x[DELTA]);
    x[EN_DELTA] = cupel_alloy_delta(&a, CUPEL_MIEDEMA_ELECTRONEGATIVITY);
    x[EN_MISMATCH] = cupel_alloy_mismatch(&a, CUPEL_MIEDEMA_ELECTRONEGATIVITY);
    x[VALENCE] = cupel_alloy_mean(&a, CUPEL_MIEDEMA_VALENCE);
    x[COHESIVE] = cohesive(&a);
    x[SHEAR] = cupel_alloy_mean(&a, CUPEL_MIEDEMA_SHEAR_MODULUS);
    x[SHEAR_DELTA] = cupel_alloy_delta(&a, CUPEL_MIEDEMA_SHEAR_MODULUS);
    x[SHEAR_MISMATCH] = cupel_alloy_mismatch(&a, CUPEL_MIEDEMA_SHEAR_MODULUS);
    x[STRENGTH] = strength(&a, x[SHEAR]);
    uint32_t lacks = a.lacks & cupel_alloy_needs(columns, N_COLUMNS);
    return n > 1 ? lacks : lacks & ~(RADIUS | MELTS | MIEDEMA_EN);
}

/* Atoms of one size: S / delta^2 has no bound. */
static bool one_size(const unsigned char *z, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (cupel_alloy_value[z[i]][CUPEL_MIRACLE_RADIUS] != cupel_alloy_value[z[0]][CUPEL_MIRACLE_RADIUS]) return false;
    return n > 1;
}

static cupel_reason row(const unsigned char *z, const double *amount, size_t n, double *x)
{
    uint32_t lacks = columns_of(z, amount, n, x);
    cupel_alloy_blank(columns, N_COLUMNS, lacks, x);
    if (one_size(z, n)) x[LAMBDA] = (double)NAN;
    if (lacks) return CUPEL_REASON_NO_ELEMENT_DATA;
    return one_size(z, n) ? CUPEL_REASON_NO_VALUE : CUPEL_REASON_NONE;
}

static cupel_reason fill(const unsigned char *z, const double *amount, size_t n, double *x)
{
    uint32_t lacks = columns_of(z, amount, n, x);
    if (one_size(z, n)) x[LAMBDA] = (double)NAN;
    if (one_size(z, n)) return CUPEL_REASON_NO_VALUE;
    return lacks ? CUPEL_REASON_IMPUTED : CUPEL_REASON_NONE;
}

/* matminer's 0 for what has no bound. */
static cupel_reason fill_as_matminer(const unsigned char *z, const double *amount, size_t n, double *x)
{
    cupel_reason why = fill(z, amount, n, x);
    if (!one_size(z, n)) return why;
    x[LAMBDA] = 0.0;
    return CUPEL_REASON_IMPUTED;
}

CUPEL_COMPUTE_ROWS(compute, N_COLUMNS, row)
CUPEL_COMPUTE_ROWS(impute, N_COLUMNS, fill)
CUPEL_COMPUTE_ROWS(compute_as_matminer, N_COLUMNS, fill_as_matminer)

static bool jumps(size_t j) { return columns[j].jumps || j == PACKING; }

static void smooth(const cupel_descriptor *d, const unsigned char *z, const double *amount, size_t n, double *x)
{
    cupel_alloy a;
    cupel_smooth_detected(d, z, amount, n, x);
    cupel_alloy_of(z, amount, n, &a);
    if (!isnan(x[OMEGA])) x[OMEGA] = cupel_alloy_omega_smooth(&a);
    if (isnan(x[PACKING])) return;
    double mean = cupel_alloy_mean(&a, CUPEL_MIRACLE_RADIUS);
    x[PACKING] = 0.0;
    for (size_t i = 0; i < n; i++)
        x[PACKING] += a.fraction[i] * cupel_packing_smooth(n == 1 ? 1.0 : cupel_alloy_at(&a, i, CUPEL_MIRACLE_RADIUS) / mean);
}

static const cupel_reference references[] = {
    {"10.1016/j.actamat.2019.03.010", "Wen et al.: Machine learning assisted design of high entropy alloys with desired property. Acta Materialia "
                                      "170, 109 (2019)"},
    {"10.1016/j.matchemphys.2011.11.021", "Yang, Zhang: Prediction of high-entropy stabilized solid-solution in multi-component alloys. Materials "
                                          "Chemistry and Physics 132, 233 (2012)"},
    {"10.1038/ncomms9123", "Laws, Miracle, Ferry: A predictive structural model for bulk metallic glasses. Nature Communications 6, 8123 (2015)"},
    {"10.2320/matertrans.46.2817", "Takeuchi, Inoue: Classification of bulk metallic glasses by atomic size difference, heat of mixing and period of "
                                   "constituent elements and its application to characterization of the main alloying element. Materials "
                                   "Transactions 46, 2817 (2005)"},
    {NULL, NULL}};

/* Its values against those of matminer: tests/test_alloys.c. */
#define NOTE                                                                                                                                      \
    "as in matminer 'Mixing enthalpy' is the absolute value (kJ/mol, 1e-6 at least), 'Configuration entropy' is R sum x ln x, negative, and "      \
    "'Lambda entropy' that over delta^2 (kJ/(mol K)); the set alloy has the enthalpy with its sign and the entropy positive, in units of R, its "  \
    "omega is over |H| + 0.1 kJ/mol, its lambda S/R over (100 delta)^2 + 0.001, its gamma from (r + r_s)^2 - r^2 = 2 r r_s + r_s^2, where "        \
    "'Radii gamma' has r r_s + r_s^2"

#define WEN_METHOD                                                                                                                               \
    {                                                                                                                                            \
        .name = "wen_alloys", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula", .references = references,  \
        .help = "sizes, packing, entropy, enthalpy, electrons and moduli of solid solutions, as matminer's WenAlloys without its two text columns", \
        .output = "23 columns, units per column", .note = NOTE                                                                                   \
    }

static const cupel_descriptor imputed = {
    .method = WEN_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = impute, .jumps = jumps, .smooth = smooth};

static const cupel_descriptor compatible = {.method = WEN_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = compute_as_matminer};

const cupel_descriptor cupel_descriptor_wen_alloys = {
    .method = WEN_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = compute, .imputed = &imputed, .matminer = &compatible,
    .jumps = jumps, .smooth = smooth};
