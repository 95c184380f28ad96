#include "core/engine/cross.h"

#include "core/math/stats.h"
#include "descriptors/composition/magpie_table.h"

#include <math.h>
#include <string.h>

const cupel_method cupel_cross_method = {
    .name = "cross", .kind = "descriptor", .scale = "composition", .maturity = "experimental", .input = "formula and --columns",
    .help = "every column of --columns over the mean melting point, and times entropy, electronegativity (mean, deviation), valence electrons and "
            "radius",
    .output = "6 columns for each of the table's", .references = NULL};

enum { MELTING, ENTROPY, ELECTRONEGATIVITY, DEVIATION, VALENCE, RADIUS };
enum { MAGPIE_RADIUS = CUPEL_MAGPIE_ELECTRONEGATIVITY - 1 };
static const char *const word[CUPEL_CROSS_FACTORS] = {
    [MELTING] = "/ mean MeltingT",           [ENTROPY] = "x entropy of fractions", [ELECTRONEGATIVITY] = "x mean Electronegativity",
    [DEVIATION] = "x sd Electronegativity",  [VALENCE] = "x mean NValence",        [RADIUS] = "x mean CovalentRadius"};
static const int property[CUPEL_CROSS_FACTORS] = {
    [MELTING] = CUPEL_MAGPIE_MELTING,           [ENTROPY] = -1, [ELECTRONEGATIVITY] = CUPEL_MAGPIE_ELECTRONEGATIVITY,
    [DEVIATION] = CUPEL_MAGPIE_ELECTRONEGATIVITY, [VALENCE] = CUPEL_MAGPIE_N_VALENCE, [RADIUS] = MAGPIE_RADIUS};

void cupel_cross_name(const char *column, size_t factor, cupel_str *name) { cupel_str_addf(name, "%s %s", column, word[factor]); }

cupel_reason cupel_cross_factors(const cupel_batch *batch, size_t row, bool impute, double factor[CUPEL_CROSS_FACTORS])
{
    size_t first = batch->first[row], n = batch->first[row + 1] - first;
    const unsigned char *z = batch->z + first;
    const double *amount = batch->amount + first;
    double total = 0.0, squares = 0.0;
    uint32_t missing = 0;
    for (size_t k = 0; k < CUPEL_CROSS_FACTORS; k++) factor[k] = n ? 0.0 : (double)NAN;
    if (!n) return batch->reason[row] ? (cupel_reason)batch->reason[row] : CUPEL_REASON_MISSING_FORMULA;
    for (size_t i = 0; i < n; i++) total += amount[i];
    for (size_t i = 0; i < n; i++) {
        double x = amount[i] / total;
        factor[ENTROPY] -= n > 1 ? x * cupel_log(x) : 0.0;
        for (size_t k = 0; k < CUPEL_CROSS_FACTORS; k++)
            if (k != ENTROPY && k != DEVIATION) factor[k] += x * cupel_magpie_value[z[i]][property[k]];
        missing |= cupel_magpie_missing[z[i]];
    }
    for (size_t i = 0; i < n; i++) {
        double d = cupel_magpie_value[z[i]][property[DEVIATION]] - factor[ELECTRONEGATIVITY];
        squares += amount[i] / total * d * d;
    }
    factor[DEVIATION] = n > 1 ? sqrt(squares) : 0.0;
    factor[MELTING] = 1.0 / factor[MELTING];
    bool lacks = false;
    for (size_t k = 0; k < CUPEL_CROSS_FACTORS; k++) {
        if (property[k] < 0 || !(missing >> property[k] & 1)) continue;
        lacks = true;
        if (!impute) factor[k] = NAN;
    }
    return !lacks ? CUPEL_REASON_NONE : impute ? CUPEL_REASON_IMPUTED : CUPEL_REASON_NO_ELEMENT_DATA;
}

bool cupel_cross_take(const char *names, cupel_str *rest)
{
    bool there = false;
    for (const char *p = names; *p;) {
        size_t n = strcspn(p, ",+");
        cupel_text name = cupel_text_trim((cupel_text){p, n});
        if (cupel_text_is(name, "cross") && !there) {
            there = true;
        } else {
            if (rest->n) cupel_str_putc(rest, ',');
            cupel_str_add(rest, name.p, name.n);
        }
        p += n + (p[n] != '\0');
    }
    return there;
}
