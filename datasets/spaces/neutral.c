/* charge_neutral: formulas of whole numbers of atoms in which one oxidation state per element can add up to zero, every cation being less
 * electronegative than every anion: the rule of SMACT (Davies et al. 2016, doi:10.1016/j.chempr.2016.09.010) without mixed valence.
 *
 * Candidates are in order of the number of elements, then of the set of elements, then of the amounts. Nothing is listed: for a set of elements
 * in order of electronegativity the cations are its first s elements, for some s, so that a formula is neutral when a charge that its first s
 * elements can have is one that the rest can have with the other sign. Both are sets of small integers, held in 128 bits. Opening goes once
 * over all sets of elements and notes the number of candidates before every 8th, or fewer when there are very many. */
#include "datasets/spaces/neutral_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/keys.h"
#include "core/matter/records.h"

#include <math.h>
#include <string.h>

/* At most: amounts of one set of elements (128 kB of bits). Sets between two noted counts: STRIDE, doubled until there are no more than BEFORE_MAX
 * counts (16 MB). */
enum { TUPLES_MAX = 1 << 20, STRIDE = 8, BEFORE_MAX = 1 << 21 };
static const double WORK_MAX = 2e10; /* amounts looked at when opening: ten seconds or so */

static void neutral_close(void *state)
{
    cupel_neutral *s = state;
    for (size_t k = 0; k <= CUPEL_NEUTRAL_SET_MAX; k++) cupel_free(s->allowed[k]);
    cupel_free(s->before);
    cupel_free(s);
}

static cupel_status count_all(cupel_neutral *s, cupel_err *err)
{
    cupel_neutral_set e = {0};
    void *scratch = cupel_alloc_aligned(cupel_neutral_scratch(s), 1);
    for (s->stride = STRIDE; cupel_neutral_sets(s) / s->stride > BEFORE_MAX;) s->stride *= 2;
    s->before = cupel_alloc(cupel_neutral_sets(s) / s->stride + 1, sizeof *s->before);
    if (!scratch || !s->before) {
        cupel_free(scratch);
        return cupel_no_memory(err, "a charge_neutral space", cupel_neutral_scratch(s) + cupel_neutral_sets(s) / s->stride * sizeof *s->before);
    }
    cupel_neutral_bind(s, scratch, &e);
    for (cupel_neutral_go(s, 0, &e); e.index < cupel_neutral_sets(s); cupel_neutral_next(s, &e)) {
        if (e.index % s->stride == 0) s->before[e.index / s->stride] = s->count;
        uint64_t n = cupel_neutral_mark(s, &e);
        s->count += n;
        s->of_size[e.k] += n;
    }
    cupel_free(scratch);
    return CUPEL_OK;
}

/* ---- candidates ---- */

static cupel_status emit(const cupel_neutral *s, const cupel_neutral_set *e, size_t tuple, cupel_candidates *c, cupel_err *err)
{
    char text[CUPEL_NEUTRAL_SET_MAX * 8];
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
static cupel_status emit_set(const cupel_neutral *s, const cupel_neutral_set *e, uint64_t *skip, size_t n, cupel_candidates *c, cupel_err *err)
{
    for (size_t w = 0; w < cupel_neutral_words(s->tuples[e->k]) && c->n < n; w++) {
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
static void find_set(const cupel_neutral *s, uint64_t first, cupel_neutral_set *e, uint64_t *skip)
{
    uint64_t low = 0, high = (cupel_neutral_sets(s) - 1) / s->stride + 1;
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (s->before[middle] <= first) low = middle;
        else high = middle;
    }
    *skip = first - s->before[low];
    cupel_neutral_go(s, low * s->stride, e);
    for (uint64_t n; (n = cupel_neutral_mark(s, e)) <= *skip; cupel_neutral_next(s, e)) *skip -= n;
}

static cupel_status neutral_fill(void *state, uint64_t first, size_t n, cupel_candidates *c, cupel_err *err)
{
    const cupel_neutral *s = state;
    cupel_neutral_set e = {0};
    uint64_t skip;
    if (first >= s->count) return CUPEL_OK;
    if (n > s->count - first) n = (size_t)(s->count - first);
    void *scratch = cupel_arena_take(&c->arena, cupel_neutral_scratch(s));
    if (!scratch) return cupel_no_memory(err, "a block of candidates", cupel_neutral_scratch(s));
    cupel_neutral_bind(s, scratch, &e);
    find_set(s, first, &e, &skip);
    for (bool marked = true; c->n < n; marked = false) {
        if (!marked) {
            cupel_neutral_next(s, &e);
            if (!cupel_neutral_mark(s, &e)) continue;
        }
        cupel_status st = emit_set(s, &e, &skip, n, c, err);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

static cupel_status neutral_count(void *state, uint64_t *count, cupel_err *err)
{
    (void)err;
    *count = ((const cupel_neutral *)state)->count;
    return CUPEL_OK;
}

/* ---- opening ---- */

static unsigned common_divisor(unsigned a, unsigned b) { return b ? common_divisor(b, a % b) : a; }

static cupel_status mark_allowed(cupel_neutral *s, unsigned k, cupel_err *err)
{
    s->allowed[k] = cupel_alloc(cupel_neutral_words(s->tuples[k]), sizeof *s->allowed[k]);
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
static unsigned largest_charge(const cupel_neutral *s)
{
    unsigned up = 0, down = 0, largest = 0;
    for (unsigned i = 0; i < s->n; i++)
        for (unsigned q = 1; q <= CUPEL_NEUTRAL_STATE_MAX; q++) {
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
static cupel_status measure(const cupel_space_spec *spec, cupel_neutral *s, cupel_err *err)
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
    if (tuples > TUPLES_MAX || work > WORK_MAX || largest_charge(s) > CUPEL_NEUTRAL_CHARGE_MAX)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: charge_neutral: sets of up to %u of %u elements with up to %u atoms of each are %.2g "
                                            "formulas, too many to go through; use a smaller max_elements or max_amount, or fewer elements",
                          spec->file, spec->own->line, s->largest, s->n, s->most, work);
    for (unsigned n = 0; n <= s->n; n++)
        for (unsigned k = 0; k <= s->largest; k++) s->choose[n][k] = k == 0 ? 1 : n == 0 ? 0 : s->choose[n - 1][k - 1] + s->choose[n - 1][k];
    for (unsigned k = s->fewest; k <= s->largest; k++) s->first_set[k + 1] = s->first_set[k] + s->choose[s->n][k];
    return CUPEL_OK;
}

static void describe(const cupel_neutral *s, const cupel_str *said, cupel_str *out)
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

static cupel_status build(const cupel_space_spec *spec, cupel_neutral *s, cupel_err *err)
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
    cupel_neutral *s = cupel_alloc(1, sizeof *s);
    if (!s) return cupel_no_memory(err, "a space", sizeof *s);
    CUPEL_TRY(cupel_keys_check(spec->own, spec->file, "charge_neutral", own_keys, err));
    CUPEL_TRY(cupel_neutral_limits(spec, s, err));
    CUPEL_TRY(cupel_neutral_states(spec, states, &said, err));
    CUPEL_TRY(cupel_neutral_elements(spec, s, states, err));
    CUPEL_TRY(cupel_neutral_amounts(spec, s, err));
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
    const cupel_neutral *s = state;
    unsigned k = s->fewest + (unsigned)i;
    if (k > s->largest) return false;
    cupel_str_addf(what, "of %u elements", k);
    *count = s->of_size[k];
    return true;
}

static cupel_status neutral_identity(void *state, cupel_str *text, cupel_err *err)
{
    (void)err;
    const cupel_neutral *s = state;
    cupel_str_addf(text, "fewest %u largest %u most %u atoms %u difference %.17g\n", s->fewest, s->largest, s->most, s->max_atoms, s->difference);
    for (unsigned i = 0; i < s->n; i++)
        cupel_str_addf(text, "%s %02x %02x %u %u\n", cupel_element_symbol(s->z[i]), s->cation[i], s->anion[i], s->low[i], s->high[i]);
    return CUPEL_OK;
}

static const char *const keys[] = {"charge_neutral", NULL};

static const cupel_param params[] = {
    {"min_elements", "", 2, 2, CUPEL_NEUTRAL_SET_MAX, "fewest elements at once"},
    {"max_elements", "", 3, 2, CUPEL_NEUTRAL_SET_MAX, "most elements at once"},
    {"max_amount", "", 6, 1, CUPEL_NEUTRAL_AMOUNT_MAX, "most atoms of one element"},
    {"max_atoms", "", CUPEL_NEUTRAL_ATOMS_MAX, 2, CUPEL_NEUTRAL_ATOMS_MAX, "most atoms of a formula"},
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
