/* What the cations are and what the anions are: one charge for each element, properties of both sides and how far they lie apart, the electrons that
 * the ions keep, and whether the smallest whole-number formula has an odd number of them, which a filled band cannot hold. For band gaps. Of all
 * choices of charges the first of those that are neutral with all cations below all anions in electronegativity and shift most electrons; else
 * neutral; else in order; else with the least charge. Where two choices are as good all columns jump, also of smooth descriptors. Fractions x add up
 * to 1. */
#include "descriptors/composition/charges.h"
#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/element_table.h"
#include "descriptors/composition/magpie_table.h"
#include "descriptors/composition/rows.h"

#include "core/math/stats.h"

#include <math.h>

enum { N_DEML = 3, N_OF = CUPEL_MAGPIE_PROPERTIES + N_DEML, N_ENDS = 3 };
enum { ENDS = 3 * N_OF, SHELLS = ENDS + 3 * N_ENDS };
enum {
    D_EMPTY = SHELLS, D_OPEN, D_FULL, D_ELECTRONS, D_MOST, LONE_PAIRS, STRIPPED, ODD_ION, F_OPEN, D_ODD, CATION_CHARGE, ANION_CHARGE, HIGHEST, LOWEST,
    CATIONS, NEUTRAL, CHARGE, EN_GAP, SIZES, ANION_LEVEL, CATION_LEVEL, LEVEL_GAP, ATOMS, ODD, ODD_VALENCE, VALENCE, N_COLUMNS
};
static const size_t deml[N_DEML] = {10, 12, 14};                                        /* of its properties */
static const size_t end_of[N_ENDS] = {CUPEL_MAGPIE_ELECTRONEGATIVITY, 1, 6};           /* Magpie's: Mendeleev number, covalent radius */
static const double WHOLE = 1e-3, MOST_ATOMS = 400, NOT_OPEN = -1, NOT_WHOLE = 0.5;

/* Property p of the N_OF: those of Magpie, then of Deml. */
static const char *property(size_t p)
{
    return p < CUPEL_MAGPIE_PROPERTIES ? cupel_magpie_property[p] : cupel_table_deml.property[deml[p - CUPEL_MAGPIE_PROPERTIES]];
}

static const char *unit_of(size_t p)
{
    return p < CUPEL_MAGPIE_PROPERTIES ? cupel_magpie_unit[p] : cupel_table_deml.unit[deml[p - CUPEL_MAGPIE_PROPERTIES]];
}

static void column(size_t j, cupel_str *name, const char **unit)
{
    static const char *const side[] = {"cation", "anion", "anion less cation"};
    static const char *const end[] = {"largest cation", "smallest cation", "smallest anion"};
    static const struct {
        const char *name, *unit;
    } rest[N_COLUMNS - SHELLS] = {{"cations with empty d shell", ""}, {"with open d shell", ""}, {"with full d shell", ""},
                                  {"electrons in open d shells", "1/atom"}, {"most electrons in an open d shell", ""}, {"cations with lone pair", ""},
                                  {"cations without valence electrons", ""}, {"cations with odd outer electrons", ""}, {"with open f shell", ""},
                                  {"odd open d shell", ""}, {"mean cation charge", "e"}, {"mean anion charge", "e"}, {"highest charge", "e"},
                                  {"lowest charge", "e"}, {"cation share", ""}, {"share without charge", ""}, {"charge of the ions", "e/atom"},
                                  {"electronegativity from cations to anions", ""}, {"mean size of charge", "e/atom"}, {"anion level", "hartree"},
                                  {"cation level", "hartree"}, {"cation less anion level", "hartree"}, {"log atoms of the formula", ""},
                                  {"odd electrons", ""}, {"odd valence electrons", ""}, {"valence electrons of the formula", ""}};
    if (j < ENDS) {
        cupel_str_addf(name, "%s %s", side[j / N_OF], property(j % N_OF));
        *unit = unit_of(j % N_OF);
    } else if (j < SHELLS) {
        cupel_str_addf(name, "%s %s", end[(j - ENDS) / N_ENDS], property(end_of[(j - ENDS) % N_ENDS]));
        *unit = unit_of(end_of[(j - ENDS) % N_ENDS]);
    } else {
        cupel_str_addf(name, "ions %s", rest[j - SHELLS].name);
        *unit = rest[j - SHELLS].unit;
    }
}

/* ---- charges ---- */

/* Ranks first, then numbers; of equal choices the first stays. */
typedef struct choice {
    int rank;          /* neutral and in order, neutral, in order, neither: 3 .. 0 */
    double off, size;  /* |charge| rounded to a millionth; half the sum of the sizes; e/atom */
    short charge[CUPEL_Z_MAX];
} choice;

typedef struct search {
    const cupel_sorted *s;
    const cupel_charges *may;
    choice now, best;
} search;

static bool better(const choice *a, const choice *b)
{
    if (a->rank != b->rank) return a->rank > b->rank;
    if (a->off < b->off || a->off > b->off) return a->off < b->off;
    return a->size > b->size;
}

/* Elements come by electronegativity: a cation is out of order when an anion before it is less electronegative. */
static void go_through(search *f, size_t i, double charge, double size, double anion_en, bool ordered)
{
    const cupel_sorted *s = f->s;
    if (i == s->n) {
        const bool neutral = fabs(charge) < cupel_balanced;
        ordered = ordered && isfinite(anion_en);
        f->now.rank = (neutral ? 2 : 0) + (ordered ? 1 : 0);
        f->now.off = rint(1e6 * fabs(charge));
        f->now.size = size;
        if (better(&f->now, &f->best)) f->best = f->now;
        return;
    }
    for (unsigned j = 0; j < f->may->n[i]; j++) {
        const short state = f->may->state[i][j];
        f->now.charge[i] = state;
        go_through(f, i + 1, charge + s->x[i] * state, size + 0.5 * s->x[i] * (state < 0 ? -state : state),
                   state < 0 && s->en[i] < anion_en ? s->en[i] : anion_en, ordered && !(state > 0 && s->en[i] > anion_en));
    }
}

/* Common states, and those of the ICSD where these give no answer. False: too many choices, all charges 0. */
static bool charges_of(const cupel_sorted *s, short *charge, bool *lacks)
{
    const cupel_atom_list *const table[] = {cupel_atom_states_common, cupel_atom_states_icsd};
    search f = {.s = s, .best = {.rank = -1}};
    cupel_charges may;
    for (size_t t = 0; t < 2 && f.best.rank < 3; t++) {
        f.may = &may;
        if (cupel_charges_of(s, table[t], &may, lacks)) go_through(&f, 0, 0, 0, (double)INFINITY, true);
    }
    for (size_t i = 0; i < s->n; i++) charge[i] = f.best.rank < 0 ? 0 : f.best.charge[i];
    return f.best.rank >= 0;
}

/* ---- electrons ---- */

static unsigned core_of(unsigned z)
{
    static const unsigned noble[] = {86, 54, 36, 18, 10, 2};
    for (size_t k = 0; k < sizeof noble / sizeof *noble; k++)
        if (z > noble[k]) return noble[k];
    return 0;
}

static bool is_f(unsigned z) { return (z >= 57 && z <= 71) || (z >= 89 && z <= 103); }
static bool is_d(unsigned z) { return (z >= 21 && z <= 30) || (z >= 39 && z <= 48) || (z >= 72 && z <= 80); }

typedef struct shells {
    int d, outer, f; /* electrons; outer: s and p */
} shells;

/* Of an ion: f before d before s. */
static shells shells_of(unsigned z, int charge)
{
    const unsigned core = core_of(z), filled = core >= 54 ? 14 : 0;
    int n = (int)(z - core) - charge;
    if (is_f(z)) return (shells){.f = n < 0 ? 0 : n > 14 ? 14 : n};
    if (core < 18) return (shells){.outer = n};
    n -= (int)filled;
    if (n <= 0) return (shells){0};
    if ((int)(z - core) - (int)filled > 12) return (shells){.d = 10, .outer = n - 10};
    return (shells){.d = n < 10 ? n : 10, .outer = n < 10 ? 0 : n - 10};
}

/* Outside of filled shells; lanthanides give 3, actinides 4. */
static double valence_of(unsigned z)
{
    const unsigned core = core_of(z);
    if (z >= 89) return z > 89 ? 4 : 3;
    if (is_f(z)) return 3;
    unsigned n = z - core - (z >= 72 ? 14 : 0);
    return core >= 18 && n > 12 ? n - 10 : n;
}

static double level_of(unsigned z) /* the highest orbital of the atom, hartree */
{
    const cupel_atom_list *o = &cupel_atom_orbitals[z];
    return o->n ? o->value[0] : (double)NAN;
}

/* The smallest whole-number formula: a greatest common divisor with a tolerance, in the order of the elements; so it does not matter how the formula
 * was written. */
static void count_electrons(const cupel_sorted *s, double *x)
{
    double least = s->x[0], divisor, atoms = 0, electrons = 0, valence = 0;
    for (size_t i = 1; i < s->n; i++) least = s->x[i] < least ? s->x[i] : least;
    divisor = s->x[0] / least;
    for (size_t i = 1; i < s->n; i++) {
        double a = divisor, b = s->x[i] / least;
        while (b > WHOLE) {
            double rest = fmod(a, b);
            if (b - rest <= WHOLE) rest = 0;
            a = b;
            b = rest;
        }
        divisor = a;
    }
    for (size_t i = 0; i < s->n; i++) {
        const double k = rint(s->x[i] / least / divisor);
        atoms += k;
        electrons += k * s->z[i];
        valence += k * valence_of(s->z[i]);
    }
    const bool whole = atoms <= MOST_ATOMS;
    x[ATOMS] = cupel_log(atoms);
    x[ODD] = whole ? fmod(electrons, 2) : NOT_WHOLE;
    x[ODD_VALENCE] = whole ? fmod(valence, 2) : NOT_WHOLE;
    x[VALENCE] = whole ? valence : -1;
}

/* ---- the sides ---- */

typedef struct sides {
    const cupel_sorted *s;
    short charge[CUPEL_Z_MAX];
    bool cation[CUPEL_Z_MAX], anion[CUPEL_Z_MAX];
} sides;

static double value_of(unsigned z, size_t p)
{
    return p < CUPEL_MAGPIE_PROPERTIES ? cupel_magpie_value[z][p]
                                       : cupel_table_row(&cupel_table_deml, CUPEL_TABLE_IMPUTED, z)[deml[p - CUPEL_MAGPIE_PROPERTIES]];
}

/* Without cations all but the last element stand for them, without anions the last: the most electronegative one. */
static void take_sides(sides *t)
{
    const size_t n = t->s->n;
    bool cations = false, anions = false;
    for (size_t i = 0; i < n; i++) cations = cations || t->charge[i] > 0, anions = anions || t->charge[i] < 0;
    for (size_t i = 0; i < n; i++) {
        t->cation[i] = cations ? t->charge[i] > 0 : n == 1 || i + 1 < n;
        t->anion[i] = anions ? t->charge[i] < 0 : i + 1 == n;
    }
}

static double mean(const sides *t, const bool *in, size_t p)
{
    double sum = 0, all = 0;
    for (size_t i = 0; i < t->s->n; i++)
        if (in[i]) all += t->s->x[i], sum += t->s->x[i] * value_of(t->s->z[i], p);
    return sum / all;
}

static double extreme(const sides *t, const bool *in, size_t p, bool largest)
{
    double best = largest ? -(double)INFINITY : (double)INFINITY;
    for (size_t i = 0; i < t->s->n; i++) {
        const double v = value_of(t->s->z[i], p);
        if (in[i] && (largest ? v > best : v < best)) best = v;
    }
    return best;
}

static void compare(const sides *t, double *x)
{
    for (size_t p = 0; p < N_OF; p++) {
        x[p] = mean(t, t->cation, p);
        x[N_OF + p] = mean(t, t->anion, p);
        x[2 * N_OF + p] = x[N_OF + p] - x[p];
    }
    for (size_t k = 0; k < N_ENDS; k++) {
        x[ENDS + k] = extreme(t, t->cation, end_of[k], true);
        x[ENDS + N_ENDS + k] = extreme(t, t->cation, end_of[k], false);
        x[ENDS + 2 * N_ENDS + k] = extreme(t, t->anion, end_of[k], false);
    }
}

static void count_shells(const sides *t, double *x)
{
    const cupel_sorted *s = t->s;
    x[D_MOST] = x[D_ODD] = NOT_OPEN;
    for (size_t i = 0; i < s->n; i++) {
        const shells e = shells_of(s->z[i], t->charge[i]);
        const bool d = is_d(s->z[i]), f = is_f(s->z[i]), open = d && e.d > 0 && e.d < 10, bare = t->cation[i] && !d && !f;
        x[d && e.d == 0 ? D_EMPTY : open ? D_OPEN : D_FULL] += d ? s->x[i] : 0;
        x[D_ELECTRONS] += open ? s->x[i] * e.d : 0;
        x[D_MOST] = open && e.d > x[D_MOST] ? e.d : x[D_MOST];
        x[D_ODD] = open && e.d % 2 > x[D_ODD] ? e.d % 2 : x[D_ODD];
        x[LONE_PAIRS] += bare && e.outer == 2 ? s->x[i] : 0;
        x[STRIPPED] += bare && e.outer == 0 ? s->x[i] : 0;
        x[ODD_ION] += t->cation[i] && !f && e.outer % 2 ? s->x[i] : 0;
        x[F_OPEN] += f && e.f > 0 && e.f < 14 ? s->x[i] : 0;
    }
}

static void sum_charges(const sides *t, double *x)
{
    const cupel_sorted *s = t->s;
    double cations = 0, anions = 0, lowest_anion = (double)INFINITY, highest_cation = 0;
    x[HIGHEST] = x[LOWEST] = t->charge[0];
    for (size_t i = 0; i < s->n; i++) {
        const double q = t->charge[i];
        if (t->cation[i]) cations += s->x[i], x[CATION_CHARGE] += s->x[i] * q, highest_cation = fmax(highest_cation, s->en[i]);
        if (t->anion[i]) anions += s->x[i], x[ANION_CHARGE] += s->x[i] * q, lowest_anion = fmin(lowest_anion, s->en[i]);
        x[HIGHEST] = fmax(x[HIGHEST], q);
        x[LOWEST] = fmin(x[LOWEST], q);
        x[NEUTRAL] += t->charge[i] ? 0 : s->x[i];
        x[CHARGE] += s->x[i] * q;
        x[SIZES] += s->x[i] * fabs(q);
    }
    x[CATIONS] = cations;
    x[CATION_CHARGE] /= cations;
    x[ANION_CHARGE] /= anions;
    x[EN_GAP] = lowest_anion - highest_cation;
}

/* 0 where no orbital is known. */
static void compare_levels(const sides *t, double *x)
{
    double anion = -(double)INFINITY, cation = (double)INFINITY;
    for (size_t i = 0; i < t->s->n; i++) {
        const double level = level_of(t->s->z[i]);
        if (t->anion[i] && level > anion) anion = level;
        if (t->cation[i] && level < cation) cation = level;
    }
    x[ANION_LEVEL] = isfinite(anion) ? anion : 0;
    x[CATION_LEVEL] = isfinite(cation) ? cation : 0;
    x[LEVEL_GAP] = x[CATION_LEVEL] - x[ANION_LEVEL];
}

/* ---- the set ---- */

/* Does any element lack a number? */
static bool lacking(const cupel_sorted *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (cupel_table_lacks(&cupel_table_deml, s->z[i]) || !cupel_atom_orbitals[s->z[i]].n) return true;
    return s->lacks_en || cupel_magpie_lacks(s->z, s->n) != 0;
}

static cupel_reason described(const unsigned char *z, const double *amount, size_t n, bool fill_in, double *x)
{
    cupel_sorted s;
    sides t = {.s = &s};
    bool lacks = false;
    cupel_sort_ions(z, amount, n, &s);
    const bool chosen = charges_of(&s, t.charge, &lacks);
    lacks = lacks || lacking(&s);
    for (size_t j = 0; j < N_COLUMNS; j++) x[j] = (lacks || !chosen) && !fill_in ? (double)NAN : 0;
    if ((lacks || !chosen) && !fill_in) return chosen ? CUPEL_REASON_NO_ELEMENT_DATA : CUPEL_REASON_TOO_COMPLEX;
    take_sides(&t);
    compare(&t, x);
    count_shells(&t, x);
    sum_charges(&t, x);
    compare_levels(&t, x);
    count_electrons(&s, x);
    return lacks || !chosen ? CUPEL_REASON_IMPUTED : CUPEL_REASON_NONE;
}

static cupel_reason row(const unsigned char *z, const double *amount, size_t n, double *x) { return described(z, amount, n, false, x); }
static cupel_reason row_imputed(const unsigned char *z, const double *amount, size_t n, double *x) { return described(z, amount, n, true, x); }

CUPEL_COMPUTE_ROWS(compute, N_COLUMNS, row)
CUPEL_COMPUTE_ROWS(impute, N_COLUMNS, row_imputed)

#define ROLES_METHOD                                                                                                                       \
    {                                                                                                                                      \
        .name = "ion_roles", .kind = "descriptor", .scale = "composition", .maturity = "experimental", .input = "formula",                 \
        .output = "110 columns, charges per atom",                                                                                         \
        .help = "properties of the cations and of the anions, the electrons that they keep, and whether the formula has an odd number"     \
    }

_Static_assert(N_COLUMNS == 110, "the method says how many columns there are");

static const cupel_descriptor imputed = {.method = ROLES_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = impute};

const cupel_descriptor cupel_descriptor_ion_roles = {
    .method = ROLES_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = compute, .imputed = &imputed};
