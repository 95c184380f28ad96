/* Groups of columns that say the same. */
#include "core/engine/attribution_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"

enum { CORRELATION_ROWS = 2000 };
static const double ARTEFACT = 0.9; /* correlation from which an importance is shared with another group */

/* Columns with mean 0 and length 1, [d][n]. */
static void standardise(const cupel_attribution_rows *r, size_t n, double *z)
{
    for (size_t j = 0; j < r->d; j++) {
        double mean = 0, square = 0;
        for (size_t i = 0; i < n; i++) mean += r->x[i * r->d + j] / (double)n;
        for (size_t i = 0; i < n; i++) z[j * n + i] = r->x[i * r->d + j] - mean, square += z[j * n + i] * z[j * n + i];
        const double factor = square > 0 ? 1 / sqrt(square) : 0;
        for (size_t i = 0; i < n; i++) z[j * n + i] *= factor;
    }
}

/* The largest |correlation| of a column of one group with one of another; z [d][n] standardised. */
static double alike(const cupel_group *a, const cupel_group *b, const double *z, size_t n)
{
    double most = 0;
    for (size_t c = 0; c < a->n; c++)
        for (size_t e = 0; e < b->n; e++) {
            const double *p = z + a->column[c] * n, *q = z + b->column[e] * n;
            double sum = 0;
            for (size_t i = 0; i < n; i++) sum += p[i] * q[i];
            most = fmax(most, fabs(sum));
        }
    return fmin(most, 1);
}

/* Joins to a cluster, begun with its most important group, those that are alike with all that are in it. r [groups][groups]. */
static cupel_status grow(cupel_attribution *a, const double *r, bool *used, size_t first, cupel_err *err)
{
    const size_t n = a->n_groups;
    cupel_cluster c = {.group = cupel_alloc(n, sizeof *c.group), .least = 1, .importance = (double)NAN};
    if (!c.group) return cupel_no_memory(err, "groups of columns", n * sizeof *c.group);
    c.group[c.n++] = first;
    for (size_t g = first + 1; g < n; g++) {
        double least = 1;
        for (size_t k = 0; k < c.n; k++) least = fmin(least, r[g * n + c.group[k]]);
        if (used[g] || least < ARTEFACT) continue;
        c.group[c.n++] = g;
        c.least = fmin(c.least, least);
    }
    if (c.n < 2) {
        cupel_free(c.group);
        return CUPEL_OK;
    }
    for (size_t k = 0; k < c.n; k++) used[c.group[k]] = true;
    if (!a->n_explained) c.shapley = (double)NAN;
    for (size_t i = 0; i < a->n_explained; i++) {
        double sum = 0;
        for (size_t k = 0; k < c.n; k++) sum += a->row[i].shapley[c.group[k]];
        c.shapley += fabs(sum) / (double)a->n_explained;
    }
    a->cluster[a->n_clusters++] = c;
    return CUPEL_OK;
}

cupel_status cupel_attribution_correlate(cupel_attribution *a, const cupel_attribution_rows *r, cupel_err *err)
{
    const size_t n = r->n < CORRELATION_ROWS ? r->n : CORRELATION_ROWS, m = a->n_groups;
    cupel_status st = CUPEL_OK;
    double *z = cupel_alloc(cupel_mul(n, r->d), sizeof *z), *all = cupel_alloc(cupel_mul(m, m) + 1, sizeof *all);
    bool *used = cupel_alloc(m + 1, sizeof *used);
    a->cluster = cupel_alloc(m / 2 + 1, sizeof *a->cluster);
    if (!z || !all || !used || !a->cluster) CUPEL_TRY(cupel_no_memory(err, "correlations of columns", cupel_mul(n, r->d * sizeof *z)));
    standardise(r, n, z);
    for (size_t g = 0; g < m; g++)
        for (size_t h = 0; h < g; h++) all[g * m + h] = all[h * m + g] = alike(&a->group[g], &a->group[h], z, n);
    for (size_t g = 0; g < m; g++)
        for (size_t h = 0; h < m; h++)
            if (all[g * m + h] > a->group[g].correlation) a->group[g].correlation = all[g * m + h], a->group[g].with = h;
    for (size_t g = 0; g < m; g++)
        if (!used[g]) CUPEL_TRY(grow(a, all, used, g, err));
done:
    cupel_free(z);
    cupel_free(all);
    cupel_free(used);
    return st;
}
