/* How far predictions of left-out rows miss, and the intervals that follow (Barber et al. 2021, the jackknife+). */
#include "core/engine/micro/model_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/order.h"
#include "core/math/stats.h"

#include <math.h>

/* Mean of x [n_rows], `step` apart, over the rows around z without row `but`, each counted by exp(-r^2 / 2 REACH^2), and `mean` as one row more. */
double cupel_micro_local_mean(const cupel_micro_model *m, const double *z, size_t but, const double *x, size_t step, double mean)
{
    static const double REACH = 0.5;
    double sum = mean, weight = 1;
    for (size_t i = 0; i < m->n; i++) {
        double r2 = 0;
        if (i == but) continue;
        for (size_t k = 0; k < m->space->n; k++) {
            const double d = m->z[i * m->space->n + k] - z[k];
            r2 += d * d;
        }
        const double w = cupel_exp(-0.5 * r2 / (REACH * REACH));
        sum += w * x[i * step];
        weight += w;
    }
    return sum / weight;
}

/* Misses are larger in some parts of the space than in others, where a phase begins to percolate for one. */
double cupel_micro_local_scale(const cupel_micro_model *m, const double *z, size_t but)
{
    return sqrt(fmax(cupel_micro_local_mean(m, z, but, m->square, 1, m->mean_square), 1e-300));
}

/* Misses in spreads and local scales, of all rows or of DRAWS_MAX spread evenly. */
void cupel_micro_model_draw(cupel_micro_model *m, const double *y)
{
    const double *loo = cupel_joint_left_out(m->joint), *spread = cupel_joint_left_out_spread(m->joint);
    for (size_t i = 0; i < m->n; i++) {
        for (size_t c = 0; c < m->p; c++) {
            const double e = (y[i * m->p + c] - loo[i * m->p + c]) / spread[i];
            m->square[i] += e * e / (double)m->p;
        }
        m->mean_square += m->square[i] / (double)m->n;
    }
    for (size_t j = 0; j < m->n_draws; j++) {
        const size_t i = m->draw_of[j] = j * m->n / m->n_draws;
        const double scale = spread[i] * cupel_micro_local_scale(m, m->z + i * m->space->n, i);
        for (size_t c = 0; c < m->p; c++) m->draw[j * m->p + c] = (y[i * m->p + c] - loo[i * m->p + c]) / scale;
    }
}

/* asked [n_asks][n_draws] of all draws about y with this spread, without the draw of row `but`. Returns how many. */
size_t cupel_micro_draw_asks(const cupel_micro_model *m, const double *value, const double *y, double spread, size_t but, double *at, double *asked)
{
    double fraction[CUPEL_MICRO_PHASES_MAX];
    size_t n = 0;
    for (size_t j = 0; j < m->n_draws; j++) {
        if (m->draw_of[j] == but) continue;
        for (size_t c = 0; c < m->p; c++) at[c] = y[c] + spread * m->draw[j * m->p + c];
        cupel_micro_ask_outputs(m, value, at, fraction, asked + n, m->n_draws);
        n++;
    }
    return n;
}

/* The values between which the share `quantile` of x [n], sorted, lies: from the k-th to the (n + 1 - k)-th, k = (1 - quantile) / 2 (n + 1), at
 * least 1. */
void cupel_micro_between(const double *x, size_t n, double quantile, double *lower, double *upper)
{
    const double at = (1 - quantile) / 2 * (double)(n + 1) - 1, low = fmax(at, 0);
    const size_t i = low < (double)(n - 1) ? (size_t)low : n - 1;
    const double w = low - (double)i;
    const size_t next = i + 1 < n ? i + 1 : i;
    *lower = (1 - w) * x[i] + w * x[next];
    *upper = (1 - w) * x[n - 1 - i] + w * x[n - 1 - next];
}

/* Where the truth stands among sorted draws: 0 in the middle, 1 outside all of them. */
static double place_of(const double *x, size_t n, double truth)
{
    size_t below = 0, above = 0;
    for (size_t i = 0; i < n; i++) below += x[i] < truth, above += x[i] > truth;
    const double side = fmin((double)below, (double)above) + (double)(n - below - above) / 2;
    return below + above == 0 ? 0 : fmax(0, 1 - 2 * side / (double)(n + 1));
}

bool cupel_micro_all_finite(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i])) return false;
    return n > 0;
}

typedef struct calibration {
    double *asked; /* [n][n_asks][n_draws] sorted */
    double *place; /* [n] */
    size_t *count; /* [n] draws of each row */
} calibration;

/* The least quantile for which k = ceil((n + 1) level) of the n left-out rows lie inside; 1, the whole of the draws, when n is too small for the
 * level. */
static double quantile_for(double *place, size_t n, double level)
{
    const double want = ceil((double)(n + 1) * level - 1e-9);
    cupel_sort(place, n);
    return want > (double)n || want < 1 ? 1 : place[(size_t)want - 1];
}

static void calibrate_ask(cupel_micro_model *m, const calibration *c, size_t a)
{
    const size_t n_asks = m->d->n_asks;
    cupel_ask_trust *t = &m->trust[a];
    double miss = 0, mean = 0, spread = 0;
    size_t inside = 0;
    for (size_t i = 0; i < m->n; i++) {
        const double *x = c->asked + (i * n_asks + a) * m->n_draws;
        c->place[i] = cupel_micro_all_finite(x, c->count[i]) ? place_of(x, c->count[i], m->truth[i * n_asks + a]) : 1;
        mean += m->truth[i * n_asks + a] / (double)m->n;
    }
    t->quantile = quantile_for(c->place, m->n, m->d->level);
    for (size_t i = 0; i < m->n; i++) {
        const size_t k = i * n_asks + a;
        const double *x = c->asked + k * m->n_draws, error = m->left_out[k] - m->truth[k];
        cupel_micro_between(x, c->count[i], t->quantile, &m->lower[k], &m->upper[k]);
        m->lower[k] = fmin(m->lower[k], m->left_out[k]);
        m->upper[k] = fmax(m->upper[k], m->left_out[k]);
        const double rounding = 1e-6 * fabs(m->truth[k]); /* fractions are met within 1e-7 */
        inside += m->truth[k] >= m->lower[k] - rounding && m->truth[k] <= m->upper[k] + rounding;
        miss += error * error;
        spread += (m->truth[k] - mean) * (m->truth[k] - mean);
    }
    t->rmse = sqrt(miss / (double)m->n);
    t->r2 = spread > 0 ? 1 - miss / spread : (double)NAN;
    t->coverage = (double)inside / (double)m->n;
}

/* What the quick score needs of an ask. */
static void roughly(cupel_micro_model *m, size_t a)
{
    const double *spread = cupel_joint_left_out_spread(m->joint);
    const size_t n_asks = m->d->n_asks;
    double sum = 0, low = HUGE_VAL, high = -HUGE_VAL;
    m->typical[a] = 0;
    for (size_t i = 0; i < m->n; i++) {
        const double t = m->truth[i * n_asks + a];
        m->typical[a] += fabs(t) / (double)m->n;
        low = fmin(low, t), high = fmax(high, t);
    }
    for (size_t i = 0; i < m->n; i++) {
        const double t = m->truth[i * n_asks + a], p = m->left_out[i * n_asks + a], x = (t - p) / (spread[i] * (fabs(p) + m->typical[a] + 1e-300));
        sum += x * x;
    }
    m->tau[a] = fmax(sqrt(sum / (double)m->n), 1e-9);
    m->worst[a] = m->d->ask[a].goal > 0 ? low : high;
    m->best[a] = m->d->ask[a].goal > 0 ? high : low;
}

cupel_status cupel_micro_model_calibrate(cupel_micro_model *m, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n_asks = m->d->n_asks;
    const double *loo = cupel_joint_left_out(m->joint), *spread = cupel_joint_left_out_spread(m->joint);
    calibration c = {.asked = cupel_alloc(cupel_mul(m->n, n_asks), m->n_draws * sizeof(double)),
                     .place = cupel_alloc(m->n, sizeof(double)),
                     .count = cupel_alloc(m->n, sizeof(size_t))};
    double *at = cupel_alloc(m->p, sizeof *at), fraction[CUPEL_MICRO_PHASES_MAX];
    if (!c.asked || !c.place || !c.count || !at) CUPEL_TRY(cupel_no_memory(err, "a surrogate", m->n * n_asks * m->n_draws * sizeof(double)));
    for (size_t i = 0; i < m->n; i++) {
        const double *value = m->rows->param + m->row[i] * m->rows->n_params, *figure = m->rows->figure + m->row[i] * m->rows->layout.width;
        const cupel_micro_state s = cupel_layout_state(&m->rows->layout, figure);
        double *asked = c.asked + i * n_asks * m->n_draws;
        cupel_micro_ask_outputs(m, value, loo + i * m->p, fraction, m->left_out + i * n_asks, 1);
        for (size_t a = 0; a < n_asks; a++) {
            const double half = cupel_ask_error(m->d, &m->d->ask[a], &m->rows->layout, figure);
            m->truth[i * n_asks + a] = cupel_ask_value(m->d, &m->d->ask[a], &s);
            m->bar[i * n_asks + a] = isfinite(half) ? half * half : 0;
            m->mean_bar[a] += m->bar[i * n_asks + a] / (double)m->n;
        }
        c.count[i] = cupel_micro_draw_asks(m, value, loo + i * m->p, spread[i] * cupel_micro_local_scale(m, m->z + i * m->space->n, i), i, at, asked);
        for (size_t a = 0; a < n_asks; a++) cupel_sort(asked + a * m->n_draws, c.count[i]);
    }
    for (size_t a = 0; a < n_asks; a++) calibrate_ask(m, &c, a), roughly(m, a);
done:
    cupel_free(c.asked);
    cupel_free(c.place);
    cupel_free(c.count);
    cupel_free(at);
    return st;
}
