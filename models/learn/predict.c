/* Prediction with a fitted surrogate: scale, expand, calibrate. */
#include "models/learn/surrogate_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <math.h>
#include <string.h>

struct cupel_scratch {
    cupel_expand_work work;
    double *z; /* [CUPEL_EXPAND_ROWS][columns] */
    cupel_raw raw[CUPEL_EXPAND_ROWS];
};

cupel_status cupel_scratch_new(const cupel_surrogate *s, cupel_scratch **scratch, cupel_err *err)
{
    cupel_scratch *c = cupel_alloc(1, sizeof *c);
    cupel_status st = CUPEL_OK;
    if (!c) return cupel_no_memory(err, "scratch of a prediction", sizeof *c);
    c->z = cupel_alloc_aligned(CUPEL_EXPAND_ROWS * s->scale.k, sizeof *c->z);
    if (!c->z) {
        st = cupel_no_memory(err, "scratch of a prediction", CUPEL_EXPAND_ROWS * s->scale.k * sizeof *c->z);
        goto done;
    }
    CUPEL_TRY(cupel_expand_work_make(&s->expand, &c->work, err));
done:
    if (st == CUPEL_OK)
        *scratch = c;
    else
        cupel_scratch_free(c);
    return st;
}

void cupel_scratch_free(cupel_scratch *scratch)
{
    if (!scratch) return;
    cupel_expand_work_release(&scratch->work);
    cupel_free(scratch->z);
    cupel_free(scratch);
}

/* ---- precision ---- */

/* Half widths of an interval: what float32 may differ by to be taken without being asked for. */
static const double FAR_BELOW = 1e-4;
static const char *const precision_name[] = {[CUPEL_FLOAT64] = "float64", [CUPEL_FLOAT32] = "float32", [CUPEL_FLOAT_AUTO] = "auto"};

cupel_precision cupel_precision_parse(const char *word)
{
    for (int p = 0; p <= CUPEL_FLOAT_AUTO; p++)
        if (strcmp(word, precision_name[p]) == 0) return (cupel_precision)p;
    return CUPEL_FLOAT64;
}

const char *cupel_precision_name(cupel_precision p) { return precision_name[p]; }

cupel_precision cupel_surrogate_precision(const cupel_surrogate *s, cupel_precision asked)
{
    const bool claims = s->learner->variance && s->learner->kernel;
    if (asked == CUPEL_FLOAT_AUTO) asked = claims && s->float32_difference <= FAR_BELOW ? CUPEL_FLOAT32 : CUPEL_FLOAT64;
    return s->float32_holds ? asked : CUPEL_FLOAT64;
}

double cupel_surrogate_float32_difference(const cupel_surrogate *s) { return s->float32_difference; }

/* ---- intervals ---- */

cupel_band cupel_band_at(const cupel_surrogate *s, double level)
{
    cupel_band b = {.alpha = 1 - level};
    if (!s->is_class) cupel_scores_interval(&s->scores, level, &b.lo, &b.hi);
    return b;
}

double cupel_spread_of(const cupel_surrogate *s, const cupel_raw *raw)
{
    const cupel_spread *p = &s->spread;
    double least = p->floor * p->mean, error = raw->error + p->own * raw->own;
    double local = s->expand.n_sums < 2 ? sqrt(p->floor + raw->unknown) : error > least ? error : least;
    const double far = fmax(raw->distance / s->threshold, p->nearest), beyond = far > p->knee ? far - p->knee : 0;
    return local * (1 + p->growth * far + p->steep * beyond) * (s->expand.uncut && far > 1 ? far : 1);
}

/* The classes whose own rows, inside the domain or outside as this one, are not stranger than it at the level; NaN when there is none. */
static void conformal_set(const cupel_surrogate *s, double probability, double distance, double alpha, double *lower, double *upper)
{
    const cupel_scores *known = distance > 1 ? s->far : s->own;
    bool first = cupel_conformal_p(&known[0], 1 - probability) > alpha, second = cupel_conformal_p(&known[1], probability) > alpha;
    *lower = first ? s->class_value[0] : second ? s->class_value[1] : NAN;
    *upper = second ? s->class_value[1] : first ? s->class_value[0] : NAN;
}

/* Scaling a target to and fro loses its last digits: a value within them of 0 is 0, and an interval holds what is predicted exactly. */
double cupel_surrogate_slack(const cupel_surrogate *s) { return 1e-12 * s->y_sd + 1e-13 * fabs(s->y_mean); }

/* The interval of scores lo to hi about a value, spread in the scale behind the transform. */
static void interval_of(const cupel_surrogate *s, double value, double spread, const cupel_band *band, double *lower, double *upper)
{
    *lower = cupel_transform_back(&s->target, value + band->lo * spread - cupel_surrogate_slack(s));
    *upper = cupel_transform_back(&s->target, value + band->hi * spread + cupel_surrogate_slack(s));
}

/* What cannot lie beyond 0 ends there, not a rounding of it further. */
static double to_zero(const cupel_surrogate *s, double end) { return fabs(end) <= 2 * cupel_surrogate_slack(s) ? 0 : end; }

/* The same from a mixture; it holds the value too. value behind the transform. */
static void mixture_interval(const cupel_surrogate *s, const cupel_spiked *m, double value, double distance, double level, double *lower,
                             double *upper)
{
    double lo, hi;
    cupel_spiked_shortest(m, cupel_spiked_mass(&s->level[distance > 1], level), &lo, &hi);
    lo = s->y_mean + s->y_sd * lo;
    hi = s->y_mean + s->y_sd * hi;
    *lower = cupel_transform_back(&s->target, to_zero(s, (lo < value ? lo : value) - cupel_surrogate_slack(s)));
    *upper = cupel_transform_back(&s->target, to_zero(s, (hi > value ? hi : value) + cupel_surrogate_slack(s)));
}

/* Behind the transform. */
static double scaled_back(const cupel_surrogate *s, const cupel_raw *raw)
{
    const double value = s->y_mean + s->y_sd * raw->value;
    return fabs(value) < cupel_surrogate_slack(s) ? 0 : value;
}

static double number_of(const cupel_surrogate *s, const cupel_raw *raw) { return cupel_transform_back(&s->target, scaled_back(s, raw)); }

void cupel_calibrated(const cupel_surrogate *s, const cupel_raw *raw, const cupel_spiked *mixture, const cupel_band *band, cupel_prediction *out,
                      size_t i)
{
    out->distance[i] = raw->distance / s->threshold;
    out->in_domain[i] = out->distance[i] <= 1;
    if (s->is_class) {
        double p = cupel_sigmoid_at(&s->sigmoid, raw->value);
        out->value[i] = p;
        out->spread[i] = out->distance[i];
        conformal_set(s, p, out->distance[i], band->alpha, &out->lower[i], &out->upper[i]);
        return;
    }
    double spread = s->y_sd * cupel_spread_of(s, raw);
    double value = scaled_back(s, raw);
    out->value[i] = cupel_transform_back(&s->target, value);
    out->spread[i] = spread * cupel_transform_slope(&s->target, out->value[i]);
    if (s->mixed && mixture && !isnan(mixture->above))
        mixture_interval(s, mixture, value, out->distance[i], 1 - band->alpha, &out->lower[i], &out->upper[i]);
    else
        interval_of(s, value, spread, band, &out->lower[i], &out->upper[i]);
}

/* The value without what an error is made of. */
static void value_alone(const cupel_surrogate *s, const cupel_raw *raw, cupel_prediction *out, size_t i)
{
    out->distance[i] = raw->distance / s->threshold;
    out->in_domain[i] = out->distance[i] <= 1;
    out->value[i] = s->is_class ? cupel_sigmoid_at(&s->sigmoid, raw->value) : number_of(s, raw);
    out->spread[i] = out->lower[i] = out->upper[i] = NAN;
}

/* Other targets of rows z [n], in their units. */
static void predict_beside(const cupel_surrogate *s, const cupel_expand_way *how, const cupel_scratch *scratch, size_t n, double *value)
{
    const size_t m = cupel_surrogate_beside(s);
    const cupel_own *own = s->expand.own;
    if (!m) return;
    own->kind->predict_beside(own->model, &(cupel_query){scratch->z, s->scale.k, n, how->isa, scratch->work.own_scratch}, value);
    for (size_t i = 0; i < n * m; i++) value[i] = s->beside_scale[i % m * 2] + s->beside_scale[i % m * 2 + 1] * value[i];
}

cupel_status cupel_surrogate_predict(const cupel_surrogate *s, const double *x, size_t ld, size_t n, const cupel_predict_options *options,
                                     cupel_scratch *scratch, cupel_prediction *out, cupel_err *err)
{
    if (!(options->level > 0 && options->level < 1))
        return cupel_fail(err, CUPEL_USAGE, "level %g of the intervals: expected above 0 and below 1, for example 0.9", options->level);
    cupel_band band = cupel_band_at(s, options->level);
    const cupel_expand_way how = {.precision = cupel_surrogate_precision(s, options->precision), .isa = options->isa,
                                   .value_only = options->value_only};
    for (size_t from = 0; from < n; from += CUPEL_EXPAND_ROWS) {
        size_t rows = n - from < CUPEL_EXPAND_ROWS ? n - from : CUPEL_EXPAND_ROWS;
        cupel_scale_apply(&s->scale, options->isa, x + from * ld, ld, rows, scratch->z, s->scale.k);
        cupel_expand_run(&s->expand, scratch->z, s->scale.k, rows, &how, &scratch->work, scratch->raw);
        if (options->beside) predict_beside(s, &how, scratch, rows, options->beside + from * cupel_surrogate_beside(s));
        for (size_t i = 0; options->value_only && i < rows; i++) value_alone(s, &scratch->raw[i], out, from + i);
        if (options->value_only) continue;
        cupel_spiked *mixture = s->mixed ? scratch->work.mixture : NULL;
        for (size_t i = 0; mixture && i < rows; i++) cupel_spiked_smear(&s->others, cupel_spread_of(s, &scratch->raw[i]), &mixture[i]);
        for (size_t i = 0; i < rows; i++) cupel_calibrated(s, &scratch->raw[i], mixture ? mixture + i : NULL, &band, out, from + i);
        if (mixture && options->mixture) memcpy(options->mixture + from, mixture, rows * sizeof *mixture);
    }
    return CUPEL_OK;
}

double cupel_surrogate_probability(const cupel_surrogate *s, double value, double spread, double lo, double hi)
{
    if (s->is_class) {
        double p = 0;
        if (lo <= s->class_value[0] && s->class_value[0] <= hi) p += 1 - value;
        if (lo <= s->class_value[1] && s->class_value[1] <= hi) p += value;
        return p;
    }
    if (!(lo <= hi)) return 0;
    double at = cupel_transform_to(&s->target, value), scale = spread / cupel_transform_slope(&s->target, value);
    return cupel_scores_between(&s->scores, (cupel_transform_to(&s->target, lo) - at) / scale, (cupel_transform_to(&s->target, hi) - at) / scale);
}

void cupel_surrogate_interval(const cupel_surrogate *s, double value, double spread, double level, double *lower, double *upper)
{
    cupel_band band = cupel_band_at(s, level);
    if (s->is_class) {
        conformal_set(s, value, spread, band.alpha, lower, upper);
        return;
    }
    interval_of(s, cupel_transform_to(&s->target, value), spread / cupel_transform_slope(&s->target, value), &band, lower, upper);
}

bool cupel_surrogate_mixed(const cupel_surrogate *s) { return s->mixed; }

void cupel_surrogate_spiked_interval(const cupel_surrogate *s, const cupel_spiked *m, double value, double distance, double level, double *lower,
                                      double *upper)
{
    mixture_interval(s, m, cupel_transform_to(&s->target, value), distance, level, lower, upper);
}

void cupel_surrogate_spiked_share(const cupel_surrogate *s, const cupel_spiked *m, double truth, double *below, double *at_most)
{
    const double y = (cupel_transform_to(&s->target, truth) - s->y_mean) / s->y_sd;
    cupel_spiked_share(m, y, cupel_surrogate_slack(s) / s->y_sd, below, at_most);
}

/* The share of truths out of fold with no more than this mass of their mixture below them. */
static double recalibrated(const cupel_surrogate *s, double mass)
{
    if (!s->below.n || !(mass > 0)) return mass;
    return mass < 1 ? cupel_scores_between(&s->below, -INFINITY, mass) : 1;
}

double cupel_surrogate_spiked_probability(const cupel_surrogate *s, const cupel_spiked *m, double lo, double hi)
{
    double below = 0, at_most = 1, unused;
    if (!(lo <= hi)) return 0;
    if (lo > -INFINITY) {
        cupel_surrogate_spiked_share(s, m, lo, &below, &unused);
        below = recalibrated(s, below);
    }
    if (hi < INFINITY) {
        cupel_surrogate_spiked_share(s, m, hi, &unused, &at_most);
        at_most = recalibrated(s, at_most);
    }
    return at_most > below ? at_most - below : 0;
}

double cupel_surrogate_quantile(const cupel_surrogate *s, const cupel_spiked *m, double value, double spread, double tau)
{
    if (s->mixed && m && !isnan(m->above)) {
        const double mass = s->below.n ? cupel_scores_quantile(&s->below, tau) : tau, least = 1e-9;
        const double u = mass < least ? least : mass > 1 - least ? 1 - least : mass;
        const double y = s->y_mean + s->y_sd * cupel_spiked_quantile(m, u);
        return cupel_transform_back(&s->target, fabs(y) < cupel_surrogate_slack(s) ? 0 : y);
    }
    const double at = cupel_transform_to(&s->target, value), scale = spread / cupel_transform_slope(&s->target, value);
    return cupel_transform_back(&s->target, at + cupel_scores_quantile(&s->scores, tau) * scale);
}

double cupel_surrogate_unit_deviation(const cupel_surrogate *s)
{
    double sum = 0;
    for (size_t i = 0; i < s->scores.n; i++) sum += s->scores.sorted[i] * s->scores.sorted[i];
    return s->scores.n ? sqrt(sum / (double)s->scores.n) : 1;
}
