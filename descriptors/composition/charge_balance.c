/* Can the formula be neutral, and how nearly: the block of features that helps most with band gaps of compounds. Fractions x add up to 1, EN is
 * Magpie's electronegativity, charges are per atom. */
#include "descriptors/composition/charges.h"
#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/magpie_table.h"
#include "descriptors/composition/rows.h"

#include "core/math/stats.h"
#include "core/matter/atoms.h"

#include <assert.h>
#include <math.h>

enum { OF_STATES = 6, OF_ANION = 13, N_COLUMNS = 2 * OF_STATES + OF_ANION };
static const double NONE_ORDERED = 9.0;

static void column(size_t j, cupel_str *name, const char **unit)
{
    static const struct {
        const char *name, *unit;
    } of_states[OF_STATES] = {{"least charge", "e/atom"},
                              {"least charge in order", "e/atom"},
                              {"can be neutral", ""},
                              {"can be neutral in order", ""},
                              {"largest charge transfer", "e/atom"},
                              {"log neutral choices", ""}},
      of_anion[OF_ANION] = {{"anion balance of highest states", "e/atom"},
                            {"anion balance of lowest states", "e/atom"},
                            {"anion fraction", ""},
                            {"anion electronegativity", ""},
                            {"valence electrons", "e/atom"},
                            {"valence electrons per anion", "e/anion"},
                            {"valence electrons modulo 2", "e/atom"},
                            {"valence electrons beyond anion octets", "e/atom"},
                            {"electronegativity variance", ""},
                            {"largest ionic character", ""},
                            {"electronegativity gap of the top two", ""},
                            {"mean ionic character of pairs", ""},
                            {"geometric mean electronegativity", ""}};
    if (j < 2 * OF_STATES) {
        cupel_str_addf(name, "%s (%s states)", of_states[j % OF_STATES].name, j < OF_STATES ? "common" : "ICSD");
        *unit = of_states[j % OF_STATES].unit;
    } else {
        cupel_str_addf(name, "%s", of_anion[j - 2 * OF_STATES].name);
        *unit = of_anion[j - 2 * OF_STATES].unit;
    }
}

/* All but sums over the atoms: valence electrons, variance, mean character of pairs and geometric mean. */
static bool jumps(size_t j) { return j < 2 * OF_STATES || !(1u << (j - 2 * OF_STATES) & (1u << 4 | 1u << 8 | 1u << 11 | 1u << 12)); }

/* ---- all choices of one state per element ---- */

/* The charge that is so far, half the sum of its sizes, and whether a cation stands above an anion in electronegativity. */
typedef struct partial {
    double charge, size, anion_en; /* anion_en: of the least electronegative anion, infinite when there is none */
    bool ordered;
} partial;

typedef struct choices {
    const cupel_sorted *s;
    const cupel_charges *may;
    double least, least_ordered, transfer, transfer_ordered;
    unsigned neutral, neutral_ordered;
} choices;

static void judge(choices *c, partial p)
{
    double charge = fabs(p.charge);
    if (charge < c->least) c->least = charge;
    if (p.ordered && charge < c->least_ordered) c->least_ordered = charge;
    if (!(charge < cupel_balanced)) return;
    c->neutral++;
    if (p.size > c->transfer) c->transfer = p.size;
    if (!p.ordered) return;
    c->neutral_ordered++;
    if (p.size > c->transfer_ordered) c->transfer_ordered = p.size;
}

/* Elements come by electronegativity, so that a cation is out of order when an anion before it is less electronegative. */
static void go_through(choices *c, size_t i, partial p)
{
    const cupel_sorted *s = c->s;
    for (unsigned j = 0; j < c->may->n[i]; j++) {
        int state = c->may->state[i][j];
        partial q = p;
        q.charge += s->x[i] * state;
        q.size += 0.5 * s->x[i] * (state < 0 ? -state : state);
        if (state < 0 && s->en[i] < q.anion_en) q.anion_en = s->en[i];
        if (state > 0 && s->en[i] > q.anion_en) q.ordered = false;
        if (i + 1 < s->n) go_through(c, i + 1, q);
        else judge(c, q);
    }
}

static cupel_reason of_states(const cupel_sorted *s, const cupel_atom_list *table, double *x, bool *lacks)
{
    cupel_charges may;
    choices c = {.s = s, .may = &may, .least = (double)INFINITY, .least_ordered = NONE_ORDERED};
    if (!cupel_charges_of(s, table, &may, lacks)) {
        for (size_t j = 0; j < OF_STATES; j++) x[j] = (double)NAN;
        return CUPEL_REASON_TOO_COMPLEX;
    }
    go_through(&c, 0, (partial){.anion_en = (double)INFINITY, .ordered = true});
    x[0] = c.least;
    x[1] = c.least_ordered;
    x[2] = c.neutral > 0;
    x[3] = c.neutral_ordered > 0;
    x[4] = c.neutral_ordered ? c.transfer_ordered : c.transfer;
    x[5] = cupel_log(1.0 + c.neutral);
    return CUPEL_REASON_NONE;
}

/* ---- with the most electronegative element as the anion ---- */

/* Electrons that the anion takes up: 8 - (column - 10) from column 13 on, 0 where that is not between 0 and 4. */
static double electrons_taken(unsigned z)
{
    double column_of = cupel_magpie_value[z][CUPEL_MAGPIE_COLUMN], v = column_of > 12.0 ? 18.0 - column_of : 0.0;
    return v < 0.0 || v > 4.0 ? 0.0 : v;
}

static double extreme_state(unsigned z, bool highest)
{
    const cupel_atom_list *s = cupel_atom_common(z);
    double best = s->n ? s->key[0] : 0.0;
    for (unsigned j = 1; j < s->n; j++)
        if (highest ? s->key[j] > best : s->key[j] < best) best = s->key[j];
    return best;
}

/* s, p and d electrons, d only while the shell is open. */
static double valence_electrons(unsigned z)
{
    const double *v = cupel_magpie_value[z];
    double d = v[CUPEL_MAGPIE_ND_VALENCE];
    return v[CUPEL_MAGPIE_NS_VALENCE] + v[CUPEL_MAGPIE_NP_VALENCE] + (d < 10.0 ? d : 0.0);
}

/* 0 <= the answer < 2; what rounding leaves below an even number counts as even. */
static double modulo_2(double x)
{
    double rest = x - 2.0 * floor(0.5 * x + 1e-9);
    return rest > 0.0 ? rest : 0.0;
}

static double ionic(double a, double b) { return 1.0 - cupel_exp(-0.25 * (a - b) * (a - b)); }

static void of_anion(const cupel_sorted *s, double *x)
{
    size_t a = s->n - 1;
    double taken = electrons_taken(s->z[a]) * s->x[a], high = 0.0, low = 0.0;
    double electrons = 0.0, mean = 0.0, logs = 0.0, variance = 0.0, pairs = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        if (i < a) high += s->x[i] * extreme_state(s->z[i], true), low += s->x[i] * extreme_state(s->z[i], false);
        electrons += s->x[i] * valence_electrons(s->z[i]);
        mean += s->x[i] * s->en[i];
        logs += s->x[i] * cupel_log(s->en[i]);
        for (size_t j = 0; j < i; j++) pairs += 2.0 * s->x[i] * s->x[j] * ionic(s->en[i], s->en[j]);
    }
    for (size_t i = 0; i < s->n; i++) variance += s->x[i] * (s->en[i] - mean) * (s->en[i] - mean);
    const double value[OF_ANION] = {high - taken, low - taken, s->x[a], s->en[a], electrons, electrons / s->x[a], modulo_2(electrons),
                                    electrons - 8.0 * s->x[a], variance, ionic(s->en[a], s->en[0]), a ? s->en[a] - s->en[a - 1] : 0.0, pairs,
                                    cupel_exp(logs)};
    for (size_t j = 0; j < OF_ANION; j++) x[j] = value[j];
}

/* ---- the set ---- */

static void blank(double *x, size_t from, size_t n)
{
    for (size_t j = from; j < from + n; j++) x[j] = (double)NAN;
}

/* fill_in: EN 1.3, the mean number of electrons and state 0 where nothing is known, as the recipe does. */
static cupel_reason described(const unsigned char *z, const double *amount, size_t n, bool fill_in, double *x)
{
    cupel_sorted s;
    bool lacks = false;
    assert(n > 0);
    cupel_sort_ions(z, amount, n, &s);
    cupel_reason why = of_states(&s, cupel_atom_states_common, x, &lacks), again = of_states(&s, cupel_atom_states_icsd, x + OF_STATES, &lacks);
    of_anion(&s, x + 2 * OF_STATES);
    if (!why) why = again;
    if (!lacks && !s.lacks_en && !s.lacks_electrons) return why;
    if (fill_in) return why ? why : CUPEL_REASON_IMPUTED;
    if (lacks || s.lacks_en) blank(x, 0, 2 * OF_STATES + 2);
    if (s.lacks_en) blank(x, 0, N_COLUMNS);
    if (s.lacks_electrons) blank(x, 2 * OF_STATES, 2), blank(x, 2 * OF_STATES + 4, 4);
    return CUPEL_REASON_NO_ELEMENT_DATA;
}

static cupel_reason row(const unsigned char *z, const double *amount, size_t n, double *x) { return described(z, amount, n, false, x); }
static cupel_reason row_imputed(const unsigned char *z, const double *amount, size_t n, double *x) { return described(z, amount, n, true, x); }

CUPEL_COMPUTE_ROWS(compute, N_COLUMNS, row)
CUPEL_COMPUTE_ROWS(impute, N_COLUMNS, row_imputed)

#define CHARGE_METHOD                                                                                                                      \
    {                                                                                                                                      \
        .name = "charge_balance", .kind = "descriptor", .scale = "composition", .maturity = "experimental", .input = "formula",            \
        .output = "25 columns, charges per atom",                                                                                          \
        .help = "how nearly common and ICSD oxidation states balance, and electrons against what the most electronegative element takes"   \
    }

static const cupel_descriptor imputed = {.method = CHARGE_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = impute, .jumps = jumps};

const cupel_descriptor cupel_descriptor_charge_balance = {
    .method = CHARGE_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = compute, .imputed = &imputed, .jumps = jumps};
