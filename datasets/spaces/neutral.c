/* charge_neutral: formulas of whole numbers of atoms in which one oxidation state per element can add up to zero, every cation being less
 * electronegative than every anion: the rule of SMACT (Davies et al. 2016, doi:10.1016/j.chempr.2016.09.010) without mixed valence.
 *
 * Candidates are in order of the number of elements, then of the set of elements, then of the amounts. Nothing is listed: for a set of elements
 * in order of electronegativity the cations are its first s elements, for some s, so that a formula is neutral when a charge that its first s
 * elements can have is one that the rest can have with the other sign. Both are sets of small integers, held in 128 bits. Opening goes once
 * over all sets of elements and notes the number of candidates before every 8th, or fewer when there are very many. */
#include "datasets/spaces/kind.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/keys.h"
#include "core/matter/facts.h"
#include "core/matter/records.h"
#include "core/sys/file.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* At most: elements of a formula, atoms of one element, its oxidation states +-1 .. +-STATE_MAX, the charge that a charge_set has a bit for, amounts
 * of one set of elements (128 kB of bits). Sets between two noted counts: STRIDE, doubled until there are no more than BEFORE_MAX counts (16 MB). */
enum { SET_MAX = 8, AMOUNT_MAX = 24, STATE_MAX = 8, CHARGE_MAX = 127, TUPLES_MAX = 1 << 20, STRIDE = 8, BEFORE_MAX = 1 << 21 };
static const double WORK_MAX = 2e10; /* amounts looked at when opening: ten seconds or so */

__extension__ typedef unsigned __int128 charge_set; /* bit c: charge c can be had */

typedef struct neutral {
    unsigned n, fewest, largest, most;                   /* elements; of which fewest .. largest at once; 1 .. most atoms of each */
    unsigned max_atoms;                                  /* of a formula */
    double difference;                                   /* least one of electronegativity between a cation and an anion; 0: any above 0 */
    unsigned char z[CUPEL_Z_MAX];                        /* in order of electronegativity */
    unsigned char cation[CUPEL_Z_MAX], anion[CUPEL_Z_MAX]; /* bit q - 1: state +q, state -q */
    unsigned char low[CUPEL_Z_MAX], high[CUPEL_Z_MAX];   /* atoms of each element, within 1 .. most */
    uint64_t choose[CUPEL_Z_MAX + 1][SET_MAX + 1];       /* binomials */
    uint64_t first_set[SET_MAX + 2];                     /* index of the first set of k elements */
    size_t tuples[SET_MAX + 1];                          /* most^k: amounts of a set of k elements, the last changing fastest */
    uint64_t *allowed[SET_MAX + 1];                      /* [words(tuples[k])] bits: no common divisor, and no more than max_atoms */
    uint64_t stride;                                     /* sets from one number in `before` to the next */
    uint64_t *before;                                    /* [n_sets / stride + 1] */
    uint64_t count, of_size[SET_MAX + 1];
} neutral;

/* A set of elements, as places in z, and what is worked out for it. */
typedef struct element_set {
    unsigned k;
    unsigned place[SET_MAX];
    uint64_t index;
    unsigned known;                     /* of the first elements the sums are those of this set */
    charge_set *cations[SET_MAX];       /* cations[i] [tuples[i]]: charges of the first i elements as cations */
    charge_set *anions;                 /* [tuples[largest - 1]] charges of the last elements as anions, without the sign */
    uint64_t *with;                     /* [CHARGE_MAX + 1][words(tuples[largest - 1])] bit j: right tuple j can have the charge */
    uint64_t *row;                      /* [words(tuples[largest - 1])] */
    uint64_t *flag;                     /* [words(tuples[largest]) + 1] bits: candidates */
} element_set;

static size_t words(size_t bits) { return (bits + 63) / 64; }

static uint64_t n_sets(const neutral *s) { return s->first_set[s->largest + 1]; }

static void neutral_close(void *state)
{
    neutral *s = state;
    for (size_t k = 0; k <= SET_MAX; k++) cupel_free(s->allowed[k]);
    cupel_free(s->before);
    cupel_free(s);
}

/* ---- sets of elements, in lexicographic order of their places ---- */

static void go_to_set(const neutral *s, uint64_t index, element_set *e)
{
    e->index = index;
    e->known = 0;
    for (e->k = s->fewest; index >= s->first_set[e->k + 1]; e->k++) {}
    uint64_t rank = index - s->first_set[e->k];
    unsigned p = 0;
    for (unsigned i = 0; i < e->k; i++, p++) {
        for (; rank >= s->choose[s->n - 1 - p][e->k - 1 - i]; p++) rank -= s->choose[s->n - 1 - p][e->k - 1 - i];
        e->place[i] = p;
    }
}

static void next_set(const neutral *s, element_set *e)
{
    if (++e->index == n_sets(s)) return;
    if (e->index == s->first_set[e->k + 1]) {
        go_to_set(s, e->index, e);
        return;
    }
    unsigned i = e->k - 1;
    while (e->place[i] == s->n - e->k + i) i--;
    e->place[i]++;
    e->known = e->known < i ? e->known : i;
    for (; i + 1 < e->k; i++) e->place[i + 1] = e->place[i] + 1;
}

/* ---- neutral amounts of one set ---- */

/* Charges of the tuples of amounts of one element more: in [n] -> out [n][most]; out may be in. Amounts that it may not have give none. */
static void add_element(const neutral *s, unsigned place, unsigned states, const charge_set *in, size_t n, charge_set *out)
{
    unsigned q[STATE_MAX], n_states = 0, low = s->low[place], high = s->high[place];
    for (unsigned i = 1; i <= STATE_MAX; i++)
        if (states >> (i - 1) & 1) q[n_states++] = i;
    for (size_t t = n; t-- > 0;) {
        charge_set before = in[t];
        for (unsigned a = 1; a <= s->most; a++) {
            charge_set sum = 0;
            for (unsigned i = 0; a >= low && a <= high && i < n_states && q[i] * a <= CHARGE_MAX; i++) sum |= before << (q[i] * a);
            out[t * s->most + a - 1] = sum;
        }
    }
}

/* May the first `cations` elements of the set be the cations and the others the anions? Equal electronegativity cannot be told apart. */
static bool may_split(const neutral *s, const element_set *e, unsigned cations)
{
    for (unsigned i = 0; i < e->k; i++)
        if (!(i < cations ? s->cation : s->anion)[e->place[i]]) return false;
    double low = cupel_element_electronegativity(s->z[e->place[cations - 1]]), high = cupel_element_electronegativity(s->z[e->place[cations]]);
    return low < high && high - low >= s->difference - 1e-9; /* 3.0 - 2.5 is not exactly 0.5 */
}

/* The lowest charge of a set, taken out of it. */
static unsigned take_charge(charge_set *q)
{
    uint64_t low = (uint64_t)*q;
    unsigned c = low ? (unsigned)__builtin_ctzll(low) : 64 + (unsigned)__builtin_ctzll((uint64_t)(*q >> 64));
    *q &= *q - 1;
    return c;
}

/* flag |= row, `bits` bits from bit `at` on; row ends with zeros. */
static void put_row(uint64_t *flag, size_t at, const uint64_t *row, size_t bits)
{
    unsigned shift = at & 63;
    for (flag += at / 64; bits; flag++, row++) {
        flag[0] |= *row << shift;
        if (shift) flag[1] |= *row >> (64 - shift);
        bits -= bits < 64 ? bits : 64;
    }
}

/* The union of the right tuples with each charge of q, of n > 1 words. */
static void join_rows(const element_set *e, charge_set q, size_t n)
{
    memcpy(e->row, e->with + take_charge(&q) * n, n * sizeof *e->row);
    while (q) {
        const uint64_t *more = e->with + take_charge(&q) * n;
        for (size_t w = 0; w < n; w++) e->row[w] |= more[w];
    }
}

/* Bit i * n_right + j of the flags: have left[i] and right[j] a charge in common? */
static void match(const element_set *e, const charge_set *left, size_t n_left, const charge_set *right, size_t n_right)
{
    size_t n = words(n_right);
    charge_set all = 0;
    for (size_t j = 0; j < n_right; j++) all |= right[j];
    for (charge_set q = all; q;) memset(e->with + take_charge(&q) * n, 0, n * sizeof *e->with);
    for (size_t j = 0; j < n_right; j++)
        for (charge_set q = right[j]; q;) e->with[take_charge(&q) * n + j / 64] |= UINT64_C(1) << (j & 63);
    for (size_t i = 0; i < n_left; i++) {
        charge_set q = left[i] & all;
        if (!q) continue;
        if (n > 1) join_rows(e, q, n);
        else
            for (e->row[0] = 0; q;) e->row[0] |= e->with[take_charge(&q)];
        put_row(e->flag, i * n_right, e->row, n_right);
    }
}

/* Flags the candidates of the set; their number. */
static uint64_t mark(const neutral *s, element_set *e)
{
    size_t n = words(s->tuples[e->k]);
    uint64_t count = 0;
    bool any = false;
    for (unsigned cations = 1; cations < e->k; cations++) {
        if (!may_split(s, e, cations)) continue;
        for (; e->known < cations; e->known++)
            add_element(s, e->place[e->known], s->cation[e->place[e->known]], e->cations[e->known], s->tuples[e->known], e->cations[e->known + 1]);
        e->anions[0] = 1;
        for (unsigned i = cations; i < e->k; i++) add_element(s, e->place[i], s->anion[e->place[i]], e->anions, s->tuples[i - cations], e->anions);
        if (!any) memset(e->flag, 0, (n + 1) * sizeof *e->flag);
        any = true;
        match(e, e->cations[cations], s->tuples[cations], e->anions, s->tuples[e->k - cations]);
    }
    for (size_t w = 0; any && w < n; w++) count += (unsigned)__builtin_popcountll(e->flag[w] &= s->allowed[e->k][w]);
    return count;
}

static size_t scratch_bytes(const neutral *s)
{
    size_t sums = s->tuples[s->largest - 1], row = words(sums);
    for (unsigned i = 0; i < s->largest; i++) sums += s->tuples[i];
    return sums * sizeof(charge_set) + ((CHARGE_MAX + 2) * row + words(s->tuples[s->largest]) + 1) * sizeof(uint64_t);
}

static void set_scratch(const neutral *s, void *bytes, element_set *e)
{
    charge_set *p = bytes;
    assert(s->largest);
    for (unsigned i = 0; i < s->largest; i++) {
        e->cations[i] = p;
        p += s->tuples[i];
    }
    e->cations[0][0] = 1;
    e->anions = p;
    e->row = (uint64_t *)(void *)(p + s->tuples[s->largest - 1]);
    e->with = e->row + words(s->tuples[s->largest - 1]);
    e->flag = e->with + (CHARGE_MAX + 1) * words(s->tuples[s->largest - 1]);
}

static cupel_status count_all(neutral *s, cupel_err *err)
{
    element_set e = {0};
    void *scratch = cupel_alloc_aligned(scratch_bytes(s), 1);
    for (s->stride = STRIDE; n_sets(s) / s->stride > BEFORE_MAX;) s->stride *= 2;
    s->before = cupel_alloc(n_sets(s) / s->stride + 1, sizeof *s->before);
    if (!scratch || !s->before) {
        cupel_free(scratch);
        return cupel_no_memory(err, "a charge_neutral space", scratch_bytes(s) + n_sets(s) / s->stride * sizeof *s->before);
    }
    set_scratch(s, scratch, &e);
    for (go_to_set(s, 0, &e); e.index < n_sets(s); next_set(s, &e)) {
        if (e.index % s->stride == 0) s->before[e.index / s->stride] = s->count;
        uint64_t n = mark(s, &e);
        s->count += n;
        s->of_size[e.k] += n;
    }
    cupel_free(scratch);
    return CUPEL_OK;
}

/* ---- candidates ---- */

static cupel_status emit(const neutral *s, const element_set *e, size_t tuple, cupel_candidates *c, cupel_err *err)
{
    char text[SET_MAX * 8];
    size_t n = 0;
    cupel_composition comp;
    comp.n = e->k;
    for (unsigned i = e->k; i-- > 0; tuple /= s->most) {
        comp.z[i] = s->z[e->place[i]];
        comp.amount[i] = (double)(tuple % s->most + 1);
    }
    if (c->bare) return cupel_candidates_add(c, (cupel_text){NULL, 0}, &comp, err);
    for (unsigned i = 0; i < e->k; i++) {
        unsigned amount = (unsigned)comp.amount[i];
        for (const char *q = cupel_element_symbol(comp.z[i]); *q; q++) text[n++] = *q;
        if (amount >= 10) text[n++] = (char)('0' + amount / 10);
        if (amount >= 2) text[n++] = (char)('0' + amount % 10);
    }
    if (cupel_text_missing((cupel_text){text, n})) { /* as cupel_composition_text: "NaN" is no number */
        memcpy(text, "Na1N1", 5);
        n = 5;
    }
    return cupel_candidates_add(c, (cupel_text){text, n}, &comp, err);
}

/* Candidates of the set but the first *skip, until c holds n; *skip is what is left of it. */
static cupel_status emit_set(const neutral *s, const element_set *e, uint64_t *skip, size_t n, cupel_candidates *c, cupel_err *err)
{
    for (size_t w = 0; w < words(s->tuples[e->k]) && c->n < n; w++) {
        uint64_t bits = e->flag[w], here = (unsigned)__builtin_popcountll(bits);
        if (*skip >= here) {
            *skip -= here;
            continue;
        }
        for (; *skip; --*skip) bits &= bits - 1;
        for (; bits && c->n < n; bits &= bits - 1) {
            cupel_status st = emit(s, e, w * 64 + (unsigned)__builtin_ctzll(bits), c, err);
            if (st != CUPEL_OK) return st;
        }
    }
    return CUPEL_OK;
}

/* The set that holds candidate `first` and, in *skip, its place among the candidates of that set; flags are set. */
static void find_set(const neutral *s, uint64_t first, element_set *e, uint64_t *skip)
{
    uint64_t low = 0, high = (n_sets(s) - 1) / s->stride + 1;
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (s->before[middle] <= first) low = middle;
        else high = middle;
    }
    *skip = first - s->before[low];
    go_to_set(s, low * s->stride, e);
    for (uint64_t n; (n = mark(s, e)) <= *skip; next_set(s, e)) *skip -= n;
}

static cupel_status neutral_fill(void *state, uint64_t first, size_t n, cupel_candidates *c, cupel_err *err)
{
    const neutral *s = state;
    element_set e = {0};
    uint64_t skip;
    if (first >= s->count) return CUPEL_OK;
    if (n > s->count - first) n = (size_t)(s->count - first);
    void *scratch = cupel_arena_take(&c->arena, scratch_bytes(s));
    if (!scratch) return cupel_no_memory(err, "a block of candidates", scratch_bytes(s));
    set_scratch(s, scratch, &e);
    find_set(s, first, &e, &skip);
    for (bool marked = true; c->n < n; marked = false) {
        if (!marked) {
            next_set(s, &e);
            if (!mark(s, &e)) continue;
        }
        cupel_status st = emit_set(s, &e, &skip, n, c, err);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

static cupel_status neutral_count(void *state, uint64_t *count, cupel_err *err)
{
    (void)err;
    *count = ((const neutral *)state)->count;
    return CUPEL_OK;
}

/* ---- opening ---- */

static unsigned common_divisor(unsigned a, unsigned b) { return b ? common_divisor(b, a % b) : a; }

static cupel_status mark_allowed(neutral *s, unsigned k, cupel_err *err)
{
    s->allowed[k] = cupel_alloc(words(s->tuples[k]), sizeof *s->allowed[k]);
    if (!s->allowed[k]) return cupel_no_memory(err, "a charge_neutral space", s->tuples[k] / 8);
    for (size_t t = 0; t < s->tuples[k]; t++) {
        unsigned d = 0, atoms = 0;
        size_t rest = t;
        for (unsigned i = 0; i < k; i++, rest /= s->most) {
            d = common_divisor((unsigned)(rest % s->most) + 1, d);
            atoms += (unsigned)(rest % s->most) + 1;
        }
        if (d == 1 && atoms <= s->max_atoms) s->allowed[k][t / 64] |= UINT64_C(1) << (t & 63);
    }
    return CUPEL_OK;
}

/* The largest charge that both sides of some set can have, when all had the highest states. */
static unsigned largest_charge(const neutral *s)
{
    unsigned up = 0, down = 0, largest = 0;
    for (unsigned i = 0; i < s->n; i++)
        for (unsigned q = 1; q <= STATE_MAX; q++) {
            if (s->cation[i] >> (q - 1) & 1 && q > up) up = q;
            if (s->anion[i] >> (q - 1) & 1 && q > down) down = q;
        }
    for (unsigned cations = 1; cations < s->largest; cations++) {
        unsigned a = up * cations, b = down * (s->largest - cations), least = a < b ? a : b;
        if (least > largest) largest = least;
    }
    return largest * s->most;
}

/* Numbers of sets and of amounts, refused when they are too many to be gone through. */
static cupel_status measure(const cupel_space_spec *spec, neutral *s, cupel_err *err)
{
    double work = 0.0, tuples = 1.0;
    s->tuples[0] = 1;
    for (unsigned k = 1; k <= s->largest; k++) {
        tuples *= s->most;
        s->tuples[k] = tuples <= TUPLES_MAX ? (size_t)tuples : 0;
        double sets = 1.0;
        for (unsigned i = 0; i < k; i++) sets *= (double)(s->n - i) / (i + 1);
        if (k >= s->fewest) work += sets * fmax(tuples, 300); /* a set costs something by itself */
    }
    if (tuples > TUPLES_MAX || work > WORK_MAX || largest_charge(s) > CHARGE_MAX)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: charge_neutral: sets of up to %u of %u elements with up to %u atoms of each are %.2g "
                                            "formulas, too many to go through; use a smaller max_elements or max_amount, or fewer elements",
                          spec->file, spec->own->line, s->largest, s->n, s->most, work);
    for (unsigned n = 0; n <= s->n; n++)
        for (unsigned k = 0; k <= s->largest; k++) s->choose[n][k] = k == 0 ? 1 : n == 0 ? 0 : s->choose[n - 1][k - 1] + s->choose[n - 1][k];
    for (unsigned k = s->fewest; k <= s->largest; k++) s->first_set[k + 1] = s->first_set[k] + s->choose[s->n][k];
    return CUPEL_OK;
}

/* States with less than a share of their element's reports are left out. */
static void leave_out_rare(unsigned state[CUPEL_Z_MAX + 1], double share)
{
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++)
        for (int q = -CUPEL_STATE_SHIFT; q <= CUPEL_STATE_SHIFT; q++)
            if (cupel_oxidation_share(z, q) < share) state[z] &= ~(1u << (q + CUPEL_STATE_SHIFT));
}

static cupel_status read_facts(const cupel_space_spec *spec, const char *name, unsigned state[CUPEL_Z_MAX + 1], cupel_str *said, cupel_err *err)
{
    cupel_facts_file *file = NULL;
    char *path = cupel_path_beside(spec->file, name);
    if (!path) return cupel_no_memory(err, "a file name", 0);
    cupel_status st = cupel_facts_open(path, NULL, true, &file, err);
    if (st == CUPEL_OK) {
        memcpy(state, cupel_facts_states(file), (CUPEL_Z_MAX + 1) * sizeof *state);
        cupel_str_addf(said, "oxidation states of '%s'", path);
    } else {
        cupel_err_prefix(err, "%s:%zu: space: ", spec->file, cupel_yaml_get(spec->own, "facts")->line);
    }
    cupel_facts_close(file);
    cupel_free(path);
    return st;
}

/* The states of every element: a named set, or a user's table. */
static cupel_status read_states(const cupel_space_spec *spec, unsigned state[CUPEL_Z_MAX + 1], cupel_str *said, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    int set = CUPEL_STATES_COMMON;
    double share = 0;
    const char *name = NULL;
    CUPEL_TRY(cupel_keys_word(spec->own, spec->file, "states", cupel_states_words, &set, err));
    CUPEL_TRY(cupel_keys_number(spec->own, spec->file, "min_share", 0, 1, &share, err));
    CUPEL_TRY(cupel_keys_text(spec->own, spec->file, "facts", &name, err));
    if (name && (cupel_yaml_get(spec->own, "states") || share > 0))
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE,
                             "%s:%zu: space: charge_neutral: facts is a table of states of your own; leave out states and min_share", spec->file,
                             cupel_yaml_get(spec->own, "facts")->line));
    if (share > 0 && set == CUPEL_STATES_SMACT14)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: charge_neutral: smact14 does not count reports; use min_share with icsd24", spec->file,
                             cupel_yaml_get(spec->own, "min_share")->line));
    if (name) return read_facts(spec, name, state, said, err);
    memcpy(state, cupel_oxidation_states((cupel_states)set), (CUPEL_Z_MAX + 1) * sizeof *state);
    cupel_str_puts(said, cupel_states_said[set]);
    if (share > 0) {
        leave_out_rare(state, share);
        cupel_str_addf(said, ", of at least %g %% of an element's reports", 100 * share);
    }
done:
    return st;
}

/* `elements: all` is every element with a state and an electronegativity. */
static cupel_status read_elements(const cupel_space_spec *spec, neutral *s, const unsigned *state, cupel_err *err)
{
    const cupel_yaml *list = cupel_yaml_get(spec->own, "elements");
    if (!list)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: charge_neutral needs elements: [Na, Cl, ...], or elements: all", spec->file,
                          spec->own->line);
    bool all = list->kind == CUPEL_YAML_SCALAR && cupel_text_is(list->text, "all");
    cupel_status st = all ? CUPEL_OK : cupel_spec_elements(spec, list, s->z, &s->n, err);
    if (st != CUPEL_OK) return st;
    for (unsigned z = 1; all && z <= CUPEL_Z_MAX; z++)
        if (state[z] && !isnan(cupel_element_electronegativity(z))) s->z[s->n++] = (unsigned char)z;
    for (unsigned i = 0; i < s->n; i++) {
        const char *lacks = !state[s->z[i]] ? "oxidation state" : isnan(cupel_element_electronegativity(s->z[i])) ? "electronegativity" : NULL;
        if (lacks)
            return cupel_fail(err, CUPEL_USAGE,
                              "%s:%zu: space: charge_neutral: no %s of %s is known, so no formula with it can be judged; leave it out", spec->file,
                              list->line, lacks, cupel_element_symbol(s->z[i]));
    }
    s->n = cupel_spec_prune(spec, s->z, s->n);
    if (s->n < 2)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: charge_neutral: %u of the elements is left by the constraints, two are needed",
                          spec->file, list->line, s->n);
    cupel_spec_sort(s->z, s->n);
    for (unsigned i = 0; i < s->n; i++)
        for (unsigned q = 1; q <= STATE_MAX; q++) {
            s->cation[i] |= (unsigned char)((state[s->z[i]] >> (CUPEL_STATE_SHIFT + q) & 1) << (q - 1));
            s->anion[i] |= (unsigned char)((state[s->z[i]] >> (CUPEL_STATE_SHIFT - q) & 1) << (q - 1));
        }
    return CUPEL_OK;
}

/* `amounts: {O: 1..12, Li: 2}`: atoms of one element within narrower limits. */
static cupel_status read_amounts(const cupel_space_spec *spec, neutral *s, cupel_err *err)
{
    const cupel_yaml *map = cupel_yaml_get(spec->own, "amounts");
    memset(s->low, 1, sizeof s->low);
    memset(s->high, (int)s->most, sizeof s->high);
    if (map && map->kind != CUPEL_YAML_MAP)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: charge_neutral: amounts must be a mapping of elements to whole numbers, as in {O: 1..4}",
                          spec->file, map->line);
    for (const cupel_yaml *k = map ? map->child : NULL; k; k = k->next) {
        unsigned z, at = 0;
        double low, high;
        cupel_status st = cupel_spec_element(spec, k, k->key, &z, err);
        if (st == CUPEL_OK) st = cupel_spec_range(spec, k, 1, s->most, &low, &high, err);
        if (st != CUPEL_OK) return st;
        if (low > floor(low) || high > floor(high))
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: charge_neutral: amounts of %s must be whole numbers", spec->file, k->line,
                              cupel_element_symbol(z));
        while (at < s->n && s->z[at] != z) at++;
        if (at == s->n && spec->allows[z])
            return cupel_fail(err, CUPEL_USAGE,
                              "%s:%zu: space: charge_neutral: %s of amounts is not among the elements; add it there, or leave it out", spec->file,
                              k->line, cupel_element_symbol(z));
        if (at == s->n) continue;
        s->low[at] = (unsigned char)low;
        s->high[at] = (unsigned char)high;
    }
    return CUPEL_OK;
}

static void describe(const neutral *s, const cupel_str *said, cupel_str *out)
{
    cupel_str_addf(out, "charge-neutral formulas of %u", s->fewest);
    if (s->largest > s->fewest) cupel_str_addf(out, " to %u", s->largest);
    cupel_str_addf(out, " of %u elements (", s->n);
    for (unsigned i = 0; i < s->n; i++) {
        cupel_str_addf(out, "%s%s", i ? " " : "", cupel_element_symbol(s->z[i]));
        if (s->low[i] > 1 || s->high[i] < s->most) cupel_str_addf(out, " %u..%u", s->low[i], s->high[i]);
    }
    cupel_str_addf(out, "), at most %u atoms of each", s->most);
    if (s->max_atoms < s->largest * s->most) cupel_str_addf(out, " and %u in all", s->max_atoms);
    cupel_str_addf(out, ", in %s", cupel_str_text(said));
    if (s->difference > 0) cupel_str_addf(out, ", cations and anions at least %g apart in electronegativity", s->difference);
}

static cupel_status read_limits(const cupel_space_spec *spec, neutral *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    uint64_t fewest = 2, largest = 3, most = 6, atoms = SET_MAX * AMOUNT_MAX;
    CUPEL_TRY(cupel_keys_count(spec->own, spec->file, "max_elements", 2, SET_MAX, &largest, err));
    CUPEL_TRY(cupel_keys_count(spec->own, spec->file, "min_elements", 2, largest, &fewest, err));
    CUPEL_TRY(cupel_keys_count(spec->own, spec->file, "max_amount", 1, AMOUNT_MAX, &most, err));
    CUPEL_TRY(cupel_keys_count(spec->own, spec->file, "max_atoms", 2, SET_MAX * AMOUNT_MAX, &atoms, err));
    CUPEL_TRY(cupel_keys_number(spec->own, spec->file, "difference", 0, 4, &s->difference, err));
    s->fewest = (unsigned)fewest;
    s->largest = (unsigned)largest;
    s->most = (unsigned)most;
    s->max_atoms = (unsigned)atoms;
done:
    return st;
}

static cupel_status build(const cupel_space_spec *spec, neutral *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    if (s->largest > s->n) s->largest = s->n;
    if (s->fewest > s->largest)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: charge_neutral: min_elements is %u, and %u elements are left", spec->file,
                             spec->own->line, s->fewest, s->n));
    CUPEL_TRY(measure(spec, s, err));
    for (unsigned k = s->fewest; k <= s->largest; k++) CUPEL_TRY(mark_allowed(s, k, err));
    CUPEL_TRY(count_all(s, err));
    if (!s->count)
        st = cupel_fail(err, CUPEL_INFEASIBLE,
                        "%s:%zu: space: charge_neutral: no formula of these elements is neutral; add elements that form anions or cations",
                        spec->file, spec->own->line);
done:
    return st;
}

static cupel_status neutral_open(const cupel_space_spec *spec, void **state, cupel_str *out, cupel_err *err)
{
    static const char *const own_keys[] = {"elements", "min_elements", "max_elements", "max_amount", "max_atoms", "amounts",
                                           "states",   "min_share",    "facts",        "difference", NULL};
    cupel_status st = CUPEL_OK;
    unsigned states[CUPEL_Z_MAX + 1];
    cupel_str said = {0};
    neutral *s = cupel_alloc(1, sizeof *s);
    if (!s) return cupel_no_memory(err, "a space", sizeof *s);
    CUPEL_TRY(cupel_keys_check(spec->own, spec->file, "charge_neutral", own_keys, err));
    CUPEL_TRY(read_limits(spec, s, err));
    CUPEL_TRY(read_states(spec, states, &said, err));
    CUPEL_TRY(read_elements(spec, s, states, err));
    CUPEL_TRY(read_amounts(spec, s, err));
    CUPEL_TRY(build(spec, s, err));
    if (said.failed) CUPEL_TRY(cupel_no_memory(err, "a space", 0));
    describe(s, &said, out);
done:
    cupel_str_free(&said);
    if (st == CUPEL_OK)
        *state = s;
    else
        neutral_close(s);
    return st;
}

/* How many of each number of elements. */
static bool neutral_part(void *state, size_t i, cupel_str *what, uint64_t *count)
{
    const neutral *s = state;
    unsigned k = s->fewest + (unsigned)i;
    if (k > s->largest) return false;
    cupel_str_addf(what, "of %u elements", k);
    *count = s->of_size[k];
    return true;
}

static cupel_status neutral_identity(void *state, cupel_str *text, cupel_err *err)
{
    (void)err;
    const neutral *s = state;
    cupel_str_addf(text, "fewest %u largest %u most %u atoms %u difference %.17g\n", s->fewest, s->largest, s->most, s->max_atoms, s->difference);
    for (unsigned i = 0; i < s->n; i++)
        cupel_str_addf(text, "%s %02x %02x %u %u\n", cupel_element_symbol(s->z[i]), s->cation[i], s->anion[i], s->low[i], s->high[i]);
    return CUPEL_OK;
}

static const char *const keys[] = {"charge_neutral", NULL};

static const cupel_param params[] = {
    {"min_elements", "", 2, 2, SET_MAX, "fewest elements at once"},
    {"max_elements", "", 3, 2, SET_MAX, "most elements at once"},
    {"max_amount", "", 6, 1, AMOUNT_MAX, "most atoms of one element"},
    {"max_atoms", "", SET_MAX * AMOUNT_MAX, 2, SET_MAX * AMOUNT_MAX, "most atoms of a formula"},
    {"min_share", "", 0, 0, 1, "states with less than this share of their element's reports in the ICSD are left out"},
    {"difference", "", 0, 0, 4, "least difference of electronegativity between every cation and every anion; 0: any above 0"},
    {NULL, NULL, 0, 0, 0, NULL}};

static const cupel_reference references[] = {
    {"10.1016/j.chempr.2016.09.010", "Davies et al.: Computational screening of all stoichiometric inorganic materials. Chem 1, 617 (2016)"},
    {"10.21105/joss.01361",
     "Davies et al.: SMACT: Semiconducting Materials by Analogy and Chemical Theory. Journal of Open Source Software 4, 1361 (2019)"},
    {NULL, NULL}};

const cupel_space_kind cupel_space_neutral = {
    .method = {.name = "charge_neutral", .kind = "space", .scale = "composition", .maturity = "stable", .input = "elements",
               .help = "every formula whose oxidation states can add up to zero, cations less electronegative than anions", .references = references,
               .params = params, .output = "formulas of whole numbers, each once"},
    .keys = keys, .parallel = true, .open = neutral_open, .count = neutral_count, .fill = neutral_fill, .identity = neutral_identity,
    .part = neutral_part, .close = neutral_close};
