#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/magpie_table.h"
#include "descriptors/composition/rows.h"
#include "descriptors/composition/smooth.h"

#include <math.h>
#include <string.h>

/* Of |v_i - v_j| over the pairs of different elements, with fractions x. Without a pair all are 0. */
enum { MEAN, DEVIATION, SMALLEST, LARGEST, N_STATISTICS };
enum { N_COLUMNS = CUPEL_MAGPIE_PROPERTIES * N_STATISTICS };
static const char *const word[N_STATISTICS] = {"mean", "deviation of", "smallest", "largest"};

static void column(size_t j, cupel_str *name, const char **unit)
{
    cupel_str_addf(name, "pair %s difference %s", word[j % N_STATISTICS], cupel_magpie_property[j / N_STATISTICS]);
    *unit = cupel_magpie_unit[j / N_STATISTICS];
}

typedef struct pair_sums {
    double weight, mean[CUPEL_MAGPIE_LANES], squares[CUPEL_MAGPIE_LANES], low[CUPEL_MAGPIE_LANES], high[CUPEL_MAGPIE_LANES];
} pair_sums;

static void first_pass(const double *v, const double *u, double w, pair_sums *s)
{
    s->weight += w;
    for (size_t p = 0; p < CUPEL_MAGPIE_LANES; p++) {
        double d = fabs(v[p] - u[p]);
        s->mean[p] += w * d;
        s->low[p] = d < s->low[p] ? d : s->low[p];
        s->high[p] = d > s->high[p] ? d : s->high[p];
    }
}

/* Squares are taken around the mean: without it they cancel. */
static void second_pass(const double *v, const double *u, double w, pair_sums *s)
{
    for (size_t p = 0; p < CUPEL_MAGPIE_LANES; p++) {
        double d = fabs(v[p] - u[p]) - s->mean[p];
        s->squares[p] += w * d * d;
    }
}

static void over_pairs(const unsigned char *z, const double *x, size_t n, void (*pass)(const double *, const double *, double, pair_sums *),
                       pair_sums *s)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) pass(cupel_magpie_value[z[i]], cupel_magpie_value[z[j]], x[i] * x[j], s);
}

/* MEAN is Gini's mean difference, 2 sum over pairs x_i x_j |v_i - v_j|: what two atoms picked at random differ by. DEVIATION is the standard
 * deviation over pairs of different elements, weights x_i x_j. */
static cupel_reason fill(const unsigned char *z, const double *amount, size_t n, double *x)
{
    pair_sums s = {0};
    double total = cupel_total(amount, n), fraction[CUPEL_Z_MAX];
    for (size_t p = 0; p < CUPEL_MAGPIE_LANES; p++) s.low[p] = (double)INFINITY;
    const cupel_reason why = cupel_magpie_lacks(z, n) ? CUPEL_REASON_IMPUTED : CUPEL_REASON_NONE;
    for (size_t i = 0; i < n; i++) fraction[i] = amount[i] / total;
    memset(x, 0, N_COLUMNS * sizeof *x);
    if (n == 1) return why;
    over_pairs(z, fraction, n, first_pass, &s);
    for (size_t p = 0; p < CUPEL_MAGPIE_LANES; p++) s.mean[p] /= s.weight;
    if (n > 2) over_pairs(z, fraction, n, second_pass, &s);
    for (size_t p = 0; p < CUPEL_MAGPIE_PROPERTIES; p++, x += N_STATISTICS) {
        x[MEAN] = 2.0 * s.mean[p] * s.weight;
        x[DEVIATION] = sqrt(s.squares[p] / s.weight);
        x[SMALLEST] = s.low[p];
        x[LARGEST] = s.high[p];
    }
    return why;
}

static cupel_reason row(const unsigned char *z, const double *amount, size_t n, double *x)
{
    fill(z, amount, n, x);
    return cupel_magpie_blank(z, n, N_STATISTICS, x);
}

CUPEL_COMPUTE_ROWS(compute, N_COLUMNS, row)
CUPEL_COMPUTE_ROWS(impute, N_COLUMNS, fill)

static bool jumps(size_t j) { return j % N_STATISTICS != MEAN; }

static const cupel_reference references[] = {
    {"10.1038/npjcompumats.2016.28", "Ward, Agrawal, Choudhary, Wolverton: A general-purpose machine learning framework for predicting properties of "
                                     "inorganic materials. npj Computational Materials 2, 16028 (2016)"},
    {NULL, NULL}};

#define PAIRS_METHOD                                                                                                                            \
    {                                                                                                                                           \
        .name = "pairs", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula", .references = references,       \
        .help = "how the elements differ pair by pair in Magpie's 22 element properties: mean, deviation, smallest and largest difference",      \
        .output = "88 columns, units per column"                                                                                                \
    }

static const cupel_descriptor imputed = {.method = PAIRS_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = impute, .jumps = jumps};

const cupel_descriptor cupel_descriptor_pairs = {
    .method = PAIRS_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = compute, .imputed = &imputed, .jumps = jumps};
