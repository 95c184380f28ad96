#include "models/learn/transform.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/order.h"
#include "core/math/stats.h"
#include "models/learn/scale.h"

#include <math.h>
#include <string.h>

static const char *const names[CUPEL_TRANSFORM_KINDS] = {"none", "log", "yeo-johnson"};

const char *cupel_transform_name(cupel_transform_kind kind) { return names[kind]; }

cupel_status cupel_transform_parse(const char *word, cupel_transform_kind *kind, cupel_err *err)
{
    for (int k = 0; k < CUPEL_TRANSFORM_KINDS; k++)
        if (!word || strcmp(word, names[k]) == 0) {
            *kind = (cupel_transform_kind)k;
            return CUPEL_OK;
        }
    return cupel_fail(err, CUPEL_USAGE, "transform of the target '%.40s': expected none, log or yeo-johnson", word);
}

/* (b^p - 1) / p for b >= 1, log b in the limit p = 0, and what b that came from. */
static double powered(double b, double p) { return fabs(p) < 1e-9 ? cupel_log(b) : (cupel_exp(p * cupel_log(b)) - 1) / p; }

static double unpowered(double v, double p)
{
    if (fabs(p) < 1e-9) return cupel_exp(v);
    double b = p * v + 1;
    return b > 0 ? cupel_exp(cupel_log(b) / p) : INFINITY; /* p < 0: no number is that large */
}

double cupel_transform_to(const cupel_transform *t, double y)
{
    if (t->kind == CUPEL_TRANSFORM_PLAIN || !isfinite(y)) return y;
    if (t->kind == CUPEL_TRANSFORM_LOG) return y + t->offset > 0 ? cupel_log((y + t->offset) / t->unit) : -INFINITY;
    double u = y / t->unit;
    return u >= 0 ? powered(1 + u, t->power) : -powered(1 - u, 2 - t->power);
}

static double cut(double y) { return y > CUPEL_LARGEST ? CUPEL_LARGEST : y < -CUPEL_LARGEST ? -CUPEL_LARGEST : y; }

double cupel_transform_back(const cupel_transform *t, double v)
{
    if (t->kind == CUPEL_TRANSFORM_PLAIN) return v;
    if (t->kind == CUPEL_TRANSFORM_LOG) return fmax(cut(t->unit * cupel_exp(v) - t->offset), 0);
    return cut(t->unit * (v >= 0 ? unpowered(v, t->power) - 1 : 1 - unpowered(-v, 2 - t->power)));
}

double cupel_transform_slope(const cupel_transform *t, double y)
{
    if (t->kind == CUPEL_TRANSFORM_PLAIN) return 1;
    if (t->kind == CUPEL_TRANSFORM_LOG) return y + t->offset > 1e-12 * t->unit ? y + t->offset : 1e-12 * t->unit;
    double u = y / t->unit;
    return t->unit * (u >= 0 ? cupel_exp((1 - t->power) * cupel_log(1 + u)) : cupel_exp((t->power - 1) * cupel_log(1 - u)));
}

/* Twice the log likelihood per row of a normal distribution behind the transform, less constants. */
static double likelihood(const cupel_transform *t, const double *y, size_t n)
{
    double mean = 0, square = 0, stretch = 0;
    for (size_t i = 0; i < n; i++) {
        mean += cupel_transform_to(t, y[i]) / (double)n;
        stretch -= cupel_log(cupel_transform_slope(t, y[i]) / t->unit) / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        double off = cupel_transform_to(t, y[i]) - mean;
        square += off * off / (double)n;
    }
    return square > 0 ? 2 * stretch - cupel_log(square) : -INFINITY;
}

static double median_size(const double *sorted, size_t n, double *smallest)
{
    *smallest = 0;
    for (size_t i = 0; i < n && !(*smallest > 0); i++) *smallest = sorted[i];
    return sorted[n / 2] > 0 ? sorted[n / 2] : *smallest > 0 ? *smallest : 1;
}

/* pull: weight of (power - 1)^2 against the likelihood, as that is scaled. */
static void choose_power(const double *y, size_t n, double pull, cupel_transform *t)
{
    double best = -INFINITY, kept = 1;
    for (int k = 0; k <= 120; k++) {
        t->power = -2 + 0.05 * k;
        double figure = likelihood(t, y, n) - pull * (t->power - 1) * (t->power - 1);
        if (!(figure > best)) continue;
        best = figure;
        kept = t->power;
    }
    t->power = kept;
}

cupel_status cupel_transform_learn(cupel_transform_kind kind, const double *y, size_t n, cupel_transform *t, cupel_err *err)
{
    double *size = cupel_alloc(n, sizeof *size), smallest;
    if (!size) return cupel_no_memory(err, "sizes of the target", n * sizeof *size);
    *t = (cupel_transform){.kind = kind, .unit = 1, .power = 1};
    for (size_t i = 0; i < n; i++) {
        size[i] = fabs(y[i]);
        if (kind != CUPEL_TRANSFORM_LOG || y[i] >= 0) continue;
        cupel_free(size);
        return cupel_fail(err, CUPEL_BAD_INPUT,
                "transform log: the target of training row %zu is %g, expected none below 0; take yeo-johnson, or none", i + 1,
                          y[i]);
    }
    cupel_sort(size, n);
    if (kind != CUPEL_TRANSFORM_PLAIN) t->unit = median_size(size, n, &smallest);
    if (kind == CUPEL_TRANSFORM_LOG && n && !(size[0] > 0)) t->offset = 0.5 * (smallest > 0 ? smallest : 1);
    if (kind == CUPEL_TRANSFORM_YEO_JOHNSON) choose_power(y, n, 0, t);
    cupel_free(size);
    return CUPEL_OK;
}

cupel_status cupel_transform_bend(const double *z, size_t n, double spread_of_prior, cupel_transform *t, cupel_err *err)
{
    if (!(spread_of_prior > 0)) return cupel_fail(err, CUPEL_BAD_INPUT, "spread of the prior of a power is %g, expected above 0", spread_of_prior);
    *t = (cupel_transform){.kind = CUPEL_TRANSFORM_YEO_JOHNSON, .unit = 1, .power = 1};
    if (n) choose_power(z, n, 1 / (spread_of_prior * spread_of_prior * (double)n), t);
    return CUPEL_OK;
}
