#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/ions.h"
#include "descriptors/composition/rows.h"

#include "core/math/stats.h"
#include "core/matter/atoms.h"

#include <math.h>

enum { POSSIBLE, LARGEST, MEAN, N_COLUMNS };

static bool jumps(size_t j) { return j != MEAN; }

typedef enum value_form { PLAIN, IMPUTED, MATMINER } value_form;

static void column(size_t j, cupel_str *name, const char **unit)
{
    static const char *const names[N_COLUMNS] = {"compound possible", "max ionic char", "avg ionic char"};
    cupel_str_addf(name, "%s", names[j]);
    *unit = "";
}

/* ---- is there one common state per element with which the formula is neutral? ---- */

/* Elements whose states are still to be chosen, and bounds of what those from i on can add to the charge. */
typedef struct choices {
    size_t n;
    const cupel_atom_list *states[CUPEL_Z_MAX];
    double amount[CUPEL_Z_MAX], least[CUPEL_Z_MAX + 1], most[CUPEL_Z_MAX + 1];
    unsigned steps;
} choices;

enum { STEPS = 20000 };
static const double NEUTRAL = 1e-8; /* e per formula as written, as numpy.isclose(charge, 0) */

static double width(const cupel_atom_list *s, double amount)
{
    int low = s->key[0], high = s->key[0];
    for (unsigned j = 1; j < s->n; j++) {
        if (s->key[j] < low) low = s->key[j];
        if (s->key[j] > high) high = s->key[j];
    }
    return amount * (high - low);
}

/* Wide ranges first, so that bounds cut early. The charge of elements that have one state only goes to the answer. */
static double prepare(choices *c, const cupel_atom_list *const *states, const double *amount, size_t n)
{
    double charge = 0.0;
    c->n = c->steps = 0;
    for (size_t i = 0; i < n; i++) {
        const cupel_atom_list *s = states[i];
        if (s->n == 1) {
            charge += s->key[0] * amount[i];
            continue;
        }
        size_t j = c->n++;
        for (; j > 0 && width(s, amount[i]) > width(c->states[j - 1], c->amount[j - 1]); j--)
            c->states[j] = c->states[j - 1], c->amount[j] = c->amount[j - 1];
        c->states[j] = s;
        c->amount[j] = amount[i];
    }
    c->least[c->n] = c->most[c->n] = 0.0;
    for (size_t i = c->n; i-- > 0;) {
        const cupel_atom_list *s = c->states[i];
        int low = s->key[0], high = s->key[0];
        for (unsigned j = 1; j < s->n; j++) {
            if (s->key[j] < low) low = s->key[j];
            if (s->key[j] > high) high = s->key[j];
        }
        c->least[i] = c->least[i + 1] + low * c->amount[i];
        c->most[i] = c->most[i + 1] + high * c->amount[i];
    }
    return charge;
}

static bool neutral(choices *c, size_t i, double charge)
{
    if (i == c->n) return fabs(charge) <= NEUTRAL;
    if (c->steps == STEPS || charge + c->least[i] > NEUTRAL || charge + c->most[i] < -NEUTRAL) return false;
    c->steps++;
    for (unsigned j = 0; j < c->states[i]->n; j++)
        if (neutral(c, i + 1, charge + c->states[i]->key[j] * c->amount[i])) return true;
    return false;
}

/* matminer takes the states of the pymatgen that is installed: of a later one than that of the plain form. */
static cupel_reason possible(const unsigned char *z, const double *amount, size_t n, value_form form, double *x)
{
    choices c;
    const cupel_atom_list *states[CUPEL_Z_MAX];
    *x = (double)NAN;
    for (size_t i = 0; i < n; i++) {
        states[i] = form == MATMINER ? cupel_atom_common_2026(z[i]) : cupel_atom_common(z[i]);
        if (!states[i]->n) return CUPEL_REASON_NO_ELEMENT_DATA;
    }
    double charge = prepare(&c, states, amount, n);
    bool found = neutral(&c, 0, charge);
    if (!found && c.steps == STEPS) return CUPEL_REASON_TOO_COMPLEX;
    *x = found ? 1.0 : 0.0;
    return CUPEL_REASON_NONE;
}

/* ---- ionic character of the bond between two elements, 1 - exp(-(difference in electronegativity)^2 / 4) (Pauling) ---- */

static void character(const double *en, const double *amount, size_t n, double *largest, double *mean)
{
    double total = cupel_total(amount, n), widest = 0.0, sum = 0.0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            double apart = en[i] - en[j], bond = 1.0 - cupel_exp(-0.25 * apart * apart);
            sum += amount[i] / total * (amount[j] / total) * bond;
            if (bond > widest) widest = bond;
        }
    *largest = widest;
    *mean = sum;
}

/* Filled in: what is not known is the mean electronegativity, and an element without states is in no compound. */
static cupel_reason described(const unsigned char *z, const double *amount, size_t n, value_form form, double *x)
{
    double en[CUPEL_Z_MAX];
    bool lacks = false;
    x[POSSIBLE] = 1.0;
    x[LARGEST] = x[MEAN] = 0.0;
    if (n == 1) return CUPEL_REASON_NONE;
    for (size_t i = 0; i < n; i++) {
        en[i] = cupel_pauling(form == PLAIN ? CUPEL_TABLE_PLAIN : CUPEL_TABLE_IMPUTED, z[i]);
        lacks = lacks || isnan(cupel_pauling(CUPEL_TABLE_PLAIN, z[i]));
    }
    character(en, amount, n, &x[LARGEST], &x[MEAN]);
    cupel_reason why = possible(z, amount, n, form, &x[POSSIBLE]);
    if (lacks && form == PLAIN) x[LARGEST] = x[MEAN] = (double)NAN;
    if (lacks && !why) why = CUPEL_REASON_NO_ELEMENT_DATA;
    if (form == PLAIN || why != CUPEL_REASON_NO_ELEMENT_DATA) return why;
    if (isnan(x[POSSIBLE])) x[POSSIBLE] = 0.0;
    return CUPEL_REASON_IMPUTED;
}

static cupel_reason row(const unsigned char *z, const double *amount, size_t n, double *x) { return described(z, amount, n, PLAIN, x); }
static cupel_reason row_imputed(const unsigned char *z, const double *amount, size_t n, double *x) { return described(z, amount, n, IMPUTED, x); }
static cupel_reason row_matminer(const unsigned char *z, const double *amount, size_t n, double *x) { return described(z, amount, n, MATMINER, x); }

CUPEL_COMPUTE_ROWS(compute, N_COLUMNS, row)
CUPEL_COMPUTE_ROWS(impute, N_COLUMNS, row_imputed)
CUPEL_COMPUTE_ROWS(as_matminer, N_COLUMNS, row_matminer)

static const cupel_reference references[] = {
    {"10.1038/npjcompumats.2016.28", "Ward, Agrawal, Choudhary, Wolverton: A general-purpose machine learning framework for predicting properties of "
                                     "inorganic materials. npj Computational Materials 2, 16028 (2016)"},
    {NULL, NULL}};

#define ION_METHOD                                                                                                                         \
    {                                                                                                                                      \
        .name = "ion_property", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula",                    \
        .references = references, .output = "3 columns, dimensionless",                                                                    \
        .help = "whether common oxidation states can be neutral, and ionic character, as matminer's IonProperty(fast=True)"                \
    }

static const cupel_descriptor imputed = {.method = ION_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = impute, .jumps = jumps};
static const cupel_descriptor matminer = {.method = ION_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = as_matminer, .jumps = jumps};

const cupel_descriptor cupel_descriptor_ion_property = {
    .method = ION_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = compute, .imputed = &imputed, .matminer = &matminer, .jumps = jumps};
