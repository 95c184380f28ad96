#include "descriptors/composition/alloy_sums.h"

#include "core/math/stats.h"
#include "core/matter/atoms.h"
#include "descriptors/composition/element_table.h"
#include "descriptors/composition/magpie_table.h"
#include "descriptors/composition/rows.h"

#include <math.h>

void cupel_alloy_of(const unsigned char *z, const double *amount, size_t n, cupel_alloy *a)
{
    uint32_t magpie = 0;
    bool unpaired = false;
    a->n = n;
    a->z = z;
    a->total = cupel_total(amount, n);
    a->lacks = 0;
    for (size_t i = 0; i < n; i++) {
        a->fraction[i] = amount[i] / a->total;
        a->lacks |= cupel_alloy_missing[z[i]];
        if (isnan(cupel_table_row(&cupel_table_pymatgen, CUPEL_TABLE_PLAIN, z[i])[CUPEL_PYMATGEN_RADIUS]))
            a->lacks |= CUPEL_NEEDS(CUPEL_LACKS_ATOMIC_RADIUS);
        magpie |= cupel_magpie_missing[z[i]];
        if (isnan(cupel_atom_cohesive_energy[z[i]])) a->lacks |= CUPEL_NEEDS(CUPEL_LACKS_COHESION);
        for (size_t j = 0; j < i; j++) unpaired |= cupel_mixing_lacks(z[i], z[j]);
    }
    if (unpaired) a->lacks |= CUPEL_NEEDS(CUPEL_LACKS_MIXING);
    if (magpie >> CUPEL_MAGPIE_MELTING & 1) a->lacks |= CUPEL_NEEDS(CUPEL_LACKS_MELTING);
    if (magpie >> CUPEL_MAGPIE_ELECTRONEGATIVITY & 1) a->lacks |= CUPEL_NEEDS(CUPEL_LACKS_ELECTRONEGATIVITY);
    if (magpie >> CUPEL_MAGPIE_N_VALENCE & 1) a->lacks |= CUPEL_NEEDS(CUPEL_LACKS_VALENCE);
}

double cupel_alloy_mean(const cupel_alloy *a, cupel_alloy_property p)
{
    double mean = 0.0;
    for (size_t i = 0; i < a->n; i++) mean += a->fraction[i] * cupel_alloy_at(a, i, p);
    return mean;
}

double cupel_alloy_delta(const cupel_alloy *a, cupel_alloy_property p)
{
    double mean = cupel_alloy_mean(a, p), sum = 0.0;
    if (a->n == 1 || !(mean > 0.0)) return 0.0; /* gases have no bulk modulus */
    for (size_t i = 0; i < a->n; i++) {
        double d = 1.0 - cupel_alloy_at(a, i, p) / mean;
        sum += a->fraction[i] * d * d;
    }
    return sqrt(sum);
}

double cupel_alloy_mismatch(const cupel_alloy *a, cupel_alloy_property p)
{
    double sum = 0.0;
    for (size_t i = 0; i < a->n; i++)
        for (size_t j = 0; j < i; j++) sum += a->fraction[i] * a->fraction[j] * fabs(cupel_alloy_at(a, i, p) - cupel_alloy_at(a, j, p));
    return sum;
}

double cupel_alloy_melting(const cupel_alloy *a)
{
    double mean = 0.0;
    for (size_t i = 0; i < a->n; i++) mean += a->fraction[i] * cupel_magpie_value[a->z[i]][CUPEL_MAGPIE_MELTING];
    return mean;
}

double cupel_alloy_entropy(const cupel_alloy *a)
{
    double sum = 0.0;
    if (a->n == 1) return 0.0;
    for (size_t i = 0; i < a->n; i++) sum -= a->fraction[i] * cupel_log(a->fraction[i]);
    return sum;
}

double cupel_alloy_mixing(const cupel_alloy *a)
{
    double sum = 0.0;
    for (size_t i = 0; i < a->n; i++)
        for (size_t j = 0; j < i; j++) sum += a->fraction[i] * a->fraction[j] * cupel_alloy_pair(a, i, j);
    return 4.0 * sum;
}

double cupel_alloy_omega_smooth(const cupel_alloy *a)
{
    double enthalpy = cupel_alloy_mixing(a);
    return cupel_alloy_melting(a) * cupel_alloy_entropy(a) * CUPEL_ALLOY_GAS_CONSTANT / sqrt(enthalpy * enthalpy + 0.1 * 0.1);
}

void cupel_alloy_blank(const cupel_alloy_column *column, size_t n, uint32_t lacks, double *x)
{
    for (size_t j = 0; j < n; j++)
        if (column[j].needs & lacks) x[j] = (double)NAN;
}

uint32_t cupel_alloy_needs(const cupel_alloy_column *column, size_t n)
{
    uint32_t needs = 0;
    for (size_t j = 0; j < n; j++) needs |= column[j].needs;
    return needs;
}
