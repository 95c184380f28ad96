#include "models/learn/calibrate.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/order.h"
#include "core/math/stats.h"

#include <math.h>
#include <string.h>

/* What is known of the tail before any score lies in it, worth so many scores. */
static const double KNOWN_BEFORE = 2;

/* Length over which the tail falls by e of a Laplace distribution with the variance of the next score, were scores normal: n of them predict the next
 * by Student's t of n - 1 degrees of freedom, wider by 1 + 1 / n for their mean. */
static double length_of_all(const cupel_scores *s)
{
    const double n = (double)s->n;
    double mean = 0, square = 0;
    for (size_t i = 0; i < s->n; i++) mean += s->sorted[i] / n;
    for (size_t i = 0; i < s->n; i++) square += (s->sorted[i] - mean) * (s->sorted[i] - mean) / (n - 1);
    return sqrt(0.5 * square * (1 + 1 / n) * (n > 4 ? (n - 1) / (n - 3) : 3));
}

/* Length over which a tail falls by e: that of an exponential tail which reaches from the outer decile to the outermost score. Few scores lie
 * beyond the decile, of 8 none, and say little: the length that all of them have counts beside them. */
static double tail(const cupel_scores *s, bool upper)
{
    double end = upper ? s->sorted[s->n - 1] : s->sorted[0], decile = cupel_quantile(s->sorted, s->n, upper ? 0.9 : 0.1);
    double beyond = 0.1 * (double)(s->n + 1), fall = cupel_log(beyond), own = fall > 1 ? fabs(end - decile) / fall : fabs(end - decile);
    double known = beyond > 1 ? beyond - 1 : 0;
    return (known * own + KNOWN_BEFORE * length_of_all(s)) / (known + KNOWN_BEFORE);
}

cupel_status cupel_scores_make(const double *score, size_t n, cupel_scores *s, cupel_err *err)
{
    double *sorted = cupel_alloc(n, sizeof *sorted);
    if (!sorted) return cupel_no_memory(err, "scores of the calibration", n * sizeof *sorted);
    memcpy(sorted, score, n * sizeof *sorted);
    cupel_sort(sorted, n);
    *s = (cupel_scores){.n = n, .sorted = sorted};
    s->lower_tail = tail(s, false);
    s->upper_tail = tail(s, true);
    return CUPEL_OK;
}

void cupel_scores_release(cupel_scores *s)
{
    cupel_free(s->sorted);
    *s = (cupel_scores){0};
}

double cupel_scores_quantile(const cupel_scores *s, double p)
{
    double one = 1 / (double)(s->n + 1);
    if (p < one) return s->sorted[0] + s->lower_tail * cupel_log(p / one);
    if (1 - p < one) return s->sorted[s->n - 1] - s->upper_tail * cupel_log((1 - p) / one);
    return cupel_quantile(s->sorted, s->n, p);
}

void cupel_scores_interval(const cupel_scores *s, double level, double *lo, double *hi)
{
    *lo = cupel_scores_quantile(s, 0.5 * (1 - level));
    *hi = cupel_scores_quantile(s, 0.5 * (1 + level));
}

/* The first index whose score is >= t (or > t). */
static size_t first_above(const cupel_scores *s, double t, bool or_equal)
{
    size_t lo = 0, hi = s->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (s->sorted[mid] < t || (!or_equal && s->sorted[mid] == t))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* The share on one side of t, when the scores before index i are below it and that at i is not: below t, or above it, each exact in its own
 * tail. */
static double share(const cupel_scores *s, size_t i, double t, bool above)
{
    double one = 1 / (double)(s->n + 1);
    if (i == 0) {
        double off = s->sorted[0] - t, low = off <= 0 ? one : s->lower_tail > 0 ? one * cupel_exp(-off / s->lower_tail) : 0;
        return above ? 1 - low : low;
    }
    if (i == s->n) {
        double off = t - s->sorted[s->n - 1], high = off <= 0 ? one : s->upper_tail > 0 ? one * cupel_exp(-off / s->upper_tail) : 0;
        return above ? high : 1 - high;
    }
    double left = s->sorted[i - 1], right = s->sorted[i];
    double at = (double)i + (right > left ? (t - left) / (right - left) : 0);
    return one * (above ? (double)(s->n + 1) - at : at);
}

double cupel_scores_between(const cupel_scores *s, double lo, double hi)
{
    bool above = lo > s->sorted[s->n / 2]; /* in the upper tail differences of shares above keep their digits */
    double a = lo > -INFINITY ? share(s, first_above(s, lo, true), lo, above) : above ? 1 : 0;
    double b = hi < INFINITY ? share(s, first_above(s, hi, false), hi, above) : above ? 0 : 1;
    double p = above ? a - b : b - a;
    return p > 0 ? p : 0;
}

double cupel_class_threshold(const double *p, const double *y, size_t n, double *gain, double *error)
{
    const double half = 0.5;
    double second = 0, sum = 0, square = 0;
    *gain = *error = 0;
    for (size_t i = 0; i < n; i++) second += y[i] > 0;
    const double first = (double)n - second, share = second / (double)n;
    if (!(first > 0 && second > 0)) return half;
    for (size_t i = 0; i < n; i++) {
        if ((p[i] >= half) == (p[i] >= share)) continue;
        const bool is = y[i] > 0, right = (p[i] >= share) == is;
        const double worth = 0.5 / (is ? second : first);
        sum += right ? worth : -worth;
        square += worth * worth;
    }
    *gain = sum;
    *error = sqrt(square);
    return sum > sqrt(square) ? share : half;
}

double cupel_conformal_p(const cupel_scores *own, double probability)
{
    size_t at_most = first_above(own, probability, false);
    return ((double)at_most + 1) / ((double)own->n + 1); /* the new row counts among its own */
}

double cupel_sigmoid_at(const cupel_sigmoid *s, double f)
{
    double t = s->a * f + s->b;
    return t >= 0 ? cupel_exp(-t) / (1 + cupel_exp(-t)) : 1 / (1 + cupel_exp(t));
}

/* log(1 + cupel_exp(-t)) - (1 - target) (-t): the loss of one row, stable at both ends. */
static double loss_at(double target, double t) { return t >= 0 ? target * t + log1p(exp(-t)) : (target - 1) * t + log1p(exp(t)); }

typedef struct platt {
    const double *f, *y;
    size_t n;
    double high, low; /* targets of the two classes */
} platt;

static double target_of(const platt *p, size_t i) { return p->y[i] > 0 ? p->high : p->low; }

static double total_loss(const platt *p, const cupel_sigmoid *s)
{
    double sum = 0;
    for (size_t i = 0; i < p->n; i++) sum += loss_at(target_of(p, i), s->a * p->f[i] + s->b);
    return sum;
}

/* One Newton step with halving; false when nothing is gained any more. */
static bool newton_step(const platt *p, cupel_sigmoid *s, double *loss)
{
    double g1 = 0, g2 = 0, h11 = 1e-12, h22 = 1e-12, h21 = 0;
    for (size_t i = 0; i < p->n; i++) {
        double q = cupel_sigmoid_at(s, p->f[i]), w = q * (1 - q), d = target_of(p, i) - q;
        h11 += p->f[i] * p->f[i] * w;
        h22 += w;
        h21 += p->f[i] * w;
        g1 += p->f[i] * d;
        g2 += d;
    }
    if (fabs(g1) < 1e-7 && fabs(g2) < 1e-7) return false;
    double det = h11 * h22 - h21 * h21, da = -(h22 * g1 - h21 * g2) / det, db = -(h11 * g2 - h21 * g1) / det, slope = g1 * da + g2 * db;
    for (double step = 1; step >= 1e-10; step /= 2) {
        cupel_sigmoid next = {s->a + step * da, s->b + step * db};
        double l = total_loss(p, &next);
        if (!(l < *loss + 1e-4 * step * slope)) continue;
        *s = next;
        *loss = l;
        return true;
    }
    return false;
}

cupel_sigmoid cupel_sigmoid_fit(const double *f, const double *y, size_t n)
{
    double n1 = 0;
    for (size_t i = 0; i < n; i++) n1 += y[i] > 0;
    double n0 = (double)n - n1;
    platt p = {.f = f, .y = y, .n = n, .high = (n1 + 1) / (n1 + 2), .low = 1 / (n0 + 2)};
    cupel_sigmoid s = {.a = 0, .b = log((n0 + 1) / (n1 + 1))};
    double loss = total_loss(&p, &s);
    for (int round = 0; round < 100 && newton_step(&p, &s, &loss); round++) {}
    return s;
}
