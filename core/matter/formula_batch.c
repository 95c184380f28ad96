/* The fast way from text to a batch: elements, plain decimals, brackets and spaces, in one pass. It answers only what it is sure of; all
 * else goes to the full reader (formula.c). Both give the same bits: numbers are correctly rounded in both, and products and sums are taken
 * in the same order. */
#include "core/matter/formula.h"

#include <string.h>

enum { MAX_DIGITS = 15, MAX_DEPTH = 16 };
static const double LEAST_AMOUNT = 1e-15, MOST_AMOUNT = 1e15;
static const double powers[MAX_DIGITS + 1] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

static inline bool is_digit(char c) { return (unsigned char)(c - '0') < 10; }
static inline bool is_lower(char c) { return (unsigned char)(c - 'a') < 26; }
static inline bool is_upper(char c) { return (unsigned char)(c - 'A') < 26; }
static inline char at(const char *p, const char *end) { return p < end ? *p : '\0'; }

/* May a solvent (formula.c) begin at p? "No" must be right, "yes" only costs time. */
static bool may_be_solvent(const char *p, const char *end)
{
    char c = *p, d = at(p + 1, end);
    switch (c) {
    case 'H':
    case '(':
    case '[':
    case '{': return true;
    case 'D':
    case 'T': return is_digit(d);
    case 'N':
    case 'C': return !is_lower(d);
    case 'S': return d == 'O';
    case 'O': return d == 'H';
    default: return false;
    }
}

/* Behind D1.D2 with D1 > 0 and D2 without a leading 0: can the point be a hydrate dot? z is the element before, 0 for a bracket. */
static bool may_be_hydrate(const char *p, const char *end, unsigned z)
{
    while (p < end && *p == ' ') p++;
    return p < end && (may_be_solvent(p, end) || (z == 8 && is_upper(*p)));
}

/* A plain decimal at *s, 1 when there is none. False: not sure. Digits and power of ten are exact doubles, so that one division gives the
 * correctly rounded value (Clinger 1990, doi:10.1145/93542.93557). */
static inline bool number(const char **s, const char *end, unsigned z, double *x)
{
    const char *p = *s, *start = p;
    *x = 1;
    if (p == end) return true;
    if (!is_digit(*p)) return *p != '.';
    uint64_t digits = 0;
    long places = 0;
    while (p < end && is_digit(*p) && p - start <= MAX_DIGITS) digits = digits * 10 + (uint64_t)(*p++ - '0');
    if (p < end && *p == '.') {
        const char *point = p++;
        bool whole = digits > 0;
        while (p < end && is_digit(*p) && p - start <= MAX_DIGITS + 1) digits = digits * 10 + (uint64_t)(*p++ - '0');
        places = p - point - 1;
        if (places == 0 || (whole && point[1] != '0' && may_be_hydrate(p, end, z))) return false;
    }
    if (p - start > MAX_DIGITS || digits == 0) return false;
    if (p < end && (*p == 'e' || *p == 'E' || *p == '/' || *p == '.') && !is_lower(at(p + 1, end))) return false;
    *x = (double)digits / powers[places];
    *s = p;
    return true;
}

typedef struct open_bracket {
    char close;
    unsigned first;
} open_bracket;

/* Items in the order of the text, equal elements not yet merged. False: not sure. */
static bool scan(const char *p, const char *end, unsigned char *z, double *amount, unsigned *count, bool *brackets)
{
    open_bracket stack[MAX_DEPTH];
    unsigned depth = 0, n = 0;
    bool bare = false; /* the last thing was an element without a number */
    while (p < end) {
        char c = *p;
        if (is_upper(c)) {
            char d = at(p + 1, end);
            bool two = is_lower(d);
            unsigned element = cupel_element_code[c - 'A'][two ? d - 'a' + 1 : 0];
            p += two ? 2 : 1;
            if (!element || is_lower(at(p, end))) return false;
            const char *before = p;
            if (!number(&p, end, element, &amount[n])) return false;
            bare = p == before;
            z[n++] = (unsigned char)element;
        } else if (c == ' ') {
            p++;
            bare = false;
        } else if (c == '(' || c == '[' || c == '{') {
            char d = at(p + 1, end);
            if (depth == MAX_DEPTH || (bare && (d == 'I' || d == 'V' || d == 'X'))) return false; /* Fe(III) */
            stack[depth++] = (open_bracket){c == '(' ? ')' : (char)(c + 2), n};
            p++;
            bare = false;
        } else if (depth && c == stack[depth - 1].close) {
            unsigned first = stack[--depth].first;
            double x;
            p++;
            if (first == n || !number(&p, end, 0, &x)) return false;
            for (unsigned i = first; i < n; i++) amount[i] *= x;
            *brackets = true;
            bare = false;
        } else {
            return false;
        }
    }
    *count = n;
    return depth == 0 && n > 0;
}

/* Equal elements become one, in place. */
static unsigned merge(unsigned char *z, double *amount, unsigned n)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned j = 0;
        while (j < kept && z[j] != z[i]) j++;
        if (j < kept) {
            amount[j] += amount[i];
            continue;
        }
        z[kept] = z[i];
        amount[kept++] = amount[i];
    }
    return kept;
}

static bool repeats(const unsigned char *z, unsigned n)
{
    uint64_t seen[2] = {0, 0};
    for (unsigned i = 0; i < n; i++) {
        uint64_t bit = (uint64_t)1 << (z[i] & 63);
        if (seen[z[i] >> 6] & bit) return true;
        seen[z[i] >> 6] |= bit;
    }
    return false;
}

static bool read_fast(const char *p, const char *end, unsigned char *z, double *amount, unsigned *count)
{
    bool brackets = false;
    unsigned n;
    if (p == end || *p == 'n' || (*p == 'N' && end - p <= 4) || !scan(p, end, z, amount, &n, &brackets)) return false;
    bool again = n > 1 && repeats(z, n);
    if (again) n = merge(z, amount, n);
    for (unsigned i = 0; i < n && (again || brackets); i++)
        if (!(amount[i] >= LEAST_AMOUNT && amount[i] <= MOST_AMOUNT)) return false;
    *count = n;
    return true;
}

cupel_status cupel_batch_add_formula(cupel_batch *b, cupel_text text, cupel_dot dot, cupel_err *err)
{
    enum { MAX_FAST = 512 }; /* longer texts are rare, and items are reserved by length */
    unsigned n;
    if (text.n > 0 && text.n <= MAX_FAST) {
        const char *p = text.p, *end = text.p + text.n;
        if (b->n + 1 > b->cap_rows || b->first[b->n] + text.n > b->cap_items) {
            cupel_status st = cupel_batch_reserve(b, 1, text.n, err);
            if (st != CUPEL_OK) return st;
        }
        while (p < end && *p == ' ') p++;
        uint32_t first = b->first[b->n];
        if (read_fast(p, end, b->z + first, b->amount + first, &n)) {
            b->reason[b->n] = CUPEL_REASON_NONE;
            b->first[++b->n] = first + n;
            return CUPEL_OK;
        }
    }
    cupel_formula f;
    cupel_formula_error e;
    bool good = cupel_formula_read(text, dot, &f, &e);
    return cupel_batch_add(b, good ? &f.composition : NULL, (unsigned char)(good ? CUPEL_REASON_NONE : e.reason), err);
}
