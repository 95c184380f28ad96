#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/rows.h"
#include "descriptors/composition/smooth.h"

#include <string.h>

/* CBFV's six statistics of the vector that is 1 for the element itself and 0 for every other: with the fraction f of an element the mean is f, the
 * mean absolute deviation f (1 - f) + (1 - f) f. */
enum { N_STATISTICS = 6, N_COLUMNS = N_STATISTICS * CUPEL_Z_MAX };
enum { AVG, DEV, RANGE, MAX, MIN, MODE };
static const char *const word[N_STATISTICS] = {"avg", "dev", "range", "max", "min", "mode"};

static void column(size_t j, cupel_str *name, const char **unit)
{
    cupel_str_addf(name, "onehot %s %s", word[j / CUPEL_Z_MAX], cupel_element_symbol((unsigned)(j % CUPEL_Z_MAX) + 1));
    *unit = "";
}

static cupel_reason row(const unsigned char *z, const double *amount, size_t n, double *x)
{
    double total = cupel_total(amount, n), largest = 0.0;
    size_t most = 0; /* elements that are as many as the most abundant one: a mode is the smallest of their values */
    for (size_t i = 0; i < n; i++) largest = amount[i] > largest ? amount[i] : largest;
    for (size_t i = 0; i < n; i++) most += largest - amount[i] <= 1e-8 + 1e-5 * largest;
    memset(x, 0, N_COLUMNS * sizeof *x);
    for (size_t i = 0; i < n; i++) {
        double f = amount[i] / total, *of = x + z[i] - 1;
        of[AVG * CUPEL_Z_MAX] = f;
        of[DEV * CUPEL_Z_MAX] = 2.0 * f * (1.0 - f);
        of[RANGE * CUPEL_Z_MAX] = n > 1;
        of[MAX * CUPEL_Z_MAX] = 1.0;
        of[MIN * CUPEL_Z_MAX] = n == 1;
        of[MODE * CUPEL_Z_MAX] = most == 1 && amount[i] == largest;
    }
    return CUPEL_REASON_NONE;
}

static void compute(const cupel_batch *b, size_t from, size_t n, cupel_isa isa, double *x, size_t ld, unsigned char *reason)
{
    (void)isa;
    cupel_rows(b, from, n, N_COLUMNS, row, x, ld, reason);
}

static bool jumps(size_t j) { return j >= RANGE * CUPEL_Z_MAX; }

static void smooth(const cupel_descriptor *d, const unsigned char *z, const double *amount, size_t n, double *x)
{
    cupel_presence there;
    cupel_smooth_detected(d, z, amount, n, x);
    cupel_presence_of(amount, n, &there);
    for (size_t i = 0; i < n; i++) x[MODE * CUPEL_Z_MAX + z[i] - 1] = there.dominance[i];
}

static const cupel_reference references[] = {
    {"10.1007/s40192-020-00179-z", "Murdock, Kauwe, Wang, Sparks: Is domain knowledge necessary for machine learning materials properties? "
                                   "Integrating Materials and Manufacturing Innovation 9, 221 (2020)"},
    {NULL, NULL}};

const cupel_descriptor cupel_descriptor_onehot = {
    .method = {.name = "onehot", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula",
               .help = "mean, mean deviation, range, maximum, minimum and mode of one-hot vectors of the elements, as CBFV's 'onehot'",
               .output = "708 columns, dimensionless", .references = references},
    .n_columns = N_COLUMNS, .column = column, .compute = compute, .jumps = jumps, .smooth = smooth};
