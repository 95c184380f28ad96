#include "descriptors/composition/smooth.h"

#include "descriptors/composition/rows.h"

#include <math.h>

/* The atomic fraction from which on an element is wholly there. */
static const double WHOLE = 0.05;

double cupel_presence_weight(double fraction)
{
    double t = fraction < WHOLE ? fraction / WHOLE : 1.0;
    return t * t * (3.0 - 2.0 * t);
}

void cupel_presence_of(const double *amount, size_t n, cupel_presence *p)
{
    double total = cupel_total(amount, n), largest = 0.0, sum = 0.0;
    p->n = n;
    p->whole = true;
    for (size_t i = 0; i < n; i++) {
        p->fraction[i] = amount[i] / total;
        p->weight[i] = cupel_presence_weight(p->fraction[i]);
        p->whole &= p->weight[i] == 1.0;
        largest = p->fraction[i] > largest ? p->fraction[i] : largest;
    }
    for (size_t i = 0; i < n; i++) {
        double r = p->fraction[i] / largest, r2 = r * r, r4 = r2 * r2;
        sum += p->dominance[i] = r4 * r4;
    }
    for (size_t i = 0; i < n; i++) p->dominance[i] /= sum;
}

bool cupel_jumps_nowhere(size_t j)
{
    (void)j;
    return false;
}

/* ---- closed forms ---- */

/* Positions of v in rising order. */
static void sort(const double *v, size_t n, unsigned char *order)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = i;
        for (; k && v[order[k - 1]] > v[i]; k--) order[k] = order[k - 1];
        order[k] = (unsigned char)i;
    }
}

/* The mean of the first value that is there, in this order or from its end: it is v_k with the probability that k is there and none before it. */
static double first(const cupel_presence *p, const double *v, const unsigned char *order, bool from_end)
{
    double sum = 0.0, none = 1.0;
    for (size_t k = 0; k < p->n && none > 0.0; k++) {
        size_t i = order[from_end ? p->n - 1 - k : k];
        sum += none * p->weight[i] * v[i];
        none *= 1.0 - p->weight[i];
    }
    return sum / (1.0 - none);
}

void cupel_smooth_extremes(const cupel_presence *p, const double *v, double *minimum, double *maximum)
{
    unsigned char order[CUPEL_Z_MAX];
    sort(v, p->n, order);
    *minimum = first(p, v, order, false);
    *maximum = first(p, v, order, true);
}

double cupel_smooth_mode(const cupel_presence *p, const double *v)
{
    double sum = 0.0;
    for (size_t i = 0; i < p->n; i++) sum += p->dominance[i] * v[i];
    return sum;
}

/* ---- the mean over detection limits ---- */

enum { MAX_COLUMNS = 4096 };

static bool jumps(const cupel_descriptor *d, size_t j) { return !d->jumps || d->jumps(j); }

/* The most abundant elements first, and their weights. */
typedef struct ranked {
    unsigned char z[CUPEL_Z_MAX];
    double amount[CUPEL_Z_MAX], weight[CUPEL_Z_MAX + 1];
} ranked;

static bool goes_before(const ranked *r, size_t k, double amount, unsigned char z)
{
    return r->amount[k] > amount || (r->amount[k] == amount && r->z[k] < z);
}

static void rank(const unsigned char *z, const double *amount, size_t n, ranked *r)
{
    double total = cupel_total(amount, n);
    for (size_t i = 0; i < n; i++) {
        size_t k = i;
        for (; k && !goes_before(r, k - 1, amount[i], z[i]); k--) {
            r->z[k] = r->z[k - 1];
            r->amount[k] = r->amount[k - 1];
        }
        r->z[k] = z[i];
        r->amount[k] = amount[i];
    }
    for (size_t k = 0; k < n; k++) r->weight[k] = cupel_presence_weight(r->amount[k] / total);
    r->weight[n] = 0.0;
}

/* d of the first n elements alone. */
static void first_elements(const cupel_descriptor *d, ranked *r, size_t n, double *y)
{
    uint32_t bounds[2] = {0, (uint32_t)n};
    unsigned char reason = 0;
    cupel_batch one = {.n = 1, .first = bounds, .z = r->z, .amount = r->amount, .reason = &reason};
    d->compute(&one, 0, 1, CUPEL_ISA_PLAIN, y, d->n_columns, NULL);
}

/* The share of detection limits that is seen through by every element goes to x as it is. A value that some of the others do not give (no pair of an
 * element with itself, no charges that balance) has its mean over those that do. */
void cupel_smooth_detected(const cupel_descriptor *d, const unsigned char *z, const double *amount, size_t n, double *x)
{
    ranked r;
    double y[MAX_COLUMNS], sum[MAX_COLUMNS], share[MAX_COLUMNS];
    rank(z, amount, n, &r);
    if (r.weight[n - 1] == r.weight[0] || d->n_columns > MAX_COLUMNS) return;
    for (size_t j = 0; j < d->n_columns; j++) {
        share[j] = r.weight[n - 1];
        sum[j] = share[j] * x[j];
    }
    for (size_t k = 1; k < n; k++) {
        double part = r.weight[k - 1] - r.weight[k];
        if (part == 0.0) continue;
        first_elements(d, &r, k, y);
        for (size_t j = 0; j < d->n_columns; j++) {
            if (isnan(y[j])) continue;
            sum[j] += part * y[j];
            share[j] += part;
        }
    }
    for (size_t j = 0; j < d->n_columns; j++)
        if (jumps(d, j)) x[j] = sum[j] / share[j];
}

/* ---- sets ---- */

static bool any_jumps(const cupel_descriptor *d)
{
    for (size_t j = 0; j < d->n_columns; j++)
        if (jumps(d, j)) return true;
    return false;
}

void cupel_smooth_compute(const cupel_descriptor *d, const cupel_batch *batch, size_t from, size_t n, cupel_isa isa, double *x, size_t ld,
                          unsigned char *reason)
{
    d->compute(batch, from, n, isa, x, ld, reason);
    if (!any_jumps(d)) return;
    for (size_t i = 0; i < n; i++) {
        size_t first_at = batch->first[from + i], elements = batch->first[from + i + 1] - first_at;
        if (!elements) continue;
        (d->smooth ? d->smooth : cupel_smooth_detected)(d, batch->z + first_at, batch->amount + first_at, elements, x + i * ld);
    }
}

void cupel_smooth_column(const cupel_descriptor *d, size_t j, cupel_str *name, const char **unit)
{
    if (jumps(d, j)) cupel_str_puts(name, "smooth ");
    d->column(j, name, unit);
}
