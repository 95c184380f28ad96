#include "core/math/kmeans.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"

#include <math.h>
#include <string.h>

enum { STARTS = 8, ROUNDS = 100 };

typedef struct kmeans {
    size_t n, d, k;
    const double *x; /* [n][d] */
    double *centre;  /* [k][d] */
    double *nearest; /* [n] squared distance to the nearest centre */
    size_t *of;      /* [n] */
    size_t *count;   /* [k] */
} kmeans;

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

/* Rows to their nearest centre; false when nothing changed. */
static bool assign(kmeans *m, double *total)
{
    bool changed = false;
    *total = 0;
    for (size_t i = 0; i < m->n; i++) {
        size_t best = 0;
        double least = HUGE_VAL;
        for (size_t c = 0; c < m->k; c++) {
            double q = squared(m->x + i * m->d, m->centre + c * m->d, m->d);
            if (q < least) least = q, best = c;
        }
        changed |= m->of[i] != best;
        m->of[i] = best;
        *total += least;
    }
    return changed;
}

static void move_centres(kmeans *m)
{
    memset(m->count, 0, m->k * sizeof *m->count);
    for (size_t i = 0; i < m->n; i++) m->count[m->of[i]]++;
    for (size_t c = 0; c < m->k; c++)
        if (m->count[c]) memset(m->centre + c * m->d, 0, m->d * sizeof *m->centre);
    for (size_t i = 0; i < m->n; i++)
        for (size_t j = 0; j < m->d; j++) m->centre[m->of[i] * m->d + j] += m->x[i * m->d + j] / (double)m->count[m->of[i]];
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
    m.nearest = cupel_alloc(n, sizeof *m.nearest);
    m.of = cupel_alloc(n, sizeof *m.of);
    m.count = cupel_alloc(k, sizeof *m.count);
    if (!m.centre || !m.nearest || !m.of || !m.count) CUPEL_TRY(cupel_no_memory(err, "clusters", cupel_mul(cupel_mul(k, d) + n, sizeof(double))));
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
    cupel_free(m.nearest);
    cupel_free(m.of);
    cupel_free(m.count);
    return st;
}
