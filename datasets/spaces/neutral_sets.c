/* Sets of elements in lexicographic order of their places, and the neutral amounts of one set. */
#include "datasets/spaces/neutral_parts.h"

#include "core/matter/facts.h"

#include <assert.h>
#include <string.h>

void cupel_neutral_go(const cupel_neutral *s, uint64_t index, cupel_neutral_set *e)
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

void cupel_neutral_next(const cupel_neutral *s, cupel_neutral_set *e)
{
    if (++e->index == cupel_neutral_sets(s)) return;
    if (e->index == s->first_set[e->k + 1]) {
        cupel_neutral_go(s, e->index, e);
        return;
    }
    unsigned i = e->k - 1;
    while (e->place[i] == s->n - e->k + i) i--;
    e->place[i]++;
    e->known = e->known < i ? e->known : i;
    for (; i + 1 < e->k; i++) e->place[i + 1] = e->place[i] + 1;
}

/* Charges of the tuples of amounts of one element more: in [n] -> out [n][most]; out may be in. Amounts that it may not have give none. */
static void add_element(const cupel_neutral *s, unsigned place, unsigned states, const cupel_charges *in, size_t n, cupel_charges *out)
{
    unsigned q[CUPEL_NEUTRAL_STATE_MAX], n_states = 0, low = s->low[place], high = s->high[place];
    for (unsigned i = 1; i <= CUPEL_NEUTRAL_STATE_MAX; i++)
        if (states >> (i - 1) & 1) q[n_states++] = i;
    for (size_t t = n; t-- > 0;) {
        cupel_charges before = in[t];
        for (unsigned a = 1; a <= s->most; a++) {
            cupel_charges sum = 0;
            for (unsigned i = 0; a >= low && a <= high && i < n_states && q[i] * a <= CUPEL_NEUTRAL_CHARGE_MAX; i++) sum |= before << (q[i] * a);
            out[t * s->most + a - 1] = sum;
        }
    }
}

/* May the first `cations` elements of the set be the cations and the others the anions? Equal electronegativity cannot be told apart. */
static bool may_split(const cupel_neutral *s, const cupel_neutral_set *e, unsigned cations)
{
    for (unsigned i = 0; i < e->k; i++)
        if (!(i < cations ? s->cation : s->anion)[e->place[i]]) return false;
    double low = cupel_element_electronegativity(s->z[e->place[cations - 1]]), high = cupel_element_electronegativity(s->z[e->place[cations]]);
    return low < high && high - low >= s->difference - 1e-9; /* 3.0 - 2.5 is not exactly 0.5 */
}

/* The lowest charge of a set, taken out of it. */
static unsigned take_charge(cupel_charges *q)
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
static void join_rows(const cupel_neutral_set *e, cupel_charges q, size_t n)
{
    memcpy(e->row, e->with + take_charge(&q) * n, n * sizeof *e->row);
    while (q) {
        const uint64_t *more = e->with + take_charge(&q) * n;
        for (size_t w = 0; w < n; w++) e->row[w] |= more[w];
    }
}

/* Bit i * n_right + j of the flags: have left[i] and right[j] a charge in common? */
static void match(const cupel_neutral_set *e, const cupel_charges *left, size_t n_left, const cupel_charges *right, size_t n_right)
{
    size_t n = cupel_neutral_words(n_right);
    cupel_charges all = 0;
    for (size_t j = 0; j < n_right; j++) all |= right[j];
    for (cupel_charges q = all; q;) memset(e->with + take_charge(&q) * n, 0, n * sizeof *e->with);
    for (size_t j = 0; j < n_right; j++)
        for (cupel_charges q = right[j]; q;) e->with[take_charge(&q) * n + j / 64] |= UINT64_C(1) << (j & 63);
    for (size_t i = 0; i < n_left; i++) {
        cupel_charges q = left[i] & all;
        if (!q) continue;
        if (n > 1) join_rows(e, q, n);
        else
            for (e->row[0] = 0; q;) e->row[0] |= e->with[take_charge(&q)];
        put_row(e->flag, i * n_right, e->row, n_right);
    }
}

/* Flags the candidates of the set; their number. */
uint64_t cupel_neutral_mark(const cupel_neutral *s, cupel_neutral_set *e)
{
    size_t n = cupel_neutral_words(s->tuples[e->k]);
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

size_t cupel_neutral_scratch(const cupel_neutral *s)
{
    size_t sums = s->tuples[s->largest - 1], row = cupel_neutral_words(sums);
    for (unsigned i = 0; i < s->largest; i++) sums += s->tuples[i];
    return sums * sizeof(cupel_charges) + ((CUPEL_NEUTRAL_CHARGE_MAX + 2) * row + cupel_neutral_words(s->tuples[s->largest]) + 1) * sizeof(uint64_t);
}

void cupel_neutral_bind(const cupel_neutral *s, void *bytes, cupel_neutral_set *e)
{
    cupel_charges *p = bytes;
    assert(s->largest);
    for (unsigned i = 0; i < s->largest; i++) {
        e->cations[i] = p;
        p += s->tuples[i];
    }
    e->cations[0][0] = 1;
    e->anions = p;
    e->row = (uint64_t *)(void *)(p + s->tuples[s->largest - 1]);
    e->with = e->row + cupel_neutral_words(s->tuples[s->largest - 1]);
    e->flag = e->with + (CUPEL_NEUTRAL_CHARGE_MAX + 1) * cupel_neutral_words(s->tuples[s->largest - 1]);
}
