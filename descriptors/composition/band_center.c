#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/ions.h"
#include "descriptors/composition/rows.h"
#include "descriptors/composition/smooth.h"

#include "core/math/stats.h"
#include "core/matter/atoms.h"

#include <math.h>

static const double KJ_PER_EV = 96.48; /* kJ/mol in 1 eV, as matminer rounds it (exactly 96.485...) */

static void column(size_t j, cupel_str *name, const char **unit)
{
    (void)j;
    cupel_str_addf(name, "band center");
    *unit = "eV";
}

static double mean_affinity(void)
{
    double sum = 0.0, n = 0.0;
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++)
        if (!isnan(cupel_atom_electron_affinity_magpie[z])) sum += cupel_atom_electron_affinity_magpie[z], n += 1.0;
    return sum / n;
}

/* Logarithms of Mulliken's electronegativities, (ionisation energy + electron affinity) / 2, each taken when an element is first met. */
typedef struct logs {
    bool met[CUPEL_Z_MAX + 1], lacks[CUPEL_Z_MAX + 1];
    double ln[CUPEL_Z_MAX + 1]; /* of eV; with means in place of what is not known */
} logs;

static void meet(logs *l, unsigned z)
{
    double gain = cupel_atom_electron_affinity_magpie[z], first = cupel_first_ionization(CUPEL_TABLE_IMPUTED, z) / 1000.0; /* kJ/mol */
    l->met[z] = true;
    l->lacks[z] = isnan(gain) || isnan(cupel_first_ionization(CUPEL_TABLE_PLAIN, z));
    if (isnan(gain)) gain = mean_affinity();
    l->ln[z] = cupel_log(0.5 * (first + gain) / KJ_PER_EV);
}

/* Their geometric mean, weighted by fractions; lacks: something is not known of an element. */
static double center(logs *l, const unsigned char *z, const double *amount, size_t n, bool *lacks)
{
    double sum = 0.0;
    *lacks = false;
    for (size_t i = 0; i < n; i++) {
        if (!l->met[z[i]]) meet(l, z[i]);
        *lacks = *lacks || l->lacks[z[i]];
        sum += amount[i] * l->ln[z[i]];
    }
    return cupel_exp(sum / cupel_total(amount, n));
}

static void rows(const cupel_batch *b, size_t from, size_t n, bool fill_in, double *x, size_t ld, unsigned char *reason)
{
    logs l = {.met = {false}};
    for (size_t i = 0; i < n; i++) {
        size_t k = from + i, first = b->first[k], elements = b->first[k + 1] - first;
        unsigned char why = b->reason[k] || elements ? b->reason[k] : (unsigned char)CUPEL_REASON_MISSING_FORMULA;
        bool lacks = true;
        double *row = x + i * ld;
        *row = elements ? center(&l, b->z + first, b->amount + first, elements, &lacks) : (double)NAN;
        if (elements && lacks) why = fill_in ? CUPEL_REASON_IMPUTED : CUPEL_REASON_NO_ELEMENT_DATA;
        if (lacks && !fill_in) *row = (double)NAN;
        if (reason && !reason[i]) reason[i] = why;
    }
}

static void compute(const cupel_batch *b, size_t from, size_t n, cupel_isa isa, double *x, size_t ld, unsigned char *reason)
{
    (void)isa;
    rows(b, from, n, false, x, ld, reason);
}

static void impute(const cupel_batch *b, size_t from, size_t n, cupel_isa isa, double *x, size_t ld, unsigned char *reason)
{
    (void)isa;
    rows(b, from, n, true, x, ld, reason);
}

static const cupel_reference references[] = {
    {"10.1149/1.2131419", "Butler, Ginley: Prediction of flatband potentials at semiconductor-electrolyte interfaces from atomic "
                          "electronegativities. Journal of the Electrochemical Society 125, 228 (1978)"},
    {NULL, NULL}};

#define BAND_METHOD                                                                                                                        \
    {                                                                                                                                      \
        .name = "band_center", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula",                     \
        .references = references, .output = "1 column, eV below vacuum",                                                                   \
        .help = "geometric mean of the elements' Mulliken electronegativity, as matminer's BandCenter"                                     \
    }

static const cupel_descriptor imputed = {.method = BAND_METHOD, .n_columns = 1, .column = column, .compute = impute, .jumps = cupel_jumps_nowhere};

const cupel_descriptor cupel_descriptor_band_center = {
    .method = BAND_METHOD, .n_columns = 1, .column = column, .compute = compute, .imputed = &imputed, .matminer = &imputed,
    .jumps = cupel_jumps_nowhere};
