#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/rows.h"
#include "descriptors/composition/smooth.h"

#include <math.h>
#include <string.h>

enum { N_NORMS = 6, N_COLUMNS = 1 + N_NORMS };
static const unsigned order[N_NORMS] = {0, 2, 3, 5, 7, 10};

static void column(size_t j, cupel_str *name, const char **unit)
{
    if (j) cupel_str_addf(name, "%u-norm", order[j - 1]);
    else cupel_str_puts(name, "num atoms");
    *unit = "";
}

/* The p-th root of a normal x > 0 from basic operations only, so that its bits are the same on every processor (pow is not): the exponent divided
 * by p gives a start within 6 %, and three steps of Halley's method, each of which cubes the error, end at the last digits. */
static inline double root(double x, unsigned p)
{
    const double q = (double)p;
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits = bits / p + (UINT64_C(1023) << 52) / p * (p - 1);
    double y;
    memcpy(&y, &bits, sizeof y);
    for (int step = 0; step < 3; step++) {
        double power = y;
        for (unsigned i = 1; i < p; i++) power *= y;
        y *= ((q - 1.0) * power + (q + 1.0) * x) / ((q + 1.0) * power + (q - 1.0) * x);
    }
    return y;
}

/* ---- atoms of the smallest whole-number formula, as pymatgen's get_integer_formula_and_factor finds it ---- */

static const double TOLERANCE = 1e-4; /* of amounts */

/* fmod and the steps around it are exact, so that the bits are the same everywhere. */
static double common_divisor(double a, double b, double tolerance)
{
    while (b > tolerance) {
        double r = fmod(a, b);
        a = b;
        b = r;
    }
    return a;
}

/* Whole numbers, as in most formulas: without the divisions of fmod. False when one is none. */
static bool whole_divisor(const double *amount, size_t n, double *divisor)
{
    uint64_t all = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(amount[i] < 1e9)) return false;
        uint64_t a = (uint64_t)amount[i];
        if ((double)a != amount[i]) return false;
        while (a) {
            uint64_t r = all % a;
            all = a;
            a = r;
        }
    }
    *divisor = (double)all;
    return true;
}

/* Formulas that pymatgen writes twice as long: O2 and other molecules, H2O2, Li2O2 and other peroxides. */
static bool doubled(const unsigned char *z, const double *amount, size_t n)
{
    static const unsigned char molecule[] = {1, 7, 8, 9, 17}, partner[] = {1, 3, 11, 19, 37, 55};
    if (n == 1) return memchr(molecule, z[0], sizeof molecule) != NULL;
    if (n != 2 || amount[0] != amount[1] || (z[0] != 8 && z[1] != 8)) return false;
    return memchr(partner, z[0] == 8 ? z[1] : z[0], sizeof partner) != NULL;
}

static double atoms(const unsigned char *z, const double *amount, size_t n, double total)
{
    double divisor;
    if (!whole_divisor(amount, n, &divisor)) {
        double common = amount[0], whole = 0.0;
        for (size_t i = 1; i < n; i++) common = common_divisor(common, amount[i], TOLERANCE);
        for (size_t i = 0; i < n; i++) whole = common_divisor(whole, rint(amount[i] / common), 0.0);
        divisor = whole * common;
    }
    return total / (doubled(z, amount, n) ? 0.5 * divisor : divisor);
}

/* ---- rows ---- */

/* Atoms of the smallest formula, and norms (sum f^p)^(1/p); the 0-norm is the number of elements. */
static cupel_reason row(const unsigned char *z, const double *amount, size_t n, double *x)
{
    double total = cupel_total(amount, n), s2 = 0.0, s3 = 0.0, s5 = 0.0, s7 = 0.0, s10 = 0.0;
    for (size_t i = 0; i < n; i++) {
        double f = amount[i] / total, f2 = f * f, f3 = f2 * f, f5 = f2 * f3;
        s2 += f2;
        s3 += f3;
        s5 += f5;
        s7 += f5 * f2;
        s10 += f5 * f5;
    }
    x[0] = atoms(z, amount, n, total);
    x[1] = (double)n;
    x[2] = sqrt(s2); /* IEEE 754: correctly rounded everywhere */
    x[3] = root(s3, 3);
    x[4] = root(s5, 5);
    x[5] = root(s7, 7);
    x[6] = root(sqrt(s10), 5);
    return CUPEL_REASON_NONE;
}

static void compute(const cupel_batch *b, size_t from, size_t n, cupel_isa isa, double *x, size_t ld, unsigned char *reason)
{
    (void)isa;
    cupel_rows(b, from, n, N_COLUMNS, row, x, ld, reason);
}

static bool jumps(size_t j) { return j <= 1; }

/* Whole-number formulas make a jump at every fraction (FeC has 2 atoms, Fe100C100Si1 201), so there is nothing to smooth: the atoms of one atom. */
static void smooth(const cupel_descriptor *d, const unsigned char *z, const double *amount, size_t n, double *x)
{
    cupel_smooth_detected(d, z, amount, n, x);
    x[0] = 1.0;
}

static const cupel_reference references[] = {
    {"10.1038/npjcompumats.2016.28", "Ward, Agrawal, Choudhary, Wolverton: A general-purpose machine learning framework for predicting properties of "
                                     "inorganic materials. npj Computational Materials 2, 16028 (2016)"},
    {NULL, NULL}};

const cupel_descriptor cupel_descriptor_stoichiometry = {
    .method = {.name = "stoichiometry", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula",
               .help = "atoms of the smallest whole-number formula and p-norms of the atomic fractions for p = 0, 2, 3, 5, 7, 10, as matminer's "
                       "Stoichiometry(num_atoms=True)",
               .output = "7 columns, dimensionless", .references = references},
    .n_columns = N_COLUMNS, .column = column, .compute = compute, .jumps = jumps, .smooth = smooth};
