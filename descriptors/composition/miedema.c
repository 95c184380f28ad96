#include "descriptors/composition/alloy_sums.h"
#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/rows.h"

#include <math.h>

/* Enthalpies of formation of an alloy by Miedema's model (de Boer et al.: Cohesion in metals, North-Holland 1988; Gallego, Somoza, Alonso, J. Phys.:
 * Condens. Matter 2, 6245 (1990) for more than two elements), to the number as matminer's Miedema gives them. They are sums over the pairs of
 * elements at the fractions that these have in the whole alloy (not of the pair), so that a fraction counts alone. What else there is to know
 * of that code:
 *  - the transformation of an element into a metal (H B C N Si P Ge) counts once for each pair that it is in;
 *  - an element counts as a transition metal by its number of electrons, 3 to 11, which takes in B, Al, Si, the lanthanides up to Tb, and others;
 *  - the amorphous phase has 3.5 J/(mol K) times the mean melting point above the solid, the solid solution the elastic and the structural energies;
 *  - the lattices of a solid solution are fcc, bcc, hcp and none, and the least of the four counts. */
enum { INTERMETALLIC, AMORPHOUS, SOLUTION, N_COLUMNS };

#define NEEDS CUPEL_NEEDS(CUPEL_MIEDEMA_VOLUME) /* all parameters are tabulated for the same elements */
static const cupel_alloy_column columns[N_COLUMNS] = {
    {"Miedema_deltaH_inter", "eV/atom", NEEDS, true},
    {"Miedema_deltaH_amor", "eV/atom", NEEDS, true},
    {"Miedema_deltaH_ss_min", "eV/atom", NEEDS, true},
};

static void column(size_t j, cupel_str *name, const char **unit)
{
    cupel_str_puts(name, columns[j].name);
    *unit = columns[j].unit;
}

static const double KJ_PER_EV = 96.4853; /* as matminer has it */

/* One element of a pair. */
typedef struct party {
    const double *p;         /* its parameters */
    double x, surface, root; /* atomic fraction; V^(2/3), cm^2; n^(1/3) */
} party;

/* How much of the surface of its atoms is in touch with the other element: 0 for a statistical mixture, 5 for an amorphous one, 8 for order. */
static double contact(double own, double other, double order)
{
    double both = own * other;
    return other * (1.0 + order * both * both);
}

static bool is_transition(double valence)
{
    return valence >= 3.0 && valence <= 11.0 && valence == floor(valence); /* the mean that stands in for an unknown one is none */
}

/* The energy at the interface of two elements, kJ/mol per surface: -P dphi^2 + Q (dn^(1/3))^2 - R, over the mean of 1/n^(1/3). */
static double interface(const party *a, const party *b)
{
    bool ta = is_transition(a->p[CUPEL_MIEDEMA_VALENCE]), tb = is_transition(b->p[CUPEL_MIEDEMA_VALENCE]);
    double p = ta && tb ? 14.1 : !ta && !tb ? 10.7 : 12.35;
    double hybrid = ta == tb ? 0.0 : a->p[CUPEL_MIEDEMA_R] * b->p[CUPEL_MIEDEMA_R] * p;
    double charge = a->p[CUPEL_MIEDEMA_ELECTRONEGATIVITY] - b->p[CUPEL_MIEDEMA_ELECTRONEGATIVITY], density = a->root - b->root;
    return 2.0 * (-p * charge * charge - hybrid + 9.4 * p * density * density) / (1.0 / a->root + 1.0 / b->root);
}

/* Chemical term of a pair, kJ/mol. */
static double chemical(const party *a, const party *b, double eta, double order)
{
    double sum = a->x * a->surface + b->x * b->surface, ca = a->x * a->surface / sum, cb = b->x * b->surface / sum;
    double charge = a->p[CUPEL_MIEDEMA_ELECTRONEGATIVITY] - b->p[CUPEL_MIEDEMA_ELECTRONEGATIVITY];
    double va = a->surface * (1.0 + a->p[CUPEL_MIEDEMA_A] * contact(ca, cb, order) * charge);
    double vb = b->surface * (1.0 - b->p[CUPEL_MIEDEMA_A] * contact(cb, ca, order) * charge);
    sum = a->x * va + b->x * vb;
    return contact(a->x * va / sum, b->x * vb / sum, order) * a->x * va * eta + a->x * a->p[CUPEL_MIEDEMA_TRANSFORMATION] +
           b->x * b->p[CUPEL_MIEDEMA_TRANSFORMATION];
}

/* The energy of one atom, of modulus k and volume v, forced into a hole of volume w in a matrix of shear modulus g. */
static double misfit(double k, double g, double v, double w) { return 2.0 * k * g * (v - w) * (v - w) / (4.0 * g * v + 3.0 * k * w); }

/* Elastic term of a pair, kJ/mol: atoms of one size in the lattice of the other, both changed by the transfer of charge. */
static double elastic(const party *a, const party *b)
{
    double ka = a->p[CUPEL_MIEDEMA_BULK_MODULUS], kb = b->p[CUPEL_MIEDEMA_BULK_MODULUS];
    double ga = a->p[CUPEL_MIEDEMA_SHEAR_MODULUS], gb = b->p[CUPEL_MIEDEMA_SHEAR_MODULUS];
    if (ka == 0.0 && kb == 0.0 && ga == 0.0 && gb == 0.0) return 0.0; /* H and N */
    double charge = a->p[CUPEL_MIEDEMA_ELECTRONEGATIVITY] - b->p[CUPEL_MIEDEMA_ELECTRONEGATIVITY];
    double na = a->p[CUPEL_MIEDEMA_DENSITY], nb = b->p[CUPEL_MIEDEMA_DENSITY], spread = 1.5 / (1.0 / a->root + 1.0 / b->root);
    double va = a->p[CUPEL_MIEDEMA_VOLUME], vb = b->p[CUPEL_MIEDEMA_VOLUME];
    double ra = cbrt(fabs(va + spread * a->surface * charge / na)), rb = cbrt(fabs(vb - spread * b->surface * charge / nb));
    double alpha_a = spread * ra * ra, alpha_b = spread * rb * rb;
    double a_in_b = misfit(ka, gb, va + alpha_a * charge / na, vb + alpha_a * charge / nb);
    double b_in_a = misfit(kb, ga, vb - alpha_b * charge / nb, va - alpha_b * charge / na);
    return a->x * b->x * (b->x * a_in_b + a->x * b_in_a);
}

/* Energy of a lattice against its neighbours by the number of valence electrons, kJ/mol; linear in between. */
enum { N_KNOTS = 18, N_LATTICES = 3 };
static const double electrons[N_KNOTS] = {0, 1, 2, 3, 4, 5, 5.5, 6, 7, 8, 8.5, 9, 10, 11, 12, 13, 14, 15};
static const double lattice[N_LATTICES][N_KNOTS] = {
    {0, 0, 0, -2, -1.5, 9, 14, 11, -3, -9.5, -11, -9, -2, 1.5, 0, 0, 0, 0},      /* fcc */
    {0, 0, 0, 2.2, 2, -9.5, -14.5, -12, 4, 10, 11, 8.5, 1.5, 1.5, 0, 0, 0, 0},   /* bcc */
    {0, 0, 0, -2.5, -2.5, 10, 15, 13, -5, -10.5, -11, -8, -1, 2.5, 0, 0, 0, 0}}; /* hcp */

static double lattice_energy(size_t l, double valence)
{
    size_t k = 1;
    while (k < N_KNOTS && valence > electrons[k]) k++;
    if (k == N_KNOTS) return 0.0;
    double t = (valence - electrons[k - 1]) / (electrons[k] - electrons[k - 1]);
    return (1.0 - t) * lattice[l][k - 1] + t * lattice[l][k];
}

/* Structural term of the best lattice, kJ/mol; 0 is that of none. */
static double structural(const cupel_alloy *a)
{
    double valence = cupel_alloy_mean(a, CUPEL_MIEDEMA_VALENCE), own = cupel_alloy_mean(a, CUPEL_MIEDEMA_STABILITY), best = 0.0;
    for (size_t l = 0; l < N_LATTICES; l++) best = fmin(best, lattice_energy(l, valence) - own);
    return best;
}

static party party_of(const cupel_alloy *a, size_t i)
{
    const double *p = cupel_alloy_value[a->z[i]];
    double side = cbrt(p[CUPEL_MIEDEMA_VOLUME]);
    return (party){p, a->fraction[i], side * side, cbrt(p[CUPEL_MIEDEMA_DENSITY])};
}

static cupel_reason fill(const unsigned char *z, const double *amount, size_t n, double *x)
{
    cupel_alloy a;
    party part[CUPEL_Z_MAX];
    cupel_alloy_of(z, amount, n, &a);
    for (size_t i = 0; i < n; i++) part[i] = party_of(&a, i);
    x[INTERMETALLIC] = 0.0;
    x[AMORPHOUS] = 3.5e-3 * cupel_alloy_mean(&a, CUPEL_MIEDEMA_MELTING_POINT);
    x[SOLUTION] = structural(&a);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            double eta = interface(&part[i], &part[j]);
            x[INTERMETALLIC] += chemical(&part[i], &part[j], eta, 8.0);
            x[AMORPHOUS] += chemical(&part[i], &part[j], eta, 5.0);
            x[SOLUTION] += chemical(&part[i], &part[j], eta, 0.0) + elastic(&part[i], &part[j]);
        }
    for (size_t j = 0; j < N_COLUMNS; j++) x[j] /= KJ_PER_EV;
    return a.lacks & NEEDS ? CUPEL_REASON_IMPUTED : CUPEL_REASON_NONE;
}

static cupel_reason row(const unsigned char *z, const double *amount, size_t n, double *x)
{
    if (fill(z, amount, n, x) == CUPEL_REASON_NONE) return CUPEL_REASON_NONE;
    cupel_alloy_blank(columns, N_COLUMNS, NEEDS, x);
    return CUPEL_REASON_NO_ELEMENT_DATA;
}

CUPEL_COMPUTE_ROWS(compute, N_COLUMNS, row)
CUPEL_COMPUTE_ROWS(impute, N_COLUMNS, fill)

static bool jumps(size_t j) { return columns[j].jumps; }

static const cupel_reference references[] = {
    {"10.1016/j.cpc.2016.08.013", "Zhang, Zhang, He, Jing, Sheng: Miedema Calculator: a thermodynamic platform for predicting formation enthalpies "
                                  "of alloys within framework of Miedema's theory. Computer Physics Communications 209, 58 (2016)"},
    {"10.1016/j.commatsci.2018.05.018", "Ward et al.: Matminer: An open source toolkit for materials data mining. Computational Materials Science "
                                        "152, 60 (2018)"},
    {NULL, NULL}};

#define MIEDEMA_METHOD                                                                                                                           \
    {                                                                                                                                            \
        .name = "miedema", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula", .references = references,     \
        .help = "enthalpies of formation of the ordered compound, the amorphous phase and the best solid solution, as matminer's Miedema",       \
        .output = "3 columns, eV/atom"                                                                                                           \
    }

static const cupel_descriptor imputed = {.method = MIEDEMA_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = impute, .jumps = jumps};

const cupel_descriptor cupel_descriptor_miedema = {
    .method = MIEDEMA_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = compute, .imputed = &imputed, .matminer = &imputed,
    .jumps = jumps};
