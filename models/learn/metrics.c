#include "models/learn/metrics.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/order.h"

#include <math.h>

double cupel_metric_mae(const double *truth, const double *value, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += fabs(value[i] - truth[i]);
    return sum / (double)n;
}

double cupel_metric_rmse(const double *truth, const double *value, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (value[i] - truth[i]) * (value[i] - truth[i]);
    return sqrt(sum / (double)n);
}

static double mean_of(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i];
    return sum / (double)n;
}

/* Truths that differ by less than this share of the largest are equal: their mean is off by the rounding of its sum. */
static const double ROUNDING = 1e-12;

double cupel_metric_r2(const double *truth, const double *value, size_t n)
{
    double mean = mean_of(truth, n), total = 0, rest = 0, largest = 0;
    for (size_t i = 0; i < n; i++) {
        largest = fmax(largest, fabs(truth[i]));
        total += (truth[i] - mean) * (truth[i] - mean);
        rest += (truth[i] - value[i]) * (truth[i] - value[i]);
    }
    return total > (double)n * ROUNDING * ROUNDING * largest * largest ? 1 - rest / total : NAN;
}

double cupel_metric_coverage(const double *truth, const double *lower, const double *upper, size_t n)
{
    size_t inside = 0;
    for (size_t i = 0; i < n; i++) inside += lower[i] <= truth[i] && truth[i] <= upper[i];
    return (double)inside / (double)n;
}

double cupel_metric_width(const double *lower, const double *upper, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += upper[i] - lower[i];
    return sum / (double)n;
}

double cupel_metric_interval_score(const double *truth, const double *lower, const double *upper, size_t n, double level)
{
    double sum = 0, price = 2 / (1 - level);
    for (size_t i = 0; i < n; i++) {
        sum += upper[i] - lower[i];
        if (truth[i] < lower[i]) sum += price * (lower[i] - truth[i]);
        if (truth[i] > upper[i]) sum += price * (truth[i] - upper[i]);
    }
    return sum / (double)n;
}

/* Integral of |y| over a step of width h on which y runs straight from a to b. */
static double area_of_line(double a, double b, double h)
{
    if (a * b >= 0) return 0.5 * h * (fabs(a) + fabs(b));
    return 0.5 * h * (a * a + b * b) / (fabs(a) + fabs(b));
}

double cupel_metric_miscalibration(const double *level, const double *coverage, size_t m)
{
    double area = 0, at = 0, off = 0;
    for (size_t i = 0; i < m; i++) {
        double next = coverage[i] - level[i];
        area += area_of_line(off, next, level[i] - at);
        at = level[i];
        off = next;
    }
    return area + area_of_line(off, 0, 1 - at);
}

cupel_status cupel_metric_spearman(const double *truth, const double *value, size_t n, double *rho, cupel_err *err)
{
    double *a = cupel_alloc(n, sizeof *a), *b = cupel_alloc(n, sizeof *b);
    cupel_status st = CUPEL_OK;
    if (!a || !b) {
        st = cupel_no_memory(err, "ranks", 2 * n * sizeof *a);
        goto done;
    }
    CUPEL_TRY(cupel_ranks(truth, n, a, err));
    CUPEL_TRY(cupel_ranks(value, n, b, err));
    double mean = 0.5 * ((double)n - 1), ab = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < n; i++) {
        ab += (a[i] - mean) * (b[i] - mean);
        aa += (a[i] - mean) * (a[i] - mean);
        bb += (b[i] - mean) * (b[i] - mean);
    }
    *rho = aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : NAN;
done:
    cupel_free(a);
    cupel_free(b);
    return st;
}

/* Mann-Whitney: the mean rank of class 1 among all. */
cupel_status cupel_metric_auc(const double *truth, const double *p, size_t n, double *auc, cupel_err *err)
{
    double *rank = cupel_alloc(n, sizeof *rank);
    if (!rank) return cupel_no_memory(err, "ranks", n * sizeof *rank);
    cupel_status st = cupel_ranks(p, n, rank, err);
    double sum = 0, n1 = 0;
    for (size_t i = 0; st == CUPEL_OK && i < n; i++) {
        if (truth[i] < 0.5) continue;
        sum += rank[i];
        n1 += 1;
    }
    double n0 = (double)n - n1;
    if (st == CUPEL_OK) *auc = n0 > 0 && n1 > 0 ? (sum - 0.5 * n1 * (n1 - 1)) / (n0 * n1) : NAN;
    cupel_free(rank);
    return st;
}

cupel_confusion cupel_metric_confusion(const double *truth, const double *p, size_t n, double threshold)
{
    cupel_confusion c = {0};
    for (size_t i = 0; i < n; i++) {
        bool is = truth[i] >= 0.5, said = p[i] >= threshold;
        c.tp += is && said;
        c.fn += is && !said;
        c.fp += !is && said;
        c.tn += !is && !said;
    }
    return c;
}

static double ratio(double a, double b) { return b > 0 ? a / b : NAN; }

double cupel_metric_accuracy(const cupel_confusion *c)
{
    return ratio((double)(c->tp + c->tn), (double)(c->tp + c->tn + c->fp + c->fn));
}

double cupel_metric_balanced_accuracy(const cupel_confusion *c)
{
    return 0.5 * (ratio((double)c->tp, (double)(c->tp + c->fn)) + ratio((double)c->tn, (double)(c->tn + c->fp)));
}

double cupel_metric_f1(const cupel_confusion *c)
{
    return ratio(2 * (double)c->tp, 2 * (double)c->tp + (double)(c->fp + c->fn));
}

double cupel_metric_mcc(const cupel_confusion *c)
{
    double tp = (double)c->tp, tn = (double)c->tn, fp = (double)c->fp, fn = (double)c->fn;
    return ratio(tp * tn - fp * fn, sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)));
}

double cupel_metric_log_loss(const double *truth, const double *p, size_t n)
{
    const double least = 1e-15; /* the usual clip: a certain and wrong answer costs 34.5 */
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double q = truth[i] >= 0.5 ? p[i] : 1 - p[i];
        sum -= log(q > least ? q : least);
    }
    return sum / (double)n;
}

double cupel_metric_brier(const double *truth, const double *p, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (p[i] - truth[i]) * (p[i] - truth[i]);
    return sum / (double)n;
}

cupel_status cupel_metric_calibration_error(const double *truth, const double *p, size_t n, double *error, cupel_err *err)
{
    enum { GROUPS = 10 };
    double *rank = cupel_alloc(n, sizeof *rank), sum_p[GROUPS] = {0}, sum_y[GROUPS] = {0}, total = 0;
    if (!rank) return cupel_no_memory(err, "ranks", n * sizeof *rank);
    cupel_status st = cupel_ranks(p, n, rank, err);
    for (size_t i = 0; st == CUPEL_OK && i < n; i++) {
        size_t g = (size_t)(GROUPS * rank[i] / (double)n); /* equal p have their mean rank in common, from 0 */
        if (g >= GROUPS) g = GROUPS - 1;
        sum_p[g] += p[i];
        sum_y[g] += truth[i] >= 0.5;
    }
    for (int g = 0; g < GROUPS; g++) total += fabs(sum_p[g] - sum_y[g]);
    if (st == CUPEL_OK) *error = total / (double)n;
    cupel_free(rank);
    return st;
}
