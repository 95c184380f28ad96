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

/* ---- roots, two at a time ---- */

/* Every x86-64 and arm64 has vectors of this size; elsewhere the compiler makes them of scalars. The bits are the same. */
typedef double pair __attribute__((vector_size(16)));
typedef uint64_t pair_bits __attribute__((vector_size(16)));

static inline pair both(double x) { return (pair){x, x}; }
static inline pair_bits both_bits(uint64_t x) { return (pair_bits){x, x}; }

/* About the p-th root of normal x > 0: 2^(log2(x) / p), with parabolas for log2(1 + m) and 2^f, is within 0.6 %. Whole numbers and their
 * doubles change into each other by a number so large that its last bit is 1. */
static inline pair start_of_root(pair x, pair inverse_p)
{
    const double bend = 0.344, large = 0x1p52, larger = 0x1.8p52;
    pair_bits bits = (pair_bits)x;
    pair exponent = (pair)((bits >> 52) | both_bits(UINT64_C(0x433) << 52)) - both(large + 1023.0);
    pair m = (pair)((bits & both_bits(UINT64_MAX >> 12)) | both_bits(UINT64_C(1023) << 52)) - both(1.0);
    pair log = (exponent + m + both(bend) * m * (both(1.0) - m)) * inverse_p;
    pair whole = log - both(0.5) + both(larger);
    pair f = log - (whole - both(larger));
    pair power = (pair)(((pair_bits)whole + both_bits(1023)) << 52); /* 2^whole */
    return power * (both(1.0) + f - both(bend) * f * (both(1.0) - f));
}

/* Halley's method for y^p = x, power = y^p: cubes the error, so that two steps from the start above end at the last digits. */
static inline pair halley(pair x, pair p, pair y, pair power)
{
    const pair one = both(1.0);
    return y * ((p - one) * power + (p + one) * x) / ((p + one) * power + (p - one) * x);
}

/* The p-th roots of normal x > 0 from basic operations only, so that their bits are the same on every processor (pow is not). */
static inline pair roots_3_5(pair x)
{
    const pair p = {3.0, 5.0};
    pair y = start_of_root(x, (pair){1.0 / 3.0, 1.0 / 5.0});
    for (int step = 0; step < 2; step++) {
        pair y2 = y * y, y4 = y2 * y2;
        y = halley(x, p, y, y * (pair){y2[0], y4[1]});
    }
    return y;
}

static inline pair roots_7_5(pair x)
{
    const pair p = {7.0, 5.0};
    pair y = start_of_root(x, (pair){1.0 / 7.0, 1.0 / 5.0});
    for (int step = 0; step < 2; step++) {
        pair y2 = y * y;
        y = halley(x, p, y, y2 * y2 * y * (pair){y2[0], 1.0});
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

/* Sums of the p-th powers of fractions, or of amounts. */
typedef struct power_sums {
    double s2, s3, s5, s7, s10;
} power_sums;

static inline void add_powers(power_sums *s, double f)
{
    double f2 = f * f, f3 = f2 * f, f5 = f2 * f3;
    s->s2 += f2;
    s->s3 += f3;
    s->s5 += f5;
    s->s7 += f5 * f2;
    s->s10 += f5 * f5;
}

/* Norms (sum f^p)^(1/p), p = 2 .. 10, times a scale. */
static inline void put_norms(const power_sums *s, double scale, double *x)
{
    pair low = roots_3_5((pair){s->s3, s->s5}), high = roots_7_5((pair){s->s7, sqrt(s->s10)});
    x[0] = scale * sqrt(s->s2); /* IEEE 754: correctly rounded everywhere */
    x[1] = scale * low[0];
    x[2] = scale * low[1];
    x[3] = scale * high[0];
    x[4] = scale * high[1];
}

/* Most formulas: whole amounts up to 16, whose powers are summed without rounding and without a look at the total before. False for others. */
static inline bool small_row(const unsigned char *z, const double *amount, size_t n, double *x)
{
    /* bit d - 1: d divides the number */
    static const uint16_t divisors[17] = {0,      0x0001, 0x0003, 0x0005, 0x000b, 0x0011, 0x0027, 0x0041, 0x008b,
                                          0x0105, 0x0213, 0x0401, 0x082f, 0x1001, 0x2043, 0x4015, 0x808b};
    power_sums s = {0};
    double total = 0.0;
    unsigned common = 0xffff, divisor = 1;
    for (size_t i = 0; i < n; i++) {
        double a = amount[i];
        unsigned whole = a <= 16.0 ? (unsigned)a : 0;
        if ((double)whole != a) return false;
        common &= divisors[whole];
        total += a;
        add_powers(&s, a);
    }
    while (common >>= 1) divisor++;
    x[0] = total / (doubled(z, amount, n) ? 0.5 * divisor : divisor);
    x[1] = (double)n;
    put_norms(&s, 1.0 / total, x + 2);
    return true;
}

/* Atoms of the smallest formula, and norms; the 0-norm is the number of elements. */
static cupel_reason row(const unsigned char *z, const double *amount, size_t n, double *x)
{
    if (n > 1 && small_row(z, amount, n, x)) return CUPEL_REASON_NONE;
    double total = cupel_total(amount, n);
    power_sums s = {0};
    for (size_t i = 0; i < n; i++) add_powers(&s, amount[i] / total);
    x[0] = atoms(z, amount, n, total);
    x[1] = (double)n;
    put_norms(&s, 1.0, x + 2);
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
