#include "core/matter/composition.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/matter/formula.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double cupel_composition_total(const cupel_composition *c)
{
    double sum = 0;
    for (unsigned i = 0; i < c->n; i++) sum += c->amount[i];
    return sum;
}

double cupel_composition_weight(const cupel_composition *c)
{
    double sum = 0;
    for (unsigned i = 0; i < c->n; i++) sum += c->amount[i] * cupel_element_weight(c->z[i]);
    return sum;
}

double cupel_composition_amount(const cupel_composition *c, unsigned z)
{
    for (unsigned i = 0; i < c->n; i++)
        if (c->z[i] == z) return c->amount[i];
    return 0;
}

/* ---- canonical text ---- */

static bool symbol_before(unsigned a, unsigned b) { return strcmp(cupel_element_symbol(a), cupel_element_symbol(b)) < 0; }

/* order [c->n]: positions in c, sorted (insertion: a handful of elements). */
static void sort_elements(const cupel_composition *c, bool (*before)(unsigned, unsigned), unsigned char *order)
{
    for (unsigned i = 0; i < c->n; i++) {
        unsigned j = i;
        for (; j > 0 && before(c->z[i], c->z[order[j - 1]]); j--) order[j] = order[j - 1];
        order[j] = (unsigned char)i;
    }
}

static const double RESOLUTION = 1e-8;    /* of an atomic fraction */
static const double LEAST_AMOUNT = 1e-15; /* formula.c refuses less */
static const double MAIN_ELEMENT = 0.01;  /* the least fraction of an element that others are counted by */
enum { MOST_COUNTS = 1000, MOST_ATOMS = 10000 };

/* count [n]: the smallest whole numbers in the ratio of the amounts; false when there are none with at most MOST_COUNTS atoms of the
 * rarest element. */
static bool whole_numbers(const cupel_composition *c, double *count)
{
    double least = INFINITY;
    for (unsigned i = 0; i < c->n; i++) least = fmin(least, c->amount[i]);
    double atoms = cupel_composition_total(c) / least;
    for (unsigned k = 1; k <= MOST_COUNTS && k * atoms <= MOST_ATOMS; k++) {
        unsigned i = 0;
        for (; i < c->n; i++) {
            double x = c->amount[i] / least * k;
            count[i] = nearbyint(x);
            if (fabs(x - count[i]) > RESOLUTION * k * atoms) break;
        }
        if (i == c->n) return true;
    }
    return false;
}

/* Al3.5H2O would read as a hydrate too: the number gets an exponent, which only a decimal has. */
static void keep_decimal(unsigned n, const size_t *start, cupel_str *text)
{
    for (unsigned i = 1; i < n; i++) {
        cupel_text tail = {text->p + start[i], text->n - start[i]};
        const char *number = text->p + start[i - 1] + strcspn(text->p + start[i - 1], "0123456789"), *end = tail.p;
        if (number >= end || *number == '0' || !memchr(number, '.', (size_t)(end - number)) || memchr(number, 'e', (size_t)(end - number)))
            continue;
        if (!cupel_formula_is_solvent(tail)) continue;
        cupel_str longer = {0};
        cupel_str_add(&longer, text->p, start[i]);
        cupel_str_puts(&longer, "e0");
        cupel_str_add(&longer, tail.p, tail.n);
        cupel_str_clear(text);
        cupel_str_puts(text, cupel_str_text(&longer));
        if (longer.failed) text->failed = true;
        cupel_str_free(&longer);
        return;
    }
}

/* The amounts times `scale`, rounded to RESOLUTION of their total; what would vanish keeps one digit, and no less than a formula may have.
 */
static void put_amounts(const cupel_composition *c, const unsigned char *order, double scale, cupel_str *out)
{
    int places = (int)-floor(log10(RESOLUTION * scale * cupel_composition_total(c)));
    double unit = pow(10, abs(places));
    size_t start[CUPEL_Z_MAX];
    for (unsigned i = 0; i < c->n; i++) {
        double x = c->amount[order[i]] * scale;
        double r = places >= 0 ? nearbyint(x * unit) / unit : nearbyint(x / unit) * unit;
        if (!(r > 0)) {
            double digit = pow(10, floor(log10(x)));
            r = fmax(nearbyint(x / digit) * digit, LEAST_AMOUNT);
        }
        start[i] = out->n;
        cupel_str_puts(out, cupel_element_symbol(c->z[order[i]]));
        if (r < 1 || r > 1) cupel_str_number(out, r);
    }
    if (!out->failed && c->n) keep_decimal(c->n, start, out);
}

void cupel_composition_text(const cupel_composition *c, cupel_str *out)
{
    unsigned char order[CUPEL_Z_MAX];
    double count[CUPEL_Z_MAX], total = cupel_composition_total(c);
    cupel_str best = {0}, other = {0};
    sort_elements(c, cupel_element_before, order);
    if (c->n && whole_numbers(c, count)) {
        double most = 0;
        for (unsigned i = 0; i < c->n; i++) {
            cupel_str_puts(&best, cupel_element_symbol(c->z[order[i]]));
            if (count[order[i]] > 1) cupel_str_number(&best, count[order[i]]);
            most = fmax(most, count[i]);
        }
        if (most < 100) goto done; /* Fe2O3 */
    }
    /* Otherwise the shortest of: whole numbers, a main element taken as 1 (YBa2Cu3O6.93), fractions (Fe0.62Ni0.38). */
    for (unsigned i = 0; i <= c->n && c->n; i++) {
        double one = i < c->n ? c->amount[order[i]] : total;
        if (one < MAIN_ELEMENT * total) continue;
        cupel_str_clear(&other);
        put_amounts(c, order, 1 / one, &other);
        if (best.n && other.n >= best.n) continue;
        cupel_str swap = best;
        best = other;
        other = swap;
    }
done:
    if (best.failed || other.failed) out->failed = true;
    /* sodium and nitrogen one to one is the word for no number */
    cupel_str_puts(out, strcmp(cupel_str_text(&best), "NaN") == 0 ? "Na1N1" : cupel_str_text(&best));
    cupel_str_free(&best);
    cupel_str_free(&other);
}

void cupel_composition_system(const cupel_composition *c, cupel_str *out)
{
    unsigned char order[CUPEL_Z_MAX];
    sort_elements(c, symbol_before, order);
    for (unsigned i = 0; i < c->n; i++) {
        if (i) cupel_str_putc(out, '-');
        cupel_str_puts(out, cupel_element_symbol(c->z[order[i]]));
    }
}

/* ---- batches ---- */

/* Twice as many as now, at least `need` and 64; 0 when that does not fit. */
static size_t more(size_t cap, size_t need)
{
    if (need > SIZE_MAX / 32) return 0;
    size_t want = cap < 32 ? 64 : cap * 2;
    return want < need ? need : want;
}

static bool widen(void *array, size_t n, size_t size)
{
    void *old, *wide;
    memcpy(&old, array, sizeof old);
    wide = cupel_resize(old, n, size);
    if (!wide) return false;
    memcpy(array, &wide, sizeof wide);
    return true;
}

cupel_status cupel_batch_reserve(cupel_batch *b, size_t rows, size_t items, cupel_err *err)
{
    size_t have = b->cap_rows ? b->first[b->n] : 0;
    if (items > UINT32_MAX - have || rows > SIZE_MAX - b->n)
        return cupel_fail(err, CUPEL_NO_RESOURCE, "a batch holds at most 4,294,967,295 amounts; use smaller blocks");
    if (b->n + rows > b->cap_rows) {
        size_t want = more(b->cap_rows, b->n + rows);
        if (!want || !widen(&b->first, want + 1, sizeof *b->first) || !widen(&b->reason, want, 1))
            return cupel_no_memory(err, "a batch of compositions", cupel_mul(want, sizeof *b->first));
        if (!b->cap_rows) b->first[0] = 0;
        b->cap_rows = want;
    }
    if (have + items > b->cap_items) {
        size_t want = more(b->cap_items, have + items);
        if (!want || !widen(&b->z, want, 1) || !widen(&b->amount, want, sizeof *b->amount))
            return cupel_no_memory(err, "a batch of compositions", cupel_mul(want, sizeof *b->amount));
        b->cap_items = want;
    }
    return CUPEL_OK;
}

cupel_status cupel_batch_add(cupel_batch *b, const cupel_composition *c, unsigned char reason, cupel_err *err)
{
    unsigned n = c ? c->n : 0;
    cupel_status st = cupel_batch_reserve(b, 1, n, err);
    if (st != CUPEL_OK) return st;
    uint32_t at = b->first[b->n];
    if (n) {
        memcpy(b->z + at, c->z, n);
        memcpy(b->amount + at, c->amount, n * sizeof *c->amount);
    }
    b->reason[b->n] = reason;
    b->first[++b->n] = at + n;
    return CUPEL_OK;
}

void cupel_batch_get(const cupel_batch *b, size_t k, cupel_composition *c)
{
    uint32_t at = b->first[k];
    c->n = b->first[k + 1] - at;
    if (!c->n) return;
    memcpy(c->z, b->z + at, c->n);
    memcpy(c->amount, b->amount + at, c->n * sizeof *c->amount);
}

void cupel_batch_clear(cupel_batch *b) { b->n = 0; }

void cupel_batch_release(cupel_batch *b)
{
    cupel_free(b->first);
    cupel_free(b->z);
    cupel_free(b->amount);
    cupel_free(b->reason);
    *b = (cupel_batch){0};
}
