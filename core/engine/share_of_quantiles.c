#include "core/engine/share_of_quantiles.h"

#include "core/math/stats.h"

#include <math.h>

/* Mass beyond the outermost quantile `end` of mass `mass`, at a distance off >= 0; the next one lies `gap` further in and has mass `inner`
 * beyond it. */
static double tail(double mass, double inner, double gap, double off)
{
    if (!(gap > 0)) return 0;
    return mass * cupel_exp(-off * cupel_log(inner / mass) / gap);
}

/* Mass below x, with at_most that at x too. */
static double share(const double *tau, const double *q, size_t n, double x, int at_most)
{
    size_t k = 0; /* quantiles that lie below x */
    while (k < n && (at_most ? q[k] <= x : q[k] < x)) k++;
    if (k == 0) return tail(tau[0], tau[1], q[1] - q[0], q[0] - x);
    if (k == n) return 1 - tail(1 - tau[n - 1], 1 - tau[n - 2], q[n - 1] - q[n - 2], x - q[n - 1]);
    return tau[k - 1] + (tau[k] - tau[k - 1]) * (x - q[k - 1]) / (q[k] - q[k - 1]);
}

double cupel_quantiles_probability(const double *tau, const double *q, size_t n, double lo, double hi)
{
    if (!(lo <= hi)) return 0;
    const double below = lo > -HUGE_VAL ? share(tau, q, n, lo, 0) : 0, at_most = hi < HUGE_VAL ? share(tau, q, n, hi, 1) : 1;
    return at_most > below ? at_most - below : 0;
}
