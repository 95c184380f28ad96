/* Predictions: scores of many candidates, forecasts of one. */
#include "core/engine/micro/model_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/order.h"
#include "core/math/stats.h"

#include <math.h>
#include <string.h>

static const double HALF_OF_BAR = 1.959963984540054; /* a 95 % bar in standard deviations */

cupel_status cupel_micro_scratch_new(const cupel_micro_model *m, size_t block, cupel_micro_scratch **out, cupel_err *err)
{
    const size_t f = sizeof(double);
    cupel_micro_scratch *s = cupel_alloc(1, sizeof *s);
    *out = NULL;
    if (!s) return cupel_no_memory(err, "room to predict", sizeof *s);
    s->block = block;
    s->z = cupel_alloc(block, m->space->n * f), s->known = cupel_alloc(block, (m->physics.n + 1) * f);
    s->mean = cupel_alloc(block, m->p * f), s->spread = cupel_alloc(block, f);
    s->asked = cupel_alloc(m->d->n_asks, m->n_draws * f), s->at = cupel_alloc(m->p, f);
    s->joint = cupel_alloc_aligned(1, cupel_joint_scratch_bytes(m->joint));
    if (s->z && s->known && s->mean && s->spread && s->asked && s->at && s->joint) {
        *out = s;
        return CUPEL_OK;
    }
    cupel_micro_scratch_free(s);
    return cupel_no_memory(err, "room to predict", cupel_joint_scratch_bytes(m->joint));
}

void cupel_micro_scratch_free(cupel_micro_scratch *s)
{
    if (!s) return;
    cupel_free(s->z);
    cupel_free(s->known);
    cupel_free(s->mean);
    cupel_free(s->spread);
    cupel_free(s->asked);
    cupel_free(s->at);
    cupel_free(s->joint);
    cupel_free(s);
}

static void predict(const cupel_micro_model *m, const double *value, size_t n, cupel_isa isa, cupel_micro_scratch *s)
{
    for (size_t i = 0; i < n; i++) {
        cupel_micro_space_scaled(m->space, value + i * m->space->n, s->z + i * m->space->n);
        cupel_micro_know(m, value + i * m->space->n, s->known + i * m->physics.n);
    }
    cupel_joint_predict(m->joint, s->z, s->known, n, &(cupel_joint_way){isa, s->joint}, s->mean, s->spread);
}

/* log of the normal distribution below z; the asymptote where it underflows. */
static double log_normal(double z)
{
    return z > -30 ? cupel_log(cupel_normal_cdf(z)) : -0.5 * z * z - cupel_log(-z) - 0.9189385332046727;
}

/* log of the chance that value + error lies in the window, error normal. */
static double log_window(double value, double deviation, double low, double high)
{
    const double to_high = (high - value) / deviation, from_low = (value - low) / deviation;
    if (to_high == HUGE_VAL) return log_normal(from_low);
    if (from_low == HUGE_VAL) return log_normal(to_high);
    const double inside = cupel_normal_cdf(to_high) - cupel_normal_cdf(-from_low);
    return inside > 1e-12 ? cupel_log(inside) : fmin(log_normal(to_high), log_normal(from_low));
}

/* The goals: how far from the worst of the sample to its best, as a weighted mean of logarithms; 0 without goals. A prediction may go beyond the
 * best. */
static double goals(const cupel_micro_model *m, const double *asked, size_t step)
{
    double sum = 0, weight = 0;
    for (size_t a = 0; a < m->d->n_asks; a++) {
        if (!m->d->ask[a].goal) continue;
        const double way = (asked[a * step] - m->worst[a]) / (m->best[a] - m->worst[a]);
        sum += m->d->ask[a].weight * cupel_log(isfinite(way) ? fmax(way, 1e-3) : 1e-3);
        weight += m->d->ask[a].weight;
    }
    return weight > 0 ? sum / weight : 0;
}

void cupel_micro_model_score(const cupel_micro_model *m, const double *value, size_t n, cupel_isa isa, cupel_micro_scratch *s, double *score)
{
    double asked[CUPEL_ASKS_MAX], fraction[CUPEL_MICRO_PHASES_MAX];
    predict(m, value, n, isa, s);
    for (size_t i = 0; i < n; i++) {
        cupel_micro_ask_outputs(m, value + i * m->space->n, s->mean + i * m->p, fraction, asked, 1);
        double sum = goals(m, asked, 1);
        for (size_t a = 0; a < m->d->n_asks; a++) {
            const cupel_ask *k = &m->d->ask[a];
            const double deviation = s->spread[i] * m->tau[a] * (fabs(asked[a]) + m->typical[a] + 1e-300);
            sum += k->whole ? log_window(asked[a], deviation, -HUGE_VAL, k->within) : log_window(asked[a], deviation, k->min, k->max);
        }
        score[i] = isnan(sum) ? -HUGE_VAL : sum;
    }
}

void cupel_micro_model_values(const cupel_micro_model *m, const double *value, size_t n, cupel_isa isa, cupel_micro_scratch *s, double *asked)
{
    double fraction[CUPEL_MICRO_PHASES_MAX];
    predict(m, value, n, isa, s);
    for (size_t i = 0; i < n; i++) cupel_micro_ask_outputs(m, value + i * m->space->n, s->mean + i * m->p, fraction, asked + i * m->d->n_asks, 1);
}

static void put_figure(const cupel_micro_model *m, const double *value, const double *y, double *row)
{
    const cupel_layout *l = &m->rows->layout;
    double k[9], c[36];
    memset(row, 0, l->width * sizeof *row);
    const cupel_micro_state t = cupel_micro_state_of(m, value, y, row + l->fraction, k, c);
    if (t.k) memcpy(row + l->k, k, sizeof k);
    if (t.c) memcpy(row + l->c, c, sizeof c);
}

void cupel_micro_model_figures(const cupel_micro_model *m, const double *value, size_t n, cupel_isa isa, cupel_micro_scratch *s, double *figure)
{
    predict(m, value, n, isa, s);
    for (size_t i = 0; i < n; i++) put_figure(m, value + i * m->space->n, s->mean + i * m->p, figure + i * m->rows->layout.width);
}

const double *cupel_micro_scratch_spread(const cupel_micro_scratch *s) { return s->spread; }

void cupel_micro_model_left_out_figures(const cupel_micro_model *m, double *figure, double *spread)
{
    for (size_t i = 0; i < m->n; i++)
        put_figure(m, m->rows->param + m->row[i] * m->rows->n_params, cupel_joint_left_out(m->joint) + i * m->p, figure + i * m->rows->layout.width);
    memcpy(spread, cupel_joint_left_out_spread(m->joint), m->n * sizeof *spread);
}

/* Half width of the 95 % bar that a solved structure would have here on the sample's grid: what a surrogate of solved values cannot know of. */
static double bar_at(const cupel_micro_model *m, const double *z, size_t a)
{
    return sqrt(cupel_micro_local_mean(m, z, SIZE_MAX, m->bar + a, m->d->n_asks, m->mean_bar[a]));
}

/* Number j of a row of normal numbers that fill the distribution evenly, another row for each ask (multiples of the golden ratio). */
static double even_normal(size_t j, size_t a)
{
    const double x = ((double)j + 0.5) * 0.6180339887498949 + (double)a * 0.7548776662466927, u = x - floor(x);
    return cupel_normal_quantile(fmin(fmax(u, 1e-6), 1 - 1e-6));
}

static double margin_of(const cupel_micro_demand *d, const cupel_micro_forecast *f)
{
    double least = HUGE_VAL;
    for (size_t a = 0; a < d->n_asks; a++) {
        const cupel_ask *k = &d->ask[a];
        const double half = (f->upper[a] - f->lower[a]) / 2, high = k->whole ? k->within : k->max, low = k->whole ? -HUGE_VAL : k->min;
        if (half > 1e-9 * fabs(f->value[a])) least = fmin(least, fmin(high - f->value[a], f->value[a] - low) / half);
    }
    return isfinite(least) ? least : 0;
}

void cupel_micro_model_forecast(const cupel_micro_model *m, const double *value, cupel_isa isa, cupel_micro_scratch *s, cupel_micro_forecast *f)
{
    const size_t n_asks = m->d->n_asks;
    const double of_level = cupel_normal_quantile((1 + m->d->level) / 2) / HALF_OF_BAR;
    double bar[CUPEL_ASKS_MAX];
    size_t met = 0;
    predict(m, value, 1, isa, s);
    for (size_t a = 0; a < n_asks; a++) bar[a] = bar_at(m, s->z, a);
    const size_t n = cupel_micro_draw_asks(m, value, s->mean, s->spread[0] * cupel_micro_local_scale(m, s->z, SIZE_MAX), SIZE_MAX, s->at, s->asked);
    for (size_t j = 0; j < n; j++) {
        bool all = true;
        for (size_t a = 0; a < n_asks; a++)
            all = all && cupel_ask_met(&m->d->ask[a], s->asked[a * m->n_draws + j] + bar[a] / HALF_OF_BAR * even_normal(j, a));
        met += all;
    }
    f->chance = ((double)met + 0.5) / ((double)n + 1);
    cupel_micro_ask_outputs(m, value, s->mean, f->fraction, f->value, 1);
    f->score = cupel_log(f->chance) + goals(m, f->value, 1);
    for (size_t a = 0; a < n_asks; a++) {
        double *x = s->asked + a * m->n_draws;
        if (!cupel_micro_all_finite(x, n)) {
            f->lower[a] = f->upper[a] = NAN;
            continue;
        }
        cupel_sort(x, n);
        cupel_micro_between(x, n, m->trust[a].quantile, &f->lower[a], &f->upper[a]);
        f->lower[a] = f->value[a] - hypot(fmax(f->value[a] - f->lower[a], 0), of_level * bar[a]);
        f->upper[a] = f->value[a] + hypot(fmax(f->upper[a] - f->value[a], 0), of_level * bar[a]);
        if (m->d->ask[a].whole) f->lower[a] = fmax(f->lower[a], 0); /* a distance */
    }
    f->margin = margin_of(m->d, f);
}
