#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/kernels/magpie.h"
#include "descriptors/composition/smooth.h"

#include "core/matter/reason.h"

#include <string.h>

static const cupel_magpie_kernel *const kernels[CUPEL_ISA_COUNT] = {
#if defined(__x86_64__)
    &cupel_magpie_ref, &cupel_magpie_avx2, &cupel_magpie_avx512
#else
    &cupel_magpie_ref, &cupel_magpie_ref, &cupel_magpie_ref
#endif
};

static const char *const statistic[CUPEL_MAGPIE_STATS] = {"minimum", "maximum", "range", "mean", "avg_dev", "mode"};

static void column(size_t j, cupel_str *name, const char **unit)
{
    size_t p = j / CUPEL_MAGPIE_STATS;
    cupel_str_addf(name, "MagpieData %s %s", statistic[j % CUPEL_MAGPIE_STATS], cupel_magpie_property[p]);
    *unit = cupel_magpie_unit[p];
}

/* One row of one width: wide or narrow is NULL. */
typedef struct target {
    double *wide;
    float *narrow;
} target;

static void blank(target x, size_t from, size_t n)
{
    for (size_t j = from; j < from + n; j++) {
        if (x.wide) x.wide[j] = (double)NAN;
        if (x.narrow) x.narrow[j] = NAN;
    }
}

static void blank_missing(target x, uint32_t missing)
{
    for (size_t p = 0; p < CUPEL_MAGPIE_PROPERTIES; p++)
        if (missing >> p & 1) blank(x, p * CUPEL_MAGPIE_STATS, CUPEL_MAGPIE_STATS);
}

/* The reason that row k has: why values are missing, or that some were filled in. */
static cupel_reason describe(const cupel_batch *batch, size_t k, const cupel_magpie_kernel *kernel, bool impute, target x)
{
    size_t first = batch->first[k], n = batch->first[k + 1] - first;
    const unsigned char *z = batch->z + first;
    if (n == 0) {
        blank(x, 0, CUPEL_MAGPIE_COLUMNS);
        return batch->reason[k] ? (cupel_reason)batch->reason[k] : CUPEL_REASON_MISSING_FORMULA;
    }
    if (x.wide) kernel->row(z, batch->amount + first, n, x.wide);
    else kernel->row_f32(z, batch->amount + first, n, x.narrow);
    const uint32_t missing = cupel_magpie_lacks(z, n);
    if (!missing) return CUPEL_REASON_NONE;
    if (impute) return CUPEL_REASON_IMPUTED;
    blank_missing(x, missing);
    return CUPEL_REASON_NO_ELEMENT_DATA;
}

static void rows(const cupel_batch *batch, size_t from, size_t n, cupel_isa isa, bool impute, target x, size_t ld, unsigned char *reason)
{
    const cupel_magpie_kernel *kernel = kernels[isa];
    for (size_t i = 0; i < n; i++) {
        target row = {x.wide ? x.wide + i * ld : NULL, x.narrow ? x.narrow + i * ld : NULL};
        cupel_reason why = describe(batch, from + i, kernel, impute, row);
        if (reason && !reason[i]) reason[i] = (unsigned char)why;
    }
}

static void compute(const cupel_batch *b, size_t from, size_t n, cupel_isa isa, double *x, size_t ld, unsigned char *reason)
{
    rows(b, from, n, isa, false, (target){.wide = x}, ld, reason);
}

static void compute_f32(const cupel_batch *b, size_t from, size_t n, cupel_isa isa, float *x, size_t ld, unsigned char *reason)
{
    rows(b, from, n, isa, false, (target){.narrow = x}, ld, reason);
}

static void impute(const cupel_batch *b, size_t from, size_t n, cupel_isa isa, double *x, size_t ld, unsigned char *reason)
{
    rows(b, from, n, isa, true, (target){.wide = x}, ld, reason);
}

static void impute_f32(const cupel_batch *b, size_t from, size_t n, cupel_isa isa, float *x, size_t ld, unsigned char *reason)
{
    rows(b, from, n, isa, true, (target){.narrow = x}, ld, reason);
}

static bool jumps(size_t j)
{
    const char *word = statistic[j % CUPEL_MAGPIE_STATS];
    return strcmp(word, "mean") != 0 && strcmp(word, "avg_dev") != 0;
}

static void smooth(const cupel_descriptor *d, const unsigned char *z, const double *amount, size_t n, double *x)
{
    (void)d;
    cupel_presence there;
    double v[CUPEL_Z_MAX];
    cupel_presence_of(amount, n, &there);
    for (size_t p = 0; p < CUPEL_MAGPIE_PROPERTIES; p++, x += CUPEL_MAGPIE_STATS) {
        if (isnan(x[0])) continue;
        for (size_t i = 0; i < n; i++) v[i] = cupel_magpie_value[z[i]][p];
        if (!there.whole) cupel_smooth_extremes(&there, v, &x[0], &x[1]);
        x[2] = x[1] - x[0];
        x[5] = cupel_smooth_mode(&there, v);
    }
}

static const cupel_reference references[] = {
    {"10.1038/npjcompumats.2016.28", "Ward, Agrawal, Choudhary, Wolverton: A general-purpose machine learning framework for predicting properties of "
                                     "inorganic materials. npj Computational Materials 2, 16028 (2016)"},
    {"10.1016/j.commatsci.2018.05.018",
     "Ward et al.: Matminer: An open source toolkit for materials data mining. Computational Materials Science 152, 60 (2018)"},
    {NULL, NULL}};

#define MAGPIE_METHOD                                                                                                                     \
    {                                                                                                                                     \
        .name = "magpie", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula", .references = references, \
        .help = "minimum, maximum, range, mean, mean deviation and mode of 22 element properties, as matminer's ElementProperty('magpie')", \
        .output = "132 columns, units per column"                                                                                         \
    }

static const cupel_descriptor imputed = {
    .method = MAGPIE_METHOD, .n_columns = CUPEL_MAGPIE_COLUMNS, .column = column, .compute = impute, .compute_f32 = impute_f32,
    .jumps = jumps, .smooth = smooth};

const cupel_descriptor cupel_descriptor_magpie = {
    .method = MAGPIE_METHOD, .n_columns = CUPEL_MAGPIE_COLUMNS, .column = column, .compute = compute, .compute_f32 = compute_f32, .imputed = &imputed,
    .matminer = &imputed, .jumps = jumps, .smooth = smooth};
