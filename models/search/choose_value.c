/* The scale that processes see, and the way back to the goal's own.
 *
 * Values are standardised, then bent by Yeo and Johnson's power (models/learn/transform.h) so that they look normal: errors and yields have long
 * tails, in which a few bad experiments would hide what tells the good ones apart. */
#include "models/search/choose_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/stats.h"
#include "models/search/gaussian_parts.h"

#include <math.h>

/* Spread of the power's prior around 1, at which nothing is bent. */
static const double POWER_SPREAD = 0.5;
/* What lies further out than so many ranges of the measured values is not believed. */
static const double RANGES = 3;
/* A model without skill explains less of the rows left out than their mean does, with one length for all inputs, and less than half of their variance
 * with a length for each, which were chosen by the same rows. Fewer rows do not say. */
static const double LEAST_SKILL = 0, LEAST_SKILL_EACH = 0.5;
enum { ROWS_FOR_SKILL = 8 };
enum { POINTS = 32 };

cupel_status cupel_choose_bend(cupel_chooser *c, size_t goal, cupel_err *err)
{
    cupel_choose_scale *s = &c->scale[goal];
    const size_t n = c->n_good;
    const double *value = c->value[goal];
    double *z = c->y[goal];
    cupel_gauss_standard(value, n, &s->mean, &s->spread);
    s->low = INFINITY, s->high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        z[i] = (value[i] - s->mean) / s->spread;
        s->low = fmin(s->low, z[i]);
        s->high = fmax(s->high, z[i]);
    }
    const double range = s->high - s->low;
    s->low -= RANGES * range + 1, s->high += RANGES * range + 1;
    if (c->o->unbent) return CUPEL_OK;
    cupel_status st = cupel_transform_bend(z, n, POWER_SPREAD, &s->bend, err);
    for (size_t i = 0; i < n && st == CUPEL_OK; i++) z[i] = cupel_transform_to(&s->bend, z[i]);
    return st;
}

double cupel_choose_to(const cupel_choose_scale *s, double value) { return cupel_transform_to(&s->bend, (value - s->mean) / s->spread); }

double cupel_choose_back(const cupel_choose_scale *s, double v)
{
    return s->mean + s->spread * fmin(fmax(cupel_transform_back(&s->bend, v), s->low), s->high);
}

double cupel_choose_noise(const cupel_choose_scale *s, double noise, double v)
{
    const double z = fmin(fmax(cupel_transform_back(&s->bend, v), s->low), s->high);
    return noise * s->spread * cupel_transform_slope(&s->bend, z);
}

void cupel_choose_moments(const cupel_choose_scale *s, double v, double deviation, double *mean, double *spread)
{
    double sum = 0, square = 0, value[POINTS];
    for (size_t k = 0; k < POINTS; k++) {
        value[k] = cupel_choose_back(s, v + deviation * cupel_normal_quantile(((double)k + 0.5) / POINTS));
        sum += value[k] / POINTS;
    }
    for (size_t k = 0; k < POINTS; k++) square += (value[k] - sum) * (value[k] - sum) / POINTS;
    *mean = sum;
    *spread = sqrt(square);
}

/* The mean over the part of the distribution above `best`, by points of equal probability, times that probability. */
double cupel_choose_gain(const cupel_choose_scale *s, double v, double deviation, double best)
{
    const double above = cupel_normal_cdf((v - best) / deviation), least = cupel_choose_back(s, best);
    double sum = 0;
    if (s->bend.kind == CUPEL_TRANSFORM_PLAIN) return s->spread * cupel_expected_improvement(v, deviation, best);
    if (!(above > 1e-300)) return 0;
    for (size_t k = 0; k < POINTS; k++)
        sum += cupel_choose_back(s, v - deviation * cupel_normal_quantile(fmax(above * ((double)k + 0.5) / POINTS, 1e-300))) - least;
    return fmax(above * sum / POINTS, 0);
}

/* 1 - squares of what the others say of a row over those of what their mean says. */
static double skill_of(const cupel_chooser *c, size_t member, double *error)
{
    const double n = (double)c->n_good;
    double square = 0, mean, spread;
    cupel_gauss_left_out(c->process[0][member], error);
    cupel_gauss_standard(c->y[0], c->n_good, &mean, &spread);
    for (size_t i = 0; i < c->n_good; i++) square += error[i] * error[i];
    return 1 - square * (n - 1) * (n - 1) / (n * n * n * spread * spread);
}

cupel_status cupel_choose_left_out(const cupel_chooser *c, size_t goal, double *better, double *worse, cupel_err *err)
{
    double *miss = cupel_alloc(c->n_good, sizeof *miss);
    if (!miss) return cupel_no_memory(err, "rows left out", c->n_good * sizeof *miss);
    *better = INFINITY, *worse = 0;
    for (size_t k = 0; k < c->n_members; k++) {
        double square = 0;
        cupel_gauss_left_out(c->process[goal][k], miss);
        for (size_t i = 0; i < c->n_good; i++) square += miss[i] * miss[i];
        const double error = sqrt(square / (double)c->n_good);
        *better = fmin(*better, error), *worse = fmax(*worse, error);
    }
    cupel_free(miss);
    return CUPEL_OK;
}

cupel_status cupel_choose_skill(const cupel_chooser *c, bool *skilled, cupel_err *err)
{
    *skilled = true;
    if (c->n_good < ROWS_FOR_SKILL) return CUPEL_OK;
    double *error = cupel_alloc(c->n_good, sizeof *error);
    if (!error) return cupel_no_memory(err, "rows left out", c->n_good * sizeof *error);
    *skilled = skill_of(c, c->n_members - 1, error) > LEAST_SKILL || (c->n_members > 1 && skill_of(c, 0, error) > LEAST_SKILL_EACH);
    cupel_free(error);
    return CUPEL_OK;
}
