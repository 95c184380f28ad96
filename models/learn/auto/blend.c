#include "models/learn/auto/blend.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"

#include <math.h>
#include <string.h>

enum { PICKS = 20, BAGS = 12, STREAM_BAG = 0x626167 };
static const double GAIN = 0.995;  /* selection must beat equal weights by this factor */
static const double SURE = 2;      /* standard errors by which it must beat weights that were there before */
static const double EDGE = 1e-6;

static double loss_at(cupel_blend_loss loss, double y, double f)
{
    if (loss == CUPEL_BLEND_ABSOLUTE) return fabs(y - f);
    f = f < EDGE ? EDGE : f > 1 - EDGE ? 1 - EDGE : f;
    return -(y * log(f) + (1 - y) * log(1 - f));
}

double cupel_blend_loss_of(cupel_blend_loss loss, const double *y, const double *f, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += loss_at(loss, y[i], f[i]);
    return sum / (double)n;
}

void cupel_blend_apply(const double *const *member, const double *weight, size_t m, size_t n, double *out)
{
    memset(out, 0, n * sizeof *out);
    for (size_t k = 0; k < m; k++)
        for (size_t i = 0; weight[k] > 0 && i < n; i++) out[i] += weight[k] * member[k][i];
}

/* One selection on the rows of a bag. */
typedef struct bag {
    cupel_blend_loss loss;
    const double *const *member;
    size_t m, n;
    const double *y;
    const size_t *row; /* [n] */
    double *sum;       /* [n] */
} bag;

/* The loss of the mean of the picks so far and one more. */
static double with(const bag *b, const double *one, size_t picks)
{
    const double share = 1 / (double)(picks + 1);
    double total = 0;
    for (size_t i = 0; i < b->n; i++) total += loss_at(b->loss, b->y[b->row[i]], (b->sum[i] + one[b->row[i]]) * share);
    return total / (double)b->n;
}

/* Ties go to the first member. */
static size_t best_pick(const bag *b, size_t picks, double *reached)
{
    size_t best = 0;
    *reached = INFINITY;
    for (size_t k = 0; k < b->m; k++) {
        const double l = with(b, b->member[k], picks);
        if (l < *reached) *reached = l, best = k;
    }
    return best;
}

/* Adds the shares of the picks up to the best loss to weight [m], times `share`. */
static void select_members(const bag *b, double share, double *weight)
{
    size_t pick[PICKS], n_best = 1;
    double best = INFINITY, l;
    memset(b->sum, 0, b->n * sizeof *b->sum);
    for (size_t p = 0; p < PICKS; p++) {
        pick[p] = best_pick(b, p, &l);
        for (size_t i = 0; i < b->n; i++) b->sum[i] += b->member[pick[p]][b->row[i]];
        if (l < best) best = l, n_best = p + 1;
    }
    for (size_t p = 0; p < n_best; p++) weight[pick[p]] += share / (double)n_best;
}

/* The standard error of the mean difference between the losses of a and b. */
static double error_of_gain(cupel_blend_loss loss, const double *y, const double *a, const double *b, size_t n)
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < n; i++) sum += loss_at(loss, y[i], a[i]) - loss_at(loss, y[i], b[i]);
    for (size_t i = 0; i < n; i++) {
        const double off = loss_at(loss, y[i], a[i]) - loss_at(loss, y[i], b[i]) - sum / (double)n;
        square += off * off;
    }
    return n > 1 ? sqrt(square / (double)(n - 1) / (double)n) : INFINITY;
}

cupel_status cupel_blend_fit(const cupel_blended *of, uint64_t seed, const cupel_blend_prior *prior, double *weight, double *reached, cupel_err *err)
{
    const cupel_blend_loss loss = of->loss;
    const double *const *member = of->member, *y = of->y;
    const size_t m = of->m, n = of->n;
    cupel_status st = CUPEL_OK;
    double *sum = cupel_alloc(n, sizeof *sum), *kept = cupel_alloc(n, sizeof *kept), *bagged = cupel_alloc(m, sizeof *bagged);
    size_t *row = cupel_alloc(n, sizeof *row);
    if (!sum || !kept || !bagged || !row) {
        st = cupel_no_memory(err, "a blend", 3 * n * sizeof *sum);
        goto done;
    }
    for (size_t k = 0; k < m; k++) weight[k] = prior ? prior->weight[k] : 1 / (double)m;
    cupel_blend_apply(member, weight, m, n, kept);
    *reached = cupel_blend_loss_of(loss, y, kept, n);
    const bag b = {.loss = loss, .member = member, .m = m, .n = n < 4 ? n : n / 2, .y = y, .row = row, .sum = sum};
    for (uint64_t k = 0; k < BAGS; k++) {
        cupel_rng_permutation(seed, STREAM_BAG + k, row, n);
        select_members(&b, 1.0 / BAGS, bagged);
    }
    cupel_blend_apply(member, bagged, m, n, sum);
    const double selected = cupel_blend_loss_of(loss, y, sum, n);
    if (selected < GAIN * *reached && (!prior || *reached - selected > SURE * error_of_gain(loss, y, kept, sum, n))) {
        *reached = selected;
        memcpy(weight, bagged, m * sizeof *weight);
    } else if (prior && prior->share < 1) {
        for (size_t k = 0; k < m; k++) weight[k] = prior->share * weight[k] + (1 - prior->share) * bagged[k];
        cupel_blend_apply(member, weight, m, n, kept);
        *reached = cupel_blend_loss_of(loss, y, kept, n);
    }
done:
    cupel_free(sum);
    cupel_free(kept);
    cupel_free(bagged);
    cupel_free(row);
    return st;
}
