#include "models/learn/auto/blend.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <math.h>
#include <string.h>

enum { PICKS = 25 };
static const double GAIN = 0.995;  /* selection must beat equal weights by this factor */
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

/* The loss of the mean of `picks` members whose sum is `sum`, and one more. */
static double with(cupel_blend_loss loss, const double *y, const double *sum, const double *one, size_t picks, size_t n)
{
    const double share = 1 / (double)(picks + 1);
    double total = 0;
    for (size_t i = 0; i < n; i++) total += loss_at(loss, y[i], (sum[i] + one[i]) * share);
    return total / (double)n;
}

/* Ties go to the first member. */
static size_t best_pick(cupel_blend_loss loss, const double *const *member, size_t m, const double *y, const double *sum, size_t picks, size_t n, double *reached)
{
    size_t best = 0;
    *reached = INFINITY;
    for (size_t k = 0; k < m; k++) {
        const double l = with(loss, y, sum, member[k], picks, n);
        if (l < *reached) *reached = l, best = k;
    }
    return best;
}

cupel_status cupel_blend_fit(cupel_blend_loss loss, const double *const *member, size_t m, const double *y, size_t n, double *weight, double *reached,
                             cupel_err *err)
{
    size_t pick[PICKS], n_best = 0;
    double *sum = cupel_alloc(n, sizeof *sum), best = INFINITY, l;
    if (!sum) return cupel_no_memory(err, "a blend", n * sizeof *sum);
    for (size_t k = 0; k < m; k++) weight[k] = 1 / (double)m;
    cupel_blend_apply(member, weight, m, n, sum);
    *reached = cupel_blend_loss_of(loss, y, sum, n);
    memset(sum, 0, n * sizeof *sum);
    for (size_t p = 0; p < PICKS; p++) {
        pick[p] = best_pick(loss, member, m, y, sum, p, n, &l);
        for (size_t i = 0; i < n; i++) sum[i] += member[pick[p]][i];
        if (l < best) best = l, n_best = p + 1;
    }
    if (best < GAIN * *reached) {
        *reached = best;
        memset(weight, 0, m * sizeof *weight);
        for (size_t p = 0; p < n_best; p++) weight[pick[p]] += 1 / (double)n_best;
    }
    cupel_free(sum);
    return CUPEL_OK;
}
