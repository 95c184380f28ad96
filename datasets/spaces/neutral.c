/* charge_neutral: formulas of whole numbers of atoms in which one oxidation state per element can add up to zero, every cation being less
 * electronegative than every anion: the rule of SMACT (Davies et al. 2016, doi:10.1016/j.chempr.2016.09.010) without mixed valence.
 *
 * Candidates are in order of the number of elements, then of the set of elements, then of the amounts. Nothing is listed: for a set of elements
 * in order of electronegativity the cations are its first s elements, for some s, so that a formula is neutral when a charge that its first s
 * elements can have is one that the rest can have with the other sign. Both are sets of small integers, held in 128 bits. Opening goes once
 * over all sets of elements and notes the number of candidates before every STRIDE-th. */
#include "datasets/spaces/kind.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/keys.h"
#include "core/matter/facts.h"
#include "core/matter/records.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { SET_MAX = 8, AMOUNT_MAX = 24, STATE_MAX = 8, CHARGE_MAX = 127, TUPLES_MAX = 1 << 20, STRIDE = 8 };
static const double WORK_MAX = 4e9; /* amounts looked at when opening: some seconds */

__extension__ typedef unsigned __int128 charge_set; /* bit c: charge c can be had */

typedef struct neutral {
    unsigned n, largest, most;                           /* elements; of which 2 .. largest at once; 1 .. most atoms of each */
    cupel_states set;
    unsigned char z[CUPEL_Z_MAX];                        /* in order of electronegativity */
    unsigned char cation[CUPEL_Z_MAX], anion[CUPEL_Z_MAX]; /* bit q - 1: state +q, state -q */
    uint64_t choose[CUPEL_Z_MAX + 1][SET_MAX + 1];       /* binomials */
    uint64_t first_set[SET_MAX + 2];                     /* index of the first set of k elements */
    size_t tuples[SET_MAX + 1];                          /* most^k: amounts of a set of k elements, the last changing fastest */
    unsigned char *reduced[SET_MAX + 1];                 /* [tuples[k]] 1 when the amounts have no common divisor */
    uint64_t *before;                                    /* [n_sets / STRIDE + 1] */
    uint64_t count;
} neutral;

/* A set of elements, as places in z, and what is worked out for it. */
typedef struct element_set {
    unsigned k;
    unsigned place[SET_MAX];
    uint64_t index;
    unsigned known;                     /* of the first elements the sums are those of this set */
    charge_set *cations[SET_MAX];       /* cations[i] [tuples[i]]: charges of the first i elements as cations */
    charge_set *anions;                 /* [tuples[largest - 1]] charges of the last elements as anions, without the sign */
    unsigned char *flag;                /* [tuples[largest]] 1 for a candidate */
} element_set;

static uint64_t n_sets(const neutral *s) { return s->first_set[s->largest + 1]; }

static void neutral_close(void *state)
{
    neutral *s = state;
    for (size_t k = 0; k <= SET_MAX; k++) cupel_free(s->reduced[k]);
    cupel_free(s->before);
    cupel_free(s);
}

/* ---- sets of elements, in lexicographic order of their places ---- */

static void go_to_set(const neutral *s, uint64_t index, element_set *e)
{
    e->index = index;
    e->known = 0;
    for (e->k = 2; index >= s->first_set[e->k + 1]; e->k++) {}
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

/* Charges of the tuples of amounts of one element more: in [n] -> out [n][most]; out may be in. */
static void add_element(const neutral *s, unsigned states, const charge_set *in, size_t n, charge_set *out)
{
    unsigned q[STATE_MAX], n_states = 0;
    for (unsigned i = 1; i <= STATE_MAX; i++)
        if (states >> (i - 1) & 1) q[n_states++] = i;
    for (size_t t = n; t-- > 0;) {
        charge_set before = in[t];
        for (unsigned a = 1; a <= s->most; a++) {
            charge_set sum = 0;
            for (unsigned i = 0; i < n_states && q[i] * a <= CHARGE_MAX; i++) sum |= before << (q[i] * a);
            out[t * s->most + a - 1] = sum;
        }
    }
}

/* May the first `cations` elements of the set be the cations and the others the anions? Equal electronegativity cannot be told apart. */
static bool may_split(const neutral *s, const element_set *e, unsigned cations)
{
    for (unsigned i = 0; i < e->k; i++)
        if (!(i < cations ? s->cation : s->anion)[e->place[i]]) return false;
    return cupel_element_electronegativity(s->z[e->place[cations - 1]]) < cupel_element_electronegativity(s->z[e->place[cations]]);
}

/* flag[i][j] |= do left[i] and right[j] have a charge in common? */
static void match(const charge_set *left, size_t n_left, const charge_set *right, size_t n_right, unsigned char *flag)
{
    charge_set all = 0;
    for (size_t j = 0; j < n_right; j++) all |= right[j];
    bool narrow = all >> 64 == 0; /* nearly always */
    for (size_t i = 0; i < n_left; i++, flag += n_right) {
        if (!(left[i] & all)) continue;
        uint64_t low = (uint64_t)left[i], high = (uint64_t)(left[i] >> 64);
        if (narrow || !high)
            for (size_t j = 0; j < n_right; j++) flag[j] |= (low & (uint64_t)right[j]) != 0;
        else
            for (size_t j = 0; j < n_right; j++) flag[j] |= ((low & (uint64_t)right[j]) | (high & (uint64_t)(right[j] >> 64))) != 0;
    }
}

/* Clears the flags of amounts with a common divisor; how many stay. Both arrays [n] of 0 and 1 may be read up to a multiple of 8. */
static uint64_t keep_reduced(unsigned char *flag, const unsigned char *reduced, size_t n)
{
    uint64_t count = 0, a, b;
    for (size_t t = 0; t < n; t += 8) { /* eight at a time: the product adds up the bytes in the highest one */
        memcpy(&a, flag + t, 8);
        memcpy(&b, reduced + t, 8);
        a &= b;
        memcpy(flag + t, &a, 8);
        count += a * UINT64_C(0x0101010101010101) >> 56;
    }
    return count;
}

/* Flags the candidates of the set; their number. */
static uint64_t mark(const neutral *s, element_set *e)
{
    bool any = false;
    for (unsigned cations = 1; cations < e->k; cations++) {
        if (!may_split(s, e, cations)) continue;
        for (; e->known < cations; e->known++)
            add_element(s, s->cation[e->place[e->known]], e->cations[e->known], s->tuples[e->known], e->cations[e->known + 1]);
        e->anions[0] = 1;
        for (unsigned i = cations; i < e->k; i++) add_element(s, s->anion[e->place[i]], e->anions, s->tuples[i - cations], e->anions);
        if (!any) memset(e->flag, 0, s->tuples[e->k]);
        any = true;
        match(e->cations[cations], s->tuples[cations], e->anions, s->tuples[e->k - cations], e->flag);
    }
    return any ? keep_reduced(e->flag, s->reduced[e->k], s->tuples[e->k]) : 0;
}

static size_t scratch_bytes(const neutral *s)
{
    size_t sums = s->tuples[s->largest - 1];
    for (unsigned i = 0; i < s->largest; i++) sums += s->tuples[i];
    return sums * sizeof(charge_set) + s->tuples[s->largest] + 8;
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
    e->flag = (unsigned char *)(p + s->tuples[s->largest - 1]);
}

static cupel_status count_all(neutral *s, cupel_err *err)
{
    element_set e = {0};
    void *scratch = cupel_alloc_aligned(scratch_bytes(s), 1);
    s->before = cupel_alloc(n_sets(s) / STRIDE + 1, sizeof *s->before);
    if (!scratch || !s->before) {
        cupel_free(scratch);
        return cupel_no_memory(err, "a charge_neutral space", scratch_bytes(s) + n_sets(s) / STRIDE * sizeof *s->before);
    }
    set_scratch(s, scratch, &e);
    for (go_to_set(s, 0, &e); e.index < n_sets(s); next_set(s, &e)) {
        if (e.index % STRIDE == 0) s->before[e.index / STRIDE] = s->count;
        s->count += mark(s, &e);
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

/* The set that holds candidate `first` and, in *skip, its place among the candidates of that set; flags are set. */
static void find_set(const neutral *s, uint64_t first, element_set *e, uint64_t *skip)
{
    uint64_t low = 0, high = (n_sets(s) - 1) / STRIDE + 1;
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (s->before[middle] <= first) low = middle;
        else high = middle;
    }
    *skip = first - s->before[low];
    go_to_set(s, low * STRIDE, e);
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
    for (uint64_t left = 1; c->n < n; left = 0) {
        if (!left) {
            next_set(s, &e);
            if (!mark(s, &e)) continue;
        }
        for (size_t t = 0; t < s->tuples[e.k] && c->n < n; t++) {
            if (!e.flag[t]) continue;
            if (skip) {
                skip--;
                continue;
            }
            cupel_status st = emit(s, &e, t, c, err);
            if (st != CUPEL_OK) return st;
        }
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

static cupel_status mark_reduced(neutral *s, unsigned k, cupel_err *err)
{
    s->reduced[k] = cupel_alloc(s->tuples[k] + 8, 1); /* zeros behind the end */
    if (!s->reduced[k]) return cupel_no_memory(err, "a charge_neutral space", s->tuples[k] + 8);
    for (size_t t = 0; t < s->tuples[k]; t++) {
        unsigned d = 0;
        size_t rest = t;
        for (unsigned i = 0; i < k; i++, rest /= s->most) d = common_divisor((unsigned)(rest % s->most) + 1, d);
        s->reduced[k][t] = d == 1;
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
        if (k > 1) work += sets * tuples;
    }
    if (tuples > TUPLES_MAX || work > WORK_MAX || largest_charge(s) > CHARGE_MAX)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: charge_neutral: sets of up to %u of %u elements with up to %u atoms of each are %.2g formulas, too many "
                          "to go through; use a smaller max_elements or max_amount, or fewer elements", spec->file, spec->own->line, s->largest, s->n, s->most, work);
    for (unsigned n = 0; n <= s->n; n++)
        for (unsigned k = 0; k <= s->largest; k++) s->choose[n][k] = k == 0 ? 1 : n == 0 ? 0 : s->choose[n - 1][k - 1] + s->choose[n - 1][k];
    for (unsigned k = 2; k <= s->largest; k++) s->first_set[k + 1] = s->first_set[k] + s->choose[s->n][k];
    return CUPEL_OK;
}

static cupel_status read_elements(const cupel_space_spec *spec, neutral *s, cupel_err *err)
{
    const cupel_yaml *list = cupel_yaml_get(spec->own, "elements");
    if (!list)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: charge_neutral needs elements: [Na, Cl, ...]", spec->file, spec->own->line);
    const unsigned *states = cupel_oxidation_states(s->set);
    cupel_status st = cupel_spec_elements(spec, list, s->z, &s->n, err);
    if (st != CUPEL_OK) return st;
    for (unsigned i = 0; i < s->n; i++) {
        const char *lacks = !states[s->z[i]] ? "oxidation state" : isnan(cupel_element_electronegativity(s->z[i])) ? "electronegativity" : NULL;
        if (lacks)
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: charge_neutral: no %s of %s is known, so no formula with it can be judged; leave it out",
                              spec->file, list->line, lacks, cupel_element_symbol(s->z[i]));
    }
    s->n = cupel_spec_prune(spec, s->z, s->n);
    if (s->n < 2)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: charge_neutral: %u of the elements is left by the constraints, two are needed", spec->file, list->line,
                          s->n);
    cupel_spec_sort(s->z, s->n);
    for (unsigned i = 0; i < s->n; i++)
        for (unsigned q = 1; q <= STATE_MAX; q++) {
            s->cation[i] |= (unsigned char)((states[s->z[i]] >> (CUPEL_STATE_SHIFT + q) & 1) << (q - 1));
            s->anion[i] |= (unsigned char)((states[s->z[i]] >> (CUPEL_STATE_SHIFT - q) & 1) << (q - 1));
        }
    return CUPEL_OK;
}

static void describe(const neutral *s, cupel_str *words)
{
    cupel_str_addf(words, "charge-neutral formulas of 2");
    if (s->largest > 2) cupel_str_addf(words, " to %u", s->largest);
    cupel_str_addf(words, " of %u elements (", s->n);
    for (unsigned i = 0; i < s->n; i++) cupel_str_addf(words, "%s%s", i ? " " : "", cupel_element_symbol(s->z[i]));
    cupel_str_addf(words, "), at most %u atoms of each%s", s->most, s->set == CUPEL_STATES_COMMON ? ", in common oxidation states" : ", in any oxidation state reported");
}

static cupel_status neutral_open(const cupel_space_spec *spec, void **state, cupel_str *words, cupel_err *err)
{
    static const char *const own_keys[] = {"elements", "max_elements", "max_amount", "states", NULL};
    cupel_status st = CUPEL_OK;
    uint64_t largest = 3, most = 6;
    int set = CUPEL_STATES_COMMON;
    neutral *s = cupel_alloc(1, sizeof *s);
    if (!s) return cupel_no_memory(err, "a space", sizeof *s);
    CUPEL_TRY(cupel_keys_check(spec->own, spec->file, "charge_neutral", own_keys, err));
    CUPEL_TRY(cupel_keys_count(spec->own, spec->file, "max_elements", 2, SET_MAX, &largest, err));
    CUPEL_TRY(cupel_keys_count(spec->own, spec->file, "max_amount", 1, AMOUNT_MAX, &most, err));
    CUPEL_TRY(cupel_keys_word(spec->own, spec->file, "states", cupel_states_words, &set, err));
    s->set = (cupel_states)set;
    CUPEL_TRY(read_elements(spec, s, err));
    s->largest = largest < s->n ? (unsigned)largest : s->n;
    s->most = (unsigned)most;
    CUPEL_TRY(measure(spec, s, err));
    for (unsigned k = 2; k <= s->largest; k++) CUPEL_TRY(mark_reduced(s, k, err));
    CUPEL_TRY(count_all(s, err));
    if (!s->count)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: charge_neutral: no formula of these elements is neutral; add elements that form anions or cations",
                             spec->file, spec->own->line));
    describe(s, words);
done:
    if (st == CUPEL_OK)
        *state = s;
    else
        neutral_close(s);
    return st;
}

static cupel_status neutral_identity(void *state, cupel_str *text, cupel_err *err)
{
    (void)err;
    const neutral *s = state;
    cupel_str_addf(text, "largest %u most %u\n", s->largest, s->most);
    for (unsigned i = 0; i < s->n; i++) cupel_str_addf(text, "%s %02x %02x\n", cupel_element_symbol(s->z[i]), s->cation[i], s->anion[i]);
    return CUPEL_OK;
}

static const char *const keys[] = {"charge_neutral", NULL};

static const cupel_param params[] = {
    {"max_elements", "", 3, 2, SET_MAX, "most elements at once"},
    {"max_amount", "", 6, 1, AMOUNT_MAX, "most atoms of one element"},
    {NULL, NULL, 0, 0, 0, NULL}};

static const cupel_reference references[] = {
    {"10.1016/j.chempr.2016.09.010", "Davies et al.: Computational screening of all stoichiometric inorganic materials. Chem 1, 617 (2016)"},
    {"10.21105/joss.01361", "Davies et al.: SMACT: Semiconducting Materials by Analogy and Chemical Theory. Journal of Open Source Software 4, 1361 (2019)"},
    {NULL, NULL}};

const cupel_space_kind cupel_space_neutral = {
    .method = {.name = "charge_neutral", .kind = "space", .scale = "composition", .maturity = "stable", .input = "elements",
               .help = "every formula whose oxidation states can add up to zero, cations less electronegative than anions", .references = references,
               .params = params, .output = "formulas of whole numbers, each once"},
    .keys = keys, .parallel = true, .open = neutral_open, .count = neutral_count, .fill = neutral_fill, .identity = neutral_identity,
    .close = neutral_close};
