#include "models/learn/shift.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/kmeans.h"
#include "core/math/order.h"

#include <math.h>

enum { STREAM = 0x666172 };
static const double LEAST_SHARE = 0.90, USUAL_SHARE = 0.95, MOST_SHARE = 0.98; /* of rows held out by chance that lie inside the domain */

cupel_status cupel_far_clusters(const cupel_problem *p, uint64_t seed, cupel_far *far, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    bool found = false;
    const size_t few = p->n / CUPEL_FAR_ROWS, k = few < 2 ? 2 : few < CUPEL_FAR_CLUSTERS ? few : CUPEL_FAR_CLUSTERS;
    *far = (cupel_far){.raw = NULL};
    if (p->n < CUPEL_FAR_LEAST || p->n > CUPEL_FAR_MOST) return CUPEL_OK;
    far->folds.fold = cupel_alloc(p->n, sizeof *far->folds.fold);
    far->raw = cupel_alloc(p->n, sizeof *far->raw);
    if (p->may_mix) far->mixture = cupel_spiked_none(p->n);
    if (!far->folds.fold || !far->raw || (p->may_mix && !far->mixture)) CUPEL_TRY(cupel_no_memory(err, "held-out clusters", p->n * sizeof *far->raw));
    CUPEL_TRY(cupel_kmeans(p->x, p->n, p->d, k, seed, STREAM, far->folds.fold, &found, err));
    if (found) far->folds.n_folds = k;
    CUPEL_TRY(cupel_partition_whole(found ? p->group : NULL, p->n, far->folds.fold, &far->folds.n_folds, err));
    if (far->folds.n_folds < 2) far->folds.n_folds = 0;
done:
    if (st != CUPEL_OK) cupel_far_release(far);
    return st;
}

void cupel_far_release(cupel_far *far)
{
    cupel_folds_release(&far->folds);
    cupel_free(far->raw);
    cupel_free(far->mixture);
    *far = (cupel_far){.raw = NULL};
}

/* Shares of sorted a and b [n] at or below t. */
static double share_within(const double *sorted, size_t n, double t)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (sorted[mid] <= t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return (double)lo / (double)n;
}

cupel_status cupel_far_threshold(const cupel_raw *near, size_t n, const cupel_far *far, double typical, double *threshold, cupel_err *err)
{
    double *a = cupel_alloc(2 * n, sizeof *a), best = -INFINITY;
    if (!a) return cupel_no_memory(err, "distances", 2 * n * sizeof *a);
    double *b = a + n;
    for (size_t i = 0; i < n; i++) a[i] = near[i].distance;
    for (size_t i = 0; far->folds.n_folds && i < n; i++) b[i] = far->raw[i].distance;
    cupel_sort(a, n);
    cupel_sort(b, n);
    *threshold = cupel_quantile(a, n, USUAL_SHARE);
    for (double q = LEAST_SHARE; far->folds.n_folds && q <= MOST_SHARE + 1e-9; q += 0.005) {
        double t = cupel_quantile(a, n, q), apart = share_within(a, n, t) - share_within(b, n, t);
        if (!(apart > best)) continue;
        best = apart;
        *threshold = t;
    }
    if (!(*threshold > 0)) *threshold = sqrt(typical); /* nearly all rows repeat one another */
    cupel_free(a);
    return CUPEL_OK;
}

/* Mean interval score of rows whose scores are judged by lo and hi; raw [near->n]. */
static double figure_of(const cupel_surrogate *s, const cupel_near *near, const cupel_raw *raw, double lo, double hi)
{
    double sum = 0;
    for (size_t i = 0; i < near->n; i++) {
        double spread = cupel_spread_of(s, &raw[i]), score = (near->y[i] - raw[i].value) / spread;
        double miss = score < lo ? lo - score : score > hi ? score - hi : 0;
        sum += spread * (hi - lo + 2 / (1 - near->level) * miss);
    }
    return sum / (double)near->n;
}

cupel_status cupel_spread_scores(const cupel_surrogate *s, const cupel_near *near, const cupel_raw *far, double *score, double figure[2],
                                 cupel_err *err)
{
    cupel_scores scores = {0};
    double lo, hi;
    for (size_t i = 0; i < near->n; i++) score[i] = (near->y[i] - near->raw[i].value) / cupel_spread_of(s, &near->raw[i]);
    cupel_status st = cupel_scores_make(score, near->n, &scores, err);
    if (st != CUPEL_OK) return st;
    cupel_scores_interval(&scores, near->level, &lo, &hi);
    figure[0] = figure_of(s, near, near->raw, lo, hi);
    if (far) figure[1] = figure_of(s, near, far, lo, hi);
    cupel_scores_release(&scores);
    return CUPEL_OK;
}

/* By how much the share of rows in their intervals falls short of the level in the cluster that they hold least of; score [n]: of near rows. */
static cupel_status lack_of(const cupel_surrogate *s, const cupel_near *near, const cupel_far *far, const double *score, double *lack, cupel_err *err)
{
    cupel_scores scores = {0};
    double lo, hi, in[CUPEL_FAR_CLUSTERS] = {0}, all[CUPEL_FAR_CLUSTERS] = {0};
    cupel_status st = cupel_scores_make(score, near->n, &scores, err);
    if (st != CUPEL_OK) return st;
    cupel_scores_interval(&scores, near->level, &lo, &hi);
    cupel_scores_release(&scores);
    for (size_t i = 0; i < near->n; i++) {
        const double z = (near->y[i] - far->raw[i].value) / cupel_spread_of(s, &far->raw[i]);
        in[far->folds.fold[i]] += z >= lo && z <= hi;
        all[far->folds.fold[i]] += 1;
    }
    *lack = 0;
    for (size_t k = 0; k < far->folds.n_folds; k++) *lack = fmax(*lack, near->level - in[k] / all[k]);
    return CUPEL_OK;
}

cupel_status cupel_far_widen(cupel_surrogate *s, const cupel_near *near, const cupel_far *far, double *score, cupel_err *err)
{
    static const double knee[] = {0, 0.5, 1}, steep[] = {0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4};
    double first[2] = {1, 1}, now[2], best = INFINITY, least = INFINITY;
    cupel_spread kept = s->spread;
    if (!far->folds.n_folds) return CUPEL_OK;
    for (size_t k = 0; k < sizeof steep / sizeof *steep; k++)
        for (size_t j = 0; j < (k ? sizeof knee / sizeof *knee : 1); j++) {
            double lack = 0;
            s->spread.knee = knee[j];
            s->spread.steep = steep[k];
            cupel_status st = cupel_spread_scores(s, near, far->raw, score, now, err);
            if (st == CUPEL_OK && near->n <= CUPEL_FAR_WORST) st = lack_of(s, near, far, score, &lack, err);
            if (st != CUPEL_OK) return st;
            if (!k) first[0] = now[0], first[1] = now[1];
            double figure = now[0] / first[0] + now[1] / first[1];
            if (lack > least || (lack >= least && !(figure < best))) continue;
            least = lack;
            best = figure;
            kept = s->spread;
        }
    s->spread = kept;
    return CUPEL_OK;
}
