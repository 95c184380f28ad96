#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/rows.h"

#include <math.h>
#include <string.h>

enum { N_NORMS = 6 };
static const unsigned order[N_NORMS] = {0, 2, 3, 5, 7, 10};

static void column(size_t j, cupel_str *name, const char **unit)
{
    cupel_str_addf(name, "%u-norm", order[j]);
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

/* (sum f^p)^(1/p); the 0-norm is the number of elements. */
static cupel_reason row(const unsigned char *z, const double *amount, size_t n, double *x)
{
    (void)z;
    double total = cupel_total(amount, n), s2 = 0.0, s3 = 0.0, s5 = 0.0, s7 = 0.0, s10 = 0.0;
    for (size_t i = 0; i < n; i++) {
        double f = amount[i] / total, f2 = f * f, f3 = f2 * f, f5 = f2 * f3;
        s2 += f2;
        s3 += f3;
        s5 += f5;
        s7 += f5 * f2;
        s10 += f5 * f5;
    }
    x[0] = (double)n;
    x[1] = sqrt(s2); /* IEEE 754: correctly rounded everywhere */
    x[2] = root(s3, 3);
    x[3] = root(s5, 5);
    x[4] = root(s7, 7);
    x[5] = root(sqrt(s10), 5);
    return CUPEL_REASON_NONE;
}

static void compute(const cupel_batch *b, size_t from, size_t n, cupel_isa isa, double *x, size_t ld, unsigned char *reason)
{
    (void)isa;
    cupel_rows(b, from, n, N_NORMS, row, x, ld, reason);
}

static bool jumps(size_t j) { return order[j] == 0; }

static const cupel_reference references[] = {
    {"10.1038/npjcompumats.2016.28", "Ward, Agrawal, Choudhary, Wolverton: A general-purpose machine learning framework for predicting properties of "
                                     "inorganic materials. npj Computational Materials 2, 16028 (2016)"},
    {NULL, NULL}};

const cupel_descriptor cupel_descriptor_stoichiometry = {
    .method = {.name = "stoichiometry", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula",
               .help = "p-norms of the atomic fractions for p = 0, 2, 3, 5, 7, 10, as matminer's Stoichiometry",
               .output = "6 columns, dimensionless", .references = references},
    .n_columns = N_NORMS, .column = column, .compute = compute, .jumps = jumps};
