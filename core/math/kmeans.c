#include "core/math/kmeans.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"

#include <math.h>
#include <string.h>

enum { STARTS = 8, ROUNDS = 100, TOGETHER = 8 };

typedef struct kmeans {
    size_t n, d, k;
    const double *x; /* [n][d] */
    double *centre;  /* [k][d] */
    double *across;  /* [groups of TOGETHER centres][d][TOGETHER] the same, the last group filled up with anything */
    double *nearest; /* [n] squared distance to the nearest centre */
    size_t *of;      /* [n] */
    size_t *count;   /* [k] */
} kmeans;

typedef double pair __attribute__((vector_size(16)));

static double squared(const double *a, const double *b, size_t d)
{
    double sum = 0;
    for (size_t j = 0; j < d; j++) sum += (a[j] - b[j]) * (a[j] - b[j]);
    return sum;
}

/* Each further centre is a row drawn with a chance proportional to its squared distance from the centres so far. */
static void seed_centres(kmeans *m, uint64_t seed, uint64_t stream)
{
    size_t first = (size_t)cupel_rng_below(seed, stream, 0, m->n);
    for (size_t i = 0; i < m->n; i++) m->nearest[i] = HUGE_VAL;
    for (size_t c = 0; c < m->k; c++) {
        double total = 0;
        size_t pick = first;
        if (c) {
            for (size_t i = 0; i < m->n; i++) total += m->nearest[i];
            double draw = total * cupel_rng_uniform(seed, stream, c);
            for (pick = 0; pick + 1 < m->n && (draw -= m->nearest[pick]) >= 0; pick++) {}
        }
        memcpy(m->centre + c * m->d, m->x + pick * m->d, m->d * sizeof *m->x);
        for (size_t i = 0; i < m->n; i++) {
            double q = squared(m->x + i * m->d, m->centre + c * m->d, m->d);
            if (q < m->nearest[i]) m->nearest[i] = q;
        }
    }
}

static void turn_centres(kmeans *m)
{
    for (size_t c = 0; c < m->k; c++)
        for (size_t j = 0; j < m->d; j++) m->across[(c / TOGETHER * m->d + j) * TOGETHER + c % TOGETHER] = m->centre[c * m->d + j];
}

static inline pair squared_off(double x, const double *centre)
{
    pair off;
    memcpy(&off, centre, sizeof off);
    off = x - off;
    return off * off;
}

/* Squared distances of a row from TOGETHER centres: each the same sum in the same order as by itself, but none waits for another. */
static void squared_together(const double *x, const double *across, size_t d, double *q)
{
    pair a = {0}, b = {0}, c = {0}, e = {0};
    for (size_t j = 0; j < d; j++, across += TOGETHER) {
        a += squared_off(x[j], across);
        b += squared_off(x[j], across + 2);
        c += squared_off(x[j], across + 4);
        e += squared_off(x[j], across + 6);
    }
    memcpy(q, (const pair[]){a, b, c, e}, TOGETHER * sizeof *q);
}

static size_t nearest_centre(const kmeans *m, const double *x, double *least)
{
    size_t best = 0;
    *least = HUGE_VAL;
    for (size_t from = 0; from < m->k; from += TOGETHER) {
        double q[TOGETHER];
        squared_together(x, m->across + from * m->d, m->d, q);
        for (size_t l = 0; l < TOGETHER && from + l < m->k; l++)
            if (q[l] < *least) *least = q[l], best = from + l;
    }
    return best;
}

/* Rows to their nearest centre; false when nothing changed. */
static bool assign(kmeans *m, double *total)
{
    bool changed = false;
    *total = 0;
    turn_centres(m);
    for (size_t i = 0; i < m->n; i++) {
        double least;
        const size_t best = nearest_centre(m, m->x + i * m->d, &least);
        changed |= m->of[i] != best;
        m->of[i] = best;
        *total += least;
    }
    return changed;
}

static void add_share(const double *restrict x, double count, size_t d, double *restrict centre)
{
    size_t j = 0;
    for (; j + 2 <= d; j += 2) {
        pair part, sum;
        memcpy(&part, x + j, sizeof part);
        memcpy(&sum, centre + j, sizeof sum);
        sum += part / count;
        memcpy(centre + j, &sum, sizeof sum);
    }
    if (j < d) centre[j] += x[j] / count;
}

static void move_centres(kmeans *m)
{
    memset(m->count, 0, m->k * sizeof *m->count);
    for (size_t i = 0; i < m->n; i++) m->count[m->of[i]]++;
    for (size_t c = 0; c < m->k; c++)
        if (m->count[c]) memset(m->centre + c * m->d, 0, m->d * sizeof *m->centre);
    for (size_t i = 0; i < m->n; i++) add_share(m->x + i * m->d, (double)m->count[m->of[i]], m->d, m->centre + m->of[i] * m->d);
}

static bool all_used(const kmeans *m)
{
    for (size_t c = 0; c < m->k; c++)
        if (!m->count[c]) return false;
    return true;
}

cupel_status cupel_kmeans(const double *x, size_t n, size_t d, size_t k, uint64_t seed, uint64_t stream, size_t *of, bool *found, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double best = HUGE_VAL;
    kmeans m = {.n = n, .d = d, .k = k, .x = x};
    m.centre = cupel_alloc(cupel_mul(k, d), sizeof *m.centre);
    m.across = cupel_alloc(cupel_mul(k + TOGETHER - 1, d), sizeof *m.across);
    m.nearest = cupel_alloc(n, sizeof *m.nearest);
    m.of = cupel_alloc(n, sizeof *m.of);
    m.count = cupel_alloc(k, sizeof *m.count);
    if (!m.centre || !m.across || !m.nearest || !m.of || !m.count)
        CUPEL_TRY(cupel_no_memory(err, "clusters", cupel_mul(cupel_mul(2 * k, d) + n, sizeof(double))));
    *found = false;
    for (uint64_t start = 0; start < STARTS; start++) {
        double total = 0;
        seed_centres(&m, seed, stream + start);
        memset(m.of, 0, n * sizeof *m.of);
        for (int round = 0; round < ROUNDS && (assign(&m, &total) || !round); round++) move_centres(&m);
        if (total >= best || !all_used(&m)) continue;
        best = total;
        *found = true;
        memcpy(of, m.of, n * sizeof *of);
    }
done:
    cupel_free(m.centre);
    cupel_free(m.across);
    cupel_free(m.nearest);
    cupel_free(m.of);
    cupel_free(m.count);
    return st;
}
