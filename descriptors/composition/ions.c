#include "descriptors/composition/ions.h"

#include "core/matter/atoms.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { STATES = 8, WIDTH = 16 * CUPEL_IONS_ATOMS + 1, UNREACHABLE = -1 };

/* ---- whole numbers ---- */

static unsigned gcd(unsigned a, unsigned b)
{
    while (b) {
        unsigned r = a % b;
        a = b;
        b = r;
    }
    return a;
}

/* Formulas that pymatgen does not reduce to the end: peroxides, and molecules of two atoms. */
static bool is_pair(const unsigned char *z, const unsigned *count, size_t n)
{
    if (n == 1) return count[0] == 1 && (z[0] == 1 || z[0] == 7 || z[0] == 8 || z[0] == 9 || z[0] == 17);
    if (n != 2 || count[0] != 1 || count[1] != 1 || (z[0] != 8 && z[1] != 8)) return false;
    unsigned other = z[0] == 8 ? z[1] : z[0];
    return other == 1 || other == 3 || other == 11 || other == 19 || other == 37 || other == 55;
}

/* The largest number of atoms that an amount is looked at for: beyond, it is no whole number of atoms of a formula. */
static const double MOST = 1e6;

/* Amounts that are whole as they are, divided by their greatest common divisor. pymatgen takes 1e-8 for 0. */
static bool reduced(const double *amount, size_t n, unsigned *count)
{
    unsigned common = 0;
    for (size_t i = 0; i < n; i++) {
        double whole = rint(amount[i]);
        if (!(fabs(amount[i] - whole) < 1e-8) || whole < 1 || whole > MOST) return false;
        count[i] = (unsigned)whole;
        common = gcd(count[i], common);
    }
    for (size_t i = 0; i < n; i++) count[i] /= common;
    return true;
}

/* The smallest number of atoms of which all fractions are whole within a millionth of an atom. */
static bool scaled(const double *amount, size_t n, unsigned *count)
{
    double total = 0.0;
    for (size_t i = 0; i < n; i++) total += amount[i];
    for (unsigned atoms = (unsigned)n; atoms <= CUPEL_IONS_ATOMS; atoms++) {
        size_t i = 0;
        for (; i < n; i++) {
            double x = amount[i] / total * atoms, whole = rint(x);
            if (whole < 1 || fabs(x - whole) > 1e-6) break;
            count[i] = (unsigned)whole;
        }
        if (i == n) return true;
    }
    return false;
}

static bool whole_numbers(const unsigned char *z, const double *amount, size_t n, cupel_ions_form form, unsigned *count)
{
    unsigned most = form == CUPEL_IONS_MATMINER ? CUPEL_IONS_ATOMS_MATMINER : CUPEL_IONS_ATOMS, atoms = 0;
    if (!reduced(amount, n, count) && (form == CUPEL_IONS_MATMINER || !scaled(amount, n, count))) return false;
    if (is_pair(z, count, n))
        for (size_t i = 0; i < n; i++) count[i] *= 2;
    for (size_t i = 0; i < n; i++)
        if (count[i] > most || (atoms += count[i]) > most) return false;
    return true;
}

/* ---- one element: the best choice of states for every charge that its atoms can have together ---- */

/* Counts of states are packed into 64 bits, the first state on top: the larger number comes first where pymatgen lists the combinations. */
typedef struct choice {
    int32_t score;   /* reports of the states, summed over atoms; UNREACHABLE */
    uint64_t counts; /* of the best choice, of several the first */
} choice;

typedef struct element {
    const cupel_atom_list *states;
    unsigned count;
    int low, step;         /* the least state, and how far the highest is above it, e */
    int least, most;       /* charges of all its atoms together, e */
    choice *sum;           /* [most - least + 1] */
} element;

static const choice none = {UNREACHABLE, 0};

static uint64_t one_of(unsigned state) { return (uint64_t)1 << (8 * (STATES - 1 - state)); }

static void take(choice *c, int32_t score, uint64_t counts)
{
    if (score < c->score || (score == c->score && counts < c->counts)) return;
    c->score = score;
    c->counts = counts;
}

static element look_at(const cupel_atom_list *states, unsigned count)
{
    int low = states->key[0], high = states->key[0];
    for (unsigned j = 1; j < states->n; j++) {
        if (states->key[j] < low) low = states->key[j];
        if (states->key[j] > high) high = states->key[j];
    }
    return (element){.states = states, .count = count, .low = low, .step = high - low, .least = low * (int)count, .most = high * (int)count};
}

/* With one state or two there is one choice for every charge. */
static void combine_two(element *e)
{
    const cupel_atom_list *s = e->states;
    for (int i = 0; i <= e->most - e->least; i++) e->sum[i] = none;
    for (unsigned a = 0; a <= (s->n > 1 ? e->count : 0); a++) {
        unsigned b = e->count - a;
        int charge = s->n > 1 ? s->key[0] * (int)b + s->key[1] * (int)a : e->least;
        double score = s->value[0] * b + (a ? s->value[1] * a : 0.0);
        e->sum[charge - e->least] = (choice){(int32_t)score, b * one_of(0) + a * one_of(1)};
    }
}

/* Atom by atom: the choices of m atoms are those of m - 1 with one more state. The order of choices is kept by adding the same to both, so that the
 * best of all is made of best parts. `first`: of every charge the choice that comes first, whatever its score. */
static void combine(element *e, bool first)
{
    const cupel_atom_list *s = e->states;
    choice layer[2][WIDTH];
    if (s->n <= 2) {
        combine_two(e);
        return;
    }
    layer[0][0] = (choice){0, 0};
    for (unsigned m = 1; m <= e->count; m++) {
        const choice *old = layer[(m - 1) % 2];
        choice *new = m == e->count ? e->sum : layer[m % 2];
        int width = (int)m * e->step + 1, before = (int)(m - 1) * e->step + 1;
        for (int i = 0; i < width; i++) new[i] = none;
        for (int i = 0; i < before; i++) {
            if (old[i].score == UNREACHABLE) continue;
            for (unsigned j = 0; j < s->n; j++)
                take(&new[i + s->key[j] - e->low], first ? 0 : old[i].score + (int32_t)s->value[j], old[i].counts + one_of(j));
        }
    }
}

/* ---- all elements ---- */

/* Charges of the elements from i on: best[i][charge - least[i]] is the largest score, UNREACHABLE where they cannot have that charge. */
typedef struct search {
    size_t n;
    element element[CUPEL_IONS_ELEMENTS];
    choice pool[WIDTH + CUPEL_IONS_ELEMENTS];
    int least[CUPEL_IONS_ELEMENTS + 1], most[CUPEL_IONS_ELEMENTS + 1];
    int32_t best[CUPEL_IONS_ELEMENTS + 1][WIDTH];
} search;

static void join(search *s)
{
    s->least[s->n] = s->most[s->n] = 0;
    s->best[s->n][0] = 0;
    for (size_t i = s->n; i-- > 0;) {
        const element *e = &s->element[i];
        s->least[i] = s->least[i + 1] + e->least;
        s->most[i] = s->most[i + 1] + e->most;
        for (int c = 0; c <= s->most[i] - s->least[i]; c++) s->best[i][c] = UNREACHABLE;
        for (int a = 0; a <= e->most - e->least; a++) {
            if (e->sum[a].score == UNREACHABLE) continue;
            for (int c = 0; c <= s->most[i + 1] - s->least[i + 1]; c++) {
                int32_t rest = s->best[i + 1][c];
                if (rest != UNREACHABLE && rest + e->sum[a].score > s->best[i][a + c]) s->best[i][a + c] = rest + e->sum[a].score;
            }
        }
    }
}

static void add(cupel_ions *ions, unsigned z, int state, unsigned count)
{
    ions->z[ions->n] = (unsigned char)z;
    ions->state[ions->n] = (short)state;
    ions->count[ions->n++] = count;
}

/* The place of a charge in pymatgen's list: by the first choice that has it. */
static uint64_t place(const element *e, int of)
{
    choice sum[WIDTH] = {{0, 0}};
    element listed = *e;
    listed.sum = sum;
    combine(&listed, true);
    return sum[of].counts;
}

/* Element by element the charge that a best answer has; of several the one that comes first in pymatgen's list. */
static void read_back(const search *s, const unsigned char *z, cupel_ions *ions)
{
    int charge = 0;
    for (size_t i = 0; i < s->n; i++) {
        const element *e = &s->element[i];
        int32_t best = s->best[i][charge - s->least[i]];
        int chosen = -1;
        for (int a = 0; a <= e->most - e->least; a++) {
            int rest = charge - e->least - a;
            if (e->sum[a].score == UNREACHABLE || rest < s->least[i + 1] || rest > s->most[i + 1]) continue;
            int32_t others = s->best[i + 1][rest - s->least[i + 1]];
            if (others == UNREACHABLE || others + e->sum[a].score != best) continue;
            if (chosen < 0 || place(e, a) > place(e, chosen)) chosen = a;
        }
        assert(chosen >= 0);
        for (unsigned j = 0; j < e->states->n; j++) {
            unsigned count = (unsigned)(e->sum[chosen].counts >> (8 * (STATES - 1 - j)) & 255);
            if (count) add(ions, z[i], e->states->key[j], count);
        }
        charge -= chosen + e->least;
    }
}

static cupel_reason choose(const unsigned char *z, const unsigned *count, size_t n, cupel_ions *ions)
{
    search s;
    size_t used = 0;
    int least = 0, most = 0;
    s.n = n;
    for (size_t i = 0; i < n; i++) {
        const cupel_atom_list *states = cupel_atom_states(z[i]);
        if (!states->n) return CUPEL_REASON_NO_ELEMENT_DATA;
        s.element[i] = look_at(states, count[i]);
        s.element[i].sum = s.pool + used;
        used += (size_t)(s.element[i].most - s.element[i].least) + 1;
        least += s.element[i].least;
        most += s.element[i].most;
    }
    if (least > 0 || most < 0) return CUPEL_REASON_NOT_NEUTRAL;
    for (size_t i = 0; i < n; i++) combine(&s.element[i], false);
    join(&s);
    if (s.best[0][-s.least[0]] == UNREACHABLE) return CUPEL_REASON_NOT_NEUTRAL;
    read_back(&s, z, ions);
    return CUPEL_REASON_NONE;
}

/* Elements by electronegativity, with their amounts. */
static void sort(unsigned char *z, double *amount, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        unsigned char a = z[i];
        double x = amount[i];
        size_t j = i;
        for (; j > 0 && cupel_element_before(a, z[j - 1]); j--) z[j] = z[j - 1], amount[j] = amount[j - 1];
        z[j] = a;
        amount[j] = x;
    }
}

static cupel_reason all_neutral(const unsigned char *z, const double *amount, size_t n, cupel_ions *ions)
{
    ions->n = 0;
    for (size_t i = 0; i < n; i++) {
        add(ions, z[i], 0, 0);
        ions->count[i] = amount[i];
    }
    return CUPEL_REASON_IMPUTED;
}

cupel_reason cupel_ions_guess(const unsigned char *z, const double *amount, size_t n, cupel_ions_form form, cupel_ions *ions)
{
    unsigned char kind[CUPEL_IONS_ELEMENTS];
    double x[CUPEL_IONS_ELEMENTS];
    unsigned count[CUPEL_IONS_ELEMENTS];
    ions->n = 0;
    if (n > CUPEL_IONS_ELEMENTS) return CUPEL_REASON_TOO_COMPLEX;
    memcpy(kind, z, n);
    memcpy(x, amount, n * sizeof *x);
    if (form == CUPEL_IONS_PLAIN) {
        if (n == 1) return all_neutral(z, amount, n, ions), CUPEL_REASON_NONE;
        sort(kind, x, n);
    }
    if (!whole_numbers(kind, x, n, form, count)) return CUPEL_REASON_NOT_WHOLE;
    cupel_reason why = choose(kind, count, n, ions);
    return why && form == CUPEL_IONS_MATMINER ? all_neutral(z, amount, n, ions) : why;
}

cupel_statistics cupel_statistics_of(const double *value, const double *w, size_t n)
{
    cupel_statistics s = {value[0], value[0], 0.0, 0.0};
    double total = 0.0, squares = 0.0, dev = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (value[i] < s.minimum) s.minimum = value[i];
        if (value[i] > s.maximum) s.maximum = value[i];
        s.mean += w[i] * value[i];
        total += w[i];
        squares += w[i] * w[i];
    }
    s.mean /= total;
    for (size_t i = 0; i < n; i++) dev += w[i] * (value[i] - s.mean) * (value[i] - s.mean);
    if (n > 1) s.std_dev = sqrt(dev * total / (total * total - squares));
    return s;
}
